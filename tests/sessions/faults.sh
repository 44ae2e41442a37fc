#!/bin/sh
# Each call of libc fails in turn, in each process of a session, in the console on a
# screen, and in tcpserv and tcpcli by themselves: nobody crashes, hangs, leaks, or
# leaves a process behind, a torn screen, or a terminal that was not put back.
# FAULTS=all: every call, one by one (of one that is made very often, a thousand, on a
# screen a hundred); else one in the middle of each; and all from one on.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
library=$PWD/$BUILD/failing.so
case $BUILD in /*) library=$BUILD/failing.so ;; esac
WORK=$work
export BUILD WORK
# under a sanitizer its runtime comes first, and malloc is its own
runtime=$(ldd "$BUILD/tcpconsole" | awk '/lib[a]san/ { print $3 }')
at_once=$((16 / ${SHARE:-1}))
[ -z "$runtime" ] || library="$runtime:$library" at_once=6
ASAN_OPTIONS="exitcode=99:log_path=$work/asan:${ASAN_OPTIONS:-}"
export ASAN_OPTIONS

cat >"$work/session" <<'END'
exec "$BUILD/tcpconsole" --play ./tests/fixtures/everything.scenario --json 127.0.0.1 $("$BUILD/free_port")
END
# the same lines on standard input, which go on after one that failed
cat >"$work/lines" <<'END'
sed '1,/^$/d' tests/fixtures/everything.scenario |
    "$BUILD/tcpconsole" --json 127.0.0.1 $("$BUILD/free_port")
END
# the server by itself, and three clients, of which one gets no answer perhaps
cat >"$work/server" <<'END'
port=$("$BUILD/free_port")
"$BUILD/tcpserv" --sigterm=catch --bind=127.0.0.1 "$port" 2>/dev/null &
server=$!
timeout 5 sh -c "until echo one | $BUILD/tcpcli 127.0.0.1 $port || ! kill -0 $server; do :; done" 2>/dev/null
echo two | timeout 5 "$BUILD/tcpcli" 127.0.0.1 "$port" 2>/dev/null
echo three | timeout 5 "$BUILD/tcpcli" 127.0.0.1 "$port" 2>/dev/null
kill "$server" 2>/dev/null
wait "$server"
END
# the client by itself, at a server that nothing befalls
cat >"$work/client" <<'END'
port=$("$BUILD/free_port")
LD_PRELOAD= "$BUILD/tcpserv" --sigterm=catch --bind=127.0.0.1 "$port" 2>/dev/null &
server=$!
until echo up | LD_PRELOAD= "$BUILD/tcpcli" 127.0.0.1 "$port" 2>/dev/null; do :; done
printf 'one\ntwo\nthree' | "$BUILD/tcpcli" 127.0.0.1 "$port"
status=$?
kill "$server"
wait "$server"
exit $status
END

# the console on a terminal that looks at every byte: keys, another size, a redraw
cat >"$work/screen" <<'END'
XDG_STATE_HOME="$WORK/state" INPUTRC=/dev/null LC_ALL=C.UTF-8
export XDG_STATE_HOME INPUTRC LC_ALL
said=$(sed "${left_out:-}" tests/fixtures/screen.steps | "$BUILD/stream" -f screen \
    "$BUILD/tcpconsole" 127.0.0.1 $("$BUILD/free_port") 2>&1) && exit
printf '%s\n' "$said" | sed -n '2,3p'
exit 99
END
# the same where what fails goes on failing: what is known changes at any moment
{ echo 'left_out=/^redraw/d'; cat "$work/screen"; } >"$work/lasting"

# The numbers of calls that are to fail, of COUNT
positions() { # CALL COUNT MOST
	if [ "${FAULTS:-}" = all ]; then
		step=1
		[ "$2" -le "$3" ] || step=$(($2 / $3))
		seq 1 "$step" "$2"
	else
		echo $(($2 / 2 + 1))
	fi
}

# Every fault of one of the three, a line each: WHO CALL AT TIMES BLOCKS NAME
faults_of() { # NAME WHO...
	name=$1 most=1000
	[ "$name" != screen ] || most=100
	shift
	# a machine under load may miss the seconds of an expectation, once or twice
	for attempt in 1 2 3; do
		"$BUILD/faulted" "$library" count sh "$work/$name" >"$work/counts" 2>"$work/err" &&
			break
		[ $attempt -lt 3 ]
	done || {
		echo "not ok $name without a fault: $(cat "$work/counts" "$work/err")" >&2
		return 1
	}
	blocks=$(awk '$2 == "blocks" && $3 > most { most = $3 } END { print most + 0 }' "$work/counts")
	# curses and readline keep more when they end in the middle of something
	[ "$name" != screen ] || blocks=$((blocks + 300))
	for who in "$@"; do
		awk -v w="$who" '$1 == w && $2 != "blocks"' "$work/counts" |
		while read -r _ call count; do
			# without its size a screen is another one
			[ "$name$call" != screenioctl ] || continue
			for at in $(positions "$call" "$count" $most); do
				echo "$who $call $at 1 $blocks $name"
			done
			case $call in # EINTR without end is no machine's
			kill | waitpid | epoll_wait) continue ;;
			write) [ "$name" != screen ] || continue ;; # nothing can be put back
			esac
			[ "$name" = screen ] || echo "$who $call 1 0 $blocks $name"
			[ "$name" != screen ] || for at in 1 $((count / 2 + 1)); do
				echo "$who $call $at 0 $blocks lasting"
			done
		done
	done
}

# Carries out a plan, many at a time, for most of it is waiting
carry_out() {
	xargs -P "${FAULTS_AT_ONCE:-$at_once}" -L 1 sh -c '"$BUILD/faulted" "$0" "$1" "$2" "$3" "$4" "$5" sh "'"$work"'/$6"' "$library"
}

{
	faults_of server server child &&
	faults_of client client &&
	{ [ "${FAULTS:-}" != all ] || faults_of lines console guard client; } &&
	faults_of screen console &&
	faults_of session child client server starting guard console
} >"$work/all" 2>"$work/broken" || { cat "$work/broken"; exit 1; }
while read -r who call at rest; do
	! wanted "$who's $call number $at" || echo "$who $call $at $rest"
done <"$work/all" >"$work/plan"
plan "$(wc -l <"$work/plan")"
carry_out <"$work/plan" >"$work/verdicts"
sed 's/^ok \(.*\), never called.*/skipped \1: not called this time/' "$work/verdicts"
! grep -q '^not ok' "$work/verdicts" || status=1
for log in "$work"/asan.*; do
	[ -e "$log" ] || continue
	echo "not ok $(basename "$log")"
	sed 's/^/    /' "$log"
	status=1
done
exit $status
