/* Events out of JSON Lines.
 *
 * A recording comes from anywhere, so nothing in it is believed: each key that
 * the fold needs has to be there, of its kind and in its range, or the line is
 * refused as a whole.  Keys that are not known are passed over, so that a later
 * program can add some.  Times are bounded to a century from the start, and
 * numbers of connections to a million.
 *
 * How an object's keys are read is json_reader.c's; this file says which keys each
 * event has. */
#include "parse_json.h"

#include "endpoint.h"
#include "json_reader.h"
#include "memory_stream.h"
#include "signal_name.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEMA = 1, CONNECTIONS_MAX = 1000000, CORE_DUMPED = 0x80 };

/* Number of a connection; 0 when there is none. */
static unsigned
take_conn(struct json_reader *reader)
{
	return (unsigned)json_read_known(reader, "conn", CONNECTIONS_MAX);
}

/* Seconds as a time on the session's clock, told from the event's; 0 for none. */
static int64_t
take_from(struct json_reader *reader, const char *key, int64_t time)
{
	return json_reader_has(reader, key) ? time + json_read_seconds(reader, key) : 0;
}

/* The event's text. */
static void
take_text(struct json_reader *reader, const char *key, struct event *event)
{
	const char *text = json_read_string(reader, key);
	if (event_set_text(event, text, strlen(text)) < 0)
		reader->bad = true;
}

/* The event's detail. */
static void
take_detail(struct json_reader *reader, const char *key, struct event *event)
{
	free(event->detail);
	event->detail = strdup(json_read_string(reader, key));
	reader->bad |= event->detail == NULL;
}

/* Defines a function that reads one of the words that name() gives for first up
 * to, not including, end. */
#define WORD_READER(function, type, name, first, end) \
	static type \
	function(struct json_reader *reader, const char *key) \
	{ \
		const char *word = json_read_string(reader, key); \
		for (int i = (int)(first); i < (int)(end); i++) \
			if (strcmp(name((type)i), word) == 0) \
				return (type)i; \
		reader->bad = true; \
		return (type)(first); \
	}

WORD_READER(take_type, enum event_type, event_type_name, 0, EVENT_TYPES)
WORD_READER(take_server_kind, enum server_kind, event_server_kind_name, SERVER_NONE,
    SERVER_WATCHED + 1)
WORD_READER(take_source, enum command_source, event_source_name, SOURCE_KEY,
    SOURCE_STDIN + 1)
WORD_READER(take_role, enum report_role, event_role_name, ROLE_CLIENT,
    ROLE_OTHER + 1)
WORD_READER(take_call_name, enum report_call, event_call_name, CALL_SOCKET,
    CALL_COUNT)
WORD_READER(take_end_name, enum connection_end, event_end_name, END_NONE,
    END_SERVER + 1)
WORD_READER(take_option, enum report_option, event_option_name, OPTION_SO_LINGER,
    OPTION_COUNT)
WORD_READER(take_disposition, enum order_disposition, event_disposition_name,
    DISPOSITION_DEFAULT, DISPOSITION_CATCH + 1)
WORD_READER(take_connection_what, enum connection_what,
    event_connection_what_name, CONNECTION_OPENED, CONNECTION_CURRENT + 1)
WORD_READER(take_socket_what, enum socket_what, event_socket_what_name,
    SOCKET_APPEARED, SOCKET_GONE + 1)
WORD_READER(take_process_what, enum process_what, event_process_what_name,
    PROCESS_STARTED, PROCESS_REAPED + 1)
WORD_READER(take_host_what, enum host_what, event_host_what_name, HOST_UP,
    HOST_DOWN + 1)
WORD_READER(take_lesson_what, enum lesson_what, event_lesson_what_name,
    LESSON_BEGUN, LESSON_SKIPPED + 1)
WORD_READER(take_by, enum signal_by, event_signal_by_name, BY_USER, BY_HOST + 1)
WORD_READER(take_state_name, enum tcp_state, tcp_state_name, STATE_GONE,
    STATE_COUNT)
WORD_READER(take_timer_name, enum tcp_timer, tcp_timer_name, TIMER_OFF,
    TIMER_PROBE + 1)

/* The signal of this name, also of one that has only a number ("SIG33"). */
static int
signal_number(const char *name)
{
	int number = signal_from_name(name);
	if (number < 0 && strncmp(name, "SIG", 3) == 0)
		number = signal_from_name(name + 3);
	return number;
}

/* The signal of this name, which has to be one. */
static int
take_signal(struct json_reader *reader, const char *key)
{
	int number = signal_number(json_read_string(reader, key));
	reader->bad |= number <= 0;
	return number;
}

