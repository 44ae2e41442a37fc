/* check_screen_console.c: the console in its loop: keys that come through the terminal,
 * signals, frames, a terminal that is slow or vanishes, what the session tells. */
#include "console_fixture.h"
#include "suites.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>

#include <readline/readline.h>

/* Somebody types. */
static void
type(const char *keys)
{
	ck_assert_int_eq(write(at.terminal, keys, strlen(keys)), (ssize_t)strlen(keys));
}

static bool
is_typed(const char *text)
{
	return strcmp(rl_line_buffer, text) == 0;
}

START_TEST(what_is_typed_comes_through_the_terminal)
{
	type("hello");
	await_loop(is_typed("hello"));
	await_loop(holds("> hello"));
	type("\r");
	await_loop(at.console->session->queue != NULL);
	ck_assert_str_eq(given(), "line send hello");
}
END_TEST

/* Esc alone is one when nothing has followed it for a moment; then it is no more. */
START_TEST(an_esc_is_waited_behind)
{
	type("\033");
	await_loop(at.console->input.length == 1);
	ck_assert(timer_is_running(at.console->escape));
	await_loop(at.console->screen.focus == FOCUS_PANES);
	ck_assert_uint_eq(at.console->input.length, 0);
	type("\033OP");
	await_loop(at.console->screen.zoomed != NULL);
	ck_assert(!timer_is_running(at.console->escape));
	type("i");
	await_loop(at.console->screen.focus == FOCUS_LINE);
	input_feed(&at.console->input, "\033", 1);
	timer_after(at.console->escape, SECONDS(100));
	type("b");
	await_loop(at.console->screen.notice_until != 0);
	ck_assert(!timer_is_running(at.console->escape));
	ck_assert_str_eq(rl_line_buffer, "");
}
END_TEST

START_TEST(a_paste_that_stalls_is_one_until_its_end)
{
	type("\033[200~one\rtw");
	await_loop(at.console->input.pasting);
	ck_assert(timer_is_running(at.console->escape));
	await_loop(shows("Ctrl-C drops it")); /* after a second */
	ck_assert_ptr_null(at.console->screen.question);
	type("o");
	await_loop(timer_is_running(at.console->escape));
	type("\r\033[201~");
	await_loop(at.console->screen.question != NULL);
	ck_assert_uint_eq(at.console->paste_length, strlen("one\ntwo\n"));
}
END_TEST

START_TEST(a_paste_whose_end_is_lost_can_be_dropped)
{
	type("\033[200~one\rtwo\r");
	await_loop(shows("Ctrl-C drops it"));
	type("\003");
	await_loop(!at.console->input.pasting);
	ck_assert_ptr_null(at.console->screen.question);
	type("on");
	await_loop(strcmp(rl_line_buffer, "on") == 0);
}
END_TEST

/* How many descriptors this process has. */
static int
count_descriptors(void)
{
	int count = 0;
	DIR *entries = opendir("/proc/self/fd");
	ck_assert_ptr_nonnull(entries);
	while (readdir(entries) != NULL)
		count++;
	closedir(entries);
	return count;
}

/* A session's loop that begins in the middle of a key. */
START_TEST(another_loop_waits_on)
{
	ck_assert(!timer_is_running(at.console->escape));
	input_feed(&at.console->input, "\033", 1);
	int before = count_descriptors();
	console_end_loop(at.console);
	ck_assert_ptr_null(at.console->keyboard);
	ck_assert_ptr_null(at.console->frame);
	ck_assert_ptr_null(at.console->terminal);
	at.console->loop = session_loop(at.console->session);
	ck_assert_int_ge(loop_round(at.console->loop, 0), 0); /* which frees them */
	ck_assert(console_begin_loop(at.console));
	ck_assert_int_eq(count_descriptors(), before);
	ck_assert_ptr_nonnull(at.console->terminal);
	ck_assert(timer_is_running(at.console->escape));
	await_loop(at.console->screen.focus == FOCUS_PANES);
}
END_TEST

