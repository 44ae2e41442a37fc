/* moment_lookup.c: a row by its ends, a process by its number, a connection by its own.
 *
 * Rows are found by chains of equal hash, through their numbers and not by pointers: a
 * moment is copied as it stands (moment_copy).  Connections stand in the order of their
 * numbers, and mostly none is missing between. */
#include "moment_internal.h"

#include "endpoint.h"

#include <assert.h>
#include <string.h>

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

void
moment_chain_socket(struct moment *moment, size_t number)
{
	const struct tcp_row *row = &moment->sockets[number].row.tcp;
	uint32_t *chain = &moment->socket_chains[socket_chain(&row->local,
	    &row->remote)];
	moment->sockets[number].next = *chain;
	*chain = (uint32_t)number + 1;
}

void
moment_chain_process(struct moment *moment, size_t number)
{
	uint32_t *chain = &moment->process_chains[process_chain(
	    moment->processes[number].row.pid)];
	moment->processes[number].next = *chain;
	*chain = (uint32_t)number + 1;
}

void
moment_chain_all(struct moment *moment)
{
	memset(moment->socket_chains, 0, sizeof moment->socket_chains);
	memset(moment->process_chains, 0, sizeof moment->process_chains);
	for (size_t i = 0; i < moment->socket_count; i++)
		moment_chain_socket(moment, i);
	for (size_t i = 0; i < moment->process_count; i++)
		moment_chain_process(moment, i);
}

/* Is it the row with these two ends, and this inode, if that is asked for? */
static bool
is_row(const struct moment_socket *socket, const struct report_endpoint *local,
    const struct report_endpoint *remote, uint8_t family, const uint64_t *inode)
{
	const struct tcp_row *row = &socket->row.tcp;
	return socket->gone_at == 0 && row->family == family &&
	    row->local.port == local->port && row->remote.port == remote->port &&
	    endpoint_equal(&row->local, local) && endpoint_equal(&row->remote, remote) &&
	    (inode == NULL || (row->state == STATE_LISTEN && row->inode == *inode));
}

static struct moment_socket *
find_socket(const struct moment *moment, const struct report_endpoint *local,
    const struct report_endpoint *remote, uint8_t family, const uint64_t *inode)
{
	uint32_t next = moment->socket_chains[socket_chain(local, remote)];
	while (next != 0) {
		assert(next <= moment->socket_count);
		struct moment_socket *socket = &moment->sockets[next - 1];
		if (is_row(socket, local, remote, family, inode))
			return socket;
		next = socket->next;
	}
	return NULL;
}

struct moment_socket *
moment_socket(const struct moment *moment, const struct report_endpoint *local,
    const struct report_endpoint *remote, uint8_t family)
{
	return find_socket(moment, local, remote, family, NULL);
}

struct moment_socket *
moment_socket_like(const struct moment *moment, const struct tcp_row *row)
{
	uint64_t inode = row->inode;
	return find_socket(moment, &row->local, &row->remote, row->family,
	    row->state == STATE_LISTEN ? &inode : NULL);
}

struct moment_process *
moment_process(const struct moment *moment, pid_t pid)
{
	uint32_t next = moment->process_chains[process_chain(pid)];
	while (next != 0) {
		assert(next <= moment->process_count);
		struct moment_process *process = &moment->processes[next - 1];
		if (process->row.pid == pid && process->ended_at == 0)
			return process;
		next = process->next;
	}
	return NULL;
}

size_t
moment_connection_place(const struct moment *moment, unsigned conn)
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

struct moment_connection *
moment_connection(const struct moment *moment, unsigned conn)
{
	size_t place = moment_connection_place(moment, conn);
	return conn != 0 && place < moment->connection_count &&
	    moment->connections[place].conn == conn ?
	    &moment->connections[place] : NULL;
}

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
