/* check_explain_rows.c: what is said of a row of the socket table and of a process: the
 * facts of the moment, each when it is one, and not otherwise. */
#include "explain_fixture.h"
#include "explain_internal.h"
#include "suites.h"

#include <errno.h>

enum { EIGHT_K = 8192 };

/* The whole explanation of a subject in this moment, without a log; static. */
static const char *
said_of(const struct moment *now, struct explain_subject subject)
{
	static char text[EIGHT_K];
	const struct explain_view view = {.moment = now};
	struct explanation out;
	char error[EXPLAIN_ERROR];
	if (!explain(&subject, &view, &out, error)) {
		snprintf(text, sizeof text, "error: %s", error);
		return text;
	}
	snprintf(text, sizeof text, "%s\n%s\n%s\n%s\n%s\n", out.subject, out.parts[0],
	    out.parts[1], out.parts[2], out.parts[3]);
	ck_assert_ptr_nonnull(book_title(out.section));
	explain_release(&out);
	return text;
}

static const char *
row_said(const struct moment *now, const struct socket_row *row)
{
	return said_of(now, (struct explain_subject){.kind = EXPLAIN_SOCKET, .row = *row});
}

/* Whose a row is, and what waits in it. */
static const struct {
	enum tcp_state state;
	uint32_t recv_q, send_q;
	uint64_t inode;
	pid_t owner;
	const char *said, *not_said;
} rows[] = {
	{STATE_ESTABLISHED, 0, 0, 7, CLIENT_PID, "tcpserv 200 holds it.", "have come"},
	{STATE_ESTABLISHED, 0, 0, 0, 0, "accept has not returned it yet.", "holds it."},
	{STATE_FIN_WAIT2, 0, 0, 0, 0, "No process holds it (inode 0).", "accept has not"},
	{STATE_ESTABLISHED, 0, 0, 7, 0, "connect has returned 0", "holds it"},
	{STATE_ESTABLISHED, 0, 0, 0, 9, "process 9 holds it.", "inode 0)"},
	{STATE_ESTABLISHED, 1, 0, 7, 9, "1 bytes have come that were not read.", "accept."},
	{STATE_CLOSE_WAIT, 1, 0, 7, 9, "process 9 holds it.", "have come that"},
	{STATE_CLOSE_WAIT, 3, 0, 7, 9, "2 bytes have come that were not read.", "3 bytes"},
	{STATE_CLOSE_WAIT, 0, 0, 7, 9, "process 9 holds it.", "have come that"},
	{STATE_ESTABLISHED, 0, 1, 7, 9, "1 of what was written here is not acknowledged, or not "
	    "even sent", "have come"},
	{STATE_ESTABLISHED, 0, 0, 7, 9, "process 9 holds it.", "of what was written"},
	{STATE_LISTEN, 1, 0, 7, 9, "1 connection waits for accept.", "have come that"},
	{STATE_LISTEN, 2, 0, 7, 9, "2 connections wait for accept.", "have come that"},
	{STATE_LISTEN, 0, 5, 7, 9, "process 9 holds it.", "of what was written"},
	{STATE_LISTEN, 0, 5, 7, 9, "LISTEN, 127.0.0.1:40001", "connection waits"},
};

START_TEST(a_row_is_said_to_be_what_it_is)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct event event = fixture_socket(1, END_CLIENT, SOCKET_CHANGED, rows[_i].state);
	struct tcp_row *tcp = &event.socket.row.tcp;
	tcp->recv_q = rows[_i].recv_q;
	tcp->send_q = rows[_i].send_q;
	tcp->inode = rows[_i].inode;
	event.socket.row.owner_pid = rows[_i].owner;
	if (rows[_i].state == STATE_LISTEN)
		event.socket.row.conn = 0;
	fixture_fold(&now, event);
	const char *text = row_said(&now, &event.socket.row);
	ck_assert_msg(strstr(text, rows[_i].said) != NULL, "no \"%s\": %s", rows[_i].said, text);
	ck_assert_msg(strstr(text, rows[_i].not_said) == NULL, "\"%s\": %s", rows[_i].not_said,
	    text);
	moment_release(&now);
}
END_TEST

