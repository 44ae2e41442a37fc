/* check_all_sockets.c: the sockets of the whole machine, read in pieces by a loop of the
 * test's own; and TCP_INFO, followed as events. */
#include "all_sockets.h"

#include "all_rows.h"
#include "details_watch.h"
#include "socket_fixture.h"
#include "suites.h"

struct fixture {
	struct live live;
	struct loop *loop;
	struct log *log;
	struct all_sockets *all;
};

static void
fixture_open(struct fixture *fixture)
{
	fixture->loop = loop_new();
	fixture->log = log_new(1000);
	ck_assert(fixture->loop != NULL && fixture->log != NULL);
	live_open(&fixture->live);
	live_tell(&fixture->live, fixture->log);
	fixture->all = all_sockets_new(fixture->loop, fixture->log);
	ck_assert_ptr_nonnull(fixture->all);
}

static void
fixture_close(struct fixture *fixture)
{
	live_close(&fixture->live);
	all_sockets_free(fixture->all);
	all_sockets_free(NULL);
	log_free(fixture->log);
	loop_free(fixture->loop);
}

/* The latest `all` event; NULL: none. */
static const struct event *
latest(const struct fixture *fixture)
{
	uint64_t found = log_find_back(fixture->log, log_end(fixture->log),
	    log_first(fixture->log), LOG_TYPE(EVENT_ALL));
	return found != UINT64_MAX ? log_event(fixture->log, found) : NULL;
}

/* How many there were. */
static unsigned
count(const struct fixture *fixture)
{
	unsigned number = 0;
	for (uint64_t i = log_first(fixture->log); i < log_end(fixture->log); i++)
		number += log_event(fixture->log, i)->type == EVENT_ALL;
	return number;
}

/* Runs the loop until a reading is over. */
static void
read_all(struct fixture *fixture)
{
	int64_t end = loop_now(fixture->loop) + SECONDS(30);
	all_sockets_read(fixture->all);
	ck_assert(!all_sockets_rest(fixture->all));
	all_sockets_read(fixture->all); /* one at a time */
	while (!all_sockets_rest(fixture->all)) {
		ck_assert_int_lt(loop_now(fixture->loop), end);
		ck_assert_int_ge(loop_round(fixture->loop, 100), 0);
	}
}

/* The row with these ends in the machine's table; NULL: it is not there. */
static const struct socket_row *
row_of(const struct fixture *fixture, const struct report_endpoint *local,
    const struct report_endpoint *remote)
{
	const struct moment *now = log_now(fixture->log);
	for (size_t i = 0; i < now->all_count; i++)
		if (endpoint_equal(&now->all[i].tcp.local, local) &&
		    endpoint_equal(&now->all[i].tcp.remote, remote))
			return &now->all[i];
	return NULL;
}

/* Runs the loop until the row is there, or gone. */
static void
await_row(struct fixture *fixture, const struct live *live, bool there)
{
	int64_t end = loop_now(fixture->loop) + SECONDS(30);
	while ((row_of(fixture, &live->near, &live->far) != NULL) != there) {
		ck_assert_msg(loop_now(fixture->loop) < end, "there: %d", there);
		ck_assert_int_ge(loop_round(fixture->loop, 100), 0);
	}
}

