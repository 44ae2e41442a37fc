/* check_screen.c: whole screens, drawn off-screen and compared with files. */

#include "screen_fixture.h"
#include "suites.h"

#include <errno.h>


START_TEST(an_empty_session_has_its_places)
{
	compare("empty", 24, 80);
	compare("empty", 36, 120);
}
END_TEST

START_TEST(a_small_terminal_says_so_and_recovers)
{
	begin();
	compare("small", 10, 40);
	compare("small", 20, 60);
	compare("small", 24, 79);
	compare("small", 23, 80);
	compare("listening", 24, 80);
}
END_TEST

START_TEST(a_line_comes_back)
{
	begin();
	connect_one(1);
	line(EVENT_SENT, "hello");
	line(EVENT_ECHO, "hello");
	happen(fixture_details(1, END_CLIENT));
	compare("echo", 24, 80);
	compare("echo", 36, 120);
	compare("small", 10, 40);
}
END_TEST

/* The child is dead and nobody has waited for it. */
static void
kill_child(void)
{
	struct event zombie = process(ROLE_CHILD, CHILD_PID + 1, 1, PROCESS_ZOMBIE,
	    "Z", "[tcpserv] <defunct>", "-");
	zombie.process.end = (struct process_end){.known = true, .status = 9};
	happen(zombie);
	row(1, END_SERVER, SOCKET_CHANGED, STATE_FIN_WAIT2, TIMER_TIME_WAIT,
	    59 * FIXTURE_MS(1000));
	happen(fixture_state(1, END_SERVER, STATE_ESTABLISHED, STATE_FIN_WAIT2));
	row(1, END_CLIENT, SOCKET_CHANGED, STATE_CLOSE_WAIT, TIMER_OFF, 0);
	happen(fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_CLOSE_WAIT));
}

START_TEST(a_zombie_is_marked_then_reaped_then_gone)
{
	begin();
	connect_one(1);
	kill_child();
	compare("zombie", 24, 80);
	struct event reaped = process(ROLE_CHILD, CHILD_PID + 1, 1, PROCESS_REAPED,
	    "Z", "[tcpserv] <defunct>", "-");
	reaped.process.end = (struct process_end){.known = true, .status = 9,
	    .by = SERVER_PID};
	happen(reaped);
	compare("reaped", 24, 80);
	test.now += PANE_LINGER + FIXTURE_MS(1);
	draw(24, 80);
	ck_assert(!holds("reaped, SIGKILL"));
	ck_assert(!holds("<defunct>"));
}
END_TEST

START_TEST(a_row_that_left_is_gone_for_a_moment)
{
	begin();
	connect_one(1);
	kill_child();
	happen(fixture_socket(1, END_SERVER, SOCKET_GONE, STATE_FIN_WAIT2));
	happen(fixture_socket(1, END_CLIENT, SOCKET_GONE, STATE_CLOSE_WAIT));
	compare("gone", 24, 80);
	test.now += PANE_LINGER + FIXTURE_MS(1);
	draw(24, 80);
	ck_assert(!holds("40001 127.0.0.1:9877")); /* the timeline keeps it */
}
END_TEST

/* A connection that the client closed, in ESTABLISHED. */
static void
close_one(unsigned conn)
{
	struct event closed = fixture_call(ROLE_CLIENT, conn, CALL_CLOSE, 0, 0);
	closed.call.about = STATE_ESTABLISHED;
	connect_one(conn);
	happen(closed);
	happen(fixture_connection(conn, CONNECTION_CLOSED));
}

/* An end of a connection has left the table. */
static void
end_goes(unsigned conn, enum connection_end end, enum tcp_state from)
{
	happen(fixture_state(conn, end, from, STATE_GONE));
	happen(fixture_socket(conn, end, SOCKET_GONE, from));
}

START_TEST(why_a_row_left_is_said)
{
	begin();
	close_one(1); /* the server's end answered the FIN */
	happen(fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_TIME_WAIT));
	end_goes(1, END_SERVER, STATE_ESTABLISHED);
	close_one(2); /* what came after it drew a RST */
	row(2, END_CLIENT, SOCKET_CHANGED, STATE_FIN_WAIT2, TIMER_TIME_WAIT,
	    59 * FIXTURE_MS(1000));
	end_goes(2, END_CLIENT, STATE_FIN_WAIT2);
	end_goes(2, END_SERVER, STATE_CLOSE_WAIT);
	close_one(3); /* a minute of FIN_WAIT2, and nothing came */
	row(3, END_CLIENT, SOCKET_CHANGED, STATE_FIN_WAIT2, TIMER_TIME_WAIT,
	    FIXTURE_MS(1));
	end_goes(3, END_CLIENT, STATE_FIN_WAIT2);
	draw(36, 80);
	ck_assert(holds("127.0.0.1:40001 GONE        closed"));
	ck_assert(holds("127.0.0.1:40002 GONE        reset"));
	ck_assert(holds("40002 127.0.0.1:9877  GONE        reset"));
	ck_assert(holds("40003 127.0.0.1:9877  GONE        timeout"));
}
END_TEST

