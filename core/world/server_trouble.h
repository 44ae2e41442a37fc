/* server_trouble.h: what is told of a guest that does not come about. */
#ifndef SERVER_TROUBLE_H
#define SERVER_TROUBLE_H

#include "event.h"

struct server_output;
struct world;

/* Its program could not be run: errno, and what mends it. */
void trouble_not_run(struct world *world, const char *program, int error);

/* It ended so before it listened; holder (0: none) holds the port still. */
void trouble_ended(struct world *world, struct server_output *output,
    const struct process_end *end, pid_t holder);

/* Its descriptors may not be looked at: said once, which *told remembers. */
void trouble_hidden(struct world *world, bool *told);

/* Its listener is in the table, and no descriptor of any process shows it. */
void trouble_unseen(struct world *world);

/* It has had time enough, and does not listen at our port. */
void trouble_deaf(struct world *world, struct server_output *output);

/* It could not take its port, with this errno: whose that is, and what mends it. */
void trouble_bind(struct world *world, int error);

/* It listens at our port, but perhaps not where HOST is: then that is told. */
void trouble_address(struct world *world, const struct tcp_row *listener);

#endif
