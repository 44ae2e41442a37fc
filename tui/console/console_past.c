/* console_past.c: the screen frozen, and walked through time.
 *
 * A frozen screen shows the moment of a place in the log (past.h), all panes the same
 * one; what happens meanwhile goes on in the log and is counted.  Nothing can be done
 * in the past: whoever acts asks console_refuse() first. */
#include "console_past.h"

#include <stdio.h>

/* What follows its end does so again: a pane that was scrolled would hide the event
 * at hand. */
static void
follow_ends(struct console *self)
{
	for (size_t i = 0; i < self->screen.pane_count; i++)
		self->screen.panes[i].at_end = self->screen.panes[i].pane->follows;
}

/* Freezes the screen as it is; false: no memory. */
static bool
freeze(struct console *self)
{
	self->past = past_new(console_log(self));
	if (self->past == NULL) {
		console_hint(self, "out of memory: the screen cannot be frozen");
		return false;
	}
	self->frozen_end = past_position(self->past);
	self->frozen_at = loop_now(self->loop);
	self->screen.focus = FOCUS_PANES;
	return true;
}

void
console_thaw(struct console *self)
{
	past_free(self->past);
	self->past = NULL;
	follow_ends(self);
}

void
console_freeze(struct console *self)
{
	if (self->recording != NULL)
		console_refuse(self);
	else if (console_is_past(self))
		console_thaw(self);
	else
		freeze(self);
}

/* Where a walk leads to. */
static uint64_t
destination(const struct console *self, enum walk_time walk)
{
	const struct log *log = console_log(self);
	uint64_t position = past_position(self->past);
	uint64_t first = log_first(log) + 1; /* with one event to look at */
	switch (walk) {
	case TIME_EVENT_BACK:
		return position > first ? position - 1 : first;
	case TIME_EVENT_ON:
		return position + 1;
	case TIME_COMMAND_BACK:
		return past_command_before(self->past);
	case TIME_COMMAND_ON:
		return past_command_after(self->past);
	case TIME_FIRST:
		return first;
	case TIME_LAST:
		break;
	}
	return log_end(log);
}

void
console_walk_time(struct console *self, enum walk_time walk)
{
	bool on = walk == TIME_EVENT_ON || walk == TIME_COMMAND_ON;
	if (!console_is_past(self) && on) {
		console_hint(self, "this is now: [ goes back");
		return;
	}
	if (!console_is_past(self) && !freeze(self))
		return;
	uint64_t before = past_position(self->past);
	self->screen.focus = FOCUS_PANES;
	if (past_go(self->past, destination(self, walk)) < 0)
		console_hint(self, "out of memory: the screen stays where it was");
	else if (past_position(self->past) == before && walk != TIME_FIRST &&
	    walk != TIME_LAST)
		console_hint(self, on ? self->recording != NULL ?
		    "the recording ends here" : "nothing has come since: Space goes on" :
		    "the log begins here");
	follow_ends(self);
}

/* Makes a scene one of the past.  Nothing in it counts down: its clock stands. */
void
console_past_scene(const struct console *self, struct scene *scene)
{
	uint64_t position = past_position(self->past);
	uint64_t end = log_end(scene->log);
	bool walked = self->recording != NULL || position != self->frozen_end;
	scene->past = (struct scene_past){.there = true, .walked = walked,
	    .recording = self->recording != NULL, .events = end,
	    .since = end - self->frozen_end, .clock = scene->now,
	    .percent = self->percent};
	scene->moment = past_moment(self->past);
	scene->end = position;
	scene->now = walked ? scene->moment->time : self->frozen_at;
	scene->guide.there = false; /* what comes next is of now only */
	scene->guide.step = NULL;
}
