/* options.h: the command line of tcpconsole. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "session.h"

enum color_when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

enum { SET_MAX = 64 };

struct options {
	struct session_options session;
	const char *set[SET_MAX];
	bool headless, json, ascii, help, version;
	const char *play;      /* a scenario's name or path, NULL: none */
	bool play_all, list;
	enum color_when color;
};

/* Reads argv.  Returns true, or false with one line in error (room for
 * SESSION_ERROR) that names the mend. */
bool options_parse(struct options *options, int argc, char **argv, char *error);

/* What --help prints; static text. */
const char *options_help(void);

#endif
