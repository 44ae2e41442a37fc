/* completion.h: what readline offers for a word of a command. */
#ifndef COMPLETION_H
#define COMPLETION_H

struct session;

/* The words that can stand for text, which begins at byte start of line, in the
 * form readline wants: the longest common beginning first, NULL last, malloc'ed.
 * NULL: none; a line that is not a command has none. */
char **completion_words(const struct session *session, const char *line,
    const char *text, int start);

#endif
