/* check_screen_details.c: what the panes say in detail: whom a child serves, rows
 * of strangers, what is found and what stays where it was. */
#include "screen_fixture.h"
#include "suites.h"

/* The address of the student with this number, from 1. */
static struct report_endpoint
student_end(unsigned number)
{
	struct report_endpoint endpoint = fixture_endpoint("127.0.0.1:50000");
	endpoint.address[3] = (uint8_t)(1 + number);
	endpoint.port = (uint16_t)(endpoint.port + number);
	return endpoint;
}

/* A stranger's connection, of which both ends stand in our table. */
static void
student_row(unsigned number, bool server, enum socket_what what,
    enum tcp_state state)
{
	struct event event = fixture_socket(1, server ? END_SERVER : END_CLIENT, what,
	    state);
	struct socket_row *row = &event.socket.row;
	*(server ? &row->tcp.remote : &row->tcp.local) = student_end(number);
	row->conn = 0;
	row->end = END_NONE;
	row->owner_pid = server ? 1000 + (pid_t)number : 0;
	happen(event);
}

/* A stranger comes in: its own end first in the table, as the kernel likes. */
static void
student_comes(unsigned number)
{
	struct event child = process(ROLE_CHILD, 1000 + (pid_t)number, 0,
	    PROCESS_FORKED, "S", "tcpserv 9877", "wait_woken/read");
	child.process.row.peer = student_end(number);
	happen(child);
	student_row(number, false, SOCKET_APPEARED, STATE_ESTABLISHED);
	student_row(number, true, SOCKET_APPEARED, STATE_ESTABLISHED);
}

START_TEST(two_hundred_students_come_in)
{
	begin();
	connect_one(1);
	for (unsigned number = 1; number <= 200; number++)
		student_comes(number);
	compare("students", 24, 80);
	compare("students", 36, 120);
	compare("students", 60, 200);
	test.screen.zoomed = screen_pane(&test.screen, "processes");
	compare("students-processes", 24, 80);
}
END_TEST

START_TEST(strangers_keep_their_order)
{
	begin();
	for (unsigned number = 1; number <= 3; number++)
		student_comes(number);
	draw(60, 200);
	char *before = dump();
	char *first = strstr(before, "127.0.0.2:50001"), *last;
	ck_assert_ptr_nonnull(first);
	last = strstr(before, "127.0.0.4:50003");
	ck_assert_ptr_nonnull(last);
	ck_assert(first < last);
	free(before);
	student_row(1, true, SOCKET_CHANGED, STATE_CLOSE_WAIT);
	student_row(1, true, SOCKET_GONE, STATE_CLOSE_WAIT);
	student_comes(4);
	test.now += PANE_LINGER + FIXTURE_MS(2000);
	student_comes(5);
	draw(60, 200);
	char *after = dump();
	const char *place = after;
	for (unsigned number = 2; number <= 5; number++) {
		char wanted[64];
		snprintf(wanted, sizeof wanted, "127.0.0.%u:%u", number + 1,
		    50000 + number);
		place = strstr(place, wanted);
		ck_assert_msg(place != NULL, "%s is not in its place:\n%s", wanted, after);
	}
	free(after);
}
END_TEST

START_TEST(a_zombie_tells_whom_it_served)
{
	begin();
	connect_one(1);
	happen(process(ROLE_CHILD, CHILD_PID + 1, 1, PROCESS_ZOMBIE, "Z",
	    "[tcpserv] <defunct>", "-"));
	draw(36, 120);
	ck_assert(holds("tcpserv <defunct>, conn 1"));
	draw(24, 80);
	ck_assert(holds("tcpserv <defunct>"));
}
END_TEST

START_TEST(a_long_address_keeps_its_port)
{
	begin();
	struct event child = process(ROLE_CHILD, 1000, 0, PROCESS_FORKED, "S",
	    "tcpserv 9877", "wait_woken/read");
	ck_assert_int_eq(endpoint_parse(&child.process.row.peer,
	    "[2001:db8:1234:5678:9abc:def0:1234:5678]:54321", 6), 0);
	happen(child);
	draw(24, 80);
	ck_assert(holds("~ef0:1234:5678]:54321"));
	draw(60, 200);
	ck_assert(holds("~ef0:1234:5678]:54321 wait_woken"));
}
END_TEST

/* A machine with two hundred sockets, one of them ours; numbers from first on. */
static void
machine(unsigned first)
{
	struct event event = {.type = EVENT_ALL};
	event.all.whole = true;
	event.all.count = 200;
	event.all.rows = calloc(event.all.count, sizeof *event.all.rows);
	ck_assert_ptr_nonnull(event.all.rows);
	for (unsigned i = 0; i < event.all.count; i++) {
		struct socket_row *row = &event.all.rows[i];
		struct event socket = fixture_socket(1, END_SERVER, SOCKET_APPEARED,
		    i == 0 ? STATE_LISTEN : STATE_ESTABLISHED);
		*row = socket.socket.row;
		row->conn = 0;
		row->end = END_NONE;
		if (i > 0)
			row->tcp.local.port = (uint16_t)(20000 + first + i);
		row->tcp.remote = fixture_endpoint(i == 0 ? "*:*" : "10.0.0.9:443");
	}
	happen(event);
}

START_TEST(all_sockets_of_the_machine)
{
	struct pane_state *all = screen_pane(&test.screen, "all");
	begin();
	connect_one(1);
	test.screen.zoomed = all;
	test.screen.focus = FOCUS_PANES;
	draw(24, 80);
	ck_assert(holds("All TCP sockets: not read at this time"));
	machine(0);
	compare("all", 24, 80);
	compare("all", 36, 120);
	pane_walk(all, WALK_LAST, 10);
	draw(24, 80);
	ck_assert(holds("127.0.0.1:20199"));
	pane_walk(all, WALK_FIRST, 10);
	for (int i = 0; i < 60; i++)
		pane_walk(all, WALK_DOWN, 10);
	draw(24, 80);
	uint64_t chosen = all->identity;
	ck_assert_uint_eq(test.screen.zoomed->selected, 60);
	machine(50); /* fifty above it have left, fifty came below it */
	draw(24, 80);
	ck_assert_uint_eq(all->identity, chosen);
	ck_assert_uint_eq(all->selected, 10);
	ck_assert(holds("127.0.0.1:20060"));
}
END_TEST

Suite *
screen_details_suite(void)
{
	Suite *suite = suite_create("screen details");
	TCase *tcase = tcase_create("all");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, two_hundred_students_come_in);
	tcase_add_test(tcase, strangers_keep_their_order);
	tcase_add_test(tcase, a_zombie_tells_whom_it_served);
	tcase_add_test(tcase, a_long_address_keeps_its_port);
	tcase_add_test(tcase, all_sockets_of_the_machine);
	suite_add_tcase(suite, tcase);
	return suite;
}