START_TEST(one_reading_tells_every_socket_with_its_owner)
{
	struct fixture fixture;
	struct live stranger;
	fixture_open(&fixture);
	live_open(&stranger);
	ck_assert(all_sockets_rest(fixture.all));
	read_all(&fixture);
	ck_assert_uint_eq(count(&fixture), 1);
	ck_assert(latest(&fixture)->all.whole);
	ck_assert_uint_eq(latest(&fixture)->all.gone, 0);
	const struct socket_row *row = row_of(&fixture, &fixture.live.near, &fixture.live.far);
	ck_assert_ptr_nonnull(row);
	ck_assert_int_eq(row->owner_pid, getpid());
	ck_assert_uint_eq(row->conn, 1);
	ck_assert_int_eq(row->end, END_CLIENT);
	row = row_of(&fixture, &fixture.live.far, &fixture.live.near);
	ck_assert_uint_eq(row->conn, 1);
	ck_assert_int_eq(row->end, END_SERVER);
	ck_assert_int_eq(row->timer_at, 0);
	row = row_of(&fixture, &stranger.near, &stranger.far);
	ck_assert_int_eq(row->owner_pid, getpid());
	ck_assert_uint_eq(row->conn, 0);
	struct report_endpoint any = {.family = 4};
	row = row_of(&fixture, &fixture.live.far, &any);
	ck_assert_ptr_nonnull(row);
	ck_assert_int_eq(row->tcp.state, STATE_LISTEN);
	ck_assert_int_eq(row->owner_pid, getpid());
	ck_assert_uint_eq(row->conn, 0);
	const struct moment *now = log_now(fixture.log);
	for (size_t i = 1; i < now->all_count; i++)
		ck_assert_int_lt(all_rows_compare(&now->all[i - 1], &now->all[i]), 0);
	/* once is once: nothing runs on, and the next time all is told again */
	ck_assert(all_sockets_rest(fixture.all));
	loop_round(fixture.loop, 50);
	ck_assert(all_sockets_rest(fixture.all));
	read_all(&fixture);
	ck_assert_uint_eq(count(&fixture), 2);
	ck_assert(latest(&fixture)->all.whole);
	live_close(&stranger);
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_timer_stands_with_its_time)
{
	struct fixture fixture;
	int on = 1, idle = 1000;
	fixture_open(&fixture);
	ck_assert_int_eq(setsockopt(fixture.live.client, SOL_SOCKET, SO_KEEPALIVE, &on,
	    sizeof on), 0);
	ck_assert_int_eq(setsockopt(fixture.live.client, IPPROTO_TCP, 4 /* TCP_KEEPIDLE */,
	    &idle, sizeof idle), 0);
	int64_t before = loop_now(fixture.loop);
	read_all(&fixture);
	const struct socket_row *row = row_of(&fixture, &fixture.live.near, &fixture.live.far);
	ck_assert_int_eq(row->tcp.timer, TIMER_KEEPALIVE);
	ck_assert_int_gt(row->timer_at, before + SECONDS(900));
	ck_assert_int_lt(row->timer_at, loop_now(fixture.loop) + SECONDS(1002));
	fixture_close(&fixture);
}
END_TEST

START_TEST(while_they_are_followed_what_is_new_is_told)
{
	struct fixture fixture;
	struct live stranger;
	fixture_open(&fixture);
	all_sockets_follow(fixture.all, true);
	await_row(&fixture, &fixture.live, true);
	ck_assert(latest(&fixture)->all.whole);
	live_open(&stranger);
	await_row(&fixture, &stranger, true);
	ck_assert(!latest(&fixture)->all.whole);
	ck_assert_int_eq(row_of(&fixture, &stranger.near, &stranger.far)->owner_pid, getpid());
	struct linger reset = {.l_onoff = 1};
	ck_assert_int_eq(setsockopt(stranger.client, SOL_SOCKET, SO_LINGER, &reset,
	    sizeof reset), 0);
	live_close(&stranger);
	await_row(&fixture, &stranger, false);
	ck_assert_uint_ge(latest(&fixture)->all.gone, 1);
	fixture_close(&fixture);
}
END_TEST

START_TEST(who_looks_no_longer_has_none)
{
	struct fixture fixture;
	fixture_open(&fixture);
	all_sockets_follow(fixture.all, false); /* nothing to end */
	ck_assert_uint_eq(count(&fixture), 0);
	all_sockets_follow(fixture.all, true);
	all_sockets_follow(fixture.all, false); /* before anything was told */
	ck_assert_uint_eq(count(&fixture), 0);
	ck_assert(all_sockets_rest(fixture.all));
	all_sockets_follow(fixture.all, true);
	await_row(&fixture, &fixture.live, true);
	all_sockets_follow(fixture.all, true); /* it is already */
	unsigned before = count(&fixture);
	all_sockets_follow(fixture.all, false);
	ck_assert_uint_eq(count(&fixture), before + 1);
	ck_assert(latest(&fixture)->all.whole);
	ck_assert_uint_eq(log_now(fixture.log)->all_count, 0);
	int64_t end = loop_now(fixture.loop) + MILLISECONDS(1300);
	while (loop_now(fixture.loop) < end)
		loop_round(fixture.loop, 50);
	ck_assert_uint_eq(count(&fixture), before + 1);
	all_sockets_follow(fixture.all, true);
	await_row(&fixture, &fixture.live, true);
	ck_assert(latest(&fixture)->all.whole);
	fixture_close(&fixture);
}
END_TEST

