/* world_guard.c: what the guard tells a world: it started a program, or reaped one;
 * and what becomes of a world whose guard is killed. */
#include "world_guard.h"

#include "client.h"
#include "end_words.h"
#include "guard.h"
#include "host.h"
#include "reports.h"
#include "server_guest.h"
#include "server_state.h"
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A program that the guard started is followed. */
static void
started_is_followed(struct world *world, pid_t pid, bool client, int64_t time)
{
	char command[SERVER_TEXT];
	snprintf(command, sizeof command, "%s", client ? "tcpcli" : "tcpserv");
	if (!client && world->server.guest != NULL)
		guest_command_text(world, command, sizeof command);
	process_watch_add_started(world->processes, pid,
	    launcher_guard(world->launcher), client ? ROLE_CLIENT : ROLE_SERVER,
	    command, time);
}

/* The guard started a program, or could not. */
static void
guard_started(void *context, uint32_t serial, pid_t pid, int error, int64_t time)
{
	struct world *world = context;
	bool client = serial == world->client.start_serial;
	bool server = serial == world->server.start_serial;
	if (!client && !server)
		return;
	if (pid < 0 && server && world->server.guest != NULL) {
		guest_failed(world, error);
		return;
	}
	if (pid < 0) {
		world_error(world, "cannot run %s/%s: %s: %s", world->directory,
		    client ? "tcpcli" : "tcpserv", strerror(error),
		    error == EAGAIN || error == ENOMEM ?
		    "this machine's limit of processes is reached (ulimit -u)" :
		    "make builds it");
		if (client)
			client_ended(world);
		else
			server_ended(world);
		return;
	}
	if (client) {
		world->client.starting = false;
		world->client.pid = pid;
	} else {
		if (world->server.guest != NULL)
			guest_started(world, pid);
		else
			world->server.starting = false;
		world->server.pid = pid;
	}
	started_is_followed(world, pid, client, time);
	if (server && world->server.listening) /* read before its holder was known */
		socket_watch_force(world->sockets);
}

/* At the end it is the guard that kills. */
static void
tell_killed(struct world *world, pid_t pid, int status, int64_t time)
{
	struct event event = {.time = time, .type = EVENT_SIGNAL};
	const struct moment_process *process = moment_process(log_now(world->log), pid);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL || process == NULL ||
	    process->what == PROCESS_ZOMBIE)
		return;
	event.signal.number = SIGKILL;
	event.signal.to = pid;
	event.signal.by = BY_CONSOLE;
	world_append(world, &event);
}

/* One that has never listened since the start could not: the calls say why. */
static void
tcpserv_ended(struct world *world, int status)
{
	char words[END_WORDS];
	if (!world->server.has_listened) {
		world->server.never_came = true;
		world_error(world, "the server ended %s before it listened at port %u: what its "
		    "calls returned says why", end_words(status, END_OF_SERVER, words),
		    world->host_endpoint.port);
	}
	server_ended(world);
}

/* The guard reaped a process; what it reported before it died comes first. */
static void
guard_reaped(void *context, pid_t pid, int status, int64_t time)
{
	struct world *world = context;
	if (world->ending) {
		tell_killed(world, pid, status, time);
		process_watch_reaped(world->processes, pid, status,
		    launcher_guard(world->launcher), time);
		return;
	}
	reports_drain(world);
	world_tell_sigpipe(world, pid, status, time);
	process_watch_reaped(world->processes, pid, status,
	    launcher_guard(world->launcher), time);
	if (pid == world->client.pid)
		client_ended(world);
	if (world->server.guest != NULL)
		guest_look(world);
	else if (pid == world->server.pid)
		tcpserv_ended(world, status);
}

/* The guard was killed.  Its children are the console's now (a subreaper too):
 * they are ended, as the guard would have done, and a new one takes over. */
static void
guard_gone(void *context)
{
	struct world *world = context;
	const struct moment *now = log_now(world->log);
	if (world->ended)
		return;
	guard_end_descendants();
	for (size_t i = 0; i < now->process_count; i++)
		if (now->processes[i].ended_at == 0)
			process_watch_reaped(world->processes,
			    now->processes[i].row.pid, SIGKILL, getpid(),
			    loop_now(world->loop));
	client_ended(world);
	server_ended(world);
	host_heal(world);
	world_error(world, "the guard was killed, and all that it guarded was ended: reset "
	    "starts afresh");
	launcher_forget(world->launcher);
	launcher_free(world->launcher);
	if (!world_launch(world)) {
		world_error(world, "no new guard: %s: quit", strerror(errno));
		world->ended = true;
	}
}

void
world_end(struct world *world)
{
	world->ending = true;
	launcher_end(world->launcher, 2000);
	process_watch_forget_all(world->processes);
}

/* The number of the descriptor that this word of a command line names, as bash's <(...)
 * does; -1: none, or one that we have opened ourselves. */
static int
handed_descriptor(const char *word)
{
	static const char *const directories[] = {"/dev/fd/", "/proc/self/fd/"};
	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
		size_t length = strlen(directories[i]);
		char *end;
		if (strncmp(word, directories[i], length) != 0)
			continue;
		long fd = strtol(word + length, &end, 10);
		if (end > word + length && *end == '\0' && fd > STDERR_FILENO &&
		    fd <= INT_MAX && fcntl((int)fd, F_GETFD) == 0)
			return (int)fd;
	}
	return -1;
}

/* The descriptors that the server's command line names are handed on to it. */
static struct guard_files
files_to_hand_on(const struct world *world)
{
	struct guard_files files = {.limit = world->files};
	for (const char *const *word = world->options.server; word != NULL &&
	    *word != NULL && files.handed_count < GUARD_HANDED; word++) {
		int fd = handed_descriptor(*word);
		if (fd >= 0)
			files.handed[files.handed_count++] = fd;
	}
	return files;
}

bool
world_launch(struct world *world)
{
	struct guard_files files = files_to_hand_on(world);
	struct launcher_events events = {.started = guard_started,
	    .reaped = guard_reaped, .gone = guard_gone, .context = world};
	world->launcher = launcher_new(world->loop, &files, &events);
	return world->launcher != NULL;
}
