/* socket_changes_fixture.h: rows of the socket table that are made up, and what a reading of
 * them tells. */
#ifndef SOCKET_CHANGES_FIXTURE_H
#define SOCKET_CHANGES_FIXTURE_H

#include "socket_watch_internal.h"

#include "event_fixture.h"

#include <stdio.h>

#define NOW FIXTURE_MS(5000) /* of the readings, on the session's clock */

struct fixture {
	struct socket_watch watch;
	uint64_t heard; /* the first event that news() has not told */
};

/* Appends an event. */
static inline void
tell(struct fixture *fixture, struct event event)
{
	event.time = FIXTURE_MS(1) + log_now(fixture->watch.log)->time;
	ck_assert_int_eq(log_append(fixture->watch.log, &event), 0);
	fixture->heard = log_end(fixture->watch.log);
}

/* A session with a server, a client, and so many connections, served by children, of
 * which no row was read yet. */
static inline void
fixture_open(struct fixture *fixture, unsigned connections)
{
	*fixture = (struct fixture){.watch = {.port = SERVER_PORT, .family = 4}};
	fixture->watch.loop = loop_new();
	fixture->watch.log = log_new(LOG_CAPACITY);
	ck_assert(fixture->watch.loop != NULL && fixture->watch.log != NULL);
	fixture->watch.holders.known = true; /* nobody holds anything */
	tell(fixture, fixture_start("local"));
	tell(fixture, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_STARTED, -1));
	tell(fixture, fixture_process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_STARTED, -1));
	for (unsigned conn = 1; conn <= connections; conn++) {
		tell(fixture, fixture_connection(conn, CONNECTION_OPENED));
		tell(fixture, fixture_child(conn, PROCESS_FORKED, -1));
	}
}

static inline void
fixture_close(struct fixture *fixture)
{
	socket_holders_free(&fixture->watch.holders);
	tcp_table_free(&fixture->watch.table);
	log_free(fixture->watch.log);
	loop_free(fixture->watch.loop);
}

/* The process holds the socket with this inode, as far as anybody can see. */
static inline void
holds(struct fixture *fixture, pid_t pid, enum report_role role, uint64_t inode)
{
	struct socket_holders *holders = &fixture->watch.holders;
	holders->all = reallocarray(holders->all, holders->count + 1,
	    sizeof *holders->all);
	ck_assert_ptr_nonnull(holders->all);
	holders->all[holders->count++] = (struct socket_holder){.inode = inode,
	    .pid = pid, .role = role};
}

/* What was told since it was asked last: a state as "1c GONE>SYN_SENT", with "?" when
 * it is inferred; a row as "+LISTEN:100", "~" changed, "-" gone, with its owner. */
static inline const char *
news(struct fixture *fixture)
{
	static const char marks[] = {[SOCKET_APPEARED] = '+', [SOCKET_CHANGED] = '~',
	    [SOCKET_GONE] = '-'};
	static char text[1024];
	size_t length = 0;
	text[0] = '\0';
	for (; fixture->heard < log_end(fixture->watch.log); fixture->heard++) {
		const struct event *event = log_event(fixture->watch.log, fixture->heard);
		const char *blank = length > 0 ? " " : "";
		ck_assert_int_eq(event->time, NOW);
		if (event->type == EVENT_STATE)
			length += (size_t)snprintf(text + length, sizeof text - length,
			    "%s%u%c %s>%s%s", blank, event->state.conn,
			    event->state.end == END_CLIENT ? 'c' : 's',
			    tcp_state_name(event->state.from),
			    tcp_state_name(event->state.to),
			    event->state.inferred ? "?" : "");
		else if (event->type == EVENT_SOCKET)
			length += (size_t)snprintf(text + length, sizeof text - length,
			    "%s%c%s:%d", blank, marks[event->socket.what],
			    tcp_state_name(event->socket.row.tcp.state),
			    (int)event->socket.row.owner_pid);
		ck_assert_uint_lt(length, sizeof text);
	}
	return text;
}

/* An end of a connection, or the listener (conn 0), as the table has it. */
static inline struct tcp_row
row_of(unsigned conn, enum connection_end end, enum tcp_state state)
{
	return fixture_socket(conn, end, SOCKET_APPEARED, state).socket.row.tcp;
}

static inline struct tcp_row
client_row(enum tcp_state state)
{
	return row_of(1, END_CLIENT, state);
}

static inline struct tcp_row
server_row(enum tcp_state state)
{
	return row_of(1, END_SERVER, state);
}

/* The row is read. */
static inline void
take(struct fixture *fixture, struct tcp_row row)
{
	socket_take_row(&fixture->watch, &row, NOW);
}

/* The row as the moment has it. */
static inline struct moment_socket *
known(struct fixture *fixture, struct tcp_row row)
{
	struct moment_socket *socket =
	    moment_socket_like(log_now(fixture->watch.log), &row);
	ck_assert_ptr_nonnull(socket);
	return socket;
}

/* Whose the row is, now that it was read once more. */
static inline pid_t
owner_after(struct fixture *fixture, struct tcp_row row)
{
	take(fixture, row);
	return known(fixture, row)->row.owner_pid;
}

/* Which rows are read is what the table holds now: the others are gone. */
static inline void
read_table(struct fixture *fixture, const struct tcp_row *rows, size_t count)
{
	tcp_table_clear(&fixture->watch.table);
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(tcp_table_append(&fixture->watch.table, &rows[i]), 0);
	socket_take_absence(&fixture->watch, NOW);
	for (size_t i = 0; i < count; i++)
		socket_take_row(&fixture->watch, &rows[i], NOW);
}

/* A stranger's connection: 10.0.0.7:5000 to our port, and its other end. */
static inline struct tcp_row
strangers_row(bool server_end)
{
	struct tcp_row row = server_row(STATE_ESTABLISHED);
	row.local = fixture_server_end();
	row.remote = fixture_endpoint("10.0.0.7:5000");
	if (!server_end) {
		row.remote = fixture_server_end();
		row.local = fixture_endpoint("10.0.0.7:5000");
	}
	row.inode = 9000 + server_end;
	return row;
}

#endif
