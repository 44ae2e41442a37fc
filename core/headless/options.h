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
	const char *record, *replay; /* files, NULL: none */
	bool play_all, list;
	enum color_when color;
};

/* One option: help, manual and completion are made from the table of them. */
struct option_row {
	const char *name;      /* a letter stands for itself: -4 */
	const char *argument;  /* as the manual writes it: "KEY=VALUE"; NULL: none */
	const char *words;     /* its completions: "auto|always|never", or <lesson>,
	                          <setting>, <file>; NULL: none */
	const char *help;
	int value;             /* getopt_long(3)'s */
};

enum { OPTION_USAGE = 64 };

/* The table and its length. */
const struct option_row *options_table(size_t *count);

/* The option as it is typed, "--set KEY=VALUE", in text (room for OPTION_USAGE). */
const char *options_usage(const struct option_row *row, char *text);

/* Reads argv.  Returns true, or false with one line in error (room for
 * SESSION_ERROR) that names the mend. */
bool options_parse(struct options *options, int argc, char **argv, char *error);

/* What --help prints; static text. */
const char *options_help(void);

#endif
