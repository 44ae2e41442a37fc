/* Events as JSON Lines.
 *
 * Keys stand in the order in which they are set here (jansson keeps it), `t`
 * first.  A recording is such lines and nothing else, so each event carries all
 * that moment_apply() reads of it, and parse_json.c reads the same keys.
 *
 * In events, what there is none of is left out; in the rows of tables the keys
 * that the contract names are always there, null for none.  Times are seconds,
 * rounded to microseconds: fifteen digits print each exactly as it was rounded.
 * Foreign text passes escape_utf8(), so jansson never finds any that it cannot
 * write; when a key cannot be set, memory is short, and no line comes out. */
#include "render_json.h"

#include "endpoint.h"
#include "escape.h"
#include "moment.h"
#include "signal_name.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { SCHEMA = 1, DIGITS = 15, SIGNALS = 64 };

/* A line that is being written. */
struct writer {
	json_t *object;
	bool failed;
};

/* Sets the key; value is taken, NULL for one that could not be made. */
static void
put(struct writer *writer, const char *key, json_t *value)
{
	if (value == NULL || json_object_set_new(writer->object, key, value) < 0)
		writer->failed = true;
}

static void
put_integer(struct writer *writer, const char *key, int64_t number)
{
	put(writer, key, json_integer(number));
}

/* The number, or nothing for 0. */
static void
put_known(struct writer *writer, const char *key, int64_t number)
{
	if (number != 0)
		put_integer(writer, key, number);
}

/* The number, or null for 0. */
static void
put_or_null(struct writer *writer, const char *key, int64_t number)
{
	put(writer, key, number != 0 ? json_integer(number) : json_null());
}

/* ns as seconds. */
static void
put_seconds(struct writer *writer, const char *key, int64_t ns)
{
	put(writer, key, json_real(round((double)ns / 1e3) / 1e6));
}

/* A word of our own. */
static void
put_word(struct writer *writer, const char *key, const char *word)
{
	put(writer, key, json_string(word));
}

static void
put_boolean(struct writer *writer, const char *key, bool value)
{
	put(writer, key, json_boolean(value));
}

/* length bytes that came from anywhere. */
static void
put_bytes(struct writer *writer, const char *key, const char *bytes, size_t length)
{
	char *text = escape_utf8(bytes, length);
	put(writer, key, text != NULL ? json_string(text) : NULL);
	free(text);
}

static void
put_text(struct writer *writer, const char *key, const char *text)
{
	if (text == NULL)
		text = "";
	put_bytes(writer, key, text, strlen(text));
}

/* The event's own text. */
static void
put_event_text(struct writer *writer, const char *key, const struct event *event)
{
	put_bytes(writer, key, event->text != NULL ? event->text : "",
	    event->text != NULL ? event->length : 0);
}

/* An address and port, or nothing for none. */
static void
put_endpoint(struct writer *writer, const char *key,
    const struct report_endpoint *endpoint)
{
	char text[ENDPOINT_TEXT];
	if (endpoint->family != 0)
		put_word(writer, key, endpoint_text(endpoint, text));
}

/* How a process ended: `status`, or `signal`. */
static void
put_end(struct writer *writer, int status)
{
	if (WIFEXITED(status)) {
		put_integer(writer, "status", WEXITSTATUS(status));
	} else if (WIFSIGNALED(status)) {
		put_word(writer, "signal", signal_name(WTERMSIG(status)));
		if (WCOREDUMP(status))
			put_boolean(writer, "core", true);
	}
}

