/* check_socket_watch.c: when the table is read, asked for in a loop of the test's own,
 * about connections of this machine's. */
#include "socket_watch_internal.h"

#include "refuse_call.h"
#include "socket_fixture.h"
#include "suites.h"

#include <errno.h>
#include <stdio.h>

struct fixture {
	struct live live;
	struct loop *loop;
	struct log *log;
	struct socket_watch *watch;
	unsigned befores;       /* how often a reading was about to be told */
};

static void
count_before(void *context)
{
	((struct fixture *)context)->befores++;
}

static void
fixture_open(struct fixture *fixture)
{
	*fixture = (struct fixture){.loop = loop_new(), .log = log_new(1000)};
	ck_assert(fixture->loop != NULL && fixture->log != NULL);
	live_open(&fixture->live);
	live_tell(&fixture->live, fixture->log);
	fixture->watch = socket_watch_new(fixture->loop, fixture->log,
	    fixture->live.port, 4, count_before, fixture);
	ck_assert_ptr_nonnull(fixture->watch);
}

static void
fixture_close(struct fixture *fixture)
{
	live_close(&fixture->live);
	socket_watch_free(fixture->watch);
	log_free(fixture->log);
	loop_free(fixture->loop);
}

/* What the moment says of an end of connection 1. */
static enum tcp_state
client_state(const struct fixture *fixture)
{
	return moment_connection(log_now(fixture->log), 1)->client;
}

/* Runs the loop until the client's end is shown in this state. */
static void
await(struct fixture *fixture, enum tcp_state state)
{
	int64_t end = loop_now(fixture->loop) + SECONDS(20);
	while (client_state(fixture) != state) {
		ck_assert_msg(loop_now(fixture->loop) < end, "%s, not %s",
		    tcp_state_name(client_state(fixture)), tcp_state_name(state));
		ck_assert_int_ge(loop_round(fixture->loop, 50), 0);
	}
}

/* The first event from number on of this type; NULL: none. */
static const struct event *
event_since(const struct fixture *fixture, uint64_t number, enum event_type type)
{
	uint64_t end = log_end(fixture->log);
	uint64_t found = log_find(fixture->log, number, end, LOG_TYPE(type));
	return found < end ? log_event(fixture->log, found) : NULL;
}

/* In so many ns the timer runs out. */
static bool
looks_within(const struct fixture *fixture, int64_t most)
{
	struct socket_watch *watch = fixture->watch;
	ck_assert(timer_is_running(watch->timer));
	int64_t end = loop_now(fixture->loop) + most + MILLISECONDS(5);
	int64_t looked_at = watch->looked_at;
	while (watch->looked_at == looked_at && loop_now(fixture->loop) < end)
		loop_round(fixture->loop, 1);
	return watch->looked_at != looked_at;
}

/* 127.0.0.1 at this port. */
static struct report_endpoint
host_at(uint16_t port)
{
	struct report_endpoint host;
	ck_assert_int_eq(endpoint_parse(&host, "127.0.0.1:1", 4), 0);
	host.port = port;
	return host;
}

START_TEST(one_reading_tells_all_rows)
{
	struct fixture fixture;
	fixture_open(&fixture);
	ck_assert_int_eq(socket_watch_read_at(fixture.watch), 0);
	int64_t before = loop_now(fixture.loop);
	socket_watch_read(fixture.watch);
	ck_assert_uint_eq(fixture.befores, 1);
	ck_assert_uint_eq(log_now(fixture.log)->socket_count, 3);
	ck_assert(moment_is_listening(log_now(fixture.log)));
	ck_assert_int_eq(client_state(&fixture), STATE_ESTABLISHED);
	ck_assert_int_eq(moment_connection(log_now(fixture.log), 1)->server,
	    STATE_ESTABLISHED);
	ck_assert_int_ge(socket_watch_read_at(fixture.watch), before);
	ck_assert_int_le(socket_watch_read_at(fixture.watch), loop_now(fixture.loop));
	ck_assert_int_gt(fixture.watch->budget.cost, 0);
	ck_assert(!table_reading_goes_on(&fixture.watch->reading));
	uint64_t end = log_end(fixture.log);
	socket_watch_read(fixture.watch); /* nothing is new */
	ck_assert_ptr_null(event_since(&fixture, end, EVENT_SOCKET));
	ck_assert_ptr_null(event_since(&fixture, end, EVENT_STATE));
	fixture_close(&fixture);
}
END_TEST

