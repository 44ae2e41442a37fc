/* text_lines.h: the line of an event, "3.204 signal  SIGKILL → 19315", on a stream and
 * without its newline. */
#ifndef TEXT_LINES_H
#define TEXT_LINES_H

#include "event.h"

#include <stdio.h>

/* Has the event a line?  Rows that changed, snapshots and calls that another event
 * tells of have none. */
bool text_has_line(const struct event *event);

/* Its line, or nothing; in few columns. */
void text_print_line(FILE *out, const struct event *event);
void text_print_brief(FILE *out, const struct event *event);

/* In few columns, also of an event that has none else. */
void text_print_step(FILE *out, const struct event *event);

/* What these say, without the time. */
void text_print_expect(FILE *out, const struct event *event);
void text_print_lesson(FILE *out, const struct event *event);
void text_print_summary(FILE *out, const struct event *event);

#endif
