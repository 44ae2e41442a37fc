/* An event's fields as JSON, and back.
 *
 * What each kind of field looks like stands in value_of(), and how it is read again in
 * read_number() and read_other().  A recording comes from anywhere, so nothing in it is
 * believed: a field that is needed has to be there, and each has to be of its kind and in
 * its range. */
#include "json_fields.h"

#include "endpoint.h"
#include "escape.h"
#include "event_fields.h"
#include "signal_name.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { SCHEMA = 1, CORE_DUMPED = 0x80 };

/* What became of it, which a row in a table does not have. */
static bool
is_of_event(const struct event_field *field)
{
	return field->kind == FIELD_WORD && strcmp(field->key, "what") == 0;
}

/* The address and port of a field. */
static struct report_endpoint
endpoint_of(const struct event_field *field, const struct event *event)
{
	struct report_endpoint endpoint;
	memcpy(&endpoint, (const char *)event + field->offset, sizeof endpoint);
	return endpoint;
}

/* The bytes of the event's text in hex. */
static json_t *
hex_of(const struct event *event)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = malloc(2 * event->length);
	for (size_t i = 0; hex != NULL && i < event->length; i++) {
		hex[2 * i] = digits[(unsigned char)event->text[i] >> 4];
		hex[2 * i + 1] = digits[(unsigned char)event->text[i] & 15];
	}
	json_t *value = hex != NULL ? json_stringn(hex, 2 * event->length) : NULL;
	free(hex);
	return value;
}

/* The field of the event as a JSON value. */
static json_t *
value_of(const struct event_field *field, const struct event *event)
{
	const char *place = (const char *)event + field->offset;
	const char *detail = event->detail != NULL ? event->detail : "";
	int64_t number = field->kind <= FIELD_STATUS ? event_field_number(field, event) : 0;
	switch (field->kind) {
	case FIELD_COUNT:
	case FIELD_INTEGER:
	case FIELD_PID:
	case FIELD_ERRNO:
		return json_integer(number);
	case FIELD_FLAG:
		return json_boolean(number != 0);
	case FIELD_WORD:
		return json_string(field->words->name((unsigned)number));
	case FIELD_SIGNAL:
		return json_string(signal_name((int)number));
	case FIELD_FAMILY:
		return json_string(number == 6 ? "tcp6" : "tcp");
	case FIELD_SECONDS:
		return json_seconds(number);
	case FIELD_MICROSECONDS:
		return json_seconds(number * 1000);
	case FIELD_FROM_NOW:
		return json_seconds(number - event->time);
	case FIELD_CHARS:
		return json_text(place, strlen(place));
	case FIELD_ENDPOINT:
	case FIELD_ROW_ENDPOINT:
		return json_endpoint(endpoint_of(field, event));
	case FIELD_PORT:
		return json_integer(endpoint_of(field, event).port);
	case FIELD_TEXT:
		return json_text(event->text != NULL ? event->text : "",
		    event->text != NULL ? event->length : 0);
	case FIELD_RAW:
		return hex_of(event);
	case FIELD_DETAIL:
		return json_text(detail, strlen(detail));
	case FIELD_LINES:
		return json_lines(detail);
	case FIELD_SCHEMA:
		return json_integer(SCHEMA);
	case FIELD_STATUS:
	case FIELD_END:
	default:
		return NULL;
	}
}

/* Can JSON hold the event's text as it is? */
static bool
is_utf8(const struct event *event)
{
	char *text = event->text != NULL ? escape_utf8(event->text, event->length) : NULL;
	bool same = event->text == NULL || (text != NULL && strlen(text) == event->length &&
	    memcmp(text, event->text, event->length) == 0);
	free(text);
	return same;
}

