#!/usr/bin/env bash
# Programs in the background: jobs, output, stop; they end with their node and network.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"

network
shell
say 'topo star 2'
says 'a job' 'h1 sleep 1000 &'
says 'one that writes' "run h2 sh -c 'echo to output; echo to errors >&2; exit 3' &"
ended() { say jobs && [[ $(answer result) == *'"status":3'* ]]; }
check 'it ends, and its status is seen' wait_until "$DEADLINE" ended
says 'its output' 'output 2'
like 'both of its outputs' "$(answer result)" 'to output.*to errors'
says_no 'no such job' 'output 99' '99'
says_no 'no such job' 'stop 99' '99'
says 'stop' 'stop 1'
stopped() { say jobs && [[ $(answer result) != *'"running"'* ]]; }
check 'the job is gone' wait_until "$DEADLINE" stopped

# A job that ignores SIGTERM is ended all the same.
says 'a stubborn job' "run h1 sh -c 'trap \"\" TERM; echo ready; while :; do sleep 1000; done' &"
say jobs
ready() { say 'output 3' && [[ $REPLY == *ready* ]]; }
check 'it runs' wait_until "$DEADLINE" ready
says 'stop' 'stop 3'
check 'it is gone' wait_until "$DEADLINE" stopped

# Programs end with their node, whether they are jobs or not.
marker=987$$
says 'a program that leaves its parent' "h2 sh -c 'setsid sleep $marker >/dev/null 2>&1 &'"
check 'it runs' wait_until "$DEADLINE" runs "$marker"
says 'its node is deleted' 'del h2'
check 'it is gone' wait_until "$DEADLINE" runs_not "$marker"

# --json keeps the program's output in the answer; its input is empty.
says 'a program that would read the script' 'h1 cat'
says 'is not given it' 'h1 echo still here'
equal 'output is in the answer' "$(answer result.output)" 'still here'
says_no 'exit status' "h1 sh -c 'exit 7'" '7'
says_no 'killed by a signal' "h1 sh -c 'kill -9 \$\$'" '137|killed|signal'
says 'a job at the end' "h1 sleep $marker &"
shell_end
check 'it ends with the network' wait_until "$DEADLINE" runs_not "$marker"

# a file takes it: read would take it byte by byte
network
"$ESPALIER" --json -n "$NET" -b - >"$WORK/much" <<-'END'
	add host h1
	h1 sh -c 'head -c 3000000 /dev/zero | tr "\0" x'
END
check 'much output is kept up to 1 MiB' grep -qE '"output":"x{10}' "$WORK/much"
size=$(stat -c %s "$WORK/much")
check 'and no more' test "$size" -gt 1048576 -a "$size" -lt 1050000
finish
