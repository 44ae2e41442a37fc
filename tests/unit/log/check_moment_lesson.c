/* check_moment_lesson.c: what a moment knows of its lesson: what the narrator said last,
 * what failed, and whose command that was. */
#include "moment.h"

#include "event_fixture.h"
#include "suites.h"

/* A command that begins, from there. */
static void
command_from(struct moment *now, enum command_source source)
{
	struct event event = fixture_event(EVENT_COMMAND, "a command");
	event.command.source = source;
	fixture_fold(now, event);
}

/* An expectation that came out so. */
static void
expect(struct moment *now, bool pass, const char *got)
{
	struct event event = fixture_event(EVENT_EXPECT, "zombies 5");
	event.expect.pass = pass;
	event.detail = got != NULL ? strdup(got) : NULL;
	fixture_fold(now, event);
}

static void
begin_lesson(struct moment *now)
{
	moment_init(now);
	fixture_fold(now, fixture_lesson(LESSON_BEGUN, "Five zombies"));
}

START_TEST(a_lesson_begins_anew)
{
	struct moment now;
	const struct moment_lesson *lesson = &now.lesson;
	moment_init(&now);
	ck_assert(!lesson->any);
	fixture_fold(&now, fixture_event(EVENT_SAY, "before"));
	command_from(&now, SOURCE_SCRIPT);
	expect(&now, false, "4");
	fixture_fold(&now, fixture_lesson(LESSON_BEGUN, "Five zombies"));
	ck_assert(lesson->any && !lesson->spoke && !lesson->stuck && !lesson->refused);
	ck_assert_int_eq(lesson->what, LESSON_BEGUN);
	ck_assert_str_eq(lesson->name, "zombies");
	ck_assert_str_eq(lesson->title, "Five zombies");
	ck_assert_str_eq(lesson->section, "5.9");
	ck_assert_str_eq(lesson->say, "");
	ck_assert_str_eq(lesson->failed, "");
	ck_assert_uint_eq(lesson->line, 0);
	struct event nameless = {.type = EVENT_LESSON};
	fixture_fold(&now, nameless);
	ck_assert_str_eq(lesson->name, "");
	moment_release(&now);
}
END_TEST

/* How it came out, and which line it was. */
static const struct { enum lesson_what what; bool stuck; unsigned line; } outcomes[] = {
	{LESSON_PASSED, false, 0}, {LESSON_FAILED, true, 12}, {LESSON_SKIPPED, false, 0},
};

START_TEST(a_lesson_comes_out)
{
	struct moment now;
	begin_lesson(&now);
	fixture_fold(&now, fixture_lesson(outcomes[_i].what, "expect zombies 5"));
	ck_assert_int_eq(now.lesson.what, outcomes[_i].what);
	ck_assert_int_eq(now.lesson.stuck, outcomes[_i].stuck);
	ck_assert_uint_eq(now.lesson.line, outcomes[_i].line);
	ck_assert_str_eq(now.lesson.failed, outcomes[_i].stuck ? "expect zombies 5" : "");
	ck_assert_str_eq(now.lesson.title, "Five zombies"); /* it has the one it began with */
	moment_release(&now);
}
END_TEST

/* The expectation that failed is told, not the line that says it. */
START_TEST(what_failed_is_what_was_expected)
{
	struct moment now;
	begin_lesson(&now);
	command_from(&now, SOURCE_SCRIPT);
	expect(&now, false, "4");
	ck_assert_str_eq(now.lesson.failed, "zombies 5");
	ck_assert_str_eq(now.lesson.got, "4");
	ck_assert(!now.lesson.refused);
	fixture_fold(&now, fixture_lesson(LESSON_FAILED, "expect zombies 5"));
	ck_assert_str_eq(now.lesson.failed, "zombies 5");
	command_from(&now, SOURCE_SCRIPT);
	ck_assert(!now.lesson.stuck);
	expect(&now, true, NULL);
	ck_assert_str_eq(now.lesson.failed, "");
	ck_assert_str_eq(now.lesson.got, "");
	expect(&now, false, NULL);
	ck_assert_str_eq(now.lesson.got, "");
	moment_release(&now);
}
END_TEST

