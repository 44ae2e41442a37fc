#!/bin/sh
# Sessions that are recorded: the file holds what --json shows, a full disk costs a
# note and whole lines stay.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0
port=$("$BUILD/free_port")

verdict() { # NAME STATUS
	if [ "$2" -eq 0 ]; then
		echo "ok record: $1"
	else
		echo "not ok record: $1"
		tail -n 5 "$work"/* | cut -c 1-300 | sed 's/^/    /'
		status=1
	fi
}

printf '%s\n' connect 'send hello' 'expect echo hello' 'connect 2' 'use 2' \
    'kill child' 'expect state client CLOSE_WAIT' 'send again' 'expect eof' \
    'host crash' 'send lost' 'host reboot' 'show sockets' 'show processes' \
    'show connections' 'show settings' 'show errno' 'show dispositions' \
    'no such command' >"$work/script"
printf 'connect\nsend bytes \377\001 of all kinds\n' >>"$work/script"

"$BUILD/tcpconsole" --json --record "$work/session.jsonl" 127.0.0.1 "$port" \
    <"$work/script" >"$work/seen"
cmp -s "$work/session.jsonl" "$work/seen"
verdict 'the file is what --json shows' $?

[ "$(stat -c %a "$work/session.jsonl")" = 600 ]
verdict 'it is its owners alone' $?

"$BUILD/tcpconsole" --headless --play echo --record "$work/lesson.jsonl" \
    127.0.0.1 "$port" >"$work/played" && grep -q '"type": "lesson"' "$work/lesson.jsonl" &&
    tail -n 1 "$work/lesson.jsonl" | grep -q '"type": "end"'
verdict 'a lesson is recorded to its end' $?

# a limit of the size of files: every system call meets it as it meets a full disk
(ulimit -f 8 && "$BUILD/tcpconsole" --headless --record "$work/full.jsonl" \
    127.0.0.1 "$port" <"$work/script") | cat >"$work/seen"
[ "$(grep -c '^note: the recording has ended: .*File too large' "$work/seen")" -eq 1 ] &&
    grep -q 'cannot\|error: ' "$work/seen" && grep -q 'lost' "$work/seen" &&
    [ "$(tail -c 1 "$work/full.jsonl")" = '' ] &&
    [ "$(wc -l <"$work/full.jsonl")" -gt 10 ] &&
    [ "$(grep -c '^{.*}$' "$work/full.jsonl")" -eq "$(wc -l <"$work/full.jsonl")" ]
verdict 'a full disk costs one note, the session goes on, whole lines stay' $?

"$BUILD/tcpconsole" --headless --record /dev/full 127.0.0.1 "$port" \
    <"$work/script" >"$work/seen"
grep -q '^note: the recording has ended: /dev/full: No space left on device; 0 events' "$work/seen"
verdict 'so does one that is full from the beginning' $?

"$BUILD/tcpconsole" --headless --record "$work/none/x" 127.0.0.1 "$port" \
    </dev/null >"$work/seen" 2>&1
[ $? -eq 2 ] && [ "$(cat "$work/seen")" = \
    "tcpconsole: cannot record to $work/none/x: No such file or directory" ]
verdict 'a file that cannot be written is one line before anything starts' $?

for file in session lesson full; do
	"$BUILD/tcpconsole" --json --replay "$work/$file.jsonl" >"$work/again" 2>&1 &&
	    cmp -s "$work/again" "$work/$file.jsonl"
	verdict "what is read back is what was written: $file" $?
done

cat "$work/session.jsonl" "$work/lesson.jsonl" >"$work/two.jsonl"
"$BUILD/tcpconsole" --json --replay "$work/two.jsonl" | cmp -s - "$work/two.jsonl"
verdict 'two sessions in a file' $?

"$BUILD/tcpconsole" --headless --replay "$work/lesson.jsonl" >"$work/again" &&
    cmp -s "$work/again" "$work/played"
verdict 'without --json it is printed as text' $?

# a crash leaves a last line that is cut
head -c 3000 "$work/session.jsonl" >"$work/cut.jsonl"
"$BUILD/tcpconsole" --json --replay "$work/cut.jsonl" >"$work/again" 2>"$work/seen"
[ $? -eq 0 ] && grep -q "is cut off in its last line, $(($(wc -l <"$work/cut.jsonl") + 1))$" \
    "$work/seen" && [ "$(wc -l <"$work/again")" -eq "$(wc -l <"$work/cut.jsonl")" ]
verdict 'a last line that is cut off is told, and passed over' $?

sed '7s/.*/{"t": 1.0, "type": "lunch"}/' "$work/session.jsonl" >"$work/bad.jsonl"
"$BUILD/tcpconsole" --json --replay "$work/bad.jsonl" >/dev/null 2>"$work/seen"
[ $? -eq 2 ] && [ "$(cat "$work/seen")" = \
    "tcpconsole: $work/bad.jsonl:7: this is no event of a recorded session" ]
verdict 'a damaged line is named' $?

for foreign in /etc/passwd /dev/null "$work" "$work/none" "$BUILD/tcpconsole"; do
	"$BUILD/tcpconsole" --headless --replay "$foreign" >/dev/null 2>"$work/seen"
	[ $? -eq 2 ] && [ "$(wc -l <"$work/seen")" -eq 1 ]
	verdict "no recording: $foreign" $?
done

exit $status
