#!/usr/bin/env bash
# VLANs: access ports and trunks between switches, a router on a stick, VRFs and NAT by kept
# commands; what is refused; undo, repair, save.
. "$(dirname "$0")/../lib.sh"
needs 'a bridge with VLANs' sh -c 'ip link add b0 type bridge vlan_filtering 1 &&
	ip link add v0 type veth && ip link set v0 master b0 && bridge vlan add dev v0 vid 5'

port() { # what the kernel's port carries: "10 PVID Egress Untagged"
	inside "$1" bridge vlan show dev "$2" | sed '1d; s/^[a-z0-9]*[[:space:]]*//' | tr '\n' ' '
}

network
shell
say 'add switch s1 s2' && say 'add host a b c d' && say 'add router r'
for l in 'a s1' 'b s1' 'c s2' 'd s2' 's1 s2' 'r s1'; do say "link $l"; done
says 'all are in one LAN' 'ping a d'
says_no 'a switch that knows none' 'vlan s1:eth0 10' 'vlan s1 on'
says 'VLANs on one' 'vlan s1 on'
says 'and on the other' 'vlan s2 on'
says 'nothing is parted yet' 'ping a d'
for port in s1:eth0 s2:eth0; do says "access port $port" "vlan $port 10"; done
says_no 'the trunk is missing' 'ping a c' 'a'
for port in s1:eth1 s2:eth1; do say "vlan $port 20"; done
for port in s1:eth2 s2:eth2; do says "trunk $port" "vlan $port trunk 10-20"; done
equal 'the kernel has the port' "$(port s1 eth0)" '10 PVID Egress Untagged '
says 'VLANs have subnets of their own' 'ping a c'
says 'the other one' 'ping b d'
unlike 'which differ' "$(say 'show a' && answer result.interfaces.0.addresses.0)" \
	"$(say 'show b' && answer result.interfaces.0.addresses.0)"
like 'show tells' "$(say 'show s1' && answer result.interfaces)" '"vlan":"trunk 10-20"'
says_no 'VLAN 4095' 'vlan s1:eth0 4095' '4094'
says_no 'VLAN 0 in a list' 'vlan s1:eth2 trunk 0-5' '1 to 4094'
says_no 'a port of no switch' 'vlan a:eth0 10' 'is a host'

# ---- a router on a stick ----
says 'automatic addresses off' 'set auto off'
say 'ip a:eth0 10.10.0.1/24' && say 'ip c:eth0 10.10.0.2/24'
say 'ip b:eth0 10.20.0.1/24' && say 'ip d:eth0 10.20.0.2/24' && say 'ip r:eth0 none'
say 'vlan s1:eth3 trunk 10,20'
for v in 10 20; do
	says "sub-interface $v" "keep r ip link add link eth0 name eth0.$v type vlan id $v"
	say "keep r ip addr add 10.$v.0.254/24 dev eth0.$v" && say "keep r ip link set eth0.$v up"
done
for h in 'a 10' 'b 20' 'c 10' 'd 20'; do
	say "route ${h% *} default via 10.${h#* }.0.254"
done
check 'from VLAN to VLAN' wait_until "$DEADLINE" say 'ping a d'
like 'by way of the router' "$(inside a ping -c 1 -t 1 10.20.0.2)" 'From 10.10.0.254'
says 'repair' repair
equal 'finds all as it should be' "$(answer result.repaired)" '[]'
before=$(port s1 eth2)
inside s1 bridge vlan del dev eth2 vid 10-20 >/dev/null
inside s1 ip link set br0 type bridge vlan_filtering 0 >/dev/null
says 'what was changed' repair
like 'is told' "$(answer result.repaired)" 's1:eth2: VLANs.*s1:bridge'
equal 'and put back' "$(port s1 eth2)" "$before"
says 'it works again' 'ping a d'

says 'save' "save $WORK/v.lab"
says 'a node that goes' 'del s1'
says 'and comes back' undo
equal 'with its VLANs' "$(port s1 eth2)" "$before"
say undo # the last route
says 'off' 'vlan s1 off'
says 'undo' undo
equal 'on again, and as it was' "$(port s1 eth2)" "$before"
say reset
shell_end
network
check 'the saved network is the same' batch <<<"source $WORK/v.lab
expect ping a d
save $WORK/w.lab"
check 'and is saved so' cmp "$WORK/v.lab" "$WORK/w.lab"

# ---- kept: a VRF, and NAT ----
network
shell
say 'add router r' && say 'add host a b' && say 'link a r' && say 'link b r'
says 'a VRF' 'keep r ip link add red type vrf table 10'
say 'keep r ip link set red up'
says 'an interface in it' 'keep r ip link set eth0 master red'
say repair # IPv6 addresses, which the kernel drops on the way
says 'repair' repair
equal 'takes the VRF for no damage' "$(answer result.repaired)" '[]'
says_no 'it parts a and b' 'a ping -c 1 -W 1 10.1.0.1' exit
shell_end
finish
