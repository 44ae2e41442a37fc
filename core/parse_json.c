/* Events out of JSON Lines.
 *
 * A recording comes from anywhere, so nothing in it is believed: each key that
 * the fold needs has to be there, of its kind and in its range, or the line is
 * refused as a whole.  Keys that are not known are passed over, so that a later
 * program can add some.  Times are bounded to a century from the start, and
 * numbers of connections to a million.
 *
 * Lines that are as we write them are scanned (json_line.h), the others go through the
 * library: a recording of a million events has to open at once. */
#include "parse_json.h"

#include "endpoint.h"
#include "json_line.h"
#include "signal_name.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEMA = 1, CONNECTIONS_MAX = 1000000, CORE_DUMPED = 0x80 };

#define SECONDS_MAX 4e9

/* A line that is being read: by the scanner's members, or by the library's object. */
struct reader {
	struct json_line *line;  /* NULL: object */
	const json_t *object;
	bool bad;
};

/* An array or object, which only the library reads; NULL for none. */
static const json_t *
find_tree(const struct reader *reader, const char *key)
{
	return reader->line == NULL ? json_object_get(reader->object, key) : NULL;
}

/* A number of seconds in millionths; false: it is no time of a session. */
static bool
to_millionths(double seconds, int64_t *number)
{
	if (!(fabs(seconds) <= SECONDS_MAX))
		return false;
	*number = llround(seconds * 1e6);
	return true;
}

/* The value of the key as the scanner would give it; false for none: null counts as
 * none.  A real that is no time, or a tree, is bad. */
static bool
find(struct reader *reader, const char *key, struct json_member *member)
{
	if (reader->line != NULL) {
		const struct json_member *found = json_line_find(reader->line, key);
		if (found == NULL || found->kind == JSON_LINE_NULL)
			return false;
		*member = *found;
		return true;
	}
	const json_t *value = json_object_get(reader->object, key);
	*member = (struct json_member){.key = key};
	if (value == NULL || json_is_null(value))
		return false;
	if (json_is_string(value)) {
		member->kind = JSON_LINE_STRING;
		member->text = json_string_value(value);
	} else if (json_is_integer(value)) {
		member->kind = JSON_LINE_INTEGER;
		member->number = json_integer_value(value);
	} else if (json_is_boolean(value)) {
		member->kind = json_is_true(value) ? JSON_LINE_TRUE : JSON_LINE_FALSE;
	} else {
		member->kind = JSON_LINE_REAL;
		reader->bad |= !json_is_real(value) ||
		    !to_millionths(json_real_value(value), &member->number);
	}
	return true;
}

static bool
has(struct reader *reader, const char *key)
{
	struct json_member member;
	bool bad = reader->bad;
	bool found = find(reader, key, &member);
	reader->bad = bad;
	return found;
}

/* A whole number from low to high, which has to be there. */
static int64_t
take_integer(struct reader *reader, const char *key, int64_t low, int64_t high)
{
	struct json_member member;
	if (!find(reader, key, &member) || member.kind != JSON_LINE_INTEGER ||
	    member.number < low || member.number > high) {
		reader->bad = true;
		return low;
	}
	return member.number;
}

/* The same, 0 when there is none. */
static int64_t
take_known(struct reader *reader, const char *key, int64_t high)
{
	return has(reader, key) ? take_integer(reader, key, 0, high) : 0;
}

static pid_t
take_pid(struct reader *reader, const char *key)
{
	return (pid_t)take_known(reader, key, INT_MAX);
}

static unsigned
take_conn(struct reader *reader)
{
	return (unsigned)take_known(reader, "conn", CONNECTIONS_MAX);
}

static unsigned
take_count(struct reader *reader, const char *key)
{
	return (unsigned)take_integer(reader, key, 0, UINT_MAX);
}

/* Seconds as ns. */
static int64_t
take_seconds(struct reader *reader, const char *key)
{
	struct json_member member;
	const int64_t most = (int64_t)SECONDS_MAX;
	bool found = find(reader, key, &member);
	if (found && member.kind == JSON_LINE_INTEGER && member.number >= -most &&
	    member.number <= most)
		return member.number * INT64_C(1000000000);
	if (found && member.kind == JSON_LINE_REAL &&
	    member.number >= -most * 1000000 && member.number <= most * 1000000)
		return member.number * 1000;
	reader->bad = true;
	return 0;
}

/* The same as a time on the session's clock, told from the event's; 0 for none. */
static int64_t
take_from(struct reader *reader, const char *key, int64_t time)
{
	return has(reader, key) ? time + take_seconds(reader, key) : 0;
}