/* The fields of a socket row; time is that of the event. */
static void
put_socket_row(struct writer *writer, const struct socket_row *row, int64_t left)
{
	const struct tcp_row *tcp = &row->tcp;
	put_word(writer, "proto", tcp->family == 6 ? "tcp6" : "tcp");
	put_integer(writer, "recv_q", tcp->recv_q);
	put_integer(writer, "send_q", tcp->send_q);
	put_endpoint(writer, "local", &tcp->local);
	put_endpoint(writer, "remote", &tcp->remote);
	put_word(writer, "state", tcp_state_name(tcp->state));
	put_word(writer, "timer", tcp_timer_name(tcp->timer));
	put_seconds(writer, "timer_seconds", left);
	if (row->timer_at != 0)
		put_seconds(writer, "timer_at", row->timer_at);
	put_integer(writer, "retransmits", tcp->retransmits);
	put_integer(writer, "probes", tcp->probes);
	put_integer(writer, "uid", tcp->uid);
	put_integer(writer, "inode", (int64_t)tcp->inode);
	put_or_null(writer, "owner_pid", row->owner_pid);
	put_or_null(writer, "conn", row->conn);
	put(writer, "end", row->end != END_NONE ?
	    json_string(event_end_name(row->end)) : json_null());
}

/* The fields of a process row but pid, ppid and role. */
static void
put_process_row(struct writer *writer, const struct process_row *row)
{
	char text[ENDPOINT_TEXT];
	put_text(writer, "tty", row->tty);
	put_text(writer, "stat", row->stat);
	put_text(writer, "command", row->command);
	put_text(writer, "wchan", row->wchan);
	put(writer, "peer", row->peer.family != 0 ?
	    json_string(endpoint_text(&row->peer, text)) : json_null());
	put_known(writer, "conn", row->conn);
	put_known(writer, "start_time", (int64_t)row->start_time);
	put_seconds(writer, "cpu", row->cpu);
}

/* Who a process is. */
static void
put_process(struct writer *writer, const struct process_row *row)
{
	put_integer(writer, "pid", row->pid);
	put_integer(writer, "ppid", row->ppid);
	put_word(writer, "role", event_role_name(row->role));
}

/* A call that returned. */
static void
put_call(struct writer *writer, const struct event_call *call)
{
	put_word(writer, "process", event_role_name(call->role));
	put_known(writer, "pid", call->pid);
	put_known(writer, "conn", call->conn);
	put_word(writer, "call", event_call_name(call->call));
	if (call->call == CALL_SETSOCKOPT) {
		put_word(writer, "option",
		    event_option_name((enum report_option)call->about));
		put_integer(writer, "value", call->value);
	} else if (call->call == CALL_SIGACTION) {
		put_word(writer, "signal", signal_name(call->about));
		put_word(writer, "disposition",
		    event_disposition_name((enum order_disposition)call->value));
	} else if (event_call_ends(call->call) && call->about > 0) {
		put_word(writer, "state", tcp_state_name((enum tcp_state)call->about));
		put_integer(writer, "unread", call->value);
	}
	put_integer(writer, "result", call->result);
	if (call->result < 0 && call->error != 0) {
		put_integer(writer, "errno", call->error);
		put_word(writer, "errno_name", errno_name(call->error));
	} else if (call->result > 0 &&
	    (call->call == CALL_WAIT || call->call == CALL_WAITPID)) {
		put_end(writer, call->status);
	}
	put_endpoint(writer, "local", &call->local);
	put_endpoint(writer, "remote", &call->remote);
}

/* Sets rows, to which the caller appends; NULL when it could not be made. */
static json_t *
put_rows(struct writer *writer)
{
	json_t *rows = json_array();
	put(writer, "rows", rows);
	return writer->failed ? NULL : rows;
}

/* Appends a row; one that failed makes its line fail. */
static void
append_row(struct writer *writer, json_t *rows, struct writer *row)
{
	writer->failed |= row->failed;
	if (json_array_append_new(rows, row->object) < 0)
		writer->failed = true;
}

/* A writer for a row of rows. */
static struct writer
row_begin(void)
{
	struct writer row = {.object = json_object()};
	row.failed = row.object == NULL;
	return row;
}

/* The start of a session. */
static void
put_start(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_text(writer, "version", event->start.version);
	put_integer(writer, "schema", SCHEMA);
	put_text(writer, "world", event->detail);
	put_word(writer, "server", event_server_kind_name(event->start.server));
	if (event->start.server == SERVER_COMMAND)
		put_text(writer, "command", event->start.command);
	put_event_text(writer, "host", event);
	put_integer(writer, "port", event->start.host.port);
	put_endpoint(writer, "address", &event->start.host);
	put_text(writer, "wall", event->start.wall);
}

