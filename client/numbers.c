#include "numbers.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 60 };

/* Takes one number and moves on; false when there is none that fits. */
static bool
take_number(const char **text, uint16_t format, int64_t *number)
{
	char *end;
	errno = 0;
	long long value = strtoll(*text, &end, 10);
	if (end == *text || errno == ERANGE)
		return false;
	if (wire_size(format) == 4 && (value < INT32_MIN || value > INT32_MAX))
		return false;
	*text = end;
	*number = value;
	return true;
}

bool
numbers_encode(uint16_t format, const char *line, size_t length, char *bytes,
    char why[NUMBERS_WHY])
{
	int64_t first, second;
	char *copy = strndup(line, length);
	const char *rest = copy;
	bool good = copy != NULL && take_number(&rest, format, &first) &&
	    take_number(&rest, format, &second);
	while (good && isspace((unsigned char)*rest))
		rest++;
	good = good && rest == copy + length; /* a NUL would end it sooner */
	free(copy);
	if (good) {
		wire_put(format, first, bytes);
		wire_put(format, second, bytes + wire_size(format));
		return true;
	}
	if (length > 0 && line[length - 1] == '\n')
		length--;
	snprintf(why, NUMBERS_WHY,
	    "invalid input: \"%.*s\" is not two whole numbers of %zu bits, nothing was sent",
	    length < SHOWN ? (int)length : SHOWN, line, 8 * wire_size(format));
	return false;
}
