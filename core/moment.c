#include "moment.h"

#include "all_rows.h"
#include "endpoint.h"
#include "moment_internal.h"
#include "why.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long a row that left its table stays in the moment, and how much longer it may,
 * so that not every event looks through all of them. */
#define LINGER_NS INT64_C(5000000000)
#define PRUNE_NS INT64_C(100000000)

/* How many connections that are over are kept at least. */
enum { CONNECTIONS_KEPT = 256 };

/* How many rows that left their table stay at most, twice that for a while. */
enum { LINGER_MOST = 256 };

/* A moment before all events. */
void
moment_init(struct moment *moment)
{
	memset(moment, 0, sizeof *moment);
	moment->host_state = HOST_UP;
}

/* Frees what the moment holds. */
void
moment_release(struct moment *moment)
{
	free(moment->sockets);
	free(moment->processes);
	free(moment->connections);
	free(moment->all);
	moment_init(moment);
}

/* A copy of count elements of size bytes; NULL for none, or when there is no memory,
 * which *failed says. */
static void *
copy_array(const void *array, size_t count, size_t size, bool *failed)
{
	void *copy = count > 0 ? malloc(count * size) : NULL;
	if (copy != NULL)
		memcpy(copy, array, count * size);
	else if (count > 0)
		*failed = true;
	return copy;
}

/* Copies a moment. */
int
moment_copy(struct moment *to, const struct moment *from)
{
	bool failed = false;
	*to = *from;
	to->sockets = copy_array(from->sockets, from->socket_count,
	    sizeof *from->sockets, &failed);
	to->processes = copy_array(from->processes, from->process_count,
	    sizeof *from->processes, &failed);
	to->connections = copy_array(from->connections, from->connection_count,
	    sizeof *from->connections, &failed);
	to->all = copy_array(from->all, from->all_count, sizeof *from->all, &failed);
	to->socket_room = from->socket_count;
	to->process_room = from->process_count;
	to->connection_room = from->connection_count;
	if (!failed)
		return 0;
	moment_release(to);
	return -1;
}

/* How many bytes it takes. */
size_t
moment_size(const struct moment *moment)
{
	return sizeof *moment + moment->socket_room * sizeof *moment->sockets +
	    moment->process_room * sizeof *moment->processes +
	    moment->connection_room * sizeof *moment->connections +
	    moment->all_count * sizeof *moment->all;
}

/* Makes room for one more element of size bytes; NULL when there is no memory. */
static void *
grow(void *array, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return array;
	size_t wanted = *room == 0 ? 16 : *room * 2;
	void *larger = realloc(array, wanted * size);
	if (larger != NULL) {
		memset((char *)larger + *room * size, 0, (wanted - *room) * size);
		*room = wanted;
	}
	return larger;
}

/* The chain of the rows with these ports; of the processes with this number. */
static size_t
socket_chain(const struct report_endpoint *local,
    const struct report_endpoint *remote)
{
	uint32_t ports = (uint32_t)local->port << 16 | remote->port;
	return (ports * UINT32_C(2654435761) >> 16) % MOMENT_CHAINS;
}

static size_t
process_chain(pid_t pid)
{
	return (uint32_t)pid % MOMENT_CHAINS;
}

/* Puts the row of this number into its chain. */
static void
chain_socket(struct moment *moment, size_t number)
{
	const struct tcp_row *row = &moment->sockets[number].row.tcp;
	uint32_t *chain = &moment->socket_chains[socket_chain(&row->local,
	    &row->remote)];
	moment->sockets[number].next = *chain;
	*chain = (uint32_t)number + 1;
}

static void
chain_process(struct moment *moment, size_t number)
{
	uint32_t *chain = &moment->process_chains[process_chain(
	    moment->processes[number].row.pid)];
	moment->processes[number].next = *chain;
	*chain = (uint32_t)number + 1;
}

