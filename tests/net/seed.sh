#!/usr/bin/env bash
# seed N: two runs of the same commands lose the same packets, another seed others; it is
# saved, undone, and found by attach.
. "$(dirname "$0")/../lib.sh"
needs 'a tap device' sh -c 'ip tuntap add dev t0 mode tap'

pings=60
[[ ! $SLOW ]] || pings=30
# run SEED: $ANSWERED is which echo requests got an answer, in a network of its own.
# Nothing else is sent: no ARP, no IPv6.
run() {
	network
	batch <<-END
		seed $1
		add host h1 h2
		link h1 h2 engine wire mac 02:00:00:00:00:01 02:00:00:00:00:02
		h1 sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0'
		h2 sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; ip neigh replace 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0'
		shape h1 h2 loss 30%
		h1 ping -n -c $pings -i 0.01 -W 1 10.0.0.2
	END
	ANSWERED=$(grep -o 'icmp_seq=[0-9]*' <<<"$OUT" | paste -sd ' ')
	like "seed $1: some are lost" "$OUT" "$pings packets transmitted, [1-9][0-9]* received, [1-9]"
}
run 7
first=$ANSWERED
run 7
equal 'the same seed loses the same packets' "$ANSWERED" "$first"
run 8
unlike 'another seed others' "$ANSWERED" "^$first$"

# ---- what it is for the rest ----
network
shell
say 'add host h1 h2 h3' && say 'link h1 h2 loss 10%' && say 'link h2 h3 loss 10% engine wire'
says 'a seed' 'seed 9223372036854775807'
says 'decides who carries what has chance' 'show links'
equal 'as the kernel takes none' "$(answer result.0.engine)" wire
says 'a seed of its own' 'shape h1 h2 seed 5'
says 'it is saved' "save $WORK/n.lab"
equal 'with that of the link, and no other' "$(grep -o 'seed.*' "$WORK/n.lab" | paste -sd ' ')" \
	'seed 9223372036854775807 seed 5'
shell_kill KILL
shell attach "$NET"
says 'attach' show
equal 'finds it' "$(answer result.seed)" 9223372036854775807
says 'undone' undo
says 'undone' undo
says 'then' show
equal 'it is gone' "$(answer result.seed)" ''
says 'quit' quit
shell_end
finish
