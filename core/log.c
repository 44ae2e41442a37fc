#include "log.h"

#include <errno.h>
#include <stdlib.h>

enum { READERS = 8 };

struct log {
	struct event *events; /* number N stands at N % capacity */
	size_t capacity;
	uint64_t first, end;
	struct moment base, now;
	struct { log_reader *function; void *context; } readers[READERS];
	size_t reader_count;
};

/* A log for at most capacity events. */
struct log *
log_new(size_t capacity)
{
	struct log *log = calloc(1, sizeof *log);
	if (log == NULL)
		return NULL;
	log->events = calloc(capacity, sizeof *log->events);
	if (log->events == NULL) {
		free(log);
		return NULL;
	}
	log->capacity = capacity;
	moment_init(&log->base);
	moment_init(&log->now);
	return log;
}

/* Frees it with its events. */
void
log_free(struct log *log)
{
	if (log == NULL)
		return;
	for (uint64_t i = log->first; i < log->end; i++)
		event_release(&log->events[i % log->capacity]);
	moment_release(&log->base);
	moment_release(&log->now);
	free(log->events);
	free(log);
}

/* Folds the oldest event into the base and forgets it. */
static int
log_drop_oldest(struct log *log)
{
	struct event *oldest = &log->events[log->first % log->capacity];
	int result = moment_apply(&log->base, oldest);
	event_release(oldest);
	log->first++;
	return result;
}

/* Appends the event and takes what it owns. */
int
log_append(struct log *log, struct event *event)
{
	int result = 0;
	if (log->end - log->first == log->capacity)
		result = log_drop_oldest(log);
	struct event *place = &log->events[log->end % log->capacity];
	*place = *event;
	log->end++;
	if (moment_apply(&log->now, place) < 0)
		result = -1;
	for (size_t i = 0; i < log->reader_count; i++)
		log->readers[i].function(log->readers[i].context, place, &log->now);
	return result;
}

/* The oldest event that is there. */
uint64_t
log_first(const struct log *log)
{
	return log->first;
}

/* The number that the next event will have. */
uint64_t
log_end(const struct log *log)
{
	return log->end;
}

/* The event with this number. */
const struct event *
log_event(const struct log *log, uint64_t number)
{
	if (number < log->first || number >= log->end)
		return NULL;
	return &log->events[number % log->capacity];
}

/* The moment at the log's end. */
const struct moment *
log_now(const struct log *log)
{
	return &log->now;
}

/* The moment before log_first(). */
const struct moment *
log_base(const struct log *log)
{
	return &log->base;
}

/* Adds a reader. */
int
log_subscribe(struct log *log, log_reader *reader, void *context)
{
	if (log->reader_count == READERS) {
		errno = ENOSPC;
		return -1;
	}
	log->readers[log->reader_count].function = reader;
	log->readers[log->reader_count++].context = context;
	return 0;
}

/* Takes a reader away. */
void
log_unsubscribe(struct log *log, log_reader *reader, void *context)
{
	size_t kept = 0;
	for (size_t i = 0; i < log->reader_count; i++)
		if (log->readers[i].function != reader ||
		    log->readers[i].context != context)
			log->readers[kept++] = log->readers[i];
	log->reader_count = kept;
}
