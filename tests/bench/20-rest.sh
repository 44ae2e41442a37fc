#!/bin/sh
# Figure 2: deciding that nothing changed, and a console at rest.
for foreign in ${BENCH_FOREIGN:-12 10000}; do
	set -- $("$BUILD/bench/decide" $foreign "${BENCH_TIMES:-12}")
	[ $# -eq 3 ] || exit 1
	echo "$@" | awk '{ print "2 nothing changed, " $3 " foreign sockets|" $1 " us|reading the file: " $2 " us|<= 1/20|" ($1 * 20 <= $2 ? "ok" : "not ok") }'
	set -- $("$BUILD/bench/rest" "${BENCH_SECONDS:-10}" $foreign "$BUILD/tcpconsole")
	[ $# -eq 3 ] || exit 1
	echo "$@" | awk '{
		print "2 at rest, " $3 " foreign sockets|" $1 " % of a core||<= 0.3 %|" ($1 <= 0.3 ? "ok" : "not ok")
		print "2 in a lesson that waits, " $3 " foreign|" $2 " % of a core||<= 0.3 %|" ($2 <= 0.3 ? "ok" : "not ok") }'
done
