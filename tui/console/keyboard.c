/* keyboard.c: what a key does, wherever the focus is: in the input line, in the
 * panes, in the menu, in a search, before a question. */
#include "keyboard.h"

#include "console_frame.h"
#include "console_lessons.h"
#include "console_past.h"
#include "console_show.h"
#include "console_signals.h"
#include "console_why.h"
#include "keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONTROL_C = 3, CONTROL_D = 4, TAB = 9, CONTROL_L = 12, ENTER = 13,
    CONTROL_Z = 26, BACKSPACE = 8, DELETE = 127, COMMAND_TEXT = 64 };

#define PASTE_DROPPED "out of memory: what was pasted is dropped"

/* Gives the session a command line.  One that has to wait for the room's answer says
 * so, or the key would seem dead. */
static void
give(struct console *self, const char *command, enum command_source source)
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

/* A line as it was typed: a command behind a colon, else text to send.  Text that
 * send would read as an option or as quoted goes between quotes, which it takes
 * off again. */
bool
keyboard_submit_typed(struct console *self, const char *line)
{
	char *command;
	size_t length = strlen(line);
	if (console_is_past(self))
		return submit_in_past(self, line);
	if (*line == '\0')
		return true;
	if (line[0] == ':' && line[1] != ':') {
		give(self, line + 1, SOURCE_LINE);
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
	give(self, command, SOURCE_LINE);
	free(command);
	return true;
}

/* What F1 to F10 do. */
static void
press_function(struct console *self, int function)
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
		give(self, key->command, SOURCE_KEY);
	}
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

/* Something was pasted: one line goes where the cursor is, several are asked
 * about; those that come while a question is open join it. */
static void
take_paste(struct console *self, const struct input_token *token)
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

/* The answer to what was asked. */
static void
answer(struct console *self, bool yes)
{
	char *paste = self->paste;
	if (yes && console_refuse(self))
		return; /* the question stays */
	if (paste != NULL) {
		self->paste = NULL;
		for (char *line = paste, *end; yes &&
		    (end = strchr(line, '\n')) != NULL; line = end + 1) {
			*end = '\0';
			keyboard_submit_typed(self, line);
		}
		free(paste);
	} else {
		free(self->confirm);
		self->confirm = NULL;
		session_confirm(self->session, yes);
	}
	console_update_question(self);
}

/* A key while a question is open: y, or n and what means no. */
static void
key_of_question(struct console *self, const struct input_token *token)
{
	if (token->kind == INPUT_PASTE)
		take_paste(self, token);
	else if (token->kind == INPUT_ESCAPE)
		answer(self, false);
	else if (token->kind == INPUT_BYTE && (token->number == 'y' ||
	    token->number == 'Y'))
		answer(self, true);
	else if (token->kind == INPUT_BYTE && (token->number == 'n' ||
	    token->number == 'N' || token->number == CONTROL_C))
		answer(self, false);
}

/* Keys that lead somewhere in a list. */
static bool
find_walk(const struct input_token *token, enum walk *walk)
{
	static const struct { enum input_kind kind; int byte; enum walk walk; }
	table[] = {
		{INPUT_UP, 0, WALK_UP}, {INPUT_BYTE, 'k', WALK_UP},
		{INPUT_DOWN, 0, WALK_DOWN}, {INPUT_BYTE, 'j', WALK_DOWN},
		{INPUT_PAGE_UP, 0, WALK_PAGE_UP},
		{INPUT_PAGE_DOWN, 0, WALK_PAGE_DOWN},
		{INPUT_HOME, 0, WALK_FIRST}, {INPUT_BYTE, 'g', WALK_FIRST},
		{INPUT_END, 0, WALK_LAST}, {INPUT_BYTE, 'G', WALK_LAST},
		{INPUT_LEFT, 0, WALK_LEFT}, {INPUT_RIGHT, 0, WALK_RIGHT},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].kind == token->kind && (token->kind != INPUT_BYTE ||
		    table[i].byte == token->number)) {
			*walk = table[i].walk;
			return true;
		}
	return false;
}

