/* check_screen_walk.c: the keys that walk through time, what is refused in the past, and
 * w, which explains. */
#include "console_fixture.h"
#include "console_show.h"
#include "console_why.h"
#include "suites.h"

#include <errno.h>

#include <readline/readline.h>

/* Where the screen is in the log. */
static uint64_t
position(void)
{
	ck_assert(console_is_past(at.console));
	return past_position(at.console->past);
}

static uint64_t
end(void)
{
	return log_end(session_log(at.console->session));
}

/* Three commands with what they led to. */
static void
tell_story(void)
{
	make_up_connection();
	happen(fixture_event(EVENT_COMMAND, "host unplug"));
	happen(fixture_host(HOST_UNPLUGGED));
	happen(fixture_event(EVENT_COMMAND, "host plug"));
	happen(fixture_host(HOST_UP));
	happen(fixture_event(EVENT_COMMAND, "kill child"));
	happen(fixture_child(1, PROCESS_ZOMBIE, 9));
	frame();
}

/* Space or Esc Space; both ways back. */
START_TEST(space_freezes_and_goes_back_to_now)
{
	tell_story();
	press(_i == 0 ? "\033 " : "\t ");
	ck_assert_uint_eq(position(), end());
	ck_assert_int_eq(at.console->screen.focus, FOCUS_PANES);
	ck_assert(shows(" frozen "));
	ck_assert(holds(" s, 0 events since"));
	happen(fixture_event(EVENT_COMMAND, "host crash"));
	happen(fixture_host(HOST_CRASHED));
	ck_assert(shows(" s, 2 events since"));
	ck_assert(!holds("host crash"));
	press(_i == 0 ? "i\033 " : " ");
	ck_assert(!console_is_past(at.console));
	ck_assert(shows("host crash"));
	ck_assert(!holds(" frozen "));
	ck_assert_str_eq(rl_line_buffer, "");
}
END_TEST

START_TEST(a_blank_in_a_line_is_a_blank)
{
	press("a [ ] { } b");
	ck_assert(!console_is_past(at.console));
	ck_assert_str_eq(rl_line_buffer, "a [ ] { } b");
}
END_TEST

START_TEST(brackets_go_from_event_to_event)
{
	tell_story();
	uint64_t now = end();
	press(_i == 0 ? "\t[" : "\033[");
	if (_i == 1) /* an Esc and a bracket, and nothing behind them */
		ck_assert_int_eq(at.console->screen.focus, FOCUS_PANES);
	ck_assert_uint_eq(position(), now - 1);
	ck_assert(shows(" past "));
	press("[[");
	ck_assert_uint_eq(position(), now - 3);
	ck_assert_uint_eq(log_find_back(session_log(at.console->session), now - 2, 0,
	    LOG_TYPE(EVENT_HOST)), now - 3);
	press("]");
	ck_assert_uint_eq(position(), now - 2);
	press("i\033]");
	ck_assert_int_eq(at.console->screen.focus, FOCUS_PANES);
	press("]]]");
	ck_assert_uint_eq(position(), now);
	ck_assert(shows("nothing has come since: Space goes on"));
	happen(fixture_event(EVENT_COMMAND, "connect"));
	press("]");
	ck_assert_uint_eq(position(), now + 1);
	ck_assert(!shows("nothing has come"));
}
END_TEST

START_TEST(braces_go_from_command_to_command)
{
	tell_story();
	uint64_t now = end();
	press(_i == 0 ? "\t{" : "\033{");
	ck_assert_uint_eq(position(), now - 1);
	press("{");
	ck_assert_uint_eq(position(), now - 3);
	press("{");
	ck_assert_uint_eq(position(), now - 5);
	ck_assert(!shows("the log begins here"));
	press("}");
	ck_assert_uint_eq(position(), now - 3);
	press("}}");
	ck_assert_uint_eq(position(), now);
	press("}");
	ck_assert(shows("nothing has come since: Space goes on"));
}
END_TEST

START_TEST(the_log_has_a_beginning)
{
	tell_story();
	press("\t[\033[H");
	ck_assert_uint_eq(position(), 1); /* with one event to look at */
	ck_assert(!shows("the log begins here"));
	press("[");
	ck_assert_uint_eq(position(), 1);
	ck_assert(shows("the log begins here"));
	press("]");
	ck_assert_uint_eq(position(), 2);
	press("{");
	ck_assert_uint_eq(position(), 1);
	press("\033[F");
	ck_assert_uint_eq(position(), end());
	ck_assert(!shows("nothing has come"));
}
END_TEST

