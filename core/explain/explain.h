/* explain.h: what a thing on the screen means, what led to it, what ends it, and
 * where Linux and the book differ.
 *
 * One catalogue for the screen's pane "why", for `show why` and for the tests.  It
 * holds general truths; beside them stand the facts of the moment that it is asked
 * about: who, whose peer, which signal, until when.  Everything comes from a moment
 * and the log up to it, so the past and a recording are explained as now is. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "log.h"

/* Out of what it is explained. */
struct explain_view {
	const struct moment *moment;
	const struct log *log;     /* NULL: nothing is told of what led here */
	uint64_t end;              /* events before this number */
	/* The command that a line names, and what the help says of it; NULL: none.
	   Without it, a command event is not explained further. */
	const char *(*command)(const char *line, const char **help);
};

enum explain_kind {
	EXPLAIN_LAST,    /* the last errno */
	EXPLAIN_ERRNO,   /* number; 0 is the end of file */
	EXPLAIN_STATE,   /* number: enum tcp_state */
	EXPLAIN_SIGNAL,  /* number */
	EXPLAIN_END,     /* conn (0: the current one) and end; END_NONE: the listener */
	EXPLAIN_SOCKET,  /* row */
	EXPLAIN_PROCESS, /* number: PID */
	EXPLAIN_ZOMBIE,  /* the first one */
	EXPLAIN_TYPE,    /* number: the last event of this enum event_type */
	EXPLAIN_EVENT    /* event: its number in the log */
};

/* What is to be explained. */
struct explain_subject {
	enum explain_kind kind;
	int number;
	unsigned conn;
	enum connection_end end;
	uint64_t event;
	struct socket_row row;
};

/* The parts of an explanation, in their order. */
enum explain_part {
	EXPLAIN_IS, EXPLAIN_LED, EXPLAIN_ENDS, EXPLAIN_DIFFERS, EXPLAIN_PARTS
};

enum { EXPLAIN_SUBJECT_TEXT = 192, EXPLAIN_ERROR = 256 };

/* An explanation.  A part is lines, each ended but the last by \n: the first says
 * it, those below tell events.  Foreign text in it is escaped. */
struct explanation {
	char subject[EXPLAIN_SUBJECT_TEXT];
	char *parts[EXPLAIN_PARTS]; /* malloc'ed */
	const char *section;        /* of the book; book_title() knows it */
};

/* "What it is", "What led here", ... */
const char *explain_heading(enum explain_part part);

/* Has the catalogue words of its own for this errno? */
bool explain_knows_errno(int number);

/* Reads what stands behind `show why`: false with one line in error (room for
 * EXPLAIN_ERROR) that names what is possible. */
bool explain_parse(struct explain_subject *subject, const char *words, char *error);

/* Explains.  false with one line in error when there is no such thing in the moment,
 * or no memory; then there is nothing to release. */
bool explain(const struct explain_subject *subject, const struct explain_view *view,
    struct explanation *out, char *error);

/* Makes an `why` event of it, without a time; false: no memory. */
bool explain_to_event(const struct explanation *explanation, struct event *event);

/* Frees what it holds. */
void explain_release(struct explanation *explanation);

#endif
