/* What the client and the server report becomes events: the test is both. */
#include "reports.h"

#include "bare_session.h"
#include "suites.h"
#include "victim.h"
#include "wire_long.h"
#include "client.h"
#include "server_state.h"

#include <errno.h>
#include <poll.h>
#include <sys/wait.h>

static int client_end, server_end;

/* A session with count connections, that a client and a server report to. */
static struct session *
open_reported(unsigned count)
{
	struct session *session = bare_open(4096);
	bare_connections(session, count);
	client_end = bare_client(session);
	session->world.server.channels[0] = channel_open(session->world.loop, &server_end,
	    reports_take, &session->world);
	session->world.server.channel_count = 1;
	session->world.server.pid = SERVER_PID;
	return session;
}

static void
close_reported(struct session *session)
{
	close(client_end);
	close(server_end);
	bare_close(session);
}

/* Reports by this role, and has it taken. */
static void
report(struct session *session, enum report_role role, struct report report)
{
	struct reporter reporter = {.fd = role == ROLE_CLIENT ? client_end : server_end,
	    .role = (uint16_t)role, .lost = report.lost, .pid = role == ROLE_CLIENT ?
	    CLIENT_PID : role == ROLE_SERVER ? SERVER_PID : CHILD_PID};
	reporter_send(&reporter, &report);
	reports_drain(&session->world);
}

/* The client's read on a connection returned these bytes; 0: end of file. */
static void
client_reads(struct session *session, unsigned conn, uint16_t format,
    const char *bytes, size_t length)
{
	static struct report read;
	read = (struct report){.kind = REPORT_CALL, .call = CALL_READ, .conn = conn,
	    .format = format, .result = (int64_t)length, .length = (uint32_t)length};
	memcpy(read.data, bytes, length);
	report(session, ROLE_CLIENT, read);
}

/* The latest echo. */
static void
echoed(const struct session *session, unsigned count, const char *text, size_t bytes)
{
	const struct event *event = bare_last(session, EVENT_ECHO);
	ck_assert_uint_eq(bare_count(session, EVENT_ECHO), count);
	ck_assert_str_eq(event->text, text);
	ck_assert_uint_eq(event->line.bytes, bytes);
}

START_TEST(lines_are_put_together)
{
	struct session *session = open_reported(2);
	client_reads(session, 1, 0, "one\ntwo\nthr", 11);
	echoed(session, 2, "two", 4);
	ck_assert_uint_eq(bare_last(session, EVENT_ECHO)->line.conn, 1);
	client_reads(session, 2, 0, "other", 5); /* connections do not mix */
	ck_assert_uint_eq(bare_count(session, EVENT_ECHO), 2);
	client_reads(session, 1, 0, "ee\n", 3);
	echoed(session, 3, "three", 6);
	client_reads(session, 2, 0, "\n", 1);
	echoed(session, 4, "other", 6);
	ck_assert_uint_eq(bare_last(session, EVENT_ECHO)->line.conn, 2);
	client_reads(session, 1, 0, "\n", 1);
	echoed(session, 5, "", 1);
	client_reads(session, 1, 0, "rest", 4);
	ck_assert_uint_eq(bare_count(session, EVENT_ECHO), 5);
	client_reads(session, 1, 0, "", 0); /* the end: nothing more comes to it */
	echoed(session, 6, "rest", 4);
	client_reads(session, 1, 0, "", 0);
	ck_assert_uint_eq(bare_count(session, EVENT_ECHO), 6);
	close_reported(session);
}
END_TEST

START_TEST(a_read_that_fails_ends_a_line_too)
{
	struct session *session = open_reported(1);
	client_reads(session, 1, 0, "part", 4);
	report(session, ROLE_CLIENT, (struct report){.kind = REPORT_CALL,
	    .call = CALL_READ, .conn = 1, .result = -1, .error = ECONNRESET});
	echoed(session, 1, "part", 4);
	close_reported(session);
}
END_TEST

START_TEST(a_line_without_an_end_comes_in_pieces)
{
	static char bytes[REPORT_DATA];
	struct session *session = open_reported(1);
	memset(bytes, 'x', sizeof bytes);
	for (int i = 0; i < 15; i++)
		client_reads(session, 1, 0, bytes, sizeof bytes);
	client_reads(session, 1, 0, bytes, sizeof bytes - 1);
	ck_assert_uint_eq(bare_count(session, EVENT_ECHO), 0);
	client_reads(session, 1, 0, "x", 1);
	ck_assert_uint_eq(bare_count(session, EVENT_ECHO), 1);
	ck_assert_uint_eq(bare_last(session, EVENT_ECHO)->length, 65536);
	client_reads(session, 1, 0, "y\n", 2);
	echoed(session, 2, "y", 2);
	close_reported(session);
}
END_TEST

