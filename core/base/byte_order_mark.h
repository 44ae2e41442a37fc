/* byte_order_mark.h: the U+FEFF that some editors begin a file with. */
#ifndef BYTE_ORDER_MARK_H
#define BYTE_ORDER_MARK_H

#include <stddef.h>
#include <string.h>

/* How many bytes of it, in UTF-8, begin the text: 3, or 0. */
static inline size_t
byte_order_mark(const char *text, size_t length)
{
	return length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

#endif
