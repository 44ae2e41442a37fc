/* pane_bytes.c: the current connection's bytes in their order, as hexdump(1)
 * shows them: what went out and what came back, each with its place in the stream
 * of its direction.
 *
 * The binary adder's integers are marked as fields, and each is read in both byte
 * orders: the same four or eight bytes are 1 to one machine and 16777216 to the
 * other.  Nothing here knows which order either side has: what the client itself
 * wrote or read tells which of the two readings was its own.
 *
 * The index holds two entries for each line: the event's number, and its offset
 * above the number of its line. */
#include "pane_table.h"

#include "escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ROW_BYTES = 16, LINE_BITS = 16, HEX_COLUMN = 10, TEXT_COLUMN = 60,
    FIELD_COLUMN = 17, FIELD_BYTES = 8, FIELDS = 2, VALUE_TEXT = 24 };

/* What is drawn of the fields of a piece, below their bytes. */
enum field_line { LINE_NAMES, LINE_BIG, LINE_LITTLE, FIELD_LINES };

/* Integers in a piece of the binary service; count 0: it has none. */
struct fields {
	unsigned count, size;
	unsigned char bytes[FIELDS * FIELD_BYTES];
};

/* The value of a hexadecimal digit; 0 for anything else. */
static unsigned
digit(char character)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = character != '\0' ? strchr(digits, character | 0x20) : NULL;
	return at != NULL ? (unsigned)(at - digits) : 0;
}

/* Does the event hold its bytes, "00 00 00 01" for numbers, a text otherwise?  A
 * recorded text can have become longer than they were. */
static bool
has_bytes(const struct event *event)
{
	size_t bytes = event->line.bytes;
	size_t length = event->text != NULL ? event->length : 0;
	if (event->detail != NULL)
		return bytes > 0 && strlen(event->detail) == 3 * bytes - 1;
	return bytes == length || bytes == length + 1;
}

/* One of the bytes of an event that has them. */
static unsigned char
byte_at(const struct event *event, size_t at)
{
	if (event->detail != NULL)
		return (unsigned char)(digit(event->detail[3 * at]) << 4 |
		    digit(event->detail[3 * at + 1]));
	return (unsigned char)(event->text != NULL && at < event->length ?
	    event->text[at] : '\n');
}

/* The integers of a piece: two that go out, one that comes back. */
static struct fields
fields_of(const struct event *event)
{
	struct fields fields = {0};
	unsigned wanted = event->type == EVENT_SENT ? 2 : 1;
	size_t length = event->line.bytes;
	if (event->detail == NULL || !has_bytes(event) ||
	    (length != 4 * wanted && length != 8 * wanted))
		return fields;
	fields.count = wanted;
	fields.size = (unsigned)length / wanted;
	for (size_t i = 0; i < length; i++)
		fields.bytes[i] = byte_at(event, i);
	return fields;
}

/* Reads so many bytes as an integer, the first or the last as its highest. */
static int64_t
read_field(const unsigned char *bytes, unsigned size, bool big)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < size; i++)
		value = value << 8 | bytes[big ? i : size - 1 - i];
	return size == 4 ? (int64_t)(int32_t)(uint32_t)value : (int64_t)value;
}

/* How many lines a piece takes: its heading, and its bytes. */
static uint64_t
lines_of(const struct event *event)
{
	struct fields fields = fields_of(event);
	if (fields.count > 0)
		return 2 + FIELD_LINES;
	return 1 + (event->line.bytes + ROW_BYTES - 1) / ROW_BYTES;
}

