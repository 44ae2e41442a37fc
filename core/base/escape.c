/* escape.c: bytes made visible.
 *
 * UTF-8 is decoded by hand, by the table of RFC 3629, section 4: what is text and
 * what is not must not depend on the locale in which the console runs.  For the
 * same reason the widths come from a table here and not from wcwidth(3), which
 * knows nothing in the C locale: characters of East Asian width W and F take two
 * columns, combining ones (Mn, Me, Hangul's vowels and finals) and invisible ones
 * none, by Unicode 14.  Combining marks of ancient scripts beyond U+FFFF are left
 * out: they count one. */
#include "escape.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
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

/* Characters that take no column.  Unassigned ones between are included. */
static const struct character_range narrow[] = {
	{0x300, 0x36f}, {0x483, 0x489}, {0x591, 0x5bd}, {0x5bf, 0x5bf}, {0x5c1, 0x5c2},
	{0x5c4, 0x5c5}, {0x5c7, 0x5c7}, {0x610, 0x61a}, {0x61c, 0x61c}, {0x64b, 0x65f},
	{0x670, 0x670}, {0x6d6, 0x6dc}, {0x6df, 0x6e4}, {0x6e7, 0x6e8}, {0x6ea, 0x6ed},
	{0x711, 0x711}, {0x730, 0x74a}, {0x7a6, 0x7b0}, {0x7eb, 0x7f3}, {0x7fd, 0x7fd},
	{0x816, 0x819}, {0x81b, 0x823}, {0x825, 0x827}, {0x829, 0x82d}, {0x859, 0x85b},
	{0x898, 0x89f}, {0x8ca, 0x8e1}, {0x8e3, 0x902}, {0x93a, 0x93a}, {0x93c, 0x93c},
	{0x941, 0x948}, {0x94d, 0x94d}, {0x951, 0x957}, {0x962, 0x963}, {0x981, 0x981},
	{0x9bc, 0x9bc}, {0x9c1, 0x9c4}, {0x9cd, 0x9cd}, {0x9e2, 0x9e3}, {0x9fe, 0xa02},
	{0xa3c, 0xa3c}, {0xa41, 0xa51}, {0xa70, 0xa71}, {0xa75, 0xa75}, {0xa81, 0xa82},
	{0xabc, 0xabc}, {0xac1, 0xac8}, {0xacd, 0xacd}, {0xae2, 0xae3}, {0xafa, 0xb01},
	{0xb3c, 0xb3c}, {0xb3f, 0xb3f}, {0xb41, 0xb44}, {0xb4d, 0xb56}, {0xb62, 0xb63},
	{0xb82, 0xb82}, {0xbc0, 0xbc0}, {0xbcd, 0xbcd}, {0xc00, 0xc00}, {0xc04, 0xc04},
	{0xc3c, 0xc3c}, {0xc3e, 0xc40}, {0xc46, 0xc56}, {0xc62, 0xc63}, {0xc81, 0xc81},
	{0xcbc, 0xcbc}, {0xcbf, 0xcbf}, {0xcc6, 0xcc6}, {0xccc, 0xccd}, {0xce2, 0xce3},
	{0xd00, 0xd01}, {0xd3b, 0xd3c}, {0xd41, 0xd44}, {0xd4d, 0xd4d}, {0xd62, 0xd63},
	{0xd81, 0xd81}, {0xdca, 0xdca}, {0xdd2, 0xdd6}, {0xe31, 0xe31}, {0xe34, 0xe3a},
	{0xe47, 0xe4e}, {0xeb1, 0xeb1}, {0xeb4, 0xebc}, {0xec8, 0xecd}, {0xf18, 0xf19},
	{0xf35, 0xf35}, {0xf37, 0xf37}, {0xf39, 0xf39}, {0xf71, 0xf7e}, {0xf80, 0xf84},
	{0xf86, 0xf87}, {0xf8d, 0xfbc}, {0xfc6, 0xfc6}, {0x102d, 0x1030},
	{0x1032, 0x1037}, {0x1039, 0x103a}, {0x103d, 0x103e}, {0x1058, 0x1059},
	{0x105e, 0x1060}, {0x1071, 0x1074}, {0x1082, 0x1082}, {0x1085, 0x1086},
	{0x108d, 0x108d}, {0x109d, 0x109d}, {0x1160, 0x11ff}, {0x135d, 0x135f},
	{0x1712, 0x1714}, {0x1732, 0x1733}, {0x1752, 0x1753}, {0x1772, 0x1773},
	{0x17b4, 0x17b5}, {0x17b7, 0x17bd}, {0x17c6, 0x17c6}, {0x17c9, 0x17d3},
	{0x17dd, 0x17dd}, {0x180b, 0x180d}, {0x180f, 0x180f}, {0x1885, 0x1886},
	{0x18a9, 0x18a9}, {0x1920, 0x1922}, {0x1927, 0x1928}, {0x1932, 0x1932},
	{0x1939, 0x193b}, {0x1a17, 0x1a18}, {0x1a1b, 0x1a1b}, {0x1a56, 0x1a56},
	{0x1a58, 0x1a60}, {0x1a62, 0x1a62}, {0x1a65, 0x1a6c}, {0x1a73, 0x1a7f},
	{0x1ab0, 0x1b03}, {0x1b34, 0x1b34}, {0x1b36, 0x1b3a}, {0x1b3c, 0x1b3c},
	{0x1b42, 0x1b42}, {0x1b6b, 0x1b73}, {0x1b80, 0x1b81}, {0x1ba2, 0x1ba5},
	{0x1ba8, 0x1ba9}, {0x1bab, 0x1bad}, {0x1be6, 0x1be6}, {0x1be8, 0x1be9},
	{0x1bed, 0x1bed}, {0x1bef, 0x1bf1}, {0x1c2c, 0x1c33}, {0x1c36, 0x1c37},
	{0x1cd0, 0x1cd2}, {0x1cd4, 0x1ce0}, {0x1ce2, 0x1ce8}, {0x1ced, 0x1ced},
	{0x1cf4, 0x1cf4}, {0x1cf8, 0x1cf9}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},
	{0x2028, 0x202e}, {0x2060, 0x206f}, {0x20d0, 0x20f0}, {0x2cef, 0x2cf1},
	{0x2d7f, 0x2d7f}, {0x2de0, 0x2dff}, {0x302a, 0x302d}, {0x3099, 0x309a},
	{0xa66f, 0xa672}, {0xa674, 0xa67d}, {0xa69e, 0xa69f}, {0xa6f0, 0xa6f1},
	{0xa802, 0xa802}, {0xa806, 0xa806}, {0xa80b, 0xa80b}, {0xa825, 0xa826},
	{0xa82c, 0xa82c}, {0xa8c4, 0xa8c5}, {0xa8e0, 0xa8f1}, {0xa8ff, 0xa8ff},
	{0xa926, 0xa92d}, {0xa947, 0xa951}, {0xa980, 0xa982}, {0xa9b3, 0xa9b3},
	{0xa9b6, 0xa9b9}, {0xa9bc, 0xa9bd}, {0xa9e5, 0xa9e5}, {0xaa29, 0xaa2e},
	{0xaa31, 0xaa32}, {0xaa35, 0xaa36}, {0xaa43, 0xaa43}, {0xaa4c, 0xaa4c},
	{0xaa7c, 0xaa7c}, {0xaab0, 0xaab0}, {0xaab2, 0xaab4}, {0xaab7, 0xaab8},
	{0xaabe, 0xaabf}, {0xaac1, 0xaac1}, {0xaaec, 0xaaed}, {0xaaf6, 0xaaf6},
	{0xabe5, 0xabe5}, {0xabe8, 0xabe8}, {0xabed, 0xabed}, {0xfb1e, 0xfb1e},
	{0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0000, 0xe01ef},
};