static bool
take_boolean(struct reader *reader, const char *key)
{
	struct json_member member;
	bool found = find(reader, key, &member);
	reader->bad |= !found || (member.kind != JSON_LINE_TRUE &&
	    member.kind != JSON_LINE_FALSE);
	return found && member.kind == JSON_LINE_TRUE;
}

/* The same, false when there is none. */
static bool
take_flag(struct reader *reader, const char *key)
{
	return has(reader, key) && take_boolean(reader, key);
}

/* A text; "" and bad when there is none. */
static const char *
take_string(struct reader *reader, const char *key)
{
	struct json_member member;
	if (find(reader, key, &member) && member.kind == JSON_LINE_STRING)
		return member.text;
	reader->bad = true;
	return "";
}

/* Copies a text into size bytes, cut where it does not fit. */
static void
take_into(struct reader *reader, const char *key, char *text, size_t size)
{
	snprintf(text, size, "%s", take_string(reader, key));
}

/* The event's text. */
static void
take_text(struct reader *reader, const char *key, struct event *event)
{
	const char *text = take_string(reader, key);
	if (event_set_text(event, text, strlen(text)) < 0)
		reader->bad = true;
}

/* The event's detail. */
static void
take_detail(struct reader *reader, const char *key, struct event *event)
{
	free(event->detail);
	event->detail = strdup(take_string(reader, key));
	reader->bad |= event->detail == NULL;
}

/* An address and port; none when there is none. */
static struct report_endpoint
take_endpoint(struct reader *reader, const char *key, int family)
{
	struct report_endpoint endpoint = {0};
	if (has(reader, key) &&
	    endpoint_parse(&endpoint, take_string(reader, key), family) < 0)
		reader->bad = true;
	return endpoint;
}

/* Defines a function that reads one of the words that name() gives for first up
 * to, not including, end. */
