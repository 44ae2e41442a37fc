/* session.c: a session built up and taken down, and its rounds; what it can be asked by
 * the screen or by headless. */
#include "session.h"

#include "cannot_start.h"
#include "exit_status.h"
#include "pidfd_signal.h"
#include "record.h"
#include "runner.h"
#include "server_state.h"
#include "session_state.h"
#include "world_build.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
session_error(struct session *session, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	world_tell(&session->world, EVENT_ERROR, format, arguments);
	va_end(arguments);
}

void
session_note(struct session *session, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	world_tell(&session->world, EVENT_NOTE, format, arguments);
	va_end(arguments);
}

_Static_assert((int)SESSION_ERROR >= (int)WORLD_ERROR, "a line of the world fits");

/* The world of a session, recorded when that is wanted. */
static bool
build_world(struct session *session, char *error, int *status)
{
	const struct session_options *options = &session->options;
	const struct world_options world = {.host = options->host, .port = options->port,
	    .family = options->family, .no_server = options->no_server,
	    .output_is_pipe = options->output_is_pipe,
	    .set = options->set, .set_count = options->set_count,
	    .events = options->events, .directory = options->directory,
	    .server = options->server};
	if (!world_build(&session->world, &world, error, status))
		return false;
	if (options->recorder == NULL ||
	    log_subscribe(session->world.log, recorder_write, options->recorder) == 0)
		return true;
	*status = cannot_start(error, SESSION_ERROR, "memory for the log", errno);
	return false;
}

struct session *
session_new(const struct session_options *options, char *error, int *status)
{
	struct session *session = calloc(1, sizeof *session);
	*status = STATUS_FAILED;
	if (session == NULL) {
		snprintf(error, SESSION_ERROR, "out of memory");
		return NULL;
	}
	session->options = *options;
	session->queue_end = &session->queue;
	if (!build_world(session, error, status)) {
		session_free(session);
		return NULL;
	}
	return session;
}

void
session_begin(struct session *session)
{
	world_begin(&session->world);
	if (session->options.details || session->options.recorder != NULL)
		socket_watch_follow_details(session->world.sockets);
	if (session->options.screen && !session->options.no_connect)
		session_submit(session, "connect", SOURCE_KEY);
	timer_no_later(session->world.tick, 0);
}

bool
session_owns_server(const struct session *session)
{
	return session->world.server.ours;
}

void
session_free(struct session *session)
{
	if (session == NULL)
		return;
	session_forget_question(session);
	runner_free(session);
	world_free(&session->world);
	free(session->taken);
	free(session);
}

bool
session_submit(struct session *session, const char *line, enum command_source source)
{
	return runner_submit(session, line, source);
}

bool
session_is_idle(const struct session *session)
{
	return runner_is_idle(session);
}

size_t
session_drop_waiting(struct session *session)
{
	return runner_drop_waiting(session);
}

struct loop *
session_loop(struct session *session)
{
	return session->world.loop;
}

struct log *
session_log(struct session *session)
{
	return session->world.log;
}

const struct moment *
session_now(const struct session *session)
{
	return log_now(session->world.log);
}

/* Tells that the recording has ended before the session, once. */
static void
session_tell_recorder(struct session *session)
{
	struct recorder *recorder = session->options.recorder;
	int error = recorder != NULL ? recorder_take_error(recorder) : 0;
	if (error != 0)
		session_note(session, "the recording has ended: %s: %s; %llu events are in it, "
		    "the session goes on", recorder_path(recorder),
		    error == EAGAIN ? "its reader takes nothing any more" : strerror(error),
		    (unsigned long long)recorder_events(recorder));
}

int
session_round(struct session *session, int timeout_ms)
{
	if (loop_round(session->world.loop, timeout_ms) < 0)
		return -1;
	world_look(&session->world);
	runner_step(session);
	session_tell_recorder(session);
	return 0;
}

bool
session_has_ended(const struct session *session)
{
	return session->world.ended;
}

bool
session_has_failed(const struct session *session)
{
	return session->world.failed;
}

/* As the command quit, before everything that waits. */
void
session_quit(struct session *session, enum command_source source)
{
	runner_free(session);
	session->ready = true;
	if (!session_submit(session, "quit", source))
		session->world.ended = true; /* no memory: the guard ends the rest */
	while (!session->world.ended && session_round(session, 50) == 0)
		continue;
}

void
session_ask_by(struct session *session, session_question *question, void *context)
{
	session->question = question;
	session->question_context = context;
}

/* The answer: the signal goes to a process that is not ours. */
void
session_confirm(struct session *session, bool yes)
{
	if (!session->stranger.asked)
		return;
	pid_t pid = session->stranger.pid;
	int number = session->stranger.number;
	bool sent = yes && pidfd_signal(session->stranger.pidfd, pid, number) == 0;
	int error = errno;
	session_forget_question(session);
	if (!yes) {
		session_note(session, "PID %d was left alone", (int)pid);
		return;
	}
	if (!sent) {
		session_error(session, "PID %d: %s", (int)pid, strerror(error));
		return;
	}
	struct event event = {.time = loop_now(session->world.loop), .type = EVENT_SIGNAL};
	event.signal.number = number;
	event.signal.to = pid;
	event.signal.by = BY_USER;
	world_append(&session->world, &event);
	world_look_soon(&session->world);
}

void
session_show_by(struct session *session,
    bool (*show)(void *context, const char *what), void *context)
{
	session->show = show;
	session->show_context = context;
}

void
session_follow_all(struct session *session, bool follow)
{
	all_sockets_follow(session->world.all, follow);
}

void
session_play_by(struct session *session,
    bool (*play)(void *context, const char *name, char *error), void *context)
{
	session->play = play;
	session->play_context = context;
}

/* Is there a room that answers? */
void
session_room_by(struct session *session, bool there)
{
	session->room = there;
}

/* The room's answer to the open question. */
void
session_choose(struct session *session, unsigned answer)
{
	session->chosen = answer;
	timer_no_later(session->world.tick, 0);
}
