/* Older kernels do not know some calls, and sandboxes (seccomp) refuse them.  What was
 * refused for want of room (descriptors, memory) is not told here: that may pass. */
#include "refused_here.h"

#include "world.h"
#include "sock_diag.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Orphans come to us, should the guard be killed; to the guard, as it lives. */
static int
try_reaper(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static int
try_pidfd(void)
{
	int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	return pidfd < 0 ? -1 : close(pidfd);
}

static int
try_sock_diag(void)
{
	struct sock_diag *diag = sock_diag_open();
	int result = diag == NULL ? -1 : 0;
	int error = errno;
	sock_diag_close(diag);
	errno = error;
	return result;
}

static const struct {
	int (*try)(void);
	const char *name, *cost;
} parts[] = {
	{try_reaper, "prctl(PR_SET_CHILD_SUBREAPER)",
	    "orphans go to init, and one that hangs may outlive the console"},
	{try_pidfd, "pidfd_open",
	    "ends of processes show a little later, and only our own end of a crashed host's "
	    "connections is made deaf"},
	{try_sock_diag, "a netlink socket for sock_diag",
	    "states that last a few milliseconds may be missed, and there is no TCP_INFO"},
};

void
refused_here_tell(struct world *world)
{
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i].try() < 0 && errno != EMFILE && errno != ENFILE &&
		    errno != ENOMEM && errno != ENOBUFS)
			world_note(world, "%s is refused (%s): %s", parts[i].name,
			    strerror(errno), parts[i].cost);
}
