/* check_moment.c: folding events gives the state of everything, and a recording
 * of them, read back, gives the same. */
#include "moment.h"

#include "event_fixture.h"
#include "parse_json.h"
#include "render_json.h"
#include "suites.h"

#include <errno.h>
#include <signal.h>

START_TEST(the_start_says_where)
{
	struct moment now;
	fixture_begin(&now, 0);
	ck_assert_str_eq(now.world, "local");
	ck_assert_str_eq(now.host_name, "127.0.0.1");
	ck_assert_uint_eq(now.host.port, SERVER_PORT);
	ck_assert_int_eq(now.server, SERVER_PID);
	ck_assert_int_eq(now.client, CLIENT_PID);
	ck_assert_uint_eq(now.events, 4);
	ck_assert(moment_is_listening(&now));
	moment_release(&now);
	ck_assert_uint_eq(now.socket_count, 0);
}
END_TEST

START_TEST(time_does_not_step_back)
{
	struct moment now;
	struct event event = fixture_event(EVENT_NOTE, "late");
	moment_init(&now);
	event.time = FIXTURE_MS(9);
	ck_assert_int_eq(moment_apply(&now, &event), 0);
	event.time = FIXTURE_MS(5);
	ck_assert_int_eq(moment_apply(&now, &event), 0);
	ck_assert_int_eq(now.time, FIXTURE_MS(9));
	event_release(&event);
	moment_release(&now);
}
END_TEST

START_TEST(a_socket_appears_changes_and_goes)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct event event = fixture_socket(1, END_CLIENT, SOCKET_CHANGED,
	    STATE_CLOSE_WAIT);
	const struct tcp_row *row = &event.socket.row.tcp;
	ck_assert_uint_eq(now.socket_count, 3);
	fixture_fold(&now, event);
	struct moment_socket *socket = moment_socket(&now, &row->local, &row->remote, 4);
	ck_assert_ptr_nonnull(socket);
	ck_assert_int_eq(socket->row.tcp.state, STATE_CLOSE_WAIT);
	ck_assert_int_eq(socket->changed_at, now.time);
	ck_assert_uint_eq(now.socket_count, 3);
	ck_assert_ptr_null(moment_socket(&now, &row->local, &row->remote, 6));
	event.socket.what = SOCKET_GONE;
	fixture_fold(&now, event);
	ck_assert_ptr_null(moment_socket(&now, &row->local, &row->remote, 4));
	ck_assert_uint_eq(now.socket_count, 3);
	fixture_fold(&now, event); /* gone twice is gone */
	event.socket.what = SOCKET_APPEARED;
	fixture_fold(&now, event); /* the port came again, beside what lingers */
	ck_assert_ptr_nonnull(moment_socket(&now, &row->local, &row->remote, 4));
	ck_assert_uint_eq(now.socket_count, 4);
	moment_release(&now);
}
END_TEST

/* Counts the rows that left their table and are still there. */
static unsigned
lingering(const struct moment *now)
{
	unsigned count = 0;
	for (size_t i = 0; i < now->socket_count; i++)
		count += now->sockets[i].gone_at != 0;
	for (size_t i = 0; i < now->process_count; i++)
		count += now->processes[i].ended_at != 0;
	return count;
}

START_TEST(rows_that_left_linger_and_are_pruned)
{
	struct moment now;
	fixture_begin(&now, 2);
	fixture_fold(&now, fixture_socket(1, END_CLIENT, SOCKET_GONE, STATE_GONE));
	fixture_fold(&now, fixture_child(1, PROCESS_REAPED, 0));
	ck_assert_uint_eq(lingering(&now), 2);
	now.time += FIXTURE_MS(3000);
	fixture_fold(&now, fixture_socket(2, END_CLIENT, SOCKET_CHANGED,
	    STATE_ESTABLISHED));
	ck_assert_uint_eq(lingering(&now), 2);
	now.time += FIXTURE_MS(3000);
	fixture_fold(&now, fixture_socket(2, END_CLIENT, SOCKET_CHANGED,
	    STATE_ESTABLISHED));
	fixture_fold(&now, fixture_child(2, PROCESS_CHANGED, -1));
	ck_assert_uint_eq(lingering(&now), 0);
	ck_assert_uint_eq(now.socket_count, 4);
	ck_assert_uint_eq(now.process_count, 3);
	ck_assert_ptr_nonnull(moment_process(&now, CHILD_PID + 2));
	moment_release(&now);
}
END_TEST

