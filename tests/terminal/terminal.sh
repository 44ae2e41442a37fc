#!/bin/sh
# A real terminal: sessions in tmux, on a socket of their own, at a fixed size.
# Each waits for a text with a deadline; the screen is printed when it does not come.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
plan 23
command -v tmux >/dev/null || { echo "not ok tmux is missing: make deps installs it"; exit 1; }
socket=tcpconsole-$$
opened=0
state=$work/state
port=
failures=0
export XDG_STATE_HOME="$state" INPUTRC=/dev/null LC_ALL=C.UTF-8
unset NO_COLOR TMUX

tm() {
	tmux -f /dev/null -L "$socket" "$@"
}

at_end='tm kill-server 2>/dev/null'

# Opens a console at COLUMNS ROWS in a shell that tells its exit status; behind: the server
# that it starts, with its port for the last argument
behind=
open_console() {
	columns=$1 rows=$2
	shift 2
	port=$("$BUILD/free_port")
	failures=0
	tm kill-server 2>/dev/null
	opened=$((opened + 1))
	socket=tcpconsole-$$-$opened # an old server may still be on its way out
	tm new-session -d -x "$columns" -y "$rows" \
	    "sh -c '$BUILD/tcpconsole $* 127.0.0.1 $port ${behind:+$behind $port}; echo left with \$?; stty -a; exec cat'"
}

screen() {
	tm capture-pane -p
}

# The console's own process: its guard has the same command line
console_pid() {
	ps -e -o pid=,comm=,args= | awk -v port="$port" '$2 == "tcpconsole" && $NF == port { print $1 }'
}

# Waits until the screen shows a line that matches, at most a minute
see() {
	end=$(($(date +%s) + ${LIMIT:-60}))
	while ! screen | grep -qE -- "$1"; do
		if [ "$(date +%s)" -gt "$end" ]; then
			echo "    not seen: $1"
			screen | sed 's/^/    | /'
			failures=$((failures + 1))
			return 1
		fi
		sleep 0.03 # sleep-ok: between two looks
	done
}

# Waits until it shows none
see_no() {
	end=$(($(date +%s) + ${LIMIT:-60}))
	while screen | grep -qE -- "$1"; do
		if [ "$(date +%s)" -gt "$end" ]; then
			echo "    still seen: $1"
			screen | sed 's/^/    | /'
			failures=$((failures + 1))
			return 1
		fi
		sleep 0.03 # sleep-ok: between two looks
	done
}

press() {
	tm send-keys "$@"
}

type_line() {
	tm send-keys -l -- "$1"
	tm send-keys Enter
}

finish() {
	verdict "terminal: $1" "$failures"
}

# All rows of the console and the server's, by netstat's words, agree with ss
agrees_with_ss() {
	for row in $(ss -Htan "( sport = :$port or dport = :$port )" |
	    awk '{ print $1 }' | sort | uniq -c | awk '{ print $1 ":" $2 }'); do
		count=${row%%:*}
		name=$(echo "${row#*:}" | sed 's/ESTAB$/ESTABLISHED/; s/-/_/g; s/FIN_WAIT_/FIN_WAIT/')
		seen=$(screen | grep -cE "^.tcp6? .* $name ")
		[ "$seen" -eq "$count" ] || return 1
	done
}

open_console 80 24
see 'conn 1 ESTABLISHED'
type_line 'Grüße, 世界'
see '│Grüße, 世界 +│Grüße, 世界'
press F2
see 'CLOSE_WAIT'
see 'FIN_WAIT2'
see 'waitpid = [0-9]+, signal 9'
agrees_with_ss || { failures=$((failures + 1)); echo '    ss says otherwise'; ss -tan; screen; }
type_line 'again'
see 'end of file'
press F10
see 'left with 0'
see '[^-]icanon' && see '[^-]echo '
finish 'a line is echoed, the child killed, the end met; the terminal is as before'

