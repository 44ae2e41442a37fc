/* runner.h: command lines, one after the other. */
#ifndef RUNNER_H
#define RUNNER_H

#include "event.h"

struct session;

/* Puts one command line in the queue.  A bad line becomes an `error` event and false is
 * returned. */
bool runner_submit(struct session *session, const char *line,
    enum command_source source);

/* Nothing is queued and nothing runs. */
bool runner_is_idle(const struct session *session);

/* Forgets the lines that wait for their turn; returns how many they were. */
size_t runner_drop_waiting(struct session *session);

/* Lets the commands move on as far as they can. */
void runner_step(struct session *session);

/* Is it a right command line, as far as can be said without running it?  false with
 * one line in error (room for size) that names the mend. */
bool runner_check(const char *line, char *error, size_t size);

/* Frees the queue and what runs. */
void runner_free(struct session *session);

#endif
