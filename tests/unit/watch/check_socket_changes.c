/* check_socket_changes.c: what a reading of the table tells, of rows that are made up: no
 * socket of this machine is looked at, but where a test opens one. */
#include "socket_changes_fixture.h"
#include "suites.h"

#include <poll.h>
#include <unistd.h>

/* Ways from state to state. */

START_TEST(what_was_passed_unread_is_inferred)
{
	struct fixture fixture;
	fixture_open(&fixture, 1);
	take(&fixture, client_row(STATE_ESTABLISHED));
	ck_assert_str_eq(news(&fixture), "1c GONE>SYN_SENT? 1c SYN_SENT>ESTABLISHED "
	    "+ESTABLISHED:200");
	take(&fixture, server_row(STATE_ESTABLISHED));
	ck_assert_str_eq(news(&fixture), "1s GONE>SYN_RECV? 1s SYN_RECV>ESTABLISHED "
	    "+ESTABLISHED:301");
	take(&fixture, client_row(STATE_TIME_WAIT));
	ck_assert_str_eq(news(&fixture), "1c ESTABLISHED>FIN_WAIT1? "
	    "1c FIN_WAIT1>FIN_WAIT2? 1c FIN_WAIT2>TIME_WAIT ~TIME_WAIT:200");
	fixture_close(&fixture);
}
END_TEST

/* A SYN_SENT that stood in the table was seen, and so was a SYN_RECV. */
START_TEST(what_was_read_is_not_inferred)
{
	struct fixture fixture;
	fixture_open(&fixture, 1);
	take(&fixture, client_row(STATE_SYN_SENT));
	ck_assert_str_eq(news(&fixture), "1c GONE>SYN_SENT +SYN_SENT:200");
	take(&fixture, server_row(STATE_SYN_RECV));
	ck_assert_str_eq(news(&fixture), "1s GONE>SYN_RECV +SYN_RECV:301");
	take(&fixture, client_row(STATE_ESTABLISHED));
	ck_assert_str_eq(news(&fixture), "1c SYN_SENT>ESTABLISHED ~ESTABLISHED:200");
	take(&fixture, client_row(STATE_ESTABLISHED));
	take(&fixture, server_row(STATE_SYN_RECV));
	ck_assert_str_eq(news(&fixture), "");
	fixture_close(&fixture);
}
END_TEST

START_TEST(rows_of_no_connection_have_no_way)
{
	struct fixture fixture;
	fixture_open(&fixture, 1);
	take(&fixture, row_of(0, END_NONE, STATE_LISTEN));
	take(&fixture, strangers_row(true));
	take(&fixture, row_of(2, END_CLIENT, STATE_ESTABLISHED));
	ck_assert_str_eq(news(&fixture), "+LISTEN:0 +ESTABLISHED:0 +ESTABLISHED:0");
	ck_assert_uint_eq(known(&fixture, strangers_row(true))->row.conn, 0);
	read_table(&fixture, NULL, 0);
	ck_assert_str_eq(news(&fixture), "-LISTEN:0 -ESTABLISHED:0 -ESTABLISHED:0");
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_row_knows_its_connection_and_its_end)
{
	struct fixture fixture;
	fixture_open(&fixture, 2);
	take(&fixture, row_of(2, END_CLIENT, STATE_ESTABLISHED));
	take(&fixture, row_of(2, END_SERVER, STATE_ESTABLISHED));
	const struct socket_row *row = &known(&fixture, row_of(2, END_CLIENT,
	    STATE_ESTABLISHED))->row;
	ck_assert_uint_eq(row->conn, 2);
	ck_assert_int_eq(row->end, END_CLIENT);
	row = &known(&fixture, row_of(2, END_SERVER, STATE_ESTABLISHED))->row;
	ck_assert_uint_eq(row->conn, 2);
	ck_assert_int_eq(row->end, END_SERVER);
	fixture_close(&fixture);
}
END_TEST

/* Its row came before the client told of it. */
START_TEST(a_row_finds_its_connection_later)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	take(&fixture, client_row(STATE_ESTABLISHED));
	ck_assert_str_eq(news(&fixture), "+ESTABLISHED:0");
	struct event opened = fixture_connection(1, CONNECTION_OPENED);
	tell(&fixture, opened);
	take(&fixture, client_row(STATE_ESTABLISHED));
	ck_assert_str_eq(news(&fixture), "1c GONE>SYN_SENT? 1c SYN_SENT>ESTABLISHED "
	    "~ESTABLISHED:200");
	ck_assert_uint_eq(known(&fixture, client_row(STATE_ESTABLISHED))->row.conn, 1);
	fixture_close(&fixture);
}
END_TEST