START_TEST(a_terminal_that_vanishes_ends_it)
{
	close(at.terminal);
	at.terminal = -1;
	await_loop(at.console->leaving);
	ck_assert(at.console->gone);
	ck_assert_int_eq(at.console->status, 128 + SIGHUP);
	ck_assert_ptr_null(at.console->keyboard);
	ck_assert_ptr_null(at.console->terminal);
	console_notify(at.console, STYLE_PLAIN, "nobody sees this");
	await_loop(!timer_is_running(at.console->frame));
	ck_assert(!holds("nobody sees this"));
	await_loop(loop_round(at.console->loop, 0) == 0); /* nor is it looked at any more */
}
END_TEST

/* Without a frame on its way it is the keyboard that ends. */
START_TEST(a_keyboard_that_ends_ends_it)
{
	loop_unwatch(at.console->loop, at.console->terminal);
	at.console->terminal = NULL;
	close(at.terminal);
	at.terminal = -1;
	await_loop(at.console->leaving);
	ck_assert(at.console->gone);
	ck_assert_int_eq(at.console->status, 128 + SIGHUP);
}
END_TEST

/* And without a key, what is written. */
START_TEST(a_frame_that_nobody_takes_ends_it)
{
	loop_unwatch(at.console->loop, at.console->keyboard);
	at.console->keyboard = NULL;
	close(at.terminal);
	at.terminal = -1;
	await_loop(at.console->leaving);
	ck_assert(at.console->gone);
	ck_assert_int_eq(at.console->status, 128 + SIGHUP);
}
END_TEST

/* Signals that end it, with their status; the first one counts. */
START_TEST(a_signal_ends_it)
{
	static const int numbers[] = {SIGTERM, SIGHUP, SIGQUIT};
	kill(getpid(), numbers[_i]);
	await_loop(at.console->leaving);
	ck_assert_int_eq(at.console->status, 128 + numbers[_i]);
	ck_assert(!at.console->gone);
	timer_stop(at.console->frame);
	kill(getpid(), SIGTERM);
	await_loop(timer_is_running(at.console->frame));
	console_leave(at.console, 1);
	ck_assert_int_eq(at.console->status, 128 + numbers[_i]);
}
END_TEST

START_TEST(sigint_is_ctrl_c)
{
	press("abc");
	kill(getpid(), SIGINT);
	await_loop(is_typed(""));
	kill(getpid(), SIGINT);
	await_loop(holds("Ctrl-C does not leave"));
	ck_assert(!at.console->leaving);
}
END_TEST

START_TEST(sigwinch_makes_the_screen_as_large_as_the_terminal)
{
	struct winsize size = {.ws_row = 36, .ws_col = 120};
	ck_assert_int_eq(ioctl(at.terminal, TIOCSWINSZ, &size), 0);
	kill(getpid(), SIGWINCH);
	await_loop(LINES == 36 && COLS == 120);
	await_loop(at.console->screen.layout.columns == 120);
	ck_assert_int_eq(at.console->screen.layout.rows, 36);
	ck_assert(!at.console->leaving);
}
END_TEST

/* Continued in the foreground: the screen is taken again, and drawn anew. */
START_TEST(sigcont_takes_the_terminal_again)
{
	struct termios modes;
	terminal_leave();
	ck_assert(terminal_is_away());
	ck_assert_int_eq(tcgetattr(STDIN_FILENO, &modes), 0);
	ck_assert((modes.c_lflag & ECHO) != 0);
	kill(getpid(), SIGCONT);
	await_loop(!terminal_is_away());
	ck_assert_int_eq(tcgetattr(STDIN_FILENO, &modes), 0);
	ck_assert((modes.c_lflag & (ECHO | ICANON)) == 0);
	ck_assert(!at.console->leaving);
	console_notify(at.console, STYLE_PLAIN, "seen again");
	await_loop(holds("seen again"));
}
END_TEST

