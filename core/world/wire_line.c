#include "wire_line.h"

#include "wire_long.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The longest number with its blank; a byte is shorter in either writing. */
enum { WORD = 24 };

/* Writes the numbers of the longs. */
static void
write_numbers(char *text, uint16_t format, const char *bytes, size_t length)
{
	size_t size = wire_size(format);
	for (size_t i = 0; i < length; i += size)
		text += sprintf(text, "%s%" PRId64, i > 0 ? " " : "",
		    wire_take(format, bytes + i));
}

/* Writes each byte as two digits, each behind mark; the first only if all. */
static void
write_bytes(char *text, const char *mark, bool all, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		text += sprintf(text, "%s%02x", i > 0 || all ? mark : "",
		    (unsigned)(unsigned char)bytes[i]);
}

int
wire_line_set(struct event *event, uint16_t format, const char *bytes, size_t length)
{
	size_t size = wire_size(format);
	char *text = calloc(length + 1, WORD);
	char *hex = calloc(length + 1, WORD);
	if (text != NULL && hex != NULL) {
		if (size > 0 && length % size == 0)
			write_numbers(text, format, bytes, length);
		else
			write_bytes(text, "\\x", true, bytes, length);
		write_bytes(hex, " ", false, bytes, length);
	}
	free(event->text);
	free(event->detail);
	event->text = text;
	event->length = text != NULL ? strlen(text) : 0;
	event->detail = hex;
	return text != NULL && hex != NULL ? 0 : -1;
}
