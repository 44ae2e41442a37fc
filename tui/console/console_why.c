/* console_why.c: `w`: the pane that explains, and the way back from it. */
#include "console_why.h"
#include "console_frame.h"
#include "pane_table.h"

#include <string.h>

/* Is the pane open? */
static bool
is_open(const struct console *self)
{
	return self->screen.zoomed != NULL && self->screen.zoomed->pane == &pane_why;
}

/* Opens it for what stands in self->why. */
static void
open_pane(struct console *self)
{
	struct screen_state *screen = &self->screen;
	struct pane_state *pane = screen_state_of(screen, &pane_why);
	if (!is_open(self)) {
		self->why_from.zoomed = screen->zoomed;
		self->why_from.by_lesson = screen->zoomed_by_lesson;
		self->why_from.focus = screen->focus;
	}
	pane->top = pane->shift = 0;
	screen_zoom(screen, pane);
	screen->focus = FOCUS_PANES;
	console_mark(self);
}

/* Goes back to where one was when it was opened; false: it is not open. */
bool
console_leave_why(struct console *self)
{
	if (!is_open(self))
		return false;
	screen_zoom(&self->screen, self->why_from.zoomed);
	self->screen.zoomed_by_lesson = self->why_from.by_lesson;
	self->screen.focus = self->why_from.focus;
	return true;
}

void
console_explain_selected(struct console *self)
{
	struct pane_state *state = screen_focused(&self->screen);
	struct rectangle inside = screen_focused_inside(&self->screen);
	struct scene scene = console_scene(self);
	if (console_leave_why(self))
		return;
	if (!pane_subject(state, &scene, &inside, &self->why))
		self->why = (struct explain_subject){.kind = EXPLAIN_LAST};
	open_pane(self);
}

/* Explains the last errno; as long as there is none, the client's end. */
void
console_explain_last(struct console *self)
{
	const struct moment *moment = console_moment(self);
	self->why = (struct explain_subject){.kind = EXPLAIN_LAST};
	if (!moment->last.any && moment->current != 0)
		self->why = (struct explain_subject){.kind = EXPLAIN_END,
		    .end = END_CLIENT};
	open_pane(self);
}

void
console_explain(struct console *self, const char *words)
{
	struct explain_subject subject;
	char error[EXPLAIN_ERROR];
	if (!explain_parse(&subject, words, error)) {
		console_hint(self, error);
		return;
	}
	self->why = subject;
	open_pane(self);
}