/* Timers: on the clock of the timeline. */
static const struct {
	enum tcp_timer timer;
	int64_t at;
	uint32_t retransmits;
	enum connection_end end;
	const char *said, *not_said;
} timers[] = {
	{TIMER_ON, FIXTURE_MS(1500), 0, END_CLIENT, "Its timer: at 1.500 it sends again.",
	    "Sent again"},
	{TIMER_KEEPALIVE, FIXTURE_MS(1500), 0, END_CLIENT,
	    "at 1.500 it probes whether the peer is there.", "sends again."},
	{TIMER_TIME_WAIT, FIXTURE_MS(1500), 0, END_CLIENT, "at 1.500 the kernel drops the row.",
	    "sends again."},
	{TIMER_PROBE, FIXTURE_MS(1500), 0, END_CLIENT,
	    "it asks whether the peer has room again.", "sends again."},
	{TIMER_ON, FIXTURE_MS(1500), 1, END_CLIENT, "Sent again 1 time so far.", "times"},
	{TIMER_ON, FIXTURE_MS(1500), 2, END_CLIENT, "Sent again 2 times so far.", "time so"},
	{TIMER_ON, FIXTURE_MS(1500), 0, END_CLIENT, "TCP gives up at 9.000.", "Sent again"},
	{TIMER_ON, FIXTURE_MS(1500), 0, END_SERVER, "it sends again.", "gives up at"},
	{TIMER_ON, 0, 3, END_CLIENT, "Connection 1", "Its timer"},
	{TIMER_OFF, FIXTURE_MS(1500), 3, END_CLIENT, "Connection 1", "Its timer"},
};

START_TEST(a_timer_is_said_to_be_what_it_is)
{
	struct moment now;
	fixture_begin(&now, 1);
	moment_connection(&now, 1)->gives_up_at = FIXTURE_MS(9000);
	struct event event = fixture_socket(1, timers[_i].end, SOCKET_CHANGED,
	    STATE_ESTABLISHED);
	event.socket.row.tcp.timer = timers[_i].timer;
	event.socket.row.tcp.retransmits = timers[_i].retransmits;
	event.socket.row.timer_at = timers[_i].at;
	fixture_fold(&now, event);
	const char *text = row_said(&now, &event.socket.row);
	ck_assert_msg(strstr(text, timers[_i].said) != NULL, "no \"%s\": %s", timers[_i].said,
	    text);
	ck_assert_msg(strstr(text, timers[_i].not_said) == NULL, "\"%s\": %s",
	    timers[_i].not_said, text);
	if (_i == 0) {
		moment_connection(&now, 1)->gives_up_at = 0; /* not known */
		ck_assert_ptr_null(strstr(row_said(&now, &event.socket.row), "gives up at"));
	}
	moment_release(&now);
}
END_TEST

/* What fills the queue of a peer without room is not even sent: the probe tells. */
START_TEST(a_window_of_zero_is_said)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct event event = fixture_socket(1, END_CLIENT, SOCKET_CHANGED, STATE_ESTABLISHED);
	event.socket.row.tcp.send_q = 3400000;
	event.socket.row.tcp.timer = TIMER_PROBE;
	fixture_fold(&now, event);
	const char *text = row_said(&now, &event.socket.row);
	ck_assert_ptr_nonnull(strstr(text, "3400000 bytes of what was written here are not sent"));
	ck_assert_ptr_null(strstr(text, "not acknowledged,"));
	event.socket.row.tcp.send_q = 0;
	fixture_fold(&now, event);
	ck_assert_ptr_null(strstr(row_said(&now, &event.socket.row), "of what was written"));
	moment_release(&now);
}
END_TEST

/* What is said of an end is true of this connection: a letter each for what it has been
 * through. */
static void
go_through(struct moment *now, char what)
{
	struct moment_connection *connection = moment_connection(now, 1);
	switch (what) {
	case 'c': strcpy(now->world, "remote"); break;
	case 'd': fixture_fold(now, fixture_child(1, PROCESS_REAPED, 9)); break;
	case 'e': fixture_fold(now, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0)); break;
	case 'E': fixture_fold(now, fixture_call(ROLE_CLIENT, 1, CALL_READ, 3, 0)); break;
	case 'f': connection->failed = true; break;
	case 'g': *now->settings = '\0'; break;
	case 'l': strcpy(now->settings, "backlog=5 leak_connfd=on"); break;
	case 'n': connection->child = 0; break;
	case 'q': strcpy(now->settings, "backlog=0"); now->sockets[0].row.tcp.recv_q = 1; break;
	case 's': connection->silent = true; break;
	case 'p': connection->child = SERVER_PID; break;
	case 'v': connection->server_was = false; break;
	default: ck_abort_msg("'%c' is nothing", what);
	}
}

