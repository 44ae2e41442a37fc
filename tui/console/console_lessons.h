/* console_lessons.h: the lessons on the screen: which is played, and when it goes on. */
#ifndef CONSOLE_LESSONS_H
#define CONSOLE_LESSONS_H

#include "console_state.h"

/* Enter on the empty input line: the lesson goes on; after its end, to the lessons.
 * false: there is none. */
bool console_go_on(struct console *self);

/* The room chooses this answer; false: no question is open. */
bool console_choose(struct console *self, unsigned answer);

/* Plays the lesson again, or the one that is selected in the menu, or that of this
 * name: in a new session, after this round.  context is the console. */
void console_play_again(struct console *self);
void console_play_selected(struct console *self);
bool console_play(void *context, const char *name, char *error);

/* Opens the menu of the lessons; frees its list. */
void console_open_lessons(struct console *self);
void console_forget_lessons(struct console *self);

/* Begins the lesson, if there is one, in a session that has begun; lets it move on
 * after each round. */
void console_begin_lesson(struct console *self);
void console_follow_lesson(struct console *self);

#endif
