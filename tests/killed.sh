#!/bin/sh
# Every process of a session is killed, or stopped, at every moment of it: after each
# command of tests/fixtures/everything.scenario, kill -9 or -STOP of the console, the
# guard, the server, the client, a child.  The console, if it lives, can be used
# afterwards: reset, connect, an echo; and 2 seconds after its end nothing is left.
# FAULTS=all: each at each; else one moment for each of them.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
. tests/processes.sh
scenario=tests/fixtures/everything.scenario
commands=$(sed '1,/^$/d' "$scenario" | wc -l)

# Who of the console's processes is meant; nothing when there is none now
victim_of() { # WHO CONSOLE
	guard=$(pgrep -P "$2" | head -n 1)
	case $1 in
	console) echo "$2" ;;
	guard) echo "$guard" ;;
	server) pgrep -P "$guard" -x tcpserv | head -n 1 ;;
	client) pgrep -P "$guard" -x tcpcli | head -n 1 ;;
	child) pgrep -P "$(pgrep -P "$guard" -x tcpserv | head -n 1)" | head -n 1 ;;
	esac
}

one() { # WHO SIGNAL POSITION
	who=$1 signal=$2 position=$3 good=yes why=
	work=$(mktemp -d) || exit 1
	trap 'rm -rf "$work"' EXIT
	port=$("$BUILD/free_port")
	mkfifo "$work/in"
	"$BUILD/tcpconsole" --json 127.0.0.1 "$port" <"$work/in" >"$work/out" 2>&1 &
	main=$!
	exec 9>"$work/in"
	{ sed '1,/^$/d' "$scenario" | head -n "$position"; echo 'say now'; } >&9
	await 30 "grep -q '\"text\": \"now\"' '$work/out'" || why='the moment did not come'
	everybody=$(family "$main")
	victim=$(victim_of "$who" "$main")
	[ -z "$victim" ] || kill "-$signal" "$victim"
	case $who$signal in
	consoleKILL)
		exec 9>&-
		wait "$main" 2>/dev/null
		;;
	*)
		[ $who$signal != consoleSTOP ] || kill -CONT "$main"
		# what is typed into what happens now may be lost on it
		{ sed '1,/^$/d' "$scenario" | sed "1,${position}d; /^expect/d" | head -n 2
		    printf 'reset\nconnect\nsend well\nexpect echo well\n'; } >&9
		await 40 "grep -q '\"text\": \"echo well\", \"pass\": true' '$work/out'" ||
		    why="${why:-no echo after a reset}"
		everybody="$everybody $(family "$main")"
		exec 9>&-
		wait "$main"
		[ $? -le 1 ] || why="${why:-it ended badly}"
		;;
	esac
	left=$everybody
	end=$(($(date +%s) + 2))
	while left=$(alive $left) && [ -n "$left" ] && [ "$(date +%s)" -le "$end" ]; do
		:
	done
	[ -z "$left" ] || why="${why:-left: $(ps -o pid=,stat=,args= -p "$(echo $left | tr ' ' ,)")}"
	[ -z "$left" ] || kill -9 $left 2>/dev/null
	if [ -z "$why" ]; then
		echo "ok"
	else
		echo "not ok kill -$signal of the $who after command $position: $why"
		tail -n 4 "$work/out" | cut -c 1-200
	fi
}

if [ "${1:-}" = one ]; then
	shift
	one "$@"
	exit 0
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
turn=0
for signal in KILL STOP; do
	for who in console guard server client child; do
		if [ "${FAULTS:-}" = all ]; then
			seq -f "$who $signal %g" 0 "$commands"
		else # another moment for each
			echo "$who $signal $((turn * 7 % commands))"
			turn=$((turn + 1))
		fi
	done
done >"$work/plan"
xargs -P 5 -L 1 sh "$0" one <"$work/plan" >"$work/verdicts"
grep -vx ok "$work/verdicts"
good=$(grep -cx ok "$work/verdicts")
[ "$good" -eq "$(wc -l <"$work/plan")" ] && echo "ok killed or stopped in $good moments"
