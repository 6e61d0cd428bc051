#!/usr/bin/env bash
# link ... underlay NETWORK.NODE NETWORK.NODE: tunnels over another network. Two networks with the
# same names and addresses on a third; keys, MTUs, save; the substrate changes, goes and comes
# back, while the others are changed, undone, killed.
# On any kernel the same, but for GRE and Geneve, of which tunnel_kinds.sh makes some.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../terminal.sh"
needs vxlan ip link add v0 type vxlan id 1 dstport 4789 local 127.0.0.1

if ((EUID)); then # whose networks do not see each other
	network
	shell
	say 'add host h1 h2'
	says_no 'without root there is no other network' 'link h1 h2 tunnel vxlan underlay sub.m1 sub.m2' \
		'no network .sub.*without root each network is alone'
	shell_end
	finish
fi

network
SUB=$NET
network
RED=$NET
network
BLUE=$NET

# on NETWORK COMMAND...: in a shell of its own, which leaves the network running.
on() {
	local attach=(attach "$1")
	[[ -d /run/espalier/$1 ]] || attach=(-n "$1")
	shift
	printf "%s\n" "$@" detach | timeout -k 5 120 "$ESPALIER" "${attach[@]}" -b - 2>&1
}
build_substrate() {
	on "$SUB" 'add host m1 m2 m3' 'add router core' 'link m1 core' 'link m2 core mtu 1400B' 'link m3 core' 'route auto'
}
link_of() { # MEMBER NAME: of a link, as show has it
	say "show $2" && answer "result.$1"
}
ends_of() { # NODE: its interfaces, but for those that every namespace has with some modules
	inside "$1" ls /sys/class/net | grep eth
}
U="underlay $SUB.m1 $SUB.m2"

# ---- two networks, with the same everything, on a third ----
check 'a substrate' build_substrate
NET=$RED
shell
say 'set auto off' && say 'add host h1 h2 h3' && say 'ip h1:lo 10.99.0.1/32'
says 'a tunnel over it' "link h1 h2 tunnel vxlan $U name a ip 10.0.0.1/24 10.0.0.2/24"
equal 'its key is free there' "$(link_of key a)" 1
equal 'its MTU follows from the path there' "$(link_of mtu a)" 1350
equal 'show tells of the underlay' "$(link_of underlay a)" "[\"$SUB.m1\",\"$SUB.m2\"]"
says 'packets pass' 'h1 ping -c 1 -s 1322 -M do 10.0.0.2'
check 'the other one' on "$BLUE" 'set auto off' 'add host h1 h2' \
	"link h1 h2 tunnel vxlan $U name a ip 10.0.0.1/24 10.0.0.2/24 rate 5mbit enforced" 'show a' 'h1 ping -c 2 -q 10.0.0.2'
like 'has another key' "$(on "$BLUE" 'show a')" 'key 2 between'
equal 'each counts its own' "$(say 'h2 nstat -asz IcmpInEchos'; answer result.output | awk '/Echos/ { print $2 }')" 1
check 'a tunnel within the substrate' on "$SUB" 'add host x y' 'link x y tunnel vxlan underlay m1 m3 name inner'
like 'has yet another key' "$(on "$SUB" 'show inner')" 'key 3 between'
says 'the next one here' "link h1 h3 tunnel vxlan underlay $SUB.m1 $SUB.m3 name b ip 10.0.1.1/24 10.0.1.2/24"
equal 'avoids all of them' "$(link_of key b)" 4
says 'and works' 'h1 ping -c 1 10.0.1.2'
says_no 'the substrate knows nothing of their addresses' 'h3 ping -c 1 -W 1 10.0.0.2' ''
unlike 'and has none of their devices' "$(on "$SUB" 'm1 ip -d link')" 'vxlan|bridge'
# in all the ways that a device is made
for way in macvlan direct bridge; do
	says "$way" "link h1 h2 tunnel vxlan $U via $way name c ip 10.0.2.1/24 10.0.2.2/24"
	says "$way: packets pass" 'h1 ping -c 1 10.0.2.2'
	says "$way: repair" repair
	equal "$way: has nothing to mend" "$(answer result.repaired)" '[]'
	says "$way: undo" undo
