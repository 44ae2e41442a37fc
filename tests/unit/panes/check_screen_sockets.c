/* check_screen_sockets.c: the rows of the socket tables, column by column, and which of
 * them are shown, where, how long. */
#include "pane_fixture.h"
#include "suites.h"

#include "escape.h"
#include "socket_line.h"

enum { NARROW = 78, WIDE = 118 };

/* A socket of connection 1 in a scene at second 100. */
static struct moment_socket
socket_in(enum tcp_state state, enum connection_end end)
{
	struct event event = fixture_socket(1, end, SOCKET_APPEARED, state);
	return (struct moment_socket){.row = event.socket.row};
}

/* Its line in so many columns. */
static const char *
written(const struct moment_socket *socket, int columns)
{
	struct scene scene = scene_now();
	scene.now = FIXTURE_MS(100000);
	socket_line_write(&scene, socket, ' ', columns, &looked.line);
	return looked.line.text;
}

START_TEST(a_row_is_netstat_s)
{
	struct moment_socket socket = socket_in(STATE_ESTABLISHED, END_CLIENT);
	socket.row.tcp.recv_q = 12;
	socket.row.tcp.send_q = 345678;
	ck_assert_str_eq(written(&socket, NARROW), "tcp       12 345678 127.0.0.1:40001 "
	    "127.0.0.1:9877  ESTABLISHED off        200");
	socket.row.tcp.family = 6;
	socket.row.tcp.remote = fixture_endpoint("*:*");
	socket.row.owner_pid = 0;
	ck_assert_str_eq(written(&socket, NARROW), "tcp6      12 345678 127.0.0.1:40001 "
	    "*:*             ESTABLISHED off          -");
}
END_TEST

START_TEST(the_columns_stand_below_their_headings)
{
	static const int columns[] = {78, 80, 99, 100, 118, 198};
	struct moment_socket socket = socket_in(STATE_CLOSE_WAIT, END_SERVER);
	struct scene scene = scene_now();
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		struct line heading;
		socket_line_heading(NULL, &scene, columns[i], &heading);
		const char *row = written(&socket, columns[i]);
		static const struct { const char *heading, *value; } pairs[] = {
			{"Local", "127.0.0.1:9877"}, {"Foreign", "127.0.0.1:40001"},
			{"State", "CLOSE_WAIT"}, {"Timer", "off"}};
		for (size_t j = 0; j < sizeof pairs / sizeof *pairs; j++)
			ck_assert_int_eq(strstr(heading.text, pairs[j].heading) -
			    heading.text, strstr(row, pairs[j].value) - row);
		ck_assert_int_eq(strstr(heading.text, "Owner") + 5 - heading.text,
		    strstr(row, " 301") + 4 - row); /* numbers stand at the right */
		ck_assert_int_le((int)utf8_width(row), columns[i]);
		ck_assert_int_eq(strstr(heading.text, "Conn") != NULL, columns[i] >= 100);
		ck_assert_int_eq(strstr(row, "  1 server") != NULL, columns[i] >= 100);
		ck_assert_uint_eq(heading.style, STYLE_STRONG);
	}
}
END_TEST

/* So many columns, and where a row's parts begin; a timer with "keepalive 7200" has
 * fourteen columns. */
static const struct { int columns, foreign, state, timer, timer_columns; } places[] = {
	{40, 36, 52, 64, 8}, {78, 36, 52, 64, 8}, {80, 37, 54, 66, 8}, {96, 45, 70, 82, 8},
	{97, 42, 64, 76, 14}, {99, 43, 66, 78, 14}, {100, 41, 62, 74, 8}, {108, 45, 70, 82, 8},
	{109, 42, 64, 76, 14}, {159, 67, 114, 126, 14}, {160, 68, 116, 128, 14},
	{300, 68, 116, 128, 14},
};