START_TEST(of_very_many_that_left_few_linger)
{
	struct moment now, copy;
	fixture_begin(&now, 2);
	for (unsigned conn = 3; conn < 3000; conn++) {
		fixture_fold(&now, fixture_child(conn, PROCESS_FORKED, -1));
		fixture_fold(&now, fixture_socket(conn, END_CLIENT, SOCKET_APPEARED,
		    STATE_ESTABLISHED));
		now.time = FIXTURE_MS(1000); /* all at once */
		fixture_fold(&now, fixture_child(conn, PROCESS_REAPED, 0));
		fixture_fold(&now, fixture_socket(conn, END_CLIENT, SOCKET_GONE,
		    STATE_GONE));
		ck_assert_uint_le(lingering(&now), 1026);
	}
	ck_assert_uint_ge(lingering(&now), 512);
	ck_assert_int_eq(moment_copy(&copy, &now), 0);
	for (unsigned conn = 1; conn < 3000; conn++) {
		struct event event = fixture_socket(conn, END_CLIENT, SOCKET_CHANGED,
		    STATE_ESTABLISHED);
		const struct tcp_row *row = &event.socket.row.tcp;
		struct moment_process *child = moment_process(&copy,
		    (pid_t)(CHILD_PID + conn));
		struct moment_socket *socket = moment_socket(&copy, &row->local,
		    &row->remote, 4);
		ck_assert((child != NULL) == (conn < 3));
		ck_assert((socket != NULL) == (conn < 3));
		if (conn < 3)
			ck_assert(child >= copy.processes && socket >= copy.sockets &&
			    socket < copy.sockets + copy.socket_count);
	}
	moment_release(&copy);
	moment_release(&now);
}
END_TEST

START_TEST(children_and_zombies_are_counted)
{
	struct moment now;
	fixture_begin(&now, 5);
	ck_assert_uint_eq(moment_children(&now), 5);
	ck_assert_uint_eq(moment_zombies(&now), 0);
	for (unsigned conn = 1; conn <= 5; conn++)
		fixture_fold(&now, fixture_child(conn, PROCESS_ZOMBIE, 0));
	ck_assert_uint_eq(moment_children(&now), 0);
	ck_assert_uint_eq(moment_zombies(&now), 5);
	ck_assert(!moment_process_runs(moment_process(&now, CHILD_PID + 1)));
	fixture_fold(&now, fixture_child(1, PROCESS_CHANGED, -1));
	ck_assert_uint_eq(moment_zombies(&now), 5);
	fixture_fold(&now, fixture_child(1, PROCESS_REAPED, SIGKILL));
	ck_assert_uint_eq(moment_zombies(&now), 4);
	ck_assert_ptr_null(moment_process(&now, CHILD_PID + 1));
	ck_assert_uint_eq(moment_connection(&now, 1)->child_end.status, SIGKILL);
	fixture_fold(&now, fixture_process(ROLE_OTHER, 77, 0, PROCESS_STARTED, -1));
	ck_assert_uint_eq(moment_children(&now), 0);
	ck_assert(!moment_process_runs(NULL));
	moment_release(&now);
}
END_TEST

START_TEST(the_server_and_the_client_end)
{
	struct moment now;
	fixture_begin(&now, 0);
	fixture_fold(&now, fixture_process(ROLE_SERVER, 101, 0, PROCESS_STARTED, -1));
	fixture_fold(&now, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_REAPED, 0));
	ck_assert_int_eq(now.server, 101);
	fixture_fold(&now, fixture_process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_ZOMBIE, -1));
	ck_assert_int_eq(now.client, 0);
	fixture_fold(&now, fixture_process(ROLE_CLIENT, 4321, 0, PROCESS_REAPED, 0));
	ck_assert_ptr_null(moment_process(&now, 4321)); /* never seen alive */
	moment_release(&now);
}
END_TEST

START_TEST(connections_are_found_by_number_and_by_ends)
{
	struct moment now;
	enum connection_end end = END_NONE;
	struct report_endpoint client = fixture_client_end(2);
	struct report_endpoint server = fixture_server_end();
	fixture_begin(&now, 3);
	ck_assert_ptr_null(moment_connection(&now, 0));
	ck_assert_ptr_null(moment_connection(&now, 4));
	ck_assert_uint_eq(now.current, 1);
	struct moment_connection *second = moment_connection(&now, 2);
	ck_assert_ptr_eq(moment_connection_of(&now, &client, &server, &end), second);
	ck_assert_int_eq(end, END_CLIENT);
	ck_assert_ptr_eq(moment_connection_of(&now, &server, &client, &end), second);
	ck_assert_int_eq(end, END_SERVER);
	client.port = 1;
	ck_assert_ptr_null(moment_connection_of(&now, &client, &server, &end));
	ck_assert(second->open && second->established);
	ck_assert_int_eq(second->child, CHILD_PID + 2);
	ck_assert_int_eq(second->client, STATE_ESTABLISHED);
	fixture_fold(&now, fixture_connection(2, CONNECTION_CLOSED));
	ck_assert(!moment_connection(&now, 2)->open);
	ck_assert_int_eq(moment_connection(&now, 2)->client_close, CLOSE_BY_FIN);
	moment_release(&now);
}
END_TEST

