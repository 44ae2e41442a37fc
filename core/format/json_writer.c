/* One JSON object that is being written.
 *
 * Keys stand in the order in which they are set (jansson keeps it).  Times are seconds,
 * rounded to microseconds: fifteen digits print each exactly as it was rounded.
 * Foreign text passes escape_utf8(), so jansson never finds any that it cannot
 * write; when a key cannot be set, memory is short, and no line comes out. */
#include "json_writer.h"

#include "endpoint.h"
#include "escape.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 15 };

struct json_writer
json_writer_begin(void)
{
	struct json_writer writer = {.object = json_object()};
	writer.failed = writer.object == NULL;
	return writer;
}

void
json_put(struct json_writer *writer, const char *key, json_t *value)
{
	if (value == NULL || json_object_set_new(writer->object, key, value) < 0)
		writer->failed = true;
}

void
json_put_integer(struct json_writer *writer, const char *key, int64_t number)
{
	json_put(writer, key, json_integer(number));
}

void
json_put_word(struct json_writer *writer, const char *key, const char *word)
{
	json_put(writer, key, json_string(word));
}

json_t *
json_seconds(int64_t ns)
{
	return json_real(round((double)ns / 1e3) / 1e6);
}

json_t *
json_text(const char *bytes, size_t length)
{
	char *text = escape_utf8(bytes, length);
	json_t *value = text != NULL ? json_string(text) : NULL;
	free(text);
	return value;
}

json_t *
json_endpoint(struct report_endpoint endpoint)
{
	char text[ENDPOINT_TEXT];
	return json_string(endpoint_text(&endpoint, text));
}

json_t *
json_lines(const char *text)
{
	json_t *lines = json_array();
	while (lines != NULL && *text != '\0') {
		size_t length = strcspn(text, "\n");
		if (json_array_append_new(lines, json_text(text, length)) < 0) {
			json_decref(lines);
			return NULL;
		}
		text += length + (text[length] == '\n');
	}
	return lines;
}

json_t *
json_put_rows(struct json_writer *writer, const char *key)
{
	json_t *rows = json_array();
	json_put(writer, key, rows);
	return writer->failed ? NULL : rows;
}

void
json_append_row(struct json_writer *writer, json_t *rows, struct json_writer *row)
{
	writer->failed |= row->failed;
	if (json_array_append_new(rows, row->object) < 0)
		writer->failed = true;
}

char *
json_writer_end(struct json_writer *writer)
{
	char *line = NULL;
	if (!writer->failed)
		line = json_dumps(writer->object, JSON_REAL_PRECISION(DIGITS));
	json_decref(writer->object);
	if (line != NULL)
		line = escape_json(line);
	if (line == NULL)
		errno = ENOMEM;
	return line;
}
