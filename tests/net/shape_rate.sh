#!/usr/bin/env bash
# shape: rates and queues, which every kernel has; each direction, changed under traffic,
# taken back, kept, and mended. What netem does is in shape_netem.sh.
. "$(dirname "$0")/../lib.sh"
needs tbf tc qdisc add dev lo root tbf rate 1mbit burst 10kb limit 100kb

network
shell
say 'add host h1 h2 h3' && say 'add switch s1'
say 'link h1 s1' && say 'link h2 s1' && say 'link h3 s1'

qdiscs() { # NODE: the kinds of h1's disciplines, the root first
	inside "$1" tc qdisc show dev eth0 | sed -E 's/^qdisc ([a-z_]+) .*/\1/'
}
rate_of() { # NODE INTERFACE
	inside "$1" tc qdisc show dev "$2" | sed -nE 's/^qdisc tbf .* rate ([^ ]+) .*/\1/p'
}
shaped() { # DESCRIPTION RATE_AT_H1 RATE_AT_S1
	equal "$1" "$(rate_of h1 eth0) $(rate_of s1 eth0)" "$2 $3"
}

shaped 'at first there is none' '' ''
says 'both directions' 'shape h1 s1 rate 10mbit'
like 'the change is told' "$(answer result.changed)" '"a_shape":"rate 10mbit".*"b_shape":"rate 10mbit"'
shaped 'have it' 10Mbit 10Mbit
says 'one, by an arrow' 'shape s1 -> h1 rate 20mbit'
shaped 'only that one' 10Mbit 20Mbit
says 'the other, by its sender' 'shape h1:eth0 from h1 rate 30mbit'
shaped 'only the other' 30Mbit 20Mbit
says 'a queue, for both' 'shape h1 s1 queue 100pkt'
shaped 'leaves the rates' 30Mbit 20Mbit
say 'show h1 s1'
like 'show tells of both' "$(answer result.ends)" 'rate 30mbit queue 100pkt.*rate 20mbit queue 100pkt'
says 'undo' undo
says 'undo' undo
shaped 'undone' 10Mbit 20Mbit
says 'redo' redo
shaped 'redone' 30Mbit 20Mbit
says 'none, for one' 'shape h1 -> s1 none'
shaped 'takes it off' '' 20Mbit
equal 'the interface is as it was born' "$(qdiscs h1)" noqueue
says 'rate none' 'shape h1 s1 rate none'
shaped 'takes off the rest' '' ''
says 'a link is born with one' 'link h1 h2 name born rate 5mbit'
equal 'and has it' "$(inside h1 tc qdisc show dev eth1 | cut -d' ' -f 1-2)" 'qdisc tbf'
says 'it goes with its link' 'del born'

# ---- whole or not at all ----
before=$(kernel_state h1 h2 h3; qdiscs h1)
for line in 'shape h1 s1 rate 0bit|rate of 0' 'shape h1 s1 rate 10|lacks a unit' \
	'shape h1 s1 rate 10mb|could be bits or bytes' 'shape h1 s1 loss 101%|more than 100%' \
	'shape h1 s1 jitter 1ms|jitter is more than the delay' 'shape h1 s1 queue 0pkt|queue of 0' \
	'shape h1 s1 queue 10pkt|queue without a rate' 'shape h1 s1 ecn on|does not mark' \
	'shape h1 s1|nothing is said' 'shape h1 h2 rate 1mbit|no link' \
	'shape h1 -> h2 rate 1mbit|no link joins h1 and h2' \
	'shape h1 s1 from h2 rate 1mbit|h2 is not an end' 'shape h1 s1 rate 1mbit nonsense|nonsense' \
	'link h1 h2 rate 0bit|rate of 0' 'link h1 h2 ecn on|does not mark'; do
	says_no "refused: ${line%|*}" "${line%|*}" "${line#*|}"
