/* event_pack.c: events as few bytes.
 *
 * A number is written as a varint: seven bits in each byte, the lowest first, the
 * eighth says that more follow; its sign goes into the lowest bit (zigzag), so that
 * -1 is short as well.  A text is its length and its bytes, with a NUL behind them:
 * an unpacked event points at them.  Which numbers and texts a type has stands in
 * tables; a field that is added to event.h needs its row here. */
#include "event_pack.h"

#include <stdlib.h>
#include <string.h>

enum { VARINT_MOST = 10, HAS_TEXT = 1, HAS_DETAIL = 2 };

#define SIZE(member) sizeof ((struct event *)0)->member
#define FIELD(member, what) {offsetof(struct event, member), SIZE(member), what}
/* a number of a size that load and store do not know does not compile */
#define KNOWN(size) ((size) == 1 || (size) == 2 || (size) == 4 || (size) == 8)
#define NUMBER(member) FIELD(member, PACK_NUMBER + 0 * sizeof(struct { \
	char whole; _Static_assert(KNOWN(SIZE(member)), "a number"); }))
#define TEXT(member) FIELD(member, PACK_TEXT)
#define ENDPOINT(member) FIELD(member, PACK_ENDPOINT)

static const struct pack_field start_fields[] = {
	ENDPOINT(start.host), TEXT(start.wall), TEXT(start.version),
	NUMBER(start.server), TEXT(start.command),
};
static const struct pack_field command_fields[] = {NUMBER(command.source)};
static const struct pack_field call_fields[] = {
	NUMBER(call.role), NUMBER(call.pid), NUMBER(call.conn), NUMBER(call.call),
	NUMBER(call.result), NUMBER(call.error), NUMBER(call.status),
	NUMBER(call.about), NUMBER(call.value), ENDPOINT(call.local),
	ENDPOINT(call.remote),
};
static const struct pack_field connection_fields[] = {
	NUMBER(connection.what), NUMBER(connection.conn), NUMBER(connection.reset),
	ENDPOINT(connection.local), ENDPOINT(connection.remote),
};
static const struct pack_field line_fields[] = {
	NUMBER(line.conn), NUMBER(line.bytes),
};
static const struct pack_field socket_fields[] = {
	NUMBER(socket.what), ENDPOINT(socket.row.tcp.local),
	ENDPOINT(socket.row.tcp.remote), NUMBER(socket.row.tcp.state),
	NUMBER(socket.row.tcp.send_q), NUMBER(socket.row.tcp.recv_q),
	NUMBER(socket.row.tcp.timer), NUMBER(socket.row.tcp.timer_left),
	NUMBER(socket.row.tcp.retransmits), NUMBER(socket.row.tcp.uid),
	NUMBER(socket.row.tcp.probes), NUMBER(socket.row.tcp.inode),
	NUMBER(socket.row.tcp.family), NUMBER(socket.row.timer_at),
	NUMBER(socket.row.owner_pid), NUMBER(socket.row.conn),
	NUMBER(socket.row.end),
};
static const struct pack_field state_fields[] = {
	NUMBER(state.conn), NUMBER(state.end), NUMBER(state.from), NUMBER(state.to),
	NUMBER(state.inferred),
};
static const struct pack_field timer_fields[] = {
	NUMBER(timer.conn), NUMBER(timer.rto), NUMBER(timer.retransmits),
	NUMBER(timer.next_at), NUMBER(timer.gives_up_at),
};
static const struct pack_field details_fields[] = {
	NUMBER(details.conn), NUMBER(details.end), NUMBER(details.tcp.rtt),
	NUMBER(details.tcp.rtt_variation), NUMBER(details.tcp.rto),
	NUMBER(details.tcp.backoff), NUMBER(details.tcp.retransmits),
	NUMBER(details.tcp.total_retransmits), NUMBER(details.tcp.probes),
	NUMBER(details.tcp.unacked), NUMBER(details.tcp.lost),
	NUMBER(details.tcp.cwnd), NUMBER(details.tcp.ssthresh),
	NUMBER(details.tcp.mss), NUMBER(details.tcp.bytes_sent),
	NUMBER(details.tcp.bytes_received), NUMBER(details.tcp.sent_ago),
	NUMBER(details.tcp.received_ago),
};
static const struct pack_field process_fields[] = {
	NUMBER(process.what), NUMBER(process.row.pid), NUMBER(process.row.ppid),
	TEXT(process.row.tty), TEXT(process.row.stat), TEXT(process.row.command),
	TEXT(process.row.wchan), NUMBER(process.row.role),
	ENDPOINT(process.row.peer), NUMBER(process.row.conn),
	NUMBER(process.row.start_time), NUMBER(process.row.cpu),
	NUMBER(process.end.known),
	NUMBER(process.end.status), NUMBER(process.end.by),
};
static const struct pack_field signal_fields[] = {
	NUMBER(signal.number), NUMBER(signal.to), NUMBER(signal.by),
	NUMBER(signal.caught),
};
static const struct pack_field host_fields[] = {NUMBER(host.what)};
static const struct pack_field output_fields[] = {
	NUMBER(output.pid), NUMBER(output.stream),
};
static const struct pack_field lost_fields[] = {
	NUMBER(lost.pid), NUMBER(lost.count),
};
static const struct pack_field expect_fields[] = {NUMBER(expect.pass)};
static const struct pack_field ask_fields[] = {
	NUMBER(ask.answer), NUMBER(ask.chosen),
};
static const struct pack_field lesson_fields[] = {
	NUMBER(lesson.what), NUMBER(lesson.line), TEXT(lesson.section),
};
static const struct pack_field why_fields[] = {TEXT(why.section)};
static const struct pack_field summary_fields[] = {
	NUMBER(summary.passed), NUMBER(summary.failed), NUMBER(summary.skipped),
};
static const struct pack_field end_fields[] = {NUMBER(end.status)};