/* Adds the lines of a piece to the index. */
static bool
add_lines(struct pane_state *state, uint64_t number, const struct event *event,
    uint64_t offset)
{
	uint64_t lines = lines_of(event);
	if (lines >> LINE_BITS != 0 ||
	    !pane_index_room(state, (state->count + lines) * 2))
		return false;
	for (uint64_t i = 0; i < lines; i++) {
		state->index[state->count * 2] = number;
		state->index[state->count++ * 2 + 1] = offset << LINE_BITS | i;
	}
	return true;
}

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	unsigned current = scene->moment->current;
	const struct moment *first = log_base(scene->log);
	const struct moment_connection *base = first->begun == scene->moment->begun ?
	    moment_connection(first, current) : NULL; /* what fell out of the log */
	uint64_t sent = base != NULL ? base->bytes_sent : 0;
	uint64_t echoed = base != NULL ? base->bytes_echoed : 0;
	(void)inside;
	state->count = 0;
	text_clear(&state->text);
	snprintf(state->title, sizeof state->title, current != 0 ?
	    "Bytes, connection %u" : "Bytes", current);
	const uint32_t types = LOG_TYPE(EVENT_SENT) | LOG_TYPE(EVENT_ECHO);
	for (uint64_t i = scene_first(scene); current != 0 && (i = log_find(scene->log,
	    i, scene->end, types)) < scene->end; i++) {
		const struct event *event = log_event(scene->log, i);
		if (event == NULL || event->line.conn != current)
			continue;
		uint64_t *offset = event->type == EVENT_SENT ? &sent : &echoed;
		if (!add_lines(state, i, event, *offset))
			break;
		*offset += event->line.bytes;
	}
	if (state->count > 0)
		return;
	text_add(&state->text, STYLE_PLAIN, "%s", current != 0 ?
	    "No byte has gone out or come back yet." :
	    "No connection yet: connect opens one.");
	state->count = 1;
}

/* "→ sent 0.022  6 bytes  hello" */
static void
write_piece(const struct event *event, struct line *line)
{
	char text[LINE_TEXT / 2] = "";
	bool sent = event->type == EVENT_SENT;
	if (event->text != NULL)
		escape_into(text, sizeof text, event->text, event->length);
	line_format(line, STYLE_STRONG | (sent ? STYLE_KEY : STYLE_GOOD),
	    "%s %-4s %.3f  %zu byte%s  %s", sent ? "→" : "←",
	    sent ? "sent" : "echo", (double)event->time / 1e9, event->line.bytes,
	    event->line.bytes == 1 ? "" : "s", text);
}

/* "000010  68 65 6c 6c 6f 0a   hello." */
static void
write_row(const struct event *event, uint64_t offset, size_t row,
    struct line *line)
{
	char hex[ROW_BYTES * 3 + 2] = "", text[ROW_BYTES + 1] = "";
	size_t used = 0, count = event->line.bytes - row * ROW_BYTES;
	if (count > ROW_BYTES)
		count = ROW_BYTES;
	for (size_t i = 0; has_bytes(event) && i < count; i++) {
		unsigned char byte = byte_at(event, row * ROW_BYTES + i);
		used += (size_t)snprintf(hex + used, sizeof hex - used, "%s%02x ",
		    i == ROW_BYTES / 2 ? " " : "", byte);
		text[i] = byte >= ' ' && byte < 0x7f ? (char)byte : '.';
	}
	if (!has_bytes(event))
		snprintf(hex, sizeof hex, "not in this log");
	line_format(line, STYLE_PLAIN, "  %06" PRIx64 "  %-*s%s",
	    offset + row * ROW_BYTES, TEXT_COLUMN - HEX_COLUMN, hex, text);
}

/* "000000  [00 00 00 01][00 00 00 02]" */
static void
write_fields(const struct fields *fields, uint64_t offset, struct line *line)
{
	char hex[FIELDS * (FIELD_BYTES * 3 + 2)] = "";
	size_t used = 0;
	for (unsigned i = 0; i < fields->count * fields->size; i++)
		used += (size_t)snprintf(hex + used, sizeof hex - used, "%s%02x%s",
		    i % fields->size == 0 ? "[" : " ", fields->bytes[i],
		    i % fields->size == fields->size - 1 ? "]" : "");
	line_format(line, STYLE_STRONG, "  %06" PRIx64 "%*s%s", offset,
	    FIELD_COLUMN - 8, "", hex);
}