static void
put_command(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_event_text(writer, "text", event);
	put_word(writer, "source", event_source_name(event->command.source));
}

static void
put_call_event(struct writer *writer, const struct event *event,
    const struct moment *now)
{
	(void)now;
	put_call(writer, &event->call);
}

static void
put_connection(struct writer *writer, const struct event *event,
    const struct moment *now)
{
	(void)now;
	put_word(writer, "what", event_connection_what_name(event->connection.what));
	put_integer(writer, "conn", event->connection.conn);
	put_endpoint(writer, "local", &event->connection.local);
	put_endpoint(writer, "remote", &event->connection.remote);
	if (event->connection.reset)
		put_boolean(writer, "reset", true);
	if (event->detail != NULL)
		put_text(writer, "how", event->detail);
}

/* The bytes of a text that JSON cannot hold as they are, in hex. */
static void
put_raw(struct writer *writer, const struct event *event)
{
	char *text = escape_utf8(event->text, event->length);
	char *hex = malloc(2 * event->length + 1);
	bool same = text != NULL && strlen(text) == event->length &&
	    (event->length == 0 || memcmp(text, event->text, event->length) == 0);
	writer->failed |= text == NULL || hex == NULL;
	for (size_t i = 0; hex != NULL && i < event->length; i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned char)event->text[i]);
	if (!same && hex != NULL)
		put_word(writer, "raw", hex);
	free(text);
	free(hex);
}

/* Bytes that went out or came back. */
static void
put_line(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_integer(writer, "conn", event->line.conn);
	put_event_text(writer, "text", event);
	put_integer(writer, "bytes", (int64_t)event->line.bytes);
	if (event->detail != NULL)
		put_text(writer, "hex", event->detail);
	if (event->text != NULL)
		put_raw(writer, event);
}

static void
put_socket(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_word(writer, "what", event_socket_what_name(event->socket.what));
	put_socket_row(writer, &event->socket.row, event->socket.row.tcp.timer_left);
}

static void
put_state(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_integer(writer, "conn", event->state.conn);
	put_word(writer, "end", event_end_name(event->state.end));
	put_word(writer, "from", tcp_state_name(event->state.from));
	put_word(writer, "to", tcp_state_name(event->state.to));
	put_boolean(writer, "inferred", event->state.inferred);
}

/* Retransmission; what is not known is left out. */
static void
put_timer(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_integer(writer, "conn", event->timer.conn);
	put_seconds(writer, "rto", (int64_t)event->timer.rto * 1000);
	put_integer(writer, "retransmits", event->timer.retransmits);
	if (event->timer.next_at != 0)
		put_seconds(writer, "next_in", event->timer.next_at - event->time);
	if (event->timer.gives_up_at != 0)
		put_seconds(writer, "gives_up_in",
		    event->timer.gives_up_at - event->time);
}

static void
put_details(struct writer *writer, const struct event *event, const struct moment *now)
{
	const struct tcp_details *tcp = &event->details.tcp;
	(void)now;
	put_integer(writer, "conn", event->details.conn);
	put_word(writer, "end", event_end_name(event->details.end));
	put_seconds(writer, "rtt", (int64_t)tcp->rtt * 1000);
	put_seconds(writer, "rtt_variation", (int64_t)tcp->rtt_variation * 1000);
	put_seconds(writer, "rto", (int64_t)tcp->rto * 1000);
	put_integer(writer, "backoff", tcp->backoff);
	put_integer(writer, "retransmits", tcp->retransmits);
	put_integer(writer, "total_retransmits", tcp->total_retransmits);
	put_integer(writer, "probes", tcp->probes);
	put_integer(writer, "unacked", tcp->unacked);
	put_integer(writer, "lost", tcp->lost);
	put_integer(writer, "cwnd", tcp->cwnd);
	if (tcp->ssthresh < TCP_SSTHRESH_NONE)
		put_integer(writer, "ssthresh", tcp->ssthresh);
	put_integer(writer, "mss", tcp->mss);
	put_integer(writer, "bytes_sent", (int64_t)tcp->bytes_sent);
	put_integer(writer, "bytes_received", (int64_t)tcp->bytes_received);
	if (tcp->sent_ago >= 0)
		put_seconds(writer, "sent_ago", tcp->sent_ago);
	if (tcp->received_ago >= 0)
		put_seconds(writer, "received_ago", tcp->received_ago);
}

