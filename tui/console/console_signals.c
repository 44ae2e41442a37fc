/* console_signals.c: the signals that a terminal, or anybody, sends to the console. */
#include "console_signals.h"

#include "terminal.h"

#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>

/* Suspends as a job, and comes back; when another job is in the foreground by then,
 * it waits for the SIGCONT that has come, too. */
void
console_suspend(struct console *self)
{
	terminal_leave();
	signals_suspend();
	terminal_return();
	console_mark(self);
}

/* Continued: in the background there is nothing to do but to stop again, unless a
 * signal that came with it wants us to leave. */
static void
go_on(struct console *self)
{
	if (!self->leaving && !terminal_return())
		console_suspend(self);
}

void
console_interrupt(struct console *self)
{
	char text[60];
	size_t dropped = 0;
	if (!prompt_is_empty(self->prompt))
		prompt_abandon(self->prompt);
	else if (self->session == NULL ||
	    (dropped = session_drop_waiting(self->session)) == 0)
		console_hint(self, "Ctrl-C does not leave: F10 or :quit");
	snprintf(text, sizeof text, "%zu line%s that waited: dropped", dropped,
	    dropped == 1 ? "" : "s");
	if (dropped > 0)
		console_hint(self, text);
}

/* Signals. */
static void
read_signals(void *context, uint32_t events)
{
	struct console *self = context;
	int number;
	(void)events;
	while ((number = signals_next(&self->signals)) != 0) {
		if (number == SIGWINCH)
			terminal_resize();
		else if (number == SIGTSTP)
			console_suspend(self);
		else if (number == SIGCONT)
			go_on(self);
		else if (number == SIGINT)
			console_interrupt(self);
		else
			console_leave(self, 128 + number);
	}
	console_mark(self);
}

bool
console_watch_signals(struct console *self)
{
	self->signal_watch = loop_watch(self->loop, self->signals.fd, EPOLLIN,
	    read_signals, self);
	return self->signal_watch != NULL;
}
