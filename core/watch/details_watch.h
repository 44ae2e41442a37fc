/* details_watch.h: TCP_INFO of the current connection, followed as events. */
#ifndef DETAILS_WATCH_H
#define DETAILS_WATCH_H

#include "log.h"
#include "sock_diag.h"

/* Asks for both ends of the current connection, at the session's time now, and
 * appends a `details` event for each that says something new; at most five a second
 * of each, so that a transfer does not fill the log. */
void details_watch_look(struct sock_diag *diag, struct log *log, int64_t now);

#endif
