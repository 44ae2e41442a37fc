/* scenario.h: a lesson as a file: its head and its command lines.
 *
 * The language is that of the console's commands, one a line; tcpconsole-scenario(5)
 * describes it.  A scenario that was loaded is wholly right: every line of it was
 * parsed, and its arguments checked, before anything of it is run. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "event.h"

#include <stdbool.h>
#include <stddef.h>

enum { SCENARIO_NAME = 64, SCENARIO_TITLE = 128, SCENARIO_ERROR = 512 };

enum scenario_needs { NEEDS_NOTHING, NEEDS_LAB, NEEDS_USER };

/* One command. */
struct scenario_step {
	unsigned line;   /* of the file, from 1 */
	char *text;      /* owned */
};

struct scenario {
	char name[SCENARIO_NAME];      /* the file's, without its ending */
	char title[SCENARIO_TITLE];
	char section[LESSON_SECTION];  /* of the book: "5.9"; empty: of none */
	double row;                    /* its place in the lecture; 0: after all others */
	enum scenario_needs needs;
	char *path;                    /* owned */
	struct scenario_step *steps;   /* owned */
	size_t count;
};

/* Parses length bytes of text that stand in the file called path.  0, or -1 with
 * one line in error (room for SCENARIO_ERROR): the file, the line, what would be
 * right; scenario_release() it in both cases. */
int scenario_parse(struct scenario *scenario, const char *path, const char *text,
    size_t length, char *error);

/* Reads and parses the file. */
int scenario_load(struct scenario *scenario, const char *path, char *error);

/* Frees what the scenario holds. */
void scenario_release(struct scenario *scenario);

/* What stands behind word when the step is that command ("say", "kill"), else NULL. */
const char *scenario_step_rest(const struct scenario_step *step, const char *word);

/* Does a lesson that is played step by step wait after it?  A `say` makes it; an
 * `ask` waits by itself, for the room. */
bool scenario_stops_at(const struct scenario_step *step);

/* Its first step that only tcpserv can answer: a setting of its, a call or a disposition
 * that it tells of, children that it reaped.  NULL: any server can be taught by it. */
const struct scenario_step *scenario_tcpserv_step(const struct scenario *scenario);

/* Why it cannot be played here: one line; NULL when it can. */
const char *scenario_refusal(const struct scenario *scenario);

#endif
