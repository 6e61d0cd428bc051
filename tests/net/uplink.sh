#!/usr/bin/env bash
# add nat: a network that reaches the machine's own and what is behind it; what is set on the
# machine is repaired, and taken back by del, undo, quit, destroy and after kill -9.
#
# Another network namespace stands for the internet.
ON_MACHINE=1
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../terminal.sh"

only_root 'add nat gw'

unshare -n sleep 1000 &
INTERNET=$!
clean_up() {
	close_terminal
	kill "$INTERNET"
}
has_namespace() {
	[[ $(readlink "/proc/$INTERNET/ns/net") != "$(readlink /proc/self/ns/net)" ]]
}
wait_until "$DEADLINE" has_namespace
ip link set lo up
ip link add wan type veth peer name net0 netns "$INTERNET"
ip addr add 203.0.113.1/24 dev wan && ip link set wan up
nsenter -t "$INTERNET" -n sh -c 'ip addr add 203.0.113.9/24 dev net0; ip link set net0 up'

machine() { # all that could be changed on it
	cat /proc/sys/net/ipv4/ip_forward
	nft list ruleset
	ip -o link | sed -E 's/^[0-9]+: //; s/ .*alias/ alias/' | cut -c1-80
	find /run/espalier/ -maxdepth 1 -name '.?*' 2>/dev/null
}
uplink() {
	ip -o link show | grep -o "esp[0-9a-f]*@.*alias espalier/$NET/gw" | cut -d@ -f1
}
untouched() { # DESCRIPTION
	equal "$1" "$(machine)" "$before"
}
is_up() {
	ip link show wan | grep -q 'state UP'
}
wait_until "$DEADLINE" is_up
before=$(machine)

network
shell
say 'add host h1 h2' && say 'add router r1'
says 'a nat' 'add nat gw'
say 'link h1 gw' && say 'link r1 gw' && say 'link h2 r1'
says 'route auto' 'route auto'
says 'what is behind the machine is reached' 'h1 ping -c 1 203.0.113.9'
says 'over a router, too' 'h2 ping -c 1 203.0.113.9'
says 'and the machine' 'h1 ping -c 1 203.0.113.1'
like 'what is on the machine is marked' "$(machine)" "table ip espalier/$NET/gw"
equal 'show tells its kind' "$(say 'show gw' && answer result.kind)" nat
like 'so does the dashboard' "$("$ESPALIER" monitor "$NET" --once --json)" '"kind":"nat"'
like 'in a picture it has a frame of its own' "$("$ESPALIER" --read-only attach "$NET" <<<graph)" '┃ gw ┃'
says_no 'and so does an error' 'add host gw' 'there is a nat named'
says 'repair' repair
equal 'finds all as it should be' "$(answer result.repaired)" '[]'
ip link del "$(uplink)"
nft delete table ip "espalier/$NET/gw"
echo 0 >/proc/sys/net/ipv4/ip_forward
says 'what was changed' repair
like 'is told' "$(answer result.repaired)" 'gw:uplink was gone.*table.*forward'
says 'and put back' 'h1 ping -c 1 203.0.113.9'
ip link set "$(uplink)" netns "$INTERNET"
says 'what was taken elsewhere' repair
says 'is made anew' 'h1 ping -c 1 203.0.113.9'
says 'save' "save $WORK/nat.lab"
like 'as a nat' "$(<"$WORK/nat.lab")" 'add nat gw'
says 'the node goes' 'del gw'
untouched 'and all that it had set'
says 'undo' undo
says 'it works again' 'h1 ping -c 1 203.0.113.9'
first=$NET

# a shell elsewhere cannot do what is to be done here, and spoils nothing
check 'detach' say detach
shell_end
elsewhere() {
	nsenter -t "$INTERNET" -n "$ESPALIER" "$@" 2>&1
}
like 'another namespace' "$(elsewhere attach "$NET" <<<repair)" 'gw: its uplink is in another'
like 'cannot end it' "$(elsewhere attach "$NET" <<<quit)" "network '$NET' goes on: gw: its uplink is in another"
like 'nor destroy it' "$(elsewhere destroy "$NET")" 'gw: its uplink is in another'
shell attach "$NET"
says 'here all is there' repair
equal 'and as it was' "$(answer result.repaired)" '[]'

# two networks need forwarding; the last one switches it off
network
check 'another network' "$ESPALIER" -n "$NET" --keep -b - <<<'add nat gw'
shell_kill KILL
check 'the first one is destroyed after kill -9' "$ESPALIER" destroy "$first"
equal 'forwarding stays, which the other one needs' "$(</proc/sys/net/ipv4/ip_forward)" 1
ip link del "$(uplink)" # by another program, and the end is as well
check 'the other one, too, without /sbin in PATH' env PATH=/usr/bin:/bin "$ESPALIER" destroy "$NET"
untouched 'nothing is left'

