/* server_outsider.h: where a guest's listener is when none of its processes holds it.
 *
 * A command may only have asked somebody else to start the server (tmux, a service
 * manager, a container's daemon); the server may be in another network namespace; or no
 * descriptor shows its socket, for the kernel holds it (io_uring's registered files, one
 * that is under way over a Unix socket). */
#ifndef SERVER_OUTSIDER_H
#define SERVER_OUTSIDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct world;

/* Makes the process that holds this listener, and does not descend from the console, the
 * server: it is watched from now on, as one that was there before, and told so.  false:
 * nobody is seen to hold it. */
bool outsider_adopt(struct world *world, uint64_t inode);

/* Is the process in another network namespace than the console (network_namespaces(7))?
 * false where that cannot be seen. */
bool outsider_is_elsewhere(pid_t pid);

#endif
