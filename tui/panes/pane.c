#include "pane.h"

#include "endpoint.h"
#include "escape.h"
#include "loop.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pane *const table[] = {
	&pane_sent, &pane_echoed, &pane_errno, &pane_sockets, &pane_processes,
	&pane_timeline, &pane_narrator, &pane_details, &pane_lessons, &pane_help, &pane_settings,
	&pane_connections, &pane_dispositions, &pane_states, &pane_figures,
	&pane_bytes, &pane_all, &pane_why,
};

const struct pane *const *
pane_table(size_t *count)
{
	*count = sizeof table / sizeof *table;
	return table;
}

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

void
line_format(struct line *line, unsigned style, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(line->text, sizeof line->text, format, arguments);
	va_end(arguments);
	if (length >= (int)sizeof line->text)
		line->text[utf8_fit(line->text, sizeof line->text - 8)] = '\0';
	line->style = style;
	line->mark_count = 0;
}

void
pane_write_text(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line)
{
	(void)scene;
	(void)columns;
	const struct text_line *from = &state->text.lines[number];
	line_format(line, from->style, "%s", from->text);
}

/* One row of a picture. */
void
pane_write_canvas(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line)
{
	(void)scene;
	(void)columns;
	canvas_write_line(&state->canvas, (int)number, line);
}

int64_t
pane_earlier(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

int64_t
pane_second(int64_t now)
{
	return now - now % SECONDS(1);
}

int64_t
pane_second_ends(int64_t now)
{
	return pane_second(now) + SECONDS(1);
}

/* What is left, in seconds: counted from the middle of this one, so that what
 * another program shows at the same time is never further off than a second. */
void
pane_write_left(int64_t now, int64_t then, char *text, size_t size)
{
	int64_t left = then - now;
	int64_t middle = then - pane_second(now) - SECONDS(1) / 2;
	if (left >= SECONDS(1))
		snprintf(text, size, "%d", middle > SECONDS(1) ?
		    (int)(middle / SECONDS(1)) : 1);
	else
		snprintf(text, size, "0.%d",
		    left > 0 ? (int)(left / MILLISECONDS(100)) : 0);
}

void
pane_write_address(char *text, size_t size, const struct report_endpoint *endpoint,
    int width)
{
	char whole[ENDPOINT_TEXT];
	endpoint_text(endpoint, whole);
	size_t length = strlen(whole), room = (size_t)width;
	if (length > room && endpoint->family == 6) { /* ::ffff: that Proto tells of */
		struct report_endpoint plain = endpoint_unmapped(*endpoint);
		length = strlen(endpoint_text(&plain, whole));
	}
	if (length <= room)
		snprintf(text, size, "%-*s", width, whole);
	else
		snprintf(text, size, "~%s", whole + length - room + 1);
}

bool
pane_index_room(struct pane_state *state, size_t count)
{
	if (count <= state->index_room)
		return true;
	size_t room = state->index_room == 0 ? 64 : state->index_room;
	while (room < count)
		room *= 2;
	uint64_t *larger = realloc(state->index, room * sizeof *larger);
	if (larger == NULL)
		return false;
	state->index = larger;
	state->index_room = room;
	return true;
}

uint64_t
scene_first(const struct scene *scene)
{
	uint64_t first = log_first(scene->log);
	return scene->moment->begun > first ? scene->moment->begun : first;
}

/* How many of the events that were found come before number. */
static size_t
index_before(const struct pane_state *state, uint64_t number)
{
	size_t low = 0, high = state->index_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (state->index[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Forgets the events that fell out of the log; the lines that are left stay where
 * they are on the screen. */
static void
index_trim(struct pane_state *state, uint64_t first)
{
	size_t gone = index_before(state, first);
	size_t lines = gone > state->index_first ? gone - state->index_first : 0;
	if (gone == 0)
		return;
	state->index_count -= gone;
	memmove(state->index, state->index + gone,
	    state->index_count * sizeof *state->index);
	state->top -= state->top < lines ? state->top : lines;
	state->selected -= state->selected < lines ? state->selected : lines;
}

/* Indexes the events of the scene that pass.  All that were ever found are kept, and
 * the scene shows those of them that are its own: time is walked at no cost. */
void
pane_index_events(struct pane_state *state, const struct scene *scene,
    uint32_t types, bool (*passes)(const struct log *log, uint64_t number))
{
	index_trim(state, log_first(scene->log));
	for (;;) {
		uint64_t found = log_find(scene->log, state->index_seen, scene->end,
		    types);
		if (found >= scene->end)
			break;
		state->index_seen = found + 1;
		if (passes != NULL && !passes(scene->log, found))
			continue;
		if (!pane_index_room(state, state->index_count + 1))
			break;
		state->index[state->index_count++] = found;
	}
	if (state->index_seen < scene->end)
		state->index_seen = scene->end;
	state->index_first = index_before(state, scene_first(scene));
	state->count = index_before(state, scene->end) - state->index_first;
}

uint64_t
pane_event_number(const struct pane_state *state, size_t number)
{
	return state->index[state->index_first + number];
}

const struct event *
pane_event(const struct pane_state *state, const struct scene *scene, size_t number)
{
	return log_event(scene->log, pane_event_number(state, number));
}

uint64_t
pane_event_identity(const struct pane_state *state, const struct scene *scene,
    size_t number)
{
	(void)scene;
	return pane_event_number(state, number) + 1;
}

bool
pane_event_subject(const struct pane_state *state, const struct scene *scene,
    size_t number, struct explain_subject *subject)
{
	(void)scene;
	*subject = (struct explain_subject){.kind = EXPLAIN_EVENT,
	    .event = pane_event_number(state, number)};
	return true;
}

bool
pane_connection_subject(const struct pane_state *state, const struct scene *scene,
    size_t number, struct explain_subject *subject)
{
	(void)state;
	(void)number;
	*subject = (struct explain_subject){.kind = EXPLAIN_END, .end = END_CLIENT};
	return scene->moment->current != 0;
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
