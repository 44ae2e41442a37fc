#!/bin/sh
# What whoever starts the programs may leave behind: signals ignored or blocked, standard
# descriptors closed, pipes handed over, another PID namespace's /proc, an output that
# nobody reads.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
. tests/processes.sh
plan 19

# Plays lines under a command that leaves something behind.
play() { # NAME COMMAND...
	name=$1
	shift
	wanted "$name" || return 0
	port=$("$BUILD/free_port")
	printf '%s\n' connect 'send hi' 'expect echo hi' 'kill child' 'expect reaped 1' \
	    'server restart' connect 'send again' 'expect echo again' | patient | settled |
	    timeout 200 "$@" "$console" --headless 127.0.0.1 "$port" >"$work/out" 2>"$work/err"
	got=$?
	[ $got -eq 0 ] && [ ! -s "$work/err" ]
	verdict "$name (exit $got)" $?
}

play 'SIGCHLD is ignored' env --ignore-signal=CHLD
play 'every signal that may be is ignored' env --ignore-signal
play 'every signal that may be is blocked' env --block-signal

# The client by itself, with these descriptors closed: what it sends and what it says goes
# into no connection.  Its server tells what came.
alone() { # NAME CLOSE...
	name=$1
	shift
	wanted "$name" || return 0
	port=$("$BUILD/free_port")
	"$BUILD/tcpserv" "$port" 2>/dev/null &
	server=$!
	await 60 "ss -ltn 'sport = :$port' | grep -q LISTEN"
	echo hello >"$work/in"
	eval "timeout 60 \"\$BUILD/tcpcli\" 127.0.0.1 $port <\"\$work/in\" >\"\$work/out\" $*"
	got=$?
	kill $server
	wait $server 2>/dev/null
	echo "exit $got" >>"$work/err"
}
alone 'tcpcli without standard input' '<&-' && [ $got -eq 0 ]
verdict 'tcpcli without standard input ends as at its end' $?
alone 'tcpcli without standard error' '2>&-' && [ $got -eq 0 ] && [ "$(cat "$work/out")" = hello ]
verdict 'tcpcli without standard error' $?
alone 'tcpcli without standard output' '>&-' && [ $got -eq 0 ]
verdict 'tcpcli without standard output writes nowhere' $?

# The server by itself, without any: what it says goes into no connection.
port=$("$BUILD/free_port")
"$BUILD/tcpserv" "$port" <&- >&- 2>&- &
server=$!
await 60 "ss -ltn 'sport = :$port' | grep -q LISTEN"
echo hello | timeout 60 "$BUILD/tcpcli" 127.0.0.1 "$port" >"$work/out" 2>"$work/err"
[ "$(cat "$work/out")" = hello ]
verdict 'tcpserv without any descriptor' $?
kill $server
wait $server 2>/dev/null

# Pipes that a shell hands over, as bash does of <(...)
wanted 'a lesson' && {
	timeout 100 "$console" --play /dev/fd/5 127.0.0.1 "$("$BUILD/free_port")" 5<<-'LESSON' >"$work/out" 2>"$work/err"
	title A lesson out of a pipe
	section 5.6
	connect
	send hi
	expect echo hi within 60
	LESSON
	[ $? -eq 0 ]
	verdict 'a lesson from a file that is handed over' $?
	printf 'title A lesson out of a pipe\nsection 5.6\nconnect\nsend hi\nexpect echo hi within 60\n' |
	    timeout 100 "$console" --play /dev/fd/0 127.0.0.1 "$("$BUILD/free_port")" >"$work/out" 2>"$work/err"
	[ $? -eq 0 ]
	verdict 'a lesson from a pipe' $?
	"$console" --json 127.0.0.1 "$("$BUILD/free_port")" </dev/null >"$work/log" 2>/dev/null
	timeout 100 "$console" --replay /dev/fd/0 <"$work/log" >"$work/out" 2>"$work/err" &&
	    grep -q 'stdin   quit' "$work/out"
	verdict 'a recording from a file that is handed over' $?
	cat "$work/log" | timeout 100 "$console" --replay /dev/fd/0 >"$work/out" 2>"$work/err" &&
	    grep -q 'stdin   quit' "$work/out"
	verdict 'a recording from a pipe' $?
}
port=$("$BUILD/free_port")
echo 'it reads me' >"$work/text"
printf 'connect\nexpect listening yes within 60\n' |
    timeout 100 "$console" --headless 127.0.0.1 "$port" -- sh -c \
    "cat /dev/fd/7; exec $BUILD/odd_server plain $port" sh /dev/fd/7 7<"$work/text" >"$work/out" 2>"$work/err"
