/* all_rows.h: the TCP rows of the whole machine, in one order, and what is new of
 * them.
 *
 * The first `all` event holds every row, those after it only what changed: so a
 * machine at rest with ten thousand sockets adds nothing to the log.  Pure functions
 * over sorted rows. */
#ifndef ALL_ROWS_H
#define ALL_ROWS_H

#include "event.h"

/* Listeners first, by port; then by local and remote end.  0: the same socket. */
int all_rows_compare(const struct socket_row *a, const struct socket_row *b);

/* The row of the same socket in a sorted table; NULL: none. */
const struct socket_row *all_rows_find(const struct socket_row *rows, size_t count,
    const struct socket_row *row);

/* Sorts so many rows. */
void all_rows_sort(struct socket_row *rows, size_t count);

/* Fills in event->all with what turns one sorted table into the other; changed
 * timers that ran on as was foreseen are none.  Returns 1 when there is a difference, 0
 * when there is none, -1 with errno ENOMEM. */
int all_rows_difference(const struct socket_row *before, size_t before_count,
    const struct socket_row *after, size_t after_count, struct event *event);

/* Makes the rows what they are after the event: a sorted array of their own.  0, or -1
 * with errno ENOMEM and the rows as they were. */
int all_rows_apply(struct socket_row **rows, size_t *count, const struct event *event);

#endif
