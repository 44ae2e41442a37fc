/* render_timeline.h: an event as a line of the timeline.  Foreign bytes are escaped
 * (escape.h). */
#ifndef RENDER_TIMELINE_H
#define RENDER_TIMELINE_H

#include "event.h"

/* The timeline's line, "3.204 signal  SIGKILL → 19315", without a newline:
 * malloc'ed.  brief: transitions take 39 columns, "3.206 conn 1  client →
 * CLOSE_WAIT", inferred ones in parentheses.  NULL with errno 0 for an event that
 * the timeline passes over (what another line says too), NULL with ENOMEM. */
char *render_timeline(const struct event *event, bool brief);

/* Has the timeline a line for it? */
bool render_timeline_tells(const struct event *event);

/* The line of any event in as few columns, also of one that the timeline passes over:
 * for whoever walks from event to event. */
char *render_step(const struct event *event);

#endif
