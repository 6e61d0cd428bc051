#!/usr/bin/env bash
# Switches: one broadcast domain over several, spanning tree in a loop, many ports.
. "$(dirname "$0")/../lib.sh"

network
shell
say 'add switch s1 s2 s3'
say 'add host h1 h2 h3'
for i in 1 2 3; do say "link h$i s$i"; done
say 'link s1 s2'
says 'a tree of switches' 'link s2 s3'
says 'one subnet over all of them' pingall
like 'a switch is a bridge' "$(inside s1 'ls -d /sys/class/net/*/bridge')" 'bridge'
equal 'its ports are in it' "$(inside s2 'ls /sys/class/net/*/brif | grep -c ^eth')" 3
unlike 'it has no addresses' "$(inside s1 ip -4 addr)" '10\.'
says_no 'nothing can be pinged on it' 'ping h1 s1' 's1'

# With spanning tree on everywhere, the loop is closed without a storm.
for s in s1 s2 s3; do says "spanning tree on $s" "stp $s on"; done
says 'a loop' 'link s3 s1'
equal 'the kernel runs it' "$(inside s1 'cat /sys/class/net/*/bridge/stp_state')" 1
all_settled() { # ports listen and learn for 2 x 15 s before they forward
	local s
	for s in s1 s2 s3; do
		! say "$s grep -qE '[12]' /sys/class/net/br0/brif/*/state" || return
	done
}
check 'the tree settles' wait_until 60 all_settled
# the switches forget the old paths within a forward delay, 15 s
check 'everyone reaches everyone' wait_until 60 say pingall
blocked=0
for s in s1 s2 s3; do
	n=$(inside "$s" 'grep -l 4 /sys/class/net/*/brport/state | wc -l')
	blocked=$((blocked + n))
done
equal 'just one port blocks' "$blocked" 1
says 'the loop is opened' 'del s3 s1'
says 'spanning tree off' 'stp s1 off'
equal 'the kernel stopped it' "$(inside s1 'cat /sys/class/net/*/bridge/stp_state')" 0
says_no 'a host has no spanning tree' 'stp h1 on' 'h1'
says 'reset' reset
says 'many ports' 'topo star 300'
equal 'all are in the bridge' "$(inside s1 'ls /sys/class/net/*/brif | grep -c ^eth')" 300
says 'the first reaches the last' 'ping h1 h300'
shell_end
finish
