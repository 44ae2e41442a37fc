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

#endif
