/* console.c: the session, the screen and the keyboard, joined.
 *
 * Sessions can follow each other, a lesson in each (console_session.c); screen, keyboard
 * and prompt stay.
 *
 * Everything comes through the session's one loop: keys, signals, timers and the
 * log's events.  Each handler says what has changed, and marks the screen dirty;
 * only the frame draws (console_frame.c).
 *
 * The console is static: readline and curses know one a process anyway, and the
 * log, which outlives it, may still call its reader. */
#include "console.h"

#include "cannot_start.h"
#include "complain.h"
#include "console_internal.h"
#include "escape.h"
#include "exit_status.h"
#include "history.h"
#include "keyboard.h"
#include "terminal.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* So many pasted lines take a while. */
enum { MANY_LINES = 20 };

static struct console console;

/* Ends the session after this round: it cannot be ended inside of one. */
void
console_leave(struct console *self, int status)
{
	if (!self->leaving)
		self->status = status;
	self->leaving = true;
}

/* The terminal has vanished: no more keys and no more frames. */
void
console_lose_terminal(struct console *self)
{
	self->gone = true;
	loop_unwatch(self->loop, self->keyboard);
	loop_unwatch(self->loop, self->terminal);
	self->keyboard = self->terminal = NULL;
	console_leave(self, 128 + SIGHUP);
}

/* The question that waits for y or n, if there is one. */
void
console_update_question(struct console *self)
{
	size_t lines = 0;
	self->screen.question = NULL;
	if (self->paste != NULL) {
		for (size_t i = 0; i < self->paste_length; i++)
			lines += self->paste[i] == '\n';
		char first[44];
		escape_into(first, sizeof first, self->paste,
		    strcspn(self->paste, "\n"));
		line_format(&self->question, LOOK_PLAIN,
		    "Send %zu pasted lines? y/n  (%s ...)%s", lines, first,
		    lines > MANY_LINES ? "  Ctrl-C drops what is left" : "");
		self->screen.question = self->question.text;
	} else if (self->confirm != NULL) {
		char *visible = escape_text(self->confirm, strlen(self->confirm));
		line_format(&self->question, LOOK_PLAIN, "%s y/n",
		    visible != NULL ? visible : "");
		free(visible);
		self->screen.question = self->question.text;
	}
	console_mark(self);
}

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

/* readline's line. */
static void
take_line(void *context, const char *line)
{
	struct console *self = context;
	if (keyboard_submit_typed(self, line))
		return;
	free(self->kept);
	self->kept = strdup(line);
}

/* Completion's choice, until the next key. */
static void
show_matches(void *context, const char *words)
{
	struct console *self = context;
	console_hint(self, words);
	self->screen.notice_until = loop_now(self->loop) + SECONDS(60);
}

/* Suspends as a job, and comes back; when another job is in the foreground by then,
 * it waits for the SIGCONT that has come, too. */
void
console_suspend(struct console *self)
{
	terminal_leave();
	signals_suspend();
	terminal_return();
	console_mark(self);
}

/* Continued: in the background there is nothing to do but to stop again, unless a
 * signal that came with it wants us to leave. */
static void
go_on(struct console *self)
{
	if (!self->leaving && !terminal_return())
		console_suspend(self);
}

