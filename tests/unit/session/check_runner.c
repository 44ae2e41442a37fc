/* Command lines one after the other: their order, their marks, what ends them. */
#include "bare_session.h"
#include "command.h"
#include "suites.h"

#include <limits.h>
#include <signal.h>

START_TEST(what_is_no_line_is_nothing)
{
	struct session *session = bare_open(4096);
	ck_assert(session_submit(session, "", SOURCE_LINE));
	ck_assert(session_submit(session, " \t ", SOURCE_LINE));
	ck_assert(session_submit(session, " # connect", SOURCE_LINE));
	ck_assert(session_is_idle(session));
	runner_step(session);
	ck_assert_uint_eq(bare_count(session, EVENT_COMMAND), 0);
	bare_close(session);
}
END_TEST

START_TEST(a_bad_line_is_told_when_its_turn_comes)
{
	struct session *session = bare_open(4096);
	ck_assert(session_submit(session, "\t wait 0", SOURCE_KEY));
	ck_assert(!session_submit(session, "bogus", SOURCE_SCRIPT));
	ck_assert(!session_submit(session, "help me", SOURCE_SCRIPT));
	ck_assert(!session_is_idle(session));
	ck_assert(timer_is_running(session->world.tick));
	ck_assert(!session_has_failed(session));
	runner_step(session);
	ck_assert(session_has_failed(session));
	ck_assert(session_is_idle(session));
	ck_assert_uint_eq(bare_count(session, EVENT_ERROR), 2);
	const struct event *event = log_event(session->world.log, 0);
	ck_assert_int_eq(event->type, EVENT_COMMAND);
	ck_assert_int_eq(event->command.source, SOURCE_KEY);
	ck_assert_str_eq(event->text, "wait 0");
	event = log_event(session->world.log, 1);
	ck_assert_str_eq(event->text, "bogus");
	ck_assert_int_eq(event->command.source, SOURCE_SCRIPT);
	ck_assert_int_eq(log_event(session->world.log, 2)->type, EVENT_ERROR);
	bare_said(session, EVENT_ERROR, "help takes no argument: \"me\" is too much");
	bare_close(session);
}
END_TEST

START_TEST(lines_wait_for_the_one_before)
{
	struct session *session = bare_open(4096);
	bare_run(session, "wait 3600");
	ck_assert(bare_is_running(session));
	ck_assert(timer_is_running(session->world.tick));
	bare_run(session, "say one");
	bare_run(session, "say two");
	ck_assert_uint_eq(bare_count(session, EVENT_SAY), 0);
	ck_assert(!session_is_idle(session));
	bare_later(session, SECONDS(3600));
	ck_assert_uint_eq(bare_count(session, EVENT_SAY), 2);
	ck_assert_str_eq(bare_last(session, EVENT_SAY)->text, "two");
	ck_assert(session_is_idle(session));
	bare_run(session, "say three"); /* the queue is whole after its end */
	ck_assert_str_eq(bare_last(session, EVENT_SAY)->text, "three");
	bare_close(session);
}
END_TEST

START_TEST(what_waits_is_dropped_and_counted)
{
	struct session *session = bare_open(4096);
	bare_run(session, "wait 3600");
	bare_run(session, "say one");
	bare_run(session, "say two");
	ck_assert_uint_eq(session_drop_waiting(session), 2);
	ck_assert_uint_eq(session_drop_waiting(session), 0);
	ck_assert(bare_is_running(session));
	bare_run(session, "say three");
	bare_later(session, SECONDS(3600));
	ck_assert_uint_eq(bare_count(session, EVENT_SAY), 1);
	bare_close(session);
}
END_TEST

START_TEST(only_what_acts_moves_the_mark)
{
	struct session *session = bare_open(4096);
	bare_run(session, "say one");
	ck_assert_uint_eq(session->acting_mark, 0);
	uint64_t end = log_end(session->world.log);
	bare_run(session, "client long 32");
	ck_assert_uint_eq(session->acting_mark, end); /* before the command itself */
	bare_run(session, "wait 0");
	bare_run(session, "use 9");
	bare_run(session, "expect sent 0 within 0");
	bare_run(session, "bogus");
	ck_assert_uint_eq(session->acting_mark, end);
	end = log_end(session->world.log);
	bare_run(session, "send x"); /* acts, though it is refused here */
	ck_assert_uint_eq(session->acting_mark, end);
	bare_close(session);
}
END_TEST

/* Which rows act, as the contract says. */
START_TEST(these_act)
{
	static const char acting[] = " connect send read shutdown close abort kill client "
	    "server host reset ";
	size_t count;
	const struct command *table = command_table(&count);
	for (size_t i = 0; i < count; i++) {
		char word[32];
		snprintf(word, sizeof word, " %.*s ", (int)strcspn(table[i].name, " "),
		    table[i].name);
		ck_assert_msg(table[i].acts == (strstr(acting, word) != NULL), "%s",
		    table[i].name);
	}
}
END_TEST