START_TEST(timers_count_down)
{
	begin();
	connect_one(1);
	row(1, END_CLIENT, SOCKET_CHANGED, STATE_TIME_WAIT, TIMER_TIME_WAIT,
	    FIXTURE_MS(59000));
	draw(24, 80);
	ck_assert(holds("TIME_WAIT   timewait 58  -"));
	test.now += FIXTURE_MS(1000);
	draw(24, 80);
	ck_assert(holds("TIME_WAIT   timewait 57  -"));
	test.now += FIXTURE_MS(50000);
	draw(24, 80);
	ck_assert(holds("timewait 7 "));
	test.now += FIXTURE_MS(7500);
	draw(24, 80);
	ck_assert(holds("timewait 0.4"));
	test.now += FIXTURE_MS(50000);
	draw(24, 80);
	ck_assert(holds("timewait 0.0"));
}
END_TEST

START_TEST(counts_step_together_once_a_second)
{
	begin();
	for (unsigned conn = 1; conn <= 5; conn++) {
		connect_one(conn);
		row(conn, END_CLIENT, SOCKET_CHANGED, STATE_TIME_WAIT,
		    TIMER_TIME_WAIT, FIXTURE_MS(5000 + 130 * conn));
	}
	struct scene scene = {.log = test.log, .moment = log_now(test.log),
	    .end = log_end(test.log), .now = test.now};
	int frames = 0;
	for (int64_t end = scene.now + FIXTURE_MS(3000); scene.now < end; frames++) {
		screen_frame(&test.screen, &scene, NULL);
		scene.now = screen_changes_at(&test.screen, &scene);
		ck_assert_int_ne(scene.now, 0);
	}
	ck_assert_int_le(frames, 4);
}
END_TEST

START_TEST(a_process_number_is_never_cut)
{
	begin();
	connect_one(1);
	struct event event = fixture_socket(1, END_CLIENT, SOCKET_CHANGED,
	    STATE_ESTABLISHED);
	event.socket.row.owner_pid = 4194303;
	event.socket.row.tcp.timer = TIMER_PROBE;
	event.socket.row.timer_at = test.now + FIXTURE_MS(12000);
	happen(event);
	draw(24, 80);
	ck_assert(holds("ESTABLISHED probe  4194303│"));
	event.socket.row.tcp.timer = TIMER_KEEPALIVE;
	happen(event);
	draw(24, 80);
	ck_assert(holds("ESTABLISHED keepal 4194303│"));
	event.socket.row.tcp.timer = TIMER_ON;
	happen(event);
	draw(24, 80);
	ck_assert(holds("ESTABLISHED on 11  4194303│"));
}
END_TEST

START_TEST(an_earlier_session_takes_no_room)
{
	begin();
	connect_one(1);
	for (unsigned conn = 50; conn < 60; conn++) {
		struct event event = fixture_socket(conn, END_CLIENT,
		    SOCKET_APPEARED, STATE_TIME_WAIT);
		event.socket.row.conn = 0;
		event.socket.row.end = END_NONE;
		event.socket.row.owner_pid = 0;
		happen(event);
	}
	draw(24, 80);
	ck_assert_int_eq(test.screen.layout.places[PLACE_PROCESSES].rows, 7);
	ck_assert(holds(" 1-4 of 13 "));
}
END_TEST

START_TEST(zombies_are_seen_among_many_processes)
{
	struct pane_state *processes = screen_pane(&test.screen, "processes");
	begin();
	for (unsigned conn = 1; conn <= 5; conn++)
		connect_one(conn);
	draw(24, 80);
	ck_assert(holds("  305   100 S")); /* serves the current connection */
	happen(process(ROLE_CHILD, CHILD_PID + 2, 2, PROCESS_ZOMBIE, "Z",
	    "[tcpserv] <defunct>", "-"));
	draw(24, 80);
	ck_assert(holds(" Processes, 1 zombie "));
	ck_assert(holds("  302   100 Z"));
	happen(process(ROLE_CHILD, CHILD_PID + 4, 4, PROCESS_ZOMBIE, "Z",
	    "[tcpserv] <defunct>", "-"));
	happen(process(ROLE_CHILD, CHILD_PID + 5, 5, PROCESS_ZOMBIE, "Z",
	    "[tcpserv] <defunct>", "-"));
	draw(24, 80);
	ck_assert(holds(" Processes, 3 zombies "));
	ck_assert(holds("  302   100 Z"));
	test.screen.focus = FOCUS_PANES; /* who walks, walks */
	test.screen.active = PLACE_PROCESSES;
	pane_walk(processes, WALK_FIRST, 3);
	draw(24, 80);
	ck_assert(holds("  200"));
}
END_TEST

