/* console.c: the session, the screen and the keyboard, joined.
 *
 * Sessions can follow each other, a lesson in each (console_session.c); screen, keyboard
 * and prompt stay.
 *
 * Everything comes through the session's one loop: keys, signals, timers and the
 * log's events.  Each handler says what has changed, and marks the screen dirty;
 * only the frame draws (console_frame.c). */
#include "console.h"

#include "say_failure.h"
#include "console_lessons.h"
#include "console_session.h"
#include "console_terminal.h"
#include "exit_status.h"
#include "history.h"


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
		say_failure(STATUS_FAILED, "%s", error);
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

/* The session on the screen. */
static void
run(struct console *self)
{
	self->history = history_file_path();
	session_begin(self->session);
	console_begin_lesson(self);
	load_history(self, self->history);
	self->noted_at_start = prompt_warning(self->prompt) != NULL;
	if (self->noted_at_start)
		session_note(self->session, "%s", prompt_warning(self->prompt));
	console_mark(self);
	console_run_sessions(self);
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
	console_close_session(self);
	console_end(self);
	if (*self->failure != '\0' && !self->gone)
		say_failure(self->status, "%s", self->failure);
	return self->status;
}
