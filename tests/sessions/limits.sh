#!/bin/sh
# What a machine can lack, and whom a server can meet: few descriptors, few processes,
# little memory, /proc gone or with hidepid; crowds of slow and hostile clients; a home
# that takes no history.  The console says what it cannot have, and invents nothing.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
. tests/processes.sh
plan 21
sanitized=$(ldd "$console" | grep -c 'lib[a]san')
become=$(another_user)
theirs=$(programs_for_all) # what he runs

# more children than descriptors: nobody is taken for dead
port=$("$BUILD/free_port")
printf '%s\n' 'connect 30' 'expect children 30' 'send x' 'expect echo x' 'kill child' \
    'expect state client CLOSE_WAIT' 'host crash' 'host reboot' 'close all' \
    'expect children 0' 'reset' 'connect' 'send y' 'expect echo y' | patient |
    (ulimit -n 40; exec "$console" --headless 127.0.0.1 "$port") >"$work/out" 2>"$work/err"
got=$?
[ $got -eq 0 ] && [ "$(grep -c '^note: 40 descriptors' "$work/out")" -eq 1 ]
verdict "thirty children under forty descriptors (exit $got)" $?

# accept without a descriptor: the server waits, and does not spin
port=$("$BUILD/free_port")
mkfifo "$work/leave"
(ulimit -n 16; exec "$BUILD/tcpserv" --leak_connfd=on --bind=127.0.0.1 "$port") 2>"$work/err" &
server=$!
await 90 "'$BUILD/tcpcli' 127.0.0.1 $port </dev/null"
"$BUILD/crowd" silent "$port" 30 <"$work/leave" >"$work/out" &
crowd=$!
exec 8>"$work/leave"
await 90 "grep -q 'accept: ' '$work/err'"
good=$?
spent() { awk '{ print $14 + $15 }' "/proc/$server/stat"; }
before=$(spent)
timeout 2 tail -f /dev/null # two seconds of that: what is measured
[ $(($(spent) - before)) -le 10 ] && [ $good -eq 0 ] && [ "$(wc -l <"$work/err")" -lt 60 ]
verdict "no descriptor for accept: $(($(spent) - before)) ticks in 2 s" $?
exec 8>&-
wait "$crowd"
kill "$server"
wait "$server" 2>/dev/null

# Room for so many processes: the session comes as far as that, and says what it lacks.
reached=-1
room() { # PROCESSES
	name="room for $1 processes"
	[ "$become" != skip ] || { skip "$name" "$no_other_user"; return; }
	[ -n "$become" ] || { skip "$name" 'no user namespace for an ordinary user'; return; }
	printf 'connect\nsend x\nexpect echo x within 1\n' | # a leak is looked for in a process
	    ASAN_OPTIONS=detect_leaks=0 $become prlimit --nproc="$1" "$theirs/tcpconsole" --headless \
	    127.0.0.1 "$("$BUILD/free_port")" >"$work/out" 2>"$work/err"
	got=$?
	case $got in
	77) stage=0 what='^tcpconsole: cannot start: .*ulimit -u' ;; # no guard
	0) stage=4 what='^expect ok echo x within 1' ;;
	*)
		stage=3 what='server *fork conn 1: EAGAIN' # no child
		! grep -q '^error: cannot run .*tcpcli: ' "$work/out" || stage=2 what='tcpcli: .*ulimit -u'
		! grep -q '^error: cannot run .*tcpserv: ' "$work/out" || stage=1 what='tcpserv: .*ulimit -u'
		;;
	esac
	cat "$work/out" "$work/err" | grep -q "$what" && [ $got -eq 77 -o $got -le 1 ] &&
	    [ $((stage - reached)) -le 2 ] && [ $stage -ge "$reached" ]
	verdict "$name (exit $got, stage $stage of 4)" $?
	reached=$stage
}
for processes in 1 2 3 4 5 6; do
	room $processes
done
if [ $reached -lt 0 ]; then
	skip 'room for six is room for all' 'none of them was run'
else
	[ $reached -eq 4 ]
	verdict 'room for six is room for all' $?
fi

# little memory: it runs, or says so (a sanitizer wants more than there is)
if [ "$sanitized" -ne 0 ]; then
	skip 'little memory' 'a sanitizer'
else
	wrong=
	for memory in 5000 6000 7000 9000; do
		port=$("$BUILD/free_port")
		printf 'connect\nsend x\nexpect echo x\n' | patient |
		    (ulimit -v $memory; exec "$console" --headless 127.0.0.1 "$port") \
		    >"$work/out" 2>"$work/err"
		got=$?
		case $got in
		0) ;;
		1 | 77 | 127) [ -s "$work/err" ] || grep -q '^error' "$work/out" || wrong=$memory ;;
		*) wrong="$memory ($got)" ;;
		esac
	done
	[ -z "$wrong" ]
	verdict "little memory ${wrong:+wrong at $wrong}" $?
fi

# /proc in a mount namespace of the test's own: hidden, gone.  An ordinary user has one
# inside a user namespace, and mounts /proc for a PID namespace alone, in which nobody is
# hidden from him: there the session has to go well in such a container
space='unshare -m' hiding='unshare -m'
unshare -m true 2>/dev/null || space='unshare -Urm' hiding='unshare -Urm --pid --fork'
no_space=$($space true 2>&1 | head -n 1)