/* `status` or `signal` as of wait(2); false when neither is there. */
static bool
take_status(struct json_reader *reader, int *status)
{
	if (json_reader_has(reader, "status")) {
		*status = (int)json_read_integer(reader, "status", 0, 255) << 8;
		return true;
	}
	if (!json_reader_has(reader, "signal"))
		return false;
	*status = take_signal(reader, "signal") & 0x7f;
	if (json_read_flag(reader, "core"))
		*status |= CORE_DUMPED;
	return true;
}

static void
take_start(struct json_reader *reader, struct event *event)
{
	if (json_reader_has(reader, "schema") &&
	    json_read_integer(reader, "schema", 0, INT_MAX) != SCHEMA)
		reader->bad = true;
	take_text(reader, "host", event);
	take_detail(reader, "world", event);
	if (json_reader_has(reader, "server"))
		event->start.server = take_server_kind(reader, "server");
	if (json_reader_has(reader, "command"))
		json_read_into(reader, "command", event->start.command, SERVER_TEXT);
	event->start.host = json_read_endpoint(reader, "address", 4);
	event->start.host.port = (uint16_t)json_read_integer(reader, "port", 0, 65535);
	if (json_reader_has(reader, "wall"))
		json_read_into(reader, "wall", event->start.wall, WALL_TEXT);
	if (json_reader_has(reader, "version"))
		json_read_into(reader, "version", event->start.version, VERSION_TEXT);
}

static void
take_command(struct json_reader *reader, struct event *event)
{
	take_text(reader, "text", event);
	event->command.source = take_source(reader, "source");
}

/* What setsockopt, sigaction, shutdown and close were about. */
static void
take_about(struct json_reader *reader, struct event_call *call)
{
	if (call->call == CALL_SETSOCKOPT && json_reader_has(reader, "option")) {
		call->about = (int)take_option(reader, "option");
		call->value = (int)json_read_integer(reader, "value", INT_MIN, INT_MAX);
	} else if (call->call == CALL_SIGACTION) {
		call->about = take_signal(reader, "signal");
		call->value = (int)take_disposition(reader, "disposition");
	} else if (event_call_ends(call->call) && json_reader_has(reader, "state")) {
		call->about = (int)take_state_name(reader, "state");
		call->value = (int)json_read_integer(reader, "unread", 0, INT_MAX);
	}
}

static void
take_call(struct json_reader *reader, struct event *event)
{
	struct event_call *call = &event->call;
	call->role = take_role(reader, "process");
	call->pid = json_read_pid(reader, "pid");
	call->conn = take_conn(reader);
	call->call = take_call_name(reader, "call");
	take_about(reader, call);
	call->result = json_read_integer(reader, "result", INT64_MIN, INT64_MAX);
	if (call->result < 0)
		call->error = (int)json_read_integer(reader, "errno", 0, INT_MAX);
	else if (call->call == CALL_WAIT || call->call == CALL_WAITPID)
		take_status(reader, &call->status);
	call->local = json_read_endpoint(reader, "local", 4);
	call->remote = json_read_endpoint(reader, "remote", 4);
}

static void
take_connection(struct json_reader *reader, struct event *event)
{
	event->connection.what = take_connection_what(reader, "what");
	event->connection.conn = take_conn(reader);
	event->connection.reset = json_read_flag(reader, "reset");
	if (json_reader_has(reader, "how"))
		take_detail(reader, "how", event);
	event->connection.local = json_read_endpoint(reader, "local", 4);
	event->connection.remote = json_read_endpoint(reader, "remote", 4);
}

/* The event's text, from its bytes in hex. */
static void
take_raw(struct json_reader *reader, const char *key, struct event *event)
{
	size_t length;
	char *bytes = json_read_hex(reader, key, &length);
	reader->bad |= bytes == NULL || event_set_text(event, bytes, length) < 0;
	free(bytes);
}

/* sent, echo. */
static void
take_line(struct json_reader *reader, struct event *event)
{
	event->line.conn = take_conn(reader);
	event->line.bytes = (size_t)json_read_integer(reader, "bytes", 0, INT64_MAX);
	take_text(reader, "text", event);
	if (json_reader_has(reader, "hex"))
		take_detail(reader, "hex", event);
	if (json_reader_has(reader, "raw"))
		take_raw(reader, "raw", event);
}

