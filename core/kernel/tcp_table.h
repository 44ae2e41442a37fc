/* tcp_table.h: the rows of /proc/net/tcp and /proc/net/tcp6.
 *
 * The format: proc_net_tcp.txt in the kernel's Documentation/networking, and
 * get_tcp4_sock(), get_timewait4_sock(), get_openreq4() in net/ipv4/tcp_ipv4.c.
 * The parser is a pure function over text. */
#ifndef TCP_TABLE_H
#define TCP_TABLE_H

#include "report.h"
#include "tcp_state.h"

enum tcp_timer {
	TIMER_OFF,
	TIMER_ON,        /* retransmission or tail-loss probe */
	TIMER_KEEPALIVE,
	TIMER_TIME_WAIT,
	TIMER_PROBE      /* zero-window probe */
};

struct tcp_row {
	struct report_endpoint local, remote;
	enum tcp_state state;
	uint32_t send_q, recv_q;
	enum tcp_timer timer;
	int64_t timer_left;    /* ns until the timer runs out */
	uint32_t retransmits;
	uint32_t uid;
	uint32_t probes;       /* unanswered zero-window or keepalive probes */
	uint64_t inode;        /* 0: TIME_WAIT, SYN_RECV, orphan, not yet accepted */
	uint8_t family;        /* the table it stands in: 4 tcp, 6 tcp6 */
	bool v6only;           /* a listener that takes IPv6 alone; only sock_diag tells */
};

struct tcp_table {
	struct tcp_row *rows;
	size_t count, room;
	size_t *order;         /* of the rows by their ends: tcp_table_index() */
	size_t order_room;
};

/* Appends to table the rows of text (length bytes; need not end in NUL; family
 * 4 or 6 says which file it is) in which PORT is the local or the remote port,
 * all rows when port is 0.  A line that cannot be parsed is passed over and
 * added to *bad when bad is not NULL; the heading and empty lines are not, and
 * rows of other ports are read no further than their ends.  Returns 0, or -1 with errno ENOMEM. */
int tcp_table_parse(struct tcp_table *table, const char *text, size_t length,
    int family, uint16_t port, size_t *bad);

/* Reads the file at path to its end into a buffer that is kept and reused in
 * *buffer of *size (free(3) it; begin with NULL and 0), appends its rows.  The
 * kernel hands out one page of whole rows for each read(2), however large the
 * buffer (seq_read_iter() in fs/seq_file.c), so a row can vanish or repeat
 * between two: of a repeated one the later is kept; one that is missed is there
 * the next time (sock_diag_find() knows at once).  Returns 0 or -1 with errno. */
int tcp_table_read(struct tcp_table *table, const char *path, int family,
    uint16_t port, char **buffer, size_t *size);

/* Appends one row.  Returns 0, or -1 with errno ENOMEM. */
int tcp_table_append(struct tcp_table *table, const struct tcp_row *row);

/* Drops those of the rows from number first on that came twice: of two with the
 * same ends the later counts; listeners that share a port (SO_REUSEPORT) are
 * told apart by their inodes.  Returns 0, or -1 with errno ENOMEM. */
int tcp_table_drop_repeated(struct tcp_table *table, size_t first);

/* Puts the rows in an order by which tcp_table_has() finds one of the same family with
 * the same ends; it holds until a row is appended.  Returns 0, or -1 with errno ENOMEM. */
int tcp_table_index(struct tcp_table *table);
bool tcp_table_has(const struct tcp_table *table, const struct tcp_row *row);

/* Forgets the rows, keeps the room. */
void tcp_table_clear(struct tcp_table *table);

/* Frees what the table holds. */
void tcp_table_free(struct tcp_table *table);

/* "off", "on", "keepalive", "timewait", "probe": netstat -o's words. */
const char *tcp_timer_name(enum tcp_timer timer);

#endif
