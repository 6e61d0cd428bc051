#!/usr/bin/env bash
# A stock kernel: modules come when a command in a node needs them, and doctor finds them.
. "$(dirname "$0")/../lib.sh"
needs 'netem, gretap and modules' sh -c '
	ip link add g0 type gretap local 127.0.0.1 remote 127.0.0.2 && tc qdisc add dev lo root netem'

network
shell
says 'a network' 'topo line 2'
says 'netem in a node' 'h1 tc qdisc add dev eth0 root netem delay 50ms'
says 'ping' 'h1 ping -c 3 -i 0.2 -q 10.0.0.2'
rtt=$(answer result.output | sed -n 's,^rtt min.* = \([0-9]*\)\..*,\1,p')
check "delays it by 50 ms: $rtt ms" test "$rtt" -ge 50 -a "$rtt" -lt 500
says 'gretap' 'h1 ip link add g0 type gretap local 10.0.0.1 remote 10.0.0.2 key 7'
says 'vlan' 'h1 ip link add v0 link eth0 type vlan id 3'
says 'vrf' 'r1 ip link add blue type vrf table 10'
says 'wireguard' 'h1 ip link add wg0 type wireguard'
says 'fq_codel' 'h1 tc qdisc replace dev eth0 root fq_codel'
shell_end
finish
