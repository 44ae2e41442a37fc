/* console_options.h: what the command line says to a screen. */
#ifndef CONSOLE_OPTIONS_H
#define CONSOLE_OPTIONS_H

#include <stdbool.h>

struct session_options;

enum console_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct console_options {
	bool ascii;      /* --ascii */
	int color;       /* --color: enum console_color; with auto NO_COLOR counts */
	const struct session_options *session; /* what the sessions are made from */
	const char *play; /* --play: the lesson to begin with; NULL: none */
};

#endif