START_TEST(a_connection_that_failed_or_was_reset_says_so)
{
	struct moment now;
	fixture_begin(&now, 2);
	fixture_fold(&now, fixture_connection(5, CONNECTION_OPENED)); /* 3, 4 to come */
	ck_assert_uint_eq(now.connection_count, 3);
	ck_assert_ptr_null(moment_connection(&now, 4));
	fixture_fold(&now, fixture_connection(4, CONNECTION_OPENED));
	ck_assert_uint_eq(now.connections[2].conn, 4);
	fixture_fold(&now, fixture_call(ROLE_CLIENT, 5, CALL_CONNECT, 0, EINTR));
	ck_assert(!moment_connection(&now, 5)->failed);
	fixture_fold(&now, fixture_call(ROLE_CLIENT, 5, CALL_CONNECT, 0, ECONNREFUSED));
	ck_assert(moment_connection(&now, 5)->failed);
	fixture_fold(&now, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET));
	ck_assert(moment_connection(&now, 1)->reset);
	fixture_fold(&now, fixture_call(ROLE_CHILD, 2, CALL_READ, 0, ECONNRESET));
	ck_assert(!moment_connection(&now, 2)->reset);
	ck_assert_int_eq(now.last.call.role, ROLE_CHILD);
	fixture_fold(&now, fixture_call(ROLE_CHILD, 2, CALL_READ, 0, 0));
	ck_assert_int_eq(now.last.call.error, ECONNRESET); /* its end of file is normal */
	fixture_fold(&now, fixture_call(ROLE_CLIENT, 2, CALL_READ, 0, 0));
	ck_assert_int_eq(now.last.call.error, 0);
	ck_assert_ptr_nonnull(now.last.why);
	fixture_fold(&now, fixture_call(ROLE_CLIENT, 2, CALL_SHUTDOWN, 0, 0));
	ck_assert(moment_connection(&now, 2)->half_closed);
	fixture_fold(&now, fixture_call(ROLE_CLIENT, 2, CALL_SETSOCKOPT, 0, 0));
	fixture_fold(&now, fixture_connection(2, CONNECTION_CLOSED));
	ck_assert_int_eq(moment_connection(&now, 2)->client_close, CLOSE_BY_RST);
	moment_release(&now);
}
END_TEST

/* The child of connection conn has so many bytes in its receive queue. */
static void
leave_unread(struct moment *now, unsigned conn, enum tcp_state state, uint32_t bytes)
{
	struct event event = fixture_socket(conn, END_SERVER, SOCKET_CHANGED, state);
	event.socket.row.tcp.recv_q = bytes;
	fixture_fold(now, event);
}

START_TEST(a_death_with_unread_data_is_remembered)
{
	struct moment now;
	fixture_begin(&now, 4);
	leave_unread(&now, 1, STATE_ESTABLISHED, 6);
	leave_unread(&now, 3, STATE_CLOSE_WAIT, 1); /* that is the FIN */
	leave_unread(&now, 4, STATE_CLOSE_WAIT, 2);
	fixture_fold(&now, fixture_child(1, PROCESS_ZOMBIE, -1));
	for (unsigned conn = 1; conn <= 4; conn++)
		fixture_fold(&now, fixture_child(conn, PROCESS_REAPED, SIGKILL));
	ck_assert(moment_connection(&now, 1)->died_with_unread);
	ck_assert(moment_connection(&now, 1)->child_ended);
	ck_assert(moment_connection(&now, 1)->child_end.known);
	ck_assert(!moment_connection(&now, 2)->died_with_unread);
	ck_assert(!moment_connection(&now, 3)->died_with_unread);
	ck_assert(moment_connection(&now, 4)->died_with_unread);
	moment_release(&now);
}
END_TEST

START_TEST(a_childs_reads_tell_how_it_will_close)
{
	struct moment now;
	fixture_begin(&now, 3);
	fixture_fold(&now, fixture_call(ROLE_CHILD, 1, CALL_READ, 0, 0));
	fixture_fold(&now, fixture_call(ROLE_CHILD, 2, CALL_READ, 0, ECONNRESET));
	fixture_fold(&now, fixture_call(ROLE_CHILD, 2, CALL_READ, 0, 0));
	fixture_fold(&now, fixture_call(ROLE_CHILD, 3, CALL_READ, 6, 0));
	ck_assert_int_eq(moment_connection(&now, 1)->server_close, CLOSE_BY_FIN);
	ck_assert_int_eq(moment_connection(&now, 2)->server_close, CLOSE_BY_RST);
	ck_assert_int_eq(moment_connection(&now, 3)->server_close, CLOSE_UNKNOWN);
	ck_assert_uint_eq(moment_connection(&now, 3)->bytes_served, 6);
	moment_release(&now);
}
END_TEST

