# shellcheck shell=bash disable=SC2034 # what it sets is for the tests
# lib.sh — what the tests in tests/net and tests/cli share: TAP, networks with names of
# their own, and a shell that is fed command by command.
#
#   . "$(dirname "$0")/../lib.sh"
#   network                          # $NET is a name that nobody else has
#   shell                            # starts espalier for it; JSON comes back
#   says 'h1 reaches h2' 'ping h1 h2'
#   shell_end
#   finish                           # the plan; whatever is left of a network fails
#
# Whatever way a test ends, its networks are destroyed, by exactly their names. ESPALIER
# is the program under test. With ESPALIER_MUST_RUN=1 a skip is a failure. Tests run as
# root and, through tests/as_user, as an ordinary user; ((EUID)) tells them apart. For a test
# of what is done to the machine, with ON_MACHINE=1, a network namespace stands for that.
set -u

if [[ ${ON_MACHINE-} && ! ${IN_MACHINE-} ]] && ((EUID == 0)); then
	IN_MACHINE=1 exec unshare -n "$0"
fi

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ESPALIER=$(realpath "${ESPALIER:-$TOP/build/espalier}")
export ESPALIER
# what a developer has set must not change what the tests see
unset ESPALIER_NETWORK NO_COLOR
export LC_ALL=C.UTF-8 TERM=${TERM:-xterm}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/espalier-test.XXXXXX")
export HISTFILE=/dev/null XDG_STATE_HOME=$WORK/state

N=0 FAILED=0 FINISHED='' NETWORKS=() SHELL_PID='' JSON_PID='' REPLY='' OUT='' STATUS=0 NET=''
DEADLINE=20 # seconds; generous, since only a failure waits so long
# An emulated processor has a twentieth of the speed: what is repeated is repeated less.
SLOW=${ESPALIER_VM:+1}

# ---- TAP ----

note() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok() {
	N=$((N + 1))
	echo "ok $N - $*"
}

not_ok() {
	N=$((N + 1)) FAILED=$((FAILED + 1))
	echo "not ok $N - $*"
}

# check DESCRIPTION COMMAND...: the command succeeds; what it printed is shown if not.
check() {
	local what=$1 out
	shift
	if out=$("$@" 2>&1); then
		ok "$what"
	else
		not_ok "$what"
		note "$* failed: $out"
	fi
}

# refuses DESCRIPTION COMMAND...: the command fails.
refuses() {
	local what=$1 out
	shift
	if out=$("$@" 2>&1); then
		not_ok "$what"
		note "$* succeeded: $out"
	else
		ok "$what"
	fi
}

# equal DESCRIPTION GOT WANT
equal() {
	if [[ $2 == "$3" ]]; then
		ok "$1"
	else
		not_ok "$1"
		diff <(printf '%s\n' "$3") <(printf '%s\n' "$2") | sed 's/^/# /'
	fi
}

# like DESCRIPTION TEXT REGULAR_EXPRESSION, and its opposite.
like() {
	if [[ $2 =~ $3 ]]; then
		ok "$1"
	else
		not_ok "$1"
		note "no match for $3 in:"
		note "$2"
	fi
}

unlike() {
	if [[ $2 =~ $3 ]]; then
		not_ok "$1"
		note "a match for $3 in:"
		note "$2"
	else
		ok "$1"
	fi
}

# skip REASON: where a whole test cannot run here.
skip() {
	FINISHED=1
	if [[ ${ESPALIER_MUST_RUN-} ]]; then
		echo "1..1"
		echo "not ok 1 - must run, but: $*"
		exit 1
	fi
	echo "1..0 # SKIP $*"
	exit 0
}

# needs WHAT COMMAND...: for a test of what not every kernel has: the command, in a network
# namespace of its own, shows that this one does. If not, the test is left to the virtual
# machine, where it must run; either way it says which kernel it was.
needs() {
	local what=$1 why new=(unshare -n)
	shift
	((EUID == 0)) || new+=(-Ur)
	if why=$("${new[@]}" "$@" 2>&1); then
		note "$what is tested on $(uname -r)${ESPALIER_VM:+, in the virtual machine}"
	elif [[ ${ESPALIER_VM-} ]]; then
		not_ok "$what on $(uname -r): $why"
		exit 1
	else
		FINISHED=1
		echo "1..0 # SKIP left to the virtual machine: $what, which $(uname -r) lacks"
		exit 0
	fi
}

# wait_until SECONDS COMMAND...: until it succeeds; fails when the time is over.
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		read -r -t 0.02 <> <(:) || true # a short breath without a process
	done
}