# Why a test with hidepid cannot be; empty when it can
not_hidden() {
	if [ -n "$no_space" ]; then
		echo "no mount namespace: $no_space"
	elif [ "$become" = skip ]; then
		echo "$no_other_user"
	else
		$hiding mount -t proc -o hidepid=2 proc /proc 2>&1 | head -n 1
	fi
}

# A session where /proc shows a user his own processes alone
hidden() { # COMMAND [ARG]...
	$hiding sh -c 'mount -t proc -o hidepid=2 proc /proc && exec "$@"' sh $become "$@" \
	    >"$work/out" 2>"$work/err"
}

if [ -n "$no_space" ] || [ "$sanitized" -ne 0 ]; then # a sanitizer cannot do without /proc
	skip '/proc is not there' "${no_space:-a sanitizer}"
else
	printf 'connect\n' | $space sh -c 'mount -t tmpfs none /proc && exec "$@"' sh \
	    "$console" --headless 127.0.0.1 "$("$BUILD/free_port")" >"$work/out" 2>"$work/err"
	got=$?
	[ $got -eq 77 ] && grep -q 'mount -t proc' "$work/err" && [ "$(wc -l <"$work/err")" -eq 1 ]
	verdict "/proc is not there (exit $got)" $?
fi
reason=$(not_hidden)
for script in child-killed host-crash host-reboot; do
	[ -z "$reason" ] || { skip "$script with hidepid=2" "$reason"; continue; }
	patient "tests/sessions/contract/$script.script" |
	    hidden "$theirs/tcpconsole" --json 127.0.0.1 "$("$BUILD/free_port")"
	verdict "$script with hidepid=2" $?
done
# another user's server, whose process is hidden: said, not invented
[ "$(id -u)" -eq 0 ] || reason=${reason:-no other user than oneself}
if [ -n "$reason" ]; then
	skip "another user's server with hidepid=2" "$reason"
else
	port=$("$BUILD/free_port")
	"$BUILD/tcpserv" --bind=127.0.0.1 "$port" 2>/dev/null &
	server=$!
	await 90 "'$BUILD/tcpcli' 127.0.0.1 $port </dev/null"
	printf 'connect\nsend x\nexpect echo x\nshow processes\n' | patient |
	    hidden "$theirs/tcpconsole" --headless 127.0.0.1 "$port"
	got=$?
	[ $got -eq 0 ] && grep -q 'only its owner or root may see' "$work/out"
	verdict "another user's server with hidepid=2 (exit $got)" $?
	kill "$server"
	wait "$server" 2>/dev/null
fi

# crowds: the lesson goes on beside them, and after them
crowd() { # KIND COUNT
	port=$("$BUILD/free_port")
	mkfifo "$work/in" "$work/leave"
	"$console" --json --set max_children=30 127.0.0.1 "$port" <"$work/in" >"$work/out" 2>"$work/err" &
	main=$!
	exec 7>"$work/in"
	printf 'connect\nsend first\nexpect echo first within 60\nexpect listening yes within 60\n' >&7
	await 90 "grep -q 'listening yes within 60.*\"pass\": true' '$work/out'"
	"$BUILD/crowd" "$1" "$port" "$2" <"$work/leave" >"$work/crowd" 2>&1 &
	crowd=$!
	exec 8>"$work/leave"
	printf 'send beside\nexpect echo beside within 60\n' >&7 # beside them
	await 90 "grep -q there '$work/crowd'"
	if [ "$1" = silent ]; then # and not 40
		echo 'expect children 30 within 60' >&7
		await 90 "grep -q 'children 30 within 60\", \"pass' '$work/out'"
	fi
	exec 8>&-
	wait "$crowd"
	printf '%s\n' 'expect children 1 within 60' 'connect' 'send after' \
	    'expect echo after within 60' 'kill child' \
	    'expect state client CLOSE_WAIT within 60' \
	    'expect state server FIN_WAIT2 within 60' 'say over' >&7
	await 90 "grep -q '\"text\": \"over\"' '$work/out'"
	memory=$(awk '/^VmHWM/ { print $2 }' "/proc/$main/status")
	exec 7>&-
	wait "$main"
	got=$?
	[ $got -eq 0 ] && { [ "$sanitized" -ne 0 ] || [ "$memory" -lt 40000 ]; }
	verdict "a crowd: $1 $2 (exit $got, $memory KB)" $?
}
aside crowd silent 40
aside crowd deaf 4
aside crowd endless 4
aside crowd abort 500
aside crowd scan 3000
aside_end

# a file may not grow: the recording ends, the session does not
port=$("$BUILD/free_port")
{ echo connect; seq -f 'send line %g' 400; echo 'expect echo line 1 within 60'; } |
    (ulimit -f 8; exec "$console" --headless --record "$work/record" 127.0.0.1 "$port") 2>"$work/err" |
    cat >"$work/out"
grep -q '^expect ok echo line 1' "$work/out" && grep -q 'File too large' "$work/out" "$work/err"
verdict "a recording that may not grow" $?
exit $status
