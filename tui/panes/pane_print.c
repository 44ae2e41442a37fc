#include "pane_print.h"

#include "pane_table.h"

#include "memory_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 24, COLUMNS = 80 };

/* The pane of this name, when it is about the current connection; NULL: there is none. */
static const struct pane *
pane_named(const char *name)
{
	size_t count;
	const struct pane *const *table = pane_table(&count);
	for (size_t i = 0; i < count; i++)
		if (table[i]->subject == pane_connection_subject &&
		    strcmp(table[i]->name, name) == 0)
			return table[i];
	return NULL;
}

/* A line without the blanks behind it. */
static void
print_line(FILE *out, const struct line *line)
{
	size_t length = strlen(line->text);
	while (length > 0 && line->text[length - 1] == ' ')
		length--;
	fprintf(out, "%.*s\n", (int)length, line->text);
}

/* Its title, and its lines. */
static void
print_pane(FILE *out, struct pane_state *state, const struct scene *scene)
{
	const struct rectangle inside = {.rows = ROWS, .columns = COLUMNS};
	const struct pane *pane = state->pane;
	struct line line = {0};
	pane->prepare(state, scene, &inside);
	fprintf(out, "%s\n", *state->title != '\0' ? state->title : pane->title);
	if (pane->heading != NULL) {
		pane->heading(state, scene, COLUMNS, &line);
		print_line(out, &line);
	}
	for (size_t i = 0; i < state->count; i++) {
		line = (struct line){0};
		pane->line(state, scene, i, COLUMNS, &line);
		print_line(out, &line);
	}
}

char *
pane_print(const char *name, const struct log *log, const struct moment *now)
{
	const struct pane *pane = pane_named(name);
	struct scene scene = {.moment = now, .log = log, .end = log_end(log)};
	struct pane_state state;
	char *text = NULL;
	size_t length = 0;
	FILE *out = pane != NULL ? open_memstream(&text, &length) : NULL;
	if (out == NULL)
		return NULL;
	pane_state_init(&state, pane);
	print_pane(out, &state, &scene);
	pane_state_release(&state);
	if (memory_stream_close(out, &text))
		return text;
	free(text);
	return NULL;
}
