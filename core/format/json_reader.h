/* json_reader.h: the keys of one JSON object, each of its kind and in its range.
 *
 * What is asked for and is not there, or is not so, makes the reader bad: whoever has
 * read all that he wants looks at that once.  So no call of these has to be looked at,
 * and what a bad one gives is harmless (the lowest number, "", NULL).
 *
 * A reader owns nothing: the line or the object outlives it, and texts live as long as
 * those do. */
#ifndef JSON_READER_H
#define JSON_READER_H

#include "json_line.h"
#include "report.h"

#include <jansson.h>
#include <sys/types.h>

/* An object that is being read: the scanner's, or the library's. */
struct json_reader {
	struct json_line *line;  /* NULL: object */
	const json_t *object;
	bool bad;
};

/* Is the key there?  null counts as not there. */
bool json_reader_has(struct json_reader *reader, const char *key);

/* An array or object, which only the library reads; NULL for none. */
const json_t *json_read_tree(const struct json_reader *reader, const char *key);

/* A whole number from low to high, which has to be there. */
int64_t json_read_integer(struct json_reader *reader, const char *key, int64_t low,
    int64_t high);

/* Seconds, at most a century either way, as ns. */
int64_t json_read_seconds(struct json_reader *reader, const char *key);

/* true or false, which has to be there. */
bool json_read_boolean(struct json_reader *reader, const char *key);

/* A text, which has to be there; copied into size bytes, cut where it does not fit. */
const char *json_read_string(struct json_reader *reader, const char *key);
void json_read_into(struct json_reader *reader, const char *key, char *text, size_t size);

/* An address and port of this family where the text does not say one; none when there
 * is none. */
struct report_endpoint json_read_endpoint(struct json_reader *reader, const char *key,
    int family);

/* Bytes out of their digits in hex, *length of them, and a NUL behind; the lines of an
 * array, joined by newlines.  Both are malloc'ed; NULL when bad. */
char *json_read_hex(struct json_reader *reader, const char *key, size_t *length);
char *json_read_lines(struct json_reader *reader, const char *key);

#endif