/* Who leaves does not take it again. */
START_TEST(sigcont_does_not_keep_who_leaves)
{
	terminal_leave();
	console_leave(at.console, 0);
	timer_stop(at.console->frame);
	kill(getpid(), SIGCONT);
	await_loop(timer_is_running(at.console->frame));
	ck_assert(terminal_is_away());
}
END_TEST

START_TEST(what_happens_is_drawn_soon)
{
	await_loop(!timer_is_running(at.console->frame));
	happen(fixture_event(EVENT_NOTE, "something happened"));
	ck_assert(timer_is_running(at.console->frame));
	ck_assert(!holds("something happened"));
	await_loop(holds("something happened"));
	await_loop(!timer_is_running(at.console->frame));
	ck_assert_int_gt(at.console->pace.drawn_at, 0);
	ck_assert_int_gt(at.console->pace.cost, 0);
	ck_assert_int_lt(at.console->pace.cost, SECONDS(5));
	await_loop(loop_round(at.console->loop, 0) == 0); /* and then it rests */
}
END_TEST

/* Frames have been so dear that the next one would wait for half a minute: not for a key. */
static void
be_dear(void)
{
	await_loop(!timer_is_running(at.console->frame));
	at.console->pace.cost = SECONDS(10);
	at.console->pace.drawn_at = loop_now(at.console->loop) - SECONDS(25);
}

START_TEST(a_key_does_not_wait_for_its_frame)
{
	be_dear();
	console_hurry(at.console); /* nothing has changed: no frame */
	ck_assert(!timer_is_running(at.console->frame));
	console_notify(at.console, STYLE_PLAIN, "not yet");
	for (int i = 0; i < 5; i++)
		ck_assert_int_ge(loop_round(at.console->loop, 20), 0);
	ck_assert(!holds("not yet"));
	type("a");
	await_loop(holds("> a"));
	ck_assert(holds("not yet"));
}
END_TEST

START_TEST(nothing_is_drawn_while_sessions_change)
{
	at.console->changing = true;
	console_mark(at.console);
	screen_notice(&at.console->screen, STYLE_PLAIN, SECONDS(1000), "in between");
	await_loop(!timer_is_running(at.console->frame));
	ck_assert(!holds("in between"));
	at.console->changing = false;
	terminal_leave();
	console_mark(at.console);
	await_loop(!timer_is_running(at.console->frame));
	ck_assert(!holds("in between"));
	ck_assert(terminal_return());
	console_mark(at.console);
	await_loop(holds("in between"));
}
END_TEST

/* For how many seconds the cable has been out, as the first row says; -1: it is in. */
static int
seconds_unplugged(void)
{
	char *text = dump();
	const char *found = strstr(text, "host unplugged ");
	int seconds = found == NULL || found > strchr(text, '\n') ? -1 :
	    atoi(found + strlen("host unplugged "));
	free(text);
	return seconds;
}

/* At rest nothing wakes it; what counts down is drawn by itself. */
START_TEST(a_countdown_is_drawn_by_itself)
{
	make_up_connection();
	await_loop(!timer_is_running(at.console->frame));
	ck_assert(!timer_is_running(at.console->tick));
	happen(fixture_host(HOST_UNPLUGGED));
	await_loop(seconds_unplugged() >= 0);
	ck_assert(timer_is_running(at.console->tick));
	for (int i = 0; i < 2; i++) {
		int before = seconds_unplugged();
		await_loop(seconds_unplugged() > before);
	}
	happen(fixture_host(HOST_UP));
	await_loop(!timer_is_running(at.console->tick));
}
END_TEST

