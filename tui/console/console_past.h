/* console_past.h: the screen frozen, and walked through the log. */
#ifndef CONSOLE_PAST_H
#define CONSOLE_PAST_H

#include "console_state.h"

/* A key of the panes, or such a byte, that is about time; false: it is not. */
bool console_walk_key(struct console *self, const struct input_token *token);
bool console_walk_byte(struct console *self, int byte);

/* Back to now. */
void console_thaw(struct console *self);

/* Makes a scene one of the past. */
void console_past_scene(const struct console *self, struct scene *scene);

#endif
