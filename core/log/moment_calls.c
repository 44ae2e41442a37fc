/* moment_calls.c: what calls and signals change of a moment: how each end of a
 * connection was let go, which bytes crossed, the last errno and its reason. */
#include "moment_internal.h"

#include "why.h"

#include <errno.h>
#include <signal.h>

void
moment_note_server_fin(struct moment_connection *connection, int64_t time)
{
	if (connection->client_reached == STATE_GONE && connection->server_fin_at == 0)
		connection->server_fin_at = time;
}

/* The client's shutdown or close in a state that is known: where it took its end,
 * and whether by FIN.  What is not read when it closes makes a RST of the FIN. */
static void
note_client_end(struct moment_connection *connection,
    const struct event_call *call, int64_t time)
{
	enum tcp_state state = (enum tcp_state)call->about;
	bool closes = call->call == CALL_CLOSE;
	if (call->result < 0 || state == STATE_GONE || state == STATE_CLOSE)
		return; /* a RST had ended it before */
	if (state == STATE_CLOSE_WAIT)
		moment_note_server_fin(connection, time);
	connection->client_reached = state;
	if (closes && call->value > 0 && connection->client_close == CLOSE_UNKNOWN) {
		connection->client_close = CLOSE_BY_RST;
		connection->client_left_unread = true;
	}
	if (closes && connection->client_close == CLOSE_BY_RST)
		return;
	if (state == STATE_CLOSE_WAIT)
		connection->client_reached = STATE_LAST_ACK;
	if (state != STATE_ESTABLISHED)
		return;
	connection->client_reached = STATE_FIN_WAIT1;
	if (!connection->silent)
		connection->client_fin_at = time;
}

/* What a call of the client tells of its connection. */
static void
note_client_call(struct moment_connection *connection,
    const struct event_call *call, int64_t time)
{
	if (event_call_ends(call->call))
		note_client_end(connection, call, time);
	connection->fin_read |= call->call == CALL_READ && call->result == 0;
	if (call->call == CALL_READ && call->result == 0 && !connection->reset)
		moment_note_server_fin(connection, time);
	if (call->call == CALL_WRITE && call->result > 0)
		connection->client_wrote_at = time;
	if (call->call == CALL_CONNECT && call->result == 0)
		connection->established = true;
	if (call->call == CALL_SETSOCKOPT && call->result == 0) {
		if (call->about == OPTION_SO_LINGER) /* {1,0} */
			connection->client_close = CLOSE_BY_RST;
		if (call->about == OPTION_SO_KEEPALIVE)
			connection->keepalive = call->value != 0;
	}
	if (call->call == CALL_CONNECT && call->result < 0 &&
	    call->error != EINTR)
		connection->failed = true;
	if (call->call == CALL_SHUTDOWN && call->result == 0)
		connection->half_closed = true;
	if (call->result < 0 &&
	    (call->error == ECONNRESET || call->error == EPIPE))
		connection->reset = true;
}

/* A child wrote; or it met the end of file, and will close in its turn; or a
 * reset. */
static void
note_server_call(struct moment_connection *connection,
    const struct event_call *call, int64_t time)
{
	connection->served |= call->role == ROLE_CHILD;
	if (call->call == CALL_WRITE && call->result > 0)
		connection->server_wrote_at = time;
	if (call->call != CALL_READ)
		return;
	if (call->result > 0)
		connection->bytes_served += (size_t)call->result;
	if (connection->server_close != CLOSE_UNKNOWN)
		return;
	if (call->result == 0)
		connection->server_close = CLOSE_BY_FIN;
	else if (call->result < 0 && call->error == ECONNRESET)
		connection->server_close = CLOSE_BY_RST;
}

void
moment_fold_call(struct moment *moment, const struct event *event)
{
	const struct event_call *call = &event->call;
	struct moment_connection *connection = moment_connection(moment, call->conn);
	bool end_of_file = call->call == CALL_READ && call->result == 0 &&
	    call->role == ROLE_CLIENT;
	if (call->result < 0 || end_of_file) {
		moment->last = (struct moment_errno){.any = true,
		    .time = event->time, .call = *call};
		moment->last.why = why_call(moment, call, &moment->last.section);
	}
	if (connection != NULL && call->role == ROLE_CLIENT)
		note_client_call(connection, call, event->time);
	else if (connection != NULL)
		note_server_call(connection, call, event->time);
}

void
moment_fold_signal(struct moment *moment, const struct event *event)
{
	const struct moment_process *process =
	    moment_process(moment, event->signal.to);
	if (event->signal.number != SIGPIPE || event->signal.by != BY_KERNEL ||
	    event->signal.caught || process == NULL)
		return;
	bool client = process->row.role == ROLE_CLIENT;
	moment->last = (struct moment_errno){.any = true, .time = event->time,
	    .signal = SIGPIPE, .section = "5.13", .why = client ?
	    "The write to a connection that a RST had ended raised SIGPIPE: the client is dead." :
	    "The write to a connection that a RST had ended raised SIGPIPE: it died of it."};
	moment->last.call = (struct event_call){.role = process->row.role,
	    .pid = process->row.pid, .call = CALL_WRITE, .result = -1,
	    .conn = client ? moment->current : process->row.conn};
}
