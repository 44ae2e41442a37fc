/* check_socket_probe.c: does the kernel say what the log says?  Asked about connections of
 * this machine's. */
#include "socket_probe.h"

#include "socket_fixture.h"
#include "suites.h"

#include <stdio.h>

#define MS(n) MILLISECONDS(n)


struct fixture {
	struct live live;
	struct log *log;
	struct socket_probe probe;
};

static void
fixture_open(struct fixture *fixture)
{
	fixture->log = log_new(1000);
	ck_assert_ptr_nonnull(fixture->log);
	live_open(&fixture->live);
	live_tell(&fixture->live, fixture->log);
	socket_probe_open(&fixture->probe, fixture->log, fixture->live.port);
	ck_assert_ptr_nonnull(fixture->probe.diag);
	fixture->probe.dumped_at = INT64_MAX; /* no dump, but where a test asks for it */
}

static void
fixture_close(struct fixture *fixture)
{
	live_close(&fixture->live);
	socket_probe_close(&fixture->probe);
	log_free(fixture->log);
}

/* Tells of a row, and of the state of its end. */
static void
tell_row(struct fixture *fixture, enum socket_what what, const struct tcp_row *row)
{
	struct event event = {.time = log_now(fixture->log)->time + 1, .type = EVENT_SOCKET};
	struct event state = {.time = event.time, .type = EVENT_STATE};
	event.socket.what = what;
	event.socket.row.tcp = *row;
	ck_assert_int_eq(log_append(fixture->log, &event), 0);
	if (moment_connection_of(log_now(fixture->log), &row->local, &row->remote,
	    &state.state.end) == NULL)
		return;
	state.state.conn = 1;
	state.state.to = what == SOCKET_GONE ? STATE_GONE : row->state;
	ck_assert_int_eq(log_append(fixture->log, &state), 0);
}

/* Tells of every row with the port, as the kernel has it now. */
static void
tell_all(struct fixture *fixture)
{
	struct tcp_table table = {0};
	ck_assert_int_eq(sock_diag_dump(fixture->probe.diag, 4, fixture->live.port,
	    &table), 0);
	for (size_t i = 0; i < table.count; i++)
		tell_row(fixture, SOCKET_APPEARED, &table.rows[i]);
	tcp_table_free(&table);
}

/* The row of this end, as the moment has it. */
static struct tcp_row
known(struct fixture *fixture, const struct report_endpoint *local)
{
	const struct moment *now = log_now(fixture->log);
	for (size_t i = 0; i < now->socket_count; i++)
		if (now->sockets[i].gone_at == 0 && endpoint_equal(local,
		    &now->sockets[i].row.tcp.local))
			return now->sockets[i].row.tcp;
	ck_abort_msg("no such row");
}

static bool
differs(struct fixture *fixture)
{
	return socket_probe_differs(&fixture->probe, SECONDS(100), true);
}

START_TEST(what_is_as_known_does_not_differ)
{
	struct fixture fixture;
	fixture_open(&fixture);
	ck_assert(differs(&fixture)); /* no row is known */
	tell_all(&fixture);
	ck_assert(!differs(&fixture));
	ck_assert(!differs(&fixture));
	fixture_close(&fixture);
}
END_TEST

/* A stranger's listener of the other family is asked for once a second, at once when
 * something has just happened; of a family that is ours, always. */
