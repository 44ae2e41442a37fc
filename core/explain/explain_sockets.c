/* explain_sockets.c: a row of the socket table, an end of a connection: what is true of
 * it in this moment, beside what is true of its state at any time (explain_states.c). */
#include "explain_internal.h"

#include "endpoint.h"
#include "last_state.h"

#include <string.h>

/* An end of a connection: what its events are about. */
struct concern {
	unsigned conn;
	pid_t child;
	int64_t until;   /* what happens to the host later is not about it */
};

/* Does the event tell how an end of the connection came to its state? */
static bool
is_about(const struct event *event, const void *context)
{
	const struct concern *concern = context;
	const struct event_call *call = &event->call;
	switch ((int)event->type) {
	case EVENT_STATE:
		return event->state.conn == concern->conn;
	case EVENT_CONNECTION:
		return event->connection.conn == concern->conn;
	case EVENT_SENT:
		return event->line.conn == concern->conn;
	case EVENT_CALL:
		return call->conn == concern->conn && (call->result <= 0 ||
		    event_call_ends(call->call)) && call->call != CALL_SETSOCKOPT;
	case EVENT_SIGNAL:
		return concern->child != 0 && event->signal.to == concern->child;
	case EVENT_PROCESS:
		return concern->child != 0 && event->process.row.pid == concern->child &&
		    event->process.what != PROCESS_CHANGED;
	case EVENT_HOST:
		return event->time <= concern->until;
	default:
		return false;
	}
}

/* When this end of the connection was last told to be gone. */
static int64_t
gone_since(const struct explain_view *view, unsigned conn, enum connection_end end)
{
	uint64_t number = view->end;
	while (view->log != NULL && (number = log_find_back(view->log, number,
	    log_first(view->log), LOG_TYPE(EVENT_STATE))) != UINT64_MAX) {
		const struct event *event = log_event(view->log, number);
		if (event != NULL && event->state.conn == conn &&
		    event->state.end == end && event->state.to == STATE_GONE)
			return event->time;
	}
	return INT64_MAX;
}

/* Is it a state in which a row stays when no process holds it? */
static bool
is_orphans(enum tcp_state state)
{
	return state == STATE_FIN_WAIT1 || state == STATE_FIN_WAIT2 || state == STATE_CLOSING ||
	    state == STATE_LAST_ACK || state == STATE_TIME_WAIT;
}

/* Who closed first, and how. */
static void
say_who_closed(struct explain_writer *writer,
    const struct moment_connection *connection)
{
	char time[EXPLAIN_WORD], child[EXPLAIN_WORD], end[EXPLAIN_WORD];
	explain_process_word(writer->view, connection->child, child);
	if (connection->rebooted && is_orphans(connection->server))
		explain_say(writer, EXPLAIN_LED, "Here the server's host has rebooted: a real one "
		    "would know the connection no longer. This one kernel still has the row of "
		    "its end, which no process holds, until its timer has run out; meanwhile it "
		    "hinders a bind without SO_REUSEADDR.");
	else if (connection->rebooted && !connection->server_was)
		explain_say(writer, EXPLAIN_LED, "Here the server's host was down when the SYN "
		    "was sent, and has rebooted since: it has never heard of the connection, and "
		    "answers the next SYN.");
	else if (connection->rebooted)
		explain_say(writer, EXPLAIN_LED, "Here the server's host has rebooted and knows "
		    "the connection no longer.");
	else if (connection->client_fin_at != 0)
		explain_say(writer, EXPLAIN_LED, "Here the client closed first, at %s.",
		    explain_time(connection->client_fin_at, time));
	else if (connection->server_fin_at != 0)
		explain_say(writer, EXPLAIN_LED, "Here the server's end closed first: its FIN "
		    "was here at %s.", explain_time(connection->server_fin_at, time));
	else if (connection->client_close == CLOSE_BY_RST)
		explain_say(writer, EXPLAIN_LED, "Here the client aborted: its close sent RST%s.",
		    connection->client_left_unread ? ", for it had not read all" : "");
	if (connection->child_ended && *explain_end_words(&connection->child_end, end) != '\0')
		explain_say(writer, EXPLAIN_LED, "The %s, %s, %s.",
		    moment_server_served(writer->view->moment, connection) ? "server" : "child",
		    child, end);
}

/* Are these the two ends of one connection? */
static bool
is_peer(const struct tcp_row *peer, const struct tcp_row *row)
{
	return peer->state != STATE_LISTEN && endpoint_equal(&peer->local, &row->remote) &&
	    endpoint_equal(&peer->remote, &row->local);
}

