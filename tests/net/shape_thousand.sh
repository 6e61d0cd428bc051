#!/usr/bin/env bash
# A thousand shaped links in one network: nine in ten with a rate, the others with a delay
# too, so that every engine has its share.
. "$(dirname "$0")/../lib.sh"
needs tbf tc qdisc add dev lo root tbf rate 1mbit burst 10kb limit 100kb
n=1000 delay='delay 5ms'
[[ ! $SLOW ]] || n=100
# without root there may be no taps
((EUID == 0)) || [[ -w /dev/net/tun ]] || delay=

each() { # the commands that shape them all
	local i
	for ((i = 1; i <= n; i++)); do
		if ((i % 10)); then
			echo "shape h$i h$((i + 1)) rate ${i}kbit"
		else
			echo "shape h$i -> h$((i + 1)) rate ${i}kbit $delay"
		fi
	done
}
wanted() { # as show links should tell, in order
	local i
	for ((i = 1; i <= n; i++)); do
		if ((i == 1000)); then
			echo "from h1000: rate 1mbit${delay:+ $delay}"
		elif ((i % 10)); then
			echo "rate ${i}kbit"
		else
			echo "from h$i: rate ${i}kbit${delay:+ $delay}"
		fi
	done
}
seen() {
	say 'show links'
	answer result | perl -MJSON::PP -0e 'print defined $_->{asked} ? "not as asked: " : "", $_->{shape}, "\n" for @{decode_json(<>)}'
}

network
shell
says 'a line of hosts' "topo line $((n + 1)) kind host"
done=0
while read -r line; do
	! say "$line" || done=$((done + 1))
done < <(each)
equal 'all are shaped' "$done" "$n"
equal 'and each link has its shape' "$(seen)" "$(wanted)"
says 'repair' repair
equal 'mends nothing' "$(answer result.repaired)" '[]'
says 'packets pass a rate' "ping h91 h92 count 1"
says 'and a delay' "ping h90 h91 count 1"
says 'save' "save $WORK/many.lab"
shell_kill KILL
shell attach "$NET"
equal 'all is there after kill -9' "$(seen)" "$(wanted)"
says 'undo' undo
says 'packets pass the last link' "ping h$n h$((n + 1)) count 1"
shell_end
check 'destroy' "$ESPALIER" destroy "$NET"

network
shell
check 'a saved network' say "source $WORK/many.lab"
until [[ $REPLY == *'"command":"source'* ]]; do read -r -t 60 REPLY <&9 || break; done
equal 'is the same again' "$(seen)" "$(wanted)"
shell_end
finish
