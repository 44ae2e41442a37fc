/* keyboard.c: what a key does, wherever the focus is: in the input line, in the
 * panes, in the menu, in a search, before a question. */
#include "keyboard.h"

#include "console_lessons.h"
#include "console_lines.h"
#include "console_past.h"
#include "console_show.h"
#include "console_signals.h"
#include "console_why.h"
#include "key_actions.h"

#include <stdlib.h>
#include <string.h>

enum { CONTROL_C = 3, CONTROL_D = 4, TAB = 9, CONTROL_L = 12, ENTER = 13, CONTROL_Z = 26,
    ESCAPE = 27 };

/* The key as the byte that the table of keys has; 0: it is no byte. */
static int
byte_of(const struct input_token *token)
{
	return token->kind == INPUT_BYTE ? token->number :
	    token->kind == INPUT_ESCAPE ? ESCAPE : 0;
}

/* A key while a question is open. */
static void
key_of_question(struct console *self, const struct input_token *token)
{
	if (token->kind == INPUT_PASTE)
		console_take_paste(self, token);
	else
		(void)key_act(self, KEYS_QUESTION, byte_of(token));
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
	enum walk walk;
	if (find_walk(token, &walk)) {
		menu_walk(menu, console_moment(self), walk);
	} else if (token->kind == INPUT_PASTE) {
		menu->is_open = false;
		console_take_paste(self, token);
	} else {
		(void)key_act(self, KEYS_MENU, byte_of(token));
	}
}

/* A key while a text to search for is typed. */
static void
key_of_search(struct console *self, const struct input_token *token)
{
	char *text = self->screen.search;
	size_t length = strlen(text);
	int byte = byte_of(token);
	if (token->kind == INPUT_PASTE) {
		console_take_paste(self, token);
	} else if (!key_act(self, KEYS_SEARCH, byte) && byte >= ' ' &&
	    length + 1 < SEARCH_TEXT) {
		text[length] = (char)byte;
		text[length + 1] = '\0';
	}
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

/* A letter, digit or control character in the panes. */
static void
byte_of_panes(struct console *self, int byte)
{
	bool digit = byte >= '0' && byte <= '9';
	if (digit && console_choose(self, (unsigned)byte - '0'))
		return;
	if (digit)
		key_press_function(self, byte == '0' ? 10 : byte - '0');
	if (!digit && !toggle_view(self, byte))
		(void)key_act(self, KEYS_PANES, byte);
}

/* A key about time. */
static bool
key_of_time(struct console *self, const struct input_token *token)
{
	if (token->kind == INPUT_BYTE)
		return key_act(self, KEYS_PAST, token->number);
	if (!console_is_past(self) || (token->kind != INPUT_HOME && token->kind != INPUT_END))
		return false;
	console_walk_time(self, token->kind == INPUT_HOME ? TIME_FIRST : TIME_LAST);
	return true;
}

/* A key in the panes. */
static void
key_of_panes(struct console *self, const struct input_token *token)
{
	struct rectangle inside = screen_focused_inside(&self->screen);
	enum walk walk;
	if (key_of_time(self, token))
		return;
	if (find_walk(token, &walk))
		pane_walk(screen_focused(&self->screen), walk, inside.rows);
	else if (token->kind == INPUT_FUNCTION)
		key_press_function(self, token->number);
	else if (token->kind == INPUT_META && token->number >= '0' &&
	    token->number <= '9')
		byte_of_panes(self, token->number);
	else if (token->kind == INPUT_ESCAPE && !console_leave_why(self))
		key_to_line(self);
	else if (token->kind == INPUT_BACK_TAB)
		key_next_pane(self, false);
	else if (token->kind == INPUT_PASTE)
		console_take_paste(self, token);
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
		return key_act(self, KEYS_PANES, token->number);
	return token->kind == INPUT_META && (toggle_view(self, token->number) ||
	    key_act(self, KEYS_PAST, token->number));
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
		console_give(self, "close", SOURCE_KEY);
	else if ((byte == TAB && empty) || (token->kind == INPUT_ESCAPE && empty &&
	    !prompt_is_vi(self->prompt)))
		self->screen.focus = FOCUS_PANES;
	else if (token->kind == INPUT_FUNCTION && token->number <= 10)
		key_press_function(self, token->number);
	else if (digit && empty)
		key_press_function(self, token->number == '0' ? 10 :
		    token->number - '0');
	else if (token->kind == INPUT_PASTE)
		console_take_paste(self, token);
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
	if (token->kind == INPUT_STALLED) {
		console_hint(self, "a paste has begun, its end has not come: Ctrl-C drops it");
		return;
	}
	if (screen->notice_until_key)
		screen_drop_notice(screen);
	if (byte == CONTROL_Z)
		console_suspend(self);
	else if (token->kind == INPUT_FUNCTION && token->number == 10)
		key_press_function(self, 10); /* wherever: a way out is a way out */
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
