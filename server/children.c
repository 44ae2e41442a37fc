/* How many children run.
 *
 * A counter that the SIGCHLD handler decrements would be right for one way of
 * reaping only: with reap=none and reap=ignore there is nothing to count, with
 * reap=wait zombies stay uncounted.  So the parent remembers the PIDs, and when
 * there seem to be too many it asks the kernel about each: waitid(2) with
 * WNOWAIT tells a zombie from a running child and reaps nothing.
 */
#include "children.h"

#include <sys/wait.h>

/* Does this child still run?  A zombie does not, one that was reaped does not. */
static bool
is_running(pid_t child)
{
	siginfo_t information = {0};
	if (waitid(P_PID, (id_t)child, &information,
	    WEXITED | WNOHANG | WNOWAIT) < 0)
		return false;
	return information.si_pid == 0;
}

/* Forgets the children that run no more. */
static void
forget_ended(struct server *server)
{
	size_t kept = 0;
	for (size_t i = 0; i < server->children_count; i++)
		if (is_running(server->children[i]))
			server->children[kept++] = server->children[i];
	server->children_count = kept;
}

bool
children_full(struct server *server)
{
	size_t limit = (size_t)server->options.max_children;
	if (server->children_count < limit)
		return false;
	forget_ended(server);
	return server->children_count >= limit;
}

/* Remembers a child; its PID may have been an earlier child's. */
void
children_add(struct server *server, pid_t child)
{
	for (size_t i = 0; i < server->children_count; i++)
		if (server->children[i] == child)
			return;
	if (server->children_count == server->children_room) {
		size_t room = server->children_room * 2 + 64;
		pid_t *larger = realloc(server->children, room * sizeof *larger);
		if (larger == NULL)
			return; /* one child too few is counted */
		server->children = larger;
		server->children_room = room;
	}
	server->children[server->children_count++] = child;
}
