#!/bin/sh
# The contract from outside: scripts on standard input, exit statuses, one line for
# each kind of bad input. Each case runs on IPv4 and on IPv6.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
usages=16 bad_lines=29 refused=15 others=15
plan $((2 * $(ls tests/sessions/contract/*.script | wc -l) + usages + bad_lines + refused + others))

# A case of tests/sessions/contract/ on one of both families: it ends with the status that it
# names ("# exit 1"), and standard output holds nothing but JSON, one object a line.
play() { # SCRIPT HOST
	name="contract $(basename "$1" .script) $2"
	wanted "$name" || return 0
	become=
	! grep -q '^# user ordinary' "$1" || become=$(another_user)
	if [ "$become" = skip ]; then
		skip "$name" "$no_other_user"
		return
	fi
	[ "$2" != ::1 ] || has_ipv6 || { skip "$name" 'no IPv6'; return; }
	programs=$BUILD
	[ -z "$become" ] || programs=$(programs_for_all)
	expected=$(sed -n 's/^# exit //p' "$1")
	patient "$1" | settled 1 >"$work/in"
	$become "$programs/tcpconsole" --json $(sed -n 's/^# options //p' "$1") "$2" \
	    "$("$BUILD/free_port")" <"$work/in" >"$work/out" 2>"$work/err"
	got=$?
	[ "$got" -eq "${expected:-0}" ] && [ ! -s "$work/err" ] &&
	    [ "$(grep -cv '^{"t": .*}$' "$work/out")" -eq 0 ]
	verdict "$name (exit $got)" $?
}

# A usage error: one line on standard error that holds the words, status 2.
usage() {
	words=$1
	shift
	wanted "usage: $*" || return 0
	"$console" "$@" </dev/null >"$work/out" 2>"$work/err"
	got=$?
	good=0
	[ "$got" -eq 2 ] || good=1
	[ "$(wc -l <"$work/err")" -eq 1 ] && [ ! -s "$work/out" ] || good=1
	grep -qF -- "$words" "$work/err" || good=1
	verdict "usage: $*" $good
}

# A bad line: one error event that holds the words; the run goes on, and ends in 1.
bad_line() {
	wanted "bad line: $1" || return 0
	port=$("$BUILD/free_port")
	printf '%s\nconnect\nsend on\nexpect echo on\n' "$1" |
	    "$console" --headless 127.0.0.1 "$port" >"$work/out" 2>"$work/err"
	got=$?
	good=0
	[ "$got" -eq 1 ] || good=1
	[ "$(grep -c '^error: ' "$work/out")" -eq 1 ] || good=1
	grep '^error: ' "$work/out" | grep -qF -- "$2" || good=1
	grep -q '^expect ok echo on' "$work/out" || good=1
	verdict "bad line: $1" $good
}

for script in tests/sessions/contract/*.script; do
	for host in 127.0.0.1 ::1; do
		aside play "$script" "$host"
	done
done

aside usage 'port' 127.0.0.1 99999
aside usage 'port' 127.0.0.1 http
aside usage 'HOST comes before PORT' 9901
aside usage 'unknown host' no-such-host.invalid
aside usage 'too much' 127.0.0.1 9877 x
aside usage '--frobnicate' --frobnicate
aside usage 'wants a value' --set
aside usage 'none|wait|waitpid|ignore' --set reap=foo
aside usage 'auto, always or never' --color=sometimes
aside usage 'unknown host' -6 127.0.0.1
aside usage 'wants a server behind it' 127.0.0.1 9877 --
aside usage 'wants a server behind it' --json -- ''
aside usage '--no-server' --no-server 127.0.0.1 9877 -- ./myserver 9877
aside usage '--set is for tcpserv' --set reap=wait -- ./myserver 9877
aside usage 'too much' 127.0.0.1 9877 x -- ./myserver 9877
aside usage 'not this machine' 192.0.2.1 9877 -- ./myserver 9877

aside bad_line 'frobnicate' 'no command "frobnicate"'
aside bad_line 'send early' 'connect'
aside bad_line 'host explode' 'host crash'
aside bad_line 'server set reap=foo' 'none|wait|waitpid|ignore'
aside bad_line 'server set foo=1' 'no setting'
aside bad_line 'kill server FOO' 'no signal "FOO"'
aside bad_line 'kill pid:1' "not the console's own"
aside bad_line 'kill pid:999999999' 'no process'
aside bad_line 'kill child' 'connect'
aside bad_line 'use 7' 'no connection 7'
aside bad_line 'close 9' 'connection 9'
aside bad_line 'connect 0' 'count'
aside bad_line 'wait forever' 'seconds'
aside bad_line 'host plug' 'cable is in'
aside bad_line 'show everything' 'sockets, processes'
aside bad_line 'client sigpipe maybe' 'default, ignore or catch'
aside bad_line 'expect miracles' 'cannot expect'
aside bad_line 'server start' 'runs already'
aside bad_line 'client start' 'runs already'
aside bad_line 'send --split' 'wants TEXT'
aside bad_line 'kill server KILL x' 'too much'
aside bad_line 'client long 16' '32 or 64'
aside bad_line 'client byte_order middle' 'native, big, little or network'
aside bad_line 'client keepalive 0' 'whole seconds from 1'
aside bad_line 'client keepalive soon' 'or off'
aside bad_line 'client signal INT' 'default, ignore or catch'
aside bad_line 'client signal FOO catch' 'client signal INT ignore'
aside bad_line 'server set byte_order=middle' 'native|big|little|network'
aside bad_line 'expect disposition client INT' 'disposition wants'
aside_end

"$console" --version >"$work/out" 2>"$work/err"
[ $? -eq 0 ] && grep -q '^tcpconsole [0-9]' "$work/out"
verdict 'version' $?
"$console" --help >"$work/out" 2>"$work/err"
[ $? -eq 0 ] && grep -q '^Usage: tcpconsole' "$work/out"
verdict 'help' $?
mkdir -p "$work/data/tcpconsole/scenarios"
printf 'title \033[31mred\342\200\256\nsay x\n' \
    >"$work/data/tcpconsole/scenarios/$(printf 'n\033]0;x\007').scenario"
XDG_DATA_HOME="$work/data" "$console" --list >"$work/out" 2>"$work/err"
[ $? -eq 0 ] && grep -qF 'n^[]0;x^G		^[[31mred<U+202E>' "$work/out" &&
    ! LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$work/out"
verdict 'a lesson of somebody else is listed, and writes nothing to the terminal' $?
"$console" --play "$(printf './\033[31m')" >"$work/out" 2>"$work/err"
[ $? -eq 2 ] && grep -qF './^[[31m: cannot read it' "$work/err"
verdict 'what is refused is quoted visibly' $?
"$console" </dev/null >"$work/out" 2>"$work/err"
[ $? -eq 77 ] && grep -q -- '--headless' "$work/err"
verdict 'no terminal' $?
port=$("$BUILD/free_port")
{ printf '# '; head -c 2100000 /dev/zero | tr '\0' ' '; printf 'say injected\nconnect\nsend on\nexpect echo on\n'; } |
    "$console" --headless 127.0.0.1 "$port" >"$work/out" 2>"$work/err"
[ $? -eq 1 ] && [ "$(grep -c '^error: ' "$work/out")" -eq 1 ] &&
    grep -q '^expect ok echo on' "$work/out" && ! grep -q injected "$work/out"
verdict 'a line that is too long is left out, all of it' $?
port=$("$BUILD/free_port")
wrong=
for files in 10 12 14 16 20 24; do
	(ulimit -n "$files"; exec "$console" --headless 127.0.0.1 "$port") \
	    </dev/null >"$work/out" 2>"$work/err"
	[ $? -eq 77 ] && grep -q 'ulimit -n' "$work/err" || wrong=$files
done
[ -z "$wrong" ]
verdict 'too few descriptors: status 77 and the mend' $?
printf 'connect\nquit\n' | "$console" --json 127.0.0.1 "$("$BUILD/free_port")" \
    >/dev/full 2>"$work/err"
[ $? -eq 1 ] && [ "$(wc -l <"$work/err")" -eq 1 ]
verdict 'a full disk under the output' $?

# the log ends with what is left: no listener of ours
port=$("$BUILD/free_port")
printf '%s\n' connect 'send on' 'expect echo on' 'expect state client ESTABLISHED for 0.5' |
    "$console" --json --record "$work/recorded" 127.0.0.1 "$port" >"$work/out" 2>"$work/err"
[ $? -eq 0 ] && grep '"type": "socket"' "$work/out" | grep '"state": "LISTEN"' | tail -n 1 |
    grep -q '"what": "gone"'
verdict 'the log ends without a listener' $?
grep -q '"type": "details"' "$work/recorded"
verdict 'a recording holds TCP_INFO, too' $?

# what TCP_INFO says of both ends: one segment of six bytes each way
port=$("$BUILD/free_port")
printf '%s\n' connect 'show details' 'send hello' 'expect echo hello' 'host crash' 'send lost' \
    'wait 1.2' 'show details' | "$console" --json 127.0.0.1 "$port" >"$work/out" 2>"$work/err"
[ $? -eq 0 ] && grep '"type": "details"' "$work/out" >"$work/details" &&
    grep '"end": "client"' "$work/details" | grep -q '"bytes_received": 6' &&
    grep '"end": "server"' "$work/details" | grep -q '"bytes_sent": 6, "bytes_received": 6' &&
    tail -n 1 "$work/details" | grep '"end": "client"' | grep '"unacked": 1' |
    grep -qE '"retransmits": [1-9]'
verdict 'details: TCP_INFO of both ends, until the host is silent' $?
printf 'connect\nexpect state server ESTABLISHED\nshow details\n' | "$console" --headless 127.0.0.1 "$port" >"$work/out" 2>"$work/err"
[ $? -eq 0 ] && grep -q '^ *client: RTT .*cwnd' "$work/out" && grep -q '^ *server: RTT ' "$work/out"
verdict 'details as text' $?

# every TCP socket of this machine: a foreign listener is among them, and whose it is
port=$("$BUILD/free_port")
"$BUILD/tcpserv" "$port" 2>/dev/null &
foreign=$!
printf '%s\n' connect 'show all' 'show all' | "$console" --json 127.0.0.1 "$("$BUILD/free_port")" \
    >"$work/out" 2>"$work/err"
[ $? -eq 0 ] && [ "$(grep -c '"type": "all", "whole": true' "$work/out")" -eq 2 ] &&
    grep '"type": "all"' "$work/out" | grep -q "\"local\": \"[^\"]*:$port\"[^}]*\"owner_pid\": $foreign"
verdict 'show all: the sockets of the machine and their owners' $?
kill $foreign

# the same outcomes on a kernel that refuses what some containers refuse
refused() { # CALL SCRIPT
	patient "tests/sessions/contract/$2.script" |
	    "$BUILD/refusing" "$1" -- "$console" --json 127.0.0.1 "$("$BUILD/free_port")" \
	    >"$work/out" 2>"$work/err"
	verdict "$2 where $1 is refused" $?
}
for call in pidfd_getfd pidfd_open netlink; do
	for name in host-crash host-reboot cable child-killed wait-loses-signals; do
		aside refused "$call" "$name"
	done
done
aside_end

# two consoles on one port: the second watches the first one's server
port=$("$BUILD/free_port")
mkfifo "$work/fifo"
"$console" --json 127.0.0.1 "$port" <"$work/fifo" >"$work/first" &
first=$!
exec 9>"$work/fifo"
printf 'connect\nsend one\nexpect echo one\n' >&9
timeout 20 sh -c "until grep -q '\"pass\": true' '$work/first'; do :; done"
printf 'connect\nsend two\nexpect echo two\nkill server\n' |
    "$console" --headless 127.0.0.1 "$port" >"$work/out" 2>"$work/err"
got=$?
[ "$got" -eq 1 ] && grep -q 'served already' "$work/out" &&
    grep -q '^expect ok echo two' "$work/out" &&
    grep -q "not the console's own" "$work/out"
verdict 'a port in use: its server is watched, and not killed' $?
exec 9>&-
wait "$first"
verdict 'the first console ends well' $?
exit $status