/* Makes the chains anew, for rows that have moved. */
static void
chain_all(struct moment *moment)
{
	memset(moment->socket_chains, 0, sizeof moment->socket_chains);
	memset(moment->process_chains, 0, sizeof moment->process_chains);
	for (size_t i = 0; i < moment->socket_count; i++)
		chain_socket(moment, i);
	for (size_t i = 0; i < moment->process_count; i++)
		chain_process(moment, i);
}

/* The row in the table with these two ends. */
struct moment_socket *
moment_socket(const struct moment *moment, const struct report_endpoint *local,
    const struct report_endpoint *remote, uint8_t family)
{
	uint32_t next = moment->socket_chains[socket_chain(local, remote)];
	while (next != 0) {
		struct moment_socket *socket = &moment->sockets[next - 1];
		const struct tcp_row *row = &socket->row.tcp;
		if (socket->gone_at == 0 && row->family == family &&
		    row->local.port == local->port &&
		    row->remote.port == remote->port &&
		    endpoint_equal(&row->local, local) &&
		    endpoint_equal(&row->remote, remote))
			return socket;
		next = socket->next;
	}
	return NULL;
}

/* The process in the table. */
struct moment_process *
moment_process(const struct moment *moment, pid_t pid)
{
	uint32_t next = moment->process_chains[process_chain(pid)];
	while (next != 0) {
		struct moment_process *process = &moment->processes[next - 1];
		if (process->row.pid == pid && process->ended_at == 0)
			return process;
		next = process->next;
	}
	return NULL;
}

/* Where connection N stands, or would stand: they are in the order of their
 * numbers, and mostly none is missing between. */
