/* keys.h: the keys: what each does, how the key bar calls it, what the help says of it.
 *
 * F1 to F10 are bound to lines of the command language; one that depends on the moment
 * has two rows, of which the first that works is taken.  The other keys are rows of the
 * mode they work in. */
#ifndef KEYS_H
#define KEYS_H

#include "moment.h"

#include <stdbool.h>
#include <stddef.h>

/* What a key does: its command, or what no command does.  The console has the functions. */
enum key_action {
	KEY_NOTHING, KEY_COMMAND, KEY_HELP, KEY_MENU,
	KEY_NEXT, KEY_ENTER, KEY_ZOOM, KEY_SEARCH, KEY_SEARCH_AGAIN, KEY_WHY, KEY_LESSONS,
	KEY_LESSON_AGAIN, KEY_COLON, KEY_LINE, KEY_LEAVE,
	KEY_SEND, KEY_MENU_BACK, KEY_FIND, KEY_ERASE, KEY_SEARCH_BACK, KEY_YES, KEY_NO,
	KEY_FREEZE, KEY_EVENT_BACK, KEY_EVENT_ON, KEY_COMMAND_BACK, KEY_COMMAND_ON,
	KEY_ACTIONS
};

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

/* Keys that are bytes: for the bar (label NULL: not there), for the help (help NULL: not
 * there), and what is done when one of the bytes comes (NULL: that is said elsewhere).
 * Esc is the byte 27. */
struct pane_key {
	const char *key, *label, *help, *bytes;
	enum key_action action;
};

const struct pane_key *keys_of_panes(size_t *count);

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

/* What this byte does in a mode that has keys of its own: in the panes (those of the views
 * apart: struct pane has them), in the menu, in a search, before a question, with time. */
enum key_action keys_action(enum key_mode mode, int byte);

#endif