/* Who holds which socket is found out for each reading anew. */
START_TEST(holders_are_of_one_reading)
{
	struct fixture fixture;
	fixture_open(&fixture);
	fixture.watch->holders.known = true; /* as it was before */
	socket_watch_guest(fixture.watch, true);
	socket_watch_read(fixture.watch);
	const struct moment *now = log_now(fixture.log);
	for (size_t i = 0; i < now->socket_count; i++)
		ck_assert_int_eq(now->sockets[i].row.owner_pid, getpid());
	fixture_close(&fixture);
}
END_TEST

START_TEST(it_looks_soon_and_reads_when_told_to)
{
	struct fixture fixture;
	fixture_open(&fixture);
	ck_assert(!timer_is_running(fixture.watch->timer));
	socket_watch_look_soon(fixture.watch);
	ck_assert(timer_is_running(fixture.watch->timer));
	await(&fixture, STATE_ESTABLISHED);
	int64_t read_at = socket_watch_read_at(fixture.watch);
	for (int i = 0; i < 5; i++) /* it looks on, and reads nothing: all is as it was */
		ck_assert(looks_within(&fixture, SECONDS(20)));
	ck_assert_int_eq(socket_watch_read_at(fixture.watch), read_at);
	close(fixture.live.server);
	fixture.live.server = -1;
	await(&fixture, STATE_CLOSE_WAIT);
	ck_assert_int_gt(socket_watch_read_at(fixture.watch), read_at);
	fixture_close(&fixture);
}
END_TEST

START_TEST(what_is_asked_for_is_read_though_nothing_has_changed)
{
	struct fixture fixture;
	fixture_open(&fixture);
	socket_watch_read(fixture.watch);
	for (int i = 0; i < 2; i++) {
		int64_t read_at = socket_watch_read_at(fixture.watch);
		int64_t end = loop_now(fixture.loop) + SECONDS(20);
		if (i == 0)
			socket_watch_force(fixture.watch);
		else
			socket_watch_want(fixture.watch);
		ck_assert(timer_is_running(fixture.watch->timer));
		while (socket_watch_read_at(fixture.watch) == read_at) {
			ck_assert_int_lt(loop_now(fixture.loop), end);
			loop_round(fixture.loop, 20);
		}
		ck_assert(!fixture.watch->forced && !fixture.watch->wanted);
	}
	fixture_close(&fixture);
}
END_TEST

/* Readings have a budget.  Who is forced to read does not ask what it costs. */
START_TEST(what_is_wanted_waits_for_the_budget)
{
	struct fixture fixture;
	fixture_open(&fixture);
	socket_watch_read(fixture.watch);
	int64_t read_at = socket_watch_read_at(fixture.watch);
	fixture.watch->budget.credit = -SECONDS(60);
	fixture.watch->budget.credited_at = loop_now(fixture.loop);
	socket_watch_want(fixture.watch);
	for (int i = 0; i < 10; i++)
		loop_round(fixture.loop, 5);
	ck_assert_int_eq(socket_watch_read_at(fixture.watch), read_at);
	ck_assert(fixture.watch->wanted);
	ck_assert(timer_is_running(fixture.watch->timer));
	socket_watch_force(fixture.watch);
	int64_t end = loop_now(fixture.loop) + SECONDS(20);
	while (socket_watch_read_at(fixture.watch) == read_at) {
		ck_assert_int_lt(loop_now(fixture.loop), end);
		loop_round(fixture.loop, 5);
	}
	fixture_close(&fixture);
}
END_TEST

/* A row that sock_diag would not miss may change all the same: after long it is read. */
START_TEST(a_stale_table_is_read_again)
{
	struct fixture fixture;
	fixture_open(&fixture);
	socket_watch_read(fixture.watch);
	fixture.watch->budget.read_at = -SECONDS(3600);
	timer_after(fixture.watch->timer, 1);
	int64_t end = loop_now(fixture.loop) + SECONDS(20);
	while (socket_watch_read_at(fixture.watch) < 0) {
		ck_assert_int_lt(loop_now(fixture.loop), end);
		loop_round(fixture.loop, 5);
	}
	fixture_close(&fixture);
}
END_TEST

/* A dear look is followed by some rest, however often it is hurried. */
START_TEST(looks_take_a_share_of_the_time)
{
	struct fixture fixture;
	fixture_open(&fixture);
	fixture.watch->looked_at = loop_now(fixture.loop);
	fixture.watch->look_cost = SECONDS(10);
	socket_watch_look_soon(fixture.watch);
	ck_assert(!looks_within(&fixture, MILLISECONDS(50)));
	fixture.watch->look_cost = MILLISECONDS(1) / 100;
	socket_watch_look_soon(fixture.watch);
	ck_assert(looks_within(&fixture, SECONDS(20)));
	fixture_close(&fixture);
}
END_TEST

