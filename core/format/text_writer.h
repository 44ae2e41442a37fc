/* text_writer.h: what the lines and tables for people are written with.  Foreign bytes
 * are escaped (escape.h); a stream that fails says so at its end, in text_finish(). */
#ifndef TEXT_WRITER_H
#define TEXT_WRITER_H

#include "event.h"

#include <stdio.h>

/* length bytes, a text (nothing for NULL) that came from anywhere; the latter with
 * blanks up to width columns. */
void text_print_bytes(FILE *out, const char *bytes, size_t length);
void text_print_visible(FILE *out, const char *text);
void text_print_padded(FILE *out, const char *text, size_t width);

/* The event's own text; the newline at a line's end is none of it. */
void text_print_own(FILE *out, const struct event *event);

/* "read conn 1": the call and what it was about. */
void text_print_call_name(FILE *out, const struct event_call *call);

/* Closes a stream in memory and gives its text, malloc'ed; NULL with errno 0 when
 * nothing was written, NULL with ENOMEM. */
char *text_finish(FILE *out, char **text);

#endif
