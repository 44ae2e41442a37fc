/* event_fields.c: the table of what each event has. */
#include "event_fields.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

enum { CONNECTIONS_MAX = 1000000 };

/* The words of an enum whose numbers end before `end`. */
#define WORDS(called, type, function, end) \
	static const char * \
	called##_word(unsigned number) { return function((type)number); } \
	static const struct field_words called = {called##_word, (end)};

WORDS(sources, enum command_source, event_source_name, SOURCE_STDIN + 1)
WORDS(servers, enum server_kind, event_server_kind_name, SERVER_WATCHED + 1)
WORDS(roles, enum report_role, event_role_name, ROLE_OTHER + 1)
WORDS(calls, enum report_call, event_call_name, CALL_COUNT)
WORDS(options, enum report_option, event_option_name, OPTION_COUNT)
WORDS(dispositions, enum order_disposition, event_disposition_name, DISPOSITION_CATCH + 1)
WORDS(ends, enum connection_end, event_end_name, END_SERVER + 1)
WORDS(connection_whats, enum connection_what, event_connection_what_name,
    CONNECTION_CURRENT + 1)
WORDS(socket_whats, enum socket_what, event_socket_what_name, SOCKET_GONE + 1)
WORDS(process_whats, enum process_what, event_process_what_name, PROCESS_REAPED + 1)
WORDS(host_whats, enum host_what, event_host_what_name, HOST_DOWN + 1)
WORDS(lesson_whats, enum lesson_what, event_lesson_what_name, LESSON_SKIPPED + 1)
WORDS(senders, enum signal_by, event_signal_by_name, BY_CONSOLE + 1)
WORDS(states, enum tcp_state, tcp_state_name, STATE_COUNT)
WORDS(timers, enum tcp_timer, tcp_timer_name, TIMER_PROBE + 1)

/* When an event has a field. */
#define WHEN(called, condition) \
	static bool \
	called(const struct event *event) { return (condition); }

WHEN(starts_command, event->start.server == SERVER_COMMAND)
WHEN(sets_option, event->call.call == CALL_SETSOCKOPT)
WHEN(sets_action, event->call.call == CALL_SIGACTION)
WHEN(ends_half, event_call_ends(event->call.call))
WHEN(ends_known_half, ends_half(event) && event->call.about > 0)
WHEN(has_failed, event->call.result < 0)
WHEN(has_waited, event->call.result > 0 &&
    (event->call.call == CALL_WAIT || event->call.call == CALL_WAITPID))
WHEN(is_begun_or_passed, event->lesson.what < LESSON_FAILED)
WHEN(is_failed, event->lesson.what == LESSON_FAILED)
WHEN(is_skipped, event->lesson.what == LESSON_SKIPPED)

#define SIZE(member) sizeof ((struct event *)0)->member
#define ROW(name, member, which, need) .key = (name), .presence = FIELD_##need, \
	.kind = FIELD_##which, .offset = offsetof(struct event, member), .size = SIZE(member)
/* a number of a size that cannot be loaded and stored does not compile */
#define KNOWN(size) ((size) == 1 || (size) == 2 || (size) == 4 || (size) == 8)
#define NUMBER(name, member, which, need) ROW(name, member, which, need), \
	.packing = PACK_NUMBER + 0 * sizeof(struct { \
	char whole; _Static_assert(KNOWN(SIZE(member)), "a number"); })

#define COUNT(name, member, need, most) {NUMBER(name, member, COUNT, need), .high = (most)}
#define INTEGER(name, member, need, most) {NUMBER(name, member, INTEGER, need), .high = (most)}
#define CONN(member, need) COUNT("conn", member, need, CONNECTIONS_MAX)
#define PID(name, member, need) {NUMBER(name, member, PID, need), .high = INT_MAX}
#define FLAG(name, member, need) {NUMBER(name, member, FLAG, need)}
#define WORD(name, member, need, which) {NUMBER(name, member, WORD, need), .words = &(which)}
#define SECONDS(name, member, need) {NUMBER(name, member, SECONDS, need)}
#define MICROSECONDS(name, member) {NUMBER(name, member, MICROSECONDS, NEEDED), \
	.high = UINT32_MAX}