#define MS(n) MILLISECONDS(n)

START_TEST(looks_are_frequent_after_something_has_happened)
{
	static const struct { int64_t since, cost, interval; bool calm; } cases[] = {
		{0, 0, MS(4), false}, {MS(199), 0, MS(4), false}, {MS(200), 0, MS(20), false},
		{MS(2999), 0, MS(20), false}, {MS(3000), 0, MS(250), false},
		{SECONDS(3600), 0, MS(250), false},
		/* and less so the longer nothing happens, where somebody would tell */
		{MS(9999), 0, MS(250), true}, {SECONDS(10), 0, SECONDS(1), true},
		{MS(2999), 0, MS(20), true}, {SECONDS(10), MS(6), MS(1200), true},
		/* a tenth of the time, of what they cost; at rest a two hundredth */
		{0, MS(1), MS(10), false}, {MS(1000), MS(1), MS(20), false},
		{MS(1000), MS(3), MS(30), false},
		{SECONDS(10), MS(1), MS(250), false}, {SECONDS(10), MS(2), MS(400), false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct socket_watch watch = {.hurried_at = SECONDS(7),
		    .look_cost = cases[i].cost, .calm = cases[i].calm};
		ck_assert_msg(socket_watch_interval(&watch, SECONDS(7) + cases[i].since) ==
		    cases[i].interval, "case %zu", i);
	}
}
END_TEST

/* Without netlink, time tells that something may have changed. */
START_TEST(without_netlink_the_files_are_read_in_turn)
{
	struct fixture fixture;
	ck_assert(refuse_call(SYS_bind, EPERM)); /* libmnl binds, and so do listeners */
	fixture = (struct fixture){.loop = loop_new(), .log = log_new(1000)};
	fixture.watch = socket_watch_new(fixture.loop, fixture.log, SERVER_PORT, 4,
	    count_before, &fixture);
	ck_assert_ptr_nonnull(fixture.watch);
	ck_assert_ptr_null(fixture.watch->probe.diag);
	int64_t now = loop_now(fixture.loop);
	static const struct { int64_t since, read; bool changed; } cases[] = {
		{0, 190, false}, {0, 300, true}, {2000, 300, true}, {2000, 190, false},
		{4000, 300, false}, {4000, 900, false}, {4000, 1100, true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		now = loop_now(fixture.loop);
		fixture.watch->hurried_at = now - MILLISECONDS(cases[i].since);
		fixture.watch->budget.read_at = now - MILLISECONDS(cases[i].read);
		bool changed = socket_watch_has_changed(fixture.watch);
		if (loop_now(fixture.loop) - now > MILLISECONDS(9))
			i--; /* a busy machine: once more */
		else
			ck_assert_msg(changed == cases[i].changed, "case %zu", i);
	}
	socket_watch_look_soon(fixture.watch);
	ck_assert(looks_within(&fixture, SECONDS(20)));
	struct tcp_row row;
	pid_t owner;
	struct report_endpoint host = host_at(1);
	(void)socket_watch_listener(fixture.watch, &host, &row, &owner);
	socket_watch_free(fixture.watch);
	log_free(fixture.log);
	loop_free(fixture.loop);
}
END_TEST

/* Whose the port is. */

START_TEST(the_listener_of_the_port_has_an_owner)
{
	struct fixture fixture;
	struct tcp_row row = {0};
	pid_t owner = -1;
	fixture_open(&fixture);
	struct report_endpoint host = host_at(fixture.live.port);
	ck_assert(socket_watch_listener(fixture.watch, &host, &row, &owner));
	ck_assert_int_eq(row.state, STATE_LISTEN);
	ck_assert_uint_eq(row.local.port, fixture.live.port);
	ck_assert_uint_eq(row.inode, live_inode(fixture.live.listener));
	ck_assert_int_eq(owner, getpid());
	struct report_endpoint elsewhere = host;
	elsewhere.address[3] = 2; /* whoever calls that address does not meet it */
	ck_assert(!socket_watch_listener(fixture.watch, &elsewhere, &row, &owner));
	close(fixture.live.listener); /* connections with that port are none */
	fixture.live.listener = dup(fixture.live.client);
	ck_assert(!socket_watch_listener(fixture.watch, &host, &row, &owner));
	fixture_close(&fixture);
}
END_TEST

/* A listener of :: is no server of an IPv4 address when it takes IPv6 alone. */
START_TEST(a_listener_of_ipv6_alone_is_none_of_ipv4)
{
	struct fixture fixture;
	struct tcp_row row;
	pid_t owner;
	struct sockaddr_in6 address = {.sin6_family = AF_INET6};
	socklen_t length = sizeof address;
	int alone = _i, fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &alone, sizeof alone) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		printf("skipped a listener of IPv6 alone: no IPv6\n");
		return;
	}
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	fixture_open(&fixture);
	struct report_endpoint host = host_at(ntohs(address.sin6_port)), six;
	ck_assert_int_eq(endpoint_parse(&six, "[::1]:1", 6), 0);
	six.port = host.port;
	socket_watch_port(fixture.watch, host.port);
	ck_assert_int_eq(socket_watch_listener(fixture.watch, &host, &row, &owner), !alone);
	ck_assert(socket_watch_listener(fixture.watch, &six, &row, &owner));
	close(fd);
	fixture_close(&fixture);
}
END_TEST

