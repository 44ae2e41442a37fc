/* guard_terminal.c: gives the terminal of a killed console back.
 *
 * A screen is known by its modes: neither lines, nor echo, nor signals from keys.
 * terminfo(5) is not asked: the sequences are those of xterm, which screen, tmux and the
 * Linux console know or pass over (console_codes(4)).  The guard is in no foreground
 * group, but it has SIGTTOU blocked, so tcsetattr(3) is allowed to it.  A shell that
 * mends the modes of its killed jobs (bash does) may come first: then only the
 * screen is left to be undone. */
#include "guard_terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

/* Bracketed paste off, the main screen, the cursor, no attributes. */
#define UNDO "\033[?2004l\033[?1049l\033[?25h\033[0m\r\n"

/* Modes before any screen; a second guard is forked when there is one already. */
static struct {
	bool known;
	struct termios modes;
} before;

/* Are these a screen's? */
static bool
are_raw(const struct termios *modes)
{
	return (modes->c_lflag & (ICANON | ECHO | ISIG)) == 0;
}

void
guard_terminal_remember(struct guard_terminal *terminal)
{
	struct termios modes;
	*terminal = (struct guard_terminal){.fd = -1, .console = getpid(),
	    .group = getpgrp()};
	if (before.known || tcgetattr(STDOUT_FILENO, &modes) < 0 || are_raw(&modes))
		return;
	before.modes = modes;
	before.known = true;
}

void
guard_terminal_keep(struct guard_terminal *terminal)
{
	if (before.known && isatty(STDOUT_FILENO))
		terminal->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

bool
guard_terminal_is_taken(const struct guard_terminal *terminal)
{
	struct termios modes;
	return terminal->fd >= 0 && tcgetattr(terminal->fd, &modes) == 0 &&
	    are_raw(&modes) && tcgetpgrp(terminal->fd) == terminal->group;
}

bool
guard_terminal_console_died(const struct guard_terminal *terminal, int patience)
{
	for (int i = 0; i < patience && getppid() == terminal->console; i++)
		poll(NULL, 0, 1);
	return getppid() != terminal->console;
}

void
guard_terminal_give_back(struct guard_terminal *terminal)
{
	struct termios modes;
	struct pollfd descriptor = {.fd = terminal->fd, .events = POLLOUT};
	if (poll(&descriptor, 1, 0) == 1 &&
	    write(terminal->fd, UNDO, sizeof UNDO - 1) >= 0 &&
	    tcgetattr(terminal->fd, &modes) == 0 && are_raw(&modes))
		tcsetattr(terminal->fd, TCSANOW, &before.modes);
	close(terminal->fd);
	terminal->fd = -1;
}
