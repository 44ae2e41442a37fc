/* lesson.h: a scenario that is played in a session.
 *
 * The lesson gives the session one line at a time, each when the one before is
 * over, and remembers whether an expectation failed or a line was refused.  Played
 * through, it ends at the first failure.  Played by steps, it runs up to and with
 * the next `say` or `ask`, and waits there for lesson_go_on; a failure makes it
 * wait too, and it can go on. */
#ifndef LESSON_H
#define LESSON_H

#include "scenario.h"
#include "session.h"

struct lesson;

enum lesson_state {
	LESSON_WAITS,    /* for lesson_go_on */
	LESSON_RUNS,     /* a step runs, or an `ask` waits for the room */
	LESSON_STUCK,    /* a step failed; lesson_go_on goes on all the same */
	LESSON_OVER      /* after its last step */
};

/* A lesson in a new session, of which it tells that it has begun.  The scenario
 * must stay; the session is freed after the lesson.  by_steps: stop at each say and
 * ask, beginning with the first.  NULL with errno. */
struct lesson *lesson_new(struct session *session, const struct scenario *scenario,
    bool by_steps);

/* Can it not show here what it shows?  Then why, and what mends it, in size bytes of text.
 * A lesson that restarts the server without SO_REUSEADDR needs a port without rows of a
 * former life; one with a step that only tcpserv answers needs that server. */
bool lesson_is_hindered(const struct session *session, const struct scenario *scenario,
    char *text, size_t size);

/* Frees it; NULL is allowed.  The session may live on. */
void lesson_free(struct lesson *lesson);

/* Lets it move on as far as it can: call it after each session_round(). */
void lesson_step(struct lesson *lesson);

/* Up to the next say or ask. */
void lesson_go_on(struct lesson *lesson);

enum lesson_state lesson_state(const struct lesson *lesson);

/* Did a step fail, now or earlier? */
bool lesson_has_failed(const struct lesson *lesson);

/* The step that runs, failed, or comes next; NULL after the last. */
const struct scenario_step *lesson_next(const struct lesson *lesson);

/* How many steps have begun, of how many. */
size_t lesson_position(const struct lesson *lesson, size_t *count);

const struct scenario *lesson_scenario(const struct lesson *lesson);

#endif
