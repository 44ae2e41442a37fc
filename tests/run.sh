#!/bin/sh
# Runs every test and closes with the sum.  TESTS names some of them: suites of Check
# (why, screen_parts), scripts (contract), or one of their cases (why/all,
# contract/sigpipe); * in them stands for anything.  UPDATE_GOLDENS=1 writes the expected
# outputs anew.  Many run side by side, for most of what they do is waiting: the longest
# begin first, TEST_JOBS at once; beside other work that keeps the processors busy, half as
# many (SHARE=2: scripts divide by it what they do at once, too): what a hundred processes do
# to a kernel that has no time for its own is not what is tested.  Each has a network namespace of its own where the
# machine gives one (ALONE=no: where it is).  TIMES=1 tells how long each took,
# STOP_AT_FIRST=1 ends when one has failed, and "run.sh names" lists them.  AGAIN=1, for a
# machine that nobody watches: what has failed beside the others is run once more by itself,
# and both are told.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
export LC_ALL=C.UTF-8 BUILD TCPSERV="$BUILD/tcpserv" TCPCLI="$BUILD/tcpcli"
# a test that hangs is a test that fails; under the sanitizers all is slower
export CK_DEFAULT_TIMEOUT=${CK_DEFAULT_TIMEOUT:-60}
# what libtinfo does not free of a terminal that it does not know
export LSAN_OPTIONS="suppressions=tests/lsan.supp:print_suppressions=0"
scripts='lessons faults contract any_server stream lessons_fail limits terminal security
    killed guarded lacking parent bench goldens install recording rooms'

# A Check suite: its own closing line holds the counts.
run_suite() { # PROGRAM SUITE
	export CK_RUN_SUITE="$2"
	[ -z "$CASE" ] || export CK_RUN_CASE="$CASE"
	"$BUILD/$1"
	status=$?
	counts=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' "$told")
	set -- ${counts:-1 0 1} "$(grep -c '^skipped ' "$told")"
	failed=$(($2 + $3))
	passed=$(($1 - failed - $4))
	[ "$1" -gt 0 ] || echo "no case of the suite is named so: ${CASE:-}"
	# no check, or a program that ended badly once all were over (a leak, for one)
	[ "$1" -gt 0 ] && { [ $status -eq 0 ] || [ $failed -gt 0 ]; } || failed=1
}

# A script, which says first of how many tests it will tell.
run_script() { # NAME
	sh tests/*/"$1.sh"
	status=$?
	passed=$(grep -c '^ok ' "$told")
	failed=$(grep -c '^not ok ' "$told")
	set -- $((passed + failed + $(grep -c '^skipped ' "$told"))) \
	    "$(sed -n 's/^1\.\.\([0-9][0-9]*\)$/\1/p' "$told" | head -n 1)"
	if [ "$1" -eq 0 ] || { [ -z "${CASE:-}" ] && [ "$1" -ne "${2:-0}" ]; }; then
		echo "told of $1 tests where ${2:-no} were planned"
		failed=$((failed + 1))
	elif [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then
		echo "ended with status $status"
		failed=1
	fi
}

# One of them, from the list below; what it says is told in one piece.
one() { # KIND NAME CASE
	key=$2 CASE=$3 begun=$(date +%s)
	[ "$3" = - ] || key=$2.$(printf %s "$3" | cksum | cut -d ' ' -f 1)
	told=$LOG/$key
	[ "$CASE" != - ] || CASE=
	export CASE
	if [ "$1" = script ]; then
		run_script "$2"
	else
		run_suite "$1" "$(echo "$2" | sed 's/^screen_/screen /')"
	fi >"$told" 2>&1
	[ "$failed" -eq 0 ] || echo "failing: $2" >>"$told"
	echo "$passed $failed $(($(date +%s) - begun)) $2" >"$LOG/$key.count"
	flock "$LOG/telling" cat "$told"
	[ -z "${STOP_AT_FIRST:-}" ] || [ "$failed" -eq 0 ] || kill "$RUNNER"
}

# All that there is, the longest first: KIND NAME
all() {
	printf 'script %s\n' $scripts
	grep -ho 'suite_create("[^"]*")' tests/unit/check_*.c tests/unit/*/check_*.c | cut -d '"' -f 2 | tr ' ' _ |
	    sed 's/^screen.*/check_screen &/; t; s/^/check_core /'
}

