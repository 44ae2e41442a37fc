/* check_moment_connections.c: the connections of a moment: how they are found and
 * forgotten, and what each event and call tells of them. */
#include "moment.h"

#include "event_fixture.h"
#include "suites.h"

#include <errno.h>
#include <signal.h>

enum { OVER = 512, KEPT = 256 };

/* Folds what opens connection conn, or closes it. */
static void
open_connection(struct moment *now, unsigned conn)
{
	fixture_fold(now, fixture_connection(conn, CONNECTION_OPENED));
}

static void
close_connection(struct moment *now, unsigned conn)
{
	fixture_fold(now, fixture_connection(conn, CONNECTION_CLOSED));
}

START_TEST(connections_stand_in_the_order_of_their_numbers)
{
	static const unsigned numbers[] = {5, 9, 2, 7, 1, 6};
	struct moment now;
	moment_init(&now);
	for (size_t i = 0; i < 6; i++)
		open_connection(&now, numbers[i]);
	ck_assert_uint_eq(now.connection_count, 6);
	for (unsigned conn = 0; conn <= 10; conn++) {
		bool there = false;
		for (size_t i = 0; i < 6; i++)
			there |= numbers[i] == conn;
		const struct moment_connection *found = moment_connection(&now, conn);
		ck_assert_msg((found != NULL) == there, "connection %u", conn);
		if (found != NULL)
			ck_assert_uint_eq(found->conn, conn);
	}
	for (size_t i = 1; i < 6; i++)
		ck_assert_uint_lt(now.connections[i - 1].conn, now.connections[i].conn);
	moment_release(&now);
}
END_TEST

/* An ephemeral port can come again: the latest connection is the one that is meant. */
START_TEST(of_two_with_the_same_ends_the_latest_is_meant)
{
	struct moment now;
	enum connection_end end = END_NONE;
	struct report_endpoint client = fixture_client_end(1);
	struct report_endpoint server = fixture_server_end();
	moment_init(&now);
	open_connection(&now, 1);
	struct event event = fixture_connection(2, CONNECTION_OPENED);
	event.connection.local = client;
	fixture_fold(&now, event);
	ck_assert_uint_eq(moment_connection_of(&now, &client, &server, &end)->conn, 2);
	ck_assert_int_eq(end, END_CLIENT);
	ck_assert_uint_eq(moment_connection_of(&now, &server, &client, &end)->conn, 2);
	ck_assert_int_eq(end, END_SERVER);
	ck_assert_ptr_null(moment_connection_of(&now, &client, &client, &end));
	ck_assert_ptr_null(moment_connection_of(&now, &server, &server, &end));
	moment_release(&now);
}
END_TEST

/* So many connections that are over. */
static void
begin_over(struct moment *now, unsigned count)
{
	moment_init(now);
	for (unsigned conn = 1; conn <= count; conn++) {
		open_connection(now, conn);
		close_connection(now, conn);
	}
	ck_assert_uint_eq(now->connection_count, count);
}

/* What keeps connection 1 from being over: nothing, first. */
static void
keep_first(struct moment *now, int how)
{
	struct moment_connection *first = moment_connection(now, 1);
	switch (how) {
	case 1: first->open = true; break;
	case 2: first->client = STATE_TIME_WAIT; break;
	case 3: first->server = STATE_TIME_WAIT; break;
	case 4: now->current = 1; break;
	case 5: fixture_fold(now, fixture_child(1, PROCESS_ZOMBIE, -1)); break;
	default: break;
	}
}

/* Of 512 that are over, the latest 256 are kept; of fewer, all. */
START_TEST(the_oldest_that_are_over_are_forgotten)
{
	struct moment now;
	begin_over(&now, OVER);
	keep_first(&now, _i);
	open_connection(&now, OVER + 1);
	ck_assert_uint_eq(now.connection_count, _i == 0 ? KEPT + 1 : OVER + 1);
	ck_assert_uint_eq(now.forgotten, _i == 0 ? OVER - KEPT : 0);
	ck_assert_int_eq(moment_connection(&now, 1) == NULL, _i == 0);
	ck_assert_ptr_nonnull(moment_connection(&now, OVER - KEPT + 1));
	ck_assert_ptr_nonnull(moment_connection(&now, OVER + 1));
	moment_release(&now);
}
END_TEST

