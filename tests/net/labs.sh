#!/usr/bin/env bash
# Every lab in labs/ runs through.
. "$(dirname "$0")/../lib.sh"

for lab in "$TOP"/labs/*.lab; do
	network
	check "labs/${lab##*/}" timeout 120 "$ESPALIER" -n "$NET" -b "$lab"
done
finish
