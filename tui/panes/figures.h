/* figures.h: the calls of both sides of a connection, and what each made of the
 * four values that name it (UNP, figures 5.15 and 5.16), as the log tells them. */
#ifndef FIGURES_H
#define FIGURES_H

#include "pane.h"

#include "moment.h"

enum { FIGURE_CALLS = 8, SIDE_CLIENT = 0, SIDE_SERVER = 1, SIDES = 2 };

/* A call of the chain, and what it does. */
struct chain_call {
	const char *name;
	enum report_call call;
	enum report_role role;
	const char *does;
};

/* A side's call with this number; NULL when its chain has ended. */
const struct chain_call *figures_chain(int side, int number);

/* What the log says of a call: the latest of its kind, and how many. */
struct made {
	unsigned count;
	int64_t time;
	struct event_call call;
};

/* Everything that the pane shows. */
struct figures {
	struct made made[SIDES][FIGURE_CALLS];
	pid_t parent, child;
	struct report_endpoint values[SIDES][2]; /* local, foreign; family 0: open */
	bool any;                                /* bind left the address open */
	const struct moment_connection *connection;
};

/* Reads them from the log, up to the scene's end. */
void figures_read(struct figures *figures, const struct scene *scene);

/* The latest of a call in the server's chain; NULL when it was not made. */
const struct made *figures_server_made(const struct figures *figures,
    enum report_call call);

#endif
