#!/bin/sh
# Runs every test and closes with the sum. UPDATE_GOLDENS=1 writes the expected
# outputs anew.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
export BUILD TCPSERV="$BUILD/tcpserv" TCPCLI="$BUILD/tcpcli"
# a test that hangs is a test that fails; under the sanitizers all is slower
export CK_DEFAULT_TIMEOUT=${CK_DEFAULT_TIMEOUT:-60}
# what libtinfo does not free of a terminal that it does not know
export LSAN_OPTIONS="suppressions=tests/lsan.supp:print_suppressions=0"
passed=0 failed=0
log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT

# A Check program: its own closing line holds the counts.
check_program() {
	"$@" >"$log/check" 2>&1
	status=$?
	cat "$log/check"
	counts=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' "$log/check")
	set -- $counts
	if [ $# -ne 3 ]; then
		failed=$((failed + 1))
		return
	fi
	bad=$(($2 + $3))
	[ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
	passed=$((passed + $1 - $2 - $3))
	failed=$((failed + bad))
}

# A script whose lines begin with "ok" or "not ok", begun now and told later: most of
# what it does is waiting.
begin() { # NAME
	sh "tests/$1.sh" >"$log/$1" 2>&1 &
	eval "process_$1=$!"
	begun="$begun $!"
}

# What became of it.
tell() { # NAME
	eval "wait \$process_$1"
	status=$?
	cat "$log/$1"
	good=$(grep -c '^ok ' "$log/$1")
	bad=$(grep -c '^not ok ' "$log/$1")
	[ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
	[ $((good + bad)) -gt 0 ] || bad=1
	passed=$((passed + good))
	failed=$((failed + bad))
}

begun=
trap 'kill $begun 2>/dev/null; exit 1' HUP INT TERM
begin lessons
begin install
begin security
begin killed
begin limits
check_program "$BUILD/check_core"
check_program "$BUILD/check_screen"
for script in terminal stream goldens contract guarded lacking record any_server faults; do
	begin "$script"
done
for script in goldens contract lessons install security guarded lacking record any_server faults stream terminal; do
	tell "$script"
done
tell killed
tell limits
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