/* A row of a socket table. */
static void
take_socket_row(struct json_reader *reader, struct socket_row *row)
{
	struct tcp_row *tcp = &row->tcp;
	const char *proto = json_read_string(reader, "proto");
	tcp->family = strcmp(proto, "tcp6") == 0 ? 6 : 4;
	reader->bad |= tcp->family == 4 && strcmp(proto, "tcp") != 0;
	tcp->local = json_read_endpoint(reader, "local", tcp->family);
	tcp->remote = json_read_endpoint(reader, "remote", tcp->family);
	tcp->state = take_state_name(reader, "state");
	tcp->recv_q = json_read_count(reader, "recv_q");
	tcp->send_q = json_read_count(reader, "send_q");
	tcp->timer = take_timer_name(reader, "timer");
	tcp->timer_left = json_read_seconds(reader, "timer_seconds");
	if (json_reader_has(reader, "timer_at"))
		row->timer_at = json_read_seconds(reader, "timer_at");
	tcp->retransmits = json_read_count(reader, "retransmits");
	tcp->probes = (uint32_t)json_read_known(reader, "probes", UINT32_MAX);
	tcp->uid = (uint32_t)json_read_known(reader, "uid", UINT32_MAX);
	tcp->inode = (uint64_t)json_read_known(reader, "inode", INT64_MAX);
	row->owner_pid = json_read_pid(reader, "owner_pid");
	row->conn = take_conn(reader);
	if (json_reader_has(reader, "end"))
		row->end = take_end_name(reader, "end");
}

static void
take_socket(struct json_reader *reader, struct event *event)
{
	event->socket.what = take_socket_what(reader, "what");
	take_socket_row(reader, &event->socket.row);
}

/* The TCP rows of the machine: those there, then those gone. */
static void
take_all(struct json_reader *reader, struct event *event)
{
	const json_t *arrays[] = {json_read_tree(reader, "rows"),
	    json_read_tree(reader, "gone")};
	size_t count = json_array_size(arrays[0]);
	reader->bad |= !json_is_array(arrays[0]);
	event->all.whole = json_read_boolean(reader, "whole");
	event->all.gone = json_array_size(arrays[1]);
	event->all.count = count + event->all.gone;
	event->all.rows = calloc(event->all.count + 1, sizeof *event->all.rows);
	if (event->all.rows == NULL) {
		reader->bad = true;
		event->all.count = event->all.gone = 0;
	}
	for (size_t i = 0; i < event->all.count; i++) {
		struct json_reader row = {.object = i < count ? json_array_get(arrays[0], i) :
		    json_array_get(arrays[1], i - count)};
		take_socket_row(&row, &event->all.rows[i]);
		reader->bad |= row.bad;
	}
}

static void
take_state(struct json_reader *reader, struct event *event)
{
	event->state.conn = take_conn(reader);
	event->state.end = take_end_name(reader, "end");
	event->state.from = take_state_name(reader, "from");
	event->state.to = take_state_name(reader, "to");
	event->state.inferred = json_read_flag(reader, "inferred");
}

static void
take_timer(struct json_reader *reader, struct event *event)
{
	event->timer.conn = take_conn(reader);
	event->timer.rto = json_read_microseconds(reader, "rto");
	event->timer.retransmits = json_read_count(reader, "retransmits");
	event->timer.next_at = take_from(reader, "next_in", event->time);
	event->timer.gives_up_at = take_from(reader, "gives_up_in", event->time);
}

/* Seconds since, as ns; -1 for never. */
static int64_t
take_ago(struct json_reader *reader, const char *key)
{
	return json_reader_has(reader, key) ? json_read_seconds(reader, key) : -1;
}

static void
take_details(struct json_reader *reader, struct event *event)
{
	event->details.conn = take_conn(reader);
	event->details.end = take_end_name(reader, "end");
	event->details.tcp = (struct tcp_details){
		.rtt = json_read_microseconds(reader, "rtt"),
		.rtt_variation = json_read_microseconds(reader, "rtt_variation"),
		.rto = json_read_microseconds(reader, "rto"),
		.backoff = json_read_count(reader, "backoff"),
		.retransmits = json_read_count(reader, "retransmits"),
		.total_retransmits = json_read_count(reader, "total_retransmits"),
		.probes = json_read_count(reader, "probes"),
		.unacked = json_read_count(reader, "unacked"),
		.lost = json_read_count(reader, "lost"),
		.cwnd = json_read_count(reader, "cwnd"),
		.ssthresh = json_reader_has(reader, "ssthresh") ?
		    json_read_count(reader, "ssthresh") : TCP_SSTHRESH_NONE,
		.mss = json_read_count(reader, "mss"),
		.bytes_sent = (uint64_t)json_read_integer(reader, "bytes_sent", 0, INT64_MAX),
		.bytes_received = (uint64_t)json_read_integer(reader, "bytes_received", 0,
		    INT64_MAX),
		.sent_ago = take_ago(reader, "sent_ago"),
		.received_ago = take_ago(reader, "received_ago"),
	};
}

