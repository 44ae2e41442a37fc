/* scenario_library.h: where the scenarios are.
 *
 * A user's own stand in $XDG_DATA_HOME/tcpconsole/scenarios, by default
 * ~/.local/share/tcpconsole/scenarios, and come before those of the program with
 * the same name; the program's own beside it (where it was built), or in
 * ../share/tcpconsole/scenarios (where it was installed). */
#ifndef SCENARIO_LIBRARY_H
#define SCENARIO_LIBRARY_H

#include "scenario.h"

#define SCENARIO_ENDING ".scenario"

/* Loads the scenario of that name, or at that path when it holds a slash.  0, or
 * -1 with one line in error (room for SCENARIO_ERROR).  directory: the program's.
 * scenario_release() it in both cases. */
int scenario_library_find(struct scenario *scenario, const char *name,
    const char *directory, char *error);

/* All of them, in the lecture's order; *scenarios is freed by
 * scenario_library_free.  0, or -1 with one line in error; those that are right
 * are there all the same. */
int scenario_library_load(struct scenario **scenarios, size_t *count,
    const char *directory, char *error);

/* Frees them; NULL is allowed. */
void scenario_library_free(struct scenario *scenarios, size_t count);

#endif
