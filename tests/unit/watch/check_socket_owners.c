/* check_socket_owners.c: whose a row of the socket table is, of rows that are made up. */
#include "socket_changes_fixture.h"
#include "suites.h"

START_TEST(a_socket_without_inode_is_nobodys)
{
	struct fixture fixture;
	fixture_open(&fixture, 1);
	holds(&fixture, SERVER_PID, ROLE_SERVER, 0);
	struct tcp_row row = server_row(STATE_ESTABLISHED);
	row.inode = 0;
	ck_assert_int_eq(owner_after(&fixture, row), 0);
	row = client_row(STATE_TIME_WAIT);
	row.inode = 0;
	ck_assert_int_eq(owner_after(&fixture, row), 0);
	fixture_close(&fixture);
}
END_TEST

START_TEST(the_clients_end_is_the_clients_while_it_is_open)
{
	struct fixture fixture;
	fixture_open(&fixture, 1);
	ck_assert_int_eq(owner_after(&fixture, client_row(STATE_ESTABLISHED)), CLIENT_PID);
	tell(&fixture, fixture_connection(1, CONNECTION_CLOSED));
	ck_assert_int_eq(owner_after(&fixture, client_row(STATE_FIN_WAIT1)), 0);
	fixture_close(&fixture);
}
END_TEST

START_TEST(the_servers_end_is_the_childs_that_serves_it)
{
	struct fixture fixture;
	fixture_open(&fixture, 2);
	ck_assert_int_eq(owner_after(&fixture, server_row(STATE_ESTABLISHED)),
	    CHILD_PID + 1);
	ck_assert_int_eq(owner_after(&fixture, row_of(2, END_SERVER, STATE_ESTABLISHED)),
	    CHILD_PID + 2);
	fixture_close(&fixture);
}
END_TEST

/* That it serves this connection was reported, of whom it serves nothing. */
START_TEST(a_child_without_a_peer_owns_its_connection)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	tell(&fixture, fixture_connection(1, CONNECTION_OPENED));
	holds(&fixture, 777, ROLE_CHILD, server_row(STATE_ESTABLISHED).inode);
	struct event child = fixture_child(1, PROCESS_FORKED, -1);
	child.process.row.peer.port = 0;
	tell(&fixture, child);
	ck_assert_int_eq(owner_after(&fixture, server_row(STATE_ESTABLISHED)),
	    CHILD_PID + 1);
	fixture_close(&fixture);
}
END_TEST

START_TEST(who_serves_a_connection_is_looked_for_until_it_is_reported)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	tell(&fixture, fixture_connection(1, CONNECTION_OPENED));
	holds(&fixture, 777, ROLE_CHILD, server_row(STATE_ESTABLISHED).inode);
	ck_assert_int_eq(owner_after(&fixture, server_row(STATE_ESTABLISHED)), 777);
	tell(&fixture, fixture_child(1, PROCESS_FORKED, -1));
	ck_assert_int_eq(owner_after(&fixture, server_row(STATE_ESTABLISHED)),
	    CHILD_PID + 1);
	fixture_close(&fixture);
}
END_TEST

/* A zombie has no descriptors: whoever else holds the socket owns it, or nobody. */
START_TEST(a_dead_child_owns_no_row)
{
	struct fixture fixture;
	fixture_open(&fixture, 2);
	take(&fixture, server_row(STATE_ESTABLISHED));
	take(&fixture, row_of(2, END_SERVER, STATE_ESTABLISHED));
	tell(&fixture, fixture_child(1, PROCESS_ZOMBIE, 9));
	ck_assert_int_eq(owner_after(&fixture, server_row(STATE_ESTABLISHED)), 0);
	ck_assert_str_eq(news(&fixture), "~ESTABLISHED:0");
	tell(&fixture, fixture_child(2, PROCESS_ZOMBIE, 9));
	holds(&fixture, SERVER_PID, ROLE_SERVER,
	    row_of(2, END_SERVER, STATE_ESTABLISHED).inode);
	ck_assert_int_eq(owner_after(&fixture, row_of(2, END_SERVER, STATE_ESTABLISHED)),
	    SERVER_PID);
	fixture_close(&fixture);
}
END_TEST

