/* cli_signals.h: the client's dispositions. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include "report.h"

/* Whom the handler reports to, and the mask and SIGPIPE at their defaults. */
void signals_begin(const struct reporter *reporter);

/* sigaction(2); -1 with errno. */
int signals_set(int number, enum order_disposition disposition);

#endif