START_TEST(the_columns_have_their_places)
{
	struct scene scene = scene_now();
	struct line heading;
	int columns = places[_i].columns;
	socket_line_heading(NULL, &scene, columns, &heading);
	ck_assert_int_eq((int)(strstr(heading.text, "Local") - heading.text), 20);
	ck_assert_int_eq((int)(strstr(heading.text, "Foreign") - heading.text),
	    places[_i].foreign);
	ck_assert_int_eq((int)(strstr(heading.text, "State") - heading.text),
	    places[_i].state);
	ck_assert_int_eq((int)(strstr(heading.text, "Timer") - heading.text),
	    places[_i].timer);
	ck_assert_int_eq((int)(strstr(heading.text, "Owner") - heading.text),
	    places[_i].timer + places[_i].timer_columns + 1);
}
END_TEST

START_TEST(a_stranger_has_no_connection)
{
	struct moment_socket socket = socket_in(STATE_ESTABLISHED, END_SERVER);
	socket.row.conn = 0;
	ck_assert_ptr_null(strstr(written(&socket, WIDE), "server"));
}
END_TEST

/* The queues' bytes in six columns. */
static const struct { uint32_t bytes; const char *text; } queues[] = {
	{0, "      0 "}, {999999, " 999999 "}, {1000000, "   976K "}, {1048576, "  1024K "},
	{102399999, " 99999K "}, {102400000, "    97M "}, {4294967295U, "  4095M "},
};

START_TEST(a_long_queue_keeps_its_columns)
{
	struct moment_socket socket = socket_in(STATE_ESTABLISHED, END_CLIENT);
	char wanted[32];
	socket.row.tcp.recv_q = queues[_i].bytes;
	snprintf(wanted, sizeof wanted, "tcp  %s     0 ", queues[_i].text);
	ck_assert_msg(strncmp(written(&socket, NARROW), wanted, strlen(wanted)) == 0, "%s",
	    looked.line.text);
	socket.row.tcp.recv_q = 0;
	socket.row.tcp.send_q = queues[_i].bytes;
	snprintf(wanted, sizeof wanted, "tcp        0%s", queues[_i].text);
	ck_assert_msg(strncmp(written(&socket, NARROW), wanted, strlen(wanted)) == 0, "%s",
	    looked.line.text);
}
END_TEST

/* A timer with so many ms left, an owner, and what stands at the row's end. */
static const struct { enum tcp_timer timer; int left; pid_t owner; const char *narrow,
    *wide; } tails[] = {
	{TIMER_OFF, 0, 200, "off        200", "off              200"},
	{TIMER_OFF, 5000, 200, "off        200", "off              200"},
	{TIMER_ON, 0, 200, "on         200", "on               200"},
	{TIMER_ON, 5000, 200, "on 4       200", "on 4             200"},
	{TIMER_ON, 250, 200, "on 0.2     200", "on 0.2           200"},
	{TIMER_KEEPALIVE, 7200000, 200, "keepalive  200", "keepalive 7199   200"},
	{TIMER_KEEPALIVE, 10000, 200, "keepalive  200", "keepalive 9      200"},
	{TIMER_TIME_WAIT, 60000, 0, "timewait 59  -", "timewait 59        -"},
	{TIMER_TIME_WAIT, 60000, 200, "timewait   200", "timewait 59      200"},
	{TIMER_TIME_WAIT, 60000, 31, "timewait 59 31", "timewait 59       31"},
	{TIMER_PROBE, 12000, 31, "probe 11    31", "probe 11          31"},
	{TIMER_PROBE, 12000, 4194303, "probe  4194303", "probe 11     4194303"},
	{TIMER_KEEPALIVE, 12000, 4194303, "keepal 4194303", "keepalive 11 4194303"},
	{TIMER_TIME_WAIT, 60000, 99999, "timewait 99999", "timewait 59    99999"},
};

/* The end of the line that follows the state. */
static const char *
tail_of(const char *text)
{
	const char *at = strstr(text, "ESTABLISHED ");
	ck_assert_ptr_nonnull(at);
	return at + strlen("ESTABLISHED ");
}

