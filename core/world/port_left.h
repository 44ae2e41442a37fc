/* port_left.h: what a former life has left at the port that a server is to have: a row of
 * TIME_WAIT, an orphan, a child that serves on.  Beside it no bind without SO_REUSEADDR
 * succeeds (socket(7), inet_csk_get_port() in net/ipv4/inet_connection_sock.c). */
#ifndef PORT_LEFT_H
#define PORT_LEFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The row of this machine's table that will be there longest, listeners apart: "127.0.0.1:9877
 * → 127.0.0.1:40001, TIME_WAIT for 43 s more" in size bytes of text.  false: there is none,
 * or the table cannot be read. */
bool port_left(uint16_t port, char *text, size_t size);

#endif
