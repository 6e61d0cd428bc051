#!/usr/bin/env bash
# scripts/vm: a command in the guest is as it is on the machine: arguments, input, output,
# status, folder; and what it changes is not there afterwards, but in --out.
. "$(dirname "$0")/../lib.sh"
cd "$TOP" || exit
VM=scripts/vm

# vm ARGUMENT...: $OUT, $ERR and $STATUS are the guest's.
vm() {
	"$VM" --timeout 100 "$@" >"$WORK/out" 2>"$WORK/err" <"${INPUT:-/dev/null}"
	STATUS=$?
	OUT=$(tr -d '\0' <"$WORK/out") ERR=$(<"$WORK/err")
}

vm sh -c 'sleep 1000 & uname -r' # what is left in the background does not hold it up
like 'the kernel is the one asked for' "$OUT" '^6\.1\.[0-9]+-[^'$'\n'']*$'
equal 'nothing else is said' "$ERR" ''
equal 'status 0' "$STATUS" 0
vm sh -c 'kill -KILL $$'
equal 'killed by a signal' "$STATUS" 137
vm no-such-program
equal 'no such program' "$STATUS" 127
like 'the message is that of any shell' "$ERR" "no-such-program.*No such file"

# ---- words, input and output, byte by byte ----
words=('a b' '' "it's" '"$HOME"' '*' $'two\nlines' '\n' 'ä€' '#' '-n')
vm bash -c 'printf "%s|" "$@"; false' - "${words[@]}"
equal 'arguments stay what they are' "$OUT" "$(printf '%s|' "${words[@]}")"
equal 'status 1, and nothing else is said' "$STATUS$ERR" 1
head -c 700000 "$ESPALIER" >"$WORK/input"
INPUT=$WORK/input vm sh -c 'tee /tmp/copy; sha256sum </tmp/copy >&2'
check 'input to output, 700 kB of any bytes' cmp "$WORK/input" "$WORK/out"
equal 'and standard error on its own' "$ERR" "$(sha256sum <"$WORK/input")"
"$VM" sh -c 'for i in 1 2 3; do echo out; echo error >&2; done' >"$WORK/both" 2>&1 </dev/null
equal 'both into one file keep their order' "$(<"$WORK/both")" \
	$'out\nerror\nout\nerror\nout\nerror'
"$VM" yes 2>"$WORK/err" </dev/null | head -n 3 >"$WORK/out"
equal 'a reader that goes away' "$(<"$WORK/out")$(<"$WORK/err")" $'y\ny\ny'

# ---- the system around it ----
vm bash -c '
	check() { local what=$1; shift; "$@" >/tmp/said 2>&1 || { echo "not: $what"; cat /tmp/said; }; }
	check root test "$(id -u)" = 0
	check hostname test "$(hostname)" = vm
	check release test "$ESPALIER_VM" = "$(uname -r)"
	check loopback ping -c 1 -W 5 127.0.0.1
	check "loopback IPv6" ping -c 1 -W 5 ::1
	check name ping -c 1 -W 5 vm
	check "no way out" test "$(ls /sys/class/net)" = lo
	check cgroups grep -q cpu.*memory /sys/fs/cgroup/cgroup.controllers
	check "a cgroup" mkdir /sys/fs/cgroup/x
	check namespaces unshare -mnp --fork --mount-proc true
	check "user namespaces" unshare -Urn true
	check "a module by name" modprobe dummy
	check "a module by use, in a namespace" unshare -n sh -c "ip link add g0 type gretap local 127.0.0.1 remote 127.0.0.2"
	check "a module by its device" ip tuntap add dev tap0 mode tap
	check "empty /tmp and /run" test ! -e "$0"
	check "tmp is open" setpriv --reuid 65534 --clear-groups touch /tmp/x
	check tracing test -e /sys/kernel/tracing/events
	check bpf mount -t bpf
	check shm touch /dev/shm/x
	check pty script -qc true /dev/null
' "$WORK"
equal 'a whole system' "$OUT$ERR" ''
(cd tests/net && "$OLDPWD/$VM" sh -c 'pwd; ls basics.sh') >"$WORK/out" 2>&1 </dev/null
equal 'in the folder that one is in' "$(<"$WORK/out")" "$TOP/tests/net"$'\nbasics.sh'
(cd / && "$TOP/$VM" sh -c 'pwd; echo changed >README.md && rm -r lib && touch /etc/x && cat README.md') >"$WORK/out" 2>&1 </dev/null
equal 'outside of the tree: in the tree, where it can change everything' "$(<"$WORK/out")" "$TOP"$'\nchanged'
check 'and nothing is changed' test -s lib/base/err.c -a ! -e /etc/x -a "$(head -n 1 README.md)" = '# Espalier'

# ---- --out ----
out="$WORK/new folder, with a comma"
vm --out "$out" sh -c 'mkdir "$1/sub" && echo result >"$1/sub/file" && seq 100000 >"$1/numbers"' - "$out"
equal 'results come back' "$STATUS $ERR $(cat "$out/sub/file" 2>&1)" '0  result'
check 'whole' cmp <(seq 100000) "$out/numbers"

# ---- two at once, and several processors ----
"$VM" sh -c 'echo one; sleep 3' >"$WORK/one" 2>&1 </dev/null &
other=$!
vm --cpus 2 nproc
wait "$other"
equal 'two guests at once, each its own' "$? $OUT $(<"$WORK/one")" '0 2 one'

# ---- bad usage ----
wrong() { # DESCRIPTION MESSAGE ARGUMENT...
	local what=$1 message=$2
	shift 2
	"$VM" "$@" >"$WORK/out" 2>"$WORK/err" </dev/null
	equal "$what: status" "$?" 2
	like "$what: message" "$(<"$WORK/err")" "$message"
}
wrong 'a kernel that is not there' "no kernel '5\\.4'; there are 6\\.1, 6\\.12, newest and debug" -k 5.4 true
wrong 'no command, no terminal' 'needs a command'
wrong 'an option that is not there' "no option '--cpu'" --cpu 2 true
wrong 'no number' "--memory takes a whole number, not 'lots'" --memory lots true
wrong 'too little memory' 'at least 256 MB' --memory 255 true
wrong 'no value' '--timeout needs a value' --timeout
wrong 'two processors and a counted clock' 'one processor' --icount --cpus 2 true
finish
