#!/usr/bin/env bash
# add nat: a network that reaches the machine's own and what is behind it; what is set on the
# machine is repaired, and taken back by del, undo, quit, destroy and after kill -9.
#
# A network namespace stands for the machine, and another one for the internet.
if [[ ! ${IN_MACHINE-} ]] && ((EUID == 0)); then
	IN_MACHINE=1 exec unshare -n "$0"
fi
. "$(dirname "$0")/../lib.sh"

if ((EUID != 0)); then
	network
	batch <<<'add nat gw'
	equal 'without root it is refused' "$STATUS" 1
	like 'says why' "$OUT" 'without root.*sudo espalier'
	finish
fi

unshare -n sleep 1000 &
INTERNET=$!
clean_up() {
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
says_no 'and so does an error' 'add host gw' 'there is a nat named'
says 'repair' repair
equal 'finds all as it should be' "$(answer result.repaired)" '[]'
ip link del "$(uplink)"
nft delete table ip "espalier/$NET/gw"
echo 0 >/proc/sys/net/ipv4/ip_forward
says 'what was changed' repair
like 'is told' "$(answer result.repaired)" 'gw:uplink was gone.*table.*forward'
says 'and put back' 'h1 ping -c 1 203.0.113.9'
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
like 'another namespace' "$(nsenter -t "$INTERNET" -n "$ESPALIER" attach "$NET" <<<repair 2>&1)" 'gw: its uplink is in another'
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
"$ESPALIER" attach "$NET" <<<'add nat gw'
check 'killed while it deletes it' killed_at 1 'del gw'
check 'attach' "$ESPALIER" attach "$NET" <<<'show'
untouched 'finishes it'
check 'destroyed' "$ESPALIER" destroy "$NET"
finish
