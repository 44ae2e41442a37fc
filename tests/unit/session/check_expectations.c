/* When an expectation holds: over a log that is made up, and a clock that is moved. */
#include "bare_session.h"
#include "suites.h"

#include <signal.h>

enum { HOLDING, PASSED, FAILED };

/* How the latest expectation came out, or that it has not yet. */
static int
verdict(const struct session *session)
{
	if (bare_is_running(session))
		return HOLDING;
	return bare_last(session, EVENT_EXPECT)->expect.pass ? PASSED : FAILED;
}

/* Runs an expectation that is given no time, and says what is wrong with its verdict. */
static void
judged(struct session *session, const char *line, bool pass, const char *got)
{
	char text[128];
	snprintf(text, sizeof text, "expect %s within 0", line);
	bare_run(session, text);
	bare_later(session, SECONDS(1)); /* the socket table was read since */
	ck_assert_msg(verdict(session) == (pass ? PASSED : FAILED), "%s: %s", line,
	    verdict(session) == HOLDING ? "no verdict" : pass ? "failed" : "passed");
	const struct event *event = bare_last(session, EVENT_EXPECT);
	if (!pass)
		ck_assert_str_eq(event->detail, got);
	else
		ck_assert_ptr_null(event->detail);
}

/* What happened, before and since the last command that acts. */
static struct session *
open_eventful(void)
{
	struct session *session = bare_open(4096);
	socket_watch_read(session->world.sockets);
	bare_connections(session, 3);
	bare_tell(session, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET));
	bare_tell(session, fixture_call(ROLE_CLIENT, 1, CALL_WRITE, 100, 0));
	bare_tell(session, fixture_call(ROLE_SERVER, 0, CALL_ACCEPT, 0, EINTR));
	session->acting_mark = log_end(session->world.log);
	bare_tell(session, fixture_call(ROLE_CLIENT, 1, CALL_WRITE, 12, 0));
	bare_tell(session, fixture_call(ROLE_CLIENT, 2, CALL_WRITE, 7, 0));
	bare_tell(session, fixture_call(ROLE_CHILD, 1, CALL_READ, 12, 0));
	bare_tell(session, fixture_call(ROLE_CLIENT, 1, CALL_READ, 5, 0));
	bare_tell(session, fixture_call(ROLE_CLIENT, 1, CALL_READ, 4, 0));
	bare_tell(session, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0));
	bare_tell(session, fixture_call(ROLE_CLIENT, 1, CALL_WRITE, 0, EPIPE));
	bare_tell(session, fixture_call(ROLE_SERVER, 0, CALL_ACCEPT, 0, ECONNABORTED));
	bare_tell(session, fixture_call(ROLE_CHILD, 1, CALL_GETPEERNAME, 0, ENOTCONN));
	bare_tell(session, fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_CLOSE_WAIT));
	bare_tell(session, fixture_state(1, END_SERVER, STATE_ESTABLISHED, STATE_FIN_WAIT2));
	bare_tell(session, fixture_child(1, PROCESS_ZOMBIE, 3 << 8));
	bare_tell(session, fixture_child(2, PROCESS_ZOMBIE, SIGTERM));
	bare_tell(session, fixture_child(2, PROCESS_REAPED, SIGTERM));
	bare_tell(session, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_REAPED,
	    SIGKILL));
	bare_tell(session, fixture_process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_REAPED,
	    1 << 8));
	return session;
}

