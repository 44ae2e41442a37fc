/* foreign.h: sockets of somebody else, for a table that is long. */
#ifndef FOREIGN_H
#define FOREIGN_H

/* Opens so many connected sockets, in pairs, on a port of their own; how many there
 * are now, which is fewer where descriptors do not suffice. */
int foreign_open(int count);

#endif
