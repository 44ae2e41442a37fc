#include "screen.h"

#include "keys.h"
#include "pane_table.h"
#include "prompt.h"
#include "status.h"

#include "escape.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { WRAPPED_LINES = 12 };

/* So long until a line is written again for which there was no memory. */
#define MEMORY_PATIENCE MILLISECONDS(100)

void
screen_init(struct screen_state *screen)
{
	size_t count;
	const struct pane *const *table = pane_table(&count);
	memset(screen, 0, sizeof *screen);
	for (size_t i = 0; i < count && i < SCREEN_PANES; i++)
		pane_state_init(&screen->panes[screen->pane_count++], table[i]);
	screen->active = PLACE_SOCKETS;
}

void
screen_release(struct screen_state *screen)
{
	for (size_t i = 0; i < screen->pane_count; i++)
		pane_state_release(&screen->panes[i]);
}

void
screen_reset(struct screen_state *screen)
{
	for (size_t i = 0; i < screen->pane_count; i++) {
		const struct pane *pane = screen->panes[i].pane;
		pane_state_release(&screen->panes[i]);
		pane_state_init(&screen->panes[i], pane);
	}
	screen_zoom(screen, NULL);
	screen_drop_notice(screen);
	screen->active = PLACE_SOCKETS;
	screen->focus = FOCUS_LINE;
	screen->menu.is_open = false;
	screen->question = NULL;
	screen->narrator_rows = screen->top_rows = 0;
}

void
screen_zoom(struct screen_state *screen, struct pane_state *state)
{
	screen->zoomed = state;
	screen->zoomed_by_lesson = false;
}

struct pane_state *
screen_pane(struct screen_state *screen, const char *name)
{
	for (size_t i = 0; i < screen->pane_count; i++) {
		const char *known = screen->panes[i].pane->name;
		if (known != NULL && strcmp(known, name) == 0)
			return &screen->panes[i];
	}
	return NULL;
}

struct pane_state *
screen_state_of(struct screen_state *screen, const struct pane *pane)
{
	size_t i = 0;
	while (i < screen->pane_count && screen->panes[i].pane != pane)
		i++;
	assert(i < screen->pane_count); /* a pane is in the table */
	return &screen->panes[i];
}

struct pane_state *
screen_pane_of_key(struct screen_state *screen, int key)
{
	for (size_t i = 0; i < screen->pane_count; i++)
		if (key != 0 && screen->panes[i].pane->key == key)
			return &screen->panes[i];
	return NULL;
}

struct pane_state *
screen_focused(struct screen_state *screen)
{
	return screen->zoomed != NULL ? screen->zoomed :
	    &screen->panes[screen->active];
}

/* Does the zoomed pane take the narrator's place, too?  A lesson that shows something
 * goes on talking. */
static bool
is_whole(const struct screen_state *screen)
{
	return screen->zoomed != NULL && screen->zoomed->pane->whole &&
	    !screen->zoomed_by_lesson;
}

struct rectangle
screen_focused_inside(const struct screen_state *screen)
{
	if (screen->zoomed != NULL)
		return is_whole(screen) ? layout_whole(&screen->layout) :
		    layout_zoomed(&screen->layout);
	return screen->layout.places[screen->panes[screen->active].pane->place];
}

void
screen_notice(struct screen_state *screen, unsigned style, int64_t until,
    const char *text)
{
	screen->notice.text[0] = ' ';
	escape_into(screen->notice.text + 1, sizeof screen->notice.text - 1, text,
	    strlen(text));
	screen->notice.style = style;
	screen->notice_until = until;
	screen->notice_until_key = false;
}

void
screen_drop_notice(struct screen_state *screen)
{
	screen->notice_until = 0;
	screen->notice_until_key = false;
}

/* Says that the terminal is too small, in its first line. */
static void
draw_too_small(const struct screen_state *screen)
{
	struct line line;
	int rows = screen->layout.rows, columns = screen->layout.columns;
	line_format(&line, STYLE_PLAIN,
	    "tcpconsole needs %dx%d; this terminal is %dx%d", LAYOUT_COLUMNS,
	    LAYOUT_ROWS, columns, rows);
	if (strlen(line.text) > (size_t)columns)
		line_format(&line, STYLE_PLAIN, "needs %dx%d; this is %dx%d",
		    LAYOUT_COLUMNS, LAYOUT_ROWS, columns, rows);
	draw_text(&screen->draw, 0, 0, screen->layout.columns, line.text, 0,
	    line.style);
}

/* Is the pane drawn in its place? */
static bool
is_in_place(const struct screen_state *screen, const struct pane_state *state)
{
	enum place place = state->pane->place;
	if (place == PLACE_NONE || screen->layout.places[place].rows == 0)
		return false;
	return screen->zoomed == NULL ||
	    (place == PLACE_NARRATOR && !is_whole(screen));
}

