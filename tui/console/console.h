/* console.h: the session on a screen, or one after the other: each lesson that is
 * played has one of its own. */
#ifndef CONSOLE_H
#define CONSOLE_H

struct console_options;

/* Runs sessions on the terminal of standard input and output until one ends that no
 * other takes the place of, and gives the terminal back as it was.  Returns the exit
 * status: 2 for a lesson that is not there, 77 when this terminal cannot show it or
 * the lesson cannot be played here, 128 plus the signal that ended it. */
int console_run(const struct console_options *options);

#endif
