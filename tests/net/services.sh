#!/usr/bin/env bash
# Services: routing daemons, servers and captures in nodes; what becomes of them when they
# die, and when the shell does.
# On any kernel the same.
. "$(dirname "$0")/../lib.sh"

state_of() { # NODE SERVICE: what `show services` says of it
	say 'show services'
	perl -MJSON::PP -0e 'for (@{decode_json($ARGV[0])->{result}}) {
		print $_->{state} if $_->{node} eq $ARGV[1] && $_->{service} eq $ARGV[2] }' \
		"$REPLY" "$1" "$2"
}
holds() { say "expect $1"; }
expects() { says "$1" "expect $2 within 60s"; }
pid_of() { # NODE PROGRAM
	inside "$1" sh -c "'cat /run/espalier/$NET/services/$1/$2.run'" | sed 's/.*"pid":\([0-9]*\).*/\1/'
}

# OSPF, and the way around a link that fails.
network
shell
say 'add router r1 r2 r3'
say 'add host h1 h2'
for link in 'h1 r1' 'h2 r3' 'r1 r2' 'r2 r3' 'r1 r3'; do say "link $link"; done
says 'shortest paths' 'route auto'
says 'OSPF' 'service routers ospf'
unlike 'a daemon computes routes: others of IPv4 are gone' "$(inside r1 ip -4 route)" 'proto 101'
like 'those of IPv6 stay' "$(inside r1 ip -6 route)" 'proto 101'
expects 'its routes come' 'path h1 h2 r1 r3'
says 'nothing is to be repaired' repair
equal 'daemons and routes of theirs are no damage' "$(answer result.repaired)" '[]'
says 'a link fails' 'down r1 r3'
expects 'the other way is found' 'path h1 h2 r1 r2 r3'
says 'one command of vtysh' 'vtysh r1 show ip ospf neighbor'
like 'is answered' "$(answer result.output)" 'Full'
expects 'an expectation of it' 'vtysh r2 show ip ospf neighbor prints Full'
says 'several, each a word' "vtysh r1 'conf t' 'router ospf' 'max-metric router-lsa administrative'"
says_no 'what FRR does not know' 'vtysh r1 show nonsense' 'exit status'
says 'what FRR writes is in the folder of the network' "r1 test -d /run/espalier/$NET/services/r1/tmp/frr"
says 'a new link' 'link r2 r1'
expects 'is taken up without a new start' 'route r1 10.1.0.0/24 via 10.5.0.1'

# The daemons outlive the shell, and are not started twice.
before=$(pid_of r1 ospfd)
shell_kill KILL
shell attach "$NET"
equal 'after kill -9 and attach it runs' "$(state_of r1 ospf)" running
says 'a change' 'add host h9'
equal 'it is the same process' "$(pid_of r1 ospfd)" "$before"

# One that dies is told of, and started again by repair.
say "r1 kill -9 $before"
gone() { [[ $(state_of r1 ospf) == "$1 ended"* ]]; }
check 'its death is seen' wait_until "$DEADLINE" gone ospfd
says 'repair' repair
like 'starts it again' "$(answer result.repaired)" 'ospfd had ended'
say "r1 kill -9 $(pid_of r1 zebra)"
check 'the death of zebra, which sets its routes, too' wait_until "$DEADLINE" gone zebra
says 'repair' repair
equal 'it runs' "$(state_of r1 ospf)" running
says 'undo of a deleted node' 'del r2'
say undo
equal 'starts its services again' "$(state_of r2 ospf)" running
before=$(pid_of r2 ospfd)
says 'the end of a service' 'service r2 ospf off'
check 'ends its program' test -n "$before" -a ! -e "/proc/$before"

# Saved, and built again with all that runs.
says 'one with a text' $'service r2 frr text \'hostname two\nip route 192.0.2.0/24 Null0\''
expects 'its static route is there' "r2 ip route prints 'blackhole 192.0.2.0/24'"
says 'save' "save $WORK/saved.lab"
say quit
shell_end
if [[ ! $SLOW ]]; then
	network
	echo 'show services' >>"$WORK/saved.lab"
	batch <"$WORK/saved.lab"
	like 'the saved network has its services' "$OUT" 'r1 +ospf +running.*r2 +frr +running.*r3 +ospf +running'
fi

