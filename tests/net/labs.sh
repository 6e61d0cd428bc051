#!/usr/bin/env bash
# Every lab in labs/ runs through; those with shaped links where links can be shaped.
. "$(dirname "$0")/../lib.sh"

network
shapes=1
batch <<<'add host h1 h2; link h1 h2 delay 1ms' || shapes=''
((EUID != 0)) || check 'links can be shaped' test "$shapes"

for lab in "$TOP"/labs/*.lab "$TOP"/labs/*/*.lab; do
	if [[ ! $shapes || $SLOW ]] && grep -qE '^(shape|link) .*(rate|delay|loss)' "$lab"; then
		# root runs them, on the running kernel; here the devices, or the time, are not to be had
		note "labs/${lab#"$TOP"/labs/} is left to root on a real processor"
		continue
	fi
	network
	check "labs/${lab#"$TOP"/labs/}" timeout 120 "$ESPALIER" -n "$NET" -b "$lab"
done
finish