/* What came without an end of line and does not go on is told after two seconds; what
 * goes on before that is one line. */
START_TEST(what_has_no_end_is_told_after_a_while)
{
	struct session *session = open_reported(3);
	int64_t begun = loop_now(session->world.loop);
	client_reads(session, 3, 0, "late", 4);
	client_reads(session, 1, 0, "whole\n", 6);
	ck_assert(timer_is_running(session->world.unended));
	reports_tell_unended(&session->world);
	echoed(session, 1, "whole", 6);
	ck_assert(timer_is_running(session->world.unended)); /* to be asked again */
	while (bare_count(session, EVENT_ECHO) < 2) {
		poll(NULL, 0, 20);
		reports_tell_unended(&session->world);
		ck_assert_int_lt(loop_now(session->world.loop) - begun, SECONDS(30));
	}
	ck_assert_int_ge(loop_now(session->world.loop) - begun, SECONDS(2));
	echoed(session, 2, "late", 4);
	ck_assert_uint_eq(bare_last(session, EVENT_ECHO)->line.conn, 3);
	ck_assert(event_is_unended(bare_last(session, EVENT_ECHO)));
	client_reads(session, 3, 0, "r\n", 2); /* the rest is a line of its own */
	echoed(session, 3, "r", 2);
	ck_assert(!event_is_unended(bare_last(session, EVENT_ECHO)));
	close_reported(session);
}
END_TEST

START_TEST(numbers_are_told_as_numbers)
{
	uint16_t format = wire_format(WIRE_BIG, 32);
	struct session *session = open_reported(1);
	client_reads(session, 1, format, "\0\0\0", 3);
	ck_assert_uint_eq(bare_count(session, EVENT_ECHO), 0);
	client_reads(session, 1, format, "\x0a\0\0", 3); /* a newline is no end of it */
	echoed(session, 1, "10", 4);
	ck_assert_str_eq(bare_last(session, EVENT_ECHO)->detail, "00 00 00 0a");
	client_reads(session, 1, format, "", 0);
	echoed(session, 2, "\\x00\\x00", 2);
	close_reported(session);
}
END_TEST

START_TEST(what_a_dead_client_had_read_is_forgotten)
{
	struct session *session = open_reported(2);
	client_reads(session, 2, 0, "half", 4);
	close(client_end);
	client_ended(&session->world);
	client_end = bare_client(session);
	session->world.client.conns = 4;
	bare_tell(session, fixture_connection(3, CONNECTION_OPENED));
	client_reads(session, 2, 0, "x\n", 2); /* not a connection of this one */
	ck_assert_uint_eq(bare_count(session, EVENT_ECHO), 0);
	client_reads(session, 3, 0, "three\n", 6);
	echoed(session, 1, "three", 6);
	client_reads(session, 4, 0, "four\n", 5);
	echoed(session, 2, "four", 5);
	close_reported(session);
}
END_TEST

START_TEST(what_was_written_is_told)
{
	struct session *session = open_reported(1);
	report(session, ROLE_CLIENT, (struct report){.kind = REPORT_CALL, .conn = 1,
	    .call = CALL_WRITE, .result = 6, .length = 6, .data = "hello\n"});
	const struct event *event = bare_last(session, EVENT_SENT);
	ck_assert_str_eq(event->text, "hello");
	ck_assert_uint_eq(event->line.bytes, 6);
	ck_assert_uint_eq(event->line.conn, 1);
	report(session, ROLE_CLIENT, (struct report){.kind = REPORT_CALL, .conn = 1,
	    .call = CALL_WRITE, .result = -1, .error = EPIPE});
	ck_assert_uint_eq(bare_count(session, EVENT_SENT), 1);
	event = bare_last(session, EVENT_CALL);
	ck_assert_int_eq(event->call.call, CALL_WRITE);
	ck_assert_int_eq(event->call.error, EPIPE);
	ck_assert_int_eq(event->call.result, -1);
	ck_assert_int_eq(event->call.pid, CLIENT_PID);
	ck_assert_uint_eq(event->call.conn, 1);
	close_reported(session);
}
END_TEST

