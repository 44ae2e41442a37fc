/* alone.h: the lecture's client, by itself. */
#ifndef ALONE_H
#define ALONE_H

/* Connects to an address or a name, sends the lines of standard input, and
 * copies each answer to standard output.  Returns the status to exit with. */
int alone_run(const char *host, const char *port);

#endif
