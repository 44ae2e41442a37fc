/* What a reading of the socket table tells: rows that came, changed and went, whose they
 * are, and the states through which an end of a connection must have gone. */
#include "socket_watch_internal.h"

#include "endpoint.h"
#include "last_state.h"

#include <stdlib.h>

#define HOLDERS_SHARE 200  /* looking who holds sockets may take so little of the time */

/* The child that was reported to serve this peer; 0 for none. */
static pid_t
child_of_peer(const struct moment *now, const struct report_endpoint *peer)
{
	for (size_t i = now->process_count; i-- > 0 && peer->port != 0;) {
		const struct moment_process *process = &now->processes[i];
		if (process->row.peer.port == peer->port &&
		    moment_process_runs(process) &&
		    endpoint_equal(&process->row.peer, peer))
			return process->row.pid;
	}
	return 0;
}

/* Who of ours has the row's socket open. */
static pid_t
row_holder(struct socket_watch *watch, const struct socket_row *row)
{
	const struct moment *now = log_now(watch->log);
	return row->tcp.state == STATE_LISTEN ?
	    socket_holders_find_listener(&watch->holders, now, row->tcp.inode) :
	    socket_holders_find(&watch->holders, now, row->tcp.inode);
}

/* Who holds the row's socket: the client, the child that reported it, else whoever
 * has it open. */
static pid_t
row_owner(struct socket_watch *watch, const struct socket_row *row, pid_t before)
{
	const struct moment *now = log_now(watch->log);
	if (row->tcp.inode == 0)
		return 0;
	const struct moment_connection *connection = moment_connection(now, row->conn);
	if (connection != NULL && row->end == END_CLIENT && connection->open)
		return now->client;
	if (watch->guest)
		return row_holder(watch, row);
	if (connection != NULL && row->end == END_SERVER && connection->child != 0 &&
	    connection->child != now->server && !connection->child_ended)
		return connection->child;
	if (row->tcp.local.port != watch->port)
		return 0; /* a stranger's end */
	if (before != 0 && moment_process_runs(moment_process(now, before)) &&
	    (before != now->server || row->tcp.state == STATE_LISTEN))
		return before;
	pid_t child = child_of_peer(now, &row->tcp.remote);
	if (child != 0)
		return child;
	int64_t time = loop_now(watch->loop);
	if (time < watch->holders_rest_until)
		return 0; /* a later reading asks again */
	int64_t before_it = loop_cost();
	pid_t holder = row_holder(watch, row);
	int64_t cost = loop_cost() - before_it;
	if (cost > MILLISECONDS(2))
		watch->holders_rest_until = time + HOLDERS_SHARE * cost;
	return holder;
}

/* Appends one state event. */
static void
tell_state(struct socket_watch *watch, const struct socket_row *row,
    enum tcp_state from, enum tcp_state to, bool inferred, int64_t time)
{
	struct event event = {.time = time, .type = EVENT_STATE};
	event.state.conn = row->conn;
	event.state.end = row->end;
	event.state.from = from;
	event.state.to = to;
	event.state.inferred = inferred;
	log_append(watch->log, &event);
}

/* The state that the kernel has for the other end of a connection. */
static enum tcp_state
other_end(struct socket_watch *watch, const struct moment_connection *connection,
    enum connection_end end)
{
	bool client = end == END_CLIENT;
	const struct report_endpoint *local = client ? &connection->remote :
	    &connection->local;
	const struct report_endpoint *remote = client ? &connection->local :
	    &connection->remote;
	if (watch->probe.diag != NULL)
		return socket_probe_state(&watch->probe, local, remote);
	for (size_t i = 0; i < watch->table.count; i++)
		if (endpoint_equal(&watch->table.rows[i].local, local) &&
		    endpoint_equal(&watch->table.rows[i].remote, remote))
			return watch->table.rows[i].state;
	return STATE_GONE;
}

/* An end of one of our connections is in another state: the way it must have
 * gone, step by step. */
