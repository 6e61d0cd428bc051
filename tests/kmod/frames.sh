#!/usr/bin/env bash
# ztun and shortbridge carry every kind of frame as it is, both ways, and count them.
. "$(dirname "$0")/lib.sh"
clean_up() { drop_spaces; }
load
host_pair

check 'IPv4' within a ping -c 2 -i 0.2 -W 5 10.1.0.2
check 'IPv6' within b ping -c 2 -i 0.2 -W 5 fd01::1
equal 'ARP told the address' "$(on a neigh show 10.1.0.2 | cut -d ' ' -f 5)" "$(attribute b e0 address)"
check 'multicast' within b ping -c 1 -W 5 ff02::1%e0

# ---- frames as they are ----

# frames: what is sent, hex, a line each: addresses, what follows, padding with a mark.
frames() {
	local rest address
	for address in ffffffffffff 0180c2000014 0180c2000000 0180c2000001 0180c200000e \
		01005e010203 020000001234; do
		for rest in 88b5 0026fefe03 0026424203 8808 88cc 8847; do
			echo "${address}02000000ab01${rest}6d61726b$(printf '5a%.0s' {1..30})"
		done
	done
	echo "02000000123402000000ab0188b56d61726b$(printf 'a5%.0s' {1..1454})" # all of the MTU
}
# packets NAME DEVICE: sends standard input, or, with a number, prints so many that it sees.
packets() {
	within "$1" perl -e '
		my ($device, $count) = @ARGV;
		socket my $s, 17, 3, 0x0300 or die "socket: $!\n"; # PF_PACKET, SOCK_RAW, ETH_P_ALL
		socket my $any, 2, 2, 0;
		my $request = pack "a16 x24", $device;
		ioctl $any, 0x8933, $request or die "$device: $!\n"; # SIOCGIFINDEX
		my $to = pack "SnlSCCa8", 17, 3, unpack("x16 l", $request), 0, 0, 0, "";
		bind $s, $to or die "bind: $!\n";
		$| = 1;
		if (!$count) {
			while (<STDIN>) { chomp; send $s, pack("H*", $_), 0 or die "send: $!\n" }
			exit;
		}
		print "ready\n";
		alarm 20;
		while ($count) {
			recv $s, my $frame, 65536, 0 or next;
			next if index($frame, "mark") < 0;
			print unpack("H*", $frame), "\n";
			$count--;
		}' "${@:2}"
}
ready() {
	grep -q ready "$WORK/seen"
}
# pass FROM DEVICE TO DEVICE: all of frames arrive, in order, unchanged.
pass() {
	local pid
	frames >"$WORK/sent"
	rm -f "$WORK/seen"
	packets "$3" "$4" "$(wc -l <"$WORK/sent")" >"$WORK/seen" &
	pid=$!
	wait_until "$DEADLINE" ready
	packets "$1" "$2" <"$WORK/sent"
	wait "$pid"
	check "every kind of frame from $1 to $3" diff <(sed 1d "$WORK/seen" | cut -c -100) <(cut -c -100 "$WORK/sent")
	check 'to the last byte' cmp <(sed 1d "$WORK/seen") "$WORK/sent"
}
pass a z0 b e0
pass b e0 a z0

# ---- VLAN tags ----
tagged() { # NAME LOWER DEVICE ID ADDRESS
	on "$1" link add link "$2" name "$3" type vlan id "$4"
	on "$1" addr add "$5" dev "$3"
	on "$1" link set "$3" up
}
tagged a z0 v5 5 10.5.0.1/24
tagged b e0 v5 5 10.5.0.2/24
tagged a v5 v6 6 10.6.0.1/24
tagged b v5 v6 6 10.6.0.2/24
check 'a VLAN' within a ping -c 1 -W 5 10.5.0.2
check 'a VLAN in a VLAN' within b ping -c 1 -W 5 10.6.0.1
on a link del v5
on b link del v5

# ---- super-packets and checksums ----