START_TEST(a_host_crashes_and_reboots)
{
	struct moment now;
	fixture_begin(&now, 2);
	fixture_fold(&now, fixture_connection(2, CONNECTION_CLOSED));
	fixture_fold(&now, fixture_host(HOST_CRASHED));
	ck_assert(moment_host_is_dark(&now));
	ck_assert(moment_connection(&now, 1)->silent);
	ck_assert(!moment_connection(&now, 2)->silent);
	fixture_fold(&now, fixture_connection(3, CONNECTION_OPENED));
	ck_assert(moment_connection(&now, 3)->silent);
	fixture_fold(&now, fixture_host(HOST_UP));
	ck_assert(!moment_host_is_dark(&now));
	ck_assert(!moment_connection(&now, 1)->silent);
	ck_assert(moment_connection(&now, 1)->rebooted);
	ck_assert(!moment_connection(&now, 2)->rebooted);
	ck_assert(!moment_connection(&now, 3)->reset);
	moment_release(&now);
}
END_TEST

START_TEST(a_cable_comes_out_and_in)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct event event = fixture_host(HOST_UNPLUGGED);
	event.detail = strdup("IP_MINTTL");
	fixture_fold(&now, event);
	ck_assert(!moment_host_is_dark(&now));
	ck_assert(moment_connection(&now, 1)->silent);
	ck_assert_str_eq(now.host_how, "IP_MINTTL");
	fixture_fold(&now, fixture_host(HOST_UP));
	ck_assert(!moment_connection(&now, 1)->silent);
	ck_assert(!moment_connection(&now, 1)->rebooted);
	ck_assert_str_eq(now.host_how, "");
	moment_release(&now);
}
END_TEST

START_TEST(a_shutdown_is_told_from_a_kill)
{
	struct moment now;
	fixture_begin(&now, 2);
	fixture_fold(&now, fixture_child(1, PROCESS_ZOMBIE, SIGKILL));
	fixture_fold(&now, fixture_host(HOST_SHUTTING_DOWN));
	fixture_fold(&now, fixture_child(1, PROCESS_REAPED, SIGKILL));
	fixture_fold(&now, fixture_child(2, PROCESS_REAPED, SIGTERM));
	fixture_fold(&now, fixture_host(HOST_DOWN));
	ck_assert(!moment_connection(&now, 1)->child_shut_down);
	ck_assert(moment_connection(&now, 2)->child_shut_down);
	ck_assert(moment_host_is_dark(&now));
	moment_release(&now);
}
END_TEST

/* Numbers that nobody gave are passed over. */
START_TEST(strange_numbers_are_passed_over)
{
	struct moment now;
	moment_init(&now);
	fixture_fold(&now, fixture_state(9, END_CLIENT, STATE_GONE, STATE_SYN_SENT));
	fixture_fold(&now, fixture_call(ROLE_CLIENT, 9, CALL_READ, 0, ECONNRESET));
	fixture_fold(&now, fixture_connection(0, CONNECTION_CLOSED));
	fixture_fold(&now, fixture_child(9, PROCESS_REAPED, 0));
	struct event event = fixture_event(EVENT_SENT, "x");
	event.line.conn = 9;
	fixture_fold(&now, event);
	event = (struct event){.type = EVENT_TIMER, .timer = {.conn = 9}};
	fixture_fold(&now, event);
	ck_assert_uint_eq(now.connection_count, 0);
	ck_assert_uint_eq(now.sent, 1);
	moment_release(&now);
}
END_TEST

/* A session in which everything happens that the fold knows: event number i, or
 * false at the end. */
