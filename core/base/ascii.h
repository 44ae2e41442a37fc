/* ascii.h: text for a terminal that does not take UTF-8.
 *
 * Such a terminal reads the bytes 0x80 to 0x9f, of which UTF-8 is full, as C1 controls
 * (ECMA-48, 8-bit form): 0x9b begins an escape sequence.  So in a locale without UTF-8
 * nothing but ASCII is written. */
#ifndef ASCII_H
#define ASCII_H

#include <stdbool.h>

/* Does the locale that the environment names (LC_ALL, LC_CTYPE, LANG; locale(7)) say UTF-8?
 * So it may be one that this machine does not have, as ssh brings it along. */
bool locale_is_utf8(void);

/* What stands for one of our own arrows, lines and dashes: as wide, or as "->" wider;
 * NULL: nothing does. */
const char *ascii_for(unsigned character);

/* The text in ASCII, malloc'ed: what nothing stands for is written <U+00E9>, a byte that
 * is no UTF-8 \xNN.  NULL: no memory. */
char *ascii_text(const char *text);

#endif
