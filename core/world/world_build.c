/* world_build.c: a world built up, begun, looked after and taken down. */
#include "world_build.h"

#include "cannot_start.h"
#include "client.h"
#include "endpoint.h"
#include "exit_status.h"
#include "host.h"
#include "refused_here.h"
#include "reports.h"
#include "server.h"
#include "server_guest.h"
#include "server_state.h"
#include "world.h"
#include "world_address.h"
#include "world_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Descriptors without which no world is begun; one with two connections was
   measured to use 24. */
enum { WORLD_FILES = 32 };

/* A process appeared or died. */
static void
process_came_or_died(void *context)
{
	struct world *world = context;
	if (world->server.guest != NULL) /* nobody tells who holds what now */
		socket_watch_force(world->sockets);
	else
		socket_watch_look_soon(world->sockets);
}

/* The socket table was read: reports of what came before it first. */
static void
sockets_read(void *context)
{
	reports_drain(context);
}

/* The settings from the start: bind by HOST, then --set. */
static bool
first_settings(struct world *world, char *error)
{
	char address[ENDPOINT_TEXT] = "any";
	struct settings *settings = &world->server.settings;
	if (endpoint_is_loopback(&world->host_endpoint) && !world->host_is_any)
		endpoint_address_text(&world->host_endpoint, address);
	settings_init(settings, address);
	for (size_t i = 0; i < world->options.set_count; i++)
		if (!settings_set(settings, world->options.set[i], error, WORLD_ERROR))
			return false;
	world->server.initial = *settings;
	return true;
}

/* A server's command line is for this machine; false with one line in error. */
static bool
may_serve(const struct world *world, char *error)
{
	if (world->options.server == NULL || world->host_is_local)
		return true;
	snprintf(error, WORLD_ERROR, "%.100s is not this machine: leave out HOST, or the server "
	    "behind --", world->host_name);
	return false;
}

/* As many descriptors as may be had: a pidfd for each process. */
static void
raise_files(struct world *world)
{
	static rlim_t before; /* the first session's: a later one finds it raised */
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	if (before == 0)
		before = limit.rlim_cur;
	world->files = before;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit); /* else as many as there were */
}

/* Whether the descriptors are there that a session with a few connections opens;
   else errno says EMFILE or ENFILE now, and not in the middle of a lesson. */
static bool
has_files(void)
{
	int files[WORLD_FILES], opened = 0;
	while (opened < WORLD_FILES && (files[opened] = open("/", O_PATH | O_CLOEXEC)) >= 0)
		opened++;
	int error = errno;
	for (int i = 0; i < opened; i++)
		close(files[i]);
	errno = error;
	return opened == WORLD_FILES;
}

/* Whether what the session is about can be seen: its own row, and TCP's table. */
static bool
sees_what_it_is_about(char *error)
{
	static const char *const files[] = {"/proc/self/stat", "/proc/net/tcp"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		if (access(files[i], R_OK) == 0)
			continue;
		snprintf(error, WORLD_ERROR, "cannot read %s: %s: sockets and processes are seen "
		    "there (mount -t proc proc /proc)", files[i], strerror(errno));
		return false;
	}
	if (process_table_is_ours())
		return true;
	snprintf(error, WORLD_ERROR, "/proc shows the processes of another PID namespace, so a "
	    "number there is a stranger's: mount -t proc proc /proc");
	return false;
}

/* The timers' functions: a round of the loop is all that is wanted of them. */
static void
tick(void *context)
{
	(void)context;
}

/* Server reports were held back long enough. */
static void
unhold(void *context)
{
	struct world *world = context;
	world->client.unbegun = 0;
	server_hold(world, false);
}

/* What came back without an end of line has waited long enough for it. */
static void
tell_unended(void *context)
{
	reports_tell_unended(context);
}

/* The parts, in the order in which they need each other; false with errno, and what
 * could not be had. */
static bool
make_parts(struct world *world, const char **part)
{
	*part = "thirty-two descriptors";
	if (!has_files())
		return false;
	*part = "an event loop (epoll_create1)";
	world->loop = loop_new();
	if (world->loop == NULL)
		return false;
	*part = "the process that starts and ends the others (socketpair, fork)";
	if (!world_launch(world))
		return false;
	*part = "memory for the log";
	world->log = log_new(world->options.events != 0 ?
	    world->options.events : LOG_CAPACITY);
	if (world->log == NULL)
		return false;
	*part = "timers (timerfd_create, epoll_ctl)";
	world->processes = process_watch_new(world->loop, world->log,
	    process_came_or_died, world);
	world->sockets = socket_watch_new(world->loop, world->log,
	    world->host_endpoint.port, world->host_endpoint.family,
	    sockets_read, world);
	world->all = all_sockets_new(world->loop, world->log);
	world->tick = loop_timer(world->loop, tick, world);
	world->hold = loop_timer(world->loop, unhold, world);
	world->unended = loop_timer(world->loop, tell_unended, world);
	return world->processes != NULL && world->sockets != NULL &&
	    world->all != NULL &&
	    world->tick != NULL && world->hold != NULL && world->unended != NULL &&
	    host_init(world);
}

bool
world_build(struct world *world, const struct world_options *options, char *error,
    int *status)
{
	const char *part;
	world->options = *options;
	world->port_given = options->port != NULL || options->server != NULL;
	snprintf(world->host_name, sizeof world->host_name, "%s",
	    options->host != NULL ? options->host :
	    options->family == 6 ? "::1" : "127.0.0.1");
	snprintf(world->directory, sizeof world->directory, "%s", options->directory);
	*status = STATUS_USAGE;
	if (!world_resolve(world, error) || !first_settings(world, error) ||
	    !may_serve(world, error))
		return false;
	*status = STATUS_NOT_HERE;
	if (!sees_what_it_is_about(error))
		return false;
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* should the guard be killed */
	raise_files(world);
	if (!make_parts(world, &part)) {
		*status = cannot_start(error, WORLD_ERROR, part, errno);
		return false;
	}
	*status = STATUS_FAILED;
	return server_has_room(world, error);
}

void
world_begin(struct world *world)
{
	server_choose_port(world);
	struct event event = {.time = loop_now(world->loop), .type = EVENT_START};
	event.start.host = world->host_endpoint;
	event_stamp_start(&event);
	event_set_text(&event, world->host_name, strlen(world->host_name));
	event.detail = strdup(world->host_is_local ? "local" : "remote");
	server_find(world, &event);
	world_append(world, &event);
	refused_here_tell(world);
	if (world->host_is_any)
		world_note(world, "HOST %s is every address of this machine: the client calls it on "
		    "the loopback address", world->host_name);
	server_begin(world);
	client_start(world);
	socket_watch_force(world->sockets);
	process_watch_look_soon(world->processes);
}

void
world_look(struct world *world)
{
	server_sweep_channels(world);
	if (world->server.guest != NULL)
		guest_look(world);
}

void
world_free(struct world *world)
{
	if (world->log != NULL && world->processes != NULL && world->host.timer != NULL)
		host_heal(world);
	world->ending = world->ended = true; /* who is reaped now is only told of */
	launcher_free(world->launcher);
	client_free(world);
	server_free(world);
	process_watch_free(world->processes);
	socket_watch_free(world->sockets);
	all_sockets_free(world->all);
	if (world->loop != NULL) {
		loop_untimer(world->loop, world->tick);
		loop_untimer(world->loop, world->hold);
		loop_untimer(world->loop, world->unended);
		loop_untimer(world->loop, world->host.timer);
	}
	log_free(world->log);
	loop_free(world->loop);
}
