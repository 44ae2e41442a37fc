#!/bin/sh
# The programs of make bench still measure something: each script with tiny numbers.
# What it says of the speed is not looked at, for this machine does other things.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
plan "$(ls tests/bench/[0-9]*.sh | wc -l)"
export BUILD BENCH_ROUNDS=2 BENCH_SECONDS=1 BENCH_FOREIGN=12 BENCH_LIVE=20 BENCH_TIMES=1 \
    BENCH_LINES=50 BENCH_EVENTS=2000
begun=
for script in tests/bench/[0-9]*.sh; do
	sh "$script" >"$work/$(basename "$script")" 2>"$work/$(basename "$script").err" &
	begun="$begun $script:$!"
done
for one in $begun; do
	script=$(basename "${one%:*}")
	wait "${one#*:}"
	got=$?
	cp "$work/$script" "$work/out"
	cp "$work/$script.err" "$work/err"
	[ $got -eq 0 ] && [ -s "$work/out" ] &&
	    ! grep -qvE '^[1-6] [^|]+\|[0-9]+(\.[0-9]+)? ?[^|]*\|[^|]*\|[^|]+\|(not )?ok$' "$work/out"
	verdict "bench: $script" $?
done
exit $status
