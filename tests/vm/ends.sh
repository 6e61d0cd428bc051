#!/usr/bin/env bash
# scripts/vm: whatever way a guest ends, it is told, and nothing stays behind.
. "$(dirname "$0")/../lib.sh"
cd "$TOP" || exit
VM=scripts/vm
mkdir "$WORK/tmp"
export TMPDIR=$WORK/tmp # what is left there is seen

# The guests of this test: they have its folder in their environment.
guests() {
	local process
	for process in /proc/[0-9]*; do
		[[ $(readlink "$process/exe") != */qemu-system* ]] ||
			! grep -qzsxF "TMPDIR=$TMPDIR" "$process/environ" || echo "${process##*/}"
	done
}
guest() {
	[[ $(guests) ]]
}
no_guest() {
	! guest
}
nothing_stays() {
	check "$1: no QEMU stays" wait_until "$DEADLINE" no_guest
	equal "$1: no file stays" "$(ls "$TMPDIR")" ''
}

# dies DESCRIPTION STATUS MESSAGE ARGUMENT...
dies() {
	local what=$1 status=$2 message=$3
	shift 3
	"$VM" "$@" >"$WORK/out" 2>"$WORK/err" </dev/null
	equal "$what: status" "$?" "$status"
	like "$what: message" "$(<"$WORK/err")" "$message"
	nothing_stays "$what"
}
dies 'a panic' 125 'kernel panicked: sysrq triggered crash.*console:.*Kernel panic - .*Call Trace' \
	sh -c 'echo c >/proc/sysrq-trigger; sleep 1000'
dies 'switched off' 125 'went down before the command ended' \
	sh -c 'echo o >/proc/sysrq-trigger; sleep 1000'
dies 'a hang' 125 'hangs: no sign of life' \
	sh -c 'echo -1 >/proc/sys/kernel/sched_rt_runtime_us; exec chrt -f 99 sh -c "while :; do :; done"'
dies 'too long' 124 'longer than 2 s' --timeout 2 sleep 1000
dies 'out of memory' 137 "ran out of memory and killed 'tail'; --memory" --memory 256 tail /dev/zero
dies 'memory that is not to be had' 125 'QEMU failed' --memory 9000000 true

# ---- an oops: its own words come before those of the panic that it ends in ----
{
	echo 'nothing of interest'
	echo '[    9.1] BUG: KASAN: use-after-free in somewhere'
	echo '[    9.2] Call Trace:'
	echo '[    9.3] Kernel panic - not syncing: Fatal exception'
	printf 'long after\n%.0s' {1..50}
} >"$WORK/console"
scripts/vm.d/attend 3 true 3<"$WORK/console" </dev/null >"$WORK/out" 2>"$WORK/err"
equal 'an oops: status' "$?" 125
like 'an oops: message' "$(<"$WORK/err")" 'panicked: Fatal.*console:[[:space:]]*\[    9\.1\] BUG: KASAN.*Kernel panic - '

# ---- signals ----
for signal in INT TERM KILL; do
	"$VM" sh -c 'echo begun; exec sleep 1000' >"$WORK/out" 2>"$WORK/err" </dev/null &
	pid=$!
	check "SIG$signal: the command runs" wait_until 60 grep -q begun "$WORK/out"
	kill -s "$signal" "$pid"
	wait "$pid" 2>/dev/null
	equal "SIG$signal: status" "$?" $((128 + $(kill -l "$signal")))
	nothing_stays "SIG$signal"
done
finish
