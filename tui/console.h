/* console.h: the session on a screen. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>

struct session;

enum console_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct console_options {
	bool ascii;      /* --ascii */
	int color;       /* --color: enum console_color; with auto NO_COLOR counts */
};

/* Runs a session that is new, not begun, on the terminal of standard input and
 * output until it ends, and gives the terminal back as it was.  Returns the exit
 * status: 77 when this terminal cannot show it, 128 plus the signal that ended it. */
int console_run(struct session *session, const struct console_options *options);

#endif
