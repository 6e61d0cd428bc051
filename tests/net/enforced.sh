#!/usr/bin/env bash
# link ... enforced: a node that deletes and changes all that it can reach in its network
# does not get more than the rate; of plain links, tunnels, and links that wire carries.
. "$(dirname "$0")/../lib.sh"
needs 'tbf and vxlan' sh -c 'tc qdisc add dev lo root tbf rate 1mbit burst 10kb limit 100kb &&
	ip link add v0 type vxlan id 1 dstport 4789 local 127.0.0.1'

RATE=1000 # kbit/s: two frames of tokens last 24 ms, in which a busy machine may stand still
network
shell
say 'add host h1 h2'
listening() { can h2 'sh -c "ss -ltn | grep -q :5201"'; }
say 'h2 iperf3 -s &'
check 'a server' wait_until "$DEADLINE" listening

# What root can do to its own interfaces, and then some.
hostile() { # INTERFACE ADDRESS
	local line
	for line in "tc qdisc del dev $1 root" "tc qdisc replace dev $1 root pfifo limit 100000" \
		"tc qdisc replace dev $1 root tbf rate 10gbit burst 10mb limit 10mb" "tc qdisc del dev $1 root" \
		"ip link set $1 txqueuelen 100000" "ip link set $1 address 02:00:00:99:99:01" \
		"ip addr add $2/24 dev $1" "ip link set $1 promisc on" "ip link set $1 down" "ip link set $1 up" \
		"ip link set $1 mtu 1200" "ip link set $1 group 7" "ip link set $1 arp off" "ip link set $1 arp on"; do
		say "h1 $line" # what is refused does not help it either
	done
}

n=0
links=('' 'tunnel vxlan' 'tunnel vxlan via macvlan' 'engine wire')
[[ ! $SLOW ]] || links=('' 'tunnel vxlan')
for what in "${links[@]}"; do
	# without root there may be no taps
	[[ $what != 'engine wire' ]] || can h1 'sh -c "exec 3<>/dev/net/tun"' || continue
	n=$((n + 1))
	a=10.50.$n.1 b=10.50.$n.2
	says "enforced ${what:-link}" "link h1 h2 $what rate ${RATE}kbit enforced ip $a/24 $b/24 name l$n"
	says 'show' "show l$n"
	eth=$(answer result.ends.0.interface | cut -d: -f 2)
	like 'says so' "$REPLY" '"enforced": ?true'
	like 'and the rate' "$(answer result.ends)" "rate ${RATE%000}mbit"
	carries h1 "$b" "$RATE" 80 102
	hostile "$eth" "10.60.$n.1"
	carries h1 "$b" "$RATE" 1 102 # how little it makes of it is its own affair
	says 'repair of what it did to itself' repair
	if [[ $what != 'engine wire' ]]; then # it has no discipline anywhere
		unlike 'nothing of the shape is in the node' "$(inside h1 tc qdisc show dev "$eth")" e50
		say "show l$n"
		like 'it is in force' "$(answer result.ends)" "rate ${RATE%000}mbit"
	fi
	if ((n == 1)); then # one stands for all: it takes a while
		say "h1 tc qdisc replace dev $eth root tbf rate $((RATE / 4))kbit burst 10kb limit 30kb"
		carries h1 "$b" "$RATE" 15 40 # the host shapes, too
		say "h1 tc qdisc del dev $eth root"
		says 'a change' "shape l$n rate $((2 * RATE))kbit"
		carries h1 "$b" "$RATE" 150 202
		says 'is undone' undo
		carries h1 "$b" "$RATE" 70 102
	fi
	says 'each direction has its own' "shape l$n from h2 rate 500kbit"
	say "show l$n"
	like 'it has' "$(answer result.ends)" "rate ${RATE%000}mbit.*rate 500kbit"
	check 'a packet' can h1 "ping -c 1 -W $DEADLINE $b" # what was repaired counts from 0
	says 'show queues' 'show queues'
	like 'tells of the queue' "$(answer result)" "\"h1:$eth\",\"packets\":[1-9]"
	says 'repair' repair
	says 'repair again' repair
	equal 'has nothing to mend' "$(answer result.repaired)" '[]'
	shell_kill KILL
	shell attach "$NET"
	says 'repair after kill -9' repair
	equal 'has nothing to mend' "$(answer result.repaired)" '[]'
	say "save $WORK/$n.lab"
	like 'it is saved' "$(<"$WORK/$n.lab")" enforced
	says 'delete' "del l$n"
done
if ((EUID == 0)); then
	equal 'nothing of them is left in the fabric' "$(nsenter --net="/run/espalier/$NET/ns/.fabric" ls /sys/class/net 2>/dev/null | grep -cE '^(br|port|vxlan)[0-9]')" 0
fi
shell_end
check 'destroy' "$ESPALIER" destroy "$NET"
finish
