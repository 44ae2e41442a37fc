/* state_diagram.h: TCP's state transition diagram, drawn into a picture: the
 * states with their arrows, where each end of a connection is, and which arrows
 * it took. */
#ifndef STATE_DIAGRAM_H
#define STATE_DIAGRAM_H

#include "canvas.h"

#include "event.h"

enum { DIAGRAM_ROWS = 16, DIAGRAM_COLUMNS = 78, DIAGRAM_ARROWS = 20, ENDS = 3 };

/* How an end came by an arrow. */
enum taken { NOT_TAKEN, TAKEN_INFERRED, TAKEN_SEEN };

/* What of a connection the diagram shows; arrays are indexed by connection_end. */
struct diagram {
	bool known[ENDS];              /* is it anywhere? */
	enum tcp_state now[ENDS];      /* GONE is drawn as CLOSED */
	bool was_cut[ENDS];            /* it left cut without an arrow: RST, timeout */
	enum tcp_state cut[ENDS];
	enum taken taken[ENDS][DIAGRAM_ARROWS];
	bool listening;                /* the server has a socket in LISTEN */
};

/* The number of the arrow between two states, -1 for none. */
int diagram_arrow(enum tcp_state from, enum tcp_state to);

/* The state that the diagram shows for it: CLOSED has no row in the table. */
enum tcp_state diagram_state(enum tcp_state state);

/* What the diagram calls a state. */
const char *diagram_name(enum tcp_state state);

/* Draws it, from this column on. */
void diagram_draw(const struct diagram *diagram, struct canvas *canvas,
    int column);

/* The row in which a state stands. */
int diagram_row(enum tcp_state state);

/* How a state looks, when an end is there. */
unsigned diagram_style(enum tcp_state state);

#endif
