#!/usr/bin/env bash
# link ... tunnel: links whose frames cross an IP network, with and without an underlay of
# nodes; every connector of the mainline kernel; keys and MTUs; what is refused; undo, kill -9,
# repair, save. By VXLAN, which every kernel has; the other kinds are in tunnel_kinds.sh.
# On any kernel the same; what differs is in tunnel_kinds.sh and substrate.sh.
. "$(dirname "$0")/../lib.sh"
needs vxlan ip link add v0 type vxlan id 1 dstport 4789 local 127.0.0.1
FRAME=$TOP/tests/frame

link_of() { # MEMBER NAME: of a link, as show links has it
	say "show $2" && answer "result.$1"
}
device_of() { # what the kernel has there: "veth", "vxlan id 7", "macvlan mode passthru"
	inside "$1" ip -d -o link show "$2" | grep -oE '\bveth\b|macvlan mode [a-z]+|vxlan id [0-9]+'
}

# ---- in the fabric ----
network
shell
say 'add host h1 h2' && say 'add switch s1' && say 'link h1 s1'
says 'a tunnel' 'link h1 h2 tunnel vxlan name t'
equal 'gets a key' "$(link_of key t)" 1
equal 'has the usual MTU, for the path in the fabric is wide' "$(link_of mtu t)" 1500
equal 'goes via a bridge where the kernel has nothing better' "$(link_of via t)" bridge
says 'packets pass' 'ping h1 10.1.0.2'
unlike 'the node sees a veth, and nothing of the tunnel' "$(inside h1 ip -d link)" vxlan
says 'to a switch' 'link h2 s1 tunnel vxlan'
equal 'another key' "$(say 'show h2:eth1'; answer result.key)" 2
says 'it is a port as any other' 'ping h2 10.0.0.1'
says 'a large MTU' 'link h1 h2 tunnel vxlan mtu 9000B name wide'
check 'full packets pass' say 'h1 ping -c 1 -s 8972 -M do 10.2.0.2'
says 'reset' reset

# ---- an underlay of nodes: overlapping addresses, MTU, connectors ----
say 'add host a1 a2 b1 b2 x y' && say 'add router r'
say 'link x r' && say 'link r y mtu 1400B' && say 'route auto'
says 'a tunnel over it' 'link a1 a2 tunnel vxlan key 7 underlay x y ip 10.0.0.1/24 10.0.0.2/24 name a'
equal 'the MTU follows from the narrowest link' "$(link_of mtu a)" 1350
says 'another network with the same addresses' 'link b1 b2 tunnel vxlan underlay x y ip 10.0.0.1/24 10.0.0.2/24 name b'
equal 'its key is another' "$(link_of key b)" 1
says 'the one passes packets' 'a1 ping -c 1 10.0.0.2'
says 'the other, too' 'b1 ping -c 1 10.0.0.2'
check 'full packets pass' say 'a1 ping -c 1 -s 1322 -M do 10.0.0.2'
unlike 'the underlay has none of its devices' "$(inside x ip -d link)" 'vxlan|bridge'
says_no 'nobody is reached across' 'a1 ping -c 1 -W 1 10.1.0.2' ''
says_no 'the same address twice in one network is refused' 'link a1 a2 ip 10.0.0.2/24 none' '10.0.0.2 already'
says_no 'so is connecting the two' 'link a1 b1 ip none none' 'would be connected.*10.0.0.1'
frames=(ffffffffffff02000000000188b5dead 01805e0000010200000000019999 0180c2000014020000000001001efefe0383
	0180c2000000020000000001002642420300 0180c200000e02000000000188cc0207 020000000b0202000000000188b6beef)
