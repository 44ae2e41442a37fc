#!/bin/sh
# Figure 6: a recorded session of a million events: how long it takes to open, and the
# longest of 400 steps through it.
file=$(mktemp) || exit 1
trap 'rm -f "$file"' EXIT
"$BUILD/make_recording" "${BENCH_EVENTS:-1000000}" >"$file" || exit 1
set -- $("$BUILD/replay_time" "$file")
[ $# -eq 3 ] || exit 1
echo "$*" | awk '{
	printf "6 a recording of %d events opens|%.2f s||<= 2 s|%s\n", $3, $1, ($1 <= 2 ? "ok" : "not ok")
	printf "6 the longest of 400 steps in it|%.1f ms||<= 50 ms|%s\n", $2, ($2 <= 50 ? "ok" : "not ok") }'
