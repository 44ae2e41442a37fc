/* session_state.h: the state of a session, and what its files do to it alone.
 *
 * Only the files that make a session up include it. */
#ifndef SESSION_STATE_H
#define SESSION_STATE_H

#include "session_options.h"
#include "world.h"

struct command;
struct expectation;

/* A command's arguments, checked: each command has some of them. */
struct given {
	long conn;                      /* N; -1: the current one, none was named */
	bool all;                       /* in its place: all */
	long number;
	int word;                       /* which of its words */
	int signal;
	pid_t pid;                      /* 0: none was named */
	int64_t time;                   /* ns */
	const char *text;               /* inside the line */
	bool newline, split;            /* of send */
};

/* A command that runs, and what it has to remember. */
struct running {
	const struct command *command;  /* NULL: nothing runs */
	char *text;                     /* the line */
	const char *arguments;          /* inside text */
	struct given given;
	enum command_source source;
	int64_t begun_at, deadline;
	int64_t read_until;             /* its time was over and we came late: so long what
	                                   happened before is still read; 0: it is not over */
	int64_t look_at;                /* when it is asked again without an event;
	                                   0: often at first, then as at rest */
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
};

/* A line that waits for its turn. */
struct queued {
	struct queued *next;
	enum command_source source;
	char *text;
};

struct session {
	struct session_options options;
	struct world world;
	struct running running;
	struct queued *queue, **queue_end;
	uint64_t acting_mark;           /* log_end() when the last command that acts began */
	struct taken { unsigned conn; uint64_t next; } *taken; /* echoes, by expectations */
	size_t taken_count;
	bool ready;                     /* the server listens, or will not */
	struct { pid_t pid; int pidfd, number; bool asked; } stranger; /* a question is out */
	session_question *question;
	void *question_context;
	bool room;                      /* somebody answers an `ask` */
	unsigned chosen;                /* the room's answer to the open one */
	bool (*show)(void *context, const char *what);
	void *show_context;
	bool (*play)(void *context, const char *name, char *error);
	void *play_context;
};

/* No question about a stranger is out any more. */
void session_forget_question(struct session *session);

/* Is the time over that the running command has until then?  A console that was not there
 * (stopped, or without a processor) has not read yet what came in time, so that is read
 * first: came_late is true in the round in which this begins. */
bool session_time_is_over(struct session *session, int64_t deadline, bool *came_late);

/* The arguments are wrong, or it cannot be done: one line that names the mend. */
void refuse(struct running *running, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
