/* terminal.c: the terminal's modes.
 *
 * Raw keys: Ctrl-C, Ctrl-Z and Ctrl-\ are keys, so the kernel sends no signal to
 * the processes beside us.  Keypad is off: input.c knows the keys, and readline
 * gets the bytes that it wants.  Bracketed paste is readline's to switch on, but
 * with its terminal functions out of the way it is ours.
 *
 * Curses writes into memory (output.h), where it finds no terminal: its modes and
 * its size are looked after here.  What the terminal cannot do is asked of terminfo
 * before curses begins, so that a terminal that is refused has got no byte.
 *
 * A crash (SIGSEGV, SIGABRT, ...) leaves curses no chance.  So the modes and the
 * sequences that undo it are kept in static storage, where a handler can use
 * them with tcsetattr(3), poll(2) and write(2), all async-signal-safe. */
#include "terminal.h"

#include "escape.h"
#include "output.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

/* How many ms a terminal may take nothing at all before it is given up. */
enum { PATIENCE = 1000, PATIENCE_IN_CRASH = 200 };

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

enum { CRASH_SIGNALS = sizeof crash_signals / sizeof *crash_signals };

/* What a handler needs, which is called without a context. */
static struct {
	struct termios modes;
	struct output output;
	bool away;         /* given back for a while */
	char undo[256];
	size_t undo_length;
	struct sigaction before[CRASH_SIGNALS];
	SCREEN *screen;
} terminal;

/* Writes what undoes curses, without curses; what a terminal does not take within
 * a moment is lost. */
static void
write_undo(void)
{
	const char *bytes = terminal.undo;
	size_t length = terminal.undo_length;
	struct pollfd descriptor = {.fd = terminal.output.fd, .events = POLLOUT};
	while (length > 0) {
		if (poll(&descriptor, 1, PATIENCE_IN_CRASH) != 1)
			return;
		ssize_t written = write(descriptor.fd, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		bytes += written;
		length -= (size_t)written;
	}
}

/* Gives the terminal back and lets the signal do what it does by default
 * (SA_RESETHAND has put that back). */
static void
on_crash(int number)
{
	if (!terminal.away) {
		write_undo();
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal.modes);
	}
	raise(number);
}

/* A capability of the terminal; NULL: it has none such. */
static const char *
capability(const char *name)
{
	char copy[8];
	snprintf(copy, sizeof copy, "%s", name);
	const char *text = tigetstr(copy);
	return text == (char *)-1 ? NULL : text;
}

/* Appends to what undoes curses; without the delays of terminals of old. */
static void
remember_undo(const char *text)
{
	while (text != NULL && *text != '\0') {
		if (text[0] == '$' && text[1] == '<' && strchr(text, '>') != NULL)
			text = strchr(text, '>') + 1;
		else if (terminal.undo_length < sizeof terminal.undo)
			terminal.undo[terminal.undo_length++] = *text++;
		else
			return;
	}
}

