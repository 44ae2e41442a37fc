/* server.c: the server, as the console sees it: starting and finding it. */
#include "server.h"

#include "endpoint.h"
#include "reports.h"
#include "server_foreign.h"
#include "server_internal.h"
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
size_t
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
static void
start_tcpserv(struct session *session)
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

/* Starts the server. */
void
server_start(struct session *session)
{
	if (session->server.command != NULL)
		foreign_start(session);
	else
		start_tcpserv(session);
}

/* Was there a server whose processes only their owner or root may see? */
bool
server_is_hidden(const struct session *session)
{
	return session->server.found.there && session->server.found.owner == 0;
}

/* Is it tcpserv? */
bool
server_is_tcpserv(const struct session *session)
{
	return session->server.ours && session->server.command == NULL;
}

/* SIGTERM to the parent alone; with resume, a paused one is let die of it. */
void
server_stop(struct session *session, bool resume)
{
	pid_t pid = session->server.pid;
	if (pid == 0)
		return;
	if (session->server.foreign != NULL)
		foreign_stop(session);
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
server_watch_other(struct session *session)
{
	pid_t owner = session->server.found.owner;
	struct passwd *user = getpwuid(session->server.found.uid);
	const char *name = user != NULL ? user->pw_name : "unknown";
	char command[PROCESS_TEXT] = "";
	struct process_stat stat;
	if (owner == 0) {
		session_note(session, "port %u is served already, by a process of user %s that only its owner or root may see: it is watched, none is started",
		    session->server.found.port, name);
		return;
	}
	if (process_stat_read(&stat, owner) == 0)
		process_command_read(&stat, command, sizeof command);
	session_note(session, "port %u is served already, by %s (user %s, PID %d): it is watched, none is started",
	    session->server.found.port, command, name, (int)owner);
	process_watch_add(session->processes, owner, ROLE_SERVER, PROCESS_STARTED,
	    NULL, 0, loop_now(session->loop));
	session->server.pid = owner;
	session->server.listening = true;
	foreign_watch(session);
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

/* Decides whom to start or to watch. */
void
server_find(struct session *session, struct event *start)
{
	struct server *server = &session->server;
	struct tcp_row row;
	pid_t owner = 0;
	server->found.there = session->host_is_local &&
	    socket_watch_listener(session->sockets, &row, &owner);
	server->ours = session->host_is_local && !server->found.there &&
	    !session->options.no_server;
	start->start.server = server->found.there ? SERVER_WATCHED :
	    !server->ours ? SERVER_NONE : session->options.server != NULL ?
	    SERVER_COMMAND : SERVER_TCPSERV;
	if (server->found.there) {
		server->found.owner = owner;
		server->found.uid = row.uid;
		server->found.port = row.local.port;
	}
	if (start->start.server != SERVER_COMMAND)
		return;
	server->command = session->options.server;
	foreign_command_text(session, start->start.command, SERVER_TEXT);
}

/* Starts whom it has decided for. */
void
server_begin(struct session *session)
{
	if (session->wanted_port != session->host_endpoint.port &&
	    session->wanted_port != 0)
		session_note(session, "port %u is another user's: port %u is taken",
		    session->wanted_port, session->host_endpoint.port);
	if (session->server.found.there)
		server_watch_other(session);
	if (!session->server.ours)
		return;
	if (server_is_tcpserv(session))
		server_tell_settings(session);
	server_start(session);
}

/* Closes all channels. */
void
server_free(struct session *session)
{
	for (size_t i = 0; i < session->server.channel_count; i++)
		channel_close(session->server.channels[i]);
	session->server.channel_count = 0;
	foreign_free(session);
}
