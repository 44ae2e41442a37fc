/* output.h: bytes on their way to the terminal, which may be slow.
 *
 * Curses writes a frame in one go and waits until the terminal has taken all of it:
 * over a line of 9600 baud that is two seconds without keys, before a terminal that
 * has stopped reading it is for ever.  So curses writes into a file in memory; from
 * there the bytes go to the terminal as it takes them. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct output {
	int fd;            /* the terminal */
	bool own;          /* fd is ours, and never waits */
	FILE *curses;      /* where curses writes */
	char *bytes;       /* first to end: not yet written */
	size_t first, end, room;
	unsigned failures; /* writes in a row that failed */
	bool torn;         /* for want of memory, something was not kept */
};

/* Opens the way to the terminal behind this descriptor; 0, or -1 with errno. */
int output_open(struct output *output, int terminal);

/* Closes it; what is left is forgotten. */
void output_close(struct output *output);

/* Adds bytes of our own, behind what curses has written. */
void output_add(struct output *output, const char *bytes, size_t length);

/* Writes what the terminal takes now.  true: nothing is left. */
bool output_flush(struct output *output);

/* Does writing fail, again and again, though there is room? */
bool output_has_failed(const struct output *output);

/* Was something lost, since this was last asked?  Then all has to be drawn anew. */
bool output_take_torn(struct output *output);

/* Writes all of it, as long as the terminal takes something within this many ms.
 * true: nothing is left. */
bool output_finish(struct output *output, int patience);

/* Forgets what is left, also what the terminal has not read yet. */
void output_discard(struct output *output);

#endif
