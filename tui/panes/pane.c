#include "pane.h"

#include "escape.h"

#include <stdio.h>
#include <stdlib.h>

void
pane_state_init(struct pane_state *state, const struct pane *pane)
{
	*state = (struct pane_state){.pane = pane, .at_end = pane->follows};
}

void
pane_state_release(struct pane_state *state)
{
	free(state->index);
	text_release(&state->text);
	canvas_release(&state->canvas);
}

/* The number that stays the same of a row when it moves. */
static uint64_t
identity(const struct pane_state *state, const struct scene *scene, size_t number)
{
	return state->pane->identity != NULL && number < state->count ?
	    state->pane->identity(state, scene, number) : 0;
}

/* Finds the selected row again after the rows have moved. */
static void
follow_selection(struct pane_state *state, const struct scene *scene)
{
	size_t lines = 0, first;
	if (!state->pane->selects || state->count == 0)
		return;
	if (state->pane->follows && state->at_end) {
		state->selected = state->count - 1;
		state->identity = 0;
	} else if (!state->chosen && !state->pane->follows && state->pane->wanted != NULL) {
		first = state->pane->wanted(state, scene, &lines);
		state->selected = lines > 0 ? first + lines - 1 : state->selected;
		state->identity = 0;
	}
	if (state->selected >= state->count)
		state->selected = state->count - 1;
	if (state->identity != 0 &&
	    identity(state, scene, state->selected) != state->identity)
		for (size_t i = 0; i < state->count; i++)
			if (identity(state, scene, i) == state->identity)
				state->selected = i;
	state->identity = identity(state, scene, state->selected);
}

/* Keeps the lines that are shown within those that exist, and the selected one
 * among them while somebody walks. */
static void
clamp(struct pane_state *state, size_t rows, bool active)
{
	size_t last_top = state->count > rows ? state->count - rows : 0;
	if (state->at_end || state->top > last_top)
		state->top = last_top;
	if (!state->pane->selects || rows == 0 ||
	    (!active && state->pane->wanted != NULL))
		return;
	if (state->selected < state->top)
		state->top = state->selected;
	if (state->selected >= state->top + rows)
		state->top = state->selected + 1 - rows;
}

/* Scrolls to the lines that are wanted. */
static void
show_wanted(struct pane_state *state, const struct scene *scene, size_t rows)
{
	size_t lines = 0;
	size_t first = state->pane->wanted(state, scene, &lines);
	if (lines == 0)
		return;
	if (lines > rows)
		lines = rows; /* the first of them */
	if (first + lines > state->top + rows)
		state->top = first + lines - rows;
	if (first < state->top)
		state->top = first;
}

/* What the pane is called now. */
static const char *
title_of(const struct pane_state *state)
{
	return *state->title != '\0' ? state->title : state->pane->title;
}

/* Draws what stands at the right end of the upper border: the pane's note; what
 * tells that there is more than is shown, its share.  Returns its width. */
static int
draw_note(const struct pane_state *state, const struct draw *draw,
    const struct rectangle *inside, size_t rows)
{
	char note[160] = "";
	int width = 0;
	if (state->count > rows && !state->pane->follows)
		width = snprintf(note, sizeof note, " %zu-%zu of %zu ",
		    state->top + 1, state->top + rows, state->count);
	if (*state->note != '\0')
		snprintf(note + width, sizeof note - (size_t)width, "%s%s ",
		    width > 0 ? "" : " ", state->note);
	else if (width + (int)utf8_width(title_of(state)) + 4 > inside->columns)
		return 0;
	width = (int)utf8_width(note);
	draw_text(draw, inside->row - 1, inside->column + inside->columns - width - 1,
	    width, note, 0, STYLE_STRONG);
	return width;
}

/* Draws the title; of the active pane between marks, not by its style alone. */
static void
draw_pane_title(const struct pane_state *state, const struct draw *draw,
    const struct rectangle *inside, bool active, int note)
{
	struct line title, words;
	line_format(&words, STYLE_PLAIN, "%s", title_of(state));
	text_shorten(words.text, inside->columns - 2 - (note > 0 ? note + 2 : 0));
	line_format(&title, active ? STYLE_REVERSE | STYLE_STRONG : STYLE_KEY,
	    active ? "[%.900s]" : " %.900s ", words.text);
	draw_title(draw, inside, title.text, title.style);
}

/* Draws the line above the rows and the one below them, and takes their room from
 * the body. */
static void
draw_ends(const struct pane_state *state, const struct scene *scene,
    const struct draw *draw, struct rectangle *body)
{
	struct line line = {0};
	if (state->pane->heading != NULL) {
		state->pane->heading(state, scene, body->columns, &line);
		draw_text(draw, body->row++, body->column, body->columns, line.text,
		    state->shift, line.style);
		body->rows--;
	}
	line = (struct line){0};
	if (state->pane->footing != NULL && body->rows > 1) {
		state->pane->footing(state, scene, body->columns, &line);
		draw_text(draw, body->row + --body->rows, body->column, body->columns,
		    line.text, 0, line.style);
	}
}

