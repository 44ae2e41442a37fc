/* json_tables.h: rows of sockets, processes and calls as JSON, and the tables of them
 * that `show` asks for.  What fails is the writer's to say (json_writer.h). */
#ifndef JSON_TABLES_H
#define JSON_TABLES_H

#include "event.h"
#include "json_writer.h"

struct moment;

/* How a process ended, a status as of wait(2): `status`, or `signal`. */
void json_put_end(struct json_writer *writer, int status);

/* A socket row, whose timer has so many ns left. */
void json_put_socket(struct json_writer *writer, const struct socket_row *row,
    int64_t left);

/* A process: pid, ppid and role; the other fields of its row. */
void json_put_identity(struct json_writer *writer, const struct process_row *row);
void json_put_process(struct json_writer *writer, const struct process_row *row);

/* A call that returned. */
void json_put_call(struct json_writer *writer, const struct event_call *call);

/* The tables: of what now holds, which is the moment with the event folded in, or of
 * what the event brings (all, settings, dispositions). */
void json_put_sockets(struct json_writer *writer, const struct event *event,
    const struct moment *now);
void json_put_all(struct json_writer *writer, const struct event *event,
    const struct moment *now);
void json_put_processes(struct json_writer *writer, const struct event *event,
    const struct moment *now);
void json_put_connections(struct json_writer *writer, const struct event *event,
    const struct moment *now);
void json_put_settings(struct json_writer *writer, const struct event *event,
    const struct moment *now);
void json_put_dispositions(struct json_writer *writer, const struct event *event,
    const struct moment *now);

/* The last call that failed or met end of file, and why. */
void json_put_errno(struct json_writer *writer, const struct event *event,
    const struct moment *now);

#endif
