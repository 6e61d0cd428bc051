#!/usr/bin/env bash
# VLANs: access ports and trunks between switches, a router on a stick by kept commands, a
# VRF; what is refused; undo, repair, save.
. "$(dirname "$0")/../lib.sh"
needs 'a bridge with VLANs' sh -c 'ip link add b0 type bridge vlan_filtering 1 &&
	ip link add v0 type veth && ip link set v0 master b0 && bridge vlan add dev v0 vid 5'

port() { # what the kernel's port carries: "10 PVID Egress Untagged"
	inside "$1" bridge vlan show dev "$2" | sed '1d; s/^[a-z0-9]*[[:space:]]*//' | tr '\n' ' '
}
build() { # COMMANDS: of the network that is kept then
	check "$1" "$ESPALIER" -n "$NET" --keep -b - <<<"$2"
	shell attach "$NET"
}

# two VLANs over two switches
network
build 'two switches and VLANs' '
add switch s1 s2; add host a b c d; add router r
link a s1; link b s1; link c s2; link d s2; link s1 s2; link r s1 ip none none
for s in s1 s2 { vlan $s on; vlan $s:eth0 10; vlan $s:eth1 20; vlan $s:eth2 trunk 10-20 }'
equal 'the kernel has the port' "$(port s1 eth0)" '10 PVID Egress Untagged '
says 'over the trunk' 'ping a c count 1'
says 'the other VLAN' 'ping b d count 1'
like 'show tells' "$(say 'show s1' && answer result.interfaces)" '"vlan":"trunk 10-20"'
say 'show links'
equal 'show links, too: of the end that is a port' "$(answer result.0.b_vlan)$(answer result.0.a_vlan)" 10
equal 'or of both' "$(answer result.4.a_vlan) $(answer result.4.b_vlan)" 'trunk 10-20 trunk 10-20'
says_no 'a switch that knows none' 'vlan a:eth0 10' 'is a host'
says_no 'VLAN 4095' 'vlan s1:eth0 4095' '4094'
says_no 'VLAN 0 in a list' 'vlan s1:eth2 trunk 0-5' '1 to 4094'
says 'the trunk without one' 'vlan s1:eth2 trunk 20'
says_no 'parts that' 'a ping -c 1 -W 1 c' exit
says undo undo
before=$(port s1 eth2)
say 'vlan s1 off'
says 'undo of off' undo
equal 'is as it was' "$(port s1 eth2)" "$before"
inside s1 "sh -c 'bridge vlan del dev eth2 vid 10-20; ip link set br0 type bridge vlan_filtering 0'" >/dev/null
says 'what was changed' repair
like 'is told' "$(answer result.repaired)" 's1:eth2: VLANs.*s1:bridge'
equal 'and put back' "$(port s1 eth2)" "$before"
shell_end
check 'destroyed' "$ESPALIER" destroy "$NET"

# a router on a stick, and a VRF
network
build 'a router on a stick' '
set auto off; add switch s; add host a b; add router r
link a s ip 10.10.0.1/24 none; link b s ip 10.20.0.1/24 none; link r s ip none none
vlan s on; vlan s:eth0 10; vlan s:eth1 20; vlan s:eth2 trunk 10,20
for v in 10 20 {
	keep r ip link add link eth0 name eth0.$v type vlan id $v
	keep r ip addr add 10.$v.0.254/24 dev eth0.$v
	keep r ip link set eth0.$v up
}
route a default via 10.10.0.254; route b default via 10.20.0.254
add router q; add host e; link e q ip 10.30.0.1/24 10.30.0.2/24
keep q ip link add red type vrf table 10; keep q ip link set red up
keep q ip link set eth0 master red'
says 'from VLAN to VLAN' 'a ping -c 1 10.20.0.1'
says_no 'by way of the router' 'a ping -c 1 -t 1 -W 1 10.20.0.1' exit
says 'repair' repair
equal 'takes none of it for damage' "$(answer result.repaired)" '[]'
say "save $WORK/v.lab"
say 'del r' && says 'a node that goes and comes back' undo
check 'leads from VLAN to VLAN again' wait_until "$DEADLINE" can a ping -c 1 10.20.0.1
shell_end
check 'destroyed' "$ESPALIER" destroy "$NET"
network
check 'the saved network is the same' batch <<<"source $WORK/v.lab
a ping -c 1 10.20.0.1
save $WORK/w.lab"
check 'and is saved so' cmp "$WORK/v.lab" "$WORK/w.lab"
finish
