/* settings.h: the server's settings: one table, from which tcpserv's arguments,
 * `server set`, `show settings`, help and completion are made. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

enum { SETTING_VALUE = 64, SETTINGS_MAX = 24 };

/* One row of the table. */
struct setting {
	const char *name;
	const char *values;        /* "on|off", or NULL for anything that check takes */
	const char *fallback;      /* the default */
	const char *help;          /* one line */
	bool (*check)(const char *value);
	const char *want;          /* for check: what would be right, in words */
};

/* The values, in the table's order. */
struct settings {
	char values[SETTINGS_MAX][SETTING_VALUE];
};

/* The table and its length. */
const struct setting *settings_table(size_t *count);

/* Everything at its default; bind is HOST's loopback address or "any" as given. */
void settings_init(struct settings *settings, const char *bind);

/* Sets KEY=VALUE out of length bytes of text.  Returns true, or false with one
 * line in error (room for size) that names the mend. */
bool settings_set(struct settings *settings, const char *assignment,
    char *error, size_t size);

/* The value of the setting called name; NULL when there is none. */
const char *settings_get(const struct settings *settings, const char *name);

/* "reap=waitpid sa_restart=on ...": all of them, into text. */
void settings_text(const struct settings *settings, char *text, size_t size);

#endif
