#!/bin/sh
# Every byte that the console writes to its terminal, under each TERM: build/stream runs
# it on a terminal that knows curses' own sequences and takes all else for a failure.
# The sessions run side by side, for most of what they do is waiting.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
SIDE=${SIDE:-6}
work=$(mktemp -d) || exit 1
hostile=
trap 'kill $hostile 2>/dev/null; rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work/state" INPUTRC=/dev/null LC_ALL=C.UTF-8
unset NO_COLOR LINES COLUMNS
count=0 status=0

# Tells what became of the sessions that run, in their order
tell() {
	[ -z "$running" ] || wait $running
	for file in "$work"/told.*; do
		[ -f "$file" ] || continue
		cat "$file"
		grep -q '^ok' "$file" || status=1
		rm "$file"
	done
	running=
}

# One session: NAME [OPTION of stream]... -- [ARGUMENT of tcpconsole]..., its steps on
# standard input (never a pipe: this is no subshell); at PORT, or a free one
running=
session() {
	name=$1 term=xterm-256color options=
	shift
	while [ "$1" != -- ]; do
		[ "$1" != -t ] || { term=$2; shift 2; continue; }
		options="$options $1"
		shift
	done
	shift
	count=$((count + 1))
	[ $((count % SIDE)) -ne 0 ] || tell
	port=${PORT:-$("$BUILD/free_port")}
	cat >"$work/steps.$count"
	"$BUILD/stream" -t "$term" $options "stream: $name" "$BUILD/tcpconsole" "$@" 127.0.0.1 "$port" \
	    <"$work/steps.$count" >"$work/told.$(printf %03d $count)" 2>&1 &
	running="$running $!"
}

# A server that sends what no terminal should get, at its own port
begin_hostile() {
	HOSTILE=$("$BUILD/free_port")
	"$BUILD/hostile" "$HOSTILE" "$@" >"$work/hostile.$HOSTILE" &
	hostile="$hostile $!"
	until grep -qs listening "$work/hostile.$HOSTILE"; do
		sleep 0.02 # sleep-ok: between two looks
	done
}

# Its answers one by one, each as the latest line of Echoed and Timeline, then the views
{
	printf '%s\n' 'see conn 1 ESTABLISHED' 'type :client reads always\r' 'see client reads always'
	for line in $(seq 1 24); do
		printf '%s\n' "type $line\\r" "see │$line |\\|$line "
	done
	printf '%s\n' 'see the end of 23' redraw 'type :show processes\r' 'see .Processes]' \
	    'type K' 'see SIGHUP' 'settle' 'type q' 'unsee SIGHUP' 'type x' 'see offset' 'redraw' \
	    'type i' 'see F2 Kill' 'type :show errno\r' 'see PgUp' 'redraw' 'type \x1b[21~' 'exit 0'
} >"$work/hostile"

begin_hostile
for term in xterm-256color screen tmux linux vt100; do
	PORT=$HOSTILE session "a hostile peer, TERM=$term" -t $term -- <"$work/hostile"
done
PORT=$HOSTILE session 'a hostile peer, --ascii' -a -- --ascii <"$work/hostile"
LC_ALL=C PORT=$HOSTILE session 'a hostile peer, C locale, larger' -a -g 120x36 -- \
    --color=never <"$work/hostile"

for term in dumb nosuchterm ''; do
	session "TERM=$term is refused, the terminal untouched" -p -t "$term" -- <<-'STEPS'
	exit 77
	see tcpconsole: TERM.*: try TERM=xterm, or --headless
	STEPS
done

# Resizes in the middle of a line; what is written for a key, and at rest
cat >"$work/storm" <<'STEPS'
see conn 1 ESTABLISHED
settle
quiet 1500 0
cost 200 h
cost 1500 ello\r
type \x1b
see Tab Next
type i
type half a line
storm 1000
resize 80 24
see > half a line
redraw
resize 120 36
redraw
resize 30 5
see 80x24
resize 80 24
see > half a line
memory 20000
type \x1b[21~
exit 0
STEPS
session 'a thousand resizes in the middle of a line' -- <"$work/storm"
session 'a thousand resizes, TERM=vt100' -t vt100 -- <"$work/storm"
tell
exit $status