# Those that are asked for: KIND NAME CASE
chosen() {
	everything=$(all)
	set -f # a * is for the names of the tests
	for test in ${TESTS:-*}; do
		matches=$(printf '%s\n' "$everything" | while read -r kind name; do
			case $name in ${test%%/*}) echo "$kind $name" ;; esac
		done)
		[ -n "$matches" ] || echo "no suite and no script is named ${test%%/*}" >&2
		case $test in */*) case=${test#*/} ;; *) case=- ;; esac
		[ -z "$matches" ] || printf '%s\n' "$matches" | sed "s|\$| $case|"
	done
	set +f
}

# How many processes of others want a processor, at the least of five looks.
others() {
	for look in 1 2 3 4 5; do
		sed 's|.* \([0-9]*\)/.*|\1|' /proc/loadavg
		sleep 0.1 # sleep-ok: between two looks
	done | sort -n | head -n 1
}

if [ "${1:-}" = one ]; then
	read -r kind name case <<-LINE
		$2
	LINE
	one "$kind" "$name" "$case"
	exit
fi

if [ "${1:-}" = names ]; then
	all
	exit
fi

LOG=$(mktemp -d) || exit 1
RUNNER=$$
export LOG RUNNER
. tests/processes.sh
trap 'rm -rf "$LOG"' EXIT
trap 'kill $(family $$ | grep -vx $$) 2>/dev/null; exit 1' HUP INT TERM
alone=
[ "${ALONE:-}" = no ] || ! "$BUILD/alone" -n >/dev/null || alone=$BUILD/alone
twice=$(all | cut -d ' ' -f 2 | sort | uniq -d)
[ -z "$twice" ] || { echo "two tests are named $twice"; exit 2; }
chosen >"$LOG/chosen" 2>"$LOG/unknown"
[ ! -s "$LOG/unknown" ] || { cat "$LOG/unknown"; exit 2; }
[ -n "${SHARE:-}" ] || { [ "$(others)" -gt "$(nproc)" ] && SHARE=2 || SHARE=1; }
export SHARE
[ "$SHARE" -eq 1 ] || echo 'other work keeps the processors busy: fewer tests run side by side'
xargs -P "${TEST_JOBS:-$(($(nproc) * 3 / SHARE))}" -d '\n' -n 1 $alone sh "$0" one <"$LOG/chosen" &
wait $!
again=
if [ -n "${AGAIN:-}" ]; then
	for name in $(awk '$2 > 0 { print $4 }' "$LOG"/*.count); do
		echo "== $name failed: it is run once more, by itself"
		$alone sh "$0" one "$(awk -v name="$name" '$2 == name' "$LOG/chosen" | head -n 1)"
		[ "$(awk '{ print $2 }' "$LOG/$name.count")" -gt 0 ] || again="$again $name"
	done
fi
[ -z "${TIMES:-}" ] || sort -n -k 3 "$LOG"/*.count | awk '{ print $3 " s " $4 }'
skipped=$(cat "$LOG"/* | grep -c '^skipped ')
[ "$skipped" -eq 0 ] || echo "$skipped skipped: $(cat "$LOG"/* | sed -n 's/^skipped .*: //p' |
    sort | uniq -c | sed 's/^ *\([0-9]*\) \(.*\)/\2 (\1)/' | paste -s -d ';' | sed 's/;/; /g')"
[ -n "$alone" ] || echo 'without network namespaces of their own: foreign sockets can meet the tests'
[ -z "$again" ] || echo "failed beside the others, and not by themselves:$again"
set -- $(cat "$LOG"/*.count | awk '{ passed += $1; failed += $2 } END { print passed + 0, failed + 0 }')
[ "$(wc -l <"$LOG/chosen")" -eq "$(ls "$LOG" | grep -c '\.count$')" ] && [ -s "$LOG/chosen" ] ||
	set -- "$1" $(($2 + 1))
echo "$1 passed, $2 failed, $skipped skipped"
[ "$2" -eq 0 ]
