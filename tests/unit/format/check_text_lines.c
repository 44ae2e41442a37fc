/* check_text_lines.c: the line of each event: as the timeline has it, in few columns,
 * and as a step through the past shows it; and which events the timeline passes over,
 * since another line says the same. */
#include "render_text.h"
#include "render_timeline.h"

#include "event_fixture.h"
#include "suites.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

/* The same as the wide line. */
static const char same[] = "same";

/* Is the text this (NULL: is there none)?  Frees it. */
static void
check_line(const char *which, char *text, const char *wanted)
{
	if (wanted == NULL)
		ck_assert_msg(text == NULL, "%s: %s", which, text);
	else
		ck_assert_msg(text != NULL && strcmp(text, wanted) == 0,
		    "%s: \"%s\", not \"%s\"", which, text != NULL ? text : "", wanted);
	free(text);
}

/* The three lines of the event, which happens at 3.204 s and is released; a step has a
 * line in any case. */
static void
check_lines(struct event event, const char *wide, const char *brief, const char *step)
{
	event.time = FIXTURE_MS(3204);
	brief = brief == same ? wide : brief;
	check_line("wide", render_timeline(&event, false), wide);
	check_line("brief", render_timeline(&event, true), brief);
	check_line("step", render_step(&event), step == same ? brief : step);
	ck_assert_int_eq(render_timeline_tells(&event), wide != NULL);
	event_release(&event);
}

/* An event with a text, and a detail (NULL: none). */
static struct event
with_detail(enum event_type type, const char *text, const char *detail)
{
	struct event event = fixture_event(type, text);
	event.detail = detail != NULL ? strdup(detail) : NULL;
	return event;
}

static const struct { int64_t ns; const char *head; } clock_times[] = {
	{0, "0.000 note"}, {499999, "0.000 note"}, {500000, "0.001 note"},
	{INT64_C(1999499999), "1.999 note"}, {INT64_C(1999500000), "2.000 note"},
	{INT64_C(86400000000000), "86400.000 note"}, {-1, "0.000 note"},
	{-499999, "0.000 note"}, {-500000, "-0.001 note"},
	{INT64_C(-1234000000), "-1.234 note"}, {INT64_C(-2001000000), "-2.001 note"},
};

START_TEST(times_are_rounded_to_milliseconds)
{
	struct event event = fixture_event(EVENT_NOTE, "x");
	event.time = clock_times[_i].ns;
	char *line = render_timeline(&event, false);
	ck_assert_int_eq(strncmp(line, clock_times[_i].head, strlen(clock_times[_i].head)),
	    0);
	free(line);
	event_release(&event);
}
END_TEST

START_TEST(calls_have_their_lines)
{
	struct event event = fixture_call(ROLE_SERVER, 0, CALL_BIND, 0, 0);
	check_lines(event, "3.204 server  bind = 0", same, same);
	event.call.local = fixture_endpoint("*:9877");
	check_lines(event, "3.204 server  bind *:9877 = 0", same, same);
	event = fixture_call(ROLE_SERVER, 0, CALL_ACCEPT, 5, 0);
	check_lines(event, "3.204 server  accept = 5", same, same);
	event.call.remote = fixture_client_end(1);
	check_lines(event, "3.204 server  accept 127.0.0.1:40001 = 5", same, same);
	event.call.call = CALL_LISTEN; /* is about nobody */
	check_lines(event, "3.204 server  listen = 5", same, same);
	event.call.role = ROLE_CHILD;
	event.call.call = CALL_WRITE;
	check_lines(event, "3.204 child   write 127.0.0.1:40001 = 5", same, same);
	event.call.conn = 7;
	check_lines(event, "3.204 child   write conn 7 = 5", same, same);
	event = fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0);
	check_lines(event, "3.204 client  read conn 1 = 0, end of file",
	    "3.204 client  read conn 1 = 0, EOF", same);
	event.call.call = CALL_WRITE;
	check_lines(event, "3.204 client  write conn 1 = 0", same, same);
	check_lines(fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, EINTR),
	    "3.204 client  read conn 1: EINTR", same, same);
	check_lines(fixture_call(ROLE_CLIENT, 1, CALL_CONNECT, 0, 0),
	    "3.204 client  connect conn 1 = 0", same, same);
}
END_TEST

