#!/bin/sh
# Headless goldens: tests/lessons/goldens/NAME.in played, its event lines compared with
# NAME.out.  Times, PIDs, ports and descriptors are masked.  Between processes the kernel
# promises no order, so the lines of each are put together, in their own order: those of a
# process, of an end of a connection, of what was typed and what it came to.  Left out is
# what hangs on when somebody looked: whether a transition was seen or inferred, and the
# zombie that each child is until it is reaped; and a child's write where it is killed,
# for it may be killed before it tells of it.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
plan "$(ls tests/lessons/goldens/*.in | wc -l)"

mask() { # PORT
	sed -E -e 's/^ *[0-9]+\.[0-9]{3} //' \
	    -e "s/\\b$1\\b/PORT/g" \
	    -e 's/(127\.0\.0\.1|\[::1\]):[0-9]{4,5}/\1:EPHEMERAL/g' \
	    -e 's/\b(PID |pid:)[0-9]+/\1PID/g' \
	    -e 's/^((client|server|child) +)[0-9]+ (started|forked|reaped|exited|zombie)/\1PID \3/' \
	    -e 's/(waitpid?|fork)( conn [0-9]+)? = [0-9]+/\1\2 = PID/' \
	    -e 's/(→ )[0-9]{2,7}$/\1PID/' -e 's/(→ )[0-9]{2,7},/\1PID,/' \
	    -e 's/(socket|accept)( conn [0-9]+)? = [0-9]+/\1\2 = FD/' \
	    -e 's/ \(inferred\)$//' -e 's/ within 60\b//'
}

# Puts together what has an order of its own
sorted() {
	awk '{ key = $1 }
	    /, caught$/ { key = "caught" }
	    /^conn +[0-9]+ +(client|server) / { key = "state " $2 " " $3 }
	    $2 == "PID" { key = "process " $1 }
	    key ~ /^(error:|expect|stdin|note|host|signal|settings:)$/ { key = "stdin" }
	    $2 == "PID" && $3 ~ /^zombie/ { next }
	    killed && /^child +write/ { next }
	    { print key "\t" NR "\t" $0 }' killed="$(grep -c '^kill child\|^host crash' "$1")" - |
	    sort -t "$(printf '\t')" -k1,1 -k2,2n | cut -f3-
}

golden() { # NAME
	port=$("$BUILD/free_port")
	patient "tests/lessons/goldens/$1.in" | "$console" --headless 127.0.0.1 "$port" >"$work/raw" 2>&1
	echo "exit status $?" >>"$work/raw"
	mask "$port" <"$work/raw" | sorted "tests/lessons/goldens/$1.in" >"$work/seen"
	[ -z "${UPDATE_GOLDENS:-}" ] || cp "$work/seen" "tests/lessons/goldens/$1.out"
	diff -u "tests/lessons/goldens/$1.out" "$work/seen" >"$work/out"
	verdict "golden $1" $?
}

for input in tests/lessons/goldens/*.in; do
	aside golden "$(basename "$input" .in)"
done
aside_end
exit $status