START_TEST(from_now_there_is_only_back)
{
	static const char *const keys[] = {"\t]", "\t}", "\033]", "\033}"};
	tell_story();
	press(keys[_i]);
	ck_assert(!console_is_past(at.console));
	ck_assert(shows("this is now: [ goes back"));
}
END_TEST

/* Now they walk the pane. */
START_TEST(home_and_end_are_about_time_in_the_past_alone)
{
	tell_story();
	struct pane_state *sockets = screen_pane(&at.console->screen, "sockets");
	press("\t\033[F");
	frame();
	ck_assert(!console_is_past(at.console));
	ck_assert_uint_eq(sockets->selected, sockets->count - 1);
	press(" \033[H");
	ck_assert_uint_eq(position(), 1);
	press("g"); /* the letters stay the pane's */
	ck_assert_uint_eq(position(), 1);
}
END_TEST

/* A pane that was scrolled would hide the event at hand. */
START_TEST(what_follows_its_end_does_so_again)
{
	tell_story();
	struct pane_state *timeline = screen_pane(&at.console->screen, "timeline");
	press("\t\t\tgg");
	frame();
	ck_assert(!timeline->at_end);
	press("[");
	ck_assert(timeline->at_end);
	frame();
	press("g");
	frame();
	ck_assert(!timeline->at_end);
	press(" ");
	ck_assert(timeline->at_end);
	ck_assert(!screen_pane(&at.console->screen, "sockets")->at_end);
}
END_TEST

/* What acts: nothing is done, and that is said. */
static const char *const acts[] = {"\033OQ", "\033OR", "\033OS", "\033[15~", "\033[17~",
    "\033[18~", "\033[19~", "\033[20~", "2", "9", "K", "b", "l", "i\004", "i\033b",
    "i\033l", "ihello\r", "i:kill child\r", "i:show nothing\r", "i::\r"};

START_TEST(nothing_is_done_in_the_past)
{
	tell_story();
	press("\t[");
	press(acts[_i]);
	ck_assert(shows("this is the past: Space goes back to now"));
	ck_assert_str_eq(given(), "");
	ck_assert(!at.console->screen.menu.is_open);
	ck_assert(!at.console->leaving);
	ck_assert_ptr_null(at.console->screen.zoomed);
	ck_assert_ptr_null(at.console->coming);
}
END_TEST

START_TEST(a_line_that_was_typed_in_the_past_is_kept)
{
	tell_story();
	press("\t[ihello\r");
	ck_assert_str_eq(rl_line_buffer, "hello");
	ck_assert_str_eq(given(), "");
	press("\025\033 hello\r");
	ck_assert_str_eq(given(), "line send hello");
	ck_assert_str_eq(rl_line_buffer, "");
}
END_TEST

/* What only shows something works there, and the way out. */
START_TEST(what_only_shows_works_in_the_past)
{
	tell_story();
	press("\t[i\r");
	ck_assert(!shows("this is the past"));
	press(":show states\r");
	ck_assert_ptr_eq(at.console->screen.zoomed, screen_pane(&at.console->screen, "states"));
	ck_assert_str_eq(rl_line_buffer, "");
	press("i:show why TIME_WAIT\r");
	ck_assert(shows("TIME_WAIT"));
	ck_assert_ptr_eq(at.console->screen.zoomed, screen_pane(&at.console->screen, "why"));
	press("q\t?");
	ck_assert_ptr_eq(at.console->screen.zoomed, screen_pane(&at.console->screen, "help"));
	press("i:quit\r");
	ck_assert(at.console->leaving);
	ck_assert_int_eq(at.console->status, 0);
}
END_TEST

START_TEST(f10_leaves_from_the_past)
{
	press("\033 \033[21~");
	ck_assert(at.console->leaving);
}
END_TEST