# forwarding that was on is none of ours
echo 1 >/proc/sys/net/ipv4/ip_forward
network
check 'a network that quits, without /sbin in PATH' env PATH=/usr/bin:/bin "$ESPALIER" -n "$NET" -b - <<<'add nat gw'
equal 'leaves forwarding on' "$(</proc/sys/net/ipv4/ip_forward)" 1
echo 0 >/proc/sys/net/ipv4/ip_forward
untouched 'and nothing else'

# a machine that is gone, with all that was set there; the kernel takes its time over that
outlives() { "$ESPALIER" attach "$NET" <<<"$1"; }
for end in 'del gw' repair; do
	network
	check 'a network of another machine' unshare -n "$ESPALIER" -n "$NET" --keep -b - <<<'add nat gw'
	check "whose end it outlives: $end" wait_until "$DEADLINE" outlives "$end"
	check 'destroyed' "$ESPALIER" destroy "$NET"
	untouched 'nothing is left'
done

# a shell that is killed when it calls nft for the nth time
real=$(command -v nft)
mkdir "$WORK/bin"
cat >"$WORK/bin/nft" <<END
#!/bin/sh
read -r n <$WORK/n
echo \$((n - 1)) >$WORK/n
[ \$n = 1 ] || exec $real "\$@"
read -r pid <$WORK/pid
kill -KILL \$pid
END
chmod +x "$WORK/bin/nft"
killed_at() { # N COMMAND
	echo "$1" >"$WORK/n"
	PATH=$WORK/bin:$PATH sh -c 'echo $$ >"$1"; exec "$2" attach "$3"' sh "$WORK/pid" "$ESPALIER" "$NET" \
		<<<"$2" >"$WORK/said" 2>&1
	(($? == 137))
} 2>/dev/null
network
"$ESPALIER" -n "$NET" --keep -b - <<<'add host h1' 2>/dev/null
for n in 1 2; do
	check "killed while it makes one: $n" killed_at "$n" 'add nat gw'
	check 'attach' "$ESPALIER" attach "$NET" <<<'show'
	untouched 'undoes it'
done

# Ctrl-C while nft runs
mkdir "$WORK/slow"
cat >"$WORK/slow/nft" <<END
#!/bin/sh
: >$WORK/asked
until [ -e $WORK/go ]; do sleep 0.02; done
exec $real "\$@"
END
chmod +x "$WORK/slow/nft"
terminal 100x40 "PATH=$WORK/slow:$PATH $ESPALIER attach $NET"
at_prompt 'a prompt'
types 'add nat gw'
check 'nft is called' wait_until "$DEADLINE" test -e "$WORK/asked"
keys C-c
sees 'Ctrl-C' '\^C'
: >"$WORK/go"
prompt_again() {
	[[ $(screen | grep -v '^ *$' | tail -n 1) =~ ^(\^C)?espalier[^\ ]*\>\ *$ ]]
}
check 'a prompt again' wait_until "$DEADLINE" prompt_again
unlike 'nft does not heed it' "$(screen)" 'error'
types repair
sees 'nothing is half done' 'all is as it should be'
types 'del gw'
types detach
sees 'detached' 'the end, status 0'
untouched 'nothing is left of it'
close_terminal

# nothing that is taken back needs nft
mkdir "$WORK/none"
printf '#!/bin/sh\nexit 127\n' >"$WORK/none/nft"
chmod +x "$WORK/none/nft"
without_nft() {
	PATH=$WORK/none:$PATH "$ESPALIER" "$@"
}
check 'a nat' "$ESPALIER" attach "$NET" <<<'add nat gw'
check 'without nft it is deleted' without_nft attach "$NET" <<<'del gw'
untouched 'and all that it had set'
like 'none is made' "$(without_nft attach "$NET" <<<'add nat gw' 2>&1)" 'nft.*nftables'
untouched 'nor a part of one'

# a shell that is killed at any call by which it takes something back
deletes() { # STRACE_EXPRESSION
	"$ESPALIER" attach "$NET" <<<'add nat gw' >"$WORK/said" 2>&1
	# the leak checker cannot work beside strace
	ASAN_OPTIONS=detect_leaks=0 strace -qq -o "$WORK/trace" -e "$1" "$ESPALIER" attach "$NET" <<<'del gw' \
		>"$WORK/said" 2>&1
} 2>/dev/null
for call in sendto unlink; do
	[[ ! $SLOW ]] || continue
	deletes "trace=$call"
	calls=$(wc -l <"$WORK/trace") left=()
	for ((n = 1; n <= calls; n++)); do
		deletes "inject=$call:signal=KILL:when=$n"
		"$ESPALIER" attach "$NET" <<<'del gw' >"$WORK/said" 2>&1
		[[ $(machine) == "$before" ]] || left+=("$n: $(machine)")
	done
	equal "killed at any $call of $calls while it deletes it, attach finishes it" "${left[*]-}" ''
	check "these are some" test "$calls" -ge 2 # the interface may go with its namespace
done
check 'destroyed' "$ESPALIER" destroy "$NET"
finish