for via in bridge macvlan direct; do
	says "via $via" "link a1 a2 tunnel vxlan underlay x y via $via name $via ip 10.9.0.1/24 10.9.0.2/24"
	like "show says that it was asked for" "$(link_of via $via)" "$via"
	says "via $via: packets pass" 'a1 ping -c 1 10.9.0.2'
	check "via $via: full packets pass" say 'a1 ping -c 1 -s 1322 -M do 10.9.0.2'
	case $via in
	bridge) want='veth' ;;
	macvlan) want='macvlan mode passthru' ;;
	direct) want='vxlan id 2' ;;
	esac
	equal "via $via: the node has a $want" "$(device_of a1 eth1)" "$want"
	say "a1 $FRAME send eth1 ${frames[*]} &"
	says "via $via: frames of other protocols pass as they are" "a2 $FRAME await eth1 ${frames[*]}"
	say "stop $(say jobs; answer result.0.job)"
	says "via $via: repair" repair
	equal "via $via: has nothing to mend" "$(answer result.repaired)" '[]'
	says "via $via: down" "down $via"
	says_no "via $via: nothing passes" 'a1 ping -c 1 -W 1 10.9.0.2' ''
	says "via $via: up" "up $via"
	says "via $via: packets pass" 'ping a1 10.9.0.2'
	says "via $via: undo" undo && says "via $via: undo" undo && says "via $via: undo" undo
	says_no "via $via: gone" "show $via" 'no '
	equal "via $via: so is the interface" "$(inside a1 ls /sys/class/net | grep -c eth1)" 0
	says "via $via: redo" redo
	says "via $via: packets pass" 'ping a1 10.9.0.2'
	says "via $via: delete" "del $via"
done

# ---- by IPv6, where it alone leads from end to end ----
says 'the underlay loses IPv4' 'ip y:eth0 fd09::2/64' && say 'ip r:eth1 fd09::1/64' && say 'route auto'
says 'a tunnel' 'link a1 a2 tunnel vxlan underlay x y name six ip 10.9.0.1/24 10.9.0.2/24'
equal 'an IPv6 header is longer' "$(link_of mtu six)" 1330
check 'full packets pass' say 'a1 ping -c 1 -s 1302 -M do 10.9.0.2'
says 'the tunnel that was there moved along' 'b1 ping -c 1 10.0.0.2'
says 'repair' repair
equal 'has nothing to mend' "$(answer result.repaired)" '[]'
says 'undo' undo && says 'undo' undo && says 'undo' undo
says 'as it was' 'b1 ping -c 1 10.0.0.2'

# ---- what is refused ----
nodes=(a1 a2 b1 x y r)
before=$(kernel_state "${nodes[@]}")
for line in 'tunnel vxlan key 7|key 7 is that of the tunnel a' 'tunnel vxlan key 0|lowest is 1' \
	'tunnel vxlan key 16777216|1 to 16777215' 'tunnel gre key 4294967296|too large' \
	'key 8|a key without a tunnel' 'underlay x y|an underlay without a tunnel' \
	'via bridge|without a tunnel' 'tunnel vxlan underlay x x|not twice' \
	'tunnel vxlan underlay a1 y|a1 is an end of the link' 'tunnel vxlan underlay x nobody|no node' \
	'tunnel vxlan underlay x y mtu 1351B|too large for the path.*1350B' \
	'tunnel vxlan underlay x b1|does not connect x and b1.*no route' \
	'tunnel vxlan engine wire|cannot carry' 'tunnel vxlan via direct enforced|nothing can be enforced' \
	'enforced via macvlan|there is none' 'tunnel ipip|gre, vxlan or geneve'; do
	says_no "refused: ${line%|*}" "link a1 a2 ${line%|*}" "${line#*|}"
done
say 'x ip link add z0 type ztun'
if [[ $REPLY == *'Unknown device type'* ]]; then
	says_no 'a connector that the kernel lacks' 'link a1 a2 tunnel vxlan via ztun' "no devices of kind ztun.*make kmod"
fi
# where the kernel has it, every namespace gets a gre0 with the module
if [[ ! ${ESPALIER_VM-} ]] && ! unshare -Urn ip link add g0 type gretap 2>/dev/null; then
	advice='this one loads no modules'
	[[ ! -e /proc/modules ]] || advice='modprobe ip_gre'
	says_no 'a kind that the kernel lacks' 'link a1 a2 tunnel gre' "no devices of kind gretap.*$advice"