static size_t
connection_place(const struct moment *moment, unsigned conn)
{
	size_t low = 0, high = moment->connection_count;
	if (high > 0 && conn >= moment->connections[0].conn) {
		size_t guess = conn - moment->connections[0].conn;
		if (guess < high && moment->connections[guess].conn == conn)
			return guess;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (moment->connections[middle].conn < conn)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Connection N. */
struct moment_connection *
moment_connection(const struct moment *moment, unsigned conn)
{
	size_t place = connection_place(moment, conn);
	return conn != 0 && place < moment->connection_count &&
	    moment->connections[place].conn == conn ?
	    &moment->connections[place] : NULL;
}

/* The connection with these two ends, and which of its ends local is.  The
 * latest first: an ephemeral port can come again. */
struct moment_connection *
moment_connection_of(const struct moment *moment,
    const struct report_endpoint *local, const struct report_endpoint *remote,
    enum connection_end *end)
{
	for (size_t i = moment->connection_count; i-- > 0;) {
		struct moment_connection *connection = &moment->connections[i];
		if (endpoint_equal(&connection->local, local) &&
		    endpoint_equal(&connection->remote, remote)) {
			*end = END_CLIENT;
			return connection;
		}
		if (endpoint_equal(&connection->local, remote) &&
		    endpoint_equal(&connection->remote, local)) {
			*end = END_SERVER;
			return connection;
		}
	}
	return NULL;
}

/* Is there a LISTEN row for our port? */
bool
moment_is_listening(const struct moment *moment)
{
	for (size_t i = 0; i < moment->socket_count; i++)
		if (moment->sockets[i].gone_at == 0 &&
		    moment->sockets[i].row.tcp.state == STATE_LISTEN &&
		    moment->sockets[i].row.tcp.local.port == moment->host.port)
			return true;
	return false;
}

/* Does the process run, neither a zombie nor gone? */
bool
moment_process_runs(const struct moment_process *process)
{
	return process != NULL && process->ended_at == 0 &&
	    process->what != PROCESS_ZOMBIE;
}

/* So many processes forked by the server are alive, or zombies. */
static unsigned
count_forked(const struct moment *moment, bool running)
{
	unsigned count = 0;
	for (size_t i = 0; i < moment->process_count; i++) {
		const struct moment_process *process = &moment->processes[i];
		if (process->forked && process->ended_at == 0 &&
		    moment_process_runs(process) == running)
			count++;
	}
	return count;
}

/* Children that run. */
unsigned
moment_children(const struct moment *moment)
{
	return count_forked(moment, true);
}

/* Children that are zombies. */
unsigned
moment_zombies(const struct moment *moment)
{
	return count_forked(moment, false);
}

/* Does the console start and stop the server? */
bool
moment_owns_server(const struct moment *moment)
{
	return moment->server_kind == SERVER_COMMAND || *moment->settings != '\0';
}

/* Is the server's host crashed or down? */
bool
moment_host_is_dark(const struct moment *moment)
{
	return moment->host_state == HOST_CRASHED ||
	    moment->host_state == HOST_DOWN;
}

/* Does a row stay that left its table at this time (0: it did not)?  excess: so many
 * are too many, however late they left. */
static bool
lingers(int64_t gone_at, int64_t before, size_t *excess, size_t *gone, int64_t *oldest)
{
	if (gone_at == 0)
		return true;
	if (gone_at <= before || *excess > 0) {
		*excess -= *excess > 0;
		--*gone;
		return false;
	}
	if (gone_at < *oldest)
		*oldest = gone_at;
	return true;
}

/* So many of these are too many. */
static size_t
excess_of(size_t gone)
{
	return gone > 2 * LINGER_MOST ? gone - LINGER_MOST : 0;
}

/* Forgets rows that left their table long before, or of which there are very many.
 * The oldest of them says when there is something to forget. */
static void
prune(struct moment *moment)
{
	int64_t before = moment->time - LINGER_NS, oldest = INT64_MAX;
	size_t sockets = excess_of(moment->gone_sockets), kept = 0;
	size_t processes = excess_of(moment->gone_processes);
	if (sockets == 0 && processes == 0 &&
	    (moment->oldest_gone == 0 || moment->oldest_gone > before))
		return;
	for (size_t i = 0; i < moment->socket_count; i++)
		if (lingers(moment->sockets[i].gone_at, before, &sockets,
		    &moment->gone_sockets, &oldest))
			moment->sockets[kept++] = moment->sockets[i];
	moment->socket_count = kept;
	kept = 0;
	for (size_t i = 0; i < moment->process_count; i++)
		if (lingers(moment->processes[i].ended_at, before, &processes,
		    &moment->gone_processes, &oldest))
			moment->processes[kept++] = moment->processes[i];
	moment->process_count = kept;
	moment->oldest_gone = oldest != INT64_MAX ? oldest + PRUNE_NS : 0;
	chain_all(moment);
}

/* A row left its table at this time; never 0, which says that it is there. */
static int64_t
left_at(struct moment *moment, int64_t time)
{
	if (time <= 0)
		time = 1;
	if (moment->oldest_gone == 0 || time < moment->oldest_gone)
		moment->oldest_gone = time;
	return time;
}

/* A child that holds a socket of our port serves its peer: so it is known also of a
 * server that reports nothing. */
static void
note_peer(struct moment *moment, const struct socket_row *row)
{
	struct moment_process *process = row->owner_pid == 0 ||
	    row->tcp.state == STATE_LISTEN || row->tcp.local.port != moment->host.port ?
	    NULL : moment_process(moment, row->owner_pid);
	if (process == NULL || process->row.role != ROLE_CHILD)
		return;
	process->row.peer = row->tcp.remote;
	process->row.conn = row->conn;
}

/* A socket row appeared, changed or went. */
static int
apply_socket(struct moment *moment, const struct event *event)
{
	const struct socket_row *row = &event->socket.row;
	struct moment_socket *socket = moment_socket(moment, &row->tcp.local,
	    &row->tcp.remote, row->tcp.family);
	if (event->socket.what == SOCKET_GONE) {
		if (socket != NULL) {
			socket->gone_at = left_at(moment, event->time);
			moment->gone_sockets++;
		}
		return 0;
	}
	if (socket != NULL) {
		*socket = (struct moment_socket){.row = *row,
		    .changed_at = event->time, .next = socket->next};
	} else {
		struct moment_socket *larger = grow(moment->sockets,
		    &moment->socket_room, moment->socket_count, sizeof *larger);
		if (larger == NULL)
			return -1;
		moment->sockets = larger;
		larger[moment->socket_count] = (struct moment_socket){.row = *row,
		    .changed_at = event->time};
		chain_socket(moment, moment->socket_count++);
	}
	note_peer(moment, row);
	struct moment_connection *connection = moment_connection(moment, row->conn);
	if (connection != NULL && row->end == END_SERVER) {
		const struct moment_process *child = moment_process(moment,
		    connection->child);
		bool passed_on = row->owner_pid != 0 && child != NULL &&
		    child->row.role != ROLE_CHILD; /* to one that it forked */
		bool fin = row->tcp.state == STATE_CLOSE_WAIT && row->tcp.recv_q > 0;
		if (row->tcp.inode != 0) /* a FIN received counts one */
			connection->server_unread = row->tcp.recv_q - fin;
		if (connection->child == 0 || passed_on)
			connection->child = row->owner_pid;
	}
	return 0;
}

/* The client can read end of file before its child's death is told, which is why
 * it came: then the last errno gets its reason now. */
static void
explain_again(struct moment *moment, unsigned conn)
{
	struct moment_errno *last = &moment->last;
	if (last->any && last->call.conn == conn &&
	    last->call.role == ROLE_CLIENT &&
	    (last->call.error == 0 || last->call.error == ECONNRESET))
		last->why = why_call(moment, &last->call, &last->section);
}

/* The end of the process that serves a connection. */
static void
note_child_end(struct moment *moment, pid_t pid, const struct process_end *end)
{
	for (size_t i = 0; i < moment->connection_count; i++) {
		struct moment_connection *connection = &moment->connections[i];
		if (connection->child != pid)
			continue;
		bool news = !connection->child_ended;
		connection->child_shut_down |= news &&
		    moment->host_state == HOST_SHUTTING_DOWN;
		connection->child_ended = true;
		if (news) /* the table may be older than the last send */
			connection->died_with_unread = connection->server_unread > 0 ||
			    (connection->bytes_served > 0 &&
			    connection->bytes_sent > connection->bytes_served);
		if (end->known)
			connection->child_end = *end;
		if (news)
			explain_again(moment, connection->conn);
	}
}

/* A process appeared, changed or ended. */
static int
apply_process(struct moment *moment, const struct event *event)
{
	const struct process_row *row = &event->process.row;
	enum process_what what = event->process.what;
	struct moment_process *process = moment_process(moment, row->pid);
	bool ended = what == PROCESS_EXITED || what == PROCESS_REAPED;
	if (process == NULL) {
		if (ended)
			return 0;
		struct moment_process *larger = grow(moment->processes,
		    &moment->process_room, moment->process_count, sizeof *larger);
		if (larger == NULL)
			return -1;
		moment->processes = larger;
		process = &larger[moment->process_count];
		*process = (struct moment_process){.row.pid = row->pid};
		chain_process(moment, moment->process_count++);
	}
	process->row = *row;
	if (what != PROCESS_CHANGED)
		process->what = what;
	process->forked |= what == PROCESS_FORKED;
	process->forked &= row->role != ROLE_SERVER; /* it took over */
	process->changed_at = event->time;
	if (event->process.end.known)
		process->end = event->process.end;
	if (ended) {
		process->ended_at = left_at(moment, event->time);
		moment->gone_processes++;
	}
	struct moment_connection *connection = moment_connection(moment, row->conn);
	if (connection != NULL && row->role == ROLE_CHILD)
		connection->child = row->pid;
	if (ended || what == PROCESS_ZOMBIE)
		note_child_end(moment, row->pid, &event->process.end);
	bool runs = moment_process_runs(process);
	pid_t *latest = row->role == ROLE_SERVER ? &moment->server :
	    row->role == ROLE_CLIENT ? &moment->client : NULL;
	if (latest != NULL && runs &&
	    (what == PROCESS_STARTED || what == PROCESS_CHANGED))
		*latest = row->pid;
	else if (latest != NULL && !runs && *latest == row->pid)
		*latest = 0;
	return 0;
}

/* Is nothing left of a connection, at neither end? */
static bool
is_over(const struct moment *moment, const struct moment_connection *connection)
{
	return !connection->open && connection->client == STATE_GONE &&
	    connection->server == STATE_GONE &&
	    connection->conn != moment->current && (connection->child == 0 ||
	    moment_process(moment, connection->child) == NULL);
}

/* Forgets the oldest connections that are over, when they are twice as many as are
 * kept: memory stays flat however many come and go. */
static void
forget_connections(struct moment *moment)
{
	size_t over = 0, kept = 0;
	for (size_t i = 0; i < moment->connection_count; i++)
		over += is_over(moment, &moment->connections[i]);
	if (over < 2 * CONNECTIONS_KEPT)
		return;
	over -= CONNECTIONS_KEPT;
	for (size_t i = 0; i < moment->connection_count; i++) {
		const struct moment_connection *connection = &moment->connections[i];
		if (over > 0 && is_over(moment, connection)) {
			moment->forgotten = connection->conn;
			over--;
		} else {
			moment->connections[kept++] = *connection;
		}
	}
	moment->connection_count = kept;
}

/* Makes connection N, in the order of their numbers; NULL: no memory. */
static struct moment_connection *
add_connection(struct moment *moment, unsigned conn)
{
	if (moment->connection_count % CONNECTIONS_KEPT == 0)
		forget_connections(moment);
	struct moment_connection *larger = grow(moment->connections,
	    &moment->connection_room, moment->connection_count, sizeof *larger);
	if (larger == NULL)
		return NULL;
	moment->connections = larger;
	size_t place = connection_place(moment, conn);
	memmove(larger + place + 1, larger + place,
	    (moment->connection_count - place) * sizeof *larger);
	larger[place] = (struct moment_connection){.conn = conn};
	moment->connection_count++;
	return &larger[place];
}

/* A connection got its number, was closed, or became the current one. */
static int
apply_connection(struct moment *moment, const struct event *event)
{
	unsigned conn = event->connection.conn;
	if (event->connection.what == CONNECTION_CURRENT) {
		moment->current = conn;
		return 0;
	}
	struct moment_connection *connection = moment_connection(moment, conn);
	if (connection == NULL && (conn == 0 || (conn <= moment->forgotten &&
	    event->connection.what == CONNECTION_CLOSED)))
		return 0;
	if (connection == NULL)
		connection = add_connection(moment, conn);
	if (connection == NULL)
		return -1;
	connection->open = event->connection.what == CONNECTION_OPENED;
	if (connection->open) {
		connection->local = event->connection.local;
		connection->remote = event->connection.remote;
		connection->silent = moment->host_state == HOST_CRASHED ||
		    moment->host_state == HOST_UNPLUGGED ||
		    moment->host_state == HOST_DOWN;
	} else if (connection->client_close == CLOSE_UNKNOWN) {
		connection->client_close = event->connection.reset ?
		    CLOSE_BY_RST : CLOSE_BY_FIN;
	}
	return 0;
}

/* An end of a connection went into another state. */
static void
apply_state(struct moment *moment, const struct event *event)
{
	struct moment_connection *connection =
	    moment_connection(moment, event->state.conn);
	if (connection == NULL)
		return;
	if (event->state.end == END_SERVER) {
		connection->server = event->state.to;
		return;
	}
	connection->client = event->state.to;
	if (event->state.to != STATE_CLOSE_WAIT)
		return;
	connection->fin_received = true;
	moment_note_server_fin(connection, event->time);
}

/* The server's host crashed, came back, ... */
static void
apply_host(struct moment *moment, const struct event *event)
{
	bool was_dark = moment->host_state == HOST_CRASHED ||
	    moment->host_state == HOST_DOWN;
	moment->host_state = event->host.what;
	moment->host_since = event->time;
	snprintf(moment->host_how, sizeof moment->host_how, "%s",
	    event->detail != NULL ? event->detail : "");
	for (size_t i = 0; i < moment->connection_count; i++) {
		struct moment_connection *connection = &moment->connections[i];
		if (event->host.what == HOST_UP) {
			connection->rebooted |= was_dark && connection->open;
			connection->silent = false;
		} else if (event->host.what != HOST_SHUTTING_DOWN) {
			connection->silent = connection->open;
			connection->sent_in_silence = false;
		}
	}
}

/* The retransmission timer of a connection. */
static void
apply_timer(struct moment *moment, const struct event *event)
{
	struct moment_connection *connection =
	    moment_connection(moment, event->timer.conn);
	if (connection == NULL)
		return;
	connection->rto = event->timer.rto;
	connection->retransmits = event->timer.retransmits;
	connection->next_at = event->timer.next_at;
	connection->gives_up_at = event->timer.gives_up_at;
}

/* What TCP keeps about one end of a connection. */
static void
apply_details(struct moment *moment, const struct event *event)
{
	struct moment_details *details = &moment->details;
	if (details->conn != event->details.conn)
		*details = (struct moment_details){.conn = event->details.conn};
	*(event->details.end == END_CLIENT ? &details->client : &details->server) =
	    (struct moment_end_details){.any = true, .time = event->time,
	    .tcp = event->details.tcp};
}

/* Bytes went out or came back. */
static void
apply_line(struct moment *moment, const struct event *event)
{
	struct moment_connection *connection =
	    moment_connection(moment, event->line.conn);
	bool sent = event->type == EVENT_SENT;
	*(sent ? &moment->sent : &moment->echoed) += 1;
	if (connection == NULL)
		return;
	*(sent ? &connection->bytes_sent : &connection->bytes_echoed) +=
	    event->line.bytes;
	connection->sent_in_silence |= sent && connection->silent;
}

/* The start of a session: everything begins anew, in a recording of several, too. */
static void
apply_start(struct moment *moment, const struct event *event)
{
	uint64_t events = moment->events;
	moment_release(moment);
	moment->events = events;
	moment->begun = events - 1;
	moment->time = event->time;
	moment->host = event->start.host;
	moment->server_kind = event->start.server;
	memcpy(moment->server_command, event->start.command,
	    sizeof moment->server_command);
	snprintf(moment->host_name, sizeof moment->host_name, "%s",
	    event->text != NULL ? event->text : "");
	snprintf(moment->world, sizeof moment->world, "%s",
	    event->detail != NULL ? event->detail : "");
}

/* Folds one event in. */
int
moment_apply(struct moment *moment, const struct event *event)
{
	int result = 0;
	if (event->time > moment->time)
		moment->time = event->time;
	moment->events++;
	switch ((int)event->type) {
	case EVENT_START:
		apply_start(moment, event);
		break;
	case EVENT_SOCKET:
		prune(moment);
		result = apply_socket(moment, event);
		break;
	case EVENT_PROCESS:
		prune(moment);
		result = apply_process(moment, event);
		break;
	case EVENT_ALL:
		result = all_rows_apply(&moment->all, &moment->all_count, event);
		break;
	case EVENT_CONNECTION:
		result = apply_connection(moment, event);
		break;
	case EVENT_CALL:
		moment_fold_call(moment, event);
		break;
	case EVENT_SIGNAL:
		moment_fold_signal(moment, event);
		break;
	case EVENT_STATE:
		apply_state(moment, event);
		break;
	case EVENT_TIMER:
		apply_timer(moment, event);
		break;
	case EVENT_DETAILS:
		apply_details(moment, event);
		break;
	case EVENT_HOST:
		apply_host(moment, event);
		break;
	case EVENT_SENT:
	case EVENT_ECHO:
		apply_line(moment, event);
		break;
	case EVENT_SETTINGS:
		snprintf(moment->settings, sizeof moment->settings, "%s",
		    event->text != NULL ? event->text : "");
		break;
	case EVENT_COMMAND:
	case EVENT_ERROR:
	case EVENT_EXPECT:
	case EVENT_SAY:
	case EVENT_ASK:
	case EVENT_LESSON:
		moment_fold_lesson(moment, event);
		break;
	case EVENT_LOST:
		moment->lost += event->lost.count;
		break;
	default:
		break;
	}
	return result;
}
