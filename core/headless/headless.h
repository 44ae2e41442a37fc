/* headless.h: the session without a screen: command lines in, events out. */
#ifndef HEADLESS_H
#define HEADLESS_H

#include "scenario.h"
#include "session.h"


/* Reads command lines from descriptor in, writes events to descriptor out, as
 * JSON Lines or as text, until `quit`, the end of the input, or SIGINT, SIGTERM,
 * SIGHUP.  session is new, not begun.  Returns the exit status. */
int headless_run(struct session *session, int in, int out, bool json);

/* The same for a lesson, which is played through: at its end, or its first
 * failure, the session ends.  Returns the exit status; STATUS_NOT_HERE, with a
 * line on standard error, where it cannot be played. */
int headless_play(struct session *session, const struct scenario *scenario, int out,
    bool json);

/* Writes one event that belongs to no session. */
void headless_tell(const struct event *event, int out, bool json);

#endif