static const struct {
	enum connection_end end;
	enum tcp_state state;  /* GONE: no row */
	const char *through, *said, *not_said;
} ends[] = {
	{END_SERVER, STATE_ESTABLISHED, "", "the parent has closed its own copy", "is dead"},
	{END_SERVER, STATE_ESTABLISHED, "d", "another process holds a copy of its descriptor",
	    "reads and writes here"},
	{END_SERVER, STATE_ESTABLISHED, "g", "Its parent may hold a copy", "has closed its own"},
	{END_SERVER, STATE_ESTABLISHED, "l", "the parent keeps its own copy", "has closed"},
	{END_SERVER, STATE_ESTABLISHED, "ld", "The child that served it is dead.", "keeps"},
	{END_SERVER, STATE_ESTABLISHED, "n", "has not taken it yet", "was forked for it"},
	{END_SERVER, STATE_ESTABLISHED, "p", "The server itself reads", "the parent has"},
	{END_SERVER, STATE_CLOSE_WAIT, "", "The process that reads here gets 0, and is to close", "dead"},
	{END_SERVER, STATE_CLOSE_WAIT, "d", "is dead; another process", "it is stopped"},
	{END_SERVER, STATE_LAST_ACK, "dl", "normal termination", "another process"},
	{END_CLIENT, STATE_CLOSE_WAIT, "", "The client does not know yet", "knows:"},
	{END_CLIENT, STATE_CLOSE_WAIT, "E", "The client does not know yet", "knows:"},
	{END_CLIENT, STATE_CLOSE_WAIT, "e", "The client knows: its read", "not know"},
	{END_CLIENT, STATE_ESTABLISHED, "el", "connect has returned 0", "The client knows"},
	{END_SERVER, STATE_GONE, "", "does not exist any more", "never been"},
	{END_SERVER, STATE_GONE, "", "side of the connection is over", "never been"},
	{END_SERVER, STATE_GONE, "v", "has not been in the table yet", "any more"},
	{END_SERVER, STATE_GONE, "vq", "the queue of the listener is full", "is over"},
	{END_SERVER, STATE_GONE, "vf", "in the table: connect failed.", "last state"},
	{END_SERVER, STATE_GONE, "vs", "nothing that the client sent has arrived", "any more"},
	{END_SERVER, STATE_GONE, "vqs", "nothing that the client sent", "queue of"},
	{END_SERVER, STATE_GONE, "vc", "on another machine", "is over"},
	{END_CLIENT, STATE_GONE, "v", "The client's side of the connection is over", "never"},
};

START_TEST(an_end_is_said_to_be_what_it_is)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct event event = fixture_socket(1, ends[_i].end, SOCKET_CHANGED, ends[_i].state);
	if (ends[_i].state != STATE_GONE)
		fixture_fold(&now, event);
	else
		now.socket_count = 1;
	strcpy(now.settings, "backlog=5 leak_connfd=off");
	for (const char *what = ends[_i].through; *what != '\0'; what++)
		go_through(&now, *what);
	const char *text = said_of(&now, (struct explain_subject){.kind = EXPLAIN_END,
	    .end = ends[_i].end, .conn = 1});
	ck_assert_msg(strstr(text, ends[_i].said) != NULL, "no \"%s\": %s", ends[_i].said, text);
	ck_assert_msg(strstr(text, ends[_i].not_said) == NULL, "\"%s\": %s", ends[_i].not_said,
	    text);
	moment_release(&now);
}
END_TEST

/* The other end: of our rows, or among all of the machine. */
START_TEST(the_other_end_is_found)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct socket_row client = now.sockets[1].row;
	ck_assert_ptr_nonnull(strstr(row_said(&now, &client),
	    "The other end, tcpserv 301, is in ESTABLISHED."));
	now.sockets[2].row.owner_pid = 0;
	now.sockets[2].row.tcp.state = STATE_FIN_WAIT2;
	ck_assert_ptr_nonnull(strstr(row_said(&now, &client),
	    "The other end, which no process holds, is in FIN_WAIT2."));
	now.sockets[2].gone_at = 1;
	ck_assert_ptr_nonnull(strstr(row_said(&now, &client), "no row of the other end."));
	now.all = calloc(2, sizeof *now.all);
	now.all[0] = client; /* itself is not its other end */
	now.all[1] = now.sockets[2].row;
	now.all_count = 2;
	now.all[1].tcp.state = STATE_CLOSING;
	ck_assert_ptr_nonnull(strstr(row_said(&now, &client), "is in CLOSING."));
	now.all[1].tcp.state = STATE_LISTEN; /* a listener is nobody's other end */
	ck_assert_ptr_nonnull(strstr(row_said(&now, &client), "no row of the other end."));
	struct socket_row listener = now.sockets[0].row;
	ck_assert_ptr_null(strstr(row_said(&now, &listener), "the other end"));
	moment_release(&now);
}
END_TEST

