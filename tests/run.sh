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

# A script whose lines begin with "ok" or "not ok".
script() {
	sh "$@" >"$log/script" 2>&1
	status=$?
	cat "$log/script"
	good=$(grep -c '^ok ' "$log/script")
	bad=$(grep -c '^not ok ' "$log/script")
	[ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
	[ $((good + bad)) -gt 0 ] || bad=1
	passed=$((passed + good))
	failed=$((failed + bad))
}

check_program "$BUILD/check_core"
check_program "$BUILD/check_screen"
script tests/goldens.sh
script tests/contract.sh
script tests/lessons.sh
script tests/guarded.sh
script tests/terminal.sh
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