START_TEST(timer_and_owner_share_their_columns)
{
	struct moment_socket socket = socket_in(STATE_ESTABLISHED, END_CLIENT);
	socket.row.conn = 0;
	socket.row.tcp.timer = tails[_i].timer;
	socket.row.owner_pid = tails[_i].owner;
	if (tails[_i].left > 0)
		socket.row.timer_at = FIXTURE_MS(100000) + FIXTURE_MS(tails[_i].left);
	ck_assert_str_eq(tail_of(written(&socket, NARROW)), tails[_i].narrow);
	ck_assert_str_eq(tail_of(written(&socket, WIDE)), tails[_i].wide);
}
END_TEST

/* Why rows left. */
static const struct {
	enum tcp_state state;
	enum connection_end end;
	bool failed, timed;          /* a timer that ran out as it left */
	enum tcp_state client, server;
	const char *reason;
} gone[] = {
	{STATE_TIME_WAIT, END_CLIENT, false, false, STATE_GONE, STATE_GONE, "2MSL over"},
	{STATE_LISTEN, END_NONE, false, false, STATE_GONE, STATE_GONE, "closed"},
	{STATE_SYN_SENT, END_CLIENT, true, false, STATE_GONE, STATE_GONE, "refused"},
	{STATE_SYN_SENT, END_CLIENT, false, false, STATE_GONE, STATE_GONE, "closed"},
	{STATE_SYN_RECV, END_SERVER, true, false, STATE_GONE, STATE_GONE, "reset"},
	{STATE_FIN_WAIT2, END_SERVER, false, true, STATE_CLOSE_WAIT, STATE_GONE, "timeout"},
	{STATE_FIN_WAIT2, END_SERVER, false, false, STATE_CLOSE_WAIT, STATE_GONE, "reset"},
	{STATE_ESTABLISHED, END_SERVER, false, true, STATE_GONE, STATE_GONE, "reset"},
	{STATE_ESTABLISHED, END_CLIENT, false, false, STATE_GONE, STATE_GONE, "reset"},
	{STATE_CLOSE_WAIT, END_CLIENT, false, false, STATE_GONE, STATE_GONE, "reset"},
	{STATE_LAST_ACK, END_SERVER, false, false, STATE_TIME_WAIT, STATE_GONE, "closed"},
	{STATE_LAST_ACK, END_CLIENT, false, false, STATE_GONE, STATE_TIME_WAIT, "closed"},
};

START_TEST(a_row_that_left_says_why)
{
	struct moment_connection connection = {.conn = 1, .failed = gone[_i].failed,
	    .client = gone[_i].client, .server = gone[_i].server};
	struct moment moment = *log_now(test.log);
	moment.connections = &connection;
	moment.connection_count = 1;
	struct scene scene = scene_now();
	scene.moment = &moment;
	struct moment_socket socket = socket_in(gone[_i].state, gone[_i].end);
	socket.gone_at = FIXTURE_MS(9000);
	if (gone[_i].timed)
		socket.row.timer_at = FIXTURE_MS(10999);
	socket_line_write(&scene, &socket, ' ', NARROW, &looked.line);
	char wanted[64];
	snprintf(wanted, sizeof wanted, " GONE        %s ", gone[_i].reason);
	ck_assert_msg(strstr(looked.line.text, wanted) != NULL, "%s", looked.line.text);
	ck_assert_uint_eq(looked.line.style, STYLE_BAD);
	socket.row.timer_at = FIXTURE_MS(11000); /* two seconds were left */
	socket_line_write(&scene, &socket, ' ', NARROW, &looked.line);
	ck_assert_ptr_null(strstr(looked.line.text, "timeout"));
}
END_TEST

START_TEST(a_stranger_s_row_left_for_no_known_reason)
{
	struct moment_socket socket = socket_in(STATE_ESTABLISHED, END_SERVER);
	socket.row.conn = 7;
	socket.gone_at = FIXTURE_MS(9000);
	ck_assert_ptr_nonnull(strstr(written(&socket, NARROW), " GONE                   301"));
}
END_TEST

