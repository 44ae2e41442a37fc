/* report_check.h: is a report one that its sender could have made?
 *
 * A child of the server handles a stranger's bytes.  Should one of them take it over,
 * its reports are as hostile as he is: a number that is out of range must not become
 * an index, a length, a row of a table, a process that is signalled. */
#ifndef REPORT_CHECK_H
#define REPORT_CHECK_H

#include "report.h"

#include <stdbool.h>

/* client: it came over the client's channel; conns: so many connections were ordered;
 * now: CLOCK_MONOTONIC, later than which nothing has happened. */
bool report_check(const struct report *report, bool client, unsigned conns, int64_t now);

/* Does the process descend from ancestor, which is not itself?  One that has vanished
 * may have. */
bool report_descends(pid_t pid, pid_t ancestor);

#endif
