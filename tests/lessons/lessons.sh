#!/bin/sh
# The lessons: each passes, one after the other; and what is said of lists, of wrong lines
# and of a user's own.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
plan $(($(ls scenarios/*.scenario | wc -l) + 12))
XDG_DATA_HOME=$work/data
export XDG_DATA_HOME

port() {
	"$BUILD/free_port"
}

# every lesson, from a clean state, one after the other
timeout 600 "$console" --play-all --json 127.0.0.1 "$(port)" \
    </dev/null >"$work/all" 2>"$work/err"
got=$?
grep '"type": "lesson"' "$work/all" | grep -v '"what": "begun"' >"$work/lessons"

# A lesson that failed, with its events from its beginning.  Its expectations have the five
# seconds of every session, and a busy machine takes longer at times: a timer of the
# kernel's that is late, a child that stays on its way out in state D.  It is played once
# more, by itself.
failed() { # NAME
	awk -v name="\"name\": \"$1\"" '/"type": "lesson", "what": "begun"/ { keep = index($0, name) }
	    keep' "$work/all" >"$work/out"
	echo "lesson $1 is played once more; at first:"
	grep '"pass": false' "$work/out" | cut -c 1-300
	"$console" --play "$1" --headless 127.0.0.1 "$(port)" </dev/null >"$work/out" 2>&1
	verdict "lesson $1" $?
}

while read -r line; do
	name=$(printf '%s' "$line" | sed 's/.*"name": "\([^"]*\)".*/\1/')
	case $line in
	*'"what": "passed"'*) verdict "lesson $name" 0 ;;
	*'"what": "skipped"'*) skip "lesson $name" "$(printf '%s' "$line" | sed 's/.*"reason": "\([^"]*\)".*/\1/')" ;;
	*) failed "$name" ;;
	esac
done <"$work/lessons"

# the status and the last line are what became of the lessons
of() { # passed|failed|skipped
	grep -c "\"what\": \"$1\"" "$work/lessons"
}
tail -n 1 "$work/all" >"$work/out"
[ "$got" -eq $(($(of failed) > 0)) ] && [ "$(of passed)" -gt 40 ] &&
    grep -q "\"type\": \"summary\", \"passed\": $(of passed), \"failed\": $(of failed), \"skipped\": $(of skipped)" "$work/out"
verdict 'all lessons: the status, and the summary comes last' $?
"$console" --list >"$work/out" 2>"$work/err" &&
    [ "$(wc -l <"$work/out")" -eq "$(wc -l <"$work/lessons")" ] &&
    ! grep -qv '^[a-z0-9-]*	[0-9.]*	[^	]*$' "$work/out"
verdict 'the list names each, with section and title' $?
for row in $(seq 36); do
	grep -hq "^row $row\(\.[0-9]*\)\?\$" scenarios/*.scenario || echo "row $row has no lesson"
done >"$work/out"
[ ! -s "$work/out" ]
verdict 'each row of the lecture has a lesson' $?

# what a lesson says has happened in it
python3 tests/tools/lesson_words.py "$work/all" tests/fixtures/lesson-words.txt >"$work/out"
verdict 'what a lesson names is in its log' $?
sed '/"type": "\(signal\|process\)"/s/SIGPIPE/SIGUSR2/' "$work/all" >"$work/other"
! python3 tests/tools/lesson_words.py "$work/other" tests/fixtures/lesson-words.txt >"$work/out"
verdict 'a word that is in no log is noticed' $?

# a port that has a row of a former life
left=$(port)
printf '%s\n' connect 'kill child' 'expect state client CLOSE_WAIT within 60' close \
    'expect state server TIME_WAIT within 60' | "$console" --headless 127.0.0.1 "$left" >"$work/out" 2>&1
"$console" --play client-time-wait --headless 127.0.0.1 "$left" >>"$work/out" 2>"$work/err"
[ $? -eq 77 ] && grep -q "port $left is not free of what was before, 127.0.0.1:$left → .*, TIME_WAIT for [0-9]* s more" "$work/err" &&
    "$console" --play echo --headless 127.0.0.1 "$left" >>"$work/out" 2>&1
verdict 'a row that is in the way is named, where it is: status 77' $?

# a wrong line is found before anything is run
printf 'title x\nconnect\nsnd hello\n' >"$work/wrong.scenario"
"$console" --play "$work/wrong.scenario" --json 127.0.0.1 "$(port)" >"$work/out" 2>"$work/err"
[ $? -eq 2 ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" -eq 1 ] &&
    grep -q "wrong.scenario:3: no command \"snd\"" "$work/err"
verdict 'a wrong line: status 2, file, line and mend, nothing is run' $?
"$console" --play no-such-lesson --headless 127.0.0.1 "$(port)" >"$work/out" 2>"$work/err"
[ $? -eq 2 ] && grep -q 'no scenario "no-such-lesson": --list' "$work/err"
verdict 'an unknown name: status 2' $?

# a library of three: passed, failed, skipped; the user's own among them
mkdir -p "$work/bin/scenarios" "$XDG_DATA_HOME/tcpconsole/scenarios"
cp "$console" "$BUILD/tcpserv" "$BUILD/tcpcli" "$work/bin"
cp tests/fixtures/scenarios/small.scenario "$work/bin/scenarios/theirs.scenario"
printf 'title Fails\nconnect\nexpect zombies 3 within 0.1\nsend never\n' >"$XDG_DATA_HOME/tcpconsole/scenarios/mine.scenario"
printf 'title Waits for the lab\nneeds lab\nconnect\n' >"$work/bin/scenarios/later.scenario"
"$work/bin/tcpconsole" --play-all 127.0.0.1 "$(port)" </dev/null >"$work/out" 2>"$work/err"
[ $? -eq 1 ] && [ "$(tail -n 1 "$work/out")" = '1 passed, 1 failed, 1 skipped' ] &&
    grep -q '^lesson mine FAILED at line 3: expect zombies 3 within 0.1' "$work/out" &&
    grep -q '^lesson later skipped: needs the lab' "$work/out" && ! grep -q never "$work/out"
verdict 'play-all counts, and ends with the counts' $?
"$work/bin/tcpconsole" --play mine --headless 127.0.0.1 "$(port)" >"$work/out" 2>"$work/err"
[ $? -eq 1 ]
verdict "the user's own by name" $?
"$work/bin/tcpconsole" --play later --headless 127.0.0.1 "$(port)" >"$work/out" 2>"$work/err"
[ $? -eq 77 ] && grep -q 'needs the lab' "$work/err"
verdict 'a lesson that cannot be played here: status 77 and the reason' $?

# a port that somebody else serves
taken=$(port)
mkfifo "$work/fifo"
"$console" --json 127.0.0.1 "$taken" <"$work/fifo" >"$work/first" &
first=$!
exec 9>"$work/fifo"
printf 'expect listening yes\n' >&9
timeout 20 sh -c "until grep -q '\"pass\": true' '$work/first'; do :; done"
"$console" --play tests/fixtures/scenarios/small.scenario --headless 127.0.0.1 "$taken" \
    >"$work/out" 2>"$work/err"
[ $? -eq 77 ] && grep -q 'a lesson needs a server of its own' "$work/err"
verdict 'a taken port: status 77 and the mend' $?
exec 9>&-
wait "$first"
