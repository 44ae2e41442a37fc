/* session.c: a session built up and taken down, and its rounds; what it can be asked by
 * the screen or by headless. */
#include "session.h"

#include "cannot_start.h"
#include "endpoint.h"
#include "exit_status.h"
#include "lacking.h"
#include "pidfd_signal.h"
#include "record.h"
#include "reports.h"
#include "server_foreign.h"
#include "session_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Descriptors without which no session is begun; one with two connections was
   measured to use 24. */
enum { SESSION_FILES = 32 };

/* Appends an event that the session itself made. */
void
session_append(struct session *session, struct event *event)
{
	if (log_append(session->log, event) < 0)
		session->failed = true; /* no memory: the log has a hole */
}

/* Appends one line of text as an event. */
static void __attribute__((format(printf, 3, 0)))
tell_text(struct session *session, enum event_type type, const char *format,
    va_list arguments)
{
	char text[1024];
	struct event event = {.time = loop_now(session->loop), .type = type};
	int length = vsnprintf(text, sizeof text, format, arguments);
	if (length < 0)
		return;
	event_set_text(&event, text, strlen(text));
	session_append(session, &event);
}

void
session_error(struct session *session, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	tell_text(session, EVENT_ERROR, format, arguments);
	va_end(arguments);
	session->failed = true;
}

void
session_note(struct session *session, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	tell_text(session, EVENT_NOTE, format, arguments);
	va_end(arguments);
}

/* Something happened: everybody looks. */
void
session_kick(struct session *session)
{
	socket_watch_kick(session->sockets);
	process_watch_kick(session->processes);
}

/* A process appeared or died. */
static void
processes_kicked(void *context)
{
	struct session *session = context;
	if (session->server.foreign != NULL) /* nobody tells who holds what now */
		socket_watch_force(session->sockets);
	else
		socket_watch_kick(session->sockets);
}

/* The socket table was read: reports of what came before it first. */
static void
sockets_read(void *context)
{
	reports_drain(context);
}

/* Sends a signal to a process of ours and tells it. */
bool
session_signal(struct session *session, pid_t pid, int number, enum signal_by by)
{
	int64_t time = loop_now(session->loop);
	if (process_watch_signal(session->processes, pid, number) < 0)
		return false;
	struct event event = {.time = time, .type = EVENT_SIGNAL};
	event.signal.number = number;
	event.signal.to = pid;
	event.signal.by = by;
	session_append(session, &event);
	if (session->server.foreign != NULL)
		foreign_signalled(session, pid, number);
	session_kick(session);
	return true;
}

/* The settings from the start: bind by HOST, then --set. */
static bool
session_settings(struct session *session, char *error)
{
	char address[ENDPOINT_TEXT] = "any";
	struct settings *settings = &session->server.settings;
	if (endpoint_is_loopback(&session->host_endpoint))
		endpoint_address_text(&session->host_endpoint, address);
	settings_init(settings, address);
	for (size_t i = 0; i < session->options.set_count; i++)
		if (!settings_set(settings, session->options.set[i], error, SESSION_ERROR))
			return false;
	session->server.initial = *settings;
	return true;
}

/* A server's command line is for this machine; false with one line in error. */
static bool
session_may_serve(const struct session *session, char *error)
{
	if (session->options.server == NULL || session->host_is_local)
		return true;
	snprintf(error, SESSION_ERROR, "%.100s is not this machine: leave out HOST, or the server behind --",
	    session->host_name);
	return false;
}

/* As many descriptors as may be had: a pidfd for each process. */
static void
session_raise_files(struct session *session)
{
	static rlim_t before; /* the first session's: a later one finds it raised */
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	if (before == 0)
		before = limit.rlim_cur;
	session->files = before;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit); /* else as many as there were */
}

/* Whether the descriptors are there that a session with a few connections opens;
   else errno says EMFILE or ENFILE now, and not in the middle of a lesson. */