START_TEST(nothing_begins_before_the_server_is_there)
{
	struct session *session = bare_open(4096);
	session->ready = false;
	session->world.server.starting = true;
	bare_run(session, "say one");
	ck_assert_uint_eq(bare_count(session, EVENT_COMMAND), 0);
	ck_assert(!session_is_idle(session));
	ck_assert(timer_is_running(session->world.tick));
	session->world.server.starting = false;
	session->world.server.pid = SERVER_PID;
	runner_step(session); /* it runs, and does not listen yet */
	ck_assert_uint_eq(bare_count(session, EVENT_COMMAND), 0);
	session->world.server.listening = true;
	session->world.client.starting = true;
	runner_step(session);
	ck_assert_uint_eq(bare_count(session, EVENT_COMMAND), 0);
	session->world.client.starting = false;
	runner_step(session);
	ck_assert_uint_eq(bare_count(session, EVENT_SAY), 1);
	session->world.server.starting = true; /* that was once and for all */
	bare_run(session, "say two");
	ck_assert_uint_eq(bare_count(session, EVENT_SAY), 2);
	bare_close(session);
}
END_TEST

START_TEST(a_bare_session_is_not_idle_until_it_is_ready)
{
	struct session *session = bare_open(4096);
	ck_assert(session_is_idle(session));
	session->ready = false;
	ck_assert(!session_is_idle(session));
	bare_close(session);
}
END_TEST

START_TEST(nothing_runs_after_the_end)
{
	struct session *session = bare_open(4096);
	session->world.ended = true;
	bare_run(session, "say one");
	ck_assert_uint_eq(bare_count(session, EVENT_COMMAND), 0);
	bare_close(session);
}
END_TEST

/* The world gives its server up, and the runner looks. */
static void
give_up(struct session *session)
{
	session->world.server.never_came = true;
	runner_step(session);
	ck_assert(!session->world.server.never_came);
}

/* The opening of a screen, with or without one more line behind it. */
START_TEST(an_opening_that_cannot_be_is_forgotten)
{
	struct session *session = bare_open(4096);
	session->ready = false;
	session->world.server.starting = session->options.screen = true;
	session_submit(session, "connect", SOURCE_KEY);
	if (_i == 1)
		session_submit(session, "say one", SOURCE_KEY);
	session->world.server.starting = false;
	give_up(session);
	ck_assert_uint_eq(bare_count(session, EVENT_COMMAND), (unsigned)_i);
	bare_run(session, "say two");
	ck_assert_uint_eq(bare_count(session, EVENT_SAY), 1 + (unsigned)_i);
	bare_close(session);
}
END_TEST

/* What waits when the server is given up; only what a screen opened with is forgotten. */
static const struct { bool screen, ready; enum command_source source; } kept[] = {
	{true, false, SOURCE_LINE}, {false, false, SOURCE_KEY}, {true, true, SOURCE_KEY},
};

START_TEST(a_line_of_the_user_is_not_forgotten)
{
	struct session *session = bare_open(4096);
	session->options.screen = kept[_i].screen;
	session->ready = false;
	session->world.server.starting = true;
	give_up(session); /* nothing waits */
	session_submit(session, "say one", kept[_i].source);
	session->ready = kept[_i].ready;
	session->world.server.starting = false;
	give_up(session);
	ck_assert_uint_eq(bare_count(session, EVENT_SAY), 1);
	bare_close(session);
}
END_TEST

/* What waits, and how often the console may wake in 200 ms of it, for its watches, too: that
 * the kernel alone tells of a disposition, and a pause, is looked for. */
static const struct { const char *line; unsigned wakes; } waits[] = {
	{"wait 30", 0}, {"ask why? | one | two = 1", 0}, {"expect children 7 within 30", 2},
	{"expect echo hi within 30", 2}, {"expect listening no for 30 within 30", 2},
	{"expect disposition client HUP ignored within 30", 2},
};

/* How often the loop wakes in 200 ms. */
static unsigned
count_wakes(struct session *session)
{
	int64_t begun = loop_now(session->world.loop);
	unsigned wakes = 0;
	while (loop_now(session->world.loop) < begun + MILLISECONDS(200)) {
		wakes += loop_round(session->world.loop, 10) > 0;
		runner_step(session);
	}
	return wakes;
}

/* It is asked often at first; on a busy machine the watches find something to tell for a
 * while, so that they look oftener. */
START_TEST(what_waits_does_not_wake_the_console)
{
	struct session *session = bare_open(4096);
	session->room = true;
	signal(SIGHUP, SIG_DFL);
	bare_connections(session, 1);
	session->world.client.pid = getpid();
	bare_run(session, waits[_i].line);
	ck_assert(bare_is_running(session));
	unsigned wakes = UINT_MAX;
	for (int tries = 0; tries < 50 && wakes > waits[_i].wakes; tries++)
		wakes = count_wakes(session);
	ck_assert(bare_is_running(session));
	ck_assert_uint_le(wakes, waits[_i].wakes);
	bare_close(session);
}
END_TEST

