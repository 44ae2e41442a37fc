/* check_screen_guide.c: what comes next in a lesson, in words, and how much room a lesson
 * needs. */
#include "guide.h"
#include "screen.h"

#include "event_fixture.h"
#include "escape.h"
#include "suites.h"

#include <locale.h>
#include <stdio.h>

enum { TEXT = 600 };

static struct scenario scenario;
static struct moment moment;
static struct guide guide;

static void
setup(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	memset(&scenario, 0, sizeof scenario);
	guide = (struct guide){.there = true, .state = LESSON_WAITS};
	moment_init(&moment);
}

static void
teardown(void)
{
	scenario_release(&scenario);
	moment_release(&moment);
}

/* The lesson of these steps, which waits before its first. */
static void
lesson(const char *steps)
{
	char text[TEXT], error[SCENARIO_ERROR];
	scenario_release(&scenario);
	snprintf(text, sizeof text, "title T\n%s", steps);
	ck_assert_msg(scenario_parse(&scenario, "t.scenario", text, strlen(text), error) == 0,
	    "%s", error);
	guide.scenario = &scenario;
	guide.step = &scenario.steps[0];
}

/* What is written in 80 columns. */
static const char *
next(void)
{
	static char text[TEXT];
	guide_write_next(&guide, &moment, 80, text, sizeof text);
	return text;
}

/* The same without the blanks before Enter, which stands at the right border. */
static const char *
steps(void)
{
	static char text[TEXT];
	snprintf(text, sizeof text, "%s", next());
	ck_assert_uint_eq(strncmp(text, "Next: ", 6), 0);
	ck_assert_uint_eq(utf8_width(text), 80);
	ck_assert_str_eq(text + strlen(text) - 8, "   Enter");
	size_t end = strlen(text) - 5;
	while (text[end - 1] == ' ')
		end--;
	text[end] = '\0';
	return text + 6;
}

/* The first steps of a lesson, and what the next Enter runs. */
static const struct { const char *lesson, *next; } nexts[] = {
	{"connect\nsay A\n", "connect"},
	{"kill child\nsay A\n", "kill child (F2)"},
	{"host crash\nsend lost\nhost reboot\nask A | B | C = 1\n",
	    "host crash (F5); send lost; host reboot (F6)"},
	{"close\n", "close (Ctrl-D)"},
	{"connect\nexpect children 1\nsend x\nsay A\nkill child\n", "connect; send x"},
	{"expect children 1\nexpect zombies 0\nsay A\n", "expect children 1"},
	{"expect children 1\nconnect\nsay A\n", "connect"},
	{"say A\nconnect\n", "the narrator goes on"},
	{"ask A | B | C = 1\nconnect\n", "a question"},
	{"send 0123456789012345678901234567890123456789\nsend 01234567890123456789\nsay A\n",
	    "send 0123456789012345678901234567890123456789; …"},
	{"send 0123456789012345678901234567890123456789\nsend 01234567890\nsay A\n",
	    "send 0123456789012345678901234567890123456789; send 01234567890"},
	{"send 0123456789012345678901234567890123456789\nsend 012345678901\nsay A\n",
	    "send 0123456789012345678901234567890123456789; …"},
	{"send 0123456789012345678901234567890123456789012345678901234567890123456789\nconnect\nsay A\n",
	    "send…"},
	{"send a\033[2Jb\nsay A\n", "send a^[[2Jb"},
};

START_TEST(the_commands_up_to_the_next_say_are_named)
{
	lesson(nexts[_i].lesson);
	ck_assert_str_eq(steps(), nexts[_i].next);
}
END_TEST

START_TEST(after_the_last_step_there_is_the_end)
{
	lesson("connect\n");
	guide.step = NULL;
	ck_assert_str_eq(steps(), "the end");
	lesson("say A\nconnect\nkill child\nsay B\n");
	guide.step = &scenario.steps[2];
	ck_assert_str_eq(steps(), "kill child (F2)");
}
END_TEST

START_TEST(each_state_has_its_words)
{
	lesson("kill child\nsay A\n");
	guide.state = LESSON_OVER;
	ck_assert_str_eq(next(),
	    "The lesson is over: passed.   Enter, Esc l: lessons   Esc b: again");
	guide.failed = true;
	ck_assert_str_eq(next(),
	    "The lesson is over: FAILED.   Enter, Esc l: lessons   Esc b: again");
	guide.state = LESSON_STUCK;
	ck_assert_str_eq(next(), "Enter: go on all the same   Esc b: again   Esc l: lessons");
	guide.state = LESSON_RUNS;
	ck_assert_str_eq(next(), "Running: kill child");
	guide.step = &scenario.steps[1]; /* what is said is there already */
	ck_assert_str_eq(next(), "");
	guide.step = NULL;
	ck_assert_str_eq(next(), "");
	guide.there = false;
	guide.state = LESSON_WAITS;
	ck_assert_str_eq(next(), "");
}
END_TEST

/* A question with so many answers. */
static void
ask(const char *answers, unsigned chosen)
{
	fixture_fold(&moment, fixture_ask("Who?", answers, 1, chosen));
}

START_TEST(a_question_names_its_numbers)
{
	static const struct { const char *answers, *next; unsigned count; } table[] = {
		{"a", "The room chooses: 1", 1}, {"a\nb", "The room chooses: 1 or 2", 2},
		{"a\nb\nc\nd", "The room chooses: 1, 2, 3 or 4", 4},
	};
	lesson("ask A | B | C = 1\n");
	for (size_t i = 0; i < 3; i++) {
		ask(table[i].answers, 0);
		ck_assert_uint_eq(guide_answers(&moment), table[i].count);
		ck_assert_str_eq(next(), table[i].next);
		guide.there = i % 2 == 1; /* also one that was typed */
		ck_assert(guide_has_narrator(&moment));
	}
	ask("a\nb", 2);
	ck_assert_uint_eq(guide_answers(&moment), 0);
	ck_assert(!guide_has_narrator(&moment));
	fixture_fold(&moment, fixture_lesson(LESSON_BEGUN, "T"));
	ck_assert(guide_has_narrator(&moment));
}
END_TEST

