/* log.h: the session's log: events in order of arrival, and the moments that
 * follow from them.
 *
 * The log is a ring.  What falls out of it is first folded into its base, so
 * that base and remaining events always give now. */
#ifndef LOG_H
#define LOG_H

#include "event.h"
#include "moment.h"

struct log;

/* Called for each event, after it was folded into now. */
typedef void log_reader(void *context, const struct event *event,
    const struct moment *now);

/* A log for at most capacity events; NULL with errno ENOMEM. */
struct log *log_new(size_t capacity);

/* Frees it with its events. */
void log_free(struct log *log);

/* Appends the event and takes what it owns; the event may be on the stack. On
 * ENOMEM (-1) it is released all the same. */
int log_append(struct log *log, struct event *event);

/* Events have numbers from 0; those from log_first() up to, not including,
 * log_end() are there. */
uint64_t log_first(const struct log *log);
uint64_t log_end(const struct log *log);

/* The event with this number; NULL when it fell out or has not come yet. */
const struct event *log_event(const struct log *log, uint64_t number);

/* The moment at the log's end, and the one before log_first(). */
const struct moment *log_now(const struct log *log);
const struct moment *log_base(const struct log *log);

/* Adds a reader, called in the order of subscription.  Returns 0, or -1 when
 * there are too many. */
int log_subscribe(struct log *log, log_reader *reader, void *context);

/* Takes it away again; one that is not there is nothing. */
void log_unsubscribe(struct log *log, log_reader *reader, void *context);

#endif
