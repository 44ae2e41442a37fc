/* history.h: the file in which the lines that were typed outlive the console.
 *
 * $XDG_STATE_HOME/tcpconsole/history, ~/.local/state without it, mode 0600.  The
 * file is written whole to a temporary one beside it and renamed: whatever fails
 * on the way costs a warning, never the old history. */
#ifndef HISTORY_H
#define HISTORY_H

#include <stddef.h>

enum { HISTORY_LINES = 1000, HISTORY_ERROR = 256 };

/* The file's path, malloc'ed; NULL when there is no home for it. */
char *history_file_path(void);

/* Calls each with every line of the file, the oldest first.  Returns 0, also
 * when there is no file yet; -1 with one line in error (HISTORY_ERROR bytes). */
int history_file_load(const char *path,
    void (*each)(void *context, const char *line), void *context, char *error);

/* Appends count lines, and keeps the latest HISTORY_LINES.  Returns 0, or -1 with
 * one line in error. */
int history_file_append(const char *path, const char *const *lines, size_t count,
    char *error);

#endif
