#!/usr/bin/env bash
# Hosts, links, addresses, programs in nodes, and the ways to start the program.
. "$(dirname "$0")/../lib.sh"

machine=$(ip -br link | awk '{ print $1 }')
network
shell
says 'hosts' 'add host h1 h2'
says 'a switch' 'add switch s1'
says 'a link' 'link h1 s1'
says 'another' 'link h2 s1'
says 'ping by the shell' 'ping h1 h2'
says 'ping by a program, by name' 'h1 ping -c 1 -W 5 h2'
says 'pingall' 'pingall'
says 'IPv6' 'h1 ping -6 -c 1 -W 5 fd00::2'

equal 'a node has its own hostname' "$(inside h1 hostname)" h1
like 'nodes find each other by name' "$(inside h1 getent hosts h2)" '^(10\.0\.0\.2|fd00::2) +h2'
like 'and themselves' "$(inside h1 getent ahosts h1)" '10\.0\.0\.1'
like 'lo is up' "$(inside h1 ip -br link show lo)" 'LOOPBACK,UP'
like 'eth0 has its addresses' "$(inside h1 ip -br addr show eth0)" \
	'UP .*10\.0\.0\.1/24 .*fd00::1/64'
equal '/sys shows the node'\''s interfaces' "$(inside h1 "ls /sys/class/net | sort | tr '\n' ' '")" \
	'eth0 lo '
like 'a node sees nothing of the machine' "$(inside h1 'ip -o link | wc -l')" '^2'
like 'the environment names node and network' \
	"$(inside h1 "sh -c 'echo \$ESPALIER_NODE/\$ESPALIER_NETWORK'")" "^h1/$NET"

says_no 'a program that fails' 'h1 false' 'exit status 1|status 1'
says_no 'a program that is not there' 'h1 no-such-program' "no-such-program.*No such file"
says_no 'an unknown node' 'ping h1 h3' "h3.*h[12]"
says_no 'an unknown verb' 'lnik h1 h2' "lnik.*link"
says_no 'a name that is taken' 'add host h1' "h1"
says_no 'a link to itself' 'link h1 h1' 'itself'
says_no 'a switch with an address' 'ip s1:eth0 10.0.0.7/24' 'switch'
says 'all that lost nothing' 'ping h1 h2'

if ((EUID == 0)); then
	check 'iproute2 finds the node' ip -n "$NET.h1" link show eth0
	check 'nsenter does' nsenter --net="/run/espalier/$NET/ns/h1" ip link show eth0
	equal 'the machine has none of it' "$(ip -br link | awk '{ print $1 }')" "$machine"
fi
says 'quit' quit
shell_end
equal 'exit status, some commands having failed' "$STATUS" 1

# ---- from the command line ----

network
espalier -n "$NET" -c 'add host h1; h1 true'
equal '-c: exit status 0' "$STATUS" 0
espalier -n "$NET" -c 'add host h1; h1 false; h1 echo not-reached'
equal '-c: a command that fails ends it with 1' "$STATUS" 1
unlike '-c: what follows is left out' "$OUT" 'not-reached'
espalier -n "$NET" -k -c 'add host h1; h1 false; h1 echo reached'
equal '-k: still 1' "$STATUS" 1
like '-k: what follows is run' "$OUT" 'reached'
batch <<<'add host h1
h1 echo hello from h1
h1 exit-is-no-program'
equal '-b -: exit status' "$STATUS" 1
like '-b -: output' "$OUT" 'hello from h1'
like '-b -: the place of the error' "$OUT" '3:.*exit-is-no-program'
printf 'add host h1\nlink h1 h9\n' >"$WORK/bad.lab"
espalier -n "$NET" -b "$WORK/bad.lab"
equal 'a lab that fails: exit status' "$STATUS" 1
like 'a lab that fails: file, line and column' "$OUT" 'bad\.lab:2:9: '
like 'a lab that fails: the line and a caret' "$OUT" $'    link h1 h9\n +\\^'
espalier -b "$WORK/missing.lab"
like 'a lab that is missing' "$STATUS $OUT" '^[12] .*missing\.lab.*No such file'
espalier --no-such-option
equal 'bad usage is 2' "$STATUS" 2
like 'bad usage says how' "$OUT" 'no-such-option'
espalier -n 'a/b' -c 'add host h1'
like 'a bad name for a network' "$STATUS $OUT" '^[12] .*a/b'
espalier --version
like '--version' "$STATUS $OUT" '^0 espalier [0-9]'
espalier --help
like '--help' "$STATUS $OUT" '^0 .*espalier'
espalier --manual
like '--manual is a man page' "$STATUS $OUT" '\.TH '
espalier doctor
like 'doctor' "$OUT" 'network namespaces.*yes'
finish
