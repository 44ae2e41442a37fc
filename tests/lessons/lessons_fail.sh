#!/bin/sh
# Each lesson can fail: one of those in tests/fixtures/lessons-fail.txt, whose server is
# set the other way, fails at the command that is named there.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
rows=$(grep -cv '^#\|^$' tests/fixtures/lessons-fail.txt)
plan "$rows"
export XDG_DATA_HOME="$work/data"

# NAME, what is changed of it, the command that fails then.
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
		timeout 300 "$console" --play "$work/$name.scenario" --headless 127.0.0.1 \
		    "$("$BUILD/free_port")" </dev/null >"$work/out" 2>&1
		[ $? -eq 1 ] && grep -q "^lesson $name FAILED at line [0-9]*: $command\$" "$work/out"
	fi
	verdict "$name fails at \"$command\" with $change" $?
}

while IFS='	' read -r name change command; do
	case $name in '' | '#'*) continue ;; esac
	! wanted "$name" || aside fails "$name" "$change" "$command"
done <tests/fixtures/lessons-fail.txt
aside_end
exit $status