START_TEST(a_row_looks_as_its_state)
{
	static const struct { enum tcp_state state; unsigned style; } looks[] = {
		{STATE_ESTABLISHED, STYLE_GOOD}, {STATE_LISTEN, STYLE_KEY},
		{STATE_CLOSE_WAIT, STYLE_PASSING}, {STATE_TIME_WAIT, STYLE_PASSING}};
	begin();
	connect_one(1);
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
		struct moment_socket socket = socket_in(looks[i].state, END_CLIENT);
		ck_assert_int_eq(written(&socket, NARROW)[4], '>'); /* the current one's */
		ck_assert_uint_eq(look_of_it(), looks[i].style | STYLE_STRONG);
		socket.row.conn = 2;
		ck_assert_int_eq(written(&socket, NARROW)[4], ' ');
		ck_assert_uint_eq(look_of_it(), looks[i].style);
		socket.row.conn = 0;
		ck_assert_int_eq(written(&socket, NARROW)[4], ' ');
		ck_assert_uint_eq(look_of_it(), looks[i].style);
	}
}
END_TEST

/* Addresses in so many columns. */
static const struct { const char *endpoint; int family, width; const char *text; }
addresses[] = {
	{"127.0.0.1:9877", 4, 16, "127.0.0.1:9877  "},
	{"127.0.0.1:9877", 4, 14, "127.0.0.1:9877"},
	{"127.0.0.1:9877", 4, 13, "~7.0.0.1:9877"},
	{"[::ffff:127.0.0.1]:9877", 6, 23, "[::ffff:127.0.0.1]:9877"},
	{"[::ffff:127.0.0.1]:9877", 6, 22, "127.0.0.1:9877        "},
	{"[2001:db8::1]:54321", 6, 19, "[2001:db8::1]:54321"},
	{"[2001:db8::1]:54321", 6, 12, "~8::1]:54321"},
};

START_TEST(what_is_cut_of_an_address_is_its_begin)
{
	struct report_endpoint endpoint;
	char text[64];
	ck_assert_int_eq(endpoint_parse(&endpoint, addresses[_i].endpoint,
	    addresses[_i].family), 0);
	pane_write_address(text, sizeof text, &endpoint, addresses[_i].width);
	ck_assert_int_eq((int)strlen(text), addresses[_i].width);
	ck_assert_str_eq(text, addresses[_i].text);
}
END_TEST

/* What is left, at a time within a second: ms now, ms then. */
static const struct { int now, then; const char *text; } lefts[] = {
	{0, 10000, "9"}, {999, 10000, "9"}, {1000, 10000, "8"}, {0, 10499, "9"},
	{0, 10500, "10"}, {0, 1500, "1"}, {0, 2500, "2"}, {0, 2499, "1"}, {0, 1000, "1"},
	{600, 1600, "1"}, {601, 1600, "0.9"}, {0, 999, "0.9"}, {0, 900, "0.9"},
	{0, 899, "0.8"}, {0, 100, "0.1"}, {0, 99, "0.0"}, {500, 500, "0.0"},
	{900, 500, "0.0"},
};

START_TEST(what_is_left_counts_whole_seconds)
{
	char text[24];
	pane_write_left(FIXTURE_MS(lefts[_i].now), FIXTURE_MS(lefts[_i].then), text,
	    sizeof text);
	ck_assert_str_eq(text, lefts[_i].text);
	ck_assert_int_eq(pane_second(FIXTURE_MS(lefts[_i].now)),
	    FIXTURE_MS(lefts[_i].now / 1000 * 1000));
	ck_assert_int_eq(pane_second_ends(FIXTURE_MS(lefts[_i].now)),
	    FIXTURE_MS(lefts[_i].now / 1000 * 1000 + 1000));
}
END_TEST

START_TEST(never_is_later_than_any_time)
{
	ck_assert_int_eq(pane_earlier(0, 0), 0);
	ck_assert_int_eq(pane_earlier(0, 5), 5);
	ck_assert_int_eq(pane_earlier(5, 0), 5);
	ck_assert_int_eq(pane_earlier(4, 5), 4);
	ck_assert_int_eq(pane_earlier(5, 4), 4);
}
END_TEST

/* A row that is nobody's of this session, between these two ports. */
static void
stranger(unsigned local, unsigned remote, enum tcp_state state, unsigned long inode)
{
	struct event event = fixture_socket(1, END_CLIENT, SOCKET_APPEARED, state);
	struct socket_row *row = &event.socket.row;
	row->conn = 0;
	row->end = END_NONE;
	row->owner_pid = 0;
	row->tcp.inode = inode;
	row->tcp.local.port = (uint16_t)local;
	row->tcp.remote.port = (uint16_t)remote;
	happen(event);
}

