/* orders.h: the client under the console. */
#ifndef ORDERS_H
#define ORDERS_H

#include "report.h"

/* Carries out the console's orders until it is gone.  Returns the status to exit
 * with. */
int orders_run(struct reporter reporter);

#endif
