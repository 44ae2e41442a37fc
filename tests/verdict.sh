# verdict.sh: read in by every script of the tests: a directory to work in, and how a
# script tells what became of its tests.  A plan comes first, then a line for each test,
# much as in TAP (testanything.org):
#
#     1..N           so many lines follow: a script that ends early is noticed by it
#     ok NAME        not ok NAME, and what was seen       skipped NAME: REASON
#
# KEEP=DIRECTORY keeps there what a test that failed wrote, all of it.
# CASE=WORDS runs only the tests whose name holds these words (* stands for anything), where
# a script can leave the others out, and tells of no other; a plan is not held to then.

BUILD=${BUILD:-build}
console=$BUILD/tcpconsole
work=$(mktemp -d) || exit 1
chmod 755 "$work" || exit 1 # another user works there, too
at_end=:
trap 'eval "$at_end"; rm -rf "$work"' EXIT
status=0

# How many lines there will be.
plan() { # COUNT
	[ -n "${CASE:-}" ] || echo "1..$1"
}

# Is this test asked for?
wanted() { # NAME
	case $1 in *${CASE:-}*) ;; *) return 1 ;; esac
}

# What became of a test; what it wrote is shown when it is not good: what failed, and the end.
verdict() { # NAME STATUS
	wanted "$1" || return 0
	if [ "$2" -eq 0 ]; then
		printf 'ok %s\n' "$1"
		return
	fi
	printf 'not ok %s\n' "$1"
	status=1
	[ -z "${KEEP:-}" ] || cp -r "$work" "$KEEP/$(printf %s "$1" | tr -c 'A-Za-z0-9.\n' _).$$"
	for seen in "$work/out" "$work/err" "$work/crowd"; do
		[ ! -s "$seen" ] || { grep -m 5 'FAILED\|^error\|"pass": false\|"type": "error"' "$seen"; echo ...
		    tail -n 25 "$seen"; } | cut -c 1-300 | sed 's/^/    /'
	done
}

# A test that this machine cannot run, and which fact prevents it.
skip() { # NAME REASON
	! wanted "$1" || printf 'skipped %s: %s\n' "$1" "$2"
}

# A function that runs beside others, in a directory of its own: most of what a test does
# is waiting.  At most so many at once.
aside_count=0
aside() { # FUNCTION [ARGUMENT]...
	if [ $aside_count -eq 0 ]; then
		mkfifo "$work/free" && exec 6<>"$work/free" || exit 1
		seq $((${ASIDE:-8} / ${SHARE:-1})) >&6
	fi
	read -r aside_place <&6
	aside_count=$((aside_count + 1))
	aside_directory=$work/aside.$(printf %03d $aside_count)
	mkdir "$aside_directory"
	(work=$aside_directory; "$@" >"$work/told" 2>&1 6>&-; echo >&6) &
	asides="${asides:-} $!"
}

# Waits for them, and tells in their order what became of each.
aside_end() {
	[ -z "${asides:-}" ] || wait $asides
	asides=
	[ $aside_count -gt 0 ] || return 0
	exec 6>&-
	rm "$work/free"
	cat "$work"/aside.*/told
	! grep -q '^not ok' "$work"/aside.*/told || status=1
	rm -r "$work"/aside.*
	aside_count=0
}

# What runs a command as another user than root, one whom limits, modes and hidepid bind,
# and who is nobody else's; for an ordinary user, himself in a user namespace of his own,
# where one is to be had; "skip" when root cannot.
another_user() {
	if [ "$(id -u)" -ne 0 ]; then
		! "$BUILD/alone" -n >/dev/null || echo "$BUILD/alone"
		return
	fi
	become=$((100000 + $(od -An -N3 -tu4 /dev/urandom)))
	become="setpriv --reuid=$become --regid=$become --clear-groups --"
	$become true 2>/dev/null && echo "$become" || echo skip
}
no_other_user='root cannot become another user here'

# The programs where that user reaches them, whatever the modes of the directories above
# BUILD: prints the directory.
programs_for_all() {
	mkdir -m 755 "$work/programs" && cp "$console" "$BUILD/tcpserv" "$BUILD/tcpcli" "$work/programs" &&
	    echo "$work/programs"
}

# Is ::1 there?
has_ipv6() {
	grep -qs '^0\{31\}1 ' /proc/net/if_inet6
}

# Command lines with a minute for whatever they expect: how soon it comes is not what the
# scripts try, and a machine may have other things to do.
patient() { # [FILE]
	sed '/^expect /{/ within /!s/$/ within 60/;}' "$@"
}

# The same lines, where a connect behind what starts the server anew waits until that
# listens, and the first one with START=1: whatever comes before goes on after five seconds.
settled() { # [START]
	awk -v anew="${1:-0}" '/^(server (start|restart|set)|reset|host reboot)/ { anew = 1 }
	    /^(kill |server (stop|pause)|host (crash|shutdown|unplug)|expect (server|listening))/ {
		anew = 0
	    }
	    /^connect/ && anew+0 { print "expect listening yes within 60"; anew = 0 }
	    { print }'
}
