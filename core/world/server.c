/* server.c: the server, as the console sees it: starting and finding it. */
#include "server.h"

#include "endpoint.h"
#include "reports.h"
#include "server_command.h"
#include "server_guest.h"
#include "server_internal.h"
#include "server_state.h"
#include "world.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

size_t
server_arguments(struct world *world, char arguments[][96], const char **argv)
{
	size_t count, used = 0;
	const struct setting *table = settings_table(&count);
	argv[used++] = "tcpserv";
	for (size_t i = 0; i < count; i++) {
		const char *value = world->server.settings.values[i];
		bool is_bind = strcmp(table[i].name, "bind") == 0;
		if (is_bind && strcmp(value, "any") == 0 &&
		    world->host_endpoint.family == 6)
			value = "::";
		if (strcmp(value, table[i].fallback) == 0)
			continue;
		snprintf(arguments[used], sizeof arguments[used], "--%s=%s",
		    table[i].name, value);
		argv[used] = arguments[used];
		used++;
	}
	snprintf(arguments[used], sizeof arguments[used], "%u",
	    world->host_endpoint.port);
	argv[used] = arguments[used];
	argv[++used] = NULL;
	return used;
}

/* Starts tcpserv with the settings as they are. */
static void
start_tcpserv(struct world *world)
{
	struct server *server = &world->server;
	char path[WORLD_PATH + 16], arguments[SETTINGS_MAX + 3][96];
	const char *argv[SETTINGS_MAX + 4];
	int program;
	server_sweep_channels(world);
	if (server->channel_count == CHANNELS_MAX) {
		world_error(world, "server: children of %d earlier servers still run: reset",
		    CHANNELS_MAX);
		return;
	}
	struct channel *channel = channel_open(world->loop, &program, reports_take,
	    world);
	if (channel == NULL) {
		world_error(world, "server: no socket for it: %s", strerror(errno));
		return;
	}
	server->channels[server->channel_count++] = channel;
	server_arguments(world, arguments, argv);
	snprintf(path, sizeof path, "%s/tcpserv", world->directory);
	server->start_serial = launcher_start(world->launcher, path, argv, program);
	close(program);
	server->listening = false;
	server->starting = server->start_serial != 0;
	if (!server->starting)
		world_error(world, "server: cannot start %s: %s", path,
		    strerror(errno));
}

void
server_start(struct world *world)
{
	if (world->server.command != NULL)
		guest_start(world);
	else
		start_tcpserv(world);
}

void
server_stop(struct world *world, bool resume)
{
	pid_t pid = world->server.pid;
	if (pid == 0)
		return;
	if (world->server.guest != NULL)
		guest_stop(world);
	world_signal(world, pid, SIGTERM, BY_USER);
	if (resume)
		process_watch_signal(world->processes, pid, SIGCONT);
}

void
server_sweep_channels(struct world *world)
{
	struct server *server = &world->server;
	size_t kept = 0;
	for (size_t i = 0; i < server->channel_count; i++) {
		if (channel_has_ended(server->channels[i]))
			channel_close(server->channels[i]);
		else
			server->channels[kept++] = server->channels[i];
	}
	server->channel_count = kept;
}

bool
server_has_room(struct world *world, char *error)
{
	char command[PROCESS_TEXT] = "a process that is not ours to see";
	struct process_stat stat;
	struct tcp_row row;
	pid_t owner = 0;
	if (world->options.server == NULL || world->options.no_server ||
	    !socket_watch_listener(world->sockets, &world->host_endpoint, &row, &owner))
		return true;
	if (owner != 0 && process_stat_read(&stat, owner) == 0)
		process_command_read(&stat, command, sizeof command);
	snprintf(error, WORLD_ERROR, "port %u is served already, by %s (PID %d): it, not the "
	    "server behind --, would answer: name a free PORT, or 0 for any that is free",
	    row.local.port, command, (int)owner);
	return false;
}

/* A listener that is there already: says whose it is, and watches it. */
static void
server_watch_other(struct world *world)
{
	pid_t owner = world->server.found.owner;
	struct passwd *user = getpwuid(world->server.found.uid);
	const char *name = user != NULL ? user->pw_name : "unknown";
	char command[PROCESS_TEXT] = "";
	struct process_stat stat;
	if (owner == 0) {
		world_note(world, "port %u is served already, by a process of user %s that only "
		    "its owner or root may see: it is watched, none is started",
		    world->server.found.port, name);
		return;
	}
	if (process_stat_read(&stat, owner) == 0)
		process_command_read(&stat, command, sizeof command);
	world_note(world, "port %u is served already, by %s (user %s, PID %d): it is watched, "
	    "none is started", world->server.found.port, command, name, (int)owner);
	process_watch_add(world->processes, owner, ROLE_SERVER, PROCESS_STARTED,
	    NULL, 0, loop_now(world->loop));
	world->server.pid = owner;
	world->server.listening = true;
	guest_watch(world);
}

void
server_choose_port(struct world *world)
{
	struct tcp_row row;
	pid_t owner;
	uint16_t wanted = world->host_endpoint.port;
	if (world->port_given || !world->host_is_local)
		return;
	while (socket_watch_listener(world->sockets, &world->host_endpoint, &row, &owner) &&
	    row.uid != geteuid() && world->host_endpoint.port < 65535) {
		world->host_endpoint.port++;
		socket_watch_port(world->sockets, world->host_endpoint.port);
	}
	world->wanted_port = wanted;
}

void
server_find(struct world *world, struct event *start)
{
	struct server *server = &world->server;
	struct tcp_row row;
	pid_t owner = 0;
	server->found.there = world->host_is_local &&
	    socket_watch_listener(world->sockets, &world->host_endpoint, &row, &owner);
	server->ours = world->host_is_local && !server->found.there &&
	    !world->options.no_server;
	start->start.server = server->found.there ? SERVER_WATCHED :
	    !server->ours ? SERVER_NONE : world->options.server != NULL ?
	    SERVER_COMMAND : SERVER_TCPSERV;
	if (server->found.there) {
		server->found.owner = owner;
		server->found.uid = row.uid;
		server->found.port = row.local.port;
	}
	if (start->start.server != SERVER_COMMAND)
		return;
	server->command = server_command_new(world->options.server,
	    world->host_endpoint.port);
	if (server->command == NULL) {
		server->ours = false;
		world_error(world, "out of memory for the server's command line");
		return;
	}
	guest_command_text(world, start->start.command, SERVER_TEXT);
}

void
server_begin(struct world *world)
{
	if (world->wanted_port != world->host_endpoint.port &&
	    world->wanted_port != 0)
		world_note(world, "port %u is another user's: port %u is taken",
		    world->wanted_port, world->host_endpoint.port);
	if (world->server.found.there)
		server_watch_other(world);
	if (!world->server.ours)
		return;
	if (server_is_tcpserv(world))
		server_tell_settings(world);
	server_start(world);
}

void
server_free(struct world *world)
{
	for (size_t i = 0; i < world->server.channel_count; i++)
		channel_close(world->server.channels[i]);
	world->server.channel_count = 0;
	server_command_free(world->server.command);
	world->server.command = NULL;
	guest_free(world);
}
