/* draw.h: text, looks and lines on the screen: the one place that calls curses.
 *
 * Text is UTF-8 that went through escape.h.  With ascii set, what is drawn is
 * ASCII whatever the text holds. */
#ifndef DRAW_H
#define DRAW_H

#include "layout.h"
#include "style.h"

#include <stddef.h>

enum { LINE_TEXT = 1024 };

/* Some of a line's columns that look otherwise. */
struct line_mark {
	int column, columns;
	unsigned style;
};

enum { LINE_MARKS = 64 };

/* One line of a pane.  A line with marks holds only characters whose form in
 * ASCII is one column wide as well. */
struct line {
	char text[LINE_TEXT];
	unsigned style;       /* of enum style */
	struct line_mark marks[LINE_MARKS];
	size_t mark_count;
	bool lacks_memory;   /* so it says too little: to be written again soon */
};

/* How to draw on this terminal. */
struct draw {
	bool ascii, colour;
};

/* Finds out what the terminal and the locale allow; curses has begun. */
void draw_init(struct draw *draw, bool ascii, bool colour);

/* The terminal's size as curses sees it. */
void draw_size(int *rows, int *columns);

/* Begins a frame: an empty screen in memory. */
void draw_begin(void);

/* Ends it: writes to the terminal what differs from the frame before.  The
 * cursor is hidden when row is negative. */
void draw_end(int row, int column);

/* Forgets what the terminal shows: the next frame is written in full. */
void draw_forget(void);

/* Draws text into exactly so many columns, from its column skip on, with blanks
 * behind it. */
void draw_text(const struct draw *draw, int row, int column, int columns,
    const char *text, size_t skip, unsigned style);

/* The same of a whole line with its marks. */
void draw_line(const struct draw *draw, int row, int column, int columns,
    const struct line *line, size_t skip);

/* Draws the borders of the layout; zoomed: of one pane in place of all but the
 * narrator. */
void draw_borders(const struct draw *draw, const struct layout *layout,
    bool zoomed);

/* Empties the rectangle and draws a border around it, one row and column out. */
void draw_box(const struct draw *draw, const struct rectangle *inside);

/* Draws a title into the border above the rectangle. */
void draw_title(const struct draw *draw, const struct rectangle *inside,
    const char *title, unsigned style);

#endif