static void
put_process_event(struct writer *writer, const struct event *event,
    const struct moment *now)
{
	const struct process_end *end = &event->process.end;
	(void)now;
	put_process(writer, &event->process.row);
	put_word(writer, "what", event_process_what_name(event->process.what));
	put_process_row(writer, &event->process.row);
	if (end->known)
		put_end(writer, end->status);
	put_known(writer, "by", end->by);
}

static void
put_signal(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_word(writer, "signal", signal_name(event->signal.number));
	put_integer(writer, "to", event->signal.to);
	put_word(writer, "by", event_signal_by_name(event->signal.by));
	if (event->signal.caught)
		put_boolean(writer, "caught", true);
}

static void
put_host(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_word(writer, "what", event_host_what_name(event->host.what));
	if (event->detail != NULL)
		put_text(writer, "how", event->detail);
}

static void
put_output(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_integer(writer, "pid", event->output.pid);
	put_integer(writer, "stream", event->output.stream);
	put_event_text(writer, "text", event);
}

static void
put_lost(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_known(writer, "pid", event->lost.pid);
	put_integer(writer, "count", event->lost.count);
}

/* The socket table; the timers run on to the time of the event. */
static void
put_sockets(struct writer *writer, const struct event *event, const struct moment *now)
{
	json_t *rows = put_rows(writer);
	for (size_t i = 0; rows != NULL && i < now->socket_count; i++) {
		const struct moment_socket *socket = &now->sockets[i];
		int64_t left = socket->row.timer_at - event->time;
		struct writer row;
		if (socket->gone_at != 0)
			continue;
		row = row_begin();
		put_socket_row(&row, &socket->row,
		    socket->row.timer_at != 0 && left > 0 ? left : 0);
		append_row(writer, rows, &row);
	}
}

/* So many rows of the machine's table. */
static void
put_all_rows(struct writer *writer, const char *key, const struct socket_row *rows,
    size_t count)
{
	json_t *array = json_array();
	put(writer, key, array);
	for (size_t i = 0; !writer->failed && i < count; i++) {
		struct writer row = row_begin();
		put_socket_row(&row, &rows[i], rows[i].tcp.timer_left);
		append_row(writer, array, &row);
	}
}

/* The TCP rows of the machine: all of them, or what is new. */
static void
put_all(struct writer *writer, const struct event *event, const struct moment *now)
{
	size_t there = event->all.count - event->all.gone;
	(void)now;
	put_boolean(writer, "whole", event->all.whole);
	put_all_rows(writer, "rows", event->all.rows, there);
	if (event->all.gone > 0)
		put_all_rows(writer, "gone", event->all.rows + there, event->all.gone);
}

/* The process table. */
static void
put_processes(struct writer *writer, const struct event *event,
    const struct moment *now)
{
	json_t *rows = put_rows(writer);
	(void)event;
	for (size_t i = 0; rows != NULL && i < now->process_count; i++) {
		const struct moment_process *process = &now->processes[i];
		struct writer row;
		if (process->ended_at != 0)
			continue;
		row = row_begin();
		put_process(&row, &process->row);
		put_process_row(&row, &process->row);
		if (process->end.known)
			put_end(&row, process->end.status);
		append_row(writer, rows, &row);
	}
}

