/* keyboard.h: what a key does, wherever the focus is. */
#ifndef KEYBOARD_H
#define KEYBOARD_H

#include "input.h"

struct console;

/* A key, or a paste; context is the console: an input's function. */
void keyboard_take_token(void *context, const struct input_token *token);

/* A line as it was typed: a command behind a colon, else text to send.  false: this is
 * the past, and the line is to be kept. */
bool keyboard_submit_typed(struct console *self, const char *line);

#endif
