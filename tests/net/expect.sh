#!/usr/bin/env bash
# Expectations: what holds and what does not, on real links; waiting for what comes later.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"

network
shell
says 'hosts' 'add host h1 h2 far'
says 'routers' 'add router r1 r2'
printf 'for i in 1..2 {\n  add host x$i\n' >&8
says 'a block runs when its last line is there' '}'
equal 'its commands answer first' "$(answer command)" 'add host x$i'
read -r -t "$DEADLINE" REPLY <&9 && read -r -t "$DEADLINE" REPLY <&9
equal 'and then the whole' "$(answer result.turns)" 2
says 'a link' 'link h1 r1'
says 'a link that has a rate' 'link r1 r2 rate 10mbit queue 30pkt'
says 'a link' 'link r2 h2'
says 'routes' 'route auto'

says 'path' 'expect path h1 h2 r1 r2'
says 'path the other way' 'expect path h2 h1 r2 r1'
equal 'what was seen' "$(answer result.seen)" 'h2 → r2 → r1 → h1'
says_no 'a path that is longer' 'expect path h1 h2 r1 within 4s' 'does not hold: h1 → r1 → r2' # routers do not fall silent
says_no 'a path in another order' 'expect path h1 h2 r2 r1 within 10ms' 'does not hold'
says_no 'no path' 'expect path h1 far r1 within 10ms' 'far has no address'
says 'rate' 'expect rate h1 h2 > 5mbit within 20s'
says 'rate, below' 'expect rate h1 h2 < 11mbit'
says_no 'a rate that is not there' 'expect rate h1 h2 > 100mbit within 1ms' 'TCP carried [0-9.]+ Mbit/s, and [0-9.]+ in its best second'
says 'the rate filled the queue' 'expect drops r1 r2 > 0'
says_no 'drops, below' 'expect drops r1 r2 < 1 within 1ms' '[0-9]+ packets were dropped'
says 'no drops elsewhere' 'expect drops h1 r1 < 1'
says 'rtt' 'expect rtt h1 h2 < 1s'
says_no 'an rtt that is not there' 'expect rtt h1 h2 > 1s within 1ms' 'the shortest of 5 took'
says 'no loss' 'expect ping h1 h2 loss < 1%'
says_no 'a loss that is not there' 'expect ping h1 h2 loss > 5% within 1ms' '0 of [0-9]+ pings'

# it is tried again until it holds
says 'down' 'down r2 h2'
says_no 'no route in the kernel' 'expect route r2 10.9.0.0/16 via 10.1.0.1 within 1ms' 'no route'
says 'no ping' 'expect no ping h1 h2'
says 'a file that comes later' "run h1 sh -c 'sleep 0.3; echo done >$WORK/later' &"
says 'is waited for' "expect h1 cat $WORK/later prints done within 20s"
says 'the output of that' 'expect h1 hostname prints h1'
says_no 'a program that hangs is ended' 'expect h1 sleep 98763 succeeds within 100ms' 'did not end in time'
check 'and is gone' wait_until "$DEADLINE" runs_not 98763

# whoever only looks
looks() { timeout 20 "$ESPALIER" attach "$NET" --read-only -c "$1" 2>&1; }
check 'a shell that only looks may expect' looks 'expect ping h1 r1'
like 'but runs no programs' "$(looks 'expect h1 true succeeds')" 'only looked at'
printf 'expect ping h1 r1\nadd host never\nsolution { add host nor-this }\n' >"$WORK/look.lab"
check 'a lab is held against a running network' looks "check $WORK/look.lab"
says 'and changes nothing in it' 'expect no ping h1 far'
unlike 'nothing was added' "$(inside h1 cat /etc/hosts)" 'never|nor-this'
shell_end

# it is tried again until it holds, while the timeline goes on
network
check 'a link that comes up later is waited for' batch <<<'add host h1 h2; link h1 h2; down h1 h2
at +300ms up h1 h2
expect ping h1 h2 within 20s
at +300ms down h1 h2
expect no ping h1 h2 within 20s'
finish
