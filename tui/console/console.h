/* console.h: the session on a screen, or one after the other: each lesson that is
 * played has one of its own. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>

struct scenario;
struct session;
struct session_options;

enum console_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct console_options {
	bool ascii;      /* --ascii */
	int color;       /* --color: enum console_color; with auto NO_COLOR counts */
	const struct session_options *session; /* what the sessions are made from */
	const char *play; /* --play: the lesson to begin with; NULL: none */
};

/* Runs sessions on the terminal of standard input and output until one ends that no
 * other takes the place of, and gives the terminal back as it was.  Returns the exit
 * status: 2 for a lesson that is not there, 77 when this terminal cannot show it or
 * the lesson cannot be played here, 128 plus the signal that ended it. */
int console_run(const struct console_options *options);

/* Walks through the recording in this file in the same way.  Returns the exit status:
 * 2 when it is none. */
int console_replay(const struct console_options *options, const char *path);

#endif
