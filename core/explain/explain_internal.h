/* explain_internal.h: what the parts of the catalogue share: one file a subject. */
#ifndef EXPLAIN_INTERNAL_H
#define EXPLAIN_INTERNAL_H

#include "explain.h"

#include <stdio.h>

/* What the catalogue says of a thing at any time. */
struct explain_text {
	const char *is, *led, *ends, *differs, *section;
};

/* An explanation that is being written. */
struct explain_writer {
	const struct explain_view *view;
	struct explanation *out;
	FILE *parts[EXPLAIN_PARTS];
	bool begun[EXPLAIN_PARTS];   /* something stands in it */
};

/* Names what is explained. */
void explain_name(struct explain_writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends a sentence to a part. */
void explain_say(struct explain_writer *writer, enum explain_part part,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Appends what the catalogue says. */
void explain_write(struct explain_writer *writer, const struct explain_text *text);

/* Appends to what led here the last events that are about it, oldest first. */
void explain_tell(struct explain_writer *writer, uint64_t end,
    bool (*about)(const struct event *event, const void *context),
    const void *context);

/* The first event of the view's session that the log still has: a recording can hold
 * other sessions before it. */
uint64_t explain_first_event(const struct explain_view *view);

/* "3.204": a time as the timeline shows it.  text has room for EXPLAIN_WORD. */
enum { EXPLAIN_WORD = 96 };
const char *explain_time(int64_t time, char *text);

/* "tcpserv 19315": a process by its name, "process 19315" when it has none. */
const char *explain_process_word(const struct explain_view *view, pid_t pid,
    char *text);

/* "was killed by SIGKILL", "ended with status 0"; "" when it is not known. */
const char *explain_end_words(const struct process_end *end, char *text);

/* The subjects.  Each writes all four parts and the section. */
void explain_state(struct explain_writer *writer, enum tcp_state state,
    enum connection_end end);
void explain_socket(struct explain_writer *writer, const struct socket_row *row,
    int64_t gone_at);
void explain_connection_end(struct explain_writer *writer,
    const struct moment_connection *connection, enum connection_end end);
void explain_process(struct explain_writer *writer,
    const struct moment_process *process);
void explain_zombie(struct explain_writer *writer,
    const struct moment_process *process); /* NULL: there is none */
void explain_errno(struct explain_writer *writer, int number,
    const struct moment_errno *last);      /* NULL: it has not come */
void explain_signal(struct explain_writer *writer, int number);
void explain_event(struct explain_writer *writer, uint64_t number);

/* The same of an event that stands in no log. */
void explain_loose_event(struct explain_writer *writer, const struct event *event,
    uint64_t number);

/* The catalogue's own text, for its walk; NULL: it has none. */
const struct explain_text *explain_state_text(enum tcp_state state);
const char *explain_state_at(enum tcp_state state, enum connection_end end);
const struct explain_text *explain_role_text(enum report_role role);
const char *explain_stat_text(char letter);
const struct explain_text *explain_errno_text(int number);
const struct explain_text *explain_signal_text(int number);
const struct explain_text *explain_type_text(enum event_type type);
const struct explain_text *explain_call_text(enum report_call call);
struct explain_text explain_host_text(enum host_what what);
struct explain_text explain_process_text(enum process_what what);

#endif