START_TEST(a_paused_server_is_not_up)
{
	begin();
	connect_one(1);
	draw(24, 80);
	ck_assert(holds("server 100 up, echo"));
	happen(process(ROLE_SERVER, SERVER_PID, 0, PROCESS_CHANGED, "T",
	    "tcpserv 9877", "do_signal_stop"));
	draw(24, 80);
	ck_assert(holds("server stopped"));
	ck_assert(!holds(" up, "));
}
END_TEST

START_TEST(a_long_notice_is_shown_whole)
{
	begin();
	screen_notice(&test.screen, STYLE_STRONG, test.now + FIXTURE_MS(5000),
	    "the port is taken by a process of another user and cannot be had: end it, "
	    "or name another port behind the host, as in tcpconsole 127.0.0.1 9878");
	draw(24, 80);
	ck_assert(holds(" the port is taken"));
	ck_assert(holds("127.0.0.1 9878"));
	ck_assert(holds("F10 Quit"));
	screen_drop_notice(&test.screen);
	draw(24, 80);
	ck_assert(!holds("the port is taken"));
}
END_TEST

START_TEST(a_long_question_is_asked_whole)
{
	begin();
	test.screen.question = "SIGKILL to 24830 (python3 -c a long program with a "
	    "lot of words in it): a process that the console did not start. Send it? "
	    "y/n";
	draw(24, 80);
	ck_assert(holds("\n SIGKILL to 24830 (python3"));
	ck_assert(holds("Send it? y/n\n y Yes "));
}
END_TEST

START_TEST(a_server_that_is_not_ours)
{
	happen(fixture_start("local"));
	happen(fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN));
	draw(24, 80);
	ck_assert(holds("server not ours"));
	ck_assert(!holds("F4"));
	ck_assert(!holds("F5 Crash"));
}
END_TEST

START_TEST(the_bar_belongs_to_what_has_the_keys)
{
	begin();
	connect_one(1);
	test.screen.focus = FOCUS_PANES;
	draw(24, 80);
	ck_assert(holds(" Enter Zoom "));
	test.screen.zoomed = screen_pane(&test.screen, "timeline");
	draw(24, 80);
	ck_assert(holds(" q Back "));
	ck_assert(!holds(" Enter Zoom "));
	test.screen.focus = FOCUS_SEARCH;
	draw(24, 80);
	ck_assert(holds(" Enter Find "));
	test.screen.focus = FOCUS_LINE;
	test.screen.zoomed = NULL;
	ck_assert(menu_open(&test.screen.menu, log_now(test.log), 0));
	draw(24, 80);
	ck_assert(!holds("F2 Kill child"));
	test.screen.question = "Send 50 pasted lines? y/n";
	draw(24, 80);
	ck_assert(holds(" y Yes   n No "));
}
END_TEST

START_TEST(a_crashed_host_counts_its_retransmissions)
{
	begin();
	connect_one(1);
	line(EVENT_SENT, "hello");
	happen(fixture_host(HOST_CRASHED));
	struct event timer = {.type = EVENT_TIMER};
	timer.timer.conn = 1;
	timer.timer.rto = 1760000;
	timer.timer.retransmits = 3;
	timer.timer.next_at = test.now + FIXTURE_MS(2200);
	timer.timer.gives_up_at = test.now + FIXTURE_MS(912000);
	happen(timer);
	row(1, END_CLIENT, SOCKET_CHANGED, STATE_ESTABLISHED, TIMER_ON,
	    FIXTURE_MS(2200));
	test.now += FIXTURE_MS(1000);
	compare("crashed", 24, 80);
	compare("crashed", 36, 120);
	happen(fixture_host(HOST_UP));
	happen(fixture_call(ROLE_CLIENT, 1, CALL_READ, -1, ECONNRESET));
	compare("rebooted", 24, 80);
	compare("rebooted", 36, 120);
}
END_TEST

START_TEST(five_connections_are_eleven_rows)
{
	begin();
	for (unsigned conn = 1; conn <= 5; conn++)
		connect_one(conn);
	compare("five", 24, 80);
	compare("five", 36, 120);
}
END_TEST

