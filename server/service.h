/* service.h: what a child does for its connection. */
#ifndef SERVICE_H
#define SERVICE_H

#include "serv.h"

/* Serves connfd until its end of file or an error, closes it, and returns the
 * status to exit with. */
int service_run(struct server *server);

#endif
