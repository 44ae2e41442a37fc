/* check_escape.c: bytes made visible, UTF-8, widths. */
#include "escape.h"

#include "suites.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A text with its length, NULs included. */
#define BYTES(text) (text), sizeof(text) - 1

static const struct {
	const char *bytes;
	size_t length;
	const char *visible;
} forms[] = {
	{BYTES(""), ""},
	{BYTES("hello, world \\ ~"), "hello, world \\ ~"},
	{BYTES("\0"), "^@"},
	{BYTES("a\tb\r\n"), "a^Ib^M^J"},
	{BYTES("\033[2J"), "^[[2J"},
	{BYTES("\177\037"), "^?^_"},
	{BYTES("\x9b"), "\\x9b"},
	{BYTES("\xc2\x9b"), "\\xc2\\x9b"},
	{BYTES("\xc2\xa0"), "\xc2\xa0"},
	{BYTES("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f"},
	{BYTES("\xe4\xb8\xad"), "\xe4\xb8\xad"},
	{BYTES("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80"},
	{BYTES("\xff\xfe"), "\\xff\\xfe"},
	{BYTES("\xc3"), "\\xc3"},
	{BYTES("\xc3("), "\\xc3("},
	{BYTES("\xe2\x82"), "\\xe2\\x82"},
	{BYTES("\xe2\x82z"), "\\xe2\\x82z"},
	/* overlong: '/', NUL, U+07FF, U+FFFF */
	{BYTES("\xc0\xaf"), "\\xc0\\xaf"},
	{BYTES("\xc1\xbf"), "\\xc1\\xbf"},
	{BYTES("\xe0\x80\xaf"), "\\xe0\\x80\\xaf"},
	{BYTES("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf"},
	{BYTES("\xf0\x80\x80\xaf"), "\\xf0\\x80\\x80\\xaf"},
	{BYTES("\xf0\x8f\xbf\xbf"), "\\xf0\\x8f\\xbf\\xbf"},
	/* surrogates, and what is above U+10FFFF */
	{BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80"},
	{BYTES("\xed\xbf\xbf"), "\\xed\\xbf\\xbf"},
	{BYTES("\xed\x9f\xbf"), "\xed\x9f\xbf"},
	{BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"},
	{BYTES("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80"},
	/* what reorders or hides */
	{BYTES("a\xe2\x80\xae" "b"), "a<U+202E>b"},
	{BYTES("\xd8\x9c"), "<U+061C>"},
	{BYTES("\xef\xbb\xbf"), "<U+FEFF>"},
	{BYTES("\xe2\x80\xa8"), "<U+2028>"},
	{BYTES("\xf3\xa0\x81\x81"), "<U+E0041>"},
};

START_TEST(test_forms)
{
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		char *text = escape_text(forms[i].bytes, forms[i].length);
		ck_assert_ptr_nonnull(text);
		ck_assert_str_eq(text, forms[i].visible);
		free(text);
	}
}
END_TEST

/* Is the text UTF-8, without anything that a terminal would obey? */
static void
assert_harmless(const char *text)
{
	size_t length = strlen(text);

	for (size_t at = 0; at < length;) {
		unsigned character = 0;
		size_t size = utf8_decode(text + at, length - at, &character);
		if (size == 0 || character < 0x20 || unicode_is_deceptive(character) ||
		    (character >= 0x7f && character <= 0x9f))
			ck_abort_msg("at %zu of \"%s\"", at, text);
		at += size;
	}
}

START_TEST(test_each_byte)
{
	for (int value = 0; value < 256; value++) {
		char byte = (char)value, expected[16];
		char *text = escape_text(&byte, 1);
		ck_assert_ptr_nonnull(text);
		if (value < 0x20)
			snprintf(expected, sizeof expected, "^%c", value + 64);
		else if (value < 0x7f)
			snprintf(expected, sizeof expected, "%c", value);
		else if (value == 0x7f)
			snprintf(expected, sizeof expected, "^?");
		else
			snprintf(expected, sizeof expected, "\\x%02x", (unsigned)value);
		ck_assert_str_eq(text, expected);
		free(text);
	}
}
END_TEST

START_TEST(test_each_pair)
{
	for (int pair = 0; pair < 65536; pair++) {
		char first = (char)(pair >> 8), second = (char)pair;
		char bytes[4] = {first, second, (char)0xa0, second};
		char *text = escape_text(bytes, sizeof bytes);
		if (text == NULL)
			ck_abort_msg("no memory");
		assert_harmless(text);
		free(text);
	}
}
END_TEST

/* The bytes of a character, by the other direction of RFC 3629's table. */
static size_t
encode(unsigned character, char *bytes)
{
	size_t size = character < 0x80 ? 1 : character < 0x800 ? 2 :
	    character < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {[1] = 0, [2] = 0xc0, [3] = 0xe0,
	    [4] = 0xf0};

	for (size_t i = size; i-- > 1; character >>= 6)
		bytes[i] = (char)(0x80 | (character & 0x3f));
	bytes[0] = (char)(lead[size] | character);
	return size;
}

START_TEST(test_decode_every_character)
{
	for (unsigned character = 0; character < 0x110800; character++) {
		unsigned decoded = 0xffffffff;
		char bytes[4];
		size_t size = encode(character, bytes);
		bool valid = character < 0x110000 &&
		    (character < 0xd800 || character > 0xdfff);
		size_t found = utf8_decode(bytes, size, &decoded);
		if (found != (valid ? size : 0) || (valid && decoded != character))
			ck_abort_msg("U+%04X: length %zu", character, found);
		if (size > 1 && utf8_decode(bytes, size - 1, &decoded) != 0)
			ck_abort_msg("U+%04X: cut", character);
	}
	ck_assert_uint_eq(utf8_decode("", 0, &(unsigned){0}), 0);
}
END_TEST

/* What means the same to a reader of JSON, and nothing to a terminal. */
START_TEST(test_json_harmless)
{
	static const struct { const char *json, *expected; } cases[] = {
		{"{\"a\": \"Gr\xc3\xbc\xc3\x9f\xe4\xb8\x96\"}", "{\"a\": \"Gr\xc3\xbc\xc3\x9f\xe4\xb8\x96\"}"},
		{"\"\x7f\xc2\x9b" "31m\"", "\"\\u007F\\u009B31m\""},
		{"\"\xe2\x80\xae x\"", "\"\\u202E x\""},
		{"\"\xf3\xa0\x81\x81\"", "\"\\uDB40\\uDC41\""},
		{"", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *json = escape_json(strdup(cases[i].json));
		ck_assert_ptr_nonnull(json);
		ck_assert_str_eq(json, cases[i].expected);
		free(json);
	}
}
END_TEST

/* Many in one text, each of which grows: the text has room for all of them. */
START_TEST(test_json_harmless_many)
{
	static const struct { const char *bytes, *expected; } characters[] = {
		{"\x7f", "\\u007F"}, {"\xc2\x9b", "\\u009B"}, {"\xe2\x80\xae", "\\u202E"},
		{"\xf3\xa0\x81\x81", "\\uDB40\\uDC41"}, {"\xf0\x9f\xbf\xbe", "\\uD83F\\uDFFE"},
		{"\xf4\x8f\xbf\xbf", "\\uDBFF\\uDFFF"}, {"\xf0\x9d\x85\xb3", "\\uD834\\uDD73"},
	};
	for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++) {
		for (size_t count = 1; count <= 1000; count *= 10) {
			size_t size = strlen(characters[i].bytes);
			size_t grown = strlen(characters[i].expected);
			char *json = malloc(count * size + 1), *text;
			for (size_t j = 0; j < count; j++)
				memcpy(json + j * size, characters[i].bytes, size);
			json[count * size] = '\0';
			text = escape_json(json);
			ck_assert_ptr_nonnull(text);
			ck_assert_uint_eq(strlen(text), count * grown);
			ck_assert_msg(malloc_usable_size(text) > count * grown,
			    "%zu of %s do not fit", count, characters[i].expected);
			for (size_t j = 0; j < count; j++)
				ck_assert_mem_eq(text + j * grown, characters[i].expected, grown);
			free(text);
		}
	}
}
END_TEST

START_TEST(test_deceptive)
{
	static const unsigned borders[][2] = {
		{0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c}, {0x115f, 0x1160},
		{0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e},
		{0x2060, 0x206f}, {0x3164, 0x3164}, {0xfdd0, 0xfdef}, {0xfe00, 0xfe0f},
		{0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb},
		{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
	};
	unsigned expected = 17 * 2, found = 0; /* the last two of each plane */

	for (size_t i = 0; i < sizeof borders / sizeof borders[0]; i++) {
		for (unsigned c = borders[i][0]; c <= borders[i][1]; c++)
			ck_assert_msg(unicode_is_deceptive(c), "U+%04X", c);
		expected += borders[i][1] - borders[i][0] + 1;
	}
	for (unsigned character = 0; character < 0x110000; character++)
		found += unicode_is_deceptive(character);
	ck_assert_uint_eq(found, expected);
}
END_TEST

/* However small the room, the text is whole forms and closed by a NUL. */
START_TEST(test_into)
{
	static const char bytes[] = "a\033\xe4\xb8\xad\xff\xe2\x80\xaez";
	static const char whole[] = "a^[\xe4\xb8\xad\\xff<U+202E>z";
	static const size_t ends[] = {0, 1, 3, 6, 10, 18, 19};
	char text[64];

	for (size_t size = 1; size < sizeof text; size++) {
		size_t expected = 0;
		for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
			if (ends[i] < size)
				expected = ends[i];
		}
		memset(text, '#', sizeof text);
		ck_assert_uint_eq(escape_into(text, size, bytes, sizeof bytes - 1),
		    expected);
		ck_assert_mem_eq(text, whole, expected);
		ck_assert_int_eq(text[expected], '\0');
		for (size_t i = expected + 1; i < sizeof text; i++)
			ck_assert_int_eq(text[i], '#');
	}
	text[0] = '#';
	ck_assert_uint_eq(escape_into(text, 0, bytes, sizeof bytes - 1), 0);
	ck_assert_int_eq(text[0], '#');
}
END_TEST

START_TEST(test_json)
{
	char *text = escape_utf8(BYTES("a\033\n\"\\\xc3\xbc\xff\0z\xe2\x80\xae\xc3"));

	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text,
	    "a\033\n\"\\\xc3\xbc\\xff\\x00z\xe2\x80\xae\\xc3");
	free(text);
	text = escape_utf8(NULL, 0);
	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

static const struct {
	const char *text;
	size_t width;
} widths[] = {
	{"", 0}, {"abc", 3}, {"gr\xc3\xbc\xc3\x9f", 4}, {"\xe4\xb8\xad\xe6\x96\x87", 4},
	{"e\xcc\x81", 1}, {"\xf0\x9f\x98\x80", 2}, {"\xef\xbd\xb1", 1},
	{"\xef\xbc\xa1", 2}, {"\xed\x95\x9c", 2}, {"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 2},
	{"\xe2\x94\x82\xe2\x86\x92", 2}, {"\xff", 1}, {"\xe2\x80\xa6", 1},
	{"\xe2\x9d\xa4\xef\xb8\x8f", 1}, {"\xe3\x80\x82", 2}, {"\xe0\xb8\x81\xe0\xb8\xb5", 1},
};

START_TEST(test_width)
{
	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
		ck_assert_msg(utf8_width(widths[i].text) == widths[i].width,
		    "\"%s\" takes %zu", widths[i].text, utf8_width(widths[i].text));
}
END_TEST

START_TEST(test_fit)
{
	/* e with an accent, a wide character, an accent on it, z */
	static const char text[] = "e\xcc\x81\xe4\xb8\xad\xcc\x81z";

	ck_assert_uint_eq(utf8_fit(text, 0), 0);
	ck_assert_uint_eq(utf8_fit(text, 1), 3);
	ck_assert_uint_eq(utf8_fit(text, 2), 3); /* a wide one is not halved */
	ck_assert_uint_eq(utf8_fit(text, 3), 8);
	ck_assert_uint_eq(utf8_fit(text, 4), 9);
	ck_assert_uint_eq(utf8_fit(text, 100), 9);
	ck_assert_uint_eq(utf8_fit("", 5), 0);
	ck_assert_uint_eq(utf8_fit("abc", 2), 2);
	ck_assert_uint_eq(utf8_fit("\xff\xff", 1), 1);
}
END_TEST

Suite *
escape_suite(void)
{
	Suite *suite = suite_create("escape");
	TCase *tcase = tcase_create("all");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_forms);
	tcase_add_test(tcase, test_each_byte);
	tcase_add_test(tcase, test_each_pair);
	tcase_add_test(tcase, test_decode_every_character);
	tcase_add_test(tcase, test_deceptive);
	tcase_add_test(tcase, test_json_harmless);
	tcase_add_test(tcase, test_json_harmless_many);
	tcase_add_test(tcase, test_into);
	tcase_add_test(tcase, test_json);
	tcase_add_test(tcase, test_width);
	tcase_add_test(tcase, test_fit);
	suite_add_tcase(suite, tcase);
	return suite;
}