/* A refused command says why; an expectation after it is none. */
START_TEST(a_refused_command_says_why)
{
	struct moment now;
	begin_lesson(&now);
	command_from(&now, SOURCE_SCRIPT);
	expect(&now, false, "4");
	fixture_fold(&now, fixture_event(EVENT_ERROR, "no connection 9"));
	ck_assert(now.lesson.refused);
	ck_assert_str_eq(now.lesson.got, "no connection 9");
	ck_assert_str_eq(now.lesson.failed, "");
	expect(&now, true, NULL);
	ck_assert(!now.lesson.refused);
	moment_release(&now);
}
END_TEST

/* What somebody types in between is not the lesson's. */
static const enum command_source others[] = {SOURCE_KEY, SOURCE_LINE, SOURCE_STDIN};

START_TEST(what_others_do_is_not_the_lessons)
{
	struct moment now;
	begin_lesson(&now);
	command_from(&now, SOURCE_SCRIPT);
	expect(&now, false, "4");
	fixture_fold(&now, fixture_lesson(LESSON_FAILED, "expect zombies 5"));
	command_from(&now, others[_i]);
	expect(&now, true, NULL);
	ck_assert_str_eq(now.lesson.failed, "zombies 5");
	fixture_fold(&now, fixture_event(EVENT_ERROR, "no"));
	ck_assert(!now.lesson.refused && now.lesson.stuck);
	ck_assert_str_eq(now.lesson.got, "4");
	moment_release(&now);
}
END_TEST

START_TEST(the_narrator_speaks_and_asks)
{
	struct moment now;
	const struct moment_lesson *lesson = &now.lesson;
	begin_lesson(&now);
	fixture_fold(&now, fixture_event(EVENT_SAY, "look"));
	ck_assert(lesson->spoke);
	ck_assert_str_eq(lesson->say, "look");
	fixture_fold(&now, fixture_ask("Who?", "I\nYou", 2, 0));
	ck_assert_str_eq(lesson->say, "");
	ck_assert_str_eq(lesson->question, "Who?");
	ck_assert_str_eq(lesson->answers, "I\nYou");
	ck_assert_uint_eq(lesson->answer, 2);
	ck_assert_uint_eq(lesson->chosen, 0);
	fixture_fold(&now, fixture_event(EVENT_NOTE, "nothing to do with it"));
	ck_assert_str_eq(lesson->question, "Who?");
	fixture_fold(&now, fixture_ask("Who?", "I\nYou", 2, 1));
	fixture_fold(&now, fixture_event(EVENT_SAY, "so it was"));
	ck_assert_str_eq(lesson->question, "Who?"); /* beside what tells how it was */
	ck_assert_uint_eq(lesson->chosen, 1);
	ck_assert_uint_eq(lesson->answer, 2);
	fixture_fold(&now, fixture_ask("What?", "It", 1, 0));
	ck_assert_str_eq(lesson->say, "");
	ck_assert_uint_eq(lesson->chosen, 0);
	fixture_fold(&now, fixture_event(EVENT_SAY, "and on"));
	ck_assert_str_eq(lesson->question, "");
	ck_assert_str_eq(lesson->answers, "");
	ck_assert_uint_eq(lesson->answer, 0);
	fixture_fold(&now, (struct event){.type = EVENT_SAY});
	ck_assert_str_eq(lesson->say, "");
	ck_assert(lesson->spoke);
	moment_release(&now);
}
END_TEST

Suite *
moment_lesson_suite(void)
{
	Suite *suite = suite_create("moment_lesson");
	TCase *tests = tcase_create("moment_lesson");
	tcase_add_test(tests, a_lesson_begins_anew);
	tcase_add_loop_test(tests, a_lesson_comes_out, 0, 3);
	tcase_add_test(tests, what_failed_is_what_was_expected);
	tcase_add_test(tests, a_refused_command_says_why);
	tcase_add_loop_test(tests, what_others_do_is_not_the_lessons, 0, 3);
	tcase_add_test(tests, the_narrator_speaks_and_asks);
	suite_add_tcase(suite, tests);
	return suite;
}
