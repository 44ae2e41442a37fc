/* render_text.h: an event as the text of the headless mode.  Foreign bytes are escaped
 * (escape.h). */
#ifndef RENDER_TEXT_H
#define RENDER_TEXT_H

#include "event.h"

struct moment;

/* One line or several (snapshots are tables), the last one ended by a newline:
 * malloc'ed.  NULL with errno 0 for an event that is not worth a line (a row that
 * changed, a timer, the end), NULL with ENOMEM. now: the moment with the event
 * folded in. */
char *render_text(const struct event *event, const struct moment *now);

#endif
