/* server_state.h: what the server is, and what others may ask of it or tell it. */
#ifndef SERVER_STATE_H
#define SERVER_STATE_H

#include <stdbool.h>

struct world;

/* Was there a server before whose processes only their owner or root may see? */
bool server_is_hidden(const struct world *world);

/* Is it tcpserv, which reports, and takes settings? */
bool server_is_tcpserv(const struct world *world);

/* The server's parent is gone. */
void server_ended(struct world *world);

/* Listens, or has ended: nothing is under way. */
bool server_is_settled(const struct world *world);

/* Leaves the server's reports in their queues, or takes them. */
void server_hold(struct world *world, bool hold);

/* Appends the settings as an event. */
void server_tell_settings(struct world *world);

#endif