# Anybody's server has no terminal that it could write over the screen
printf '#!/bin/sh\necho SCRIBBLE >/dev/tty\nexec %s --bind=127.0.0.1 $1\n' "$BUILD/tcpserv" >"$work/scribble"
chmod 755 "$work/scribble"
behind="-- $work/scribble"
open_console 120 36
see 'conn 1 ESTABLISHED'
see '[0-9] +[?] +S[<N]?s +tcpserv'
press F4
see 'server .* reaped'
see 'server [0-9]* ?up'
press F10
see 'left with 0'
behind=
finish 'a server that writes to the terminal has none'

# The guard outlives a console that was killed, and a new guard one that was killed, too
for victim in console guard; do
	open_console 80 24
	see 'conn 1 ESTABLISHED'
	if [ $victim = guard ]; then
		kill -9 "$(pgrep -P "$(console_pid)" -x tcpguard)"
		see 'the guard was killed'
	fi
	kill -9 "$(console_pid)"
	see_no 'Processes'
	end=$(($(date +%s) + 15))
	until stty -a <"$(tm display-message -p '#{pane_tty}')" | grep -q '[^-]icanon'; do
		[ "$(date +%s)" -le "$end" ] || { failures=$((failures + 1)); break; }
		sleep 0.03 # sleep-ok: between two looks
	done
	[ "$(tm display-message -p '#{alternate_on}#{cursor_flag}')" = 01 ] ||
	    failures=$((failures + 1))
	finish "the terminal is as before when the $victim was killed"
done

open_console 80 24
see 'conn 1 ESTABLISHED'
press F5
see 'crashed [0-9]+ s'
type_line 'lost'
see '[1-9] resent, next'
press F6
see 'ECONNRESET'
see 'rebooted'
press F8
see 'unplugged [0-9]+ ?s'
press F8
see_no 'unplugged [0-9]+ ?s'
press F10
see 'left with 0'
finish 'crash, reboot, cable out and in, by keys'

open_console 80 24
see 'conn 1 ESTABLISHED'
type_line ':server set reap=none'
see 'reap none|none'
type_line ':connect 5'
see 'conn 2 ESTABLISHED'
type_line ':close all'
see '<defunct>'
press F3
see 'server down'
press F4
see 'server [0-9]* ?up'
press Escape
press F10
see 'left with 0'
finish 'zombies, the server killed and started again'

open_console 80 24
see 'conn 1 ESTABLISHED'
type_line 'first'
see '│first +│first'
press F5
see 'crashed [0-9]+ ?s'
type_line 'lost'
see '[1-9] resent, next'
press F6
see 'ECONNRESET'
press Escape ' '
see '^ frozen at [0-9.]+ s, [0-9]+ events? since'
tm send-keys -l '{'
see '^ past [0-9.]+ s, '
see 'key     host reboot'
see_no 'ECONNRESET'
see 'crashed [0-9]+ ?s'
see '127.0.0.1:[0-9]+ +127.0.0.1:[0-9]+ +ESTABLISHED on'
press F6
see 'this is the past: Space goes back to now'
tm send-keys -l '{'
see '(line    send lost|key     host crash)'
tm send-keys -l '}'
see 'key     host reboot'
tm resize-window -x 120 -y 36
see 'past [0-9.]+ s, .*[0-9]+ of [0-9]+ .* ESTABLISHED .*host crashed'
tm resize-window -x 80 -y 24
press Home
see '^ past [0-9.]+ s, event 1 of [0-9]+ .*no connection'
tm send-keys -l ']'
see '^ past [0-9.]+ s, event 2 of'
tm send-keys -l '[['
see 'the log begins here'
press End
see 'ECONNRESET'
tm send-keys -l 'i'
type_line 'typed in the past'
see 'this is the past'
see '^> typed in the past'
press C-u
press Escape '['
see '^ past '
press ' '
see '^ tcpconsole'
press i
type_line ':connect'
see 'conn 2 ESTABLISHED'
press F10
see 'left with 0'
finish 'time: frozen, walked by events and commands, nothing done in the past'

# One event on or back, and the screen that shows it: a key ahead of the screen would
# step over what is looked for.
walk() { # KEY
	was=$(screen | grep -oE '[0-9]+ of [0-9]+')
	press "$1"
	while [ "$(screen | grep -oE '[0-9]+ of [0-9]+')" = "$was" ]; do
		[ "$(date +%s)" -lt "$walked" ] || return 1
		sleep 0.02 # sleep-ok: between two looks
	done
}

