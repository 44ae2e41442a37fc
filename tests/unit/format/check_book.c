/* check_book.c: the book's sections, chapter by chapter. */
#include "book.h"

#include "suites.h"

#include <stdio.h>
#include <string.h>

/* How many sections each chapter has. */
static const struct { int chapter, sections; } chapters[] = {
	{2, 14}, {3, 10}, {4, 11}, {5, 19}, {6, 12}, {7, 12},
};

START_TEST(each_chapter_has_its_sections)
{
	char number[16];
	int chapter = chapters[_i].chapter, sections = chapters[_i].sections;
	for (int section = 1; section <= sections; section++) {
		snprintf(number, sizeof number, "%d.%d", chapter, section);
		ck_assert_msg(book_title(number) != NULL, "no section %s", number);
		ck_assert_uint_gt(strlen(book_title(number)), 3);
	}
	snprintf(number, sizeof number, "%d.%d", chapter, sections + 1);
	ck_assert_ptr_null(book_title(number));
	snprintf(number, sizeof number, "%d.0", chapter);
	ck_assert_ptr_null(book_title(number));
	snprintf(number, sizeof number, "%d.1", chapter);
	ck_assert_str_eq(book_title(number), "Introduction");
}
END_TEST

/* The sections of which the lecture speaks. */
static const struct { const char *number, *title; } titles[] = {
	{"2.6", "TCP Connection Establishment and Termination"},
	{"2.7", "TIME_WAIT State"}, {"2.10", "TCP Port Numbers and Concurrent Servers"},
	{"3.9", "readn, writen, and readline Functions"}, {"4.2", "socket Function"},
	{"4.3", "connect Function"}, {"4.4", "bind Function"}, {"4.5", "listen Function"},
	{"4.6", "accept Function"}, {"4.7", "fork and exec Functions"},
	{"4.8", "Concurrent Servers"}, {"4.9", "close Function"},
	{"4.10", "getsockname and getpeername Functions"},
	{"5.2", "TCP Echo Server: main Function"}, {"5.3", "TCP Echo Server: str_echo Function"},
	{"5.4", "TCP Echo Client: main Function"}, {"5.5", "TCP Echo Client: str_cli Function"},
	{"5.6", "Normal Startup"}, {"5.7", "Normal Termination"},
	{"5.8", "POSIX Signal Handling"}, {"5.9", "Handling SIGCHLD Signals"},
	{"5.10", "wait and waitpid Functions"},
	{"5.11", "Connection Abort before accept Returns"},
	{"5.12", "Termination of Server Process"}, {"5.13", "SIGPIPE Signal"},
	{"5.14", "Crashing of Server Host"},
	{"5.15", "Crashing and Rebooting of Server Host"},
	{"5.16", "Shutdown of Server Host"}, {"5.17", "Summary of TCP Example"},
	{"5.18", "Data Format"}, {"6.4", "str_cli Function (Revisited)"},
	{"6.6", "shutdown Function"}, {"7.2", "getsockopt and setsockopt Functions"},
	{"7.5", "Generic Socket Options"}, {"7.9", "TCP Socket Options"},
};

START_TEST(the_lectures_sections_have_their_titles)
{
	ck_assert_str_eq(book_title(titles[_i].number), titles[_i].title);
}
END_TEST

START_TEST(nothing_else_is_a_section)
{
	static const char *const none[] = {"", "5", "5.", "5.1 ", " 5.1", "05.1", "5.01",
	    "1.4", "8.1", "16.3", "5.1.1", "preface"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		ck_assert_msg(book_title(none[i]) == NULL, "%s", none[i]);
}
END_TEST

Suite *
book_suite(void)
{
	Suite *suite = suite_create("book");
	TCase *tests = tcase_create("book");
	tcase_add_loop_test(tests, each_chapter_has_its_sections, 0,
	    sizeof chapters / sizeof *chapters);
	tcase_add_loop_test(tests, the_lectures_sections_have_their_titles, 0,
	    sizeof titles / sizeof *titles);
	tcase_add_test(tests, nothing_else_is_a_section);
	suite_add_tcase(suite, tests);
	return suite;
}