static bool
recorded_event(unsigned i, struct event *event)
{
	struct event sent = fixture_event(EVENT_SENT, "hello\x1b[31m\xff");
	struct event echo = fixture_event(EVENT_ECHO, "hello");
	struct event settings = fixture_event(EVENT_SETTINGS, "reap=wait bind=::1");
	struct event host = fixture_host(HOST_CRASHED);
	struct event on = fixture_socket(2, END_CLIENT, SOCKET_CHANGED, STATE_ESTABLISHED);
	struct event six = fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN);
	struct event lost = {.type = EVENT_LOST, .lost = {.pid = 7, .count = 3}};
	struct event timer = {.type = EVENT_TIMER, .timer = {.conn = 2, .rto = 204000,
	    .retransmits = 3, .next_at = FIXTURE_MS(2100),
	    .gives_up_at = FIXTURE_MS(924600)}};
	sent.line.conn = echo.line.conn = 2;
	sent.line.bytes = echo.line.bytes = 6;
	host.detail = strdup("deaf and mute");
	on.socket.row.tcp.timer = TIMER_ON;
	on.socket.row.tcp.timer_left = FIXTURE_MS(210);
	on.socket.row.timer_at = FIXTURE_MS(1777);
	on.socket.row.tcp.retransmits = 2;
	on.socket.row.tcp.probes = 1;
	on.socket.row.tcp.send_q = 6;
	six.socket.row.tcp.family = 6;
	six.socket.row.tcp.local.family = six.socket.row.tcp.remote.family = 6;
	struct event all[] = {
		fixture_start("local"), settings,
		fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_STARTED, -1),
		fixture_process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_STARTED, -1),
		fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN), six,
		fixture_connection(1, CONNECTION_OPENED),
		fixture_connection(2, CONNECTION_OPENED),
		fixture_connection(2, CONNECTION_CURRENT),
		fixture_call(ROLE_CLIENT, 1, CALL_CONNECT, 0, 0),
		fixture_call(ROLE_CLIENT, 2, CALL_CONNECT, 0, 0),
		fixture_child(1, PROCESS_FORKED, -1), fixture_child(2, PROCESS_FORKED, -1),
		fixture_socket(1, END_CLIENT, SOCKET_APPEARED, STATE_ESTABLISHED),
		fixture_socket(1, END_SERVER, SOCKET_APPEARED, STATE_ESTABLISHED),
		fixture_socket(2, END_CLIENT, SOCKET_APPEARED, STATE_ESTABLISHED), on,
		fixture_state(1, END_CLIENT, STATE_GONE, STATE_ESTABLISHED),
		fixture_state(1, END_SERVER, STATE_SYN_RECV, STATE_ESTABLISHED),
		sent, echo, timer, fixture_details(2, END_CLIENT),
		fixture_details(1, END_SERVER), lost,
		fixture_child(1, PROCESS_ZOMBIE, SIGSEGV | 0x80),
		fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_CLOSE_WAIT),
		fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0),
		fixture_socket(1, END_SERVER, SOCKET_GONE, STATE_ESTABLISHED),
		fixture_child(1, PROCESS_REAPED, 3 << 8),
		fixture_call(ROLE_CLIENT, 1, CALL_SHUTDOWN, 0, 0),
		fixture_connection(1, CONNECTION_CLOSED), host,
		fixture_call(ROLE_CLIENT, 2, CALL_WRITE, 0, ETIMEDOUT),
		fixture_host(HOST_UP),
	};
	size_t count = sizeof all / sizeof *all;
	for (size_t k = 0; k < count; k++) /* half-closed in CLOSE_WAIT */
		if (all[k].type == EVENT_CALL && all[k].call.call == CALL_SHUTDOWN)
			all[k].call.about = STATE_CLOSE_WAIT;
	for (size_t k = 0; k < count; k++)
		if (k != i)
			event_release(&all[k]);
	if (i < count) {
		*event = all[i];
		event->time = FIXTURE_MS(7) * (i + 1);
	}
	return i < count;
}

static void
check_same_sockets(const struct moment *a, const struct moment *b)
{
	ck_assert_uint_eq(a->socket_count, b->socket_count);
	for (size_t i = 0; i < a->socket_count; i++) {
		const struct moment_socket *x = &a->sockets[i], *y = &b->sockets[i];
		const struct tcp_row *p = &x->row.tcp, *q = &y->row.tcp;
		ck_assert(endpoint_equal(&p->local, &q->local));
		ck_assert(endpoint_equal(&p->remote, &q->remote));
		ck_assert_int_eq(p->local.family, q->local.family);
		ck_assert_int_eq(p->state, q->state);
		ck_assert_uint_eq(p->send_q, q->send_q);
		ck_assert_uint_eq(p->recv_q, q->recv_q);
		ck_assert_int_eq(p->timer, q->timer);
		ck_assert_int_eq(p->timer_left, q->timer_left);
		ck_assert_uint_eq(p->retransmits, q->retransmits);
		ck_assert_uint_eq(p->uid, q->uid);
		ck_assert_uint_eq(p->probes, q->probes);
		ck_assert_uint_eq(p->inode, q->inode);
		ck_assert_uint_eq(p->family, q->family);
		ck_assert_int_eq(x->row.timer_at, y->row.timer_at);
		ck_assert_int_eq(x->row.owner_pid, y->row.owner_pid);
		ck_assert_uint_eq(x->row.conn, y->row.conn);
		ck_assert_int_eq(x->row.end, y->row.end);
		ck_assert_int_eq(x->changed_at, y->changed_at);
		ck_assert_int_eq(x->gone_at, y->gone_at);
	}
}

static void
check_same_details(const struct moment_end_details *a,
    const struct moment_end_details *b)
{
	ck_assert_int_eq(a->any, b->any);
	ck_assert_int_eq(a->time, b->time);
	ck_assert(tcp_details_equal(&a->tcp, &b->tcp));
	ck_assert_int_eq(a->tcp.sent_ago, b->tcp.sent_ago);
	ck_assert_int_eq(a->tcp.received_ago, b->tcp.received_ago);
}

