/* terminal.c: the terminal's modes.
 *
 * raw(3X): Ctrl-C, Ctrl-Z and Ctrl-\ are keys, so the kernel sends no signal to
 * the processes beside us.  Keypad is off: input.c knows the keys, and readline
 * gets the bytes that it wants.  Bracketed paste is readline's to switch on, but
 * with its terminal functions out of the way it is ours.
 *
 * A crash (SIGSEGV, SIGABRT, ...) leaves curses no chance.  So the modes and the
 * sequences that undo it are kept in static storage, where a handler can use
 * them with tcsetattr(3) and write(2), both async-signal-safe. */
#include "terminal.h"

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

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

enum { CRASH_SIGNALS = sizeof crash_signals / sizeof *crash_signals };

/* What a handler needs, which is called without a context. */
static struct {
	struct termios modes;
	char undo[256];
	size_t undo_length;
	struct sigaction before[CRASH_SIGNALS];
	SCREEN *screen;
} terminal;

/* Writes all of it; what a vanished terminal does not take is lost. */
static void
write_out(const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(STDOUT_FILENO, bytes, length);
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
	write_out(terminal.undo, terminal.undo_length);
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal.modes);
	raise(number);
}

/* Appends a capability of the terminal to what undoes curses. */
static void
remember_capability(const char *name)
{
	char capability[8];
	snprintf(capability, sizeof capability, "%s", name);
	const char *text = tigetstr(capability);
	size_t room = sizeof terminal.undo - terminal.undo_length;
	if (text == NULL || text == (char *)-1 || strlen(text) >= room)
		return;
	strcpy(terminal.undo + terminal.undo_length, text);
	terminal.undo_length += strlen(text);
}

/* Installs the handlers, once the terminal's capabilities are known. */
static void
catch_crashes(void)
{
	struct sigaction action = {.sa_handler = on_crash,
	    .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
	terminal.undo_length = 0;
	remember_capability("sgr0");
	remember_capability("cnorm");
	remember_capability("rmcup");
	strcpy(terminal.undo + terminal.undo_length, PASTE_OFF);
	terminal.undo_length += strlen(PASTE_OFF);
	sigemptyset(&action.sa_mask);
	for (int i = 0; i < CRASH_SIGNALS; i++)
		sigaction(crash_signals[i], &action, &terminal.before[i]);
}

/* Has the terminal this capability? */
static bool
can(const char *name)
{
	char capability[8];
	snprintf(capability, sizeof capability, "%s", name);
	const char *text = tigetstr(capability);
	return text != NULL && text != (char *)-1;
}

/* Says that the screen cannot be drawn here, and the way out. */
static void
complain(void)
{
	const char *name = getenv("TERM");
	fprintf(stderr, "tcpconsole: TERM=%s cannot place the cursor, or is not "
	    "known here: try TERM=xterm, or --headless\n",
	    name != NULL ? name : "");
}

/* Starts curses. */
int
terminal_open(void)
{
	if (tcgetattr(STDIN_FILENO, &terminal.modes) < 0) {
		perror("tcpconsole: standard input");
		return -1;
	}
	terminal.screen = newterm(NULL, stdout, stdin);
	if (terminal.screen == NULL) {
		complain();
		return -1;
	}
	if (!can("cup") || !can("clear")) {
		endwin();
		delscreen(terminal.screen);
		terminal.screen = NULL;
		complain();
		return -1;
	}
	catch_crashes();
	raw();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, FALSE);
	leaveok(stdscr, FALSE);
	write_out(PASTE_ON, strlen(PASTE_ON));
	return 0;
}

/* Gives the terminal back. */
void
terminal_close(bool gone)
{
	if (!gone) {
		write_out(PASTE_OFF, strlen(PASTE_OFF));
		endwin();
		tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal.modes);
	}
	for (int i = 0; i < CRASH_SIGNALS; i++)
		sigaction(crash_signals[i], &terminal.before[i], NULL);
	delscreen(terminal.screen);
	terminal.screen = NULL;
}

/* Gives it back for a while. */
void
terminal_leave(void)
{
	write_out(PASTE_OFF, strlen(PASTE_OFF));
	endwin();
	tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal.modes);
}

/* Takes it again: its size can be another by now. */
void
terminal_return(void)
{
	reset_prog_mode();
	terminal_resize();
	clearok(curscr, TRUE);
	wrefresh(curscr);
	write_out(PASTE_ON, strlen(PASTE_ON));
}

/* Tells curses how large the terminal is now. */
void
terminal_resize(void)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
	    size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
}

/* Can a frame be written? */
bool
terminal_is_writable(void)
{
	struct pollfd descriptor = {.fd = STDOUT_FILENO, .events = POLLOUT};
	return poll(&descriptor, 1, 0) == 1 && (descriptor.revents & POLLOUT) != 0;
}
