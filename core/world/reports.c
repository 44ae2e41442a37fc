/* reports.c: what the client and the server report becomes events. */
#include "reports.h"

#include "endpoint.h"
#include "report_check.h"
#include "host_silence.h"
#include "server_state.h"
#include "server_trouble.h"
#include "world.h"
#include "wire_line.h"
#include "wire_long.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* What has come back on a connection and is not a whole line yet. */
struct line_buffer {
	char *bytes;
	size_t length, room;
	int64_t at;        /* CLOCK_MONOTONIC ns, of the latest of them */
	uint16_t format;
};

/* A peer that sends no newline is shown in pieces of so many bytes, or of what has come
 * when nothing follows for so long: longer than `send --split` pauses. */
enum { LINE_MAX_BYTES = 65536 };
#define UNENDED_NS SECONDS(2)

/* Our client's connection that the server's end with this peer belongs to. */
static unsigned
conn_of_peer(const struct moment *now, const struct report_endpoint *peer)
{
	for (size_t i = now->connection_count; i-- > 0;)
		if (peer->family != 0 &&
		    endpoint_equal(&now->connections[i].local, peer))
			return now->connections[i].conn;
	return 0;
}

/* Appends a sent or echo event for the report: a line without its newline, or
 * numbers. */
static void
tell_line(struct world *world, enum event_type type,
    const struct report *report, const char *bytes, size_t length)
{
	struct event event = {.type = type,
	    .time = loop_from_monotonic(world->loop, report->time)};
	event.line.conn = report->conn;
	event.line.bytes = length;
	if (length > 0 && bytes[length - 1] == '\n' && report->format == 0)
		length--;
	if (report->format != 0)
		wire_line_set(&event, report->format, bytes, length);
	else
		event_set_text(&event, bytes, length);
	world_append(world, &event);
}

/* The buffer of connection conn; NULL when there is no memory. */
static struct line_buffer *
line_buffer_of(struct client *client, unsigned conn)
{
	size_t place = conn - client->lines_from;
	if (place > client->lines_room) {
		size_t room = place + 64;
		struct line_buffer *larger = realloc(client->lines,
		    room * sizeof *larger);
		if (larger == NULL)
			return NULL;
		memset(larger + client->lines_room, 0,
		    (room - client->lines_room) * sizeof *larger);
		client->lines = larger;
		client->lines_room = room;
	}
	return &client->lines[place - 1];
}

/* Nothing is waited for any more. */
static void
line_buffer_clear(struct line_buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct line_buffer){0};
}

/* How many bytes at the start make a whole line, or a whole number; 0: not yet. */
static size_t
whole_length(const struct report *report, const char *bytes, size_t length)
{
	size_t size = wire_size(report->format);
	if (size > 0)
		return length >= size ? size : 0;
	const char *newline = memchr(bytes, '\n', length);
	return newline != NULL ? (size_t)(newline + 1 - bytes) : 0;
}

/* Makes an echo event of each whole line, and of what is left at the end. */
static void
tell_echoes(struct world *world, struct line_buffer *buffer,
    const struct report *report)
{
	size_t begun = 0, length;
	bool last = report->result <= 0;
	while ((length = whole_length(report, buffer->bytes + begun,
	    buffer->length - begun)) > 0) {
		tell_line(world, EVENT_ECHO, report, buffer->bytes + begun, length);
		begun += length;
	}
	if ((last || buffer->length - begun >= LINE_MAX_BYTES) &&
	    buffer->length > begun) {
		tell_line(world, EVENT_ECHO, report, buffer->bytes + begun,
		    buffer->length - begun);
		begun = buffer->length;
	}
	memmove(buffer->bytes, buffer->bytes + begun, buffer->length - begun);
	buffer->length -= begun;
}

