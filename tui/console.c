/* console.c: the session, the screen and the keyboard, joined.
 *
 * Everything comes through the session's one loop: keys, signals, timers and the
 * log's events.  Each handler says what has changed, and marks the screen dirty;
 * only the frame draws, at most every FRAME ns however many events came.  A second
 * timer wakes a screen that would change by itself: something counts down, a row
 * that is gone fades.  At rest nothing wakes it.
 *
 * The console is static: readline and curses know one a process anyway, and the
 * log, which outlives it, may still call its reader. */
#include "console.h"

#include "history.h"
#include "input.h"
#include "keys.h"
#include "prompt.h"
#include "screen.h"
#include "signals.h"
#include "terminal.h"

#include "session.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define FRAME MILLISECONDS(33)
#define NOTICE SECONDS(5)

enum { STATUS_NOT_HERE = 77 }; /* as in main.c */

enum { CONTROL_C = 3, CONTROL_D = 4, TAB = 9, CONTROL_L = 12, ENTER = 13,
    CONTROL_Z = 26, BACKSPACE = 8, DELETE = 127, COMMAND_TEXT = 64 };

struct console {
	struct session *session; /* NULL: it does not run */
	struct loop *loop;
	struct screen_state screen;
	struct prompt *prompt;
	struct input input;
	struct signals signals;
	struct watch *keyboard, *signal_watch;
	struct timer *frame, *tick, *escape;
	int64_t drawn_at;
	bool leaving;            /* the session is to be ended */
	bool gone;               /* the terminal has vanished */
	int status;
	char *paste;             /* lines that wait for a y */
	size_t paste_length;
	char *confirm;           /* the session's question */
	struct line question;    /* as it is shown */
};

static struct console console;

/* Something has changed: there will be a frame. */
static void
mark(struct console *self)
{
	int64_t now = loop_now(self->loop), at = self->drawn_at + FRAME;
	if (!timer_is_running(self->frame))
		timer_at(self->frame, at > now ? at : now);
}

/* What a frame shows: now. */
static struct scene
scene_now(const struct console *self)
{
	const struct log *log = session_log(self->session);
	return (struct scene){.moment = session_now(self->session), .log = log,
	    .end = log_end(log), .now = loop_now(self->loop)};
}

/* Draws a frame, unless the terminal is slow: then a little later. */
static void
draw_frame(void *context)
{
	struct console *self = context;
	if (self->gone)
		return;
	self->drawn_at = loop_now(self->loop);
	if (!terminal_is_writable()) {
		mark(self);
		return;
	}
	struct scene scene = scene_now(self);
	screen_frame(&self->screen, &scene, self->prompt);
	int64_t at = screen_changes_at(&self->screen, &scene);
	if (at != 0)
		timer_at(self->tick, at > self->drawn_at + FRAME ? at :
		    self->drawn_at + FRAME);
	else
		timer_stop(self->tick);
}

/* The screen changes by itself. */
static void
wake(void *context)
{
	mark(context);
}

/* Shows a line for a while. */
static void
notify(struct console *self, unsigned look, const char *text)
{
	screen_notice(&self->screen, look, loop_now(self->loop) + NOTICE, text);
	mark(self);
}

/* Shows a line that is about the key just pressed: the next one takes it away. */
static void
hint(struct console *self, const char *text)
{
	notify(self, LOOK_STRONG, text);
	self->screen.notice_until_key = true;
}

/* The log's reader: the screen is made from the moment, so there is nothing to
 * keep; what the console has to say is shown at once. */
static void
read_event(void *context, const struct event *event, const struct moment *now)
{
	struct console *self = context;
	(void)now;
	if (self->session == NULL)
		return;
	if (event->type == EVENT_COMMAND)
		screen_drop_notice(&self->screen); /* it was about the one before */
	else if (event->text != NULL && event->type == EVENT_ERROR)
		notify(self, LOOK_REVERSE | LOOK_STRONG, event->text);
	else if (event->text != NULL && (event->type == EVENT_NOTE ||
	    event->type == EVENT_SAY || event->type == EVENT_ASK))
		notify(self, LOOK_STRONG, event->text);
	mark(self);
}

/* Ends the session after this round: it cannot be ended inside of one. */
static void
leave(struct console *self, int status)
{
	if (!self->leaving)
		self->status = status;
	self->leaving = true;
}