#define TABLE(fields) {fields, sizeof fields / sizeof *fields}

static const struct { const struct pack_field *fields; size_t count; }
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
	[EVENT_ASK] = TABLE(ask_fields),
	[EVENT_LESSON] = TABLE(lesson_fields),
	[EVENT_SUMMARY] = TABLE(summary_fields),
	[EVENT_END] = TABLE(end_fields),
};

/* The fields of a type. */
const struct pack_field *
event_pack_fields(enum event_type type, size_t *count)
{
	*count = (unsigned)type < EVENT_TYPES ? tables[type].count : 0;
	return *count > 0 ? tables[type].fields : NULL;
}

/* Writes a number. */
static unsigned char *
write_number(unsigned char *to, int64_t number)
{
	uint64_t left = (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
	for (; left >= 0x80; left >>= 7)
		*to++ = (unsigned char)(left | 0x80);
	*to++ = (unsigned char)left;
	return to;
}

/* Reads one. */
static const unsigned char *
read_number(const unsigned char *from, int64_t *number)
{
	uint64_t read = 0;
	unsigned shift = 0;
	for (; (*from & 0x80) != 0; shift += 7)
		read |= (uint64_t)(*from++ & 0x7f) << shift;
	read |= (uint64_t)*from++ << shift;
	*number = (int64_t)(read >> 1 ^ (0 - (read & 1)));
	return from;
}

/* Writes length bytes as a text. */
static unsigned char *
write_text(unsigned char *to, const char *text, size_t length)
{
	to = write_number(to, (int64_t)length);
	memcpy(to, text, length);
	to[length] = '\0';
	return to + length + 1;
}

/* Where a text stands; its length. */
static const unsigned char *
read_text(const unsigned char *from, const char **text, size_t *length)
{
	int64_t count;
	from = read_number(from, &count);
	*text = (const char *)from;
	*length = (size_t)count;
	return from + count + 1;
}

/* The number of so many bytes that stands at place. */
static int64_t
load(const void *place, size_t size)
{
	int8_t byte;
	int16_t two;
	int32_t four;
	int64_t eight = 0;
	switch (size) {
	case sizeof byte:
		memcpy(&byte, place, size);
		return byte;
	case sizeof two:
		memcpy(&two, place, size);
		return two;
	case sizeof four:
		memcpy(&four, place, size);
		return four;
	default:
		memcpy(&eight, place, sizeof eight);
		return eight;
	}
}

/* Puts it there. */
static void
store(void *place, size_t size, int64_t number)
{
	int8_t byte = (int8_t)number;
	int16_t two = (int16_t)number;
	int32_t four = (int32_t)number;
	switch (size) {
	case sizeof byte:
		memcpy(place, &byte, size);
		break;
	case sizeof two:
		memcpy(place, &two, size);
		break;
	case sizeof four:
		memcpy(place, &four, size);
		break;
	default:
		memcpy(place, &number, sizeof number);
		break;
	}
}

/* How many bytes of its address an endpoint has. */
static size_t
address_size(uint8_t family)
{
	return family == 6 ? 16 : family == 4 ? 4 : 0;
}

/* Writes an address and port; nothing but a zero for none. */
static unsigned char *
write_endpoint(unsigned char *to, const struct report_endpoint *endpoint)
{
	size_t size = address_size(endpoint->family);
	*to++ = endpoint->family;
	if (endpoint->family == 0)
		return to;
	to = write_number(to, endpoint->port);
	to = write_number(to, endpoint->scope);
	memcpy(to, endpoint->address, size);
	return to + size;
}

/* Reads one. */
static const unsigned char *
read_endpoint(const unsigned char *from, struct report_endpoint *endpoint)
{
	int64_t number;
	size_t size = address_size(*from);
	endpoint->family = *from++;
	if (endpoint->family == 0)
		return from;
	from = read_number(from, &number);
	endpoint->port = (uint16_t)number;
	from = read_number(from, &number);
	endpoint->scope = (uint32_t)number;
	memcpy(endpoint->address, from, size);
	return from + size;
}

/* Writes one field of the event. */
static unsigned char *
write_field(unsigned char *to, const struct event *event,
    const struct pack_field *field)
{
	const char *place = (const char *)event + field->offset;
	struct report_endpoint endpoint;
	switch (field->kind) {
	case PACK_TEXT:
		return write_text(to, place, strnlen(place, field->size - 1));
	case PACK_ENDPOINT:
		memcpy(&endpoint, place, sizeof endpoint);
		return write_endpoint(to, &endpoint);
	case PACK_NUMBER:
	default:
		return write_number(to, load(place, field->size));
	}
}

/* Reads one into an event that is all zeros. */
static const unsigned char *
read_field(const unsigned char *from, struct event *event,
    const struct pack_field *field)
{
	char *place = (char *)event + field->offset;
	struct report_endpoint endpoint = {0};
	const char *text;
	size_t length;
	int64_t number;
	switch (field->kind) {
	case PACK_TEXT:
		from = read_text(from, &text, &length);
		memcpy(place, text, length);
		return from;
	case PACK_ENDPOINT:
		from = read_endpoint(from, &endpoint);
		memcpy(place, &endpoint, sizeof endpoint);
		return from;
	case PACK_NUMBER:
	default:
		from = read_number(from, &number);
		store(place, field->size, number);
		return from;
	}
}

/* Writes each row of the machine's sockets as a socket event's. */
static unsigned char *
write_all(unsigned char *to, const struct event *event)
{
	struct event each = {.type = EVENT_SOCKET};
	to = write_number(to, event->all.whole);
	to = write_number(to, (int64_t)event->all.count);
	to = write_number(to, (int64_t)event->all.gone);
	for (size_t i = 0; i < event->all.count; i++) {
		each.socket.row = event->all.rows[i];
		for (size_t k = 0; k < sizeof socket_fields / sizeof *socket_fields; k++)
			to = write_field(to, &each, &socket_fields[k]);
	}
	return to;
}

/* Reads them, as memory of their own; none when there is none. */
static void
read_all(const unsigned char *from, struct event *event)
{
	struct event each = {.type = EVENT_SOCKET};
	int64_t whole, count, gone;
	from = read_number(from, &whole);
	from = read_number(from, &count);
	from = read_number(from, &gone);
	event->all.whole = whole != 0;
	event->all.count = (size_t)count;
	event->all.gone = (size_t)gone;
	event->all.rows = calloc(event->all.count + 1, sizeof *event->all.rows);
	if (event->all.rows == NULL)
		event->all.count = event->all.gone = 0;
	for (size_t i = 0; i < event->all.count; i++) {
		for (size_t k = 0; k < sizeof socket_fields / sizeof *socket_fields; k++)
			from = read_field(from, &each, &socket_fields[k]);
		event->all.rows[i] = each.socket.row;
	}
}

/* So many bytes are enough. */
size_t
event_pack_room(const struct event *event)
{
	size_t count, room = 2 + VARINT_MOST;
	const struct pack_field *fields = event_pack_fields(event->type, &count);
	for (size_t i = 0; i < count; i++)
		room += fields[i].size + VARINT_MOST + 1;
	if (event->text != NULL)
		room += VARINT_MOST + event->length + 1;
	if (event->detail != NULL)
		room += VARINT_MOST + strlen(event->detail) + 1;
	if (event->type == EVENT_DISPOSITIONS)
		room += VARINT_MOST + event->dispositions.count *
		    sizeof *event->dispositions.rows;
	room += event->type == EVENT_ALL ? (size_t)3 * VARINT_MOST : 0;
	for (size_t i = 0; event->type == EVENT_ALL &&
	    i < sizeof socket_fields / sizeof *socket_fields; i++)
		room += event->all.count * (socket_fields[i].size + VARINT_MOST + 1);
	return room;
}

/* Writes the event. */
size_t
event_pack(const struct event *event, unsigned char *bytes)
{
	size_t count, rows = event->dispositions.count;
	const struct pack_field *fields = event_pack_fields(event->type, &count);
	unsigned char *to = bytes;
	*to++ = (unsigned char)event->type;
	*to++ = (event->text != NULL ? HAS_TEXT : 0) |
	    (event->detail != NULL ? HAS_DETAIL : 0);
	to = write_number(to, event->time);
	if (event->text != NULL)
		to = write_text(to, event->text, event->length);
	if (event->detail != NULL)
		to = write_text(to, event->detail, strlen(event->detail));
	for (size_t i = 0; i < count; i++)
		to = write_field(to, event, &fields[i]);
	if (event->type == EVENT_DISPOSITIONS) {
		to = write_number(to, (int64_t)rows);
		if (rows > 0)
			memcpy(to, event->dispositions.rows,
			    rows * sizeof *event->dispositions.rows);
		to += rows * sizeof *event->dispositions.rows;
	}
	if (event->type == EVENT_ALL)
		to = write_all(to, event);
	return (size_t)(to - bytes);
}

/* The rows of dispositions, as memory of their own; none when there is none. */
static void
read_dispositions(const unsigned char *from, struct event *event)
{
	int64_t count;
	from = read_number(from, &count);
	size_t size = (size_t)count * sizeof *event->dispositions.rows;
	event->dispositions.rows = malloc(size > 0 ? size : 1);
	if (event->dispositions.rows == NULL)
		return;
	memcpy(event->dispositions.rows, from, size);
	event->dispositions.count = (size_t)count;
}

/* Reads the event. */
void
event_unpack(const unsigned char *bytes, struct event *event)
{
	const unsigned char *from = bytes + 2;
	const char *text;
	size_t count, length;
	memset(event, 0, sizeof *event);
	event->type = (enum event_type)bytes[0];
	from = read_number(from, &event->time);
	if ((bytes[1] & HAS_TEXT) != 0) {
		from = read_text(from, &text, &event->length);
		event->text = (char *)(uintptr_t)text;
	}
	if ((bytes[1] & HAS_DETAIL) != 0) {
		from = read_text(from, &text, &length);
		event->detail = (char *)(uintptr_t)text;
	}
	const struct pack_field *fields = event_pack_fields(event->type, &count);
	for (size_t i = 0; i < count; i++)
		from = read_field(from, event, &fields[i]);
	if (event->type == EVENT_DISPOSITIONS)
		read_dispositions(from, event);
	else if (event->type == EVENT_ALL)
		read_all(from, event);
}

/* Frees the rows of dispositions, of all sockets. */
void
event_unpack_release(struct event *event)
{
	if (event->type == EVENT_ALL) {
		free(event->all.rows);
		event->all.rows = NULL;
		event->all.count = event->all.gone = 0;
	}
	if (event->type != EVENT_DISPOSITIONS)
		return;
	free(event->dispositions.rows);
	event->dispositions.rows = NULL;
	event->dispositions.count = 0;
}
