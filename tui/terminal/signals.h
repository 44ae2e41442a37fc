/* signals.h: the console's signals, blocked and read from a descriptor.
 *
 * curses takes SIGINT, SIGTERM, SIGTSTP and SIGWINCH for itself when they are at
 * their default; blocked, they never reach its handlers. */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>

enum { SIGNALS = 7 };

struct signals {
	int fd;
	sigset_t before;   /* the mask as it was */
	struct sigaction actions[SIGNALS]; /* what was done with each */
};

/* Blocks them and opens the descriptor (non-blocking, close-on-exec).  Returns 0,
 * or -1 with errno. */
int signals_open(struct signals *signals);

/* The next signal that has come; 0: none. */
int signals_next(struct signals *signals);

/* Drops what is pending, closes the descriptor, puts mask and actions back. */
void signals_close(struct signals *signals);

/* Stops this process as Ctrl-Z does and returns when it goes on.  Nothing
 * happens when no shell waits for it (an orphaned process group). */
void signals_suspend(void);

#endif