/* connect on connection 2, which had no local end yet. */
static const struct { enum report_call call; int error; unsigned events; } failures[] = {
	{CALL_CONNECT, ECONNREFUSED, 2}, {CALL_CONNECT, EINTR, 0}, {CALL_CONNECT, 0, 0},
	{CALL_SOCKET, EMFILE, 2}, {CALL_SOCKET, 0, 0},
};

START_TEST(a_connect_that_fails_is_a_connection_that_is_closed)
{
	struct session *session = open_reported(1);
	unsigned before = bare_count(session, EVENT_CONNECTION);
	session->world.client.conns = session->world.client.unbegun = 2;
	server_hold(&session->world, true);
	report(session, ROLE_CLIENT, (struct report){.kind = REPORT_CALL, .conn = 2,
	    .call = (uint16_t)failures[_i].call, .error = failures[_i].error,
	    .result = failures[_i].error != 0 ? -1 : 0});
	ck_assert_uint_eq(bare_count(session, EVENT_CONNECTION), before + failures[_i].events);
	ck_assert_uint_eq(session->world.client.unbegun, failures[_i].events == 2 ? 1 : 2);
	if (failures[_i].events == 2)
		ck_assert(!session_now(session)->connections[1].open);
	close_reported(session);
}
END_TEST

START_TEST(one_that_had_begun_is_closed_once)
{
	struct session *session = open_reported(1);
	unsigned before = bare_count(session, EVENT_CONNECTION);
	report(session, ROLE_CLIENT, (struct report){.kind = REPORT_CALL, .conn = 1,
	    .call = CALL_CONNECT, .result = -1, .error = ETIMEDOUT});
	ck_assert_uint_eq(bare_count(session, EVENT_CONNECTION), before + 1);
	ck_assert_int_eq(bare_last(session, EVENT_CONNECTION)->connection.what,
	    CONNECTION_CLOSED);
	bare_tell(session, fixture_connection(2, CONNECTION_OPENED));
	session->world.client.conns = 2;
	report(session, ROLE_CLIENT, (struct report){.kind = REPORT_CALL, .conn = 2,
	    .call = CALL_CLOSE});
	ck_assert_uint_eq(bare_last(session, EVENT_CONNECTION)->connection.conn, 2);
	ck_assert(!session_now(session)->connections[1].open);
	close_reported(session);
}
END_TEST

START_TEST(the_server_is_held_back_until_every_end_is_known)
{
	struct session *session = open_reported(0);
	struct report begun = {.kind = REPORT_BEGUN, .conn = 1,
	    .local = fixture_client_end(1), .peer = fixture_server_end()};
	session->world.client.conns = session->world.client.unbegun = 2;
	server_hold(&session->world, true);
	report(session, ROLE_SERVER, (struct report){.kind = REPORT_CALL,
	    .call = CALL_ACCEPT, .result = 4, .peer = fixture_client_end(2)});
	ck_assert_uint_eq(bare_count(session, EVENT_CALL), 0);
	report(session, ROLE_CLIENT, begun);
	const struct event *event = bare_last(session, EVENT_CONNECTION);
	ck_assert_int_eq(event->connection.what, CONNECTION_OPENED);
	ck_assert_uint_eq(event->connection.local.port, begun.local.port);
	ck_assert_uint_eq(event->connection.remote.port, SERVER_PORT);
	ck_assert_uint_eq(bare_count(session, EVENT_CALL), 0);
	begun.conn = 2;
	begun.local = fixture_client_end(2);
	report(session, ROLE_CLIENT, begun);
	reports_drain(&session->world);
	event = bare_last(session, EVENT_CALL);
	ck_assert_ptr_nonnull(event);
	ck_assert_uint_eq(event->call.conn, 2); /* it is known whom it accepted */
	close_reported(session);
}
END_TEST

static const struct { int error; const char *words; } binds[] = {
	{EACCES, "the server may not bind port 9877: choose a PORT from 1024 on, or be root"},
	{EADDRINUSE, "port 9877 is in use"},
	{EADDRNOTAVAIL, "the server cannot bind port 9877: Cannot assign requested address"},
};

START_TEST(a_port_that_cannot_be_had_is_explained)
{
	struct session *session = open_reported(0);
	report(session, ROLE_SERVER, (struct report){.kind = REPORT_CALL,
	    .call = CALL_BIND, .result = -1, .error = binds[_i].error});
	bare_said(session, EVENT_NOTE, binds[_i].words);
	close_reported(session);
}
END_TEST

