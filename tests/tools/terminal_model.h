/* terminal_model.h: a strict terminal: a screen that knows the few sequences which
 * curses writes, and takes every other byte for a failure. */
#ifndef TERMINAL_MODEL_H
#define TERMINAL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODEL_ROWS = 200, MODEL_COLUMNS = 500, MODEL_MARKS = 4, MODEL_REASON = 400 };

/* A cell's character with what combines with it; 0 first: right half of a wide one. */
struct model_cell {
	uint32_t characters[1 + MODEL_MARKS];
	unsigned char look;             /* of the SGR attributes 1, 2 and 7 */
};

struct model {
	int rows, columns, row, column, top, bottom;
	int saved_row, saved_column;
	bool wrapping;                  /* a character in the last column is followed */
	bool plain;                     /* no sequences at all: what a pipe would get */
	bool ascii;                     /* no bytes beyond ASCII */
	bool alternate, hidden, paste, keypad, inserting, shifted;
	bool coloured;                  /* a colour has been chosen, at any time */
	unsigned char look;
	unsigned char pending[64];      /* an unfinished sequence or character */
	size_t pending_length;
	uint32_t latest;                /* for REP */
	char recent[96];                /* the bytes before a failure */
	size_t recent_length;
	bool failed;
	char reason[MODEL_REASON];
	struct model_cell cells[MODEL_ROWS][MODEL_COLUMNS];
};

/* Begins with an empty screen; changes its size as a terminal does: what fits stays. */
void model_init(struct model *model, int columns, int rows);
void model_resize(struct model *model, int columns, int rows);

/* Takes in bytes; false: one of them must not be there, reason says which. */
bool model_feed(struct model *model, const unsigned char *bytes, size_t length);

/* A row as UTF-8 without the blanks at its end. */
void model_row(const struct model *model, int row, char *text, size_t size);

/* Is everything put back?  Else reason says what is not. */
bool model_is_put_back(struct model *model);

#endif
