#!/bin/sh
# Figure 4: from exec to the first complete frame, connected.
set -- $("$BUILD/bench/start" "${BENCH_TIMES:-21}" "$BUILD/tcpconsole")
[ $# -eq 1 ] || exit 1
echo "$1" | awk '{ print "4 first complete frame, connected|" $1 " ms||<= 60 ms|" ($1 <= 60 ? "ok" : "not ok") }'
