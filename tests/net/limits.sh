#!/usr/bin/env bash
# What runs out: descriptors, a subnet, the user's patience. Whole or not at all.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"

# ---- few descriptors ----
network
few=$(ulimit -n 64 && "$ESPALIER" -n "$NET" -c 'topo star 500; ping h1 h500' 2>&1)
status=$?
like '64 descriptors do for 500 hosts, or the command fails whole' "$status $few" \
	'^0 |Too many open files'
few=$(ulimit -n 16 && printf 'add host h1\ntopo mesh 30 kind host\nshow nodes\n' |
	"$ESPALIER" --json -k -n "$NET" -b - 2>&1)
like '16 descriptors: done, or refused with the reason' "$few" \
	'"ok": *true.*"ok": *true|Too many open files'

# ---- interrupted ----
network
check 'a network without a shell' "$ESPALIER" -n "$NET" --keep -c 'add host first'
shell attach "$NET"
say 'first true'
printf 'topo line 3000 kind host\n' >&8
underway() { # in the kernel, as the shell's threads' first namespaces appear
	((EUID != 0)) || [[ $(find "/run/espalier/$NET/ns" -type f | wc -l) -ge 20 ]]
}
wait_until "$DEADLINE" underway
((EUID == 0)) || read -r -t 0.3 <> <(:) || true
kill -s INT "$SHELL_PID"
read -r -t 60 REPLY <&9
if [[ $REPLY =~ \"ok\":\ *false ]]; then
	like 'Ctrl-C interrupts' "$REPLY" '[Ii]nterrupt'
	shell_end
	equal 'and ends a shell without a prompt' "$STATUS" 130
	shell attach "$NET"
	say 'show nodes'
	equal 'the command is undone' "$(answer result | grep -o '"node"' | wc -l)" 1
	says 'the network is there' 'first true'
	says 'and the command can be done again' 'topo line 30 kind host'
	say quit
	shell_end
else
	not_ok 'Ctrl-C interrupts'
	note "${REPLY:0:300}"
	shell_kill TERM
fi
check 'nothing is left' wait_until "$DEADLINE" nothing_left "$NET"

# ---- a full subnet ----
network
shell
say 'set auto off'
say 'add host a b c' && say 'add switch s'
say 'link a s ip 10.0.0.1/30 none' && say 'link b s ip 10.0.0.2/30 none'
say 'set auto on'
says_no 'a subnet of two addresses has none for a third' 'link c s' 'full'
say 'show links'
equal 'the link was not made' "$(answer result | grep -o '"mtu"' | wc -l)" 2
shell_end

# ---- sizes that make no sense ----
network
shell
for command in 'topo star 0' 'topo star 99999999' 'topo star -1' 'topo fattree 3' \
	'topo grid 0 5' 'topo ring 1' 'topo random 5 degree 99' 'topo mesh 20000'; do
	refuses "$command" say "$command"
done
like 'none of them left anything' "$(say 'show nodes'; answer result)" '^\[\]$'
shell_end
finish
