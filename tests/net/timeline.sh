#!/usr/bin/env bash
# The timeline: what is planned happens when the shell waits, in order, and is recorded.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"

read_json # no shell is fed here
network
up=${SLOW:+9s} up=${up:-1200ms} # no ping must be seen between down and up
cat >"$WORK/plan.lab" <<EOF
add host h1 h2
link h1 h2
log $WORK/run.jsonl
at $up up h1 h2
at 800ms down h1 h2
at 1s h1 sh -c 'echo a job'
every 600ms show jobs
wait until no ping h1 h2 within 20s
wait until ping h1 h2 within 20s
wait 1500ms
output 1
at 1ms show nodes
EOF
espalier --json -n "$NET" -b "$WORK/plan.lab"
equal 'a time that is past ends the file' "$STATUS" 1
like 'and says so' "$OUT" '1ms is past: the clock stands at'
commands=$(members command <"$WORK/run.jsonl")
planned=$(grep '"planned":true' "$WORK/run.jsonl" | members command)
equal 'what was planned happened, in its order' "$(grep -v 'show jobs' <<<"$planned")" \
	"down h1 h2
h1 sh -c 'echo a job'
up h1 h2"
like 'some of it again and again' "$planned" 'show jobs.*show jobs'
like 'a planned command is told from the others' "$OUT" '"down h1 h2","ok":true,"planned":true'
like 'the program became a job' "$OUT" '"output":"a job\\n"'
like 'what was typed is recorded too' "$commands" 'wait until ping h1 h2'
times=$(members time <"$WORK/run.jsonl")
equal 'times rise' "$times" "$(sort -g <<<"$times")"
not_before() { awk -v least="$2" '{ if ($1 < least) exit 1 }' <<<"$(grep -F "$1" "$WORK/run.jsonl" | grep planned | members time)"; }
check 'nothing comes too early' not_before '"down h1 h2"' 0.8
check 'nor that' not_before '"up h1 h2"' 1.2

# a program in the foreground, and what happens meanwhile
network
cat >"$WORK/under.lab" <<'EOF'
add host h1 h2
at 100ms link h1 h2
h1 timeout 20 sh -c 'until [ -e /sys/class/net/eth0 ]; do sleep 0.05; done'
expect ping h1 h2
EOF
espalier -n "$NET" -b "$WORK/under.lab"
like 'a plan goes on under a program' "$STATUS $OUT" '^0 .*ping h1 h2'
espalier -n "$NET" --json -b "$WORK/under.lab"
equal 'and under one whose output is kept' "$STATUS" 0

# what takes longer than its period
network
espalier -n "$NET" -c 'every 20ms wait 60ms; wait 300ms'
equal 'a plan that is always due does not keep the rest from going on' "$STATUS" 0

# a job that is waited for
network
espalier -n "$NET" -c 'add host h1 h2
run h1 timeout 20 sh -c "until [ -e /sys/class/net/eth0 ]; do sleep 0.05; done" &
at +100ms link h1 h2
fg 1
expect ping h1 h2'
like 'and while a job is waited for' "$STATUS $OUT" '^0 .*ping h1 h2'

# what happens without a command is in the log: jobs that end, while the shell waits
network
mkfifo "$WORK/never"
batch <<END
add host h1
h1 true &
fg 1
log $WORK/jobs.jsonl
h1 sh -c 'exit 3' &
h1 cat $WORK/never &
wait until h1 sh -c 'test \$(grep -c "job ended" $WORK/jobs.jsonl) = 1' succeeds
stop 3
wait 10ms
log none
h1 true &
END
equal 'all of it went well' "$STATUS" 0
events=$(grep '"event"' "$WORK/jobs.jsonl")
equal 'each job that ended, once' "$(members job <<<"$events" | paste -sd ' ')" '2 3'
equal 'with its status' "$(members status <<<"$events" | paste -sd ' ')" '3 143'
like 'its node and program, and its time' "$events" "\"event\":\"job ended\",\"job\":2,\"node\":\"h1\",\"program\":\"sh -c 'exit 3'\".*\"time\":[0-9]"
before() { # FIRST SECOND, in the log
	(($(grep -nF "$1" "$WORK/jobs.jsonl" | head -n 1 | cut -d: -f1) < $(grep -nF "$2" "$WORK/jobs.jsonl" | head -n 1 | cut -d: -f1)))
}
check 'while the shell waited' before '"job":2,"node"' '"command":"wait until'

# a log that cannot be written
network
batch <<<'log /dev/full
add host h1
show nodes'
like 'is told, once' "$(grep -c 'the log ends here: No space left' <<<"$OUT") $STATUS $OUT" '^1 1 .*h1 +host'

# what fails at its time fails the file; what has no time left is told
batch <<<'at 50ms link h1 h2
wait 10s until'
equal 'a mistake in wait' "$STATUS" 1
batch <<<'at 50ms del h1
wait 200ms
show'
equal 'a planned command that fails ends the file' "$STATUS" 1
like 'and says where' "$OUT" "at 50ms:1:5: no (node|link)"
batch <<<'add host h1
at 1h show'
like 'entries that are left are told' "$STATUS $OUT" '^0 .*ends before 1 of its entries'
batch <<<'add host h1
at 1h show
at none
show timeline'
unlike 'at none forgets them' "$OUT" 'entries|clock'
batch <<<'every 1ms show'
like 'too often' "$OUT" '10ms is the shortest'
batch <<<'log /nonexistent/x'
like 'a log that cannot be written' "$OUT" 'No such file'
finish
