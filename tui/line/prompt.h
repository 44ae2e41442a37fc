/* prompt.h: the input line, edited by readline and drawn by us.
 *
 * readline knows one line a process and gives its callbacks no context, so there
 * is one prompt at a time. */
#ifndef PROMPT_H
#define PROMPT_H

#include "draw.h"

struct session;

struct prompt_callbacks {
	void (*line)(void *context, const char *line);      /* Enter */
	void (*matches)(void *context, const char *words);  /* completion's choice */
	void *context;
};

/* Begins; NULL with errno.  session is asked for completions (may be NULL). */
struct prompt *prompt_new(const struct session *session,
    const struct prompt_callbacks *callbacks);

/* Ends; NULL is allowed. */
void prompt_free(struct prompt *prompt);

/* Asks another session for completions from now on. */
void prompt_follow(struct prompt *prompt, const struct session *session);

/* Gives readline bytes as the terminal sent them. */
void prompt_feed(struct prompt *prompt, const char *bytes, size_t length);

/* What readline has against the user's inputrc, one line; NULL: nothing. */
const char *prompt_warning(const struct prompt *prompt);

/* Is the line empty, and readline in the middle of nothing (no search, no
 * unfinished key sequence)? */
bool prompt_is_empty(const struct prompt *prompt);

/* Does readline edit as vi(1), where Esc is a key of its own? */
bool prompt_is_vi(const struct prompt *prompt);

/* Puts text in place of the line; inserts it at the cursor. */
void prompt_set(struct prompt *prompt, const char *text);
void prompt_insert(struct prompt *prompt, const char *text);

/* Leaves searches and empties the line. */
void prompt_abandon(struct prompt *prompt);

/* A line for the history, the oldest first. */
void prompt_remember(struct prompt *prompt, const char *line);

/* The lines that were typed since the beginning. */
const char *const *prompt_lines(const struct prompt *prompt, size_t *count);

/* Draws the line into this row; returns the cursor's column. */
int prompt_draw(const struct prompt *prompt, const struct draw *draw, int row,
    int columns);

#endif