/* The other end can be the first of its table. */
START_TEST(the_other_end_can_be_the_first)
{
	struct moment now;
	moment_init(&now);
	fixture_fold(&now, fixture_socket(1, END_SERVER, SOCKET_APPEARED, STATE_CLOSING));
	fixture_fold(&now, fixture_socket(1, END_CLIENT, SOCKET_APPEARED,
	    STATE_ESTABLISHED));
	struct socket_row client = now.sockets[1].row;
	ck_assert_ptr_nonnull(strstr(row_said(&now, &client), "is in CLOSING."));
	now.all = malloc(sizeof *now.all);
	now.all[0] = now.sockets[0].row;
	now.all_count = 1;
	now.all[0].tcp.state = STATE_FIN_WAIT1;
	now.sockets[0].gone_at = 1;
	ck_assert_ptr_nonnull(strstr(row_said(&now, &client), "is in FIN_WAIT1."));
	moment_release(&now);
}
END_TEST

/* A row that was shown: as it is now, as it was when it left, among all, or gone. */
START_TEST(a_row_that_was_shown_is_looked_up)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct socket_row stranger = fixture_socket(9, END_CLIENT, SOCKET_APPEARED,
	    STATE_ESTABLISHED).socket.row;
	stranger.conn = 0;
	ck_assert_int_eq(strncmp(row_said(&now, &stranger),
	    "GONE, 127.0.0.1:40009 → 127.0.0.1:9877\n", 40), 0);
	now.all = malloc(sizeof *now.all);
	now.all[0] = stranger;
	now.all_count = 1;
	ck_assert_int_eq(strncmp(row_said(&now, &stranger), "ESTABLISHED, 127.0.0.1:40009",
	    28), 0);
	now.all[0].tcp.family = 6;
	ck_assert_int_eq(strncmp(row_said(&now, &stranger), "GONE", 4), 0);
	struct socket_row shown = now.sockets[1].row;
	now.sockets[1].row.tcp.state = STATE_CLOSE_WAIT;
	ck_assert_int_eq(strncmp(row_said(&now, &shown),
	    "Connection 1, the client's end: CLOSE_WAIT, 127.0.0.1:40001", 59), 0);
	fixture_fold(&now, fixture_socket(1, END_CLIENT, SOCKET_GONE, STATE_GONE));
	ck_assert_int_eq(strncmp(row_said(&now, &shown),
	    "Connection 1, the client's end: GONE, ", 38), 0);
	ck_assert_ptr_nonnull(strstr(row_said(&now, &shown), "It left the table at "));
	moment_release(&now);
}
END_TEST

/* Why a row left the table: its state, where its timer ran out, and its connection. */
static const struct {
	enum tcp_state state;
	enum connection_end end;
	int64_t timer_at;      /* gone at 10 s */
	enum tcp_state other;
	bool failed, ours;
	const char *said;
} leavings[] = {
	{STATE_TIME_WAIT, END_CLIENT, 0, STATE_GONE, false, true,
	    "at 10.000 from ESTABLISHED: its time was over."},
	{STATE_LISTEN, END_NONE, 0, STATE_GONE, false, false,
	    "at 10.000 from LISTEN: its last descriptor was closed."},
	{STATE_SYN_SENT, END_CLIENT, 0, STATE_GONE, true, true, ": connect failed."},
	{STATE_ESTABLISHED, END_SERVER, 0, STATE_GONE, true, true,
	    "from ESTABLISHED: a RST ended it, or TCP gave it up."},
	{STATE_FIN_WAIT2, END_CLIENT, INT64_C(11999999999), STATE_GONE, false, true,
	    ": nobody held it, and tcp_fin_timeout was over."},
	{STATE_FIN_WAIT2, END_CLIENT, INT64_C(12000000000), STATE_GONE, false, true,
	    ": a RST ended it, or TCP gave it up."},
	{STATE_FIN_WAIT2, END_CLIENT, 0, STATE_GONE, false, true,
	    ": a RST ended it, or TCP gave it up."},
	{STATE_FIN_WAIT1, END_CLIENT, 1, STATE_GONE, false, true,
	    ": a RST ended it, or TCP gave it up."},
	{STATE_ESTABLISHED, END_SERVER, 0, STATE_TIME_WAIT, false, true,
	    "from LAST_ACK: its FIN, the second, was acknowledged."},
	{STATE_ESTABLISHED, END_NONE, 0, STATE_GONE, false, false,
	    "at 10.000 from ESTABLISHED."},
};

