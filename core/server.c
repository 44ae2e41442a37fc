/* server.c: the server, as the console sees it: starting and finding it. */
#include "server.h"

#include "endpoint.h"
#include "reports.h"
#include "session_internal.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Appends the settings as an event. */
void
server_tell_settings(struct session *session)
{
	char text[SETTINGS_MAX * (SETTING_VALUE + 16)];
	struct event event = {.time = loop_now(session->loop), .type = EVENT_SETTINGS};
	settings_text(&session->server.settings, text, sizeof text);
	event_set_text(&event, text, strlen(text));
	session_append(session, &event);
}

/* The arguments: each setting that tcpserv does not have by itself, and PORT. */
static size_t
server_arguments(struct session *session, char arguments[][96], const char **argv)
{
	size_t count, used = 0;
	const struct setting *table = settings_table(&count);
	argv[used++] = "tcpserv";
	for (size_t i = 0; i < count; i++) {
		const char *value = session->server.settings.values[i];
		bool is_bind = strcmp(table[i].name, "bind") == 0;
		if (is_bind && strcmp(value, "any") == 0 &&
		    session->host_endpoint.family == 6)
			value = "::";
		if (strcmp(value, table[i].fallback) == 0)
			continue;
		snprintf(arguments[used], sizeof arguments[used], "--%s=%s",
		    table[i].name, value);
		argv[used] = arguments[used];
		used++;
	}
	snprintf(arguments[used], sizeof arguments[used], "%u",
	    session->host_endpoint.port);
	argv[used] = arguments[used];
	argv[++used] = NULL;
	return used;
}

/* Starts tcpserv with the settings as they are. */
void
server_start(struct session *session)
{
	struct server *server = &session->server;
	char path[PATH_TEXT + 16], arguments[SETTINGS_MAX + 3][96];
	const char *argv[SETTINGS_MAX + 4];
	int program;
	server_sweep_channels(session);
	if (server->channel_count == CHANNELS_MAX) {
		session_error(session, "server: children of %d earlier servers still run: reset",
		    CHANNELS_MAX);
		return;
	}
	struct channel *channel = channel_open(session->loop, &program, reports_take,
	    session);
	if (channel == NULL) {
		session_error(session, "server: no socket for it: %s", strerror(errno));
		return;
	}
	server->channels[server->channel_count++] = channel;
	server_arguments(session, arguments, argv);
	snprintf(path, sizeof path, "%s/tcpserv", session->directory);
	server->start_serial = launcher_start(session->launcher, path, argv, program);
	close(program);
	server->listening = false;
	server->starting = server->start_serial != 0;
	if (!server->starting)
		session_error(session, "server: cannot start %s: %s", path,
		    strerror(errno));
}

/* SIGTERM to the parent alone; with resume, a paused one is let die of it. */
void
server_stop(struct session *session, bool resume)
{
	pid_t pid = session->server.pid;
	if (pid == 0)
		return;
	session_signal(session, pid, SIGTERM, BY_USER);
	if (resume)
		process_watch_signal(session->processes, pid, SIGCONT);
}

/* The server's parent is gone. */
void
server_ended(struct session *session)
{
	session->server.pid = 0;
	session->server.starting = false;
	session->server.listening = false;
	socket_watch_force(session->sockets);
}

/* Listens, or has ended: nothing is under way. */
bool
server_is_settled(const struct session *session)
{
	const struct server *server = &session->server;
	if (server->starting)
		return false;
	return server->pid == 0 || server->listening;
}

/* Forgets the channels on which nobody can report any more. */
void
server_sweep_channels(struct session *session)
{
	struct server *server = &session->server;
	size_t kept = 0;
	for (size_t i = 0; i < server->channel_count; i++) {
		if (channel_has_ended(server->channels[i]))
			channel_close(server->channels[i]);
		else
			server->channels[kept++] = server->channels[i];
	}
	server->channel_count = kept;
}

/* Leaves the server's reports in their queues, or takes them: while the local
 * end of a new connection is not known, whom the server accepted cannot be told. */
void
server_hold(struct session *session, bool hold)
{
	for (size_t i = 0; i < session->server.channel_count; i++)
		channel_hold(session->server.channels[i], hold);
}

/* A listener that is there already: says whose it is, and watches it. */
static void
server_watch_other(struct session *session, const struct tcp_row *row, pid_t owner)
{
	struct passwd *user = getpwuid(row->uid);
	char command[PROCESS_TEXT] = "a process that only its owner or root may see";
	struct process_stat stat;
	if (owner != 0 && process_stat_read(&stat, owner) == 0)
		process_command_read(&stat, command, sizeof command);
	session->server.ours = false;
	session_note(session, "port %u is served already, by %s (user %s, PID %d): it is watched, none is started",
	    row->local.port, command, user != NULL ? user->pw_name : "unknown",
	    (int)owner);
	if (owner == 0)
		return;
	process_watch_add(session->processes, owner, ROLE_SERVER, PROCESS_STARTED,
	    NULL, 0, loop_now(session->loop));
	session->server.pid = owner;
	session->server.listening = true;
	process_watch_search(session->processes, true);
}

/* When PORT was not given and another user's server is there: the next free one. */
void
server_choose_port(struct session *session)
{
	struct tcp_row row;
	pid_t owner;
	uint16_t wanted = session->host_endpoint.port;
	if (session->port_given || !session->host_is_local)
		return;
	while (socket_watch_listener(session->sockets, &row, &owner) &&
	    row.uid != geteuid() && session->host_endpoint.port < 65535) {
		session->host_endpoint.port++;
		socket_watch_port(session->sockets, session->host_endpoint.port);
	}
	session->wanted_port = wanted;
}

/* Decides whom to start or to watch at HOST and PORT. */
void
server_find(struct session *session)
{
	struct tcp_row row;
	pid_t owner = 0;
	session->server.ours = false;
	if (!session->host_is_local)
		return;
	if (session->wanted_port != session->host_endpoint.port &&
	    session->wanted_port != 0)
		session_note(session, "port %u is another user's: port %u is taken",
		    session->wanted_port, session->host_endpoint.port);
	if (socket_watch_listener(session->sockets, &row, &owner)) {
		server_watch_other(session, &row, owner);
		return;
	}
	if (session->options.no_server)
		return;
	session->server.ours = true;
	server_start(session);
}

/* Closes all channels. */
void
server_free(struct session *session)
{
	for (size_t i = 0; i < session->server.channel_count; i++)
		channel_close(session->server.channels[i]);
	session->server.channel_count = 0;
}
