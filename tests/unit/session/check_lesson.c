/* A lesson in a session of this process, by steps and through. */
#include "lesson.h"

#include "session_fixture.h"
#include "suites.h"

static const char small[] = "title Small\n"                  /* line 1 */
    "section 5.12\nsay First.\nconnect\nsend hello\n"        /* to line 5 */
    "expect echo hello\nask Who? | The client | Nobody = 2\n"
    "kill child\nexpect state client CLOSE_WAIT\nsay Last.\n";

/* What a test plays with. */
struct play {
	struct scenario scenario;
	struct session *session;
	struct lesson *lesson;
};

static void
begin(struct play *play, const char *text, bool by_steps)
{
	char error[SCENARIO_ERROR];
	ck_assert_msg(scenario_parse(&play->scenario, "small.scenario", text,
	    strlen(text), error) == 0, "%s", error);
	play->session = session_on("127.0.0.1", free_port());
	session_room_by(play->session, by_steps);
	session_begin(play->session);
	play->lesson = lesson_new(play->session, &play->scenario, by_steps);
	ck_assert_ptr_nonnull(play->lesson);
}

static void
end(struct play *play)
{
	lesson_free(play->lesson);
	session_free(play->session);
	scenario_release(&play->scenario);
}

/* Rounds until the lesson does not run any more, or asks the room. */
static void
await(struct play *play)
{
	const struct moment_lesson *now = &session_now(play->session)->lesson;
	int64_t deadline = loop_now(session_loop(play->session)) + SECONDS(60);
	do {
		ck_assert_int_lt(loop_now(session_loop(play->session)), deadline);
		ck_assert_int_eq(session_round(play->session, 100), 0);
		lesson_step(play->lesson);
	} while (lesson_state(play->lesson) == LESSON_RUNS &&
	    (*now->question == '\0' || now->chosen != 0));
}

START_TEST(by_steps_it_waits_at_each_say)
{
	struct play play;
	begin(&play, small, true);
	const struct moment_lesson *now = &session_now(play.session)->lesson;
	size_t count;
	await(&play);
	ck_assert_int_eq(lesson_state(play.lesson), LESSON_WAITS);
	ck_assert_str_eq(now->say, "First.");
	ck_assert_str_eq(now->title, "Small");
	ck_assert_str_eq(lesson_next(play.lesson)->text, "connect");
	ck_assert_uint_eq(lesson_position(play.lesson, &count), 1);
	ck_assert_uint_eq(count, 8);
	ck_assert_uint_eq(session_now(play.session)->connection_count, 0);
	lesson_go_on(play.lesson);
	await(&play);
	ck_assert_str_eq(now->question, "Who?");
	ck_assert_str_eq(now->answers, "The client\nNobody");
	ck_assert_uint_eq(now->answer, 2);
	int64_t deadline = loop_now(session_loop(play.session)) + SECONDS(20);
	while (session_now(play.session)->connections[0].client != STATE_ESTABLISHED) {
		ck_assert_int_lt(loop_now(session_loop(play.session)), deadline);
		ck_assert_int_eq(session_round(play.session, 100), 0); /* it is read soon */
	}
	session_choose(play.session, 1);
	await(&play);
	ck_assert_int_eq(lesson_state(play.lesson), LESSON_OVER);
	ck_assert_str_eq(now->say, "Last.");
	ck_assert_int_eq(now->what, LESSON_PASSED);
	ck_assert(!lesson_has_failed(play.lesson));
	ck_assert_ptr_null(lesson_next(play.lesson));
	end(&play);
}
END_TEST

static const char failing[] = "title Failing\nconnect\nsend hello\n"
    "expect echo goodbye\nsend again\nexpect echo again\n";

START_TEST(by_steps_a_failure_is_shown_and_gone_past)
{
	struct play play;
	begin(&play, failing, true);
	const struct moment_lesson *now = &session_now(play.session)->lesson;
	await(&play);
	ck_assert_int_eq(lesson_state(play.lesson), LESSON_STUCK);
	ck_assert_str_eq(lesson_next(play.lesson)->text, "expect echo goodbye");
	ck_assert_str_eq(now->failed, "echo goodbye");
	ck_assert_str_eq(now->got, "hello");
	ck_assert_int_eq(now->what, LESSON_FAILED);
	ck_assert_uint_eq(now->line, 4);
	lesson_go_on(play.lesson);
	await(&play);
	ck_assert_int_eq(lesson_state(play.lesson), LESSON_OVER);
	ck_assert(lesson_has_failed(play.lesson));
	ck_assert_int_eq(now->what, LESSON_FAILED);
	end(&play);
}
END_TEST

