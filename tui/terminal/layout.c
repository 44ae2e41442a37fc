/* layout.c: the places of the panes.
 *
 * At 80x24 this is the design's sketch: five lines of text, five of sockets,
 * seven of processes and timeline.  The sockets pane grows into the lowest band
 * until three lines are left to it; for rows of strangers it grows only by a third of
 * the rows that a terminal has beyond 24.  A larger terminal gives each band more and
 * moves none of them elsewhere.
 *
 * From 120x32 on, what TCP_INFO says stands right of the sockets, which still have 78
 * columns: as many as at 80x24.
 *
 * In a lesson the narrator's band comes on top.  Its rows are taken from the others:
 * at most three lines stay to Sent, Echoed and Last errno, of which the last gets the
 * columns that short lines do not need; and the sockets grow only as long as six lines
 * are left below them: a heading and five zombies. */
#include "layout.h"

enum {
	BAND_TOP = 5,        /* lines at 24 rows: Sent, Echoed, Last errno */
	BAND_TOP_MOST = 12,
	BAND_SOCKETS = 5,    /* the heading and four rows, needed or not */
	BAND_BOTTOM = 3,     /* at least */
	BAND_NARRATOR = 4,   /* at 24 rows: three lines, and what comes next */
	BAND_NARRATOR_MOST = 6,
	BAND_TOP_LESSON = 3, /* the others beside it */
	BAND_SOCKETS_LESSON = 4,
	BAND_BOTTOM_LESSON = 6,
	FIXED_ROWS = 7,      /* status, four borders, input, key bar */
	COLUMN_SENT = 24,
	COLUMN_SENT_LESSON = 18,
	COLUMN_PROCESSES = 38,
	DETAILS_ROWS = 32, DETAILS_COLUMNS = 120, /* of a terminal that shows them */
	COLUMN_DETAILS = 39, /* of the details */
	BAND_DETAILS = 11    /* lines of the sockets' band beside them */
};

/* The smaller, the larger of two. */
static int
smaller(int a, int b)
{
	return a < b ? a : b;
}

static int
larger(int a, int b)
{
	return a > b ? a : b;
}

/* The inside between two borders and two dividers. */
static struct rectangle
inside(int top, int bottom, int left, int right)
{
	return (struct rectangle){.row = top + 1, .column = left + 1,
	    .rows = bottom - top - 1, .columns = right - left - 1};
}

/* The columns of the dividers: what is beyond 80 columns goes to all panes. */
static void
place_dividers(struct layout *layout)
{
	int extra = layout->columns - LAYOUT_COLUMNS;
	int sent = (layout_has_narrator(layout) ? COLUMN_SENT_LESSON : COLUMN_SENT) +
	    extra / 4;
	layout->top_dividers[0] = sent + 1;
	layout->top_dividers[1] = 2 * (sent + 1);
	layout->bottom_divider = COLUMN_PROCESSES + 1 + extra * 2 / 5;
	layout->details_divider = layout->columns >= DETAILS_COLUMNS &&
	    layout->rows >= DETAILS_ROWS ? layout->columns - 2 - COLUMN_DETAILS : -1;
}

/* How many rows the sockets' band has of so many that it shares with the band below
 * it, when it wants so many. */
static int
share(const struct layout *layout, int room, int wanted)
{
	if (!layout_has_narrator(layout))
		return smaller(larger(BAND_SOCKETS, wanted), room - BAND_BOTTOM);
	return larger(smaller(wanted, room - BAND_BOTTOM_LESSON), BAND_SOCKETS_LESSON);
}

/* How many rows the uppermost band has. */
static int
top_rows(const struct layout *layout, const struct layout_needs *needs)
{
	int more = (layout->rows - LAYOUT_ROWS) / 5;
	int lines = BAND_TOP;
	if (needs->narrator > 0)
		lines = smaller(larger(needs->top, 1), BAND_TOP_LESSON);
	return smaller(lines + more, BAND_TOP_MOST);
}

/* The rows of the borders. */
static void
place_borders(struct layout *layout, const struct layout_needs *needs, int narrator)
{
	int room = layout->rows - FIXED_ROWS - (narrator > 0 ? narrator + 1 : 0);
	int top = top_rows(layout, needs);
	int strangers = smaller(needs->strangers, (layout->rows - LAYOUT_ROWS) / 3);
	int wanted = needs->sockets + strangers + 1;
	if (layout->details_divider >= 0)
		wanted = larger(wanted, BAND_DETAILS);
	int sockets = share(layout, room - top, wanted);
	layout->borders[0] = 1 + (narrator > 0 ? narrator + 1 : 0);
	layout->borders[1] = layout->borders[0] + top + 1;
	layout->borders[2] = layout->borders[1] + sockets + 1;
	layout->borders[3] = layout->rows - 3;
}

int
layout_narrator_least(int rows)
{
	return BAND_NARRATOR + larger(rows - LAYOUT_ROWS, 0) / 6;
}

int
layout_narrator_most(int rows)
{
	return BAND_NARRATOR_MOST + larger(rows - LAYOUT_ROWS, 0) / 4;
}

bool
layout_has_narrator(const struct layout *layout)
{
	return layout->narrator_border >= 0;
}

bool
layout_make(struct layout *layout, int rows, int columns,
    const struct layout_needs *needs)
{
	int narrator = needs->narrator;
	*layout = (struct layout){.rows = rows, .columns = columns,
	    .narrator_border = narrator > 0 ? 1 : -1};
	if (rows < LAYOUT_ROWS || columns < LAYOUT_COLUMNS)
		return false;
	layout->status_row = 0;
	layout->input_row = rows - 2;
	layout->bar_row = rows - 1;
	if (narrator > 0)
		narrator = smaller(larger(narrator, layout_narrator_least(rows)),
		    layout_narrator_most(rows));
	place_dividers(layout);
	place_borders(layout, needs, narrator);
	const int *borders = layout->borders, *dividers = layout->top_dividers;
	int last = columns - 1;
	layout->places[PLACE_SENT] =
	    inside(borders[0], borders[1], 0, dividers[0]);
	layout->places[PLACE_ECHOED] =
	    inside(borders[0], borders[1], dividers[0], dividers[1]);
	layout->places[PLACE_ERRNO] =
	    inside(borders[0], borders[1], dividers[1], last);
	bool details = layout->details_divider >= 0;
	layout->places[PLACE_SOCKETS] = inside(borders[1], borders[2], 0,
	    details ? layout->details_divider : last);
	if (details)
		layout->places[PLACE_DETAILS] =
		    inside(borders[1], borders[2], layout->details_divider, last);
	layout->places[PLACE_PROCESSES] =
	    inside(borders[2], borders[3], 0, layout->bottom_divider);
	layout->places[PLACE_TIMELINE] =
	    inside(borders[2], borders[3], layout->bottom_divider, last);
	if (layout_has_narrator(layout))
		layout->places[PLACE_NARRATOR] =
		    inside(layout->narrator_border, borders[0], 0, last);
	return true;
}

struct rectangle
layout_zoomed(const struct layout *layout)
{
	return inside(layout->borders[0], layout->borders[3], 0,
	    layout->columns - 1);
}

struct rectangle
layout_whole(const struct layout *layout)
{
	return inside(1, layout->borders[3], 0, layout->columns - 1);
}
