#!/usr/bin/env bash
# attach NODE nic: an interface of the machine goes into a node and comes back with all that
# it had, by off, undo, del, quit, destroy, and after kill -9 at any instant.
#
# One end of a veth pair, d0, stands for its card.
ON_MACHINE=1
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../terminal.sh"

only_root 'add host h1; attach h1 nic d0'

ip link set lo up
ip link add d0 type veth peer name d1
ip link set d0 mtu 1400 address 02:00:00:00:0d:00 && ip link set d0 up
ip link set d1 up
ip addr add 192.0.2.1/24 dev d0 && ip addr add 192.0.2.5/32 dev d0
ip addr add 2001:db8::1/64 dev d0 nodad
ip route add 198.51.100.0/24 via 192.0.2.9 metric 7
ip route add default via 192.0.2.9
ip route add 2001:db8:5::/48 via 2001:db8::9
ip link add br0 type bridge
ip link add p0 type veth peer name p1 && ip link set p0 master br0

machine() { # all of it that could be changed
	ip -o link show | grep -Eo '^[0-9]+: [^:@]*|mtu [0-9]+|[<,]UP[,>]|link/.*|alias.*'
	ip -o addr show | sed 's/ tentative//'
	ip route show | sort
	ip -6 route show | sed 's/ linkdown//' | sort
}
is_untouched() {
	[[ $(machine) == "$before" ]]
}
untouched() { # DESCRIPTION
	if wait_until "$DEADLINE" is_untouched; then
		ok "$1"
	else
		equal "$1" "$(machine)" "$before"
	fi
}
settled() { # link-local addresses are not tentative any more, routes are there
	! ip -6 addr show | grep -q tentative && ip -6 route show dev d0 | grep -q fe80
}
wait_until "$DEADLINE" settled
before=$(machine)

network
shell
say 'add host h1' && say 'add switch s1' && say 'link h1 s1'
says_no 'none of that name' 'attach h1 nic nope' 'no interface named .nope.'
says_no 'a port of a bridge' 'attach h1 nic p0' 'p0 is a port of br0.*nomaster'
says_no 'what the kernel keeps in its namespace' 'attach h1 nic br0' 'move it.*Invalid argument.*bridges'
says_no 'the way to the machine' 'attach h1 nic d0' 'default route leads over d0.*anyway'
ip link set d1 alias espalier/other/gw
says_no 'an interface of a network' 'attach h1 nic d1' "a network's own"
ip link set d1 alias ''
untouched 'what is refused changes nothing'

says 'into a node' 'attach h1 nic d0 anyway'
refuses 'it has left the machine' ip link show d0
says_no 'it is no end of a link' 'ip h1:d0 192.0.2.7/24' "the machine's.*keep h1 ip addr"
says 'an address' 'keep h1 ip addr add 192.0.2.7/24 dev d0'
ip addr add 192.0.2.9/24 dev d1
says 'it is up there' 'h1 ping -c 1 192.0.2.9'
ip addr del 192.0.2.9/24 dev d1
says 'show tells of it' 'show h1'
equal 'by name' "$(answer result.nics)" '["d0"]'
like 'show nodes, too' "$(say 'show nodes' && answer result.0.nics)" '^d0$'
says 'graph' "graph $WORK/net.dot"
like 'draws it' "$(<"$WORK/net.dot")" 'h1..?nnic d0'
like 'in the terminal, too' "$(LC_ALL=C "$ESPALIER" attach "$NET" --read-only <<<graph)" '. h1     |.*. nic d0 |'

# the monitor
espalier monitor "$NET" --once every 100ms
like 'monitor shows it, out and in' "$OUT" ', 1 nic .*h1→nic d0 +up .*h1←nic d0 +up '
espalier monitor "$NET" s1 --once every 100ms
unlike 'not where only others are asked for' "$OUT" 'nic'
rated() { # DIRECTION
	"$ESPALIER" monitor "$NET" --json --once every 100ms |
		members "nics.0.directions.$1.bits_per_s" | grep -qE '^[1-9]'
}
ip addr add 192.0.2.9/24 dev d1
says 'traffic' 'h1 ping -i 0.02 192.0.2.9 &'
check 'what it sends' wait_until "$DEADLINE" rated 0
check 'what it receives' wait_until "$DEADLINE" rated 1
says 'no more of it' 'stop 1'
ip addr del 192.0.2.9/24 dev d1
terminal 80x24 "$ESPALIER monitor $NET every 100ms"
sees 'on a terminal' 'h1→nic d0 +up'
keys 2 3
sees 'the topology has it' '│ nic d0 │'
keys 1 End Enter
sees 'and all about it' "h1:d0   the machine's   up   MTU 1400B"
keys Escape
inside h1 ip link set d0 netns $$
sees 'something takes it out' 'h1→nic d0 +gone'
says 'repair' repair
sees 'it is back' 'h1→nic d0 +up'
keys q
sees 'q leaves' 'the end, status 0'

