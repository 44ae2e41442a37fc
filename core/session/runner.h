/* runner.h: command lines, one after the other. */
#ifndef RUNNER_H
#define RUNNER_H

#include "session.h"

struct command;
struct expectation;

/* A command that runs, and what it has to remember. */
struct running {
	const struct command *command;  /* NULL: nothing runs */
	char *text;                     /* the line */
	const char *arguments;          /* inside text */
	enum command_source source;
	int64_t begun_at, deadline;
	uint64_t mark;                  /* log_end() when it began */
	uint32_t serial;                /* of its order to the client */
	unsigned first, count;          /* of its connections */
	unsigned told;                  /* host events before it */
	pid_t pid;
	pid_t other;                    /* what started it, and runs beside it */
	int number;                     /* the signal sent to it */
	int step;                       /* of a command that takes several */
	int64_t interrupt;              /* connect: ms, 0: not */
	int64_t deadline_seen;          /* connect: how long its row is waited for */
	struct expectation *expectation;
	char error[SESSION_ERROR];      /* not empty: the arguments are wrong */
	bool check_only;                /* nothing is to be begun: session is NULL */
};

/* A line that waits for its turn. */
struct queued {
	struct queued *next;
	enum command_source source;
	char *text;
};

/* Lets the commands move on as far as they can. */
void runner_step(struct session *session);

/* Is it a right command line, as far as can be said without running it?  false with
 * one line in error (room for size) that names the mend. */
bool runner_check(const char *line, char *error, size_t size);

/* Frees the queue and what runs. */
void runner_free(struct session *session);

/* The arguments are wrong, or it cannot be done: one line that names the mend. */
void refuse(struct running *running, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
