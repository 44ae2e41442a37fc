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

#include "console_internal.h"
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

#define FRAME MILLISECONDS(33)
#define NOTICE SECONDS(5)

enum { STATUS_NOT_HERE = 77 }; /* as in main.c */

static struct console console;

/* Something has changed: there will be a frame. */
void
console_mark(struct console *self)
{
	int64_t now = loop_now(self->loop), at = self->drawn_at + FRAME;
	if (!timer_is_running(self->frame))
		timer_at(self->frame, at > now ? at : now);
}

/* What a frame shows: now. */
struct scene
console_scene(const struct console *self)
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
		console_mark(self);
		return;
	}
	struct scene scene = console_scene(self);
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
	console_mark(context);
}

/* Shows a line for a while. */
static void
notify(struct console *self, unsigned look, const char *text)
{
	screen_notice(&self->screen, look, loop_now(self->loop) + NOTICE, text);
	console_mark(self);
}

/* Shows a line that is about the key just pressed: the next one takes it away. */
void
console_hint(struct console *self, const char *text)
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
	console_mark(self);
}

/* Ends the session after this round: it cannot be ended inside of one. */
void
console_leave(struct console *self, int status)
{
	if (!self->leaving)
		self->status = status;
	self->leaving = true;
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
	console_mark(self);
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
	console_update_question(self);
}

/* The session shows something: its pane is zoomed. */
bool
console_show(void *context, const char *what)
{
	struct console *self = context;
	struct pane_state *state = screen_pane(&self->screen, what);
	if (state == NULL)
		return false;
	self->screen.zoomed = state;
	self->screen.focus = FOCUS_PANES;
	console_mark(self);
	return true;
}

/* readline's line. */
static void
take_line(void *context, const char *line)
{
	keyboard_submit_typed(context, line);
}

/* Completion's choice, until the next key. */
static void
show_matches(void *context, const char *words)
{
	struct console *self = context;
	console_hint(self, words);
	self->screen.notice_until = loop_now(self->loop) + SECONDS(60);
}

/* Suspends as a job, and comes back. */
void
console_suspend(struct console *self)
{
	terminal_leave();
	signals_suspend();
	terminal_return();
	console_mark(self);
}

/* Ctrl-C clears the line, and never quits. */
void
console_interrupt(struct console *self)
{
	if (prompt_is_empty(self->prompt))
		console_hint(self, "Ctrl-C does not leave: F10 or :quit");
	else
		prompt_abandon(self->prompt);
}

/* The terminal has vanished: no more keys and no more frames. */
static void
lose_terminal(struct console *self)
{
	self->gone = true;
	loop_unwatch(self->loop, self->keyboard);
	self->keyboard = NULL;
	console_leave(self, 128 + SIGHUP);
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
			console_suspend(self);
		else if (number == SIGCONT)
			terminal_return();
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
			console_leave(self, 1);
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
	input_init(&self->input, keyboard_take_token, self);
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
	session_show_by(session, console_show, self);
	session_begin(session);
	load_history(self, path);
	console_mark(self);
	run_loop(self);
	terminal_close(self->gone);
	save_history(self, path);
	free(path);
	int status = self->status;
	end(self);
	return status;
}
