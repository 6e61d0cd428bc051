#!/usr/bin/env bash
# save and source: the same network again, whole or not at all, and never a lost file.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"

# Every command of the file answers; the last answer is that of source itself.
source_says() {
	say "source $1"
	until [[ $REPLY == "{\"command\":\"source $1\""* ]]; do
		read -r -t 120 REPLY <&9 || return 1
	done
	[[ $REPLY =~ \"ok\":\ *true ]]
}
source_says_no() { # DESCRIPTION FILE REGULAR_EXPRESSION
	if source_says "$2"; then
		not_ok "$1"
		note "source $2 succeeded"
	else
		like "$1" "$(answer error.message) | $(answer error.hint)" "$3"
	fi
}

lab=$WORK/saved.lab
network
shell
say 'topo random 8 seed 7'
say 'add switch sw' && say 'add host hx hy' && say 'link hx sw' && say 'link hy sw name odd mtu 1400B'
say 'del hx sw' && say 'link hy sw' && say 'link hx sw' # numbers with a hole
say 'del odd'
say 'ip r1:lo 192.0.2.1/32' && say 'ip hx:eth0 10.201.0.1/24 2001:db8::1/64'
say 'ip hy:eth1 none'
say 'route r2 10.99.0.0/16 via '"$(inside r2 "ip -o -4 addr show eth0" | sed -E 's/.* 10\.([0-9]+\.[0-9]+)\..*/10.\1.1/')"
say 'down r3' && say 'stp sw on'
nodes=(h1 h2 h8 r1 r2 r3 r8 hx hy)
before=$(kernel_state "${nodes[@]}")
says 'save' "save $lab"
check 'the file is there' test -s "$lab"
cp "$lab" "$WORK/first.lab"
says 'the same again' "save $lab"
check 'is the same file' cmp "$lab" "$WORK/first.lab"
say reset
check 'source' source_says "$lab"
equal 'the kernel has the same' "$(kernel_state "${nodes[@]}")" "$before"
say "save $WORK/again.lab"
check 'and it is saved the same' cmp "$lab" "$WORK/again.lab"
shell_end

network
shell -n "$NET" -b -
check 'in another network' source_says "$lab"
equal 'it is the same, too' "$(kernel_state "${nodes[@]}")" "$before"
says 'one undo for each command of it' undo

# ---- what cannot be saved or sourced ----
says_no 'a folder' "save $WORK" 'directory'
says_no 'no such folder' "save $WORK/no/such/x.lab" 'No such file'
source_says_no 'source of a folder' "$WORK" 'directory'
source_says_no 'source of a missing file' "$WORK/missing.lab" 'missing\.lab.*No such file'
printf 'add host z1\nsource "%s/self.lab"\n' "$WORK" >"$WORK/self.lab"
refuses 'source of itself' source_says "$WORK/self.lab"
printf 'add host z1\nlink z1 nowhere\nadd host z2\n' >"$WORK/broken.lab"
refuses 'a file that fails' source_says "$WORK/broken.lab"
if ((EUID != 0)); then # its own files it may read, whatever their modes
	source_says_no 'an unreadable file' /etc/shadow 'Permission denied'
fi
head -c 70000 /dev/zero | tr '\0' 'x' >"$WORK/long.lab"
refuses 'a line of 70 kB' source_says "$WORK/long.lab"
printf 'add host z1\n\0\n' >"$WORK/nul.lab"
refuses 'a NUL byte' source_says "$WORK/nul.lab"
printf 'add host z1\nadd host \xff\xfe\n' >"$WORK/utf8.lab"
refuses 'invalid UTF-8' source_says "$WORK/utf8.lab"
printf "add host z1\nadd host 'z2\n" >"$WORK/quote.lab"
refuses 'an unbalanced quote' source_says "$WORK/quote.lab"
shell_end

# Without -k a file that fails leaves nothing of itself.
network
check 'a network' "$ESPALIER" --keep -n "$NET" -c 'topo star 2'
before=$("$ESPALIER" --json attach "$NET" <<<show)
for file in self broken long nul utf8 quote; do
	espalier attach "$NET" <<<"source $WORK/$file.lab"
	equal "$file.lab fails" "$STATUS" 1
	equal "$file.lab: nothing of it stays" "$("$ESPALIER" --json attach "$NET" <<<show)" "$before"
done
check 'what is undone then is what was before' "$ESPALIER" attach "$NET" <<<undo
like 'all of it' "$("$ESPALIER" --json attach "$NET" <<<'show nodes')" '"result":\[\]'
check 'destroy' "$ESPALIER" destroy "$NET"

# ---- a disk that is full ----
if ((EUID == 0)); then
	mkdir "$WORK/small"
	full=$(unshare -m bash -c '
		mount -t tmpfs -o size=16k none "$1/small" && cd "$1/small" || exit 9
		echo "# the old file" >kept.lab
		head -c 100000 /dev/zero >filler 2>/dev/null
		"$ESPALIER" -n "$2" -c "topo star 60; save kept.lab" 2>&1
		echo "status $?"
		cat kept.lab
		ls -A' - "$WORK" "$NET")
	like 'a full disk is told' "$full" 'No space left'
	like 'the command failed' "$full" 'status 1'
	like 'the old file stays' "$full" '# the old file'
	equal 'and nothing beside it' "$(tail -n 2 <<<"$full")" $'filler\nkept.lab'
fi
finish
