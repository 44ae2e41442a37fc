/* check_moment_rows.c: the rows of a moment: how long they stay once they have left
 * their table, how they are found among many of equal hash, whose they are, and which
 * server and client is the latest. */
#include "moment.h"

#include "event_fixture.h"
#include "suites.h"

#include <signal.h>

#define SECOND INT64_C(1000000000)

enum { LINGERING = 5, MOST = 512, KEPT = 256, CROWD = 1500, CHAINED = 1024 };

/* Folds the event at this time, in ns. */
static void
fold_at(struct moment *now, int64_t time, struct event event)
{
	event.time = time;
	ck_assert_int_eq(moment_apply(now, &event), 0);
	event_release(&event);
}

/* A row of connection conn's client end. */
static struct event
client_row(unsigned conn, enum socket_what what)
{
	return fixture_socket(conn, END_CLIENT, what, STATE_ESTABLISHED);
}

/* Something that is about no row that has left, so that rows are looked through. */
static void
look_at(struct moment *now, int64_t time)
{
	fold_at(now, time, fixture_child(1, PROCESS_CHANGED, -1));
}

/* So many sockets, processes have left their table and linger. */
static unsigned
gone_sockets(const struct moment *now)
{
	unsigned count = 0;
	for (size_t i = 0; i < now->socket_count; i++)
		count += now->sockets[i].gone_at != 0;
	return count;
}

static unsigned
gone_processes(const struct moment *now)
{
	unsigned count = 0;
	for (size_t i = 0; i < now->process_count; i++)
		count += now->processes[i].ended_at != 0;
	return count;
}

START_TEST(a_row_that_left_stays_five_seconds_and_no_longer)
{
	struct moment now;
	fixture_begin(&now, 2);
	int64_t left = now.time + SECOND;
	fold_at(&now, left, client_row(2, SOCKET_GONE));
	ck_assert_int_eq(now.sockets[now.socket_count - 2].gone_at, left);
	look_at(&now, left + LINGERING * SECOND - 1);
	ck_assert_uint_eq(gone_sockets(&now), 1);
	look_at(&now, left + LINGERING * SECOND);
	ck_assert_uint_eq(gone_sockets(&now), 0);
	ck_assert_uint_eq(now.socket_count, 4);
	ck_assert_uint_eq(now.gone_sockets, 0);
	ck_assert_int_eq(now.oldest_gone, 0);
	moment_release(&now);
}
END_TEST

START_TEST(a_process_that_left_stays_five_seconds_and_no_longer)
{
	struct moment now;
	fixture_begin(&now, 2);
	int64_t left = now.time + SECOND;
	fold_at(&now, left, fixture_child(2, PROCESS_REAPED, 0));
	look_at(&now, left + LINGERING * SECOND - 1);
	ck_assert_uint_eq(gone_processes(&now), 1);
	ck_assert_int_eq(now.processes[3].ended_at, left);
	look_at(&now, left + LINGERING * SECOND);
	ck_assert_uint_eq(gone_processes(&now), 0);
	ck_assert_uint_eq(now.process_count, 3);
	ck_assert_uint_eq(now.gone_processes, 0);
	moment_release(&now);
}
END_TEST

/* A socket's event looks through the rows, too. */
START_TEST(events_of_sockets_forget_what_left_long_ago)
{
	struct moment now;
	fixture_begin(&now, 2);
	int64_t left = now.time;
	fold_at(&now, left, client_row(2, SOCKET_GONE));
	fold_at(&now, left + LINGERING * SECOND, client_row(1, SOCKET_CHANGED));
	ck_assert_uint_eq(gone_sockets(&now), 0);
	moment_release(&now);
}
END_TEST

/* Of two that left one after the other, the second is forgotten a tenth of a second
 * late, so that not every event looks through all rows. */
START_TEST(the_next_is_forgotten_a_little_later)
{
	struct moment now;
	fixture_begin(&now, 3);
	int64_t first = now.time + SECOND, second = first + FIXTURE_MS(10);
	fold_at(&now, second, client_row(3, SOCKET_GONE));
	fold_at(&now, first, client_row(2, SOCKET_GONE)); /* told late */
	ck_assert_int_eq(now.oldest_gone, first);
	look_at(&now, first + LINGERING * SECOND);
	ck_assert_uint_eq(gone_sockets(&now), 1);
	ck_assert_int_eq(now.oldest_gone, second + FIXTURE_MS(100));
	look_at(&now, second + FIXTURE_MS(100) + LINGERING * SECOND - 1);
	ck_assert_uint_eq(gone_sockets(&now), 1);
	look_at(&now, second + FIXTURE_MS(100) + LINGERING * SECOND);
	ck_assert_uint_eq(gone_sockets(&now), 0);
	moment_release(&now);
}
END_TEST

