# shellcheck shell=bash disable=SC2034,SC2154 # shares its variables with lib.sh and the tests
# terminal.sh — a real terminal for the tests: espalier in a window of tmux, keys that are
# pressed, and what stands on the screen. After lib.sh:
#
#   terminal 100x40 "$ESPALIER -n $NET"   # once its end is told, the window stays open
#   at_prompt 'a prompt'
#   types 'add host h1'                   # a line, and Enter; keys Tab: one key
#   sees 'what it is for' 'REGULAR EXPRESSION'
#   clear_screen

command -v tmux >/dev/null || skip 'tmux is not installed'
export SHELL=/bin/bash # tmux starts with it; an account's own may be one that refuses
TERMINAL=$WORK/tmux

# Its server must not keep the pipes of a shell that lib.sh feeds.
tm() {
	tmux -S "$TERMINAL" -f /dev/null "$@" 8>&- 9<&-
}

# terminal WIDTHxHEIGHT COMMAND: a window of its own. The one before is closed.
terminal() {
	close_terminal
	TERMINAL+=x # a new server each time: one takes a while to end
	tm new-session -d -x "${1%x*}" -y "${1#*x}" \
		"env LC_ALL=C.UTF-8 HOME=$WORK XDG_STATE_HOME=$WORK/state $2; echo the end, status \$?; cat" ||
		exit 1
}

# What hangs when its terminal goes (the sanitizer's search for leaks may) is ended.
close_terminal() {
	local group
	[[ -S $TERMINAL ]] || return 0
	group=$(tm list-panes -F '#{pane_pid}' 2>/dev/null)
	tm kill-server 2>/dev/null
	[[ ! $group ]] || wait_until 5 group_is_gone "$group" || kill -s KILL -- "-$group"
}
group_is_gone() {
	! kill -s 0 -- "-$1" 2>/dev/null
}
clean_up() { # the trap in lib.sh calls it
	close_terminal
}

# What stands on the screen, and what has left it at the top.
screen() {
	tm capture-pane -p -J -S -500
}
shows() {
	screen | grep -qE -- "$1"
}

keys() {
	tm send-keys "$@"
}
types() {
	tm send-keys -l "$1"
	tm send-keys Enter
}

# sees DESCRIPTION REGULAR_EXPRESSION: it appears on the screen.
sees() {
	if wait_until "$DEADLINE" shows "$2"; then
		ok "$1"
	else
		not_ok "$1"
		note "no $2 in:"
		note "$(screen)"
		give_up
	fi
}

prompt() {
	[[ $(screen | grep -v '^ *$' | tail -n 1) =~ ^espalier.*\>\ *$ ]]
}

# at_prompt DESCRIPTION: a prompt comes, with nothing typed yet.
at_prompt() {
	if wait_until "$DEADLINE" prompt; then
		ok "$1"
	else
		not_ok "$1"
		note "$(screen)"
		give_up
	fi
}

# What follows would wait its whole time too, each.
give_up() {
	note 'the rest is not tried'
	exit 1
}

only_prompt() {
	[[ $(tm capture-pane -p | grep -v '^ *$') =~ ^espalier[^$'\n']*\>\ *$ ]]
}
# A key that comes while a program gives the terminal back may be lost.
clear_screen() {
	local end=$((SECONDS + DEADLINE))
	wait_until "$DEADLINE" prompt
	until tm send-keys C-l && wait_until 1 only_prompt; do
		((SECONDS < end)) || { not_ok 'the screen is cleared' && break; }
	done
	tm clear-history
}
