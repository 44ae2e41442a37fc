/* check_screen_figures.c: the calls of both sides and the four values of a connection, as
 * the log tells them. */
#include "figures.h"
#include "pane_fixture.h"
#include "suites.h"

enum { NARROW = 78, ROOMY = 118, PAIRS_ROWS = 14, VALUES_ROWS = 18, WORDS_ROWS = 27 };

static struct figures figures;

/* A call with the ends that it reports. */
static void
call(enum report_role role, pid_t pid, unsigned conn, enum report_call number,
    int64_t result, const char *local, const char *remote)
{
	struct event event = fixture_call(role, conn, number, result, result < 0 ? EINTR : 0);
	event.call.pid = pid;
	if (local != NULL)
		event.call.local = fixture_endpoint(local);
	if (remote != NULL)
		event.call.remote = fixture_endpoint(remote);
	happen(event);
}

/* A server's first three calls. */
static void
listen_at(pid_t pid, const char *local)
{
	call(ROLE_SERVER, pid, 0, CALL_SOCKET, 4, NULL, NULL);
	call(ROLE_SERVER, pid, 0, CALL_BIND, 0, local, NULL);
	call(ROLE_SERVER, pid, 0, CALL_LISTEN, 0, local, NULL);
}

/* Connection 1 is open at the client. */
static void
open_one(void)
{
	call(ROLE_CLIENT, CLIENT_PID, 1, CALL_SOCKET, 4, NULL, NULL);
	happen(fixture_connection(1, CONNECTION_OPENED));
	happen(fixture_connection(1, CONNECTION_CURRENT));
	call(ROLE_CLIENT, CLIENT_PID, 1, CALL_CONNECT, 0, "127.0.0.1:40001",
	    "127.0.0.1:9877");
}

/* This server accepts it and forks. */
static void
accept_by(pid_t pid)
{
	call(ROLE_SERVER, pid, 1, CALL_ACCEPT, 5, "127.0.0.1:9877", "127.0.0.1:40001");
	call(ROLE_SERVER, pid, 1, CALL_FORK, CHILD_PID + 1, NULL, NULL);
	happen(fixture_child(1, PROCESS_FORKED, -1));
}

static void
read_now(void)
{
	struct scene scene = scene_now();
	figures_read(&figures, &scene);
}

/* The four values as text: "local foreign", '-' for what is open. */
static const char *
values_of(int side)
{
	static char text[2 * ENDPOINT_TEXT + 2];
	char ends[2][ENDPOINT_TEXT];
	for (int i = 0; i < 2; i++)
		if (figures.values[side][i].family != 0)
			endpoint_text(&figures.values[side][i], ends[i]);
		else
			snprintf(ends[i], sizeof ends[i], "-");
	snprintf(text, sizeof text, "%s %s", ends[0], ends[1]);
	return text;
}

START_TEST(each_call_fixes_its_values)
{
	happen(fixture_start("local"));
	read_now();
	ck_assert_str_eq(values_of(SIDE_SERVER), "- -");
	ck_assert_int_eq(figures.parent, 0);
	listen_at(SERVER_PID, "127.0.0.1:9877");
	read_now();
	ck_assert_str_eq(values_of(SIDE_SERVER), "127.0.0.1:9877 -");
	ck_assert_str_eq(values_of(SIDE_CLIENT), "- -");
	ck_assert(!figures.any);
	ck_assert_ptr_null(figures.connection);
	ck_assert_int_eq(figures.parent, SERVER_PID);
	ck_assert_int_eq(figures.child, 0);
	open_one();
	read_now();
	ck_assert_str_eq(values_of(SIDE_CLIENT), "127.0.0.1:40001 127.0.0.1:9877");
	ck_assert_str_eq(values_of(SIDE_SERVER), "127.0.0.1:9877 -");
	ck_assert_ptr_nonnull(figures.connection);
	accept_by(SERVER_PID);
	read_now();
	ck_assert_str_eq(values_of(SIDE_SERVER), "127.0.0.1:9877 127.0.0.1:40001");
	ck_assert_int_eq(figures.child, CHILD_PID + 1);
}
END_TEST

START_TEST(a_failed_call_fixes_nothing)
{
	happen(fixture_start("local"));
	call(ROLE_SERVER, SERVER_PID, 0, CALL_BIND, -1, "127.0.0.1:9877", NULL);
	read_now();
	ck_assert_str_eq(values_of(SIDE_SERVER), "- -");
	open_one();
	call(ROLE_SERVER, SERVER_PID, 1, CALL_ACCEPT, -1, "127.0.0.1:9877", "127.0.0.1:40001");
	read_now();
	ck_assert_str_eq(values_of(SIDE_SERVER), "- -");
}
END_TEST