/* The client's connections. */
static void
put_connections(struct writer *writer, const struct event *event,
    const struct moment *now)
{
	json_t *rows = put_rows(writer);
	(void)event;
	for (size_t i = 0; rows != NULL && i < now->connection_count; i++) {
		const struct moment_connection *connection = &now->connections[i];
		struct writer row = row_begin();
		put_integer(&row, "conn", connection->conn);
		put_endpoint(&row, "local", &connection->local);
		put_endpoint(&row, "remote", &connection->remote);
		put_word(&row, "client", tcp_state_name(connection->client));
		put_word(&row, "server", tcp_state_name(connection->server));
		put_boolean(&row, "open", connection->open);
		put_or_null(&row, "child", connection->child);
		put_boolean(&row, "current", connection->conn == now->current);
		put_integer(&row, "bytes_sent", (int64_t)connection->bytes_sent);
		put_integer(&row, "bytes_echoed", (int64_t)connection->bytes_echoed);
		append_row(writer, rows, &row);
	}
}

/* "k=v k=v" as rows of name and value. */
static void
put_settings(struct writer *writer, const struct event *event,
    const struct moment *now)
{
	json_t *rows = put_rows(writer);
	const char *word = event->text != NULL ? event->text : now->settings;
	while (rows != NULL && *word != '\0') {
		size_t length = strcspn(word, " "), name = strcspn(word, "= ");
		struct writer row = row_begin();
		put_bytes(&row, "name", word, name);
		if (name < length)
			name++;
		put_bytes(&row, "value", word + name, length - name);
		append_row(writer, rows, &row);
		word += length;
		word += strspn(word, " ");
	}
}

/* A set of signals as a list of names. */
static void
put_signals(struct writer *writer, const char *key, uint64_t set)
{
	json_t *names = json_array();
	for (int i = 0; names != NULL && i < SIGNALS; i++)
		if ((set >> i & 1) != 0 && json_array_append_new(names,
		    json_string(signal_name(i + 1))) < 0)
			writer->failed = true;
	put(writer, key, names);
}

/* What each process does with each signal. */
static void
put_dispositions(struct writer *writer, const struct event *event,
    const struct moment *now)
{
	json_t *rows = put_rows(writer);
	(void)now;
	for (size_t i = 0; rows != NULL && i < event->dispositions.count; i++) {
		const struct disposition_row *from = &event->dispositions.rows[i];
		struct writer row = row_begin(), signals = row_begin();
		put_integer(&row, "pid", from->pid);
		put_word(&row, "role", event_role_name(from->role));
		put_signals(&signals, "ignored", from->signals.ignored);
		put_signals(&signals, "caught", from->signals.caught);
		put_signals(&signals, "blocked", from->signals.blocked);
		put_signals(&signals, "pending", from->signals.pending);
		put_signals(&signals, "shared_pending", from->signals.shared_pending);
		row.failed |= signals.failed;
		put(&row, "signals", signals.object);
		append_row(writer, rows, &row);
	}
}

/* The last call that failed or met end of file. */
static void
put_errno(struct writer *writer, const struct event *event, const struct moment *now)
{
	const struct moment_errno *last = &now->last;
	(void)event;
	if (!last->any) {
		put(writer, "call", json_null());
		put(writer, "errno", json_null());
		put_word(writer, "text", "no call has failed");
		return;
	}
	put_call(writer, &last->call);
	put_seconds(writer, "at", last->time);
	if (last->signal != 0)
		put_word(writer, "signal", signal_name(last->signal));
	put_word(writer, "text", last->signal != 0 ? strsignal(last->signal) :
	    last->call.error == 0 ? "end of file" :
	    strerror(last->call.error));
	put_word(writer, "why", last->why);
	put_word(writer, "section", last->section);
}

/* What something means; its paragraphs are lines of one text. */
static void
put_why(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_event_text(writer, "subject", event);
	put_text(writer, "text", event->detail);
	put_text(writer, "section", event->why.section);
}

