/* children.h: how many children run. */
#ifndef CHILDREN_H
#define CHILDREN_H

#include "serv.h"

#include <stdbool.h>

/* Are there as many running children as max_children allows? */
bool children_full(struct server *server);

/* Remembers a child. */
void children_add(struct server *server, pid_t child);

#endif