/* The one that left first says when, in whichever table it was. */
START_TEST(the_earliest_of_both_tables_says_when)
{
	struct moment now;
	fixture_begin(&now, 3);
	int64_t first = now.time + SECOND;
	fold_at(&now, first, fixture_child(2, PROCESS_REAPED, 0));
	fold_at(&now, first + FIXTURE_MS(1), client_row(2, SOCKET_GONE));
	fold_at(&now, first + FIXTURE_MS(2), fixture_child(3, PROCESS_REAPED, 0));
	ck_assert_int_eq(now.oldest_gone, first);
	look_at(&now, first + LINGERING * SECOND);
	ck_assert_uint_eq(gone_processes(&now), 1);
	ck_assert_uint_eq(gone_sockets(&now), 1);
	ck_assert_int_eq(now.oldest_gone, first + FIXTURE_MS(101));
	moment_release(&now);
}
END_TEST

/* 0 says that a row is there; so what leaves at the start leaves a bit later. */
START_TEST(a_row_can_leave_at_time_zero_or_before)
{
	static const int64_t times[] = {0, -5};
	struct moment now;
	moment_init(&now);
	fold_at(&now, times[_i], client_row(1, SOCKET_APPEARED));
	fold_at(&now, times[_i], client_row(1, SOCKET_GONE));
	ck_assert_int_eq(now.sockets[0].gone_at, 1);
	fold_at(&now, times[_i], fixture_child(1, PROCESS_STARTED, -1));
	fold_at(&now, times[_i], fixture_child(1, PROCESS_EXITED, 0));
	ck_assert_int_eq(now.processes[0].ended_at, 1);
	fold_at(&now, 1, client_row(2, SOCKET_APPEARED));
	fold_at(&now, 1, client_row(2, SOCKET_GONE));
	ck_assert_int_eq(now.sockets[1].gone_at, 1);
	moment_release(&now);
}
END_TEST

/* 512 that left at once linger; of one more, the latest 256 do. */
START_TEST(of_too_many_sockets_the_latest_linger)
{
	struct moment now;
	struct report_endpoint server = fixture_server_end();
	moment_init(&now);
	fold_at(&now, SECOND, fixture_child(1, PROCESS_STARTED, -1));
	for (unsigned conn = 1; conn <= MOST + 1; conn++) {
		fold_at(&now, SECOND, client_row(conn, SOCKET_APPEARED));
		fold_at(&now, SECOND, client_row(conn, SOCKET_GONE));
		ck_assert_uint_eq(now.socket_count, conn);
		ck_assert_uint_eq(now.gone_sockets, conn);
	}
	look_at(&now, SECOND);
	ck_assert_uint_eq(now.socket_count, KEPT);
	ck_assert_uint_eq(now.gone_sockets, KEPT);
	ck_assert_uint_eq(now.process_count, 1);
	for (unsigned i = 0; i < KEPT; i++)
		ck_assert_uint_eq(now.sockets[i].row.conn, MOST + 2 - KEPT + i);
	struct report_endpoint client = fixture_client_end(MOST + 1);
	ck_assert_ptr_null(moment_socket(&now, &client, &server, 4));
	moment_release(&now);
}
END_TEST

START_TEST(of_too_many_processes_the_latest_linger)
{
	struct moment now;
	moment_init(&now);
	fold_at(&now, SECOND, client_row(1, SOCKET_APPEARED));
	for (unsigned conn = 1; conn <= MOST + 1; conn++) {
		fold_at(&now, SECOND, fixture_child(conn, PROCESS_FORKED, -1));
		fold_at(&now, SECOND, fixture_child(conn, PROCESS_REAPED, 0));
		ck_assert_uint_eq(now.process_count, conn);
	}
	fold_at(&now, SECOND, client_row(1, SOCKET_CHANGED));
	ck_assert_uint_eq(now.process_count, KEPT);
	ck_assert_uint_eq(now.gone_processes, KEPT);
	ck_assert_uint_eq(now.socket_count, 1);
	ck_assert_int_eq(now.processes[0].row.pid, CHILD_PID + MOST + 2 - KEPT);
	moment_release(&now);
}
END_TEST

