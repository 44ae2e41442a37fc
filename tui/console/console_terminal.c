/* console_terminal.c: the keyboard and the loop of the one console, begun and ended.
 *
 * The console is static: readline and curses know one a process anyway, and the log,
 * which outlives it, may still call its reader. */
#include "console_terminal.h"

#include "ascii.h"
#include "console_frame.h"
#include "console_lessons.h"
#include "console_lines.h"
#include "console_signals.h"
#include "exit_status.h"
#include "keyboard.h"
#include "terminal.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static struct console console;

/* readline's line. */
static void
take_line(void *context, const char *line)
{
	struct console *self = context;
	if (console_submit_typed(self, line))
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

/* Are colours wanted? */
static bool
wants_colour(const struct console_options *options)
{
	const char *none = getenv("NO_COLOR");
	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	return none == NULL || *none == '\0';
}

bool
console_begin_loop(struct console *self)
{
	self->escape = loop_timer(self->loop, end_escape, self);
	if (self->escape == NULL || !console_begin_frames(self))
		return false;
	self->keyboard = loop_watch(self->loop, STDIN_FILENO, EPOLLIN,
	    read_keyboard, self);
	if (input_waits(&self->input) != 0) /* the session before had begun to wait */
		timer_after(self->escape, MILLISECONDS(input_waits(&self->input)));
	return self->keyboard != NULL && console_watch_signals(self) &&
	    (terminal_descriptor() < 0 || console_watch_terminal(self));
}

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

bool
console_begin(struct console *self)
{
	if (console_prepare(self) && console_begin_loop(self))
		return true;
	console_cannot_start(self, "the keyboard and signals (signalfd, timerfd_create)");
	return false;
}

void
console_end(struct console *self)
{
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

/* The characters of the user's locale, and nothing else of it: numbers are written and
 * read with a point.  One that this machine does not have (ssh brings its name along)
 * is as good as C.UTF-8 when it says UTF-8. */
static void
choose_locale(void)
{
	if (setlocale(LC_CTYPE, "") == NULL && locale_is_utf8())
		setlocale(LC_CTYPE, "C.UTF-8");
}

struct console *
console_new(const struct console_options *options)
{
	choose_locale();
	console = (struct console){.options = options, .signals.fd = -1,
	    .percent = 100};
	return &console;
}