static void
check_same_processes(const struct moment *a, const struct moment *b)
{
	ck_assert_uint_eq(a->process_count, b->process_count);
	for (size_t i = 0; i < a->process_count; i++) {
		const struct moment_process *x = &a->processes[i], *y = &b->processes[i];
		ck_assert_int_eq(x->row.pid, y->row.pid);
		ck_assert_int_eq(x->row.ppid, y->row.ppid);
		ck_assert_str_eq(x->row.tty, y->row.tty);
		ck_assert_str_eq(x->row.stat, y->row.stat);
		ck_assert_str_eq(x->row.command, y->row.command);
		ck_assert_str_eq(x->row.wchan, y->row.wchan);
		ck_assert_int_eq(x->row.role, y->row.role);
		ck_assert(endpoint_equal(&x->row.peer, &y->row.peer));
		ck_assert_uint_eq(x->row.conn, y->row.conn);
		ck_assert_uint_eq(x->row.start_time, y->row.start_time);
		ck_assert_int_eq(x->row.cpu, y->row.cpu);
		ck_assert_int_eq(x->what, y->what);
		ck_assert_int_eq(x->forked, y->forked);
		ck_assert_int_eq(x->end.known, y->end.known);
		ck_assert_int_eq(x->end.status, y->end.status);
		ck_assert_int_eq(x->changed_at, y->changed_at);
		ck_assert_int_eq(x->ended_at, y->ended_at);
	}
}

static void
check_same_connections(const struct moment *a, const struct moment *b)
{
	ck_assert_uint_eq(a->connection_count, b->connection_count);
	for (size_t i = 0; i < a->connection_count; i++) {
		const struct moment_connection *x = &a->connections[i];
		const struct moment_connection *y = &b->connections[i];
		ck_assert(endpoint_equal(&x->local, &y->local));
		ck_assert(endpoint_equal(&x->remote, &y->remote));
		ck_assert_int_eq(x->open, y->open);
		ck_assert_int_eq(x->established, y->established);
		ck_assert_int_eq(x->failed, y->failed);
		ck_assert_int_eq(x->client, y->client);
		ck_assert_int_eq(x->server, y->server);
		ck_assert_int_eq(x->client_close, y->client_close);
		ck_assert_int_eq(x->server_close, y->server_close);
		ck_assert_int_eq(x->client_reached, y->client_reached);
		ck_assert_int_eq(x->client_left_unread, y->client_left_unread);
		ck_assert_int_eq(x->client_fin_at, y->client_fin_at);
		ck_assert_int_eq(x->server_fin_at, y->server_fin_at);
		ck_assert_int_eq(x->client_wrote_at, y->client_wrote_at);
		ck_assert_int_eq(x->server_wrote_at, y->server_wrote_at);
		ck_assert_int_eq(x->fin_received, y->fin_received);
		ck_assert_int_eq(x->reset, y->reset);
		ck_assert_int_eq(x->silent, y->silent);
		ck_assert_int_eq(x->rebooted, y->rebooted);
		ck_assert_int_eq(x->half_closed, y->half_closed);
		ck_assert_int_eq(x->child, y->child);
		ck_assert_int_eq(x->child_shut_down, y->child_shut_down);
		ck_assert_uint_eq(x->server_unread, y->server_unread);
		ck_assert_int_eq(x->died_with_unread, y->died_with_unread);
		ck_assert_uint_eq(x->bytes_served, y->bytes_served);
		ck_assert_int_eq(x->child_ended, y->child_ended);
		ck_assert_int_eq(x->child_end.status, y->child_end.status);
		ck_assert_uint_eq(x->bytes_sent, y->bytes_sent);
		ck_assert_uint_eq(x->bytes_echoed, y->bytes_echoed);
		ck_assert_uint_eq(x->rto, y->rto);
		ck_assert_uint_eq(x->retransmits, y->retransmits);
		ck_assert_int_eq(x->next_at, y->next_at);
		ck_assert_int_eq(x->gives_up_at, y->gives_up_at);
	}
}

static void
check_same(const struct moment *a, const struct moment *b)
{
	check_same_sockets(a, b);
	check_same_processes(a, b);
	check_same_connections(a, b);
	ck_assert_uint_eq(a->details.conn, b->details.conn);
	check_same_details(&a->details.client, &b->details.client);
	check_same_details(&a->details.server, &b->details.server);
	ck_assert_int_eq(a->time, b->time);
	ck_assert_str_eq(a->world, b->world);
	ck_assert_str_eq(a->host_name, b->host_name);
	ck_assert(endpoint_equal(&a->host, &b->host));
	ck_assert_uint_eq(a->current, b->current);
	ck_assert_int_eq(a->host_state, b->host_state);
	ck_assert_int_eq(a->host_since, b->host_since);
	ck_assert_str_eq(a->host_how, b->host_how);
	ck_assert_str_eq(a->settings, b->settings);
	ck_assert_int_eq(a->last.any, b->last.any);
	ck_assert_int_eq(a->last.call.error, b->last.call.error);
	ck_assert_int_eq(a->last.time, b->last.time);
	ck_assert_ptr_eq(a->last.why, b->last.why);
	ck_assert_uint_eq(a->sent, b->sent);
	ck_assert_uint_eq(a->echoed, b->echoed);
	ck_assert_uint_eq(a->lost, b->lost);
	ck_assert_int_eq(a->server, b->server);
	ck_assert_int_eq(a->client, b->client);
}