/* A server that tells nothing: its row in LISTEN does, and a child that serves. */
START_TEST(the_rows_tell_of_who_does_not)
{
	happen(fixture_start("local"));
	struct event other = fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN);
	other.socket.row.tcp.local = fixture_endpoint("127.0.0.1:22");
	happen(other);
	read_now();
	ck_assert_str_eq(values_of(SIDE_SERVER), "- -"); /* another port's */
	happen(fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN));
	read_now();
	ck_assert_str_eq(values_of(SIDE_SERVER), "*:9877 -");
	ck_assert(figures.any);
	open_one();
	read_now();
	ck_assert_str_eq(values_of(SIDE_SERVER), "*:9877 -");
	happen(fixture_child(1, PROCESS_FORKED, -1));
	read_now();
	ck_assert_str_eq(values_of(SIDE_SERVER), "127.0.0.1:9877 127.0.0.1:40001");
	happen(fixture_socket(0, END_NONE, SOCKET_GONE, STATE_LISTEN));
	read_now();
	ck_assert(!figures.any);
}
END_TEST

/* Of several servers, the one that accepted; before that, the latest that made a call. */
START_TEST(the_parent_is_who_accepted)
{
	happen(fixture_start("local"));
	listen_at(71, "127.0.0.1:9877");
	listen_at(72, "127.0.0.2:9877");
	read_now();
	ck_assert_int_eq(figures.parent, 72);
	ck_assert_str_eq(values_of(SIDE_SERVER), "127.0.0.2:9877 -");
	open_one();
	call(ROLE_SERVER, 72, 2, CALL_ACCEPT, 5, NULL, NULL); /* another connection */
	accept_by(71);
	call(ROLE_SERVER, 73, 0, CALL_SOCKET, 4, NULL, NULL);
	call(ROLE_SERVER, 73, 0, CALL_WAITPID, -1, NULL, NULL);
	read_now();
	ck_assert_int_eq(figures.parent, 71);
	ck_assert_uint_eq(figures.made[SIDE_SERVER][0].count, 1);
	ck_assert_int_eq(figures.made[SIDE_SERVER][0].call.pid, 71);
	ck_assert_uint_eq(figures.made[SIDE_SERVER][3].count, 1);
	ck_assert_int_eq(figures.made[SIDE_SERVER][3].call.pid, 71);
}
END_TEST

START_TEST(calls_are_counted_and_the_latest_kept)
{
	happen(fixture_start("local"));
	listen_at(SERVER_PID, "127.0.0.1:9877");
	open_one();
	accept_by(SERVER_PID);
	call(ROLE_CLIENT, CLIENT_PID, 1, CALL_WRITE, 6, NULL, NULL);
	call(ROLE_CLIENT, CLIENT_PID, 1, CALL_WRITE, 9, NULL, NULL);
	int64_t written_at = test.now;
	call(ROLE_CLIENT, CLIENT_PID, 2, CALL_WRITE, 1, NULL, NULL); /* of another */
	call(ROLE_CHILD, CHILD_PID + 1, 1, CALL_WRITE, 3, NULL, NULL);
	call(ROLE_CLIENT, CLIENT_PID, 1, CALL_SHUTDOWN, 0, NULL, NULL); /* in no chain */
	read_now();
	const struct made *made = &figures.made[SIDE_CLIENT][2];
	ck_assert_uint_eq(made->count, 2);
	ck_assert_int_eq(made->call.result, 9);
	ck_assert_int_eq(made->time, written_at);
	ck_assert_uint_eq(figures.made[SIDE_SERVER][6].count, 1);
	ck_assert_int_eq(figures.made[SIDE_SERVER][6].call.result, 3);
	ck_assert_uint_eq(figures.made[SIDE_CLIENT][4].count, 0);
	ck_assert_ptr_null(figures_server_made(&figures, CALL_CLOSE));
	ck_assert_ptr_eq(figures_server_made(&figures, CALL_FORK),
	    &figures.made[SIDE_SERVER][4]);
	ck_assert_ptr_null(figures_server_made(&figures, CALL_CONNECT));
}
END_TEST