START_TEST(waits_tell_how_the_child_ended)
{
	static const enum report_call waits[] = {CALL_WAIT, CALL_WAITPID};
	static const char *const names[] = {"wait", "waitpid"};
	char line[64];
	struct event event = fixture_call(ROLE_SERVER, 0, waits[_i], 7, 0);
	event.call.status = SIGKILL;
	snprintf(line, sizeof line, "3.204 server  %s = 7, signal 9", names[_i]);
	check_lines(event, line, same, same);
	event.call.status = 3 << 8;
	snprintf(line, sizeof line, "3.204 server  %s = 7, exit 3", names[_i]);
	check_lines(event, line, same, same);
	event.call.status = 0x7f; /* stopped: it has not ended */
	snprintf(line, sizeof line, "3.204 server  %s = 7", names[_i]);
	check_lines(event, line, same, same);
	event.call.result = 0; /* none has ended */
	event.call.status = 0;
	snprintf(line, sizeof line, "3.204 server  %s = 0", names[_i]);
	check_lines(event, line, same, same);
	event = fixture_call(ROLE_SERVER, 0, CALL_FORK, 7, 0);
	check_lines(event, "3.204 server  fork = 7", same, same);
}
END_TEST

/* What each connection's calls have in common, the timeline does not say. */
START_TEST(calls_that_say_nothing_new_are_passed_over)
{
	check_lines(fixture_call(ROLE_CLIENT, 1, CALL_SOCKET, 3, 0), NULL, same,
	    "3.204 client  socket conn 1 = 3");
	check_lines(fixture_call(ROLE_CLIENT, 1, CALL_SOCKET, 0, EMFILE),
	    "3.204 client  socket conn 1: EMFILE", same, same);
	check_lines(fixture_call(ROLE_CHILD, 1, CALL_GETPEERNAME, 0, 0), NULL, same,
	    "3.204 child   getpeername conn 1 = 0");
	check_lines(fixture_call(ROLE_SERVER, 1, CALL_CLOSE, 0, 0), NULL, same,
	    "3.204 server  close conn 1 = 0");
	check_lines(fixture_call(ROLE_SERVER, 1, CALL_CLOSE, 0, EBADF),
	    "3.204 server  close conn 1: EBADF", same, same);
	check_lines(fixture_call(ROLE_CHILD, 1, CALL_CLOSE, 0, 0),
	    "3.204 child   close conn 1 = 0", same, same);
	check_lines(fixture_call(ROLE_SERVER, 1, CALL_SHUTDOWN, 0, 0),
	    "3.204 server  shutdown conn 1 = 0", same, same);
	check_lines(fixture_call(ROLE_CLIENT, 1, CALL_READ, 5, 0), NULL, same,
	    "3.204 client  read conn 1 = 5");
	check_lines(fixture_call(ROLE_CLIENT, 1, CALL_WRITE, 5, 0), NULL, same,
	    "3.204 client  write conn 1 = 5");
	check_lines(fixture_call(ROLE_CHILD, 1, CALL_READ, 5, 0),
	    "3.204 child   read conn 1 = 5", same, same);
}
END_TEST

START_TEST(the_start_has_its_line)
{
	struct event event = fixture_start("local");
	check_lines(event, "3.204 start   127.0.0.1:9877, world local", same, same);
	event = fixture_event(EVENT_START, "h");
	event.start.host = fixture_server_end();
	check_lines(event, "3.204 start   127.0.0.1:9877", same, same);
	event = fixture_start("local");
	strcpy(event.start.command, "./mine\x1b 9877");
	event.start.server = SERVER_COMMAND;
	check_lines(event, "3.204 start   127.0.0.1:9877, world local, "
	    "server: ./mine^[ 9877", same, same);
	event = fixture_start("local");
	strcpy(event.start.command, "not told");
	event.start.server = SERVER_WATCHED;
	check_lines(event, "3.204 start   127.0.0.1:9877, world local", same, same);
}
END_TEST

