/* moment_internal.h: what the parts of the fold share: moment.c, moment_rows.c,
 * moment_connections.c, moment_calls.c, moment_lesson.c, and below them
 * moment_memory.c and moment_lookup.c.  Those that return a number
 * need memory: 0, or -1 with errno ENOMEM. */
#ifndef MOMENT_INTERNAL_H
#define MOMENT_INTERNAL_H

#include "moment.h"

/* Makes room for one more element of size bytes in an array of the moment's, and zeroes
 * what is new; NULL when there is no memory: the array is as it was. */
void *moment_grow(void *array, size_t *room, size_t count, size_t size);

/* Puts the row of this number into its chain; makes the chains anew, for rows that have
 * moved. */
void moment_chain_socket(struct moment *moment, size_t number);
void moment_chain_process(struct moment *moment, size_t number);
void moment_chain_all(struct moment *moment);

/* Where connection N stands, or would stand. */
size_t moment_connection_place(const struct moment *moment, unsigned conn);

/* A row of the socket table, of the process table appeared, changed or went. */
int moment_fold_socket(struct moment *moment, const struct event *event);
int moment_fold_process(struct moment *moment, const struct event *event);

/* A connection got its number, was closed, or became the current one; an end of it went
 * into another state; its timer; bytes that went out or came back. */
int moment_fold_connection(struct moment *moment, const struct event *event);
void moment_fold_state(struct moment *moment, const struct event *event);
void moment_fold_timer(struct moment *moment, const struct event *event);
void moment_fold_line(struct moment *moment, const struct event *event);

/* What a row tells of the connection whose server's end it is; a process that serves
 * connections has ended; the host fell silent, or came up, out of darkness perhaps. */
void moment_note_server_row(struct moment *moment, const struct socket_row *row);
void moment_note_child_end(struct moment *moment, pid_t pid,
    const struct process_end *end);
void moment_note_host(struct moment *moment, enum host_what what, bool was_dark);

/* A call returned: what it tells of its connection, and the last errno. */
void moment_fold_call(struct moment *moment, const struct event *event);

/* SIGPIPE killed a process inside its write: no call will ever tell of it. */
void moment_fold_signal(struct moment *moment, const struct event *event);

/* The server's FIN has come to the client, which has sent none. */
void moment_note_server_fin(struct moment_connection *connection, int64_t time);

/* command, error, expect, say, ask, lesson. */
void moment_fold_lesson(struct moment *moment, const struct event *event);

#endif
