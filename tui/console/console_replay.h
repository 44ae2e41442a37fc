/* console_replay.h: a recording on the screen. */
#ifndef CONSOLE_REPLAY_H
#define CONSOLE_REPLAY_H

struct console_options;

/* Walks through the recording in this file as through a session (console.h).  Returns the
 * exit status: 2 when it is none. */
int console_replay(const struct console_options *options, const char *path);

#endif
