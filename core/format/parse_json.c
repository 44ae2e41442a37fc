/* Events out of JSON Lines.
 *
 * A recording comes from anywhere, so nothing in it is believed: each key that
 * the fold needs has to be there, of its kind and in its range, or the line is
 * refused as a whole.  Keys that are not known are passed over, so that a later
 * program can add some.  Times are bounded to a century from the start, and
 * numbers of connections to a million.
 *
 * The fields of an event are read by their table (json_fields.c); here stand those that
 * are rows of something else. */
#include "parse_json.h"

#include "json_fields.h"
#include "memory_stream.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The type of this name. */
static enum event_type
take_type(struct json_reader *reader)
{
	const char *word = json_read_string(reader, "type");
	for (int i = 0; i < EVENT_TYPES; i++)
		if (strcmp(event_type_name((enum event_type)i), word) == 0)
			return (enum event_type)i;
	reader->bad = true;
	return EVENT_START;
}

/* The role of this name. */
static enum report_role
take_role(struct json_reader *reader)
{
	const char *word = json_read_string(reader, "role");
	for (int i = ROLE_CLIENT; i <= ROLE_OTHER; i++)
		if (strcmp(event_role_name((enum report_role)i), word) == 0)
			return (enum report_role)i;
	reader->bad = true;
	return ROLE_CLIENT;
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
		struct event socket = {.type = EVENT_SOCKET};
		json_read_row(&row, &socket);
		event->all.rows[i] = socket.socket.row;
		reader->bad |= row.bad;
	}
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
		int number = name != NULL ? json_signal_number(name) : -1;
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
		to->pid = (pid_t)json_read_integer(&row, "pid", 0, INT_MAX);
		to->role = take_role(&row);
		to->signals.ignored = take_signals(&signals, "ignored");
		to->signals.caught = take_signals(&signals, "caught");
		to->signals.blocked = take_signals(&signals, "blocked");
		to->signals.pending = take_signals(&signals, "pending");
		to->signals.shared_pending = take_signals(&signals, "shared_pending");
		reader->bad |= row.bad || signals.bad;
	}
}

/* What shows the connections: as a picture, when it has the name of one. */
static void
take_connections(struct json_reader *reader, struct event *event)
{
	if (!json_reader_has(reader, "show"))
		return;
	const char *name = json_read_string(reader, "show");
	if (event_set_text(event, name, strlen(name)) < 0)
		reader->bad = true;
}

/* What shows the moment brings nothing but its time. */
static void
take_nothing(struct json_reader *reader, struct event *event)
{
	(void)reader;
	(void)event;
}

/* The types that are rows; the others are fields. */
static void (*const tables[EVENT_TYPES])(struct json_reader *reader,
    struct event *event) = {
	[EVENT_ERRNO] = take_nothing,
	[EVENT_CONNECTIONS] = take_connections,
	[EVENT_SETTINGS] = take_settings,
	[EVENT_DISPOSITIONS] = take_dispositions,
	[EVENT_ALL] = take_all,
};

/* Reads the event of an object. */
static int
take_event(struct json_reader *reader, struct event *event)
{
	memset(event, 0, sizeof *event);
	event->time = json_read_seconds(reader, "t");
	event->type = take_type(reader);
	errno = 0;
	if (!reader->bad && tables[event->type] != NULL)
		tables[event->type](reader, event);
	else if (!reader->bad)
		json_read_fields(reader, event);
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