# transfer FROM TO ADDRESS: 1 MB of any bytes by TCP arrive as they were.
transfer() {
	local pid
	rm -f "$WORK/seen"
	head -c 1000000 /dev/urandom >"$WORK/data"
	within "$2" perl -MIO::Socket::INET -e '
		my $l = IO::Socket::INET->new(Listen => 1, LocalPort => 4000, ReuseAddr => 1) or die;
		$| = 1; print "ready\n"; alarm 30;
		my $c = $l->accept; print while read $c, $_, 65536' >"$WORK/seen" &
	pid=$!
	wait_until "$DEADLINE" ready
	within "$1" perl -MIO::Socket::INET -e '
		my $c = IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => 4000) or die "$!\n";
		print $c $_ while read STDIN, $_, 65536' "$3" <"$WORK/data"
	wait "$pid"
	check "1 MB by TCP from $1 to $2" cmp <(tail -c +7 "$WORK/seen") "$WORK/data"
}
before=$(attribute a z0 tx.packets)
transfer a b 10.1.0.2
after=$(attribute a z0 tx.packets)
note "in $((after - before)) packets"
check 'as super-packets' test "$((after - before))" -lt 500
transfer b a 10.1.0.1
offload f g0 tso 0
equal 'without TSO below there is none above' "$(offload a z0 tso)" 0
before=$(attribute f g0 tx.packets)
transfer a b 10.1.0.2
after=$(attribute f g0 tx.packets)
note "in $((after - before)) packets"
check 'then in packets, which what shapes below sees' test "$((after - before))" -gt 700
offload f g0 tx 0
equal 'without checksums below there are none above' "$(offload a z0 tx)" 0
transfer a b 10.1.0.2
offload f g0 tx 1
offload f g0 tso 1
equal 'all back again' "$(offload a z0 tx) $(offload a z0 tso)" '1 1'
equal 'no wrong checksum anywhere' \
	"$(for name in a b; do within $name sed -n 's/^\(Tcp\|Udp\): .* \([0-9]*\)$/\2/p' /proc/net/snmp; done | sort -u)" 0

# ---- MTU ----
check 'up to the MTU' within a ping -c 1 -W 5 -M 'do' -s 1430 10.1.0.2
before=$(attribute g sb0 tx.dropped)
on b link set e0 mtu 1500
refuses 'more does not pass' within b ping -c 1 -W 1 -M 'do' -s 1472 10.1.0.1
check 'which is counted' test "$(attribute g sb0 tx.dropped)" -gt "$before"
for name in f g; do
	on $name link set u0 mtu 9000
	on $name link set g0 mtu 8950
done
on g link set e1 mtu 8950
on b link set e0 mtu 8950
check 'jumbo frames' within b ping -c 1 -W 5 -M 'do' -s 8900 10.1.0.1

# ---- statistics, and no copy on the way ----
for name in a b f g; do
	within $name sh -c 'for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >$f; done'
done
counters() {
	local where
	for where in 'a z0' 'g sb0' 'b e0'; do
		# shellcheck disable=SC2086 # two words
		for counter in rx.packets rx.bytes tx.packets tx.bytes; do attribute $where $counter; done
	done
}
ping_many() { # all have one size, 98 bytes with the header, and no ARP is between
	within a ping -q -c 200 -i 0.002 -W 5 10.1.0.2
}
on a neigh replace 10.1.0.2 lladdr "$(attribute b e0 address)" dev z0 nud permanent
on b neigh replace 10.1.0.1 lladdr "$(attribute a z0 address)" dev e0 nud permanent
T=/sys/kernel/tracing
# copies COMMAND...: how often frames were put into tunnels meanwhile, and copied for it
copies() {
	printf 'p:expand pskb_expand_head\np:through gre_tap_xmit\n' >"$T/kprobe_events"
	echo 1 >"$T/events/kprobes/enable"
	"$@" >/dev/null
	echo 0 >"$T/events/kprobes/enable"
	COPIES=$(awk '{ print $1, $2 }' "$T/kprobe_profile" | sort)
	: >"$T/kprobe_events"
}
counters >"$WORK/before"
copies ping_many
counters | paste "$WORK/before" - | awk '{ printf "%d%s", $2 - $1, NR % 4 ? " " : "\n" }' >"$WORK/deltas"
equal 'each is counted, with its bytes' "$(<"$WORK/deltas")" \
	$'200 19600 200 19600\n400 39200 400 39200\n200 19600 200 19600'
equal '400 frames were put into the tunnel, and none was copied for its header' "$COPIES" \
	$'expand 0\nthrough 400'

# ---- the room that a tunnel needs grows with its route, here through another tunnel ----
for name in f:1:2 g:2:1; do
	IFS=: read -r name mine theirs <<<"$name"
	on "$name" addr add "10.8.0.$mine/24" dev u0
	on "$name" link add g9 type gretap local "10.8.0.$mine" remote "10.8.0.$theirs" key 9
	on "$name" addr add "10.99.0.$mine/24" dev g9
	on "$name" link set g9 up
done
check 'another tunnel' within f ping -c 1 -W 5 10.99.0.2
on f route add 10.9.0.2/32 via 10.99.0.2 src 10.9.0.1
on g route add 10.9.0.1/32 via 10.99.0.1 src 10.9.0.2
copies within a ping -c 3 -i 0.1 -W 5 10.1.0.2
check 'at first there is too little' test "$(sed -n 's/expand //p' <<<"$COPIES")" -gt 0
copies within a ping -c 20 -i 0.01 -W 5 10.1.0.2
equal 'then none of 40 frames is copied for two headers' "$COPIES" $'expand 0\nthrough 80'

log_is_clean
finish
