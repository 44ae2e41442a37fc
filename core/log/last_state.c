/* Where an end was when its row vanished.
 *
 * Between two readings of the table an end can go through all the rest of its
 * life, and there are several ways (RFC 9293, figure 5): that it is gone does not
 * tell which one it took.  These things do:
 *
 * Two FINs, both answered, leave one end in TIME_WAIT, for a minute: the one that
 * closed first.  So if the other end is there, this one came through LAST_ACK.
 * If it is not, a RST ended both, or this one alone if nobody heard it.
 *
 * How far an end had come when the RST ended it is known by who closed first.
 * The client tells in which state it called close or shutdown, and so what that
 * sent: in ESTABLISHED the first FIN, in CLOSE_WAIT the second, with bytes that it
 * had not read no FIN but a RST (RFC 9293, 3.6.1), in CLOSE nothing at all.  That
 * the server's FIN was first is known by the client's CLOSE_WAIT, or its end of
 * file.  FIN_WAIT2 was passed if the other end wrote when it had the FIN: every
 * segment acknowledges what came before it.
 *
 * What is not known is not claimed: the row went, then, from where it was. */
#include "last_state.h"

/* Where the end is that closed first: has the other one written since? */
static enum tcp_state
after_first_fin(int64_t fin_at, int64_t wrote_at)
{
	return fin_at != 0 && wrote_at > fin_at ? STATE_FIN_WAIT2 : STATE_FIN_WAIT1;
}

/* The client's end, but for TIME_WAIT at the other one. */
static enum tcp_state
last_of_client(const struct moment_connection *connection)
{
	if (connection->client_reached == STATE_FIN_WAIT1)
		return after_first_fin(connection->client_fin_at,
		    connection->server_wrote_at);
	if (connection->client_reached != STATE_GONE)
		return connection->client_reached;
	return connection->server_fin_at != 0 ? STATE_CLOSE_WAIT : connection->client;
}

/* The server's.  A child that had read all, wrote no more and ended has sent a FIN
 * of its own: also if nobody was there any more to answer it. */
static enum tcp_state
last_of_server(const struct moment_connection *connection)
{
	if (connection->server_fin_at != 0)
		return after_first_fin(connection->server_fin_at,
		    connection->client_wrote_at);
	if (connection->client_fin_at == 0 || connection->rebooted)
		return connection->server;
	if (connection->server_close == CLOSE_BY_FIN &&
	    connection->client_close != CLOSE_BY_RST && connection->child_ended &&
	    connection->server_wrote_at < connection->client_fin_at)
		return STATE_LAST_ACK;
	return STATE_CLOSE_WAIT;
}

enum tcp_state
last_state(const struct moment_connection *connection, enum connection_end end,
    enum tcp_state other)
{
	if (other == STATE_TIME_WAIT)
		return STATE_LAST_ACK;
	return end == END_CLIENT ? last_of_client(connection) :
	    last_of_server(connection);
}
