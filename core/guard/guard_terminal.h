/* guard_terminal.h: the terminal of a console that was killed.
 *
 * SIGKILL leaves the console no chance to give its terminal back; the guard, which
 * outlives it by a moment, does so in its place. */
#ifndef GUARD_TERMINAL_H
#define GUARD_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>

struct guard_terminal {
	int fd;         /* -1: there is none */
	pid_t console, group; /* the console's process and group */
};

/* In the console, before the guard is forked: how its terminal is.  Called again once
 * a screen has changed that, it keeps what was first. */
void guard_terminal_remember(struct guard_terminal *terminal);

/* In the guard, before it leaves the console's descriptors: keeps one of them. */
void guard_terminal_keep(struct guard_terminal *terminal);

/* Has a screen of the console's the terminal now? */
bool guard_terminal_is_taken(const struct guard_terminal *terminal);

/* Is the console dead?  Its end is waited for, at most so many ms: its descriptors are
 * closed a moment earlier. */
bool guard_terminal_console_died(const struct guard_terminal *terminal, int patience);

/* Gives it back, unless somebody has seen to its modes by now, and lets go of it. */
void guard_terminal_give_back(struct guard_terminal *terminal);

#endif