done

# ---- several at the same moment ----
crowd=() many=() shells=()
for _ in 1 2 3; do
	network
	crowd+=("$NET")
done
for _ in 1 2 3 4 5 6; do many+=("link h1 h2 tunnel vxlan $U ip none none"); done
for name in "${crowd[@]}"; do
	on "$name" 'add host h1 h2' "${many[@]}" 'show links' >"$WORK/$name" &
	shells+=($!)
done
wait "${shells[@]}" # each has its deadline
for name in "${crowd[@]}"; do
	equal 'each gets keys' "$(grep -cE 'vxlan [0-9]' "$WORK/$name" || cat "$WORK/$name")" 6
done
equal 'no two the same' "$(cat "${crowd[@]/#/$WORK/}" | grep -oE 'vxlan [0-9]+' | sort | uniq -d)" ''
for name in "${crowd[@]}"; do check 'it goes' "$ESPALIER" destroy "$name"; done
NET=$RED

# ---- what is refused ----
before=$(kernel_state h1 h2 h3)
for line in "key 2 $U|key 2 is that of the tunnel a of network $BLUE" "key 1 $U|the tunnel a" \
	"underlay $SUB.m1 $SUB.nobody|network '$SUB' has no node 'nobody'" "underlay $SUB.m1 $SUB.m1|not twice" \
	"underlay nosuch.m1 nosuch.m2|no network 'nosuch'.*espalier ls" "underlay h3 $SUB.m1|not in one network" \
	"underlay $SUB.m1 $BLUE.h1|not in one network" "underlay $RED.h1 $RED.h3|h1 is an end of the link" \
	"underlay $RED.x $RED.h3|no node 'x'" "$U mtu 1351B|too large for the path.*1350B" \
	"underlay $SUB. $SUB.m1|name" "underlay .m1 $SUB.m1|name" "underlay ../x.m1 $SUB.m1|" \
	"underlay $SUB.m1 $SUB.x|does not connect m1 and x.*no route" "key 4 $U|tunnel b"; do
	says_no "refused: ${line%|*}" "link h1 h2 tunnel vxlan ${line%|*}" "${line#*|}"
done
says_no 'an underlay without a tunnel' "link h1 h2 $U" 'an underlay without a tunnel'
equal 'nothing of it stays' "$(kernel_state h1 h2 h3)" "$before"

# ---- the substrate changes ----
check 'an address there moves' on "$SUB" 'ip m2:eth0 10.1.0.77/24' 'route auto'
says 'the tunnel follows' 'h1 ping -c 1 10.0.0.2'
like 'show has the address' "$("$ESPALIER" --read-only attach "$RED" -b - <<<'show a')" '10\.1\.0\.77'
says 'that is no change of its own' undo
says_no 'what is undone is the last command' 'show b' 'no '
says 'and the tunnel stays as it is' 'h1 ping -c 1 10.0.0.2' && says 'redo' redo
says 'both work' 'h1 ping -c 1 10.0.0.2' && says 'the other, too' 'h1 ping -c 1 10.0.1.2'
says 'a link whose MTU is given' "link h1 h2 tunnel vxlan $U name hand mtu 1300B ip none none"
says 'one with IPv6' "link h1 h2 tunnel vxlan $U name six ip fd09::1/64 fd09::2/64" && says 'a route' 'route h1 fd10::/64 via fd09::2'
check 'the path there gets narrower' on "$SUB" 'del m1 core' 'link m1 core mtu 1300B' 'route auto'
says 'full packets pass' 'h1 ping -c 1 -s 1222 -M do 10.0.0.2'
like 'as was told' "$(<"$WORK/errors")" 'link a has an MTU of 1250B now'
like 'also that IPv6 is not below 1280' "$(<"$WORK/errors")" 'link six has an MTU of 1250B now, .*, and no IPv6'
unlike 'and followed' "$(<"$WORK/errors")" 'not followed'
says 'repair' repair && equal 'has nothing to mend' "$(answer result.repaired)" '[]'
says 'IPv6 may be given' 'ip h1:eth3 fd09::7/64'
like 'but is told not to be there' "$(<"$WORK/errors")" 'link six has no IPv6, which needs an MTU of 1280B'
says 'is undone' undo && says 'another change' 'add host h9' && says 'is undone' undo
equal 'only what gives some tells of it' "$(grep -c 'six has no IPv6' "$WORK/errors")" 2
equal 'the MTU follows, but the given one' "$(link_of mtu a) $(link_of mtu hand)" '1250 1300'
like 'show tells of that' "$("$ESPALIER" --read-only attach "$RED" -b - <<<$'show a\nshow hand')" 'a: up, MTU 1250B.*of more than 1250B do not fit'
says 'to follow is no step of its own' undo
says 'what is undone is the last command' 'show six' && equal 'a route' "$(inside h1 ip -6 route show fd10::/64)" ''
says 'and the one before' undo && says_no 'a link' 'show six' 'no ' && says 'redo' redo && says 'redo' redo
check 'it gets wider' on "$SUB" 'del m1 core' 'link m1 core' 'route auto'
says 'full packets pass' 'h1 ping -c 1 -s 1322 -M do 10.0.0.2'
equal 'the MTU follows' "$(link_of mtu a)" 1350
says 'IPv6 is back' 'h1 ping -c 1 fd09::2' && like 'with its route' "$(inside h1 ip -6 route show fd10::/64)" 'via fd09::2'
says 'repair' repair && equal 'has nothing to mend' "$(answer result.repaired)" '[]'
says 'delete' 'del six'
check 'a link there goes down' on "$SUB" 'down m2 core'
says_no 'ping says why' 'ping h1 10.0.0.2' "underlay of a is broken: network '$SUB'.*down"
like 'show, too' "$(say 'show a'; answer result.broken)" 'does not connect m1 and m2'
says_no 'what builds on it is refused' "link h1 h2 tunnel vxlan $U" 'does not connect m1 and m2.*down'
check 'it comes back' on "$SUB" 'up m2 core'
says 'packets pass' 'h1 ping -c 1 10.0.0.2'

# ---- a node of the substrate goes ----
check 'a node there goes' on "$SUB" 'del m2'
says_no 'ping says why' 'ping h1 10.0.0.2' "has no node 'm2'"
like 'and that the link is gone' "$(<"$WORK/errors")" "link a is not there, for $SUB.m2 is not"
equal 'nothing of it stays in its nodes' "$(ends_of h1) $(ends_of h2)" 'eth1 '
equal 'show says so' "$(link_of state a)" gone
say 'show links'
equal 'show links, too' "$(answer result.0.state) $(answer result.1.state)" 'gone up'
equal 'and show NODE' "$(say 'show h1'; answer result.interfaces.1.state)" gone
equal 'and another shell' "$("$ESPALIER" --read-only attach "$RED" -b - <<<'show a' | grep -o ': gone')" ': gone'
like 'graph dashes it' "$(say graph; answer result.dot)" 'dashed.*a\\nvxlan'
says 'repair goes on all the same' repair
like 'and tells it again' "$(answer result.repaired)" "link a is not there, for $SUB.m2 is not"
says 'the other tunnel works' 'h1 ping -c 1 10.0.1.2'
says 'the link may be changed' 'shape a rate 5mbit'
says 'and its address' 'ip h1:eth0 10.0.0.9/24'
says 'its address is free for another' 'link h2 h3 ip 10.0.0.1/24 10.0.0.3/24'
says 'which works' 'h2 ping -c 1 10.0.0.3'
says 'undo' undo && says 'undo' undo
says 'a route by it' 'route h2 10.7.0.0/24 via 10.0.0.1'
says 'another link' 'link h2 h3 ip 10.0.3.1/24 10.0.3.2/24'
says 'works' 'h2 ping -c 1 10.0.3.2'
check 'the node is back' on "$SUB" undo
says 'and so is the link, by itself' 'h1 ping -c 1 10.0.0.2'
like 'as is told' "$(<"$WORK/errors")" 'link h1:eth0 h2:eth0 was gone'
like 'with its shape and route' "$(inside h1 tc qdisc show dev eth0)$(inside h2 ip route)" 'tbf.*10\.7\.0\.0/24'
says 'repair' repair
equal 'has nothing to mend' "$(answer result.repaired)" '[]'

# ---- all of it goes: undo, kill -9, attach, and it comes back ----
check 'it is destroyed' "$ESPALIER" destroy "$SUB"
says 'a link over it is deleted' 'del a'
equal 'and nothing of it stays' "$(ends_of h1)" ''
says 'undo' undo
say 'show a'
like 'it is there again' "$REPLY" "\"underlay\": *\[\"$SUB.m1\""
says_no 'but nothing passes' 'ping h1 10.0.0.2' "no network '$SUB'"
says_no 'and none is made anew' "link h1 h2 tunnel vxlan $U" "no network '$SUB'"
shell_kill KILL
shell attach "$RED"
says 'attach' 'h1 true'
equal 'tells, once' "$(grep -c "link a is not there, for $SUB.m1 is not" "$WORK/errors")" 1
check 'it is built anew' build_substrate
says 'packets pass' 'h1 ping -c 1 10.0.0.2'
says 'by the other, too' 'h1 ping -c 1 10.0.1.2'
for _ in 1 2 3 4; do
	printf "link h1 h2 tunnel vxlan $U via %s name by-%s\n" bridge bridge direct direct >&8
	wait_until 2 grep -q by- "/run/espalier/$NET/journal"
	shell_kill KILL
	unlike 'killed in the midst: nothing is left in the substrate' "$(on "$SUB" 'm1 ls /sys/class/net')" vxlan
	check 'and another finds a key' on "$BLUE" "link h1 h2 tunnel vxlan $U name more ip none none" 'del more'
	shell attach "$RED"
	says 'repair' repair
	equal 'has nothing to mend' "$(answer result.repaired)" '[]'
	say 'del by-bridge'; say 'del by-direct'
done

# ---- a key that another has by now ----
says 'a link with a key' "link h1 h2 tunnel vxlan $U key 77 name k ip 10.0.7.1/24 10.0.7.2/24" && says 'is deleted' 'del k'
check 'another takes the key' on "$BLUE" "link h1 h2 tunnel vxlan $U key 77 name theirs ip none none"
says 'undo' undo
like 'says that it is not there' "$(<"$WORK/errors")" "link k is not there, for its key 77 is that of the tunnel theirs of network $BLUE"
says 'repair goes on' repair
says 'the others work' 'h1 ping -c 1 10.0.0.2'
check 'the key is free again' on "$BLUE" 'del theirs'
says 'and repair makes the link' repair && says 'packets pass' 'h1 ping -c 1 10.0.7.2'
says 'undo' undo

# ---- somebody holds the lock, and may not ----
if exec 5<"/run/espalier/$SUB/" && flock 5; then
	says 'whoever locks the folder is in nobody'"'"'s way' "link h1 h2 tunnel vxlan $U name l ip none none"
	exec 5<&-
	equal 'the lock is for root alone' "$(stat -c %a "/run/espalier/$SUB/keys")" 600
	say 'del l'
fi

# ---- save ----
say "save $WORK/red.lab"
before=$(kernel_state h1 h2 h3)
shell_end
check 'destroy' "$ESPALIER" destroy "$RED"
network
RED=$NET
shell
check 'a saved network' say "source $WORK/red.lab"
until [[ $REPLY == *'"command":"source'* ]]; do read -r -t 60 REPLY <&9 || break; done
equal 'is built the same' "$(kernel_state h1 h2 h3)" "$before"
says 'passes packets' 'h1 ping -c 1 10.0.0.2'
say "save $WORK/again.lab"
check 'and saves the same' cmp "$WORK/red.lab" "$WORK/again.lab"

# ---- a network over a network over a network ----
check 'a third over the second' on "$BLUE" "link h1 h2 tunnel vxlan underlay $RED.h1 $RED.h2 name deep ip 10.9.0.1/24 10.9.0.2/24" 'show deep'
check 'its MTU is what two tunnels leave' test "$(on "$BLUE" 'show deep' | grep -o 'MTU 1300B')"
check 'packets pass' on "$BLUE" 'h1 ping -c 1 -s 1272 -M do 10.9.0.2'
check 'the path gets narrower at the bottom' on "$SUB" 'del m1 core' 'link m1 core mtu 1300B' 'route auto'
like 'the MTU of the third follows' "$(on "$BLUE" 'show deep')" 'MTU 1200B'
check 'it gets wider' on "$SUB" 'del m1 core' 'link m1 core' 'route auto'

# ---- networks that stand on each other ----
over_red="tunnel vxlan underlay $RED.h1 $RED.h2 name loop ip 10.5.0.1/24 10.5.0.2/24"
like 'two over each other are no circle while there is a way' "$(on "$SUB" "link m1 m2 $over_red" 'show loop' 'm1 ping -c 1 10.5.0.2')" 'MTU 1300B.* 0% packet loss'
like 'by another command there may be one, which is told, and ping names' "$(on "$SUB" 'del m2 core' 'ping m1 10.5.0.2')" \
	"link loop passes nothing: a circle.*underlay of loop is broken: a circle.*link loop of network $SUB over link a of network $RED over link loop of network $SUB"
says_no 'here, too' 'ping h1 10.0.0.2' "underlay of a is broken: a circle.*link a of network $RED over link loop of network $SUB over link a of"
says_no 'no link is made over it' "link h1 h2 tunnel vxlan $U" 'a circle'
like 'it is undone' "$(on "$SUB" undo 'm1 ping -c 1 10.5.0.2')" ' 0% packet loss'
says 'and packets pass here' 'h1 ping -c 1 10.0.0.2'
check 'one does without the other' on "$SUB" undo 'del m2 core'
refused=$(on "$SUB" "link m1 m2 mtu 1200B $over_red"
	on "$SUB" "link m1 m2 mtu 1200B tunnel vxlan underlay $BLUE.h1 $BLUE.h2"
	on "$SUB" 'show links')
like 'a link that would close one is refused' "$refused" "in which no packet arrives: link loop of network $SUB over link a of network $RED over link loop"
like 'that of three networks' "$refused" "link m1 m2 of network $SUB over link [a-z]* of network $BLUE over link"
unlike 'and not there' "$refused" 'TUNNEL'
check 'a way again' on "$SUB" undo
says 'packets pass' 'h1 ping -c 1 10.0.0.2'
shell_end

# ---- a wait for a shell that chooses a key ----
exec 5<"/run/espalier/$SUB/keys"
flock 5
terminal 100x30 "$ESPALIER --keep attach $BLUE"
at_prompt 'a prompt'
types "link h1 h2 tunnel vxlan $U name l ip none none"
sees 'the wait is told' 'waiting for another shell, seconds [0-9]+/[0-9]+'
keys C-c
at_prompt 'Ctrl-C ends it'
types 'show l'
sees 'and no link is made' "no node or link named 'l'"
close_terminal
exec 5<&-

check 'the networks end' wait_until "$DEADLINE" "$ESPALIER" destroy "$BLUE"
check 'the substrate ends last' "$ESPALIER" destroy "$SUB"
finish
