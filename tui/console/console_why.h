/* console_why.h: something explained, and back. */
#ifndef CONSOLE_WHY_H
#define CONSOLE_WHY_H

#include "console_state.h"

/* Explains: the line that is selected, or back when something is explained; the last
 * errno; what stands behind `show why`. */
void console_explain_selected(struct console *self);
void console_explain_last(struct console *self);
void console_explain(struct console *self, const char *words);

/* Back from an explanation to where one was; false: there is none. */
bool console_leave_why(struct console *self);

#endif