START_TEST(foreign_text_cannot_disturb_its_neighbours)
{
	static const char hostile[] =
	    "a\033[2Jb\rc\bd\x9b" "e\xff" "f\xe2\x80\xae" "g\x7f";
	begin();
	connect_one(1);
	line(EVENT_SENT, "h\xc3\xa9llo \xe4\xb8\x96\xe7\x95\x8c e\xcc\x81");
	line(EVENT_ECHO, hostile);
	line(EVENT_ECHO, "a very long line that does not fit into so few columns");
	line(EVENT_ECHO, "\xe4\xb8\x96\xe7\x95\x8c\xe4\xb8\x96\xe7\x95\x8c\xe4\xb8"
	    "\x96\xe7\x95\x8c\xe4\xb8\x96\xe7\x95\x8c\xe4\xb8\x96\xe7\x95\x8c\xe4"
	    "\xb8\x96\xe7\x95\x8c\xe4\xb8\x96\xe7\x95\x8c\xe4\xb8\x96");
	compare("foreign", 24, 80);
}
END_TEST

START_TEST(ascii_is_ascii)
{
	begin();
	connect_one(1);
	line(EVENT_SENT, "h\xc3\xa9llo \xe4\xb8\x96");
	test.screen.draw.ascii = true;
	compare("ascii", 24, 80);
	char *text = dump();
	for (const char *byte = text; *byte != '\0'; byte++)
		ck_assert_int_lt((unsigned char)*byte, 0x80);
	free(text);
}
END_TEST

START_TEST(panes_are_walked_and_zoomed)
{
	begin();
	connect_one(1);
	test.screen.focus = FOCUS_PANES;
	compare("panes", 24, 80);
	test.screen.zoomed = screen_pane(&test.screen, "processes");
	compare("zoomed", 24, 80);
	test.screen.zoomed = screen_pane(&test.screen, "connections");
	compare("connections", 24, 80);
	test.screen.zoomed = screen_pane(&test.screen, "settings");
	draw(24, 80);
	ck_assert(holds("waitpid"));
	test.screen.zoomed = screen_pane(&test.screen, "help");
	draw(24, 80);
	ck_assert(holds("[Help]"));
	ck_assert(holds("F2"));
	ck_assert_ptr_null(screen_pane(&test.screen, "nothing"));
}
END_TEST

START_TEST(what_is_asked_and_told_is_seen)
{
	begin();
	connect_one(1);
	screen_notice(&test.screen, STYLE_STRONG, test.now + FIXTURE_MS(5000),
	    "no open \033connection");
	test.screen.question = "Send 50 pasted lines? y/n";
	compare("asked", 24, 80);
	test.now += FIXTURE_MS(5001);
	test.screen.question = NULL;
	draw(24, 80);
	ck_assert(!holds("no open"));
	ck_assert(holds("F10 Quit"));
}
END_TEST

START_TEST(the_signal_menu_makes_a_command)
{
	struct menu *menu = &test.screen.menu;
	char command[64];
	begin();
	connect_one(1);
	ck_assert(menu_open(menu, log_now(test.log), 0));
	ck_assert_int_eq(menu->pid, CHILD_PID + 1);
	compare("menu", 24, 80);
	menu_command(menu, command, sizeof command);
	ck_assert_str_eq(command, "kill pid:301 SIGKILL");
	menu_walk(menu, log_now(test.log), WALK_DOWN);
	menu_walk(menu, log_now(test.log), WALK_RIGHT);
	menu_command(menu, command, sizeof command);
	ck_assert_str_eq(command, "kill pid:100 SIGTERM");
	menu_walk(menu, log_now(test.log), WALK_LEFT);
	ck_assert_int_eq(menu->pid, CHILD_PID + 1);
}
END_TEST

START_TEST(a_list_scrolls_and_is_searched)
{
	struct pane_state *sent = screen_pane(&test.screen, "sent");
	struct rectangle inside;
	char text[32];
	begin();
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof text, "line %d", i);
		line(EVENT_SENT, text);
	}
	draw(24, 80);
	ck_assert(holds("│line 99"));
	inside = test.screen.layout.places[PLACE_SENT];
	pane_walk(sent, WALK_FIRST, inside.rows);
	draw(24, 80);
	ck_assert(holds("│line 0 "));
	ck_assert(!holds("│line 99"));
	line(EVENT_SENT, "one more");
	draw(24, 80);
	ck_assert(!holds("│one more"));
	struct scene scene = {.moment = log_now(test.log), .log = test.log,
	    .end = log_end(test.log), .now = test.now};
	ck_assert(pane_search(sent, &scene, &inside, "LINE 42"));
	draw(24, 80);
	ck_assert(holds("│line 42"));
	ck_assert(!pane_search(sent, &scene, &inside, "nowhere"));
	pane_walk(sent, WALK_LAST, inside.rows);
	line(EVENT_SENT, "the last");
	draw(24, 80);
	ck_assert(holds("│the last"));
}
END_TEST

