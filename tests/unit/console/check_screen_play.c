/* check_screen_play.c: lessons on the screen, by their keys: which is played, how it goes
 * on, what the room answers, the menu.
 *
 * The session is told that it owns a server that nobody has started: the lessons here
 * only speak, ask, show and expect. */
#include "console_fixture.h"
#include "console_lessons.h"
#include "console_show.h"
#include "suites.h"

#include "exit_status.h"

#include <sys/stat.h>

#include <readline/readline.h>

static char home[64];

/* The lessons of this user. */
static const struct { const char *name, *text; } lessons[] = {
	{"one", "title One\nrow 1\nsay First.\nshow states\nask Who? | A | B = 2\n"
	    "show figures\nsay Second.\nexpect zombies 0\nsay Third.\nshow bytes\nsay Last.\n"},
	{"two", "title Two\nrow 2\nexpect zombies 7 within 0\nsay Unexpected.\n"},
	{"three", "title Three\nrow 3\nshow states\nexpect zombies 7 within 0\nsay End.\n"},
	{"lab", "title Lab\nrow 4\nneeds lab\nsay Hello.\n"},
};

enum { LESSONS = sizeof lessons / sizeof *lessons };

static void
write_lesson(const char *name, const char *text)
{
	char path[160];
	snprintf(path, sizeof path, "%s/tcpconsole/scenarios/%s.scenario", home, name);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void
remove_lesson(const char *name)
{
	char path[160];
	snprintf(path, sizeof path, "%s/tcpconsole/scenarios/%s.scenario", home, name);
	unlink(path);
}

static void
setup_lessons(void)
{
	char path[128];
	setup_console();
	snprintf(home, sizeof home, "/tmp/check_screen_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	snprintf(path, sizeof path, "%s/tcpconsole", home);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/tcpconsole/scenarios", home);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	for (size_t i = 0; i < LESSONS; i++)
		write_lesson(lessons[i].name, lessons[i].text);
	setenv("XDG_DATA_HOME", home, 1);
	at.session.directory = home; /* whose program has no lessons */
	at.console->session->world.server.ours = true;
	at.console->session->ready = true;
}

static void
teardown_lessons(void)
{
	char path[128];
	for (size_t i = 0; i < LESSONS; i++)
		remove_lesson(lessons[i].name);
	remove_lesson("broken");
	remove_lesson("tcpservs");
	snprintf(path, sizeof path, "%s/tcpconsole/scenarios", home);
	rmdir(path);
	snprintf(path, sizeof path, "%s/tcpconsole", home);
	rmdir(path);
	ck_assert_int_eq(rmdir(home), 0);
	at.console->session->world.server.ours = false;
	teardown_console();
}

/* Plays it in the session that is there. */
static void
play(const char *name)
{
	char error[SESSION_ERROR];
	ck_assert_msg(console_play(at.console, name, error), "%s", error);
	at.console->scenario = at.console->coming;
	at.console->coming = NULL;
	console_begin_lesson(at.console);
	ck_assert_ptr_nonnull(at.console->lesson);
}

/* Rounds until the lesson is in this state. */
static void
await_state(enum lesson_state state)
{
	int64_t until = loop_now(at.console->loop) + SECONDS(AWAIT_SECONDS);
	do {
		ck_assert_int_lt(loop_now(at.console->loop), until);
		ck_assert_int_eq(session_round(at.console->session, 10), 0);
		console_follow_lesson(at.console);
		drain();
	} while (lesson_state(at.console->lesson) != state);
}

/* Rounds until the room is asked. */
static void
await_question(void)
{
	int64_t until = loop_now(at.console->loop) + SECONDS(AWAIT_SECONDS);
	while (guide_answers(session_now(at.console->session)) == 0) {
		ck_assert_int_lt(loop_now(at.console->loop), until);
		ck_assert_int_eq(session_round(at.console->session, 10), 0);
		console_follow_lesson(at.console);
		drain();
	}
}

static const char *
zoomed(void)
{
	const struct pane_state *state = at.console->screen.zoomed;
	return state != NULL ? state->pane->name : "";
}

/* The lesson that is to be played next; "": none. */
static const char *
coming(void)
{
	return at.console->coming != NULL ? at.console->coming->name : "";
}

START_TEST(enter_goes_on_to_what_is_said_next)
{
	play("one");
	await_state(LESSON_WAITS);
	ck_assert(shows("First."));
	ck_assert(holds("Enter Next"));
	press(_i == 0 ? "\r" : "\n");
	await_question();
	ck_assert(shows("Who?"));
	ck_assert_str_eq(zoomed(), "states");
	ck_assert(at.console->screen.zoomed_by_lesson);
	ck_assert_int_eq(at.console->screen.focus, FOCUS_LINE);
	press("\r");
	ck_assert(shows("the room's answer first: press its number"));
	ck_assert_str_eq(zoomed(), "states");
	press("2");
	ck_assert_str_eq(zoomed(), "states"); /* until there are the figures */
	await_state(LESSON_WAITS);
	ck_assert(shows("Second."));
	ck_assert_str_eq(zoomed(), "figures");
	press("\r");
	ck_assert_str_eq(zoomed(), ""); /* nothing else is shown up to Third */
	await_state(LESSON_WAITS);
	ck_assert(shows("Third."));
	press("\r");
	await_state(LESSON_OVER);
	ck_assert_str_eq(zoomed(), "bytes");
	ck_assert(shows("passed"));
	press("\r");
	ck_assert_str_eq(zoomed(), "lessons");
}
END_TEST

/* What the user has zoomed stays. */
START_TEST(a_pane_that_a_key_zoomed_stays)
{
	play("one");
	await_state(LESSON_WAITS);
	press("\tz");
	at.console->screen.focus = FOCUS_LINE;
	at.console->lesson_position = 99;
	press("\r");
	ck_assert_str_eq(zoomed(), "sockets");
}
END_TEST

START_TEST(enter_without_a_lesson_or_in_a_line_does_not_go_on)
{
	ck_assert(!console_go_on(at.console));
	press("\r");
	play("one");
	await_state(LESSON_WAITS);
	press("hello\r");
	ck_assert_int_eq(lesson_state(at.console->lesson), LESSON_WAITS);
	ck_assert_str_eq(given(), "line send hello");
	press("\033 ");
	at.console->screen.focus = FOCUS_LINE;
	press("\r");
	ck_assert_int_eq(lesson_state(at.console->lesson), LESSON_WAITS);
	ck_assert(shows("this is the past"));
}
END_TEST

START_TEST(a_step_that_runs_is_not_hurried)
{
	play("one");
	ck_assert_int_eq(lesson_state(at.console->lesson), LESSON_RUNS);
	at.console->screen.zoomed_by_lesson = true;
	at.console->screen.zoomed = screen_pane(&at.console->screen, "states");
	press("\r");
	ck_assert_str_eq(zoomed(), "states");
	ck_assert_int_eq(lesson_state(at.console->lesson), LESSON_RUNS);
}
END_TEST

START_TEST(what_was_not_expected_is_shown_and_gone_past)
{
	play("three");
	at.console->screen.zoomed = NULL;
	await_state(LESSON_STUCK);
	ck_assert_str_eq(zoomed(), ""); /* the timeline shows the place */
	ck_assert(shows("Enter: go on all the same"));
	press("\r");
	await_state(LESSON_OVER);
	ck_assert(shows("FAILED"));
}
END_TEST

/* The room's answer closes what was shown, when no other show comes. */
START_TEST(an_answer_puts_back_what_was_shown)
{
	write_lesson("broken", "title Ask\nsay A.\nshow states\nask Who? | A | B = 2\nsay End.\n");
	play("broken");
	await_state(LESSON_WAITS);
	press("\r");
	await_question();
	ck_assert_str_eq(zoomed(), "states");
	press("1");
	ck_assert_uint_eq(at.console->session->chosen, 1);
	ck_assert_str_eq(zoomed(), "");
	await_state(LESSON_OVER);
	ck_assert_uint_eq(session_now(at.console->session)->lesson.chosen, 1);
}
END_TEST

START_TEST(an_answer_waits_in_the_past)
{
	play("one");
	await_state(LESSON_WAITS);
	press("\r");
	await_question();
	press("\033 ");
	ck_assert(console_choose(at.console, 2));
	ck_assert_uint_eq(at.console->session->chosen, 0);
	ck_assert(shows("this is the past"));
	press(" ");
	ck_assert(console_choose(at.console, 1));
	ck_assert_uint_eq(at.console->session->chosen, 1);
	await_state(LESSON_WAITS);
	ck_assert(!console_choose(at.console, 1));
}
END_TEST

START_TEST(b_plays_it_again)
{
	press("\tb");
	ck_assert(shows("no lesson was begun yet: l shows them"));
	ck_assert_str_eq(coming(), "");
	play("two");
	press(_i == 0 ? "b" : "i\033b");
	ck_assert_str_eq(coming(), "two");
	console_forget_scenario(&at.console->coming);
	write_lesson("two", "title Two\nfrobnicate\n");
	press(_i == 0 ? "b" : "\033b");
	ck_assert_str_eq(coming(), "");
	ck_assert(shows("frobnicate"));
}
END_TEST

/* The menu: in the lecture's order, at the lesson that is played, or comes after it. */
START_TEST(l_opens_the_menu_at_the_lesson_that_comes_next)
{
	static const char *const order[] = {"one", "two", "three", "lab"};
	const struct pane_state *menu = screen_pane(&at.console->screen, "lessons");
	press(_i == 0 ? "\tl" : "\033l");
	ck_assert_str_eq(zoomed(), "lessons");
	ck_assert_int_eq(at.console->screen.focus, FOCUS_PANES);
	ck_assert_uint_eq(at.console->lesson_count, LESSONS);
	for (size_t i = 0; i < LESSONS; i++)
		ck_assert_str_eq(at.console->lessons[i].name, order[i]);
	ck_assert_uint_eq(menu->selected, 0);
	ck_assert(shows(" One"));
	ck_assert(holds("Three"));
	ck_assert(holds(" Enter Play "));
	play("two");
	press("l");
	ck_assert_uint_eq(menu->selected, 1);
	at.console->lesson_state = LESSON_OVER;
	press("l");
	ck_assert_uint_eq(menu->selected, 2);
	snprintf(at.console->scenario->name, SCENARIO_NAME, "lab"); /* the last */
	press("l");
	ck_assert_uint_eq(menu->selected, 0);
	at.console->lesson_state = LESSON_RUNS;
	press("l");
	ck_assert_uint_eq(menu->selected, 3);
	snprintf(at.console->scenario->name, SCENARIO_NAME, "elsewhere");
	press("l");
	ck_assert_uint_eq(menu->selected, 0);
}
END_TEST

START_TEST(enter_in_the_menu_plays_the_selected_one)
{
	press("\tl");
	frame();
	press(_i == 0 ? "\r" : "j\r");
	ck_assert_str_eq(coming(), _i == 0 ? "one" : "two");
	ck_assert(!at.console->refused);
	press("G");
	frame();
	press("\r"); /* it cannot be played here, and the one before stays */
	ck_assert_str_eq(coming(), _i == 0 ? "one" : "two");
	ck_assert(at.console->refused);
	ck_assert(shows("lab "));
}
END_TEST

START_TEST(no_lesson_is_begun_in_the_past)
{
	press("\tl");
	frame();
	press(" \r");
	ck_assert_str_eq(coming(), "");
	ck_assert(shows("this is the past"));
	press(" \r");
	ck_assert_str_eq(coming(), "one");
}
END_TEST

START_TEST(a_menu_without_lessons_plays_nothing)
{
	for (size_t i = 0; i < LESSONS; i++)
		remove_lesson(lessons[i].name);
	press("\tl");
	ck_assert_str_eq(zoomed(), "lessons");
	press("\r");
	ck_assert_str_eq(coming(), "");
}
END_TEST

START_TEST(a_wrong_lesson_is_told_and_the_others_are_there)
{
	write_lesson("broken", "title Broken\nfrobnicate\n");
	press("\tl");
	ck_assert_uint_eq(at.console->lesson_count, LESSONS);
	ck_assert(shows("broken.scenario"));
	ck_assert_str_eq(zoomed(), "lessons");
	console_forget_lessons(at.console);
	ck_assert_uint_eq(at.console->lesson_count, 0);
	ck_assert_ptr_null(at.console->lessons);
}
END_TEST

/* The menu and what is selected in it, from a command or a key. */
START_TEST(show_lessons_is_the_menu)
{
	timer_stop(at.console->frame);
	ck_assert(console_show(at.console, "lessons"));
	ck_assert(timer_is_running(at.console->frame));
	ck_assert_uint_eq(at.console->lesson_count, LESSONS);
	ck_assert_str_eq(zoomed(), "lessons");
}
END_TEST

START_TEST(a_lesson_that_is_not_there_says_so)
{
	char error[SESSION_ERROR] = "";
	ck_assert(!console_play(at.console, "nothing", error));
	ck_assert_ptr_nonnull(strstr(error, "no scenario \"nothing\""));
	ck_assert(!at.console->refused);
	ck_assert(!console_play(at.console, "lab", error));
	ck_assert(at.console->refused);
	ck_assert_int_eq(strncmp(error, "lab ", 4), 0);
	ck_assert(console_play(at.console, "one", error));
	ck_assert(!at.console->refused);
	ck_assert(console_play(at.console, "two", error)); /* the later one counts */
	ck_assert_str_eq(coming(), "two");
}
END_TEST

/* A lesson connects by itself, anybody else is connected. */
START_TEST(a_lesson_s_session_begins_without_a_connection)
{
	play("one");
	ck_assert(at.console->session->options.screen);
	console_close_session(at.console);
	ck_assert_ptr_null(at.console->lesson);
	ck_assert(console_open_session(at.console));
	ck_assert(console_join_session(at.console));
	ck_assert(!at.console->session->options.screen);
}
END_TEST

/* In a session whose server is somebody else's. */
START_TEST(a_lesson_needs_a_server_of_its_own)
{
	char error[SESSION_ERROR] = "";
	at.console->session->world.server.ours = false;
	ck_assert(!console_play(at.console, "one", error));
	ck_assert(at.console->refused);
	ck_assert_ptr_nonnull(strstr(error, "one needs a server of its own"));
	ck_assert_ptr_null(at.console->coming);
	at.console->session->world.server.ours = true;
	ck_assert(console_play(at.console, "one", error));
	at.console->scenario = at.console->coming;
	at.console->coming = NULL;
	at.console->session->world.server.ours = false;
	console_begin_lesson(at.console);
	ck_assert_ptr_null(at.console->lesson);
	ck_assert(at.console->leaving);
	ck_assert_int_eq(at.console->status, STATUS_NOT_HERE);
	ck_assert_ptr_nonnull(strstr(at.console->failure, "one needs a server of its own"));
}
END_TEST

/* Where somebody's server is behind --. */
START_TEST(a_lesson_of_tcpserv_s_needs_it)
{
	static const char *const server[] = {"./myserver", NULL};
	static struct session_options options; /* the console's to its end */
	static struct console_options changed;
	char error[SESSION_ERROR] = "";
	options = *at.console->options->session;
	changed = *at.console->options;
	write_lesson("tcpservs", "title His\nsay First.\nserver set reap=none\n");
	options.server = server;
	changed.session = &options;
	at.console->options = &changed;
	ck_assert(console_play(at.console, "one", error));
	ck_assert(!console_play(at.console, "tcpservs", error));
	ck_assert(at.console->refused);
	ck_assert_str_eq(error, "tcpservs needs tcpserv, in line 3: server set reap=none");
}
END_TEST

/* What changes marks the screen; what does not, does not. */
START_TEST(a_lesson_that_moves_is_drawn)
{
	console_follow_lesson(at.console); /* there is none */
	play("one");
	await_state(LESSON_WAITS);
	timer_stop(at.console->frame);
	console_follow_lesson(at.console);
	ck_assert(!timer_is_running(at.console->frame));
	ck_assert_int_eq(at.console->lesson_state, LESSON_WAITS);
	ck_assert_uint_eq(at.console->lesson_position, 1);
	at.console->lesson_position = 0;
	console_follow_lesson(at.console);
	ck_assert(timer_is_running(at.console->frame));
	timer_stop(at.console->frame);
	at.console->lesson_state = LESSON_RUNS;
	console_follow_lesson(at.console);
	ck_assert(timer_is_running(at.console->frame));
	timer_stop(at.console->frame);
	press("\r");
	ck_assert(timer_is_running(at.console->frame));
}
END_TEST

Suite *
screen_play_suite(void)
{
	Suite *suite = suite_create("screen play");
	TCase *play = tcase_create("play");
	tcase_add_checked_fixture(play, setup_lessons, teardown_lessons);
	tcase_add_loop_test(play, enter_goes_on_to_what_is_said_next, 0, 2);
	tcase_add_test(play, a_pane_that_a_key_zoomed_stays);
	tcase_add_test(play, enter_without_a_lesson_or_in_a_line_does_not_go_on);
	tcase_add_test(play, a_step_that_runs_is_not_hurried);
	tcase_add_test(play, what_was_not_expected_is_shown_and_gone_past);
	tcase_add_test(play, an_answer_puts_back_what_was_shown);
	tcase_add_test(play, an_answer_waits_in_the_past);
	tcase_add_loop_test(play, b_plays_it_again, 0, 2);
	tcase_add_loop_test(play, l_opens_the_menu_at_the_lesson_that_comes_next, 0, 2);
	tcase_add_loop_test(play, enter_in_the_menu_plays_the_selected_one, 0, 2);
	tcase_add_test(play, no_lesson_is_begun_in_the_past);
	tcase_add_test(play, a_menu_without_lessons_plays_nothing);
	tcase_add_test(play, a_wrong_lesson_is_told_and_the_others_are_there);
	tcase_add_test(play, show_lessons_is_the_menu);
	tcase_add_test(play, a_lesson_that_is_not_there_says_so);
	tcase_add_test(play, a_lesson_s_session_begins_without_a_connection);
	tcase_add_test(play, a_lesson_needs_a_server_of_its_own);
	tcase_add_test(play, a_lesson_of_tcpserv_s_needs_it);
	tcase_add_test(play, a_lesson_that_moves_is_drawn);
	suite_add_tcase(suite, play);
	return suite;
}
