#!/usr/bin/env bash
# A lab with steps, on a real terminal: the walk, and what a student may type meanwhile.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../terminal.sh"

cat >"$WORK/walk.lab" <<'EOF'
lab "A walk" "Three steps."
add host h1 h2
let n 7
step "Join them."
say "This is said before."
hint "The first hint."
hint "The second hint."
solution {
	link h1 h2 # the solution's
}
expect ping h1 h2 within 1s
say "This is said after."
step "Nothing to do here."
h1 sleep 98761 &
step "A host more."
solution { add host h$n }
for i in 7..7 { expect h$i true succeeds }
EOF
network
terminal 100x50 "$ESPALIER -n $NET $WORK/walk.lab"
sees 'the title' 'A walk'
sees 'the first step is headed and numbered' 'Step 1 of 3\. Join them\.'
sees 'it is the turn of the student' '1/3> *$'
shows_not() { ! shows "$1"; }
check 'what stands behind the expectation waits' shows_not 'said after'
check 'and so does the solution' shows_not "the solution's"
check 'hints are not shown unasked' shows_not 'first hint'

types 'check'
sees 'check: what does not hold, and why' '✗ ping h1 h2 .*no link'
types 'next'
sees 'next does not go on' 'Not yet.*solve'
types 'hint'
sees 'a hint' 'Hint: The first hint'
types 'hint'
sees 'and another' 'Hint: The second hint'
types 'hint'
sees 'and no more' 'no more hints'
clear_screen

# what a student types in between is no matter of the walk
types 'for i in 1..2 {'
types '  add host x$i'
types '}'
at_prompt 'a block over several lines'
types 'show nodes'
sees 'a block was run' 'x2 +host'
types 'source /nowhere.lab'
types 'undo'
types 'step'
sees 'the step is shown again' 'before'
types 'step "a step that is typed"'
types 'lnik h1 h2'
sees 'a mistake' "did you mean 'link'"
types 'reset'
types 'restart'
sees 'restart begins anew' 'Step 1 of 3'
clear_screen
types 'show nodes'
sees 'the hosts are there' 'h2 +host'
unlike 'and nothing else' "$(screen)" 'x1 +host'
types 'link h1 h2'
types 'next'
sees 'the student did it' '✓ ping h1 h2'
sees 'what follows is said' 'said after'
sees 'the next step' 'Step 2 of 3'
check 'its commands were run' wait_until "$DEADLINE" runs 98761
clear_screen
types 'down h1 h2'
types 'next'
sees 'a step without expectations' 'Step 3 of 3'
clear_screen
types 'back'
sees 'back' 'Step 2 of 3'
types 'ping h1 h2 count 1'
sees 'the network is as it was then' '1 answered'
jobs_of_step() { (($(grep -lzsx -- '9876[1]' /proc/[0-9]*/cmdline | wc -l) == 1)); }
check 'its program runs once' wait_until "$DEADLINE" jobs_of_step
types 'next'
clear_screen
types 'next'
sees 'a block of expectations' '✗ h7 true succeeds'
types 'solve'
sees 'the solution is shown' '^    solution .*add host'
types 'next'
sees 'the end' 'That was the last step'
types 'next'
sees 'no step follows' 'the lab is at its end'
clear_screen
types 'back'
sees 'the last step again' 'Step 3 of 3'
types 'check'
sees 'its work was taken back' 'Not yet'
types 'quit'
sees 'quit' 'the end, status 0'
check 'nothing is left' wait_until "$DEADLINE" nothing_left "$NET"
check 'its programs ended' wait_until "$DEADLINE" runs_not 98761

# a lab that cannot be read, and one whose step cannot be set up
printf 'step "x"\nif node h1 {\n' >"$WORK/open.lab"
network
terminal 100x40 "$ESPALIER -n $NET $WORK/open.lab"
sees 'a lab that is not closed' 'open\.lab:2:12: a \{ is not closed'
types 'next'
sees 'is not walked through' 'no lab is under way'
types 'quit'
printf 'add host h1\nstep "a"\nstep "b"\nadd host h1\n' >"$WORK/twice.lab"
network
terminal 100x40 "$ESPALIER -n $NET $WORK/twice.lab"
at_prompt 'a lab whose second step fails'
types 'next'
sees 'the error' 'twice\.lab:4'
sees 'and what to do' 'could not be set up'
types 'back'
sees 'back' 'Step 1 of 2'
types 'quit'

# the timeline runs while a line is typed
network
terminal 100x40 "$ESPALIER -n $NET"
at_prompt 'a prompt'
types 'add host h1'
types 'at +1s add host later'
keys -l 'show no'
sees 'a command runs at its time' '^at .*: add host later'
sees 'and the line that is typed stays' '> show no *$'
keys -l 'des'
keys Enter
sees 'and goes on' 'later +host'
types 'quit'
sees 'leaving' 'the end, status 0'
finish
