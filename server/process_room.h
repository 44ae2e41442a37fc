/* room.h: a limit on processes, for the lesson of a fork that fails. */
#ifndef PROCESS_ROOM_H
#define PROCESS_ROOM_H

#include "serv.h"

/* By the setting process_room: lets so many processes more be made than this user
 * has now.  Before any handler of SIGCHLD. */
void process_room_limit(struct server *server);

#endif
