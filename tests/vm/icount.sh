#!/usr/bin/env bash
# scripts/vm --icount: what a packet costs is the same number in every run.
. "$(dirname "$0")/../lib.sh"
cd "$TOP" || exit

# The nanoseconds, which are instructions, that 60000 packets of 60 bytes over veth took.
cat >"$WORK/cost" <<'END'
set -e
modprobe pktgen
ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
set_to() {
	echo "$2" >"/proc/net/pktgen/$1"
}
set_to kpktgend_0 'add_device v0'
for option in 'count 60000' 'pkt_size 60' 'delay 0' "dst_mac $(cat /sys/class/net/v1/address)"; do
	set_to v0 "$option"
done
set_to pgctrl start
sed -n 's/^Result: OK: \([0-9]*\).*/\1/p' /proc/net/pktgen/v0
END
cost() {
	scripts/vm --icount --timeout 120 bash -c "$(<"$WORK/cost")" </dev/null
}
first=$(cost) second=$(cost)
like 'packets were sent' "$first" '^[1-9][0-9]*$'
note "$first and $second us for 60000 packets"
check 'their cost differs by less than 0.5 % from run to run' \
	test "$((first > second ? first - second : second - first))" -lt "$((first / 200))"
finish
