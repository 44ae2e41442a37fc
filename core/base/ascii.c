#include "ascii.h"

#include "escape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the environment calls its characters; "" when it says nothing. */
static const char *
locale_name(void)
{
	static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
		const char *name = getenv(variables[i]);
		if (name != NULL && *name != '\0')
			return name;
	}
	return "";
}

bool
locale_is_utf8(void)
{
	const char *name = locale_name();
	return strcasestr(name, "utf-8") != NULL || strcasestr(name, "utf8") != NULL;
}

const char *
ascii_for(unsigned character)
{
	static const struct { unsigned character; const char *ascii; } table[] = {
		{0x2192, "->"}, {0x2190, "<-"}, {0x2194, "<->"}, {0x2026, "~"},
		{0x2013, "-"}, {0x2014, "-"}, {0xb7, "-"}, {0xd7, "x"},
		{0x2018, "'"}, {0x2019, "'"}, {0x201c, "\""}, {0x201d, "\""},
		{0x2500, "-"}, {0x2502, "|"}, {0x2550, "="}, {0x2551, "#"},
		{0x25ba, ">"}, {0x25c4, "<"}, {0x25b2, "^"}, {0x25bc, "v"},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].character == character)
			return table[i].ascii;
	if (character > 0x2500 && character < 0x2550)
		return "+"; /* corners and crossings: light, double */
	return character > 0x2551 && character < 0x256d ? "#" : NULL;
}

/* Writes the character at text in ASCII; how many bytes it took. */
static size_t
write_one(FILE *out, const char *text)
{
	unsigned character = 0;
	size_t length = utf8_decode(text, strlen(text), &character);
	const char *ascii = length > 1 ? ascii_for(character) : NULL;
	if (length == 0)
		fprintf(out, "\\x%02X", (unsigned char)*text);
	else if (length == 1)
		fputc(*text, out);
	else if (ascii != NULL)
		fputs(ascii, out);
	else
		fprintf(out, "<U+%04X>", character);
	return length > 0 ? length : 1;
}

char *
ascii_text(const char *text)
{
	char *ascii = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&ascii, &size);
	if (out == NULL)
		return NULL;
	while (*text != '\0')
		text += write_one(out, text);
	bool failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed) {
		free(ascii);
		return NULL;
	}
	return ascii;
}
