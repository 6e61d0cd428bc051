#!/usr/bin/env bash
# The README's transcript, typed at a prompt on a real terminal: it works as printed.
. "$(dirname "$0")/../lib.sh"

command -v tmux >/dev/null || skip 'tmux is not installed'
[[ -f $TOP/README.md ]] || skip 'the README is not here'
socket=$WORK/tmux
tm() {
	tmux -S "$socket" -f /dev/null "$@"
}
clean_up() { # the trap in lib.sh calls it
	tm kill-server 2>/dev/null
}
screen() {
	tm capture-pane -p -J -S -500 | sed 's/ *$//'
}
prompts() { # a prompt for each command so far, and the last is empty
	(($(screen | grep -c '^espalier.*>') > typed)) && [[ $(screen | grep -v '^$' | tail -n 1) =~ \>$ ]]
}
# What differs from run to run, and the network's name in the prompt.
generalise() {
	sed -E -e 's/^espalier\([^)]*\)>/espalier>/' -e 's#[0-9.]+/[0-9.]+/[0-9.]+/[0-9.]+#N#' \
		-e 's/[0-9.]+ ?ms/N ms/g' -e 's#rtt [0-9.]+ / [0-9.]+ /#rtt N / N /#' \
		-e "s#$WORK/#/tmp/#g" -e '/^$/d'
}

network
tm new-session -d -x 84 -y 50 "env LC_ALL=C.UTF-8 HOME=$WORK XDG_STATE_HOME=$WORK/state \
	$ESPALIER -n $NET $TOP/labs/demo.lab; echo the end, status \$?; cat"
tm set-option -g history-limit 5000
typed=0
check 'a prompt' wait_until "$DEADLINE" prompts
tm send-keys C-l
tm clear-history
sed -n '/^```$/,/^```$/p' "$TOP/README.md" | grep -v '^```$' >"$WORK/wanted"
typed=0
while read -r line; do
	[[ $line == 'espalier> '* ]] || continue
	command=${line#espalier> }
	[[ $command != quit ]] || continue
	tm send-keys -l "${command//\/tmp\//$WORK/}"
	tm send-keys Enter
	typed=$((typed + 1))
	wait_until "$DEADLINE" prompts || not_ok "a prompt after $command"
done <"$WORK/wanted"
equal 'the transcript works as printed' "$(screen | generalise | sed '$d')" \
	"$(generalise <"$WORK/wanted" | sed '$d')"
check 'a saved network is a lab' "$ESPALIER" -n "$NET-again" -b "$WORK/mine.lab"
NETWORKS+=("$NET-again")
tm send-keys -l quit
tm send-keys Enter
ended() { screen | grep -q 'the end, status 0'; }
check 'quit' wait_until "$DEADLINE" ended
finish
