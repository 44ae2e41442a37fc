/* check_screen_text.c: lines of words that are wrapped and cut, and pictures made of
 * characters. */
#include "canvas.h"
#include "text.h"

#include "suites.h"

#include <stdio.h>
#include <string.h>

/* Words in so many columns, and the lines they become, with '|' between them. */
static const struct { const char *words; int columns, indent; const char *lines; }
wrapped[] = {
	{"one two", 7, 0, "one two"},
	{"one two", 6, 0, "one|two"},
	{"one two", 3, 0, "one|two"},
	{"one   two", 4, 0, "one |two"},
	{"one two three", 7, 2, "one two|  three"},
	{"one two three", 6, 2, "one|  two|  thre|  e"},
	{"abcdef", 3, 0, "abc|def"},
	{"abc", 1, 5, "a|     b|     c"},
	{"abc", 0, 0, "a|b|c"},
	{"", 10, 0, ""},
	{"dé jà vu", 5, 0, "dé jà|vu"},
	{"\xe4\xb8\x96\xe7\x95\x8c", 1, 0, "\xe4\xb8\x96\xe7\x95\x8c"}, /* no room for one */
	{"\xe4\xb8\x96\xe7\x95\x8c", 3, 0, "\xe4\xb8\x96|\xe7\x95\x8c"},
};

/* The lines of a text, with '|' between them. */
static void
join(const struct text *text, char *joined, size_t size)
{
	size_t used = 0;
	*joined = '\0';
	for (size_t i = 0; i < text->count; i++)
		used += (size_t)snprintf(joined + used, size - used, "%s%s",
		    i > 0 ? "|" : "", text->lines[i].text);
}

START_TEST(words_are_wrapped_between_words)
{
	struct text text = {0};
	char joined[256];
	text_wrap(&text, 7, wrapped[_i].words, wrapped[_i].columns, wrapped[_i].indent);
	join(&text, joined, sizeof joined);
	ck_assert_str_eq(joined, wrapped[_i].lines);
	for (size_t i = 0; i < text.count; i++)
		ck_assert_uint_eq(text.lines[i].style, 7);
	text_release(&text);
	ck_assert_ptr_null(text.lines);
	ck_assert_uint_eq(text.count + text.room, 0);
}
END_TEST

/* Strings in so many columns, and what is left of them. */
static const struct { const char *string; int columns; const char *shortened; }
shortened[] = {
	{"one two three", 13, "one two three"},
	{"one two three", 12, "one two…"},
	{"one two three", 9, "one two…"},
	{"one two three", 8, "one two…"},
	{"one two three", 7, "one…"},
	{"one; two three", 8, "one…"},
	{"one two", 0, "one two"},  /* no room at all: left to who draws */
	{"unbreakable", 6, "unbre…"},
	{"unbreakable", 9, "unbreaka…"},
	{"abcd", 3, "ab"},          /* no bytes for the ellipsis */
	{"abcde", 3, "ab…"},
	{"abcde", 1, "…"},
	{"\xe4\xb8\x96\xe7\x95\x8c\xe4\xb8\x96", 5, "\xe4\xb8\x96\xe7\x95\x8c…"},
	{"\xe4\xb8\x96\xe7\x95\x8c\xe4\xb8\x96", 4, "\xe4\xb8\x96…"},
};

START_TEST(a_string_is_cut_between_its_words)
{
	char string[64];
	snprintf(string, sizeof string, "%s", shortened[_i].string);
	text_shorten(string, shortened[_i].columns);
	ck_assert_str_eq(string, shortened[_i].shortened);
}
END_TEST

START_TEST(lines_are_kept_in_order_and_cut_from_the_end)
{
	struct text text = {0};
	char wanted[16];
	for (unsigned i = 0; i < 100; i++)
		text_add(&text, i, "line %u", i);
	ck_assert_uint_eq(text.count, 100);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(wanted, sizeof wanted, "line %u", i);
		ck_assert_str_eq(text.lines[i].text, wanted);
		ck_assert_uint_eq(text.lines[i].style, i);
	}
	text_cut(&text, 100);
	ck_assert_uint_eq(text.count, 100);
	text_cut(&text, 40);
	ck_assert_uint_eq(text.count, 40);
	ck_assert_str_eq(text.lines[39].text, "line 39");
	text_clear(&text);
	ck_assert_uint_eq(text.count, 0);
	text_add(&text, 0, "again");
	ck_assert_str_eq(text.lines[0].text, "again");
	text_release(&text);
}
END_TEST

static struct canvas canvas;
static struct line shown;

static void
setup_canvas(void)
{
	canvas = (struct canvas){0};
	canvas_clear(&canvas, 3, 10);
}

static void
teardown_canvas(void)
{
	canvas_release(&canvas);
	ck_assert_ptr_null(canvas.cells);
	ck_assert_int_eq(canvas.rows, 0);
}

/* A row of the picture. */
static const char *
row_text(int row)
{
	canvas_write_line(&canvas, row, &shown);
	return shown.text;
}

START_TEST(a_new_picture_is_blank)
{
	for (int row = 0; row < 3; row++) {
		ck_assert_str_eq(row_text(row), "          ");
		ck_assert_uint_eq(shown.style, STYLE_PLAIN);
		ck_assert_uint_eq(shown.mark_count, 0);
	}
	ck_assert_str_eq(row_text(-1), "");
	ck_assert_str_eq(row_text(3), "");
}
END_TEST

