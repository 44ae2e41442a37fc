/* past.h: a place in the log, and the moment there.
 *
 * A moment follows from the events before it, so time can be walked: forward by
 * folding what lies between, back from the nearest checkpoint. */
#ifndef PAST_H
#define PAST_H

#include "log.h"

struct past;

/* A place at the log's end; NULL with errno ENOMEM.  And its end; NULL is allowed. */
struct past *past_new(const struct log *log);
void past_free(struct past *past);

/* Goes to the moment before event number, or as near as the log reaches.  0, or -1
 * with errno ENOMEM: then it stays where it was. */
int past_go(struct past *past, uint64_t number);

/* So many events lie before the place; the moment that they make. */
uint64_t past_position(const struct past *past);
const struct moment *past_moment(const struct past *past);

/* Where the command before this place was given, or the one after it: that event is
 * the last one before the place that is returned.  Without such a command, the first
 * or the last place that there is. */
uint64_t past_command_before(const struct past *past);
uint64_t past_command_after(const struct past *past);

#endif