/* The number of the connection alone has changed: that is told. */
START_TEST(a_servers_row_is_told_when_it_is_ours)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	take(&fixture, server_row(STATE_ESTABLISHED));
	tell(&fixture, fixture_connection(1, CONNECTION_OPENED));
	tell(&fixture, fixture_state(1, END_SERVER, STATE_GONE, STATE_ESTABLISHED));
	take(&fixture, server_row(STATE_ESTABLISHED));
	ck_assert_str_eq(news(&fixture), "~ESTABLISHED:0");
	fixture_close(&fixture);
}
END_TEST

/* Rows that have gone. */

START_TEST(a_row_that_is_not_in_the_table_is_gone_once)
{
	struct fixture fixture;
	fixture_open(&fixture, 2);
	struct tcp_row rows[] = {row_of(0, END_NONE, STATE_LISTEN),
	    client_row(STATE_ESTABLISHED), row_of(2, END_CLIENT, STATE_ESTABLISHED)};
	read_table(&fixture, rows, 3);
	news(&fixture);
	read_table(&fixture, rows, 2);
	ck_assert_str_eq(news(&fixture), "2c ESTABLISHED>GONE -ESTABLISHED:200");
	read_table(&fixture, rows, 2);
	ck_assert_str_eq(news(&fixture), "");
	read_table(&fixture, rows, 3);
	ck_assert_str_eq(news(&fixture), "2c GONE>SYN_SENT? 2c SYN_SENT>ESTABLISHED "
	    "+ESTABLISHED:200");
	read_table(&fixture, NULL, 0);
	ck_assert_str_eq(news(&fixture), "-LISTEN:0 1c ESTABLISHED>GONE "
	    "-ESTABLISHED:200 2c ESTABLISHED>GONE -ESTABLISHED:200");
	fixture_close(&fixture);
}
END_TEST

/* The other end is in TIME_WAIT: both FINs were answered. */
START_TEST(what_the_other_end_is_in_tells_the_way_out)
{
	struct fixture fixture;
	fixture_open(&fixture, 3);
	struct tcp_row rows[] = {row_of(1, END_CLIENT, STATE_ESTABLISHED),
	    row_of(1, END_SERVER, STATE_ESTABLISHED),
	    row_of(2, END_CLIENT, STATE_ESTABLISHED),
	    row_of(2, END_SERVER, STATE_ESTABLISHED),
	    row_of(3, END_CLIENT, STATE_ESTABLISHED),
	    row_of(3, END_SERVER, STATE_ESTABLISHED)};
	read_table(&fixture, rows, 6);
	news(&fixture);
	struct tcp_row left[] = {rows[4], rows[5], row_of(2, END_SERVER, STATE_TIME_WAIT),
	    row_of(1, END_CLIENT, STATE_TIME_WAIT)};
	read_table(&fixture, left, 4);
	ck_assert_str_eq(news(&fixture), "1s ESTABLISHED>CLOSE_WAIT? "
	    "1s CLOSE_WAIT>LAST_ACK? 1s LAST_ACK>GONE -ESTABLISHED:301 "
	    "2c ESTABLISHED>CLOSE_WAIT? 2c CLOSE_WAIT>LAST_ACK? 2c LAST_ACK>GONE "
	    "-ESTABLISHED:200 2s ESTABLISHED>FIN_WAIT1? 2s FIN_WAIT1>FIN_WAIT2? "
	    "2s FIN_WAIT2>TIME_WAIT ~TIME_WAIT:302 1c ESTABLISHED>FIN_WAIT1? "
	    "1c FIN_WAIT1>FIN_WAIT2? 1c FIN_WAIT2>TIME_WAIT ~TIME_WAIT:200");
	fixture_close(&fixture);
}
END_TEST

/* It was told already, by the reboot of its host. */
START_TEST(what_is_known_to_be_gone_goes_no_way)
{
	struct fixture fixture;
	fixture_open(&fixture, 1);
	take(&fixture, client_row(STATE_ESTABLISHED));
	tell(&fixture, fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_GONE));
	read_table(&fixture, NULL, 0);
	ck_assert_str_eq(news(&fixture), "-ESTABLISHED:200");
	fixture_close(&fixture);
}
END_TEST