/* Installs the handlers, once the terminal's capabilities are known. */
static void
catch_crashes(void)
{
	struct sigaction action = {.sa_handler = on_crash,
	    .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
	terminal.undo_length = 0;
	remember_undo(PASTE_OFF);
	remember_undo(capability("sgr0"));
	remember_undo(capability("cnorm"));
	remember_undo(capability("rmcup"));
	sigemptyset(&action.sa_mask);
	for (int i = 0; i < CRASH_SIGNALS; i++)
		sigaction(crash_signals[i], &action, &terminal.before[i]);
}

/* Can the screen be drawn here?  Says what is missing, and the way out. */
static bool
is_able(void)
{
	const char *name = getenv("TERM");
	int found;
	bool known = setupterm(NULL, STDOUT_FILENO, &found) == OK;
	bool able = known && capability("cup") != NULL && capability("clear") != NULL;
	if (cur_term != NULL)
		del_curterm(cur_term);
	if (able)
		return true;
	char shown[80];
	escape_into(shown, sizeof shown, name != NULL ? name : "",
	    name != NULL ? strlen(name) : 0);
	if (name == NULL || *name == '\0')
		fprintf(stderr, "tcpconsole: TERM is not set: try TERM=xterm, or --headless\n");
	else
		fprintf(stderr, "tcpconsole: TERM=%s %s: try TERM=xterm, or --headless\n",
		    shown, known ? "cannot place the cursor" : "is not known here");
	return false;
}

/* Raw keys, no echo, and bytes that go out as they are. */
static void
take_modes(void)
{
	struct termios raw = terminal.modes;
	raw.c_lflag &= (tcflag_t)~(ICANON | ISIG | IEXTEN | ECHO | ECHONL);
	raw.c_iflag &= (tcflag_t)~(IXON | BRKINT | PARMRK | ICRNL | INLCR | IGNCR | ISTRIP);
	raw.c_oflag &= (tcflag_t)~OPOST;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

/* One line about what failed. */
static int
fail(const char *what)
{
	fprintf(stderr, "tcpconsole: %s: %s\n", what, strerror(errno));
	return -1;
}

/* Coming back from a shell, curses would put the palette back, which takes away one of
 * the user's; no colour is ever defined anew here.  So that capability is emptied, in
 * curses' own copy of the entry. */
static void
keep_palette(void)
{
	char name[] = "oc", *text = tigetstr(name);
	if (text != NULL && text != (char *)-1)
		*text = '\0';
}

int
terminal_open(void)
{
	if (tcgetattr(STDIN_FILENO, &terminal.modes) < 0)
		return fail("standard input");
	if (!is_able())
		return -1;
	if (output_open(&terminal.output, STDOUT_FILENO) < 0)
		return fail("the screen's memory (memfd_create)");
	terminal.screen = newterm(NULL, terminal.output.curses, stdin);
	if (terminal.screen == NULL) {
		output_close(&terminal.output);
		return fail("the screen cannot begin");
	}
	keep_palette();
	catch_crashes();
	terminal.away = false;
	take_modes();
	leaveok(stdscr, FALSE);
	terminal_resize();
	output_add(&terminal.output, PASTE_ON, strlen(PASTE_ON));
	return 0;
}

/* Takes the screen away and waits until that is written; a terminal that takes
 * nothing any more still gets its modes. */
static void
give_back(void)
{
	output_add(&terminal.output, PASTE_OFF, strlen(PASTE_OFF));
	endwin();
	bool whole = output_finish(&terminal.output, PATIENCE);
	if (output_take_torn(&terminal.output) || !whole) {
		output_discard(&terminal.output);
		write_undo();
	}
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal.modes);
	terminal.away = true;
}

/* Gives it back as well as may be: it has vanished, or there is no memory. */
void
terminal_give_up(void)
{
	if (terminal.screen == NULL || terminal.away)
		return;
	output_discard(&terminal.output);
	write_undo();
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal.modes);
	terminal.away = true;
}

void
terminal_close(bool gone)
{
	if (gone)
		terminal_give_up();
	else if (!terminal.away)
		give_back();
	for (int i = 0; i < CRASH_SIGNALS; i++)
		sigaction(crash_signals[i], &terminal.before[i], NULL);
	delscreen(terminal.screen);
	terminal.screen = NULL;
	output_close(&terminal.output);
}

void
terminal_leave(void)
{
	if (!terminal.away)
		give_back();
}

/* Takes it again: its size can be another by now. */
bool
terminal_return(void)
{
	pid_t group = tcgetpgrp(STDIN_FILENO);
	terminal.away = group >= 0 && group != getpgrp();
	if (terminal.away)
		return false;
	take_modes();
	terminal_resize();
	wrefresh(curscr);
	output_add(&terminal.output, PASTE_ON, strlen(PASTE_ON));
	return true;
}

void
terminal_resize(void)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
	    size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
	clearok(curscr, TRUE);
}

bool
terminal_flush(void)
{
	if (terminal.away)
		return true;
	bool whole = output_flush(&terminal.output);
	if (!output_take_torn(&terminal.output))
		return whole;
	clearok(curscr, TRUE);
	wrefresh(curscr);
	return output_flush(&terminal.output);
}

bool
terminal_has_failed(void)
{
	return output_has_failed(&terminal.output);
}

/* Is it somebody else's for a while? */
bool
terminal_is_away(void)
{
	return terminal.away;
}

int
terminal_descriptor(void)
{
	return terminal.screen != NULL ? terminal.output.fd : -1;
}
