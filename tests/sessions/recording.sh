#!/bin/sh
# Sessions that are recorded: the file holds what --json shows, a full disk costs a
# note and whole lines stay.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
plan 18
port=$("$BUILD/free_port")

printf '%s\n' connect 'send hello' 'expect echo hello' 'connect 2' 'use 2' \
    'kill child' 'expect state client CLOSE_WAIT' 'send again' 'expect eof' \
    'host crash' 'send lost' 'host reboot' 'show sockets' 'show processes' \
    'show connections' 'show settings' 'show errno' 'show dispositions' \
    'no such command' | patient >"$work/script"
printf 'connect\nsend bytes \377\001 of all kinds\n' >>"$work/script"

"$BUILD/tcpconsole" --json --record "$work/session.jsonl" 127.0.0.1 "$port" \
    <"$work/script" >"$work/out"
cmp -s "$work/session.jsonl" "$work/out"
verdict 'record: the file is what --json shows' $?

[ "$(stat -c %a "$work/session.jsonl")" = 600 ]
verdict 'record: it is its owners alone' $?

"$BUILD/tcpconsole" --headless --play echo --record "$work/lesson.jsonl" \
    127.0.0.1 "$port" >"$work/played" && grep -q '"type": "lesson"' "$work/lesson.jsonl" &&
    tail -n 1 "$work/lesson.jsonl" | grep -q '"type": "end"'
verdict 'record: a lesson is recorded to its end' $?

# a limit of the size of files: every system call meets it as it meets a full disk
(ulimit -f 8 && "$BUILD/tcpconsole" --headless --record "$work/full.jsonl" \
    127.0.0.1 "$port" <"$work/script") | cat >"$work/out"
[ "$(grep -c '^note: the recording has ended: .*File too large' "$work/out")" -eq 1 ] &&
    grep -q 'cannot\|error: ' "$work/out" && grep -q 'lost' "$work/out" &&
    [ "$(tail -c 1 "$work/full.jsonl")" = '' ] &&
    [ "$(wc -l <"$work/full.jsonl")" -gt 10 ] &&
    [ "$(grep -c '^{.*}$' "$work/full.jsonl")" -eq "$(wc -l <"$work/full.jsonl")" ]
verdict 'record: a full disk costs one note, the session goes on, whole lines stay' $?

"$BUILD/tcpconsole" --headless --record /dev/full 127.0.0.1 "$port" \
    <"$work/script" >"$work/out"
grep -q '^note: the recording has ended: /dev/full: No space left on device; 0 events' "$work/out"
verdict 'record: so does one that is full from the beginning' $?

"$BUILD/tcpconsole" --headless --record "$work/none/x" 127.0.0.1 "$port" \
    </dev/null >"$work/out" 2>&1
[ $? -eq 2 ] && [ "$(cat "$work/out")" = \
    "tcpconsole: cannot record to $work/none/x: No such file or directory" ]
verdict 'record: a file that cannot be written is one line before anything starts' $?

for file in session lesson full; do
	"$BUILD/tcpconsole" --json --replay "$work/$file.jsonl" >"$work/again" 2>&1 &&
	    cmp -s "$work/again" "$work/$file.jsonl"
	verdict "record: what is read back is what was written: $file" $?
done

cat "$work/session.jsonl" "$work/lesson.jsonl" >"$work/two.jsonl"
"$BUILD/tcpconsole" --json --replay "$work/two.jsonl" | cmp -s - "$work/two.jsonl"
verdict 'record: two sessions in a file' $?

"$BUILD/tcpconsole" --headless --replay "$work/lesson.jsonl" >"$work/again" &&
    cmp -s "$work/again" "$work/played"
verdict 'record: without --json it is printed as text' $?

# a crash leaves a last line that is cut
{ head -n 9 "$work/session.jsonl"; sed -n 10p "$work/session.jsonl" | head -c 20; } >"$work/cut.jsonl"
"$BUILD/tcpconsole" --json --replay "$work/cut.jsonl" >"$work/again" 2>"$work/out"
[ $? -eq 0 ] && grep -q "is cut off in its last line, $(($(wc -l <"$work/cut.jsonl") + 1))$" \
    "$work/out" && [ "$(wc -l <"$work/again")" -eq "$(wc -l <"$work/cut.jsonl")" ]
verdict 'record: a last line that is cut off is told, and passed over' $?

sed '7s/.*/{"t": 1.0, "type": "lunch"}/' "$work/session.jsonl" >"$work/bad.jsonl"
"$BUILD/tcpconsole" --json --replay "$work/bad.jsonl" >/dev/null 2>"$work/out"
[ $? -eq 2 ] && [ "$(cat "$work/out")" = \
    "tcpconsole: $work/bad.jsonl:7: this is no event of a recorded session" ]
verdict 'record: a damaged line is named' $?

for foreign in /etc/passwd /dev/null "$work" "$work/none" "$BUILD/tcpconsole"; do
	"$BUILD/tcpconsole" --headless --replay "$foreign" >/dev/null 2>"$work/out"
	[ $? -eq 2 ] && [ "$(wc -l <"$work/out")" -eq 1 ]
	verdict "record: no recording: $foreign" $?
done

exit $status
