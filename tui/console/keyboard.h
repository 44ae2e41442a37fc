/* keyboard.h: what a key does, wherever the focus is. */
#ifndef KEYBOARD_H
#define KEYBOARD_H

#include "input.h"

struct console;

/* A key, or a paste; context is the console: an input's function. */
void keyboard_take_token(void *context, const struct input_token *token);

#endif
