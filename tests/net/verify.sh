#!/usr/bin/env bash
# verify: what links do is found to be what they should do, by either engine; and what is
# not is told. How well it measures is tested in test_measure.
. "$(dirname "$0")/../lib.sh"

mbit=2 # what an emulated processor can do, and a busy one: two frames of tokens last 12 ms
network
shell
say 'add host h1 h2' && say 'add switch s1'
say 'link h1 s1' && say 'link h2 s1'
verdict() { # LINK QUANTITY: of its first direction
	say "verify $1 for 2s"
	answer result.0.quantities | grep -oE "\"quantity\":\"$2\",[^}]*" | sed -E 's/.*"verdict":"([^"]*)".*/\1/'
}
# found LINK QUANTITY VERDICT: on a busy machine verify says that it cannot tell: once more.
found() {
	local try
	for ((try = 0; try < 40; try++)); do
		[[ $(verdict "$1" "$2") != "$3" ]] || return 0
		steadier
	done
	return 1
}
says 'a link without a shape' 'verify h1 s1 for 300ms'
say "shape h1 s1 rate ${mbit}mbit"
check 'a rate is found' found 'h1 s1' rate ok
if ((EUID == 0)) || [[ -w /dev/net/tun ]]; then
	say 'shape h2 s1 delay 30ms loss 5%'
	check 'a delay is found' found 'h2 s1' delay ok
	check 'a loss is found' found 'h2 s1' loss ok
	say 'shape h2 s1 none'
fi
say "h1 tc qdisc change dev eth0 root handle e501: tbf rate $((mbit * 1000 / 2))kbit burst 4kb limit 50kb"
if say 'verify h1 s1 for 2s'; then # a busy machine
	like 'what is not as set is not found well' "$(answer result.0.quantities.0)" 'could not tell'
else
	like 'what is not as set is told' "$(answer error.message)" '[1-9][0-9]* of [0-9]+ quantities (is|are) not as set'
fi
say repair
says 'and well again when it is mended' 'verify h1 s1 for 2s'
say 'down h2 s1'
says_no 'a link that is down' 'verify h2 s1' 'down'
says_no 'no time' 'verify h1 s1 for 1ms' 'too short'
shell_end
finish
