/* console_frame.h: when the screen is drawn, and what a frame shows. */
#ifndef CONSOLE_FRAME_H
#define CONSOLE_FRAME_H

#include "console_state.h"

/* What a frame shows: now, or the past. */
struct scene console_scene(const struct console *self);

/* The timers of the frame, and what a slow terminal has not taken yet; false: errno. */
bool console_begin_frames(struct console *self);
bool console_watch_terminal(struct console *self);

#endif
