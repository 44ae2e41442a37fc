/* escape.h: bytes made visible: the one road by which foreign text reaches a
 * terminal, a file or a log.
 *
 * What a peer sent can hold escape sequences, carriage returns, invalid UTF-8
 * and characters that reorder their neighbours (U+202E).  Here each becomes
 * plain text: a C0 control byte and DEL are written ^[ ^M ^?, a byte that is no
 * UTF-8 and the C1 controls are written \xNN (each byte), bidirectional controls,
 * invisible characters and numbers that are no characters (the table in escape.c) are
 * written <U+202E>.  A backslash stays as it is. */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* The visible text of length bytes: malloc'ed, valid UTF-8, one line; NULL with
 * errno ENOMEM. */
char *escape_text(const char *bytes, size_t length);

/* The same into a buffer of size bytes, cut at a whole character when it does
 * not fit.  Returns the length written, without the closing NUL. */
size_t escape_into(char *text, size_t size, const char *bytes, size_t length);

/* The bytes as UTF-8 for JSON: control characters stay (JSON has its own escape
 * for them), a byte that is no UTF-8 becomes the text \xNN.  malloc'ed. */
char *escape_utf8(const char *bytes, size_t length);

/* JSON whose strings hold DEL, C1 controls or characters that hide or reorder others
 * as \u007F, which means the same and harms no terminal.  Takes json, malloc'ed, and
 * returns it, or another in its place; NULL with errno ENOMEM. */
char *escape_json(char *json);

/* Decodes the UTF-8 character at bytes (length > 0 bytes are there): its length
 * in bytes, 1 to 4, and its number in *character; 0 when it is no valid UTF-8
 * (overlong forms, surrogates and numbers above U+10FFFF are not). */
size_t utf8_decode(const char *bytes, size_t length, unsigned *character);

/* How many columns the text takes on a terminal: wide characters two, combining
 * and invisible ones none, all others (also what escape_text() would have made
 * visible) one, whatever the locale. */
size_t utf8_width(const char *text);

/* How many bytes of text fit in columns, at a whole character with its combining
 * ones. */
size_t utf8_fit(const char *text, size_t columns);

/* Is the character hidden, no character at all, or does it reorder its neighbours? */
bool unicode_is_deceptive(unsigned character);

#endif