static void
take_process(struct json_reader *reader, struct event *event)
{
	struct process_row *row = &event->process.row;
	struct process_end *end = &event->process.end;
	event->process.what = take_process_what(reader, "what");
	row->pid = (pid_t)json_read_integer(reader, "pid", 1, INT_MAX);
	row->ppid = json_read_pid(reader, "ppid");
	row->role = take_role(reader, "role");
	json_read_into(reader, "tty", row->tty, sizeof row->tty);
	json_read_into(reader, "stat", row->stat, sizeof row->stat);
	json_read_into(reader, "command", row->command, sizeof row->command);
	json_read_into(reader, "wchan", row->wchan, sizeof row->wchan);
	row->peer = json_read_endpoint(reader, "peer", 4);
	row->conn = take_conn(reader);
	row->start_time = (uint64_t)json_read_known(reader, "start_time", INT64_MAX);
	if (json_reader_has(reader, "cpu"))
		row->cpu = json_read_seconds(reader, "cpu");
	end->known = take_status(reader, &end->status);
	end->by = json_read_pid(reader, "by");
}

static void
take_signal_event(struct json_reader *reader, struct event *event)
{
	event->signal.number = take_signal(reader, "signal");
	event->signal.to = json_read_pid(reader, "to");
	event->signal.by = take_by(reader, "by");
	event->signal.caught = json_read_flag(reader, "caught");
}

static void
take_host(struct json_reader *reader, struct event *event)
{
	event->host.what = take_host_what(reader, "what");
	if (json_reader_has(reader, "how"))
		take_detail(reader, "how", event);
}

static void
take_output(struct json_reader *reader, struct event *event)
{
	event->output.pid = json_read_pid(reader, "pid");
	event->output.stream = (int)json_read_known(reader, "stream", INT_MAX);
	take_text(reader, "text", event);
}

static void
take_lost(struct json_reader *reader, struct event *event)
{
	event->lost.pid = json_read_pid(reader, "pid");
	event->lost.count = json_read_count(reader, "count");
}

/* Rows of name and value as "k=v k=v". */
static void
take_settings(struct json_reader *reader, struct event *event)
{
	const json_t *rows = json_read_tree(reader, "rows");
	char *text = NULL;
	size_t length = 0;
	reader->bad |= !json_is_array(rows);
	FILE *stream = open_memstream(&text, &length);
	if (stream == NULL) {
		reader->bad = true;
		return;
	}
	for (size_t i = 0; i < json_array_size(rows); i++) {
		struct json_reader row = {.object = json_array_get(rows, i)};
		fprintf(stream, "%s%s=%s", i > 0 ? " " : "",
		    json_read_string(&row, "name"), json_read_string(&row, "value"));
		reader->bad |= row.bad;
	}
	if (!memory_stream_close(stream, &text) || event_set_text(event, text, length) < 0)
		reader->bad = true;
	free(text);
}

/* A list of signals' names as a set. */
static uint64_t
take_signals(struct json_reader *reader, const char *key)
{
	const json_t *names = json_read_tree(reader, key);
	uint64_t set = 0;
	reader->bad |= !json_is_array(names);
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));
		int number = name != NULL ? signal_number(name) : -1;
		if (number < 1 || number > 64)
			reader->bad = true;
		else
			set |= UINT64_C(1) << (number - 1);
	}
	return set;
}

static void
take_dispositions(struct json_reader *reader, struct event *event)
{
	const json_t *rows = json_read_tree(reader, "rows");
	size_t count = json_array_size(rows);
	reader->bad |= !json_is_array(rows);
	event->dispositions.rows = calloc(count + 1, sizeof *event->dispositions.rows);
	if (event->dispositions.rows == NULL) {
		reader->bad = true;
		return;
	}
	event->dispositions.count = count;
	for (size_t i = 0; i < count; i++) {
		struct disposition_row *to = &event->dispositions.rows[i];
		struct json_reader row = {.object = json_array_get(rows, i)};
		struct json_reader signals = {.object = json_read_tree(&row, "signals")};
		to->pid = json_read_pid(&row, "pid");
		to->role = take_role(&row, "role");
		to->signals.ignored = take_signals(&signals, "ignored");
		to->signals.caught = take_signals(&signals, "caught");
		to->signals.blocked = take_signals(&signals, "blocked");
		to->signals.pending = take_signals(&signals, "pending");
		to->signals.shared_pending = take_signals(&signals, "shared_pending");
		reader->bad |= row.bad || signals.bad;
	}
}

