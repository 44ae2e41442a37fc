/* A look is a handful of exact queries, one for each row that is known and for each end
 * that is expected; of very many rows one dump by port is cheaper.  What nobody announced,
 * such as a stranger's connection, a dump finds, now and then; at rest only when this
 * machine has opened a connection since. */
#include "socket_probe.h"

#include "endpoint.h"
#include "loop.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DUMP_BUSY_NS MILLISECONDS(200)
#define DUMP_IDLE_NS SECONDS(1)
#define DUMP_REST_NS SECONDS(15)        /* when no connection at all was opened */

/* More rows than so many are asked for by one dump rather than one by one. */
enum { QUERIES_MOST = 128 };

void
socket_probe_open(struct socket_probe *probe, struct log *log, uint16_t port)
{
	*probe = (struct socket_probe){.log = log, .port = port};
	probe->diag = sock_diag_open();
}

void
socket_probe_close(struct socket_probe *probe)
{
	sock_diag_close(probe->diag);
	tcp_table_free(&probe->table);
}

/* Do two rows say the same, timers apart?  (Of SYN_RECV, sock_diag and the file count
 * retransmissions by two different counters.) */
bool
socket_rows_agree(const struct tcp_row *a, const struct tcp_row *b)
{
	return a->state == b->state && a->recv_q == b->recv_q &&
	    a->send_q == b->send_q && a->inode == b->inode &&
	    (a->retransmits == b->retransmits || a->state == STATE_SYN_RECV);
}

/* Does the kernel still have this row as we know it? */
static bool
known_row_agrees(struct socket_probe *probe, const struct tcp_row *row)
{
	struct sock_diag_answer answer;
	if (row->state == STATE_LISTEN)
		return true; /* the listeners are asked for by themselves */
	return sock_diag_find(probe->diag, &row->local, &row->remote, &answer) == 1 &&
	    socket_rows_agree(row, &answer.row);
}

/* Has an end of the connection appeared that has no row yet? */
static bool
end_appeared(struct socket_probe *probe, const struct moment_connection *connection)
{
	struct sock_diag_answer answer;
	if (!connection->open && connection->child_ended)
		return false;
	if (connection->client == STATE_GONE && connection->open &&
	    sock_diag_find(probe->diag, &connection->local, &connection->remote,
	    &answer) == 1)
		return true;
	return connection->server == STATE_GONE &&
	    sock_diag_find(probe->diag, &connection->remote, &connection->local,
	    &answer) == 1;
}

/* Do the table's rows of this kind (listeners, or all) agree with those known? */
static bool
probe_agrees(struct socket_probe *probe, bool listeners)
{
	const struct moment *now = log_now(probe->log);
	size_t known = 0;
	for (size_t i = 0; i < probe->table.count; i++) {
		const struct tcp_row *row = &probe->table.rows[i];
		struct moment_socket *socket = moment_socket_like(now, row);
		if (socket == NULL || !socket_rows_agree(row, &socket->row.tcp))
			return false;
	}
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(now, socket)) != NULL;)
		known += !listeners || socket->row.tcp.state == STATE_LISTEN;
	return known == probe->table.count;
}

/* Is a listener of this family known, or of the other one none? */
static bool
family_is_ours(struct socket_probe *probe, int family)
{
	const struct moment *now = log_now(probe->log);
	bool other = false;
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_listener(now, socket)) != NULL;) {
		if (socket->row.tcp.family == family)
			return true;
		other = true;
	}
	return !other;
}

/* Asks for the listeners (of both families, or of ours), or for every row with our port;
 * true when all is as known. */
static bool
dump_agrees(struct socket_probe *probe, bool listeners, bool both)
{
	tcp_table_clear(&probe->table);
	for (int family = 4; family <= 6; family += 2) {
		if (!both && !family_is_ours(probe, family))
			continue;
		int result = listeners ?
		    sock_diag_listeners(probe->diag, family, probe->port, &probe->table) :
		    sock_diag_dump(probe->diag, family, probe->port, &probe->table);
		if (result < 0)
			return false;
	}
	return probe_agrees(probe, listeners);
}

/* How many connections this machine (its network namespace) ever opened, actively and
 * passively; 0 when that cannot be read.  Where the sum is the same as before, no pair of
 * ends has come that was not there. */
static uint64_t
count_opens(void)
{
	static const char heading[] = "\nTcp: RtoAlgorithm RtoMin RtoMax MaxConn "
	    "ActiveOpens PassiveOpens ", line[] = "\nTcp: ";
	char text[4096];
	int fd = open("/proc/net/snmp", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	if (length <= 0)
		return 0;
	text[length] = '\0';
	const char *names = strstr(text, heading);
	const char *values = names != NULL ? strstr(names + 1, line) : NULL;
	if (values == NULL)
		return 0;
	uint64_t sum = 0;
	char *at;
	values += sizeof line - 1;
	for (int i = 0; i < 6; i++, values = at) {
		uint64_t value = strtoull(values, &at, 10); /* MaxConn may be -1 */
		if (at == values)
			return 0;
		sum += i >= 4 ? value : 0;
	}
	return sum;
}

/* Is it time to ask for every row with our port, known or not? */
static bool
dump_is_due(struct socket_probe *probe, int64_t time, bool busy)
{
	int64_t since = time - probe->dumped_at;
	if (since < (busy ? DUMP_BUSY_NS : DUMP_IDLE_NS))
		return false;
	uint64_t opens = count_opens();
	if (opens != 0 && opens == probe->opens && since < DUMP_REST_NS)
		return false;
	probe->opens = opens;
	probe->dumped_at = time;
	return true;
}

/* Do the rows that are known, and the ends that are expected, agree with the kernel by
 * exact queries?  A listener of the other family is a stranger's. */
static bool
queries_agree(struct socket_probe *probe, int64_t time, bool busy)
{
	bool both = busy || time - probe->families_at >= DUMP_IDLE_NS;
	if (both)
		probe->families_at = time;
	const struct moment *now = log_now(probe->log);
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(now, socket)) != NULL;)
		if (!known_row_agrees(probe, &socket->row.tcp))
			return false;
	for (size_t i = 0; i < now->connection_count; i++)
		if (end_appeared(probe, &now->connections[i]))
			return false;
	return dump_agrees(probe, true, both);
}

bool
socket_probe_differs(struct socket_probe *probe, int64_t time, bool busy)
{
	if (log_now(probe->log)->socket_count > QUERIES_MOST)
		return !dump_agrees(probe, false, true);
	if (!queries_agree(probe, time, busy))
		return true;
	return dump_is_due(probe, time, busy) && !dump_agrees(probe, false, true);
}

int
socket_probe_listeners(struct socket_probe *probe, int family)
{
	tcp_table_clear(&probe->table);
	if (probe->diag == NULL || sock_diag_listeners(probe->diag, family, probe->port,
	    &probe->table) < 0)
		return -1;
	return (int)probe->table.count;
}

enum tcp_state
socket_probe_state(struct socket_probe *probe, const struct report_endpoint *local,
    const struct report_endpoint *remote)
{
	struct sock_diag_answer answer;
	return sock_diag_find(probe->diag, local, remote, &answer) == 1 ?
	    answer.row.state : STATE_GONE;
}
