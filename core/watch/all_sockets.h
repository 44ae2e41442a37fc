/* all_sockets.h: every TCP socket of this machine, as netstat -tan shows them.
 *
 * /proc/net/tcp and tcp6 are read in pieces, and so are the descriptors of the
 * processes, so that ten thousand sockets do not hold the loop up.  One reading is told
 * as an `all` event; while they are followed, one a second, of what changed. */
#ifndef ALL_SOCKETS_H
#define ALL_SOCKETS_H

#include "log.h"
#include "loop.h"

struct all_sockets;

/* For log.  NULL with errno. */
struct all_sockets *all_sockets_new(struct loop *loop, struct log *log);

/* NULL is allowed. */
void all_sockets_free(struct all_sockets *all);

/* Reads them once. */
void all_sockets_read(struct all_sockets *all);

/* Reads them once a second from now on, or no longer: then the moment forgets them. */
void all_sockets_follow(struct all_sockets *all, bool follow);

/* Is no reading under way? */
bool all_sockets_rest(const struct all_sockets *all);

#endif
