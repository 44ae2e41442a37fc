/* client.h: the client, as the console sees it: starting it, ordering it. */
#ifndef CLIENT_H
#define CLIENT_H

#include "channel.h"

struct world;

/* Starts a new client, with the dispositions and options that were asked for
 * before; one that runs stays.  What goes wrong is told as an error. */
void client_start(struct world *world);

/* Orders of a new client the dispositions and options that are not the default, and
 * the silence of the host. */
void client_tell_wishes(struct world *world);

/* The client is gone: its connections are closed. */
void client_ended(struct world *world);

/* Gives the order a serial and sends it; the serial, or 0 after an error was
 * told. */
uint32_t client_order(struct world *world, struct order *order);

/* Has the order with this serial (0: none) been carried out, or its client died? */
bool client_orders_done(const struct world *world, uint32_t serial);

/* Orders count connections and makes the first the current one; interrupt_ms: by
 * a blocking connect that a signal interrupts, 0: not.  Starts a client when none
 * runs.  The number of the first, or 0 after an error was told. */
unsigned client_connect(struct world *world, unsigned count, int64_t interrupt_ms);

/* Frees what the console keeps of it. */
void client_free(struct world *world);

#endif
