#!/usr/bin/env bash
# The module comes and goes while a shell runs: the next tunnel follows; and modprobe is not
# started for every command. In the virtual machine, with the module of `make kmod`.
. "$(dirname "$0")/lib.sh"

# The kernel's modprobe, which notes what it is asked for.
PROBE=$(</proc/sys/kernel/modprobe) NOTED=$WORK/noted EXTRA=/lib/modules/$(uname -r)/updates
# shellcheck disable=SC2016 # the $ in it are the new program's
printf '#!/bin/sh\necho "$*" >>%s\nexec %s "$@"\n' "$NOTED" "$PROBE" >"$WORK/probe"
chmod +x "$WORK/probe"
echo "$WORK/probe" >/proc/sys/kernel/modprobe
clean_up() { echo "$PROBE" >/proc/sys/kernel/modprobe; }
asked() {
	grep -c rtnl-link-ztun "$NOTED"
}
# next DESCRIPTION VIA: what the next tunnel is made with.
next() {
	says "$1" 'link a b tunnel vxlan name t ip none none'
	say 'show t'
	equal "$1: via" "$(answer result.via)" "$2"
	say 'del t'
}

network
shell
say 'set auto off' && say 'add host a b'
next 'without the module' bridge
next 'again' bridge
before=$(asked)
check 'the kernel was asked' test "$before" -ge 1
for _ in 1 2 3; do next 'and again' bridge; done
equal 'it is not asked for every command' "$(asked)" "$before"
load
next 'the module was loaded' ztun
unload
check 'it goes' wait_until "$DEADLINE" unloaded
next 'it was unloaded' bridge
mkdir -p "$EXTRA"
cp "$MODULE" "$EXTRA/"
check 'it is installed' depmod
next 'it was installed' ztun
unload
check 'it goes' wait_until "$DEADLINE" unloaded
next 'and comes by itself' ztun
unload
check 'it goes' wait_until "$DEADLINE" unloaded
rm "$EXTRA/${MODULE##*/}"
check 'it is uninstalled' depmod
next 'it is gone for good' bridge
before=$(asked)
next 'again' bridge
equal 'which is remembered' "$(asked)" "$before"
shell_end
log_is_clean
finish