/* A connection of this machine's: a listener, a client, and the two rows. */
struct live {
	int listener, client, server;
	struct tcp_row rows[2]; /* the listener's, the client's */
};

static struct report_endpoint
local_end(int fd)
{
	struct sockaddr_storage storage;
	socklen_t length = sizeof storage;
	ck_assert_int_eq(getsockname(fd, (void *)&storage, &length), 0);
	return report_endpoint_from(&storage);
}

static void
live_open(struct live *live)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	*live = (struct live){.rows = {{.family = 4, .state = STATE_LISTEN},
	    {.family = 4, .state = STATE_ESTABLISHED}}};
	live->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	live->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(live->listener, (void *)&address, length), 0);
	ck_assert_int_eq(listen(live->listener, 5), 0);
	ck_assert_int_eq(getsockname(live->listener, (void *)&address, &length), 0);
	ck_assert_int_eq(connect(live->client, (void *)&address, length), 0);
	live->server = accept(live->listener, NULL, NULL);
	ck_assert_int_ge(live->server, 0);
	live->rows[0].local = live->rows[1].remote = local_end(live->listener);
	live->rows[0].remote.family = 4;
	live->rows[1].local = local_end(live->client);
}

/* Reads an empty table until this is told. */
static void
read_until(struct fixture *fixture, const char *expected)
{
	int64_t end = loop_now(fixture->watch.loop) + SECONDS(20);
	while (strcmp(news(fixture), expected) != 0) {
		ck_assert_msg(loop_now(fixture->watch.loop) < end, "no %s", expected);
		poll(NULL, 0, 1);
		read_table(fixture, NULL, 0);
	}
}

/* The kernel is asked for the other end, not the table, which is of another time. */
START_TEST(the_kernel_tells_what_the_other_end_is_in)
{
	struct fixture fixture;
	struct live live;
	live_open(&live);
	fixture_open(&fixture, 0);
	struct event opened = fixture_connection(1, CONNECTION_OPENED);
	opened.connection.local = live.rows[1].local;
	opened.connection.remote = live.rows[1].remote;
	tell(&fixture, opened);
	struct tcp_row server = live.rows[1];
	server.local = live.rows[1].remote;
	server.remote = live.rows[1].local;
	fixture.watch.probe.diag = sock_diag_open();
	ck_assert_ptr_nonnull(fixture.watch.probe.diag);
	take(&fixture, server);
	news(&fixture);
	close(live.client);
	close(live.server);
	read_until(&fixture, "1s ESTABLISHED>CLOSE_WAIT? 1s CLOSE_WAIT>LAST_ACK? "
	    "1s LAST_ACK>GONE -ESTABLISHED:0");
	close(live.listener);
	sock_diag_close(fixture.watch.probe.diag);
	fixture_close(&fixture);
}
END_TEST

/* A reading in pieces can miss a row: the kernel is asked for it before it is told as
 * gone.  Of a listener it is not. */
START_TEST(a_row_that_a_reading_missed_stays)
{
	struct fixture fixture;
	struct live live;
	live_open(&live);
	fixture_open(&fixture, 0);
	fixture.watch.probe.diag = sock_diag_open();
	ck_assert_ptr_nonnull(fixture.watch.probe.diag);
	read_table(&fixture, live.rows, 2);
	ck_assert_str_eq(news(&fixture), "+LISTEN:0 +ESTABLISHED:0");
	read_table(&fixture, NULL, 0);
	ck_assert_str_eq(news(&fixture), "-LISTEN:0");
	close(live.server);
	close(live.listener);
	struct linger reset = {.l_onoff = 1};
	ck_assert_int_eq(setsockopt(live.client, SOL_SOCKET, SO_LINGER, &reset,
	    sizeof reset), 0);
	close(live.client);
	read_until(&fixture, "-ESTABLISHED:0");
	sock_diag_close(fixture.watch.probe.diag);
	fixture_close(&fixture);
}
END_TEST

/* Very many rows: strangers' connections, by number; of two each have the same ports. */

enum { MANY = 1400 };

static struct tcp_row
numbered_row(unsigned number)
{
	struct tcp_row row = strangers_row(true);
	row.remote.port = (uint16_t)(5000 + number / 2);
	row.remote.address[3] = (uint8_t)(1 + number % 2);
	row.inode = 100000 + number;
	return row;
}

/* Reads a table of those from first on whose number is a multiple; how many rows were told
 * to have come, changed or gone. */
