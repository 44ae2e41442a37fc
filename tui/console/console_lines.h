/* console_lines.h: lines for the session: a key's, one that was typed, what was pasted. */
#ifndef CONSOLE_LINES_H
#define CONSOLE_LINES_H

#include "console_state.h"

/* Gives the session a command line.  One that has to wait for the room's answer says
 * so, or the key would seem dead. */
void console_give(struct console *self, const char *command, enum command_source source);

/* A line as it was typed: a command behind a colon, else text to send.  Text that
 * send would read as an option or as quoted goes between quotes, which it takes
 * off again.  false: it stays in the input line, for in the past nothing is done. */
bool console_submit_typed(struct console *self, const char *line);

/* Something was pasted: one line goes where the cursor is, several are asked
 * about; those that come while a question is open join it. */
void console_take_paste(struct console *self, const struct input_token *token);

/* The answer to what was asked. */
void console_answer(struct console *self, bool yes);

#endif