grep -q 'output  it reads me$' "$work/out"
verdict 'a descriptor that the command line of a server names is handed on' $?

# The processes of another PID namespace bear other numbers.
if "$BUILD/alone" -n >/dev/null && unshare --map-root-user --pid --fork true 2>/dev/null; then
	port=$("$BUILD/free_port")
	echo connect | timeout 60 unshare --map-root-user --pid --fork "$console" --headless 127.0.0.1 "$port" \
	    >"$work/out" 2>"$work/err"
	got=$?
	[ $got -eq 77 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q 'mount -t proc' "$work/err"
	verdict "another PID namespace's /proc: one line (exit $got)" $?
else
	skip "another PID namespace's /proc: one line" 'no user namespaces'
fi

# An output that nobody reads holds nobody back who wants to end it.
unread() { # NAME SIGNAL NUMBER
	wanted "$1" || return 0
	rm -f "$work/unread"
	mkfifo "$work/unread" && exec 8<>"$work/unread" || exit 1
	(while echo show processes; do :; done) 2>/dev/null |
	    "$console" --json 127.0.0.1 "$("$BUILD/free_port")" >"$work/unread" 2>"$work/err" 8>&- &
	wait_for=$!
	# it is stuck once the pipe is full: its processor time stands still
	main=$(await 60 "pgrep -P $$ -x tcpconsole >/dev/null"; pgrep -n -P $$ -x tcpconsole)
	await 60 "grep -q poll_schedule_timeout '/proc/$main/wchan'" # at rest it is in epoll_wait
	everybody=$(family "$main")
	kill -"$2" "$main"
	wait $wait_for
	got=$?
	exec 8>&-
	left=$(alive $everybody)
	[ $got -eq $((128 + $3)) ] && [ -z "$left" ]
	verdict "$1 (exit $got)" $?
}
unread 'SIGTERM ends it though nobody reads' TERM 15
unread 'SIGHUP ends it though nobody reads' HUP 1

# A machine whose segments leave with the TTL that the silence of a host is made of.
silent() { # NAME CHECK SCRIPT [SERVER]...
	name=$1 check=$2 script=$3
	shift 3
	if ! unshare --map-root-user "$BUILD/alone" test -w /proc/sys/net/ipv4/ip_default_ttl 2>/dev/null; then
		skip "$name" 'no network namespace of its own to set'
		return
	fi
	# shellcheck disable=SC2016
	printf '%s\n' "$script" | timeout 200 unshare --map-root-user "$BUILD/alone" sh -c \
	    'echo 255 >/proc/sys/net/ipv4/ip_default_ttl && exec "$@"' sh \
	    "$console" --headless 127.0.0.1 0 "$@" >"$work/out" 2>"$work/err" && $check
	verdict "$name" $?
}
# A line that was sent waits for its acknowledgement.
waits() {
	sed -n '/^Proto/,/^[0-9]/p' "$work/out" | grep -q ' 5 127.0.0.1:[0-9]* *127.0.0.1:[0-9]* *ESTABLISHED'
}
accepted='connect
send a
expect echo a within 60
host unplug
send lost
expect received 0 for 1 within 60
show sockets
host plug
expect echo lost within 60'
silent 'a cable that is out, where the default TTL is 255' waits "$accepted"
silent "... of anybody's server" waits "expect listening yes within 60
$accepted" -- "$BUILD/odd_server" plain '{port}'
# one that waits for accept has no process that could be asked: its TTL is the listener's
silent '... and of its queue' waits 'expect listening yes within 60
connect
expect state server ESTABLISHED within 60
host unplug
send lost
wait 1
show sockets' -- "$BUILD/odd_server" hold '{port}'

# In a locale without UTF-8 a terminal takes the bytes from 0x80 to 0x9f for controls.
port=$("$BUILD/free_port")
printf 'connect\nsend gr\303\274\303\237 dich\nexpect echo gr\303\274\303\237 dich\nshow sockets\n' |
    timeout 100 env LC_ALL=C "$console" --headless 127.0.0.1 "$port" >"$work/out" 2>"$work/err"
[ "$(LC_ALL=C tr -d '\011\012\040-\176' <"$work/out" | wc -c)" -eq 0 ] && grep -q 'gr<U+00FC><U+00DF> dich' "$work/out" && grep -q 'ESTABLISHED' "$work/out"
verdict 'without UTF-8 all is ASCII' $?
exit $status
