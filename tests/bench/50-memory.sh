#!/bin/sh
# Figure 5: the console's memory on a large screen with the log's ring full, and after as
# many events again.
set -- $("$BUILD/bench/memory" "${BENCH_LINES:-10000}" "$BUILD/tcpconsole")
[ $# -eq 2 ] || exit 1
echo "$1 $2" | awk '{ full = $1 / 1024; later = $2 / 1024
	printf "5 memory, the ring full|%.1f MB||<= 16 MB|%s\n", full, (full > 0 && full <= 16 ? "ok" : "not ok")
	printf "5 memory, twice as many events|%.1f MB|%.1f MB|the same|%s\n", later, full, (later <= full * 1.02 ? "ok" : "not ok") }'