/* One that listens on another port, to which a connection goes from ours. */
START_TEST(a_listener_on_another_port_is_not_ours)
{
	struct fixture fixture;
	struct live other;
	struct tcp_row row = {0};
	pid_t owner;
	fixture_open(&fixture);
	live_open(&other);
	socket_watch_port(fixture.watch, other.port);
	ck_assert_uint_eq(fixture.watch->probe.port, other.port);
	struct report_endpoint host = host_at(other.port);
	ck_assert(socket_watch_listener(fixture.watch, &host, &row, &owner));
	ck_assert_uint_eq(row.local.port, other.port);
	socket_watch_read(fixture.watch);
	ck_assert_int_eq(client_state(&fixture), STATE_GONE); /* that port is not read */
	live_close(&other);
	fixture_close(&fixture);
}
END_TEST

/* Timers of the current connection. */

START_TEST(a_retransmission_is_followed)
{
	struct fixture fixture;
	int deaf = 255;
	fixture_open(&fixture);
	socket_watch_read(fixture.watch);
	uint64_t begun = log_end(fixture.log);
	ck_assert_int_eq(setsockopt(fixture.live.server, IPPROTO_IP, IP_MINTTL, &deaf,
	    sizeof deaf), 0);
	ck_assert_int_eq(write(fixture.live.client, "lost", 4), 4);
	int64_t end = loop_now(fixture.loop) + SECONDS(20), wrote_at = loop_now(fixture.loop);
	const struct moment_connection *connection;
	while ((connection = moment_connection(log_now(fixture.log), 1))->retransmits < 2) {
		ck_assert_int_lt(loop_now(fixture.loop), end);
		socket_watch_look_soon(fixture.watch);
		loop_round(fixture.loop, 20);
	}
	const struct event *event = event_since(&fixture, begun, EVENT_TIMER);
	ck_assert_ptr_nonnull(event);
	ck_assert_uint_eq(event->timer.conn, 1);
	ck_assert_uint_ge(event->timer.retransmits, 1);
	ck_assert_uint_ge(event->timer.rto, 200000);
	ck_assert_int_gt(event->timer.next_at, wrote_at);
	ck_assert_int_lt(event->timer.next_at, loop_now(fixture.loop) + SECONDS(120));
	ck_assert_int_gt(event->timer.gives_up_at, event->timer.next_at);
	/* the first went out before this one; a limit counts from there */
	ck_assert_int_gt(fixture.watch->first_retransmit, wrote_at);
	ck_assert_int_lt(fixture.watch->first_retransmit, connection->next_at);
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_user_timeout_ends_it_sooner)
{
	struct fixture fixture;
	int deaf = 255;
	fixture_open(&fixture);
	socket_watch_read(fixture.watch);
	socket_watch_user_timeout(fixture.watch, SECONDS(5));
	ck_assert_int_eq(setsockopt(fixture.live.server, IPPROTO_IP, IP_MINTTL, &deaf,
	    sizeof deaf), 0);
	ck_assert_int_eq(write(fixture.live.client, "lost", 4), 4);
	int64_t end = loop_now(fixture.loop) + SECONDS(20);
	const struct moment_connection *connection;
	while ((connection = moment_connection(log_now(fixture.log), 1))->retransmits < 1) {
		ck_assert_int_lt(loop_now(fixture.loop), end);
		socket_watch_look_soon(fixture.watch);
		loop_round(fixture.loop, 20);
	}
	int64_t limit = fixture.watch->first_retransmit + SECONDS(5);
	ck_assert_int_le(llabs(connection->gives_up_at - (limit > connection->next_at ?
	    limit : connection->next_at)), 1000);
	fixture_close(&fixture);
}
END_TEST

