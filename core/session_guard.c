/* session_guard.c: what the guard tells a session: it started a program, or reaped one;
 * and what becomes of a session whose guard is killed. */
#include "session_internal.h"

#include "guard.h"
#include "reports.h"
#include "server_foreign.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A program that the guard started is followed. */
static void
started_is_followed(struct session *session, pid_t pid, bool client, int64_t time)
{
	char command[SERVER_TEXT];
	snprintf(command, sizeof command, "%s", client ? "tcpcli" : "tcpserv");
	if (!client && session->server.foreign != NULL)
		foreign_command_text(session, command, sizeof command);
	process_watch_add_started(session->processes, pid,
	    launcher_guard(session->launcher), client ? ROLE_CLIENT : ROLE_SERVER,
	    command, time);
}

/* The guard started a program, or could not. */
static void
guard_started(void *context, uint32_t serial, pid_t pid, int error, int64_t time)
{
	struct session *session = context;
	bool client = serial == session->client.start_serial;
	bool server = serial == session->server.start_serial;
	if (!client && !server)
		return;
	if (pid < 0 && server && session->server.foreign != NULL) {
		foreign_failed(session, error);
		return;
	}
	if (pid < 0) {
		session_error(session, "cannot run %s/%s: %s: %s", session->directory,
		    client ? "tcpcli" : "tcpserv", strerror(error),
		    error == EAGAIN || error == ENOMEM ?
		    "this machine's limit of processes is reached (ulimit -u)" :
		    "make builds it");
		if (client)
			client_ended(session);
		else
			server_ended(session);
		return;
	}
	if (client) {
		session->client.starting = false;
		session->client.pid = pid;
	} else {
		if (session->server.foreign != NULL)
			foreign_started(session, pid);
		else
			session->server.starting = false;
		session->server.pid = pid;
	}
	started_is_followed(session, pid, client, time);
	if (server && session->server.listening) /* read before its holder was known */
		socket_watch_force(session->sockets);
}

/* Was this signal sent to the process by the user? */
static bool
was_signalled(const struct session *session, pid_t pid, int number)
{
	const uint32_t types = LOG_TYPE(EVENT_PROCESS) | LOG_TYPE(EVENT_SIGNAL);
	uint64_t i = log_end(session->log);
	while ((i = log_find_back(session->log, i, 0, types)) != UINT64_MAX) {
		const struct event *event = log_event(session->log, i);
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

/* A process ended so: tells of a SIGPIPE that the kernel sent it. */
void
session_tell_sigpipe(struct session *session, pid_t pid, int status, int64_t time)
{
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGPIPE ||
	    moment_process(log_now(session->log), pid) == NULL ||
	    was_signalled(session, pid, SIGPIPE))
		return;
	struct event event = {.time = time, .type = EVENT_SIGNAL};
	event.signal.number = SIGPIPE;
	event.signal.to = pid;
	event.signal.by = BY_KERNEL;
	session_append(session, &event);
}

/* The guard reaped a process; what it reported before it died comes first. */
static void
guard_reaped(void *context, pid_t pid, int status, int64_t time)
{
	struct session *session = context;
	reports_drain(session);
	session_tell_sigpipe(session, pid, status, time);
	process_watch_reaped(session->processes, pid, status,
	    launcher_guard(session->launcher), time);
	if (pid == session->client.pid)
		client_ended(session);
	if (session->server.foreign != NULL)
		foreign_look(session);
	else if (pid == session->server.pid)
		server_ended(session);
}

/* The guard was killed.  Its children are the console's now (a subreaper too):
 * they are ended, as the guard would have done, and a new one takes over. */
static void
guard_gone(void *context)
{
	struct session *session = context;
	const struct moment *now = log_now(session->log);
	if (session->ended)
		return;
	guard_end_descendants();
	for (size_t i = 0; i < now->process_count; i++)
		if (now->processes[i].ended_at == 0)
			process_watch_reaped(session->processes,
			    now->processes[i].row.pid, SIGKILL, getpid(),
			    loop_now(session->loop));
	client_ended(session);
	server_ended(session);
	host_heal(session);
	session_error(session, "the guard was killed, and all that it guarded was ended: reset starts afresh");
	launcher_forget(session->launcher);
	launcher_free(session->launcher);
	if (!session_launch(session)) {
		session_error(session, "no new guard: %s: quit", strerror(errno));
		session->ended = true;
	}
}

/* Starts the guard. */
bool
session_launch(struct session *session)
{
	struct launcher_events events = {.started = guard_started,
	    .reaped = guard_reaped, .gone = guard_gone, .context = session};
	session->launcher = launcher_new(session->loop, session->files, &events);
	return session->launcher != NULL;
}