START_TEST(connections_have_their_lines)
{
	struct event event = fixture_connection(3, CONNECTION_OPENED);
	check_lines(event, "3.204 conn 3  127.0.0.1:40003 → 127.0.0.1:9877",
	    "3.204 conn 3  from 127.0.0.1:40003", same);
	event = fixture_connection(3, CONNECTION_CLOSED);
	check_lines(event, "3.204 conn 3  closed by the client", same, same);
	event.detail = strdup("died");
	check_lines(event, "3.204 conn 3  closed: the client died", same, same);
	check_lines(fixture_connection(3, CONNECTION_CURRENT), NULL, same,
	    "3.204 conn 3  is the current one");
	check_lines(fixture_connection(4000000000U, CONNECTION_CLOSED),
	    "3.204 conn 4000000000 closed by the client", same, same);
}
END_TEST

START_TEST(transitions_have_their_lines)
{
	struct event event = fixture_state(2, END_SERVER, STATE_ESTABLISHED,
	    STATE_FIN_WAIT1);
	check_lines(event, "3.204 conn 2  server ESTABLISHED → FIN_WAIT1",
	    "3.204 conn 2  server → FIN_WAIT1", same);
	event.state.inferred = true;
	check_lines(event, "3.204 conn 2  server ESTABLISHED → FIN_WAIT1 (inferred)",
	    "3.204 conn 2  (server → FIN_WAIT1)", same);
}
END_TEST

START_TEST(processes_have_their_lines)
{
	struct event event = fixture_child(1, PROCESS_FORKED, -1);
	check_lines(event, NULL, same, "3.204 process 301 forked S wait_woken/read");
	event.process.row.peer.family = 0; /* by a server that reports nothing */
	check_lines(event, "3.204 child   301 forked, serves conn 1", same,
	    "3.204 process 301 forked S wait_woken/read");
	event.process.row.conn = 0;
	check_lines(event, "3.204 child   301 forked", same,
	    "3.204 process 301 forked S wait_woken/read");
	event = fixture_child(1, PROCESS_ZOMBIE, 3 << 8);
	check_lines(event, "3.204 child   301 zombie, exit 3", same,
	    "3.204 process 301 zombie S wait_woken/read");
	event = fixture_child(1, PROCESS_EXITED, -1);
	check_lines(event, "3.204 child   301 exited", same,
	    "3.204 process 301 exited S wait_woken/read");
	check_lines(fixture_child(1, PROCESS_CHANGED, -1), NULL, same,
	    "3.204 process 301 changed S wait_woken/read");
	check_lines(fixture_process(ROLE_SERVER, 100, 0, PROCESS_STARTED, -1),
	    "3.204 server  100 started", same,
	    "3.204 process 100 started S wait_woken/read");
}
END_TEST

/* What the server's own waitpid told is not told again; what init did, is. */
START_TEST(a_reaped_child_is_told_once)
{
	static const char step[] = "3.204 process 301 reaped S wait_woken/read";
	struct event event = fixture_child(1, PROCESS_REAPED, SIGKILL);
	event.process.end.by = SERVER_PID;
	check_lines(event, NULL, same, step);
	event.process.end.by = SERVER_PID + 1;
	check_lines(event, "3.204 child   301 reaped, signal 9", same, step);
	event.process.end.by = SERVER_PID;
	event.process.row.role = ROLE_OTHER;
	check_lines(event, "3.204 other   301 reaped, signal 9", same, step);
}
END_TEST

START_TEST(signals_have_their_lines)
{
	struct event event = {.type = EVENT_SIGNAL, .signal = {.number = SIGTERM, .to = 7}};
	check_lines(event, "3.204 signal  SIGTERM → 7", same, same);
	event.signal.by = BY_HOST;
	check_lines(event, "3.204 signal  SIGTERM → 7, by the host",
	    "3.204 signal  SIGTERM → 7 (host)", same);
	event.signal.by = BY_KERNEL;
	check_lines(event, "3.204 signal  SIGTERM → 7, by the kernel",
	    "3.204 signal  SIGTERM → 7 (kernel)", same);
	event.signal.by = BY_CONSOLE;
	check_lines(event, "3.204 signal  SIGTERM → 7, by the console",
	    "3.204 signal  SIGTERM → 7 (console)", same);
	event.signal.caught = true;
	check_lines(event, "3.204 signal  SIGTERM → 7, caught",
	    "3.204 signal  SIGTERM → 7 caught", same);
}
END_TEST

