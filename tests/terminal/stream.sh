#!/bin/sh
# Every byte that the console writes to its terminal, under each TERM: build/stream runs
# it on a terminal that knows curses' own sequences and takes all else for a failure.
# The sessions run side by side, for most of what they do is waiting.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
plan 40
ASIDE=${SIDE:-6}
hostile=
at_end='kill $hostile 2>/dev/null'
export XDG_STATE_HOME="$work/state" INPUTRC=/dev/null LC_ALL=C.UTF-8
unset NO_COLOR LINES COLUMNS
count=0
left_out= # the sanitizers keep memory for reasons of their own
! ldd "$BUILD/tcpconsole" | grep -q asan || left_out=/^memory/d

# A port that is free, and of which no connection is left
free() {
	until port=$("$BUILD/free_port") &&
	    [ -z "$(ss -Htan "( sport = :$port or dport = :$port )")" ]; do :; done
	echo "$port"
}

# One session: NAME [OPTION of stream]... -- [ARGUMENT of tcpconsole]..., its steps on
# standard input (never a pipe: this is no subshell); at PORT, or a free one.  program:
# what runs in place of the console
session() {
	name="stream: $1" term=xterm-256color options=
	wanted "$name" || return 0
	shift
	while [ "$1" != -- ]; do
		[ "$1" != -t ] || { term=$2; shift 2; continue; }
		options="$options $1"
		shift
	done
	shift
	count=$((count + 1))
	port=${PORT:-$(free)}
	sed "$left_out" >"$work/steps.$count"
	set -- "$console" "$@" 127.0.0.1 "$port"
	aside streamed "$work/steps.$count" -t "$term" $options "$name" ${program:-"$@"}
}

# It runs: STEPS and the arguments of stream
streamed() {
	steps=$1
	shift
	"$BUILD/stream" "$@" <"$steps"
}

# A server that sends what no terminal should get, at its own port
begin_hostile() {
	HOSTILE=$(free)
	"$BUILD/hostile" "$HOSTILE" "$@" >"$work/hostile.$HOSTILE" &
	hostile="$hostile $!"
	until grep -qs listening "$work/hostile.$HOSTILE"; do
		sleep 0.02 # sleep-ok: between two looks
	done
}

# Its answers one by one, each as the latest line of Echoed and Timeline, then the views.
# Where a process sleeps is known a moment after it does: the screen is whole then
{
	printf '%s\n' 'see conn 1 ESTABLISHED' 'type :client reads always\r' 'see client reads always'
	for line in $(seq 1 24); do
		printf '%s\n' "type $line\\r" "see │$line |\\|$line "
	done
	printf '%s\n' 'see the end of 23' 'unsee ESTABLISHED on' 'unsee [0-9] S +conn [0-9]+ +- ' redraw 'type :show processes\r' 'see .Processes]' \
	    'type K' 'see SIGHUP' 'settle' 'type q' 'unsee SIGHUP' 'type x' 'see offset' 'redraw' \
	    'type i' 'see F2 Kill' 'type :show errno\r' 'see PgUp' 'redraw' 'type \x1b[21~' 'exit 0'
} >"$work/hostile"

for term in xterm-256color screen tmux linux vt100; do
	begin_hostile
	PORT=$HOSTILE session "a hostile peer, TERM=$term" -t $term -- <"$work/hostile"
done
begin_hostile
PORT=$HOSTILE session 'a hostile peer, --ascii' -a -- --ascii <"$work/hostile"
begin_hostile
LC_ALL=C PORT=$HOSTILE session 'a hostile peer, C locale, larger' -a -g 120x36 -- \
    --color=never <"$work/hostile"

# The same without a screen, on a terminal
for mode in --headless --json; do
	begin_hostile
	{
		printf '%s\n' 'type connect\rclient reads always\r'
		seq -f 'type send %.0f\r' 24
		printf '%s\n' 'see the end of 23' 'type show processes\rshow sockets\r\x04' 'exit 0'
	} >"$work/plain"
	PORT=$HOSTILE session "a hostile peer, $mode" -p -g 120x50 -- $mode <"$work/plain"
