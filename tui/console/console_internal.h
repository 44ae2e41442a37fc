/* console_internal.h: what the files of the console share: console*.c and keyboard.c. */
#ifndef CONSOLE_INTERNAL_H
#define CONSOLE_INTERNAL_H

#include "console.h"
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
	"needs a tcpserv of its own: name this machine and a free PORT, without --no-server " \
	"or a server behind --"

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

/* The one console, with nothing in it; begins what needs no session: false with errno;
 * the same and the watches of its loop: false with failure and status; runs what is to be
 * run with the terminal in our hands; ends everything. */
struct console *console_new(const struct console_options *options);
bool console_prepare(struct console *self);
bool console_begin(struct console *self);
void console_on_terminal(struct console *self, void (*body)(struct console *self));
void console_end(struct console *self);

/* Keeps in failure and status, by errno, that PART (cannot_start.h) could not be had. */
void console_cannot_start(struct console *self, const char *part);

/* Watches and timers of the loop that is; false: errno.  Ends them. */
bool console_begin_loop(struct console *self);
void console_end_loop(struct console *self);

/* Of them, the timers of the frame; what a slow terminal has not taken yet. */
bool console_begin_frames(struct console *self);
bool console_watch_terminal(struct console *self);

/* The terminal has vanished: no more keys and no more frames. */
void console_lose_terminal(struct console *self);

/* Makes a session, for the lesson if there is one; listens to it and answers it: false
 * with failure and status.  Runs it, and those that lessons make, until one has ended
 * that none comes after; lets go of the one that is, if any. */
bool console_open_session(struct console *self);
bool console_join_session(struct console *self);
void console_run_sessions(struct console *self);
void console_close_session(struct console *self);

/* Something has changed: there will be a frame; at once when that was a key's doing. */
void console_mark(struct console *self);
void console_hurry(struct console *self);

/* What a frame shows: now. */
struct scene console_scene(const struct console *self);

/* Shows a line for a while, in this look (draw.h). */
void console_notify(struct console *self, unsigned look, const char *text);

/* Shows a line that is about the key just pressed: the next one takes it away. */
void console_hint(struct console *self, const char *text);

/* Ends the session after this round: it cannot be ended inside of one. */
void console_leave(struct console *self, int status);

/* The question that waits for y or n has changed. */
void console_update_question(struct console *self);

/* Zooms the pane of that name; false: there is none.  context is the console. */
bool console_show(void *context, const char *what);

/* Explains: the line that is selected, or back when something is explained; the last
 * errno; what stands behind `show why`. */
void console_explain_selected(struct console *self);
void console_explain_last(struct console *self);
void console_explain(struct console *self, const char *words);

/* Back from an explanation to where one was; false: there is none. */
bool console_leave_why(struct console *self);

/* Does the screen show another moment than now?  The log, the moment that it shows. */
bool console_is_past(const struct console *self);
const struct log *console_log(const struct console *self);
const struct moment *console_moment(const struct console *self);

/* Who wants to act asks this first: true in the past, where it is said that nothing
 * is done. */
bool console_refuse(struct console *self);

/* A key of the panes, or such a byte, that is about time; false: it is not. */
bool console_walk_key(struct console *self, const struct input_token *token);
bool console_walk_byte(struct console *self, int byte);

/* Back to now. */
void console_thaw(struct console *self);

/* Makes a scene one of the past. */
void console_past_scene(const struct console *self, struct scene *scene);

/* Enter on the empty input line: the lesson goes on; after its end, to the lessons.
 * false: there is none. */
bool console_go_on(struct console *self);

/* The room chooses this answer; false: no question is open. */
bool console_choose(struct console *self, unsigned answer);

/* Plays the lesson again, or the one that is selected in the menu, or that of this
 * name: in a new session, after this round. */
void console_play_again(struct console *self);
void console_play_selected(struct console *self);
bool console_play(void *context, const char *name, char *error);

/* Opens the menu of the lessons; frees its list. */
void console_open_lessons(struct console *self);
void console_forget_lessons(struct console *self);

/* Frees a scenario of ours, which may be NULL. */
void console_forget_scenario(struct scenario **scenario);

/* Begins the lesson, if there is one, in a session that has begun; lets it move on
 * after each round. */
void console_begin_lesson(struct console *self);
void console_follow_lesson(struct console *self);

/* Suspends as a job, and comes back. */
void console_suspend(struct console *self);

/* Ctrl-C clears the line, and never quits. */
void console_interrupt(struct console *self);

#endif