START_TEST(why_a_row_left_is_said)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct moment_connection *first = moment_connection(&now, 1);
	struct event event = fixture_socket(1, leavings[_i].end, SOCKET_CHANGED,
	    leavings[_i].state);
	event.socket.row.timer_at = leavings[_i].timer_at;
	event.socket.row.conn = leavings[_i].ours ? 1 : 0;
	fixture_fold(&now, event);
	first->failed = leavings[_i].failed;
	*(leavings[_i].end == END_CLIENT ? &first->server : &first->client) =
	    leavings[_i].other;
	moment_socket_like(&now, &event.socket.row.tcp)->gone_at = FIXTURE_MS(10000);
	const char *text = row_said(&now, &event.socket.row);
	ck_assert_msg(strstr(text, leavings[_i].said) != NULL, "no \"%s\": %s",
	    leavings[_i].said, text);
	moment_release(&now);
}
END_TEST

/* Who closed first, a letter each: rebooted, never in the table, the client's FIN, the server's, aborted,
 * with bytes unread, the child ended. */
static const struct { const char *facts, *said, *not_said; } closings[] = {
	{"r", "has rebooted and knows the connection no longer.", "closed first"},
	{"rcs", "has rebooted", "closed first"},
	{"rn", "it has never heard of the connection, and answers the next SYN.", "no longer"},
	{"R", "This one kernel still has the row of its end", "no longer. The"},
	{"c", "Here the client closed first, at 1.250.", "server's end"},
	{"cs", "Here the client closed first, at 1.250.", "server's end closed"},
	{"s", "Here the server's end closed first: its FIN was here at 1.750.", "aborted"},
	{"a", "Here the client aborted: its close sent RST.", "closed first"},
	{"al", "its close sent RST, for it had not read all.", "closed first"},
	{"e", "The child, tcpserv 301, was killed by SIGKILL.", "closed first"},
	{"i", "The server, tcpserv 100, was killed by SIGKILL.", "The child"},
	{"", "Connection 1", "Here the"},
	{"k", "Connection 1", "The child, "},
};

START_TEST(who_closed_first_is_said)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct moment_connection *first = moment_connection(&now, 1);
	for (const char *fact = closings[_i].facts; *fact != '\0'; fact++)
		switch (*fact) {
		case 'r': first->rebooted = true; first->server = STATE_GONE; break;
		case 'n': first->server_was = false; break;
		case 'R': first->rebooted = true; first->server = STATE_FIN_WAIT2; break;
		case 'c': first->client_fin_at = FIXTURE_MS(1250); break;
		case 's': first->server_fin_at = FIXTURE_MS(1750); break;
		case 'a': first->client_close = CLOSE_BY_RST; break;
		case 'l': first->client_left_unread = true; break;
		case 'i': first->child = SERVER_PID; /* fallthrough */
		case 'e': first->child_ended = true; /* fallthrough */
		default: first->child_end = (struct process_end){.known = true,
		    .status = SIGKILL}; break;
		}
	const char *text = said_of(&now, (struct explain_subject){.kind = EXPLAIN_END,
	    .conn = 1, .end = END_CLIENT});
	ck_assert_msg(strstr(text, closings[_i].said) != NULL, "no \"%s\": %s",
	    closings[_i].said, text);
	ck_assert_msg(strstr(text, closings[_i].not_said) == NULL, "\"%s\": %s",
	    closings[_i].not_said, text);
	moment_release(&now);
}
END_TEST

/* An end without a row: from the connection; with several, the one in the table. */
START_TEST(an_end_without_a_row_is_said_to_be_gone)
{
	struct moment now;
	struct explain_subject subject = {.kind = EXPLAIN_END, .conn = 2, .end = END_SERVER};
	fixture_begin(&now, 0);
	fixture_fold(&now, fixture_connection(2, CONNECTION_OPENED));
	struct moment_connection *second = moment_connection(&now, 2);
	second->server = STATE_SYN_RECV;
	second->server_was = true;
	const char *text = said_of(&now, subject);
	ck_assert_int_eq(strncmp(text, "Connection 2, the server's end: GONE, "
	    "127.0.0.1:9877 → 127.0.0.1:40002\n", 72), 0);
	ck_assert_ptr_nonnull(strstr(text, "Its last state was SYN_RECV."));
	ck_assert_ptr_nonnull(strstr(text, "The server's side of the connection is over."));
	second->failed = true;
	subject.end = END_CLIENT;
	text = said_of(&now, subject);
	ck_assert_int_eq(strncmp(text, "Connection 2, the client's end: GONE, "
	    "127.0.0.1:40002 → 127.0.0.1:9877\n", 72), 0);
	ck_assert_ptr_nonnull(strstr(text, "connect failed."));
	subject.conn = 0; /* the current one: there is none */
	ck_assert_ptr_nonnull(strstr(said_of(&now, subject), "there is no connection yet"));
	fixture_fold(&now, fixture_socket(2, END_CLIENT, SOCKET_APPEARED, STATE_SYN_SENT));
	fixture_fold(&now, fixture_socket(2, END_CLIENT, SOCKET_GONE, STATE_SYN_SENT));
	fixture_fold(&now, fixture_socket(2, END_CLIENT, SOCKET_APPEARED, STATE_CLOSING));
	subject.conn = 2;
	ck_assert_ptr_nonnull(strstr(said_of(&now, subject), "the client's end: CLOSING"));
	fixture_fold(&now, fixture_connection(2, CONNECTION_CURRENT));
	subject.conn = 0;
	ck_assert_ptr_nonnull(strstr(said_of(&now, subject), "the client's end: CLOSING"));
	moment_release(&now);
}
END_TEST

