/* book.h: the sections of W. R. Stevens, B. Fenner, A. M. Rudoff, "UNIX Network
 * Programming", volume 1, third edition, that this program speaks of: chapters 2
 * to 7. */
#ifndef BOOK_H
#define BOOK_H

#include <stddef.h>

/* What section "5.12" is called; NULL: these chapters have no such section. */
const char *book_title(const char *section);

#endif
