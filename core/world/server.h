/* server.h: the server, as the console sees it: starting and finding it. */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>

struct event;
struct world;

/* Starts tcpserv with the settings as they are, or the server's command. */
void server_start(struct world *world);

/* SIGTERM to the parent alone; with resume, a paused one is let die of it. */
void server_stop(struct world *world, bool resume);

/* When PORT was not given and another user's server is there: the next free one.
 * Before the first event. */
void server_choose_port(struct world *world);

/* May the server behind -- be started, since nobody else listens where it shall?  Else
 * error says whom its clients would meet. */
bool server_has_room(struct world *world, char *error);

/* Decides whom to start or to watch at HOST and PORT, and fills in the event that
 * the session starts with. */
void server_find(struct world *world, struct event *start);

/* Starts whom it has decided for, or says whom it watches. */
void server_begin(struct world *world);

/* Forgets the channels on which nobody can report any more. */
void server_sweep_channels(struct world *world);

/* Closes all channels. */
void server_free(struct world *world);

#endif
