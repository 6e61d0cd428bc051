#!/usr/bin/env bash
# Tunnels and enforced links by the devices of the kernel module: taken by themselves where
# the kernel has them, asked for, mended, saved. In the virtual machine, with the module of
# `make kmod` for its kernel.
. "$(dirname "$0")/lib.sh"
FRAME=$TOP/tests/frame
frames=(ffffffffffff02000000000188b5dead 0180c2000014020000000001001efefe0383
	0180c2000000020000000001002642420300 020000000b0202000000000188b6beef)

network
shell
say 'add host a1 a2 x y' && say 'add router r' && say 'link x r' && say 'link r y' && say 'route auto'
says 'before the module is there' 'link a1 a2 tunnel gre name before ip 10.8.0.1/24 10.8.0.2/24'
say 'show before'
equal 'a bridge' "$(answer result.via)" bridge
says_no 'ztun is refused' 'link a1 a2 tunnel gre via ztun' 'no devices of kind ztun.*make kmod'
like 'the doctor knows how to get it' "$("$ESPALIER" doctor | grep -A 1 '^ztun ')" '^ztun +no .*make kmod'
load
equal 'the doctor finds both kinds' "$("$ESPALIER" doctor | grep -cE '^(ztun|shortbridge) +yes')" 2
says 'a change' 'add host more'
say 'show before'
equal 'what is there stays' "$(answer result.via)" bridge
says 'delete' 'del before'

# by OPTIONS WANTED
by() {
	says "link a1 a2 $1" "link a1 a2 $1 name t ip 10.9.0.1/24 10.9.0.2/24"
	say 'show t'
	equal "$1: via" "$(answer result.via)" "$2"
	says "$1: packets pass" 'ping a1 10.9.0.2'
	check "$1: full packets pass" say "a1 ping -c 1 -s $(($(say 'show t'; answer result.mtu) - 28)) -M do 10.9.0.2"
	say "a1 $FRAME send eth0 ${frames[*]} &"
	says "$1: other frames" "a2 $FRAME await eth0 ${frames[*]}"
	say "stop $(say jobs; answer result.0.job)"
	says "$1: repair" repair
	equal "$1: has nothing to mend" "$(answer result.repaired)" '[]'
	say 'a1 ip link del eth0'
	says "$1: repair" repair
	says "$1: packets pass" 'ping a1 10.9.0.2'
	says "$1: undo" undo && says "$1: redo" redo
	says "$1: packets pass" 'ping a1 10.9.0.2'
	says "$1: delete" 'del t'
}
by 'tunnel gre underlay x y' ztun
by 'tunnel vxlan underlay x y rate 5mbit enforced' ztun
by 'tunnel geneve' ztun
by 'tunnel gre underlay x y via shortbridge' shortbridge
by 'tunnel vxlan via shortbridge delay 5ms enforced' shortbridge
by 'enforced rate 10mbit' shortbridge
shell_end
log_is_clean
finish
