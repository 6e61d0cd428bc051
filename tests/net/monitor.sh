#!/usr/bin/env bash
# The dashboard on a real terminal, inside the shell and beside it; and what it writes.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../terminal.sh"

# beside WIDTHxHEIGHT WORD...: espalier monitor in a window; $WORK/pid is its process.
# Whether the terminal is as it was is told at the end.
cat >"$WORK/beside" <<'END'
before=$(stty -g)
sh -c 'echo $$ >"$0"; exec "$@"' "$WORK/pid" "$ESPALIER" "$@"
status=$?
[ "$before" = "$(stty -g)" ] && echo the terminal is as it was
exit "$status"
END
beside() {
	local size=$1
	shift
	rm -f "$WORK/pid"
	terminal "$size" "WORK=$WORK $* sh $WORK/beside monitor $NET"
}
# What stands in the window now, without what has left it.
window() {
	tm capture-pane -p
}
shows_now() {
	window | grep -qE -- "$1"
}
now() {
	local what=$1
	shift
	if wait_until "$DEADLINE" shows_now "$1"; then
		ok "$what"
	else
		not_ok "$what"
		note "no $1 in:"
		note "$(window)"
		give_up
	fi
}
ends() { # WHAT STATUS
	sees "$1" "the end, status $2"
	sees "$1: the terminal is as it was" 'the terminal is as it was'
}

network
shell
says 'hosts' 'add host h1 h2'
says 'a switch' 'add switch s1'
says 'a link' 'link h1 s1'
says 'another' 'link h2 s1'
says 'traffic' 'h1 ping -i 0.05 h2 &'

# ---- what it writes ----