START_TEST(a_selected_process_stays_selected)
{
	struct pane_state *processes = screen_pane(&test.screen, "processes");
	begin();
	connect_one(1);
	connect_one(2);
	draw(36, 120);
	pane_walk(processes, WALK_LAST, 10);
	draw(36, 120);
	ck_assert_uint_eq(processes->identity, CHILD_PID + 2);
	happen(process(ROLE_CHILD, CHILD_PID + 1, 1, PROCESS_EXITED, "S", "tcpserv",
	    "-"));
	test.now += PANE_LINGER + FIXTURE_MS(1);
	draw(36, 120);
	ck_assert_uint_eq(processes->identity, CHILD_PID + 2);
	ck_assert_uint_eq(processes->selected, 2);
}
END_TEST

START_TEST(a_screen_at_rest_wakes_nobody)
{
	begin();
	connect_one(1);
	draw(24, 80);
	struct scene scene = {.moment = log_now(test.log), .log = test.log,
	    .end = log_end(test.log), .now = test.now};
	ck_assert_int_eq(screen_changes_at(&test.screen, &scene), 0);
	row(1, END_CLIENT, SOCKET_CHANGED, STATE_TIME_WAIT, TIMER_TIME_WAIT,
	    FIXTURE_MS(59500));
	draw(24, 80);
	scene.moment = log_now(test.log);
	scene.end = log_end(test.log);
	scene.now = test.now;
	int64_t at = screen_changes_at(&test.screen, &scene);
	ck_assert_int_gt(at, test.now);
	ck_assert_int_le(at, test.now + FIXTURE_MS(1000));
}
END_TEST

START_TEST(a_log_that_overflows_is_still_shown)
{
	char text[32];
	begin();
	for (int i = 0; i < 3 * LOG_EVENTS; i++) {
		snprintf(text, sizeof text, "line %d", i);
		line(i % 2 ? EVENT_ECHO : EVENT_SENT, text);
		if (i % 700 == 0)
			draw(24, 80);
	}
	draw(24, 80);
	ck_assert(holds("│line 2998"));
	ck_assert(holds("│line 2999"));
}
END_TEST

Suite *
screen_suite(void)
{
	Suite *suite = suite_create("screen");
	TCase *tcase = tcase_create("drawn");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, an_empty_session_has_its_places);
	tcase_add_test(tcase, a_small_terminal_says_so_and_recovers);
	tcase_add_test(tcase, a_line_comes_back);
	tcase_add_test(tcase, a_zombie_is_marked_then_reaped_then_gone);
	tcase_add_test(tcase, a_row_that_left_is_gone_for_a_moment);
	tcase_add_test(tcase, why_a_row_left_is_said);
	tcase_add_test(tcase, timers_count_down);
	tcase_add_test(tcase, counts_step_together_once_a_second);
	tcase_add_test(tcase, a_process_number_is_never_cut);
	tcase_add_test(tcase, an_earlier_session_takes_no_room);
	tcase_add_test(tcase, zombies_are_seen_among_many_processes);
	tcase_add_test(tcase, a_paused_server_is_not_up);
	tcase_add_test(tcase, a_long_notice_is_shown_whole);
	tcase_add_test(tcase, a_long_question_is_asked_whole);
	tcase_add_test(tcase, a_server_that_is_not_ours);
	tcase_add_test(tcase, the_bar_belongs_to_what_has_the_keys);
	tcase_add_test(tcase, a_crashed_host_counts_its_retransmissions);
	tcase_add_test(tcase, five_connections_are_eleven_rows);
	tcase_add_test(tcase, foreign_text_cannot_disturb_its_neighbours);
	tcase_add_test(tcase, ascii_is_ascii);
	tcase_add_test(tcase, panes_are_walked_and_zoomed);
	tcase_add_test(tcase, what_is_asked_and_told_is_seen);
	tcase_add_test(tcase, the_signal_menu_makes_a_command);
	tcase_add_test(tcase, a_list_scrolls_and_is_searched);
	tcase_add_test(tcase, a_selected_process_stays_selected);
	tcase_add_test(tcase, a_screen_at_rest_wakes_nobody);
	tcase_add_test(tcase, a_log_that_overflows_is_still_shown);
	suite_add_tcase(suite, tcase);
	return suite;
}