static bool
session_has_files(void)
{
	int files[SESSION_FILES], opened = 0;
	while (opened < SESSION_FILES && (files[opened] = open("/", O_PATH | O_CLOEXEC)) >= 0)
		opened++;
	int error = errno;
	for (int i = 0; i < opened; i++)
		close(files[i]);
	errno = error;
	return opened == SESSION_FILES;
}

/* Whether what the session is about can be seen: its own row, and TCP's table. */
static bool
session_sees(char *error)
{
	static const char *const files[] = {"/proc/self/stat", "/proc/net/tcp"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		if (access(files[i], R_OK) == 0)
			continue;
		snprintf(error, SESSION_ERROR, "cannot read %s: %s: sockets and processes are seen there (mount -t proc proc /proc)",
		    files[i], strerror(errno));
		return false;
	}
	return true;
}

/* The timers' functions: a round of the loop is all that is wanted of them. */
static void
session_tick(void *context)
{
	(void)context;
}

/* Server reports were held back long enough. */
static void
session_unhold(void *context)
{
	struct session *session = context;
	session->client.unbegun = 0;
	server_hold(session, false);
}

/* The parts, in the order in which they need each other; false with errno, and what
 * could not be had. */
static bool
session_build(struct session *session, const char **part)
{
	*part = "thirty-two descriptors";
	if (!session_has_files())
		return false;
	*part = "an event loop (epoll_create1)";
	session->loop = loop_new();
	if (session->loop == NULL)
		return false;
	*part = "the process that starts and ends the others (socketpair, fork)";
	if (!session_launch(session))
		return false;
	*part = "memory for the log";
	session->log = log_new(session->options.events != 0 ?
	    session->options.events : LOG_CAPACITY);
	if (session->log == NULL || (session->options.recorder != NULL &&
	    log_subscribe(session->log, recorder_write,
	    session->options.recorder) < 0))
		return false;
	*part = "timers (timerfd_create, epoll_ctl)";
	session->processes = process_watch_new(session->loop, session->log,
	    processes_kicked, session);
	session->sockets = socket_watch_new(session->loop, session->log,
	    session->host_endpoint.port, session->host_endpoint.family,
	    sockets_read, session);
	session->all = all_sockets_new(session->loop, session->log);
	session->tick = loop_timer(session->loop, session_tick, session);
	session->hold = loop_timer(session->loop, session_unhold, session);
	return session->processes != NULL && session->sockets != NULL &&
	    session->all != NULL &&
	    session->tick != NULL && session->hold != NULL && host_init(session);
}

