#!/bin/sh
# Runs the fuzzers NAME... side by side: each tries its kept corpus, then mutations of
# it for FUZZ_SECONDS.  What is found stands in $BUILD/fuzz-finds/NAME-crash...; closes
# with the sum, of two checks for each.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build/fuzz}
seconds=${FUZZ_SECONDS:-60}
seed=${FUZZ_SEED:-$(date +%s)}
finds=$BUILD/fuzz-finds
log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT
mkdir -p "$finds" || exit 1
export TMPDIR="$log"
export LSAN_OPTIONS="suppressions=tests/fuzz/lsan.supp:print_suppressions=0"
export UBSAN_OPTIONS=print_stacktrace=1

# One fuzzer: its corpus as it stands, then so many seconds.
fuzz() { # NAME
	corpus=tests/fuzz/corpus/$1
	mkdir -p "$log/$1.new"
	if ! "$BUILD/fuzz_$1" -artifact_prefix="$finds/$1-" -seed="$seed" \
	    "$corpus"/* >"$log/$1.out" 2>&1; then
		echo "not ok fuzz $1: the kept corpus"
		tail -n 40 "$log/$1.out"
		return
	fi
	echo "ok fuzz $1: the kept corpus"
	if ! "$BUILD/fuzz_$1" -artifact_prefix="$finds/$1-" -seed="$seed" \
	    -max_total_time="$seconds" "$log/$1.new" "$corpus" >"$log/$1.out" 2>&1; then
		echo "not ok fuzz $1: seed $seed"
		tail -n 60 "$log/$1.out"
		return
	fi
	echo "ok fuzz $1: $seconds s, seed $seed: $(tail -n 1 "$log/$1.out")"
}

processes=
for name in "$@"; do
	fuzz "$name" >"$log/$name" 2>&1 &
	processes="$processes $!"
done
trap 'kill $processes 2>/dev/null; exit 1' HUP INT TERM
wait
passed=0 failed=0
for name in "$@"; do
	cat "$log/$name"
	passed=$((passed + $(grep -c '^ok ' "$log/$name")))
	failed=$((failed + $(grep -c '^not ok ' "$log/$name")))
done
[ $((passed + failed)) -ge $# ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
