#!/usr/bin/env bash
# record and plot: what they say and refuse; a recording goes on while other commands run,
# and ends with the shell, however that ends; pictures in the terminal and by gnuplot.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../terminal.sh"

network
shell
say 'add host h1 h2' && say 'add router r1' && say 'add switch s1'
say 'link h1 s1' && say 'link s1 r1' && say 'link r1 h2 name uplink rate 20mbit'

rows() { # KIND of rows
	grep -c "^$1," "$WORK/r.csv"
}
more_rows() { # KIND THAN
	(($(rows "$1") > $2))
}
has_rows() { # KIND REGULAR_EXPRESSION
	grep -qE "^$1,.*$2" "$WORK/r.csv"
}
links_in() { # FILE
	awk -F, '$1 == "link" { print $4 }' "$1" | sort -u | paste -sd ';'
}
# The recording's own process: its pid.
recorder() {
	local process
	for process in /proc/[0-9]*; do
		! grep -qzsxF -- --record "$process/cmdline" ||
			! grep -qzsxF -- "$NET" "$process/cmdline" || echo "${process##*/}"
	done
}
no_recorder() {
	[[ -z $(recorder) ]]
}

# ---- record ----
says 'nothing is recorded at first' record
equal 'and that is told' "$(answer result)" ''
says_no 'nothing to stop' 'record stop' 'nothing is being recorded'
says_no 'a folder that is not there' "record $WORK/no/r.csv" 'No such file'
says_no 'too often' "record $WORK/r.csv every 1us" 'too often.*10ms'
says_no 'a time without a unit' "record $WORK/r.csv every 1" 'lacks a unit'
says_no 'a link that is not there' "record $WORK/r.csv h1 h2" 'no link'
check 'refused: no file is made' test ! -e "$WORK/r.csv"
says 'all links' "record $WORK/r.csv every 50ms"
equal 'what is recorded is told' "$(answer result.links)$(answer result.every)" '[]50000000'
equal 'by one process' "$(recorder | wc -w)" 1
says_no 'one at a time' "record $WORK/s.csv" 'already'
before=$(rows link)
check 'it goes on' wait_until "$DEADLINE" more_rows link $((before + 30))
equal 'all links are in it' "$(links_in "$WORK/r.csv")" 'h1 s1;s1 r1;uplink'
samples() { say record && (($(answer result.samples) > ${1:-0})); }
check 'record tells how far it is' samples 2

# ---- connections ----
listening() { can h2 'sh -c "ss -ltn | grep -q :5201"'; }
say 'h2 iperf3 -s &'
check 'a server' wait_until "$DEADLINE" listening
say 'h1 iperf3 -c h2 -4 -t 1000 &'
check 'its connection is in it' wait_until "$DEADLINE" has_rows tcp ',h1,[0-9]+,10\.[0-9.]+:[0-9]+,10\.[0-9.]+:5201,[a-z]+,[1-9][0-9]*,[1-9]'
busy() {
	perl -F, -lane '$busy = 1 if $F[4] eq "r1:eth1" && $F[10] > 0.8 && $F[10] < 1.1; END { exit !$busy }' "$WORK/r.csv"
}
check 'and the load that it makes' wait_until "$DEADLINE" busy
check 'and what waits' wait_until "$DEADLINE" perl -F, -lane '$w = 1 if $F[4] eq "r1:eth1" && $F[11] > 0 && $F[12] > 0; END { exit !$w }' "$WORK/r.csv"

# ---- plot of a link ----
says 'a link' 'plot uplink for 500ms'
like 'both directions are drawn' "$(answer result)" '"quantity":"rate".*r1:eth1 -> h2:eth0'
says 'its connections' 'plot uplink rtt for 500ms'
like 'by their addresses' "$(answer result.series)" '"name":"h1 10[0-9.]*:[0-9]* -> 10[0-9.]*:5201 [a-z]*"'
says 'over a switch' 'plot h1 s1 cwnd for 500ms'
says_no 'too short' 'plot uplink for 1ms' 'too short'
say 'add host h3' && say 'link h3 s1'
says_no 'a link over which no connection goes' 'plot h3 s1 rtt for 500ms' 'no TCP connection'
says 'end of the recording' 'record stop'
check 'its samples are counted' test "$(answer result.samples)" -gt 10
check 'its process has ended' wait_until "$DEADLINE" no_recorder
equal 'every row is whole' "$(awk -F, '{ print NF }' "$WORK/r.csv" | sort -u | wc -l)" 1

