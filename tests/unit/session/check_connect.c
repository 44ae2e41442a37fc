/* When connect has been carried out: over what is told of the connection, letter by
 * letter. */
#include "bare_session.h"
#include "command.h"
#include "suites.h"
#include "victim.h"
#include "client.h"

#include <errno.h>

static struct victim server;
static int program;

/* A session that owns its server, and has ordered connections. */
static struct session *
open_ordering(const char *line)
{
	struct session *session = bare_open(4096);
	bare_tell(session, fixture_start("local"));
	program = bare_client(session);
	session->world.client.pid = 0; /* the client is the test */
	server = victim_start();
	bare_follow(session, server.pid, ROLE_SERVER, 0);
	session->world.server.ours = true;
	bare_run(session, line);
	ck_assert(bare_is_running(session));
	session->running.deadline = INT64_MAX;
	return session;
}

static void
close_ordering(struct session *session)
{
	close(program);
	victim_end(&server);
	bare_close(session);
}

/* What a letter says happened to connection conn. */
static struct event
event_of(char letter, unsigned conn)
{
	struct event event = {.type = EVENT_LOST};
	switch (letter) {
	case 'o': return fixture_connection(conn, CONNECTION_OPENED);
	case 'c': return fixture_connection(conn, CONNECTION_CLOSED);
	case 'e': return fixture_call(ROLE_CLIENT, conn, CALL_CONNECT, 0, 0);
	case 'f': return fixture_call(ROLE_CLIENT, conn, CALL_CONNECT, 0, ECONNREFUSED);
	case 'k': return fixture_child(conn, PROCESS_FORKED, -1);
	case 'd': return fixture_child(conn, PROCESS_ZOMBIE, 0);
	case 's': return fixture_call(ROLE_CHILD, conn, CALL_GETPEERNAME, 0, 0);
	case 'y': return fixture_state(conn, END_CLIENT, STATE_GONE, STATE_SYN_SENT);
	case 'E': return fixture_state(conn, END_CLIENT, STATE_GONE, STATE_ESTABLISHED);
	case 'F': return fixture_state(conn, END_CLIENT, STATE_ESTABLISHED, STATE_CLOSE_WAIT);
	case 'u': return fixture_host(HOST_UNPLUGGED);
	case 'p': case 'q':
		event = fixture_socket(conn, END_SERVER, SOCKET_APPEARED, STATE_ESTABLISHED);
		event.socket.row.owner_pid = letter == 'p' ? server.pid : CHILD_PID + (pid_t)conn;
		return event;
	default: break;
	}
	event.lost.count = 1;
	event.lost.pid = SERVER_PID;
	return event;
}

static const struct {
	const char *events;
	bool done;
} courses[] = {
	{"", false}, {"o", false}, {"oe", false}, {"oeE", false}, {"oeEk", false},
	{"oeEks", true},          /* the child has let go of the listener */
	{"oeEs", false},          /* it may tell so before its parent tells of the fork, */
	{"oeEsk", true}, {"oeEsl", false}, /* which then comes, or was lost: */
	{"oeEslk", true},         /* then somebody else tells of it */
	{"oeEkd", true}, {"oeEkl", true}, {"oeEl", false},
	{"of", true}, {"oc", true}, {"oEc", true},
	{"oy", false}, {"uoy", true}, {"uoeE", true}, {"uo", false}, {"uoe", false},
	{"oeEps", false}, {"oeEpsk", true}, /* the row is still its parent's */
	{"oeEqs", true}, {"oeEpsl", false},
	{"oeEF", true},           /* closed by the server at once */
};

START_TEST(it_is_over_when_it_was_accepted)
{
	struct session *session = open_ordering("connect");
	for (const char *letter = courses[_i].events; *letter != '\0'; letter++)
		bare_tell(session, event_of(*letter, 1));
	runner_step(session);
	ck_assert_msg(bare_is_running(session) != courses[_i].done, "after %s",
	    courses[_i].events);
	close_ordering(session);
}
END_TEST

START_TEST(its_row_is_waited_for_a_moment)
{
	struct session *session = open_ordering("connect");
	int64_t before = loop_now(session->world.loop);
	for (const char *letter = "oeks"; *letter != '\0'; letter++)
		bare_tell(session, event_of(*letter, 1));
	session->running.deadline_seen = 0;
	session->running.step = 1; /* ordered: accepted only now */
	bool done = session->running.command->done(session, &session->running);
	ck_assert_int_ge(session->running.deadline_seen, before + MILLISECONDS(100));
	ck_assert_int_le(session->running.deadline_seen,
	    loop_now(session->world.loop) + MILLISECONDS(100));
	if (loop_now(session->world.loop) < session->running.deadline_seen)
		ck_assert(!done);
	int64_t until = session->running.deadline_seen;
	(void)session->running.command->done(session, &session->running); /* the moment does not begin anew */
	ck_assert_int_eq(session->running.deadline_seen, until);
	session->running.deadline_seen = loop_now(session->world.loop);
	runner_step(session);
	ck_assert(!bare_is_running(session));
	close_ordering(session);
}
END_TEST

