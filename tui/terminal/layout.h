/* layout.h: where everything stands: a pure function of the terminal's size and
 * of the rows that the sockets pane and the narrator need. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdbool.h>

enum { LAYOUT_ROWS = 24, LAYOUT_COLUMNS = 80 }; /* less shows one line only */

/* The places that panes can have; the screen is drawn in this order. */
enum place {
	PLACE_SENT,
	PLACE_ECHOED,
	PLACE_ERRNO,
	PLACE_SOCKETS,
	PLACE_PROCESSES,
	PLACE_TIMELINE,
	PLACE_NARRATOR,      /* a band of its own above all others; only in lessons */
	PLACE_DETAILS,       /* right of the sockets, where there is room for it */
	PLACES,
	PLACE_NONE = PLACES  /* only ever seen zoomed */
};

/* The inside of a pane, without its border. */
struct rectangle {
	int row, column, rows, columns;
};

/* Three bands of panes with borders that they share. */
struct layout {
	int rows, columns;                /* of the terminal */
	struct rectangle places[PLACES];
	int narrator_border;              /* the row of the narrator's upper one, -1 */
	int borders[4];                   /* the rows of the other horizontal borders */
	int top_dividers[2];              /* columns of the vertical ones: Sent |
	                                     Echoed | Last errno */
	int details_divider;              /* Sockets | details, -1: there are none */
	int bottom_divider;               /* Processes | Timeline */
	int status_row, input_row, bar_row;
};

/* What the panes have to show: lines. */
struct layout_needs {
	int sockets;              /* beside the heading */
	int narrator;             /* 0: there is none */
	int top;                  /* Sent, Echoed, Last errno; in lessons only */
	int strangers;            /* more of sockets, for which 24 rows have no room */
};

/* Fills in the layout for a terminal of so many rows and columns.  false: too small. */
bool layout_make(struct layout *layout, int rows, int columns,
    const struct layout_needs *needs);

/* The rows that a narrator has at least, and at most, in a terminal of so many. */
int layout_narrator_least(int rows);
int layout_narrator_most(int rows);

/* Is the narrator's band there? */
bool layout_has_narrator(const struct layout *layout);

/* The inside of a pane that takes the place of all of them but the narrator, or of
 * the narrator, too. */
struct rectangle layout_zoomed(const struct layout *layout);
struct rectangle layout_whole(const struct layout *layout);

#endif