#define WORD_READER(function, type, name, first, end) \
	static type \
	function(struct reader *reader, const char *key) \
	{ \
		const char *word = take_string(reader, key); \
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
take_signal(struct reader *reader, const char *key)
{
	int number = signal_number(take_string(reader, key));
	reader->bad |= number <= 0;
	return number;
}

/* `status` or `signal` as of wait(2); false when neither is there. */
static bool
take_status(struct reader *reader, int *status)
{
	if (has(reader, "status")) {
		*status = (int)take_integer(reader, "status", 0, 255) << 8;
		return true;
	}
	if (!has(reader, "signal"))
		return false;
	*status = take_signal(reader, "signal") & 0x7f;
	if (take_flag(reader, "core"))
		*status |= CORE_DUMPED;
	return true;
}

static void
take_start(struct reader *reader, struct event *event)
{
	if (has(reader, "schema") &&
	    take_integer(reader, "schema", 0, INT_MAX) != SCHEMA)
		reader->bad = true;
	take_text(reader, "host", event);
	take_detail(reader, "world", event);
	if (has(reader, "server"))
		event->start.server = take_server_kind(reader, "server");
	if (has(reader, "command"))
		take_into(reader, "command", event->start.command, SERVER_TEXT);
	event->start.host = take_endpoint(reader, "address", 4);
	event->start.host.port = (uint16_t)take_integer(reader, "port", 0, 65535);
	if (has(reader, "wall"))
		take_into(reader, "wall", event->start.wall, WALL_TEXT);
	if (has(reader, "version"))
		take_into(reader, "version", event->start.version, VERSION_TEXT);
}

static void
take_command(struct reader *reader, struct event *event)
{
	take_text(reader, "text", event);
	event->command.source = take_source(reader, "source");
}

/* What setsockopt, sigaction, shutdown and close were about. */
static void
take_about(struct reader *reader, struct event_call *call)
{
	if (call->call == CALL_SETSOCKOPT && has(reader, "option")) {
		call->about = (int)take_option(reader, "option");
		call->value = (int)take_integer(reader, "value", INT_MIN, INT_MAX);
	} else if (call->call == CALL_SIGACTION) {
		call->about = take_signal(reader, "signal");
		call->value = (int)take_disposition(reader, "disposition");
	} else if (event_call_ends(call->call) && has(reader, "state")) {
		call->about = (int)take_state_name(reader, "state");
		call->value = (int)take_integer(reader, "unread", 0, INT_MAX);
	}
}

static void
take_call(struct reader *reader, struct event *event)
{
	struct event_call *call = &event->call;
	call->role = take_role(reader, "process");
	call->pid = take_pid(reader, "pid");
	call->conn = take_conn(reader);
	call->call = take_call_name(reader, "call");
	take_about(reader, call);
	call->result = take_integer(reader, "result", INT64_MIN, INT64_MAX);
	if (call->result < 0)
		call->error = (int)take_integer(reader, "errno", 0, INT_MAX);
	else if (call->call == CALL_WAIT || call->call == CALL_WAITPID)
		take_status(reader, &call->status);
	call->local = take_endpoint(reader, "local", 4);
	call->remote = take_endpoint(reader, "remote", 4);
}

static void
take_connection(struct reader *reader, struct event *event)
{
	event->connection.what = take_connection_what(reader, "what");
	event->connection.conn = take_conn(reader);
	event->connection.reset = take_flag(reader, "reset");
	if (has(reader, "how"))
		take_detail(reader, "how", event);
	event->connection.local = take_endpoint(reader, "local", 4);
	event->connection.remote = take_endpoint(reader, "remote", 4);
}

/* The value of a hexadecimal digit; -1 for anything else. */
static int
digit_value(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = digit != '\0' ? strchr(digits, digit) : NULL;
	return at != NULL ? (int)(at - digits) : -1;
}

/* The event's text, from its bytes in hex. */
static void
take_raw(struct reader *reader, const char *key, struct event *event)
{
	const char *hex = take_string(reader, key);
	size_t length = strlen(hex) / 2;
	char *bytes = malloc(length + 1);
	reader->bad |= bytes == NULL || strlen(hex) % 2 != 0;
	for (size_t i = 0; !reader->bad && i < length; i++) {
		int high = digit_value(hex[2 * i]), low = digit_value(hex[2 * i + 1]);
		reader->bad |= high < 0 || low < 0;
		if (!reader->bad)
			bytes[i] = (char)(high << 4 | low);
	}
	if (!reader->bad && event_set_text(event, bytes, length) < 0)
		reader->bad = true;
	free(bytes);
}

/* sent, echo. */
static void
take_line(struct reader *reader, struct event *event)
{
	event->line.conn = take_conn(reader);
	event->line.bytes = (size_t)take_integer(reader, "bytes", 0, INT64_MAX);
	take_text(reader, "text", event);
	if (has(reader, "hex"))
		take_detail(reader, "hex", event);
	if (has(reader, "raw"))
		take_raw(reader, "raw", event);
}

/* A row of a socket table. */
static void
take_socket_row(struct reader *reader, struct socket_row *row)
{
	struct tcp_row *tcp = &row->tcp;
	const char *proto = take_string(reader, "proto");
	tcp->family = strcmp(proto, "tcp6") == 0 ? 6 : 4;
	reader->bad |= tcp->family == 4 && strcmp(proto, "tcp") != 0;
	tcp->local = take_endpoint(reader, "local", tcp->family);
	tcp->remote = take_endpoint(reader, "remote", tcp->family);
	tcp->state = take_state_name(reader, "state");
	tcp->recv_q = take_count(reader, "recv_q");
	tcp->send_q = take_count(reader, "send_q");
	tcp->timer = take_timer_name(reader, "timer");
	tcp->timer_left = take_seconds(reader, "timer_seconds");
	if (has(reader, "timer_at"))
		row->timer_at = take_seconds(reader, "timer_at");
	tcp->retransmits = take_count(reader, "retransmits");
	tcp->probes = (uint32_t)take_known(reader, "probes", UINT32_MAX);
	tcp->uid = (uint32_t)take_known(reader, "uid", UINT32_MAX);
	tcp->inode = (uint64_t)take_known(reader, "inode", INT64_MAX);
	row->owner_pid = take_pid(reader, "owner_pid");
	row->conn = take_conn(reader);
	if (has(reader, "end"))
		row->end = take_end_name(reader, "end");
}

static void
take_socket(struct reader *reader, struct event *event)
{
	event->socket.what = take_socket_what(reader, "what");
	take_socket_row(reader, &event->socket.row);
}

/* The TCP rows of the machine: those there, then those gone. */
static void
take_all(struct reader *reader, struct event *event)
{
	const json_t *arrays[] = {find_tree(reader, "rows"),
	    find_tree(reader, "gone")};
	size_t count = json_array_size(arrays[0]);
	reader->bad |= !json_is_array(arrays[0]);
	event->all.whole = take_boolean(reader, "whole");
	event->all.gone = json_array_size(arrays[1]);
	event->all.count = count + event->all.gone;
	event->all.rows = calloc(event->all.count + 1, sizeof *event->all.rows);
	if (event->all.rows == NULL) {
		reader->bad = true;
		event->all.count = event->all.gone = 0;
	}
	for (size_t i = 0; i < event->all.count; i++) {
		struct reader row = {.object = i < count ? json_array_get(arrays[0], i) :
		    json_array_get(arrays[1], i - count)};
		take_socket_row(&row, &event->all.rows[i]);
		reader->bad |= row.bad;
	}
}

static void
take_state(struct reader *reader, struct event *event)
{
	event->state.conn = take_conn(reader);
	event->state.end = take_end_name(reader, "end");
	event->state.from = take_state_name(reader, "from");
	event->state.to = take_state_name(reader, "to");
	event->state.inferred = take_flag(reader, "inferred");
}

/* Seconds as microseconds. */
static uint32_t
take_microseconds(struct reader *reader, const char *key)
{
	int64_t number = take_seconds(reader, key) / 1000;
	reader->bad |= number < 0 || number > UINT32_MAX;
	return (uint32_t)number;
}

static void
take_timer(struct reader *reader, struct event *event)
{
	event->timer.conn = take_conn(reader);
	event->timer.rto = take_microseconds(reader, "rto");
	event->timer.retransmits = take_count(reader, "retransmits");
	event->timer.next_at = take_from(reader, "next_in", event->time);
	event->timer.gives_up_at = take_from(reader, "gives_up_in", event->time);
}

/* Seconds since, as ns; -1 for never. */
static int64_t
take_ago(struct reader *reader, const char *key)
{
	return has(reader, key) ? take_seconds(reader, key) : -1;
}

static void
take_details(struct reader *reader, struct event *event)
{
	event->details.conn = take_conn(reader);
	event->details.end = take_end_name(reader, "end");
	event->details.tcp = (struct tcp_details){
		.rtt = take_microseconds(reader, "rtt"),
		.rtt_variation = take_microseconds(reader, "rtt_variation"),
		.rto = take_microseconds(reader, "rto"),
		.backoff = take_count(reader, "backoff"),
		.retransmits = take_count(reader, "retransmits"),
		.total_retransmits = take_count(reader, "total_retransmits"),
		.probes = take_count(reader, "probes"),
		.unacked = take_count(reader, "unacked"),
		.lost = take_count(reader, "lost"),
		.cwnd = take_count(reader, "cwnd"),
		.ssthresh = has(reader, "ssthresh") ? take_count(reader, "ssthresh") :
		    TCP_SSTHRESH_NONE,
		.mss = take_count(reader, "mss"),
		.bytes_sent = (uint64_t)take_integer(reader, "bytes_sent", 0, INT64_MAX),
		.bytes_received = (uint64_t)take_integer(reader, "bytes_received", 0,
		    INT64_MAX),
		.sent_ago = take_ago(reader, "sent_ago"),
		.received_ago = take_ago(reader, "received_ago"),
	};
}

static void
take_process(struct reader *reader, struct event *event)
{
	struct process_row *row = &event->process.row;
	struct process_end *end = &event->process.end;
	event->process.what = take_process_what(reader, "what");
	row->pid = (pid_t)take_integer(reader, "pid", 1, INT_MAX);
	row->ppid = take_pid(reader, "ppid");
	row->role = take_role(reader, "role");
	take_into(reader, "tty", row->tty, sizeof row->tty);
	take_into(reader, "stat", row->stat, sizeof row->stat);
	take_into(reader, "command", row->command, sizeof row->command);
	take_into(reader, "wchan", row->wchan, sizeof row->wchan);
	row->peer = take_endpoint(reader, "peer", 4);
	row->conn = take_conn(reader);
	row->start_time = (uint64_t)take_known(reader, "start_time", INT64_MAX);
	if (has(reader, "cpu"))
		row->cpu = take_seconds(reader, "cpu");
	end->known = take_status(reader, &end->status);
	end->by = take_pid(reader, "by");
}

static void
take_signal_event(struct reader *reader, struct event *event)
{
	event->signal.number = take_signal(reader, "signal");
	event->signal.to = take_pid(reader, "to");
	event->signal.by = take_by(reader, "by");
	event->signal.caught = take_flag(reader, "caught");
}

static void
take_host(struct reader *reader, struct event *event)
{
	event->host.what = take_host_what(reader, "what");
	if (has(reader, "how"))
		take_detail(reader, "how", event);
}

static void
take_output(struct reader *reader, struct event *event)
{
	event->output.pid = take_pid(reader, "pid");
	event->output.stream = (int)take_known(reader, "stream", INT_MAX);
	take_text(reader, "text", event);
}

static void
take_lost(struct reader *reader, struct event *event)
{
	event->lost.pid = take_pid(reader, "pid");
	event->lost.count = take_count(reader, "count");
}

/* Rows of name and value as "k=v k=v". */
static void
take_settings(struct reader *reader, struct event *event)
{
	const json_t *rows = find_tree(reader, "rows");
	char *text = NULL;
	size_t length = 0;
	reader->bad |= !json_is_array(rows);
	FILE *stream = open_memstream(&text, &length);
	if (stream == NULL) {
		reader->bad = true;
		return;
	}
	for (size_t i = 0; i < json_array_size(rows); i++) {
		struct reader row = {.object = json_array_get(rows, i)};
		fprintf(stream, "%s%s=%s", i > 0 ? " " : "",
		    take_string(&row, "name"), take_string(&row, "value"));
		reader->bad |= row.bad;
	}
	if (fclose(stream) != 0 || event_set_text(event, text, length) < 0)
		reader->bad = true;
	free(text);
}

/* A list of signals' names as a set. */
static uint64_t
take_signals(struct reader *reader, const char *key)
{
	const json_t *names = find_tree(reader, key);
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
take_dispositions(struct reader *reader, struct event *event)
{
	const json_t *rows = find_tree(reader, "rows");
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
		struct reader row = {.object = json_array_get(rows, i)};
		struct reader signals = {.object = find_tree(&row, "signals")};
		to->pid = take_pid(&row, "pid");
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
take_why(struct reader *reader, struct event *event)
{
	take_text(reader, "subject", event);
	take_detail(reader, "text", event);
	take_into(reader, "section", event->why.section, sizeof event->why.section);
}

static void
take_expect(struct reader *reader, struct event *event)
{
	take_text(reader, "text", event);
	event->expect.pass = take_boolean(reader, "pass");
	if (has(reader, "got"))
		take_detail(reader, "got", event);
}

/* An array of lines, joined as the event's detail. */
static void
take_lines(struct reader *reader, const char *key, struct event *event)
{
	const json_t *lines = find_tree(reader, key);
	size_t size = 0;
	reader->bad |= !json_is_array(lines);
	FILE *out = open_memstream(&event->detail, &size);
	if (out == NULL) {
		reader->bad = true;
		return;
	}
	for (size_t i = 0; i < json_array_size(lines); i++) {
		const char *line = json_string_value(json_array_get(lines, i));
		reader->bad |= line == NULL || strchr(line, '\n') != NULL;
		fprintf(out, "%s%s", i > 0 ? "\n" : "", line != NULL ? line : "");
	}
	reader->bad |= fclose(out) != 0;
}

static void
take_ask(struct reader *reader, struct event *event)
{
	take_text(reader, "text", event);
	take_lines(reader, "answers", event);
	event->ask.answer = (unsigned)take_known(reader, "answer", UINT_MAX);
	event->ask.chosen = (unsigned)take_known(reader, "chosen", UINT_MAX);
}

static void
take_lesson(struct reader *reader, struct event *event)
{
	event->lesson.what = take_lesson_what(reader, "what");
	take_text(reader, "name", event);
	take_into(reader, "section", event->lesson.section,
	    sizeof event->lesson.section);
	take_detail(reader, event_lesson_detail(event->lesson.what), event);
	event->lesson.line = (unsigned)take_known(reader, "line", UINT_MAX);
}

/* say, error, note. */
static void
take_text_event(struct reader *reader, struct event *event)
{
	take_text(reader, "text", event);
}

static void
take_summary(struct reader *reader, struct event *event)
{
	event->summary.passed = take_count(reader, "passed");
	event->summary.failed = take_count(reader, "failed");
	event->summary.skipped = take_count(reader, "skipped");
}

static void
take_end(struct reader *reader, struct event *event)
{
	event->end.status = (int)take_integer(reader, "status", INT_MIN, INT_MAX);
}

/* What each type has besides t and type; NULL for snapshots of the moment. */
static void (*const fields[EVENT_TYPES])(struct reader *reader,
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
take_event(struct reader *reader, struct event *event)
{
	memset(event, 0, sizeof *event);
	event->time = take_seconds(reader, "t");
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
	struct reader reader = {.line = &scanned};
	if (json_line_scan(&scanned, line) && take_event(&reader, event) == 0)
		return 0;
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	reader = (struct reader){.object = object};
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
