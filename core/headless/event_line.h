/* event_line.h: an event as what is written where there is no screen. */
#ifndef EVENT_LINE_H
#define EVENT_LINE_H

#include "event.h"
#include "log.h"
#include "moment.h"

enum line_form {
	LINE_FORM_TEXT, /* UTF-8 */
	LINE_FORM_ASCII, /* in a locale without UTF-8 */
	LINE_FORM_JSON,
};

/* JSON if it is asked for, else what the locale takes. */
enum line_form line_form(bool json);

/* Its lines, with a line's end, malloc'ed; NULL: it has none, or there is no memory.
 * log: whose last event it is; NULL: it is of none. */
char *event_line(const struct event *event, const struct log *log, const struct moment *now,
    enum line_form form);

#endif
