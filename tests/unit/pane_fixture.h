/* pane_fixture.h: the lines of one pane, without the screen around it. */
#ifndef PANE_FIXTURE_H
#define PANE_FIXTURE_H

#include "pane_table.h"
#include "screen_fixture.h"

/* The pane that is looked at, and in what. */
static struct {
	struct pane_state *state;
	struct rectangle inside;
	struct line line;
} looked;

static inline struct scene
scene_now(void)
{
	return (struct scene){.moment = log_now(test.log), .log = test.log,
	    .end = log_end(test.log), .now = test.now, .guide = test.guide,
	    .why = &test.why};
}

/* Prepares the pane of this name for a room of this size; how many lines it has. */
static inline size_t
look_at(const char *name, int rows, int columns)
{
	struct scene scene = scene_now();
	size_t count;
	const struct pane *const *panes = pane_table(&count);
	looked.state = NULL;
	for (size_t i = 0; i < count; i++)
		if (panes[i]->name != NULL && strcmp(panes[i]->name, name) == 0)
			looked.state = &test.screen.panes[i];
	ck_assert_ptr_nonnull(looked.state);
	looked.inside = (struct rectangle){.rows = rows, .columns = columns};
	looked.state->pane->prepare(looked.state, &scene, &looked.inside);
	return looked.state->count;
}

/* One of its lines, without the blanks at its end. */
static inline const char *
line_at(size_t number)
{
	struct scene scene = scene_now();
	ck_assert_msg(number < looked.state->count, "it has %zu lines",
	    looked.state->count);
	looked.line = (struct line){.style = STYLE_PLAIN};
	looked.state->pane->line(looked.state, &scene, number, looked.inside.columns,
	    &looked.line);
	size_t length = strlen(looked.line.text);
	while (length > 0 && looked.line.text[length - 1] == ' ')
		looked.line.text[--length] = '\0';
	return looked.line.text;
}

/* How the line looks that was looked at last. */
static inline unsigned
look_of_it(void)
{
	return looked.line.style;
}

/* Its heading. */
static inline const char *
heading_of_it(void)
{
	struct scene scene = scene_now();
	looked.line = (struct line){.style = STYLE_PLAIN};
	looked.state->pane->heading(looked.state, &scene, looked.inside.columns,
	    &looked.line);
	return looked.line.text;
}

/* When it looks different without an event. */
static inline int64_t
changes_at_of_it(void)
{
	struct scene scene = scene_now();
	return looked.state->pane->changes_at(looked.state, &scene);
}

/* The lines that are wanted of it: the first, and how many. */
static inline size_t
wanted_of_it(size_t *lines)
{
	struct scene scene = scene_now();
	*lines = 0;
	return looked.state->pane->wanted(looked.state, &scene, lines);
}

#endif