/* The lines of the pane hold these, one each. */
static void
expect_rows(const char *const *wanted, size_t count)
{
	ck_assert_uint_eq(look_at("sockets", 20, NARROW), count);
	for (size_t i = 0; i < count; i++)
		ck_assert_msg(strstr(line_at(i), wanted[i]) != NULL, "line %zu is %s", i,
		    looked.line.text);
}

START_TEST(rows_stand_in_their_order)
{
	static const char *const wanted[] = {"*:*", "9877  127.0.0.1:40001",
	    "40001 127.0.0.1:9877", "9877  127.0.0.1:40002", "40002 127.0.0.1:9877",
	    "9877  127.0.0.1:50002", "9877  127.0.0.1:50001", "50001 127.0.0.1:9877"};
	happen(fixture_start("local"));
	stranger(50001, 9877, STATE_ESTABLISHED, 1);
	stranger(9877, 50002, STATE_ESTABLISHED, 2);
	stranger(9877, 50001, STATE_ESTABLISHED, 3);
	connect_one(2);
	connect_one(1);
	happen(fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN));
	expect_rows(wanted, sizeof wanted / sizeof *wanted);
	ck_assert_uint_eq(looked.state->needed, 5);
	ck_assert_uint_eq(looked.state->wished, 3);
	size_t lines;
	ck_assert_uint_eq(wanted_of_it(&lines), 1);
	ck_assert_uint_eq(lines, 2);
	stranger(9877, 50003, STATE_TIME_WAIT, 0); /* of an earlier session */
	ck_assert_uint_eq(look_at("sockets", 20, NARROW), 9);
	ck_assert_uint_eq(looked.state->needed, 5);
	ck_assert_uint_eq(looked.state->wished, 3);
}
END_TEST

START_TEST(nothing_is_wanted_before_a_connection)
{
	size_t lines;
	begin();
	look_at("sockets", 20, NARROW);
	ck_assert_uint_eq(wanted_of_it(&lines), 0);
	ck_assert_uint_eq(lines, 0);
	ck_assert_int_eq(changes_at_of_it(), 0);
}
END_TEST

START_TEST(a_gone_row_lingers_four_seconds)
{
	begin();
	connect_one(1);
	happen(fixture_socket(1, END_SERVER, SOCKET_GONE, STATE_ESTABLISHED));
	int64_t left_at = test.now;
	ck_assert_uint_eq(look_at("sockets", 20, NARROW), 3);
	ck_assert_int_eq(changes_at_of_it(), left_at + FIXTURE_MS(4000));
	test.now = left_at + FIXTURE_MS(4000) - 1;
	ck_assert_uint_eq(look_at("sockets", 20, NARROW), 3);
	test.now++;
	ck_assert_uint_eq(look_at("sockets", 20, NARROW), 2);
	ck_assert_int_eq(changes_at_of_it(), 0);
}
END_TEST

START_TEST(a_timer_changes_with_the_second)
{
	begin();
	connect_one(1);
	row(1, END_CLIENT, SOCKET_CHANGED, STATE_TIME_WAIT, TIMER_TIME_WAIT,
	    FIXTURE_MS(3000));
	int64_t runs_out = test.now - FIXTURE_MS(10) + FIXTURE_MS(3000);
	look_at("sockets", 20, NARROW);
	ck_assert_int_eq(changes_at_of_it(), pane_second_ends(test.now));
	test.now = runs_out;
	look_at("sockets", 20, NARROW);
	ck_assert_int_eq(changes_at_of_it(), 0);
	row(1, END_CLIENT, SOCKET_CHANGED, STATE_ESTABLISHED, TIMER_OFF, 0);
	look_at("sockets", 20, NARROW);
	ck_assert_int_eq(changes_at_of_it(), 0);
}
END_TEST