START_TEST(the_scene_is_the_past_s)
{
	tell_story();
	struct scene now = console_scene(at.console);
	ck_assert(!now.past.there);
	ck_assert_uint_eq(now.end, end());
	ck_assert_ptr_eq(now.moment, session_now(at.console->session));
	press("\t ");
	struct scene frozen = console_scene(at.console);
	ck_assert(frozen.past.there);
	ck_assert(!frozen.past.walked);
	ck_assert(!frozen.past.recording);
	ck_assert_int_eq(frozen.past.percent, 100);
	ck_assert_uint_eq(frozen.past.since, 0);
	ck_assert_int_eq(frozen.now, at.console->frozen_at); /* its clock stands */
	ck_assert_int_ge(frozen.past.clock, frozen.now);
	happen(fixture_host(HOST_CRASHED));
	press("[[");
	struct scene past = console_scene(at.console);
	ck_assert(past.past.walked);
	ck_assert_uint_eq(past.end, end() - 3);
	ck_assert_uint_eq(past.past.events, end());
	ck_assert_uint_eq(past.past.since, 1);
	ck_assert_ptr_eq(past.moment, console_moment(at.console));
	ck_assert_int_eq(past.now, past.moment->time);
	ck_assert(!past.guide.there);
}
END_TEST

/* A command that shows something does not move a screen that is frozen. */
START_TEST(a_show_from_the_session_waits_in_the_past)
{
	struct session *session = at.console->session;
	tell_story();
	press("\t ");
	ck_assert(session->show(session->show_context, "states"));
	ck_assert(!session->show(session->show_context, "nothing"));
	ck_assert_ptr_null(at.console->screen.zoomed);
	press(" ");
	ck_assert(session->show(session->show_context, "states"));
	ck_assert_ptr_nonnull(at.console->screen.zoomed);
	ck_assert(!session->show(session->show_context, "nothing"));
	ck_assert(session->show(session->show_context, "why TIME_WAIT"));
	ck_assert(!session->show(session->show_context, "whyever"));
}
END_TEST

/* What has come meanwhile is counted, and says nothing. */
START_TEST(nothing_is_told_in_the_past)
{
	tell_story();
	press("\t ");
	happen(fixture_event(EVENT_NOTE, "a note of now"));
	ck_assert(!shows("a note of now"));
	press("2");
	happen(fixture_event(EVENT_COMMAND, "connect"));
	ck_assert(shows("this is the past"));
}
END_TEST

/* What w explains. */
static const struct explain_subject *
explained(void)
{
	ck_assert_ptr_eq(at.console->screen.zoomed, screen_pane(&at.console->screen, "why"));
	ck_assert_int_eq(at.console->screen.focus, FOCUS_PANES);
	return &at.console->why;
}

START_TEST(w_explains_what_is_selected)
{
	tell_story();
	press("\tgj");
	frame();
	press("w");
	ck_assert_int_eq(explained()->kind, EXPLAIN_SOCKET);
	ck_assert_uint_eq(explained()->row.conn, 1);
	press("w\t");
	frame();
	press("g");
	frame();
	press("w");
	ck_assert_int_eq(explained()->kind, EXPLAIN_PROCESS);
	ck_assert_int_eq(explained()->number, CLIENT_PID);
	ck_assert(shows("What it is"));
}
END_TEST

START_TEST(w_explains_the_last_errno_where_nothing_is_selected)
{
	make_up_connection();
	press("\t\t\t\t"); /* Sent, which is empty */
	press("w");
	ck_assert_int_eq(explained()->kind, EXPLAIN_LAST);
}
END_TEST

/* Esc w: the last errno; as long as there is none, the client's end. */
START_TEST(esc_w_explains_the_last_errno)
{
	press("\033w");
	ck_assert_int_eq(explained()->kind, EXPLAIN_LAST);
	press("w");
	make_up_connection();
	press("\033w");
	ck_assert_int_eq(explained()->kind, EXPLAIN_END);
	ck_assert_int_eq(explained()->end, END_CLIENT);
	ck_assert_uint_eq(explained()->conn, 0);
	press("q");
	happen(fixture_call(ROLE_CLIENT, 1, CALL_READ, -1, ECONNRESET));
	press("\033w");
	ck_assert_int_eq(explained()->kind, EXPLAIN_LAST);
	ck_assert(shows("ECONNRESET"));
}
END_TEST

