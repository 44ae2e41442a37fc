/* headless.h: the session without a screen: command lines in, events out. */
#ifndef HEADLESS_H
#define HEADLESS_H

#include "session.h"

/* Reads command lines from descriptor in, writes events to descriptor out, as
 * JSON Lines or as text, until `quit`, the end of the input, or SIGINT, SIGTERM,
 * SIGHUP.  session is new, not begun.  Returns the exit status. */
int headless_run(struct session *session, int in, int out, bool json);

#endif
