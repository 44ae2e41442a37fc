#!/bin/sh
# Headless goldens: tests/goldens/NAME.in played, its event lines compared with
# NAME.out. Times, PIDs and ports are masked. Between processes the kernel promises
# no order, so the lines of each are put together, in their own order; a child's write
# (it may be killed before it tells of it), socket states and deaths, whose moment is
# the kernel's, are left to the expectations.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/verdict.sh
plan "$(ls tests/goldens/*.in | wc -l)"

mask() {
	sed -E -e 's/^ *[0-9]+\.[0-9]{3} //' \
	    -e "s/\\b$1\\b/PORT/g" \
	    -e 's/(127\.0\.0\.1|\[::1\]):[0-9]{4,5}/\1:EPHEMERAL/g' \
	    -e 's/\b(PID |pid:)[0-9]+/\1PID/g' \
	    -e 's/\b[0-9]{2,7}\b( started| forked| reaped| exited| zombie)/PID\1/g' \
	    -e 's/(waitpid?|fork)( conn [0-9]+)? = [0-9]+/\1\2 = PID/' \
	    -e 's/(→ )[0-9]{2,7}$/\1PID/' -e 's/(→ )[0-9]{2,7},/\1PID,/' \
	    -e 's/(socket|accept)( conn [0-9]+)? = [0-9]+/\1\2 = FD/'
}

sorted() {
	grep -vE '^(child +write|conn +[0-9]+ +(client|server) |        |(child|client|server) +PID )' |
	    awk '{ key = $1; if (/, caught$/) key = "caught"; else if (key == "error:" || key == "expect" || key == "stdin" ||
	        key == "note" || key == "host" || key == "signal" || key == "settings:")
	        key = "stdin"; print key "\t" NR "\t" $0 }' |
	    sort -t "$(printf '\t')" -k1,1 -k2,2n | cut -f3-
}

for input in tests/goldens/*.in; do
	name=$(basename "$input" .in)
	expected=tests/goldens/$name.out
	port=$("$BUILD/free_port")
	"$BUILD/tcpconsole" --headless 127.0.0.1 "$port" <"$input" >"$work/raw" 2>&1
	echo "exit status $?" >>"$work/raw"
	mask "$port" <"$work/raw" | sorted >"$work/$name.out"
	if [ -n "${UPDATE_GOLDENS:-}" ]; then
		cp "$work/$name.out" "$expected"
	fi
	diff -u "$expected" "$work/$name.out" >"$work/out"
	verdict "golden $name" $?
done
exit $status