/* Is this order the one in which the values are those that the client has? */
static bool
is_the_clients(const struct fields *fields, const struct event *event, bool big)
{
	char both[2][FIELDS * VALUE_TEXT];
	for (int order = 0; order < 2; order++) {
		size_t used = 0;
		for (unsigned i = 0; i < fields->count; i++)
			used += (size_t)snprintf(both[order] + used,
			    sizeof both[order] - used, "%s%" PRId64,
			    i > 0 ? " " : "", read_field(fields->bytes +
			    i * fields->size, fields->size, order == 1));
	}
	return event->text != NULL && strcmp(both[0], both[1]) != 0 &&
	    strcmp(both[big ? 1 : 0], event->text) == 0;
}

/* Below the fields: what they are, and what they mean in each order. */
static void
write_meaning(const struct event *event, const struct fields *fields,
    enum field_line which, struct line *line)
{
	bool big = is_the_clients(fields, event, true);
	bool little = is_the_clients(fields, event, false);
	const char *const labels[FIELD_LINES] = {
		[LINE_NAMES] = big || little ? "► the client's" : "",
		[LINE_BIG] = big ? "► big-endian" : "  big-endian",
		[LINE_LITTLE] = little ? "► little-endian" : "  little-endian"};
	char text[FIELDS * (FIELD_BYTES * 3 + 2)] = "", value[VALUE_TEXT];
	size_t used = 0;
	for (unsigned i = 0; i < fields->count; i++) {
		if (which != LINE_NAMES)
			snprintf(value, sizeof value, "%" PRId64,
			    read_field(fields->bytes + i * fields->size,
			    fields->size, which == LINE_BIG));
		else if (fields->count == 1)
			snprintf(value, sizeof value, "sum");
		else
			snprintf(value, sizeof value, "argument %u", i + 1);
		used += (size_t)snprintf(text + used, sizeof text - used, " %-*s",
		    (int)(fields->size * 3), value);
	}
	bool own = (which == LINE_BIG && big) || (which == LINE_LITTLE && little);
	line_format(line, own ? STYLE_STRONG : STYLE_PLAIN, "%s%*s%s",
	    labels[which], FIELD_COLUMN - (int)utf8_width(labels[which]), "", text);
}

static void
write_line(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line)
{
	if (state->text.count > 0) {
		pane_write_text(state, scene, number, columns, line);
		return;
	}
	const struct event *event = log_event(scene->log, state->index[number * 2]);
	if (event == NULL)
		return;
	uint64_t offset = state->index[number * 2 + 1] >> LINE_BITS;
	size_t row = state->index[number * 2 + 1] & ((1U << LINE_BITS) - 1);
	struct fields fields = fields_of(event);
	if (row == 0)
		write_piece(event, line);
	else if (fields.count == 0)
		write_row(event, offset, row - 1, line);
	else if (row == 1)
		write_fields(&fields, offset, line);
	else
		write_meaning(event, &fields, (enum field_line)(row - 2), line);
}

/* Above the bytes: their place in the row. */
static void
write_heading(const struct pane_state *state, const struct scene *scene,
    int columns, struct line *line)
{
	(void)state;
	(void)scene;
	(void)columns;
	line_format(line, STYLE_STRONG, "  offset  %-*s%s", TEXT_COLUMN - HEX_COLUMN,
	    " 0  1  2  3  4  5  6  7   8  9  a  b  c  d  e  f", "text");
}

const struct pane pane_bytes = {
	.name = "bytes", .key = 'x', .title = "Bytes", .place = PLACE_NONE, .follows = true,
	.prepare = prepare, .heading = write_heading, .line = write_line,
	.subject = pane_connection_subject,
};
