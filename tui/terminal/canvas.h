/* canvas.h: a picture made of characters, for panes that are no list: each cell
 * has a style of its own. */
#ifndef CANVAS_H
#define CANVAS_H

#include "draw.h"

#include <stdbool.h>
#include <stddef.h>

/* One column of one row: a UTF-8 character, without a NUL where it takes four
 * bytes. */
struct canvas_cell {
	char character[4];
	unsigned style;
};

struct canvas {
	struct canvas_cell *cells;
	size_t room;
	int rows, columns;
};

/* Makes it empty, of this size; without memory for it, of no size. */
void canvas_clear(struct canvas *canvas, int rows, int columns);

/* Writes formatted text; what lies outside is left out, and a character that is
 * not one column wide is written as "?". */
void canvas_put(struct canvas *canvas, int row, int column, unsigned style,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The row as a line of a pane. */
void canvas_write_line(const struct canvas *canvas, int row, struct line *line);

/* Frees what it holds. */
void canvas_release(struct canvas *canvas);

#endif
