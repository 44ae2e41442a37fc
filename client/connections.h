/* connections.h: the client's connections. */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include "cli.h"

/* Opens a connection called number to peer.  With milliseconds the connect
 * blocks, and a signal interrupts it after so long.  is_binary: what is sent there
 * are numbers. */
void connections_open(struct client *client, uint32_t number,
    const struct report_endpoint *peer, int64_t milliseconds, bool is_binary);

/* The open connection of that number; NULL when there is none. */
struct connection *connections_find(struct client *client, uint32_t number);

/* Puts a job at the end of the connection's queue, which then owns it. */
void connections_append(struct connection *connection, struct job *job);

/* Closes a connection; jobs that are left are dropped, and reported as done. */
void connections_close(struct client *client, struct connection *connection);

/* What poll should watch of this connection; 0: nothing at all. */
short connections_events(const struct client *client,
    const struct connection *connection);

/* Goes on with what a connection has to do.  ready: what poll said.  Returns
 * false when the connection is gone. */
bool connections_go_on(struct client *client, struct connection *connection,
    short ready);

/* When the next split write is due (CLOCK_MONOTONIC ns); -1 for none. */
int64_t connections_next_due(const struct client *client);

/* Closes everything, without a report. */
void connections_free(struct client *client);

#endif
