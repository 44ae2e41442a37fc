/* server_command.h: the command line of a server that stands behind --. */
#ifndef SERVER_COMMAND_H
#define SERVER_COMMAND_H

#include <stdint.h>

/* The words, in which each {port} has become this port; any other brace stays.  malloc'ed,
 * as each word is, and ended by NULL; NULL: no memory. */
char **server_command_new(const char *const *words, uint16_t port);

/* Frees them; NULL is allowed. */
void server_command_free(char **words);

#endif