/* Many more rows than there are chains: each is found, and is the one asked for,
 * also when those beside it in its chain change or go. */
START_TEST(each_socket_is_found_among_many)
{
	struct moment now;
	struct report_endpoint server = fixture_server_end();
	moment_init(&now);
	for (unsigned conn = 1; conn <= CROWD; conn++)
		fold_at(&now, conn, client_row(conn, SOCKET_APPEARED));
	for (unsigned conn = 1; conn <= CROWD; conn += 3) {
		struct event changed = fixture_socket(conn, END_CLIENT, SOCKET_CHANGED,
		    STATE_CLOSE_WAIT);
		fold_at(&now, CROWD + conn, changed);
	}
	for (unsigned conn = 2; conn <= CROWD; conn += 9)
		fold_at(&now, CROWD, client_row(conn, SOCKET_GONE));
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned conn = 1; conn <= CROWD; conn++) {
			struct report_endpoint client = fixture_client_end(conn);
			const struct moment_socket *socket = moment_socket(&now, &client,
			    &server, 4);
			ck_assert_msg((socket == NULL) == (conn % 9 == 2), "%u", conn);
			if (socket == NULL)
				continue;
			ck_assert_uint_eq(socket->row.conn, conn);
			ck_assert_int_eq(socket->row.tcp.state, conn % 3 == 1 ?
			    STATE_CLOSE_WAIT : STATE_ESTABLISHED);
		}
		fold_at(&now, 9 * SECOND, client_row(1, SOCKET_CHANGED)); /* moves them */
		fold_at(&now, 9 * SECOND, fixture_socket(1, END_CLIENT, SOCKET_CHANGED,
		    STATE_CLOSE_WAIT));
	}
	ck_assert_uint_eq(now.socket_count, CROWD - (CROWD + 7) / 9);
	moment_release(&now);
}
END_TEST

/* Numbers that differ by twice the chains stand in one. */
START_TEST(each_process_is_found_among_many)
{
	struct moment now;
	moment_init(&now);
	for (unsigned i = 0; i < 4; i++)
		fold_at(&now, 1, fixture_child(i * CHAINED, PROCESS_FORKED, -1));
	fold_at(&now, 2, fixture_child(CHAINED, PROCESS_REAPED, 0));
	fold_at(&now, 3, fixture_child(2 * CHAINED, PROCESS_CHANGED, -1));
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 4; i++) {
			pid_t pid = CHILD_PID + (pid_t)(i * CHAINED);
			const struct moment_process *process = moment_process(&now, pid);
			ck_assert_msg((process == NULL) == (i == 1), "process %d", (int)pid);
			if (process != NULL)
				ck_assert_int_eq(process->row.pid, pid);
		}
		fold_at(&now, 9 * SECOND, fixture_child(3 * CHAINED, PROCESS_CHANGED, -1));
	}
	ck_assert_uint_eq(now.process_count, 3);
	ck_assert_ptr_null(moment_process(&now, CHILD_PID + 1));
	moment_release(&now);
}
END_TEST

/* Each part of a row's ends tells it from another one. */
START_TEST(a_row_is_found_by_all_of_its_ends)
{
	struct moment now;
	struct report_endpoint client = fixture_client_end(1), other = client;
	struct report_endpoint server = fixture_server_end(), far = server;
	fixture_begin(&now, 1);
	other.address[3] = 9;
	far.address[3] = 9;
	ck_assert_ptr_nonnull(moment_socket(&now, &client, &server, 4));
	ck_assert_ptr_null(moment_socket(&now, &other, &server, 4));
	ck_assert_ptr_null(moment_socket(&now, &client, &far, 4));
	ck_assert_ptr_null(moment_socket(&now, &client, &server, 6));
	other = fixture_client_end(2);
	ck_assert_ptr_null(moment_socket(&now, &other, &server, 4));
	far.port = 9878;
	ck_assert_ptr_null(moment_socket(&now, &client, &far, 4));
	moment_release(&now);
}
END_TEST

/* A listener of this inode. */
static struct event
listener(uint64_t inode, enum socket_what what)
{
	struct event event = fixture_socket(0, END_NONE, what, STATE_LISTEN);
	event.socket.row.tcp.inode = inode;
	event.socket.row.owner_pid = (pid_t)inode;
	return event;
}