/* A key in the signal menu. */
static void
key_of_menu(struct console *self, const struct input_token *token)
{
	struct menu *menu = &self->screen.menu;
	char command[COMMAND_TEXT];
	enum walk walk;
	if (find_walk(token, &walk)) {
		menu_walk(menu, console_moment(self), walk);
	} else if (token->kind == INPUT_BYTE && (token->number == ENTER ||
	    token->number == '\n')) {
		menu->is_open = false;
		menu_command(menu, command, sizeof command);
		give(self, command, SOURCE_KEY);
	} else if (token->kind == INPUT_ESCAPE || (token->kind == INPUT_BYTE &&
	    (token->number == 'q' || token->number == CONTROL_C))) {
		menu->is_open = false;
	} else if (token->kind == INPUT_PASTE) {
		menu->is_open = false;
		take_paste(self, token);
	}
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

/* A key while a text to search for is typed. */
static void
key_of_search(struct console *self, const struct input_token *token)
{
	char *text = self->screen.search;
	size_t length = strlen(text);
	int byte = token->kind == INPUT_BYTE ? token->number : 0;
	if (byte == ENTER || byte == '\n') {
		self->screen.focus = FOCUS_PANES;
		search(self);
	} else if (token->kind == INPUT_ESCAPE || byte == CONTROL_C) {
		self->screen.focus = FOCUS_PANES;
	} else if (byte == BACKSPACE || byte == DELETE) {
		while (length > 0 && ((unsigned char)text[length - 1] & 0xc0) == 0x80)
			text[--length] = '\0';
		if (length > 0)
			text[length - 1] = '\0';
	} else if (byte >= ' ' && length + 1 < SEARCH_TEXT) {
		text[length] = (char)byte;
		text[length + 1] = '\0';
	} else if (token->kind == INPUT_PASTE) {
		take_paste(self, token);
	}
}

/* Back to the input line. */
static void
to_line(struct console *self)
{
	screen_zoom(&self->screen, NULL);
	self->screen.focus = FOCUS_LINE;
}

/* To the next pane that is there, or the one before. */
static void
next_pane(struct console *self, bool forward)
{
	struct screen_state *screen = &self->screen;
	screen_zoom(screen, NULL);
	do
		screen->active = (screen->active + (forward ? 1 : PLACES - 1)) % PLACES;
	while (screen->layout.places[screen->active].rows == 0);
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

/* A letter that opens one of the views, or closes it again. */
static bool
toggle_view(struct console *self, int letter)
{
	struct pane_state *view = screen_pane_of_key(&self->screen, letter);
	if (view == NULL)
		return false;
	if (self->screen.zoomed == view)
		screen_zoom(&self->screen, NULL);
	else
		console_show(self, view->pane->name);
	return true;
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
		press_function(self, 10);
}

/* Back to the input line, with a colon typed. */
static void
begin_command(struct console *self)
{
	to_line(self);
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
	next_pane(self, true);
}

/* The menu of signals. */
static void
open_menu(struct console *self)
{
	press_function(self, 9);
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

/* What each action of the panes' keys (keys.h) does. */
static void (*const actions[PANE_ACTIONS])(struct console *self) = {
	[PANE_NEXT] = walk_panes, [PANE_ENTER] = enter_pane, [PANE_ZOOM] = toggle_zoom,
	[PANE_MENU] = open_menu, [PANE_SEARCH] = begin_search,
	[PANE_SEARCH_AGAIN] = search_again, [PANE_WHY] = console_explain_selected,
	[PANE_LESSONS] = open_lessons, [PANE_LESSON_AGAIN] = console_play_again,
	[PANE_HELP] = open_help, [PANE_COMMAND] = begin_command, [PANE_LINE] = to_line,
	[PANE_LEAVE] = leave_pane,
};

/* Does what the letter does in the panes; false: nothing. */
static bool
act_on(struct console *self, int byte)
{
	enum pane_action action = keys_pane_action(byte);
	if (action != PANE_NOTHING)
		actions[action](self);
	return action != PANE_NOTHING;
}

/* A letter, digit or control character in the panes. */
static void
byte_of_panes(struct console *self, int byte)
{
	bool digit = byte >= '0' && byte <= '9';
	if (digit && console_choose(self, (unsigned)byte - '0'))
		return;
	if (digit)
		press_function(self, byte == '0' ? 10 : byte - '0');
	if (!digit && !toggle_view(self, byte))
		(void)act_on(self, byte);
}

/* A key in the panes. */
static void
key_of_panes(struct console *self, const struct input_token *token)
{
	struct rectangle inside = screen_focused_inside(&self->screen);
	enum walk walk;
	if (console_walk_key(self, token))
		return;
	if (find_walk(token, &walk))
		pane_walk(screen_focused(&self->screen), walk, inside.rows);
	else if (token->kind == INPUT_FUNCTION)
		press_function(self, token->number);
	else if (token->kind == INPUT_META && token->number >= '0' &&
	    token->number <= '9')
		byte_of_panes(self, token->number);
	else if (token->kind == INPUT_ESCAPE && !console_leave_why(self))
		to_line(self);
	else if (token->kind == INPUT_BACK_TAB)
		next_pane(self, false);
	else if (token->kind == INPUT_PASTE)
		take_paste(self, token);
	else if (token->kind == INPUT_BYTE)
		byte_of_panes(self, token->number);
}

/* A key in the empty input line that a lesson takes for itself, or that with Esc
 * before it is one of the panes' letters, however fast it came. */
static bool
key_of_lesson(struct console *self, const struct input_token *token)
{
	bool byte = token->kind == INPUT_BYTE;
	if (byte && token->number >= '0' && token->number <= '9')
		return console_choose(self, (unsigned)token->number - '0');
	if (byte && (token->number == ENTER || token->number == '\n'))
		return console_go_on(self);
	if (token->kind == INPUT_META && token->number == 'w') {
		console_explain_last(self);
		return true;
	}
	if (token->kind == INPUT_META && (token->number == 'b' || token->number == 'l'))
		return act_on(self, token->number);
	return token->kind == INPUT_META && (toggle_view(self, token->number) ||
	    console_walk_byte(self, token->number));
}

/* A key in the input line; what is not ours is readline's. */
static void
key_of_line(struct console *self, const struct input_token *token)
{
	bool empty = prompt_is_empty(self->prompt);
	int byte = token->kind == INPUT_BYTE ? token->number : -1;
	bool digit = token->kind == INPUT_META && token->number >= '0' &&
	    token->number <= '9';
	if (empty && key_of_lesson(self, token))
		return;
	if (byte == CONTROL_C)
		console_interrupt(self);
	else if (byte == CONTROL_D && empty)
		give(self, "close", SOURCE_KEY);
	else if ((byte == TAB && empty) || (token->kind == INPUT_ESCAPE && empty &&
	    !prompt_is_vi(self->prompt)))
		self->screen.focus = FOCUS_PANES;
	else if (token->kind == INPUT_FUNCTION && token->number <= 10)
		press_function(self, token->number);
	else if (digit && empty)
		press_function(self, token->number == '0' ? 10 :
		    token->number - '0');
	else if (token->kind == INPUT_PASTE)
		take_paste(self, token);
	else
		prompt_feed(self->prompt, token->bytes, token->length);
	if (self->kept != NULL)
		prompt_set(self->prompt, self->kept);
	free(self->kept);
	self->kept = NULL;
}

/* A key, wherever the focus is. */
void
keyboard_take_token(void *context, const struct input_token *token)
{
	struct console *self = context;
	struct screen_state *screen = &self->screen;
	int byte = token->kind == INPUT_BYTE ? token->number : -1;
	if (screen->notice_until_key)
		screen_drop_notice(screen);
	if (byte == CONTROL_Z)
		console_suspend(self);
	else if (token->kind == INPUT_FUNCTION && token->number == 10)
		press_function(self, 10); /* wherever: a way out is a way out */
	else if (screen->question != NULL)
		key_of_question(self, token);
	else if (screen->menu.is_open)
		key_of_menu(self, token);
	else if (screen->focus == FOCUS_SEARCH)
		key_of_search(self, token);
	else if (screen->focus == FOCUS_PANES)
		key_of_panes(self, token);
	else
		key_of_line(self, token);
	if (byte == CONTROL_L)
		draw_forget();
	console_mark(self);
}