static void
take_why(struct json_reader *reader, struct event *event)
{
	take_text(reader, "subject", event);
	take_detail(reader, "text", event);
	json_read_into(reader, "section", event->why.section, sizeof event->why.section);
}

static void
take_expect(struct json_reader *reader, struct event *event)
{
	take_text(reader, "text", event);
	event->expect.pass = json_read_boolean(reader, "pass");
	if (json_reader_has(reader, "got"))
		take_detail(reader, "got", event);
}

static void
take_ask(struct json_reader *reader, struct event *event)
{
	take_text(reader, "text", event);
	event->detail = json_read_lines(reader, "answers");
	event->ask.answer = (unsigned)json_read_known(reader, "answer", UINT_MAX);
	event->ask.chosen = (unsigned)json_read_known(reader, "chosen", UINT_MAX);
}

static void
take_lesson(struct json_reader *reader, struct event *event)
{
	event->lesson.what = take_lesson_what(reader, "what");
	take_text(reader, "name", event);
	json_read_into(reader, "section", event->lesson.section,
	    sizeof event->lesson.section);
	take_detail(reader, event_lesson_detail(event->lesson.what), event);
	event->lesson.line = (unsigned)json_read_known(reader, "line", UINT_MAX);
}

/* say, error, note. */
static void
take_text_event(struct json_reader *reader, struct event *event)
{
	take_text(reader, "text", event);
}

static void
take_summary(struct json_reader *reader, struct event *event)
{
	event->summary.passed = json_read_count(reader, "passed");
	event->summary.failed = json_read_count(reader, "failed");
	event->summary.skipped = json_read_count(reader, "skipped");
}

static void
take_end(struct json_reader *reader, struct event *event)
{
	event->end.status = (int)json_read_integer(reader, "status", INT_MIN, INT_MAX);
}

/* What each type has besides t and type; NULL for snapshots of the moment. */
static void (*const fields[EVENT_TYPES])(struct json_reader *reader,
    struct event *event) = {
	[EVENT_START] = take_start,
	[EVENT_COMMAND] = take_command,
	[EVENT_CALL] = take_call,
	[EVENT_CONNECTION] = take_connection,
	[EVENT_SENT] = take_line,
	[EVENT_ECHO] = take_line,
	[EVENT_SOCKET] = take_socket,
	[EVENT_STATE] = take_state,
	[EVENT_TIMER] = take_timer,
	[EVENT_DETAILS] = take_details,
	[EVENT_PROCESS] = take_process,
	[EVENT_SIGNAL] = take_signal_event,
	[EVENT_HOST] = take_host,
	[EVENT_OUTPUT] = take_output,
	[EVENT_LOST] = take_lost,
	[EVENT_SETTINGS] = take_settings,
	[EVENT_DISPOSITIONS] = take_dispositions,
	[EVENT_ALL] = take_all,
	[EVENT_WHY] = take_why,
	[EVENT_EXPECT] = take_expect,
	[EVENT_SAY] = take_text_event,
	[EVENT_ASK] = take_ask,
	[EVENT_LESSON] = take_lesson,
	[EVENT_ERROR] = take_text_event,
	[EVENT_NOTE] = take_text_event,
	[EVENT_SUMMARY] = take_summary,
	[EVENT_END] = take_end,
};

/* Reads the event of an object. */
static int
take_event(struct json_reader *reader, struct event *event)
{
	memset(event, 0, sizeof *event);
	event->time = json_read_seconds(reader, "t");
	event->type = take_type(reader, "type");
	errno = 0;
	if (!reader->bad && fields[event->type] != NULL)
		fields[event->type](reader, event);
	if (!reader->bad)
		return 0;
	int error = errno == ENOMEM ? ENOMEM : EINVAL;
	event_release(event);
	memset(event, 0, sizeof *event);
	errno = error;
	return -1;
}

/* Reads one line into *event.  What the scanner takes apart but makes no event of is
 * given to the library, too: it has the last word. */
int
render_json_parse(const char *line, struct event *event)
{
	struct json_line scanned;
	struct json_reader reader = {.line = &scanned};
	if (json_line_scan(&scanned, line) && take_event(&reader, event) == 0)
		return 0;
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	reader = (struct json_reader){.object = object};
	int result = -1;
	memset(event, 0, sizeof *event);
	if (json_is_object(object))
		result = take_event(&reader, event);
	else
		errno = EINVAL;
	int error = errno;
	json_decref(object);
	errno = error;
	return result;
}
