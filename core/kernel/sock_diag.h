/* sock_diag.h: asking the kernel about TCP sockets by netlink (sock_diag(7)).
 *
 * One exact query costs about 5 microseconds where reading /proc/net/tcp costs
 * milliseconds, so these say *when* to read the file again, and fill in what it
 * does not hold: timers and TCP_INFO.  Built on libmnl. */
#ifndef SOCK_DIAG_H
#define SOCK_DIAG_H

#include "tcp_details.h"
#include "tcp_table.h"

struct sock_diag;

/* What a query found.  has_details says whether the details are filled. */
struct sock_diag_answer {
	struct tcp_row row;      /* timer_left has the kernel's millisecond grain */
	bool has_details;
	struct tcp_details details;
};

/* Opens the netlink socket, non-blocking, close-on-exec; NULL with errno when it
 * is refused. */
struct sock_diag *sock_diag_open(void);

/* Closes it; NULL is allowed. */
void sock_diag_close(struct sock_diag *diag);

/* The socket with exactly this local and remote end.  The kernel answers a
 * query for an absent 4-tuple with the listener: such an answer counts as none.
 * Both ends are of one family; a v4-mapped pair finds IPv4 sockets too, and the
 * other way round: row.family says which table the row stands in.  Returns 1 found, 0
 * none, -1 with errno. */
int sock_diag_find(struct sock_diag *diag, const struct report_endpoint *local,
    const struct report_endpoint *remote, struct sock_diag_answer *answer);

/* The same, where it has been asked for since all answers were forgotten: that answer once
 * more.  One look asks the same in several places.  A few answers are kept. */
int sock_diag_recall(struct sock_diag *diag, const struct report_endpoint *local,
    const struct report_endpoint *remote, struct sock_diag_answer *answer);

/* Forgets the answers: what is recalled from now on is asked for anew.  NULL is allowed. */
void sock_diag_forget(struct sock_diag *diag);

/* Appends to table every row, of IPv4 (family 4) or IPv6 (6), with this local or
 * remote port (0: any), listeners, TIME_WAIT and SYN_RECV included, as the file
 * would show them.  Returns 0, or -1 with errno. */
int sock_diag_dump(struct sock_diag *diag, int family, uint16_t port,
    struct tcp_table *table);

/* The same, of LISTEN rows on the port alone: cheap however many connections
 * there are. */
int sock_diag_listeners(struct sock_diag *diag, int family, uint16_t port,
    struct tcp_table *table);

#endif