static const struct {
	const char *line;
	bool pass;
	const char *got;
} verdicts[] = {
	{"eof", true, NULL}, {"eof read", true, NULL},
	{"eof write", false, "write EPIPE"},
	{"errno EPIPE", true, NULL}, {"errno EPIPE write", true, NULL},
	{"errno EPIPE read", false, "write EPIPE"},
	{"errno ECONNRESET", false, "write EPIPE"},   /* that was before */
	{"errno ECONNABORTED", false, "write EPIPE"}, /* that was the server's */
	{"server errno ECONNABORTED", true, NULL},
	{"server errno ECONNABORTED accept", true, NULL},
	{"server errno ENOTCONN", true, NULL}, /* of a child */
	{"server errno ENOTCONN accept", false, "getpeername ENOTCONN"},
	{"server errno EINTR", false, "getpeername ENOTCONN"},
	{"server errno EPIPE", false, "getpeername ENOTCONN"},
	{"sent 12", true, NULL}, {"sent 19", false, "12"}, {"sent 112", false, "12"},
	{"received 9", true, NULL}, {"received 12", false, "9"},
	{"child exit 3", true, NULL}, {"child exit 4", false, "exit 3"},
	{"child signal TERM", false, "exit 3"},       /* that is another's child */
	{"server signal KILL", true, NULL}, {"server exit 9", false, "signal SIGKILL"},
	{"server signal TERM", false, "signal SIGKILL"},
	{"client exit 1", true, NULL}, {"client exit 0", false, "exit 1"},
	{"client signal HUP", false, "exit 1"},       /* which has the number 1 */
	{"reaped 1", true, NULL}, {"reaped 3", false, "1"},
	{"zombies 1", true, NULL}, {"zombies 0", false, "1"},
	{"children 1", true, NULL}, {"children 2", false, "1"},
	{"state client CLOSE_WAIT", true, NULL},
	{"state client FIN_WAIT2", false, "CLOSE_WAIT"},
	{"state server FIN_WAIT2", true, NULL},
	{"state server CLOSE_WAIT", false, "FIN_WAIT2"},
	{"state client ESTABLISHED 2", true, NULL},
	{"state client CLOSE_WAIT 2", false, "ESTABLISHED"},
	{"state client GONE 9", true, NULL}, {"state server ESTABLISHED 9", false, "GONE"},
	{"listening no", true, NULL}, {"listening yes", false, "no"},
	{"disposition server PIPE default", false, "no such process"},
	{"disposition child PIPE default", false, "no such process"},
};

START_TEST(what_has_happened_is_judged)
{
	struct session *session = open_eventful();
	judged(session, verdicts[_i].line, verdicts[_i].pass, verdicts[_i].got);
	ck_assert_int_eq(session_has_failed(session), !verdicts[_i].pass);
	bare_close(session);
}
END_TEST

START_TEST(a_second_connection_has_its_own)
{
	struct session *session = open_eventful();
	bare_tell(session, fixture_connection(2, CONNECTION_CURRENT));
	judged(session, "sent 7", true, NULL);
	judged(session, "received 0", true, NULL);
	judged(session, "child signal TERM", true, NULL);
	judged(session, "state client ESTABLISHED", true, NULL);
	bare_close(session);
}
END_TEST

START_TEST(nothing_has_happened_is_told_so)
{
	struct session *session = bare_open(4096);
	socket_watch_read(session->world.sockets);
	bare_connections(session, 1);
	session->acting_mark = log_end(session->world.log);
	judged(session, "errno EPIPE", false, "no such call");
	judged(session, "client exit 1", false, "it has not ended");
	judged(session, "echo a", false, "nothing");
	judged(session, "sent 0", true, NULL);
	bare_tell(session, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0));
	judged(session, "errno EPIPE", false, "read end of file");
	bare_tell(session, fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN));
	judged(session, "listening yes", true, NULL);
	judged(session, "listening no", false, "yes");
	bare_close(session);
}
END_TEST

/* A line came back. */
static void
echo(struct session *session, unsigned conn, const char *text)
{
	struct event event = fixture_event(EVENT_ECHO, text);
	event.line.conn = conn;
	event.line.bytes = strlen(text) + 1;
	bare_tell(session, event);
}

START_TEST(each_connection_has_its_own_lines)
{
	struct session *session = bare_open(4096);
	bare_connections(session, 2);
	echo(session, 1, "one");
	echo(session, 2, "two");
	echo(session, 1, "three");
	judged(session, "echo one", true, NULL);
	bare_tell(session, fixture_connection(2, CONNECTION_CURRENT));
	judged(session, "reply two", true, NULL);
	judged(session, "echo two", false, "nothing"); /* taken */
	bare_tell(session, fixture_connection(1, CONNECTION_CURRENT));
	judged(session, "echo thre", false, "three");  /* taken, whatever it says */
	judged(session, "echo three", false, "nothing");
	bare_close(session);
}
END_TEST

START_TEST(a_line_is_taken_as_a_whole)
{
	struct session *session = bare_open(4096);
	char line[400], wanted[400];
	bare_connections(session, 1);
	echo(session, 1, "hello");
	echo(session, 1, "hell");
	judged(session, "echo hell", false, "hello");
	judged(session, "echo hell", true, NULL);
	memset(line, 'x', 300);
	line[300] = '\0';
	echo(session, 1, line);
	memset(wanted, 'x', 200);
	wanted[200] = '\0';
	judged(session, "echo hell", false, wanted);
	bare_close(session);
}
END_TEST