static uint64_t
read_numbered(struct fixture *fixture, unsigned first, unsigned multiple, int64_t time)
{
	uint64_t before = log_end(fixture->watch.log);
	tcp_table_clear(&fixture->watch.table);
	for (unsigned i = first; i < MANY; i += multiple) {
		struct tcp_row row = numbered_row(i);
		ck_assert_int_eq(tcp_table_append(&fixture->watch.table, &row), 0);
	}
	socket_take_absence(&fixture->watch, time);
	for (size_t i = 0; i < fixture->watch.table.count; i++)
		socket_take_row(&fixture->watch, &fixture->watch.table.rows[i], time);
	return log_end(fixture->watch.log) - before;
}

/* Does the moment know the row? */
static bool
is_known(const struct fixture *fixture, unsigned number)
{
	struct tcp_row row = numbered_row(number);
	const struct moment_socket *socket =
	    moment_socket_like(log_now(fixture->watch.log), &row);
	return socket != NULL && socket->row.tcp.inode == row.inode;
}

START_TEST(very_many_rows_are_told_apart)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	ck_assert_uint_eq(read_numbered(&fixture, 0, 1, NOW), MANY);
	ck_assert_uint_eq(read_numbered(&fixture, 0, 1, NOW), 0);
	for (unsigned i = 0; i < MANY; i++)
		ck_assert(is_known(&fixture, i));
	ck_assert_uint_eq(read_numbered(&fixture, 0, 4, NOW), MANY * 3 / 4);
	for (unsigned i = 0; i < MANY; i++)
		ck_assert_int_eq(is_known(&fixture, i), i % 4 == 0);
	/* most of what went is forgotten at once, and the chains of the others hold */
	ck_assert_uint_eq(read_numbered(&fixture, 1, MANY, NOW), MANY / 4 + 1);
	ck_assert(is_known(&fixture, 1) && !is_known(&fixture, 0));
	ck_assert_uint_le(log_now(fixture.watch.log)->socket_count, 1 + 2 * 256 + 1);
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_row_that_went_lingers_for_five_seconds)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	const struct moment *now = log_now(fixture.watch.log);
	read_numbered(&fixture, 0, 100, NOW); /* fourteen, of which seven go */
	read_numbered(&fixture, 0, 200, NOW + 1000);
	ck_assert_uint_eq(now->socket_count, 14);
	read_numbered(&fixture, 1, 700, NOW + SECONDS(4.9));
	ck_assert_uint_eq(now->socket_count, 16);
	read_numbered(&fixture, 1, MANY, NOW + SECONDS(5.5));
	ck_assert_uint_eq(now->socket_count, 9); /* the first seven are forgotten */
	ck_assert(is_known(&fixture, 1));
	ck_assert(!is_known(&fixture, 100) && !is_known(&fixture, 701));
	fixture_close(&fixture);
}
END_TEST

/* What counts as changed. */

static void change_state(struct tcp_row *row) { row->state = STATE_CLOSE_WAIT; }
static void change_recv_q(struct tcp_row *row) { row->recv_q++; }
static void change_send_q(struct tcp_row *row) { row->send_q++; }
static void change_inode(struct tcp_row *row) { row->inode++; }
static void change_retransmits(struct tcp_row *row) { row->retransmits++; }

static const struct {
	const char *what;
	void (*change)(struct tcp_row *row);
} changes[] = {
	{"state", change_state}, {"recv_q", change_recv_q}, {"send_q", change_send_q},
	{"inode", change_inode}, {"retransmits", change_retransmits},
};

START_TEST(each_change_of_a_row_is_told)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	struct tcp_row row = strangers_row(true);
	take(&fixture, row);
	news(&fixture);
	changes[_i].change(&row);
	take(&fixture, row);
	ck_assert_msg(news(&fixture)[0] == '~', "%s has changed, and nothing was told",
	    changes[_i].what);
	take(&fixture, row);
	ck_assert_str_eq(news(&fixture), "");
	fixture_close(&fixture);
}
END_TEST

/* A row with a retransmission timer that runs out in so many ms. */
static struct tcp_row
timed_row(enum tcp_timer timer, int64_t left)
{
	struct tcp_row row = strangers_row(true);
	row.timer = timer;
	row.timer_left = FIXTURE_MS(left);
	return row;
}