START_TEST(a_lesson_leaves_out_what_was_before)
{
	begin();
	stranger(40100, 9877, STATE_TIME_WAIT, 0);
	stranger(40101, 9877, STATE_TIME_WAIT, 0);
	stranger(40102, 9877, STATE_ESTABLISHED, 9);
	ck_assert_uint_eq(look_at("sockets", 20, NARROW), 4);
	ck_assert_str_eq(looked.state->title, "");
	happen(fixture_lesson(LESSON_BEGUN, "Zombies"));
	ck_assert_uint_eq(look_at("sockets", 20, NARROW), 2);
	ck_assert_str_eq(looked.state->title,
	    "Sockets, /proc/net/tcp (2 of before left out)");
	connect_one(1);
	row(1, END_CLIENT, SOCKET_CHANGED, STATE_TIME_WAIT, TIMER_TIME_WAIT, 1);
	ck_assert_uint_eq(look_at("sockets", 20, NARROW), 4); /* its own are shown */
}
END_TEST

/* Two rows that differ in one thing are two rows. */
START_TEST(each_row_has_an_identity_of_its_own)
{
	struct scene scene;
	uint64_t seen[32];
	static const char *const names[] = {"sockets", "all"};
	struct event all = {.type = EVENT_ALL};
	begin();
	for (unsigned conn = 1; conn <= 3; conn++)
		connect_one(conn);
	stranger(9877, 50002, STATE_ESTABLISHED, 2);
	stranger(50002, 9877, STATE_ESTABLISHED, 2);
	const struct moment *moment = log_now(test.log);
	all.all.whole = true;
	all.all.count = moment->socket_count;
	all.all.rows = calloc(all.all.count, sizeof *all.all.rows);
	for (size_t i = 0; i < all.all.count; i++)
		all.all.rows[i] = moment->sockets[i].row;
	happen(all);
	scene = scene_now();
	size_t count = look_at(names[_i], 20, NARROW);
	ck_assert_uint_eq(count, 9);
	for (size_t i = 0; i < count; i++) {
		seen[i] = looked.state->pane->identity(looked.state, &scene, i);
		ck_assert_uint_ne(seen[i], 0);
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(seen[i], seen[j]);
	}
}
END_TEST

Suite *
screen_sockets_suite(void)
{
	Suite *suite = suite_create("screen sockets");
	TCase *row = tcase_create("row"), *table = tcase_create("table");
	tcase_add_checked_fixture(row, setup, teardown);
	tcase_add_test(row, a_row_is_netstat_s);
	tcase_add_test(row, the_columns_stand_below_their_headings);
	tcase_add_loop_test(row, the_columns_have_their_places, 0,
	    sizeof places / sizeof *places);
	tcase_add_test(row, a_stranger_has_no_connection);
	tcase_add_loop_test(row, a_long_queue_keeps_its_columns, 0,
	    sizeof queues / sizeof *queues);
	tcase_add_loop_test(row, timer_and_owner_share_their_columns, 0,
	    sizeof tails / sizeof *tails);
	tcase_add_loop_test(row, a_row_that_left_says_why, 0, sizeof gone / sizeof *gone);
	tcase_add_test(row, a_stranger_s_row_left_for_no_known_reason);
	tcase_add_test(row, a_row_looks_as_its_state);
	tcase_add_loop_test(row, what_is_cut_of_an_address_is_its_begin, 0,
	    sizeof addresses / sizeof *addresses);
	tcase_add_loop_test(row, what_is_left_counts_whole_seconds, 0,
	    sizeof lefts / sizeof *lefts);
	tcase_add_test(row, never_is_later_than_any_time);
	tcase_add_checked_fixture(table, setup, teardown);
	tcase_add_test(table, rows_stand_in_their_order);
	tcase_add_test(table, nothing_is_wanted_before_a_connection);
	tcase_add_test(table, a_gone_row_lingers_four_seconds);
	tcase_add_test(table, a_timer_changes_with_the_second);
	tcase_add_test(table, a_lesson_leaves_out_what_was_before);
	tcase_add_loop_test(table, each_row_has_an_identity_of_its_own, 0, 2);
	suite_add_tcase(suite, row);
	suite_add_tcase(suite, table);
	return suite;
}