# BGP, and what a link with a switch needs: DHCP, DNS, HTTP, a capture.
network
shell
say 'add router r1 r2'
say 'add host h1 h2 h3'
say 'add switch s1'
for link in 'h1 s1' 'r1 s1' 'h3 s1' 'r1 r2' 'h2 r2'; do say "link $link"; done
says 'BGP' 'service r1 bgp as 65001 neighbor r2 as 65002 network connected'
says 'its neighbour' 'service r2 bgp as 65002 neighbor r1 as 65001 network 10.2.0.0/24'
says 'HTTP' 'service h2 http port 8080'
says 'DNS' 'service h2 dns name www.lab 10.2.0.1'
says 'a capture' "service s1 tcpdump all to $WORK/s1.pcap"
expects 'the networks are announced' 'ping h1 h2'
like 'the page says whose it is' "$(inside h1 busybox wget -qO- http://10.2.0.1:8080/)" 'This is h2'
like 'DNS answers' "$(inside h1 busybox nslookup www.lab 10.2.0.1)" 'Address: *10.2.0.1'
check 'packets are captured' test -s "$WORK/s1.pcap"
say 'ip h3:eth0 none'
says 'DHCP' 'service r1 dhcp range 10.0.0.100 10.0.0.109 lease 5min'
says 'a client' 'service h3 dhcp-client'
expects 'has a lease' "h3 ip -4 addr show eth0 prints 10.0.0.10"
like 'the log tells' "$(say 'output h3 dhcp-client' && answer result.output)" 'lease of 10.0.0.10'
expects 'and a router' 'h3 ping -c 1 -W 1 10.2.0.1 succeeds'
says 'no longer' 'service h3 dhcp-client off'
unlike 'its address is given back' "$(inside h3 ip -4 addr show eth0)" 'inet '

says_no 'a log where there is none' 'output h1' 'h1 has no services'
says_no 'one of a service that it does not run' 'output r1 rip' 'r1 has no such service'

# A log that has grown long, in memory, gives its beginning back.
log=/run/espalier/$NET/services/h2/dns.log
say "h2 sh -c 'head -c 9000000 /dev/zero | tr \\\\0 x >>$log'"
like 'what is asked now' "$(inside h1 busybox nslookup www.lab 10.2.0.1)" 'Address: *10.2.0.1'
like 'stands at the end of a long log' "$(say 'output h2 dns' && answer result.output | tail -n 3)" 'www\.lab is 10\.2\.0\.1'
check 'which is shortened' test "$(inside h2 stat -c %b "$log")" -lt 8192 # blocks of 512 bytes
inside h1 busybox nslookup www.lab 10.2.0.1 >"$WORK/answer"
like 'and goes on' "$(say 'output h2 dns' && answer result.output | tail -n 9)" 'is 10\.2\.0\.1.*is 10\.2\.0\.1'

# A connection keeps a process of the server's; it ends with it.
connected() { say "h2 grep -qE ':1F90 [0-9A-F]+:[0-9A-F]+ 01' /proc/net/tcp /proc/net/tcp6"; } # port 8080
unconnected() { ! connected; }
mkfifo "$WORK/fifo"
say "h1 sh -c 'exec busybox nc 10.2.0.1 8080 <>$WORK/fifo' &"
check 'a connection is open' wait_until "$DEADLINE" connected
says 'the end of a server' 'service h2 http off'
check 'is that of its connections' wait_until "$DEADLINE" unconnected
says 'begun again' 'service h2 http port 8080'

# What cannot be is refused, and nothing has changed.
says_no 'two on one port' 'service h2 iperf3 port 8080' 'port 8080 of h2 is that of its service http'
say "h1 sh -c 'exec busybox httpd -f -p 8081' &"
listening() { say "h1 grep -qi ':1F91 ' /proc/net/tcp /proc/net/tcp6"; } # port 8081
check 'a program that is no service' wait_until "$DEADLINE" listening
says_no 'a service on its port' 'service h1 http port 8081' 'ended at once.*in use'
says_no 'a wrong line' $'service r1 frr text \'router bgp 65001\n no such thing\'' 'FRR refuses.*no such thing'
says_no 'a wrong configuration' "service h1 bird text 'protocol nonsense {'" 'ended at once.*syntax error'
says_no 'itself as a neighbour' 'service r1 bgp as 65001 neighbor r1 as 65002' 'no neighbour of its own'
says_no 'an address of its own' 'service r1 bgp as 65001 neighbor r2 as 65002 10.0.0.2 as 65002' 'no neighbour of its own'
says_no 'BIRD beside FRR' "service r1 bird text 'protocol device {}'" 'FRR'
equal 'BGP runs as before' "$(state_of r1 bgp)" running
expects 'and has its routes' 'ping h1 h2'
shell_end
network
PATH_WAS=$PATH
mkdir "$WORK/bin"
for tool in sh ip; do ln -s "$(command -v $tool)" "$WORK/bin/$tool"; done
PATH=$WORK/bin shell
PATH=$PATH_WAS
say 'add host h1'
says_no 'a program that is missing' 'service h1 iperf3' 'package iperf3.*apt-get install iperf3'
shell_end
finish
