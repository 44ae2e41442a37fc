/* world_build.h: a world built up, begun, looked after and taken down. */
#ifndef WORLD_BUILD_H
#define WORLD_BUILD_H

#include <stdbool.h>

struct world;
struct world_options;

/* Makes its parts, and starts the guard (a fork: call this before curses, readline and
 * threads).  The world is zeroed.  False with one line in error (room for WORLD_ERROR)
 * and the exit status for it in *status; world_free is due in any case. */
bool world_build(struct world *world, const struct world_options *options,
    char *error, int *status);

/* The first events: start, the server, the client.  Call it when all readers have
 * subscribed. */
void world_begin(struct world *world);

/* A round of the loop is over: what no event tells is looked at. */
void world_look(struct world *world);

/* Ends the guard, and with it every process; waits until it is gone (at most 2 s), and
 * frees what the world holds, but not its struct. */
void world_free(struct world *world);

#endif