says 'down' 'down h1'
unlike 'is down' "$(inside h1 ip link show d0)" '[<,]UP[,>]'
says 'undo' undo
like 'is up' "$(inside h1 ip link show d0)" '[<,]UP[,>]'
says 'save' "save $WORK/nic.lab"
like 'before what is kept' "$(<"$WORK/nic.lab")" $'attach h1 nic d0 anyway\nkeep h1 ip addr'
says 'repair' repair
equal 'finds all as it should be' "$(answer result.repaired)" '[]'
says 'something takes it out' "h1 ip link set d0 netns $$"
says 'repair' repair
like 'tells' "$(answer result.repaired)" 'h1:d0 was not in the node'
says 'puts it back' 'h1 ip link show d0'
says 'off' 'attach h1 nic d0 off'
untouched 'the machine has all back'
says 'undo' undo
says 'it is in the node again' 'h1 ip link show d0'
says 'the node goes' 'del h1'
untouched 'and gives it back'
says 'a port of a switch' 'attach s1 nic d0 anyway'
like 'is one of its bridge' "$(inside s1 ip link show d0)" 'master br0'
shell_kill KILL
like 'from another namespace it is not destroyed' "$(unshare -n "$ESPALIER" destroy "$NET" 2>&1)" \
	's1:d0 belongs to another network namespace'
check 'and goes on' "$ESPALIER" attach "$NET" <<<'s1 ip link show d0'
check 'destroy after kill -9' "$ESPALIER" destroy "$NET"
untouched 'gives it back'

# a saved network needs the interface
network
espalier -b "$WORK/nic.lab"
equal 'a lab that has it is built' "$STATUS" 0
untouched 'and its end gives it back'
sed -i s/d0/d7/ "$WORK/nic.lab"
espalier -b "$WORK/nic.lab"
equal 'without it, it is not' "$STATUS" 1
like 'says why' "$OUT" "no interface named 'd7'"

# killed wherever it is
network
"$ESPALIER" -n "$NET" --keep -b - <<<'add host h1' 2>/dev/null
moves=$(for _ in {1..30}; do echo 'attach h1 nic d0 anyway; attach h1 nic d0 off'; done)
points=(015 022 036 049 071 086)
[[ ! $SLOW ]] || points=(500)
for ms in "${points[@]}"; do
	"$ESPALIER" attach "$NET" <<<"$moves" >"$WORK/said" 2>&1 &
	pid=$!
	read -r -t "0.$ms" <> <(:) || true
	kill -KILL $pid
	wait $pid
	espalier --json attach "$NET" <<<'show h1; h1 ip link show d0'
	if [[ $OUT == *'"nics":["d0"]'* ]]; then
		equal "killed after $ms ms: it is in the node" "$STATUS" 0
		refuses 'and not on the machine' ip link show d0
		check 'where it is taken back' "$ESPALIER" attach "$NET" <<<'attach h1 nic d0 off'
	fi
	untouched "killed after $ms ms: it is on the machine"
done 2>/dev/null

# Ctrl-C at any call that changes something: it is in the node, or on the machine
traced() { # STRACE_EXPRESSION
	# the leak checker cannot work beside strace
	ASAN_OPTIONS=detect_leaks=0 strace -qq -o "$WORK/trace" -e "$1" \
		"$ESPALIER" attach "$NET" <<<'attach h1 nic d0 anyway' >"$WORK/said" 2>&1
	espalier --json attach "$NET" <<<'repair; attach h1 nic d0 off'
	[[ $OUT == *'"repaired":[]'* ]] && wait_until "$DEADLINE" is_untouched
}
for call in sendto write; do
	[[ ! $SLOW ]] || continue
	traced "trace=$call"
	calls=$(wc -l <"$WORK/trace")
	for ((n = 1; n <= calls; n++)); do
		traced "inject=$call:signal=INT:when=$n" || not_ok "Ctrl-C at $call $n: $OUT $(<"$WORK/said")"
	done
	check "Ctrl-C at any $call of $calls" test "$calls" -ge 3
done

# what cannot be put back is told
check 'it is in the node' "$ESPALIER" attach "$NET" <<<'attach h1 nic d0 anyway'
ip link add d0 type veth peer name x1
espalier attach "$NET" <<<'attach h1 nic d0 off'
like 'another one has its name' "$OUT" 'h1:d0: the machine has another interface of that name'
check 'it has one of its own' ip link show esp0
ip link del x1
ip link add y0 type veth peer name y1
terminal 80x24 "$ESPALIER attach $NET"
types 'attach h1 nic y0; h1 ip link del y0; attach h1 nic y0 off'
sees 'one that is deleted, and given back, is gone' 'h1:y0: the interface is gone'
unlike 'and not said to be back' "$(screen)" 'y0 is back'
types 'detach'
sees 'the shell leaves' 'the end, status 0'
check 'one that is deleted' "$ESPALIER" attach "$NET" <<<'attach h1 nic esp0 anyway; h1 ip link del esp0'
espalier destroy "$NET"
equal 'does not keep the network from ending' "$STATUS" 1
like 'and is told' "$OUT" 'has ended, but not all is as it was: h1:esp0: the interface is gone'
finish
