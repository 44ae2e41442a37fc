/* alone.h: the lecture's client, by itself. */
#ifndef ALONE_H
#define ALONE_H

#include "cli_options.h"

/* Connects to an address or a name, sends the lines of standard input, or the two
 * numbers in each, and copies each answer to standard output.  Returns the status
 * to exit with. */
int alone_run(const struct options *options);

#endif
