#!/bin/sh
# make install as users and packagers run it, what it puts there, and that the manual
# and the completion of bash know all that the programs know.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/verdict.sh
plan 42

# make, with the flags of whoever runs the tests but for its jobs
run_make() {
	env -u MAKELEVEL ${MAKE:-make} --no-print-directory BUILD="$BUILD" "$@" \
	    >"$work/out" 2>&1
}

files() { # DIRECTORY
	(cd "$1" && find . ! -type d | LC_ALL=C sort)
}

run_make install PREFIX="$work/a b"
verdict 'install below a directory whose name holds a blank' $?
run_make -q all manual completion
verdict 'a second make has nothing to do' $?
files "$work/a b" >"$work/out"
good=0
for file in bin/tcpconsole bin/tcpserv bin/tcpcli share/man/man1/tcpconsole.1 \
    share/man/man1/tcpserv.1 share/man/man1/tcpcli.1 \
    share/man/man5/tcpconsole-scenario.5 \
    share/bash-completion/completions/tcpconsole \
    share/bash-completion/completions/tcpserv \
    share/bash-completion/completions/tcpcli; do
	[ -r "$work/a b/$file" ] || good=1
done
[ "$(grep -c '/tcpconsole/scenarios/' "$work/out")" -eq \
    "$(ls scenarios/*.scenario | wc -l)" ] || good=1
[ "$(wc -l <"$work/out")" -eq $((10 + $(ls scenarios/*.scenario | wc -l))) ] || good=1
verdict 'programs, manuals, completion and lessons are there, and nothing else' $good

run_make -n install PREFIX='~/x' && grep -qF "\"$HOME/x/bin\"" "$work/out"
verdict 'a ~ that the shell has left is the home' $?

# moved elsewhere, they still find each other
mv "$work/a b" "$work/moved"
(cd / && HOME=/nowhere "$work/moved/bin/tcpconsole" --list) >"$work/out" 2>&1
[ "$(grep -c '	' "$work/out")" -eq "$(ls scenarios/*.scenario | wc -l)" ]
verdict 'what is moved finds its lessons' $?
port=$("$BUILD/free_port")
(cd / && HOME=/nowhere "$work/moved/bin/tcpconsole" --headless --play echo 127.0.0.1 \
    "$port") >"$work/out" 2>&1
verdict 'and its server and client' $?

run_make install DESTDIR="$work/stage" PREFIX=/usr
[ -x "$work/stage/usr/bin/tcpconsole" ] &&
    [ -r "$work/stage/usr/share/man/man1/tcpserv.1" ]
verdict 'staged below DESTDIR' $?
! grep -rIl -e "$work" -e "$PWD" "$work/stage" >"$work/out" 2>&1
verdict 'no text that is installed names where it was built' $?
touch "$work/stage/usr/bin/other"
run_make uninstall DESTDIR="$work/stage" PREFIX=/usr
files "$work/stage" >"$work/out"
[ "$(cat "$work/out")" = ./usr/bin/other ]
verdict 'uninstall takes away what install brought, and nothing else' $?

# the manuals
man=$work/moved/share/man
for page in "$man"/man?/*; do
	groff -man -Tutf8 -ww "$page" >"$work/page" 2>"$work/out"
	[ $? -eq 0 ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/page")" -gt 20 ]
	verdict "manual $(basename "$page") has no warnings" $?
	grep -qE "^$(basename "$page" | sed 's/\.[15]$//; s/-/\\\\?-/g') \\\\- [a-zA-Z]" "$page"
	verdict "manual $(basename "$page") has a line for whatis(1)" $?
done

# the words of $1... that page does not hold, formatted without breaks
missing() { # PAGE, words on standard input
	groff -man -Tascii -P-cbou -rLL=2000n "$man/man1/$1" >"$work/page" 2>/dev/null
	while read -r word; do
		grep -qwF -e "$word" "$work/page" || echo "$1 does not tell of $word"
	done
}
options_of() { # PROGRAM
	"$work/moved/bin/$1" --help | grep -oE '^ +--?[a-z0-9][a-z_-]*' | tr -d ' '
}
for program in tcpconsole tcpserv tcpcli; do
	options_of "$program" | missing "$program.1" >"$work/out"
	[ ! -s "$work/out" ] && [ "$(options_of "$program" | wc -l)" -gt 4 ]
	verdict "the manual of $program has each of its options" $?
done
printf 'expect miracles\nquit\n' |
    "$work/moved/bin/tcpconsole" --headless 127.0.0.1 "$port" >"$work/events" 2>&1
sed -n 's/.*; there are //p' "$work/events" | tr ' ' '\n' >"$work/words"
missing tcpconsole.1 <"$work/words" >"$work/out"
[ ! -s "$work/out" ] && [ "$(wc -l <"$work/words")" -gt 10 ]
verdict 'the manual has each expectation' $?

# the completion: what Tab would offer behind this line
printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n' >"$work/hosts"
offers() { # LINE; ::1 is offered once, though a file of hosts begins a line with it
	HOSTFILE="$work/hosts" PATH="$work/moved/bin:$PATH" bash --norc -c '
		COMP_WORDBREAKS=$'"' \\t\\n\"\\'><=;|&(:'"'
		. "$1" && COMP_LINE=$2 COMP_POINT=${#2} COMPREPLY=() &&
		name=${2%% *} && { "_${name##*/}"; echo "${COMPREPLY[*]}"; }' \
	    complete "$work/moved/share/bash-completion/completions/tcpcli" "$1" 2>&1
}
offered() { # LINE WORDS
	offers "$1" >"$work/out"
	[ "$(cat "$work/out")" = "$2" ]
	verdict "Tab behind \"$1\"" $?
}
offered 'tcpconsole --pl' '--play --play-all'
offered 'tcpconsole --play zom' 'zombies'
offered 'tcpconsole --json --play=zom' 'zombies'
offered 'tcpconsole --set r' 'reap= reuseaddr='
offered 'tcpconsole --set reap=w' 'wait waitpid'
offered 'tcpconsole --set=reap=n' 'none'
offered 'tcpconsole --color=a' 'auto always'
offered 'tcpconsole --color n' 'never'
offered 'tcpconsole --play ./READ' './README.md'
offered 'tcpconsole 127.' '127.0.0.1'
offered 'tcpconsole ::' '1'
offered 'tcpconsole --set reap=none 127.' '127.0.0.1'
offered 'tcpconsole 127.0.0.1 ' ''
offered 'tcpconsole 127.0.0.1 9 -- READ' 'README.md'
offered 'tcpserv --re' '--reap= --reuseaddr='
offered 'tcpserv --service=sum' 'sum sum-binary'
offered 'tcpcli --b' '--byte_order='
offered 'tcpcli 127.' '127.0.0.1'
for program in tcpconsole tcpserv tcpcli; do
	offers "$program --" | tr ' ' '\n' | sed 's/=$//' | grep -v '^-.$' |
	    LC_ALL=C sort >"$work/offered"
	options_of "$program" | grep -v '^-.$' | LC_ALL=C sort |
	    diff - "$work/offered" >"$work/out"
	verdict "Tab offers each option of $program" $?
done
exit $status
