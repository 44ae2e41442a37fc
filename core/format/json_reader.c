/* One JSON object, from the scanner or from the library.
 *
 * A recording of a million lines opens at once because nearly all of them are scanned
 * (json_line.h) and no tree is made of them; the library reads the others.  Both are
 * read by the same calls: json_find() gives a value of the library as the scanner would
 * have. */
#include "json_reader.h"

#include "endpoint.h"
#include "memory_stream.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS_MAX 4e9

/* A number of seconds in millionths; false: it is no time of a session. */
static bool
to_millionths(double seconds, int64_t *number)
{
	if (!(fabs(seconds) <= SECONDS_MAX))
		return false;
	*number = llround(seconds * 1e6);
	return true;
}

/* A value of the library as the scanner's member; false: no member has its kind. */
static bool
to_member(const json_t *value, struct json_member *member)
{
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
		return json_is_real(value) &&
		    to_millionths(json_real_value(value), &member->number);
	}
	return true;
}

/* The value of the key as the scanner would give it; false for none: null counts as
 * none.  A real that is no time, or a tree, is bad. */
static bool
find(struct json_reader *reader, const char *key, struct json_member *member)
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
	reader->bad |= !to_member(value, member);
	return true;
}

bool
json_reader_has(struct json_reader *reader, const char *key)
{
	struct json_member member;
	bool bad = reader->bad;
	bool found = find(reader, key, &member);
	reader->bad = bad;
	return found;
}

const json_t *
json_read_tree(const struct json_reader *reader, const char *key)
{
	return reader->line == NULL ? json_object_get(reader->object, key) : NULL;
}

int64_t
json_read_integer(struct json_reader *reader, const char *key, int64_t low, int64_t high)
{
	struct json_member member;
	if (!find(reader, key, &member) || member.kind != JSON_LINE_INTEGER ||
	    member.number < low || member.number > high) {
		reader->bad = true;
		return low;
	}
	return member.number;
}

int64_t
json_read_seconds(struct json_reader *reader, const char *key)
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

bool
json_read_boolean(struct json_reader *reader, const char *key)
{
	struct json_member member;
	bool found = find(reader, key, &member);
	reader->bad |= !found || (member.kind != JSON_LINE_TRUE &&
	    member.kind != JSON_LINE_FALSE);
	return found && member.kind == JSON_LINE_TRUE;
}

const char *
json_read_string(struct json_reader *reader, const char *key)
{
	struct json_member member;
	if (find(reader, key, &member) && member.kind == JSON_LINE_STRING)
		return member.text;
	reader->bad = true;
	return "";
}

void
json_read_into(struct json_reader *reader, const char *key, char *text, size_t size)
{
	snprintf(text, size, "%s", json_read_string(reader, key));
}

struct report_endpoint
json_read_endpoint(struct json_reader *reader, const char *key, int family)
{
	struct report_endpoint endpoint = {0};
	if (json_reader_has(reader, key) &&
	    endpoint_parse(&endpoint, json_read_string(reader, key), family) < 0)
		reader->bad = true;
	return endpoint;
}

/* The value of a hexadecimal digit; -1 for anything else. */
static int
digit_value(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = digit != '\0' ? strchr(digits, digit) : NULL;
	return at != NULL ? (int)(at - digits) : -1;
}

char *
json_read_hex(struct json_reader *reader, const char *key, size_t *length)
{
	const char *hex = json_read_string(reader, key);
	*length = strlen(hex) / 2;
	char *bytes = malloc(*length + 1);
	reader->bad |= bytes == NULL || strlen(hex) % 2 != 0;
	if (bytes != NULL)
		bytes[*length] = '\0';
	for (size_t i = 0; !reader->bad && i < *length; i++) {
		int high = digit_value(hex[2 * i]), low = digit_value(hex[2 * i + 1]);
		reader->bad |= high < 0 || low < 0;
		if (!reader->bad)
			bytes[i] = (char)(high << 4 | low);
	}
	if (!reader->bad)
		return bytes;
	free(bytes);
	return NULL;
}

char *
json_read_lines(struct json_reader *reader, const char *key)
{
	const json_t *lines = json_read_tree(reader, key);
	char *text = NULL;
	size_t size = 0;
	reader->bad |= !json_is_array(lines);
	FILE *out = open_memstream(&text, &size);
	if (out == NULL) {
		reader->bad = true;
		return NULL;
	}
	for (size_t i = 0; i < json_array_size(lines); i++) {
		const char *line = json_string_value(json_array_get(lines, i));
		reader->bad |= line == NULL || strchr(line, '\n') != NULL;
		fprintf(out, "%s%s", i > 0 ? "\n" : "", line != NULL ? line : "");
	}
	reader->bad |= !memory_stream_close(out, &text);
	if (!reader->bad)
		return text;
	free(text);
	return NULL;
}