/* Among those that are forgotten, one that is not over stays. */
START_TEST(one_that_is_not_over_stays_among_them)
{
	struct moment now;
	moment_init(&now);
	open_connection(&now, 1); /* and stays open */
	for (unsigned conn = 2; conn <= 2 * OVER; conn++) {
		open_connection(&now, conn);
		close_connection(&now, conn);
	}
	ck_assert_uint_le(now.connection_count, OVER + KEPT);
	ck_assert_uint_gt(now.forgotten, 1);
	ck_assert(moment_connection(&now, 1)->open);
	ck_assert_ptr_null(moment_connection(&now, now.forgotten));
	ck_assert_ptr_nonnull(moment_connection(&now, now.forgotten + 1));
	size_t count = now.connection_count;
	close_connection(&now, now.forgotten); /* a late word about it */
	ck_assert_uint_eq(now.connection_count, count);
	close_connection(&now, 5 * OVER); /* one that no event has opened */
	ck_assert_uint_eq(now.connection_count, count + 1);
	ck_assert(!moment_connection(&now, 5 * OVER)->open);
	moment_release(&now);
}
END_TEST

static const struct { enum host_what host; bool silent; } silences[] = {
	{HOST_UP, false}, {HOST_CRASHED, true}, {HOST_UNPLUGGED, true},
	{HOST_SHUTTING_DOWN, false}, {HOST_DOWN, true},
};

/* One that is opened to a host, and one that was open before. */
START_TEST(a_connection_is_silent_with_its_host)
{
	struct moment now;
	moment_init(&now);
	open_connection(&now, 1);
	open_connection(&now, 2);
	close_connection(&now, 2);
	moment_connection(&now, 1)->sent_in_silence = true;
	fixture_fold(&now, fixture_host(silences[_i].host));
	open_connection(&now, 3);
	ck_assert_int_eq(moment_connection(&now, 1)->silent, silences[_i].silent);
	ck_assert(!moment_connection(&now, 2)->silent);
	ck_assert_int_eq(moment_connection(&now, 3)->silent, silences[_i].silent);
	ck_assert_int_eq(moment_connection(&now, 1)->sent_in_silence, !silences[_i].silent);
	ck_assert_int_eq(moment_host_is_dark(&now), silences[_i].host == HOST_CRASHED ||
	    silences[_i].host == HOST_DOWN);
	ck_assert_int_eq(now.host_state, silences[_i].host);
	ck_assert_int_eq(now.host_since, now.time - FIXTURE_MS(1));
	bool dark = moment_host_is_dark(&now);
	fixture_fold(&now, fixture_host(HOST_UP));
	for (unsigned conn = 1; conn <= 3; conn++) {
		ck_assert(!moment_connection(&now, conn)->silent);
		ck_assert_int_eq(moment_connection(&now, conn)->rebooted, dark && conn != 2);
	}
	moment_release(&now);
}
END_TEST

/* What falls silent keeps that while the host shuts down. */
START_TEST(a_shutdown_changes_no_silence)
{
	struct moment now;
	fixture_begin(&now, 1);
	fixture_fold(&now, fixture_host(HOST_UNPLUGGED));
	fixture_fold(&now, fixture_host(HOST_SHUTTING_DOWN));
	ck_assert(moment_connection(&now, 1)->silent);
	moment_release(&now);
}
END_TEST

