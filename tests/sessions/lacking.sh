#!/bin/sh
# System calls that a sandbox refuses (EPERM) or an older kernel does not know (ENOSYS),
# in every process of a session: the console says what is missing and goes on with
# less, or ends with one line and status 77; nothing of it is left.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
plan 26
export XDG_STATE_HOME="$work/state" INPUTRC=/dev/null LC_ALL=C.UTF-8

# Is a server of that port left?
nobody_left() { # PORT
	! ps -eo args= | grep -q "^tcpserv.* $1\$"
}

# NAME of the call for refusing, and what has to stand in the line or the note
run() { # NAME
	port=$("$BUILD/free_port")
	printf '%s\n' connect 'send x' 'expect echo x' 'kill child' \
	    'expect state client CLOSE_WAIT' 'kill server' 'expect listening no' reset \
	    connect 'send y' 'expect echo y' | patient |
	    timeout 300 "$BUILD/refusing" $option "$1" -- "$BUILD/tcpconsole" --headless \
	    127.0.0.1 "$port" >"$work/out" 2>"$work/err"
	got=$?
	nobody_left "$port"
}

for option in '' -n; do
	error=EPERM
	[ -z "$option" ] || error=ENOSYS
	# it cannot do without
	for pair in epoll/epoll_create1 timerfd/timerfd_create signalfd/signalfd unix/socketpair; do
		run "${pair%/*}" && [ $got -eq 77 ] && [ "$(wc -l <"$work/err")" -eq 1 ] &&
		    grep -q "^tcpconsole: cannot start: .*${pair#*/}.*seccomp" "$work/err"
		verdict "${pair#*/}: $error, one line (exit $got)" $?
	done
	# it does without, and says so
	for pair in pidfd_open/pidfd_open netlink/netlink subreaper/SUBREAPER; do
		run "${pair%/*}" && [ $got -eq 0 ] && [ ! -s "$work/err" ] &&
		    [ "$(grep -c "^note: .*${pair#*/}.* is refused (.*): ." "$work/out")" -eq 1 ]
		verdict "${pair#*/}: $error, with less (exit $got)" $?
	done
	# nothing is lost
	for call in pidfd_send_signal eventfd waitid; do # (a sanitizer itself wants prlimit)
		run $call && [ $got -eq 0 ] && [ ! -s "$work/err" ]
		verdict "$call: $error, the same (exit $got)" $?
	done
	# on a screen
	for call in signalfd memfd_create pidfd_open; do
		if [ $call = signalfd ]; then
			printf '%s\n' 'exit 77' 'see tcpconsole: cannot start: .*signalfd'
		else
			printf '%s\n' 'see conn 1 ESTABLISHED' 'type hello\r' 'see │hello +│hello' \
			    'type \x1bOQ' 'see conn 1 CLOSE_WAIT' redraw 'type \x1b[21~' 'exit 0'
		fi | "$BUILD/stream" "$call: $error, on a screen" "$BUILD/refusing" $option $call \
		    -- "$BUILD/tcpconsole" 127.0.0.1 "$("$BUILD/free_port")" || status=1
	done
done
exit $status
