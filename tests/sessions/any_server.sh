#!/bin/sh
# Servers that somebody else wrote, in place of tcpserv: each is connected to, killed,
# restarted, crashed and rebooted, and leaves no process.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
. tests/processes.sh
plan 58
odd=$BUILD/odd_server
python=/usr/bin/python3
servers=$work # those that are written here; $work is a case's own later

cat >"$servers/forking.py" <<'PYTHON'
import socketserver, sys

class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line)

class Server(getattr(socketserver, sys.argv[1])):
    allow_reuse_address = True
    daemon_threads = True

with Server(("127.0.0.1", int(sys.argv[2])), Echo) as server:
    server.serve_forever(float(sys.argv[3]) if len(sys.argv) > 3 else 0.5) # until it reaps
PYTHON

cat >"$servers/six.py" <<'PYTHON'
import signal, socket, sys

listener = socket.socket(socket.AF_INET6)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
listener.bind(("::", int(sys.argv[1])))
listener.listen()
signal.pause()
PYTHON

cat >"$servers/deferring.py" <<'PYTHON'
import socket, sys

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
while True:
    connection, _ = listener.accept()
    for line in connection.makefile("rb"):
        connection.sendall(line)
    connection.close()
PYTHON

cat >"$servers/datagrams.py" <<'PYTHON'
import socket, sys

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", int(sys.argv[1])))
while True:
    server.sendto(*server.recvfrom(9999))
PYTHON

# Says something by stdio, and keeps a full buffer to itself
cat >"$servers/unflushed.py" <<'PYTHON'
import os, signal, sys

terminal = os.isatty(1)
out = os.fdopen(1, "w", buffering=1 if terminal else 65536)
out.write("terminal %s %s %s\n" % (terminal, os.environ.get("TERM"), os.environ.get("NO_COLOR")))
signal.pause()
PYTHON

# Whatever still has this mark in its environment, zombies apart
marked() { # MARK
	grep -lsz "^ANY_SERVER_MARK=$1\$" /proc/[0-9]*/environ | cut -d / -f 3
}

# Plays lines against a server command, in which PORT stands for the port; WANTED is the
# exit status, WORDS must stand in the output.  Nobody may be left.
play() { # NAME WANTED WORDS SCRIPT COMMAND...
	name=$1 expected=$2 words=$3 script=$4
	wanted "$name" || return 0
	shift 4
	case $name in
	*'another address') host=127.0.0.2 ;;
	*) host=127.0.0.1 ;;
	esac
	port=$("$BUILD/free_port")
	mark=$port
	for word in "$@"; do
		shift
		set -- "$@" "$(printf '%s' "$word" | sed "s/PORT/$port/g")"
	done
	printf '%s\n' "$script" | patient | settled |
	    ANY_SERVER_MARK=$mark timeout 400 "$console" --headless $host "$port" -- "$@" \
	    >"$work/out" 2>"$work/err"
	got=$?
	good=0
	[ "$got" -eq "$expected" ] || good=1
	[ ! -s "$work/err" ] || good=1
	grep -qE -- "$words" "$work/out" || good=1
	left=$(marked "$mark")
	[ -z "$left" ] || { good=1 && echo "left: $left" >>"$work/err"; }
	verdict "$name (exit $got)" $good
}

# What every server has to go through that ends when it is told to.
whole='expect listening yes
connect
send hi
expect echo hi
expect state server ESTABLISHED
expect children CHILDREN
server pause
server resume
kill server
expect server signal KILL
close all
expect children 0
server restart
expect listening yes
connect
send again
expect echo again
host crash
send lost
host reboot
expect errno ECONNRESET within 20
connect
send back
expect echo back
expect children CHILDREN
host unplug
send late
host plug
expect echo late within 20
host shutdown 1
wait 1.5
host reboot
expect listening yes
reset
expect children 0
connect
send fresh
expect echo fresh
close all
server stop
expect listening no
quit'
through() { # NAME CHILDREN COMMAND...
	name=$1 children=$2
	shift 2
	play "$name goes through it all" 0 '^expect ok listening no' \
	    "$(echo "$whole" | sed "s/CHILDREN/$children/")" "$@"
}

