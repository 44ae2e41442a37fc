/* console_lines.c: lines for the session, whoever made them: a key, the input line, a paste.
 *
 * Whoever acts asks console_refuse() first: nothing can be done in the past. */
#include "console_lines.h"

#include "console_show.h"
#include "guide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASTE_DROPPED "out of memory: what was pasted is dropped"

void
console_give(struct console *self, const char *command, enum command_source source)
{
	if (console_refuse(self))
		return;
	bool waits = guide_answers(session_now(self->session)) > 0;
	session_submit(self->session, command, source);
	if (waits)
		console_hint(self, "that waits for the room's answer: press its number");
}

/* A line that was typed in the past: what only shows something, and the way out, work
 * there.  false: nothing else does. */
static bool
submit_in_past(struct console *self, const char *line)
{
	if (strncmp(line, ":show ", 6) == 0 && console_show(self, line + 6))
		return true;
	if (strcmp(line, ":quit") == 0) {
		console_leave(self, 0);
		return true;
	}
	return *line == '\0' || !console_refuse(self);
}

bool
console_submit_typed(struct console *self, const char *line)
{
	char *command;
	size_t length = strlen(line);
	if (console_is_past(self))
		return submit_in_past(self, line);
	if (*line == '\0')
		return true;
	if (line[0] == ':' && line[1] != ':') {
		console_give(self, line + 1, SOURCE_LINE);
		return true;
	}
	if (*line == ':')
		line++;
	bool quote = strncmp(line, "--", 2) == 0 || (length >= 2 &&
	    line[0] == '"' && line[length - 1] == '"');
	if (asprintf(&command, quote ? "send \"%s\"" : "send %s", line) < 0) {
		session_error(self->session, "out of memory: the line was not sent");
		return true;
	}
	console_give(self, command, SOURCE_LINE);
	free(command);
	return true;
}

/* Lines that were pasted, ended by \n each.  A terminal sends \r for them; NUL
 * bytes, which no line can hold, are left out. */
static char *
paste_lines(const char *bytes, size_t length, size_t *lines_length)
{
	char *lines = malloc(length + 2);
	size_t used = 0;
	for (size_t i = 0; lines != NULL && i < length; i++) {
		bool pair = bytes[i] == '\n' && i > 0 && bytes[i - 1] == '\r';
		if (bytes[i] != '\0' && !pair)
			lines[used++] = bytes[i] == '\r' ? '\n' : bytes[i];
	}
	if (lines == NULL)
		return NULL;
	if (used > 0 && lines[used - 1] != '\n')
		lines[used++] = '\n';
	lines[used] = '\0';
	*lines_length = used;
	return lines;
}

void
console_take_paste(struct console *self, const struct input_token *token)
{
	size_t length = 0;
	char *lines = paste_lines(token->bytes, token->length, &length);
	if (lines == NULL || token->length == 0) {
		if (lines == NULL || self->input.paste_failed)
			console_hint(self, PASTE_DROPPED);
		free(lines);
		return;
	}
	if (self->paste != NULL) {
		char *both = NULL;
		if (asprintf(&both, "%s%s", self->paste, lines) < 0) {
			console_hint(self, PASTE_DROPPED);
			free(lines);
			return;
		}
		free(self->paste);
		free(lines);
		lines = both;
		length = strlen(both);
	} else if (strchr(lines, '\n') == lines + length - 1 &&
	    self->confirm == NULL) {
		lines[length - 1] = '\0';
		self->screen.focus = FOCUS_LINE;
		prompt_insert(self->prompt, lines);
		free(lines);
		return;
	}
	self->paste = lines;
	self->paste_length = length;
	console_update_question(self);
}

void
console_answer(struct console *self, bool yes)
{
	char *paste = self->paste;
	if (yes && console_refuse(self))
		return; /* the question stays */
	if (paste != NULL) {
		self->paste = NULL;
		for (char *line = paste, *end; yes &&
		    (end = strchr(line, '\n')) != NULL; line = end + 1) {
			*end = '\0';
			console_submit_typed(self, line);
		}
		free(paste);
	} else {
		free(self->confirm);
		self->confirm = NULL;
		session_confirm(self->session, yes);
	}
	console_update_question(self);
}