/* Listeners that share a port have the same ends: their inode tells them apart.  Of
 * other rows it says nothing: TIME_WAIT has none. */
START_TEST(listeners_are_told_apart_by_their_inode)
{
	struct moment now;
	fixture_begin(&now, 1);
	size_t before = now.socket_count;
	fixture_fold(&now, listener(71, SOCKET_APPEARED));
	fixture_fold(&now, listener(72, SOCKET_APPEARED));
	ck_assert_uint_eq(now.socket_count, before + 2);
	struct event asked = listener(71, SOCKET_CHANGED);
	const struct moment_socket *found = moment_socket_like(&now,
	    &asked.socket.row.tcp);
	ck_assert_int_eq(found->row.owner_pid, 71);
	fixture_fold(&now, listener(72, SOCKET_GONE));
	ck_assert_ptr_nonnull(moment_socket_like(&now, &asked.socket.row.tcp));
	asked = listener(72, SOCKET_CHANGED);
	ck_assert_ptr_null(moment_socket_like(&now, &asked.socket.row.tcp));
	ck_assert(moment_is_listening(&now));
	struct event last = client_row(1, SOCKET_CHANGED);
	last.socket.row.tcp.state = STATE_TIME_WAIT;
	last.socket.row.tcp.inode = 0;
	ck_assert_ptr_nonnull(moment_socket_like(&now, &last.socket.row.tcp));
	last.socket.row.tcp.inode = asked.socket.row.tcp.inode;
	last.socket.row.tcp.state = STATE_LISTEN; /* no listener has these ends */
	ck_assert_ptr_null(moment_socket_like(&now, &last.socket.row.tcp));
	moment_release(&now);
}
END_TEST

START_TEST(a_listener_is_one_at_our_port)
{
	struct moment now;
	fixture_begin(&now, 1);
	ck_assert(moment_is_listening(&now));
	now.host.port = SERVER_PORT + 1;
	ck_assert(!moment_is_listening(&now));
	now.host.port = SERVER_PORT;
	fixture_fold(&now, fixture_socket(0, END_NONE, SOCKET_GONE, STATE_LISTEN));
	ck_assert(!moment_is_listening(&now)); /* the server's end has that port, too */
	moment_release(&now);
}
END_TEST

/* Of the first row to the last one, and of nothing behind it: rows that have moved up
 * leave their like behind. */
START_TEST(the_first_row_counts_and_none_behind_the_last)
{
	struct moment now;
	moment_init(&now);
	now.host = fixture_server_end();
	fixture_fold(&now, fixture_child(1, PROCESS_FORKED, -1));
	fixture_fold(&now, fixture_child(2, PROCESS_FORKED, -1));
	fixture_fold(&now, fixture_child(2, PROCESS_ZOMBIE, -1));
	ck_assert_uint_eq(moment_children(&now), 1);
	ck_assert_uint_eq(moment_zombies(&now), 1);
	fixture_fold(&now, client_row(1, SOCKET_APPEARED));
	fixture_fold(&now, client_row(1, SOCKET_GONE));
	fixture_fold(&now, listener(71, SOCKET_APPEARED));
	fixture_fold(&now, fixture_child(1, PROCESS_REAPED, 0));
	fold_at(&now, 9 * SECOND, listener(71, SOCKET_CHANGED)); /* moves both up */
	ck_assert_uint_eq(now.socket_count, 1);
	ck_assert_uint_eq(now.process_count, 1);
	ck_assert(moment_is_listening(&now));
	ck_assert_uint_eq(moment_zombies(&now), 1);
	fixture_fold(&now, listener(71, SOCKET_GONE));
	ck_assert(!moment_is_listening(&now));
	fixture_fold(&now, fixture_child(2, PROCESS_REAPED, 0));
	ck_assert_uint_eq(moment_zombies(&now), 0);
	moment_release(&now);
}
END_TEST