# The example of the manual
aside play 'socat: a host that comes back' 0 '^expect ok errno ECONNRESET' 'expect listening yes
connect
send hi
expect echo hi
host crash
send lost
host reboot
expect errno ECONNRESET within 20' socat TCP-LISTEN:PORT,reuseaddr,fork EXEC:cat
aside through socat 1 socat TCP-LISTEN:PORT,reuseaddr,fork EXEC:cat
aside through ncat 1 ncat -l -k -e /bin/cat 127.0.0.1 PORT
aside through 'Python, forking' 1 $python "$servers/forking.py" ForkingTCPServer PORT
aside through 'Python, threading' 0 $python "$servers/forking.py" ThreadingTCPServer PORT
aside through 'select()' 0 "$odd" plain PORT
aside through 'one whose main thread has ended' 0 "$odd" threaded PORT
aside play 'one that sends no end of line' 0 '^[0-9.]* *echo *conn 1  hi  \(no end of line\)$' \
    'expect listening yes
connect
send hi
expect echo hi
send --no-newline x
expect echo x' "$odd" bare PORT
aside through 'a daemon' 0 "$odd" daemon PORT
aside through 'one that exits once its child serves' 0 "$odd" inherit PORT
aside through 'one in a script' 0 sh -c "$odd plain PORT; echo over"

aside play 'socat: its children' 0 '^expect ok child signal KILL' 'expect listening yes
connect 2
expect children 2
kill child
expect child signal KILL
expect state client CLOSE_WAIT
expect state server FIN_WAIT2
expect children 1
expect zombies 0
server stop
expect server exit 143
expect children 1
use 2
send orphan
expect echo orphan' socat TCP-LISTEN:PORT,reuseaddr,fork EXEC:cat
aside play 'zombies that nobody waits for' 0 '^expect ok zombies 2' 'expect listening yes
connect
send hi
expect echo hi
expect children 4
kill child
expect child signal KILL
expect zombies 1
connect
kill child
expect zombies 2
host crash
host reboot
expect zombies 0
connect
send hi
expect echo hi' "$odd" prefork PORT
aside play 'threads have no child to kill' 1 '^error: no child: the server itself, PID' 'expect listening yes
connect
kill child' $python "$servers/forking.py" ThreadingTCPServer PORT
aside play 'busybox nc in a loop' 0 '^expect ok echo three' 'expect listening yes
connect
send one
expect echo one
kill server
expect server signal KILL
expect listening yes
connect
send two
expect echo two
host crash
send lost
host reboot
expect errno ECONNRESET within 20
server stop
expect listening no
server start
connect
send three
expect echo three' sh -c 'while :; do busybox nc -l -p PORT -e cat; done'

aside play 'one that ignores SIGTERM' 0 \
    '^note: the server, PID [0-9]*, ignores SIGTERM: after 2 s SIGKILL ends it' 'connect
server stop
expect listening yes
server restart
expect server signal KILL
expect listening yes' "$odd" stubborn PORT
aside play 'one that accepts late' 0 '^expect ok echo hi' 'connect 2
send hi
expect echo hi' "$odd" slow PORT
aside play 'one that never accepts' 0 '^expect ok state server ESTABLISHED' 'connect
expect state client ESTABLISHED
expect state server ESTABLISHED
send into the buffer' "$odd" hold PORT
aside play 'one that listens late' 0 'does not listen at port [0-9]* after 2 s' 'connect
send hi
expect echo hi' "$odd" late PORT
aside play 'one that writes without end' 0 '^expect ok echo still there' 'connect
send still here
expect echo still here
wait 2
send still there
expect echo still there' "$odd" flood PORT
aside play 'one that ends at once' 1 \
    '^error: the server ended with exit 3 before .* it wrote last: no such table$' 'connect
