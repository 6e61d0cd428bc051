#!/usr/bin/env bash
# undo and redo of every command that changes something: the kernel has what it had.
. "$(dirname "$0")/../lib.sh"

network
shell
says_no 'nothing to undo' undo '[Nn]othing'
says 'a network' 'topo line 3'
nodes=(h1 h2 h3 r1 r2 r3)
commands=(
	'link h1 r3'
	'link h1 h2 name extra mtu 1400B'
	'del r1 r2'
	'del h2'
	'del r2'
	'down r1 r2'
	'down r3'
	'ip h1:eth0 10.99.0.1/24'
	'ip h1:eth0 none'
	'ip r1:lo 192.0.2.1/32 192.0.2.2/32'
	'route h1 10.77.0.0/16 via 10.3.0.2'
	'route r1 10.4.0.0/24 none'
	'route auto'
	'set auto off'
	'add switch sx'
	'reset'
)
[[ ! $SLOW ]] || commands=('link h1 h2 name extra mtu 1400B' 'del r2' 'down r3' 'set auto off' 'reset')
for command in "${commands[@]}"; do
	# what changes nothing is nothing to undo
	[[ $command != 'route auto' ]] || say 'route r1 10.4.0.0/24 none'
	before=$(kernel_state "${nodes[@]}")
	if ! say "$command"; then
		say 'route r1 default via 10.0.0.2' # some need what this network lacks
		note "left out: $command: $REPLY"
		say undo
		continue
	fi
	ok "$command"
	after=$(kernel_state "${nodes[@]}")
	says "$command: undo" undo
	equal "$command: as before" "$(kernel_state "${nodes[@]}")" "$before"
	says "$command: redo" redo
	equal "$command: as after" "$(kernel_state "${nodes[@]}")" "$after"
	says "$command: undo again" undo
	equal "$command: as before, again" "$(kernel_state "${nodes[@]}")" "$before"
done
say 'route auto'
says 'it still works' pingall
says 'a new change' 'add host new'
says_no 'ends what could be redone' redo '[Nn]othing'
n=0
while say undo; do n=$((n + 1)); done
check "everything can be undone: $n commands" test "$n" -ge 2
like 'nothing is left then' "$(say 'show nodes'; answer result)" '^\[\]$'
shell_end
finish
