#!/usr/bin/env bash
# ztun and shortbridge as `ip link` makes and shows them: what is refused, with which words,
# and how they follow what is below them.
. "$(dirname "$0")/lib.sh"
clean_up() { drop_spaces; }
load
host_pair

# ---- shown ----
like 'a ztun is shown with its kind' "$(on a -d link show z0)" $'\n +ztun '
equal 'its lower device' "$(attribute a z0 link_index)" "$(attribute f g0 ifindex)"
like 'and where that is' "$(on a link show z0)" "link-netns $P-f"
like 'a shortbridge' "$(on g -d link show sb0)" $'\n +shortbridge '
like 'a port' "$(on g -d link show g0)" 'master sb0 .* shortbridge_slave '
equal 'the lower device and the ports take all frames' \
	"$(attribute f g0 promiscuity) $(attribute g g0 promiscuity) $(attribute g e1 promiscuity)" '1 1 1'

# ---- refused ----
ztun() { # DESCRIPTION MESSAGE ARGUMENT...
	refused "a ztun: $1" "$2" f link add "${@:3}" name z9 type ztun
}
on f link add sb8 type shortbridge
on f link add br8 type bridge
on f link add d8 type dummy
on f link add d9 type dummy
on f link set d9 master br8
on f link add d10 type dummy
on f link add link d10 name mac10 type macvlan
ztun 'no lower device' 'needs a lower device'
ztun 'not Ethernet' 'Not an Ethernet device' link lo
ztun 'a tunnel of another kind' 'Not an Ethernet device' link gre0
ztun 'a lower device that has one' 'already the lower device of a ztun' link g0
ztun 'the port of a bridge' 'already enslaved' link d9
ztun 'one whose frames another takes' 'already takes' link d10
ztun 'a shortbridge' 'nothing but between its two ports' link sb8
ztun 'an MTU above' 'exceeds that of the lower' link d8 mtu 1501
ztun 'no address' 'unicast' link d8 address 01:00:00:00:00:01
refused 'a ztun on a ztun' 'is a ztun' a link add link z0 name z9 type ztun
refused 'more than the MTU below, later' 'greater than device maximum' a link set z0 mtu 1459

on g link add d8 type dummy
on g link add br8 type bridge
on g link add link d8 name mac8 type macvlan
on g link add d9 type dummy
refused 'a third port' 'two ports, and both are taken' g link set d9 master sb0
on g link add sb8 type shortbridge
port() { # DESCRIPTION MESSAGE DEVICE
	refused "a port: $1" "$2" g link set "$3" master sb8
}
port 'not Ethernet' 'Not an Ethernet device' gre0
port 'a shortbridge' 'nothing but between its two ports' sb0
port 'one whose frames another takes' 'already takes' d8
on g link add link sb8 name mac9 type macvlan
port 'one above it' 'a loop' mac9
on g link add link d9 name n1 type macvlan mode passthru
for i in {2..7}; do
	on g link add link "n$((i - 1))" name "n$i" type vlan id "$i"
done
port 'too many devices' 'Too many devices are stacked' n7
refused 'a ztun: too many devices' 'Too many devices are stacked' g link add link n7 name z9 type ztun
refused 'a shortbridge stays where it is' '' g link set sb8 netns "$P-f"
refused 'a VLAN on it' '' g link add link sb8 name v8 type vlan id 8
on f link set g0 nomaster
on g link del n1
for device in d8 d9 sb8 br8; do on g link del "$device"; done
for device in sb8 br8 d8 d9 d10; do on f link del "$device"; done

# ---- following ----
on f link set g0 mtu 1400
equal 'a smaller MTU' "$(attribute a z0 mtu)" 1400
on f link set g0 mtu 1450
equal 'a larger one' "$(attribute a z0 mtu) $(attribute a z0 max_mtu)" '1450 1450'
on a link set z0 mtu 1300
on f link set g0 mtu 1440
equal 'one that was chosen stays' "$(attribute a z0 mtu)" 1300
on f link set g0 mtu 1200
equal 'as long as it fits' "$(attribute a z0 mtu)" 1200
on f link set g0 mtu 1458
on g link set e1 mtu 1400
equal "the smaller of the ports'" "$(attribute g sb0 mtu)" 1400
on g link set e1 mtu 1500
equal 'again' "$(attribute g sb0 mtu)" 1458