/* details_watch.h */

/* How many details were told of this end. */
static unsigned
details_told(const struct fixture *fixture, enum connection_end end)
{
	unsigned number = 0;
	for (uint64_t i = log_first(fixture->log); i < log_end(fixture->log); i++) {
		const struct event *event = log_event(fixture->log, i);
		number += event->type == EVENT_DETAILS && event->details.end == end &&
		    event->details.conn == 1;
	}
	return number;
}

/* Tells in which states the two ends are. */
static void
tell_states(struct fixture *fixture, enum tcp_state client, enum tcp_state server)
{
	struct event events[] = {fixture_state(1, END_CLIENT, STATE_GONE, client),
	    fixture_state(1, END_SERVER, STATE_GONE, server)};
	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(log_append(fixture->log, &events[i]), 0);
}

/* A look of its own: nothing is recalled from the one before. */
static void
look_anew(struct sock_diag *diag, struct log *log, int64_t time)
{
	sock_diag_forget(diag);
	details_watch_look(diag, log, time);
}

START_TEST(details_of_both_ends_are_told_when_they_change)
{
	struct fixture fixture;
	fixture_open(&fixture);
	struct sock_diag *diag = sock_diag_open();
	ck_assert_ptr_nonnull(diag);
	look_anew(diag, fixture.log, SECONDS(1)); /* no end is known to be there */
	ck_assert_uint_eq(details_told(&fixture, END_CLIENT), 0);
	ck_assert_uint_eq(details_told(&fixture, END_SERVER), 0);
	tell_states(&fixture, STATE_ESTABLISHED, STATE_GONE);
	look_anew(diag, fixture.log, SECONDS(1));
	ck_assert_uint_eq(details_told(&fixture, END_CLIENT), 1);
	ck_assert_uint_eq(details_told(&fixture, END_SERVER), 0);
	tell_states(&fixture, STATE_ESTABLISHED, STATE_ESTABLISHED);
	look_anew(diag, fixture.log, SECONDS(2));
	ck_assert_uint_eq(details_told(&fixture, END_CLIENT), 1); /* nothing is new */
	ck_assert_uint_eq(details_told(&fixture, END_SERVER), 1);
	const struct moment_details *details = &log_now(fixture.log)->details;
	ck_assert_int_eq(details->server.time, SECONDS(2));
	ck_assert_uint_eq(details->client.tcp.bytes_sent, 0);
	ck_assert_int_eq(write(fixture.live.client, "hello", 5), 5);
	ck_assert_int_eq(write(fixture.live.server, "world!", 6), 6);
	look_anew(diag, fixture.log, SECONDS(2) + MILLISECONDS(199));
	ck_assert_uint_eq(details_told(&fixture, END_CLIENT), 2);
	ck_assert_uint_eq(details_told(&fixture, END_SERVER), 1); /* too soon */
	look_anew(diag, fixture.log, SECONDS(2) + MILLISECONDS(200));
	ck_assert_uint_eq(details_told(&fixture, END_SERVER), 2);
	details = &log_now(fixture.log)->details;
	ck_assert_uint_eq(details->client.tcp.bytes_sent, 5);
	ck_assert_uint_eq(details->client.tcp.bytes_received, 6);
	ck_assert_uint_eq(details->server.tcp.bytes_sent, 6);
	ck_assert_uint_eq(details->server.tcp.bytes_received, 5);
	sock_diag_close(diag);
	fixture_close(&fixture);
}
END_TEST

