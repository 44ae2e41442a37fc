/* status.h: the first line: which host and port, how the current connection, the
 * server and its host are, and what TCP's timer will do next. */
#ifndef STATUS_H
#define STATUS_H

#include "pane.h"

/* Writes the line for a terminal of so many columns: the more there are, the
 * more it tells. */
void status_write(const struct scene *scene, int columns, struct line *line);

/* When it looks different without an event; 0: never. */
int64_t status_changes_at(const struct scene *scene);

#endif
