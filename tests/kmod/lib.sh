# shellcheck shell=bash disable=SC2034,SC2153 # what it sets is for the tests
# lib.sh — what the tests of the kernel module share. They load it, so they run in
# scripts/vm only, and what they leave in the kernel's log counts.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
if [[ ! ${ESPALIER_VM-} ]]; then
	FINISHED=1
	echo '1..0 # SKIP left to the virtual machine: shortbridge.ko, which the tests load'
	exit 0
fi
MODULE=$TOP/build/kmod/$(uname -r)/shortbridge.ko
# In a kernel that looks for errors, all takes several times as long.
WATCHED=
[[ $ESPALIER_VM != *-debug ]] || WATCHED=1 DEADLINE=120

# A prefix of the names of the namespaces here.
P=k$$
SPACES=()

spaces() { # NAME...: new namespaces $P-NAME
	local name
	for name; do
		ip netns add "$P-$name"
		SPACES+=("$P-$name")
		within "$name" sysctl -qw net.ipv6.conf.default.accept_dad=0
		ip -n "$P-$name" link set lo up
	done
}
# within NAME COMMAND...: in the namespace.
within() {
	nsenter --net="/run/netns/$P-$1" "${@:2}"
}
on() { # NAME IP_ARGUMENT...
	ip -n "$P-$1" "${@:2}"
}
drop_spaces() {
	local space
	for space in "${SPACES[@]+"${SPACES[@]}"}"; do
		ip netns del "$space" 2>/dev/null
	done
	SPACES=()
}

load() {
	dmesg -C
	check 'the module loads' insmod "$MODULE"
}
# In the background, since where the kernel waits for a reference, rmmod does so for ever.
unload() {
	wait_until "$DEADLINE" rmmod shortbridge >/dev/null 2>&1 &
}
unloaded() {
	[[ ! -e /sys/module/shortbridge ]]
}

# Nothing that the kernel should not have said; and the module goes.
log_is_clean() {
	local said
	drop_spaces
	unload
	check 'the module unloads' wait_until "$DEADLINE" unloaded
	said=$(dmesg | grep -E 'WARNING|BUG|INFO:|Oops|Call Trace|unregister_netdevice|refcount|leak|ODEBUG|corruption|general protection|RIP:')
	equal "the kernel's log is clean" "$said" ''
	# after its first finding, even one before this test, it looks no more
	[[ ! $WATCHED ]] || check 'lockdep has looked all the time' grep -q '^ debug_locks: *1$' /proc/lockdep_stats
}

# tunnel_pair: two fabrics f and g, joined by an underlay and a gretap each, g0.
tunnel_pair() {
	spaces f g
	ip link add u0 netns "$P-f" type veth peer name u0 netns "$P-g"
	on f addr add 10.9.0.1/24 dev u0
	on g addr add 10.9.0.2/24 dev u0
	on f link set u0 up
	on g link set u0 up
	tunnel f 10.9.0.1 10.9.0.2
	tunnel g 10.9.0.2 10.9.0.1
}
tunnel() { # NAME LOCAL REMOTE
	on "$1" link add g0 type gretap local "$2" remote "$3" key 7
	on "$1" link set g0 up
}

# host_pair: hosts a, by a ztun z0, and b, by veth e0 and shortbridge sb0, on tunnel_pair.
host_pair() {
	tunnel_pair
	spaces a b
	on f link add link g0 name z0 netns "$P-a" type ztun
	on g link add e1 type veth peer name e0 netns "$P-b"
	on g link add sb0 type shortbridge
	on g link set g0 master sb0
	on g link set e1 master sb0
	on g link set e1 up
	on g link set sb0 up
	on a addr add 10.1.0.1/24 dev z0
	on a addr add fd01::1/64 dev z0 nodad
	on a link set z0 up
	on b link set e0 mtu 1458
	on b addr add 10.1.0.2/24 dev e0
	on b addr add fd01::2/64 dev e0 nodad
	on b link set e0 up
	wait_until "$DEADLINE" within a ping -c 1 -W 1 10.1.0.2
}

# attribute NAME DEVICE KEY|rx.KEY|tx.KEY: of `ip -d -s -j link show`. By bash alone, since
# a process takes long where the processor is emulated.
attribute() {
	local json
	json=$(on "$1" -d -s -j link show "$2" 2>/dev/null)
	[[ $3 != ?x.* ]] || json=${json#*"\"${3%.*}\":{"}
	[[ ! $json =~ \"${3#*.}\":\"?([^,\"\}]*) ]] || echo "${BASH_REMATCH[1]}"
}
# is NAME DEVICE KEY VALUE: for wait_until.
is() {
	[[ $(attribute "$1" "$2" "$3") == "$4" ]]
}
gone() { # NAME DEVICE
	! on "$1" link show "$2" 2>/dev/null
}

# refused DESCRIPTION MESSAGE NAME IP_ARGUMENT...: the kernel says so.
refused() {
	local what=$1 message=$2 out
	shift 2
	if out=$(on "$@" 2>&1); then
		not_ok "$what"
		note "ip $* succeeded"
	else
		like "$what" "$out" "$message"
	fi
}

# offload NAME DEVICE tso|tx|sg [0|1]: what it is, or sets it (ethtool's ioctl).
offload() {
	within "$1" perl -e '
		my ($device, $what, $value) = @ARGV;
		my $command = { tx => 0x16, sg => 0x18, tso => 0x1e }->{$what} + defined $value;
		my $argument = pack "LL", $command, $value // 0;
		socket my $s, 2, 2, 0 or die;
		ioctl $s, 0x8946, pack "a16 P x16", $device, $argument or die "$device: $!\n";
		print +(unpack "LL", $argument)[1], "\n" if !defined $value' "${@:2}"
}
