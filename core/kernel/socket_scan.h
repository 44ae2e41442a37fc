/* socket_scan.h: who holds which socket, of all processes that we may look into.
 *
 * The descriptors of a whole machine are many, so they are looked through in pieces. */
#ifndef SOCKET_SCAN_H
#define SOCKET_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct socket_scan;

/* What a scan found, sorted by inode and process. */
struct socket_owners {
	struct socket_owner { uint64_t inode; pid_t pid; } *all;
	size_t count;
};

/* Begins one; NULL with errno. */
struct socket_scan *socket_scan_begin(void);

/* Looks at so many descriptors more; false: that was all. */
bool socket_scan_more(struct socket_scan *scan, unsigned descriptors);

/* Hands over what was found, in place of what owners had. */
void socket_scan_result(struct socket_scan *scan, struct socket_owners *owners);

/* Ends it; NULL is allowed. */
void socket_scan_end(struct socket_scan *scan);

/* Who holds it: of several the youngest, a child rather than its parent; of a socket
 * that listens the oldest.  0: nobody whom we may look into. */
pid_t socket_owners_find(const struct socket_owners *owners, uint64_t inode,
    bool listens);

/* Frees what was found. */
void socket_owners_free(struct socket_owners *owners);

/* The inode of the socket that /proc/PID/fd/NAME is, directory being /proc/PID/fd; 0: it
 * is something else, or gone. */
uint64_t socket_inode(int directory, const char *name);

#endif