static void
put_expect(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_event_text(writer, "text", event);
	put_boolean(writer, "pass", event->expect.pass);
	if (!event->expect.pass || event->detail != NULL)
		put_text(writer, "got", event->detail);
}

/* The lines of a text, as an array. */
static void
put_lines(struct writer *writer, const char *key, const char *text)
{
	json_t *lines = json_array();
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		char *line = escape_utf8(text, length);
		if (line == NULL || json_array_append_new(lines, json_string(line)) < 0)
			writer->failed = true;
		free(line);
		text += length + (text[length] == '\n');
	}
	put(writer, key, lines);
}

static void
put_ask(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_event_text(writer, "text", event);
	put_lines(writer, "answers", event->detail != NULL ? event->detail : "");
	put_integer(writer, "answer", event->ask.answer);
	put_known(writer, "chosen", event->ask.chosen);
}

static void
put_lesson(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_word(writer, "what", event_lesson_what_name(event->lesson.what));
	put_event_text(writer, "name", event);
	put_text(writer, "section", event->lesson.section);
	put_text(writer, event_lesson_detail(event->lesson.what), event->detail != NULL ?
	    event->detail : "");
	put_known(writer, "line", event->lesson.line);
}

/* say, error, note. */
static void
put_text_event(struct writer *writer, const struct event *event,
    const struct moment *now)
{
	(void)now;
	put_event_text(writer, "text", event);
}

static void
put_summary(struct writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_integer(writer, "passed", event->summary.passed);
	put_integer(writer, "failed", event->summary.failed);
	put_integer(writer, "skipped", event->summary.skipped);
}

static void
put_end_event(struct writer *writer, const struct event *event,
    const struct moment *now)
{
	(void)now;
	put_integer(writer, "status", event->end.status);
}

/* What each type adds to t and type. */
static void (*const fields[EVENT_TYPES])(struct writer *writer,
    const struct event *event, const struct moment *now) = {
	[EVENT_START] = put_start,
	[EVENT_COMMAND] = put_command,
	[EVENT_CALL] = put_call_event,
	[EVENT_CONNECTION] = put_connection,
	[EVENT_SENT] = put_line,
	[EVENT_ECHO] = put_line,
	[EVENT_SOCKET] = put_socket,
	[EVENT_STATE] = put_state,
	[EVENT_TIMER] = put_timer,
	[EVENT_DETAILS] = put_details,
	[EVENT_PROCESS] = put_process_event,
	[EVENT_SIGNAL] = put_signal,
	[EVENT_HOST] = put_host,
	[EVENT_OUTPUT] = put_output,
	[EVENT_LOST] = put_lost,
	[EVENT_SOCKETS] = put_sockets,
	[EVENT_PROCESSES] = put_processes,
	[EVENT_CONNECTIONS] = put_connections,
	[EVENT_SETTINGS] = put_settings,
	[EVENT_DISPOSITIONS] = put_dispositions,
	[EVENT_ALL] = put_all,
	[EVENT_ERRNO] = put_errno,
	[EVENT_WHY] = put_why,
	[EVENT_EXPECT] = put_expect,
	[EVENT_SAY] = put_text_event,
	[EVENT_ASK] = put_ask,
	[EVENT_LESSON] = put_lesson,
	[EVENT_ERROR] = put_text_event,
	[EVENT_NOTE] = put_text_event,
	[EVENT_SUMMARY] = put_summary,
	[EVENT_END] = put_end_event,
};

/* An event as one line of JSON. */
char *
render_json(const struct event *event, const struct moment *now)
{
	struct writer writer = row_begin();
	char *line = NULL;
	put_seconds(&writer, "t", event->time);
	put_word(&writer, "type", event_type_name(event->type));
	if ((unsigned)event->type < EVENT_TYPES)
		fields[event->type](&writer, event, now);
	if (!writer.failed)
		line = json_dumps(writer.object, JSON_REAL_PRECISION(DIGITS));
	json_decref(writer.object);
	if (line != NULL)
		line = escape_json(line);
	if (line == NULL)
		errno = ENOMEM;
	return line;
}
