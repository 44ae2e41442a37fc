/* The words of a command line: numbers, seconds, texts. */
#include "arguments.h"

#include "suites.h"

#include <stdlib.h>
#include <string.h>

static const struct { const char *text; long number; const char *rest; } numbers[] = {
	{"0", 0, ""}, {"7", 7, ""}, {"12 x", 12, "x"}, {"12 \t x", 12, "x"}, {"3\t", 3, ""},
	{"9x", -1, NULL}, {"", -1, NULL}, {"x", -1, NULL}, {"-1", -1, NULL}, {"+1", -1, NULL},
	{" 1", -1, NULL}, {"1000000000", 1000000000, ""}, {"1000000001", -1, NULL},
	{"99999999999999999999", -1, NULL}, {"1.5", -1, NULL}, {"/", -1, NULL},
	{":", -1, NULL}, {"0x10", -1, NULL},
};

START_TEST(a_number_is_whole)
{
	static const char untouched[] = "untouched";
	const char *rest = untouched;
	ck_assert_int_eq(argument_number(numbers[_i].text, &rest), numbers[_i].number);
	if (numbers[_i].rest != NULL)
		ck_assert_str_eq(rest, numbers[_i].rest);
	else
		ck_assert_ptr_eq(rest, untouched);
}
END_TEST

static const struct { const char *word; int64_t time; } seconds[] = {
	{"0", 0}, {"1", 1000000000}, {"1.5", 1500000000}, {".5", 500000000}, {"3.", 3000000000},
	{"86400", INT64_C(86400000000000)}, {"86401", -1}, {"-1", -1}, {"", -1}, {"x", -1},
	{"1x", -1}, {"inf", -1}, {"nan", -1}, {" 1", -1}, {"1 ", -1}, {"+1", -1}, {"9", 9000000000},
	{"1e1", 10000000000},
};

START_TEST(seconds_may_have_a_fraction)
{
	ck_assert_int_eq(argument_seconds(seconds[_i].word), seconds[_i].time);
}
END_TEST

static const struct { const char *text, *wanted; } texts[] = {
	{"", ""}, {"a", "a"}, {"a  b \t ", "a  b"}, {"\"a\"", "a"}, {"\" a \" ", " a "},
	{"\"", "\""}, {"\"\"", ""}, {"\"a", "\"a"}, {"a\"", "a\""}, {"\"a\" b", "\"a\" b"},
	{"  a", "  a"}, {" ", ""},
};

START_TEST(quotes_are_taken_off)
{
	char *text = argument_text(texts[_i].text);
	ck_assert_str_eq(text, texts[_i].wanted);
	free(text);
}
END_TEST

START_TEST(words_are_taken_one_by_one)
{
	const char *text = " \tone  two\tthree ";
	char word[4] = "";
	ck_assert(argument_word(&text, word, sizeof word));
	ck_assert_str_eq(word, "one");
	ck_assert_str_eq(text, "two\tthree "); /* blanks before the next are gone */
	ck_assert(argument_word(&text, word, sizeof word));
	ck_assert_str_eq(word, "two");
	ck_assert(argument_word(&text, word, sizeof word));
	ck_assert_str_eq(word, "thr"); /* as much as there is room for */
	ck_assert_str_eq(text, "");
	ck_assert(!argument_word(&text, word, sizeof word));
	ck_assert_str_eq(word, "thr");
	text = "abcd";
	ck_assert(argument_word(&text, word, sizeof word));
	ck_assert_str_eq(word, "abc");
}
END_TEST

Suite *
arguments_suite(void)
{
	Suite *suite = suite_create("arguments");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, a_number_is_whole, 0, sizeof numbers / sizeof *numbers);
	tcase_add_loop_test(all, seconds_may_have_a_fraction, 0,
	    sizeof seconds / sizeof *seconds);
	tcase_add_loop_test(all, quotes_are_taken_off, 0, sizeof texts / sizeof *texts);
	tcase_add_test(all, words_are_taken_one_by_one);
	suite_add_tcase(suite, all);
	return suite;
}
