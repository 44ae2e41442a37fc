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

/* A number; nothing for 0; null for 0. */
void json_put_integer(struct json_writer *writer, const char *key, int64_t number);
void json_put_known(struct json_writer *writer, const char *key, int64_t number);
void json_put_or_null(struct json_writer *writer, const char *key, int64_t number);

/* ns as seconds. */
void json_put_seconds(struct json_writer *writer, const char *key, int64_t ns);

void json_put_boolean(struct json_writer *writer, const char *key, bool value);

/* A word of our own: ASCII. */
void json_put_word(struct json_writer *writer, const char *key, const char *word);

/* Bytes, a text (NULL: "") that came from anywhere; the lines of one, as an array. */
void json_put_bytes(struct json_writer *writer, const char *key, const char *bytes,
    size_t length);
void json_put_text(struct json_writer *writer, const char *key, const char *text);
void json_put_lines(struct json_writer *writer, const char *key, const char *text);

/* An address and port, or nothing for none. */
void json_put_endpoint(struct json_writer *writer, const char *key,
    const struct report_endpoint *endpoint);

/* Sets an array, to which rows are appended; it is the writer's.  NULL: the writer has
 * failed.  A row is taken, and makes its line fail when it has failed. */
json_t *json_put_rows(struct json_writer *writer, const char *key);
void json_append_row(struct json_writer *writer, json_t *rows, struct json_writer *row);

#endif