down() { # the kernel has two words for it, by what it finds in the interface's namespace
	[[ $(attribute "$1" "$2" operstate) == *DOWN ]]
}
on f link set g0 down
check 'the lower device down' wait_until "$DEADLINE" down a z0
refuses 'nothing passes' within b ping -c 1 -W 1 10.1.0.1
on f link set g0 up
check 'and up' wait_until "$DEADLINE" is a z0 operstate UP
on b link set e0 down
check 'a port without carrier' wait_until "$DEADLINE" is g sb0 operstate DOWN
on b link set e0 up
check 'with carrier' wait_until "$DEADLINE" is g sb0 operstate UP
on g link set sb0 down
refuses 'a shortbridge that is down lets nothing pass' within b ping -c 1 -W 1 10.1.0.1
on g link set sb0 up
check 'one that is up does' wait_until "$DEADLINE" within b ping -c 1 -W 1 10.1.0.1

offload f g0 tso 0
equal 'offloads of the lower device off' "$(offload a z0 tso)$(offload a z0 sg)" 01
offload f g0 sg 0
equal 'without scatter-gather' "$(offload a z0 tso)$(offload a z0 sg)" 00
offload f g0 sg 1
offload f g0 tso 1
equal 'and on' "$(offload a z0 tso)$(offload a z0 sg)" 11
offload g e1 tso 0
equal 'those of a port' "$(offload g sb0 tso)" 0
offload g e1 tso 1
equal 'likewise' "$(offload g sb0 tso)" 1

# ---- shaping below holds ----
tc -n "$P-f" qdisc replace dev g0 root pfifo limit 100
before=$(tc -n "$P-f" -s qdisc show dev g0 root | sed -n 's/^ Sent [0-9]* bytes \([0-9]*\) .*/\1/p')
within a ping -q -c 5 -i 0.01 -W 5 10.1.0.2 >/dev/null
after=$(tc -n "$P-f" -s qdisc show dev g0 root | sed -n 's/^ Sent [0-9]* bytes \([0-9]*\) .*/\1/p')
check 'what is sent waits in the queue of the lower device' test "$((after - before))" -ge 5
tc -n "$P-f" qdisc replace dev g0 root noqueue
tc -n "$P-f" qdisc add dev g0 clsact
tc -n "$P-f" filter add dev g0 egress matchall action drop
refuses 'a filter there holds, too' within a ping -c 1 -W 1 10.1.0.2
tc -n "$P-f" qdisc del dev g0 clsact
check 'until it is gone' within a ping -c 1 -W 5 10.1.0.2

# ---- moves, and what goes with what ----
spaces c
on a link set z0 netns "$P-c"
like 'a ztun moves' "$(on c link show z0)" "link-netns $P-f"
on c addr add 10.1.0.1/24 dev z0
on c link set z0 up
check 'and works' wait_until "$DEADLINE" within c ping -c 1 -W 1 10.1.0.2
on f link set g0 netns "$P-a"
on a link set g0 up
check 'its lower device moves' wait_until "$DEADLINE" within c ping -c 1 -W 1 10.1.0.2
like 'which is shown' "$(on c link show z0)" "link-netns $P-a"
on g link set e1 netns "$P-f"
equal 'a port that moves leaves' "$(attribute f e1 master)$(attribute f e1 promiscuity)" 0
check 'the other stays, alone' wait_until "$DEADLINE" is g sb0 operstate DOWN
on f link set e1 netns "$P-g"
on g link set e1 up
on g link set e1 master sb0
check 'it comes back' wait_until "$DEADLINE" within c ping -c 1 -W 1 10.1.0.2
on g link del sb0
equal 'without the shortbridge the ports are free' \
	"$(attribute g e1 promiscuity)$(attribute g g0 promiscuity)$(attribute g g0 master)" 00
refuses 'the module stays while a device is there' rmmod shortbridge
on a link del g0
check 'a ztun goes with its lower device' gone c z0
on g link add link g0 name z0 netns "$P-b" type ztun
ip netns del "$P-g"
check 'and with its namespace' wait_until "$DEADLINE" gone b z0
log_is_clean
finish
