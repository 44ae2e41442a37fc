#!/bin/sh
# Makes the pictures in screenshots/ from real sessions: tcpconsole in a tmux of its
# own, keys typed, a text awaited with a deadline, the screen captured and drawn.
#
#   sh screenshots/make.sh [NAME]...     all of them, or those named
#
# SCREENS=DIRECTORY writes them elsewhere.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
SCREENS=${SCREENS:-screenshots}
DEADLINE=20
work=$(mktemp -d) || exit 1
socket=tcpconsole-pictures-$$ pictures=0
first_port=9877

# Nothing of the user's shows in a picture: no history, no inputrc, no colours.
export HOME="$work" LC_ALL=C.UTF-8 INPUTRC=/dev/null
unset XDG_STATE_HOME XDG_CONFIG_HOME NO_COLOR TMUX

for tool in tmux:tmux rsvg-convert:librsvg2-bin ss:iproute2 fc-list:fontconfig; do
	if ! command -v "${tool%%:*}" >/dev/null 2>&1; then
		echo "${tool%%:*} is missing: install ${tool##*:} (Debian's name)" >&2
		exit 1
	fi
done
if ! fc-list | grep -q DejaVuSansMono; then
	echo "The font is missing: install fonts-dejavu-core (Debian's name)" >&2
	exit 1
fi

terminal() {
	tmux -L "$socket" -f /dev/null "$@"
}

trap 'terminal kill-server 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

give_up() {
	echo "screenshots: $1; the screen:" >&2
	terminal capture-pane -p >&2
	exit 1
}

# The lowest port from 9877 up of which no socket is left, not even a TIME_WAIT.
free_port() {
	port=$first_port
	while [ -n "$(ss -Htan "( sport = :$port or dport = :$port )")" ]; do
		port=$((port + 1))
	done
	first_port=$((port + 1))
}

# begin NAME COLUMNS ROWS [OPTION]...: a session, up to its first connection.
begin() {
	begun=$1 wide=$2 high=$3
	shift 3
	begin_on "$begun" "$wide" "$high" 'conn 1 ESTABLISHED' "$@"
}

# begin_on NAME COLUMNS ROWS REGEX [OPTION]...: a session, until the screen holds it.
begin_on() {
	name=$1 columns=$2 rows=$3 first=$4
	shift 4
	free_port
	pictures=$((pictures + 1)) # a server of its own: the one before may still be going
	socket=tcpconsole-pictures-$$-$pictures
	terminal new-session -d -x "$columns" -y "$rows" \
	    "env TERM=tmux-256color $BUILD/tcpconsole $* 127.0.0.1 $port; \
	    echo ended with \$?; read -r line" ||
	    exit 1
	terminal set-option -g status off
	terminal resize-window -x "$columns" -y "$rows"
	await "$first"
}

# lesson NAME: the lesson at its first words, 80x24.
lesson() {
	begin_on "lesson-$1" 80 24 'step 1/' --play "$1"
}

# A line as a person types it.
line() {
	terminal send-keys -l -- "$1"
	terminal send-keys Enter
}

key() {
	terminal send-keys "$1"
}

# await_count WANTED REGEX: waits until so many lines of the screen hold it; - for
# any number.
await_count() {
	end=$(($(date +%s) + DEADLINE))
	while :; do
		found=$(terminal capture-pane -p | grep -cE -- "$2")
		[ "$1" = - ] && [ "$found" -gt 0 ] && return
		[ "$1" = "$found" ] && return
		[ "$(date +%s)" -lt "$end" ] ||
		    give_up "$name: waited $DEADLINE s for $2"
		sleep 0.05 # sleep-ok: between two looks
	done
}

await() {
	await_count - "$1"
}

# Captures what the screen shows and ends the session.
picture() {
	cursor=$(terminal display-message -p '#{cursor_x} #{cursor_y}')
	# shellcheck disable=SC2086
	terminal capture-pane -epN |
	    "$BUILD/ansi_to_svg" "$columns" "$rows" $cursor >"$work/$name.svg" &&
	    rsvg-convert -o "$SCREENS/$name.png" "$work/$name.svg" || exit 1
	key F10
	await 'ended with 0'
	terminal kill-server
	echo "$SCREENS/$name.png"
}

picture_start() {
	begin start 80 24
	line hello
	await '^│hello +│hello +│'
	picture
}

picture_zombies() {
	# two lines more than usual: the parent and all five
	begin zombies 80 26 --set reap=none
	line ':connect 4'
	await 'Processes.* of 7 '
	line ':close all'
	await '5 zombies'
	await_count 5 '<defunct>'
	await_count 0 '^│tcp.* GONE ' # rows that left the table stay for 4 s
	picture
}

# The first half of child-killed: up to here the client has noticed nothing.
kill_child() {
	begin "$1" 80 24
	line hello
	await '│hello +│hello'
	key F2
	await '^│tcp.*CLOSE_WAIT'
	await '^│tcp.*FIN_WAIT2'
}

picture_close_wait() {
	kill_child close-wait
	picture
}

picture_child_killed() {
	kill_child child-killed
	line 'is anybody there?'
	await 'end of file'
	await 'client → GONE'
	picture
}

picture_crash() {
	begin crash 80 24
	line hello
	await '│hello +│hello'
	key F5
	await 'crashed [0-9]+ ?s'
	line 'is anybody there?'
	await '4 resent'
	picture
}

picture_reboot() {
	begin reboot 80 24
	line hello
	await '│hello +│hello'
	key F5
	await 'crashed [0-9]+ ?s'
	line 'is anybody there?'
	await '[1-9] resent'
	key F6
	await 'ECONNRESET'
	await 'client → GONE'
	picture
}

picture_wide() {
	begin wide 120 36 --set reap=wait
	line ':connect 4'
	await_count 10 'ESTABLISHED +off'
	line 'hello from 2'
	await '│2 hello from 2 +│2 hello'
	key F2
	await 'FIN_WAIT2'
	line ':close 3'
	await 'TIME_WAIT'
	line ':use 4'
	line 'hello from 4'
	await '│4 hello from 4 +│4 hello'
	picture
}

picture_lesson_zombies() {
	lesson zombies
	key Enter
	await 'The room chooses'
	key 2
	await 'So it was'
	await_count 5 'Z +tcpserv <defunct>'
	picture
}

picture_lesson_sigpipe() {
	lesson sigpipe
	key Enter
	await 'CLOSE_WAIT'
	key Enter
	await 'The room chooses'
	key 1
	await 'It succeeded'
	key Enter
	await 'second write'
	key 2
	await 'The room: 2.*It was: 3'
	await 'SIGPIPE \(13\)'
	picture
}

picture_lesson_host_reboot() {
	lesson host-reboot
	key Enter
	await 'F5'
	key Enter
	await 'noticed nothing'
	key Enter
	await 'The room chooses'
	await '[1-9] resent'
	key 3
	await 'ECONNRESET \(104\)'
	await 'So it was'
	picture
}

picture_states() {
	kill_child states
	key Escape
	await ' Enter Zoom '
	key s
	await 'server  .*FIN_WAIT2'
	picture
}

[ $# -gt 0 ] || set -- lesson-zombies lesson-sigpipe lesson-host-reboot states start zombies close-wait child-killed crash reboot wide
for wanted in "$@"; do
	"picture_$(echo "$wanted" | tr - _)"
done
