/* play.h: scenarios without a screen: listed, one played, all played. */
#ifndef PLAY_H
#define PLAY_H

#include "options.h"

/* Prints the scenarios to standard output: name, section, title, separated by
 * tabs.  Returns the exit status. */
int play_list(const struct options *options);

/* Plays options->play through.  Returns the exit status. */
int play_one(const struct options *options);

/* Plays all, each in a session of its own, and tells how many passed.  Returns the
 * exit status. */
int play_all(const struct options *options);

#endif
