/* console_internal.h: what console.c and keyboard.c share. */
#ifndef CONSOLE_INTERNAL_H
#define CONSOLE_INTERNAL_H

#include "input.h"
#include "prompt.h"
#include "screen.h"
#include "session.h"
#include "signals.h"

struct console {
	struct session *session; /* NULL: it does not run */
	struct loop *loop;
	struct screen_state screen;
	struct prompt *prompt;
	struct input input;
	struct signals signals;
	struct watch *keyboard, *signal_watch;
	struct timer *frame, *tick, *escape;
	int64_t drawn_at;
	bool leaving;            /* the session is to be ended */
	bool gone;               /* the terminal has vanished */
	int status;
	char *paste;             /* lines that wait for a y */
	size_t paste_length;
	char *confirm;           /* the session's question */
	struct line question;    /* as it is shown */
};

/* Something has changed: there will be a frame. */
void console_mark(struct console *self);

/* What a frame shows: now. */
struct scene console_scene(const struct console *self);

/* Shows a line that is about the key just pressed: the next one takes it away. */
void console_hint(struct console *self, const char *text);

/* Ends the session after this round: it cannot be ended inside of one. */
void console_leave(struct console *self, int status);

/* The question that waits for y or n has changed. */
void console_update_question(struct console *self);

/* Zooms the pane of that name; false: there is none.  context is the console. */
bool console_show(void *context, const char *what);

/* Suspends as a job, and comes back. */
void console_suspend(struct console *self);

/* Ctrl-C clears the line, and never quits. */
void console_interrupt(struct console *self);

#endif