/* The row that is in the way is named: a listener before what a connection has left. */
START_TEST(who_has_the_port_is_named)
{
	struct session *session = open_reported(1);
	struct report refused = {.kind = REPORT_CALL, .call = CALL_BIND, .result = -1,
	    .error = EADDRINUSE};
	session->world.server.listening = false;
	bare_tell(session, fixture_start("local")); /* HOST and PORT */
	struct event left = fixture_socket(1, END_SERVER, SOCKET_CHANGED, STATE_TIME_WAIT);
	left.socket.row.owner_pid = 0;
	left.socket.row.timer_at = FIXTURE_MS(61204);
	bare_tell(session, fixture_socket(0, END_NONE, SOCKET_GONE, STATE_GONE));
	bare_tell(session, left);
	report(session, ROLE_SERVER, refused);
	bare_said(session, EVENT_NOTE, "port 9877 is in use, by 127.0.0.1:9877 → "
	    "127.0.0.1:40001, TIME_WAIT until 61.204: end that, wait for it, or choose");
	struct event nobodys = fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN);
	nobodys.socket.row.owner_pid = 0;
	bare_tell(session, nobodys);
	report(session, ROLE_SERVER, refused);
	bare_said(session, EVENT_NOTE, "port 9877 is in use, by the listener at *:9877: end that");
	bare_tell(session, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_STARTED, -1));
	bare_tell(session, fixture_socket(0, END_NONE, SOCKET_CHANGED, STATE_LISTEN));
	report(session, ROLE_SERVER, refused);
	bare_said(session, EVENT_NOTE, "by the listener of PID 100 at *:9877: end that");
	bare_tell(session, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_ZOMBIE, 9));
	report(session, ROLE_SERVER, refused); /* it is dead: its row is about to go */
	bare_said(session, EVENT_NOTE, "by 127.0.0.1:9877 → 127.0.0.1:40001, TIME_WAIT");
	close_reported(session);
}
END_TEST

START_TEST(a_server_listens_when_listen_has_returned)
{
	struct session *session = open_reported(0);
	report(session, ROLE_SERVER, (struct report){.kind = REPORT_CALL,
	    .call = CALL_BIND});
	ck_assert(!session->world.server.listening);
	report(session, ROLE_SERVER, (struct report){.kind = REPORT_CALL,
	    .call = CALL_LISTEN, .result = -1, .error = EADDRINUSE});
	ck_assert(!session->world.server.listening);
	report(session, ROLE_SERVER, (struct report){.kind = REPORT_CALL,
	    .call = CALL_LISTEN});
	ck_assert(session->world.server.listening);
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 0);
	close_reported(session);
}
END_TEST

/* A fork that the server says to have made. */
static void
forks(struct session *session, pid_t pid)
{
	report(session, ROLE_SERVER, (struct report){.kind = REPORT_CALL,
	    .call = CALL_FORK, .result = pid, .peer = fixture_client_end(2)});
}

START_TEST(a_child_is_followed_and_nobody_else)
{
	struct session *session = open_reported(2);
	struct victim child = victim_start();
	size_t before = session_now(session)->process_count;
	forks(session, getppid());
	forks(session, getpid());
	ck_assert_uint_eq(session_now(session)->process_count, before);
	ck_assert_int_eq(process_watch_pidfd(session->world.processes, getppid()), -1);
	bare_said(session, EVENT_NOTE, "PID 100 reports what cannot be");
	ck_assert_uint_eq(bare_count(session, EVENT_NOTE), 1); /* once */
	forks(session, child.pid);
	const struct moment_process *process =
	    moment_process(session_now(session), child.pid);
	ck_assert_ptr_nonnull(process);
	ck_assert_int_eq(process->row.role, ROLE_CHILD);
	ck_assert_uint_eq(process->row.conn, 2);
	ck_assert(process->forked);
	report(session, ROLE_SERVER, (struct report){.kind = REPORT_CALL,
	    .call = CALL_FORK, .result = -1, .error = EAGAIN});
	ck_assert_uint_eq(session_now(session)->process_count, before + 1);
	victim_end(&child);
	close_reported(session);
}
END_TEST

START_TEST(only_the_guards_descendants_are_children)
{
	struct session *session = open_reported(2);
	struct victim child = victim_start();
	bare_guard(session);
	forks(session, child.pid); /* ours, but not the guard's */
	ck_assert_ptr_null(moment_process(session_now(session), child.pid));
	bare_said(session, EVENT_NOTE, "reports what cannot be");
	victim_end(&child);
	close_reported(session);
}
END_TEST

