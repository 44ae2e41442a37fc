#!/bin/sh
# What a machine can lack, and whom a server can meet: few descriptors, few processes,
# little memory, /proc gone or with hidepid; crowds of slow and hostile clients; a home
# that takes no history.  The console says what it cannot have, and invents nothing.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
console=$BUILD/tcpconsole
work=$(mktemp -d) || exit 1
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT
. tests/processes.sh
status=0
sanitized=$(ldd "$console" | grep -c 'lib[a]san')

verdict() { # NAME GOOD
	if [ "$2" -eq 0 ]; then
		echo "ok $1"
	else
		echo "not ok $1"
		tail -n 12 "$work/out" "$work/err" | cut -c 1-200 | sed 's/^/    /'
		status=1
	fi
}

# Another user than root, whom limits of processes and hidepid do not bind.
become=
[ "$(id -u)" -ne 0 ] || become="setpriv --reuid=$((200000 + $$)) --regid=$((200000 + $$)) --clear-groups --"
[ -z "$become" ] || $become true 2>/dev/null || become=skip

# more children than descriptors: nobody is taken for dead
port=$("$BUILD/free_port")
printf '%s\n' 'connect 30' 'expect children 30' 'send x' 'expect echo x' 'kill child' \
    'expect state client CLOSE_WAIT' 'host crash' 'host reboot' 'close all' \
    'expect children 0' 'reset' 'connect' 'send y' 'expect echo y' |
    (ulimit -n 40; exec "$console" --headless 127.0.0.1 "$port") >"$work/out" 2>"$work/err"
got=$?
[ $got -eq 0 ] && [ "$(grep -c '^note: 40 descriptors' "$work/out")" -eq 1 ]
verdict "thirty children under forty descriptors (exit $got)" $?

# accept without a descriptor: the server waits, and does not spin
port=$("$BUILD/free_port")
mkfifo "$work/leave"
(ulimit -n 16; exec "$BUILD/tcpserv" --leak_connfd=on --bind=127.0.0.1 "$port") 2>"$work/err" &
server=$!
await 20 "'$BUILD/tcpcli' 127.0.0.1 $port </dev/null"
"$BUILD/crowd" silent "$port" 30 <"$work/leave" >"$work/out" &
crowd=$!
exec 8>"$work/leave"
await 20 "grep -q 'accept: ' '$work/err'"
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

# no process may be made
if [ "$become" = skip ]; then
	echo "ok no process may be made (skipped: root cannot become another user here)"
else
	for room in 1 2 3; do
		port=$("$BUILD/free_port")
		printf 'connect\nsend x\nexpect echo x within 1\n' >"$work/in"
		chmod 644 "$work/in"
		used=0
		[ -n "$become" ] || used=$(ps -L -u "$(id -u)" -o lwp= | wc -l)
		$become prlimit --nproc=$((room + used)) "$console" --headless 127.0.0.1 \
		    "$port" <"$work/in" >"$work/out" 2>"$work/err"
		got=$?
		case $got in 0 | 1 | 77) good=0 ;; *) good=1 ;; esac
		[ $got -eq 0 ] || grep -q 'ulimit -u\|EAGAIN' "$work/out" "$work/err" || good=1
		verdict "room for $room processes (exit $got)" $good
	done
fi

# little memory: it runs, or says so
if [ "$sanitized" -eq 0 ]; then
	wrong=
	for memory in 5000 6000 7000 9000; do
		port=$("$BUILD/free_port")
		printf 'connect\nsend x\nexpect echo x\n' |
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
if ! $space true 2>/dev/null; then
	echo "ok hidepid and no /proc (skipped: this machine gives no mount namespace: $($space true 2>&1 | head -n 1))"