START_TEST(a_chain_ends)
{
	for (int i = 0; i < FIGURE_CALLS; i++) {
		ck_assert_int_eq(figures_chain(SIDE_CLIENT, i) != NULL, i < 5);
		ck_assert_ptr_nonnull(figures_chain(SIDE_SERVER, i));
	}
	ck_assert_ptr_null(figures_chain(SIDE_SERVER, FIGURE_CALLS));
}
END_TEST

/* The whole pane holds it, in a room of this size. */
static bool
pane_holds(const char *wanted, int rows, int columns)
{
	bool found = false;
	for (size_t i = 0, count = look_at("figures", rows, columns); i < count; i++)
		found |= strstr(line_at(i), wanted) != NULL;
	return found;
}

START_TEST(what_a_call_returned_is_drawn)
{
	happen(fixture_start("local"));
	listen_at(SERVER_PID, "127.0.0.1:9877");
	open_one();
	accept_by(SERVER_PID);
	ck_assert(pane_holds("► socket    0.050 = 4", VALUES_ROWS, NARROW)); /* client */
	ck_assert(pane_holds("  write           -", VALUES_ROWS, NARROW));
	call(ROLE_CLIENT, CLIENT_PID, 1, CALL_READ, 0, NULL, NULL);
	ck_assert(pane_holds("► read      0.120 = 0, end of file", VALUES_ROWS, NARROW));
	ck_assert(!pane_holds("times", VALUES_ROWS, NARROW));
	call(ROLE_CLIENT, CLIENT_PID, 1, CALL_READ, 0, NULL, NULL);
	ck_assert(pane_holds("► read      0.130 = 0, EOF, 2 times", VALUES_ROWS, NARROW));
	call(ROLE_CLIENT, CLIENT_PID, 1, CALL_READ, -1, NULL, NULL);
	ck_assert(pane_holds("► read      0.140 EINTR, 3 times", VALUES_ROWS, NARROW));
	call(ROLE_CLIENT, CLIENT_PID, 1, CALL_WRITE, 0, NULL, NULL);
	ck_assert(pane_holds("► write     0.150 = 0", VALUES_ROWS, NARROW));
	ck_assert(!pane_holds("the kernel: it ended", VALUES_ROWS, NARROW));
	happen(fixture_connection(1, CONNECTION_CLOSED));
	ck_assert(pane_holds("  close           the kernel: it ended", VALUES_ROWS, NARROW));
	call(ROLE_CLIENT, CLIENT_PID, 1, CALL_CLOSE, 0, NULL, NULL);
	ck_assert(!pane_holds("the kernel: it ended", VALUES_ROWS, NARROW));
	happen(fixture_child(1, PROCESS_REAPED, 9));
	ck_assert(pane_holds("  close           the kernel: it ended", VALUES_ROWS, NARROW));
}
END_TEST

/* The style of a place of the picture. */
static unsigned
look_at_cell(int row, int column)
{
	const struct canvas *canvas = &looked.state->canvas;
	return canvas->cells[row * canvas->columns + column].style;
}

START_TEST(calls_that_were_made_stand_out)
{
	happen(fixture_start("local"));
	open_one();
	call(ROLE_CLIENT, CLIENT_PID, 1, CALL_WRITE, -1, NULL, NULL);
	look_at("figures", VALUES_ROWS, NARROW);
	ck_assert_uint_eq(look_at_cell(1, 0), STYLE_STRONG);
	ck_assert_uint_eq(look_at_cell(3, 0), STYLE_STRONG | STYLE_BAD);
	ck_assert_uint_eq(look_at_cell(3, 20), STYLE_STRONG | STYLE_BAD);
	ck_assert_uint_eq(look_at_cell(4, 2), STYLE_PLAIN);
	ck_assert_uint_eq(look_at_cell(0, 0), STYLE_STRONG | STYLE_KEY);
	ck_assert_uint_eq(look_at_cell(10, 16), STYLE_STRONG | STYLE_GOOD); /* a value */
	ck_assert_uint_eq(look_at_cell(10, 0), STYLE_PLAIN);
	ck_assert_uint_eq(look_at_cell(10, 56), STYLE_STRONG); /* none at the server yet */
}
END_TEST