START_TEST(lines_are_counted_where_they_belong)
{
	struct moment now;
	fixture_begin(&now, 2);
	struct event sent = fixture_event(EVENT_SENT, "x");
	sent.line.conn = 1;
	sent.line.bytes = 5;
	fixture_fold(&now, sent);
	struct event echo = fixture_event(EVENT_ECHO, "x");
	echo.line.conn = 1;
	echo.line.bytes = 3;
	fixture_fold(&now, echo);
	const struct moment_connection *first = moment_connection(&now, 1);
	ck_assert_uint_eq(first->bytes_sent, 5);
	ck_assert_uint_eq(first->bytes_echoed, 3);
	ck_assert_uint_eq(now.sent, 1);
	ck_assert_uint_eq(now.echoed, 1);
	ck_assert(!first->sent_in_silence);
	fixture_fold(&now, fixture_host(HOST_UNPLUGGED));
	echo.text = NULL;
	fixture_fold(&now, echo); /* that was under way */
	ck_assert(!first->sent_in_silence);
	sent.text = NULL;
	fixture_fold(&now, sent);
	ck_assert(first->sent_in_silence);
	ck_assert_uint_eq(first->bytes_sent, 10);
	ck_assert_uint_eq(first->bytes_echoed, 6);
	ck_assert_uint_eq(moment_connection(&now, 2)->bytes_sent, 0);
	ck_assert(!moment_connection(&now, 2)->sent_in_silence);
	moment_release(&now);
}
END_TEST

START_TEST(a_timer_is_that_of_its_connection)
{
	struct moment now;
	fixture_begin(&now, 2);
	struct event event = {.type = EVENT_TIMER, .timer = {.conn = 2, .rto = 1,
	    .retransmits = 2, .next_at = 3, .gives_up_at = 4}};
	fixture_fold(&now, event);
	const struct moment_connection *second = moment_connection(&now, 2);
	ck_assert_uint_eq(second->rto, 1);
	ck_assert_uint_eq(second->retransmits, 2);
	ck_assert_int_eq(second->next_at, 3);
	ck_assert_int_eq(second->gives_up_at, 4);
	ck_assert_uint_eq(moment_connection(&now, 1)->rto, 0);
	moment_release(&now);
}
END_TEST

START_TEST(a_transition_is_that_of_its_end)
{
	struct moment now;
	fixture_begin(&now, 1);
	const struct moment_connection *first = moment_connection(&now, 1);
	fixture_fold(&now, fixture_state(1, END_SERVER, STATE_ESTABLISHED,
	    STATE_CLOSE_WAIT));
	ck_assert_int_eq(first->server, STATE_CLOSE_WAIT);
	ck_assert_int_eq(first->client, STATE_ESTABLISHED);
	ck_assert(!first->fin_received && first->server_fin_at == 0);
	fixture_fold(&now, fixture_state(1, END_CLIENT, STATE_ESTABLISHED,
	    STATE_FIN_WAIT1));
	ck_assert(!first->fin_received);
	fixture_fold(&now, fixture_state(1, END_CLIENT, STATE_ESTABLISHED,
	    STATE_CLOSE_WAIT));
	ck_assert(first->fin_received);
	ck_assert_int_eq(first->client, STATE_CLOSE_WAIT);
	ck_assert_int_eq(first->server_fin_at, now.time);
	int64_t then = now.time;
	fixture_fold(&now, fixture_state(1, END_CLIENT, STATE_ESTABLISHED,
	    STATE_CLOSE_WAIT));
	ck_assert_int_eq(first->server_fin_at, then); /* it came once */
	moment_release(&now);
}
END_TEST

/* A closed connection was let go by FIN or RST; what is known before, stays. */
START_TEST(how_a_connection_was_let_go)
{
	struct moment now;
	fixture_begin(&now, 3);
	struct event event = fixture_connection(1, CONNECTION_CLOSED);
	fixture_fold(&now, event);
	ck_assert_int_eq(moment_connection(&now, 1)->client_close, CLOSE_BY_FIN);
	event.connection.conn = 2;
	event.connection.reset = true;
	fixture_fold(&now, event);
	ck_assert_int_eq(moment_connection(&now, 2)->client_close, CLOSE_BY_RST);
	moment_connection(&now, 3)->client_close = CLOSE_BY_RST;
	close_connection(&now, 3);
	ck_assert_int_eq(moment_connection(&now, 3)->client_close, CLOSE_BY_RST);
	struct report_endpoint local = fixture_client_end(3);
	ck_assert(endpoint_equal(&moment_connection(&now, 3)->local, &local));
	moment_release(&now);
}
END_TEST

/* A row of connection 1's server end. */
static void
server_row(struct moment *now, enum tcp_state state, uint32_t recv_q, uint64_t inode,
    pid_t owner)
{
	struct event event = fixture_socket(1, END_SERVER, SOCKET_CHANGED, state);
	event.socket.row.tcp.recv_q = recv_q;
	event.socket.row.tcp.inode = inode;
	event.socket.row.owner_pid = owner;
	fixture_fold(now, event);
}