START_TEST(a_child_that_was_waited_for_is_reaped)
{
	static const enum report_call calls[] = {CALL_WAIT, CALL_WAITPID};
	struct session *session = open_reported(1);
	report(session, ROLE_SERVER, (struct report){.kind = REPORT_CALL,
	    .call = (uint16_t)calls[_i], .result = 0}); /* nobody, with WNOHANG */
	ck_assert_ptr_nonnull(moment_process(session_now(session), 301));
	struct victim child = victim_start();
	bare_follow(session, child.pid, ROLE_CHILD, 1);
	report(session, ROLE_SERVER, (struct report){.kind = REPORT_CALL,
	    .call = (uint16_t)calls[_i], .result = child.pid, .status = SIGPIPE});
	const struct event *event = bare_last(session, EVENT_PROCESS);
	ck_assert_int_eq(event->process.what, PROCESS_REAPED);
	ck_assert_int_eq(event->process.row.pid, child.pid);
	ck_assert_int_eq(event->process.end.status, SIGPIPE);
	ck_assert_int_eq(event->process.end.by, SERVER_PID);
	event = bare_last(session, EVENT_SIGNAL); /* nobody but the kernel sent it */
	ck_assert_int_eq(event->signal.number, SIGPIPE);
	ck_assert_int_eq(event->signal.by, BY_KERNEL);
	ck_assert_int_eq(event->signal.to, child.pid);
	victim_end(&child);
	close_reported(session);
}
END_TEST

/* Was the SIGPIPE of which a process died sent by the kernel? */
static unsigned
sigpipes_told(struct session *session, pid_t pid, int status)
{
	unsigned before = bare_count(session, EVENT_SIGNAL);
	world_tell_sigpipe(&session->world, pid, status, loop_now(session->world.loop));
	return bare_count(session, EVENT_SIGNAL) - before;
}

/* A signal that was sent, or caught. */
static void
tell_signal(struct session *session, pid_t to, int number, bool caught)
{
	struct event event = {.type = EVENT_SIGNAL};
	event.signal.number = number;
	event.signal.to = to;
	event.signal.caught = caught;
	bare_tell(session, event);
}

START_TEST(a_sigpipe_is_the_kernels_unless_it_was_sent)
{
	struct session *session = open_reported(2);
	ck_assert_uint_eq(sigpipes_told(session, CLIENT_PID, SIGTERM), 0);
	ck_assert_uint_eq(sigpipes_told(session, CLIENT_PID, SIGPIPE << 8), 0); /* exit 13 */
	ck_assert_uint_eq(sigpipes_told(session, 4711, SIGPIPE), 0); /* a stranger */
	tell_signal(session, CLIENT_PID, SIGTERM, false);
	tell_signal(session, 301, SIGPIPE, false); /* to another one */
	tell_signal(session, CLIENT_PID, SIGPIPE, true);
	ck_assert_uint_eq(sigpipes_told(session, CLIENT_PID, SIGPIPE), 1);
	ck_assert_uint_eq(sigpipes_told(session, 301, SIGPIPE), 0);
	tell_signal(session, 302, SIGPIPE, false);
	bare_tell(session, fixture_child(2, PROCESS_CHANGED, -1));
	ck_assert_uint_eq(sigpipes_told(session, 302, SIGPIPE), 0);
	bare_tell(session, fixture_child(2, PROCESS_FORKED, -1)); /* a later one, its number */
	ck_assert_uint_eq(sigpipes_told(session, 302, SIGPIPE), 1);
	close_reported(session);
}
END_TEST

START_TEST(a_handler_that_ran_is_told)
{
	static const struct { int number; enum signal_by by; } cases[] = {
		{SIGCHLD, BY_KERNEL}, {SIGPIPE, BY_KERNEL}, {SIGTERM, BY_USER},
		{SIGUSR2, BY_USER}};
	struct session *session = open_reported(1);
	report(session, ROLE_SERVER, (struct report){.kind = REPORT_CAUGHT,
	    .status = cases[_i].number});
	const struct event *event = bare_last(session, EVENT_SIGNAL);
	ck_assert_int_eq(event->signal.number, cases[_i].number);
	ck_assert_int_eq(event->signal.by, cases[_i].by);
	ck_assert_int_eq(event->signal.to, SERVER_PID);
	ck_assert(event->signal.caught);
	close_reported(session);
}
END_TEST

