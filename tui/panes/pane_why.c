/* pane_why.c: what something means, what led to it, what ends it, and where Linux and
 * the book differ.
 *
 * The catalogue is core's (explain.h).  Here it is explained by the moment that the
 * screen shows, so it follows what happens, and time when that is walked. */
#include "pane_table.h"

#include "book.h"
#include "command.h"

#include <stdio.h>
#include <string.h>

enum { INDENT = 2, KEY_ENTRIES = 3 };

/* The lines of a part: what is said, and the events below it. */
static void
add_part(struct text *text, const char *heading, const char *part, int columns)
{
	char line[LINE_TEXT * 2];
	unsigned style = STYLE_PLAIN;
	if (*part == '\0')
		return;
	text_add(text, STYLE_KEY | STYLE_STRONG, "%s", heading);
	while (*part != '\0') {
		size_t length = strcspn(part, "\n");
		snprintf(line, sizeof line, "%.*s", (int)length, part);
		struct text wrapped = {0};
		text_wrap(&wrapped, style, line, columns - INDENT - 1, 0);
		for (size_t i = 0; i < wrapped.count; i++)
			text_add(text, style, "%*s%s", INDENT, "", wrapped.lines[i].text);
		text_release(&wrapped);
		part += length + (part[length] == '\n');
		style = STYLE_PASSING; /* events */
	}
}

/* All of it. */
static void
compose(struct pane_state *state, const struct explanation *explanation, int columns)
{
	const char *title = book_title(explanation->section);
	text_wrap(&state->text, STYLE_STRONG, explanation->subject, columns, INDENT);
	for (int part = 0; part < EXPLAIN_PARTS; part++)
		add_part(&state->text, explain_heading((enum explain_part)part),
		    explanation->parts[part], columns);
	text_add(&state->text, STYLE_KEY, "UNP %s, %s", explanation->section,
	    title != NULL ? title : "");
}

/* A number that differs when something else is to be explained. */
static uint64_t
key_of(const struct explain_subject *subject)
{
	uint64_t key = (uint64_t)subject->kind;
	key = key * 1000003 + (uint64_t)(unsigned)subject->number;
	key = key * 1000003 + subject->conn * 4 + (uint64_t)subject->end;
	key = key * 1000003 + subject->event;
	key = key * 1000003 + subject->row.tcp.local.port;
	return key * 1000003 + subject->row.tcp.remote.port;
}

/* Is the text the one for this scene?  Then it need not be made again. */
static bool
is_made(struct pane_state *state, const struct scene *scene,
    const struct explain_subject *subject, int columns)
{
	const uint64_t key[KEY_ENTRIES] = {key_of(subject), scene->end,
	    (uint64_t)columns};
	bool same = state->count > 0 && state->index_room >= KEY_ENTRIES &&
	    memcmp(state->index, key, sizeof key) == 0;
	if (!same && pane_index_room(state, KEY_ENTRIES))
		memcpy(state->index, key, sizeof key);
	return same;
}

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	static const struct explain_subject last = {.kind = EXPLAIN_LAST};
	const struct explain_subject *subject = scene->why != NULL ? scene->why : &last;
	const struct explain_view view = {.moment = scene->moment, .log = scene->log,
	    .end = scene->end, .command = command_says};
	struct explanation explanation;
	char error[EXPLAIN_ERROR];
	if (is_made(state, scene, subject, inside->columns))
		return;
	text_clear(&state->text);
	if (explain(subject, &view, &explanation, error)) {
		compose(state, &explanation, inside->columns);
		explain_release(&explanation);
	} else {
		text_wrap(&state->text, STYLE_PLAIN, error, inside->columns, 0);
	}
	state->count = state->text.count;
}

const struct pane pane_why = {
	.name = "why", .title = "Why", .place = PLACE_NONE, .whole = true,
	.prepare = prepare, .line = pane_write_text,
};