/* The row of the other end, of ours or, of a stranger's, among all; NULL. */
static const struct socket_row *
find_peer(const struct explain_writer *writer, const struct tcp_row *row)
{
	const struct moment *moment = writer->view->moment;
	for (const struct moment_socket *socket = NULL;
	    (socket = moment_next_socket(moment, socket)) != NULL;)
		if (is_peer(&socket->row.tcp, row))
			return &socket->row;
	for (size_t i = 0; i < moment->all_count; i++)
		if (is_peer(&moment->all[i].tcp, row))
			return &moment->all[i];
	return NULL;
}

/* What the other end is doing. */
static void
say_peer(struct explain_writer *writer, const struct tcp_row *row)
{
	char word[EXPLAIN_WORD];
	const struct socket_row *peer = find_peer(writer, row);
	if (row->state == STATE_LISTEN)
		return;
	if (peer == NULL)
		explain_say(writer, EXPLAIN_IS, "The table has no row of the other end.");
	else
		explain_say(writer, EXPLAIN_IS, "The other end, %s, is in %s.",
		    peer->owner_pid == 0 ? "which no process holds" :
		    explain_process_word(writer->view, peer->owner_pid, word),
		    tcp_state_name(peer->tcp.state));
}

/* Whose the row is, and what waits in it. */
static void
say_row(struct explain_writer *writer, const struct socket_row *row)
{
	const struct tcp_row *tcp = &row->tcp;
	char word[EXPLAIN_WORD];
	uint32_t fin = tcp->state == STATE_CLOSE_WAIT && tcp->recv_q > 0;
	if (row->owner_pid != 0)
		explain_say(writer, EXPLAIN_IS, "%s holds it.",
		    explain_process_word(writer->view, row->owner_pid, word));
	else if (tcp->inode == 0)
		explain_say(writer, EXPLAIN_IS, tcp->state == STATE_ESTABLISHED ?
		    "No process holds it (inode 0): accept has not returned it yet." :
		    "No process holds it (inode 0).");
	if (tcp->state == STATE_LISTEN && tcp->recv_q > 0)
		explain_say(writer, EXPLAIN_IS, "%u connection%s for accept.", tcp->recv_q,
		    tcp->recv_q == 1 ? " waits" : "s wait");
	else if (tcp->recv_q > fin)
		explain_say(writer, EXPLAIN_IS, "%u bytes have come that were not "
		    "read.", tcp->recv_q - fin);
	if (tcp->send_q > 0 && tcp->timer == TIMER_PROBE)
		explain_say(writer, EXPLAIN_IS, "%u bytes of what was written here are not sent: "
		    "the peer's TCP has no room for them (its window is zero).", tcp->send_q);
	else if (tcp->send_q > 0 && tcp->state != STATE_LISTEN)
		explain_say(writer, EXPLAIN_IS, "%u of what was written here is not acknowledged, "
		    "or not even sent (SYN and FIN count one).", tcp->send_q);
}

/* When its timer runs out: on the clock of the timeline. */
static void
say_timer(struct explain_writer *writer, const struct socket_row *row)
{
	static const char *const what[] = {
		[TIMER_ON] = "it sends again", [TIMER_KEEPALIVE] = "it probes whether the peer "
		    "is there", [TIMER_TIME_WAIT] = "the kernel drops the row",
		[TIMER_PROBE] = "it asks whether the peer has room again",
	};
	const struct moment_connection *connection =
	    moment_connection(writer->view->moment, row->conn);
	enum tcp_timer timer = row->tcp.timer;
	char time[EXPLAIN_WORD];
	if (timer == TIMER_OFF || (unsigned)timer > TIMER_PROBE || row->timer_at == 0)
		return;
	explain_say(writer, EXPLAIN_ENDS, "Its timer: at %s %s.",
	    explain_time(row->timer_at, time), what[timer]);
	if (row->tcp.retransmits > 0)
		explain_say(writer, EXPLAIN_ENDS, "Sent again %u time%s so far.",
		    row->tcp.retransmits, row->tcp.retransmits == 1 ? "" : "s");
	if (connection != NULL && row->end == END_CLIENT && connection->gives_up_at != 0)
		explain_say(writer, EXPLAIN_ENDS, "TCP gives up at %s.",
		    explain_time(connection->gives_up_at, time));
}

