/* Rows of sockets, processes, calls and signals as JSON, and the tables of `show`.
 *
 * The keys of a row are the same in the event that tells of it and in the table.  In
 * tables the keys that the contract names are always there, null for none. */
#include "json_tables.h"

#include "endpoint.h"
#include "moment.h"
#include "signal_name.h"

#include <string.h>
#include <sys/wait.h>

enum { SIGNALS = 64 };

/* How a process ended: `status`, or `signal`. */
void
json_put_end(struct json_writer *writer, int status)
{
	if (WIFEXITED(status)) {
		json_put_integer(writer, "status", WEXITSTATUS(status));
	} else if (WIFSIGNALED(status)) {
		json_put_word(writer, "signal", signal_name(WTERMSIG(status)));
		if (WCOREDUMP(status))
			json_put_boolean(writer, "core", true);
	}
}

/* The fields of a socket row. */
void
json_put_socket(struct json_writer *writer, const struct socket_row *row, int64_t left)
{
	const struct tcp_row *tcp = &row->tcp;
	json_put_word(writer, "proto", tcp->family == 6 ? "tcp6" : "tcp");
	json_put_integer(writer, "recv_q", tcp->recv_q);
	json_put_integer(writer, "send_q", tcp->send_q);
	json_put_endpoint(writer, "local", &tcp->local);
	json_put_endpoint(writer, "remote", &tcp->remote);
	json_put_word(writer, "state", tcp_state_name(tcp->state));
	json_put_word(writer, "timer", tcp_timer_name(tcp->timer));
	json_put_seconds(writer, "timer_seconds", left);
	if (row->timer_at != 0)
		json_put_seconds(writer, "timer_at", row->timer_at);
	json_put_integer(writer, "retransmits", tcp->retransmits);
	json_put_integer(writer, "probes", tcp->probes);
	json_put_integer(writer, "uid", tcp->uid);
	json_put_integer(writer, "inode", (int64_t)tcp->inode);
	json_put_or_null(writer, "owner_pid", row->owner_pid);
	json_put_or_null(writer, "conn", row->conn);
	json_put(writer, "end", row->end != END_NONE ?
	    json_string(event_end_name(row->end)) : json_null());
}

/* The fields of a process row but pid, ppid and role. */
void
json_put_process(struct json_writer *writer, const struct process_row *row)
{
	char text[ENDPOINT_TEXT];
	json_put_text(writer, "tty", row->tty);
	json_put_text(writer, "stat", row->stat);
	json_put_text(writer, "command", row->command);
	json_put_text(writer, "wchan", row->wchan);
	json_put(writer, "peer", row->peer.family != 0 ?
	    json_string(endpoint_text(&row->peer, text)) : json_null());
	json_put_known(writer, "conn", row->conn);
	json_put_known(writer, "start_time", (int64_t)row->start_time);
	json_put_seconds(writer, "cpu", row->cpu);
}

/* Who a process is. */
void
json_put_identity(struct json_writer *writer, const struct process_row *row)
{
	json_put_integer(writer, "pid", row->pid);
	json_put_integer(writer, "ppid", row->ppid);
	json_put_word(writer, "role", event_role_name(row->role));
}

/* A call that returned. */
void
json_put_call(struct json_writer *writer, const struct event_call *call)
{
	json_put_word(writer, "process", event_role_name(call->role));
	json_put_known(writer, "pid", call->pid);
	json_put_known(writer, "conn", call->conn);
	json_put_word(writer, "call", event_call_name(call->call));
	if (call->call == CALL_SETSOCKOPT) {
		json_put_word(writer, "option",
		    event_option_name((enum report_option)call->about));
		json_put_integer(writer, "value", call->value);
	} else if (call->call == CALL_SIGACTION) {
		json_put_word(writer, "signal", signal_name(call->about));
		json_put_word(writer, "disposition",
		    event_disposition_name((enum order_disposition)call->value));
	} else if (event_call_ends(call->call) && call->about > 0) {
		json_put_word(writer, "state", tcp_state_name((enum tcp_state)call->about));
		json_put_integer(writer, "unread", call->value);
	}
	json_put_integer(writer, "result", call->result);
	if (call->result < 0 && call->error != 0) {
		json_put_integer(writer, "errno", call->error);
		json_put_word(writer, "errno_name", errno_name(call->error));
	} else if (call->result > 0 &&
	    (call->call == CALL_WAIT || call->call == CALL_WAITPID)) {
		json_put_end(writer, call->status);
	}
	json_put_endpoint(writer, "local", &call->local);
	json_put_endpoint(writer, "remote", &call->remote);
}

