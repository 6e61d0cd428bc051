#!/usr/bin/env bash
# Every generator builds a network in which everyone reaches everyone.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"

network
shell
for command in 'topo line 4' 'topo line 3 kind host' 'topo ring 4' 'topo star 5' 'topo mesh 4' \
	'topo tree depth 2 fanout 3' 'topo grid 3 2' 'topo fattree 2' \
	'topo random 6 seed 3' 'topo line 3 kind switch'; do
	says "$command" "$command"
	if [[ $command == *'kind host' ]]; then
		says "$command: neighbours reach each other" 'ping h1 h2'
	else
		check "$command: works" wait_until "$DEADLINE" say pingall
	fi
	say reset
done
says 'two of them, with prefixes' 'topo star 3 prefix a-'
says 'two of them, with prefixes' 'topo star 3 prefix b-'
says 'joined' 'link a-s1 b-s1'
says 'work' pingall
says_no 'names that are taken' 'topo star 3 prefix a-' 'a-'
say "save $WORK/one.lab"
say reset
say 'topo random 9 seed 42' && say "save $WORK/r1.lab" && say reset
say 'topo random 9 seed 42' && say "save $WORK/r2.lab" && say reset
say 'topo random 9 seed 43' && say "save $WORK/r3.lab"
check 'the same seed gives the same network' cmp "$WORK/r1.lab" "$WORK/r2.lab"
refuses 'another seed another' cmp "$WORK/r1.lab" "$WORK/r3.lab"
shell_end
finish
