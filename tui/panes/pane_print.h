/* pane_print.h: a pane as text, for whoever has no screen. */
#ifndef PANE_PRINT_H
#define PANE_PRINT_H

#include "log.h"

/* What the pane of this name (pane.h) shows of the log's last moment on a screen of 80
 * columns: its title and its lines, each ended by a newline, malloc'ed.  NULL: no pane that
 * is all about the current connection has this name, or there is no memory. */
char *pane_print(const char *name, const struct log *log, const struct moment *now);

#endif
