#!/usr/bin/env bash
# shape: what netem and the AQMs do: delay, jitter, loss and the rest, each as the kernel
# then has it, in what packets show, together with a rate, changed, taken back and mended.
. "$(dirname "$0")/../lib.sh"
needs 'netem and fq_codel' sh -c '
	tc qdisc add dev lo root netem && tc qdisc replace dev lo root fq_codel'

network
shell
say 'add host h1 h2' && say 'link h1 h2'

# has DESCRIPTION NODE REGULAR_EXPRESSION: in the node's disciplines.
has() {
	like "$1" "$(inside "$2" tc qdisc show dev eth0 | sed 's/  */ /g' | sort -k 3)" "$3"
}
says 'a delay' 'shape h1 -> h2 delay 30ms'
has 'netem has it' h1 'netem e501: root refcnt 2 limit [0-9]+ delay 30ms'
has 'in this direction' h2 'noqueue'
say 'h1 ping -c 1 10.0.0.2' # neighbours are found
rtt() {
	inside h1 ping -c 5 -i 0.1 -q 10.0.0.2 | sed -nE 's,^rtt min/avg/max/mdev = ([0-9]+)\..*,\1,p'
}
ms=$(rtt)
check "ping takes 30 ms more: $ms" test "$ms" -ge 30 -a "$ms" -lt 60
says 'in both' 'shape h1 h2 delay 20ms'
ms=$(rtt)
check "ping takes 40 ms more: $ms" test "$ms" -ge 40 -a "$ms" -lt 70
says 'jitter' 'shape h1 h2 jitter 5ms distribution normal'
has 'netem has it' h1 'delay 20ms 5ms'
says 'loss' 'shape h1 -> h2 loss 100%'
has 'behind what splits super-packets' h1 'tbf e501: root.*netem e502: parent e501:1 .* loss 100%'
says_no 'nothing gets through' 'ping h1 h2 count 2' 'does not|answer|lost'
says 'loss with correlation' 'shape h1 -> h2 loss 1% correlation 25% engine netem'
has 'netem has it' h1 'loss 1% 25%'
says 'loss in bursts' 'shape h1 -> h2 loss gemodel 1% 25%'
has 'netem has it' h1 'loss gemodel p 1% r 25% 1-h 100% 1-k 0%'
says 'no loss' 'shape h1 h2 loss none'
unlike 'netem has none' "$(inside h1 tc qdisc show dev eth0)" 'loss'
has 'and no need to split' h1 'netem e501: root'
says 'the rest of it' 'shape h1 -> h2 duplicate 1% reorder 25% corrupt 0.1% slot 1ms 2ms'
has 'netem has it' h1 'duplicate 1% reorder 25% corrupt 0\.1% slot 1ms 2ms gap 1'
says 'repair of what is whole' repair
equal 'mends nothing' "$(answer result.repaired)" '[]'
say 'h1 tc qdisc change dev eth0 handle e502: parent e501:1 netem delay 1ms'
say 'show h1 h2'
like 'show tells what is in force' "$(answer result.ends)" '"asked":"delay 20ms jitter 5ms .*"shape":"delay 1ms slot 1ms 2ms reorder 25% corrupt 0.1%"'
says 'repair of what was changed' repair
has 'brings it back' h1 'delay 20ms 5ms duplicate 1%'
says 'save' "save $WORK/all.lab"
before=$(inside h1 tc qdisc show dev eth0)
says 'all of it is gone' 'shape h1 h2 none'
has 'as it was' h1 'qdisc noqueue 0: root refcnt 2'
says 'undo' undo
equal 'all is back' "$(inside h1 tc qdisc show dev eth0)" "$before"
say reset
check 'source' say "source $WORK/all.lab"
until [[ $REPLY == *'"command":"source'* ]]; do read -r -t 60 REPLY <&9 || break; done
equal 'the same again' "$(inside h1 tc qdisc show dev eth0)" "$before"

# ---- all lost packets are counted, in fair numbers ----
say 'shape h1 h2 none' && say 'shape h1 -> h2 loss 20%'
lost=$(inside h1 ping -c 400 -i 0.002 -q 10.0.0.2 | sed -nE 's,.* ([0-9.]+)% packet loss.*,\1,p')
check "loss 20%: $lost% of 400" test "${lost%.*}" -ge 12 -a "${lost%.*}" -le 28 # 4 deviations

# ---- AQMs ----
for aqm in codel fq_codel red pie cake; do
	says "aqm $aqm" "shape h1 h2 loss none delay 5ms rate 10mbit aqm $aqm"
	has "$aqm stands behind the rate" h1 "netem e501: root.*tbf e502: parent e501:1 rate 10Mbit.*$aqm e503: parent e502:1 "
	says "$aqm passes packets" 'ping h1 h2 count 1'
	says "$aqm: repair" repair
	equal "$aqm: nothing to mend" "$(answer result.repaired)" '[]'
done
says 'ecn' 'shape h1 h2 aqm fq_codel ecn on'
has 'fq_codel has it' h1 'fq_codel e503: .* ecn'
says 'none' 'shape h1 h2 none'
shell_end
finish
