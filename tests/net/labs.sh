#!/usr/bin/env bash
# Every lab in labs/ runs through. One with solutions passes with them, and needs each;
# those with shaped links are run where links can be shaped.
. "$(dirname "$0")/../lib.sh"

network
vlans=1
batch <<<'add switch s1; vlan s1 on' || vlans=''
shapes=1
batch <<<'add host h1 h2; link h1 h2 delay 1ms' || shapes=''
((EUID != 0)) || check 'links can be shaped' test "$shapes"

# run LAB ARGUMENT...: in the background; its output and status are kept under the lab's name.
run() {
	local name=$1
	shift
	network
	(
		timeout 120 "$ESPALIER" -n "$NET" "$@" >"$WORK/$name.out" 2>"$WORK/$name.err" </dev/null
		echo $? >"$WORK/$name.status"
	) &
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
	if [[ ! $shapes || $SLOW ]] && grep -qE '^\s*(shape|link) .*(rate|delay|loss)' "$lab"; then
		# root runs them, on the running kernel; here the devices, or the time, are not to be had
		note "labs/${lab#"$TOP"/labs/} is left to root on a real processor"
		continue
	fi
	if [[ $SLOW ]] && { ! grep -qE '^\s*(keep|vlan) ' "$lab" || grep -qE '^\s*service .*(rip|ospf|bgp)' "$lab"; }; then
		# what a stock kernel does by modules is tried there: VLANs, tunnels, filters
		note "labs/${lab#"$TOP"/labs/} is left to a real processor"
		continue
	fi
	if [[ ! $vlans && ! ${ESPALIER_VM-} ]] && grep -qE '^\s*vlan ' "$lab"; then
		note "labs/${lab#"$TOP"/labs/} is left to the virtual machine: bridges know no VLANs here"
		continue
	fi
	labs+=("$lab")
done
# a few at once: they wait more than they compute, but what they measure must be left some room
at_once=${SLOW:-3}
for ((i = 0; i < ${#labs[@]}; i += at_once)); do
	for lab in "${labs[@]:i:at_once}"; do
		name=${lab##*/}
		if grep -q '^solution' "$lab"; then
			run "$name" check --strict "$lab"
		else
			run "$name" -b "$lab"
		fi
	done
	wait
done
for lab in "${labs[@]}"; do
	name=${lab##*/}
	ended "$name" 0 "labs/$name"
done
finish
