#!/usr/bin/env bash
# shape, engine wire: links that a process of Espalier's carries. Each key in what packets
# show; links that become it and stop being it under traffic; undo, kill -9 of the shell and
# of the process; what is saved; the end.
. "$(dirname "$0")/../lib.sh"
needs 'a tap device' sh -c 'ip tuntap add dev t0 mode tap'

network
shell
say 'add host h1 h2 h3' && say 'add switch s1' && say 'add router r1'
say 'link h1 s1' && say 'link s1 r1' && say 'link r1 h2' && say 'link h1 h3' && say 'route auto'
say 'ip r1:lo 192.0.2.1/32'
nodes=(h1 h2 h3 s1 r1)
kind() { # NODE INTERFACE: "tun" or "veth"
	inside "$1" ip -d -o link show "$2" | grep -oE '\b(tun|veth)\b' | head -n 1
}
wire_process() { # its pid
	grep -lzsx -- "/run/espalier/[t]${NET:1}/wire" /proc/[0-9]*/cmdline | cut -d/ -f3
}
no_process() {
	[[ -z $(wire_process) ]]
}
# What kernel_state sees of the nodes but for the kind of device.
addresses() {
	kernel_state "${nodes[@]}" | sed -E 's/@[a-z0-9]+//; s/ link-netns(id)? [^ ]+//; s/ qdisc [a-z_]+//; s/ mode DEFAULT//'
}
before=$(addresses)

# ---- from veth to taps and back, under traffic ----
say 'h1 iperf3 -s &'
listening() { can h1 'sh -c "ss -ltn | grep -q :5201"'; }
check 'a server' wait_until "$DEADLINE" listening
say 'h2 iperf3 -c 10.0.0.1 -b 4M -n 3M &' # some seconds
flows() { can h1 'sh -c "ss -tn | grep -q ESTAB"'; }
check 'a connection' wait_until "$DEADLINE" flows
says 'h1 s1 by wire' 'shape h1 s1 delay 5ms engine wire'
equal 'both ends are taps' "$(kind h1 eth0) $(kind s1 eth0)" 'tun tun'
says 'r1 h2 too' 'shape r1 h2 delay 5ms engine wire'
equal 'addresses and routes are as they were' "$(addresses)" "$before"
says 'packets pass' 'ping h1 h2'
says 'a process carries them' 'show links'
like 'and show says so' "$(answer result)" '"engine":"wire"'
check 'there is one' test "$(wire_process | wc -l)" -eq 1
says 'a shape of wire changes' 'shape h1 s1 delay 10ms rate 50mbit'
says 'back to veth' 'shape r1 h2 none'
equal 'it is veth again' "$(kind r1 eth1) $(kind h2 eth0)" 'veth veth'
equal 'addresses and routes are as they were' "$(addresses)" "$before"
done_sending() { say jobs && [[ $(answer result) == *'iperf3 -c'*'"status":0'* ]]; }
check 'the connection lived through all of it' wait_until "$DEADLINE" done_sending
says 'undo' undo
says 'undo' undo
says 'undo' undo
equal 'undone' "$(kind r1 eth1)" veth
says 'redo' redo
equal 'redone' "$(kind r1 eth1)" tun
says 'packets pass' 'ping h1 h2'
says 'undo' undo && says 'undo' undo
equal 'all is veth' "$(kind h1 eth0) $(kind s1 eth0) $(kind h2 eth0)" 'veth veth veth'
equal 'addresses and routes are as they were' "$(addresses)" "$before"