/* What was told of another connection says nothing of this one. */
START_TEST(details_are_of_the_current_connection)
{
	struct fixture fixture;
	fixture_open(&fixture);
	struct sock_diag *diag = sock_diag_open();
	tell_states(&fixture, STATE_ESTABLISHED, STATE_ESTABLISHED);
	look_anew(diag, fixture.log, SECONDS(1));
	struct live second = {.listener = fixture.live.listener};
	live_connect(&second);
	struct event events[] = {fixture_connection(2, CONNECTION_OPENED),
	    fixture_connection(2, CONNECTION_CURRENT),
	    fixture_state(2, END_CLIENT, STATE_GONE, STATE_ESTABLISHED)};
	for (int i = 0; i < 2; i++) {
		events[i].connection.local = second.near;
		events[i].connection.remote = second.far;
	}
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(log_append(fixture.log, &events[i]), 0);
	look_anew(diag, fixture.log, SECONDS(1)); /* at once */
	ck_assert_uint_eq(log_now(fixture.log)->details.conn, 2);
	ck_assert(log_now(fixture.log)->details.client.any);
	ck_assert(!log_now(fixture.log)->details.server.any);
	struct log *empty = log_new(100);
	look_anew(diag, empty, SECONDS(1)); /* no connection at all */
	ck_assert_uint_eq(log_end(empty), 0);
	log_free(empty);
	close(second.client);
	close(second.server);
	sock_diag_close(diag);
	fixture_close(&fixture);
}
END_TEST

/* An end that has no TCP_INFO any more, in TIME_WAIT, keeps what was told last. */
START_TEST(an_end_without_details_tells_none)
{
	struct fixture fixture;
	fixture_open(&fixture);
	struct sock_diag *diag = sock_diag_open();
	tell_states(&fixture, STATE_ESTABLISHED, STATE_ESTABLISHED);
	close(fixture.live.client);
	fixture.live.client = -1;
	close(fixture.live.server);
	fixture.live.server = -1;
	look_anew(diag, fixture.log, SECONDS(1));
	ck_assert_uint_eq(details_told(&fixture, END_CLIENT), 0);
	ck_assert_uint_eq(details_told(&fixture, END_SERVER), 0);
	sock_diag_close(diag);
	fixture_close(&fixture);
}
END_TEST

/* Two details are equal when each that is shown is, but for the time that passed. */
START_TEST(each_detail_counts)
{
	static const struct tcp_details first = {.rtt = 1};
	struct tcp_details other;
	static const size_t words[] = {
		offsetof(struct tcp_details, rtt), offsetof(struct tcp_details, rtt_variation),
		offsetof(struct tcp_details, rto), offsetof(struct tcp_details, backoff),
		offsetof(struct tcp_details, retransmits),
		offsetof(struct tcp_details, total_retransmits),
		offsetof(struct tcp_details, probes), offsetof(struct tcp_details, unacked),
		offsetof(struct tcp_details, lost), offsetof(struct tcp_details, cwnd),
		offsetof(struct tcp_details, ssthresh), offsetof(struct tcp_details, mss),
		offsetof(struct tcp_details, bytes_sent),
		offsetof(struct tcp_details, bytes_received),
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		other = first;
		((char *)&other)[words[i]] ^= 4;
		ck_assert_msg(!tcp_details_equal(&first, &other), "detail %zu", i);
	}
	other = first;
	other.sent_ago = 5;
	other.received_ago = 7;
	ck_assert(tcp_details_equal(&first, &other));
}
END_TEST

Suite *
all_sockets_suite(void)
{
	Suite *suite = suite_create("all_sockets");
	TCase *all = tcase_create("all"), *details = tcase_create("details");
	tcase_set_timeout(all, 90);
	tcase_add_test(all, one_reading_tells_every_socket_with_its_owner);
	tcase_add_test(all, a_timer_stands_with_its_time);
	tcase_add_test(all, while_they_are_followed_what_is_new_is_told);
	tcase_add_test(all, who_looks_no_longer_has_none);
	suite_add_tcase(suite, all);
	tcase_add_test(details, details_of_both_ends_are_told_when_they_change);
	tcase_add_test(details, details_are_of_the_current_connection);
	tcase_add_test(details, an_end_without_details_tells_none);
	tcase_add_test(details, each_detail_counts);
	suite_add_tcase(suite, details);
	return suite;
}
