#!/usr/bin/env bash
# Routes with several next hops: what the kernel has of them as links go and come, are undone
# and repaired.
. "$(dirname "$0")/../lib.sh"

ways() { # how many next hops the route to b's host has, of IPv4 or IPv6
	inside a ip -"$1" route show "$2" | grep -c via
}

network
shell
say 'add host h1 h2' && say 'add router a x y b'
for l in 'h1 a' 'a x' 'a y' 'x b' 'y b' 'b h2'; do say "link $l"; done
say 'route auto'
v4=10.5.0.0/24 v6=fd00:0:0:5::/64
says 'by x and y' "route a $v4 via 10.1.0.2 via 10.2.0.2"
says 'IPv6, too' "route a $v6 via fd00:0:0:1::2 via fd00:0:0:2::2"
equal 'the kernel has both' "$(ways 4 $v4) $(ways 6 $v6)" '2 2'
says 'packets pass' 'ping h1 h2'
says 'repair' repair
equal 'finds all as it should be' "$(answer result.repaired)" '[]'
says 'one link goes down' 'down a x'
like 'the other way is left' "$(inside a ip route show $v4; inside a ip -6 route show $v6)" \
	'via 10\.2\.0\.2 .*via fd00:0:0:2::2 '
says 'the other, too' 'down a y'
equal 'none is left' "$(ways 4 $v4) $(ways 6 $v6)" '0 0'
say undo
says 'up again' undo
equal 'both are' "$(ways 4 $v4) $(ways 6 $v6)" '2 2'
says 'a link that is deleted' 'del a x'
equal 'takes its way along' "$(ways 4 $v4) $(ways 6 $v6)" '1 1'
says 'and brings it back' undo
equal 'both are' "$(ways 4 $v4) $(ways 6 $v6)" '2 2'
inside a ip route replace $v4 via 10.2.0.2 proto 101 >/dev/null
inside a ip -6 route del $v6 >/dev/null
says 'what was changed' repair
equal 'is put back' "$(ways 4 $v4) $(ways 6 $v6)" '2 2'
says_no 'one twice' "route a $v4 via 10.1.0.2 via 10.1.0.2" twice
says_no 'of another family' "route a $v4 via 10.1.0.2 via fd00:0:0:1::2" family
says 'one in their place' "route a $v4 via 10.2.0.2"
equal 'is one' "$(ways 4 $v4)" 1
says undo undo
equal 'they are two again' "$(ways 4 $v4)" 2
says 'none' "route a $v4 none"
equal 'and none' "$(ways 4 $v4)" 0
shell_kill KILL
check 'attach after kill -9' "$ESPALIER" attach "$NET" <<<"undo
expect route a $v4 via 10.1.0.2
expect route a $v4 via 10.2.0.2
quit"
finish
