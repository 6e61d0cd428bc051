#!/usr/bin/env bash
# The prompt, on a real terminal: typing, Tab, mistakes, Ctrl-C, jobs, term, leaving.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../terminal.sh"

network
terminal 100x40 "$ESPALIER -n $NET"
at_prompt 'a prompt'
types 'add host h1 h2'
types 'add switch s1'
types 'link h1 s1'
types 'link h2 s1'
sees 'a new link tells its address' '10\.0\.0\.2/24'
clear_screen

# ---- Tab ----
keys -l 'sho'
keys Tab
keys -l 'lin'
keys Tab
keys Enter
sees 'Tab completes verbs and words' 'show links'
sees 'and what was completed runs' 'h1.*s1'
clear_screen
keys -l 'ping h1 h'
keys Tab Tab
sees 'Tab twice lists' 'h2  +host'
keys C-c
clear_screen
keys -l 'link h1 '
keys '?'
sees '? says what may come' 'h2'
keys C-c
clear_screen

# ---- mistakes ----
types 'lnik h1 h2'
sees 'did you mean' "did you mean 'link'"
clear_screen
types 'link h1 h7'
sees 'an unknown node' "no node named 'h7'"
sees 'a caret' '\^'
clear_screen

# ---- Ctrl-C ----
types 'h1 ping h2'
sees 'a program runs' 'icmp_seq=2'
keys C-c
sees 'Ctrl-C reaches it' 'packets transmitted'
at_prompt 'and the shell is there'
clear_screen
types 'expect no ping h1 h2 within 600s'
sees 'a wait tells that it is one' 'waiting, seconds [0-9]+/600 … Ctrl-C gives up'
keys C-c
sees 'and can be given up' 'interrupted'
clear_screen
keys -l 'add host half-typ'
wait_until "$DEADLINE" shows half-typ
tm send-keys C-c 'show nodes' Enter # at once, as when it is pasted
sees 'Ctrl-C clears the line' 's1'
unlike 'the half line was not run' "$(screen | grep -v C)" 'half-typ +host'
clear_screen
types 'topo line 4000 kind host prefix big-'
sees 'a long command tells how far it is' '[0-9]+/[0-9]+|[0-9]+ of [0-9]+'
keys C-c
wait_until 60 prompt
types 'show'
sees 'an interrupted command is undone' 'h2 +host'
unlike 'nothing of it stays' "$(screen | tail -n 12)" 'big-h[0-9]+ +host'
clear_screen

# ---- jobs ----
# A key that sends a signal drops what was typed and not read yet: the program first.
types "h1 sh -c 'echo be\"\"gun; exec sleep 1000'"
sees 'a program that waits' begun
stopped() { shows 'fg 1'; }
press_stop() { keys C-z; stopped; }
check 'Ctrl-Z stops a program' wait_until "$DEADLINE" press_stop
clear_screen
types 'jobs'
sees 'it is a job' '[Ss]topped.*sleep|sleep.*[Ss]topped'
types 'fg 1'
keys C-c
at_prompt 'fg and Ctrl-C end it'
clear_screen
types "h2 sh -c 'echo done' &"
types ''
wait_until "$DEADLINE" prompt
types ''
sees 'the end of a job is told' '(ended|done|exit)'
clear_screen

# ---- a shell in a node ----
types 'term h2'
sees 'term: a shell' '[#$] *$'
types 'echo "I am $(hostname)"'
sees 'term: it is in the node' 'I am h2'
types 'echo be""gun; sleep 1000'
sees 'term: a program that waits' begun
stopped() { shows '[Ss]topped'; }
check 'term: it has job control' wait_until "$DEADLINE" press_stop
types 'kill -KILL %1; disown %1; exit'
at_prompt 'term: back at the prompt'
clear_screen

# ---- history, and leaving ----
keys Up
keys C-c
types 'quit'
sees 'quit' 'the end, status 0'
check 'quit leaves nothing' wait_until "$DEADLINE" nothing_left "$NET"
check 'the history is kept' grep -q 'term h2' "$WORK/state/espalier/history"

network
terminal 100x40 "$ESPALIER -n $NET"
at_prompt 'a prompt again'
keys Up
sees 'the history of the last time' 'quit$'
keys C-c
types 'add host h1'
at_prompt 'a host'
keys C-d
sees 'Ctrl-D leaves' 'the end, status 0'
check 'Ctrl-D leaves nothing' wait_until "$DEADLINE" nothing_left "$NET"

# The terminal goes away under the shell.
network
terminal 100x40 "$ESPALIER -n $NET"
at_prompt 'a prompt in a window'
types 'topo star 3'
sees 'a network' 'espalier'
close_terminal
check 'a closed window leaves nothing' wait_until "$DEADLINE" nothing_left "$NET"
finish
