/* session_internal.h: what the parts of a session share.
 *
 * Only the files that make a session up include it. */
#ifndef SESSION_INTERNAL_H
#define SESSION_INTERNAL_H

#include "runner.h"
#include "session.h"
#include "world.h"

struct session {
	struct session_options options;
	struct world world;
	struct running running;
	struct queued *queue, **queue_end;
	uint64_t acting_mark;           /* log_end() when the last command that acts began */
	struct taken { unsigned conn; uint64_t next; } *taken; /* echoes, by expectations */
	size_t taken_count;
	bool ready;                     /* the server listens, or will not */
	struct { pid_t pid; int pidfd, number; bool asked; } foreign; /* a question is out */
	session_question *question;
	void *question_context;
	bool room;                      /* somebody answers an `ask` */
	unsigned chosen;                /* the room's answer to the open one */
	bool (*show)(void *context, const char *what);
	void *show_context;
	bool (*play)(void *context, const char *name, char *error);
	void *play_context;
};

/* No question about a foreign process is out any more. */
void session_forget_question(struct session *session);

#endif