/* Back to where one was, whatever that was, and with each of the keys. */
START_TEST(from_an_explanation_one_comes_back)
{
	static const char *const keys[] = {"w", "q", "\033"};
	struct screen_state *screen = &at.console->screen;
	make_up_connection();
	screen_zoom(screen, screen_pane(screen, "states"));
	screen->zoomed_by_lesson = true;
	screen->focus = _i / 3 == 0 ? FOCUS_LINE : FOCUS_PANES;
	press(_i / 3 == 0 ? "\033w" : "w");
	ck_assert(!screen->zoomed_by_lesson);
	console_explain(at.console, " TIME_WAIT"); /* and once more from there */
	screen->zoomed->top = 5;
	screen->zoomed->shift = 4;
	console_explain(at.console, " CLOSE_WAIT");
	ck_assert_uint_eq(screen->zoomed->top, 0);
	ck_assert_uint_eq(screen->zoomed->shift, 0);
	press(keys[_i % 3]);
	ck_assert_ptr_eq(screen->zoomed, screen_pane(screen, "states"));
	ck_assert(screen->zoomed_by_lesson);
	ck_assert_int_eq(screen->focus, _i / 3 == 0 ? FOCUS_LINE : FOCUS_PANES);
	ck_assert(!console_leave_why(at.console));
}
END_TEST

START_TEST(what_cannot_be_explained_says_so)
{
	ck_assert(console_show(at.console, "why nonsense"));
	ck_assert_ptr_null(at.console->screen.zoomed);
	ck_assert(at.console->screen.notice_until != 0);
	ck_assert(shows("show why wants"));
	ck_assert(!console_show(at.console, "whyever"));
	ck_assert(!console_show(at.console, "wh"));
	ck_assert(console_show(at.console, "why ECONNRESET"));
	ck_assert_int_eq(explained()->kind, EXPLAIN_ERRNO);
	ck_assert_int_eq(explained()->number, ECONNRESET);
	ck_assert(console_show(at.console, "why"));
	ck_assert_int_eq(explained()->kind, EXPLAIN_LAST);
}
END_TEST

START_TEST(show_zooms_the_pane_and_takes_the_keys)
{
	ck_assert(console_show(at.console, "bytes"));
	ck_assert_ptr_eq(at.console->screen.zoomed, screen_pane(&at.console->screen, "bytes"));
	ck_assert_int_eq(at.console->screen.focus, FOCUS_PANES);
	ck_assert(timer_is_running(at.console->frame));
	ck_assert(!console_show(at.console, "nothing"));
	ck_assert_ptr_eq(at.console->screen.zoomed, screen_pane(&at.console->screen, "bytes"));
}
END_TEST

Suite *
screen_walk_suite(void)
{
	Suite *suite = suite_create("screen walk");
	TCase *time = tcase_create("time"), *why = tcase_create("why");
	tcase_add_checked_fixture(time, setup_console, teardown_console);
	tcase_add_loop_test(time, space_freezes_and_goes_back_to_now, 0, 2);
	tcase_add_test(time, a_blank_in_a_line_is_a_blank);
	tcase_add_loop_test(time, brackets_go_from_event_to_event, 0, 2);
	tcase_add_loop_test(time, braces_go_from_command_to_command, 0, 2);
	tcase_add_test(time, the_log_has_a_beginning);
	tcase_add_loop_test(time, from_now_there_is_only_back, 0, 4);
	tcase_add_test(time, home_and_end_are_about_time_in_the_past_alone);
	tcase_add_test(time, what_follows_its_end_does_so_again);
	tcase_add_loop_test(time, nothing_is_done_in_the_past, 0,
	    sizeof acts / sizeof *acts);
	tcase_add_test(time, a_line_that_was_typed_in_the_past_is_kept);
	tcase_add_test(time, what_only_shows_works_in_the_past);
	tcase_add_test(time, f10_leaves_from_the_past);
	tcase_add_test(time, the_scene_is_the_past_s);
	tcase_add_test(time, a_show_from_the_session_waits_in_the_past);
	tcase_add_test(time, nothing_is_told_in_the_past);
	tcase_add_checked_fixture(why, setup_console, teardown_console);
	tcase_add_test(why, w_explains_what_is_selected);
	tcase_add_test(why, w_explains_the_last_errno_where_nothing_is_selected);
	tcase_add_test(why, esc_w_explains_the_last_errno);
	tcase_add_loop_test(why, from_an_explanation_one_comes_back, 0, 6);
	tcase_add_test(why, what_cannot_be_explained_says_so);
	tcase_add_test(why, show_zooms_the_pane_and_takes_the_keys);
	suite_add_tcase(suite, time);
	suite_add_tcase(suite, why);
	return suite;
}