START_TEST(an_answer_has_its_words)
{
	char text[32] = "before";
	ck_assert(!guide_answer(&moment, 1, text, sizeof text));
	ask("one\ntw\033o\nthree", 0);
	ck_assert(guide_answer(&moment, 1, text, sizeof text));
	ck_assert_str_eq(text, "one");
	ck_assert(guide_answer(&moment, 2, text, sizeof text));
	ck_assert_str_eq(text, "tw^[o");
	ck_assert(guide_answer(&moment, 3, text, sizeof text));
	ck_assert_str_eq(text, "three");
	ck_assert(!guide_answer(&moment, 4, text, sizeof text));
}
END_TEST

/* The room that a narrator needs: the longest say, behind the answer to a question. */
START_TEST(a_lesson_has_its_rows_from_the_beginning)
{
	lesson("say one\n");
	ck_assert_int_eq(guide_rows(&guide, 40), 2);
	lesson("say one\nsay one two three four five six seven eight nine ten\nsay one\n");
	ck_assert_int_eq(guide_rows(&guide, 40), 3);
	ck_assert_int_eq(guide_rows(&guide, 80), 2);
	lesson("ask one two three four five six seven eight nine ten | A | B = 1\nconnect\n");
	int asked = guide_rows(&guide, 40);
	ck_assert_int_ge(asked, 3);
	lesson("ask Who? | A | B = 1\nconnect\nsay one two three four five six seven eight nine "
	    "ten\n");
	ck_assert_int_eq(guide_rows(&guide, 40), 4);
	lesson("say one\nsay one two three four five six seven eight nine ten\n");
	ck_assert_int_eq(guide_rows(&guide, 40), 3);
	lesson("send one two three four five six seven eight nine ten eleven twelve\nsay x\n");
	ck_assert_int_eq(guide_rows(&guide, 40), 2);
	guide.there = false;
	ck_assert_int_eq(guide_rows(&guide, 40), 1);
}
END_TEST

START_TEST(a_lesson_has_lines_for_what_it_sends)
{
	static const struct { const char *lesson; int lines; } table[] = {
		{"connect\nsay A\n", 0}, {"send a\nsay B\n", 1}, {"send a\nsend b\n", 2},
		{"send a\nsend b\nsend c\nsend d\n", 4}, {"send a\nexpect eof read\n", 3},
		{"expect errno ECONNRESET\n", 3}, {"expect disposition client PIPE default\n", 3},
		{"send expect errno\n", 1}, {"expect children 1\n", 0},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		lesson(table[i].lesson);
		ck_assert_msg(guide_lines(&guide) == table[i].lines, "%s: %d", table[i].lesson,
		    guide_lines(&guide));
	}
	guide.there = false;
	ck_assert_int_eq(guide_lines(&guide), 0);
}
END_TEST

/* Will a show come before the next say? */
START_TEST(a_show_that_comes_is_known)
{
	static const struct { const char *lesson; bool shows; } table[] = {
		{"show states\nsay A\n", true}, {"connect\nshow states\nsay A\n", true},
		{"say A\nshow states\n", false}, {"connect\nsay A\nshow states\n", false},
		{"ask A | B | C = 1\nshow states\n", false}, {"connect\n", false},
		{"send show\n", false},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		lesson(table[i].lesson);
		ck_assert_msg(guide_shows_next(&guide) == table[i].shows, "%s", table[i].lesson);
	}
	lesson("ask A | B | C = 1\nshow states\n");
	guide.state = LESSON_RUNS; /* the question is open: what comes behind it? */
	ck_assert(guide_shows_next(&guide));
	lesson("ask A | B | C = 1\nsay A\nshow states\n");
	ck_assert(!guide_shows_next(&guide));
	lesson("show states\n");
	ck_assert(guide_shows_next(&guide));
	guide.state = LESSON_WAITS;
	guide.there = false;
	ck_assert(!guide_shows_next(&guide));
	guide.there = true;
	guide.step = NULL;
	ck_assert(!guide_shows_next(&guide));
}
END_TEST

START_TEST(without_a_lesson_there_is_nothing_to_look_at)
{
	struct guide looked = {.there = true, .state = LESSON_STUCK};
	guide_look(&looked, NULL);
	ck_assert(!looked.there);
}
END_TEST

Suite *
screen_guide_suite(void)
{
	Suite *suite = suite_create("screen guide");
	TCase *tests = tcase_create("guide");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, the_commands_up_to_the_next_say_are_named, 0,
	    sizeof nexts / sizeof *nexts);
	tcase_add_test(tests, after_the_last_step_there_is_the_end);
	tcase_add_test(tests, each_state_has_its_words);
	tcase_add_test(tests, a_question_names_its_numbers);
	tcase_add_test(tests, an_answer_has_its_words);
	tcase_add_test(tests, a_lesson_has_its_rows_from_the_beginning);
	tcase_add_test(tests, a_lesson_has_lines_for_what_it_sends);
	tcase_add_test(tests, a_show_that_comes_is_known);
	tcase_add_test(tests, without_a_lesson_there_is_nothing_to_look_at);
	suite_add_tcase(suite, tests);
	return suite;
}
