/* server_internal.h: what the tests see of server.c beside server.h. */
#ifndef SERVER_INTERNAL_H
#define SERVER_INTERNAL_H

#include "server.h"

#include <stddef.h>

/* tcpserv's argv: each setting that it does not have by itself, and PORT.  Returns how
 * many; arguments has the words' room. */
size_t server_arguments(struct world *world, char arguments[][96], const char **argv);

#endif