/* Folds the event into live, and what its line says into replayed. */
static void
record_and_replay(struct moment *live, struct moment *replayed, struct event *event)
{
	struct event again;
	ck_assert_int_eq(moment_apply(live, event), 0);
	char *line = render_json(event, live);
	ck_assert_ptr_nonnull(line);
	ck_assert_msg(render_json_parse(line, &again) == 0, "refused: %s", line);
	ck_assert_int_eq(again.time, event->time);
	ck_assert_int_eq(again.type, event->type);
	ck_assert_int_eq(moment_apply(replayed, &again), 0);
	free(line);
	event_release(&again);
	event_release(event);
}

START_TEST(a_recording_gives_the_same_tables)
{
	struct moment live, replayed;
	struct event event;
	moment_init(&live);
	moment_init(&replayed);
	for (unsigned i = 0; recorded_event(i, &event); i++) {
		record_and_replay(&live, &replayed, &event);
		check_same(&live, &replayed);
	}
	ck_assert_uint_eq(live.connection_count, 2);
	ck_assert_uint_eq(live.socket_count, 5);
	ck_assert(live.connections[1].rebooted && live.last.any);
	moment_release(&live);
	moment_release(&replayed);
}
END_TEST

/* A lesson's events, one after the other; false after the last. */
static bool
lesson_event(unsigned number, struct event *event)
{
	switch (number) {
	case 0: *event = fixture_lesson(LESSON_BEGUN, "Five zombies"); break;
	case 1: *event = fixture_event(EVENT_SAY, "look"); break;
	case 2: *event = fixture_ask("Who?", "I\nYou", 2, 0); break;
	case 3: case 6: /* typed, not the lesson's; then the lesson's */
		*event = fixture_event(EVENT_COMMAND, "expect zombies 5");
		event->command.source = number == 3 ? SOURCE_LINE : SOURCE_SCRIPT;
		break;
	case 4: case 7:
		*event = fixture_event(EVENT_EXPECT, "zombies 5");
		event->detail = strdup("4");
		break;
	case 5: *event = fixture_ask("Who?", "I\nYou", 2, 1); break;
	case 8: *event = fixture_lesson(LESSON_FAILED, "expect zombies 5"); break;
	default: return false;
	}
	event->time = FIXTURE_MS(number);
	return true;
}

START_TEST(a_lesson_is_folded_and_replayed)
{
	struct moment live, replayed;
	struct event event;
	const struct moment_lesson *lesson = &live.lesson;
	moment_init(&live);
	moment_init(&replayed);
	for (unsigned i = 0; lesson_event(i, &event); i++) {
		record_and_replay(&live, &replayed, &event);
		ck_assert_int_eq(memcmp(lesson, &replayed.lesson, sizeof *lesson), 0);
		if (i == 1)
			ck_assert_str_eq(lesson->say, "look");
		if (i == 4)
			ck_assert_str_eq(lesson->failed, "");
	}
	ck_assert_str_eq(lesson->name, "zombies");
	ck_assert_str_eq(lesson->title, "Five zombies");
	ck_assert_str_eq(lesson->answers, "I\nYou");
	ck_assert_uint_eq(lesson->answer, 2);
	ck_assert_uint_eq(lesson->chosen, 1);
	ck_assert_str_eq(lesson->failed, "zombies 5");
	ck_assert_str_eq(lesson->got, "4");
	ck_assert_int_eq(lesson->what, LESSON_FAILED);
	ck_assert_uint_eq(lesson->line, 12);
	moment_release(&live);
	moment_release(&replayed);
}
END_TEST

START_TEST(the_rooms_answer_stays_beside_what_was)
{
	struct moment moment;
	const struct moment_lesson *lesson = &moment.lesson;
	moment_init(&moment);
	fixture_fold(&moment, fixture_lesson(LESSON_BEGUN, "Five zombies"));
	fixture_fold(&moment, fixture_ask("Who?", "I\nYou", 2, 0));
	fixture_fold(&moment, fixture_ask("Who?", "I\nYou", 2, 1));
	ck_assert_str_eq(lesson->say, "");
	fixture_fold(&moment, fixture_event(EVENT_SAY, "so it was"));
	ck_assert_str_eq(lesson->say, "so it was");
	ck_assert_str_eq(lesson->question, "Who?");
	ck_assert_uint_eq(lesson->chosen, 1);
	fixture_fold(&moment, fixture_event(EVENT_SAY, "and on"));
	ck_assert_str_eq(lesson->question, "");
	ck_assert_uint_eq(lesson->chosen, 0);
	fixture_fold(&moment, fixture_ask("What?", "I\nYou", 1, 0)); /* nobody chooses */
	fixture_fold(&moment, fixture_event(EVENT_SAY, "headless"));
	ck_assert_str_eq(lesson->question, "");
	moment_release(&moment);
}
END_TEST

