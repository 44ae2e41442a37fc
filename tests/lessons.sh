#!/bin/sh
# The lessons: each passes, and each of those in tests/fixtures/lessons-fail.txt
# fails at the line named there once its server is set the other way.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
console=$BUILD/tcpconsole
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
XDG_DATA_HOME=$work/data
export XDG_DATA_HOME

verdict() { # NAME STATUS
	if [ "$2" -eq 0 ]; then
		printf 'ok %s\n' "$1"
	else
		printf 'not ok %s\n' "$1"
		[ ! -s "$work/err" ] || sed 's/^/    /' "$work/err"
		[ ! -s "$work/out" ] || tail -n 25 "$work/out" | cut -c 1-300 | sed 's/^/    /'
	fi
}

port() {
	"$BUILD/free_port"
}

# every lesson, from a clean state, one after the other
timeout 600 "$console" --play-all --json 127.0.0.1 "$(port)" \
    </dev/null >"$work/all" 2>"$work/err"
status=$?
grep '"type": "lesson"' "$work/all" | grep -v '"what": "begun"' >"$work/lessons"
: >"$work/out"
while read -r line; do
	name=$(printf '%s' "$line" | sed 's/.*"name": "\([^"]*\)".*/\1/')
	printf '%s\n' "$line" >"$work/out"
	case $line in
	*'"what": "passed"'*) verdict "lesson $name" 0 ;;
	*'"what": "skipped"'*) echo "ok lesson $name # skipped" ;;
	*)
		# the events of this lesson, from its beginning
		awk -v name="\"name\": \"$name\"" '/"type": "lesson", "what": "begun"/ { keep = index($0, name) }
		    keep' "$work/all" >"$work/out"
		verdict "lesson $name" 1
		;;
	esac
done <"$work/lessons"
: >"$work/out"
[ "$status" -eq 0 ] && tail -n 1 "$work/all" | grep -q '"type": "summary", "passed": [1-9][0-9]*, "failed": 0, "skipped": [0-9]'
verdict 'all lessons: status 0, and the summary comes last' $?
"$console" --list >"$work/out" 2>"$work/err" &&
    [ "$(wc -l <"$work/out")" -eq "$(wc -l <"$work/lessons")" ] &&
    ! grep -qv '^[a-z0-9-]*	[0-9.]*	[^	]*$' "$work/out"
verdict 'the list names each, with section and title' $?
for row in $(seq 36); do
	grep -hq "^row $row\(\.[0-9]*\)\?\$" scenarios/*.scenario || echo "row $row has no lesson"
done >"$work/out"
[ ! -s "$work/out" ]
verdict 'each row of the lecture has a lesson' $?

# One lesson set the other way: NAME, what is changed, the command that fails.
fails() { # NUMBER
	name=$2 change=$3 command=$4
	mkdir "$work/$1" || return
	sed "$change" "scenarios/$name.scenario" >"$work/$1/$name.scenario"
	if cmp -s "scenarios/$name.scenario" "$work/$1/$name.scenario"; then
		echo 'this changes nothing' >"$work/$1/out"
		echo 1 >"$work/$1/status"
		return
	fi
	timeout 120 "$console" --play "$work/$1/$name.scenario" --headless 127.0.0.1 "$(port)" \
	    </dev/null >"$work/$1/out" 2>&1
	[ $? -eq 1 ] && grep -qF "lesson $name FAILED at line " "$work/$1/out" &&
	    grep -q "^lesson $name FAILED at line [0-9]*: $command\$" "$work/$1/out"
	echo $? >"$work/$1/status"
}

# each can fail; most of it is waiting, so several run side by side
number=0
while IFS='	' read -r name change command; do
	case $name in '' | '#'*) continue ;; esac
	number=$((number + 1))
	fails "$number" "$name" "$change" "$command" &
	[ $((number % 8)) -ne 0 ] || wait
done <tests/fixtures/lessons-fail.txt
wait
number=0
: >"$work/err"
while IFS='	' read -r name change command; do
	case $name in '' | '#'*) continue ;; esac
	number=$((number + 1))
	cp "$work/$number/out" "$work/out"
	verdict "$name fails at \"$command\" with $change" "$(cat "$work/$number/status")"
done <tests/fixtures/lessons-fail.txt

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
[ $? -eq 77 ] && grep -q 'a lesson needs a tcpserv of its own' "$work/err"
verdict 'a taken port: status 77 and the mend' $?
exec 9>&-
wait "$first"