/* A row that changes is the new one wholly. */
START_TEST(a_row_that_changes_is_the_new_one)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct event event = client_row(1, SOCKET_CHANGED);
	struct socket_row *row = &event.socket.row;
	row->tcp.timer = TIMER_ON;
	row->timer_at = 17 * SECOND;
	row->tcp.send_q = 6;
	row->owner_pid = 77;
	fold_at(&now, 3 * SECOND, event);
	const struct moment_socket *socket = moment_socket_like(&now, &row->tcp);
	ck_assert_int_eq(socket->row.timer_at, 17 * SECOND);
	ck_assert_int_eq(socket->row.tcp.timer, TIMER_ON);
	ck_assert_uint_eq(socket->row.tcp.send_q, 6);
	ck_assert_int_eq(socket->row.owner_pid, 77);
	ck_assert_int_eq(socket->changed_at, 3 * SECOND);
	fold_at(&now, 4 * SECOND, client_row(8, SOCKET_APPEARED));
	ck_assert_int_eq(now.sockets[now.socket_count - 1].changed_at, 4 * SECOND);
	moment_release(&now);
}
END_TEST

/* Who serves a peer: a child that holds a socket of our port, and nobody else. */
static const struct {
	const char *what;
	enum report_role role;
	pid_t owner;
	enum tcp_state state;
	uint16_t port;      /* the host's */
	bool serves;
} holders[] = {
	{"a child", ROLE_CHILD, 77, STATE_ESTABLISHED, SERVER_PORT, true},
	{"a child, its FIN sent", ROLE_CHILD, 77, STATE_FIN_WAIT2, SERVER_PORT, true},
	{"a child's copy of the listener", ROLE_CHILD, 77, STATE_LISTEN, SERVER_PORT, false},
	{"a child at another port", ROLE_CHILD, 77, STATE_ESTABLISHED, 9878, false},
	{"the server itself", ROLE_SERVER, 77, STATE_ESTABLISHED, SERVER_PORT, false},
	{"the client", ROLE_CLIENT, 77, STATE_ESTABLISHED, SERVER_PORT, false},
	{"another process", ROLE_OTHER, 77, STATE_ESTABLISHED, SERVER_PORT, false},
	{"nobody", ROLE_CHILD, 0, STATE_ESTABLISHED, SERVER_PORT, false},
	{"a process that is not known", ROLE_CHILD, 78, STATE_ESTABLISHED, SERVER_PORT, false},
};

START_TEST(whoever_holds_a_socket_of_our_port_serves)
{
	struct moment now;
	moment_init(&now);
	now.host = fixture_server_end();
	now.host.port = holders[_i].port;
	fixture_fold(&now, fixture_process(holders[_i].role, 77, 0, PROCESS_STARTED, -1));
	struct event event = fixture_socket(5, END_SERVER, SOCKET_APPEARED,
	    holders[_i].state);
	event.socket.row.owner_pid = holders[_i].owner;
	fixture_fold(&now, event);
	const struct process_row *row = &moment_process(&now, 77)->row;
	struct report_endpoint client = fixture_client_end(5);
	ck_assert_msg((row->conn == 5) == holders[_i].serves, "%s", holders[_i].what);
	ck_assert_msg(endpoint_equal(&row->peer, &client) == holders[_i].serves, "%s",
	    holders[_i].what);
	moment_release(&now);
}
END_TEST

/* What is told of a process, and what is known of it then. */
START_TEST(a_process_is_what_was_told_of_it)
{
	struct moment now;
	fixture_begin(&now, 1);
	const struct moment_process *child = moment_process(&now, CHILD_PID + 1);
	ck_assert(child->forked && child->what == PROCESS_FORKED);
	struct event event = fixture_child(1, PROCESS_CHANGED, -1);
	memcpy(event.process.row.stat, "T", 2);
	fold_at(&now, SECOND, event);
	ck_assert_int_eq(child->what, PROCESS_FORKED); /* it is still what it was */
	ck_assert(child->forked);
	ck_assert_str_eq(child->row.stat, "T");
	ck_assert_int_eq(child->changed_at, SECOND);
	fold_at(&now, 2 * SECOND, fixture_child(1, PROCESS_ZOMBIE, SIGKILL));
	ck_assert_int_eq(child->what, PROCESS_ZOMBIE);
	ck_assert_int_eq(child->ended_at, 0);
	ck_assert_int_eq(child->changed_at, 2 * SECOND);
	fold_at(&now, 3 * SECOND, fixture_child(1, PROCESS_REAPED, -1));
	ck_assert_int_eq(child->ended_at, 3 * SECOND);
	ck_assert(child->end.known); /* as the zombie told */
	ck_assert_int_eq(child->end.status, SIGKILL);
	ck_assert_ptr_null(moment_process(&now, CHILD_PID + 1));
	moment_release(&now);
}
END_TEST

