/* console_show.c: a pane opened by its name: from a key, a command, a lesson. */
#include "console_show.h"

#include "console_lessons.h"
#include "console_why.h"
#include "pane_table.h"

#include <string.h>

/* Something is to be shown: its pane is zoomed, and takes the keys. */
bool
console_show(void *context, const char *what)
{
	struct console *self = context;
	struct pane_state *state = screen_pane(&self->screen, what);
	if (strncmp(what, "why", 3) == 0 && (what[3] == '\0' || what[3] == ' ')) {
		console_explain(self, what + 3);
		return true;
	}
	if (state == NULL)
		return false;
	if (state->pane == &pane_lessons) {
		console_open_lessons(self);
		return true;
	}
	screen_zoom(&self->screen, state);
	self->screen.focus = FOCUS_PANES;
	console_mark(self);
	return true;
}
