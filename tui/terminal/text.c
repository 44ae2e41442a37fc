#include "text.h"

#include "escape.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Appends a line that is already malloc'ed. */
static void
text_take(struct text *text, unsigned style, char *line)
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
	text->lines[text->count++] = (struct text_line){line, style};
}

void
text_add(struct text *text, unsigned style, const char *format, ...)
{
	va_list arguments;
	char *line = NULL;
	va_start(arguments, format);
	if (vasprintf(&line, format, arguments) >= 0)
		text_take(text, style, line);
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

void
text_wrap(struct text *text, unsigned style, const char *words, int columns,
    int indent)
{
	bool first = true;
	while (*words != '\0') {
		int blanks = first ? 0 : indent;
		int width = columns - blanks > 1 ? columns - blanks : 1;
		size_t length = line_length(words, (size_t)width);
		text_add(text, style, "%*s%.*s", blanks, "", (int)length, words);
		words += length;
		words += strspn(words, " ");
		first = false;
	}
}

/* Cuts the string between two of its words; its last character gives its place to
 * the ellipsis, of three bytes, when it is a single word. */
void
text_shorten(char *string, int columns)
{
	static const char ellipsis[] = "…";
	if (columns < 1 || utf8_width(string) <= (size_t)columns)
		return;
	size_t room = strlen(string), whole = utf8_fit(string, (size_t)columns - 1);
	size_t cut = whole;
	while (cut > 0 && string[cut] != ' ')
		cut--;
	while (cut > 0 && (string[cut - 1] == ' ' || string[cut - 1] == ';'))
		cut--;
	if (cut == 0)
		cut = whole;
	if (cut + sizeof ellipsis <= room + 1)
		strcpy(string + cut, ellipsis);
	else
		string[cut] = '\0';
}

void
text_cut(struct text *text, size_t count)
{
	while (text->count > count)
		free(text->lines[--text->count].text);
}

void
text_clear(struct text *text)
{
	text_cut(text, 0);
}

void
text_release(struct text *text)
{
	text_clear(text);
	free(text->lines);
	*text = (struct text){0};
}
