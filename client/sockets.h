/* sockets.h: the options of the client's sockets. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "cli.h"

/* Sets every option of a socket as the client now wants it. */
void sockets_prepare(struct client *client, const struct connection *connection);

/* Makes the socket deaf, or lets it hear. */
void sockets_silence(struct client *client, const struct connection *connection,
    bool deaf);

/* The same, as the client now is. */
void sockets_set_silence(struct client *client, const struct connection *connection);

/* Sets SO_KEEPALIVE and how often is probed; reports each call. */
void sockets_set_keepalive(struct client *client, const struct connection *connection);

/* Sets TCP_USER_TIMEOUT. */
void sockets_set_timeout(struct client *client, const struct connection *connection);

/* The state of the connection, as the kernel numbers it (tcp_states.h); 0: it does
 * not say. */
int32_t sockets_state(const struct connection *connection);

/* How many bytes that came were not read. */
int32_t sockets_unread(const struct connection *connection);

/* Makes the next close send a RST; reports it. */
void sockets_set_abort(struct client *client, const struct connection *connection);

#endif
