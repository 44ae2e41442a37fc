/* render_json.h: an event as one line of JSON, as the contract fixes it. */
#ifndef RENDER_JSON_H
#define RENDER_JSON_H

#include "event.h"

struct moment;

/* The line, without its newline, valid UTF-8: malloc'ed; NULL with errno ENOMEM.
 * Snapshots (sockets, processes, connections, settings, errno) show now, which is
 * the moment with the event folded in.  parse_json.h is the way back. */
char *render_json(const struct event *event, const struct moment *now);

#endif
