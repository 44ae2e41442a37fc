/* check_moment_find.c: the rows that are in their tables, one after the other; whose the
 * listener is. */
#include "moment.h"

#include "event_fixture.h"
#include "suites.h"

enum { PORT = 9877 };

/* A listener of this inode and owner on a port. */
static void
fold_listener(struct moment *now, uint16_t port, uint64_t inode, pid_t owner,
    enum socket_what what)
{
	struct event event = fixture_socket(0, END_NONE, what, STATE_LISTEN);
	event.socket.row.tcp.local.port = port;
	event.socket.row.tcp.inode = inode;
	event.socket.row.owner_pid = owner;
	fixture_fold(now, event);
}

START_TEST(rows_that_left_are_passed_over)
{
	struct moment now;
	moment_init(&now);
	ck_assert_ptr_null(moment_next_socket(&now, NULL));
	ck_assert_ptr_null(moment_next_process(&now, NULL));
	for (unsigned i = 1; i <= 3; i++)
		fold_listener(&now, PORT, i, 0, SOCKET_APPEARED);
	fold_listener(&now, PORT, 2, 0, SOCKET_GONE);
	const struct moment_socket *socket = moment_next_socket(&now, NULL);
	ck_assert_uint_eq(socket->row.tcp.inode, 1);
	socket = moment_next_socket(&now, socket);
	ck_assert_uint_eq(socket->row.tcp.inode, 3);
	ck_assert_ptr_null(moment_next_socket(&now, socket));
	fold_listener(&now, PORT, 1, 0, SOCKET_GONE);
	fold_listener(&now, PORT, 3, 0, SOCKET_GONE);
	ck_assert_ptr_null(moment_next_socket(&now, NULL));
	moment_release(&now);
}
END_TEST

START_TEST(processes_that_ended_are_passed_over)
{
	struct moment now;
	moment_init(&now);
	fixture_fold(&now, fixture_child(1, PROCESS_FORKED, -1));
	fixture_fold(&now, fixture_child(2, PROCESS_FORKED, -1));
	const struct moment_process *first = moment_next_process(&now, NULL);
	pid_t pid = first->row.pid;
	const struct moment_process *second = moment_next_process(&now, first);
	ck_assert_int_ne(second->row.pid, pid);
	ck_assert_ptr_null(moment_next_process(&now, second));
	fixture_fold(&now, fixture_child(1, PROCESS_REAPED, 0));
	ck_assert_int_ne(moment_next_process(&now, NULL)->row.pid, pid);
	ck_assert_ptr_null(moment_process(&now, pid));
	ck_assert_int_eq(moment_latest_process(&now, pid)->row.pid, pid); /* gone, and known */
	ck_assert_ptr_null(moment_latest_process(&now, 1));
	moment_release(&now);
}
END_TEST

START_TEST(the_listener_is_the_servers)
{
	struct moment now;
	moment_init(&now);
	now.host.port = PORT;
	now.server = 7;
	ck_assert_ptr_null(moment_listener(&now));
	ck_assert(!moment_is_listening(&now));
	fold_listener(&now, PORT + 1, 1, 7, SOCKET_APPEARED); /* another port */
	fixture_fold(&now, fixture_socket(1, END_SERVER, SOCKET_APPEARED, STATE_ESTABLISHED));
	ck_assert(!moment_is_listening(&now));
	fold_listener(&now, PORT, 2, 6, SOCKET_APPEARED);
	ck_assert(moment_is_listening(&now));
	ck_assert_uint_eq(moment_listener(&now)->row.tcp.inode, 2); /* whose it may be */
	fold_listener(&now, PORT, 3, 7, SOCKET_APPEARED);
	fold_listener(&now, PORT, 4, 8, SOCKET_APPEARED);
	ck_assert_uint_eq(moment_listener(&now)->row.tcp.inode, 3);
	struct event two = fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN);
	two.socket.row.owner_pid = 7; /* the server has two: the one that serves HOST is meant */
	two.socket.row.tcp.local = fixture_endpoint("127.0.0.1:9877");
	two.socket.row.tcp.inode = 5;
	now.host = fixture_endpoint("127.0.0.1:9877");
	ck_assert_uint_eq(PORT, now.host.port);
	for (struct moment_socket *socket = now.sockets;
	    socket < now.sockets + now.socket_count; socket++)
		if (socket->row.tcp.inode == 3)
			socket->row.tcp.local = fixture_endpoint("127.0.0.2:9877");
	fixture_fold(&now, two);
	ck_assert_uint_eq(moment_listener(&now)->row.tcp.inode, 5);
	now.host = fixture_endpoint("127.0.0.2:9877");
	ck_assert_uint_eq(moment_listener(&now)->row.tcp.inode, 3);
	now.server = 9; /* nobody's: that of anybody which serves it */
	ck_assert_uint_eq(moment_listener(&now)->row.tcp.inode, 2);
	moment_release(&now);
}
END_TEST

Suite *
moment_find_suite(void)
{
	Suite *suite = suite_create("moment_find");
	TCase *tests = tcase_create("find");
	tcase_add_test(tests, rows_that_left_are_passed_over);
	tcase_add_test(tests, processes_that_ended_are_passed_over);
	tcase_add_test(tests, the_listener_is_the_servers);
	suite_add_tcase(suite, tests);
	return suite;
}
