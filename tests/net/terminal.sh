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
keys -l 'link h1 h2 tunnel vxlan underlay '
keys Tab Tab
sees 'hosts may be an underlay' 'h2  +host'
unlike 'a switch may not' "$(screen)" 's1 +switch'
((EUID)) || sees 'nodes are of the network that they are of' "$NET\.  +a node of network $NET"
keys C-c
clear_screen
keys -l 'link h1 '
keys '?'
sees '? says what may come' 'h2'
keys C-c
clear_screen

# ---- help ----
types 'help link'
sees 'the kinds of words stand below each other' '^  MAC             a MAC'
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
if ((EUID == 0)); then # Ctrl-C while it starts: the shell is held up where it reads the hosts
	hosts=/run/espalier/$NET/hosts
	mv "$hosts" "$WORK/hosts"
	mkfifo "$hosts"
	types 'h1 sleep 1000'
	exec 3>"$hosts" # once the shell reads
	keys C-c
	sees 'Ctrl-C, just before a program starts' '\^C'
	mv "$WORK/hosts" "$hosts"
	exec 3>&-
	at_prompt 'ends it'
	clear_screen
fi
types "every 1s save $WORK/again.lab"
types 'expect no ping h1 h2 within 600s'
sees 'a wait tells that it is one' 'waiting, seconds [0-9]+/600 … Ctrl-C gives up'
keys C-c
sees 'and can be given up' 'interrupted'
rm -f "$WORK/again.lab"
check 'what is planned goes on at the prompt' wait_until "$DEADLINE" test -e "$WORK/again.lab"
types 'at none'
clear_screen
keys -l 'add host half-typ'
wait_until "$DEADLINE" shows half-typ
tm send-keys C-c 'show nodes' Enter # at once, as when it is pasted
sees 'Ctrl-C clears the line' 's1'
unlike 'the half line was not run' "$(screen | grep -v C)" 'half-typ +host'
clear_screen
keys -l $'half-\e[200~pasted' # as of a paste whose end Ctrl-C makes the terminal forget
wait_until "$DEADLINE" shows half-
keys C-c
at_prompt 'Ctrl-C ends a paste without an end'
clear_screen
mkdir "$WORK/many"
touch "$WORK/many/"{1..200}
keys -l "source $WORK/many/"
keys M-?
sees "readline's question" 'Display all 200 possibilities'
keys C-c
at_prompt 'Ctrl-C is an answer to it'
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

# The same while a program starts: as above, the shell is held up.
if ((EUID == 0)); then
	network
	terminal 100x40 "$ESPALIER -n $NET"
	at_prompt 'a prompt in another'
	types 'add host h1'
	sees 'a host' 'host h1'
	hosts=/run/espalier/$NET/hosts
	mv "$hosts" "$WORK/hosts"
	mkfifo "$hosts"
	types 'h1 sleep 98731'
	exec 3>"$hosts"
	tm kill-server
	mv "$WORK/hosts" "$hosts"
	exec 3>&-
	check 'a window closed before the program runs' wait_until "$DEADLINE" nothing_left "$NET"
	check 'leaves no program' wait_until "$DEADLINE" runs_not 98731
fi

# The same in the midst of a paste, for a shell that is to outlive SIGHUP.
network
terminal 100x40 "sh -c 'trap \"\" HUP; exec $ESPALIER -n $NET'"
at_prompt 'a prompt that outlives SIGHUP'
keys -l $'half-\e[200~'"$(printf '%64s' paste)" # as long as the room that readline has for it
wait_until "$DEADLINE" shows half-
close_terminal
check 'that leaves nothing either' wait_until "$DEADLINE" nothing_left "$NET"
finish