START_TEST(played_through_it_ends_at_the_first_failure)
{
	struct play play;
	begin(&play, failing, false);
	await(&play);
	ck_assert_int_eq(lesson_state(play.lesson), LESSON_OVER);
	ck_assert_uint_eq(session_now(play.session)->sent, 1);
	ck_assert_uint_eq(session_now(play.session)->lesson.line, 4);
	end(&play);
}
END_TEST

START_TEST(a_command_that_is_refused_fails_it)
{
	struct play play;
	begin(&play, "title Refused\nconnect\nuse 7\nsend hi\n", false);
	await(&play);
	ck_assert(lesson_has_failed(play.lesson));
	ck_assert_uint_eq(session_now(play.session)->lesson.line, 3);
	end(&play);
}
END_TEST

START_TEST(what_is_typed_in_between_is_not_the_lessons)
{
	struct play play;
	begin(&play, "title Typed\nsay One.\nconnect\nsay Two.\n", true);
	await(&play);
	ck_assert(session_submit(play.session, "expect zombies 7 within 0", SOURCE_LINE));
	ck_assert(session_submit(play.session, "use 9", SOURCE_LINE));
	lesson_go_on(play.lesson);
	await(&play);
	ck_assert_int_eq(lesson_state(play.lesson), LESSON_OVER);
	ck_assert(!lesson_has_failed(play.lesson));
	ck_assert(session_has_failed(play.session));
	end(&play);
}
END_TEST

START_TEST(what_comes_next_is_the_step_that_runs)
{
	struct play play;
	size_t count;
	begin(&play, "title Next\nsay One.\nwait 3600\nsay Two.\n", true);
	ck_assert_str_eq(lesson_next(play.lesson)->text, "say One.");
	ck_assert_uint_eq(lesson_position(play.lesson, &count), 0);
	ck_assert_uint_eq(count, 3);
	lesson_go_on(play.lesson); /* nothing waits: it goes on by itself */
	ck_assert_int_eq(lesson_state(play.lesson), LESSON_RUNS);
	await(&play);
	ck_assert_str_eq(lesson_next(play.lesson)->text, "wait 3600");
	ck_assert_ptr_eq(lesson_scenario(play.lesson), &play.scenario);
	lesson_go_on(play.lesson);
	lesson_step(play.lesson);
	ck_assert_uint_eq(lesson_position(play.lesson, &count), 2);
	ck_assert_str_eq(lesson_next(play.lesson)->text, "wait 3600"); /* it runs */
	lesson_step(play.lesson); /* which changes nothing while it does */
	ck_assert_uint_eq(lesson_position(play.lesson, &count), 2);
	end(&play);
}
END_TEST

/* The lesson goes before its session does. */
START_TEST(a_lesson_that_is_gone_reads_nothing)
{
	struct play play;
	begin(&play, small, false);
	lesson_free(play.lesson);
	lesson_free(NULL);
	play.lesson = NULL;
	session_error(play.session, "what goes wrong now is nobody's");
	end(&play);
}
END_TEST

Suite *
lesson_suite(void)
{
	Suite *suite = suite_create("lesson");
	TCase *all = tcase_create("lesson");
	tcase_add_test(all, by_steps_it_waits_at_each_say);
	tcase_add_test(all, by_steps_a_failure_is_shown_and_gone_past);
	tcase_add_test(all, played_through_it_ends_at_the_first_failure);
	tcase_add_test(all, a_command_that_is_refused_fails_it);
	tcase_add_test(all, what_is_typed_in_between_is_not_the_lessons);
	tcase_add_test(all, what_comes_next_is_the_step_that_runs);
	tcase_add_test(all, a_lesson_that_is_gone_reads_nothing);
	suite_add_tcase(suite, all);
	return suite;
}