#define AGO(name, member) {NUMBER(name, member, SECONDS, LEFT_OUT), .none = -1}
#define FROM_NOW(name, member) {NUMBER(name, member, FROM_NOW, LEFT_OUT)}
#define SIGNAL(name, member) {NUMBER(name, member, SIGNAL, NEEDED)}
#define CHARS(name, member, need) {ROW(name, member, CHARS, need), .packing = PACK_CHARS}
#define ENDPOINT(name, member, need) {ROW(name, member, ENDPOINT, need), .packing = PACK_ENDPOINT}
#define ROW_ENDPOINT(name, member) {ROW(name, member, ROW_ENDPOINT, LEFT_OUT), \
	.packing = PACK_ENDPOINT}
/* bytes that JSON shows in other rows; the event's text and detail */
#define PACKED(member) {NUMBER(NULL, member, COUNT, LEFT_OUT)}
#define OF_EVENT(name, which, need) {.key = (name), .kind = FIELD_##which, \
	.presence = FIELD_##need}
#define TEXT(name) OF_EVENT(name, TEXT, NEEDED)
#define DETAIL(name, need) OF_EVENT(name, DETAIL, need)

static const struct event_field start_fields[] = {
	CHARS("version", start.version, WRITTEN),
	OF_EVENT("schema", SCHEMA, WRITTEN),
	DETAIL("world", NEEDED),
	WORD("server", start.server, WRITTEN, servers),
	{ROW("command", start.command, CHARS, WRITTEN), .packing = PACK_CHARS,
	    .when = starts_command},
	TEXT("host"),
	{ROW("port", start.host, PORT, NEEDED), .high = UINT16_MAX},
	ENDPOINT("address", start.host, LEFT_OUT),
	CHARS("wall", start.wall, WRITTEN),
};
static const struct event_field command_fields[] = {
	TEXT("text"), WORD("source", command.source, NEEDED, sources),
};
static const struct event_field call_fields[] = {
	WORD("process", call.role, NEEDED, roles),
	PID("pid", call.pid, LEFT_OUT),
	CONN(call.conn, LEFT_OUT),
	WORD("call", call.call, NEEDED, calls),
	PACKED(call.about), PACKED(call.value), PACKED(call.status),
	{ROW("option", call.about, WORD, WRITTEN), .words = &options, .when = sets_option},
	{ROW("value", call.value, INTEGER, NEEDED), .high = INT_MAX, .when = sets_option},
	{ROW("signal", call.about, SIGNAL, NEEDED), .when = sets_action},
	{ROW("disposition", call.value, WORD, NEEDED), .words = &dispositions,
	    .when = sets_action},
	{ROW("state", call.about, WORD, LEFT_OUT), .words = &states, .when = ends_half},
	{ROW("unread", call.value, COUNT, NEEDED), .high = INT_MAX, .when = ends_known_half},
	INTEGER("result", call.result, NEEDED, INT64_MAX),
	{NUMBER("errno", call.error, ERRNO, NEEDED), .high = INT_MAX, .when = has_failed},
	{ROW("status", call.status, STATUS, WRITTEN), .when = has_waited},
	ENDPOINT("local", call.local, LEFT_OUT), ENDPOINT("remote", call.remote, LEFT_OUT),
};
static const struct event_field connection_fields[] = {
	WORD("what", connection.what, NEEDED, connection_whats),
	CONN(connection.conn, WRITTEN),
	ENDPOINT("local", connection.local, LEFT_OUT),
	ENDPOINT("remote", connection.remote, LEFT_OUT),
	FLAG("reset", connection.reset, LEFT_OUT),
	DETAIL("how", LEFT_OUT),
};
static const struct event_field line_fields[] = {
	CONN(line.conn, WRITTEN),
	TEXT("text"),
	COUNT("bytes", line.bytes, NEEDED, INT64_MAX),
	DETAIL("hex", LEFT_OUT),
	OF_EVENT("raw", RAW, LEFT_OUT),
};
static const struct event_field socket_fields[] = {
	WORD("what", socket.what, NEEDED, socket_whats),
	{NUMBER("proto", socket.row.tcp.family, FAMILY, NEEDED)},
	COUNT("recv_q", socket.row.tcp.recv_q, NEEDED, UINT32_MAX),
	COUNT("send_q", socket.row.tcp.send_q, NEEDED, UINT32_MAX),
	ROW_ENDPOINT("local", socket.row.tcp.local),
	ROW_ENDPOINT("remote", socket.row.tcp.remote),
	WORD("state", socket.row.tcp.state, NEEDED, states),
	WORD("timer", socket.row.tcp.timer, NEEDED, timers),
	SECONDS("timer_seconds", socket.row.tcp.timer_left, NEEDED),
	SECONDS("timer_at", socket.row.timer_at, LEFT_OUT),
	COUNT("retransmits", socket.row.tcp.retransmits, NEEDED, UINT32_MAX),
	COUNT("probes", socket.row.tcp.probes, WRITTEN, UINT32_MAX),
	COUNT("uid", socket.row.tcp.uid, WRITTEN, UINT32_MAX),
	COUNT("inode", socket.row.tcp.inode, WRITTEN, INT64_MAX),
	PID("owner_pid", socket.row.owner_pid, AS_NULL),
	CONN(socket.row.conn, AS_NULL),
	WORD("end", socket.row.end, AS_NULL, ends),
};
static const struct event_field state_fields[] = {
	CONN(state.conn, WRITTEN),
	WORD("end", state.end, NEEDED, ends),
	WORD("from", state.from, NEEDED, states),
	WORD("to", state.to, NEEDED, states),
	FLAG("inferred", state.inferred, WRITTEN),
};
static const struct event_field timer_fields[] = {
	CONN(timer.conn, WRITTEN),
	MICROSECONDS("rto", timer.rto),
	COUNT("retransmits", timer.retransmits, NEEDED, UINT32_MAX),
	FROM_NOW("next_in", timer.next_at), FROM_NOW("gives_up_in", timer.gives_up_at),
};
static const struct event_field details_fields[] = {
	CONN(details.conn, WRITTEN),
	WORD("end", details.end, NEEDED, ends),
	MICROSECONDS("rtt", details.tcp.rtt),
	MICROSECONDS("rtt_variation", details.tcp.rtt_variation),
	MICROSECONDS("rto", details.tcp.rto),
	COUNT("backoff", details.tcp.backoff, NEEDED, UINT32_MAX),
	COUNT("retransmits", details.tcp.retransmits, NEEDED, UINT32_MAX),
	COUNT("total_retransmits", details.tcp.total_retransmits, NEEDED, UINT32_MAX),
	COUNT("probes", details.tcp.probes, NEEDED, UINT32_MAX),
	COUNT("unacked", details.tcp.unacked, NEEDED, UINT32_MAX),
	COUNT("lost", details.tcp.lost, NEEDED, UINT32_MAX),
	COUNT("cwnd", details.tcp.cwnd, NEEDED, UINT32_MAX),
	{NUMBER("ssthresh", details.tcp.ssthresh, COUNT, LEFT_OUT), .high = UINT32_MAX,
	    .none = TCP_SSTHRESH_NONE},
	COUNT("mss", details.tcp.mss, NEEDED, UINT32_MAX),
	COUNT("bytes_sent", details.tcp.bytes_sent, NEEDED, INT64_MAX),
	COUNT("bytes_received", details.tcp.bytes_received, NEEDED, INT64_MAX),
	AGO("sent_ago", details.tcp.sent_ago), AGO("received_ago", details.tcp.received_ago),
};
static const struct event_field process_fields[] = {
	PID("pid", process.row.pid, NEEDED),
	PID("ppid", process.row.ppid, WRITTEN),
	WORD("role", process.row.role, NEEDED, roles),
	WORD("what", process.what, NEEDED, process_whats),
	CHARS("tty", process.row.tty, NEEDED),
	CHARS("stat", process.row.stat, NEEDED),
	CHARS("command", process.row.command, NEEDED),
	CHARS("wchan", process.row.wchan, NEEDED),
	ENDPOINT("peer", process.row.peer, AS_NULL),
	CONN(process.row.conn, LEFT_OUT),
	COUNT("start_time", process.row.start_time, LEFT_OUT, INT64_MAX),
	SECONDS("cpu", process.row.cpu, WRITTEN),
	{ROW("status", process.end, END, LEFT_OUT)},
	PACKED(process.end.known), PACKED(process.end.status),
	PID("by", process.end.by, LEFT_OUT),
};
static const struct event_field signal_fields[] = {
	SIGNAL("signal", signal.number),
	PID("to", signal.to, WRITTEN),
	WORD("by", signal.by, NEEDED, senders),
	FLAG("caught", signal.caught, LEFT_OUT),
};
static const struct event_field host_fields[] = {
	WORD("what", host.what, NEEDED, host_whats), FROM_NOW("kill_in", host.kill_at),
	DETAIL("how", LEFT_OUT),
};
static const struct event_field output_fields[] = {
	PID("pid", output.pid, WRITTEN),
	COUNT("stream", output.stream, WRITTEN, INT_MAX),
	TEXT("text"),
};
static const struct event_field lost_fields[] = {
	PID("pid", lost.pid, LEFT_OUT), COUNT("count", lost.count, NEEDED, UINT32_MAX),
};
static const struct event_field why_fields[] = {
	TEXT("subject"), DETAIL("text", NEEDED), CHARS("section", why.section, NEEDED),
};
static const struct event_field expect_fields[] = {
	TEXT("text"), FLAG("pass", expect.pass, NEEDED), DETAIL("got", LEFT_OUT),
};
static const struct event_field ask_fields[] = {
	TEXT("text"),
	OF_EVENT("answers", LINES, NEEDED),
	COUNT("answer", ask.answer, WRITTEN, UINT32_MAX),
	COUNT("chosen", ask.chosen, LEFT_OUT, UINT32_MAX),
};
static const struct event_field lesson_fields[] = {
	WORD("what", lesson.what, NEEDED, lesson_whats),
	TEXT("name"),
	CHARS("section", lesson.section, NEEDED),
	{.key = "title", .kind = FIELD_DETAIL, .when = is_begun_or_passed},
	{.key = "failed", .kind = FIELD_DETAIL, .when = is_failed},
	{.key = "reason", .kind = FIELD_DETAIL, .when = is_skipped},
	COUNT("line", lesson.line, LEFT_OUT, UINT32_MAX),
};
static const struct event_field text_fields[] = {TEXT("text")};
static const struct event_field summary_fields[] = {
	COUNT("passed", summary.passed, NEEDED, UINT32_MAX),
	COUNT("failed", summary.failed, NEEDED, UINT32_MAX),
	COUNT("skipped", summary.skipped, NEEDED, UINT32_MAX),
};
static const struct event_field end_fields[] = {INTEGER("status", end.status, NEEDED, INT_MAX)};

