/* transfer.h: a child's reads and writes, each of which is reported. */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "serv.h"

#include <stdbool.h>

/* One read; by the setting eintr, an interrupted one is tried again.  What it
 * returned, -1 with errno. */
ssize_t transfer_read(struct server *server, char *data, size_t size);

/* The book's readn: reads until size bytes are there.  Fewer: the end of file came
 * first; -1 with errno. */
ssize_t transfer_read_all(struct server *server, char *data, size_t size);

/* Writes everything, in as many calls as it takes; false with errno. */
bool transfer_write(struct server *server, const char *data, size_t size);

#endif
