/* reports.h: what the client and the server report becomes events. */
#ifndef REPORTS_H
#define REPORTS_H

#include "channel.h"

struct world;

/* A channel_function: context is the session. */
void reports_take(void *context, struct channel *channel, const struct report *report);

/* Takes every report that is there. */
void reports_drain(struct world *world);

/* Tells what has come back, is no whole line, and has not gone on for a while. */
void reports_tell_unended(struct world *world);

/* Frees the lines that are not whole yet. */
void reports_forget_lines(struct world *world);

#endif