#define TABLE(fields) {fields, sizeof fields / sizeof *fields}

static const struct { const struct event_field *fields; size_t count; }
tables[EVENT_TYPES] = {
	[EVENT_START] = TABLE(start_fields),
	[EVENT_COMMAND] = TABLE(command_fields),
	[EVENT_CALL] = TABLE(call_fields),
	[EVENT_CONNECTION] = TABLE(connection_fields),
	[EVENT_SENT] = TABLE(line_fields),
	[EVENT_ECHO] = TABLE(line_fields),
	[EVENT_SOCKET] = TABLE(socket_fields),
	[EVENT_STATE] = TABLE(state_fields),
	[EVENT_TIMER] = TABLE(timer_fields),
	[EVENT_DETAILS] = TABLE(details_fields),
	[EVENT_PROCESS] = TABLE(process_fields),
	[EVENT_SIGNAL] = TABLE(signal_fields),
	[EVENT_HOST] = TABLE(host_fields),
	[EVENT_OUTPUT] = TABLE(output_fields),
	[EVENT_LOST] = TABLE(lost_fields),
	[EVENT_ERRNO] = TABLE(call_fields),
	[EVENT_WHY] = TABLE(why_fields),
	[EVENT_EXPECT] = TABLE(expect_fields),
	[EVENT_SAY] = TABLE(text_fields),
	[EVENT_ASK] = TABLE(ask_fields),
	[EVENT_LESSON] = TABLE(lesson_fields),
	[EVENT_ERROR] = TABLE(text_fields),
	[EVENT_NOTE] = TABLE(text_fields),
	[EVENT_SUMMARY] = TABLE(summary_fields),
	[EVENT_END] = TABLE(end_fields),
};

