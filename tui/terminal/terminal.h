/* terminal.h: taking the terminal, and giving it back as it was, however the
 * console ends. */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>

/* Starts curses on standard input and output: raw keys, bracketed paste on; and
 * handlers that give the terminal back should the console crash.  Returns 0, or
 * -1 with one line on standard error. */
int terminal_open(void);

/* Gives the terminal back; gone: it has vanished, as it seems. */
void terminal_close(bool gone);

/* Gives it back, if it is taken, without memory and without waiting. */
void terminal_give_up(void);

/* Gives it back for a while, as for a suspended job; and takes it again, unless
 * another job is in the foreground: then false. */
void terminal_leave(void);
bool terminal_return(void);

/* Is it given back for a while? */
bool terminal_is_away(void);

/* Tells curses how large the terminal is now, and that nothing on it is known: of one that
 * grew smaller and back between two looks the size is the same, but the rest is lost. */
void terminal_resize(void);

/* Writes what curses has drawn, as much as the terminal takes without waiting;
 * false: there is more, for when its descriptor (-1: not open) can be written to. */
bool terminal_flush(void);
int terminal_descriptor(void);

/* Does writing to it fail, again and again? */
bool terminal_has_failed(void);

#endif
