#!/usr/bin/env bash
# down and up: addresses and routes are kept, typed ones and the kernel's.
. "$(dirname "$0")/../lib.sh"

network
shell
say 'topo line 3'
say 'ip h1:eth0 10.200.0.1/24 2001:db8::1/64'
say 'ip r1:lo 192.0.2.1/32 2001:db8:ff::1/128'
say 'ip r1:eth1 10.200.0.2/24 2001:db8::2/64'
says 'a network with routes of all kinds' 'route auto'
says 'it works' pingall
before=$(kernel_state h1 h2 r1 r2 r3)
like 'there are IPv6 routes to lose' "$before" 'fd00'

targets=('r1 r2' 'h1' 'r1' 'node r1 r2' 'h2:eth0')
[[ ! $SLOW ]] || targets=('r1 r2' 'r1')
for what in "${targets[@]}"; do
	says "down $what" "down $what"
	refuses "down $what: something does not get through" say pingall
	says "up $what" "up $what"
	equal "up $what: all is as it was" "$(kernel_state h1 h2 r1 r2 r3)" "$before"
	check "up $what: it works again" wait_until "$DEADLINE" say pingall
done

says 'down twice' 'down r1'
says 'is the same as once' 'down r1'
says 'up' 'up r1'
equal 'all is as it was' "$(kernel_state h1 h2 r1 r2 r3)" "$before"

# What is changed while it is down holds when it is up.
say 'down h1'
says 'an address given meanwhile' 'ip h1:eth0 10.200.0.9/24'
says 'up' 'up h1'
like 'is there' "$(inside h1 ip -br addr show eth0)" '10\.200\.0\.9/24'
unlike 'instead of the old one' "$(inside h1 ip -br addr show eth0)" '10\.200\.0\.1/24'
shell_end
finish