/* How many rows are in a state; none can be in those that the table leaves out. */
START_TEST(rows_in_a_state_are_counted)
{
	struct moment now;
	struct explain_subject subject = {.kind = EXPLAIN_STATE, .number = STATE_LISTEN};
	fixture_begin(&now, 1);
	ck_assert_ptr_nonnull(strstr(said_of(&now, subject), " 1 row is in it now."));
	subject.number = STATE_ESTABLISHED;
	ck_assert_ptr_nonnull(strstr(said_of(&now, subject), " 2 rows are in it now."));
	now.sockets[2].gone_at = 1;
	ck_assert_ptr_nonnull(strstr(said_of(&now, subject), " 1 row is in it now."));
	subject.number = STATE_CLOSING;
	ck_assert_ptr_nonnull(strstr(said_of(&now, subject), "No row is in it now."));
	subject.number = STATE_CLOSE;
	ck_assert_ptr_null(strstr(said_of(&now, subject), "in it now."));
	subject.number = STATE_GONE;
	ck_assert_ptr_null(strstr(said_of(&now, subject), "in it now."));
	moment_release(&now);
}
END_TEST

/* What is looked for can be the first of its table. */
START_TEST(the_first_of_a_table_is_found)
{
	struct moment now;
	struct explain_subject subject = {.kind = EXPLAIN_END, .end = END_NONE};
	moment_init(&now);
	now.host.port = 9877;
	ck_assert_int_eq(strncmp(said_of(&now, subject), "LISTEN\n", 7), 0); /* none is there */
	fixture_fold(&now, fixture_child(1, PROCESS_FORKED, -1));
	fixture_fold(&now, fixture_child(1, PROCESS_ZOMBIE, -1));
	ck_assert_int_eq(strncmp(said_of(&now, (struct explain_subject){
	    .kind = EXPLAIN_ZOMBIE}), "tcpserv 301, a zombie\n", 22), 0);
	fixture_fold(&now, fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN));
	ck_assert_int_eq(strncmp(said_of(&now, subject), "LISTEN, *:9877\n", 15), 0);
	struct socket_row shown = now.sockets[0].row;
	fixture_fold(&now, fixture_socket(0, END_NONE, SOCKET_GONE, STATE_LISTEN));
	ck_assert_int_eq(strncmp(said_of(&now, subject), "LISTEN\n", 7), 0);
	ck_assert_ptr_nonnull(strstr(row_said(&now, &shown), "its last descriptor was closed"));
	fixture_fold(&now, fixture_child(1, PROCESS_REAPED, -1));
	ck_assert_int_eq(strncmp(said_of(&now, (struct explain_subject){
	    .kind = EXPLAIN_PROCESS, .number = CHILD_PID + 1}), "tcpserv 301, child, gone", 24),
	    0);
	moment_release(&now);
}
END_TEST

static const char *
process_said(const struct moment *now, pid_t pid)
{
	return said_of(now, (struct explain_subject){.kind = EXPLAIN_PROCESS, .number = pid});
}

START_TEST(a_process_is_said_to_be_what_it_is)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct process_row *row = &moment_process(&now, CHILD_PID + 1)->row;
	const char *text = process_said(&now, CHILD_PID + 1);
	ck_assert_int_eq(strncmp(text, "tcpserv 301, child\n", 19), 0);
	ck_assert_ptr_nonnull(strstr(text, "It serves 127.0.0.1:40001, connection 1."));
	ck_assert_ptr_nonnull(strstr(text, "Its parent is tcpserv 100."));
	ck_assert_ptr_nonnull(strstr(text, "STAT S: "));
	row->conn = 0;
	ck_assert_ptr_nonnull(strstr(process_said(&now, CHILD_PID + 1),
	    "It serves 127.0.0.1:40001."));
	row->peer.family = 0;
	ck_assert_ptr_null(strstr(process_said(&now, CHILD_PID + 1), "It serves 127"));
	strcpy(row->stat, "T+");
	text = process_said(&now, CHILD_PID + 1);
	ck_assert_ptr_nonnull(strstr(text, "STAT T: "));
	ck_assert_ptr_nonnull(strstr(text, "+: it is in the foreground"));
	strcpy(row->command, "[my\x1bserv]");
	ck_assert_int_eq(strncmp(process_said(&now, CHILD_PID + 1), "my^[serv 301, ", 14), 0);
	*row->command = '\0';
	ck_assert_int_eq(strncmp(process_said(&now, CHILD_PID + 1), "process 301, ", 13), 0);
	moment_release(&now);
}
END_TEST

