/* world.c: what its parts tell by, and signals. */
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

void
world_append(struct world *world, struct event *event)
{
	if (log_append(world->log, event) < 0)
		world->failed = true; /* no memory: the log has a hole */
}

void
world_tell(struct world *world, enum event_type type, const char *format,
    va_list arguments)
{
	char text[1024];
	struct event event = {.time = loop_now(world->loop), .type = type};
	int length = vsnprintf(text, sizeof text, format, arguments);
	if (type == EVENT_ERROR)
		world->failed = true;
	if (length < 0)
		return;
	event_set_text(&event, text, strlen(text));
	world_append(world, &event);
}

void
world_error(struct world *world, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	world_tell(world, EVENT_ERROR, format, arguments);
	va_end(arguments);
}

void
world_note(struct world *world, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	world_tell(world, EVENT_NOTE, format, arguments);
	va_end(arguments);
}

void
world_look_soon(struct world *world)
{
	socket_watch_look_soon(world->sockets);
	process_watch_look_soon(world->processes);
}

bool
world_signal(struct world *world, pid_t pid, int number, enum signal_by by)
{
	int64_t time = loop_now(world->loop);
	if (process_watch_signal(world->processes, pid, number) < 0)
		return false;
	struct event event = {.time = time, .type = EVENT_SIGNAL};
	event.signal.number = number;
	event.signal.to = pid;
	event.signal.by = by;
	world_append(world, &event);
	world_look_soon(world);
	return true;
}

/* Was this signal sent to the process by the user? */
static bool
was_signalled(const struct world *world, pid_t pid, int number)
{
	const uint32_t types = LOG_TYPE(EVENT_PROCESS) | LOG_TYPE(EVENT_SIGNAL);
	uint64_t i = log_end(world->log);
	while ((i = log_find_back(world->log, i, 0, types)) != UINT64_MAX) {
		const struct event *event = log_event(world->log, i);
		if (event == NULL)
			return false;
		if (event->type == EVENT_PROCESS && event->process.row.pid == pid &&
		    (event->process.what == PROCESS_STARTED ||
		    event->process.what == PROCESS_FORKED))
			return false;
		if (event->type == EVENT_SIGNAL && event->signal.to == pid &&
		    event->signal.number == number && !event->signal.caught)
			return true;
	}
	return false;
}

void
world_tell_sigpipe(struct world *world, pid_t pid, int status, int64_t time)
{
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGPIPE ||
	    moment_process(log_now(world->log), pid) == NULL ||
	    was_signalled(world, pid, SIGPIPE))
		return;
	struct event event = {.time = time, .type = EVENT_SIGNAL};
	event.signal.number = SIGPIPE;
	event.signal.to = pid;
	event.signal.by = BY_KERNEL;
	world_append(world, &event);
}
