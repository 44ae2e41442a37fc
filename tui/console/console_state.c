/* console_state.c: what the files of the console do to its state, and nothing else. */
#include "console_state.h"

#include "cannot_start.h"
#include "escape.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define NOTICE SECONDS(5)

#define PAST_HINT "this is the past: Space goes back to now"
#define RECORDING_HINT "this is a recording: nothing can be done in it"

/* So many pasted lines take a while. */
enum { MANY_LINES = 20 };

void
console_mark(struct console *self)
{
	int64_t now = loop_now(self->loop);
	int64_t at = frame_pace_next(&self->pace);
	if (!timer_is_running(self->frame))
		timer_at(self->frame, at > now ? at : now);
}

/* A key was pressed: what it changed is shown at once. */
void
console_hurry(struct console *self)
{
	int64_t now = loop_now(self->loop);
	int64_t at = frame_pace_next_for_key(&self->pace);
	if (self->frame != NULL && timer_is_running(self->frame))
		timer_no_later(self->frame, at > now ? at - now : 0);
}

void
console_notify(struct console *self, unsigned style, const char *text)
{
	screen_notice(&self->screen, style, loop_now(self->loop) + NOTICE, text);
	console_mark(self);
}

void
console_hint(struct console *self, const char *text)
{
	console_notify(self, STYLE_STRONG, text);
	self->screen.notice_until_key = true;
}

void
console_leave(struct console *self, int status)
{
	if (!self->leaving)
		self->status = status;
	self->leaving = true;
}

void
console_lose_terminal(struct console *self)
{
	self->gone = true;
	loop_unwatch(self->loop, self->keyboard);
	loop_unwatch(self->loop, self->terminal);
	self->keyboard = self->terminal = NULL;
	console_leave(self, 128 + SIGHUP);
}

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
		line_format(&self->question, STYLE_PLAIN,
		    "Send %zu pasted lines? y/n  (%s ...)%s", lines, first,
		    lines > MANY_LINES ? "  Ctrl-C drops what is left" : "");
		self->screen.question = self->question.text;
	} else if (self->confirm != NULL) {
		char *visible = escape_text(self->confirm, strlen(self->confirm));
		line_format(&self->question, STYLE_PLAIN, "%s y/n",
		    visible != NULL ? visible : "");
		free(visible);
		self->screen.question = self->question.text;
	}
	console_mark(self);
}

void
console_cannot_start(struct console *self, const char *part)
{
	self->status = cannot_start(self->failure, sizeof self->failure, part, errno);
}

bool
console_is_past(const struct console *self)
{
	return self->past != NULL;
}

const struct log *
console_log(const struct console *self)
{
	return self->recording != NULL ? self->recording :
	    session_log(self->session);
}

const struct moment *
console_moment(const struct console *self)
{
	return self->past != NULL ? past_moment(self->past) :
	    log_now(console_log(self));
}

/* Does the screen show the past?  Then nothing is done, and that is said. */
bool
console_refuse(struct console *self)
{
	if (!console_is_past(self))
		return false;
	console_hint(self, self->recording != NULL ? RECORDING_HINT : PAST_HINT);
	return true;
}

void
console_forget_scenario(struct scenario **scenario)
{
	if (*scenario != NULL)
		scenario_release(*scenario);
	free(*scenario);
	*scenario = NULL;
}
