/* Room for so many processes more.
 *
 * RLIMIT_NPROC limits how many processes a user has, not how many this one makes,
 * so the limit that leaves room for N more is the present count and N.  The count
 * is found by asking the one who will decide: fork succeeds under a limit that
 * lies above the count, and fails under every lower one, so a binary search over
 * the limit, with a child that ends at once at each step, finds it in some twenty
 * forks.  Counting /proc would find another number: the kernel counts threads,
 * the user's processes in other PID namespaces, and those that /proc hides
 * (hidepid); and in a user namespace it counts anew.
 *
 * Root is not bound by the limit, nor is who has CAP_SYS_RESOURCE or CAP_SYS_ADMIN
 * (copy_process() in kernel/fork.c): a fork that succeeds under a limit of 0 shows
 * it.  Other processes of the user come and go and change the room meanwhile. */
#include "process_room.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { FIRST_GUESS = 64 };

/* Sets the soft limit; that it stays below the hard one is the caller's care. */
static void
set_limit(rlim_t soft, rlim_t hard)
{
	struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
	if (setrlimit(RLIMIT_NPROC, &limit) < 0)
		server_die("setrlimit", errno, NULL);
}

/* Does one more process fit under this limit? */
static bool
one_more_fits(rlim_t soft, rlim_t hard)
{
	set_limit(soft, hard);
	pid_t child = fork();
	if (child == 0)
		_exit(0);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	return child > 0;
}

/* The smallest limit under which one more fits, which is one more than there are;
 * 0 when even the hard limit has no room. */
static rlim_t
find_least(rlim_t hard)
{
	rlim_t below = 0, least = FIRST_GUESS < hard ? FIRST_GUESS : hard;
	while (!one_more_fits(least, hard)) {
		if (least == hard)
			return 0;
		below = least;
		least = least > hard / 2 ? hard : least * 2;
	}
	while (least - below > 1) {
		rlim_t middle = below + (least - below) / 2;
		if (one_more_fits(middle, hard))
			least = middle;
		else
			below = middle;
	}
	return least;
}

void
process_room_limit(struct server *server)
{
	rlim_t room = (rlim_t)server->options.process_room;
	struct rlimit limit;
	if (room == 0)
		return;
	if (getrlimit(RLIMIT_NPROC, &limit) < 0)
		server_die("getrlimit", errno, NULL);
	rlim_t hard = limit.rlim_max;
	if (one_more_fits(0, hard)) {
		set_limit(limit.rlim_cur, hard);
		server_refuse(server, "process_room: RLIMIT_NPROC does not bind root, "
		    "nor CAP_SYS_RESOURCE: there is no limit");
		return;
	}
	rlim_t least = find_least(hard);
	if (least == 0)
		server_die("fork", EAGAIN, "this user has no room for a process more");
	set_limit(room > hard - (least - 1) ? hard : least - 1 + room, hard);
}
