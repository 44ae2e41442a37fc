/* keys.h: the default keys: each is bound to a command line.
 *
 * The table says what a key does as a line of the command language, how the key
 * bar calls it, and what the help says of it.  A line that depends on the moment
 * has two rows, of which the first that works is taken. */
#ifndef KEYS_H
#define KEYS_H

#include "moment.h"

#include <stdbool.h>
#include <stddef.h>

/* What a key does that no command does. */
enum key_action { KEY_COMMAND, KEY_HELP, KEY_MENU };

struct key {
	int function;          /* 1 to 10: F1 to F10 */
	enum key_action action;
	const char *command;   /* KEY_COMMAND: the line */
	const char *label;     /* in the key bar */
	const char *help;
	int priority;          /* the bar drops higher ones first; 0 stays */
	bool (*works)(const struct moment *moment); /* NULL: always */
};

/* The table and its length. */
const struct key *keys_table(size_t *count);

/* The row for F1 to F10 that works now; when none does, the last one for it, so
 * that the command itself says why not.  NULL: there is no such key. */
const struct key *keys_find(int function, const struct moment *moment);

/* The name of the key that does the same as this command: "F2"; NULL: there is none. */
const char *keys_of_command(const char *command);

/* What a letter does in the panes, those of the views apart (struct pane has them). */
enum pane_action { PANE_NOTHING, PANE_NEXT, PANE_ENTER, PANE_ZOOM, PANE_MENU, PANE_SEARCH,
    PANE_SEARCH_AGAIN, PANE_WHY, PANE_LESSONS, PANE_LESSON_AGAIN, PANE_HELP, PANE_COMMAND,
    PANE_LINE, PANE_LEAVE, PANE_ACTIONS };

/* Keys of the panes: for the bar (label NULL: not there), for the help (help NULL: not
 * there), and what is done when one of the bytes comes (NULL: that is said elsewhere). */
struct pane_key {
	const char *key, *label, *help, *bytes;
	enum pane_action does;
};

const struct pane_key *keys_of_panes(size_t *count);

/* What this byte does in the panes. */
enum pane_action keys_pane_action(int byte);

/* Those of a lesson, on an empty input line. */
const struct pane_key *keys_of_lesson(size_t *count);

/* Those that walk through time. */
const struct pane_key *keys_of_time(size_t *count);

/* Writes the key bar for the input line, in so many columns. */
void keys_write_bar(const struct moment *moment, int columns, char *text,
    size_t size);

/* What the keys go to when it is not the input line. */
enum key_mode { KEYS_PANES, KEYS_ZOOMED, KEYS_LESSON, KEYS_LESSONS, KEYS_MENU,
    KEYS_SEARCH, KEYS_QUESTION, KEYS_PAST, KEYS_PAST_LINE, KEYS_PAST_ZOOMED,
    KEYS_RECORDING, KEYS_RECORDING_LINE, KEY_MODES };

/* The same for another mode. */
void keys_write_mode_bar(enum key_mode mode, int columns, char *text,
    size_t size);

#endif