START_TEST(a_listener_of_the_other_family_is_found_soon)
{
	struct fixture fixture;
	struct sockaddr_in6 address = {.sin6_family = AF_INET6,
	    .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int only = 1, six = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fixture_open(&fixture);
	address.sin6_port = htons(fixture.live.port);
	if (six < 0 || setsockopt(six, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) < 0 ||
	    bind(six, (void *)&address, sizeof address) < 0) {
		printf("skipped a listener of the other family: no IPv6\n");
		fixture_close(&fixture);
		return;
	}
	tell_all(&fixture);
	ck_assert(!differs(&fixture));
	ck_assert_int_eq(fixture.probe.families_at, SECONDS(100));
	ck_assert_int_eq(listen(six, 1), 0);
	ck_assert(!socket_probe_differs(&fixture.probe, SECONDS(100) + MS(999), false));
	ck_assert(socket_probe_differs(&fixture.probe, SECONDS(100) + MS(1), true));
	ck_assert(!socket_probe_differs(&fixture.probe, SECONDS(100) + MS(1000), false));
	ck_assert(socket_probe_differs(&fixture.probe, SECONDS(100) + MS(1001), false));
	close(six);
	close(fixture.live.listener);
	fixture.live.listener = -1;
	ck_assert(socket_probe_differs(&fixture.probe, SECONDS(100) + MS(1002), false));
	fixture_close(&fixture);
}
END_TEST

START_TEST(bytes_that_wait_differ)
{
	struct fixture fixture;
	fixture_open(&fixture);
	tell_all(&fixture);
	ck_assert_int_eq(write(fixture.live.client, "hello", 5), 5);
	ck_assert(differs(&fixture));
	fixture_close(&fixture);
}
END_TEST

START_TEST(an_end_that_has_gone_differs)
{
	struct fixture fixture;
	struct linger reset = {.l_onoff = 1};
	fixture_open(&fixture);
	tell_all(&fixture);
	ck_assert_int_eq(setsockopt(fixture.live.client, SOL_SOCKET, SO_LINGER, &reset,
	    sizeof reset), 0);
	close(fixture.live.client);
	fixture.live.client = -1;
	ck_assert(differs(&fixture));
	fixture_close(&fixture);
}
END_TEST

/* The rows of both ends were never read, or only that of the other end. */
START_TEST(an_end_that_has_no_row_yet_differs)
{
	struct fixture fixture;
	fixture_open(&fixture);
	tell_all(&fixture);
	struct tcp_row row = known(&fixture, &fixture.live.near);
	tell_row(&fixture, SOCKET_GONE, &row);
	ck_assert_msg(differs(&fixture), "the client's end");
	tell_row(&fixture, SOCKET_APPEARED, &row);
	ck_assert(!differs(&fixture));
	row.local = fixture.live.far;
	row.remote = fixture.live.near;
	tell_row(&fixture, SOCKET_GONE, &row);
	ck_assert_msg(differs(&fixture), "the server's end");
	fixture_close(&fixture);
}
END_TEST

/* Nobody holds either end any more: what is left of it is not asked for. */
START_TEST(ends_that_are_over_are_not_expected)
{
	struct fixture fixture;
	fixture_open(&fixture);
	tell_all(&fixture);
	struct tcp_row row = known(&fixture, &fixture.live.near);
	tell_row(&fixture, SOCKET_GONE, &row);
	struct event closed = fixture_connection(1, CONNECTION_CLOSED);
	closed.time = log_now(fixture.log)->time + 1;
	ck_assert_int_eq(log_append(fixture.log, &closed), 0);
	ck_assert(!differs(&fixture)); /* the client let go of it, and its row is gone */
	row.local = fixture.live.far;
	row.remote = fixture.live.near;
	tell_row(&fixture, SOCKET_GONE, &row);
	ck_assert(differs(&fixture)); /* the child still has it */
	struct event child = fixture_child(1, PROCESS_FORKED, -1);
	child.time = closed.time + 1;
	ck_assert_int_eq(log_append(fixture.log, &child), 0);
	child = fixture_child(1, PROCESS_ZOMBIE, 9);
	child.time = closed.time + 2;
	ck_assert_int_eq(log_append(fixture.log, &child), 0);
	ck_assert(!differs(&fixture));
	fixture_close(&fixture);
}
END_TEST

/* Its child has ended, but the client holds its end. */
START_TEST(an_end_that_the_client_holds_is_expected)
{
	struct fixture fixture;
	fixture_open(&fixture);
	tell_all(&fixture);
	struct tcp_row row = known(&fixture, &fixture.live.near);
	tell_row(&fixture, SOCKET_GONE, &row);
	struct event child = fixture_child(1, PROCESS_FORKED, -1);
	child.time = log_now(fixture.log)->time + 1;
	ck_assert_int_eq(log_append(fixture.log, &child), 0);
	child = fixture_child(1, PROCESS_ZOMBIE, 9);
	child.time = log_now(fixture.log)->time + 1;
	ck_assert_int_eq(log_append(fixture.log, &child), 0);
	ck_assert(differs(&fixture));
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_listener_of_the_other_family_differs)
{
	struct fixture fixture;
	fixture_open(&fixture);
	tell_all(&fixture);
	struct sockaddr_in6 address = {.sin6_family = AF_INET6,
	    .sin6_port = htons(fixture.live.port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int six = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (six >= 0 && bind(six, (void *)&address, sizeof address) == 0 &&
	    listen(six, 1) == 0)
		ck_assert(differs(&fixture));
	if (six >= 0) /* a machine may have no IPv6 */
		close(six);
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_listener_that_came_or_went_differs)
{
	struct fixture fixture;
	fixture_open(&fixture);
	tell_all(&fixture);
	int second = live_listen(fixture.live.port);
	ck_assert_msg(differs(&fixture), "a second listener");
	close(second);
	ck_assert(!differs(&fixture));
	close(fixture.live.listener);
	fixture.live.listener = dup(fixture.live.client);
	ck_assert_msg(differs(&fixture), "no listener");
	fixture_close(&fixture);
}
END_TEST

/* One went and another came: as many as before, but not the same. */
START_TEST(another_listener_differs)
{
	struct fixture fixture;
	fixture_open(&fixture);
	tell_all(&fixture);
	int second = live_listen(fixture.live.port);
	close(fixture.live.listener);
	fixture.live.listener = second;
	ck_assert(differs(&fixture));
	fixture_close(&fixture);
}
END_TEST

/* A stranger's connection is found by a dump, when it is time for one. */
START_TEST(a_stranger_is_found_by_a_dump)
{
	struct fixture fixture;
	fixture_open(&fixture);
	tell_all(&fixture);
	struct live stranger = {.listener = fixture.live.listener};
	live_connect(&stranger);
	ck_assert(!differs(&fixture)); /* no query asks for it */
	fixture.probe.dumped_at = 0;
	ck_assert(differs(&fixture));
	ck_assert_int_eq(fixture.probe.dumped_at, SECONDS(100));
	ck_assert_uint_gt(fixture.probe.opens, 0);
	close(stranger.client);
	close(stranger.server);
	fixture_close(&fixture);
}
END_TEST


/* So long after the last dump, in a busy time or not; was a connection opened since, as
 * far as the kernel counts them? */
static const struct { int64_t since; bool busy, opened, dumps; } dumps[] = {
	{MS(199), true, true, false}, {MS(200), true, true, true},
	{MS(999), false, true, false}, {MS(1000), false, true, true},
	{MS(14000), true, false, false}, {MS(14000), false, false, false},
	{MS(15000), false, false, true}, {MS(15000), true, false, true},
};

START_TEST(a_dump_is_made_now_and_then)
{
	struct fixture fixture;
	fixture_open(&fixture);
	tell_all(&fixture);
	bool dumped = false;
	/* others on this machine may open connections meanwhile: then it is tried again */
	for (int tries = 0; tries < 200 && (tries == 0 || dumped != dumps[_i].dumps);
	    tries++) {
		fixture.probe.dumped_at = -SECONDS(3600);
		socket_probe_differs(&fixture.probe, 0, true); /* counts them */
		ck_assert_uint_gt(fixture.probe.opens, 0);
		if (dumps[_i].opened)
			fixture.probe.opens--;
		fixture.probe.dumped_at = SECONDS(100) - dumps[_i].since;
		socket_probe_differs(&fixture.probe, SECONDS(100), dumps[_i].busy);
		dumped = fixture.probe.dumped_at == SECONDS(100);
	}
	ck_assert_int_eq(dumped, dumps[_i].dumps);
	fixture_close(&fixture);
}
END_TEST

/* Each opening is counted, of either end. */
START_TEST(connections_that_are_opened_are_counted)
{
	struct fixture fixture;
	fixture_open(&fixture);
	tell_all(&fixture);
	fixture.probe.dumped_at = 0;
	socket_probe_differs(&fixture.probe, SECONDS(100), true);
	uint64_t opens = fixture.probe.opens;
	struct live stranger = {.listener = fixture.live.listener};
	live_connect(&stranger);
	fixture.probe.dumped_at = 0;
	socket_probe_differs(&fixture.probe, SECONDS(100), true);
	ck_assert_uint_ge(fixture.probe.opens, opens + 2);
	close(stranger.client);
	close(stranger.server);
	fixture_close(&fixture);
}
END_TEST

/* Of very many rows one dump asks for all. */
START_TEST(very_many_rows_are_asked_for_at_once)
{
	enum { PAIRS = 70 };
	struct fixture fixture;
	struct live pairs[PAIRS];
	fixture_open(&fixture);
	for (int i = 0; i < PAIRS; i++) {
		pairs[i].listener = fixture.live.listener;
		live_connect(&pairs[i]);
	}
	tell_all(&fixture);
	ck_assert(!differs(&fixture));
	struct live stranger = {.listener = fixture.live.listener};
	live_connect(&stranger);
	ck_assert_msg(differs(&fixture), "a stranger's connection, without a dump's turn");
	close(stranger.client);
	close(stranger.server);
	for (int i = 0; i < PAIRS; i++) {
		close(pairs[i].client);
		close(pairs[i].server);
	}
	fixture_close(&fixture);
}
END_TEST

START_TEST(listeners_of_a_family_are_counted)
{
	struct fixture fixture;
	fixture_open(&fixture);
	ck_assert_int_eq(socket_probe_listeners(&fixture.probe, 4), 1);
	ck_assert_int_eq(socket_probe_listeners(&fixture.probe, 6), 0);
	int second = live_listen(fixture.live.port);
	ck_assert_int_eq(socket_probe_listeners(&fixture.probe, 4), 2);
	close(second);
	struct socket_probe refused = {.log = fixture.log, .port = fixture.live.port};
	ck_assert_int_eq(socket_probe_listeners(&refused, 4), -1);
	fixture_close(&fixture);
}
END_TEST

START_TEST(the_state_of_an_end_is_the_kernels)
{
	struct fixture fixture;
	fixture_open(&fixture);
	ck_assert_int_eq(socket_probe_state(&fixture.probe, &fixture.live.near,
	    &fixture.live.far), STATE_ESTABLISHED);
	ck_assert_int_eq(shutdown(fixture.live.server, SHUT_WR), 0);
	ck_assert_int_eq(socket_probe_state(&fixture.probe, &fixture.live.near,
	    &fixture.live.far), STATE_CLOSE_WAIT);
	ck_assert_int_eq(socket_probe_state(&fixture.probe, &fixture.live.near,
	    &fixture.live.near), STATE_GONE);
	fixture_close(&fixture);
}
END_TEST

START_TEST(rows_agree_but_for_their_timers)
{
	const struct tcp_row row = {.state = STATE_ESTABLISHED, .recv_q = 1, .send_q = 2,
	    .inode = 3, .retransmits = 4};
	struct tcp_row rows[] = {row, row, row, row, row, row};
	rows[1].state = STATE_CLOSE_WAIT;
	rows[2].recv_q++;
	rows[3].send_q++;
	rows[4].inode++;
	rows[5].retransmits++;
	rows[0].timer = TIMER_ON;
	rows[0].timer_left = 5;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ck_assert_msg(socket_rows_agree(&row, &rows[i]) == (i == 0), "row %zu", i);
		ck_assert_msg(socket_rows_agree(&rows[i], &row) == (i == 0), "row %zu", i);
	}
	struct tcp_row half = row; /* two counters count its retransmissions */
	half.state = rows[5].state = STATE_SYN_RECV;
	ck_assert(socket_rows_agree(&half, &rows[5]));
	rows[5].inode++;
	ck_assert(!socket_rows_agree(&half, &rows[5]));
}
END_TEST

Suite *
socket_probe_suite(void)
{
	Suite *suite = suite_create("socket_probe");
	TCase *all = tcase_create("all");
	tcase_set_timeout(all, 60);
	tcase_add_test(all, what_is_as_known_does_not_differ);
	tcase_add_test(all, a_listener_of_the_other_family_is_found_soon);
	tcase_add_test(all, bytes_that_wait_differ);
	tcase_add_test(all, an_end_that_has_gone_differs);
	tcase_add_test(all, an_end_that_has_no_row_yet_differs);
	tcase_add_test(all, ends_that_are_over_are_not_expected);
	tcase_add_test(all, an_end_that_the_client_holds_is_expected);
	tcase_add_test(all, a_listener_of_the_other_family_differs);
	tcase_add_test(all, a_listener_that_came_or_went_differs);
	tcase_add_test(all, another_listener_differs);
	tcase_add_test(all, a_stranger_is_found_by_a_dump);
	tcase_add_loop_test(all, a_dump_is_made_now_and_then, 0,
	    sizeof dumps / sizeof *dumps);
	tcase_add_test(all, connections_that_are_opened_are_counted);
	tcase_add_test(all, very_many_rows_are_asked_for_at_once);
	tcase_add_test(all, listeners_of_a_family_are_counted);
	tcase_add_test(all, the_state_of_an_end_is_the_kernels);
	tcase_add_test(all, rows_agree_but_for_their_timers);
	suite_add_tcase(suite, all);
	return suite;
}