/* The fork was lost, and nobody ever finds the child: connect is over all the same. */
START_TEST(a_child_that_nobody_tells_of_is_not_waited_for_for_ever)
{
	struct session *session = open_ordering("connect");
	int64_t before = loop_now(session->world.loop);
	for (const char *letter = "oeEsl"; *letter != '\0'; letter++)
		bare_tell(session, event_of(*letter, 1));
	runner_step(session);
	ck_assert(bare_is_running(session));
	ck_assert_int_ge(session->running.deadline_seen, before + SECONDS(2));
	session->running.deadline_seen = loop_now(session->world.loop);
	runner_step(session);
	ck_assert(!bare_is_running(session));
	close_ordering(session);
}
END_TEST

START_TEST(all_of_them_are_waited_for)
{
	struct session *session = open_ordering("connect 2");
	for (unsigned conn = 1; conn <= 2; conn++) {
		ck_assert(bare_is_running(session));
		for (const char *letter = "oeEks"; *letter != '\0'; letter++)
			bare_tell(session, event_of(*letter, 3 - conn));
		runner_step(session);
	}
	ck_assert(!bare_is_running(session));
	close_ordering(session);
}
END_TEST

START_TEST(a_paused_server_accepts_later)
{
	struct session *session = open_ordering("connect");
	ck_assert_int_eq(process_watch_signal(session->world.processes, server.pid, SIGSTOP), 0);
	int64_t end = loop_now(session->world.loop) + SECONDS(20);
	while (process_watch_state(server.pid) != 'T')
		ck_assert_int_lt(loop_now(session->world.loop), end);
	bare_tell(session, event_of('o', 1));
	runner_step(session);
	ck_assert(bare_is_running(session));
	bare_tell(session, event_of('y', 1));
	runner_step(session);
	ck_assert(!bare_is_running(session));
	close_ordering(session);
}
END_TEST

START_TEST(of_another_server_no_child_is_known)
{
	struct session *session = open_ordering("connect");
	session->world.server.ours = false;
	bare_tell(session, event_of('o', 1));
	bare_tell(session, event_of('E', 1));
	runner_step(session);
	ck_assert(bare_is_running(session));
	bare_tell(session, event_of('e', 1));
	runner_step(session);
	ck_assert(!bare_is_running(session));
	close_ordering(session);
}
END_TEST

START_TEST(nobody_is_left_to_accept)
{
	struct session *session = open_ordering("connect");
	process_watch_reaped(session->world.processes, server.pid, SIGKILL, 1, 0);
	for (const char *letter = "oeE"; *letter != '\0'; letter++)
		bare_tell(session, event_of(*letter, 1));
	runner_step(session);
	ck_assert(bare_is_running(session)); /* the console does not know it yet */
	session->world.server.pid = 0;
	runner_step(session);
	ck_assert(!bare_is_running(session));
	close_ordering(session);
}
END_TEST

START_TEST(a_client_that_is_not_there_is_waited_for)
{
	struct session *session = open_ordering("connect");
	session->world.client.starting = true;
	for (const char *letter = "oeEks"; *letter != '\0'; letter++)
		bare_tell(session, event_of(*letter, 1));
	runner_step(session);
	ck_assert(bare_is_running(session));
	client_ended(&session->world); /* it could not be started */
	runner_step(session);
	ck_assert(!bare_is_running(session));
	close_ordering(session);
}
END_TEST

START_TEST(a_client_that_is_dying_takes_no_order)
{
	struct session *session = bare_open(4096);
	struct victim client = victim_start();
	int before = bare_client(session);
	bare_guard(session);
	bare_follow(session, client.pid, ROLE_CLIENT, 0);
	kill(client.pid, SIGKILL);
	int64_t end = loop_now(session->world.loop) + SECONDS(20);
	while (process_watch_state(client.pid) != 'Z')
		ck_assert_int_lt(loop_now(session->world.loop), end);
	bare_run(session, "connect 2");
	ck_assert(bare_is_running(session));
	ck_assert_uint_eq(bare_order(before)->kind, 0);
	ck_assert_uint_eq(session->world.client.conns, 0);
	client_ended(&session->world);
	runner_step(session); /* a new one is started, and ordered */
	ck_assert(session->world.client.starting);
	ck_assert_uint_eq(session->world.client.conns, 2);
	ck_assert_uint_eq(session->world.client.order_serial, 1);
	close(before);
	victim_end(&client);
	bare_close(session);
}
END_TEST

Suite *
connect_suite(void)
{
	Suite *suite = suite_create("connect");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, it_is_over_when_it_was_accepted, 0,
	    sizeof courses / sizeof *courses);
	tcase_add_test(all, its_row_is_waited_for_a_moment);
	tcase_add_test(all, a_child_that_nobody_tells_of_is_not_waited_for_for_ever);
	tcase_add_test(all, all_of_them_are_waited_for);
	tcase_add_test(all, a_paused_server_accepts_later);
	tcase_add_test(all, of_another_server_no_child_is_known);
	tcase_add_test(all, nobody_is_left_to_accept);
	tcase_add_test(all, a_client_that_is_not_there_is_waited_for);
	tcase_add_test(all, a_client_that_is_dying_takes_no_order);
	suite_add_tcase(suite, all);
	return suite;
}