/* Why a row left the table. */
static void
say_gone(struct explain_writer *writer, const struct socket_row *row, int64_t gone_at)
{
	const struct moment_connection *connection =
	    moment_connection(writer->view->moment, row->conn);
	char time[EXPLAIN_WORD];
	const char *why = "";
	enum tcp_state last = row->tcp.state;
	if (connection != NULL)
		last = last_state(connection, row->end, row->end == END_CLIENT ?
		    connection->server : connection->client);
	if (last == STATE_GONE)
		last = row->tcp.state;
	if (row->tcp.state == STATE_TIME_WAIT)
		why = ": its time was over";
	else if (row->tcp.state == STATE_LISTEN)
		why = ": its last descriptor was closed";
	else if (connection != NULL && connection->failed && row->end == END_CLIENT)
		why = ": connect failed";
	else if (row->tcp.state == STATE_FIN_WAIT2 && row->timer_at != 0 &&
	    row->timer_at < gone_at + INT64_C(2000000000))
		why = ": nobody held it, and tcp_fin_timeout was over";
	else if (connection != NULL && last == STATE_LAST_ACK)
		why = ": its FIN, the second, was acknowledged";
	else if (connection != NULL && last != STATE_SYN_SENT)
		why = ": a RST ended it, or TCP gave it up";
	explain_say(writer, EXPLAIN_LED, "It left the table at %s from %s%s.",
	    explain_time(gone_at, time), tcp_state_name(last), why);
}

/* The events of an end of a connection; over: it is gone. */
static void
tell_events(struct explain_writer *writer, unsigned conn, enum connection_end end,
    bool over)
{
	const struct moment_connection *connection =
	    moment_connection(writer->view->moment, conn);
	struct concern concern = {.conn = conn};
	if (connection == NULL)
		return;
	concern.child = connection->child;
	concern.until = over ? gone_since(writer->view, conn, end) : INT64_MAX;
	explain_tell(writer, writer->view->end, is_about, &concern);
}

/* "connection 1, the client's end: CLOSE_WAIT, 127.0.0.1:42758 → 127.0.0.1:9877" */
static void
name_row(struct explain_writer *writer, const struct socket_row *row, bool gone)
{
	char local[ENDPOINT_TEXT], remote[ENDPOINT_TEXT], whose[64] = "";
	endpoint_text(&row->tcp.local, local);
	endpoint_text(&row->tcp.remote, remote);
	if (row->conn != 0)
		snprintf(whose, sizeof whose, "Connection %u, the %s's end: ", row->conn,
		    event_end_name(row->end));
	if (row->tcp.state == STATE_LISTEN && !gone)
		explain_name(writer, "LISTEN, %s", local);
	else
		explain_name(writer, "%s%s, %s → %s", whose, gone ? "GONE" :
		    tcp_state_name(row->tcp.state), local, remote);
}

/* Is the server another machine's, of whose table nothing is seen here? */
static bool
is_far(const struct moment *moment, enum connection_end end)
{
	return end == END_SERVER && strcmp(moment->world, "remote") == 0;
}

/* Why an end that the table has never had is not there. */
static const char *
never_text(const struct moment *moment, const struct moment_connection *connection)
{
	if (is_far(moment, END_SERVER))
		return "The server is on another machine: the table of sockets there cannot be read "
		    "from here. What its end does shows only in what the client's end meets.";
	if (connection->silent)
		return "The server's end has never been in the table: nothing that the client "
		    "sent has arrived.";
	if (connection->failed)
		return "The server's end has never been in the table: connect failed.";
	return moment_queue_is_full(moment) ?
	    "The server's end has never been in the table: the queue of the listener is full, so "
	    "its TCP drops the SYN, each time that it comes." :
	    "The server's end has not been in the table yet.";
}

/* The child of the connection serves it no more, or did not alone. */
static const char *
child_text(const struct moment *moment, const struct moment_connection *connection,
    enum tcp_state state)
{
	char leaks[8];
	moment_setting(moment, "leak_connfd", leaks, sizeof leaks);
	if (state == STATE_ESTABLISHED && connection->child_ended)
		return "The child that served it is dead. The connection lives on because another "
		    "process holds a copy of its descriptor: no FIN goes out before that one is "
		    "closed, too.";
	if (state == STATE_CLOSE_WAIT && connection->child_ended)
		return "The child that served it is dead; another process holds a copy of its "
		    "descriptor, and has not closed it.";
	if (state == STATE_ESTABLISHED && connection->child == 0)
		return "The server has not taken it yet, or it is not known who has.";
	if (state == STATE_ESTABLISHED && connection->child == moment->server)
		return "The server itself reads and writes here: no child was forked for it.";
	if (state == STATE_ESTABLISHED && *leaks == '\0')
		return "The child that was forked for it reads and writes here. Its parent may hold a "
		    "copy of the descriptor, too: then the child's end will send no FIN.";
	if (state == STATE_ESTABLISHED && strcmp(leaks, "on") == 0)
		return "The child that was forked for it reads and writes here; the parent keeps "
		    "its own copy of the descriptor (leak_connfd=on), so that the child's end "
		    "will send no FIN.";
	return NULL;
}