fi
say 'link r b1 mtu 100B name narrow' && say 'add host z' && say 'link b1 z mtu 100B'
says_no 'a path that is too narrow' 'link a1 a2 tunnel vxlan underlay b1 z' 'too little is left'
says 'undo' undo && says 'undo' undo && says 'undo' undo
says 'an underlay that is broken' 'down r y'
says_no 'is refused, with the reason' 'link a1 a2 tunnel vxlan underlay x y' 'r:eth1 is down.*mtu'
says 'but with an MTU the tunnel is made' 'link a1 a2 tunnel vxlan underlay x y mtu 1300B name later ip 10.9.0.1/24 10.9.0.2/24'
says 'the underlay comes back' 'up r y'
says 'and the tunnel works' 'ping a1 10.9.0.2'
says 'undo' undo && says 'undo' undo && says 'undo' undo
equal 'nothing of it stays' "$(kernel_state "${nodes[@]}")" "$before"

# ---- the underlay changes ----
says 'an address of the underlay moves' 'ip y:eth0 10.1.0.77/24' && say 'route auto'
says 'the tunnels move along' 'a1 ping -c 1 10.0.0.2'
says 'undo' undo && says 'undo' undo
says 'packets pass' 'a1 ping -c 1 10.0.0.2'
says 'a node of the underlay goes' 'del y'
like 'and takes its tunnels along' "$(answer result.removed_links)$REPLY" '"key":7'
says_no 'the link is gone' 'show a' 'no '
says 'undo' undo
says 'packets pass' 'a1 ping -c 1 10.0.0.2'

# ---- repair ----
if ((EUID == 0)); then
	fabric() { nsenter --net="/run/espalier/$NET/ns/.fabric" "$@"; }
	tunnel=$(fabric ip -o link show type vxlan | sed -nE '1s/^[0-9]+: ([^:@]+).*/\1/p')
	for damage in 'ip link del' 'ip link set nomaster' 'ip link set down' 'ip link set mtu 1000'; do
		read -ra words <<<"${damage/set/set $tunnel}"
		[[ $damage != *del ]] || words+=("$tunnel")
		check "outside: $damage" fabric "${words[@]}"
		says 'repair' repair
		like 'tells of it' "$(answer result.repaired)" 'was gone'
		says 'packets pass' 'a1 ping -c 1 10.0.0.2'
		says 'the other one, too' 'b1 ping -c 1 10.0.0.2'
		says 'repair again' repair
		equal 'mends nothing' "$(answer result.repaired)" '[]'
		tunnel=$(fabric ip -o link show type vxlan | sed -nE '1s/^[0-9]+: ([^:@]+).*/\1/p')
	done
fi
say 'a1 ip link del eth0'
says 'repair of an end' repair
says 'packets pass' 'a1 ping -c 1 10.0.0.2'
say 'a1 ip link set eth0 mtu 1300'
says 'repair of an MTU' repair
equal 'says that and no more' "$(answer result.repaired)" '["link a1:eth0 a2:eth0 had other settings: it was made anew"]'
says 'full packets pass' 'a1 ping -c 1 -s 1322 -M do 10.0.0.2'

# ---- kill -9, save ----
before=$(kernel_state "${nodes[@]}")
shell_kill KILL
shell attach "$NET"
says 'after kill -9' repair
equal 'all is there' "$(answer result.repaired)" '[]'
equal 'as it was' "$(kernel_state "${nodes[@]}")" "$before"
says 'undo reaches back' undo
for _ in 1 2 3 4 5 6; do
	printf 'link a1 a2 tunnel vxlan underlay x y via %s\n' bridge macvlan direct bridge >&8
	wait_until 2 grep -q 'tunnel' "/run/espalier/$NET/journal"
	shell_kill KILL
	shell attach "$NET"
	says 'killed in the midst: repair' repair
	equal 'has nothing to mend' "$(answer result.repaired)" '[]'
	while say 'del a1:eth1'; do :; done
done
says 'packets pass' 'a1 ping -c 1 10.0.0.2'
say 'set auto off' && say "save $WORK/tunnels.lab"
shell_end
check 'destroy' "$ESPALIER" destroy "$NET"
network
shell
check 'a saved network' say "source $WORK/tunnels.lab"
until [[ $REPLY == *'"command":"source'* ]]; do read -r -t 60 REPLY <&9 || break; done
says 'passes packets' 'a1 ping -c 1 10.0.0.2' && says 'so does the other' 'b1 ping -c 1 10.0.0.2'
say "save $WORK/again.lab"
check 'and saves the same' cmp "$WORK/tunnels.lab" "$WORK/again.lab"
shell_end
finish