/* A command from there. */
static struct event
fixture_command(const char *text, enum command_source source)
{
	struct event event = fixture_event(EVENT_COMMAND, text);
	event.command.source = source;
	return event;
}

START_TEST(a_lesson_is_stuck_until_its_next_command)
{
	struct moment moment;
	const struct moment_lesson *lesson = &moment.lesson;
	moment_init(&moment);
	fixture_fold(&moment, fixture_lesson(LESSON_BEGUN, "Five zombies"));
	fixture_fold(&moment, fixture_command("use 7", SOURCE_LINE));
	fixture_fold(&moment, fixture_event(EVENT_ERROR, "no connection 7"));
	ck_assert_str_eq(lesson->got, ""); /* somebody's, not the lesson's */
	fixture_fold(&moment, fixture_command("use 9", SOURCE_SCRIPT));
	fixture_fold(&moment, fixture_event(EVENT_ERROR, "no connection 9"));
	fixture_fold(&moment, fixture_lesson(LESSON_FAILED, "use 9"));
	ck_assert(lesson->stuck && lesson->refused);
	ck_assert_str_eq(lesson->failed, "use 9");
	ck_assert_str_eq(lesson->got, "no connection 9");
	fixture_fold(&moment, fixture_command("connect", SOURCE_LINE));
	ck_assert(lesson->stuck);
	fixture_fold(&moment, fixture_command("connect", SOURCE_SCRIPT));
	ck_assert(!lesson->stuck);
	moment_release(&moment);
}
END_TEST

START_TEST(a_child_serves_whose_socket_it_holds)
{
	struct moment now;
	fixture_begin(&now, 0);
	struct event row = fixture_socket(7, END_SERVER, SOCKET_APPEARED,
	    STATE_ESTABLISHED);
	row.socket.row.conn = 0; /* a stranger's, to a server that reports nothing */
	row.socket.row.owner_pid = SERVER_PID;
	fixture_fold(&now, fixture_child(0, PROCESS_FORKED, -1));
	fixture_fold(&now, row); /* the parent has not closed its copy */
	ck_assert_int_eq(moment_process(&now, SERVER_PID)->row.peer.family, 0);
	row.socket.what = SOCKET_CHANGED;
	row.socket.row.owner_pid = CHILD_PID;
	fixture_fold(&now, row);
	struct process_row *served = &moment_process(&now, CHILD_PID)->row;
	ck_assert(endpoint_equal(&served->peer, &row.socket.row.tcp.remote));
	ck_assert_uint_eq(served->conn, 0);
	row = fixture_socket(1, END_SERVER, SOCKET_APPEARED, STATE_ESTABLISHED);
	row.socket.row.owner_pid = CHILD_PID; /* forked before, it takes another */
	fixture_fold(&now, row);
	ck_assert_uint_eq(served->conn, 1);
	moment_release(&now);
}
END_TEST

Suite *
moment_suite(void)
{
	Suite *suite = suite_create("moment");
	TCase *tests = tcase_create("moment");
	tcase_add_test(tests, the_start_says_where);
	tcase_add_test(tests, time_does_not_step_back);
	tcase_add_test(tests, a_lesson_is_folded_and_replayed);
	tcase_add_test(tests, the_rooms_answer_stays_beside_what_was);
	tcase_add_test(tests, a_lesson_is_stuck_until_its_next_command);
	tcase_add_test(tests, a_socket_appears_changes_and_goes);
	tcase_add_test(tests, rows_that_left_linger_and_are_pruned);
	tcase_add_test(tests, of_very_many_that_left_few_linger);
	tcase_add_test(tests, children_and_zombies_are_counted);
	tcase_add_test(tests, a_child_serves_whose_socket_it_holds);
	tcase_add_test(tests, the_server_and_the_client_end);
	tcase_add_test(tests, connections_are_found_by_number_and_by_ends);
	tcase_add_test(tests, a_connection_that_failed_or_was_reset_says_so);
	tcase_add_test(tests, a_death_with_unread_data_is_remembered);
	tcase_add_test(tests, a_childs_reads_tell_how_it_will_close);
	tcase_add_test(tests, a_host_crashes_and_reboots);
	tcase_add_test(tests, a_cable_comes_out_and_in);
	tcase_add_test(tests, a_shutdown_is_told_from_a_kill);
	tcase_add_test(tests, strange_numbers_are_passed_over);
	tcase_add_test(tests, a_recording_gives_the_same_tables);
	suite_add_tcase(suite, tests);
	return suite;
}
