#!/bin/sh
# What the program never does, as far as it can be seen from outside (README, Security).
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
console=$PWD/$BUILD/tcpconsole
case $BUILD in /*) console=$BUILD/tcpconsole ;; esac
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0

verdict() { # NAME GOOD
	if [ "$2" -eq 0 ]; then
		echo "ok $1"
	else
		echo "not ok $1"
		sed 's/^/    /' "$work/out"
		status=1
	fi
}

# what our own code calls of libc, whatever a sanitizer adds
calls() { # DIRECTORY...
	for directory; do
		nm -u "$BUILD/$directory"/*.o
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
for object in "$BUILD"/core/*.o "$BUILD"/tui/*.o; do
	nm -u "$object" | grep -qE ' U (connect|accept4?)$' && echo "$object"
done >"$work/out"
[ ! -s "$work/out" ]
verdict 'the console itself connects nowhere and accepts nobody' $?
for object in "$BUILD"/*/*.o; do
	case $object in */tests/*) continue ;; esac
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
printf 'connect\nsend hello\nexpect echo hello\n' >&9
timeout 30 sh -c "until grep -q '\"type\": \"expect\"' '$work/events'; do sleep 0.05; done"
ss -Hltn "sport = :$port" >"$work/out"
[ "$(awk '{ print $4 }' "$work/out")" = "127.0.0.1:$port" ]
verdict 'the server listens on loopback alone' $?
sleep 300 &
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
exit $status