START_TEST(a_process_that_left_is_said_to_be_gone)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct event event = fixture_child(1, PROCESS_REAPED, 3 << 8);
	event.process.end.by = SERVER_PID;
	fixture_fold(&now, event);
	const char *text = process_said(&now, CHILD_PID + 1);
	ck_assert_int_eq(strncmp(text, "tcpserv 301, child, gone\n", 25), 0);
	ck_assert_ptr_nonnull(strstr(text, "It has left the table at 0.0"));
	ck_assert_ptr_nonnull(strstr(text, "It ended by itself with status 3."));
	ck_assert_ptr_nonnull(strstr(text, "tcpserv 100 waited for it."));
	ck_assert_ptr_null(strstr(text, "STAT S"));
	/* its PID came again, and that one left, too: the latest is meant */
	fixture_fold(&now, fixture_process(ROLE_OTHER, CHILD_PID + 1, 0, PROCESS_STARTED, -1));
	fixture_fold(&now, fixture_process(ROLE_OTHER, CHILD_PID + 1, 0, PROCESS_EXITED, -1));
	text = process_said(&now, CHILD_PID + 1);
	ck_assert_int_eq(strncmp(text, "tcpserv 301, other, gone\n", 25), 0);
	ck_assert_ptr_null(strstr(text, "waited for it."));
	ck_assert_ptr_null(strstr(text, "It ended by itself"));
	ck_assert_ptr_null(strstr(text, "It ."));
	ck_assert_ptr_nonnull(strstr(process_said(&now, 4711), "error: there is no process "
	    "4711: show processes"));
	moment_release(&now);
}
END_TEST

START_TEST(a_zombie_is_said_to_be_one)
{
	struct moment now;
	struct explain_subject subject = {.kind = EXPLAIN_ZOMBIE};
	fixture_begin(&now, 2);
	ck_assert_int_eq(strncmp(said_of(&now, subject), "Zombies\n", 8), 0);
	fixture_fold(&now, fixture_child(1, PROCESS_ZOMBIE, SIGKILL));
	const char *text = said_of(&now, subject);
	ck_assert_int_eq(strncmp(text, "tcpserv 301, a zombie\n", 22), 0);
	ck_assert_ptr_nonnull(strstr(text, "It holds: PID 301, killed by SIGKILL, 0.02 s of"));
	ck_assert_ptr_nonnull(strstr(text, "Here tcpserv 100 has not waited since 0.0"));
	ck_assert_ptr_null(strstr(text, "There are"));
	ck_assert_ptr_null(strstr(text, "is stopped"));
	ck_assert_str_eq(process_said(&now, CHILD_PID + 1), text);
	fixture_fold(&now, fixture_child(2, PROCESS_ZOMBIE, -1));
	strcpy(moment_process(&now, SERVER_PID)->row.stat, "T");
	text = process_said(&now, CHILD_PID + 2);
	ck_assert_ptr_nonnull(strstr(text, "how it ended (not ours to read)"));
	ck_assert_ptr_nonnull(strstr(text, "There are 2 zombies."));
	ck_assert_ptr_nonnull(strstr(text, "Its parent is stopped: it cannot wait."));
	moment_process(&now, CHILD_PID + 2)->end = (struct process_end){.known = true,
	    .status = 3 << 8};
	ck_assert_ptr_nonnull(strstr(process_said(&now, CHILD_PID + 2), "exit status 3"));
	fixture_fold(&now, fixture_child(1, PROCESS_REAPED, 0)); /* the other one is first */
	ck_assert_int_eq(strncmp(said_of(&now, subject), "tcpserv 302, a zombie\n", 22), 0);
	moment_release(&now);
}
END_TEST

