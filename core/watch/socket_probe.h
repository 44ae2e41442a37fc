/* socket_probe.h: has anything of ours changed in the socket table?
 *
 * Asked by sock_diag, in microseconds: whoever wants to know what changed reads the
 * files (socket_watch.h). */
#ifndef SOCKET_PROBE_H
#define SOCKET_PROBE_H

#include "log.h"
#include "sock_diag.h"

struct socket_probe {
	struct log *log;
	struct sock_diag *diag;    /* NULL: refused */
	uint16_t port;
	int64_t dumped_at;
	int64_t families_at;       /* both families' listeners were asked for */
	uint64_t opens;            /* connections of this machine, at the latest dump */
	struct tcp_table table;    /* what the latest question found */
};

/* Begins and ends; that netlink is refused is no error: diag says so. */
void socket_probe_open(struct socket_probe *probe, struct log *log, uint16_t port);
void socket_probe_close(struct socket_probe *probe);

/* Does the kernel disagree with the log's now, at the session's time?  busy: something
 * has just happened, so that strangers are asked for more often.  diag is there. */
bool socket_probe_differs(struct socket_probe *probe, int64_t time, bool busy);

/* How many rows of this family listen on our port; -1: nobody can say. */
int socket_probe_listeners(struct socket_probe *probe, int family);

/* The state of the socket with these ends, GONE for none.  diag is there. */
enum tcp_state socket_probe_state(struct socket_probe *probe,
    const struct report_endpoint *local, const struct report_endpoint *remote);

/* Do two rows of one socket say the same, timers apart? */
bool socket_rows_agree(const struct tcp_row *a, const struct tcp_row *b);

#endif
