#include "details_watch.h"

#include "loop.h"

#define PAUSE_NS MILLISECONDS(200)

/* One end, as it was told last. */
static const struct moment_end_details *
told_of(const struct moment *now, unsigned conn, enum connection_end end)
{
	static const struct moment_end_details nothing;
	if (now->details.conn != conn)
		return &nothing;
	return end == END_CLIENT ? &now->details.client : &now->details.server;
}

/* Asks for one end, and appends what is new. */
static void
look_at_end(struct sock_diag *diag, struct log *log,
    const struct moment_connection *connection, enum connection_end end, int64_t time)
{
	bool client = end == END_CLIENT;
	unsigned conn = connection->conn;
	const struct moment_end_details *told = told_of(log_now(log), conn, end);
	struct sock_diag_answer answer;
	if ((client ? connection->client : connection->server) == STATE_GONE ||
	    (told->any && time - told->time < PAUSE_NS) ||
	    sock_diag_recall(diag, client ? &connection->local : &connection->remote,
	    client ? &connection->remote : &connection->local, &answer) != 1 ||
	    !answer.has_details ||
	    (told->any && tcp_details_equal(&told->tcp, &answer.details)))
		return;
	struct event event = {.time = time, .type = EVENT_DETAILS};
	event.details.conn = conn;
	event.details.end = end;
	event.details.tcp = answer.details;
	log_append(log, &event);
}

void
details_watch_look(struct sock_diag *diag, struct log *log, int64_t now)
{
	for (enum connection_end end = END_CLIENT; end <= END_SERVER; end++) {
		const struct moment_connection *connection =
		    moment_connection(log_now(log), log_now(log)->current);
		if (connection != NULL)
			look_at_end(diag, log, connection, end, now);
	}
}
