/* escape.c: bytes made visible.
 *
 * UTF-8 is decoded by hand, by the table of RFC 3629, section 4: what is text and
 * what is not must not depend on the locale in which the console runs.  For the
 * same reason wcwidth(3), by which ncurses places characters, is asked in a locale of
 * our own: in the C locale it knows nothing. */
#include "escape.h"

#include <errno.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum {
	FIRST_COMBINING = 0x300, /* all before it take one column, or are escaped */
	UNIT_ROOM = 24, /* the longest visible form: \xNN four times */
	GROWTH = 4      /* no form is longer than four times its bytes */
};

struct character_range {
	unsigned first, last;
};

/* Characters that reorder their neighbours or cannot be seen: Unicode's format
 * characters, Hangul's fillers, what joins graphemes, and the selectors of variants,
 * which some terminals take for a second column; and numbers that are no characters
 * (the last two of each plane apart). */
static const struct character_range deceptive[] = {
	{0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c}, {0x115f, 0x1160},
	{0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e},
	{0x2060, 0x206f}, {0x3164, 0x3164}, {0xfdd0, 0xfdef}, {0xfe00, 0xfe0f},
	{0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3},
	{0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

/* Does the character stand in the table of count ranges? */
static bool
range_contains(const struct character_range *ranges, size_t count,
    unsigned character)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (character < ranges[middle].first)
			high = middle;
		else if (character > ranges[middle].last)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

bool
unicode_is_deceptive(unsigned character)
{
	return (character & 0xfffe) == 0xfffe || range_contains(deceptive,
	    sizeof deceptive / sizeof deceptive[0], character);
}

/* The locale in which wcwidth(3) knows all characters; 0: there is no memory. */
static locale_t
utf8_locale(void)
{
	static locale_t made;
	if (made == (locale_t)0)
		made = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return made;
}

/* How many columns a character takes; one, when it is not known. */
static size_t
character_width(unsigned character)
{
	int width = character < FIRST_COMBINING ? 1 : wcwidth((wchar_t)character);
	return width < 0 ? 1 : (size_t)width;
}

/* The length that a first byte announces, and its bits; 0 for no first byte. */
static size_t
lead_length(unsigned char lead, unsigned *bits)
{
	if (lead < 0x80) {
		*bits = lead;
		return 1;
	}
	if (lead >= 0xc2 && lead <= 0xdf) { /* c0 and c1 are overlong */
		*bits = lead & 0x1f;
		return 2;
	}
	if (lead >= 0xe0 && lead <= 0xef) {
		*bits = lead & 0x0f;
		return 3;
	}
	if (lead >= 0xf0 && lead <= 0xf4) { /* f5 is above U+10FFFF */
		*bits = lead & 0x07;
		return 4;
	}
	return 0;
}

size_t
utf8_decode(const char *bytes, size_t length, unsigned *character)
{
	static const unsigned smallest[] = {[1] = 0, [2] = 0x80, [3] = 0x800,
	    [4] = 0x10000};
	unsigned value = 0;
	size_t size = length == 0 ? 0 : lead_length((unsigned char)bytes[0], &value);

	if (size == 0 || size > length)
		return 0;
	for (size_t i = 1; i < size; i++) {
		unsigned char next = (unsigned char)bytes[i];
		if ((next & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (next & 0x3f);
	}
	if (value < smallest[size] || value > 0x10ffff)
		return 0;
	if (value >= 0xd800 && value <= 0xdfff)
		return 0;
	*character = value;
	return size;
}

/* Writes count bytes as \xNN.  Returns the length. */
static size_t
write_hexadecimal(char *unit, const char *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	size_t length = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned char byte = (unsigned char)bytes[i];
		unit[length++] = '\\';
		unit[length++] = 'x';
		unit[length++] = digits[byte >> 4];
		unit[length++] = digits[byte & 0x0f];
	}
	return length;
}

/* Writes the visible form of the character at bytes to unit (UNIT_ROOM bytes).
 * Returns its length, and in *used how many bytes it stands for. */
static size_t
write_visible(char *unit, const char *bytes, size_t length, size_t *used)
{
	unsigned character;
	size_t size = utf8_decode(bytes, length, &character);

	*used = size == 0 ? 1 : size;
	if (size == 0)
		return write_hexadecimal(unit, bytes, 1);
	if (character < 0x20 || character == 0x7f) {
		unit[0] = '^';
		unit[1] = (char)(character ^ 0x40);
		return 2;
	}
	if (character >= 0x80 && character < 0xa0)
		return write_hexadecimal(unit, bytes, size);
	if (unicode_is_deceptive(character))
		return (size_t)snprintf(unit, UNIT_ROOM, "<U+%04X>", character);
	memcpy(unit, bytes, size);
	return size;
}

size_t
escape_into(char *text, size_t size, const char *bytes, size_t length)
{
	size_t written = 0, at = 0;
	char unit[UNIT_ROOM];

	if (size == 0)
		return 0;
	while (at < length) {
		size_t used;
		size_t count = write_visible(unit, bytes + at, length - at, &used);
		if (count >= size - written)
			break;
		memcpy(text + written, unit, count);
		written += count;
		at += used;
	}
	text[written] = '\0';
	return written;
}

/* Room for any form of length bytes. */
static char *
allocate_room(size_t length, size_t *room)
{
	if (length > (SIZE_MAX - 1) / GROWTH) {
		errno = ENOMEM;
		return NULL;
	}
	*room = length * GROWTH + 1;
	return malloc(*room);
}

/* Gives back the room that was not needed. */
static char *
shrink_room(char *text, size_t written)
{
	char *shrunk = realloc(text, written + 1);

	return shrunk == NULL ? text : shrunk;
}

char *
escape_text(const char *bytes, size_t length)
{
	size_t room;
	char *text = allocate_room(length, &room);

	if (text == NULL)
		return NULL;
	return shrink_room(text, escape_into(text, room, bytes, length));
}

char *
escape_utf8(const char *bytes, size_t length)
{
	size_t room, written = 0, at = 0;
	char *text = allocate_room(length, &room);

	if (text == NULL)
		return NULL;
	while (at < length) {
		unsigned character;
		size_t size = utf8_decode(bytes + at, length - at, &character);
		if (size == 0 || character == 0) {
			written += write_hexadecimal(text + written, bytes + at, 1);
			size = 1;
		} else {
			memcpy(text + written, bytes + at, size);
			written += size;
		}
		at += size;
	}
	text[written] = '\0';
	return shrink_room(text, written);
}

/* Must the character be written as \u in JSON?  JSON's own rule knows C0 alone. */
static bool
is_harmful(unsigned character)
{
	return (character >= 0x7f && character < 0xa0) ||
	    unicode_is_deceptive(character);
}

/* Writes \uNNNN, twice for a character beyond U+FFFF.  Returns the length. */
static size_t
write_json_escape(char *text, unsigned character)
{
	if (character < 0x10000)
		return (size_t)sprintf(text, "\\u%04X", character);
	character -= 0x10000;
	return (size_t)sprintf(text, "\\u%04X\\u%04X", 0xd800 | character >> 10,
	    0xdc00 | (character & 0x3ff));
}

/* How many bytes json is long when its harmful characters are written as \u. */
static size_t
json_room(const char *json, size_t length)
{
	size_t room = length + 1;

	for (size_t at = 0, size; at < length; at += size == 0 ? 1 : size) {
		unsigned character;
		size = utf8_decode(json + at, length - at, &character);
		if (size > 0 && is_harmful(character))
			room += character < 0x10000 ? 6 : 12;
	}
	return room;
}

char *
escape_json(char *json)
{
	size_t length = strlen(json), room = json_room(json, length), written = 0;
	char *text;

	if (room == length + 1)
		return json;
	text = malloc(room);
	for (size_t at = 0, size; text != NULL && at < length; at += size) {
		unsigned character;
		size = utf8_decode(json + at, length - at, &character);
		if (size > 0 && is_harmful(character)) {
			written += write_json_escape(text + written, character);
			continue;
		}
		size = size == 0 ? 1 : size;
		memcpy(text + written, json + at, size);
		written += size;
	}
	if (text != NULL)
		text[written] = '\0';
	free(json);
	return text;
}

/* Walks over the characters that fit in columns; a byte that is no UTF-8 and a
 * control character take one column.  Returns how many bytes they are, and in
 * *taken how many columns. */
static size_t
walk_columns(const char *text, size_t columns, size_t *taken)
{
	size_t length = strlen(text), at = 0;
	locale_t ours = utf8_locale(), before = ours != (locale_t)0 ? uselocale(ours) : ours;

	*taken = 0;
	while (at < length) {
		unsigned character;
		size_t size = utf8_decode(text + at, length - at, &character);
		size_t width = size == 0 ? 1 : character_width(character);
		if (width > columns - *taken)
			break;
		*taken += width;
		at += size == 0 ? 1 : size;
	}
	if (ours != (locale_t)0)
		uselocale(before);
	return at;
}

size_t
utf8_width(const char *text)
{
	size_t taken;

	walk_columns(text, SIZE_MAX, &taken);
	return taken;
}

size_t
utf8_fit(const char *text, size_t columns)
{
	size_t taken;

	return walk_columns(text, columns, &taken);
}
