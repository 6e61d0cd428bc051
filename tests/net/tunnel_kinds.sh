#!/usr/bin/env bash
# link ... tunnel: each kind by each connector, with and without an underlay of nodes: full
# packets, frames below IP, repair, undo. What they have in common is in tunnel.sh.
. "$(dirname "$0")/../lib.sh"
needs 'GRE and Geneve' sh -c 'ip link add g0 type gretap local 127.0.0.1 remote 127.0.0.2 key 1 &&
	ip link add n0 type geneve id 1 remote 127.0.0.2'
FRAME=$TOP/tests/frame
frames=(ffffffffffff02000000000188b5dead 0180c2000014020000000001001efefe0383 020000000b0202000000000188b6beef)

network
shell
say 'add host a1 a2 x y' && say 'add router r'
say 'link x r' && say 'link r y mtu 1400B' && say 'route auto'
says 'a lasting address' 'ip x:lo 192.0.2.1/32' && say 'route r 192.0.2.1/32 via 10.0.0.1'
declare -A overhead=([gre]=42 [vxlan]=50 [geneve]=50)
for kind in gre vxlan geneve; do
	for via in bridge macvlan direct; do
		name=$kind-$via mtu=$((1400 - overhead[$kind]))
		says "$name" "link a1 a2 tunnel $kind underlay x y via $via name $name ip 10.9.0.1/24 10.9.0.2/24"
		say "show $name"
		equal "$name: MTU" "$(answer result.mtu)" "$mtu"
		says "$name: packets pass" 'ping a1 10.9.0.2'
		check "$name: full packets pass" say "a1 ping -c 1 -s $((mtu - 28)) -M do 10.9.0.2"
		say "a1 $FRAME send eth0 ${frames[*]} &"
		says "$name: other frames" "a2 $FRAME await eth0 ${frames[*]}"
		say "stop $(say jobs; answer result.0.job)"
		says "$name: repair" repair
		equal "$name: has nothing to mend" "$(answer result.repaired)" '[]'
		says "$name: undo" undo && says "$name: redo" redo
		says "$name: packets pass" 'ping a1 10.9.0.2'
		says "$name: delete" "del $name"
	done
	says "$kind in the fabric" "link a1 a2 tunnel $kind name $kind enforced delay 5ms ip 10.9.0.1/24 10.9.0.2/24"
	says "$kind in the fabric: packets pass" 'ping a1 10.9.0.2'
	says "$kind in the fabric: repair" repair
	equal "$kind in the fabric: has nothing to mend" "$(answer result.repaired)" '[]'
	says "$kind in the fabric: delete" "del $kind"
done

# ---- the same over IPv6 ----
say 'ip y:eth0 fd09::2/64' && say 'ip r:eth1 fd09::1/64' && say 'ip x:lo none' && say 'route auto'
declare -A via_of=([gre]=bridge [vxlan]=macvlan [geneve]=direct)
for kind in gre vxlan geneve; do
	name=$kind-6 mtu=$((1400 - overhead[$kind] - 20))
	says "$name" "link a1 a2 tunnel $kind underlay x y via ${via_of[$kind]} name $name ip 10.9.0.1/24 10.9.0.2/24"
	say "show $name"
	equal "$name: MTU" "$(answer result.mtu)" "$mtu"
	says "$name: packets pass" 'ping a1 10.9.0.2'
	check "$name: full packets pass" say "a1 ping -c 1 -s $((mtu - 28)) -M do 10.9.0.2"
	says "$name: repair" repair
	equal "$name: has nothing to mend" "$(answer result.repaired)" '[]'
	says "$name: delete" "del $name"
done
says 'the largest keys' 'link a1 a2 tunnel gre key 4294967295 name g ip 10.9.0.1/24 10.9.0.2/24'
says 'packets pass' 'ping a1 10.9.0.2' && say 'del g'
says 'of Geneve' 'link a1 a2 tunnel geneve key 16777215 name g ip 10.9.0.1/24 10.9.0.2/24'
says 'packets pass' 'ping a1 10.9.0.2' && say 'del g'
says_no 'none larger' 'link a1 a2 tunnel geneve key 16777216' '1 to 16777215'

# ---- from another network ----
sub=$NET
say detach
shell_end
network
shell
say 'add host h1 h2'
for way in 'gre bridge' 'gre direct' 'geneve direct'; do
	says "$way, of another network" "link h1 h2 tunnel ${way% *} underlay $sub.x $sub.y via ${way#* } name c ip 10.0.2.1/24 10.0.2.2/24"
	says "$way: packets pass" 'ping h1 10.0.2.2'
	says "$way: repair" repair
	equal "$way: has nothing to mend" "$(answer result.repaired)" '[]'
	says "$way: undo" undo
done
shell_end
check 'the underlay ends' "$ESPALIER" destroy "$sub"
finish
