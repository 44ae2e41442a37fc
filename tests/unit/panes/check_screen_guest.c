/* check_screen_foreign.c: what the screen shows of servers that somebody else wrote. */

#include "screen_fixture.h"
#include "suites.h"

/* The server is gone, and this process, of this role, has the listening socket. */
static void
leave_listener_to(pid_t owner, enum report_role role)
{
	struct event listener = fixture_socket(0, END_NONE, SOCKET_CHANGED, STATE_LISTEN);
	begin();
	if (owner != SERVER_PID)
		happen(process(role, owner, 0, PROCESS_FORKED, "S", "prefork", "-"));
	listener.socket.row.owner_pid = owner;
	happen(listener);
	happen(process(ROLE_SERVER, SERVER_PID, 0, PROCESS_REAPED, "S", "prefork", "-"));
}

START_TEST(the_owner_of_a_listener_that_stayed_is_named)
{
	leave_listener_to(345, ROLE_CHILD);
	draw(24, 80);
	ck_assert(holds("server down, 345 listens"));
}
END_TEST

START_TEST(a_dead_owner_listens_no_more)
{
	leave_listener_to(SERVER_PID, ROLE_SERVER);
	draw(24, 80);
	ck_assert(holds("server down"));
	ck_assert(!holds("listens"));
}
END_TEST

START_TEST(a_listener_of_nobody_that_is_seen_is_another_s)
{
	leave_listener_to(0, ROLE_OTHER);
	draw(24, 80);
	ck_assert(holds("server down, another listens"));
}
END_TEST

/* How a process ended is told whole; its name gets what is left. */
START_TEST(a_long_name_leaves_room_for_the_end)
{
	begin();
	struct event child = process(ROLE_CHILD, 345, 0, PROCESS_REAPED, "S",
	    "odd_server plain 9877", "-");
	child.process.end = (struct process_end){.known = true, .status = 9};
	happen(process(ROLE_CHILD, 345, 0, PROCESS_FORKED, "S", "odd_server plain 9877",
	    "-"));
	happen(child);
	draw(24, 80);
	ck_assert(holds("odd_~ reaped, SIGKILL"));
	draw(36, 120);
	ck_assert(holds("odd_server reaped, SIGKILL"));
}
END_TEST

START_TEST(a_long_call_keeps_its_connection_in_the_title)
{
	begin();
	connect_one(1);
	happen(fixture_call(ROLE_CLIENT, 1, CALL_CONNECT, -1, ECONNREFUSED));
	draw(24, 80);
	ck_assert(holds(" errno: connect, conn 1 "));
	draw(36, 120);
	ck_assert(holds("connect, connection 1"));
}
END_TEST

/* A row of tcp6 with an IPv4 address: Proto tells, so its prefix can go. */
START_TEST(a_mapped_address_is_shown_whole)
{
	begin();
	struct event accepted = fixture_socket(1, END_SERVER, SOCKET_APPEARED,
	    STATE_ESTABLISHED);
	accepted.socket.row.tcp.family = 6;
	ck_assert_int_eq(endpoint_parse(&accepted.socket.row.tcp.local,
	    "[::ffff:127.0.0.1]:16183", 6), 0);
	ck_assert_int_eq(endpoint_parse(&accepted.socket.row.tcp.remote,
	    "[::ffff:127.0.0.1]:43344", 6), 0);
	happen(accepted);
	draw(24, 80);
	ck_assert(holds("127.0.0.1:16183 127.0.0.1:43344 ESTABLISHED"));
}
END_TEST

/* Millions of bytes in a queue take no column from the owner. */
START_TEST(a_long_queue_leaves_the_owner_whole)
{
	begin();
	connect_one(1);
	struct event full = fixture_socket(1, END_SERVER, SOCKET_CHANGED,
	    STATE_ESTABLISHED);
	full.socket.row.tcp.send_q = 3038208;
	full.socket.row.tcp.timer = TIMER_PROBE;
	full.socket.row.timer_at = test.now + FIXTURE_MS(300);
	full.socket.row.owner_pid = 31791;
	happen(full);
	draw(24, 80);
	ck_assert(holds(" 2967K 127.0.0.1:9877 "));
	ck_assert(holds(" 31791│"));
}
END_TEST

Suite *
screen_guest_suite(void)
{
	Suite *suite = suite_create("screen foreign");
	TCase *tcase = tcase_create("all");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_owner_of_a_listener_that_stayed_is_named);
	tcase_add_test(tcase, a_dead_owner_listens_no_more);
	tcase_add_test(tcase, a_listener_of_nobody_that_is_seen_is_another_s);
	tcase_add_test(tcase, a_long_name_leaves_room_for_the_end);
	tcase_add_test(tcase, a_long_call_keeps_its_connection_in_the_title);
	tcase_add_test(tcase, a_mapped_address_is_shown_whole);
	tcase_add_test(tcase, a_long_queue_leaves_the_owner_whole);
	suite_add_tcase(suite, tcase);
	return suite;
}
