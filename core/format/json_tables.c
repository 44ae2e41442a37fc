/* Rows of sockets, processes, calls and signals as JSON, and the tables of `show`.
 *
 * The keys of a row are the same in the event that tells of it and in the table.  In
 * tables the keys that the contract names are always there, null for none. */
#include "json_tables.h"

#include "json_fields.h"
#include "moment.h"
#include "signal_name.h"

#include <string.h>

enum { SIGNALS = 64 };

/* Appends the row of an event that tells of one. */
static void
append_row(struct json_writer *writer, json_t *rows, const struct event *event)
{
	struct json_writer row;
	if (rows == NULL)
		return;
	row = json_writer_begin();
	json_put_row(&row, event);
	json_append_row(writer, rows, &row);
}

void
json_put_sockets(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	json_t *rows = json_put_rows(writer, "rows");
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(now, socket)) != NULL;) {
		int64_t left = socket->row.timer_at - event->time;
		struct event row = {.type = EVENT_SOCKET, .socket.row = socket->row};
		row.socket.row.tcp.timer_left = socket->row.timer_at != 0 && left > 0 ? left : 0;
		append_row(writer, rows, &row);
	}
}

/* So many rows of the machine's table. */
static void
put_machine(struct json_writer *writer, const char *key, const struct socket_row *sockets,
    size_t count)
{
	json_t *rows = json_put_rows(writer, key);
	for (size_t i = 0; rows != NULL && i < count; i++) {
		struct event row = {.type = EVENT_SOCKET, .socket.row = sockets[i]};
		append_row(writer, rows, &row);
	}
}

/* The TCP rows of the machine: all of them, or what is new. */
void
json_put_all(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	size_t there = event->all.count - event->all.gone;
	(void)now;
	json_put(writer, "whole", json_boolean(event->all.whole));
	put_machine(writer, "rows", event->all.rows, there);
	if (event->all.gone > 0)
		put_machine(writer, "gone", event->all.rows + there, event->all.gone);
}

void
json_put_processes(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	json_t *rows = json_put_rows(writer, "rows");
	(void)event;
	for (const struct moment_process *process = NULL;
	    (process = moment_next_process(now, process)) != NULL;) {
		struct event row = {.type = EVENT_PROCESS, .process.row = process->row,
		    .process.end = process->end};
		append_row(writer, rows, &row);
	}
}

/* The client's connections. */
void
json_put_connections(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	if (event->text != NULL)
		json_put(writer, "show", json_text(event->text, event->length));
	json_t *rows = json_put_rows(writer, "rows");
	for (size_t i = 0; rows != NULL && i < now->connection_count; i++) {
		const struct moment_connection *connection = &now->connections[i];
		struct json_writer row = json_writer_begin();
		json_put_integer(&row, "conn", connection->conn);
		json_put(&row, "local", json_endpoint(connection->local));
		json_put(&row, "remote", json_endpoint(connection->remote));
		json_put_word(&row, "client", tcp_state_name(connection->client));
		json_put_word(&row, "server", tcp_state_name(connection->server));
		json_put(&row, "open", json_boolean(connection->open));
		json_put(&row, "child", connection->child != 0 ?
		    json_integer(connection->child) : json_null());
		json_put(&row, "current", json_boolean(connection->conn == now->current));
		json_put_integer(&row, "bytes_sent", (int64_t)connection->bytes_sent);
		json_put_integer(&row, "bytes_echoed", (int64_t)connection->bytes_echoed);
		json_append_row(writer, rows, &row);
	}
}

/* "k=v k=v" as rows of name and value. */
void
json_put_settings(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	json_t *rows = json_put_rows(writer, "rows");
	const char *word = event->text != NULL ? event->text : now->settings;
	while (rows != NULL && *word != '\0') {
		size_t length = strcspn(word, " "), name = strcspn(word, "= ");
		struct json_writer row = json_writer_begin();
		json_put(&row, "name", json_text(word, name));
		if (name < length)
			name++;
		json_put(&row, "value", json_text(word + name, length - name));
		json_append_row(writer, rows, &row);
		word += length;
		word += strspn(word, " ");
	}
}

/* A set of signals as a list of names. */
static void
put_signals(struct json_writer *writer, const char *key, uint64_t set)
{
	json_t *names = json_array();
	for (int i = 0; names != NULL && i < SIGNALS; i++)
		if ((set >> i & 1) != 0 && json_array_append_new(names,
		    json_string(signal_name(i + 1))) < 0)
			writer->failed = true;
	json_put(writer, key, names);
}

/* What each process does with each signal. */
void
json_put_dispositions(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	json_t *rows = json_put_rows(writer, "rows");
	(void)now;
	for (size_t i = 0; rows != NULL && i < event->dispositions.count; i++) {
		const struct disposition_row *from = &event->dispositions.rows[i];
		struct json_writer row = json_writer_begin(), signals = json_writer_begin();
		json_put_integer(&row, "pid", from->pid);
		json_put_word(&row, "role", event_role_name(from->role));
		put_signals(&signals, "ignored", from->signals.ignored);
		put_signals(&signals, "caught", from->signals.caught);
		put_signals(&signals, "blocked", from->signals.blocked);
		put_signals(&signals, "pending", from->signals.pending);
		put_signals(&signals, "shared_pending", from->signals.shared_pending);
		row.failed |= signals.failed;
		json_put(&row, "signals", signals.object);
		json_append_row(writer, rows, &row);
	}
}

void
json_put_errno(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	const struct moment_errno *last = &now->last;
	(void)event;
	if (!last->any) {
		json_put(writer, "call", json_null());
		json_put(writer, "errno", json_null());
		json_put_word(writer, "text", "no call has failed");
		return;
	}
	struct event failed = {.type = EVENT_CALL, .call = last->call};
	json_put_fields(writer, &failed);
	json_put(writer, "at", json_seconds(last->time));
	if (last->signal != 0)
		json_put_word(writer, "signal", signal_name(last->signal));
	json_put_word(writer, "text", last->signal != 0 ? strsignal(last->signal) :
	    last->call.error == 0 ? "end of file" :
	    strerror(last->call.error));
	json_put_word(writer, "why", last->why);
	json_put_word(writer, "section", last->section);
}