/* What was acknowledged is told as such, and the count begins anew. */
START_TEST(what_is_heard_again_has_no_timer)
{
	struct fixture fixture;
	int deaf = 255;
	fixture_open(&fixture);
	socket_watch_read(fixture.watch);
	ck_assert_int_eq(setsockopt(fixture.live.server, IPPROTO_IP, IP_MINTTL, &deaf,
	    sizeof deaf), 0);
	ck_assert_int_eq(write(fixture.live.client, "late", 4), 4);
	int64_t end = loop_now(fixture.loop) + SECONDS(20);
	for (int step = 0; step < 2;) {
		const struct moment_connection *connection =
		    moment_connection(log_now(fixture.log), 1);
		if (step == 0 && connection->retransmits > 0) {
			deaf = 0;
			ck_assert_int_eq(setsockopt(fixture.live.server, IPPROTO_IP,
			    IP_MINTTL, &deaf, sizeof deaf), 0);
			step = 1;
		}
		if (step == 1 && connection->retransmits == 0) {
			ck_assert_int_eq(connection->next_at, 0);
			ck_assert_uint_eq(connection->rto, 0);
			ck_assert_int_eq(fixture.watch->first_retransmit, 0);
			step = 2;
		}
		ck_assert_int_lt(loop_now(fixture.loop), end);
		socket_watch_look_soon(fixture.watch);
		loop_round(fixture.loop, 20);
	}
	fixture_close(&fixture);
}
END_TEST

START_TEST(nothing_is_told_of_a_timer_that_does_not_run)
{
	struct fixture fixture;
	fixture_open(&fixture);
	uint64_t begun = log_end(fixture.log);
	socket_watch_look_soon(fixture.watch);
	await(&fixture, STATE_ESTABLISHED);
	for (int i = 0; i < 5; i++)
		ck_assert(looks_within(&fixture, SECONDS(20)));
	ck_assert_ptr_null(event_since(&fixture, begun, EVENT_TIMER));
	ck_assert_ptr_null(event_since(&fixture, begun, EVENT_DETAILS));
	fixture_close(&fixture);
}
END_TEST

/* TCP_INFO of both ends, once somebody wants to see it. */
START_TEST(details_are_followed_when_asked_for)
{
	struct fixture fixture;
	fixture_open(&fixture);
	socket_watch_read(fixture.watch);
	socket_watch_follow_details(fixture.watch);
	ck_assert(timer_is_running(fixture.watch->timer));
	int64_t end = loop_now(fixture.loop) + SECONDS(20);
	const struct moment_details *details = &log_now(fixture.log)->details;
	while (!details->client.any || !details->server.any) {
		ck_assert_int_lt(loop_now(fixture.loop), end);
		loop_round(fixture.loop, 20);
		details = &log_now(fixture.log)->details;
	}
	ck_assert_uint_eq(details->conn, 1);
	fixture_close(&fixture);
}
END_TEST

Suite *
socket_watch_suite(void)
{
	Suite *suite = suite_create("socket_watch");
	TCase *readings = tcase_create("readings"), *timers = tcase_create("timers");
	TCase *listeners = tcase_create("listeners");
	tcase_set_timeout(readings, 60);
	tcase_add_test(readings, one_reading_tells_all_rows);
	tcase_add_test(readings, holders_are_of_one_reading);
	tcase_add_test(readings, it_looks_soon_and_reads_when_told_to);
	tcase_add_test(readings, what_is_asked_for_is_read_though_nothing_has_changed);
	tcase_add_test(readings, what_is_wanted_waits_for_the_budget);
	tcase_add_test(readings, a_stale_table_is_read_again);
	tcase_add_test(readings, looks_take_a_share_of_the_time);
	tcase_add_test(readings, looks_are_frequent_after_something_has_happened);
	tcase_add_test(readings, without_netlink_the_files_are_read_in_turn);
	suite_add_tcase(suite, readings);
	tcase_set_timeout(listeners, 60);
	tcase_add_test(listeners, the_listener_of_the_port_has_an_owner);
	tcase_add_loop_test(listeners, a_listener_of_ipv6_alone_is_none_of_ipv4, 0, 2);
	tcase_add_test(listeners, a_listener_on_another_port_is_not_ours);
	suite_add_tcase(suite, listeners);
	tcase_set_timeout(timers, 60);
	tcase_add_test(timers, a_retransmission_is_followed);
	tcase_add_test(timers, a_user_timeout_ends_it_sooner);
	tcase_add_test(timers, what_is_heard_again_has_no_timer);
	tcase_add_test(timers, nothing_is_told_of_a_timer_that_does_not_run);
	tcase_add_test(timers, details_are_followed_when_asked_for);
	suite_add_tcase(suite, timers);
	return suite;
}
