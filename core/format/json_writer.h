/* json_writer.h: one JSON object, key after key.
 *
 * A key that cannot be set (there is no memory) makes the writer fail, and its line
 * with it: whoever has set all keys looks at that once, at the end.  Texts are copied. */
#ifndef JSON_WRITER_H
#define JSON_WRITER_H

#include "report.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_writer {
	json_t *object;  /* ours until json_writer_end() or json_append_row() */
	bool failed;
};

/* Begins an object; ends it, as a line without its newline, valid UTF-8: malloc'ed,
 * NULL with errno ENOMEM. */
struct json_writer json_writer_begin(void);
char *json_writer_end(struct json_writer *writer);

/* Sets the key; value is taken, NULL for one that could not be made. */
void json_put(struct json_writer *writer, const char *key, json_t *value);

/* A number; a word of our own: ASCII. */
void json_put_integer(struct json_writer *writer, const char *key, int64_t number);
void json_put_word(struct json_writer *writer, const char *key, const char *word);

/* Values, which are the caller's; NULL: there is no memory.  ns as seconds; bytes that
 * came from anywhere, as a text; the lines of one, as an array; an address and port. */
json_t *json_seconds(int64_t ns);
json_t *json_text(const char *bytes, size_t length);
json_t *json_lines(const char *text);
json_t *json_endpoint(struct report_endpoint endpoint);

/* Sets an array, to which rows are appended; it is the writer's.  NULL: the writer has
 * failed.  A row is taken, and makes its line fail when it has failed. */
json_t *json_put_rows(struct json_writer *writer, const char *key);
void json_append_row(struct json_writer *writer, json_t *rows, struct json_writer *row);

#endif
