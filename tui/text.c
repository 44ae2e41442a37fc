#include "text.h"

#include "escape.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Appends a line that is already malloc'ed. */
static void
text_take(struct text *text, unsigned look, char *line)
{
	if (text->count == text->room) {
		size_t wanted = text->room == 0 ? 16 : text->room * 2;
		struct text_line *larger =
		    realloc(text->lines, wanted * sizeof *larger);
		if (larger == NULL) {
			free(line);
			return;
		}
		text->lines = larger;
		text->room = wanted;
	}
	text->lines[text->count++] = (struct text_line){line, look};
}

/* Appends a line. */
void
text_add(struct text *text, unsigned look, const char *format, ...)
{
	va_list arguments;
	char *line = NULL;
	va_start(arguments, format);
	if (vasprintf(&line, format, arguments) >= 0)
		text_take(text, look, line);
	va_end(arguments);
}

/* How many bytes of words make the next line of so many columns. */
static size_t
line_length(const char *words, size_t columns)
{
	size_t fit = utf8_fit(words, columns);
	if (words[fit] == '\0' || words[fit] == ' ')
		return fit;
	for (size_t i = fit; i > 0; i--)
		if (words[i - 1] == ' ')
			return i - 1;
	return fit > 0 ? fit : strlen(words);
}

/* Appends words, broken into lines. */
void
text_wrap(struct text *text, unsigned look, const char *words, int columns,
    int indent)
{
	bool first = true;
	while (*words != '\0') {
		int blanks = first ? 0 : indent;
		int width = columns - blanks > 1 ? columns - blanks : 1;
		size_t length = line_length(words, (size_t)width);
		text_add(text, look, "%*s%.*s", blanks, "", (int)length, words);
		words += length;
		words += strspn(words, " ");
		first = false;
	}
}

/* Forgets the lines. */
void
text_clear(struct text *text)
{
	for (size_t i = 0; i < text->count; i++)
		free(text->lines[i].text);
	text->count = 0;
}

/* Forgets them and frees everything. */
void
text_release(struct text *text)
{
	text_clear(text);
	free(text->lines);
	*text = (struct text){0};
}
