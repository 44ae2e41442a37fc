/* console_terminal.h: the keyboard and the loop of the one console, begun and ended. */
#ifndef CONSOLE_TERMINAL_H
#define CONSOLE_TERMINAL_H

#include "console_state.h"

/* The one console, with nothing in it. */
struct console *console_new(const struct console_options *options);

/* Begins what needs no session: false with errno; the same and the watches of its loop:
 * false with failure and status. */
bool console_prepare(struct console *self);
bool console_begin(struct console *self);

/* Runs what is to be run with the terminal in our hands. */
void console_on_terminal(struct console *self, void (*body)(struct console *self));

/* Ends everything but a session. */
void console_end(struct console *self);

/* Watches and timers of the loop that is; false: errno.  Ends them. */
bool console_begin_loop(struct console *self);
void console_end_loop(struct console *self);

#endif