START_TEST(hosts_have_their_lines)
{
	check_lines(fixture_host(HOST_CRASHED), "3.204 host    crashed", same, same);
	check_lines(fixture_host(HOST_SHUTTING_DOWN), "3.204 host    shutting down", same,
	    same);
	struct event event = fixture_host(HOST_UNPLUGGED);
	event.detail = strdup("deaf\x1b");
	check_lines(event, "3.204 host    unplugged (deaf^[)", "3.204 host    unplugged",
	    same);
	event = fixture_host(HOST_UP);
	event.detail = strdup("");
	check_lines(event, "3.204 host    up", same, same);
}
END_TEST

START_TEST(texts_have_their_lines)
{
	struct event event = with_detail(EVENT_SENT, "1\x1b\n", "00 01");
	event.line.conn = 2;
	check_lines(event, "3.204 sent    conn 2  1^[  = 00 01", same, same);
	event = with_detail(EVENT_ECHO, "two\n\n", NULL);
	event.line.conn = 12;
	check_lines(event, "3.204 echo    conn 12  two^J", same, same);
	event = with_detail(EVENT_ECHO, "half", NULL);
	event.line.bytes = 4;
	check_lines(event, "3.204 echo    conn 0  half  (no end of line)", same, same);
	event = with_detail(EVENT_SENT, "half", NULL);
	event.line.bytes = 4;
	check_lines(event, "3.204 sent    conn 0  half  (no end of line)", same, same);
	event = with_detail(EVENT_SENT, "half", NULL);
	event.line.bytes = 5;
	check_lines(event, "3.204 sent    conn 0  half", same, same);
	event = with_detail(EVENT_ECHO, "", NULL);
	check_lines(event, "3.204 echo    conn 0  ", same, same);
	event = with_detail(EVENT_ECHO, "7", "07");
	event.line.bytes = 1;
	check_lines(event, "3.204 echo    conn 0  7  = 07", same, same);
	event = fixture_event(EVENT_OUTPUT, "hello");
	event.output.stream = 1;
	check_lines(event, "3.204 output  hello", same, same);
	event = fixture_event(EVENT_OUTPUT, "hello");
	event.output.stream = 2;
	check_lines(event, "3.204 stderr  hello", same, same);
	event = (struct event){.type = EVENT_LOST, .lost = {.count = 1}};
	check_lines(event, "3.204 lost    1 report", same, same);
	event.lost.count = 2;
	event.lost.pid = 7;
	check_lines(event, "3.204 lost    2 reports of 7", same, same);
	check_lines((struct event){.type = EVENT_NOTE}, "3.204 note    ", same, same);
	check_lines(fixture_event(EVENT_ERROR, "no"), "3.204 error   no", same, same);
	check_lines(fixture_event(EVENT_SAY, "look"), "3.204 say     look", same, same);
	check_lines(fixture_event(EVENT_WHY, "EPIPE"), "3.204 why     EPIPE", same, same);
}
END_TEST

START_TEST(commands_whose_outcome_says_all_are_passed_over)
{
	struct event event = fixture_event(EVENT_COMMAND, "kill child");
	event.command.source = SOURCE_STDIN;
	check_lines(event, "3.204 stdin   kill child", same, same);
	check_lines(fixture_event(EVENT_COMMAND, "say hello"), NULL, same,
	    "3.204 key     say hello");
	check_lines(fixture_event(EVENT_COMMAND, "ask Who? | I = 1"), NULL, same,
	    "3.204 key     ask Who? | I = 1");
	check_lines(fixture_event(EVENT_COMMAND, "expect eof"), NULL, same,
	    "3.204 key     expect eof");
	check_lines(fixture_event(EVENT_COMMAND, "sayings"), "3.204 key     sayings", same,
	    same);
	check_lines((struct event){.type = EVENT_COMMAND}, "3.204 key     ", same, same);
}
END_TEST

