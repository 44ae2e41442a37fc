/* check_socket_changes.c: what a reading of the table tells, of rows that are made up:
 * no socket of this machine is looked at, but where a test opens one. */
#include "socket_watch_internal.h"

#include "event_fixture.h"
#include "suites.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define NOW FIXTURE_MS(5000) /* of the readings, on the session's clock */

struct fixture {
	struct socket_watch watch;
	uint64_t heard; /* the first event that news() has not told */
};

/* Appends an event. */
static void
tell(struct fixture *fixture, struct event event)
{
	event.time = FIXTURE_MS(1) + log_now(fixture->watch.log)->time;
	ck_assert_int_eq(log_append(fixture->watch.log, &event), 0);
	fixture->heard = log_end(fixture->watch.log);
}

/* A session with a server, a client, and so many connections, served by children, of
 * which no row was read yet. */
static void
fixture_open(struct fixture *fixture, unsigned connections)
{
	*fixture = (struct fixture){.watch = {.port = SERVER_PORT, .family = 4}};
	fixture->watch.loop = loop_new();
	fixture->watch.log = log_new(LOG_CAPACITY);
	ck_assert(fixture->watch.loop != NULL && fixture->watch.log != NULL);
	fixture->watch.holders.known = true; /* nobody holds anything */
	tell(fixture, fixture_start("local"));
	tell(fixture, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_STARTED, -1));
	tell(fixture, fixture_process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_STARTED, -1));
	for (unsigned conn = 1; conn <= connections; conn++) {
		tell(fixture, fixture_connection(conn, CONNECTION_OPENED));
		tell(fixture, fixture_child(conn, PROCESS_FORKED, -1));
	}
}

static void
fixture_close(struct fixture *fixture)
{
	socket_holders_free(&fixture->watch.holders);
	tcp_table_free(&fixture->watch.table);
	log_free(fixture->watch.log);
	loop_free(fixture->watch.loop);
}

/* The process holds the socket with this inode, as far as anybody can see. */
static void
holds(struct fixture *fixture, pid_t pid, enum report_role role, uint64_t inode)
{
	struct socket_holders *holders = &fixture->watch.holders;
	holders->all = reallocarray(holders->all, holders->count + 1,
	    sizeof *holders->all);
	ck_assert_ptr_nonnull(holders->all);
	holders->all[holders->count++] = (struct socket_holder){.inode = inode,
	    .pid = pid, .role = role};
}

/* What was told since it was asked last: a state as "1c GONE>SYN_SENT", with "?" when
 * it is inferred; a row as "+LISTEN:100", "~" changed, "-" gone, with its owner. */
static const char *
news(struct fixture *fixture)
{
	static const char marks[] = {[SOCKET_APPEARED] = '+', [SOCKET_CHANGED] = '~',
	    [SOCKET_GONE] = '-'};
	static char text[1024];
	size_t length = 0;
	text[0] = '\0';
	for (; fixture->heard < log_end(fixture->watch.log); fixture->heard++) {
		const struct event *event = log_event(fixture->watch.log, fixture->heard);
		const char *blank = length > 0 ? " " : "";
		ck_assert_int_eq(event->time, NOW);
		if (event->type == EVENT_STATE)
			length += (size_t)snprintf(text + length, sizeof text - length,
			    "%s%u%c %s>%s%s", blank, event->state.conn,
			    event->state.end == END_CLIENT ? 'c' : 's',
			    tcp_state_name(event->state.from),
			    tcp_state_name(event->state.to),
			    event->state.inferred ? "?" : "");
		else if (event->type == EVENT_SOCKET)
			length += (size_t)snprintf(text + length, sizeof text - length,
			    "%s%c%s:%d", blank, marks[event->socket.what],
			    tcp_state_name(event->socket.row.tcp.state),
			    (int)event->socket.row.owner_pid);
		ck_assert_uint_lt(length, sizeof text);
	}
	return text;
}

/* An end of a connection, or the listener (conn 0), as the table has it. */
static struct tcp_row
row_of(unsigned conn, enum connection_end end, enum tcp_state state)
{
	return fixture_socket(conn, end, SOCKET_APPEARED, state).socket.row.tcp;
}

static struct tcp_row
client_row(enum tcp_state state)
{
	return row_of(1, END_CLIENT, state);
}

static struct tcp_row
server_row(enum tcp_state state)
{
	return row_of(1, END_SERVER, state);
}

/* The row is read. */
static void
take(struct fixture *fixture, struct tcp_row row)
{
	socket_take_row(&fixture->watch, &row, NOW);
}

/* The row as the moment has it. */
static struct moment_socket *
known(struct fixture *fixture, struct tcp_row row)
{
	struct moment_socket *socket =
	    moment_socket_like(log_now(fixture->watch.log), &row);
	ck_assert_ptr_nonnull(socket);
	return socket;
}

/* Whose the row is, now that it was read once more. */
static pid_t
owner_after(struct fixture *fixture, struct tcp_row row)
{
	take(fixture, row);
	return known(fixture, row)->row.owner_pid;
}

/* Which rows are read is what the table holds now: the others are gone. */
static void
read_table(struct fixture *fixture, const struct tcp_row *rows, size_t count)
{
	tcp_table_clear(&fixture->watch.table);
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(tcp_table_append(&fixture->watch.table, &rows[i]), 0);
	socket_take_absence(&fixture->watch, NOW);
	for (size_t i = 0; i < count; i++)
		socket_take_row(&fixture->watch, &rows[i], NOW);
}

/* Owners. */

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

/* A stranger's connection: 10.0.0.7:5000 to our port, and its other end. */
static struct tcp_row
strangers_row(bool server_end)
{
	struct tcp_row row = server_row(STATE_ESTABLISHED);
	row.local = fixture_server_end();
	row.remote = fixture_endpoint("10.0.0.7:5000");
	if (!server_end) {
		row.remote = fixture_server_end();
		row.local = fixture_endpoint("10.0.0.7:5000");
	}
	row.inode = 9000 + server_end;
	return row;
}

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
	socket_watch_foreign(&fixture.watch, true);
	struct tcp_row row = server_row(STATE_ESTABLISHED);
	holds(&fixture, 800, ROLE_OTHER, row.inode);
	ck_assert_int_eq(owner_after(&fixture, client_row(STATE_ESTABLISHED)), CLIENT_PID);
	ck_assert_int_eq(owner_after(&fixture, row), 800);
	fixture.watch.holders.all[0].pid = 801;
	ck_assert_int_eq(owner_after(&fixture, row), 801);
	socket_watch_foreign(&fixture.watch, false);
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
	TCase *owners = tcase_create("owners"), *ways = tcase_create("ways");
	TCase *rows = tcase_create("rows");
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
	tcase_add_loop_test(rows, each_change_of_a_row_is_told, 0,
	    sizeof changes / sizeof *changes);
	tcase_add_test(rows, a_timer_that_runs_as_predicted_is_no_news);
	tcase_add_test(rows, a_timer_runs_out_at_a_time_of_the_session);
	tcase_add_test(rows, a_timer_that_has_run_out_keeps_its_time);
	suite_add_tcase(suite, rows);
	return suite;
}
