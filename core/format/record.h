/* record.h: a session's log, written to a file as it grows: JSON Lines.
 *
 * Each event is written at once and whole.  A disk that is full costs the rest of the
 * recording, not the session: what is in the file then are whole lines. */
#ifndef RECORD_H
#define RECORD_H

#include "event.h"

struct moment;
struct recorder;

/* Begins a file, or empties the one that is there; mode 0600.  NULL with errno. */
struct recorder *recorder_open(const char *path);

/* Ends it.  Returns 0, or -1 with errno when the last of it may not have been
 * written.  NULL is allowed. */
int recorder_close(struct recorder *recorder);

/* Writes an event: a log's reader; context is the recorder. */
void recorder_write(void *context, const struct event *event,
    const struct moment *now);

/* The errno for which the recording has ended, told once; 0: it goes on. */
int recorder_take_error(struct recorder *recorder);

/* Its file, and how many events it has. */
const char *recorder_path(const struct recorder *recorder);
uint64_t recorder_events(const struct recorder *recorder);

#endif
