/* lines_out.h: lines on their way to whoever reads them, who may have stopped reading.
 *
 * A line is written wholly, and for a reader who takes his time it is waited: but not
 * when a signal asks us to end. */
#ifndef LINES_OUT_H
#define LINES_OUT_H

#include <stdbool.h>

struct lines_out {
	int fd;
	bool own;         /* fd is ours, and never waits */
	int stop;         /* when this can be read, nothing is waited for; -1: for ever */
	bool stopped;     /* so it was: the rest is left out */
	bool broken;      /* it cannot be written any more */
};

/* Lines for this descriptor, which stays the caller's. */
void lines_out_open(struct lines_out *out, int fd, int stop);

void lines_out_close(struct lines_out *out);

/* Writes the text; what was stopped or is broken takes no more.  That a reader has gone
 * (EPIPE) is told by nobody, another failure by a line on standard error. */
void lines_out_write(struct lines_out *out, const char *text);

#endif