/* Characters that take two columns, unless they stand above. */
static const struct character_range wide[] = {
	{0x1100, 0x115f}, {0x231a, 0x231b}, {0x2329, 0x232a}, {0x23e9, 0x23ec},
	{0x23f0, 0x23f0}, {0x23f3, 0x23f3}, {0x25fd, 0x25fe}, {0x2614, 0x2615},
	{0x2648, 0x2653}, {0x267f, 0x267f}, {0x2693, 0x2693}, {0x26a1, 0x26a1},
	{0x26aa, 0x26ab}, {0x26bd, 0x26be}, {0x26c4, 0x26c5}, {0x26ce, 0x26ce},
	{0x26d4, 0x26d4}, {0x26ea, 0x26ea}, {0x26f2, 0x26f3}, {0x26f5, 0x26f5},
	{0x26fa, 0x26fa}, {0x26fd, 0x26fd}, {0x2705, 0x2705}, {0x270a, 0x270b},
	{0x2728, 0x2728}, {0x274c, 0x274c}, {0x274e, 0x274e}, {0x2753, 0x2755},
	{0x2757, 0x2757}, {0x2795, 0x2797}, {0x27b0, 0x27b0}, {0x27bf, 0x27bf},
	{0x2b1b, 0x2b1c}, {0x2b50, 0x2b50}, {0x2b55, 0x2b55}, {0x2e80, 0x303e},
	{0x3041, 0x3247}, {0x3250, 0x4dbf}, {0x4e00, 0xa4c6}, {0xa960, 0xa97c},
	{0xac00, 0xd7a3}, {0xf900, 0xfad9}, {0xfe10, 0xfe6b}, {0xff01, 0xff60},
	{0xffe0, 0xffe6}, {0x16fe0, 0x1b2fb}, {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf},
	{0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f320}, {0x1f32d, 0x1f335},
	{0x1f337, 0x1f37c}, {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca}, {0x1f3cf, 0x1f3d3},
	{0x1f3e0, 0x1f3f0}, {0x1f3f4, 0x1f3f4}, {0x1f3f8, 0x1f43e}, {0x1f440, 0x1f440},
	{0x1f442, 0x1f4fc}, {0x1f4ff, 0x1f53d}, {0x1f54b, 0x1f54e}, {0x1f550, 0x1f567},
	{0x1f57a, 0x1f57a}, {0x1f595, 0x1f596}, {0x1f5a4, 0x1f5a4}, {0x1f5fb, 0x1f64f},
	{0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc}, {0x1f6d0, 0x1f6d2}, {0x1f6d5, 0x1f6df},
	{0x1f6eb, 0x1f6ec}, {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7f0}, {0x1f90c, 0x1f93a},
	{0x1f93c, 0x1f945}, {0x1f947, 0x1f9ff}, {0x1fa70, 0x1faf6}, {0x20000, 0x3fffd},
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

/* How many columns a character takes. */
static size_t
character_width(unsigned character)
{
	if (character < narrow[0].first)
		return 1;
	if (range_contains(narrow, sizeof narrow / sizeof narrow[0], character))
		return 0;
	if (range_contains(wide, sizeof wide / sizeof wide[0], character))
		return 2;
	return 1;
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