expect errno ECONNREFUSED' sh -c 'echo begins; echo no such table >&2; exit 3'
aside play 'one that ends at once, in good order' 1 'with exit 0 before .*, and wrote nothing' \
    'connect' true
aside play 'one that a signal ends at once' 1 '^error: the server ended by SIGSEGV before ' \
    'connect' sh -c 'kill -SEGV $$'
aside play 'a directory' 1 '^error: cannot run .*: it is a directory' 'connect' "$work"
aside play 'one that is missing' 1 '^error: cannot run nosuchserver: .*PATH' 'connect' nosuchserver
aside play 'one that is missing at its path' 1 '^error: cannot run ./nosuch: no such file' \
    'connect' ./nosuch PORT
aside play 'one that may not be executed' 1 '^error: cannot run Makefile/x: ' 'connect' Makefile/x
: >"$work/plain" && chmod 644 "$work/plain"
aside play 'one that is not executable' 1 'chmod \+x' 'connect' "$work/plain"
printf '#!/nosuch/interpreter\n' >"$work/script" && chmod 755 "$work/script"
aside play 'one whose interpreter is missing' 1 'interpreter' 'connect' "$work/script"
other=$("$BUILD/free_port")
aside play 'one at another port' 0 "listens at port $other, not at" 'wait 2.5' "$odd" plain "$other"
aside play 'settings are not its own' 1 '^error: server set is for tcpserv' 'server set reap=wait
show settings' "$odd" plain PORT
aside play 'one at another address' 0 'listens at 127.0.0.1, not at 127.0.0.2' 'connect
expect errno ECONNREFUSED' "$odd" plain PORT
aside play 'one whose listener no descriptor shows' 0 "^note: no process's descriptors show" \
    'wait 1.5
expect listening yes
connect
expect state client ESTABLISHED
host crash
host reboot
expect listening yes
kill server
expect server signal KILL
expect listening no' "$odd" underway PORT

aside play 'one that accepts with the first byte' 0 \
    'end of connection 1 waits .* in SYN_RECV, its queue is empty \(TCP_DEFER_ACCEPT\)' \
    'expect listening yes
connect
expect state server SYN_RECV
send hi
expect echo hi
expect state server ESTABLISHED' "$python" "$servers/deferring.py" PORT

aside play 'one that speaks UDP' 0 '^note: the server has port [0-9]* of UDP, and does not listen' \
    'wait 2.5' "$python" "$servers/datagrams.py" PORT
aside play 'one that served itself and is dead' 1 \
    '^error: no child: the server itself, PID [0-9]*, served connection 1, and has ended' \
    'expect listening yes
connect
send hi
expect echo hi
kill server
expect server signal KILL
expect state client CLOSE_WAIT
kill child' "$odd" plain PORT

# The lessons that any server can be taught by are played against it, the others skipped
# with the line that needs tcpserv; one server that forks well, one that does not fork.
lessons() { # NAME FAILED COMMAND...
	name=$1 failed=$2
	shift 2
	port=$("$BUILD/free_port")
	timeout 300 "$console" --play-all 127.0.0.1 0 -- "$@" '{port}' </dev/null >"$work/out" 2>"$work/err"
	got=$?
	passed=$(grep -c '^lesson .* passed' "$work/out")
	[ $got -eq $((failed > 0)) ] && [ ! -s "$work/err" ] && [ "$passed" -gt 5 ] &&
	    grep -q '^lesson zombies skipped: line 6 needs tcpserv: server set reap=none' "$work/out" &&
	    grep -q "^$passed passed, $failed failed, [0-9]* skipped" "$work/out"
	verdict "$name" $?
}
aside lessons 'lessons against a forking server' 0 "$BUILD/tcpserv"
aside lessons 'lessons against one that does not fork' 9 "$odd" plain

one_lesson() {
	"$console" --play echo --headless 127.0.0.1 0 -- "$BUILD/tcpserv" '{port}' >"$work/out" 2>"$work/err" &&
	    ! "$console" --play zombies --headless 127.0.0.1 0 -- "$BUILD/tcpserv" '{port}' \
	    >>"$work/out" 2>"$work/err" &&
	    [ "$(cat "$work/err")" = 'tcpconsole: zombies: line 6 needs tcpserv: server set reap=none' ]
	verdict 'one lesson against it, or the line that needs tcpserv' $?
}
aside one_lesson

