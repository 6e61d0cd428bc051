#!/usr/bin/env bash
# Mininet's walkthrough, as the README's table says it is typed here: each row of it.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../terminal.sh"

[[ -f $TOP/README.md ]] || skip 'the README is not here'
# What each line of Mininet's must lead to here: what the answer has in it.
declare -A wanted=(
	['mn -h']='^0 usage: espalier'
	['mn']='"node":"s1".*"node":"h1".*"node":"h2".*"link":"s1 h2"'
	['help']='link a b|"verb"|shape'
	['nodes']='"h1".*"h2"'
	['net']='"s1:eth0".*"h1:eth0"'
	['dump']='"hosts":2.*"switches":1'
	['h1 ifconfig -a']='lo:.*eth0@?[a-z0-9]*:.*10\.0\.0\.1/24'
	['s1 ifconfig -a']='lo .*eth0.*eth1'
	['h1 ps -a']='PID'
	['h1 ping -c 1 h2']='1 received'
	['pingall']='"ok":true'
	['h1 python -m http.server 80 &']='"job":1'
	['h2 wget -O - h1']='<html'
	['h1 kill %python']='"ok":true'
	['link s1 h1 down']='"state":"down"'
	['link s1 h1 up']='"state":"up"'
	['py h1.IP()']='"10\.0\.0\.1/24'
	["px net.addHost('h3')"]='"node":"h3"'
	['px net.addLink(s1, h3)']='"h3:eth0".*"10\.0\.0\.3/24'
	['py h3.MAC()']='"mac":"02:00:00:'
	['mn --link tc,bw=10,delay=10ms']='"ok":true.*"turns":2'
	['iperf']='"held":true.*TCP carried [0-9.]+ Mbit/s'
	['h1 ping -c 4 h2']='min/avg/max/mdev = [4-9][0-9]\.|min/avg/max/mdev = [1-9][0-9][0-9]'
	['exit']='"ok":true'
	['mn --test pingpair']='^0 .*2 pings, all answered'
	['mn --test iperf']='^0 '
	['mn --test pingall --topo single,3']='^0 .*6 pings, all answered'
	['mn --test pingall --topo linear,4']='^0 .*12 pings, all answered'
	['mn --test pingall --topo tree,2,3']='^0 .*72 pings, all answered'
	['mn --custom F.py --topo mytopo --test pingall']='^0 .*2 pings, all answered'
	['mn --test none']='^0 '
	['mn -v debug']='"added".*"h2"'
	['mn -c']='^0 '
)
# What takes long on an emulated processor, and is shown by other tests.
left_out='^$'
[[ ! $SLOW ]] || left_out='^(iperf|mn --test iperf|mn --test pingall --topo tree.*|h1 ping -c 4 h2)$'
# A delay takes netem, or a tap device, which not every kernel, and not every user, has.
unshare -Urn tc qdisc add dev lo root netem delay 1ms 2>/dev/null || [[ -w /dev/net/tun ]] ||
	left_out='^(mn --link.*|iperf|h1 ping -c 4 h2)$'

outside() { # COMMAND: at the system's prompt; $SEEN is its status, and all it printed
	local words
	eval "words=(${1#espalier })"
	[[ ${words[0]} == -[bc] || ${words[0]} == --json ]] && words=(-n "$NET-2" "${words[@]}")
	espalier "${words[@]}"
	SEEN="$STATUS $OUT"
}
got_page() { say "$1" && [[ $REPLY == *'<html'* ]]; }
row() { # MININET OURS
	[[ $1 != 'h2 wget'* ]] || wait_until 120 got_page "$2" # python is slow to begin
	if [[ $2 == 'espalier '* ]]; then
		outside "$2"
	elif [[ $1 == iperf ]]; then
		for _ in {1..6}; do # a busy machine carries less
			! say "$2" || break
			steadier
		done
		SEEN=$REPLY
	else
		say "$2"
		# the commands of a block answer first
		while [[ $2 == 'for '* && $REPLY != '{"command":"for '* ]] && read -r -t 60 REPLY <&9; do :; done
		SEEN=$REPLY
	fi
	like "$1: $2" "$SEEN" "${wanted[$1]}"
}

cd "$WORK" || exit 1
cat >F.lab <<'END'
add host h1 h2
add switch s3 s4
link h1 s3
link s3 s4
link s4 h2
pingall
END
network
NETWORKS+=("$NET-2")
shell
rows=0
while IFS='|' read -r _ mininet ours _; do
	[[ $mininet == *'`'* && $ours == *'`'* ]] || continue
	mininet=${mininet#*\`} mininet=${mininet%\`*} ours=${ours#*\`} ours=${ours%\`*}
	rows=$((rows + 1))
	if [[ $mininet == xterm* ]]; then
		xterm=$ours # below, on a terminal
	elif [[ ! ${wanted[$mininet]-} ]]; then
		not_ok "the row $mininet is tested"
	elif [[ ! $mininet =~ $left_out ]]; then
		row "$mininet" "$ours"
	fi
	case $mininet in
	*down) says 'and nothing passes' 'expect no ping h1 h2' ;;
	*up) says 'and it does again' 'expect ping h1 h2' ;;
	esac
done < <(sed -n "/^## Mininet's walkthrough/,/^## Without/p" "$TOP/README.md")
equal 'all rows are there' "$rows" $((${#wanted[@]} + 1))
shell_end

if [[ ! $SLOW ]]; then
	network
	terminal 80x24 "$ESPALIER -n $NET"
	at_prompt 'a prompt'
	types 'topo star 2'
	types "$xterm"
	types 'echo $(hostname) here'
	sees "xterm h1: $xterm" '^h1 here'
	types exit
	types quit
	sees 'quit' 'the end, status 0'
fi
finish
