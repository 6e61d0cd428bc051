#!/usr/bin/env bash
# Routers forward both families; routes by hand, by default, and by `route auto`.
. "$(dirname "$0")/../lib.sh"

network
shell
# ---- two LANs and one router: defaults come by themselves ----
say 'add host h1 h2' && say 'add router r1' && say 'link h1 r1' && says 'built' 'link h2 r1'
says 'through a router' 'ping h1 h2'
says 'through a router, IPv6' "h1 ping -6 -c 1 -W 5 h2"
like 'the default route came by itself' "$(inside h1 ip route show default)" 'default via 10\.0\.0\.'
equal 'forwarding is on' "$(inside r1 cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding)" \
	$'1\n1'
says_no 'a host does not forward' 'h1 grep -x 1 /proc/sys/net/ipv4/conf/eth0/forwarding' '.'
says 'reset' reset

# ---- a chain, routed by hand ----
say 'set auto off'
say 'add router a b c'
say 'link a b ip 10.1.0.1/30 10.1.0.2/30'
says 'a chain' 'link b c ip 10.2.0.1/30 10.2.0.2/30'
refuses 'no route yet' say 'ping a 10.2.0.2'
says 'a route' 'route a 10.2.0.0/30 via 10.1.0.2'
says 'and back' 'route c default via 10.2.0.1'
says 'reached' 'ping a 10.2.0.2'
says 'a second route, by metric' 'route a 10.2.0.0/30 via 10.1.0.2 metric 50'
equal 'both are there' "$(inside a 'ip route show 10.2.0.0/30 | wc -l')" 2
says 'both go' 'route a 10.2.0.0/30 none'
equal 'both are gone' "$(inside a ip route show 10.2.0.0/30)" ''
says_no 'none is there to go' 'route a 10.2.0.0/30 none' '10\.2\.0\.0/30'
says_no 'a next hop that is on no subnet' 'route a 10.9.0.0/24 via 10.7.7.7' '10\.7\.7\.7'
says 'IPv6 addresses' 'ip a:eth0 10.1.0.1/30 2001:db8:1::1/64'
says 'IPv6 addresses' 'ip b:eth0 10.1.0.2/30 2001:db8:1::2/64'
says 'an IPv6 route' 'route a 2001:db8:9::/64 via 2001:db8:1::2'
like 'it is there' "$(inside a ip -6 route show 2001:db8:9::/64)" 'via 2001:db8:1::2 dev eth0'
says 'a loopback address' 'ip b:lo 192.0.2.2/32'
says 'a route to it' 'route a 192.0.2.2/32 via 10.1.0.2'
says 'reached' 'ping a 192.0.2.2'
says_no 'an address twice' 'ip c:eth0 10.1.0.1/30' '10\.1\.0\.1'
says_no 'the network address' 'ip c:eth0 10.2.0.0/30' '10\.2\.0\.0'
says_no 'the broadcast address' 'ip c:eth0 10.2.0.3/30' '10\.2\.0\.3'
says_no 'no address at all' 'ip c:eth0 10.2.0.300/30' '10\.2\.0\.300'
says 'addresses taken away' 'ip c:eth0 none'
unlike 'they are gone' "$(inside c ip -br addr show eth0)" '10\.2\.0'
says 'reset' reset

# ---- shortest paths ----
says 'a ring of routers, with a host each' 'topo ring 5'
says 'everyone reaches everyone' pingall
before=$(inside h1 ping -c 1 -W 5 h2 | grep -o 'ttl=[0-9]*')
equal 'neighbours are two routers apart' "$before" ttl=62
says 'a link fails' 'down r1 r2'
says 'new paths' 'route auto'
says 'everyone still reaches everyone' pingall
equal 'the long way round' "$(inside h1 ping -c 1 -W 5 h2 | grep -o 'ttl=[0-9]*')" ttl=59
shell_end
finish
