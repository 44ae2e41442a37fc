#!/bin/sh
# Figure 2: how often a console wakes that waits; what it takes at rest beside htop.
set -- $("$BUILD/bench/wakes" "${BENCH_SECONDS:-20}" "$BUILD/tcpconsole")
[ $# -eq 6 ] || exit 1
echo "$@" | awk '{
	split("at rest|in a wait|while a question is open|while an expect waits", state, "|")
	for (i = 1; i <= 4; i++)
		print "2 wake-ups a second " state[i] "|" $i "|at rest: " $1 "|<= " $1 " + 1|" \
		    ($i <= $1 + 1 ? "ok" : "not ok")
	if ($6 != "-")
		print "2 at rest, beside htop|" $5 " % of a core|htop: " $6 " %|<= 1/2|" \
		    (2 * $5 <= $6 ? "ok" : "not ok") }'