/* Ctrl-C clears the line, or drops the lines that wait, and never quits. */
void
console_interrupt(struct console *self)
{
	char text[60];
	size_t dropped = 0;
	if (!prompt_is_empty(self->prompt))
		prompt_abandon(self->prompt);
	else if (self->session == NULL ||
	    (dropped = session_drop_waiting(self->session)) == 0)
		console_hint(self, "Ctrl-C does not leave: F10 or :quit");
	snprintf(text, sizeof text, "%zu line%s that waited: dropped", dropped,
	    dropped == 1 ? "" : "s");
	if (dropped > 0)
		console_hint(self, text);
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
		console_hurry(self);
		int wait = input_waits(&self->input);
		if (wait != 0)
			timer_after(self->escape, MILLISECONDS(wait));
	} else if (length == 0 || (errno != EINTR && errno != EAGAIN)) {
		console_lose_terminal(self);
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
			console_suspend(self);
		else if (number == SIGCONT)
			go_on(self);
		else if (number == SIGINT)
			console_interrupt(self);
		else
			console_leave(self, 128 + number);
	}
	console_mark(self);
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
save_history(struct console *self)
{
	char *path = self->history;
	char error[HISTORY_ERROR];
	size_t count;
	const char *const *lines = prompt_lines(self->prompt, &count);
	if (path != NULL && history_file_append(path, lines, count, error) < 0 &&
	    !self->gone)
		complain(STATUS_FAILED, "%s", error);
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
bool
console_begin_loop(struct console *self)
{
	self->escape = loop_timer(self->loop, end_escape, self);
	if (self->escape == NULL || !console_begin_frames(self))
		return false;
	self->keyboard = loop_watch(self->loop, STDIN_FILENO, EPOLLIN,
	    read_keyboard, self);
	self->signal_watch = loop_watch(self->loop, self->signals.fd, EPOLLIN,
	    read_signals, self);
	if (input_waits(&self->input) != 0) /* the session before had begun to wait */
		timer_after(self->escape, MILLISECONDS(input_waits(&self->input)));
	return self->keyboard != NULL && self->signal_watch != NULL &&
	    (terminal_descriptor() < 0 || console_watch_terminal(self));
}

/* Ends them. */
void
console_end_loop(struct console *self)
{
	loop_unwatch(self->loop, self->keyboard);
	loop_unwatch(self->loop, self->signal_watch);
	loop_unwatch(self->loop, self->terminal);
	loop_untimer(self->loop, self->frame);
	loop_untimer(self->loop, self->tick);
	loop_untimer(self->loop, self->escape);
	self->keyboard = self->signal_watch = self->terminal = NULL;
	self->frame = self->tick = self->escape = NULL;
	self->loop = NULL;
}

/* Keeps why it cannot start, by errno. */
void
console_cannot_start(struct console *self, const char *part)
{
	self->status = cannot_start(self->failure, sizeof self->failure, part, errno);
}

/* Begins what needs no session; false: errno. */
bool
console_prepare(struct console *self)
{
	struct prompt_callbacks callbacks = {.line = take_line,
	    .matches = show_matches, .context = self};
	self->signals.fd = -1;
	screen_init(&self->screen);
	input_init(&self->input, keyboard_take_token, self);
	self->prompt = prompt_new(NULL, &callbacks);
	return self->prompt != NULL && signals_open(&self->signals) == 0;
}

/* The same, and the watches of a loop that is no session's. */
bool
console_begin(struct console *self)
{
	if (console_prepare(self) && console_begin_loop(self))
		return true;
	console_cannot_start(self, "the keyboard and signals (signalfd, timerfd_create)");
	return false;
}

/* Ends everything. */
void
console_end(struct console *self)
{
	console_close_session(self);
	if (self->loop != NULL)
		console_end_loop(self);
	free(self->paste);
	self->paste = NULL;
	signals_close(&self->signals);
	prompt_free(self->prompt);
	screen_release(&self->screen);
	input_release(&self->input);
	console_forget_lessons(self);
	console_forget_scenario(&self->scenario);
	console_forget_scenario(&self->coming);
	free(self->kept);
	free(self->history);
	self->prompt = NULL;
}

/* Loads the lesson to begin with; false: failure and status. */
static bool
choose_lesson(struct console *self)
{
	if (self->options->play == NULL)
		return true;
	if (!console_play(self, self->options->play, self->failure)) {
		self->status = self->refused ? STATUS_NOT_HERE : STATUS_USAGE;
		return false;
	}
	self->scenario = self->coming;
	self->coming = NULL;
	return true;
}

/* Runs body with the terminal in our hands, and gives it back. */
void
console_on_terminal(struct console *self, void (*body)(struct console *self))
{
	if (terminal_open() < 0) {
		self->status = STATUS_NOT_HERE;
		return;
	}
	draw_init(&self->screen.draw, self->options->ascii,
	    wants_colour(self->options));
	if (console_watch_terminal(self))
		body(self);
	else
		console_leave(self, 1);
	terminal_close(self->gone);
}

/* The session on the screen. */
static void
run(struct console *self)
{
	self->history = history_file_path();
	session_begin(self->session);
	console_begin_lesson(self);
	load_history(self, self->history);
	self->noted_at_start = prompt_complaint(self->prompt) != NULL;
	if (self->noted_at_start)
		session_note(self->session, "%s", prompt_complaint(self->prompt));
	console_mark(self);
	console_run_sessions(self);
}

/* The characters of the user's locale, and nothing else of it: numbers are written and
 * read with a point.  One that this machine does not have (ssh brings its name along)
 * is as good as C.UTF-8 when it says UTF-8. */
static void
choose_locale(void)
{
	const char *name = getenv("LC_ALL");
	if (name == NULL || *name == '\0')
		name = getenv("LC_CTYPE");
	if (name == NULL || *name == '\0')
		name = getenv("LANG");
	if (setlocale(LC_CTYPE, "") == NULL && name != NULL &&
	    (strcasestr(name, "utf-8") != NULL || strcasestr(name, "utf8") != NULL))
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* The one console, with nothing in it. */
struct console *
console_new(const struct console_options *options)
{
	choose_locale();
	console = (struct console){.options = options, .signals.fd = -1,
	    .percent = 100};
	return &console;
}

/* Runs sessions on the terminal.  The first one comes before curses and readline: its
 * guard is a fork, and begins the cleaner the earlier it is. */
int
console_run(const struct console_options *options)
{
	struct console *self = console_new(options);
	if (choose_lesson(self) && console_open_session(self)) {
		if (!console_prepare(self)) {
			console_cannot_start(self, "reading signals (signalfd)");
		} else if (console_join_session(self)) {
			console_on_terminal(self, run);
			save_history(self);
		}
	}
	console_end(self);
	if (*self->failure != '\0' && !self->gone)
		complain(self->status, "%s", self->failure);
	return self->status;
}
