#!/usr/bin/env bash
# What shape_wire.sh tests as root, without root: where everybody may open /dev/net/tun.
. "$(dirname "$0")/../lib.sh"
needs 'wire without root' test -w /dev/net/tun -a "$(stat -c %a /dev/net/tun)" = 666
FINISHED=1
"$TOP/tests/as_user" "$TOP/tests/net/shape_wire.sh"
