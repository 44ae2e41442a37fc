/* picture.h: what the screen draws of a connection, where there is no screen.
 *
 * The panes that draw stand in the rooms of the screen, above this one: the program lends
 * their function.  Where nobody has lent one (a program without those rooms), what is
 * shown is the table of connections. */
#ifndef PICTURE_H
#define PICTURE_H

#include "log.h"

/* What the pane of this name shows of the log's last moment, whose lines end by newlines:
 * malloc'ed.  NULL: no such pane, or no memory. */
typedef char *picture_draw(const char *name, const struct log *log,
    const struct moment *now);

/* From now on pictures are drawn by it; NULL: by nobody. */
void picture_lend(picture_draw *draw);

/* The picture that an event of the log asks for; NULL: it asks for none, or it cannot be
 * drawn. */
char *picture_of(const struct event *event, const struct log *log, const struct moment *now);

#endif
