/* key_actions.c: what each action of the keys' table (keys.h) does. */
#include "key_actions.h"

#include "console_frame.h"
#include "console_lessons.h"
#include "console_lines.h"
#include "console_past.h"
#include "console_show.h"
#include "console_why.h"
#include "pane_table.h"

#include <string.h>

enum { COMMAND_TEXT = 64 };

void
key_press_function(struct console *self, int function)
{
	const struct moment *now = console_moment(self);
	const struct key *key = keys_find(function, now);
	if (key == NULL)
		return;
	if (key->action == KEY_HELP) {
		console_show(self, "help");
	} else if (strcmp(key->command != NULL ? key->command : "", "quit") == 0) {
		console_leave(self, 0); /* before what still waits in the queue */
	} else if (console_refuse(self)) {
		return;
	} else if (key->action == KEY_MENU) {
		bool chosen = self->screen.focus == FOCUS_PANES;
		const struct pane_state *state =
		    screen_state_of(&self->screen, &pane_processes);
		if (!menu_open(&self->screen.menu, now, chosen ?
		    (pid_t)state->identity : 0))
			console_hint(self, "there is no process to signal");
	} else {
		console_give(self, key->command, SOURCE_KEY);
	}
}

void
key_to_line(struct console *self)
{
	screen_zoom(&self->screen, NULL);
	self->screen.focus = FOCUS_LINE;
}

void
key_next_pane(struct console *self, bool forward)
{
	struct screen_state *screen = &self->screen;
	screen_zoom(screen, NULL);
	do
		screen->active = (screen->active + (forward ? 1 : PLACES - 1)) % PLACES;
	while (screen->layout.places[screen->active].rows == 0);
}

/* Goes to the next line that holds what is searched for. */
static void
search(struct console *self)
{
	struct pane_state *state = screen_focused(&self->screen);
	struct rectangle inside = screen_focused_inside(&self->screen);
	struct scene scene = console_scene(self);
	if (!pane_search(state, &scene, &inside, self->screen.search))
		console_hint(self, "not found");
}

/* Zooms the pane, or back; a pane that has no place closes. */
static void
toggle_zoom(struct console *self)
{
	screen_zoom(&self->screen, self->screen.zoomed != NULL ? NULL :
	    &self->screen.panes[self->screen.active]);
}

/* Is the menu of the lessons open? */
static bool
is_in_lessons(const struct console *self)
{
	return self->screen.zoomed != NULL &&
	    self->screen.zoomed->pane == &pane_lessons;
}

/* Enter in the panes. */
static void
enter_pane(struct console *self)
{
	if (is_in_lessons(self))
		console_play_selected(self);
	else
		toggle_zoom(self);
}

/* Back, or out. */
static void
leave_pane(struct console *self)
{
	if (console_leave_why(self))
		return;
	if (self->screen.zoomed != NULL)
		screen_zoom(&self->screen, NULL);
	else
		key_press_function(self, 10);
}

/* Back to the input line, with a colon typed. */
static void
begin_command(struct console *self)
{
	key_to_line(self);
	if (prompt_is_empty(self->prompt))
		prompt_set(self->prompt, ":");
}

/* A text to search for is to be typed. */
static void
begin_search(struct console *self)
{
	*self->screen.search = '\0';
	self->screen.focus = FOCUS_SEARCH;
}

/* To the next line with the text that was searched for. */
static void
search_again(struct console *self)
{
	if (*self->screen.search != '\0')
		search(self);
}

/* To the next pane. */
static void
walk_panes(struct console *self)
{
	key_next_pane(self, true);
}

/* The menu of signals. */
static void
open_menu(struct console *self)
{
	key_press_function(self, 9);
}

/* The help. */
static void
open_help(struct console *self)
{
	console_show(self, "help");
}

/* The lessons, to play one. */
static void
open_lessons(struct console *self)
{
	console_show(self, "lessons");
}

/* Yes, and no. */
static void
answer_yes(struct console *self)
{
	console_answer(self, true);
}

static void
answer_no(struct console *self)
{
	console_answer(self, false);
}

/* The signal that the menu stands at, to its process. */
static void
send_signal(struct console *self)
{
	char command[COMMAND_TEXT];
	self->screen.menu.is_open = false;
	menu_command(&self->screen.menu, command, sizeof command);
	console_give(self, command, SOURCE_KEY);
}

/* The menu is left as it is. */
static void
close_menu(struct console *self)
{
	self->screen.menu.is_open = false;
}

/* The text to search for is there. */
static void
find(struct console *self)
{
	self->screen.focus = FOCUS_PANES;
	search(self);
}

/* Its last character goes, however many bytes it has. */
static void
erase(struct console *self)
{
	char *text = self->screen.search;
	size_t length = strlen(text);
	while (length > 0 && ((unsigned char)text[length - 1] & 0xc0) == 0x80)
		text[--length] = '\0';
	if (length > 0)
		text[length - 1] = '\0';
}

/* Nothing is searched for. */
static void
leave_search(struct console *self)
{
	self->screen.focus = FOCUS_PANES;
}

/* Through time. */
static void
event_back(struct console *self)
{
	console_walk_time(self, TIME_EVENT_BACK);
}

static void
event_on(struct console *self)
{
	console_walk_time(self, TIME_EVENT_ON);
}

static void
command_back(struct console *self)
{
	console_walk_time(self, TIME_COMMAND_BACK);
}

static void
command_on(struct console *self)
{
	console_walk_time(self, TIME_COMMAND_ON);
}

static void (*const actions[KEY_ACTIONS])(struct console *self) = {
	[KEY_HELP] = open_help, [KEY_MENU] = open_menu,
	[KEY_NEXT] = walk_panes, [KEY_ENTER] = enter_pane, [KEY_ZOOM] = toggle_zoom,
	[KEY_SEARCH] = begin_search, [KEY_SEARCH_AGAIN] = search_again,
	[KEY_WHY] = console_explain_selected, [KEY_LESSONS] = open_lessons,
	[KEY_LESSON_AGAIN] = console_play_again, [KEY_COLON] = begin_command,
	[KEY_LINE] = key_to_line, [KEY_LEAVE] = leave_pane,
	[KEY_SEND] = send_signal, [KEY_MENU_BACK] = close_menu,
	[KEY_FIND] = find, [KEY_ERASE] = erase, [KEY_SEARCH_BACK] = leave_search,
	[KEY_YES] = answer_yes, [KEY_NO] = answer_no,
	[KEY_FREEZE] = console_freeze, [KEY_EVENT_BACK] = event_back,
	[KEY_EVENT_ON] = event_on, [KEY_COMMAND_BACK] = command_back,
	[KEY_COMMAND_ON] = command_on,
};

bool
key_act(struct console *self, enum key_mode mode, int byte)
{
	enum key_action action = keys_action(mode, byte);
	if (actions[action] != NULL)
		actions[action](self);
	return actions[action] != NULL;
}
