#!/bin/sh
# Figure 3: 1,000 live children, and 200 connections a second that come and go.
set -- $("$BUILD/bench/crowd" "${BENCH_LIVE:-1000}" 200 "${BENCH_SECONDS:-10}" "$BUILD/tcpconsole")
[ $# -eq 4 ] || exit 1
echo "$@" | awk '{
	print "3 key to screen, 99th percentile|" $1 " ms|1000 live, 200/s|<= 20 ms|" ($1 <= 20 ? "ok" : "not ok")
	print "3 death to its Z, 99th percentile|" $2 " ms (worst " $3 ")|the same, reap=none|<= 50 ms|" ($2 <= 50 ? "ok" : "not ok")
	print "3 processor time of the console|" $4 " % of a core|1000 live, 200/s|<= 50 %|" ($4 <= 50 ? "ok" : "not ok") }'