# ---- some links ----
says 'one link, and its connections' "record $WORK/one.csv uplink every 50ms"
check 'it goes on' wait_until "$DEADLINE" samples 5
equal 'no other is in it' "$(links_in "$WORK/one.csv")" uplink
check 'the connection over it is' grep -q '^tcp,.*,h1,' "$WORK/one.csv"
say 'record stop'
says 'a link without' "record $WORK/one.csv h3 s1 every 50ms"
check 'it goes on' wait_until "$DEADLINE" samples 5
check 'the connection is not in that' test "$(grep -c ^tcp, "$WORK/one.csv")" -eq 0
say 'record stop'

# ---- plot of a recording ----
say 'stop 2'
quantities=(rate pps drops queue rtt cwnd)
[[ ! $SLOW ]] || quantities=(drops cwnd)
for quantity in "${quantities[@]}"; do
	says "$quantity" "plot $WORK/r.csv $quantity"
	equal "$quantity: it is that" "$(answer result.quantity)" "$quantity"
done
says_no 'a file that is none' 'plot /etc/passwd' 'no recording'
says_no 'a file that is not there' "plot $WORK/none.csv" 'No such file'
says_no 'neither link nor file' 'plot nothing' 'no link, and no file'
says_no 'a recording has its time' "plot $WORK/r.csv for 5s" 'its own time'
says_no 'another kind of picture' "plot $WORK/r.csv to $WORK/p.pdf" 'p\.pdf.*\.svg'
head -c -7 "$WORK/r.csv" >"$WORK/cut.csv"
says 'one that was cut off' "plot $WORK/cut.csv"
if [[ ! $SLOW ]] && command -v gnuplot >/dev/null; then
	says 'as SVG' "plot $WORK/r.csv rtt to $WORK/p.svg"
	check 'with title, axes and units' perl -0ne 'exit !(/<svg/ && /r\.csv/ && /time \(s\)/ && /TCP round-trip time \(m?u?s\)/)' "$WORK/p.svg"
	says 'as PNG' "plot uplink to $WORK/p.png for 300ms"
	equal 'it is one' "$(head -c 4 "$WORK/p.png" | tail -c 3)" PNG
	says_no 'where nothing can be written' "plot $WORK/r.csv to $WORK/no/p.svg" 'No such file'
fi
mkdir "$WORK/bin"
ln -s "$(command -v timeout)" "$WORK/bin"
PATH=$WORK/bin espalier --read-only attach "$NET" -c "plot $WORK/r.csv to $WORK/q.svg"
like 'without gnuplot: its package is told' "$STATUS $OUT" '^1 .*apt install gnuplot-nox'
PATH=$WORK/bin espalier --read-only attach "$NET" -c "graph $WORK/q.svg"
like 'without Graphviz too' "$STATUS $OUT" '^1 .*dot is not installed.*apt install graphviz'
check 'and no file is made' test ! -e "$WORK/q.svg"
espalier --read-only attach "$NET" -c "record $WORK/viewer.csv; plot uplink for 200ms; record stop"
equal 'read-only shells record, and plot' "$STATUS" 0

# ---- at a prompt ----
terminal 100x40 "$ESPALIER --read-only attach $NET"
at_prompt 'a prompt'
keys -l 'pl'
keys Tab
keys -l 'upl'
keys Tab
types 'rate for 100s'
sees 'a link is looked at' 'looking ([2-9]|[0-9]{2,})/100 … Ctrl-C draws it'
keys C-c
sees 'Ctrl-C draws what there is' 'r1:eth1 -> h2:eth0: bit rate'
at_prompt 'and the prompt is back'
types "record $WORK/t.csv every 50ms"
sees 'a recording' 't.csv: all links, every 50ms'
kill -KILL "$(recorder)"
wait_until "$DEADLINE" no_recorder
keys Enter
sees 'that it ended is told at the prompt' 'error: the recording to .*t.csv ended'
close_terminal

# ---- the end of a shell ----
says 'a recording' "record $WORK/k.csv every 20ms"
check 'it goes on' wait_until "$DEADLINE" samples 3
shell_kill KILL
check 'kill -9 of the shell ends it' wait_until "$DEADLINE" no_recorder
shell attach "$NET"
says 'what there is can be drawn' "plot $WORK/k.csv"
says 'and every row is whole' "plot $WORK/k.csv pps"
says 'a recording' "record $WORK/k.csv every 20ms"
kill -KILL "$(recorder)"
wait_until "$DEADLINE" no_recorder
says_no 'kill -9 of its process is told' record 'ended'
says 'and done with' record
equal 'nothing is recorded then' "$(answer result)" ''
says_no 'a full disk is told' 'record /dev/full' 'No space left'
says 'another' "record $WORK/k.csv"
says 'quit' quit
shell_end
check 'its process is gone' wait_until "$DEADLINE" no_recorder
finish
