/* figures.c: the calls of both sides from the log.
 *
 * The client's side is what its connection's calls said; the server's is the
 * chain of the parent that accepted it, or of the latest one before that, and of
 * the child that serves it. */
#include "figures.h"

#include "endpoint.h"

static const struct chain_call chains[SIDES][FIGURE_CALLS] = {
	[SIDE_CLIENT] = {
		{"socket", CALL_SOCKET, ROLE_CLIENT, "a descriptor; no value yet"},
		{"connect", CALL_CONNECT, ROLE_CLIENT, "all four values"},
		{"write", CALL_WRITE, ROLE_CLIENT, "a line to the server"},
		{"read", CALL_READ, ROLE_CLIENT, "what comes back"},
		{"close", CALL_CLOSE, ROLE_CLIENT, "nothing more to send: FIN"},
	},
	[SIDE_SERVER] = {
		{"socket", CALL_SOCKET, ROLE_SERVER, "a descriptor; no value yet"},
		{"bind", CALL_BIND, ROLE_SERVER, "the local values"},
		{"listen", CALL_LISTEN, ROLE_SERVER, "clients may connect"},
		{"accept", CALL_ACCEPT, ROLE_SERVER, "a new socket, all four values"},
		{"fork", CALL_FORK, ROLE_SERVER, "a child with a copy of it"},
		{"read", CALL_READ, ROLE_CHILD, "a line of the client"},
		{"write", CALL_WRITE, ROLE_CHILD, "the answer"},
		{"close", CALL_CLOSE, ROLE_CHILD, "nothing more to send: FIN"},
	},
};

const struct chain_call *
figures_chain(int side, int number)
{
	return number < FIGURE_CALLS && chains[side][number].name != NULL ?
	    &chains[side][number] : NULL;
}

/* The parent whose chain is shown: the one that accepted the connection, or the
 * latest that has made a call. */
static pid_t
find_parent(const struct scene *scene)
{
	pid_t latest = 0;
	uint64_t i = scene->end;
	while ((i = log_find_back(scene->log, i, scene_first(scene),
	    LOG_TYPE(EVENT_CALL))) != UINT64_MAX) {
		const struct event *event = log_event(scene->log, i);
		if (event == NULL || event->call.role != ROLE_SERVER)
			continue;
		if (event->call.call == CALL_ACCEPT && event->call.conn != 0 &&
		    event->call.conn == scene->moment->current)
			return event->call.pid;
		if (latest == 0 && event->call.call <= CALL_LISTEN)
			latest = event->call.pid;
	}
	return latest;
}

/* Is it a call of the chains that are shown? */
static bool
belongs(const struct figures *figures, const struct chain_call *wanted,
    const struct event_call *call, unsigned current)
{
	if (wanted->name == NULL || wanted->call != call->call ||
	    wanted->role != call->role)
		return false;
	if (call->role == ROLE_SERVER && call->call <= CALL_LISTEN)
		return call->pid == figures->parent;
	return call->conn != 0 && call->conn == current;
}

/* Reads the calls from the log. */
static void
read_calls(const struct scene *scene, struct figures *figures)
{
	figures->parent = find_parent(scene);
	for (uint64_t i = scene_first(scene); (i = log_find(scene->log, i,
	    scene->end, LOG_TYPE(EVENT_CALL))) < scene->end; i++) {
		const struct event *event = log_event(scene->log, i);
		if (event == NULL)
			continue;
		for (int j = 0; j < SIDES * FIGURE_CALLS; j++) {
			struct made *made = &figures->made[j / FIGURE_CALLS][j % FIGURE_CALLS];
			if (!belongs(figures, &chains[j / FIGURE_CALLS][j % FIGURE_CALLS],
			    &event->call, scene->moment->current))
				continue;
			made->count++;
			made->time = event->time;
			made->call = event->call;
		}
	}
}

const struct made *
figures_server_made(const struct figures *figures, enum report_call call)
{
	for (int i = 0; i < FIGURE_CALLS; i++)
		if (chains[SIDE_SERVER][i].call == call &&
		    figures->made[SIDE_SERVER][i].count > 0)
			return &figures->made[SIDE_SERVER][i];
	return NULL;
}

/* What bind fixed at the server: by its call, or by the row in LISTEN. */
static struct report_endpoint
bound_to(const struct scene *scene, const struct figures *figures)
{
	const struct moment *moment = scene->moment;
	const struct made *bind = figures_server_made(figures, CALL_BIND);
	if (bind != NULL && bind->call.result == 0)
		return bind->call.local;
	const struct moment_socket *listener = moment_listener(moment);
	return listener != NULL ? listener->row.tcp.local : (struct report_endpoint){0};
}

/* The four values of both ends, as far as they are fixed. */
static void
read_values(const struct scene *scene, struct figures *figures)
{
	const struct moment *moment = scene->moment;
	const struct moment_connection *connection =
	    moment_connection(moment, moment->current);
	const struct made *accept = figures_server_made(figures, CALL_ACCEPT);
	struct report_endpoint *server = figures->values[SIDE_SERVER];
	server[0] = bound_to(scene, figures);
	figures->any = server[0].family != 0 && endpoint_is_any(&server[0]);
	figures->connection = connection;
	if (connection == NULL)
		return;
	figures->child = connection->child;
	figures->values[SIDE_CLIENT][0] = connection->local;
	figures->values[SIDE_CLIENT][1] = connection->remote;
	bool accepted = accept != NULL && accept->call.result >= 0;
	if (!accepted && connection->child == 0)
		return; /* its calls may be another's, who does not tell us */
	server[0] = accepted ? accept->call.local : connection->remote;
	server[1] = accepted ? accept->call.remote : connection->local;
}

void
figures_read(struct figures *figures, const struct scene *scene)
{
	*figures = (struct figures){0};
	read_calls(scene, figures);
	read_values(scene, figures);
}