/* A session, with its guard. */
struct session *
session_new(const struct session_options *options, char *error, int *status)
{
	struct session *session = calloc(1, sizeof *session);
	const char *part;
	*status = STATUS_FAILED;
	if (session == NULL) {
		snprintf(error, SESSION_ERROR, "out of memory");
		return NULL;
	}
	session->options = *options;
	session->queue_end = &session->queue;
	session->port_given = options->port != NULL || options->server != NULL;
	snprintf(session->host_name, sizeof session->host_name, "%s",
	    options->host != NULL ? options->host :
	    options->family == 6 ? "::1" : "127.0.0.1");
	snprintf(session->directory, sizeof session->directory, "%s",
	    options->directory);
	if (!session_resolve(session, error) || !session_settings(session, error) ||
	    !session_may_serve(session, error)) {
		*status = STATUS_USAGE;
		free(session);
		return NULL;
	}
	if (!session_sees(error)) {
		*status = STATUS_NOT_HERE;
		free(session);
		return NULL;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* should the guard be killed */
	session_raise_files(session);
	if (!session_build(session, &part)) {
		*status = cannot_start(error, SESSION_ERROR, part, errno);
		session_free(session);
		return NULL;
	}
	return session;
}

/* The first events. */
void
session_begin(struct session *session)
{
	server_choose_port(session);
	struct event event = {.time = loop_now(session->loop), .type = EVENT_START};
	event.start.host = session->host_endpoint;
	event_stamp_start(&event);
	event_set_text(&event, session->host_name, strlen(session->host_name));
	event.detail = strdup(session->host_is_local ? "local" : "remote");
	server_find(session, &event);
	session_append(session, &event);
	lacking_tell(session);
	server_begin(session);
	client_start(session);
	socket_watch_force(session->sockets);
	if (session->options.details || session->options.recorder != NULL)
		socket_watch_follow_details(session->sockets);
	process_watch_kick(session->processes);
	if (session->options.screen)
		session_submit(session, "connect", SOURCE_KEY);
	timer_no_later(session->tick, 0);
}

/* Does the console start and stop the server? */
bool
session_owns_server(const struct session *session)
{
	return server_is_tcpserv(session);
}

/* Ends the guard, and with it every process. */
void
session_free(struct session *session)
{
	if (session == NULL)
		return;
	if (session->log != NULL && session->processes != NULL && session->host.timer != NULL)
		host_heal(session);
	session->ended = true;
	launcher_free(session->launcher);
	session_forget_question(session);
	runner_free(session);
	client_free(session);
	server_free(session);
	process_watch_free(session->processes);
	socket_watch_free(session->sockets);
	all_sockets_free(session->all);
	if (session->loop != NULL) {
		loop_untimer(session->loop, session->tick);
		loop_untimer(session->loop, session->hold);
		loop_untimer(session->loop, session->host.timer);
	}
	log_free(session->log);
	loop_free(session->loop);
	free(session->taken);
	free(session);
}

struct loop *
session_loop(struct session *session)
{
	return session->loop;
}

struct log *
session_log(struct session *session)
{
	return session->log;
}

const struct moment *
session_now(const struct session *session)
{
	return log_now(session->log);
}

/* Tells that the recording has ended before the session, once. */
static void
session_tell_recorder(struct session *session)
{
	struct recorder *recorder = session->options.recorder;
	int error = recorder != NULL ? recorder_take_error(recorder) : 0;
	if (error != 0)
		session_note(session, "the recording has ended: %s: %s; %llu events are in it, the session goes on",
		    recorder_path(recorder), strerror(error),
		    (unsigned long long)recorder_events(recorder));
}

/* One round of the loop. */
int
session_round(struct session *session, int timeout_ms)
{
	if (loop_round(session->loop, timeout_ms) < 0)
		return -1;
	server_sweep_channels(session);
	if (session->server.foreign != NULL)
		foreign_look(session);
	runner_step(session);
	session_tell_recorder(session);
	return 0;
}

bool
session_has_ended(const struct session *session)
{
	return session->ended;
}

bool
session_has_failed(const struct session *session)
{
	return session->failed;
}

/* As the command quit, before everything that waits. */
void
session_quit(struct session *session)
{
	runner_free(session);
	session->ready = true;
	if (!session_submit(session, "quit", SOURCE_KEY))
		session->ended = true; /* no memory: the guard ends the rest */
	while (!session->ended && session_round(session, 50) == 0)
		continue;
}

void
session_ask_by(struct session *session, session_question *question, void *context)
{
	session->question = question;
	session->question_context = context;
}

/* No question is out any more. */
void
session_forget_question(struct session *session)
{
	if (session->foreign.asked)
		close(session->foreign.pidfd);
	session->foreign.asked = false;
}

/* The answer: the signal goes to a process that is not ours. */
void
session_confirm(struct session *session, bool yes)
{
	if (!session->foreign.asked)
		return;
	pid_t pid = session->foreign.pid;
	int number = session->foreign.number;
	bool sent = yes && pidfd_signal(session->foreign.pidfd, pid, number) == 0;
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
	struct event event = {.time = loop_now(session->loop), .type = EVENT_SIGNAL};
	event.signal.number = number;
	event.signal.to = pid;
	event.signal.by = BY_USER;
	session_append(session, &event);
	session_kick(session);
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
	all_sockets_follow(session->all, follow);
}

void
session_play_by(struct session *session,
    bool (*play)(void *context, const char *name, char *error), void *context)
{
	session->play = play;
	session->play_context = context;
}
