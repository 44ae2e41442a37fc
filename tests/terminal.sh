#!/bin/sh
# A real terminal: sessions in tmux, on a socket of their own, at a fixed size.
# Each waits for a text with a deadline; the screen is printed when it does not come.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
command -v tmux >/dev/null || { echo "not ok tmux is missing: make deps installs it"; exit 1; }
work=$(mktemp -d) || exit 1
socket=tcpconsole-$$
state=$work/state
status=0
port=
failures=0
export XDG_STATE_HOME="$state" INPUTRC=/dev/null LC_ALL=C.UTF-8
unset NO_COLOR TMUX

tm() {
	tmux -f /dev/null -L "$socket" "$@"
}

trap 'tm kill-server 2>/dev/null; rm -rf "$work"' EXIT

# Opens a console at COLUMNS ROWS in a shell that tells its exit status
open_console() {
	columns=$1 rows=$2
	shift 2
	port=$("$BUILD/free_port")
	failures=0
	tm kill-server 2>/dev/null
	await_gone
	tm new-session -d -x "$columns" -y "$rows" \
	    "sh -c '$BUILD/tcpconsole $* 127.0.0.1 $port; echo left with \$?; stty -a; exec cat'"
}

# Until the old server of tmux has let go of its socket
await_gone() {
	timeout 10 sh -c "while tmux -f /dev/null -L '$socket' has-session 2>/dev/null; do :; done"
}

screen() {
	tm capture-pane -p
}

# The console's own process: its guard has the same command line
console_pid() {
	ps -e -o pid=,comm=,args= | awk -v port="$port" '$2 == "tcpconsole" && $NF == port { print $1 }'
}

# Waits until the screen shows a line that matches, at most 15 seconds
see() {
	end=$(($(date +%s) + ${LIMIT:-15}))
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
	end=$(($(date +%s) + ${LIMIT:-15}))
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
	if [ "$failures" -eq 0 ]; then
		echo "ok terminal: $1"
	else
		echo "not ok terminal: $1"
		status=1
	fi
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
see 'client  \(SYN_SENT\) ► ESTABLISHED'
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
exit $status