void
pane_draw(struct pane_state *state, const struct scene *scene,
    const struct draw *draw, const struct rectangle *inside, bool active)
{
	const struct pane *pane = state->pane;
	struct rectangle body = *inside;
	struct line line = {0};
	pane->prepare(state, scene, inside);
	follow_selection(state, scene);
	draw_ends(state, scene, draw, &body);
	size_t rows = body.rows > 0 ? (size_t)body.rows : 0;
	clamp(state, rows, active);
	if (!active && pane->wanted != NULL)
		show_wanted(state, scene, rows);
	draw_pane_title(state, draw, inside, active,
	    draw_note(state, draw, inside, rows));
	state->lacks_memory = false;
	for (size_t i = 0; i < rows && state->top + i < state->count; i++) {
		size_t number = state->top + i;
		line = (struct line){.style = STYLE_PLAIN};
		pane->line(state, scene, number, body.columns, &line);
		state->lacks_memory |= line.lacks_memory;
		if (active && (pane->selects ? number == state->selected :
		    number + 1 == state->found))
			line.style |= STYLE_REVERSE;
		draw_line(draw, body.row + (int)i, body.column, body.columns,
		    &line, state->shift);
		if (pane->follows && /* text, not a table: say that it goes on */
		    utf8_width(line.text) > state->shift + (size_t)body.columns)
			draw_text(draw, body.row + (int)i,
			    body.column + body.columns - 1, 1, "…", 0, STYLE_STRONG);
	}
}

/* The line that a walk leads to, from this one. */
static size_t
walk_to(size_t from, enum walk walk, size_t last, size_t page)
{
	switch (walk) {
	case WALK_UP:
		return from > 0 ? from - 1 : 0;
	case WALK_DOWN:
		return from < last ? from + 1 : last;
	case WALK_PAGE_UP:
		return from > page ? from - page : 0;
	case WALK_PAGE_DOWN:
		return from + page < last ? from + page : last;
	case WALK_FIRST:
		return 0;
	case WALK_LAST:
		return last;
	case WALK_LEFT:
	case WALK_RIGHT:
		break;
	}
	return from;
}

void
pane_walk(struct pane_state *state, enum walk walk, int rows)
{
	size_t shown = rows > 0 ? (size_t)rows : 1;
	state->found = 0;
	if (state->pane->heading != NULL && shown > 1)
		shown--;
	if (state->pane->footing != NULL && shown > 1)
		shown--;
	if (walk == WALK_LEFT) {
		state->shift -= state->shift < 8 ? state->shift : 8;
	} else if (walk == WALK_RIGHT) {
		state->shift += state->shift < LINE_TEXT ? 8 : 0;
	} else if (state->pane->selects) {
		size_t last = state->count > 0 ? state->count - 1 : 0;
		state->selected = walk_to(state->selected, walk, last, shown);
		state->identity = 0;
		state->chosen = true;
		state->at_end = state->pane->follows && state->selected == last;
	} else {
		size_t last = state->count > shown ? state->count - shown : 0;
		state->top = walk_to(state->top, walk, last, shown);
		state->at_end = state->pane->follows && state->top == last;
	}
}

/* What the selected row is about.  The rows are those of now: some may be gone since
 * the pane was drawn. */
bool
pane_subject(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside, struct explain_subject *subject)
{
	if (state->pane->subject == NULL)
		return false;
	state->pane->prepare(state, scene, inside);
	follow_selection(state, scene);
	return state->selected < state->count &&
	    state->pane->subject(state, scene, state->selected, subject);
}

bool
pane_search(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside, const char *wanted)
{
	struct line line;
	state->pane->prepare(state, scene, inside);
	bool selects = state->pane->selects;
	size_t *place = selects ? &state->selected : &state->top;
	size_t from = selects ? state->selected + 1 :
	    state->found != 0 ? state->found : state->top;
	for (size_t i = 0; i < state->count && *wanted != '\0'; i++) {
		size_t number = (from + i) % state->count;
		line = (struct line){.style = STYLE_PLAIN};
		state->pane->line(state, scene, number, inside->columns, &line);
		if (strcasestr(line.text, wanted) == NULL)
			continue;
		*place = number;
		state->found = selects ? 0 : number + 1;
		state->identity = 0;
		state->chosen = true;
		state->at_end = state->pane->follows && number + (state->pane->selects ?
		    1 : (size_t)inside->rows) >= state->count;
		return true;
	}
	return false;
}