recording=$work/reboot.jsonl
port=$("$BUILD/free_port")
"$BUILD/tcpconsole" --headless --play host-reboot --record "$recording" 127.0.0.1 "$port" >"$work/played" ||
	{ tail "$work/played"; failures=$((failures + 1)); }
tm kill-server 2>/dev/null
socket=tcpconsole-$$-replay
tm new-session -d -x 80 -y 24 "sh -c '$BUILD/tcpconsole --replay $recording; echo left with \$?; exec cat'"
see '^ recorded [0-9.]+ s, '
see 'end     status 0'
press /
tm send-keys -l 'ECONNRESET'
press Enter
press Home
see 'no connection'
walked=$(($(date +%s) + 60))
until screen | grep -q 'ECONNRESET (104)' || ! walk ]; do :; done
see 'ECONNRESET \(104\)'
until ! screen | grep -q 'ECONNRESET (104)' || ! walk [; do :; done
# the table may have been read before the report of the call came
sending=' [0-9.]+:[0-9]+ +127.0.0.1:[0-9]+ +ESTABLISHED on [0-9]'
until screen | grep -qE "$sending" || ! walk [; do :; done
see "$sending"
press F2
see 'this is a recording'
# there is no session behind it: no key may ask one
for key in w a a s f x K l b 1 2 9 '?' n / Escape Tab j k g G z Enter Space [ ] { } Home \
    BTab C-l i C-c C-d Enter C-r C-g Tab Escape End; do
	press "$key"
done
# stopped from outside and let go on, it waits for keys again
pid=$(ps -e -o pid=,comm=,args= | awk -v file="$recording" '$2 == "tcpconsole" && $NF == file { print $1 }')
kill -STOP "$pid"
until ps -o stat= -p "$pid" | grep -q T || [ "$(date +%s)" -gt "$walked" ]; do sleep 0.02; done # sleep-ok: between two looks
kill -CONT "$pid"
press F2
see 'this is a recording'
press F10
see 'left with 0'
finish 'a recorded lesson: back to the instant before the RST'

open_console 80 24
see 'conn 1 ESTABLISHED'
type_line ':frobnicate'
see 'no command "frobnicate"'
press F1
see 'host crash'
press Escape
see_no 'host crash'
press C-c
see 'F10'
tm send-keys -l 'half a li'
tm resize-window -x 40 -y 10
see '80x24'
tm resize-window -x 100 -y 30
see '> half a li'
tm send-keys -l 'ne'
press Enter
see '│half a line'
press Up
see '> half a line'
press C-u
press Tab
press 2
see 'signal 9'
press q
see 'left with 0'
finish 'wrong words, help, a resize inside a line, history, keys in the panes'

open_console 80 24
see 'conn 1 ESTABLISHED'
type_line ':kill child'
see 'conn 1 CLOSE_WAIT'
press Tab
see ' w Why '
press w
see '^.Connection 1, the client.s end: CLOSE_WAIT'
see 'was killed by'
press PageDown
see 'UNP 5.12, Termination of Server Process'
press w
see ' Enter Zoom '
press Tab
press Tab
see '.Timeline.'
press w
see 'What led here'
press Escape
see ' Enter Zoom '
press i
see 'F10'
type_line ':show why TIME_WAIT'
see '^.TIME_WAIT '
press q
see_no 'What it is'
press Escape
press w
see 'What it is'
press Space
see '^ (frozen|past) '
press '['
see '^ past '
see 'What it is'
press q
see_no 'What it is'
press F10
see 'left with 0'
finish 'w explains the selected line, the last errno, and the past'

open_console 80 24
see 'conn 1 ESTABLISHED'
for i in 1 2 3 4 5 6 7 8 9 10; do echo "pasted line $i"; done >"$work/paste"
tm load-buffer "$work/paste"
tm paste-buffer -p
see 'Send 10 pasted lines'
press n
see_no 'Send 10 pasted'
see_no '│pasted line'
tm paste-buffer -p
see 'Send 10 pasted lines'
press y
see '│pasted line 10 +│pasted line 10'
press F10
see 'left with 0'
finish 'pasted lines are asked about'

open_console 80 24
see 'conn 1 ESTABLISHED'
kill -TERM "$(console_pid)"
see 'left with 143'
see '[^-]icanon' && see '[^-]echo '
finish 'SIGTERM gives the terminal back'

open_console 80 24
see 'conn 1 ESTABLISHED'
kill -ABRT "$(console_pid)"
see 'left with 134'
see '[^-]icanon' && see '[^-]echo '
[ -z "$(ss -Htln "sport = :$port")" ] || LIMIT=3 see 'never' || :
finish 'a crash of the console gives the terminal back'

open_console 80 24
see 'conn 1 ESTABLISHED'
type_line 'hello'
see '│hello +│hello'
press Tab
press s
see "TCP's states, connection 1"
see '▲both'
see 'client  \(?SYN_SENT\)? ► ESTABLISHED'
press f
see 'accept .* = '
press x
see '000000  68 65 6c 6c 6f 0a'
press x
see 'Sockets, /proc/net/tcp'
press i
type_line ':kill child'
type_line ':show states'
see 'CLOSE_WAIT ◄client'
see 'server► FIN_WAIT2'
press F10
see 'left with 0'
finish 'states, figures and bytes of the connection'

open_console 120 36
see 'conn 1 ESTABLISHED'
type_line ':connect 4'
see 'conn 2 ESTABLISHED'
LIMIT=10 see '^.tcp.*ESTABLISHED'
agrees_with_ss || { failures=$((failures + 1)); echo '    ss says otherwise'; }
press F10
see 'left with 0'
[ "$(stat -c %a "$state/tcpconsole/history")" = 600 ] || failures=$((failures + 1))
grep -q 'half a line' "$state/tcpconsole/history" || failures=$((failures + 1))
finish 'five connections at 120x36; the history is kept, mode 0600'

# Lessons.  Those of the tests stand where a user's own do.
lessons=tests/fixtures/scenarios
export XDG_DATA_HOME="$work/data"
mkdir -p "$XDG_DATA_HOME/tcpconsole/scenarios"
cp "$lessons"/*.scenario "$XDG_DATA_HOME/tcpconsole/scenarios"

# How many descriptors the console has open
descriptors() {
	ls "/proc/$(console_pid)/fd" | wc -l
}

# From the input line: the lesson from its beginning
again() {
	press Escape
	see ' Enter Zoom '
	press b
}

open_console 80 24 --play "$lessons/small.scenario"
see 'A small lesson for tests .* UNP 5.12, step 1/12'
see '│Next: connect; send hello +Enter│'
see '^ tcpconsole .* no connection '
before=$(descriptors)
press Enter
see '│Who sends the FIN'
see '│The room chooses: 1 or 2'
see '^ 1-2 Answer'
press 7
see 'there is no answer 7: 1 to 2'
press Enter
see 'answer first'
type_line ':use 1'
see 'that waits for the room'
press 2
see '│The room: 2 Nobody   It was: 1 The server.s end'
see '│The client.s end stands in CLOSE_WAIT'
press Enter
see 'The lesson is over: passed'
see 'UNP 5.12, passed'
type_line ':connect'
see 'conn 2 ESTABLISHED'
type_line 'by hand'
see '│2 by hand'
again
see 'step 1/12'
see '^ tcpconsole .* no connection '
see_no 'by hand'
press Enter
see 'The room chooses'
press Escape
see ' Enter Zoom '
press 1
see '│The room: 1 The server.s end   So it was'
press b
see 'step 1/12'
for round in 1 2 3; do
	press Enter
	see 'The room chooses'
	again
	see 'step 1/12'
done
[ "$(descriptors)" -eq "$before" ] || { failures=$((failures + 1)); echo "    descriptors: $before, then $(descriptors)"; }
[ "$(ps -o pid= --ppid "$(console_pid)" | wc -l)" -eq 1 ] || { failures=$((failures + 1)); echo '    more than one guard'; }
press F10
see 'left with 0'
see '[^-]icanon' && see '[^-]echo '
finish 'a lesson by steps: the room answers, and again from a clean state'

open_console 80 24 --play "./$lessons/fails.scenario"
see '│Next: connect; send hello +Enter│'
press Enter
see '│It did not come out as the lesson says: line 7 of fails'
see '│expected +zombies 5 within 0.3'
see '│seen +0 '
see 'expect +FAILED zombies 5'
press Enter
see '│The lesson goes on all the same'
press Enter
see 'The lesson is over: FAILED'
press Enter
see '^.\[Lessons\]'
press Escape
see_no '^.\[Lessons\]'
press F10
see 'left with 0'
finish 'a lesson that fails says where, and goes on'

open_console 80 24
see 'conn 1 ESTABLISHED'
type_line ':play nothing'
see 'no scenario "nothing"'
press Tab
press l
see '^.\[Lessons\]'
tm send-keys -l '/A small'
press Enter
see '^.> 5.12 +small +A small lesson for tests'
press Enter
see 'A small lesson for tests .* step 1/12'
see '^ tcpconsole .* no connection '
tm send-keys -l ':play fai'
press Tab
see '^> :play fails'
press Enter
see 'A lesson that does not come out .* step 1/9'
type_line ':lessons'
see '^.> 5.9 +fails'
press q
see ' Enter Zoom '
press i
see ' Enter Next '
press F10
see 'left with 0'
finish 'the menu of the lessons; play'

open_console 80 24 --play "./$lessons/long.scenario"
see '│Next: show dispositions +Enter│'
tm resize-window -x 60 -y 20
see '80x24'
tm resize-window -x 120 -y 36
see 'here it ends, with the word omega'
tm resize-window -x 80 -y 24
see ' 1-5 of 6 '
press Enter
see 'What each process does with signals'
see 'below the narrator, and Enter still goes on'
press Enter
see_no 'What each process does with signals'
see 'The room chooses: 1, 2, 3 or 4'
tm resize-window -x 100 -y 30
see '3 The third, which is right   4 The fourth│'
press 3
see 'Next: expect echo never'
press Enter
see '│Running: expect echo never within 30'
press C-c
see 'F10 or :quit'
again
see 'step 1/10'
press Enter
see 'Next: connect'
press Enter
see 'The room chooses'
press 1
see 'It was: 3 The third'
press Enter
see '│Running: expect echo never within 30'
press F10
LIMIT=5 see 'left with 0'
finish 'a resize, again and quit in the middle of a lesson'

open_console 80 24 --play "./$lessons/small.scenario"
see '│Next: connect; send hello +Enter│'
server=$(ss -Htlnp "sport = :$port" | sed -n 's/.*pid=\([0-9]*\).*/\1/p')
kill -9 "${server:-0}"
see 'server down'
press Enter
see '│command +send hello'
see '│refused +send: connection 1 is closed'
see 'ECONNREFUSED'
again
see 'server [0-9]* ?up'
see '│Next: connect; send hello +Enter│'
press Enter
see 'The room chooses'
press F10
see 'left with 0'
finish 'the server is killed in the middle of a lesson, and again heals it'

open_console 80 24 --play "./$lessons/small.scenario"
see '│Next: connect; send hello +Enter│'
prlimit --pid "$(console_pid)" --nofile=25:25
press Escape
see 'Enter Zoom'
press b
see 'cannot start: .*Too many open files'
see 'left with 77'
see '[^-]icanon' && see '[^-]echo '
finish 'no new session to be had: it is said, and the terminal given back'

printf '%s\n' 'title What is shown goes when the room has chosen' 'say Now look.' 'show processes' \
    'ask What comes? | A connection | Nothing = 1' connect 'say It came.' >"$work/shown.scenario"
open_console 80 24 --play "$work/shown.scenario"
see '│Next: show processes'
press Enter
see 'The room chooses'
see '├ Processes ─.*─┤'
see_no 'Sockets, /proc/net/tcp'
press 1
see 'The lesson is over: passed'
see 'Sockets, /proc/net/tcp'
press F10
see 'left with 0'
finish 'what a lesson shows before a question goes with the answer'

open_console 80 24 --play nothing
see 'no scenario "nothing": --list shows'
see 'left with 2'
open_console 80 24 --no-server --play "./$lessons/small.scenario"
see 'needs a server of its own'
see 'left with 77'
finish 'a lesson that is not there, or cannot be played here'
exit $status
