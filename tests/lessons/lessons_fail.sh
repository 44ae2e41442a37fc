#!/bin/sh
# Each lesson can fail: one of those in tests/fixtures/lessons-fail.txt, whose server is
# set the other way, fails at the command that is named there.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
rows=$(grep -cv '^#\|^$' tests/fixtures/lessons-fail.txt)
plan "$rows"
export XDG_DATA_HOME="$work/data"

# Plays it; does it fail where it must?
play() { # NAME COMMAND
	timeout 300 "$console" --play "$work/$1.scenario" --headless 127.0.0.1 \
	    "$("$BUILD/free_port")" </dev/null >"$work/out" 2>&1
	[ $? -eq 1 ] && grep -q "^lesson $1 FAILED at line [0-9]*: $2\$" "$work/out"
}

# NAME, what is changed of it, the command that fails then.  What is to hold for a fraction
# of a second can hold for longer on a busy machine, and fail only later: it is played once
# more then, to hold for three seconds, and that is printed.
fails() {
	name=$1 change=$2 command=$3
	sed "$change" "scenarios/$name.scenario" >"$work/changed"
	# whatever comes before it has the time that it needs
	awk -v command="$command" '/^expect / && !/ within / && $0 !~ command { $0 = $0 " within 30" }
	    { print }' "$work/changed" >"$work/$name.scenario"
	if cmp -s "scenarios/$name.scenario" "$work/changed"; then
		echo 'this changes nothing' >"$work/out"
		false
	else
		play "$name" "$command" || {
			echo "$name: once more, for longer: it did not fail at \"$command\""
			sed -i 's/^\(expect .* for\) 0\.[0-9]*$/\1 3/' "$work/$name.scenario"
			play "$name" "$(echo "$command" | sed 's/ for 0\.[0-9]*$/ for 3/')"
		}
	fi
	verdict "$name fails at \"$command\" with $change" $?
}

while IFS='	' read -r name change command; do
	case $name in '' | '#'*) continue ;; esac
	! wanted "$name" || aside fails "$name" "$change" "$command"
done <tests/fixtures/lessons-fail.txt
aside_end
exit $status
