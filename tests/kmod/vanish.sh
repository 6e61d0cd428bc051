#!/usr/bin/env bash
# Whatever vanishes below a ztun or a shortbridge, at any moment and under traffic, takes
# with it what it must, and nothing else; then the module goes.
. "$(dirname "$0")/lib.sh"
TRAFFIC=()
quiet() {
	((${#TRAFFIC[@]})) || return 0
	kill "${TRAFFIC[@]}" 2>/dev/null
	wait "${TRAFFIC[@]}" 2>/dev/null
	TRAFFIC=()
}
clean_up() {
	quiet
	drop_spaces
}

# traffic NAME ADDRESS: datagrams of many sizes, without an end.
traffic() {
	(exec nsenter --net="/run/netns/$P-$1" nice perl -MSocket -e '
		socket my $s, PF_INET, SOCK_DGRAM, 0 or die;
		my $to = sockaddr_in(5000, inet_aton($ARGV[0]));
		for (my $n = 0;; $n++) { send $s, "x" x ($n * 37 % 1400), 0, $to }' "$2" 2>/dev/null) &
	TRAFFIC+=($!)
}
# flows NAME DEVICE: whether it receives.
flows() {
	local before
	before=$(attribute "$1" "$2" rx.packets)
	wait_until "$DEADLINE" received_more "$@" "$before"
}
received_more() {
	[[ $(attribute "$1" "$2" rx.packets) -gt $3 ]]
}

load
host_pair
equal 'two processors' "$(nproc)" 2
traffic a 10.1.0.2
traffic b 10.1.0.1
check 'traffic' flows b e0

# ---- one after the other ----
rejoin() {
	on f link add link g0 name z0 netns "$P-a" address 02:00:00:00:00:0a type ztun
	on a addr add 10.1.0.1/24 dev z0
	on a link set z0 up
}
readd() {
	on g link add e1 type veth peer name e0 netns "$P-b"
	on g link set e1 master sb0
	on g link set e1 up
	on b addr add 10.1.0.2/24 dev e0
	on b link set e0 up
}
on a link del z0
rejoin
check 'a ztun deleted, and made again' flows a z0
on f link del g0
check 'its lower device deleted' gone a z0
tunnel f 10.9.0.1 10.9.0.2
rejoin
check 'both made again' flows a z0
on g link del e1
check 'a port deleted' test "$(on g -o link show master sb0 | wc -l)" = 1
readd
check 'and made again' flows a z0
quiet # what runs in a namespace would keep it
ip netns del "$P-b"
check 'the namespace of the other end of a port' wait_until "$DEADLINE" gone g e1
ip netns add "$P-b"
readd
traffic a 10.1.0.2
traffic b 10.1.0.1
check 'made again' flows a z0

# ---- all at once, again and again ----
# storm NAME LINE...: these lines of ip, over and over, whether they succeed or not.
storm() {
	local name=$1 i
	shift
	for ((i = 0; i < 10; i++)); do
		printf '%s\n' "${@//%/$((i % 8))}"
	done | on "$name" -force -batch - >/dev/null 2>&1 &
	STORMS+=($!)
}
STORMS=()
spaces d
on f link add d0 up type dummy
storm f "link add link g0 name z0 netns $P-a up address 02:00:00:00:00:0a type ztun" \
	'addr add 10.9.0.1/24 dev u0'
storm a 'addr add 10.1.0.1/24 dev z0' 'link set z0 up' "link set z0 netns $P-f" 'link del z0'
storm f "link set z0 netns $P-a" 'link del g0' \
	'link add g0 up type gretap local 10.9.0.1 remote 10.9.0.2 key 7' 'link set g0 mtu 140%'
storm f "link add link d0 name d% netns $P-d up type ztun" 'link set d0 down' \
	"link set d0 netns $P-d" 'link add d0 up mtu 150% type dummy'
storm d 'link set d1 down' 'link set d2 master s%' 'link del d0' 'link add s% up type shortbridge' \
	'link set d% master s3' 'link del s%' 'link del d%'
storm g 'link set e1 nomaster' 'link set e1 master sb0' 'link set g0 nomaster' 'link set g0 master sb0'
storm g 'link add sb0 up type shortbridge' 'link set g0 master sb0' 'link set e1 master sb0' \
	'link del sb0'
wait "${STORMS[@]}"
ok 'seven at once, which take the devices from one another'
rejoin 2>/dev/null
quiet
refuses 'the module stays while a device is there' rmmod shortbridge

# ---- and all namespaces together ----
spaces xa xb
for i in {1..4}; do
	on f link add "h$i" type veth peer name "h$i" netns "$P-g"
	on f link add link "h$i" name "x$i" netns "$P-xa" up type ztun
	on g link add "sh$i" up type shortbridge
	on g link set "h$i" up master "sh$i"
	on g link add "y$i" up master "sh$i" type veth peer name "y$i" netns "$P-xb"
done
traffic xa 10.1.0.2
within xa ping -b -c 3 -i 0.01 -W 1 255.255.255.255 >/dev/null 2>&1
drop_spaces
quiet
log_is_clean
finish
