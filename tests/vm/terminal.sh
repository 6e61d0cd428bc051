#!/usr/bin/env bash
# scripts/vm on a terminal: a shell in the guest, with keys, colours, Ctrl-C and a size.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../terminal.sh"
DEADLINE=120 # it boots first
export XDG_CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache} # the home in the terminal is another

terminal 100x30 "$TOP/scripts/vm"
sees 'a shell' '[#$] *$'
types 'echo "kernel $(uname -r), $(stty size), $(tty)"'
sees 'on the other kernel, on a terminal of this size' 'kernel 6\.1\.[-0-9a-z]+, 30 100, /dev/pts/'
tm resize-window -x 90 -y 20
types 'until [ "$(stty size)" = "20 90" ]; do sleep 0.1; done; echo re""sized'
sees 'the size follows' resized
# This program has the terminal by the time it speaks: where Ctrl-C comes while bash starts one,
# bash may go on without it, and it takes the terminal afterwards. What is typed before there
# is a prompt may be lost.
types "sh -c 'echo be\"\"gun; exec sleep 1000'"
sees 'a program' begun
keys C-c
sees 'Ctrl-C, and then there is a prompt' '[#$] *$'
types 'echo "status $?"'
sees 'it reached the program only' 'status 130'
sees 'and there is a prompt again' '[#$] *$'
types 'stty -echo; echo "no" "echo"; cat'
sees 'echo off' 'no echo'
types 'once'
sees 'the keys are shown once, by cat' '^once'
unlike 'not twice' "$(screen)" $'once\nonce'
keys C-d
types 'exit 7'
sees 'its status is that of scripts/vm' 'the end, status 7'
types 'as before'
check 'what is typed is echoed, and read in lines' wait_until "$DEADLINE" eval '[[ $(screen | grep -c "^as before") == 2 ]]'

# ---- Ctrl-C, at any time ----
# not a shell that is about to start one: Ctrl-C may be lost there, in any terminal
terminal 100x30 "$TOP/scripts/vm sh -c 'echo begun; exec sleep 1000'"
sees 'a command' begun
keys C-c
sees 'Ctrl-C ends it' 'the end, status 130'
boots() {
	pgrep -s "$(tm list-panes -F '#{pane_pid}')" qemu
}
terminal 100x30 "bash -c 'trap : INT; $TOP/scripts/vm sleep 1000'"
check 'one that still boots' wait_until "$DEADLINE" boots
keys C-c
sees 'Ctrl-C ends that too' 'the end, status 130'

# ---- the guest dies under it ----
terminal 100x40 "$TOP/scripts/vm sh -c 'sleep 1; echo c >/proc/sysrq-trigger'"
sees 'a panic is told' "the guest's kernel panicked"
sees 'with its status' 'the end, status 125'
types 'still here'
check 'and the terminal is as it was' wait_until "$DEADLINE" eval '[[ $(screen | grep -c "^still here") == 2 ]]'
finish