START_TEST(who_chose_a_value_is_said)
{
	happen(fixture_start("local"));
	listen_at(SERVER_PID, "*:9877");
	ck_assert(pane_holds("bind: any; accept will tell", VALUES_ROWS, NARROW));
	ck_assert(pane_holds("bind: any address of this host; accept will tell which",
	    VALUES_ROWS, ROOMY));
	ck_assert(pane_holds("bind: any address, the caller's port", PAIRS_ROWS, NARROW));
	open_one();
	accept_by(SERVER_PID);
	ck_assert(pane_holds("accept: where the SYN was sent", VALUES_ROWS, NARROW));
	ck_assert(pane_holds("accept: the one that the client's SYN was sent to", VALUES_ROWS,
	    ROOMY));
	ck_assert(pane_holds("bind: the port; accept: the address", PAIRS_ROWS, NARROW));
	ck_assert(pane_holds("connect: kernel: route, ephemeral", PAIRS_ROWS, NARROW));
	ck_assert(pane_holds("local   127.0.0.1:40001", PAIRS_ROWS, NARROW));
	ck_assert(pane_holds("foreign 127.0.0.1:9877", PAIRS_ROWS, NARROW));
}
END_TEST

START_TEST(more_room_shows_more)
{
	happen(fixture_start("local"));
	open_one();
	ck_assert_uint_eq(look_at("figures", PAIRS_ROWS, NARROW), PAIRS_ROWS);
	ck_assert_uint_eq(look_at("figures", VALUES_ROWS - 1, NARROW), PAIRS_ROWS);
	ck_assert_uint_eq(look_at("figures", VALUES_ROWS, NARROW), VALUES_ROWS);
	ck_assert_uint_eq(look_at("figures", WORDS_ROWS - 1, NARROW), VALUES_ROWS);
	ck_assert_uint_eq(look_at("figures", WORDS_ROWS, NARROW), WORDS_ROWS);
	ck_assert(pane_holds("The four values together name the connection", WORDS_ROWS,
	    NARROW));
	ck_assert(pane_holds("the socket that all four fit.", WORDS_ROWS, NARROW));
	ck_assert(!pane_holds("nothing more to send", VALUES_ROWS, 112));
	ck_assert(pane_holds("nothing more to send: FIN", VALUES_ROWS, 113));
	ck_assert(!pane_holds("─", 0, 0));
	look_at("figures", VALUES_ROWS, NARROW);
	ck_assert_int_eq((int)(strstr(line_at(9), "┼") - looked.line.text), 38 * 3);
	for (int row = 0; row < 9; row++)
		ck_assert_ptr_nonnull(strstr(line_at((size_t)row), "│"));
	ck_assert_ptr_nonnull(strstr(line_at(17), "│"));
}
END_TEST

START_TEST(a_mapped_address_is_shown_plain)
{
	struct event opened = fixture_connection(1, CONNECTION_OPENED);
	ck_assert_int_eq(endpoint_parse(&opened.connection.local,
	    "[::ffff:127.0.0.1]:40001", 6), 0);
	ck_assert_int_eq(endpoint_parse(&opened.connection.remote,
	    "[2001:db8:1234:5678:9abc:def0:1234:5678]:9877", 6), 0);
	happen(fixture_start("local"));
	happen(opened);
	happen(fixture_connection(1, CONNECTION_CURRENT));
	ck_assert(pane_holds("local address   127.0.0.1 ", VALUES_ROWS, NARROW));
	ck_assert(pane_holds("local   127.0.0.1:40001", PAIRS_ROWS, NARROW));
	ck_assert(pane_holds("foreign address ~8:9abc:def0:1234:5678│", VALUES_ROWS, NARROW));
	ck_assert(pane_holds("foreign port    9877", VALUES_ROWS, NARROW));
}
END_TEST

Suite *
screen_figures_suite(void)
{
	Suite *suite = suite_create("screen figures");
	TCase *tcase = tcase_create("figures");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, each_call_fixes_its_values);
	tcase_add_test(tcase, a_failed_call_fixes_nothing);
	tcase_add_test(tcase, the_rows_tell_of_who_does_not);
	tcase_add_test(tcase, the_parent_is_who_accepted);
	tcase_add_test(tcase, calls_are_counted_and_the_latest_kept);
	tcase_add_test(tcase, a_chain_ends);
	tcase_add_test(tcase, what_a_call_returned_is_drawn);
	tcase_add_test(tcase, calls_that_were_made_stand_out);
	tcase_add_test(tcase, who_chose_a_value_is_said);
	tcase_add_test(tcase, more_room_shows_more);
	tcase_add_test(tcase, a_mapped_address_is_shown_plain);
	suite_add_tcase(suite, tcase);
	return suite;
}