START_TEST(what_was_lost_is_counted)
{
	struct session *session = open_reported(1);
	report(session, ROLE_CLIENT, (struct report){.kind = REPORT_REFUSED, .lost = 7,
	    .length = 5, .data = "no, no"});
	ck_assert_uint_eq(bare_last(session, EVENT_LOST)->lost.count, 7);
	ck_assert_int_eq(bare_last(session, EVENT_LOST)->lost.pid, CLIENT_PID);
	ck_assert_str_eq(bare_last(session, EVENT_NOTE)->text, "no, n");
	report(session, ROLE_CLIENT, (struct report){.kind = REPORT_DONE, .order = 9});
	ck_assert_uint_eq(bare_count(session, EVENT_LOST), 1);
	ck_assert_uint_eq(session->world.client.done_serial, 9);
	close_reported(session);
}
END_TEST

START_TEST(what_cannot_be_is_passed_over)
{
	struct session *session = open_reported(1);
	struct reporter liar = {.fd = server_end, .role = ROLE_CLIENT, .pid = 4711};
	struct report done = {.kind = REPORT_DONE, .order = 5};
	uint64_t before = log_end(session->world.log);
	reporter_send(&liar, &done);
	reporter_send(&liar, &done);
	reports_drain(&session->world);
	ck_assert_uint_eq(session->world.client.done_serial, 0);
	ck_assert_uint_eq(log_end(session->world.log), before + 1); /* the note, once */
	bare_said(session, EVENT_NOTE, "PID 4711 reports what cannot be");
	close_reported(session);
}
END_TEST

START_TEST(who_has_the_port_now_is_meant)
{
	struct session *session = open_reported(1);
	struct event second = fixture_connection(2, CONNECTION_OPENED);
	second.connection.local = fixture_client_end(1); /* the port comes again */
	bare_tell(session, second);
	report(session, ROLE_CHILD, (struct report){.kind = REPORT_CALL,
	    .call = CALL_READ, .result = 3, .peer = fixture_client_end(1)});
	ck_assert_uint_eq(bare_last(session, EVENT_CALL)->call.conn, 2);
	report(session, ROLE_CHILD, (struct report){.kind = REPORT_CALL,
	    .call = CALL_READ, .result = 3});
	ck_assert_uint_eq(bare_last(session, EVENT_CALL)->call.conn, 0);
	ck_assert_uint_eq(bare_count(session, EVENT_ECHO), 0); /* a child's read is none */
	close_reported(session);
}
END_TEST

Suite *
reports_suite(void)
{
	Suite *suite = suite_create("reports");
	TCase *all = tcase_create("all");
	tcase_add_test(all, lines_are_put_together);
	tcase_add_test(all, a_read_that_fails_ends_a_line_too);
	tcase_add_test(all, a_line_without_an_end_comes_in_pieces);
	tcase_add_test(all, what_has_no_end_is_told_after_a_while);
	tcase_add_test(all, numbers_are_told_as_numbers);
	tcase_add_test(all, what_a_dead_client_had_read_is_forgotten);
	tcase_add_test(all, what_was_written_is_told);
	tcase_add_loop_test(all, a_connect_that_fails_is_a_connection_that_is_closed, 0,
	    sizeof failures / sizeof *failures);
	tcase_add_test(all, one_that_had_begun_is_closed_once);
	tcase_add_test(all, the_server_is_held_back_until_every_end_is_known);
	tcase_add_loop_test(all, a_port_that_cannot_be_had_is_explained, 0,
	    sizeof binds / sizeof *binds);
	tcase_add_test(all, who_has_the_port_is_named);
	tcase_add_test(all, a_server_listens_when_listen_has_returned);
	tcase_add_test(all, a_child_is_followed_and_nobody_else);
	tcase_add_test(all, only_the_guards_descendants_are_children);
	tcase_add_loop_test(all, a_child_that_was_waited_for_is_reaped, 0, 2);
	tcase_add_test(all, a_sigpipe_is_the_kernels_unless_it_was_sent);
	tcase_add_loop_test(all, a_handler_that_ran_is_told, 0, 4);
	tcase_add_test(all, what_was_lost_is_counted);
	tcase_add_test(all, what_cannot_be_is_passed_over);
	tcase_add_test(all, who_has_the_port_now_is_meant);
	suite_add_tcase(suite, all);
	return suite;
}
