#!/bin/sh
# Every process of a session is killed, or stopped, at every moment of it: after each
# command of tests/fixtures/everything.scenario, kill -9 or -STOP of the console, the
# guard, the server, the client, a child.  The console, if it lives, can be used
# afterwards: reset, connect, an echo; and soon after its end nothing is left.
# FAULTS=all: each at each; else one moment for each of them.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
. tests/processes.sh
scenario=tests/fixtures/everything.scenario
commands=$(sed '1,/^$/d' "$scenario" | wc -l)

# Who of the console's processes is meant
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

# After which of the commands there is one: a child only while a connection is open.
moments_of() { # WHO
	if [ "$1" != child ]; then
		seq 0 "$commands"
		return
	fi
	sed '1,/^$/d' "$scenario" | awk '/^connect/ { child = 1 } /^(kill child|host reboot|reset|close)/ { child = 0 }
	    child { print NR }'
}

one() { # WHO SIGNAL POSITION
	who=$1 signal=$2 position=$3 why=
	name="kill -$signal of the $who after command $position"
	port=$("$BUILD/free_port")
	mkfifo "$work/in"
	"$console" --json 127.0.0.1 "$port" <"$work/in" >"$work/out" 2>&1 &
	main=$!
	exec 9>"$work/in"
	{ sed '1,/^$/d' "$scenario" | head -n "$position"; echo 'say now'; } >&9
	await 90 "grep -q '\"text\": \"now\"' '$work/out'" || why='the moment did not come'
	everybody=$(family "$main")
	victim=$(victim_of "$who" "$main")
	if [ -z "$victim" ]; then
		why="${why:-there is none}"
	else
		kill "-$signal" "$victim"
	fi
	case $who$signal in
	consoleKILL)
		exec 9>&-
		wait "$main" 2>/dev/null
		;;
	*)
		[ $who$signal != consoleSTOP ] || kill -CONT "$main"
		# what is typed into what happens now may be lost on it
		{ sed '1,/^$/d' "$scenario" | sed "1,${position}d; /^expect/d" | head -n 2
		    printf 'reset\nconnect\nsend well\nexpect echo well within 60\n'; } >&9
		await 90 "grep -q '\"text\": \"echo well within 60\", \"pass\": true' '$work/out'" ||
		    why="${why:-no echo after a reset}"
		everybody="$everybody $(family "$main")"
		exec 9>&-
		wait "$main"
		[ $? -le 1 ] || why="${why:-it ended badly}"
		;;
	esac
	left=$everybody
	end=$(($(date +%s) + 20))
	while left=$(alive $left) && [ -n "$left" ] && [ "$(date +%s)" -le "$end" ]; do
		:
	done
	[ -z "$left" ] || why="${why:-left: $(ps -o pid=,stat=,args= -p "$(echo $left | tr ' ' ,)")}"
	[ -z "$left" ] || kill -9 $left 2>/dev/null
	[ -z "$why" ]
	verdict "$name${why:+: $why}" $?
}

turn=0
for signal in KILL STOP; do
	for who in console guard server client child; do
		if [ "${FAULTS:-}" = all ]; then
			moments_of $who | sed "s/^/$who $signal /"
		else # another moment for each
			count=$(moments_of $who | wc -l)
			echo "$who $signal $(moments_of $who | sed -n "$((turn * 7 % count + 1))p")"
			turn=$((turn + 1))
		fi
	done
done >"$work/plan"
plan "$(wc -l <"$work/plan")"
ASIDE=5
while read -r who signal position; do
	aside one "$who" "$signal" "$position"
done <"$work/plan"
aside_end
exit $status
