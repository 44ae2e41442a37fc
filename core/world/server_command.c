#include "server_command.h"

#include "memory_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One word; NULL: no memory. */
static char *
word_for(const char *word, uint16_t port)
{
	static const char mark[] = "{port}";
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (out == NULL)
		return NULL;
	for (const char *found; (found = strstr(word, mark)) != NULL;
	    word = found + sizeof mark - 1)
		fprintf(out, "%.*s%u", (int)(found - word), word, port);
	fputs(word, out);
	return memory_stream_close(out, &text) ? text : NULL;
}

char **
server_command_new(const char *const *words, uint16_t port)
{
	size_t count = 0;
	while (words[count] != NULL)
		count++;
	char **command = calloc(count + 1, sizeof *command);
	for (size_t i = 0; command != NULL && i < count; i++) {
		command[i] = word_for(words[i], port);
		if (command[i] == NULL) {
			server_command_free(command);
			return NULL;
		}
	}
	return command;
}

void
server_command_free(char **words)
{
	for (size_t i = 0; words != NULL && words[i] != NULL; i++)
		free(words[i]);
	free(words);
}
