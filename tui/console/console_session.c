/* console_session.c: the sessions on the screen, one after the other: each lesson that is
 * played has one of its own, and screen, keyboard and prompt stay. */
#include "console_session.h"
#include "console_lessons.h"
#include "console_past.h"
#include "console_show.h"
#include "console_terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A new session shows itself once it stands, not while it is built up. */
#define SETTLING MILLISECONDS(70)

/* Has an event words that nothing else on the screen shows?  A narrator shows what is
 * told and what failed in its lesson. */
static bool
is_news(const struct event *event, const struct moment *now)
{
	bool narrated = now->lesson.any;
	if (event->text == NULL)
		return false;
	return event->type == EVENT_NOTE ||
	    (event->type == EVENT_ERROR && !(narrated && now->script)) ||
	    (event->type == EVENT_SAY && !narrated);
}

/* A question that was typed has its answer; there is no narrator to show it. */
static void
notify_choice(struct console *self, const struct event *event)
{
	char text[80];
	snprintf(text, sizeof text, "the room: %u, it was: %u", event->ask.chosen,
	    event->ask.answer);
	console_notify(self, STYLE_STRONG, text);
}

/* The log's reader: the screen is made from the moment, so there is nothing to
 * keep; what the console has to say is shown at once. */
static void
read_event(void *context, const struct event *event, const struct moment *now)
{
	struct console *self = context;
	if (self->session == NULL || self->changing)
		return;
	if (console_is_past(self))
		(void)event; /* it is counted */
	else if (event->type == EVENT_COMMAND && self->noted_at_start)
		self->noted_at_start = false; /* that is the first connect */
	else if (event->type == EVENT_COMMAND)
		screen_drop_notice(&self->screen); /* it was about the one before */
	else if (is_news(event, now))
		console_notify(self, event->type == EVENT_ERROR ?
		    STYLE_REVERSE | STYLE_STRONG : STYLE_STRONG, event->text);
	else if (event->type == EVENT_ASK && event->ask.chosen != 0 &&
	    !now->lesson.any)
		notify_choice(self, event);
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

/* A command shows something.  A lesson's leaves the keys where they are, so that Enter
 * still means what it meant. */
static bool
show_for_session(void *context, const char *what)
{
	struct console *self = context;
	enum focus focus = self->screen.focus;
	if (console_is_past(self))
		return screen_pane(&self->screen, what) != NULL;
	bool shown = console_show(context, what);
	if (shown && session_now(self->session)->script) {
		self->screen.focus = focus;
		self->screen.zoomed_by_lesson = true;
	}
	return shown;
}

bool
console_open_session(struct console *self)
{
	struct session_options options = *self->options->session;
	char error[SESSION_ERROR];
	int status;
	options.details = true;
	options.screen = self->scenario == NULL; /* a lesson connects by itself */
	self->session = session_new(&options, error, &status);
	if (self->session == NULL) {
		snprintf(self->failure, sizeof self->failure, "%s", error);
		self->status = status;
	}
	return self->session != NULL;
}

bool
console_join_session(struct console *self)
{
	self->loop = session_loop(self->session);
	if (!console_begin_loop(self) || log_subscribe(session_log(self->session), read_event,
	    self) < 0) {
		console_cannot_start(self, "the screen's timers (timerfd_create, epoll_ctl)");
		return false;
	}
	session_ask_by(self->session, ask, self);
	session_show_by(self->session, show_for_session, self);
	session_play_by(self->session, console_play, self);
	session_room_by(self->session, true);
	prompt_follow(self->prompt, self->session);
	return true;
}

/* The last event, as without a screen: a recording tells by it that it is whole. */
static void
tell_end(struct console *self)
{
	struct event event = {.time = loop_now(self->loop), .type = EVENT_END};
	event.end.status = self->status;
	log_unsubscribe(session_log(self->session), read_event, self);
	log_append(session_log(self->session), &event);
}

/* Lets go of the session, and ends what is left of it. */
void
console_close_session(struct console *self)
{
	struct session *session = self->session;
	if (session == NULL)
		return;
	console_thaw(self);
	if (self->loop != NULL)
		tell_end(self);
	lesson_free(self->lesson);
	self->lesson = NULL;
	console_end_loop(self);
	free(self->paste);
	free(self->confirm);
	self->paste = self->confirm = NULL;
	if (self->prompt != NULL)
		prompt_follow(self->prompt, NULL);
	self->session = NULL;
	session_free(session);
}

/* Ends the session and begins another one with the lesson that is to come.  The screen
 * shows the old one until the new one stands: one redraw.  What is typed meanwhile
 * waits in the terminal.  false: there is none, and it is told why. */
static bool
change_session(struct console *self)
{
	self->changing = true;
	loop_unwatch(self->loop, self->keyboard);
	self->keyboard = NULL;
	session_quit(self->session, SOURCE_KEY);
	if (self->leaving)
		return false; /* somebody wants to leave altogether */
	console_close_session(self);
	console_forget_scenario(&self->scenario);
	self->scenario = self->coming;
	self->coming = NULL;
	bool good = console_open_session(self) && console_join_session(self);
	self->changing = false;
	if (!good)
		return false;
	screen_reset(&self->screen);
	self->pace.drawn_at = SETTLING;
	session_begin(self->session);
	console_begin_lesson(self);
	console_mark(self);
	return true;
}

/* The loop: until `quit` was carried out, or somebody wants to leave. */
void
console_run_sessions(struct console *self)
{
	while (!session_has_ended(self->session)) {
		if (self->leaving) {
			session_quit(self->session, SOURCE_KEY);
			return;
		}
		if (self->coming != NULL && !change_session(self))
			return;
		if (session_round(self->session, -1) < 0)
			console_leave(self, 1);
		console_follow_lesson(self);
	}
}
