/* json_line.h: the lines that we write ourselves, taken apart without a tree.
 *
 * A recording has a million lines, and nearly all of them are one flat object of
 * words, numbers and plain ASCII strings: those are scanned in place.  Everything
 * else (nesting, escapes, other characters, exponents, a key that comes twice) is
 * left to the JSON library. */
#ifndef JSON_LINE_H
#define JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_kind { JSON_LINE_STRING, JSON_LINE_INTEGER, JSON_LINE_REAL, JSON_LINE_TRUE,
	JSON_LINE_FALSE, JSON_LINE_NULL };

struct json_member {
	const char *key;      /* ended by a NUL, as text */
	const char *text;     /* string */
	int64_t number;       /* integer; a real in millionths */
	enum json_kind kind;
};

enum { JSON_LINE_MEMBERS = 48, JSON_LINE_MOST = 2000 };

struct json_line {
	struct json_member members[JSON_LINE_MEMBERS];
	size_t count;
	size_t next;          /* where the next search begins: mostly it is there */
	char bytes[JSON_LINE_MOST + 1];
};

/* Scans a line; false: it is not of the simple kind, or wrong. */
bool json_line_scan(struct json_line *line, const char *text);

/* The member of this key; NULL: there is none. */
const struct json_member *json_line_find(struct json_line *line, const char *key);

#endif