else
	port=$("$BUILD/free_port") # a sanitizer itself cannot do without /proc
	[ "$sanitized" -ne 0 ] || printf 'connect\n' | $space \
	    sh -c 'mount -t tmpfs none /proc && exec "$@"' sh "$console" --headless 127.0.0.1 "$port" >"$work/out" 2>"$work/err"
	got=$?
	[ "$sanitized" -ne 0 ] || { [ $got -eq 77 ] &&
	    grep -q 'mount -t proc' "$work/err" && [ "$(wc -l <"$work/err")" -eq 1 ]; }
	verdict "/proc is not there (exit $got)" $?
	refused=$($hiding mount -t proc -o hidepid=2 proc /proc 2>&1 | head -n 1)
	[ -z "$refused" ] || echo "ok hidepid (skipped: $refused)"
	for script in child-killed host-crash host-reboot; do
		[ "$become" != skip ] && [ -z "$refused" ] || break
		port=$("$BUILD/free_port")
		$hiding sh -c 'mount -t proc -o hidepid=2 proc /proc && exec "$@"' sh \
		    $become "$console" --json 127.0.0.1 "$port" <"tests/contract/$script.script" \
		    >"$work/out" 2>"$work/err"
		verdict "$script with hidepid=2" $?
	done
	# another user's server, whose process is hidden: said, not invented
	port=$("$BUILD/free_port")
	"$BUILD/tcpserv" --bind=127.0.0.1 "$port" 2>/dev/null &
	server=$!
	await 20 "'$BUILD/tcpcli' 127.0.0.1 $port </dev/null"
	if [ -n "$become" ] && [ "$become" != skip ] && [ -z "$refused" ]; then
		printf 'connect\nsend x\nexpect echo x\nshow processes\n' | unshare -m \
		    sh -c 'mount -t proc -o hidepid=2 proc /proc && exec "$@"' sh \
		    $become "$console" --headless 127.0.0.1 "$port" >"$work/out" 2>"$work/err"
		got=$?
		[ $got -eq 0 ] && grep -q 'only its owner or root may see' "$work/out"
		verdict "another user's server with hidepid=2 (exit $got)" $?
	fi
	kill "$server"
	wait "$server" 2>/dev/null
fi

# crowds: the lesson goes on beside them, and after them
for kind in 'silent 40' 'deaf 4' 'endless 4' 'abort 500' 'scan 3000'; do
	set -- $kind
	port=$("$BUILD/free_port")
	rm -f "$work/in" "$work/leave"
	mkfifo "$work/in" "$work/leave"
	"$console" --json --set max_children=30 127.0.0.1 "$port" <"$work/in" >"$work/out" 2>"$work/err" &
	main=$!
	exec 7>"$work/in"
	printf 'connect\nsend first\nexpect echo first\nexpect listening yes\n' >&7
	await 20 "grep -q 'listening yes.*\"pass\": true' '$work/out'"
	"$BUILD/crowd" "$1" "$port" "$2" <"$work/leave" >"$work/crowd" 2>&1 &
	crowd=$!
	exec 8>"$work/leave"
	printf 'send beside\nexpect echo beside within 20\n' >&7 # beside them
	await 60 "grep -q there '$work/crowd'"
	if [ "$1" = silent ]; then # and not 40
		echo 'expect children 30 within 60' >&7
		await 60 "grep -q 'children 30 within 60\",' '$work/out'"
	fi
	exec 8>&-
	wait "$crowd"
	printf '%s\n' 'expect children 1 within 60' 'connect' 'send after' \
	    'expect echo after within 20' 'kill child' \
	    'expect state client CLOSE_WAIT within 20' \
	    'expect state server FIN_WAIT2 within 20' 'say over' >&7
	await 60 "grep -q '\"text\": \"over\"' '$work/out'"
	memory=$(awk '/^VmHWM/ { print $2 }' "/proc/$main/status")
	exec 7>&-
	wait "$main"
	got=$?
	[ $got -eq 0 ] && { [ "$sanitized" -ne 0 ] || [ "$memory" -lt 40000 ]; }
	verdict "a crowd: $kind (exit $got, $memory KB)" $?
done
# a file may not grow: the recording ends, the session does not
port=$("$BUILD/free_port")
{ echo connect; seq -f 'send line %g' 400; echo 'expect echo line 1'; } |
    (ulimit -f 8; exec "$console" --headless --record "$work/record" 127.0.0.1 "$port") 2>"$work/err" |
    cat >"$work/out"
grep -q '^expect ok echo line 1' "$work/out" && grep -q 'File too large' "$work/out" "$work/err"
verdict "a recording that may not grow" $?
exit $status
