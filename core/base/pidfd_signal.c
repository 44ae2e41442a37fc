/* A sandbox may refuse pidfd_send_signal(2), or not know it, while it gives pidfds.
 * Then kill(2) does it: as long as the pidfd is not readable the process has not died,
 * so the number is its own. */
#include "pidfd_signal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

int
pidfd_signal(int pidfd, pid_t pid, int number)
{
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};
	if (syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0) == 0)
		return 0;
	if (errno != ENOSYS && errno != EPERM)
		return -1;
	if (poll(&ended, 1, 0) == 0)
		return kill(pid, number);
	errno = ESRCH;
	return -1;
}
