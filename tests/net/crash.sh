#!/usr/bin/env bash
# The shell is killed, at rest and in the midst of things: attach finds a whole network.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"

attach_again() {
	shell attach "$NET"
}

# ---- at rest ----
network
shell
say 'topo star 3'
say 'add router r1' && say 'link r1 s1'
say 'h1 sleep 1000 &'
before=$(kernel_state h1 h2 r1)
shell_kill KILL
espalier ls
like 'ls shows it' "$OUT" "$NET"
attach_again
says 'it works' pingall
equal 'it is what it was' "$(kernel_state h1 h2 r1)" "$before"
say jobs
like 'its job runs on' "$(answer result)" 'sleep'
says 'it can be changed' 'add host h9'
says 'undo reaches back over the crash' undo
shell_kill KILL
check 'destroy needs no shell' "$ESPALIER" destroy "$NET"
check 'nothing is left' wait_until "$DEADLINE" nothing_left "$NET"

# ---- in the midst of building ----
# Killed as soon as the network's journal has grown a bit, or some nodes are there.
started() { # something of the command under way can be seen
	[[ $(find "/run/espalier/$NET/ns" -type f 2>/dev/null | wc -l) -ge $1 ]]
}
points=(1 20 100 250 400)
[[ ! $SLOW ]] || points=(100)
for at in "${points[@]}"; do
	network
	shell
	say 'add host first'
	printf 'topo star 400\n' >&8
	if ((EUID == 0)); then
		wait_until "$DEADLINE" started "$at"
	else # its folder cannot be seen from here: after so many milliseconds
		read -r -t "0.$(printf '%03d' "$at")" <> <(:) || true
	fi
	shell_kill KILL
	attach_again
	check "killed at $at: attach" say 'first true'
	say 'show nodes'
	nodes=$(answer result | grep -o '"node"' | wc -l)
	like "killed at $at: before or after" "$nodes" '^(1|402)$'
	note "$nodes nodes"
	if ((nodes == 402)); then
		says "killed at $at: it works" 'ping h1 h400'
	else
		says "killed at $at: it can be done again" 'topo star 400'
		says "killed at $at: and works" 'ping h1 h400'
	fi
	printf 'reset\n' >&8
	((EUID != 0)) || wait_until "$DEADLINE" test "$(find "/run/espalier/$NET/ns" -type f | wc -l)" -lt 400
	shell_kill KILL
	attach_again
	say 'show nodes'
	nodes=$(answer result | grep -o '"node"' | wc -l)
	like "killed at reset: before or after" "$nodes" '^(0|402)$'
	((nodes == 0)) || says 'and works' 'ping h1 h400'
	shell_end
	check "killed at $at: destroy" "$ESPALIER" destroy "$NET"
done

# ---- an ordinary user's network, when what keeps it is killed ----
if ((EUID != 0)); then
	for signal in KILL TERM; do
		network
		check 'a network without a shell' batch --keep <<<'add host h1; h1 sleep 1000.4711 &'
		check 'its program' runs 1000.4711
		read -r keeper _ <"$XDG_RUNTIME_DIR/espalier/$NET.keeper"
		kill -s "$signal" "$keeper"
		check "SIG$signal: ends with it" wait_until "$DEADLINE" runs_not 1000.4711
	done
	network
	shell
	say 'add host h1'
	say 'h1 sleep 1000.4712 &'
	read -r keeper _ <"$XDG_RUNTIME_DIR/espalier/$NET.keeper"
	kill -KILL "$keeper"
	not_listed() {
		espalier ls
		[[ $OUT != *"$NET"* ]]
	}
	check 'no other shell finds it' wait_until "$DEADLINE" not_listed
	says 'the shell that is in it goes on' 'h1 true'
	check 'with its programs' runs 1000.4712
	shell_kill KILL
	check 'until it ends' wait_until "$DEADLINE" runs_not 1000.4712
fi

# ---- a signal that lets it tidy up ----
for signal in TERM HUP; do
	network
	shell
	say 'topo star 3'
	say 'h1 sleep 1000 &'
	shell_kill "$signal"
	check "SIG$signal: nothing is left" wait_until "$DEADLINE" nothing_left "$NET"
done

# ---- nobody reads any more ----
network
check 'a closed pipe' bash -c 'yes "show" | head -n 2000 | "$ESPALIER" -n "$1" -b - 2>/dev/null | head -n 1 >/dev/null; true' - "$NET"
check 'a closed pipe leaves nothing' wait_until "$DEADLINE" nothing_left "$NET"
finish