START_TEST(a_line_may_still_come)
{
	struct session *session = bare_open(4096);
	bare_connections(session, 1);
	bare_run(session, "expect echo late within 60");
	ck_assert_int_eq(verdict(session), HOLDING);
	echo(session, 1, "late");
	runner_step(session);
	ck_assert_int_eq(verdict(session), PASSED);
	bare_close(session);
}
END_TEST

/* Lets so many events pass, so that the log loses what it had. */
static void
flood(struct session *session, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		bare_tell(session, fixture_event(EVENT_NOTE, "flood"));
}

START_TEST(what_the_log_has_lost_is_not_asked_for)
{
	struct session *session = bare_open(64);
	bare_connections(session, 2);
	session->acting_mark = log_end(session->world.log);
	bare_tell(session, fixture_call(ROLE_CLIENT, 1, CALL_WRITE, 12, 0));
	echo(session, 1, "one");
	judged(session, "echo one", true, NULL);
	flood(session, 1000);
	ck_assert_uint_gt(log_first(session->world.log), session->acting_mark);
	judged(session, "errno EPIPE", false, "no such call");
	judged(session, "client exit 1", false, "it has not ended");
	judged(session, "sent 12", false, "0");
	judged(session, "reaped 1", false, "0");
	echo(session, 1, "two");
	judged(session, "echo two", true, NULL);
	bare_tell(session, fixture_connection(2, CONNECTION_CURRENT));
	echo(session, 2, "other");
	judged(session, "echo other", true, NULL);
	bare_tell(session, fixture_call(ROLE_CLIENT, 1, CALL_WRITE, 0, EPIPE));
	judged(session, "errno EPIPE", true, NULL);
	bare_close(session);
}
END_TEST

START_TEST(what_was_taken_is_remembered_while_it_is_there)
{
	struct session *session = bare_open(4096);
	bare_connections(session, 3);
	for (unsigned conn = 1; conn <= 3; conn++) {
		bare_tell(session, fixture_connection(conn, CONNECTION_CURRENT));
		echo(session, conn, "same");
		judged(session, "echo same", true, NULL);
	}
	ck_assert_uint_eq(session->taken_count, 3);
	for (unsigned conn = 1; conn <= 3; conn++) {
		bare_tell(session, fixture_connection(conn, CONNECTION_CURRENT));
		judged(session, "echo same", false, "nothing");
	}
	bare_close(session);
}
END_TEST

START_TEST(what_was_taken_is_forgotten_with_the_log)
{
	struct session *session = bare_open(64);
	bare_connections(session, 3);
	for (unsigned conn = 1; conn <= 3; conn++) {
		bare_tell(session, fixture_connection(conn, CONNECTION_CURRENT));
		echo(session, conn, "same");
		judged(session, "echo same", true, NULL);
		flood(session, 1000);
	}
	ck_assert_uint_eq(session->taken_count, 1);
	bare_close(session);
}
END_TEST

START_TEST(it_has_to_hold_without_a_break)
{
	struct session *session = bare_open(4096);
	bare_connections(session, 2);
	bare_run(session, "expect zombies 1 for 20 within 3600");
	struct expectation *expectation = session->running.expectation;
	ck_assert_int_eq(expectation->held_since, 0);
	bare_tell(session, fixture_child(1, PROCESS_ZOMBIE, 0));
	runner_step(session);
	ck_assert_int_ne(expectation->held_since, 0);
	ck_assert_int_eq(verdict(session), HOLDING);
	expectation->held_since -= SECONDS(10);
	int64_t since = expectation->held_since;
	runner_step(session);
	ck_assert_int_eq(verdict(session), HOLDING);
	ck_assert_int_eq(expectation->held_since, since); /* since it began to hold */
	bare_tell(session, fixture_child(2, PROCESS_ZOMBIE, 0));
	runner_step(session); /* two: it does not hold */
	ck_assert_int_eq(expectation->held_since, 0);
	bare_tell(session, fixture_child(2, PROCESS_REAPED, 0));
	runner_step(session);
	ck_assert_int_gt(expectation->held_since, since + SECONDS(10));
	ck_assert_int_eq(verdict(session), HOLDING); /* begins anew */
	expectation->held_since -= SECONDS(20);
	runner_step(session);
	ck_assert_int_eq(verdict(session), PASSED);
	bare_close(session);
}
END_TEST