/* A PID that comes again is another process. */
START_TEST(a_pid_can_come_again)
{
	struct moment now;
	fixture_begin(&now, 1);
	fixture_fold(&now, fixture_child(1, PROCESS_EXITED, 0));
	size_t count = now.process_count;
	fixture_fold(&now, fixture_process(ROLE_OTHER, CHILD_PID + 1, 0, PROCESS_STARTED,
	    -1));
	ck_assert_uint_eq(now.process_count, count + 1);
	ck_assert_int_eq(moment_process(&now, CHILD_PID + 1)->row.role, ROLE_OTHER);
	ck_assert(!moment_process(&now, CHILD_PID + 1)->forked);
	fixture_fold(&now, fixture_process(ROLE_OTHER, 4444, 0, PROCESS_EXITED, 0));
	ck_assert_uint_eq(now.process_count, count + 1); /* nobody had seen it */
	moment_release(&now);
}
END_TEST

/* A child that takes the listener over is the server: no child of it any more. */
START_TEST(a_child_that_takes_over_is_no_child)
{
	struct moment now;
	fixture_begin(&now, 2);
	fixture_fold(&now, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_REAPED, 0));
	ck_assert_int_eq(now.server, 0);
	fixture_fold(&now, fixture_process(ROLE_SERVER, CHILD_PID + 1, 1, PROCESS_CHANGED,
	    -1));
	ck_assert_int_eq(now.server, CHILD_PID + 1);
	ck_assert_uint_eq(moment_children(&now), 1);
	fixture_fold(&now, fixture_child(1, PROCESS_CHANGED, -1));
	ck_assert_uint_eq(moment_children(&now), 1);
	moment_release(&now);
}
END_TEST

/* Which events make a server, a client the latest, and which its end. */
static const struct {
	enum report_role role;
	enum process_what first, then; /* of the process 77 */
	bool latest, at_last;          /* after the first; after both */
} comings[] = {
	{ROLE_SERVER, PROCESS_STARTED, PROCESS_CHANGED, true, true},
	{ROLE_SERVER, PROCESS_STARTED, PROCESS_ZOMBIE, true, false},
	{ROLE_SERVER, PROCESS_STARTED, PROCESS_EXITED, true, false},
	{ROLE_SERVER, PROCESS_STARTED, PROCESS_REAPED, true, false},
	{ROLE_SERVER, PROCESS_CHANGED, PROCESS_CHANGED, true, true},
	{ROLE_SERVER, PROCESS_FORKED, PROCESS_CHANGED, false, true},
	{ROLE_SERVER, PROCESS_ZOMBIE, PROCESS_REAPED, false, false},
	{ROLE_SERVER, PROCESS_ZOMBIE, PROCESS_CHANGED, false, false},
	{ROLE_CHILD, PROCESS_STARTED, PROCESS_CHANGED, false, false},
	{ROLE_OTHER, PROCESS_STARTED, PROCESS_CHANGED, false, false},
};

START_TEST(the_latest_server_is_known)
{
	struct moment now;
	fixture_begin(&now, 0);
	enum report_role role = comings[_i].role;
	fixture_fold(&now, fixture_process(role, 77, 0, comings[_i].first, -1));
	ck_assert_int_eq(now.server, comings[_i].latest ? 77 : SERVER_PID);
	fixture_fold(&now, fixture_process(role, 77, 0, comings[_i].then, -1));
	ck_assert_int_eq(now.server, comings[_i].at_last ? 77 :
	    comings[_i].latest ? 0 : SERVER_PID);
	ck_assert_int_eq(now.client, CLIENT_PID);
	moment_release(&now);
}
END_TEST

START_TEST(the_latest_client_is_known)
{
	struct moment now;
	fixture_begin(&now, 0);
	fixture_fold(&now, fixture_process(ROLE_CLIENT, 77, 0, PROCESS_STARTED, -1));
	ck_assert_int_eq(now.client, 77);
	fixture_fold(&now, fixture_process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_REAPED, 0));
	ck_assert_int_eq(now.client, 77);
	fixture_fold(&now, fixture_process(ROLE_CLIENT, 77, 0, PROCESS_EXITED, 0));
	ck_assert_int_eq(now.client, 0);
	ck_assert_int_eq(now.server, SERVER_PID);
	moment_release(&now);
}
END_TEST