/* Draws the panes, or the zoomed one, with the narrator above it. */
static void
draw_panes(struct screen_state *screen, const struct scene *scene)
{
	bool walked = screen->focus != FOCUS_LINE;
	struct rectangle inside = screen_focused_inside(screen);
	if (is_whole(screen))
		draw_box(&screen->draw, &inside);
	else
		draw_borders(&screen->draw, &screen->layout, screen->zoomed != NULL);
	for (size_t i = 0; i < screen->pane_count; i++) {
		struct pane_state *state = &screen->panes[i];
		if (is_in_place(screen, state))
			pane_draw(state, scene, &screen->draw,
			    &screen->layout.places[state->pane->place],
			    walked && state == screen_focused(screen));
	}
	if (screen->zoomed != NULL)
		pane_draw(screen->zoomed, scene, &screen->draw, &inside, walked);
}

/* The keys of the panes. */
static enum key_mode
mode_of_panes(const struct screen_state *screen)
{
	if (screen->zoomed != NULL && screen->zoomed->pane == &pane_lessons)
		return KEYS_LESSONS;
	if (screen->zoomed != NULL)
		return KEYS_ZOOMED;
	return layout_has_narrator(&screen->layout) ? KEYS_LESSON : KEYS_PANES;
}

/* The keys of the past, by what they go to. */
static enum key_mode
mode_of_past(const struct screen_state *screen, const struct scene *scene)
{
	if (screen->focus == FOCUS_LINE)
		return scene->past.recording ? KEYS_RECORDING_LINE : KEYS_PAST_LINE;
	if (screen->zoomed != NULL)
		return KEYS_PAST_ZOOMED;
	return scene->past.recording ? KEYS_RECORDING : KEYS_PAST;
}

/* What the keys go to; false: the input line. */
static bool
key_mode(const struct screen_state *screen, const struct scene *scene,
    enum key_mode *mode)
{
	if (screen->question != NULL)
		*mode = KEYS_QUESTION;
	else if (screen->menu.is_open)
		*mode = KEYS_MENU;
	else if (screen->focus == FOCUS_SEARCH)
		*mode = KEYS_SEARCH;
	else if (scene->past.there)
		*mode = mode_of_past(screen, scene);
	else if (screen->focus == FOCUS_PANES)
		*mode = mode_of_panes(screen);
	else
		return false;
	return true;
}

/* Draws what is told or asked, and never cut short: its last line in the row, those
 * before it above, over the panes.  Returns how wide the last line is. */
static int
draw_wrapped(const struct screen_state *screen, int row, unsigned style,
    const char *words)
{
	struct text wrapped = {0};
	int columns = screen->layout.columns, width = 0;
	text_wrap(&wrapped, style, words, columns - 2, 0);
	size_t first = wrapped.count > WRAPPED_LINES ?
	    wrapped.count - WRAPPED_LINES : 0;
	for (size_t i = first; i < wrapped.count; i++) {
		struct line line;
		line_format(&line, style, " %s", wrapped.lines[i].text);
		draw_text(&screen->draw, row - (int)(wrapped.count - 1 - i), 0,
		    columns, line.text, 0, line.style);
		width = (int)utf8_width(line.text);
	}
	text_release(&wrapped);
	return width;
}

/* Writes the keys of the input line: a lesson's first. */
static void
write_line_bar(const struct scene *scene, int columns, char *text, size_t size)
{
	unsigned answers = guide_answers(scene->moment);
	bool over = scene->guide.there && scene->guide.state == LESSON_OVER;
	char lesson[64] = "";
	if (answers > 0)
		snprintf(lesson, sizeof lesson, " 1-%u Answer", answers);
	else if (scene->guide.there && !over)
		snprintf(lesson, sizeof lesson, " Enter Next");
	if (scene->guide.there)
		snprintf(lesson + strlen(lesson), sizeof lesson - strlen(lesson),
		    over ? " Enter Lessons  Esc b Again " :
		    "  Esc b Again  Esc l Lessons ");
	size_t length = strlen(lesson);
	snprintf(text, size, "%s", lesson);
	keys_write_bar(scene->moment, columns - (int)length, text + length,
	    size - length);
}

/* Draws the last line: a notice, or the keys that work now. */
static void
draw_bar(struct screen_state *screen, const struct scene *scene)
{
	const struct layout *layout = &screen->layout;
	struct line line = {.style = STYLE_KEY};
	enum key_mode mode;
	int64_t clock = scene->past.there ? scene->past.clock : scene->now;
	if (screen->notice_until != 0 && clock >= screen->notice_until)
		screen->notice_until = 0;
	bool noticed = screen->notice_until != 0;
	bool fits = utf8_width(screen->notice.text) <= (size_t)layout->columns;
	if (noticed && fits)
		line = screen->notice;
	else if (key_mode(screen, scene, &mode))
		keys_write_mode_bar(mode, layout->columns, line.text,
		    sizeof line.text);
	else
		write_line_bar(scene, layout->columns, line.text, sizeof line.text);
	draw_text(&screen->draw, layout->bar_row, 0, layout->columns, line.text, 0,
	    line.style);
	if (noticed && !fits)
		draw_wrapped(screen, layout->input_row - 1,
		    screen->notice.style | STYLE_REVERSE, screen->notice.text + 1);
}