START_TEST(a_line_that_came_goes_on_having_come)
{
	struct session *session = bare_open(4096);
	bare_connections(session, 1);
	echo(session, 1, "one");
	bare_run(session, "expect echo one for 20 within 0");
	ck_assert_int_eq(verdict(session), HOLDING);
	echo(session, 1, "two");
	runner_step(session);
	ck_assert_int_eq(verdict(session), HOLDING);
	session->running.expectation->held_since -= SECONDS(20);
	runner_step(session);
	ck_assert_int_eq(verdict(session), PASSED);
	judged(session, "echo two", true, NULL);
	bare_close(session);
}
END_TEST

START_TEST(it_is_given_five_seconds_or_as_it_says)
{
	static const struct { const char *line; int64_t within; } cases[] = {
		{"expect zombies 1", SECONDS(5)}, {"expect zombies 1 within 60", SECONDS(60)},
		{"expect zombies 1 within 600 for 2", SECONDS(600)},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct session *session = bare_open(4096);
		bare_connections(session, 1);
		bare_run(session, cases[i].line);
		ck_assert_int_eq(session->running.expectation->within, cases[i].within);
		ck_assert_int_eq(verdict(session), HOLDING);
		bare_later(session, cases[i].within);
		ck_assert_int_eq(verdict(session), FAILED);
		bare_close(session);
	}
}
END_TEST

START_TEST(more_time_than_a_command_has_is_its_own)
{
	struct session *session = bare_open(4096);
	bare_connections(session, 1);
	bare_run(session, "expect zombies 1 within 3600");
	bare_later(session, SECONDS(600)); /* others are waited for five seconds */
	ck_assert_int_eq(verdict(session), HOLDING);
	bare_close(session);
}
END_TEST

START_TEST(a_table_that_was_read_before_says_nothing)
{
	struct session *session = bare_open(4096);
	bare_connections(session, 1);
	socket_watch_read(session->world.sockets);
	bare_run(session, "expect state client ESTABLISHED");
	ck_assert_int_eq(verdict(session), HOLDING); /* though it is in that state */
	struct running *running = &session->running;
	running->expectation->within = -SECONDS(10); /* no time at all: one reading */
	runner_step(session);
	ck_assert_int_eq(verdict(session), HOLDING);
	socket_watch_read(session->world.sockets);
	runner_step(session);
	ck_assert_int_eq(verdict(session), PASSED);
	bare_run(session, "expect children 7 within 0"); /* needs none */
	ck_assert_int_eq(verdict(session), FAILED);
	bare_close(session);
}
END_TEST

static const struct { const char *line; bool asks; } of_hosts[] = {
	{"listening no", true}, {"children 1", true}, {"state server ESTABLISHED", true},
	{"disposition server PIPE default", true},
	{"disposition child PIPE default", true}, {"state client ESTABLISHED", false},
	{"zombies 0", true}, {"sent 0", false}, {"disposition client PIPE ignored", false},
};

START_TEST(nobody_looks_into_a_host_that_is_down)
{
	struct session *session = bare_open(4096);
	char line[128];
	socket_watch_read(session->world.sockets);
	bare_connections(session, 1);
	bare_tell(session, fixture_host(_i % 2 == 0 ? HOST_CRASHED : HOST_DOWN));
	snprintf(line, sizeof line, "expect %s within 3600", of_hosts[_i].line);
	bare_run(session, line);
	if (of_hosts[_i].asks) {
		ck_assert_int_eq(verdict(session), FAILED); /* at once */
		ck_assert_str_eq(bare_last(session, EVENT_EXPECT)->detail, "host down");
	} else {
		ck_assert_int_ne(verdict(session), FAILED);
	}
	bare_close(session);
}
END_TEST

