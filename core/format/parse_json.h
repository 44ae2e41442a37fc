/* parse_json.h: an event out of a line of JSON: the way back from render_json.h,
 * for recordings that are opened again. */
#ifndef PARSE_JSON_H
#define PARSE_JSON_H

#include "event.h"

/* Reads one line into *event, whose former contents are overwritten, not freed;
 * event_release() it.  Returns 0, or -1 with errno EINVAL (no such line; *event
 * owns nothing then) or ENOMEM.
 *
 * Snapshots (sockets, processes, connections, errno) come back as their type and
 * time alone: their rows show the moment, which the other events make. */
int render_json_parse(const char *line, struct event *event);

#endif