/* The client read something, or met the end. */
static void
take_client_read(struct world *world, const struct report *report)
{
	if (report->conn <= world->client.lines_from ||
	    report->conn > world->client.conns)
		return;
	struct line_buffer *buffer = line_buffer_of(&world->client, report->conn);
	if (buffer == NULL)
		return;
	if (buffer->length + report->length > buffer->room) {
		size_t room = buffer->length + report->length + REPORT_DATA;
		char *larger = realloc(buffer->bytes, room);
		if (larger == NULL)
			return;
		buffer->bytes = larger;
		buffer->room = room;
	}
	if (report->length > 0)
		memcpy(buffer->bytes + buffer->length, report->data, report->length);
	buffer->length += report->length;
	buffer->at = report->time;
	buffer->format = report->format;
	if (buffer->length > 0)
		tell_echoes(world, buffer, report);
	if (buffer->length > 0)
		timer_no_later(world->unended, UNENDED_NS);
	else
		line_buffer_clear(buffer);
}

void
reports_tell_unended(struct world *world)
{
	struct client *client = &world->client;
	for (size_t i = 0; i < client->lines_room; i++) {
		struct line_buffer *buffer = &client->lines[i];
		struct report report = {.conn = client->lines_from + (unsigned)i + 1,
		    .time = buffer->at, .format = buffer->format};
		int64_t rest = UNENDED_NS + loop_from_monotonic(world->loop, buffer->at) -
		    loop_now(world->loop);
		if (buffer->length > 0 && rest > 0) {
			timer_no_later(world->unended, rest);
		} else if (buffer->length > 0) {
			tell_line(world, EVENT_ECHO, &report, buffer->bytes, buffer->length);
			line_buffer_clear(buffer);
		}
	}
}

void
reports_forget_lines(struct world *world)
{
	for (size_t i = 0; i < world->client.lines_room; i++)
		free(world->client.lines[i].bytes);
	free(world->client.lines);
	world->client.lines = NULL;
	world->client.lines_room = 0;
	world->client.lines_from = world->client.conns;
}

/* The client's connection conn is open, or is not any more. */
static void
tell_connection(struct world *world, const struct report *report,
    enum connection_what what, int64_t time)
{
	struct event event = {.time = time, .type = EVENT_CONNECTION};
	event.connection.what = what;
	event.connection.conn = report->conn;
	event.connection.local = report->local;
	event.connection.remote = report->peer;
	world_append(world, &event);
}

/* One connect fewer whose local end is not known. */
static void
connect_begun(struct world *world)
{
	struct client *client = &world->client;
	if (client->unbegun > 0)
		client->unbegun--;
	if (client->unbegun == 0)
		server_hold(world, false);
}

/* What a call of the client means beyond itself. */
static void
take_client_call(struct world *world, const struct report *report, int64_t time)
{
	const struct moment_connection *connection =
	    moment_connection(log_now(world->log), report->conn);
	switch ((int)report->call) {
	case CALL_WRITE:
		if (report->result > 0)
			tell_line(world, EVENT_SENT, report, report->data,
			    report->length);
		break;
	case CALL_READ:
		take_client_read(world, report);
		break;
	case CALL_CLOSE:
		tell_connection(world, report, CONNECTION_CLOSED, time);
		break;
	case CALL_SOCKET: /* without one there is no connect to fail */
	case CALL_CONNECT:
		if (report->result >= 0 || report->error == EINTR)
			break;
		if (connection == NULL) { /* it failed before it had a local end */
			connect_begun(world);
			tell_connection(world, report, CONNECTION_OPENED, time);
		}
		tell_connection(world, report, CONNECTION_CLOSED, time);
		break;
	default:
		break;
	}
}

/* What cannot be is told once, and passed over. */
static void
disbelieve(struct world *world, const struct report *report)
{
	if (!world->disbelieved)
		world_note(world, "PID %d reports what cannot be: such reports are passed over",
		    (int)report->pid);
	world->disbelieved = true;
}

/* The server says that it forked: a process of its own, not anybody's. */
static void
take_fork(struct world *world, const struct report *report, unsigned conn,
    int64_t time)
{
	pid_t child = (pid_t)report->result, guard = getpid();
	if (world->launcher != NULL)
		guard = launcher_guard(world->launcher);
	if (report_descends(child, guard))
		process_watch_add(world->processes, child, ROLE_CHILD,
		    PROCESS_FORKED, &report->peer, conn, time);
	else
		disbelieve(world, report);
}