done
equal 'nothing of it stays' "$(kernel_state h1 h2 h3; qdiscs h1)" "$before"

# ---- it does what it says ----
listening() { can h2 'sh -c "ss -ltn | grep -q :5201"'; }
say 'h2 iperf3 -s &'
check 'a server' wait_until "$DEADLINE" listening
mbit=2 # what an emulated processor can do, and a busy one
# a queue that TCP, which goes by fits where processors are busy, does not leave empty
say "shape h1 s1 rate ${mbit}mbit queue 200pkt"
carries h1 h2 "${mbit}000"
say "shape h1 s1 rate $((mbit * 4))mbit"
carries h1 h2 "$((mbit * 4))000"

# ---- what the queues count ----
say 'shape h1 s1 rate 1mbit queue 10pkt'
say 'h1 iperf3 -u -c h2 -4 -b 5M -t 1'
says 'show queues' 'show queues'
like 'tells what was dropped, and where' "$(answer result)" '"dropped":[1-9][0-9]*,"interface":"h1:eth0","packets":[1-9][0-9]*,"queue":"tbf","to":"s1:eth0"'

# ---- a change does not lose what waits, or who is connected ----
say 'shape h1 s1 rate 1mbit queue 1000pkt'
say 'h1 iperf3 -c h2 -4 -n 300K &'
done_sending() { say jobs && [[ $(answer result) == *'iperf3 -c'*'"status":0'* ]]; }
check 'bytes are under way' wait_until "$DEADLINE" can h1 'sh -c "tc -s qdisc show dev eth0 | grep -qE \"backlog [1-9]\""'
for rate in 2 5 20 100; do
	says "a change under traffic: ${rate}mbit" "shape h1 s1 rate ${rate}mbit"
done
says 'none under traffic' 'shape h1 s1 none'
check 'the connection lives' wait_until "$DEADLINE" done_sending

# ---- kept, and mended ----
say 'shape h1 s1 rate 3mbit queue 64kB' && say 'shape h2 -> s1 rate 7mbit'
says 'save' "save $WORK/shaped.lab"
says 'repair of what is whole' repair
equal 'mends nothing' "$(answer result.repaired)" '[]'
say 'h1 tc qdisc del dev eth0 root'
say 'h2 tc qdisc replace dev eth0 root handle e501: tbf rate 1mbit burst 10kb limit 10kb'
say 'show h1 s1'
like 'show tells what is in force, and what was asked for' "$(answer result.ends)" '"asked":"rate 3mbit queue 64kB".*"shape":null.*"asked":"rate 3mbit queue 64kB".*"shape":"rate 3mbit queue 64kB"'
say 'show links'
like 'so it does of all links' "$(answer result)" '"asked":"rate 3mbit queue 64kB".*"shape":"from s1: rate 3mbit queue 64kB".*"shape":"from h2: rate 1mbit queue 10KiB'
says 'repair' repair
like 'tells of both' "$(answer result)" 'h1:eth0.*h2:eth0'
equal 'and mends both' "$(rate_of h1 eth0) $(rate_of h2 eth0)" '3Mbit 7Mbit'
say 'show links'
unlike 'show says that all is as asked for' "$(answer result)" '"asked"'
shell_kill KILL
shell attach "$NET"
says 'repair after kill -9 and attach' repair
equal 'mends nothing' "$(answer result.repaired)" '[]'
says 'change then' 'shape h1 s1 rate 4mbit'
shaped 'is made' 4Mbit 4Mbit
shell_end
check 'destroy' "$ESPALIER" destroy "$NET"

network
shell
check 'a saved network' say "source $WORK/shaped.lab"
until [[ $REPLY == *'"command":"source'* ]]; do read -r -t 60 REPLY <&9 || break; done
shaped 'has its shapes' 3Mbit 3Mbit
say "save $WORK/again.lab"
check 'and saves the same' cmp "$WORK/shaped.lab" "$WORK/again.lab"
shell_end
finish
