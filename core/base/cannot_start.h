/* cannot_start.h: why the program cannot begin, in one line that names the mend. */
#ifndef CANNOT_START_H
#define CANNOT_START_H

#include <stddef.h>

/* Writes "cannot start: PART: ERROR: MEND" into text.  PART says what was wanted and
 * of which calls it is made.  Returns the exit status: STATUS_NOT_HERE when the machine
 * is what refused, else STATUS_FAILED. */
int cannot_start(char *text, size_t size, const char *part, int error);

#endif