/* The socket table; the timers run on to the time of the event. */
void
json_put_sockets(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	json_t *rows = json_put_rows(writer, "rows");
	for (size_t i = 0; rows != NULL && i < now->socket_count; i++) {
		const struct moment_socket *socket = &now->sockets[i];
		int64_t left = socket->row.timer_at - event->time;
		struct json_writer row;
		if (socket->gone_at != 0)
			continue;
		row = json_writer_begin();
		json_put_socket(&row, &socket->row,
		    socket->row.timer_at != 0 && left > 0 ? left : 0);
		json_append_row(writer, rows, &row);
	}
}

/* So many rows of the machine's table. */
static void
put_machine(struct json_writer *writer, const char *key, const struct socket_row *sockets,
    size_t count)
{
	json_t *rows = json_put_rows(writer, key);
	for (size_t i = 0; rows != NULL && i < count; i++) {
		struct json_writer row = json_writer_begin();
		json_put_socket(&row, &sockets[i], sockets[i].tcp.timer_left);
		json_append_row(writer, rows, &row);
	}
}

/* The TCP rows of the machine: all of them, or what is new. */
void
json_put_all(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	size_t there = event->all.count - event->all.gone;
	(void)now;
	json_put_boolean(writer, "whole", event->all.whole);
	put_machine(writer, "rows", event->all.rows, there);
	if (event->all.gone > 0)
		put_machine(writer, "gone", event->all.rows + there, event->all.gone);
}

/* The process table. */
void
json_put_processes(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	json_t *rows = json_put_rows(writer, "rows");
	(void)event;
	for (size_t i = 0; rows != NULL && i < now->process_count; i++) {
		const struct moment_process *process = &now->processes[i];
		struct json_writer row;
		if (process->ended_at != 0)
			continue;
		row = json_writer_begin();
		json_put_identity(&row, &process->row);
		json_put_process(&row, &process->row);
		if (process->end.known)
			json_put_end(&row, process->end.status);
		json_append_row(writer, rows, &row);
	}
}

/* The client's connections. */
void
json_put_connections(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	json_t *rows = json_put_rows(writer, "rows");
	(void)event;
	for (size_t i = 0; rows != NULL && i < now->connection_count; i++) {
		const struct moment_connection *connection = &now->connections[i];
		struct json_writer row = json_writer_begin();
		json_put_integer(&row, "conn", connection->conn);
		json_put_endpoint(&row, "local", &connection->local);
		json_put_endpoint(&row, "remote", &connection->remote);
		json_put_word(&row, "client", tcp_state_name(connection->client));
		json_put_word(&row, "server", tcp_state_name(connection->server));
		json_put_boolean(&row, "open", connection->open);
		json_put_or_null(&row, "child", connection->child);
		json_put_boolean(&row, "current", connection->conn == now->current);
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
		json_put_bytes(&row, "name", word, name);
		if (name < length)
			name++;
		json_put_bytes(&row, "value", word + name, length - name);
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

/* The last call that failed or met end of file. */
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
	json_put_call(writer, &last->call);
	json_put_seconds(writer, "at", last->time);
	if (last->signal != 0)
		json_put_word(writer, "signal", signal_name(last->signal));
	json_put_word(writer, "text", last->signal != 0 ? strsignal(last->signal) :
	    last->call.error == 0 ? "end of file" :
	    strerror(last->call.error));
	json_put_word(writer, "why", last->why);
	json_put_word(writer, "section", last->section);
}