/* Is there none of it? */
static bool
is_none(const struct event_field *field, const struct event *event)
{
	if (field->kind == FIELD_END)
		return !event->process.end.known;
	if (field->kind == FIELD_DETAIL)
		return event->detail == NULL;
	if (field->kind == FIELD_RAW)
		return is_utf8(event);
	if (field->packing == PACK_ENDPOINT)
		return endpoint_of(field, event).family == 0;
	return field->kind <= FIELD_STATUS && event_field_number(field, event) == field->none;
}

/* How a process ended: `status`, or `signal`. */
static void
put_status(struct json_writer *writer, int status)
{
	if (WIFEXITED(status)) {
		json_put_integer(writer, "status", WEXITSTATUS(status));
	} else if (WIFSIGNALED(status)) {
		json_put_word(writer, "signal", signal_name(WTERMSIG(status)));
		if (WCOREDUMP(status))
			json_put(writer, "core", json_true());
	}
}

/* Writes one field. */
static void
put_field(struct json_writer *writer, const struct event_field *field,
    const struct event *event)
{
	bool none = (field->presence >= FIELD_LEFT_OUT || field->kind == FIELD_ERRNO) &&
	    is_none(field, event);
	if (field->key == NULL || !event_field_applies(field, event) ||
	    (none && field->presence != FIELD_AS_NULL))
		return;
	if (field->kind == FIELD_STATUS)
		put_status(writer, (int)event_field_number(field, event));
	else if (field->kind == FIELD_END)
		put_status(writer, event->process.end.status);
	else
		json_put(writer, field->key, none ? json_null() : value_of(field, event));
	if (field->kind == FIELD_ERRNO)
		json_put_word(writer, "errno_name",
		    errno_name((int)event_field_number(field, event)));
}

void
json_put_fields(struct json_writer *writer, const struct event *event)
{
	size_t count;
	const struct event_field *fields = event_fields(event->type, &count);
	for (size_t i = 0; i < count; i++)
		put_field(writer, &fields[i], event);
}

void
json_put_row(struct json_writer *writer, const struct event *event)
{
	size_t count;
	const struct event_field *fields = event_fields(event->type, &count);
	for (size_t i = 0; i < count; i++)
		if (!is_of_event(&fields[i]))
			put_field(writer, &fields[i], event);
}

int
json_signal_number(const char *name)
{
	int number = signal_from_name(name);
	if (number < 0 && strncmp(name, "SIG", 3) == 0)
		number = signal_from_name(name + 3);
	return number;
}

/* The signal of this name, which has to be one. */
static int
read_signal(struct json_reader *reader, const char *key)
{
	int number = json_signal_number(json_read_string(reader, key));
	reader->bad |= number <= 0;
	return number;
}

/* The number whose name it is; "?" is nobody's. */
static unsigned
read_word(struct json_reader *reader, const struct event_field *field)
{
	const char *word = json_read_string(reader, field->key);
	for (unsigned i = 0; i < field->words->count; i++)
		if (strcmp(field->words->name(i), word) == 0 && *word != '?')
			return i;
	reader->bad = true;
	return 0;
}

/* `status` or `signal` as of wait(2); false when neither is there. */
static bool
read_status(struct json_reader *reader, int *status)
{
	if (json_reader_has(reader, "status")) {
		*status = (int)json_read_integer(reader, "status", 0, 255) << 8;
		return true;
	}
	if (!json_reader_has(reader, "signal"))
		return false;
	*status = read_signal(reader, "signal") & 0x7f;
	if (json_reader_has(reader, "core") && json_read_boolean(reader, "core"))
		*status |= CORE_DUMPED;
	return true;
}

