/* memory_stream.h: the end of a text that was written with open_memstream(3). */
#ifndef MEMORY_STREAM_H
#define MEMORY_STREAM_H

#include <stdbool.h>
#include <stdio.h>

/* Closes the stream.  false when memory was lacking for any of it: *text, which is
 * freed, is NULL then. */
bool memory_stream_close(FILE *stream, char **text);

#endif