espalier monitor "$NET" --once
like 'one picture' "$OUT" 'LINK .*RATE.*h1→s1 +up +[0-9.]+k?bit.*s1→h2'
equal 'it ends well' "$STATUS" 0
espalier monitor "$NET" --text every 100ms for 2s
check 'pictures, one after the other' test "$(grep -c 'LINK ' <<<"$OUT")" -ge 2
LC_ALL=C espalier monitor "$NET" h1 --once every 100ms
like 'ASCII, and only a node' "$OUT" 'h1>s1'
unlike 'the other link is not asked for' "$OUT" 's1>h2'
check 'nothing else is in it' test -z "$(LC_ALL=C tr -d '\n -~' <<<"$OUT")"
espalier monitor "$NET" --json every 100ms for 2s
check 'JSON, a snapshot a line' test "$(grep -c '^{.*}$' <<<"$OUT")" -ge 2
like 'its links have names' "$(head -n 1 <<<"$OUT" | members links.0.link)" '^h1 s1$'
espalier monitor "$NET" h2 --json --once every 100ms
equal 'only a node' "$(members links <<<"$OUT" | grep -o '"link":"[^"]*"')" '"link":"h2 s1"'
espalier monitor "$NET" --csv --once every 100ms
like 'CSV has a head, and rows' "$OUT" $'^[a-z_,]+.*\n.*h1 s1'
OUT=$("$ESPALIER" monitor "$NET" every 100ms 2>"$WORK/quiet" | head -n 1)
like 'a pipe that is closed' "$OUT" "$NET"
equal 'ends it quietly' "$(cat "$WORK/quiet")" ''
espalier monitor "$NET" nonsense --once
like 'a word that is none' "$OUT" "no node named 'nonsense'"
equal 'it fails' "$STATUS" 1
espalier monitor "$NET-no" --once
like 'a network that is none' "$OUT" 'no network'
says 'in a file, one picture' 'monitor every 100ms'
like 'which is the result of the command' "$(answer result.links.0.link)" '^h1 s1$'

# ---- on a terminal, beside the shell ----

beside 80x24
now 'links' 'h1→s1 +up +[0-9.]+k?bit'
keys 2
now 'nodes' 's1 +switch'
keys 3
now 'the topology' '│ s1 │'
keys '?'
now 'help' 'freeze the picture'
keys Escape
keys 1
now 'links again' 'LINK'
keys / h 2
now 'a filter' '/h2_'
check 'what it leaves out' wait_until "$DEADLINE" eval '! shows_now h1→s1'
keys x y
now 'that nothing matches' 'nothing has this'
keys Escape
now 'and its end' 'h1→s1'
keys '>' '>' '>'
now 'an order' 'RATE▼'
keys r
now 'and the other way round' 'RATE▲'
keys '<' '<' '<' r p
now 'problems first' 'problems first'
keys p Home Enter
now 'a link' 'QUEUES|LOST'
now 'its graphs' 'h1→s1 +[0-9.]+k?bit'
keys Escape
now 'back' 'LINK'
keys Space
now 'frozen' 'frozen'
keys Left
now 'a second back' 'frozen, [0-9]+s back'
keys Escape
now 'moving again' 'every 1s'
keys + +
now 'faster' 'every 200ms'
keys -
now 'slower' 'every 500ms'
keys c
keys C-l
tm resize-window -x 48 -y 10
now 'a small window says what it leaves out' 'no room: PKT/S'
tm resize-window -x 20 -y 3
now 'a tiny one that it is too small' 'too small'
tm resize-window -x 120 -y 30
now 'a larger one has it all' 'ENGINE'

# ---- the network changes meanwhile ----

says 'a new host' 'add host h3'
says 'and its link' 'link h3 s1 rate 10mbit'
now 'are seen' 'h3→s1'
says 'a link goes down' 'down h2 s1'
now 'that is seen' 'h2→s1 +down'
says 'and up' 'up h2 s1'
now 'that too' 'h2→s1 +up'
says 'a host goes' 'del h3'
check 'with its link' wait_until "$DEADLINE" eval '! shows_now h3→s1'
keys q
ends 'q leaves' 0

# ---- ends ----

for signal in TERM HUP; do
	beside 80x24
	now "links, before SIG$signal" 'h1→s1'
	kill -s "$signal" "$(cat "$WORK/pid")"
	ends "SIG$signal" $((128 + $(kill -l "$signal")))
done
beside 80x24
now 'links, before a crash' 'h1→s1'
kill -s SEGV "$(cat "$WORK/pid")"
ends 'a crash' '[1-9][0-9]*'
beside 80x24
now 'links, before Ctrl-C' 'h1→s1'
keys C-c
ends 'Ctrl-C' 0
beside 80x24
now 'links, before SIGKILL' 'h1→s1'
kill -s KILL "$(cat "$WORK/pid")"
sees 'SIGKILL' 'the end, status 137'
says 'the network is unharmed' 'ping h1 h2'

# ---- terminals of other kinds ----

beside 80x24 LC_ALL=C
now 'ASCII where the locale has no more' 'h1>s1'
check 'and nothing else' test -z "$(window | LC_ALL=C tr -d '\n -~')"
keys q
ends 'from there' 0
beside 80x24 NO_COLOR=1
now 'NO_COLOR' 'h1→s1'
check 'has no colours' test -z "$(tm capture-pane -p -e | grep -E $'\033\\[([0-9;]*;)?(3[0-8]|4[0-8])[;m]')"
keys q
ends 'from there, too' 0
beside 80x24 TERM=vt100
now 'a vt100' 'h1→s1'
keys q
ends 'and from a vt100' 0
beside 80x24 TERM=dumb
sees 'a terminal that can do nothing is told so' "kind 'dumb' cannot"

beside 80x24
now 'links, before the network ends' 'h1→s1'
shell_end
sees 'a destroyed network is told' 'was destroyed'
ends 'it ends the monitor' 1

# ---- inside the shell ----

network
terminal 100x30 "$ESPALIER -n $NET"
at_prompt 'a prompt'
types 'topo line 3 kind host'
at_prompt 'a network'
types 'h1 sleep 1000 &'
types 'monitor'
now 'the monitor in the shell' 'h1→h2'
keys q
clear_screen
types 'jobs'
sees 'the shell is as it was' 'sleep 1000'
clear_screen
types 'monitor h1 every 200ms'
now 'a node alone' 'every 200ms'
unlike 'and not the others' "$(window)" 'h2→h3'
keys C-c
clear_screen
types 'show h3'
sees 'Ctrl-C leads back too' 'h3: host'
clear_screen
types 'monitor for 300ms'
clear_screen
types 'undo'
sees 'for ends it by itself' 'undone: topo'
types 'redo'
at_prompt 'the network again'
types 'monitor'
now 'links, before the shell is told to end' 'h1→h2'
kill -s TERM "$(tm display-message -p '#{pane_pid}' | xargs -I% cat /proc/%/task/%/children)"
sees 'SIGTERM ends the shell' 'the end, status 143'
check 'and its network' wait_until "$DEADLINE" nothing_left "$NET"

network
terminal 100x30 "$ESPALIER -n $NET"
at_prompt 'a prompt in a window'
types 'topo line 3 kind host; monitor'
now 'links, before the window is closed' 'h1→h2'
close_terminal
check 'a closed window leaves nothing' wait_until "$DEADLINE" nothing_left "$NET"
finish