/* That no child serves it is not said of one whom the server serves itself. */
START_TEST(what_the_server_serves_itself_is_looked_for)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	tell(&fixture, fixture_connection(1, CONNECTION_OPENED));
	holds(&fixture, 777, ROLE_OTHER, server_row(STATE_ESTABLISHED).inode);
	struct event child = fixture_process(ROLE_CHILD, SERVER_PID, 1, PROCESS_CHANGED, -1);
	tell(&fixture, child);
	child.process.row.role = ROLE_SERVER;
	child.process.row.peer.port = 0;
	tell(&fixture, child);
	ck_assert_int_eq(moment_connection(log_now(fixture.watch.log), 1)->child,
	    SERVER_PID);
	ck_assert_int_eq(owner_after(&fixture, server_row(STATE_ESTABLISHED)), 777);
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_strangers_end_is_nobodys)
{
	struct fixture fixture;
	fixture_open(&fixture, 1);
	holds(&fixture, SERVER_PID, ROLE_SERVER, strangers_row(false).inode);
	holds(&fixture, 777, ROLE_CHILD, strangers_row(true).inode);
	ck_assert_int_eq(owner_after(&fixture, strangers_row(false)), 0);
	ck_assert_int_eq(owner_after(&fixture, strangers_row(true)), 777);
	ck_assert_str_eq(news(&fixture), "+ESTABLISHED:0 +ESTABLISHED:777");
	fixture_close(&fixture);
}
END_TEST

/* Whom a child serves is reported for strangers, too: it owns the row, the younger of
 * two, as long as it runs. */
START_TEST(a_strangers_child_owns_its_end)
{
	struct fixture fixture;
	fixture_open(&fixture, 1);
	struct tcp_row row = strangers_row(true), other = row;
	other.remote.address[3] = 8; /* the same port of another host */
	other.inode++;
	for (pid_t pid = 800; pid < 802; pid++) {
		struct event child = fixture_process(ROLE_CHILD, pid, 0, PROCESS_FORKED, -1);
		child.process.row.peer = row.remote;
		tell(&fixture, child);
	}
	ck_assert_int_eq(owner_after(&fixture, other), 0);
	ck_assert_int_eq(owner_after(&fixture, row), 801);
	tell(&fixture, fixture_process(ROLE_CHILD, 801, 0, PROCESS_ZOMBIE, 9));
	ck_assert_int_eq(owner_after(&fixture, row), 800);
	fixture_close(&fixture);
}
END_TEST

START_TEST(children_without_a_peer_own_no_listener)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	struct event child = fixture_process(ROLE_CHILD, 800, 0, PROCESS_FORKED, -1);
	child.process.row.peer = row_of(0, END_NONE, STATE_LISTEN).remote;
	tell(&fixture, child);
	ck_assert_int_eq(owner_after(&fixture, row_of(0, END_NONE, STATE_LISTEN)), 0);
	fixture_close(&fixture);
}
END_TEST

/* It is not looked for again while it runs; the server alone gives sockets away. */
START_TEST(who_owned_it_owns_it_while_it_runs)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	struct tcp_row listener = row_of(0, END_NONE, STATE_LISTEN);
	struct tcp_row row = strangers_row(true);
	tell(&fixture, fixture_process(ROLE_OTHER, 800, 0, PROCESS_STARTED, -1));
	holds(&fixture, SERVER_PID, ROLE_SERVER, listener.inode);
	holds(&fixture, 800, ROLE_OTHER, row.inode);
	ck_assert_int_eq(owner_after(&fixture, listener), SERVER_PID);
	ck_assert_int_eq(owner_after(&fixture, row), 800);
	fixture.watch.holders.count = 0;
	ck_assert_int_eq(owner_after(&fixture, listener), SERVER_PID);
	ck_assert_int_eq(owner_after(&fixture, row), 800);
	tell(&fixture, fixture_process(ROLE_OTHER, 800, 0, PROCESS_REAPED, 0));
	ck_assert_int_eq(owner_after(&fixture, row), 0);
	fixture_close(&fixture);
}
END_TEST

START_TEST(the_server_gives_a_connection_to_who_holds_it)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	struct tcp_row row = strangers_row(true);
	holds(&fixture, SERVER_PID, ROLE_SERVER, row.inode);
	ck_assert_int_eq(owner_after(&fixture, row), SERVER_PID);
	fixture.watch.holders.all[0].pid = 800;
	ck_assert_int_eq(owner_after(&fixture, row), 800);
	fixture_close(&fixture);
}
END_TEST

/* Of a server that reports nothing: who holds it, whatever was reported before. */
START_TEST(a_foreign_servers_sockets_are_their_holders)
{
	struct fixture fixture;
	fixture_open(&fixture, 1);
	socket_watch_guest(&fixture.watch, true);
	struct tcp_row row = server_row(STATE_ESTABLISHED);
	holds(&fixture, 800, ROLE_OTHER, row.inode);
	ck_assert_int_eq(owner_after(&fixture, client_row(STATE_ESTABLISHED)), CLIENT_PID);
	ck_assert_int_eq(owner_after(&fixture, row), 800);
	fixture.watch.holders.all[0].pid = 801;
	ck_assert_int_eq(owner_after(&fixture, row), 801);
	socket_watch_guest(&fixture.watch, false);
	ck_assert_int_eq(owner_after(&fixture, row), CHILD_PID + 1);
	fixture_close(&fixture);
}
END_TEST

