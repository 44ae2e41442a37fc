/* json_tables.h: rows of sockets, processes and calls as JSON, and the tables of them
 * that `show` asks for.  What fails is the writer's to say (json_writer.h). */
#ifndef JSON_TABLES_H
#define JSON_TABLES_H

#include "event.h"
#include "json_writer.h"

struct moment;

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
