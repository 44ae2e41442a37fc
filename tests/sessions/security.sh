#!/bin/sh
# What the program never does, as far as it can be seen from outside (README, Security).
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
. tests/processes.sh
plan 13
console=$PWD/$BUILD/tcpconsole
case $BUILD in /*) console=$BUILD/tcpconsole ;; esac

# what our own code calls of libc, whatever a sanitizer adds
calls() { # DIRECTORY...
	for directory; do
		find "$BUILD/$directory" -name "*.o" -exec nm -u {} +
	done | sed -n 's/^ *U //p' | sort -u
}

for program in tcpconsole tcpserv tcpcli; do
	find "$BUILD/$program" -perm /6000
done >"$work/out"
[ ! -s "$work/out" ]
verdict 'no program is setuid or setgid' $?
calls core tui client server >"$work/calls"
grep -xE 'system|popen|posix_spawnp?|dlopen|set[re]*[ug]id|setgroups|cap_.*|chmod|fchmod|chown' \
    "$work/calls" >"$work/out"
[ ! -s "$work/out" ] && [ -s "$work/calls" ]
verdict 'no shell is run, no privilege changed' $?
find "$BUILD/core" "$BUILD/tui" -name "*.o" | while read -r object; do
	nm -u "$object" | grep -qE ' U (connect|accept4?)$' && echo "$object"
done >"$work/out"
[ ! -s "$work/out" ]
verdict 'the console itself connects nowhere and accepts nobody' $?
find "$BUILD/core" "$BUILD/tui" "$BUILD/server" "$BUILD/client" -name "*.o" |
    while read -r object; do
	nm -u "$object" | grep -qE ' U exec' && basename "$object"
done >"$work/out"
[ "$(cat "$work/out")" = guard.o ]
verdict 'only the guard runs programs' $?

# a session leaves no file behind, and listens on loopback alone
mkdir "$work/home" "$work/here"
port=$("$BUILD/free_port")
mkfifo "$work/commands"
(cd "$work/here" && HOME=$work/home XDG_STATE_HOME= exec "$console" --json 127.0.0.1 \
    "$port") <"$work/commands" >"$work/events" 2>"$work/err" &
session=$!
exec 9>"$work/commands"
printf 'connect\nsend hello\nexpect echo hello within 60\n' >&9
await 90 "grep -q '\"type\": \"expect\"' '$work/events'"
ss -Hltn "sport = :$port" >"$work/out"
[ "$(awk '{ print $4 }' "$work/out")" = "127.0.0.1:$port" ]
verdict 'the server listens on loopback alone' $?
sleep 300 & # sleep-ok: a process not to be killed
sleeper=$!
printf 'kill pid:%d\nquit\n' "$sleeper" >&9
exec 9>&-
wait "$session"
cp "$work/events" "$work/out"
kill -0 "$sleeper" 2>/dev/null && grep -q "not the console's own" "$work/events"
verdict 'a process of somebody else is not signalled' $?
kill "$sleeper"
find "$work/home" "$work/here" -mindepth 1 >"$work/out"
[ ! -s "$work/out" ]
verdict 'without a screen no file is written' $?

# Where a session connects and sends to, which files it makes or changes, what it runs:
# written down by a library (tests/tools/witness.c) in every one of its processes
library=$PWD/$BUILD/witness.so
case $BUILD in /*) library=$BUILD/witness.so ;; esac
runtime=$(ldd "$console" | awk '/lib[a]san/ { print $3 }')
[ -z "$runtime" ] || library="$runtime:$library"
unset XDG_STATE_HOME XDG_DATA_HOME XDG_CONFIG_HOME NO_COLOR

# Runs it in a home and a directory that it has to itself
at_home() { # COMMAND [ARG]...
	(cd "$work/here" && HOME=$work/home INPUTRC=/dev/null WITNESS=$work/witness "$@") \
	    >"$work/told" 2>&1
}

empty() {
	rm -rf "$work/home" "$work/here" "$work/witness"
	mkdir "$work/home" "$work/here"
}

# The same, both empty, and written down
witnessed() { # PROGRAM [ARG]...
	empty
	at_home env LD_PRELOAD="$library" "$@"
}

# Nothing but our client to this port, the kernel by netlink, our two programs, and
# files that match
is_clean() { # FILES
	grep -vxE "tcpcli send inet (127\.0\.0\.1|::1) $port|[a-z]+ send netlink|tcpconsole run ${console%/*}/tcp(serv|cli)|[a-z]+ file /(dev/null|proc/self/fd/1)|$1" \
	    "$work/witness" | sort | uniq -c >"$work/out"
	{ grep -q 'tcpcli send' "$work/witness" && grep -q 'run .*tcpserv' "$work/witness"; } ||
		cat "$work/told" "$work/witness" >>"$work/out"
	[ ! -s "$work/out" ]
}

port=$("$BUILD/free_port")
printf '%s\n' connect 'send hello' 'expect echo hello' 'connect 3' 'kill child 2' 'use 1' 'host crash' \
    'send lost' 'host reboot' 'expect errno ECONNRESET within 20' 'host unplug' 'host plug' \
    'show all' 'show details' 'show processes' 'client start' connect 'client sigpipe ignore' \
    'kill client' connect 'kill server' 'send to nobody' 'server start' connect 'abort' \
    'server set reap=none bind=any' connect 'send text' 'expect echo text' 'server restart' \
    'host shutdown 1' reset connect 'send last' 'expect echo last' | patient >"$work/commands.all"
witnessed "$console" --json --record session.jsonl 127.0.0.1 "$port" <"$work/commands.all"
is_clean 'tcpconsole file session\.jsonl' && ! grep '"pass": false' "$work/told" >"$work/out"
verdict 'all that can be done, and show all: HOST and PORT alone, one file' $?
(cd "$work" && find home here -mindepth 1) >"$work/out"
[ "$(cat "$work/out")" = here/session.jsonl ] && [ "$(stat -c %a "$work/here/session.jsonl")" = 600 ]
verdict 'the recording is all that it left, of mode 0600' $?
host=::1
has_ipv6 || host=127.0.0.1
witnessed "$console" --headless --play host-reboot "$host" "$port" && is_clean nothing
verdict 'a lesson: HOST and PORT alone, no file' $?

# a screen, with its history; umask and what was there do not matter
cat >"$work/steps" <<'STEPS'
see conn 1 ESTABLISHED
type kept line\r
see │kept line
type \t
see w Why
type a
see All TCP sockets
type a
type i
type \x1b[15~
see crashed
type lost\r
type \x1b[17~
see ECONNRESET
type :record\r
type \x1b[21~
exit 0
STEPS
history=$work/home/.local/state/tcpconsole/history
screen() {
	at_home env TERM=xterm LC_ALL=C.UTF-8 "$stream" screen env LD_PRELOAD="$library" \
	    "$console" --record "$work/home/recorded" 127.0.0.1 "$port" <"$work/steps"
}
stream=$PWD/$BUILD/stream
case $BUILD in /*) stream=$BUILD/stream ;; esac
umask 0
empty
screen
cp "$work/told" "$work/out"
grep -q '^ok' "$work/told" && is_clean "tcpconsole file $work/home(/\.local(/state(/tcpconsole(/history.*)?)?)?|/recorded)" &&
    grep -q 'file.*/history' "$work/witness"
verdict 'a screen: HOST and PORT alone, history and recording' $?
(cd "$work/home" && find . -type f -printf '%m %p\n' && find . -mindepth 1 -type d -printf '%m %p\n') |
    sort >"$work/out"
printf '%s\n' '600 ./.local/state/tcpconsole/history' '600 ./recorded' '700 ./.local' \
    '700 ./.local/state' '700 ./.local/state/tcpconsole' | cmp -s - "$work/out"
verdict 'they are their owner alone, whatever the umask' $?

# what was there before: the history becomes its owner's, a recording keeps its mode,
# and a link that leads to it
chmod 644 "$history" && echo old >"$work/home/target" && chmod 640 "$work/home/target"
rm "$work/home/recorded"
ln -s target "$work/home/recorded"
screen
{ grep -q '^ok' "$work/told" || cat "$work/told"; } >"$work/out"
stat -c '%a %F' "$history" "$work/home/recorded" "$work/home/target" >>"$work/out"
[ "$(cat "$work/out")" = '600 regular file
777 symbolic link
640 regular file' ] && grep -q '"end"' "$work/home/target" && [ "$(grep -c 'kept line' "$history")" -eq 2 ]
verdict 'a history of mode 644 becomes 600; a recording is written where its link leads' $?
exit $status