/* A listener is the server's that opened it, a connection the child's that took it. */
START_TEST(of_several_holders_the_server_has_the_listener)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	struct tcp_row listener = row_of(0, END_NONE, STATE_LISTEN);
	struct tcp_row row = strangers_row(true);
	holds(&fixture, 800, ROLE_CHILD, listener.inode);
	holds(&fixture, SERVER_PID, ROLE_SERVER, listener.inode);
	holds(&fixture, 801, ROLE_CHILD, row.inode);
	holds(&fixture, SERVER_PID, ROLE_SERVER, row.inode);
	ck_assert_int_eq(owner_after(&fixture, listener), SERVER_PID);
	ck_assert_int_eq(owner_after(&fixture, row), 801);
	fixture_close(&fixture);
}
END_TEST

/* One of two listeners on the port (SO_REUSEPORT) is a stranger's. */
START_TEST(two_listeners_of_which_one_has_no_owner)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	struct tcp_row rows[] = {row_of(0, END_NONE, STATE_LISTEN),
	    row_of(0, END_NONE, STATE_LISTEN)};
	rows[1].inode = 9009;
	holds(&fixture, SERVER_PID, ROLE_SERVER, rows[0].inode);
	read_table(&fixture, rows, 2);
	ck_assert_str_eq(news(&fixture), "+LISTEN:100 +LISTEN:0");
	read_table(&fixture, rows, 2);
	ck_assert_str_eq(news(&fixture), "");
	ck_assert_int_eq(known(&fixture, rows[1])->row.owner_pid, 0);
	read_table(&fixture, rows + 1, 1);
	ck_assert_str_eq(news(&fixture), "-LISTEN:100");
	ck_assert(moment_is_listening(log_now(fixture.watch.log)));
	fixture_close(&fixture);
}
END_TEST

/* Looking who holds what costs: after a dear look it is not asked for a while, and then
 * it is. */
START_TEST(a_dear_look_for_holders_is_rare)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	for (pid_t pid = 0; pid < 8000; pid++) /* whom nobody ever forked */
		tell(&fixture, fixture_process(ROLE_CHILD, INT32_MAX - pid, 0,
		    PROCESS_FORKED, -1));
	fixture.watch.holders.known = false;
	struct tcp_row row = strangers_row(true);
	int64_t before = loop_now(fixture.watch.loop);
	ck_assert_int_eq(owner_after(&fixture, row), 0);
	ck_assert(fixture.watch.holders.known);
	ck_assert_int_ge(fixture.watch.holders_rest_until, before + MILLISECONDS(400));
	ck_assert_int_lt(fixture.watch.holders_rest_until,
	    loop_now(fixture.watch.loop) + 200 * loop_cost());
	holds(&fixture, 777, ROLE_CHILD, row.inode);
	fixture.watch.holders_rest_until = loop_now(fixture.watch.loop) + SECONDS(600);
	ck_assert_int_eq(owner_after(&fixture, row), 0);
	fixture.watch.holders_rest_until = loop_now(fixture.watch.loop);
	ck_assert_int_eq(owner_after(&fixture, row), 777);
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_cheap_look_for_holders_is_free)
{
	struct fixture fixture;
	fixture_open(&fixture, 0);
	take(&fixture, strangers_row(true));
	ck_assert_int_eq(fixture.watch.holders_rest_until, 0);
	fixture_close(&fixture);
}
END_TEST

Suite *
socket_owners_suite(void)
{
	Suite *suite = suite_create("socket_owners");
	TCase *owners = tcase_create("all");
	tcase_add_test(owners, a_socket_without_inode_is_nobodys);
	tcase_add_test(owners, the_clients_end_is_the_clients_while_it_is_open);
	tcase_add_test(owners, the_servers_end_is_the_childs_that_serves_it);
	tcase_add_test(owners, a_child_without_a_peer_owns_its_connection);
	tcase_add_test(owners, who_serves_a_connection_is_looked_for_until_it_is_reported);
	tcase_add_test(owners, a_dead_child_owns_no_row);
	tcase_add_test(owners, what_the_server_serves_itself_is_looked_for);
	tcase_add_test(owners, a_strangers_end_is_nobodys);
	tcase_add_test(owners, a_strangers_child_owns_its_end);
	tcase_add_test(owners, children_without_a_peer_own_no_listener);
	tcase_add_test(owners, who_owned_it_owns_it_while_it_runs);
	tcase_add_test(owners, the_server_gives_a_connection_to_who_holds_it);
	tcase_add_test(owners, a_foreign_servers_sockets_are_their_holders);
	tcase_add_test(owners, of_several_holders_the_server_has_the_listener);
	tcase_add_test(owners, two_listeners_of_which_one_has_no_owner);
	tcase_add_test(owners, a_dear_look_for_holders_is_rare);
	tcase_add_test(owners, a_cheap_look_for_holders_is_free);
	suite_add_tcase(suite, owners);
	return suite;
}
