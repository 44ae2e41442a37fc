#include "completion.h"

#include "complete.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words found so far. */
struct words {
	char **list;           /* list[0] is kept free for the common beginning */
	size_t count, room;
	const char *prefix;    /* ":" for the first word, else "" */
	const char *text;
	bool failed;
};

/* Takes one word in, once. */
static void
take_word(void *context, const char *word)
{
	struct words *words = context;
	char *whole;
	if (words->count + 3 > words->room) {
		size_t room = words->room == 0 ? 32 : 2 * words->room;
		char **larger = realloc(words->list, room * sizeof *larger);
		if (larger == NULL) {
			words->failed = true;
			return;
		}
		words->list = larger;
		words->room = room;
	}
	if (asprintf(&whole, "%s%s", words->prefix, word) < 0) {
		words->failed = true;
		return;
	}
	bool known = strncmp(whole, words->text, strlen(words->text)) != 0;
	for (size_t i = 1; i <= words->count && !known; i++)
		known = strcmp(words->list[i], whole) == 0;
	if (known)
		free(whole);
	else
		words->list[++words->count] = whole;
}

/* The longest beginning that all have in common. */
static char *
common_beginning(const struct words *words)
{
	size_t length = strlen(words->list[1]);
	for (size_t i = 2; i <= words->count; i++) {
		size_t same = 0;
		while (same < length &&
		    words->list[i][same] == words->list[1][same])
			same++;
		length = same;
	}
	return strndup(words->list[1], length);
}

/* Frees the words. */
static void
free_words(struct words *words)
{
	for (size_t i = 1; i <= words->count; i++)
		free(words->list[i]);
	free(words->list);
}

char **
completion_words(const struct session *session, const char *line,
    const char *text, int start)
{
	if (line[0] != ':' || line[1] == ':')
		return NULL;
	struct words words = {.prefix = start == 0 ? ":" : "", .text = text};
	char *command = strndup(line + 1,
	    (size_t)start + strlen(text) - 1);
	if (command == NULL)
		return NULL;
	complete_line(session, command, take_word, &words);
	free(command);
	if (words.failed || words.count == 0) {
		free_words(&words);
		return NULL;
	}
	words.list[0] = common_beginning(&words);
	words.list[words.count + 1] = NULL;
	if (words.list[0] == NULL) {
		free_words(&words);
		return NULL;
	}
	if (words.count == 1) { /* readline wants the one match alone */
		free(words.list[1]);
		words.list[1] = NULL;
	}
	return words.list;
}