/* Of another machine's side nothing is seen here, so nothing is judged, and at once. */
static const struct { const char *line; bool asks; } of_far_hosts[] = {
	{"listening yes", true}, {"listening no", true}, {"children 1", true},
	{"zombies 0", true}, {"reaped 0", true}, {"state server ESTABLISHED", true},
	{"state server GONE", true}, {"server errno EINTR", true}, {"server exit 0", true},
	{"server signal KILL", true}, {"child exit 0", true}, {"child signal KILL", true},
	{"disposition server PIPE default", true}, {"disposition child PIPE default", true},
	{"state client ESTABLISHED", false}, {"client exit 0", false}, {"client signal KILL", false},
	{"disposition client PIPE ignored", false}, {"sent 0", false}, {"received 0", false},
	{"echo a", false}, {"eof", false}, {"errno EPIPE", false},
};

START_TEST(nobody_sees_the_side_of_another_machine)
{
	struct session *session = bare_open(4096);
	char line[128];
	socket_watch_read(session->world.sockets);
	bare_connections(session, 1);
	session->world.host_is_local = false;
	snprintf(line, sizeof line, "expect %s within 3600", of_far_hosts[_i].line);
	bare_run(session, line);
	if (of_far_hosts[_i].asks) {
		ck_assert_int_eq(verdict(session), FAILED);
		ck_assert_str_eq(bare_last(session, EVENT_EXPECT)->detail,
		    "nothing: the server is on another machine, and cannot be seen from here");
	} else {
		ck_assert_int_ne(verdict(session), FAILED);
	}
	bare_close(session);
}
END_TEST

/* An end that came before the last command that acts is no end since then; that it came is
 * told, unless another runs in the place of the one that ended. */
START_TEST(an_earlier_end_is_told_as_one)
{
	struct session *session = open_eventful();
	session->acting_mark = log_end(session->world.log);
	judged(session, "server signal KILL", false,
	    "it ended before the last command: signal SIGKILL");
	judged(session, "client exit 1", false, "it ended before the last command: exit 1");
	judged(session, "child exit 3", false, "it ended before the last command: exit 3");
	session->world.client.pid = CLIENT_PID + 1;
	session->world.server.pid = SERVER_PID + 1;
	judged(session, "client exit 1", false, "it has not ended");
	judged(session, "server signal KILL", false, "it has not ended");
	bare_close(session);
}
END_TEST

/* Bytes are expected as they came, or as they are shown; what came is shown whole. */
START_TEST(bytes_that_are_no_text_can_be_expected)
{
	static const char crlf[] = "hi\r", nul[] = {'a', '\0', 'b'};
	struct session *session = bare_open(4096);
	bare_connections(session, 1);
	echo(session, 1, crlf);
	echo(session, 1, crlf);
	echo(session, 1, crlf);
	judged(session, "echo hi\r", true, NULL);
	judged(session, "echo hi^M", true, NULL);
	judged(session, "echo hi", false, "hi^M");
	struct event event = {.type = EVENT_ECHO, .line = {.conn = 1, .bytes = 4}};
	ck_assert_int_eq(event_set_text(&event, nul, sizeof nul), 0);
	bare_tell(session, event);
	event.text = NULL; /* which the log has */
	ck_assert_int_eq(event_set_text(&event, nul, sizeof nul), 0);
	bare_tell(session, event);
	judged(session, "echo a^@b", true, NULL);
	judged(session, "echo a", false, "a^@b");
	bare_close(session);
}
END_TEST

/* Has come late to the verdict by so much: was it given another look? */
static void
come_late(struct session *session, int64_t late)
{
	session->running.begun_at -= SECONDS(5) + late;
	runner_step(session);
}

/* A console that was stopped when the time was over has not read yet what had come in
 * time: it reads it, and then judges. */
START_TEST(who_comes_late_looks_once_more)
{
	struct session *session = bare_open(4096);
	bare_connections(session, 1);
	bare_run(session, "expect echo in time");
	come_late(session, SECONDS(30));
	ck_assert_int_eq(verdict(session), HOLDING);
	ck_assert_int_gt(session->running.look_at, 0);
	ck_assert_int_le(session->running.look_at - loop_now(session->world.loop),
	    MILLISECONDS(100));
	echo(session, 1, "in time");
	runner_step(session);
	ck_assert_int_eq(verdict(session), PASSED);
	bare_run(session, "expect echo never");
	come_late(session, SECONDS(30));
	ck_assert_int_eq(verdict(session), HOLDING);
	session->running.read_until = 1; /* it has been read by now */
	runner_step(session);
	ck_assert_int_eq(verdict(session), FAILED);
	bare_run(session, "expect echo never");
	come_late(session, 0); /* the timer came when it had to */
	ck_assert_int_eq(verdict(session), FAILED);
	bare_run(session, "expect state client ESTABLISHED");
	ck_assert_int_eq(verdict(session), HOLDING);
	socket_watch_read(session->world.sockets);
	runner_step(session);
	ck_assert_int_eq(verdict(session), PASSED);
	bare_close(session);
}
END_TEST

