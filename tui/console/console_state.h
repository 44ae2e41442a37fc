/* console_state.h: the console's state, and what its files do to it alone. */
#ifndef CONSOLE_STATE_H
#define CONSOLE_STATE_H

#include "console_options.h"
#include "explain.h"
#include "frame_pace.h"
#include "input.h"
#include "lesson.h"
#include "past.h"
#include "prompt.h"
#include "screen.h"
#include "session.h"
#include "signals.h"

/* Why a lesson cannot be played in a session that owns no server. */
#define CONSOLE_NO_SERVER \
	"needs a server of its own: name this machine and a free PORT, without --no-server"

struct console {
	const struct console_options *options;
	struct session *session; /* NULL: it does not run, or this is a recording */
	const struct log *recording; /* that is walked through; NULL: this is a session */
	int percent;             /* of it, read so far */
	struct past *past;       /* the moment that is shown; NULL: now */
	uint64_t frozen_end;     /* the log's end when the screen was frozen */
	int64_t frozen_at;
	char *history;           /* the file's path, once it was read; NULL: none */
	char *kept;              /* a line that was typed in the past, to be put back */
	struct loop *loop;
	struct screen_state screen;
	struct prompt *prompt;
	struct input input;
	struct signals signals;
	struct watch *keyboard, *signal_watch;
	struct watch *terminal;  /* while it has not taken all of a frame */
	struct timer *frame, *tick, *escape;
	struct scenario *scenario; /* that is played, or was; NULL: none */
	struct lesson *lesson;   /* NULL: none is played */
	enum lesson_state lesson_state; /* as it was last seen */
	size_t lesson_position;
	struct scenario *coming; /* to be played in a new session; NULL: none */
	struct scenario *lessons; /* the menu's */
	size_t lesson_count;
	char failure[SCENARIO_ERROR]; /* told once the screen is gone; empty: nothing */
	struct frame_pace pace;
	bool behind;             /* something has changed since then */
	bool noted_at_start;     /* a notice that the first connect must not take away */
	bool leaving;            /* the session is to be ended */
	bool gone;               /* the terminal has vanished */
	bool changing;           /* between two sessions: nothing is drawn */
	bool refused;            /* the lesson is right, and cannot be played here */
	int status;
	char *paste;             /* lines that wait for a y */
	size_t paste_length;
	char *confirm;           /* the session's question */
	struct line question;    /* as it is shown */
	struct explain_subject why; /* what is explained */
	struct {                 /* where one was when that began */
		struct pane_state *zoomed;
		bool by_lesson;
		enum focus focus;
	} why_from;
};

/* Something has changed: there will be a frame; at once when that was a key's doing. */
void console_mark(struct console *self);
void console_hurry(struct console *self);

/* Shows a line for a while, in this style (style.h). */
void console_notify(struct console *self, unsigned style, const char *text);

/* Shows a line that is about the key just pressed: the next one takes it away. */
void console_hint(struct console *self, const char *text);

/* Ends the session after this round: it cannot be ended inside of one. */
void console_leave(struct console *self, int status);

/* The terminal has vanished: no more keys and no more frames. */
void console_lose_terminal(struct console *self);

/* The question that waits for y or n has changed. */
void console_update_question(struct console *self);

/* Keeps in failure and status, by errno, that PART (cannot_start.h) could not be had. */
void console_cannot_start(struct console *self, const char *part);

/* Does the screen show another moment than now?  The log, the moment that it shows. */
bool console_is_past(const struct console *self);
const struct log *console_log(const struct console *self);
const struct moment *console_moment(const struct console *self);

/* Who wants to act asks this first: true in the past, where it is said that nothing
 * is done. */
bool console_refuse(struct console *self);

/* Frees a scenario of ours, which may be NULL. */
void console_forget_scenario(struct scenario **scenario);

#endif
