/* moment_memory.c: what a moment holds: made, copied, grown, freed. */
#include "moment_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void
moment_init(struct moment *moment)
{
	memset(moment, 0, sizeof *moment);
	moment->host_state = HOST_UP;
}

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

size_t
moment_size(const struct moment *moment)
{
	return sizeof *moment + moment->socket_room * sizeof *moment->sockets +
	    moment->process_room * sizeof *moment->processes +
	    moment->connection_room * sizeof *moment->connections +
	    moment->all_count * sizeof *moment->all;
}

void *
moment_grow(void *array, size_t *room, size_t count, size_t size)
{
	assert(count <= *room && (array != NULL || *room == 0));
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
