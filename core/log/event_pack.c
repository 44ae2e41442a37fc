/* event_pack.c: events as few bytes.
 *
 * A number is written as a varint: seven bits in each byte, the lowest first, the
 * eighth says that more follow; its sign goes into the lowest bit (zigzag), so that
 * -1 is short as well.  A text is its length and its bytes, with a NUL behind them:
 * an unpacked event points at them.  Which numbers and texts a type has stands in
 * event_fields.c; rows are packed as the event that tells of one. */
#include "event_pack.h"

#include "event_fields.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { VARINT_MOST = 10, HAS_TEXT = 1, HAS_DETAIL = 2 };

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
write_field(unsigned char *to, const struct event *event, const struct event_field *field)
{
	const char *place = (const char *)event + field->offset;
	struct report_endpoint endpoint;
	switch (field->packing) {
	case PACK_CHARS:
		return write_text(to, place, strnlen(place, field->size - 1));
	case PACK_ENDPOINT:
		memcpy(&endpoint, place, sizeof endpoint);
		return write_endpoint(to, &endpoint);
	case PACK_NUMBER:
		return write_number(to, event_field_number(field, event));
	case PACK_NOT:
	default:
		return to;
	}
}

/* Reads one into an event that is all zeros. */
static const unsigned char *
read_field(const unsigned char *from, struct event *event, const struct event_field *field)
{
	char *place = (char *)event + field->offset;
	struct report_endpoint endpoint = {0};
	const char *text;
	size_t length;
	int64_t number;
	switch (field->packing) {
	case PACK_CHARS:
		from = read_text(from, &text, &length);
		assert(length < field->size);
		memcpy(place, text, length);
		return from;
	case PACK_ENDPOINT:
		from = read_endpoint(from, &endpoint);
		memcpy(place, &endpoint, sizeof endpoint);
		return from;
	case PACK_NUMBER:
		from = read_number(from, &number);
		event_field_set(field, event, number);
		return from;
	case PACK_NOT:
	default:
		return from;
	}
}

/* Writes all fields of the event. */
static unsigned char *
write_fields(unsigned char *to, const struct event *event)
{
	size_t count;
	const struct event_field *fields = event_fields(event->type, &count);
	for (size_t i = 0; i < count; i++)
		to = write_field(to, event, &fields[i]);
	return to;
}

/* Reads them. */
static const unsigned char *
read_fields(const unsigned char *from, struct event *event)
{
	size_t count;
	const struct event_field *fields = event_fields(event->type, &count);
	for (size_t i = 0; i < count; i++)
		from = read_field(from, event, &fields[i]);
	return from;
}

/* So many bytes are enough for them. */
static size_t
fields_room(enum event_type type)
{
	size_t count, room = 0;
	const struct event_field *fields = event_fields(type, &count);
	for (size_t i = 0; i < count; i++)
		room += fields[i].packing != PACK_NOT ? fields[i].size + VARINT_MOST + 1 : 0;
	return room;
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
		to = write_fields(to, &each);
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
		from = read_fields(from, &each);
		event->all.rows[i] = each.socket.row;
	}
}

size_t
event_pack_room(const struct event *event)
{
	size_t room = 2 + VARINT_MOST + fields_room(event->type);
	if (event->text != NULL)
		room += VARINT_MOST + event->length + 1;
	if (event->detail != NULL)
		room += VARINT_MOST + strlen(event->detail) + 1;
	if (event->type == EVENT_DISPOSITIONS)
		room += VARINT_MOST + event->dispositions.count *
		    sizeof *event->dispositions.rows;
	if (event->type == EVENT_ALL)
		room += (size_t)3 * VARINT_MOST + event->all.count * fields_room(EVENT_SOCKET);
	return room;
}

size_t
event_pack(const struct event *event, unsigned char *bytes)
{
	size_t rows = event->dispositions.count;
	assert((unsigned)event->type < EVENT_TYPES);
	unsigned char *to = bytes;
	*to++ = (unsigned char)event->type;
	*to++ = (event->text != NULL ? HAS_TEXT : 0) |
	    (event->detail != NULL ? HAS_DETAIL : 0);
	to = write_number(to, event->time);
	if (event->text != NULL)
		to = write_text(to, event->text, event->length);
	if (event->detail != NULL)
		to = write_text(to, event->detail, strlen(event->detail));
	to = write_fields(to, event);
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

void
event_unpack(const unsigned char *bytes, struct event *event)
{
	const unsigned char *from = bytes + 2;
	assert(bytes[0] < EVENT_TYPES && bytes[1] <= (HAS_TEXT | HAS_DETAIL));
	const char *text;
	size_t length;
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
	from = read_fields(from, event);
	if (event->type == EVENT_DISPOSITIONS)
		read_dispositions(from, event);
	else if (event->type == EVENT_ALL)
		read_all(from, event);
}

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