START_TEST(the_servers_row_tells_what_was_not_read)
{
	struct moment now;
	fixture_begin(&now, 1);
	const struct moment_connection *first = moment_connection(&now, 1);
	server_row(&now, STATE_ESTABLISHED, 6, 7, CHILD_PID + 1);
	ck_assert_uint_eq(first->server_unread, 6);
	server_row(&now, STATE_CLOSE_WAIT, 6, 7, CHILD_PID + 1); /* one is the FIN */
	ck_assert_uint_eq(first->server_unread, 5);
	server_row(&now, STATE_CLOSE_WAIT, 0, 7, CHILD_PID + 1);
	ck_assert_uint_eq(first->server_unread, 0);
	server_row(&now, STATE_ESTABLISHED, 3, 7, CHILD_PID + 1);
	server_row(&now, STATE_FIN_WAIT1, 0, 0, 0); /* an orphan's says nothing */
	ck_assert_uint_eq(first->server_unread, 3);
	struct event client = fixture_socket(1, END_CLIENT, SOCKET_CHANGED,
	    STATE_ESTABLISHED);
	client.socket.row.tcp.recv_q = 9;
	fixture_fold(&now, client);
	ck_assert_uint_eq(first->server_unread, 3);
	moment_release(&now);
}
END_TEST

/* Who serves a connection: whoever holds it first; then one to whom it was passed on. */
START_TEST(the_servers_row_tells_who_serves)
{
	struct moment now;
	fixture_begin(&now, 0);
	open_connection(&now, 1);
	const struct moment_connection *first = moment_connection(&now, 1);
	server_row(&now, STATE_ESTABLISHED, 0, 7, 0);
	ck_assert_int_eq(first->child, 0);
	server_row(&now, STATE_ESTABLISHED, 0, 7, SERVER_PID); /* accepted, not forked yet */
	ck_assert_int_eq(first->child, SERVER_PID);
	server_row(&now, STATE_ESTABLISHED, 0, 7, 0);
	ck_assert_int_eq(first->child, SERVER_PID);
	fixture_fold(&now, fixture_process(ROLE_CHILD, 77, 0, PROCESS_FORKED, -1));
	server_row(&now, STATE_ESTABLISHED, 0, 7, 77);
	ck_assert_int_eq(first->child, 77);
	server_row(&now, STATE_ESTABLISHED, 0, 7, SERVER_PID); /* a child keeps it */
	ck_assert_int_eq(first->child, 77);
	fixture_fold(&now, fixture_process(ROLE_CHILD, 77, 0, PROCESS_REAPED, -1));
	server_row(&now, STATE_ESTABLISHED, 0, 7, 78);
	ck_assert_int_eq(first->child, 77);
	moment_release(&now);
}
END_TEST

/* A child that died with bytes it had not read: by its row, or by what was sent. */
static const struct { uint32_t unread; size_t sent, served; bool died_with; } deaths[] = {
	{0, 0, 0, false}, {1, 0, 0, true}, {0, 5, 0, false}, {0, 5, 5, false},
	{0, 5, 4, true}, {0, 2, 1, true}, {0, 5, 6, false}, {1, 5, 5, true},
};

START_TEST(a_death_tells_what_was_not_read)
{
	struct moment now;
	fixture_begin(&now, 2);
	struct moment_connection *first = moment_connection(&now, 1);
	first->server_unread = deaths[_i].unread;
	first->bytes_sent = deaths[_i].sent;
	first->bytes_served = deaths[_i].served;
	fixture_fold(&now, fixture_child(1, PROCESS_ZOMBIE, SIGKILL));
	ck_assert_int_eq(first->died_with_unread, deaths[_i].died_with);
	ck_assert(first->child_ended && first->child_end.known);
	first->server_unread = 9; /* later is too late */
	first->died_with_unread = deaths[_i].died_with;
	fixture_fold(&now, fixture_child(1, PROCESS_REAPED, -1));
	ck_assert_int_eq(first->died_with_unread, deaths[_i].died_with);
	ck_assert_int_eq(first->child_end.status, SIGKILL); /* as it was told */
	ck_assert(!moment_connection(&now, 2)->child_ended);
	moment_release(&now);
}
END_TEST