/* What is true of a state at this end of this connection. */
static const char *
end_text(const struct moment *moment, const struct moment_connection *connection,
    enum tcp_state state, enum connection_end end)
{
	const char *text = NULL;
	if (connection == NULL)
		return explain_state_at(state, end);
	if (end == END_SERVER && state == STATE_GONE && !connection->server_was)
		return never_text(moment, connection);
	if (end == END_SERVER)
		text = child_text(moment, connection, state);
	else if (state == STATE_CLOSE_WAIT && connection->fin_read)
		text = "The client knows: its read has returned 0, the end of file. It has not "
		    "closed. Its next write succeeds, and draws a RST if the server's process is "
		    "gone.";
	return text != NULL ? text : explain_state_at(state, end);
}

/* What is true of a state; of one that is over, only what led to it here; of an end that
 * has never been, that. */
static void
write_state(struct explain_writer *writer, enum tcp_state state,
    const struct moment_connection *connection, enum connection_end end, bool over)
{
	const struct moment *moment = writer->view->moment;
	const struct explain_text *text = explain_state_text(state);
	struct explain_text shown = *(text != NULL ? text : explain_state_text(STATE_GONE));
	if (over)
		shown.led = "";
	if (state == STATE_GONE && connection != NULL && end == END_SERVER &&
	    !connection->server_was)
		shown = (struct explain_text){.is = "", .led = "", .ends = is_far(moment, end) ?
		    "Whatever ends it there: close, a RST, time." : "Nothing is there to end.",
		    .differs = "", .section = shown.section};
	explain_write(writer, &shown);
	explain_say(writer, EXPLAIN_IS, "%s", end_text(moment, connection, state, end));
}

/* A row of the table, or one that left it. */
void
explain_socket(struct explain_writer *writer, const struct socket_row *row,
    int64_t gone_at)
{
	const struct moment_connection *connection =
	    moment_connection(writer->view->moment, row->conn);
	enum tcp_state state = gone_at != 0 ? STATE_GONE : row->tcp.state;
	name_row(writer, row, gone_at != 0);
	write_state(writer, state, connection, row->conn != 0 ? row->end : END_NONE,
	    gone_at != 0);
	if (gone_at != 0) {
		say_gone(writer, row, gone_at);
	} else {
		say_row(writer, row);
		say_peer(writer, &row->tcp);
		say_timer(writer, row);
	}
	if (connection == NULL)
		return;
	say_who_closed(writer, connection);
	tell_events(writer, row->conn, row->end, gone_at != 0);
}

/* An end of a connection, by its row when the table has one. */
void
explain_connection_end(struct explain_writer *writer,
    const struct moment_connection *connection, enum connection_end end)
{
	const struct moment *moment = writer->view->moment;
	const struct moment_socket *found = NULL;
	struct socket_row row = {.conn = connection->conn, .end = end};
	for (size_t i = 0; i < moment->socket_count; i++)
		if (moment->sockets[i].row.conn == connection->conn &&
		    moment->sockets[i].row.end == end &&
		    (found == NULL || moment->sockets[i].gone_at == 0))
			found = &moment->sockets[i];
	if (found != NULL) {
		explain_socket(writer, &found->row, found->gone_at);
		return;
	}
	bool client = end == END_CLIENT;
	row.tcp.local = client ? connection->local : connection->remote;
	row.tcp.remote = client ? connection->remote : connection->local;
	name_row(writer, &row, true);
	write_state(writer, STATE_GONE, connection, end, true);
	if (connection->failed)
		explain_say(writer, EXPLAIN_LED, "connect failed.");
	else if (client || connection->server_was)
		explain_say(writer, EXPLAIN_LED, "Its last state was %s.",
		    tcp_state_name(last_state(connection, end, client ?
		    connection->server : connection->client)));
	say_who_closed(writer, connection);
	tell_events(writer, connection->conn, end, true);
}
