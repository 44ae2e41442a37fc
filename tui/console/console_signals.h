/* console_signals.h: the signals that a terminal, or anybody, sends to the console. */
#ifndef CONSOLE_SIGNALS_H
#define CONSOLE_SIGNALS_H

#include "console_state.h"

/* Suspends as a job, and comes back. */
void console_suspend(struct console *self);

/* Ctrl-C clears the line, and never quits. */
void console_interrupt(struct console *self);

/* Watches them in the loop that is; false: errno. */
bool console_watch_signals(struct console *self);

#endif