static void
tell_path(struct socket_watch *watch, const struct socket_row *row,
    enum tcp_state to, int64_t time)
{
	enum tcp_state path[TCP_PATH_MAX];
	const struct moment_connection *connection =
	    moment_connection(log_now(watch->log), row->conn);
	if (connection == NULL)
		return;
	bool client = row->end == END_CLIENT;
	enum tcp_state from = client ? connection->client : connection->server;
	enum tcp_state last = to == STATE_GONE ? last_state(connection, row->end,
	    other_end(watch, connection, row->end)) : to;
	enum tcp_state opening = client ? STATE_SYN_SENT : STATE_SYN_RECV;
	if (from == to)
		return;
	if (from == STATE_GONE && to != opening) {
		tell_state(watch, row, from, opening, true, time);
		from = opening;
	}
	size_t count = tcp_state_path(from, to, last, path);
	for (size_t i = 0; i < count; i++) {
		tell_state(watch, row, from, path[i], i + 1 < count, time);
		from = path[i];
	}
}

/* Appends one socket event. */
static void
tell_socket(struct socket_watch *watch, enum socket_what what,
    const struct socket_row *row, int64_t time)
{
	struct event event = {.time = time, .type = EVENT_SOCKET};
	event.socket.what = what;
	event.socket.row = *row;
	log_append(watch->log, &event);
}

/* Is the timer another one than was predicted? */
static bool
timer_differs(const struct socket_row *before, const struct socket_row *after)
{
	int64_t difference = before->timer_at - after->timer_at;
	return before->tcp.timer != after->tcp.timer ||
	    difference > TIMER_GRAIN_NS || difference < -TIMER_GRAIN_NS;
}

void
socket_take_row(struct socket_watch *watch, const struct tcp_row *read, int64_t time)
{
	const struct moment *now = log_now(watch->log);
	struct moment_socket *known = moment_socket_like(now, read);
	struct socket_row row = {.tcp = *read};
	row.timer_at = read->timer == TIMER_OFF ? 0 : time + read->timer_left;
	if (known != NULL && known->row.timer_at < time && read->timer_left == 0 &&
	    known->row.tcp.timer == read->timer)
		row.timer_at = known->row.timer_at; /* run out, not handled yet */
	const struct moment_connection *connection = read->state == STATE_LISTEN ?
	    NULL : moment_connection_of(now, &read->local, &read->remote, &row.end);
	row.conn = connection != NULL ? connection->conn : 0;
	row.owner_pid = row_owner(watch, &row, known != NULL ? known->row.owner_pid : 0);
	if (connection != NULL)
		tell_path(watch, &row, read->state, time);
	if (known == NULL)
		tell_socket(watch, SOCKET_APPEARED, &row, time);
	else if (!socket_rows_agree(read, &known->row.tcp) ||
	    timer_differs(&known->row, &row) ||
	    known->row.owner_pid != row.owner_pid || known->row.conn != row.conn)
		tell_socket(watch, SOCKET_CHANGED, &row, time);
}

/* Is the row still there, though one reading of the file did not hold it?  The
 * kernel hands the file out in pieces of 4 KB, between which rows come and go. */
static bool
row_is_there(struct socket_watch *watch, const struct tcp_row *row)
{
	struct sock_diag_answer answer;
	return watch->probe.diag != NULL && row->state != STATE_LISTEN &&
	    sock_diag_find(watch->probe.diag, &row->local, &row->remote, &answer) == 1;
}

/* Rows of the moment that the table no longer has are gone.  They are gathered
 * first: the events about them move the moment's rows. */
void
socket_take_absence(struct socket_watch *watch, int64_t time)
{
	const struct moment *now = log_now(watch->log);
	struct socket_row *gone = malloc((now->socket_count + 1) * sizeof *gone);
	size_t count = 0;
	if (gone == NULL || tcp_table_index(&watch->table) < 0) {
		free(gone);
		return;
	}
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(now, socket)) != NULL;)
		if (!tcp_table_has(&watch->table, &socket->row.tcp) &&
		    !row_is_there(watch, &socket->row.tcp))
			gone[count++] = socket->row;
	for (size_t i = 0; i < count; i++) {
		if (gone[i].conn != 0)
			tell_path(watch, &gone[i], STATE_GONE, time);
		tell_socket(watch, SOCKET_GONE, &gone[i], time);
	}
	free(gone);
}
