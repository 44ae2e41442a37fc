/* text.h: a list of lines that grows, and words wrapped into columns. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

struct text_line {
	char *text;
	unsigned style;
};

struct text {
	struct text_line *lines;
	size_t count, room;
};

/* Appends a line; what does not fit into memory is left out. */
void text_add(struct text *text, unsigned style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Appends words, broken between words into lines of so many columns, the second
 * and later ones behind indent blanks. */
void text_wrap(struct text *text, unsigned style, const char *words, int columns,
    int indent);

/* Cuts the string between two of its words, so that it fits with an ellipsis into so
 * many columns; one that fits stays as it is. */
void text_shorten(char *string, int columns);

/* Forgets the lines behind the first count ones; all of them. */
void text_cut(struct text *text, size_t count);
void text_clear(struct text *text);

/* Forgets them and frees everything. */
void text_release(struct text *text);

#endif
