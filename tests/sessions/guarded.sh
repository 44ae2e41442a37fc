#!/bin/sh
# kill -9 of every process of a session in turn, the server up, stopped, crashed:
# soon none of its processes is left (zombies apart), and what
# survives says what happened.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
. tests/processes.sh
plan 23

one() { # WHO SITUATION
	who=$1 situation=$2
	port=$("$BUILD/free_port")
	rm -f "$work/in"
	mkfifo "$work/in"
	"$console" --json 127.0.0.1 "$port" <"$work/in" >"$work/out" 2>&1 &
	main=$!
	exec 9>"$work/in"
	printf 'connect 3\n%s\nexpect state client ESTABLISHED within 60\n' "$situation" >&9
	await 60 "grep -q '\"pass\": true' '$work/out'"
	everybody=$(family "$main")
	case $who in
	console) victim=$main ;;
	guard) victim=$(ps -e -o pid=,ppid= | awk -v p="$main" '$2 == p { print $1 }') ;;
	server) victim=$(sed -n 's/.*"pid": \([0-9]*\),.*"role": "server", "what": "started".*/\1/p' "$work/out") ;;
	client) victim=$(sed -n 's/.*"pid": \([0-9]*\),.*"role": "client", "what": "started".*/\1/p' "$work/out") ;;
	child) victim=$(sed -n 's/.*"pid": \([0-9]*\),.*"what": "forked".*/\1/p' "$work/out" | head -n 1) ;;
	esac
	kill -9 "$victim"
	good=0
	[ "$(echo "$everybody" | wc -w)" -ge 7 ] || good=1
	if [ "$who" != console ]; then # the console lives, and says so
		case $who in
		guard) await 60 "grep -q 'guard was killed' '$work/out'" || good=1 ;;
		*) await 60 "grep -q '\"pid\": $victim, .*\"what\": \"\(reaped\|zombie\|exited\)\"' '$work/out'" || good=1 ;;
		esac
		printf 'reset\nconnect\nsend well\nexpect echo well within 60\n' >&9
		await 60 "grep -q '\"text\": \"echo well within 60\", \"pass\": true' '$work/out'" || good=1
		everybody="$everybody $(family "$main")"
		exec 9>&-
		wait "$main"
	else
		exec 9>&-
		wait "$main" 2>/dev/null
	fi
	left=$everybody
	end=$(($(date +%s) + 20))
	while left=$(alive $left) && [ -n "$left" ] && [ "$(date +%s)" -le "$end" ]; do
		:
	done
	[ -z "$left" ] || good=1
	[ -z "$left" ] || echo "left: $left" >>"$work/out"
	verdict "kill -9 of the $who after \"$situation\"" $good
}

for situation in 'wait 0' 'server pause' 'host crash' 'host unplug'; do
	for who in console guard server client child; do
		one "$who" "$situation"
	done
done

# SIGTERM, SIGHUP and SIGINT end it in good order
for signal in TERM HUP INT; do
	port=$("$BUILD/free_port")
	rm -f "$work/in"
	mkfifo "$work/in"
	"$console" --json 127.0.0.1 "$port" <"$work/in" >"$work/out" 2>&1 &
	main=$!
	exec 9>"$work/in"
	printf 'connect 2\nexpect children 2 within 60\n' >&9
	await 60 "grep -q '\"pass\": true' '$work/out'"
	everybody=$(family "$main")
	kill -"$signal" "$main"
	wait "$main"
	got=$?
	exec 9>&-
	left=$(alive $everybody)
	[ $got -gt 128 ] && [ -z "$left" ] && tail -n 1 "$work/out" | grep -q '"type": "end"'
	verdict "SIG$signal ends it in good order (exit $got${left:+, left: $left})" $?
done
exit $status
