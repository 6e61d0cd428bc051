#!/usr/bin/env bash
# Counters, as a recording has them, against what a sender and a receiver counted
# themselves, packet for packet; where packets were lost; nodes and links that come and go
# while it runs; a namespace that is gone.
. "$(dirname "$0")/../lib.sh"

# udp send ADDRESS COUNT BYTES | udp receive: each prints how many packets there were. The
# receiver is ready when it says so, and ends by a packet of one byte, which it does not
# count. It tells of every tenth packet through a pipe, and the sender waits a moment for
# that: so the socket's buffer never overflows.
mkfifo "$WORK/seen"
cat >"$WORK/udp" <<'END'
use IO::Socket::INET;
$| = 1;
my ($pipe, $what, $to, $count, $bytes) = @ARGV;
open my $seen, '+<', $pipe or die $!;
if ($what eq 'send') {
	my $s = IO::Socket::INET->new(Proto => 'udp', PeerAddr => $to, PeerPort => 9000) or die $!;
	my $sent = 0;
	for (1 .. $count) {
		$sent++ if defined $s->send('x' x $bytes);
		vec(my $ready = '', fileno $seen, 1) = 1;
		sysread $seen, my $byte, 1 if $_ % 10 == 0 && select $ready, undef, undef, 0.01;
	}
	print "$sent\n";
} else {
	my $s = IO::Socket::INET->new(Proto => 'udp', LocalPort => 9000) or die $!;
	my ($packet, $got, $bytes) = ('', 0, 0);
	print "ready\n";
	while (defined $s->recv($packet, 65536) && length $packet != 1) {
		$got++;
		$bytes += length $packet;
		syswrite $seen, '.' if $got % 10 == 0;
	}
	print "$got $bytes\n";
}
END

network
shell
# Nothing but what is sent here: no IPv6, and neighbours that are known for good.
say 'set auto off' && say 'add host h1 h2' && say 'link h1 h2'
say 'ip h1:eth0 10.1.0.1/24' && say 'ip h2:eth0 10.1.0.2/24'
settle() {
	local node
	for node in h1 h2; do
		say "$node sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'"
		say "$node sh -c 'echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'"
	done
	say "h1 ip neigh replace 10.1.0.2 dev eth0 lladdr $(inside h2 cat /sys/class/net/eth0/address) nud permanent"
	say "h2 ip neigh replace 10.1.0.1 dev eth0 lladdr $(inside h1 cat /sys/class/net/eth0/address) nud permanent"
}

