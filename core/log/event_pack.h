/* event_pack.h: events as few bytes.
 *
 * An event has room for the longest process row; most of them need a fifth of it.
 * The log keeps tens of thousands, a recording a million: there they stand packed,
 * numbers in as many bytes as they need, texts as long as they are. */
#ifndef EVENT_PACK_H
#define EVENT_PACK_H

#include "event.h"

/* So many bytes are enough for the event. */
size_t event_pack_room(const struct event *event);

/* Writes the event with all that it owns; returns how many bytes it took. */
size_t event_pack(const struct event *event, unsigned char *bytes);

/* Reads it again.  Its texts stand in bytes and belong to them; only the rows of
 * dispositions are its own: event_unpack_release() frees them. */
void event_unpack(const unsigned char *bytes, struct event *event);
void event_unpack_release(struct event *event);

/* One number or text of an event: where it stands in the struct, how long it is. */
enum pack_kind { PACK_NUMBER, PACK_TEXT, PACK_ENDPOINT };

struct pack_field {
	size_t offset, size;
	enum pack_kind kind;
};

/* The fields of a type beside time, type and texts, in the order of the struct. */
const struct pack_field *event_pack_fields(enum event_type type, size_t *count);

#endif