START_TEST(a_cable_that_is_out_hides_nothing)
{
	struct session *session = bare_open(4096);
	socket_watch_read(session->world.sockets);
	bare_connections(session, 1);
	bare_tell(session, fixture_host(HOST_UNPLUGGED));
	judged(session, "children 1", true, NULL);
	judged(session, "state server ESTABLISHED", true, NULL);
	bare_close(session);
}
END_TEST

START_TEST(another_users_processes_cannot_be_counted)
{
	static const char *const lines[] = {"children 1", "zombies 0", "reaped 0"};
	struct session *session = bare_open(4096);
	bare_connections(session, 1);
	session->world.server.found.there = true;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		judged(session, lines[i], false,
		    "the server is another user's: only they or root see its processes");
	judged(session, "sent 0", true, NULL);
	session->world.server.found.owner = SERVER_PID;
	judged(session, "children 1", true, NULL);
	bare_close(session);
}
END_TEST

START_TEST(dispositions_are_the_kernels_word)
{
	struct session *session = bare_open(4096);
	sigset_t set;
	bare_connections(session, 1);
	session->world.client.pid = getpid();
	signal(SIGHUP, SIG_DFL); /* nohup runs the tests as well */
	judged(session, "disposition client USR1 default", true, NULL);
	judged(session, "disposition client USR1 ignored", false, "default");
	signal(SIGUSR1, SIG_IGN);
	judged(session, "disposition client USR1 ignored", true, NULL);
	judged(session, "disposition client USR2 default", true, NULL);
	judged(session, "disposition client HUP ignored", false, "default");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	judged(session, "disposition client USR2 blocked", true, NULL);
	judged(session, "disposition client USR2 pending", false, "default, blocked");
	ck_assert_int_eq(kill(getpid(), SIGUSR2), 0);
	judged(session, "disposition client USR2 pending", true, NULL);
	session->world.server.pid = getpid();
	judged(session, "disposition server USR1 ignored", true, NULL);
	bare_close(session);
}
END_TEST

Suite *
expectations_suite(void)
{
	Suite *suite = suite_create("expectations");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, what_has_happened_is_judged, 0,
	    sizeof verdicts / sizeof *verdicts);
	tcase_add_test(all, a_second_connection_has_its_own);
	tcase_add_test(all, nothing_has_happened_is_told_so);
	tcase_add_test(all, each_connection_has_its_own_lines);
	tcase_add_test(all, a_line_is_taken_as_a_whole);
	tcase_add_test(all, a_line_may_still_come);
	tcase_add_test(all, what_the_log_has_lost_is_not_asked_for);
	tcase_add_test(all, what_was_taken_is_remembered_while_it_is_there);
	tcase_add_test(all, what_was_taken_is_forgotten_with_the_log);
	tcase_add_test(all, it_has_to_hold_without_a_break);
	tcase_add_test(all, a_line_that_came_goes_on_having_come);
	tcase_add_test(all, it_is_given_five_seconds_or_as_it_says);
	tcase_add_test(all, more_time_than_a_command_has_is_its_own);
	tcase_add_test(all, a_table_that_was_read_before_says_nothing);
	tcase_add_loop_test(all, nobody_looks_into_a_host_that_is_down, 0,
	    sizeof of_hosts / sizeof *of_hosts);
	tcase_add_test(all, a_cable_that_is_out_hides_nothing);
	tcase_add_loop_test(all, nobody_sees_the_side_of_another_machine, 0,
	    sizeof of_far_hosts / sizeof *of_far_hosts);
	tcase_add_test(all, an_earlier_end_is_told_as_one);
	tcase_add_test(all, bytes_that_are_no_text_can_be_expected);
	tcase_add_test(all, who_comes_late_looks_once_more);
	tcase_add_test(all, another_users_processes_cannot_be_counted);
	tcase_add_test(all, dispositions_are_the_kernels_word);
	suite_add_tcase(suite, all);
	return suite;
}
