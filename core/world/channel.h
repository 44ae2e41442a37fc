/* channel.h: the console's end of a program's report socket. */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "loop.h"
#include "report.h"

struct channel;

/* A report has come; it is the channel's until the function returns. */
typedef void channel_function(void *context, struct channel *channel,
    const struct report *report);

/* Makes a socketpair and watches the console's end; *program is the other end,
 * for the program, to be closed by the caller.  NULL with errno. */
struct channel *channel_open(struct loop *loop, int *program,
    channel_function *function, void *context);

/* Handles every report that is there.  True while somebody can still report. */
bool channel_drain(struct channel *channel);

/* Leaves reports in the queue, or takes them again. */
void channel_hold(struct channel *channel, bool hold);

/* Sends an order; what does not fit the socket waits, in order, until the program
 * takes more.  0, or -1 with errno (EAGAIN: 64 MB wait already). */
int channel_order(struct channel *channel, const struct order *order);

/* Nobody holds the other end any more. */
bool channel_has_ended(const struct channel *channel);

/* Closes and frees; NULL is allowed.  Not from inside the channel's function. */
void channel_close(struct channel *channel);

#endif
