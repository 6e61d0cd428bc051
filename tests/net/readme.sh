#!/usr/bin/env bash
# The README's transcript, typed at a prompt on a real terminal: it works as printed.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../terminal.sh"

[[ -f $TOP/README.md ]] || skip 'the README is not here'
prompts() { # one for each command so far, and one more
	(($(screen | grep -c '^espalier.*>') > typed)) && prompt
}
# What differs from run to run, and the network's name in the prompt.
generalise() {
	sed -E -e 's/ *$//' -e 's/^espalier\([^)]*\)>/espalier>/' -e 's#[0-9.]+/[0-9.]+/[0-9.]+/[0-9.]+#N#' \
		-e 's/[0-9.]+ ?ms/N ms/g' -e 's#rtt [0-9.]+ / [0-9.]+ /#rtt N / N /#' \
		-e "s#$WORK/#/tmp/#g" -e '/^$/d'
}

network
terminal 84x50 "$ESPALIER -n $NET $TOP/labs/demo.lab"
at_prompt 'a prompt'
sed -n '/^```$/,/^```$/p' "$TOP/README.md" | grep -v '^```$' >"$WORK/wanted"
typed=0
while read -r line; do
	[[ $line == 'espalier> '* ]] || continue
	command=${line#espalier> }
	[[ $command != quit ]] || continue
	types "${command//\/tmp\//$WORK/}"
	typed=$((typed + 1))
	wait_until "$DEADLINE" prompts || not_ok "a prompt after $command"
done <"$WORK/wanted"
equal 'the transcript works as printed' "$(screen | sed -n '/^espalier.*> show links/,$p' | generalise | sed '$d')" \
	"$(generalise <"$WORK/wanted" | sed '$d')"
check 'a saved network is a lab' "$ESPALIER" -n "$NET-again" -b "$WORK/mine.lab"
NETWORKS+=("$NET-again")
types quit
sees 'quit' 'the end, status 0'
finish