START_TEST(a_timer_that_runs_as_predicted_is_no_news)
{
	static const struct {
		enum tcp_timer timer;
		int64_t left;
		const char *news;
	} readings[] = {
		{TIMER_ON, 10000, "+ESTABLISHED:0"}, {TIMER_ON, 10000, ""},
		{TIMER_ON, 10400, ""}, {TIMER_ON, 9600, ""},
		{TIMER_ON, 10401, "~ESTABLISHED:0"}, {TIMER_ON, 10000, "~ESTABLISHED:0"},
		{TIMER_ON, 9599, "~ESTABLISHED:0"}, {TIMER_PROBE, 9599, "~ESTABLISHED:0"},
		{TIMER_OFF, 0, "~ESTABLISHED:0"}, {TIMER_OFF, 0, ""},
	};
	struct fixture fixture;
	fixture_open(&fixture, 0);
	for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
		struct tcp_row row = timed_row(readings[i].timer, readings[i].left);
		take(&fixture, row);
		ck_assert_msg(strcmp(news(&fixture), readings[i].news) == 0,
		    "reading %zu", i);
		ck_assert_int_eq(known(&fixture, row)->row.tcp.timer, readings[i].timer);
	}
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_timer_runs_out_at_a_time_of_the_session)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	take(&fixture, timed_row(TIMER_ON, 250));
	ck_assert_int_eq(known(&fixture, timed_row(TIMER_ON, 0))->row.timer_at,
	    NOW + FIXTURE_MS(250));
	take(&fixture, timed_row(TIMER_OFF, 250)); /* what is off has no time */
	ck_assert_int_eq(known(&fixture, timed_row(TIMER_ON, 0))->row.timer_at, 0);
	fixture_close(&fixture);
}
END_TEST

/* The kernel handles it a little later, and shows 0 until then. */
START_TEST(a_timer_that_has_run_out_keeps_its_time)
{
	struct fixture fixture;
	struct tcp_row row = timed_row(TIMER_ON, 0);
	fixture_open(&fixture, 0);
	socket_take_row(&fixture.watch, &row, NOW - SECONDS(2));
	fixture.heard = log_end(fixture.watch.log);
	take(&fixture, row);
	ck_assert_str_eq(news(&fixture), "");
	row.recv_q++; /* told for another reason, the time is the old one */
	take(&fixture, row);
	ck_assert_int_eq(known(&fixture, row)->row.timer_at, NOW - SECONDS(2));
	news(&fixture);
	row.timer = TIMER_PROBE; /* another one */
	take(&fixture, row);
	ck_assert_int_eq(known(&fixture, row)->row.timer_at, NOW);
	row.timer_left = FIXTURE_MS(9000); /* it has begun again */
	take(&fixture, row);
	ck_assert_int_eq(known(&fixture, row)->row.timer_at, NOW + FIXTURE_MS(9000));
	row.timer_left = 0; /* and ran out sooner than was predicted */
	take(&fixture, row);
	ck_assert_int_eq(known(&fixture, row)->row.timer_at, NOW);
	fixture_close(&fixture);
}
END_TEST

Suite *
socket_changes_suite(void)
{
	Suite *suite = suite_create("socket_changes");
	TCase *ways = tcase_create("ways"), *rows = tcase_create("rows");
	tcase_add_test(ways, what_was_passed_unread_is_inferred);
	tcase_add_test(ways, what_was_read_is_not_inferred);
	tcase_add_test(ways, rows_of_no_connection_have_no_way);
	tcase_add_test(ways, a_row_knows_its_connection_and_its_end);
	tcase_add_test(ways, a_row_finds_its_connection_later);
	tcase_add_test(ways, a_servers_row_is_told_when_it_is_ours);
	tcase_add_test(ways, a_row_that_is_not_in_the_table_is_gone_once);
	tcase_add_test(ways, what_the_other_end_is_in_tells_the_way_out);
	tcase_add_test(ways, what_is_known_to_be_gone_goes_no_way);
	tcase_add_test(ways, the_kernel_tells_what_the_other_end_is_in);
	suite_add_tcase(suite, ways);
	tcase_add_test(rows, a_row_that_a_reading_missed_stays);
	tcase_add_test(rows, very_many_rows_are_told_apart);
	tcase_add_test(rows, a_row_that_went_lingers_for_five_seconds);
	tcase_add_loop_test(rows, each_change_of_a_row_is_told, 0,
	    sizeof changes / sizeof *changes);
	tcase_add_test(rows, a_timer_that_runs_as_predicted_is_no_news);
	tcase_add_test(rows, a_timer_runs_out_at_a_time_of_the_session);
	tcase_add_test(rows, a_timer_that_has_run_out_keeps_its_time);
	suite_add_tcase(suite, rows);
	return suite;
}