START_TEST(a_pause_ends_on_time)
{
	struct session *session = bare_open(4096);
	int64_t begun = loop_now(session->world.loop);
	bare_run(session, "wait 0.4");
	while (bare_is_running(session)) {
		ck_assert_int_ge(loop_round(session->world.loop, -1), 0); /* its own timer */
		runner_step(session);
	}
	ck_assert_int_ge(loop_now(session->world.loop), begun + MILLISECONDS(400));
	bare_close(session);
}
END_TEST

/* Holds after a while, and then long enough, with no event at its end. */
START_TEST(what_holds_is_judged_when_it_has_held)
{
	struct session *session = bare_open(4096);
	bare_connections(session, 1);
	bare_run(session, "expect children 1 for 0.4 within 10");
	int64_t begun = loop_now(session->world.loop);
	while (bare_is_running(session)) {
		ck_assert_int_ge(loop_round(session->world.loop, -1), 0);
		runner_step(session);
	}
	ck_assert_int_ge(loop_now(session->world.loop), begun + MILLISECONDS(390));
	ck_assert(bare_last(session, EVENT_EXPECT)->expect.pass);
	bare_close(session);
}
END_TEST

START_TEST(a_line_is_checked_without_running_it)
{
	char error[SESSION_ERROR];
	ck_assert(runner_check("expect echo a for 1 within 2", error, sizeof error));
	ck_assert_str_eq(error, "");
	ck_assert(!runner_check("expect echoes", error, sizeof error));
	ck_assert_ptr_nonnull(strstr(error, "cannot expect \"echoes\""));
	ck_assert(!runner_check("bogus", error, sizeof error));
	ck_assert_ptr_nonnull(strstr(error, "no command \"bogus\""));
	ck_assert(!runner_check("wait soon", error, sizeof error));
	ck_assert_str_eq(error, "wait wants seconds, as in: wait 1.5");
}
END_TEST

/* Completion leaves a blank behind a word. */
START_TEST(closing_blanks_are_no_argument)
{
	static const char *const lines[] = {"wait 0 ", "client long 32 \t", "use 1 ",
		"client sigpipe ignore  ", "show settings "};
	struct session *session = bare_open(4096);
	bare_connections(session, 1);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		bare_run(session, lines[i]);
	ck_assert_uint_eq(bare_count(session, EVENT_ERROR), 0);
	ck_assert(!session_has_failed(session));
	bare_close(session);
}
END_TEST

/* Those of a text are the text's: what is typed is sent. */
START_TEST(closing_blanks_of_a_text_are_kept)
{
	static const char *const lines[] = {"send a  ", "say b \t", "ask c | d | e = 1 ",
		"expect echo f  "};
	struct session *session = bare_open(4096);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		ck_assert(session_submit(session, lines[i], SOURCE_LINE));
		struct queued *queued = session->queue;
		while (queued->next != NULL)
			queued = queued->next;
		ck_assert_str_eq(queued->text, lines[i]);
	}
	bare_close(session);
}
END_TEST

START_TEST(each_command_has_five_seconds)
{
	struct session *session = bare_open(4096);
	int program = bare_client(session);
	bare_connections(session, 1);
	int64_t before = loop_now(session->world.loop);
	bare_run(session, "read");
	ck_assert_int_ge(session->running.begun_at, before);
	ck_assert_int_le(session->running.begun_at, loop_now(session->world.loop));
	ck_assert_int_eq(session->running.deadline, session->running.begun_at + SECONDS(5));
	close(program);
	bare_close(session);
}
END_TEST

Suite *
runner_suite(void)
{
	Suite *suite = suite_create("runner");
	TCase *all = tcase_create("all");
	tcase_add_test(all, what_is_no_line_is_nothing);
	tcase_add_test(all, a_bad_line_is_told_when_its_turn_comes);
	tcase_add_test(all, lines_wait_for_the_one_before);
	tcase_add_test(all, what_waits_is_dropped_and_counted);
	tcase_add_test(all, only_what_acts_moves_the_mark);
	tcase_add_test(all, these_act);
	tcase_add_test(all, nothing_begins_before_the_server_is_there);
	tcase_add_test(all, a_bare_session_is_not_idle_until_it_is_ready);
	tcase_add_test(all, nothing_runs_after_the_end);
	tcase_add_loop_test(all, an_opening_that_cannot_be_is_forgotten, 0, 2);
	tcase_add_loop_test(all, a_line_of_the_user_is_not_forgotten, 0,
	    sizeof kept / sizeof *kept);
	tcase_add_loop_test(all, what_waits_does_not_wake_the_console, 0,
	    sizeof waits / sizeof *waits);
	tcase_add_test(all, a_pause_ends_on_time);
	tcase_add_test(all, what_holds_is_judged_when_it_has_held);
	tcase_add_test(all, a_line_is_checked_without_running_it);
	tcase_add_test(all, closing_blanks_are_no_argument);
	tcase_add_test(all, closing_blanks_of_a_text_are_kept);
	tcase_add_test(all, each_command_has_five_seconds);
	suite_add_tcase(suite, all);
	return suite;
}
