/* listener.h: the listening socket. */
#ifndef LISTENER_H
#define LISTENER_H

#include "serv.h"

#include <stdbool.h>

/* socket, bind, listen; exits when one of them fails. */
void listener_open(struct server *server);

/* accept.  True: there is a connection in connfd.  False: there is none, try
 * again.  Exits when trying again would not help. */
bool listener_accept(struct server *server);

#endif
