/* key_actions.h: what the keys do. */
#ifndef KEY_ACTIONS_H
#define KEY_ACTIONS_H

#include "console_state.h"
#include "keys.h"

/* Does what the table says of this byte in a mode (27 is Esc); false: nothing. */
bool key_act(struct console *self, enum key_mode mode, int byte);

/* What F1 to F10 do. */
void key_press_function(struct console *self, int function);

/* Back to the input line. */
void key_to_line(struct console *self);

/* To the next pane that is there, or the one before. */
void key_next_pane(struct console *self, bool forward);

#endif
