/* why.h: why a call failed, or met the end of file: what happened on the wire.
 *
 * One catalogue, by call and circumstance, not by number alone: ECONNRESET
 * after a reboot is another story than ECONNRESET after a process died with
 * unread data.  The circumstance is read from the moment in which the call
 * returned. */
#ifndef WHY_H
#define WHY_H

#include "event.h"

struct moment;

/* The sentence, and the section of "UNIX Network Programming" (volume 1, third
 * edition) in *section.  Both are static text, never NULL. */
const char *why_call(const struct moment *moment, const struct event_call *call,
    const char **section);

#endif
