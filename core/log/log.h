/* log.h: the session's log: events in order of arrival, and the moments that
 * follow from them.
 *
 * The log is a ring.  Its events stand packed (event_pack.h), and between them
 * checkpoints: copies of the moment there.  What falls out of the ring falls out
 * up to a checkpoint, which is then its base: base and remaining events always
 * give now. */
#ifndef LOG_H
#define LOG_H

#include "event.h"
#include "moment.h"

#include <stdint.h>

struct log;

/* Called for each event, after it was folded into now. */
typedef void log_reader(void *context, const struct event *event,
    const struct moment *now);

/* How many events the log of a session keeps, unless it is told otherwise, and what
 * it may be told; a capacity without a bound, for recordings. */
enum { LOG_CAPACITY = 65536, LOG_CAPACITY_LEAST = 1024,
    LOG_CAPACITY_MOST = 100000000 };
#define LOG_UNBOUNDED SIZE_MAX

/* A log for at most capacity events; NULL with errno ENOMEM. */
struct log *log_new(size_t capacity);

/* Frees it with its events. */
void log_free(struct log *log);

/* Appends the event, its times rounded to microseconds, and takes what it owns; the
 * event may be on the stack.  On ENOMEM (-1) it is released all the same. */
int log_append(struct log *log, struct event *event);

/* Events have numbers from 0; those from log_first() up to, not including,
 * log_end() are there. */
uint64_t log_first(const struct log *log);
uint64_t log_end(const struct log *log);

/* The event with this number; NULL when it fell out or has not come yet.  It is
 * unpacked for the caller, and stays so until an event is appended or one is asked
 * for that is LOG_UNPACKED or more away. */
const struct event *log_event(const struct log *log, uint64_t number);

enum { LOG_UNPACKED = 512 };

/* The first event from number on, before end, of one of the types (a set of
 * LOG_TYPE bits); end when there is none.  And the last one before number, not
 * before first; UINT64_MAX when there is none.  This is how a reader that wants few
 * of many events finds them: none is unpacked. */
#define LOG_TYPE(type) (UINT32_C(1) << (type))
uint64_t log_find(const struct log *log, uint64_t number, uint64_t end,
    uint32_t types);
uint64_t log_find_back(const struct log *log, uint64_t number, uint64_t first,
    uint32_t types);

/* The moment at the log's end, and the one before log_first(). */
const struct moment *log_now(const struct log *log);
const struct moment *log_base(const struct log *log);

/* The last moment at hand that is no later than the one before event number, and
 * in *at the number of the event before which it is. */
const struct moment *log_checkpoint(const struct log *log, uint64_t number,
    uint64_t *at);

/* Adds a reader, called in the order of subscription.  Returns 0, or -1 when
 * there are too many. */
int log_subscribe(struct log *log, log_reader *reader, void *context);

/* Takes it away again, also while readers are called; one that is not there is
 * nothing. */
void log_unsubscribe(struct log *log, log_reader *reader, void *context);

#endif
