/* console_frame.c: when the screen is drawn.
 *
 * Whoever changes something marks the screen; only the frame draws, at the pace of
 * frame_pace.h however many events came.  A key does not wait for that.  A second timer
 * wakes a screen that would change by itself: something counts down, a row that is gone
 * fades.  At rest nothing wakes it.  While a slow terminal still takes a frame there is
 * no other. */
#include "console_frame.h"
#include "console_past.h"

#include "pane_table.h"
#include "terminal.h"

#include <sys/epoll.h>

struct scene
console_scene(const struct console *self)
{
	const struct log *log = console_log(self);
	struct scene scene = {.moment = log_now(log), .log = log,
	    .end = log_end(log), .now = loop_now(self->loop), .why = &self->why};
	guide_look(&scene.guide, self->lesson);
	scene.guide.lessons = self->lessons;
	scene.guide.lesson_count = self->lesson_count;
	if (console_is_past(self))
		console_past_scene(self, &scene);
	return scene;
}

/* Writes what has been drawn; what a slow terminal does not take goes later. */
static bool
write_frame(struct console *self)
{
	bool whole = terminal_flush();
	if (terminal_has_failed())
		console_lose_terminal(self);
	else if (self->terminal != NULL)
		loop_rewatch(self->loop, self->terminal, whole ? 0 : EPOLLOUT);
	return whole;
}

/* A slow terminal takes more: what changed meanwhile goes into one more frame. */
static void
write_terminal(void *context, uint32_t events)
{
	struct console *self = context;
	if ((events & (EPOLLHUP | EPOLLERR)) != 0)
		console_lose_terminal(self);
	else if (write_frame(self) && self->behind)
		console_mark(self);
}

/* Is the table of all sockets open, or one of its rows explained? */
static bool
shows_all(const struct console *self)
{
	const struct pane_state *zoomed = self->screen.zoomed;
	if (zoomed != NULL && zoomed->pane == &pane_why)
		zoomed = self->why_from.zoomed;
	return zoomed != NULL && zoomed->pane == &pane_all;
}

/* Draws a frame, unless a slow terminal still takes the one before. */
static void
draw_frame(void *context)
{
	struct console *self = context;
	if (self->gone || self->changing || terminal_is_away())
		return;
	self->pace.drawn_at = loop_now(self->loop);
	self->behind = !write_frame(self);
	if (self->behind)
		return;
	if (self->session != NULL) /* a recording watches nothing */
		session_follow_all(self->session, shows_all(self));
	int64_t cost = loop_cost();
	struct scene scene = console_scene(self);
	screen_frame(&self->screen, &scene, self->prompt);
	write_frame(self);
	int64_t at = screen_changes_at(&self->screen, &scene);
	self->pace.cost = loop_cost() - cost;
	int64_t least = frame_pace_next(&self->pace);
	if (at != 0)
		timer_at(self->tick, at > least ? at : least);
	else
		timer_stop(self->tick);
}

/* The screen changes by itself. */
static void
wake(void *context)
{
	console_mark(context);
}

bool
console_begin_frames(struct console *self)
{
	self->frame = loop_timer(self->loop, draw_frame, self);
	self->tick = loop_timer(self->loop, wake, self);
	return self->frame != NULL && self->tick != NULL;
}

bool
console_watch_terminal(struct console *self)
{
	self->terminal = loop_watch(self->loop, terminal_descriptor(), EPOLLOUT,
	    write_terminal, self);
	return self->terminal != NULL;
}

