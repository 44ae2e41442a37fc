#include "signals.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Those that are read from the descriptor. */
static const int table[SIGNALS] = {
	SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH,
};

int
signals_open(struct signals *signals)
{
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < SIGNALS; i++)
		if (sigaddset(&set, table[i]) < 0 ||
		    sigaction(table[i], NULL, &signals->actions[i]) < 0)
			return -1;
	signals->fd = -1;
	if (sigprocmask(SIG_BLOCK, &set, &signals->before) < 0)
		return -1;
	signals->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals->fd >= 0)
		return 0;
	int saved = errno;
	sigprocmask(SIG_SETMASK, &signals->before, NULL);
	errno = saved;
	return -1;
}

int
signals_next(struct signals *signals)
{
	struct signalfd_siginfo info;
	ssize_t length = read(signals->fd, &info, sizeof info);
	return length == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

/* Puts everything back.  What came meanwhile has been answered by the end. */
void
signals_close(struct signals *signals)
{
	if (signals->fd < 0)
		return;
	while (signals_next(signals) != 0)
		continue;
	close(signals->fd);
	signals->fd = -1;
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(table[i], &signals->actions[i], NULL);
	sigprocmask(SIG_SETMASK, &signals->before, NULL);
}

/* Stops this process: SIGTSTP is blocked, so that raising it makes it pend, and
 * its default action stops us where it is let through. */
void
signals_suspend(void)
{
	struct sigaction standard = {.sa_handler = SIG_DFL}, before;
	sigset_t stop, mask;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	if (sigaction(SIGTSTP, &standard, &before) < 0)
		return;
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, &mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGTSTP, &before, NULL);
}