/* The last errno, the same by its name, and one that was not the last. */
START_TEST(an_errno_is_said_to_be_the_last_or_not)
{
	struct moment now;
	struct explain_subject subject = {.kind = EXPLAIN_LAST};
	fixture_begin(&now, 1);
	ck_assert_int_eq(strncmp(said_of(&now, subject), "error: no call has failed", 25), 0);
	fixture_fold(&now, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET));
	now.last.why = "That is why.";
	char *text = strdup(said_of(&now, subject));
	ck_assert_int_eq(strncmp(text, "ECONNRESET (104): Connection reset by peer\n", 43), 0);
	ck_assert_ptr_nonnull(strstr(text, "Here read of tcpserv 200 on connection 1, at 0.0"));
	ck_assert_ptr_nonnull(strstr(text, "Here: That is why."));
	subject = (struct explain_subject){.kind = EXPLAIN_ERRNO, .number = ECONNRESET};
	ck_assert_str_eq(said_of(&now, subject), text);
	free(text);
	subject.number = EPIPE;
	ck_assert_ptr_nonnull(strstr(said_of(&now, subject),
	    "It is not the last that a call returned."));
	now.last.signal = SIGPIPE; /* no errno came */
	subject.number = ECONNRESET;
	ck_assert_ptr_nonnull(strstr(said_of(&now, subject), "It is not the last"));
	subject = (struct explain_subject){.kind = EXPLAIN_LAST};
	ck_assert_ptr_nonnull(strstr(said_of(&now, subject), "Here tcpserv 200 died of it in "
	    "read, at 0.0"));
	subject = (struct explain_subject){.kind = EXPLAIN_SIGNAL, .number = SIGTERM};
	ck_assert_ptr_null(strstr(said_of(&now, subject), "died of it"));
	ck_assert_int_eq(strncmp(said_of(&now, subject), "SIGTERM (15): Terminated\n", 25), 0);
	now.last.signal = 0;
	now.last.call.error = 0;
	now.last.call.conn = 0;
	subject = (struct explain_subject){.kind = EXPLAIN_ERRNO, .number = 0};
	ck_assert_int_eq(strncmp(said_of(&now, subject), "End of file\n", 12), 0);
	ck_assert_ptr_nonnull(strstr(said_of(&now, subject), "Here read of tcpserv 200, at "));
	moment_release(&now);
}
END_TEST

/* The section is that of the circumstance, when there is one. */
START_TEST(the_section_is_that_of_the_circumstance)
{
	struct moment now;
	struct explanation out;
	char error[EXPLAIN_ERROR];
	const struct explain_subject subject = {.kind = EXPLAIN_LAST};
	const struct explain_view view = {.moment = &now};
	fixture_begin(&now, 1);
	fixture_fold(&now, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET));
	now.last.section = "7.5";
	ck_assert(explain(&subject, &view, &out, error));
	ck_assert_str_eq(out.section, "7.5");
	explain_release(&out);
	now.last.section = "99.9"; /* of which the book knows nothing */
	ck_assert(explain(&subject, &view, &out, error));
	ck_assert_str_eq(out.section, explain_errno_text(ECONNRESET)->section);
	explain_release(&out);
	ck_assert_ptr_null(out.parts[0]);
	moment_release(&now);
}
END_TEST

Suite *
explain_rows_suite(void)
{
	Suite *suite = suite_create("explain_rows");
	TCase *tests = tcase_create("rows");
	tcase_add_loop_test(tests, a_row_is_said_to_be_what_it_is, 0,
	    sizeof rows / sizeof *rows);
	tcase_add_loop_test(tests, a_timer_is_said_to_be_what_it_is, 0,
	    sizeof timers / sizeof *timers);
	tcase_add_test(tests, a_window_of_zero_is_said);
	tcase_add_loop_test(tests, an_end_is_said_to_be_what_it_is, 0,
	    sizeof ends / sizeof *ends);
	tcase_add_test(tests, the_other_end_is_found);
	tcase_add_test(tests, the_other_end_can_be_the_first);
	tcase_add_test(tests, a_row_that_was_shown_is_looked_up);
	tcase_add_loop_test(tests, why_a_row_left_is_said, 0,
	    sizeof leavings / sizeof *leavings);
	tcase_add_loop_test(tests, who_closed_first_is_said, 0,
	    sizeof closings / sizeof *closings);
	tcase_add_test(tests, an_end_without_a_row_is_said_to_be_gone);
	tcase_add_test(tests, rows_in_a_state_are_counted);
	tcase_add_test(tests, the_first_of_a_table_is_found);
	tcase_add_test(tests, a_process_is_said_to_be_what_it_is);
	tcase_add_test(tests, a_process_that_left_is_said_to_be_gone);
	tcase_add_test(tests, a_zombie_is_said_to_be_one);
	tcase_add_test(tests, an_errno_is_said_to_be_the_last_or_not);
	tcase_add_test(tests, the_section_is_that_of_the_circumstance);
	suite_add_tcase(suite, tests);
	return suite;
}
