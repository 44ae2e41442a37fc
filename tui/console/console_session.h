/* console_session.h: the sessions on the screen, one after the other. */
#ifndef CONSOLE_SESSION_H
#define CONSOLE_SESSION_H

#include "console_state.h"

/* Makes a session, for the lesson if there is one; listens to it and answers it: false
 * with failure and status. */
bool console_open_session(struct console *self);
bool console_join_session(struct console *self);

/* Runs it, and those that lessons make, until one has ended that none comes after. */
void console_run_sessions(struct console *self);

/* Lets go of the one that is, if any. */
void console_close_session(struct console *self);

#endif
