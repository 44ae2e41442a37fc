#!/bin/sh
# The suites that start nothing, the programs by themselves and a whole headless
# session, under valgrind: no error, no leak.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
export BUILD CK_FORK=no CK_TIMEOUT_MULTIPLIER=20
command -v valgrind >/dev/null || { echo "valgrind is missing: apt-get install valgrind"; exit 1; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

verdict() { # NAME STATUS
	if [ "$2" -eq 0 ]; then
		echo "ok valgrind: $1"
		passed=$((passed + 1))
	else
		echo "not ok valgrind: $1"
		sed 's/^/    /' "$work/log" "$work/out" | tail -n 60
		failed=$((failed + 1))
	fi
}

grind() {
	valgrind -q --leak-check=full --show-leak-kinds=definite,possible \
	    --errors-for-leak-kinds=definite,possible --error-exitcode=99 \
	    --log-file="$work/log" "$@"
}

for suite in command endpoint escape expect giving_up log loop moment past process_stat \
    render settings signal_name tcp_state tcp_table why; do
	CK_RUN_SUITE=$suite grind "$BUILD/check_core" >"$work/out" 2>&1
	verdict "$suite" $?
done

for host in 127.0.0.1 ::1; do
	port=$("$BUILD/free_port")
	printf '%s\n' 'connect 3' 'send hello' 'expect echo hello' 'frobnicate' \
	    'server set reap=none' 'connect' 'send x' 'expect echo x' 'kill child' \
	    'expect zombies 1' 'connect' 'send y' 'expect echo y' 'show sockets' 'show processes' 'show dispositions' \
	    'host crash' 'send lost' 'host reboot' 'expect errno ECONNRESET within 20' \
	    'reset' 'connect' 'send fresh' 'expect echo fresh' >"$work/script"
	grind "$BUILD/tcpconsole" --json "$host" "$port" <"$work/script" >"$work/out" 2>&1
	status=$?
	# the bad line alone makes it 1
	[ $status -eq 1 ] && ! grep -q '"pass": false' "$work/out"
	verdict "a headless session on $host (exit $status)" $?
done

port=$("$BUILD/free_port")
(exec valgrind -q --leak-check=full --error-exitcode=99 --log-file="$work/log.server" \
    "$BUILD/tcpserv" --sigterm=catch --bind=127.0.0.1 "$port") >"$work/server" 2>&1 &
server=$!
tries=0
until echo hello | "$BUILD/tcpcli" 127.0.0.1 "$port" >"$work/out" 2>&1 ||
    [ $((tries += 1)) -gt 2000 ]; do
	:
done
echo again | grind "$BUILD/tcpcli" 127.0.0.1 "$port" >"$work/out" 2>&1
verdict "tcpcli by itself" $?
kill -TERM "$server"
wait "$server"
verdict "tcpserv by itself" $?
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
