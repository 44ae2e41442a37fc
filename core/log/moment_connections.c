/* moment_connections.c: the client's connections in a moment: each has its number, its
 * two ends' states, and what is known of how it came to them.
 *
 * They stand in the order of their numbers.  Of those that are over only the latest are
 * kept, so that memory stays flat however many come and go. */
#include "moment_internal.h"

#include "why.h"

#include <errno.h>
#include <string.h>

/* How many connections that are over are kept at least. */
enum { CONNECTIONS_KEPT = 256 };

/* Is nothing left of a connection, at neither end? */
static bool
is_over(const struct moment *moment, const struct moment_connection *connection)
{
	return !connection->open && connection->client == STATE_GONE &&
	    connection->server == STATE_GONE &&
	    connection->conn != moment->current && (connection->child == 0 ||
	    moment_process(moment, connection->child) == NULL);
}

/* Forgets the oldest connections that are over, when they are twice as many as are
 * kept: memory stays flat however many come and go. */
static void
forget_connections(struct moment *moment)
{
	size_t over = 0, kept = 0;
	for (size_t i = 0; i < moment->connection_count; i++)
		over += is_over(moment, &moment->connections[i]);
	if (over < 2 * CONNECTIONS_KEPT)
		return;
	over -= CONNECTIONS_KEPT;
	for (size_t i = 0; i < moment->connection_count; i++) {
		const struct moment_connection *connection = &moment->connections[i];
		if (over > 0 && is_over(moment, connection)) {
			moment->forgotten = connection->conn;
			over--;
		} else {
			moment->connections[kept++] = *connection;
		}
	}
	moment->connection_count = kept;
}

/* Makes connection N, in the order of their numbers; NULL: no memory. */
static struct moment_connection *
add_connection(struct moment *moment, unsigned conn)
{
	if (moment->connection_count % CONNECTIONS_KEPT == 0)
		forget_connections(moment);
	struct moment_connection *larger = moment_grow(moment->connections,
	    &moment->connection_room, moment->connection_count, sizeof *larger);
	if (larger == NULL)
		return NULL;
	moment->connections = larger;
	size_t place = moment_connection_place(moment, conn);
	memmove(larger + place + 1, larger + place,
	    (moment->connection_count - place) * sizeof *larger);
	larger[place] = (struct moment_connection){.conn = conn};
	moment->connection_count++;
	return &larger[place];
}

int
moment_fold_connection(struct moment *moment, const struct event *event)
{
	unsigned conn = event->connection.conn;
	if (event->connection.what == CONNECTION_CURRENT) {
		moment->current = conn;
		return 0;
	}
	struct moment_connection *connection = moment_connection(moment, conn);
	if (connection == NULL && (conn == 0 || (conn <= moment->forgotten &&
	    event->connection.what == CONNECTION_CLOSED)))
		return 0;
	if (connection == NULL)
		connection = add_connection(moment, conn);
	if (connection == NULL)
		return -1;
	connection->open = event->connection.what == CONNECTION_OPENED;
	if (connection->open) {
		connection->local = event->connection.local;
		connection->remote = event->connection.remote;
		connection->silent = moment_host_is_dark(moment) ||
		    moment->host_state == HOST_UNPLUGGED;
	} else if (connection->client_close == CLOSE_UNKNOWN) {
		connection->client_close = event->connection.reset ?
		    CLOSE_BY_RST : CLOSE_BY_FIN;
	}
	return 0;
}

void
moment_fold_state(struct moment *moment, const struct event *event)
{
	struct moment_connection *connection =
	    moment_connection(moment, event->state.conn);
	if (connection == NULL)
		return;
	if (event->state.end == END_SERVER) {
		connection->server = event->state.to;
		connection->server_was |= event->state.to != STATE_GONE;
		return;
	}
	connection->client = event->state.to;
	if (event->state.to != STATE_CLOSE_WAIT)
		return;
	connection->fin_received = true;
	moment_note_server_fin(connection, event->time);
}

void
moment_note_server_row(struct moment *moment, const struct socket_row *row)
{
	struct moment_connection *connection = moment_connection(moment, row->conn);
	if (connection == NULL || row->end != END_SERVER)
		return;
	const struct moment_process *child = moment_process(moment, connection->child);
	bool passed_on = row->owner_pid != 0 && child != NULL &&
	    child->row.role != ROLE_CHILD; /* to one that it forked */
	bool fin = row->tcp.state == STATE_CLOSE_WAIT && row->tcp.recv_q > 0;
	if (row->tcp.inode != 0) /* a FIN received counts one */
		connection->server_unread = row->tcp.recv_q - fin;
	if (connection->child == 0 || passed_on)
		connection->child = row->owner_pid;
}

/* The client can read end of file before its child's death is told, which is why
 * it came: then the last errno gets its reason now. */
static void
explain_again(struct moment *moment, unsigned conn)
{
	struct moment_errno *last = &moment->last;
	if (last->any && last->call.conn == conn &&
	    last->call.role == ROLE_CLIENT &&
	    (last->call.error == 0 || last->call.error == ECONNRESET))
		last->why = why_call(moment, &last->call, &last->section);
}

void
moment_note_child_end(struct moment *moment, pid_t pid, const struct process_end *end)
{
	for (size_t i = 0; i < moment->connection_count; i++) {
		struct moment_connection *connection = &moment->connections[i];
		if (connection->child != pid)
			continue;
		bool news = !connection->child_ended;
		connection->child_shut_down |= news &&
		    moment->host_state == HOST_SHUTTING_DOWN;
		connection->child_ended = true;
		if (news) /* the table may be older than the last send */
			connection->died_with_unread = connection->server_unread > 0 ||
			    (connection->bytes_served > 0 &&
			    connection->bytes_sent > connection->bytes_served);
		if (end->known)
			connection->child_end = *end;
		if (news)
			explain_again(moment, connection->conn);
	}
}

void
moment_note_host(struct moment *moment, enum host_what what, bool was_dark)
{
	for (size_t i = 0; i < moment->connection_count; i++) {
		struct moment_connection *connection = &moment->connections[i];
		if (what == HOST_UP) {
			connection->rebooted |= was_dark && connection->open;
			connection->silent = false;
		} else if (what != HOST_SHUTTING_DOWN) {
			connection->silent = connection->open;
			connection->sent_in_silence = false;
		}
	}
}

void
moment_fold_timer(struct moment *moment, const struct event *event)
{
	struct moment_connection *connection =
	    moment_connection(moment, event->timer.conn);
	if (connection == NULL)
		return;
	connection->rto = event->timer.rto;
	connection->retransmits = event->timer.retransmits;
	connection->next_at = event->timer.next_at;
	connection->gives_up_at = event->timer.gives_up_at;
}

void
moment_fold_line(struct moment *moment, const struct event *event)
{
	struct moment_connection *connection =
	    moment_connection(moment, event->line.conn);
	bool sent = event->type == EVENT_SENT;
	*(sent ? &moment->sent : &moment->echoed) += 1;
	if (connection == NULL)
		return;
	*(sent ? &connection->bytes_sent : &connection->bytes_echoed) +=
	    event->line.bytes;
	connection->sent_in_silence |= sent && connection->silent;
}
