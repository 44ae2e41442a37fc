/* last_state.h: from which state an end of a connection left the table. */
#ifndef LAST_STATE_H
#define LAST_STATE_H

#include "moment.h"

/* The last state that this end of the connection, which is in the table no more,
 * is known to have reached: the one that the moment has, or one further on.
 * other is the state of its other end now, GONE when the table has no such row. */
enum tcp_state last_state(const struct moment_connection *connection,
    enum connection_end end, enum tcp_state other);

#endif
