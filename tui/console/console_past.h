/* console_past.h: the screen frozen, and walked through the log. */
#ifndef CONSOLE_PAST_H
#define CONSOLE_PAST_H

#include "console_state.h"

/* Freezes the screen, or back to now. */
void console_freeze(struct console *self);

/* One event or command back or on, to the first moment that is there or the last; from
 * now, the screen is frozen first. */
enum walk_time { TIME_EVENT_BACK, TIME_EVENT_ON, TIME_COMMAND_BACK, TIME_COMMAND_ON,
	TIME_FIRST, TIME_LAST };
void console_walk_time(struct console *self, enum walk_time walk);

/* Back to now. */
void console_thaw(struct console *self);

/* Makes a scene one of the past. */
void console_past_scene(const struct console *self, struct scene *scene);

#endif