/* What a call of the server, or of a child, means beyond itself. */
static void
take_server_call(struct world *world, const struct report *report,
    unsigned conn, int64_t time)
{
	struct server *server = &world->server;
	bool waited = report->call == CALL_WAIT || report->call == CALL_WAITPID;
	if (report->call == CALL_BIND && report->result < 0) {
		trouble_bind(world, report->error);
	} else if (report->call == CALL_LISTEN && report->result == 0) {
		server->listening = server->has_listened = true;
		socket_watch_force(world->sockets);
	} else if (report->call == CALL_FORK && report->result > 0) {
		take_fork(world, report, conn, time);
	} else if (waited && report->result > 0) {
		world_tell_sigpipe(world, (pid_t)report->result, report->status, time);
		process_watch_reaped(world->processes, (pid_t)report->result,
		    report->status, report->pid, time);
	} else if (report->call == CALL_ACCEPT && conn == 0) {
		socket_watch_want(world->sockets);
	}
	if (world->host.told > 0 &&
	    log_now(world->log)->host_state == HOST_UNPLUGGED &&
	    (report->call == CALL_ACCEPT || report->call == CALL_LISTEN ||
	    report->call == CALL_GETPEERNAME))
		host_silence_again(world, report->pid);
}

/* A call returned. */
static void
take_call(struct world *world, const struct report *report, int64_t time)
{
	bool client = report->role == ROLE_CLIENT;
	struct event event = {.time = time, .type = EVENT_CALL};
	event.call = (struct event_call){.role = report->role, .pid = report->pid,
	    .call = report->call, .result = report->result,
	    .error = report->error, .status = report->status,
	    .about = report->about, .value = report->value,
	    .local = report->local, .remote = report->peer};
	event.call.conn = client ? report->conn :
	    conn_of_peer(log_now(world->log), &report->peer);
	unsigned conn = event.call.conn;
	world_append(world, &event);
	if (client)
		take_client_call(world, report, time);
	else
		take_server_call(world, report, conn, time);
}

/* A handler ran. */
static void
take_caught(struct world *world, const struct report *report, int64_t time)
{
	struct event event = {.time = time, .type = EVENT_SIGNAL};
	event.signal.number = report->status;
	event.signal.to = report->pid;
	event.signal.caught = true;
	event.signal.by = report->status == SIGCHLD || report->status == SIGPIPE ?
	    BY_KERNEL : BY_USER;
	world_append(world, &event);
}

/* A report becomes events. */
void
reports_take(void *context, struct channel *channel, const struct report *report)
{
	struct world *world = context;
	int64_t now = loop_now(world->loop) - loop_from_monotonic(world->loop, 0);
	if (!report_check(report, channel == world->client.channel,
	    world->client.conns, now)) {
		disbelieve(world, report);
		return;
	}
	int64_t time = loop_from_monotonic(world->loop, report->time);
	if (report->lost > 0) {
		struct event event = {.time = time, .type = EVENT_LOST};
		event.lost.pid = report->pid;
		event.lost.count = report->lost;
		world_append(world, &event);
		process_watch_search(world->processes, true);
	}
	switch ((int)report->kind) {
	case REPORT_CALL:
		take_call(world, report, time);
		break;
	case REPORT_BEGUN:
		tell_connection(world, report, CONNECTION_OPENED, time);
		connect_begun(world);
		break;
	case REPORT_CAUGHT:
		take_caught(world, report, time);
		break;
	case REPORT_DONE:
		world->client.done_serial = report->order;
		break;
	case REPORT_REFUSED:
		world_note(world, "%.*s", (int)report->length, report->data);
		break;
	default:
		break;
	}
	world_look_soon(world);
}

void
reports_drain(struct world *world)
{
	if (world->client.channel != NULL)
		channel_drain(world->client.channel);
	for (size_t i = 0; i < world->server.channel_count; i++)
		channel_drain(world->server.channels[i]);
}
