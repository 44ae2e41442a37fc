/* sum_binary.h: the service that adds two binary numbers. */
#ifndef SUM_BINARY_H
#define SUM_BINARY_H

#include "serv.h"

#include <stdbool.h>

/* Reads two longs and writes their sum, again and again, up to the end of file;
 * false with errno. */
bool sum_binary_serve(struct server *server);

#endif
