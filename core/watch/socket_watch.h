/* socket_watch.h: the socket table, as /proc/net/tcp and tcp6 show it.
 *
 * Every row in the log is parsed from those files; sock_diag only says when to
 * read them again.  A transition between two readings that no reading saw, but
 * that RFC 9293 leaves no way around, is told as inferred. */
#ifndef SOCKET_WATCH_H
#define SOCKET_WATCH_H

#include "log.h"
#include "loop.h"

struct socket_watch;

/* Watches the port for log.  family: 4 or 6, HOST's.  before is called before a
 * reading, so that what was reported earlier stands before it in the log.  NULL
 * with errno. */
struct socket_watch *socket_watch_new(struct loop *loop, struct log *log,
    uint16_t port, int family, void (*before)(void *context), void *context);

void socket_watch_free(struct socket_watch *watch);

/* Something happened: look now, and often for a while. */
void socket_watch_look_soon(struct socket_watch *watch);

/* Read the files in the next round, whatever sock_diag says. */
void socket_watch_force(struct socket_watch *watch);

/* The server reports nothing of who holds which socket: their holders are looked for
 * at every reading. */
void socket_watch_guest(struct socket_watch *watch, bool guest);

/* A row is known to have come: read the files as soon as what that costs allows. */
void socket_watch_want(struct socket_watch *watch);

/* Asks the kernel whether anything is other than the moment now says. */
bool socket_watch_has_changed(struct socket_watch *watch);

/* Reads the files at once: what is left when the session's processes are gone. */
void socket_watch_read(struct socket_watch *watch);

/* When the files were last read, on the session's clock. */
int64_t socket_watch_read_at(const struct socket_watch *watch);

/* TCP_USER_TIMEOUT of the client's connections in ns, 0: the kernel's own way of
 * giving up. */
void socket_watch_user_timeout(struct socket_watch *watch, int64_t timeout);

/* From now on, follow TCP_INFO of the current connection as `details` events, too. */
void socket_watch_follow_details(struct socket_watch *watch);

/* Watches another port from now on. */
void socket_watch_port(struct socket_watch *watch, uint16_t port);

/* Does this listener take IPv6 alone (IPV6_V6ONLY)?  false where netlink is refused. */
bool socket_watch_is_v6only(struct socket_watch *watch, const struct tcp_row *listener);

/* Whose is the listener that a client of host, which has the watch's port, meets: the row,
 * and the process that holds it (0: not ours to see).  False when nothing listens there. */
bool socket_watch_listener(struct socket_watch *watch, const struct report_endpoint *host,
    struct tcp_row *row, pid_t *owner);

#endif