START_TEST(what_lies_outside_is_left_out)
{
	canvas_put(&canvas, 1, 7, STYLE_PLAIN, "abcdef");
	canvas_put(&canvas, 2, -2, STYLE_PLAIN, "abcdef");
	canvas_put(&canvas, -1, 0, STYLE_PLAIN, "above");
	canvas_put(&canvas, 3, 0, STYLE_PLAIN, "below");
	ck_assert_str_eq(row_text(0), "          ");
	ck_assert_str_eq(row_text(1), "       abc");
	ck_assert_str_eq(row_text(2), "cdef      ");
}
END_TEST

START_TEST(each_character_has_one_column)
{
	canvas_put(&canvas, 0, 0, STYLE_PLAIN, "a\xe2\x96\xba\xe4\xb8\x96" "b\xcc\x81" "c\xff%d",
	    42);
	ck_assert_str_eq(row_text(0), "a\xe2\x96\xba?b?c?42 ");
	canvas_put(&canvas, 1, 0, STYLE_PLAIN, "\xf0\x9d\x90\x80x"); /* of four bytes */
	ck_assert_str_eq(row_text(1), "\xf0\x9d\x90\x80x        ");
}
END_TEST

START_TEST(cells_of_a_look_are_one_mark)
{
	canvas_put(&canvas, 0, 2, STYLE_STRONG, "ab");
	canvas_put(&canvas, 0, 4, STYLE_BAD, "c");
	canvas_put(&canvas, 0, 8, STYLE_GOOD, "de");
	row_text(0);
	static const struct line_mark wanted[] = {{2, 2, STYLE_STRONG}, {4, 1, STYLE_BAD},
	    {8, 2, STYLE_GOOD}};
	ck_assert_uint_eq(shown.mark_count, 3);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(shown.marks[i].column, wanted[i].column);
		ck_assert_int_eq(shown.marks[i].columns, wanted[i].columns);
		ck_assert_uint_eq(shown.marks[i].style, wanted[i].style);
	}
}
END_TEST

START_TEST(a_row_has_only_so_many_marks)
{
	canvas_clear(&canvas, 1, 3 * LINE_MARKS);
	for (int i = 0; i < 3 * LINE_MARKS; i++)
		canvas_put(&canvas, 0, i, i % 2 ? STYLE_BAD : STYLE_GOOD, "x");
	row_text(0);
	ck_assert_uint_eq(shown.mark_count, LINE_MARKS);
	ck_assert_int_eq(shown.marks[LINE_MARKS - 1].column, LINE_MARKS - 1);
	ck_assert_uint_eq(strlen(shown.text), 3 * LINE_MARKS);
}
END_TEST

/* Characters of three bytes do not all fit into a line: those that do are whole. */
START_TEST(a_wide_picture_is_cut_at_a_whole_character)
{
	canvas_clear(&canvas, 1, LINE_TEXT);
	for (int i = 0; i < LINE_TEXT; i++)
		canvas_put(&canvas, 0, i, STYLE_PLAIN, "─");
	size_t length = strlen(row_text(0));
	ck_assert_uint_lt(length, LINE_TEXT);
	ck_assert_uint_gt(length, LINE_TEXT - 9);
	ck_assert_uint_eq(length % 3, 0);
}
END_TEST

START_TEST(a_picture_is_cleared_to_any_size)
{
	canvas_put(&canvas, 0, 0, STYLE_BAD, "abc");
	canvas_clear(&canvas, 2, 4);
	ck_assert_int_eq(canvas.rows, 2);
	ck_assert_int_eq(canvas.columns, 4);
	ck_assert_str_eq(row_text(0), "    ");
	ck_assert_uint_eq(shown.mark_count, 0);
	canvas_clear(&canvas, 7, 20);
	canvas_put(&canvas, 6, 19, STYLE_PLAIN, "z");
	ck_assert_str_eq(row_text(6), "                   z");
	static const int none[][2] = {{0, 5}, {5, 0}, {-1, 5}, {5, -1}};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		canvas_clear(&canvas, none[i][0], none[i][1]);
		ck_assert_int_eq(canvas.rows, 0);
		ck_assert_int_eq(canvas.columns, 0);
		canvas_put(&canvas, 0, 0, STYLE_PLAIN, "x");
		ck_assert_str_eq(row_text(0), "");
	}
}
END_TEST

Suite *
screen_text_suite(void)
{
	Suite *suite = suite_create("screen text");
	TCase *words = tcase_create("words"), *picture = tcase_create("picture");
	tcase_add_loop_test(words, words_are_wrapped_between_words, 0,
	    sizeof wrapped / sizeof *wrapped);
	tcase_add_loop_test(words, a_string_is_cut_between_its_words, 0,
	    sizeof shortened / sizeof *shortened);
	tcase_add_test(words, lines_are_kept_in_order_and_cut_from_the_end);
	tcase_add_checked_fixture(picture, setup_canvas, teardown_canvas);
	tcase_add_test(picture, a_new_picture_is_blank);
	tcase_add_test(picture, what_lies_outside_is_left_out);
	tcase_add_test(picture, each_character_has_one_column);
	tcase_add_test(picture, cells_of_a_look_are_one_mark);
	tcase_add_test(picture, a_row_has_only_so_many_marks);
	tcase_add_test(picture, a_wide_picture_is_cut_at_a_whole_character);
	tcase_add_test(picture, a_picture_is_cleared_to_any_size);
	suite_add_tcase(suite, words);
	suite_add_tcase(suite, picture);
	return suite;
}
