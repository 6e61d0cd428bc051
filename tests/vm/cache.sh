#!/usr/bin/env bash
# scripts/vm's kernels: what is said where one cannot be had, and that a cache is made whole
# or not at all. No network is needed: that there is none is what is tested.
. "$(dirname "$0")/../lib.sh"
cd "$TOP" || exit
((EUID == 0)) || skip 'namespaces are made, which is left to root'
export XDG_CACHE_HOME=$WORK/cache
CACHE=$XDG_CACHE_HOME/espalier/vm

# alone COMMAND...: without a network; $OUT and $STATUS.
alone() {
	OUT=$(unshare -n "$@" 2>&1 </dev/null)
	STATUS=$?
}
no_cache() {
	equal "$1: nothing is left in the cache" "$(ls "$CACHE")" lock
}

alone scripts/vm true
equal 'no package source: status' "$STATUS" 125
like 'no package source: what' "$OUT" 'no package source for kernel 6\.1: http.* bookworm cannot be read'
like 'no package source: why' "$OUT" '(resolving|connect)'
alone scripts/vm -k newest true
like 'of the newest: what' "$OUT" 'no package source for newest kernel: http.* trixie-backports cannot be read'
no_cache 'no package source'

# ---- no space ----
mkdir -p "$WORK/small"
alone env XDG_CACHE_HOME="$WORK/small" unshare -m sh -c 'mount -t tmpfs -o size=50m small "$1" && scripts/vm true' - "$WORK/small"
equal 'no space: status' "$STATUS" 125
like 'no space: what and where' "$OUT" "no space for kernel 6\\.1 in $WORK/small.*700 MB are needed, (49|50) MB are free"
like 'no space: what to do' "$OUT" 'let XDG_CACHE_HOME name another place'
alone env XDG_CACHE_HOME=/proc/nowhere scripts/vm true
equal 'no folder: status' "$STATUS" 125
like 'no folder: what' "$OUT" 'cannot make the folder /proc/nowhere'

# ---- an old cache, and a damaged one ----
mkdir -p "$CACHE/6.1"
echo 0 >"$CACHE/6.1/format"
alone scripts/vm true
like 'an old cache' "$OUT" 'was made by another version of scripts/vm; fetching it again'
check 'what cannot be replaced stays' test -e "$CACHE/6.1/format"
sed -n 's/^FORMAT=//p' scripts/vm.d/kernel >"$CACHE/6.1/format"
alone scripts/vm true
like 'a damaged cache' "$OUT" 'is damaged; fetching it again'
mkdir "$CACHE/new.left"
alone scripts/vm --update
like 'an update that fails' "$OUT" 'no package source'
check 'what a killed one left is removed' test ! -e "$CACHE/new.left"
rm -r "$CACHE/6.1"

# ---- two at once ----
exec 7>"$CACHE/lock"
flock 7
unshare -n scripts/vm true >"$WORK/second" 2>&1 </dev/null 7>&- &
second=$!
check 'two at once: the second waits' wait_until "$DEADLINE" grep -q 'another scripts/vm is preparing' "$WORK/second"
exec 7>&-
wait "$second"
like 'and goes on' "$(<"$WORK/second")" 'no package source'
no_cache 'two at once'

# ---- interrupted ----
mkfifo "$WORK/held"
mkdir "$WORK/bin"
printf '#!/bin/sh\nexec cat "%s"\n' "$WORK/held" >"$WORK/bin/apt-get" # a slow one
chmod +x "$WORK/bin/apt-get"
preparing() {
	compgen -G "$CACHE/new.*" >/dev/null
}
no_copy() {
	! preparing
}
for ((round = 0; round < 5; round++)); do
	PATH=$WORK/bin:$PATH setsid scripts/vm true >"$WORK/out" 2>&1 </dev/null &
	pid=$!
	end=$((SECONDS + DEADLINE))
	until preparing || ((SECONDS >= end)); do :; done # to stop it as soon as there is a copy
	check 'preparing' preparing
	kill -s TERM -- "-$pid"
	wait "$pid"
	equal 'interrupted: status' "$?" 143
	check 'interrupted: it tidies up' wait_until "$DEADLINE" no_copy
done
finish