# ---- each key, in what packets show ----
ipv4() { # NODE INTERFACE
	inside "$1" ip -4 -o addr show "$2" | sed -E 's,.*inet ([0-9.]+)/.*,\1,'
}
peer=$(ipv4 h3 eth0) own=$(ipv4 h1 eth1)
rtt() {
	inside h1 ping -c 5 -i 0.05 -q "$peer" | sed -nE 's,^rtt min/avg/max/mdev = ([0-9]+)\..*,\1,p'
}
lost() { # COUNT: how many of so many pings to h3 had no answer
	inside h1 ping -c "$1" -i 0.002 -W 1 -q "$peer" >"$WORK/ping"
	echo $(($1 - $(sed -nE 's/.* ([0-9]+) received.*/\1/p' "$WORK/ping")))
}
if [[ ! $SLOW ]] || ((EUID == 0)); then # without root the packets take the same way
	says 'a delay one way' 'shape h1 -> h3 delay 30ms engine wire'
	ms=$(rtt)
	check "30 ms more: $ms" test "$ms" -ge 30 -a "$ms" -lt 60
	says 'both ways, with jitter' 'shape h1 h3 delay 20ms jitter 5ms distribution normal'
	# both quartiles: a busy machine delays some packets, but not most of them
	for _ in {1..8}; do
		inside h1 ping -c 100 -i 0.005 "$peer" | sed -nE 's/.* time=([0-9]+).*/\1/p' | sort -n >"$WORK/ping"
		apart=$(($(sed -n 75p "$WORK/ping") - $(sed -n 25p "$WORK/ping")))
		((apart > 30)) || break
		steadier
	done
	check "it varies: half of it by $apart ms" test "$apart" -ge 3 -a "$apart" -le 30
	says 'no more' 'shape h1 h3 none'
	says 'loss' 'shape h1 -> h3 loss 20% seed 7 engine wire'
	n=$(lost 300)
	check "loss 20%: $n of 300" test "$n" -ge 32 -a "$n" -le 90 # 4 deviations
	says 'all' 'shape h1 -> h3 loss 100%'
	says_no 'nothing gets through' 'ping h1 h3 count 2' 'does not|answer|lost'
	says 'bursts' 'shape h1 h3 none' && says 'bursts' 'shape h1 -> h3 loss gemodel 5% 30% engine wire'
	n=$(lost 300)
	check "bursts: $n of 300" test "$n" -ge 8 -a "$n" -le 110
	says 'no loss, but doubles' 'shape h1 -> h3 loss none duplicate 100%'
	inside h1 ping -c 5 -i 0.05 "$peer" >"$WORK/ping"
	like 'ping sees them' "$(<"$WORK/ping")" 'DUP!'
fi
mbit=${SLOW:+3} mbit=${mbit:-5} # of what an emulated processor, or a busy one, can do
says 'a rate' 'shape h1 h3 none' && says 'a rate' "shape h1 h3 rate ${mbit}mbit queue 100pkt engine wire"
carries h3 "$own" "${mbit}000"
aqms=(codel fq_codel red pie)
[[ ! $SLOW ]] || aqms=(fq_codel)
for aqm in "${aqms[@]}"; do
	says "aqm $aqm" "shape h1 h3 aqm $aqm"
	carries h3 "$own" "${mbit}000"
done
say 'show queues'
like 'what was dropped is counted' "$(answer result)" '"dropped":[1-9][0-9]*,"interface":"h3:eth0","packets":[1-9][0-9]*,"queue":"wire","to":"h1:eth1"'
says_no 'cake is not there' 'shape h1 h3 aqm cake' 'cake'
says 'it is as it was' 'ping h1 h3'

# ---- down, up, MTU, deletion ----
says 'down' 'down h1 h3'
says_no 'is down' "ping h1 $peer count 1" '.'
says 'up' 'up h1 h3'
check 'is up' wait_until "$DEADLINE" say 'ping h1 h3 count 1'
says 'del' 'del h1 h3'
says 'undo' undo
says 'is back' 'ping h1 h3'
equal 'by wire' "$(kind h1 eth1)" tun

# ---- mended ----
says 'repair of what is whole' repair
equal 'mends nothing' "$(answer result.repaired)" '[]'
say 'h1 ip link del eth1'
says 'repair of a tap that is gone' repair
says 'it is back' 'ping h1 h3'
shell_kill KILL
check 'the links outlive the shell' test -n "$(wire_process)"
shell attach "$NET"
says 'attached: packets pass' 'ping h1 h3'
says 'repair' repair
equal 'mends nothing' "$(answer result.repaired)" '[]'
says 'a change' 'shape h1 h3 delay 1ms'
for ((i = 1; i <= 5; i++)); do # at once: its sockets may still be open
	kill -KILL "$(wire_process)"
	says "killed $i: the next command starts it" 'ping h1 h3'
	equal 'and says so' "$(grep -c 'had ended; it was started again' "$WORK/errors")" "$i"
	check 'there is one' test "$(wire_process | wc -l)" -eq 1
done
says 'save' "save $WORK/wire.lab"
says 'reset' reset
check 'source' say "source $WORK/wire.lab"
until [[ $REPLY == *'"command":"source'* ]]; do read -r -t 60 REPLY <&9 || break; done
says 'the same again' 'ping h1 h3'
equal 'by wire' "$(kind h1 eth1)" tun
shell_end
check 'destroy' "$ESPALIER" destroy "$NET"
check 'the process ends with the network' wait_until "$DEADLINE" no_process
finish
