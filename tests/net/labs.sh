#!/usr/bin/env bash
# Every lab in labs/ runs through. One with solutions passes with them, and needs each. Those
# with shaped links are run by root, those with VLANs in the virtual machine, since there
# links can be shaped and bridges know VLANs for sure; all others by an ordinary user.
. "$(dirname "$0")/../lib.sh"

network
vlans=1
batch <<<'add switch s1; vlan s1 on' || vlans=''
shapes=1
batch <<<'add host h1 h2; link h1 h2 delay 1ms' || shapes=''
((EUID != 0)) || check 'links can be shaped' test "$shapes"

# run LAB: its output and status are kept under the lab's name.
run() {
	local name=${1##*/} how=(-b)
	! grep -q '^solution' "$1" || how=(check --strict)
	timeout 120 "$ESPALIER" -n "$NET" "${how[@]}" "$1" >"$WORK/$name.out" 2>"$WORK/$name.err" </dev/null
	echo $? >"$WORK/$name.status"
}
# Whether only what was measured did not hold, which may be the machine's fault.
only_measured() {
	local failed
	failed=$(grep '^not ok' "$WORK/$1.out") &&
		! grep -qvE '^not ok [0-9]+ - (rate|rtt) ' <<<"$failed"
}
# ended NAME WANTED DESCRIPTION: what came of it.
ended() {
	local status
	status=$(<"$WORK/$1.status")
	if [[ $status == "$2" ]]; then
		ok "$3"
	else
		not_ok "$3"
		note "status $status"
		note "$(grep -A 3 '^not ok' "$WORK/$1.out")"
		note "$(tail -n 12 "$WORK/$1.err")"
	fi
}

labs=()
for lab in "$TOP"/labs/*.lab "$TOP"/labs/*/*.lab; do
	shaped='' with_vlans=''
	! grep -qE '^\s*(shape|link) .*(rate|delay|loss)' "$lab" || shaped=1
	! grep -qE '^\s*vlan ' "$lab" || with_vlans=1
	# each where it can be run, and once: without root, as most do, if nothing stops it
	if [[ ${ESPALIER_VM-} ]]; then
		[[ $with_vlans ]] || continue
	elif ((EUID == 0)); then
		[[ $shaped && ! $with_vlans ]] || continue
	else
		[[ (! $shaped || $shapes) && (! $with_vlans || $vlans) ]] || continue
	fi
	labs+=("$lab")
done
# a few at once: they wait more than they compute, but what they measure must be left some room
at_once=${SLOW:-3}
for ((i = 0; i < ${#labs[@]}; i += at_once)); do
	for lab in "${labs[@]:i:at_once}"; do
		network
		run "$lab" &
	done
	wait
done
for lab in "${labs[@]}"; do
	name=${lab##*/}
	for ((i = 0; i < 2; i++)); do
		only_measured "$name" || break
		steadier
		network
		run "$lab" # alone
	done
	ended "$name" 0 "labs/$name"
done
finish