done
LC_ALL=xx_XX.UTF-8 session 'a locale that is not here: UTF-8 all the same' -- <<'STEPS'
see ├ Sockets
type Gr\xc3\xbc\xc3\x9fe\r
see │Grüße
type \x1b[21~
exit 0
STEPS

for term in dumb nosuchterm ''; do
	session "TERM=$term is refused, the terminal untouched" -p -t "$term" -- <<-'STEPS'
	exit 77
	see tcpconsole: TERM.*: try TERM=xterm, or --headless
	STEPS
done

# No colour leaves the program where none is wanted: neither on a screen (bold and
# reverse may) nor into a pipe
tour() { # yes|no
	cat <<-STEPS
	see conn 1 ESTABLISHED
	type hello\\r
	see │hello
	type \\x1bOQ
	see conn 1 CLOSE_WAIT
	type again\\r
	see end of file
	type :frobnicate\\r
	see no command
	type \\x1bOP
	see .Help.
	type G
	see Marks
	type q
	unsee Marks
	type \\t
	see w Why
	type K
	see SIGHUP
	type q
	unsee SIGHUP
	type s
	see TCP's states
	type x
	see offset
	type w
	see What it is
	type q
	unsee What it is
	type :server set reap=none\\r:connect\\r:close\\r
	see defunct
	type \\x1b[21~
	exit 0
	coloured $1
	STEPS
}
tour no >"$work/colourless"
tour yes >"$work/coloured"
NO_COLOR=1 session 'NO_COLOR=1' -- <"$work/colourless"
NO_COLOR=1 session 'NO_COLOR=1, TERM=tmux' -t tmux -- <"$work/colourless"
session '--color=never' -- --color=never <"$work/colourless"
session 'TERM=vt100 knows none' -t vt100 -- <"$work/colourless"
NO_COLOR='' session 'an empty NO_COLOR does not count' -- <"$work/coloured"
NO_COLOR=1 session '--color=always counts for more' -- --color=always <"$work/coloured"
session 'eight colours' -t screen -- <"$work/coloured"
{
	for option in --help --version --list --doctor; do
		"$BUILD/tcpconsole" --color=always "$option"
	done
	for plain in --headless --json; do
		printf 'connect\nsend hello\nexpect echo hello\nshow sockets\nnonsense\n' |
		    "$BUILD/tcpconsole" --color=always $plain 127.0.0.1 "$(free)"
	done
	for name in tcpserv tcpcli; do
		"$BUILD/$name" --help
		"$BUILD/$name" --version
	done
} >"$work/plain" 2>&1
grep "$(printf '\033')" "$work/plain" | cat -v >"$work/out"
grep -q 'hello' "$work/plain" && [ ! -s "$work/out" ]
verdict 'stream: no sequence in help, version, lists and logs' $?

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
resize 30 5
see 80x24
resize 80 24
see > half a line
redraw
resize 120 36
see TCP_INFO
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
session 'smaller and back before it has looked: the terminal forgot, the size is the same' -- <<'STEPS'
see conn 1 ESTABLISHED
type half
see > half
resize 30 5
resize 80 24
see > half
redraw
type \x03
type \x1b[21~
exit 0
STEPS

# However it ends, the terminal is as before
for end in TERM/143 HUP/129 SEGV/139 ABRT/134; do
	session "ended by SIG${end%/*}" -- <<-STEPS
	see conn 1 ESTABLISHED
	signal ${end%/*}
	exit ${end#*/}
	STEPS
done
session 'the terminal vanishes' -- <<'STEPS'
see conn 1 ESTABLISHED
hangup
exit 129
STEPS
session 'a terminal that has stopped reading: no busy loop, and SIGTERM is heard' -- <<'STEPS'
see conn 1 ESTABLISHED
rate 0
type hello\r\x0c\x0c
idle 200
signal TERM
exit 143
STEPS
session 'a terminal of 9600 baud' -- <<'STEPS'
see conn 1 ESTABLISHED
rate 960
type hello\rsecond\rthird\r\x0c
see │third +│third
type \x1b[21~
exit 0
STEPS

# A job: suspended, continued in the background, stopped from outside, killed while it
# is stopped
port=$(free)
cat >"$work/job" <<STEPS
see [\$#]
type PS1='$ '; $BUILD/tcpconsole 127.0.0.1 $port; echo left\r
see conn 1 ESTABLISHED
type half
see > half
type \x1a
see Stopped
type fg\r
unsee Stopped
see > half
redraw
type \x1a
see Stopped
type bg; wait %1; clear -x; echo three\r
see ^three
unsee half
type fg\r
unsee ^three
see > half
redraw
signal STOP
see Stopped
type clear -x; echo four\r
see ^four
type fg\r
unsee ^four
see > half
redraw
type \x1a
see Stopped
type clear -x; kill %1; wait -f %1; echo gone\r
see ^gone
type exit\r
exit 0
STEPS
program='bash --norc -i' session 'a job that is suspended, continued, stopped, killed' -- \
    <"$work/job"

# inputrc files: typed, edited, completed, recalled, pasted
export INPUTRC=tests/fixtures/inputrc/vi
session 'inputrc: vi' -- <<'STEPS'
see conn 1 ESTABLISHED
type hello world\x1b
settle
type 0dwiGr\xc3\xbc\xc3\x9fe \x1b
settle
type A!\r
see │Grüße world!
type \x1b
settle
type k
see Grüße world!$
type \r
settle
type :sho\t
see :show
type \x03
type \x1b[200~pasted\r\x1b[201~
see pasted$
type \x1b[15~
see crashed
type \x1b[21~
exit 0
STEPS
INPUTRC=tests/fixtures/inputrc/strange
session 'inputrc: strange' -- <<'STEPS'
see conn 1 ESTABLISHED
type hello\x02\x02X\r
see │helXlo
type \x10
see > helXlo
type \x15:s\t
see :say  :send
type \x03
type \x18m
see │a macro
type \x18t
see │for tcpconsole
type abc(x)d\xc3\xa4
see abc.x.dä
redraw
type \x03
type \x1bOP
see host crash
type q
unsee host crash
type \x18\x12
settle
quiet 300 0
type \x1b[200~pasted\r\x1b[201~
see pasted$
type \x03
type \x12hel
see hel
type \x03
type \x1b[21~
exit 0
STEPS
INPUTRC=tests/fixtures/inputrc/broken
session 'inputrc: broken, and a macro without end' -- <<'STEPS'
see readline: .*broken: line [0-9]+:
type hello\x02\x02X\r
see │helXlo
type \x18z
type after\r
see │after +│after
type \x18\x12
settle
quiet 300 0
redraw
type \x1b[21~
exit 0
STEPS
INPUTRC=/dev/null

# Pastes: in the line, the panes, the menu, a question; without an end; of 10,000 lines
session 'pastes, wherever the keys go' -- <<'STEPS'
see conn 1 ESTABLISHED
paste 50 a pasted line
see Send 50 pasted lines
type n
unsee Send 50
paste 50 a pasted line
see Send 50 pasted lines
type y
see │a pasted line 50 +│a pasted line 50
type \x1b[200~in\x1b[2J\x1b]0;x\x07 \xe2\x80\xae\rtwo\xff\xc3\r\x1b[201~
see Send 2 pasted lines. y.n  .in..\[2J..\]0;x.G <U.202E>
type y
see two.xff.xc3
type \x1b[200~no end\rof it\r
see Ctrl-C drops it
type \x03
unsee Ctrl-C drops it
type \x1b[200~it stalls\rand go
see Ctrl-C drops it
type es on\r\x1b[201~
see Send 2 pasted
type n
unsee Send 2 pasted
type \x1b
see Tab Next
type \x1b[200~in panes\r\x1b[201~
see > in panes
type \x03
type \x1b[200~a mark \x1b[201~inside\x1b[201~
see > a mark inside
type \x03
type \x1b[20~
see SIGHUP
type \x1b[200~one\rtwo\rthree\r\x1b[201~
see Send 3 pasted
type \x1b[200~four\r\x1b[201~
see Send 4 pasted
type y
see │four +│four
type \x1b[21~
exit 0
STEPS
begin_hostile "$work/kept"
PORT=$HOSTILE session 'ten thousand pasted lines' -- <<'STEPS'
see conn 1 ESTABLISHED
paste 10000 line
see Send 10000 pasted lines
type y
type x
see > x
patience 300
see │line 10000
memory 40000
type \x03
type \x1b[21~
exit 0
STEPS
begin_hostile deaf
PORT=$HOSTILE session 'pasted lines that nobody takes are dropped' -- <<STEPS
see conn 1 ESTABLISHED
paste 10000 $(printf '%900s' x)
see Ctrl-C drops what is left
type y
type x
see > x
type \x03
unsee > x
type \x03
see [1-9][0-9]* lines that waited: dropped
type \x1b[21~
exit 0
STEPS
begin_hostile flood
PORT=$HOSTILE session 'a peer that floods: keys are heard' -- <<'STEPS'
see conn 1 ESTABLISHED
type :client reads always\r
see flood
within 5000 x
quiet 2000 300000
memory 40000
type \x03
type \x1b[21~
exit 0
STEPS
aside_end
seq -f 'line %.0f' 10000 | cmp -s - "$work/kept"
verdict 'stream: all of them came, in order' $?
exit $status
