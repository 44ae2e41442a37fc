/* moment_internal.h: what the parts of the fold share: moment.c, moment_calls.c,
 * moment_lesson.c. */
#ifndef MOMENT_INTERNAL_H
#define MOMENT_INTERNAL_H

#include "moment.h"

/* A call returned: what it tells of its connection, and the last errno. */
void moment_fold_call(struct moment *moment, const struct event *event);

/* SIGPIPE killed a process inside its write: no call will ever tell of it. */
void moment_fold_signal(struct moment *moment, const struct event *event);

/* The server's FIN has come to the client, which has sent none. */
void moment_note_server_fin(struct moment_connection *connection, int64_t time);

/* command, error, expect, say, ask, lesson. */
void moment_fold_lesson(struct moment *moment, const struct event *event);

#endif
