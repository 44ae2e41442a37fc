#include "arguments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *
argument_text(const char *text)
{
	size_t length = strlen(text);
	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	if (length >= 2 && text[0] == '"' && text[length - 1] == '"')
		return strndup(text + 1, length - 2);
	return strndup(text, length);
}

bool
argument_word(const char **text, char *word, size_t size)
{
	*text += strspn(*text, " \t");
	size_t length = strcspn(*text, " \t");
	if (length == 0)
		return false;
	snprintf(word, size, "%.*s", (int)(length < size ? length : size - 1), *text);
	*text += length;
	*text += strspn(*text, " \t");
	return true;
}

long
argument_number(const char *text, const char **rest)
{
	char *end;
	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	long number = strtol(text, &end, 10);
	if (errno != 0 || (*end != '\0' && *end != ' ' && *end != '\t') ||
	    number > 1000000000)
		return -1;
	*rest = end + strspn(end, " \t");
	return number;
}

int64_t
argument_seconds(const char *word)
{
	char *end;
	double seconds = strtod(word, &end);
	bool digit = (*word >= '0' && *word <= '9') || *word == '.';
	if (!digit || *end != '\0' || !(seconds >= 0 && seconds <= 86400))
		return -1;
	return (int64_t)(seconds * 1e9);
}
