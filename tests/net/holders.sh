#!/usr/bin/env bash
# One shell holds a network; others are told, and may look. detach, attach, ls, destroy.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"

network
shell
say 'topo star 2'
holder=$SHELL_PID

espalier attach "$NET" </dev/null
equal 'a second shell is refused' "$STATUS" 1
like 'and told who holds it' "$OUT" "$holder"
like 'and that it may look' "$OUT" 'read-only'
espalier -n "$NET" -c 'add host x'
like 'the name is taken, too' "$STATUS $OUT" "^1 .*$NET"
like 'ls tells who holds it' "$(espalier ls; echo "$OUT")" "$NET.*$holder"

look() {
	espalier --read-only attach "$NET"
}
look <<<'show nodes
ping h1 h2'
equal 'read-only: looking works' "$STATUS" 0
like 'read-only: it sees the nodes' "$OUT" 'h1.*h2'
look <<<'add host x'
like 'read-only: a change is refused' "$STATUS $OUT" '^1 .*read-only'
look <<<'undo'
like 'read-only: undo, too' "$STATUS $OUT" '^1 .*read-only'
look <<<'h1 true'
like 'read-only: programs, too' "$STATUS $OUT" '^1 .*read-only'
say 'add host later'
look <<<'show nodes'
like 'read-only: it sees what came later' "$OUT" 'later'
says 'the holder did not notice' 'ping h1 h2'

# ---- detach ----
say 'h1 sleep 1000 &'
says 'detach' detach
shell_end
equal 'detach: exit status' "$STATUS" 0
like 'it is listed, without a shell' "$(espalier ls; echo "$OUT")" "$NET"
unlike 'nobody holds it' "$OUT" "$NET.*$holder"
shell attach "$NET"
says 'attach: it works' 'ping h1 h2'
say jobs
like 'attach: the job runs on' "$(answer result)" 'sleep'
says 'undo reaches back over detach' undo
shell_end
like 'the end of its input leaves it running' "$(espalier ls; echo "$OUT")" "$NET"
shell attach "$NET"
says 'quit' quit
shell_end
check 'quit destroys it' wait_until "$DEADLINE" nothing_left "$NET"
unlike 'it is not listed' "$(espalier ls; echo "$OUT")" "$NET"

# ---- --keep, destroy ----
network
espalier -n "$NET" --keep -c 'topo star 2; h1 sleep 1000 &'
equal '--keep: exit status' "$STATUS" 0
shell attach "$NET"
says '--keep: it is there' 'ping h1 h2'
says 'detach' detach
shell_end
check 'destroy' "$ESPALIER" destroy "$NET"
check 'nothing is left' wait_until "$DEADLINE" nothing_left "$NET"
espalier destroy "$NET"
like 'destroy what is gone' "$STATUS $OUT" "^1 .*$NET"
espalier attach "$NET" </dev/null
like 'attach what is gone' "$STATUS $OUT" "^1 .*$NET"
espalier --json ls
check 'ls as JSON' perl -MJSON::PP -e 'decode_json($ARGV[0])' "$OUT"
finish
