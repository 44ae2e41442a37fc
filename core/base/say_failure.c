#include "say_failure.h"

#include "ascii.h"
#include "escape.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
say_failure(int status, const char *format, ...)
{
	char line[1024], visible[4 * sizeof line];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	escape_into(visible, sizeof visible, line, strlen(line));
	char *ascii = locale_is_utf8() ? NULL : ascii_text(visible);
	fprintf(stderr, "tcpconsole: %s\n", ascii != NULL ? ascii : visible);
	free(ascii);
	return status;
}
