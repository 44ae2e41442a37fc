/* check_end_words.c: each place's words for how a process ended. */
#include "end_words.h"

#include "suites.h"

#include <signal.h>

enum { EXITED_3 = 3 << 8, DUMPED = 0x80, STOPPED = SIGSTOP << 8 | 0x7f };

static const struct { enum end_place place; const char *exited, *killed; } places[] = {
	{END_IN_CELL, "exit 3", "SIGSEGV"}, {END_IN_LINE, "exit 3", "signal 11"},
	{END_AS_GOT, "exit 3", "signal SIGSEGV"},
	{END_IN_SENTENCE, "ended by itself with status 3", "was killed by SIGSEGV"},
	{END_AS_HELD, "exit status 3", "killed by SIGSEGV"},
	{END_OF_SERVER, "with exit 3", "by SIGSEGV"},
};

START_TEST(each_place_has_its_words)
{
	char words[END_WORDS] = "before";
	ck_assert_str_eq(end_words(EXITED_3, places[_i].place, words), places[_i].exited);
	ck_assert_str_eq(end_words(SIGSEGV, places[_i].place, words), places[_i].killed);
	ck_assert_str_eq(end_words(SIGSEGV | DUMPED, places[_i].place, words),
	    places[_i].killed);
	ck_assert_str_eq(end_words(STOPPED, places[_i].place, words), "");
}
END_TEST

Suite *
end_words_suite(void)
{
	Suite *suite = suite_create("end_words");
	TCase *tests = tcase_create("words");
	tcase_add_loop_test(tests, each_place_has_its_words, 0,
	    sizeof places / sizeof *places);
	suite_add_tcase(suite, tests);
	return suite;
}