/* A number of any kind. */
static int64_t
read_number(struct json_reader *reader, const struct event_field *field,
    const struct event *event)
{
	int64_t low = field->kind == FIELD_INTEGER ? -field->high - 1 :
	    field->kind == FIELD_PID && field->presence == FIELD_NEEDED;
	int64_t number;
	const char *word;
	switch ((int)field->kind) {
	case FIELD_FLAG:
		return json_read_boolean(reader, field->key);
	case FIELD_WORD:
		return read_word(reader, field);
	case FIELD_SIGNAL:
		return read_signal(reader, field->key);
	case FIELD_FAMILY:
		word = json_read_string(reader, field->key);
		reader->bad |= strcmp(word, "tcp") != 0 && strcmp(word, "tcp6") != 0;
		return strcmp(word, "tcp6") == 0 ? 6 : 4;
	case FIELD_SECONDS:
		return json_read_seconds(reader, field->key);
	case FIELD_MICROSECONDS:
		number = json_read_seconds(reader, field->key) / 1000;
		reader->bad |= number < 0 || number > field->high;
		return number;
	case FIELD_FROM_NOW:
		return event->time + json_read_seconds(reader, field->key);
	default:
		return json_read_integer(reader, field->key, low, field->high);
	}
}

/* The event's text or detail, malloc'ed. */
static void
read_text(struct json_reader *reader, const struct event_field *field, struct event *event)
{
	size_t length;
	char *text = field->kind == FIELD_RAW ? json_read_hex(reader, field->key, &length) :
	    field->kind == FIELD_LINES ? json_read_lines(reader, field->key) :
	    strdup(json_read_string(reader, field->key));
	reader->bad |= text == NULL;
	if (field->kind == FIELD_DETAIL || field->kind == FIELD_LINES) {
		free(event->detail);
		event->detail = text;
	} else if (text != NULL) {
		free(event->text);
		event->text = text;
		event->length = field->kind == FIELD_RAW ? length : strlen(text);
	}
}

/* What is no number. */
static void
read_other(struct json_reader *reader, const struct event_field *field, struct event *event)
{
	char *place = (char *)event + field->offset;
	struct report_endpoint endpoint;
	switch ((int)field->kind) {
	case FIELD_CHARS:
		json_read_into(reader, field->key, place, field->size);
		break;
	case FIELD_ENDPOINT:
	case FIELD_ROW_ENDPOINT:
		endpoint = json_read_endpoint(reader, field->key,
		    field->kind == FIELD_ENDPOINT ? 4 : event->socket.row.tcp.family);
		memcpy(place, &endpoint, sizeof endpoint);
		break;
	case FIELD_PORT:
		endpoint.port = (uint16_t)json_read_integer(reader, field->key, 0, field->high);
		memcpy(place + offsetof(struct report_endpoint, port), &endpoint.port,
		    sizeof endpoint.port);
		break;
	case FIELD_END:
		event->process.end.known = read_status(reader, &event->process.end.status);
		break;
	case FIELD_SCHEMA:
		(void)json_read_integer(reader, field->key, SCHEMA, SCHEMA);
		break;
	default:
		read_text(reader, field, event);
		break;
	}
}

/* Reads one field; what may be missing and is stays none. */
static void
read_field(struct json_reader *reader, const struct event_field *field, struct event *event)
{
	if (field->key == NULL || !event_field_applies(field, event))
		return;
	if (field->kind == FIELD_STATUS)
		read_status(reader, &event->call.status);
	else if (field->kind == FIELD_END || field->presence == FIELD_NEEDED ||
	    json_reader_has(reader, field->key)) {
		if (field->kind <= FIELD_STATUS)
			event_field_set(field, event, read_number(reader, field, event));
		else
			read_other(reader, field, event);
	} else if (field->none != 0) {
		event_field_set(field, event, field->none);
	}
}

/* All fields. */
void
json_read_fields(struct json_reader *reader, struct event *event)
{
	size_t count;
	const struct event_field *fields = event_fields(event->type, &count);
	for (size_t i = 0; i < count; i++)
		read_field(reader, &fields[i], event);
}

/* All fields of its row. */
void
json_read_row(struct json_reader *reader, struct event *event)
{
	size_t count;
	const struct event_field *fields = event_fields(event->type, &count);
	for (size_t i = 0; i < count; i++)
		if (!is_of_event(&fields[i]))
			read_field(reader, &fields[i], event);
}
