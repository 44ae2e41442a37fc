/* socket_line.h: a row of a socket table, for the panes that have some. */
#ifndef SOCKET_LINE_H
#define SOCKET_LINE_H

#include "pane.h"

/* The heading over the rows: a pane's. */
void socket_line_heading(const struct pane_state *state, const struct scene *scene,
    int columns, struct line *line);

/* A row; '>' marks the current connection's, mark the others. */
void socket_line_write(const struct scene *scene, const struct moment_socket *socket,
    char mark, int columns, struct line *line);

#endif
