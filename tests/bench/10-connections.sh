#!/bin/sh
# Figure 1: connections a second of tcpserv, alone and while it reports to a console on
# a screen, beside a bare server; BENCH_ROUNDS interleaved rounds of 40 ms.
bare_port=$("$BUILD/free_port")
"$BUILD/bench/bare" "$bare_port" &
bare=$!
alone_port=$("$BUILD/free_port")
"$BUILD/tcpserv" "$alone_port" 2>/dev/null &
alone=$!
trap 'kill $bare $alone 2>/dev/null' EXIT
set -- $("$BUILD/bench/load" 40 "${BENCH_ROUNDS:-100}" "$bare_port" "$alone_port" "$BUILD/tcpconsole")
[ $# -eq 9 ] || exit 1
verdict() { # RATIO LEAST
	awk -v ratio="$1" -v least="$2" 'BEGIN { print (ratio >= least ? "ok" : "not ok") }'
}
echo "1 connections/s, tcpserv alone|$5 ($6 of bare)|bare: $2|>= 0.97|$(verdict "$6" 0.97)"
echo "1 connections/s, tcpserv in the console|$8 ($9 of bare)|bare: $2|>= 0.90|$(verdict "$9" 0.90)"
