/* keymaps.h: what a user's inputrc may not bind, for readline crashes on it. */
#ifndef KEYMAPS_H
#define KEYMAPS_H

#include <stdio.h>
#include <readline/readline.h>

/* Looks through everything that keys are bound to: takes away keyboard macros, and macros
 * that end inside a key sequence; the inputrc is read again by this function from now on.
 * Returns a warning about the first such macro (malloc'ed), or NULL. */
char *keymaps_tame(rl_command_func_t *read_again);

#endif