# Where its output is a terminal, its words come when they are written.
unflushed() { # WHERE
	port=$("$BUILD/free_port")
	echo 'wait 1.5' | NO_COLOR= TERM=xterm timeout 60 "$console" "--output=$1" --headless 127.0.0.1 "$port" -- \
	    "$python" "$servers/unflushed.py" >"$work/out" 2>"$work/err"
	said=$(grep -c 'output  terminal True dumb 1$' "$work/out")
	wanted_lines=0
	[ "$1" != terminal ] || wanted_lines=1
	[ "$said" -eq $wanted_lines ] && [ ! -s "$work/err" ]
	verdict "its standard output is a $1" $?
}
aside unflushed terminal
aside unflushed pipe

# One that somebody else starts when he is asked to: it is watched, and lives on.
outsider() {
	port=$("$BUILD/free_port")
	mark=$port
	mkfifo "$work/orders"
	sh "$work/orders" >"$work/his" 2>&1 &
	somebody=$!
	exec 8>"$work/orders"
	printf '%s\n' 'expect listening yes' connect 'send hi' 'expect echo hi' 'server stop' \
	    'host crash' | patient |
	    timeout 60 "$console" --headless 127.0.0.1 "$port" -- \
	    sh -c "echo exec $odd plain $port >$work/orders" >"$work/out" 2>"$work/err" 8>&-
	got=$?
	[ $got -eq 1 ] && kill -0 $somebody &&
	    grep -q "^note: odd_server plain $port (PID $somebody) listens at port $port, and does not descend from the command" "$work/out" &&
	    grep -q '^expect ok echo hi' "$work/out" &&
	    [ "$(grep -c '^error: ' "$work/out")" -eq 2 ] &&
	    grep -q "^error: PID $somebody .* is not the console's own: it is not signalled" "$work/out" &&
	    grep -q '^error: .* was not started by the console: its host is left alone' "$work/out"
	verdict 'one that somebody else starts is watched, and lives on' $?
	exec 8>&-
	kill $somebody
}
aside outsider

elsewhere='one in another network namespace'
if unshare -n true 2>/dev/null; then
	aside play "$elsewhere" 0 'is in another network namespace: .* nsenter -t [0-9]* -n' \
	    'wait 2.5' unshare -n "$odd" plain PORT
else
	skip "$elsewhere" 'no right to make one'
fi
six='one that takes IPv6 alone'
if has_ipv6; then
	aside play "$six" 0 'takes IPv6 alone \(IPV6_V6ONLY\)' 'connect
expect errno ECONNREFUSED' "$python" "$servers/six.py" PORT
else
	skip "$six" 'no IPv6'
fi
aside play 'a long line is told in pieces, the last one at the end' 1 'output  x{500}$' 'wait 0' \
    sh -c "head -c 2500 /dev/zero | tr '\\0' x"
aside play 'what it writes is made visible' 1 'output  \^\[\[31mred\^G\\xff' 'wait 0' \
    printf '\033[31mred\a\377\n'

# What it writes without a newline, such as a prompt, is told while it runs.
prompting() {
	port=$("$BUILD/free_port")
	mark=$port
	printf '%s\n' 'wait 1.5' 'say now' |
	    timeout 60 "$console" --headless 127.0.0.1 "$port" -- \
	    sh -c "printf 'ready> '; exec $odd plain $port" >"$work/out" 2>"$work/err"
	sed '/say *now/q' "$work/out" | grep -q 'output  ready> '
	verdict 'a line without an end is told after a second' $?
}
aside prompting