# A machine that others share may stand still now and then, for a minute or two, and what is judged
# by time fails then. steadier: waits until it does no more, up to 150 s in the whole of a test.
STEADY_LEFT=$((SLOW ? 0 : 150)) # seconds; an emulated machine never is steady
steadier() {
	local since=$SECONDS
	wait_until "$STEADY_LEFT" steady
	STEADY_LEFT=$((STEADY_LEFT - SECONDS + since))
}
# Whether 50 waits of 20 ms are not late by more than 3 ms each.
steady() {
	local i since=${EPOCHREALTIME//[!0-9]/}
	for ((i = 0; i < 50; i++)); do
		read -r -t 0.02 <> <(:)
	done
	((${EPOCHREALTIME//[!0-9]/} - since < 50 * 23000))
}

# ---- networks ----

# A new name in $NET, which the end of the test looks after.
network() {
	NET=t$$-$RANDOM
	NETWORKS+=("$NET")
}

# What is left of a network of that name, a line each.
leftovers() {
	if ((EUID == 0)); then
		find /run/espalier/"$1" /run/netns/"$1".* -maxdepth 0 2>/dev/null
		grep -F "/run/espalier/$1/" /proc/self/mountinfo
	fi
	find "${XDG_RUNTIME_DIR:-/nonexistent}/espalier" -name "$1.*" 2>/dev/null
}

nothing_left() {
	[[ -z $(leftovers "$1") ]]
}

# espalier ARGUMENT...: $OUT is what it printed, both ways, and $STATUS its exit status.
espalier() {
	OUT=$(timeout -k 5 120 "$ESPALIER" "$@" 2>&1)
	STATUS=$?
	return "$STATUS"
}

# batch ARGUMENT... <COMMANDS: the same, of a shell for $NET that reads standard input.
batch() {
	espalier -n "$NET" "$@" -b -
}

# only_root COMMANDS: an ordinary user is refused them, and the test is over.
only_root() {
	((EUID != 0)) || return 0
	network
	espalier -n "$NET" -c "$1"
	equal 'without root it is refused' "$STATUS" 1
	like 'says why' "$OUT" 'without root.*sudo espalier'
	finish
}

destroy_networks() {
	local name
	shell_kill KILL
	for name in "${NETWORKS[@]+"${NETWORKS[@]}"}"; do
		timeout -k 5 60 "$ESPALIER" destroy "$name" >/dev/null 2>&1 </dev/null
	done
}

# Ends the test: everything that it made must be gone by now.
finish() {
	local name
	for name in "${NETWORKS[@]+"${NETWORKS[@]}"}"; do
		check "nothing is left of $name" wait_until "$DEADLINE" nothing_left "$name"
		nothing_left "$name" || note "$(leftovers "$name")"
	done
	FINISHED=1
	echo "1..$N"
	exit $((FAILED > 0))
}

at_exit() {
	local status=$?
	if [[ ! $FINISHED ]]; then
		not_ok "ended before its end, with status $status"
		echo "1..$N"
	fi
	declare -F clean_up >/dev/null && clean_up
	destroy_networks
	if [[ $JSON_PID ]]; then
		kill "$JSON_PID"
		wait "$JSON_PID"
	fi 2>/dev/null
	rm -rf "$WORK"
	[[ $FINISHED ]] || exit 1
}
trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- a shell, fed command by command ----

# shell [ARGUMENT...]: starts one for $NET (or, with arguments, exactly so) and leaves it
# waiting for commands. Its standard error goes to $WORK/errors.
shell() {
	local down=$WORK/down up=$WORK/up
	read_json
	[[ -p $down ]] || mkfifo "$down" "$up"
	(($#)) || set -- -n "$NET" -b -
	"$ESPALIER" --json -k "$@" <"$down" >"$up" 2>"$WORK/errors" 6>&- 7<&- &
	SHELL_PID=$!
	exec 8>"$down" 9<"$up"
}

# say COMMAND: its answer is in $REPLY; fails when the command did.
say() {
	REPLY=
	printf '%s\n' "$1" >&8 || return 1
	read -r -t 120 REPLY <&9 || {
		note "no answer to '$1': $(tail -n 5 "$WORK/errors")"
		return 1
	}
	[[ $REPLY =~ \"ok\":\ *true ]]
}

# answer PATH: a member of the last answer, as text: `answer result.output`.
answer() {
	members "$1" <<<"$REPLY"
}

# members PATH: the same of each answer in standard input, a line each.
members() {
	local line
	while IFS= read -r line; do
		printf '%s %s\n' "$1" "$line" >&6
		read -r -t 60 <&7 && printf '%s\n' "$(<"$WORK/member")"
	done
}

# What members asks: one perl for the whole test, since an emulated processor takes a
# second to start one. It writes a member to a file, and then a line.
read_json() {
	[[ ! $JSON_PID ]] || return 0
	mkfifo "$WORK/json" "$WORK/read"
	perl -MJSON::PP -e '
		$| = 1;
		while (my $line = <STDIN>) {
			my ($path, $text) = split / /, $line, 2;
			my $v = eval { decode_json($text) };
			for (split /\./, $path) {
				$v = ref $v eq "ARRAY" ? $v->[$_] : ref $v eq "HASH" ? $v->{$_} : undef;
			}
			open my $member, ">:utf8", $ARGV[0];
			print $member ref $v && ref $v ne "JSON::PP::Boolean" ?
				JSON::PP->new->canonical->encode($v) : $v // "";
			close $member;
			print "\n";
		}' "$WORK/member" <"$WORK/json" >"$WORK/read" &
	JSON_PID=$!
	exec 6>"$WORK/json" 7<"$WORK/read"
}

# says DESCRIPTION COMMAND: the command succeeds.
says() {
	if say "$2"; then
		ok "$1"
	else
		not_ok "$1"
		note "$2: $REPLY"
	fi
}

# says_no DESCRIPTION COMMAND REGULAR_EXPRESSION: it fails, with such a message or hint.
says_no() {
	if say "$2"; then
		not_ok "$1"
		note "$2 succeeded: $REPLY"
	else
		like "$1" "$(answer error.message) | $(answer error.hint)" "$3"
	fi
}

# inside NODE COMMAND...: prints what the command prints in the node.
inside() {
	say "$*"
	answer result.output
}

# can NODE COMMAND...: whether it succeeds in the node; for wait_until.
can() {
	say "$*"
}

# A measurement of 3 s, in $WORK/iperf; refused while the server has not seen the end of the
# one before.
iperf() {
	inside "$1" iperf3 -c "$2" -4 -t 3 -O 1 -J --get-server-output >"$WORK/iperf"
	! grep -q '"error"' "$WORK/iperf"
}

# carries FROM TO RATE_KBIT [LEAST MOST]: TCP to the iperf3 server there comes to 90 to 101 %
# of the rate, which is what headers leave, or to LEAST to MOST; at once, or again. A machine
# that others share may stand still longer than a bucket of tokens lasts: what is lost then is not
# the shape's, so that the best second must reach the least. None makes more of a rate, so that all
# of them together must not come to more than the most.
carries() {
	local mean best least=$(($3 * ${4:-90} / 100)) most=$(($3 * ${5:-101} / 100)) seen=() good=
	while [[ ! $good ]] && ((${#seen[@]} < 8)); do
		((${#seen[@]} == 0)) || steadier
		wait_until "$DEADLINE" iperf "$1" "$2"
		read -r mean best < <(perl -MJSON::PP -0e '
			my $all = decode_json(<>);
			my %unit = ("" => 0.001, K => 1, M => 1000, G => 1000000);
			my $mean = int($all->{end}{sum_received}{bits_per_second} / 1000);
			my $best = 0;
			for (split /\n/, $all->{server_output_text}) {
				next if !/ ([\d.]+)-([\d.]+) +sec .* ([\d.]+) ([KMG]?)bits\/sec *$/ || $2 - $1 < 0.9;
				$best = int($3 * $unit{$4}) if $best < $3 * $unit{$4};
			}
			print "$mean $best\n"' "$WORK/iperf")
		((mean >= most || best <= least)) || good=1
		seen+=("$mean, at best $best")
	done
	check "$3 kbit/s: TCP carries $(printf '%s; ' "${seen[@]}")" test "$good"
}

# Ends the shell as the end of its input does; its status is in $STATUS.
shell_end() {
	exec 8>&- 9<&-
	wait "$SHELL_PID"
	STATUS=$?
	SHELL_PID=
}

# shell_kill SIGNAL: and waits until it is gone.
shell_kill() {
	[[ $SHELL_PID ]] || return 0
	kill -s "$1" "$SHELL_PID" 2>/dev/null
	wait "$SHELL_PID" 2>/dev/null
	STATUS=$?
	exec 8>&- 9<&-
	SHELL_PID=
}

# Whether a program with this word among its arguments runs: `runs 98712`. The word is
# given so that the search does not find itself.
runs() {
	grep -qzsx -- "[${1:0:1}]${1:1}" /proc/[0-9]*/cmdline
}
runs_not() {
	! runs "$1"
}

# What the kernel has in each of the nodes given: for comparing before and after.
# Link-local addresses and what the kernel changes later by themselves are left out.
kernel_state() {
	local node
	printf '%s\n' link addr route >"$WORK/ip"
	for node; do
		say "$node sh -c 'echo == $node; ip -o -b $WORK/ip; ip -6 -o route'"
		printf '%s\n' "$REPLY"
	done | members result.output | sed -E '/inet6 fe80|^fe80/d; s/ +/ /g; s/ qlen.*//
		s/ state [A-Z]+//; s/<NO-CARRIER,/</; s/ linkdown//; s/ pref .*//'
}
