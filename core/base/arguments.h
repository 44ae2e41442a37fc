/* arguments.h: the words of a command line. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a number of an argument: "[N]" alone at the start of text; the rest in
 * *rest.  -1 when the word is no number. */
long argument_number(const char *text, const char **rest);

/* The TEXT of a command, on its own: closing blanks and quotes around all of it
 * taken off; malloc'ed, NULL when there is no memory. */
char *argument_text(const char *text);

/* Copies the next word of *text into word (size bytes) and moves on; false when
 * there is none. */
bool argument_word(const char **text, char *word, size_t size);

/* Seconds ("3", "0.5") as ns; -1 when it is no such number up to a day. */
int64_t argument_seconds(const char *word);

#endif
