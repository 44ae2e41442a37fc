/* pidfd_signal.h: a signal to the process of a pidfd, and to no other. */
#ifndef PIDFD_SIGNAL_H
#define PIDFD_SIGNAL_H

#include <sys/types.h>

/* Sends it; pid is the process's number.  0, or -1 with errno (ESRCH: it is gone). */
int pidfd_signal(int pidfd, pid_t pid, int number);

#endif