# One that has ended before anybody could look has a parent and a name all the same, and
# its words are its own.
short_lived() {
	mark=$("$BUILD/free_port")
	port=$mark good=0
	: >"$work/out"
	for i in 1 2 3 4 5 6 7 8; do
		echo quit | timeout 60 "$console" --json 127.0.0.1 "$port" -- sh -c 'echo a word' \
		    >>"$work/out" 2>"$work/err"
	done
	[ "$(grep -c '"text": "a word"' "$work/out")" -eq 8 ] || good=1
	grep -E '"type": "(process|output)"' "$work/out" |
	    grep -qE '"p?pid": 0[,}]|"command": ""' && good=1
	verdict 'one that lives for a moment has a parent, a name and its words' $good
}
aside short_lived

# A server that is there already: watched, and left alone.
watched() {
	port=$("$BUILD/free_port")
	mark=$port
	: >"$work/err"
	$python "$servers/forking.py" ForkingTCPServer "$port" 3 >/dev/null 2>&1 &
	server=$!
	end=$(($(date +%s) + 10))
	until ss -ltn "sport = :$port" | grep -q LISTEN || [ "$(date +%s)" -gt $end ]; do
		sleep 0.05 # sleep-ok: between two looks
	done
	printf '%s\n' 'connect 2' 'expect children 2' 'send hi' 'expect echo hi' 'close 1' \
	    'expect zombies 1' 'expect zombies 0 within 30' 'kill child 2' 'kill server' 'server stop' \
	    'server pause' 'server restart' 'host crash' 'show processes' 'use 2' 'send on' \
	    'expect echo on' |
	    timeout 60 "$console" --headless 127.0.0.1 "$port" >"$work/out" 2>"$work/err"
	got=$?
	good=0
	[ $got -eq 1 ] || good=1
	[ "$(grep -c "not the console's own: it is not signalled" "$work/out")" -eq 4 ] || good=1
	[ "$(grep -c '^error: ' "$work/out")" -eq 6 ] || good=1
	grep -q '^error: .* start and stop it where it runs' "$work/out" || good=1
	[ "$(grep -c '^expect ok ' "$work/out")" -eq 5 ] || good=1
	kill -0 $server 2>/dev/null || good=1
	kill $server
	wait $server 2>/dev/null
	verdict 'a server that is there already is watched, and left alone' $good
}
aside watched

# What is graded is the server behind --, or nothing.
graded() {
	printf 'connect\nsend hi\nexpect echo hi within 60\n' |
	    timeout 100 "$console" --headless 127.0.0.1 0 -- "$odd" plain '{port}' >"$work/out" 2>"$work/err" &&
	    [ ! -s "$work/err" ]
	verdict 'PORT 0, and {port} in the command line' $?
	port=$("$BUILD/free_port")
	"$odd" plain "$port" >/dev/null &
	server=$!
	await 60 "ss -ltn 'sport = :$port' | grep -q LISTEN"
	printf 'connect\nsend hi\nexpect echo hi within 60\n' |
	    timeout 100 "$console" --headless 127.0.0.1 "$port" -- "$odd" plain "$port" >"$work/out" 2>"$work/err"
	got=$?
	[ $got -eq 1 ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" -eq 1 ] &&
	    grep -q "^tcpconsole: port $port is served already, by odd_server plain $port (PID $server)" "$work/err"
	verdict 'one beside another at its port is not started' $?
	printf '%s\n' 'exit 1' "see port $port is served already, by odd_server" |
	    "$BUILD/stream" 'one beside another at its port, on a screen' "$console" 127.0.0.1 "$port" -- \
	    "$odd" plain "$port"
	kill $server
	wait $server 2>/dev/null
	echo 'wait 0.5' | timeout 100 "$console" --headless --set bind=192.0.2.1 127.0.0.1 "$("$BUILD/free_port")" \
	    >"$work/out" 2>"$work/err"
	got=$?
	[ $got -eq 1 ] && grep -q '^error: the server ended with exit 1 before it listened at port' "$work/out"
	verdict 'tcpserv itself, when it cannot start' $?
}
aside graded

# A server whose descriptors only root may see serves all the same, and that is said.
hidden() {
	become=$(another_user)
	if [ "$become" = skip ] || [ -z "$become" ]; then
		skip 'one whose descriptors cannot be seen' "$no_other_user"
		return
	fi
	programs=$(programs_for_all)
	cp "$odd" "$programs/odd_server"
	printf '%s\n' 'expect listening yes' connect 'send hi' 'expect echo hi' 'host crash' \
	    'send lost' 'expect received 0 for 1' 'host reboot' 'expect errno ECONNRESET within 60' |
	    patient | timeout 200 $become "$programs/tcpconsole" --headless 127.0.0.1 0 -- \
	    "$programs/odd_server" hidden '{port}' >"$work/out" 2>"$work/err"
	got=$?
	[ $got -eq 0 ] && [ "$(grep -c "^note: the server's descriptors cannot be seen" "$work/out")" -eq 2 ] &&
	    ! grep -q 'does not listen' "$work/out"
	verdict "one whose descriptors cannot be seen (exit $got)" $?
}
aside hidden

# Nobody listens, and the console is told to start nobody.
unserved() {
	mark=$("$BUILD/free_port")
	echo 'server start' | timeout 60 "$console" --headless --no-server 127.0.0.1 "$mark" \
	    >"$work/out" 2>"$work/err"
	grep -q '^error: with --no-server the console starts none' "$work/out"
	verdict 'no server is started when none is wanted' $?
}
aside unserved

# A connection that is reset before its row was read holds nobody up.
resetting() {
	mark=$("$BUILD/free_port")
	begun=$(date +%s) good=0
	for i in 1 2 3 4 5 6 7 8; do
		echo connect
	done | timeout 90 "$console" --headless 127.0.0.1 "$mark" -- "$odd" reset "$mark" \
	    >"$work/out" 2>"$work/err"
	[ $? -eq 0 ] && [ $(($(date +%s) - begun)) -lt 15 ] || good=1
	[ "$(grep -c 'client  connect conn' "$work/out")" -eq 8 ] || good=1
	verdict 'connections that are reset at once hold nobody up' $good
}
aside resetting

# Listeners that share the port (SO_REUSEPORT) are rows of their own, which stay as they
# are: each is told once, or a second time when its owner is known, and its end.
sharing() {
	mark=$("$BUILD/free_port")
	good=0
	printf '%s\n' connect 'send hi' 'expect echo hi' 'wait 1' 'show sockets' |
	    timeout 60 "$console" --json 127.0.0.1 "$mark" -- "$odd" shared "$mark" \
	    >"$work/out" 2>"$work/err" || good=1
	[ "$(grep '"type": "sockets"' "$work/out" | grep -o '"LISTEN"' | wc -l)" -eq 3 ] || good=1
	[ "$(grep -c '"type": "socket",.*"LISTEN"' "$work/out")" -le 12 ] || good=1
	verdict 'listeners that share a port are told apart' $good
}
aside sharing

# The console is killed: a daemon goes too.
killed() {
	port=$("$BUILD/free_port")
	mark=$port
	: >"$work/err"
	mkfifo "$work/in"
	ANY_SERVER_MARK=$mark "$console" --headless 127.0.0.1 "$port" -- "$odd" daemon "$port" \
	    <"$work/in" >"$work/out" 2>&1 &
	main=$!
	exec 8>"$work/in"
	printf 'connect\nsend hi\nexpect echo hi\n' >&8
	end=$(($(date +%s) + 20))
	until grep -q '^expect ok' "$work/out" || [ "$(date +%s)" -gt $end ]; do
		sleep 0.05 # sleep-ok: between two looks
	done
	good=0
	[ "$(marked "$mark" | wc -l)" -ge 4 ] || good=1
	kill -9 $main
	wait $main 2>/dev/null
	exec 8>&-
	end=$(($(date +%s) + 2))
	while left=$(marked "$mark") && [ -n "$left" ] && [ "$(date +%s)" -le $end ]; do
		:
	done
	[ -z "$left" ] || good=1
	verdict 'a daemon does not outlive a console that was killed' $good
}
aside killed
aside_end
exit $status
