/* wire_line.h: what went out or came back as binary numbers, to be read. */
#ifndef WIRE_LINE_H
#define WIRE_LINE_H

#include "event.h"

/* Makes length bytes the text of a sent or echo event, and its hex: the numbers in
 * them, with a blank between, when they are a whole number of such longs; else each
 * byte as "\x00".  Returns 0, or -1 (ENOMEM). */
int wire_line_set(struct event *event, uint16_t format, const char *bytes,
    size_t length);

#endif
