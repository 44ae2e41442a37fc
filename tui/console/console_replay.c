/* console_replay.c: a recording on the screen: the same panes over its log, with no
 * session, no host and no process.
 *
 * It opens at its end, as the lecture left it, and is walked from there: { leads back
 * from command to command, Home to the beginning.  A long one is read in slices
 * between the frames; until it is whole, the screen follows its end. */
#include "console_replay.h"

#include "say_failure.h"
#include "console_terminal.h"
#include "exit_status.h"
#include "replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE = 1 << 17 };

/* A recording that is read. */
struct showing {
	struct console *console;
	struct replay *replay;   /* NULL: it is whole */
	struct log *log;
	struct timer *timer;
};

/* The next slice. */
static void
read_slice(void *context)
{
	struct showing *showing = context;
	struct console *self = showing->console;
	uint64_t before = log_end(showing->log);
	bool follows = past_position(self->past) == before;
	char error[REPLAY_ERROR];
	enum replay_state state = replay_read(showing->replay, showing->log, SLICE,
	    error);
	if (follows && past_go(self->past, log_end(showing->log)) < 0)
		console_hint(self, "out of memory");
	self->percent = state == REPLAY_MORE ?
	    replay_percent(showing->replay) : 100;
	if (state == REPLAY_BROKEN) {
		snprintf(self->failure, sizeof self->failure, "%s", error);
		console_leave(self, STATUS_USAGE);
	} else if (state == REPLAY_WHOLE && replay_note(showing->replay) != NULL) {
		console_hint(self, replay_note(showing->replay));
	}
	if (state == REPLAY_MORE)
		timer_after(showing->timer, 0);
	console_mark(self);
}

/* The loop: until somebody wants to leave. */
static void
walk_through(struct console *self)
{
	while (!self->leaving)
		if (loop_round(self->loop, -1) < 0)
			console_leave(self, STATUS_FAILED);
}

/* Reads the first slice, so that the first frame has something to show, and a file
 * that is none of ours is refused before the screen begins. */
static bool
read_first(struct showing *showing, const char *path)
{
	struct console *self = showing->console;
	char error[REPLAY_ERROR];
	enum replay_state state = REPLAY_BROKEN;
	showing->replay = replay_open(path, error);
	if (showing->replay != NULL)
		state = replay_read(showing->replay, showing->log, SLICE, error);
	if (state == REPLAY_BROKEN) {
		snprintf(self->failure, sizeof self->failure, "%s", error);
		self->status = STATUS_USAGE;
		return false;
	}
	self->percent = state == REPLAY_WHOLE ? 100 : replay_percent(showing->replay);
	return true;
}

/* The recording on the screen. */
static void
show(struct showing *showing)
{
	struct console *self = showing->console;
	self->screen.focus = FOCUS_PANES;
	self->screen.active = PLACE_TIMELINE;
	if (replay_note(showing->replay) != NULL)
		console_hint(self, replay_note(showing->replay));
	if (self->percent < 100)
		timer_after(showing->timer, 0);
	console_mark(self);
	console_on_terminal(self, walk_through);
}

int
console_replay(const struct console_options *options, const char *path)
{
	struct console *self = console_new(options);
	struct showing showing = {.console = self, .log = log_new(LOG_UNBOUNDED)};
	struct loop *loop = loop_new();
	if (showing.log == NULL || loop == NULL) {
		console_cannot_start(self, "the replay (memory, epoll_create1)");
	} else if (read_first(&showing, path)) {
		self->loop = loop;
		self->recording = showing.log;
		self->past = past_new(showing.log);
		showing.timer = loop_timer(loop, read_slice, &showing);
		if (self->past != NULL && showing.timer != NULL &&
		    console_begin(self))
			show(&showing);
		if (loop != NULL)
			loop_untimer(loop, showing.timer);
	}
	console_end(self);
	past_free(self->past);
	replay_close(showing.replay);
	log_free(showing.log);
	loop_free(loop);
	if (*self->failure != '\0' && !self->gone)
		say_failure(self->status, "%s", self->failure);
	return self->status;
}