/* The question that waits for y or n, if there is one. */
static void
update_question(struct console *self)
{
	size_t lines = 0;
	self->screen.question = NULL;
	if (self->paste != NULL) {
		for (size_t i = 0; i < self->paste_length; i++)
			lines += self->paste[i] == '\n';
		char *first = strndup(self->paste, strcspn(self->paste, "\n"));
		line_format(&self->question, LOOK_PLAIN,
		    "Send %zu pasted lines? y/n  (%.40s ...)", lines,
		    first != NULL ? first : "");
		free(first);
		self->screen.question = self->question.text;
	} else if (self->confirm != NULL) {
		line_format(&self->question, LOOK_PLAIN, "%s y/n", self->confirm);
		self->screen.question = self->question.text;
	}
	mark(self);
}

/* The session asks about a process that is not its own. */
static void
ask(void *context, const char *question)
{
	struct console *self = context;
	free(self->confirm);
	self->confirm = strdup(question);
	if (self->confirm == NULL)
		session_confirm(self->session, false);
	update_question(self);
}

/* The session shows something: its pane is zoomed. */
static bool
show(void *context, const char *what)
{
	struct console *self = context;
	struct pane_state *state = screen_pane(&self->screen, what);
	if (state == NULL)
		return false;
	self->screen.zoomed = state;
	self->screen.focus = FOCUS_PANES;
	mark(self);
	return true;
}

/* A line as it was typed: a command behind a colon, else text to send.  Text that
 * send would read as an option or as quoted goes between quotes, which it takes
 * off again. */
static void
submit_typed(struct console *self, const char *line)
{
	char *command;
	size_t length = strlen(line);
	if (*line == '\0')
		return;
	if (line[0] == ':' && line[1] != ':') {
		session_submit(self->session, line + 1, SOURCE_LINE);
		return;
	}
	if (*line == ':')
		line++;
	bool quote = strncmp(line, "--", 2) == 0 || (length >= 2 &&
	    line[0] == '"' && line[length - 1] == '"');
	if (asprintf(&command, quote ? "send \"%s\"" : "send %s", line) < 0) {
		session_error(self->session, "out of memory: the line was not sent");
		return;
	}
	session_submit(self->session, command, SOURCE_LINE);
	free(command);
}

/* readline's line. */
static void
take_line(void *context, const char *line)
{
	submit_typed(context, line);
}

/* Completion's choice, until the next key. */
static void
show_matches(void *context, const char *words)
{
	struct console *self = context;
	hint(self, words);
	self->screen.notice_until = loop_now(self->loop) + SECONDS(60);
}

/* What F1 to F10 do. */
static void
press_function(struct console *self, int function)
{
	const struct moment *now = session_now(self->session);
	const struct key *key = keys_find(function, now);
	if (key == NULL)
		return;
	if (key->action == KEY_HELP) {
		show(self, "help");
	} else if (key->action == KEY_MENU) {
		bool chosen = self->screen.focus == FOCUS_PANES;
		const struct pane_state *state =
		    screen_pane(&self->screen, "processes");
		if (!menu_open(&self->screen.menu, now, chosen ?
		    (pid_t)state->identity : 0))
			hint(self, "there is no process to signal");
	} else if (strcmp(key->command, "quit") == 0) {
		leave(self, 0); /* before what still waits in the queue */
	} else {
		session_submit(self->session, key->command, SOURCE_KEY);
	}
}

