/* json_fields.h: the fields of an event (event_fields.h) as keys of a JSON object. */
#ifndef JSON_FIELDS_H
#define JSON_FIELDS_H

#include "event.h"
#include "json_reader.h"
#include "json_writer.h"

/* Writes all fields of the event; those of its row alone, without what became of it.
 * What fails is the writer's to say. */
void json_put_fields(struct json_writer *writer, const struct event *event);
void json_put_row(struct json_writer *writer, const struct event *event);

/* Reads them into an event of that type which is all zeros else.  The reader is bad when
 * one that has to be there is not, or is not of its kind or in its range. */
void json_read_fields(struct json_reader *reader, struct event *event);
void json_read_row(struct json_reader *reader, struct event *event);

/* The signal of this name, also of one that has only a number ("SIG33"); -1 for none. */
int json_signal_number(const char *name);

#endif