/* A server without children serves them all. */
START_TEST(the_end_of_who_serves_is_that_of_all_its_connections)
{
	struct moment now;
	fixture_begin(&now, 0);
	for (unsigned conn = 1; conn <= 3; conn++) {
		open_connection(&now, conn);
		moment_connection(&now, conn)->child = conn < 3 ? SERVER_PID : CHILD_PID;
	}
	fixture_fold(&now, fixture_host(HOST_SHUTTING_DOWN));
	fixture_fold(&now, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_REAPED, 0));
	for (unsigned conn = 1; conn <= 3; conn++) {
		ck_assert_int_eq(moment_connection(&now, conn)->child_ended, conn < 3);
		ck_assert_int_eq(moment_connection(&now, conn)->child_shut_down, conn < 3);
	}
	fixture_fold(&now, fixture_host(HOST_DOWN));
	fixture_fold(&now, fixture_process(ROLE_OTHER, SERVER_PID, 0, PROCESS_STARTED, -1));
	fixture_fold(&now, fixture_process(ROLE_OTHER, SERVER_PID, 0, PROCESS_EXITED, -1));
	ck_assert(moment_connection(&now, 1)->child_shut_down); /* it was so */
	moment_release(&now);
}
END_TEST

/* Which last error gets its reason anew when the child's death is told. */
static const struct { enum report_role role; unsigned conn; int error; bool anew; }
lasts[] = {
	{ROLE_CLIENT, 1, 0, true}, {ROLE_CLIENT, 1, ECONNRESET, true},
	{ROLE_CLIENT, 1, EPIPE, false}, {ROLE_CLIENT, 2, 0, false},
	{ROLE_CHILD, 1, ECONNRESET, false},
};

START_TEST(a_late_death_explains_what_it_caused)
{
	static const char before[] = "before";
	struct moment now;
	fixture_begin(&now, 2);
	fixture_fold(&now, fixture_call(lasts[_i].role, lasts[_i].conn, CALL_READ, 0,
	    lasts[_i].error));
	now.last.why = before;
	fixture_fold(&now, fixture_child(1, PROCESS_ZOMBIE, SIGKILL));
	ck_assert_int_eq(now.last.why != before, lasts[_i].anew);
	now.last.why = before;
	fixture_fold(&now, fixture_child(1, PROCESS_REAPED, SIGKILL)); /* no news */
	ck_assert_ptr_eq(now.last.why, before);
	moment_release(&now);
}
END_TEST

Suite *
moment_connections_suite(void)
{
	Suite *suite = suite_create("moment_connections");
	TCase *tests = tcase_create("connections");
	tcase_add_test(tests, connections_stand_in_the_order_of_their_numbers);
	tcase_add_test(tests, of_two_with_the_same_ends_the_latest_is_meant);
	tcase_add_loop_test(tests, the_oldest_that_are_over_are_forgotten, 0, 6);
	tcase_add_test(tests, one_that_is_not_over_stays_among_them);
	tcase_add_loop_test(tests, a_connection_is_silent_with_its_host, 0, 5);
	tcase_add_test(tests, a_shutdown_changes_no_silence);
	tcase_add_test(tests, lines_are_counted_where_they_belong);
	tcase_add_test(tests, a_timer_is_that_of_its_connection);
	tcase_add_test(tests, a_transition_is_that_of_its_end);
	tcase_add_test(tests, how_a_connection_was_let_go);
	tcase_add_test(tests, the_servers_row_tells_what_was_not_read);
	tcase_add_test(tests, the_servers_row_tells_who_serves);
	tcase_add_loop_test(tests, a_death_tells_what_was_not_read, 0,
	    sizeof deaths / sizeof *deaths);
	tcase_add_test(tests, the_end_of_who_serves_is_that_of_all_its_connections);
	tcase_add_loop_test(tests, a_late_death_explains_what_it_caused, 0,
	    sizeof lasts / sizeof *lasts);
	suite_add_tcase(suite, tests);
	return suite;
}