/* Suspends as a job, and comes back. */
static void
suspend(struct console *self)
{
	terminal_leave();
	signals_suspend();
	terminal_return();
	mark(self);
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
			session_error(self->session,
			    "out of memory: what was pasted is dropped");
		free(lines);
		return;
	}
	if (self->paste != NULL) {
		char *both = NULL;
		if (asprintf(&both, "%s%s", self->paste, lines) < 0) {
			session_error(self->session,
			    "out of memory: what was pasted is dropped");
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
	update_question(self);
}

/* The answer to what was asked. */
static void
answer(struct console *self, bool yes)
{
	char *paste = self->paste;
	if (paste != NULL) {
		self->paste = NULL;
		for (char *line = paste, *end; yes &&
		    (end = strchr(line, '\n')) != NULL; line = end + 1) {
			*end = '\0';
			submit_typed(self, line);
		}
		free(paste);
	} else {
		free(self->confirm);
		self->confirm = NULL;
		session_confirm(self->session, yes);
	}
	update_question(self);
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
		menu_walk(menu, session_now(self->session), walk);
	} else if (token->kind == INPUT_BYTE && (token->number == ENTER ||
	    token->number == '\n')) {
		menu->is_open = false;
		menu_command(menu, command, sizeof command);
		session_submit(self->session, command, SOURCE_KEY);
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
	struct scene scene = scene_now(self);
	if (!pane_search(state, &scene, &inside, self->screen.search))
		hint(self, "not found");
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
	self->screen.zoomed = NULL;
	self->screen.focus = FOCUS_LINE;
}

/* To the next pane, or the one before. */
static void
next_pane(struct console *self, bool forward)
{
	self->screen.zoomed = NULL;
	self->screen.active =
	    (self->screen.active + (forward ? 1 : PLACES - 1)) % PLACES;
}

/* Zooms the pane, or back; a pane that has no place closes. */
static void
toggle_zoom(struct console *self)
{
	self->screen.zoomed = self->screen.zoomed != NULL ? NULL :
	    &self->screen.panes[self->screen.active];
}

/* A letter, digit or control character in the panes. */
static void
byte_of_panes(struct console *self, int byte)
{
	struct screen_state *screen = &self->screen;
	if (byte >= '0' && byte <= '9')
		press_function(self, byte == '0' ? 10 : byte - '0');
	else if (byte == TAB)
		next_pane(self, true);
	else if (byte == ENTER || byte == '\n' || byte == 'z')
		toggle_zoom(self);
	else if (byte == 'K')
		press_function(self, 9);
	else if (byte == '?')
		show(self, "help");
	else if (byte == 'i' || byte == CONTROL_C)
		to_line(self);
	else if (byte == 'q' && screen->zoomed != NULL)
		screen->zoomed = NULL;
	else if (byte == 'q')
		press_function(self, 10);
	else if (byte == 'n' && *screen->search != '\0')
		search(self);
	if (byte == ':') {
		to_line(self);
		if (prompt_is_empty(self->prompt))
			prompt_set(self->prompt, ":");
	} else if (byte == '/') {
		*screen->search = '\0';
		screen->focus = FOCUS_SEARCH;
	}
}

/* A key in the panes. */
static void
key_of_panes(struct console *self, const struct input_token *token)
{
	struct rectangle inside = screen_focused_inside(&self->screen);
	enum walk walk;
	if (find_walk(token, &walk))
		pane_walk(screen_focused(&self->screen), walk, inside.rows);
	else if (token->kind == INPUT_FUNCTION)
		press_function(self, token->number);
	else if (token->kind == INPUT_META && token->number >= '0' &&
	    token->number <= '9')
		byte_of_panes(self, token->number);
	else if (token->kind == INPUT_ESCAPE)
		to_line(self);
	else if (token->kind == INPUT_BACK_TAB)
		next_pane(self, false);
	else if (token->kind == INPUT_PASTE)
		take_paste(self, token);
	else if (token->kind == INPUT_BYTE)
		byte_of_panes(self, token->number);
}

/* Ctrl-C clears the line, and never quits. */
static void
interrupt(struct console *self)
{
	if (prompt_is_empty(self->prompt))
		hint(self, "Ctrl-C does not leave: F10 or :quit");
	else
		prompt_abandon(self->prompt);
}

/* A key in the input line; what is not ours is readline's. */
static void
key_of_line(struct console *self, const struct input_token *token)
{
	bool empty = prompt_is_empty(self->prompt);
	int byte = token->kind == INPUT_BYTE ? token->number : -1;
	bool digit = token->kind == INPUT_META && token->number >= '0' &&
	    token->number <= '9';
	if (byte == CONTROL_C)
		interrupt(self);
	else if (byte == CONTROL_D && empty)
		session_submit(self->session, "close", SOURCE_KEY);
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
}

/* A key, wherever the focus is. */
static void
take_token(void *context, const struct input_token *token)
{
	struct console *self = context;
	struct screen_state *screen = &self->screen;
	int byte = token->kind == INPUT_BYTE ? token->number : -1;
	if (screen->notice_until_key)
		screen_drop_notice(screen);
	if (byte == CONTROL_Z)
		suspend(self);
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
	mark(self);
}

/* The terminal has vanished: no more keys and no more frames. */
static void
lose_terminal(struct console *self)
{
	self->gone = true;
	loop_unwatch(self->loop, self->keyboard);
	self->keyboard = NULL;
	leave(self, 128 + SIGHUP);
}

/* Bytes from the keyboard. */
static void
read_keyboard(void *context, uint32_t events)
{
	struct console *self = context;
	char bytes[4096];
	(void)events;
	ssize_t length = read(STDIN_FILENO, bytes, sizeof bytes);
	if (length > 0) {
		timer_stop(self->escape);
		input_feed(&self->input, bytes, (size_t)length);
		int wait = input_waits(&self->input);
		if (wait != 0)
			timer_after(self->escape, MILLISECONDS(wait));
	} else if (length == 0 || (errno != EINTR && errno != EAGAIN)) {
		lose_terminal(self);
	}
}

/* Nothing followed an ESC, or a paste without its end. */
static void
end_escape(void *context)
{
	struct console *self = context;
	input_timeout(&self->input);
}

/* Signals. */
static void
read_signals(void *context, uint32_t events)
{
	struct console *self = context;
	int number;
	(void)events;
	while ((number = signals_next(&self->signals)) != 0) {
		if (number == SIGWINCH)
			terminal_resize();
		else if (number == SIGTSTP)
			suspend(self);
		else if (number == SIGCONT)
			terminal_return();
		else if (number == SIGINT)
			interrupt(self);
		else
			leave(self, 128 + number);
	}
	mark(self);
}

/* The lines of earlier sessions. */
static void
load_line(void *context, const char *line)
{
	struct console *self = context;
	prompt_remember(self->prompt, line);
}

/* Loads the history; what fails is noted, once the screen can show it. */
static void
load_history(struct console *self, char *path)
{
	char error[HISTORY_ERROR];
	if (path != NULL &&
	    history_file_load(path, load_line, self, error) < 0)
		session_note(self->session, "%s", error);
}

/* Saves what was typed; what fails costs one line, once the screen is gone. */
static void
save_history(struct console *self, char *path)
{
	char error[HISTORY_ERROR];
	size_t count;
	const char *const *lines = prompt_lines(self->prompt, &count);
	if (path != NULL && history_file_append(path, lines, count, error) < 0 &&
	    !self->gone)
		fprintf(stderr, "tcpconsole: %s\n", error);
}

/* Are colours wanted? */
static bool
wants_colour(const struct console_options *options)
{
	const char *none = getenv("NO_COLOR");
	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	return none == NULL || *none == '\0';
}

/* Watches and timers; false: errno. */
static bool
begin_loop(struct console *self)
{
	self->frame = loop_timer(self->loop, draw_frame, self);
	self->tick = loop_timer(self->loop, wake, self);
	self->escape = loop_timer(self->loop, end_escape, self);
	if (self->frame == NULL || self->tick == NULL || self->escape == NULL)
		return false;
	self->keyboard = loop_watch(self->loop, STDIN_FILENO, EPOLLIN,
	    read_keyboard, self);
	self->signal_watch = loop_watch(self->loop, self->signals.fd, EPOLLIN,
	    read_signals, self);
	return self->keyboard != NULL && self->signal_watch != NULL;
}

/* Ends them. */
static void
end_loop(struct console *self)
{
	loop_unwatch(self->loop, self->keyboard);
	loop_unwatch(self->loop, self->signal_watch);
	loop_untimer(self->loop, self->frame);
	loop_untimer(self->loop, self->tick);
	loop_untimer(self->loop, self->escape);
}

/* The loop: until `quit` was carried out, or somebody wants to leave. */
static void
run_loop(struct console *self)
{
	while (!session_has_ended(self->session)) {
		if (self->leaving) {
			session_quit(self->session);
			return;
		}
		if (session_round(self->session, -1) < 0)
			leave(self, 1);
	}
}

/* Begins what needs no terminal; false: errno. */
static bool
begin(struct console *self, struct session *session)
{
	struct prompt_callbacks callbacks = {.line = take_line,
	    .matches = show_matches, .context = self};
	memset(self, 0, sizeof *self);
	self->session = session;
	self->loop = session_loop(session);
	self->signals.fd = -1;
	screen_init(&self->screen);
	input_init(&self->input, take_token, self);
	self->prompt = prompt_new(session, &callbacks);
	return self->prompt != NULL && signals_open(&self->signals) == 0 &&
	    begin_loop(self) &&
	    log_subscribe(session_log(session), read_event, self) == 0;
}

/* Ends it. */
static void
end(struct console *self)
{
	session_ask_by(self->session, NULL, NULL);
	session_show_by(self->session, NULL, NULL);
	end_loop(self);
	signals_close(&self->signals);
	prompt_free(self->prompt);
	screen_release(&self->screen);
	input_release(&self->input);
	free(self->paste);
	free(self->confirm);
	self->session = NULL;
}

/* Runs a session on the terminal. */
int
console_run(struct session *session, const struct console_options *options)
{
	struct console *self = &console;
	setlocale(LC_ALL, "");
	if (!begin(self, session)) {
		fprintf(stderr, "tcpconsole: cannot begin: %s\n", strerror(errno));
		end(self);
		return 1;
	}
	if (terminal_open() < 0) {
		end(self);
		return STATUS_NOT_HERE;
	}
	char *path = history_file_path();
	draw_init(&self->screen.draw, options->ascii, wants_colour(options));
	session_ask_by(session, ask, self);
	session_show_by(session, show, self);
	session_begin(session);
	load_history(self, path);
	mark(self);
	run_loop(self);
	terminal_close(self->gone);
	save_history(self, path);
	free(path);
	int status = self->status;
	end(self);
	return status;
}