/* A notice goes away after some seconds, by itself. */
START_TEST(a_notice_has_its_time)
{
	int64_t now = loop_now(at.console->loop);
	console_notify(at.console, STYLE_STRONG, "for a while");
	ck_assert(!at.console->screen.notice_until_key);
	ck_assert_int_ge(at.console->screen.notice_until, now + SECONDS(4));
	ck_assert_int_le(at.console->screen.notice_until,
	    loop_now(at.console->loop) + SECONDS(10));
	ck_assert_uint_eq(at.console->screen.notice.style, STYLE_STRONG);
	console_hint(at.console, "until a key");
	ck_assert(at.console->screen.notice_until_key);
	await_loop(holds("until a key"));
	ck_assert(timer_is_running(at.console->tick));
}
END_TEST

/* Fills the terminal until it takes no more: also what the kernel has at the side that is
 * read, into which it moves what is written a little later. */
static void
stuff_terminal(void)
{
	enum { READ_ROOM = 4095 };
	char junk[4096] = {0};
	int copy = open("/proc/self/fd/1", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	int moved = 0;
	int64_t until = loop_now(at.console->loop) + SECONDS(AWAIT_SECONDS);
	ck_assert_int_ge(copy, 0);
	for (bool full = false; !full;) {
		ck_assert_int_lt(loop_now(at.console->loop), until);
		ck_assert_int_eq(ioctl(at.terminal, FIONREAD, &moved), 0);
		full = moved >= READ_ROOM;
		while (write(copy, junk, sizeof junk) > 0 || write(copy, junk, 1) > 0)
			continue;
		ck_assert_int_eq(errno, EAGAIN);
	}
	close(copy);
}

/* Rounds of the loop in which nobody reads the terminal, until no frame is due. */
static void
go_on_unread(void)
{
	int64_t until = loop_now(at.console->loop) + SECONDS(AWAIT_SECONDS);
	while (timer_is_running(at.console->frame)) {
		ck_assert_int_lt(loop_now(at.console->loop), until);
		ck_assert_int_ge(loop_round(at.console->loop, 10), 0);
	}
}

START_TEST(a_slow_terminal_gets_one_frame_at_a_time)
{
	console_mark(at.console);
	await_loop(!timer_is_running(at.console->frame));
	stuff_terminal();
	console_notify(at.console, STYLE_PLAIN, "the first");
	go_on_unread();
	ck_assert(holds("the first"));
	ck_assert(!at.console->behind);
	console_notify(at.console, STYLE_PLAIN, "the second");
	go_on_unread();
	ck_assert(holds("the first")); /* still on its way */
	ck_assert(at.console->behind);
	timer_stop(at.console->tick); /* nothing else draws it */
	await_loop(holds("the second")); /* now somebody reads */
	await_loop(!timer_is_running(at.console->frame));
	ck_assert(!at.console->behind);
	ck_assert(!at.console->gone);
}
END_TEST

/* The table of all sockets is read while it is open, or one of its rows is explained. */
START_TEST(all_sockets_are_read_while_they_are_looked_at)
{
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* there is one at least */
	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	await_loop(!timer_is_running(at.console->frame));
	ck_assert_uint_eq(session_now(at.console->session)->all_count, 0);
	press("\ta");
	await_loop(session_now(at.console->session)->all_count > 0);
	press("w");
	await_loop(!timer_is_running(at.console->frame));
	ck_assert_uint_gt(session_now(at.console->session)->all_count, 0);
	press("w");
	ck_assert_ptr_eq(at.console->screen.zoomed, screen_pane(&at.console->screen, "all"));
	press("a");
	await_loop(session_now(at.console->session)->all_count == 0);
	press("sw");
	await_loop(!timer_is_running(at.console->frame));
	ck_assert_uint_eq(session_now(at.console->session)->all_count, 0);
	ck_assert_int_eq(close(listener), 0);
}
END_TEST

/* What the session has to say is shown at once, as what it is. */
START_TEST(notes_and_errors_are_shown)
{
	const struct screen_state *screen = &at.console->screen;
	happen(fixture_event(EVENT_NOTE, "a note"));
	ck_assert(shows("a note"));
	ck_assert_uint_eq(screen->notice.style, STYLE_STRONG);
	happen(fixture_event(EVENT_ERROR, "an error"));
	ck_assert(shows("an error"));
	ck_assert_uint_eq(screen->notice.style, STYLE_REVERSE | STYLE_STRONG);
	happen(fixture_event(EVENT_SAY, "a say"));
	ck_assert(shows("a say"));
	happen(fixture_event(EVENT_SENT, "a line"));
	ck_assert(shows("a say"));
	happen(fixture_event(EVENT_COMMAND, "connect")); /* it was about the one before */
	ck_assert_int_eq(screen->notice_until, 0);
}
END_TEST

/* In a lesson the narrator shows what is said and what failed. */
START_TEST(a_narrator_shows_what_is_said)
{
	struct event command = fixture_event(EVENT_COMMAND, "say Hello");
	happen(fixture_lesson(LESSON_BEGUN, "Zombies"));
	command.command.source = SOURCE_SCRIPT;
	happen(command);
	happen(fixture_event(EVENT_SAY, "Hello"));
	ck_assert_int_eq(at.console->screen.notice_until, 0);
	happen(fixture_event(EVENT_ERROR, "an error of the lesson"));
	ck_assert_int_eq(at.console->screen.notice_until, 0);
	happen(fixture_event(EVENT_NOTE, "a note"));
	ck_assert_int_ne(at.console->screen.notice_until, 0);
	happen(fixture_event(EVENT_COMMAND, "frobnicate")); /* typed in between */
	ck_assert_int_eq(at.console->screen.notice_until, 0);
	happen(fixture_event(EVENT_ERROR, "an error of the user's"));
	ck_assert_int_ne(at.console->screen.notice_until, 0);
}
END_TEST

/* A question that was typed: what was chosen, and what it was. */
START_TEST(the_room_s_choice_is_told)
{
	happen(fixture_ask("How many?", "one\ntwo", 2, 0));
	ck_assert_int_eq(at.console->screen.notice_until, 0);
	happen(fixture_ask("How many?", "one\ntwo", 2, 1));
	ck_assert(shows("the room: 1, it was: 2"));
	screen_drop_notice(&at.console->screen);
	happen(fixture_lesson(LESSON_BEGUN, "Zombies"));
	happen(fixture_ask("How many?", "one\ntwo", 2, 1));
	ck_assert_int_eq(at.console->screen.notice_until, 0);
}
END_TEST

/* The first connect is the console's own, and takes no notice away. */
START_TEST(a_notice_from_the_start_stays)
{
	console_notify(at.console, STYLE_STRONG, "about the inputrc");
	at.console->noted_at_start = true;
	happen(fixture_event(EVENT_COMMAND, "connect"));
	ck_assert(shows("about the inputrc"));
	happen(fixture_event(EVENT_COMMAND, "connect"));
	ck_assert(!shows("about the inputrc"));
}
END_TEST

START_TEST(between_sessions_nothing_is_told)
{
	at.console->changing = true;
	happen(fixture_event(EVENT_NOTE, "a note"));
	ck_assert_int_eq(at.console->screen.notice_until, 0);
}
END_TEST

START_TEST(a_session_on_a_screen_has_a_room_and_shows)
{
	const struct session *session = at.console->session;
	ck_assert(session->room);
	ck_assert(session->options.screen);
	ck_assert(session->options.details);
	ck_assert(session->question != NULL);
	ck_assert(session->show != NULL);
	ck_assert(session->play != NULL);
}
END_TEST

/* Keeps the status of the last event. */
static void
read_end(void *context, const struct event *event, const struct moment *now)
{
	int *status = context;
	(void)now;
	if (event->type == EVENT_END)
		*status = event->end.status;
}

START_TEST(the_last_event_tells_the_status)
{
	int status = -1;
	ck_assert_int_eq(log_subscribe(session_log(at.console->session), read_end, &status), 0);
	console_leave(at.console, 143);
	press("\033 ");
	press("\033[200~one\rtwo\033[201~");
	at.console->session->question(at.console->session->question_context, "SIGKILL?");
	console_close_session(at.console);
	ck_assert_int_eq(status, 143);
	ck_assert_ptr_null(at.console->session);
	ck_assert_ptr_null(at.console->past);
	ck_assert_ptr_null(at.console->paste);
	ck_assert_ptr_null(at.console->confirm);
	ck_assert_ptr_null(at.console->loop);
	console_close_session(at.console); /* there is none: nothing */
	ck_assert(console_open_session(at.console));
	ck_assert(console_join_session(at.console));
}
END_TEST

/* Completion asks the session that there is. */
START_TEST(completion_knows_the_session)
{
	press(":connect\025:ser\t");
	ck_assert_str_eq(rl_line_buffer, ":server ");
	make_up_connection();
	press("\025:use \t");
	ck_assert_str_eq(rl_line_buffer, ":use 1 ");
	press("\025:s\t\t");
	ck_assert(shows(":send"));
	ck_assert(holds(":server"));
	ck_assert_int_gt(at.console->screen.notice_until,
	    loop_now(at.console->loop) + SECONDS(30));
	press("x"); /* until the next key */
	ck_assert_int_eq(at.console->screen.notice_until, 0);
}
END_TEST

Suite *
screen_console_suite(void)
{
	Suite *suite = suite_create("screen console");
	TCase *keys = tcase_create("terminal"), *frames = tcase_create("frames");
	TCase *session = tcase_create("session");
	tcase_add_checked_fixture(keys, setup_console, teardown_console);
	tcase_add_test(keys, what_is_typed_comes_through_the_terminal);
	tcase_add_test(keys, an_esc_is_waited_behind);
	tcase_add_test(keys, a_paste_that_stalls_is_one_until_its_end);
	tcase_add_test(keys, a_paste_whose_end_is_lost_can_be_dropped);
	tcase_add_test(keys, another_loop_waits_on);
	tcase_add_test(keys, a_terminal_that_vanishes_ends_it);
	tcase_add_test(keys, a_keyboard_that_ends_ends_it);
	tcase_add_test(keys, a_frame_that_nobody_takes_ends_it);
	tcase_add_loop_test(keys, a_signal_ends_it, 0, 3);
	tcase_add_test(keys, sigint_is_ctrl_c);
	tcase_add_test(keys, sigwinch_makes_the_screen_as_large_as_the_terminal);
	tcase_add_test(keys, sigcont_takes_the_terminal_again);
	tcase_add_test(keys, sigcont_does_not_keep_who_leaves);
	tcase_add_checked_fixture(frames, setup_console, teardown_console);
	tcase_add_test(frames, what_happens_is_drawn_soon);
	tcase_add_test(frames, a_key_does_not_wait_for_its_frame);
	tcase_add_test(frames, nothing_is_drawn_while_sessions_change);
	tcase_add_test(frames, a_countdown_is_drawn_by_itself);
	tcase_add_test(frames, a_notice_has_its_time);
	tcase_add_test(frames, a_slow_terminal_gets_one_frame_at_a_time);
	tcase_add_test(frames, all_sockets_are_read_while_they_are_looked_at);
	tcase_add_checked_fixture(session, setup_console, teardown_console);
	tcase_add_test(session, notes_and_errors_are_shown);
	tcase_add_test(session, a_narrator_shows_what_is_said);
	tcase_add_test(session, the_room_s_choice_is_told);
	tcase_add_test(session, a_notice_from_the_start_stays);
	tcase_add_test(session, between_sessions_nothing_is_told);
	tcase_add_test(session, a_session_on_a_screen_has_a_room_and_shows);
	tcase_add_test(session, the_last_event_tells_the_status);
	tcase_add_test(session, completion_knows_the_session);
	suite_add_tcase(suite, keys);
	suite_add_tcase(suite, frames);
	suite_add_tcase(suite, session);
	return suite;
}