START_TEST(lessons_have_their_lines)
{
	struct event event = with_detail(EVENT_EXPECT, "eof", NULL);
	event.expect.pass = true;
	check_lines(event, "3.204 expect  ok eof", same, same);
	check_lines(with_detail(EVENT_EXPECT, "eof", "EINTR\x1b"),
	    "3.204 expect  FAILED eof: got EINTR^[", same, same);
	check_lines(fixture_ask("Who?", "I\nYou", 2, 0), "3.204 ask     Who?", same, same);
	check_lines(fixture_ask("Who?", "I\nYou", 2, 1),
	    "3.204 ask     the room: 1, it was: 2", same, same);
	check_lines(fixture_lesson(LESSON_BEGUN, "Five"),
	    "3.204         lesson zombies: Five", same, same);
	check_lines(fixture_lesson(LESSON_PASSED, "Five"),
	    "3.204         lesson zombies passed", same, same);
	check_lines(fixture_lesson(LESSON_FAILED, "eof"),
	    "3.204         lesson zombies FAILED at line 12: eof", same, same);
	check_lines(fixture_lesson(LESSON_SKIPPED, "no lab"),
	    "3.204         lesson zombies skipped: no lab", same, same);
	event = (struct event){.type = EVENT_SUMMARY, .summary = {1, 2, 3}};
	check_lines(event, "3.204 summary 1 passed, 2 failed, 3 skipped", same, same);
	event = (struct event){.type = EVENT_END, .end = {.status = 1}};
	check_lines(event, "3.204 end     status 1", same, same);
}
END_TEST

/* A step through the past shows what the timeline has no line for. */
START_TEST(steps_have_a_line_of_their_own)
{
	check_lines(fixture_socket(1, END_CLIENT, SOCKET_GONE, STATE_CLOSE_WAIT), NULL, same,
	    "3.204 socket  gone CLOSE_WAIT 127.0.0.1:40001");
	struct event event = {.type = EVENT_TIMER, .timer = {.conn = 2, .rto = 408999,
	    .retransmits = 3}};
	check_lines(event, NULL, same, "3.204 timer   conn 2: 3 resent, RTO 408 ms");
	check_lines(fixture_details(1, END_SERVER), NULL, same,
	    "3.204 details conn 1 server: RTO 3264 ms, cwnd 1");
	check_lines((struct event){.type = EVENT_SOCKETS}, NULL, same, "3.204 sockets ");
	check_lines((struct event){.type = EVENT_SETTINGS}, NULL, same, "3.204 settings ");
	ck_assert(!render_timeline_tells(&(struct event){.type = EVENT_TYPES}));
	check_line("none", render_timeline(&(struct event){.type = EVENT_TYPES}, true), NULL);
}
END_TEST

/* Nothing written is no failure. */
START_TEST(no_line_is_no_error)
{
	struct event event = fixture_child(1, PROCESS_CHANGED, -1);
	errno = EIO;
	ck_assert_ptr_null(render_timeline(&event, false));
	ck_assert_int_eq(errno, 0);
	event.process.what = PROCESS_FORKED;
	errno = EIO;
	ck_assert_ptr_null(render_timeline(&event, true));
	ck_assert_int_eq(errno, 0);
}
END_TEST

Suite *
text_lines_suite(void)
{
	Suite *suite = suite_create("text_lines");
	TCase *tests = tcase_create("text_lines");
	tcase_add_loop_test(tests, times_are_rounded_to_milliseconds, 0,
	    sizeof clock_times / sizeof *clock_times);
	tcase_add_test(tests, calls_have_their_lines);
	tcase_add_loop_test(tests, waits_tell_how_the_child_ended, 0, 2);
	tcase_add_test(tests, calls_that_say_nothing_new_are_passed_over);
	tcase_add_test(tests, the_start_has_its_line);
	tcase_add_test(tests, connections_have_their_lines);
	tcase_add_test(tests, transitions_have_their_lines);
	tcase_add_test(tests, processes_have_their_lines);
	tcase_add_test(tests, a_reaped_child_is_told_once);
	tcase_add_test(tests, signals_have_their_lines);
	tcase_add_test(tests, hosts_have_their_lines);
	tcase_add_test(tests, texts_have_their_lines);
	tcase_add_test(tests, commands_whose_outcome_says_all_are_passed_over);
	tcase_add_test(tests, lessons_have_their_lines);
	tcase_add_test(tests, steps_have_a_line_of_their_own);
	tcase_add_test(tests, no_line_is_no_error);
	suite_add_tcase(suite, tests);
	return suite;
}