/* Of whom a connection is known to be served: a child says it of itself. */
START_TEST(a_child_tells_whom_it_serves)
{
	struct moment now;
	fixture_begin(&now, 0);
	fixture_fold(&now, fixture_connection(1, CONNECTION_OPENED));
	fixture_fold(&now, fixture_process(ROLE_OTHER, 77, 1, PROCESS_STARTED, -1));
	ck_assert_int_eq(moment_connection(&now, 1)->child, 0);
	fixture_fold(&now, fixture_process(ROLE_CHILD, 78, 1, PROCESS_CHANGED, -1));
	ck_assert_int_eq(moment_connection(&now, 1)->child, 78);
	ck_assert(!moment_connection(&now, 1)->child_ended);
	fixture_fold(&now, fixture_process(ROLE_CHILD, 78, 1, PROCESS_ZOMBIE, 3 << 8));
	ck_assert(moment_connection(&now, 1)->child_ended);
	ck_assert_int_eq(moment_connection(&now, 1)->child_end.status, 3 << 8);
	moment_release(&now);
}
END_TEST

/* Running, zombies, gone; those that the server did not fork count for nothing. */
START_TEST(only_forked_children_in_the_table_are_counted)
{
	struct moment now;
	fixture_begin(&now, 3);
	fixture_fold(&now, fixture_process(ROLE_OTHER, 77, 0, PROCESS_ZOMBIE, -1));
	fixture_fold(&now, fixture_child(2, PROCESS_ZOMBIE, 0));
	fixture_fold(&now, fixture_child(3, PROCESS_EXITED, 0));
	ck_assert_uint_eq(moment_children(&now), 1);
	ck_assert_uint_eq(moment_zombies(&now), 1);
	ck_assert(moment_process_runs(moment_process(&now, CHILD_PID + 1)));
	ck_assert(!moment_process_runs(moment_process(&now, CHILD_PID + 2)));
	for (size_t i = 0; i < now.process_count; i++)
		if (now.processes[i].ended_at != 0)
			ck_assert(!moment_process_runs(&now.processes[i]));
	moment_release(&now);
}
END_TEST

Suite *
moment_rows_suite(void)
{
	Suite *suite = suite_create("moment_rows");
	TCase *left = tcase_create("left"), *found = tcase_create("found");
	TCase *processes = tcase_create("processes");
	tcase_add_test(left, a_row_that_left_stays_five_seconds_and_no_longer);
	tcase_add_test(left, a_process_that_left_stays_five_seconds_and_no_longer);
	tcase_add_test(left, events_of_sockets_forget_what_left_long_ago);
	tcase_add_test(left, the_next_is_forgotten_a_little_later);
	tcase_add_test(left, the_earliest_of_both_tables_says_when);
	tcase_add_loop_test(left, a_row_can_leave_at_time_zero_or_before, 0, 2);
	tcase_add_test(left, of_too_many_sockets_the_latest_linger);
	tcase_add_test(left, of_too_many_processes_the_latest_linger);
	tcase_add_test(found, each_socket_is_found_among_many);
	tcase_add_test(found, each_process_is_found_among_many);
	tcase_add_test(found, a_row_is_found_by_all_of_its_ends);
	tcase_add_test(found, listeners_are_told_apart_by_their_inode);
	tcase_add_test(found, a_listener_is_one_at_our_port);
	tcase_add_test(found, the_first_row_counts_and_none_behind_the_last);
	tcase_add_test(found, a_row_that_changes_is_the_new_one);
	tcase_add_loop_test(processes, whoever_holds_a_socket_of_our_port_serves, 0,
	    sizeof holders / sizeof *holders);
	tcase_add_test(processes, a_process_is_what_was_told_of_it);
	tcase_add_test(processes, a_pid_can_come_again);
	tcase_add_test(processes, a_child_that_takes_over_is_no_child);
	tcase_add_loop_test(processes, the_latest_server_is_known, 0,
	    sizeof comings / sizeof *comings);
	tcase_add_test(processes, the_latest_client_is_known);
	tcase_add_test(processes, a_child_tells_whom_it_serves);
	tcase_add_test(processes, only_forked_children_in_the_table_are_counted);
	suite_add_tcase(suite, left);
	suite_add_tcase(suite, found);
	suite_add_tcase(suite, processes);
	return suite;
}
