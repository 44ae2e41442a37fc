/* moment_rows.c: the rows of sockets and processes in a moment.
 *
 * A row that left its table stays for LINGER_NS, so that a screen can let it fade. */
#include "moment_internal.h"

#include <assert.h>

/* How long a row that left its table stays in the moment, and how much longer it may,
 * so that not every event looks through all of them. */
#define LINGER_NS INT64_C(5000000000)
#define PRUNE_NS INT64_C(100000000)

/* How many rows that left their table stay at most, twice that for a while. */
enum { LINGER_MOST = 256 };

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
	moment_chain_all(moment);
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

int
moment_fold_socket(struct moment *moment, const struct event *event)
{
	const struct socket_row *row = &event->socket.row;
	prune(moment);
	struct moment_socket *socket = moment_socket_like(moment, &row->tcp);
	if (event->socket.what == SOCKET_GONE) {
		if (socket != NULL) {
			socket->gone_at = left_at(moment, event->time);
			moment->gone_sockets++;
			assert(moment->gone_sockets <= moment->socket_count);
		}
		return 0;
	}
	if (socket != NULL) {
		*socket = (struct moment_socket){.row = *row,
		    .changed_at = event->time, .next = socket->next};
	} else {
		struct moment_socket *larger = moment_grow(moment->sockets,
		    &moment->socket_room, moment->socket_count, sizeof *larger);
		if (larger == NULL)
			return -1;
		moment->sockets = larger;
		larger[moment->socket_count] = (struct moment_socket){.row = *row,
		    .changed_at = event->time};
		moment_chain_socket(moment, moment->socket_count++);
	}
	note_peer(moment, row);
	moment_note_server_row(moment, row);
	return 0;
}

/* A row for a process that has none; NULL: no memory. */
static struct moment_process *
add_process(struct moment *moment, pid_t pid)
{
	struct moment_process *larger = moment_grow(moment->processes,
	    &moment->process_room, moment->process_count, sizeof *larger);
	if (larger == NULL)
		return NULL;
	moment->processes = larger;
	larger[moment->process_count] = (struct moment_process){.row.pid = pid};
	moment_chain_process(moment, moment->process_count++);
	return &larger[moment->process_count - 1];
}

/* Which server and which client run, by what is told of this process. */
static void
note_latest(struct moment *moment, const struct moment_process *process,
    enum process_what what)
{
	const struct process_row *row = &process->row;
	bool runs = moment_process_runs(process);
	pid_t *latest = row->role == ROLE_SERVER ? &moment->server :
	    row->role == ROLE_CLIENT ? &moment->client : NULL;
	if (latest != NULL && runs &&
	    (what == PROCESS_STARTED || what == PROCESS_CHANGED))
		*latest = row->pid;
	else if (latest != NULL && !runs && *latest == row->pid)
		*latest = 0;
}

int
moment_fold_process(struct moment *moment, const struct event *event)
{
	const struct process_row *row = &event->process.row;
	enum process_what what = event->process.what;
	prune(moment);
	struct moment_process *process = moment_process(moment, row->pid);
	bool ended = what == PROCESS_EXITED || what == PROCESS_REAPED;
	if (process == NULL && ended)
		return 0;
	if (process == NULL)
		process = add_process(moment, row->pid);
	if (process == NULL)
		return -1;
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
		assert(moment->gone_processes <= moment->process_count);
	}
	struct moment_connection *connection = moment_connection(moment, row->conn);
	if (connection != NULL && row->role == ROLE_CHILD)
		connection->child = row->pid;
	if (ended || what == PROCESS_ZOMBIE)
		moment_note_child_end(moment, row->pid, &event->process.end);
	note_latest(moment, process, what);
	return 0;
}