/* Draws the input line, or what is asked in its place; returns the cursor's
 * column, -1 for none. */
static int
draw_input(const struct screen_state *screen, const struct prompt *prompt)
{
	const struct draw *draw = &screen->draw;
	int row = screen->layout.input_row, columns = screen->layout.columns;
	struct line line;
	if (screen->question != NULL)
		return draw_wrapped(screen, row, STYLE_STRONG | STYLE_REVERSE,
		    screen->question) + 1;
	if (screen->focus == FOCUS_SEARCH) {
		line_format(&line, STYLE_PLAIN, "/%s", screen->search);
		draw_text(draw, row, 0, columns, line.text, 0, line.style);
		return (int)utf8_width(line.text);
	}
	int column = prompt != NULL ? prompt_draw(prompt, draw, row, columns) : -1;
	if (prompt == NULL)
		draw_text(draw, row, 0, columns, "> ", 0, STYLE_PLAIN);
	return screen->focus == FOCUS_LINE && !screen->menu.is_open ? column : -1;
}

/* A number of lines as rows. */
static int
as_rows(size_t lines)
{
	return lines < 1000 ? (int)lines : 1000;
}

/* The larger of two. */
static int
larger(int a, int b)
{
	return a > b ? a : b;
}

/* How many rows the narrator and the band below it need in a lesson.  What they will
 * need is known from the beginning, and what has grown stays: the screen keeps still. */
static void
measure_lesson(struct screen_state *screen, const struct scene *scene, int rows,
    int columns)
{
	struct pane_state *narrator = &screen->panes[PLACE_NARRATOR];
	const struct rectangle least = {.rows = layout_narrator_least(rows),
	    .columns = columns - 2};
	if (rows != screen->layout.rows || columns != screen->layout.columns ||
	    (!guide_has_narrator(scene->moment) && !scene->past.there))
		screen->narrator_rows = screen->top_rows = 0;
	if (!guide_has_narrator(scene->moment))
		return;
	if (screen->narrator_rows == 0) {
		screen->narrator_rows = guide_rows(&scene->guide, columns - 2);
		screen->top_rows = guide_lines(&scene->guide);
	}
	narrator->pane->prepare(narrator, scene, &least);
	screen->narrator_rows = larger(screen->narrator_rows,
	    as_rows(narrator->needed));
	for (size_t i = PLACE_SENT; i <= PLACE_ERRNO; i++) {
		struct pane_state *state = &screen->panes[i];
		state->pane->prepare(state, scene, &screen->layout.places[i]);
		screen->top_rows = larger(screen->top_rows, as_rows(state->count));
	}
}

/* Lays the frame out. */
static bool
make_layout(struct screen_state *screen, const struct scene *scene, int rows,
    int columns)
{
	struct pane_state *sockets = &screen->panes[PLACE_SOCKETS];
	sockets->pane->prepare(sockets, scene,
	    &screen->layout.places[PLACE_SOCKETS]);
	measure_lesson(screen, scene, rows, columns);
	bool fits = layout_make(&screen->layout, rows, columns,
	    &(struct layout_needs){.sockets = as_rows(sockets->needed),
	    .strangers = as_rows(sockets->wished),
	    .narrator = screen->narrator_rows, .top = screen->top_rows});
	if (screen->layout.places[screen->active].rows == 0)
		screen->active = PLACE_SOCKETS;
	return fits;
}

void
screen_frame(struct screen_state *screen, const struct scene *scene,
    const struct prompt *prompt)
{
	int rows, columns;
	struct line status = {.style = STYLE_PLAIN};
	draw_size(&rows, &columns);
	draw_begin();
	screen->fits = make_layout(screen, scene, rows, columns);
	if (!screen->fits) {
		draw_too_small(screen);
		draw_end(-1, 0);
		return;
	}
	status_write(scene, columns, &status);
	draw_text(&screen->draw, screen->layout.status_row, 0, columns, status.text,
	    0, status.style);
	draw_panes(screen, scene);
	draw_bar(screen, scene);
	int cursor = draw_input(screen, prompt);
	if (screen->menu.is_open)
		menu_draw(&screen->menu, scene->moment, &screen->draw,
		    &screen->layout);
	draw_end(cursor >= 0 ? screen->layout.input_row : -1, cursor);
}

/* When the frame looks different without an event.  Only the panes
 * that were drawn are asked. */
int64_t
screen_changes_at(const struct screen_state *screen, const struct scene *scene)
{
	if (!screen->fits)
		return 0;
	if (scene->past.there)
		return screen->notice_until; /* its clock stands */
	int64_t at = status_changes_at(scene);
	for (size_t i = 0; i < screen->pane_count; i++) {
		const struct pane_state *state = &screen->panes[i];
		bool seen = screen->zoomed == state || is_in_place(screen, state);
		if (seen && state->pane->changes_at != NULL)
			at = pane_earlier(at, state->pane->changes_at(state, scene));
		if (seen && state->lacks_memory)
			at = pane_earlier(at, scene->now + MEMORY_PATIENCE);
	}
	return pane_earlier(at, screen->notice_until);
}
