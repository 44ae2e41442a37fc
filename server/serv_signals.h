/* serv_signals.h: the signals that tcpserv catches. */
#ifndef SERV_SIGNALS_H
#define SERV_SIGNALS_H

#include "serv.h"

#include <signal.h>

/* Sets the dispositions of the parent, as the settings say. */
void signals_install(const struct server *server);

/* Blocks every signal, for a fork; before takes the mask to go back to. */
void signals_block(sigset_t *before);

/* Goes back to that mask. */
void signals_restore(const sigset_t *before);

/* In a child, before its signals are restored: SIGCHLD goes back to its default,
 * SIGPIPE is as the setting says, and from now on the handlers speak for this child and
 * its connection. */
void signals_enter_child(const struct server *server);

#endif