const struct event_field *
event_fields(enum event_type type, size_t *count)
{
	*count = (unsigned)type < EVENT_TYPES ? tables[type].count : 0;
	return *count > 0 ? tables[type].fields : NULL;
}

bool
event_field_applies(const struct event_field *field, const struct event *event)
{
	return field->when == NULL || field->when(event);
}

/* The number at its place; one of 32 bits without a sign where it counts. */
int64_t
event_field_number(const struct event_field *field, const struct event *event)
{
	const char *place = (const char *)event + field->offset;
	int8_t one;
	int16_t two;
	int32_t four;
	int64_t eight = 0;
	switch (field->size) {
	case sizeof one:
		memcpy(&one, place, sizeof one);
		return one;
	case sizeof two:
		memcpy(&two, place, sizeof two);
		return two;
	case sizeof four:
		memcpy(&four, place, sizeof four);
		return field->high == UINT32_MAX ? (int64_t)(uint32_t)four : four;
	default:
		memcpy(&eight, place, sizeof eight);
		return eight;
	}
}

/* Puts it there. */
void
event_field_set(const struct event_field *field, struct event *event, int64_t number)
{
	char *place = (char *)event + field->offset;
	int8_t one = (int8_t)number;
	int16_t two = (int16_t)number;
	int32_t four = (int32_t)number;
	switch (field->size) {
	case sizeof one:
		memcpy(place, &one, sizeof one);
		break;
	case sizeof two:
		memcpy(place, &two, sizeof two);
		break;
	case sizeof four:
		memcpy(place, &four, sizeof four);
		break;
	default:
		memcpy(place, &number, sizeof number);
		break;
	}
}

/* Rounds ns to microseconds, away from zero at the half: as JSON has them. */
static int64_t
round_time(int64_t time)
{
	return (time + (time < 0 ? -500 : 500)) / 1000 * 1000;
}

/* Rounds the times that are fields of the event. */
static void
round_fields(struct event *event)
{
	size_t count;
	const struct event_field *fields = event_fields(event->type, &count);
	for (size_t i = 0; i < count; i++) {
		if (fields[i].kind != FIELD_SECONDS && fields[i].kind != FIELD_FROM_NOW)
			continue;
		int64_t time = event_field_number(&fields[i], event);
		if (time != fields[i].none)
			event_field_set(&fields[i], event, round_time(time));
	}
}

void
event_round(struct event *event)
{
	event->time = round_time(event->time);
	round_fields(event);
	for (size_t i = 0; event->type == EVENT_ALL && i < event->all.count; i++) {
		struct event row = {.type = EVENT_SOCKET, .socket.row = event->all.rows[i]};
		round_fields(&row);
		event->all.rows[i] = row.socket.row;
	}
}
