#!/usr/bin/env bash
# A shell that is killed, or that the kernel refuses something, at every single step of a
# command: the network is as before the command or as after it, and whole.
#
# strace does it from outside: at the Nth call that changes anything, for N from 1 until
# the command gets through. Afterwards `repair`, which compares the kernel with what the
# network should be, must find nothing to do.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"

command -v strace >/dev/null || skip 'strace is not installed'

# h1 and h2 on s1, r1 between s1 and h3; a link that is down, typed addresses and routes.
build='add host h1 h2 h3; add switch s1; add router r1; link h1 s1; link h2 s1; link r1 s1
link r1 h3; link h2 h3 name spare; down spare; ip r1:lo 192.0.2.1/32; route auto'
commands=(
	'add host h9'
	'add router r9'
	'add switch s9'
	'link h1 h3'
	'link s1 h3 name new ip none 10.9.0.1/24 mtu 1400B'
	'del h1 s1'
	'del node h1 h2'
	'down r1'
	'up spare'
	'ip h1:eth0 10.77.0.1/24 2001:db8::1/64'
	'ip r1:lo none'
	'route h3 10.9.0.0/16 via @r1'
	'stp s1 on'
	'shape h1 s1 rate 10mbit'
	'shape h1 s1 delay 5ms engine wire'
	'set auto off'
	'topo ring 3 prefix x-'
	'undo'
	'reset'
)
# The sanitized program takes its time; and an ordinary user has the same code.
if ((EUID != 0)) || [[ $ESPALIER == *asan* ]]; then
	commands=('link h1 h3' 'del node h1 h2' 'undo')
fi

[[ ! $SLOW ]] || commands=('del node h1 h2')

changing=(unshare mount umount2 mknodat symlink unlink sendto write ftruncate rename)
refusable=(unshare mount mknodat symlink sendto recvfrom socket setns write)

attached() { # COMMANDS: in the network, without a word
	timeout 60 "$ESPALIER" attach "$NET" <<<"$1" >"$WORK/said" 2>&1
}

# What the network is, in $STATE, and what of it had to be mended, in $MENDED.
look() {
	STATE=$(timeout 60 "$ESPALIER" --json attach "$NET" <<<$'repair\nshow' 2>"$WORK/look") ||
		STATE="cannot look: $(<"$WORK/look")"
	MENDED=$(sed -n 1p <<<"$STATE") STATE=$(sed -n 2p <<<"$STATE")
}

# traced STRACE_EXPRESSION COMMAND: $STATUS, and what was said in $WORK/said.
traced() {
	# the leak checker cannot work beside strace
	{ ASAN_OPTIONS=detect_leaks=0 timeout 60 strace -qq -o "$WORK/trace" -e "$1" \
		"$ESPALIER" attach "$NET" <<<"$2" >"$WORK/said" 2>&1; } 2>/dev/null
	STATUS=$?
}

# trial WHAT STRACE_EXPRESSION: the command once, in the network as it was before.
trial() {
	local verdict=''
	traced "$2" "$command"
	look
	if [[ $MENDED != *'"repaired":[]'* ]]; then
		verdict="left something to mend: $MENDED"
	elif [[ $STATE != "$before" && $STATE != "$after" ]]; then
		verdict="is neither before nor after: $STATE"
	elif ((STATUS == 0)) && [[ $STATE != "$after" ]]; then
		verdict='succeeded, but is not done'
	elif [[ $1 == refused ]] && ((STATUS != 0)) && [[ $STATE != "$before" ]]; then
		verdict='failed, but is not undone'
	fi
	[[ ! $verdict ]] || problems+=("$2: $verdict; it said: $(tail -n 3 "$WORK/said")")
	[[ $STATE == "$before" ]] || attached "$back"
}

# trials WHAT INJECTION CALL...: at each time that each of the calls is made.
trials() {
	local what=$1 injection=$2 call n count
	shift 2
	problems=() tried=0 ended=0
	for call; do
		count=${counts[$call]-0}
		for ((n = 1; n <= count; n++)); do
			trial "$what" "inject=$call:$injection:when=$n"
			tried=$((tried + 1))
			((STATUS == 0)) || ended=$((ended + 1))
		done
	done
	equal "'$command' $what at each of $tried calls" \
		"$(printf '%s\n' "${problems[@]+"${problems[@]}"}" | head -n 5)" ''
	((ended >= 3)) || not_ok "'$command' $what: only $ended calls ended it"
}

declare -A counts
for command in "${commands[@]}"; do
	network
	check "a network for '$command'" "$ESPALIER" --keep -n "$NET" -b - <<<"$build"
	attached 'h3 ip -4 route show default'
	command=${command//@r1/$(sed -E 's/.*via ([0-9.]+).*/\1/' "$WORK/said")} back=undo
	[[ $command != undo ]] || { attached 'del node h3 s1' && back=redo; }
	look
	before=$STATE counts=()
	traced trace="$(IFS=,; echo "${changing[*]},${refusable[*]}")" "$command"
	((STATUS == 0)) || not_ok "$command: $(<"$WORK/said")"
	while IFS='(' read -r call _; do
		counts[$call]=$((${counts[$call]-0} + 1))
	done <"$WORK/trace"
	look
	after=$STATE
	attached "$back"
	trials killed signal=KILL "${changing[@]}"
	trials refused error=ENOMEM "${refusable[@]}"
	check destroyed "$ESPALIER" destroy "$NET"
done
finish
