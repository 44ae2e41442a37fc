/* numbers.h: two numbers out of a line, and onto the wire. */
#ifndef NUMBERS_H
#define NUMBERS_H

#include "wire_long.h"

enum { NUMBERS_WHY = 160 };

/* Encodes the two whole numbers of a line of length bytes, of which a closing
 * newline is none, into 2 * wire_size(format) bytes.  False, with what is wrong in
 * why: the line holds anything else, or a number that does not fit. */
bool numbers_encode(uint16_t format, const char *line, size_t length, char *bytes,
    char why[NUMBERS_WHY]);

#endif
