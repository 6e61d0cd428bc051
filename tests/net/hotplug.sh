#!/usr/bin/env bash
# Links and nodes come and go while traffic flows past them.
. "$(dirname "$0")/../lib.sh"

network
shell
say 'topo star 3'
says 'a ping runs all the time' \
	"run h1 sh -c 'echo \$\$ >$WORK/ping.pid; exec ping -q -i 0.05 -w 100 h2' &"
for round in 1 2 3; do
	say "add host x$round" && say "link x$round s1 name plug$round" &&
		says "round $round: a new host answers" "ping x$round h1"
	say 'add switch s9' && say 'link s9 s1' && say 'add host y' && say 'link y s9' &&
		says "round $round: one behind a new switch, too" 'ping h1 y'
	says "round $round: its switch goes" 'del node s9 y'
	says "round $round: the other host goes" "del x$round"
	says_no "round $round: its link went along" "del plug$round" "plug$round"
done
# ping tells how many were lost when it is interrupted
kill -s INT "$(<"$WORK/ping.pid")"
summed() { say 'output 1' && [[ $REPLY == *'packet loss'* ]]; }
check 'the ping ends' wait_until "$DEADLINE" summed
say 'output 1'
like 'not one packet was lost' "$REPLY" ', 0% packet loss'

# ---- what a link may be told ----
say 'add host m1 m2'
says 'a link with a size and hardware addresses' \
	'link m1 m2 name big mtu 9000B mac 02:00:00:00:0a:01 02:00:00:00:0a:02'
like 'MTU and MAC at one end' "$(inside m1 ip link show eth0)" 'mtu 9000 .*02:00:00:00:0a:01'
like 'MTU and MAC at the other' "$(inside m2 ip link show eth0)" 'mtu 9000 .*02:00:00:00:0a:02'
says 'large packets pass whole' 'm1 ping -4 -c 1 -W 5 -M do -s 8972 m2'
says_no 'a bare number is no size' 'link m1 m2 mtu 9000' '9000.*kB'
says_no 'out of range' 'link m1 m2 mtu 10B' '68B'
says_no 'a multicast hardware address' 'link m1 m2 mac 01:00:00:00:00:01 02:00:00:00:00:02' 'mac|MAC|multicast|01:00'
says 'a second link between the same nodes' 'link m1 m2 ip 172.16.0.1/24 172.16.0.2/24'
says 'works beside the first' 'ping m1 172.16.0.2'
says_no 'which of the two?' 'del m1 m2' 'm1:eth[01]'
says 'by its interface' 'del m1:eth1'
says 'by its name' 'del big'
says_no 'an address outside the subnet of the other end' \
	'link m1 m2 ip 172.16.0.1/24 172.17.0.2/24' '172\.'
says 'the hole in the numbers is filled' 'link m1 m2'
like 'eth0 again' "$(inside m1 ip -br link)" 'eth0'
shell_end
finish
