#!/usr/bin/env bash
# The outside takes things away: the next command says so, repair puts them back.
. "$(dirname "$0")/../lib.sh"

network
shell
say 'topo line 3'
nodes=(h1 h2 h3 r1 r2 r3)
before=$(kernel_state "${nodes[@]}")
says 'repair of what is whole' repair
equal 'changes nothing' "$(kernel_state "${nodes[@]}")" "$before"

# harm DESCRIPTION NODE COMMAND...: done from inside the node, behind the shell's back.
harm() {
	says "harm: $1" "$2 $3"
	says "$1: repair" repair
	REPAIRED=$(answer result)$(<"$WORK/errors")
	like "$1: repair says what" "$REPAIRED" "$2"
	equal "$1: all is back" "$(kernel_state "${nodes[@]}")" "$before"
	says "$1: it works" pingall
}
harm 'an interface deleted' h1 'ip link del eth0'
subnet=$(inside h1 ip -4 route show proto kernel | cut -d ' ' -f 1)
harm 'the route to a subnet gone' h1 "ip route del $subnet"
like 'it is told as that' "$REPAIRED" 'h1:eth0: address [0-9.]+/24 had no route to its subnet'
if [[ ! $SLOW ]]; then
	harm 'an interface between routers deleted' r2 'ip link del eth1'
	harm 'an interface down' r1 'ip link set eth0 down'
	harm 'addresses gone' h2 'ip addr flush dev eth0 scope global'
	harm 'a default route gone' h1 'ip route del default'
	harm 'routes gone' r2 'ip route flush root 10.0.0.0/8'
	harm 'IPv6 routes gone' r2 'ip -6 route flush root fd00::/8'
fi
harm 'another MTU' h3 'ip link set eth0 mtu 1300'
harm 'lo down' h3 'ip link set lo down'

# ---- a command meets it ----
say 'h1 ip link del eth0'
says_no 'a change that meets it is refused' 'down h1' 'repair'
says 'repair' repair
equal 'all is back' "$(kernel_state "${nodes[@]}")" "$before"

if ((EUID == 0)); then
	check 'a namespace is deleted' ip netns del "$NET.h2"
	umount "/run/espalier/$NET/ns/h2" 2>/dev/null
	says_no 'a program in it is refused' 'h2 true' 'h2.*repair|repair.*h2'
	says_no 'a link to it, too' 'link h1 h2' 'repair'
	says 'the others work' 'ping h1 h3'
	says 'repair' repair
	equal 'all is back' "$(kernel_state "${nodes[@]}")" "$before"
	says 'and works' pingall

	# damage while nobody looks
	say detach
	shell_end
	ip -n "$NET.r3" link del eth0
	ip netns del "$NET.h1"
	umount "/run/espalier/$NET/ns/h1" 2>/dev/null
	shell attach "$NET"
	check 'attach takes it up' say repair
	equal 'all is back' "$(kernel_state "${nodes[@]}")" "$before"
	says 'and works' pingall
fi
says 'quit' quit
shell_end
finish