# column NAME [FROM]: of the last whole sample, of the direction that this interface sends.
column() {
	perl -F, -lane '
		BEGIN { ($name, $from) = splice @ARGV, 0, 2 }
		if ($. == 1) { @at{@F} = 0 .. $#F; next }
		$value = $F[$at{$name}] if $F[$at{from}] eq $from;
		END { print $value }' "$1" "${2:-h1:eth0}" "$WORK/r.csv"
}
# becomes FROM STATE: a sample that is later than this says so; in between it may say
# something else.
becomes() {
	later_than=$(date +%s.%N)
	wait_until "$DEADLINE" is_recorded "$1" "$2"
}
is_recorded() {
	[[ $(column state "$1") == "$2" ]] && perl -e 'exit !($ARGV[0] > $ARGV[1])' "$(column time_s "$1")" "$later_than"
}
recorded_up_to() { # TOTAL: sent and dropped come to it
	((${#1} > 0 && $(column sent_packets) + $(column dropped_packets) >= $1))
}
receivers=0
listening() { grep -q ready "$WORK/got.$receivers"; }
over() {
	{ read -r _ && read -r got got_bytes; } <"$WORK/got.$receivers" && [[ $got_bytes ]]
}

# exchange COUNT BYTES: $sent, $got and $got_bytes are what the two counted; $was_sent and
# $was_dropped what was recorded before.
exchange() {
	becomes h1:eth0 up
	was_sent=$(column sent_packets) was_bytes=$(column sent_bytes) was_dropped=$(column dropped_packets)
	receivers=$((receivers + 1))
	: >"$WORK/got.$receivers"
	say "h2 sh -c 'perl $WORK/udp $WORK/seen receive >$WORK/got.$receivers' &"
	wait_until "$DEADLINE" listening || note 'the receiver does not begin'
	sent=$(inside h1 perl "$WORK/udp" "$WORK/seen" send 10.1.0.2 "$1" "$2")
	check "$sent packets: all are accounted for" wait_until "$DEADLINE" recorded_up_to $((was_sent + was_dropped + sent))
}
end_exchange() {
	until over; do
		say "h1 perl $WORK/udp $WORK/seen send 10.1.0.2 1 1"
	done
}

settle
says 'a recording' "record $WORK/r.csv every 50ms"
wait_until "$DEADLINE" test -n "$(column sent_packets)"
exchange 5000 400
carried=$(($(column sent_packets) - was_sent)) bytes=$(($(column sent_bytes) - was_bytes))
dropped=$(($(column dropped_packets) - was_dropped))
end_exchange
equal 'plain: sent, as the sender counted' "$carried $dropped" "$sent 0"
equal 'plain: received, as the receiver counted' "$got $got_bytes" "$carried $((400 * sent))"
equal 'plain: bytes, with their headers' "$bytes" $((sent * (400 + 14 + 20 + 8)))

# ---- what the far interface does not take: both count it, and it was lost once ----
say 'h2 ip link set eth0 mtu 300'
was=$(inside h2 cat /sys/class/net/eth0/statistics/rx_dropped)
exchange 50 400
dropped=$(($(column dropped_packets) - was_dropped))
end_exchange
equal 'too long for the far end: dropped' "$dropped $got" "$sent 0"
equal 'and that end has counted it' "$(($(inside h2 cat /sys/class/net/eth0/statistics/rx_dropped) - was))" "$sent"
say 'h2 ip link set eth0 mtu 1500'

# ---- a rate, and a queue that overflows ----
if tc_has_tbf=$(unshare -n"$( ((EUID)) && echo Ur)" tc qdisc add dev lo root tbf rate 1mbit burst 10kb limit 100kb 2>&1); then
	# a tenth of what the sender sends when it waits all it may
	say 'shape h1 -> h2 rate 1mbit queue 30pkt'
	exchange 500 1000
	carried=$(($(column sent_packets) - was_sent)) dropped=$(($(column dropped_packets) - was_dropped))
	end_exchange
	equal 'a rate: received, as the receiver counted' "$carried" "$got"
	equal 'a rate: the rest was dropped' "$dropped" $((sent - got))
	check 'a rate: some was' test "$dropped" -gt 0
	say 'show queues'
	like 'a rate: by the queue' "$(answer result)" "\"dropped\":$dropped,\"interface\":\"h1:eth0\""
	equal 'the rate is in the recording' "$(column set_rate_bits_per_s)" 1000000
	say 'shape h1 h2 none'
else
	note "tbf is not tested: $tc_has_tbf"
fi

# ---- carried by lib/wire ----
if unshare -n"$( ((EUID)) && echo Ur)" ip tuntap add dev t0 mode tap 2>/dev/null; then
	say 'shape h1 h2 loss 10% seed 1 engine wire'
	settle
	check 'wire: it is recorded anew' wait_until "$DEADLINE" eval '[[ $(column set_loss) == 0.1 ]]'
	exchange 2000 400
	carried=$(($(column sent_packets) - was_sent)) dropped=$(($(column dropped_packets) - was_dropped))
	end_exchange
	equal 'wire: received, as the receiver counted' "$carried" "$got"
	equal 'wire: the rest was dropped' "$dropped" $((sent - got))
	check 'wire: some was' test "$dropped" -gt 0
	say 'shape h1 h2 none' && say 'shape h1 h2 engine auto'
fi

# ---- what comes and goes ----
says 'a node comes' 'add host h3' && say 'link h3 h2'
check 'it is recorded' becomes h3:eth0 up
says 'its link goes down' 'down h3 h2'
check 'that, too' becomes h3:eth0 down
says 'it goes' 'del h3'
says 'and comes again' 'add host h3' && say 'link h3 h2'
check 'it is another one' becomes h3:eth0 up
if ((EUID == 0)); then
	ip netns del "$NET.h3"
	umount "/run/espalier/$NET/ns/h3" 2>/dev/null
	check 'a namespace that is gone is told of' becomes h3:eth0 gone
	says 'repair' repair
	check 'and that it is back' becomes h3:eth0 up
fi
says 'the recording ends' 'record stop'
equal 'no rate is one that no link could have' \
	"$(perl -F, -lane 'print if $. > 1 && ($F[7] // 0) > 1e9 || ($F[7] // 0) < 0' "$WORK/r.csv")" ''
equal 'every row is whole' "$(awk -F, '{ print NF }' "$WORK/r.csv" | sort -u)" "$(head -n 1 "$WORK/r.csv" | awk -F, '{ print NF }')"
says 'quit' quit
shell_end
finish
