/* moment_find.c: questions to the rows of a moment that are no look-up by a key
 * (moment_lookup.c). */
#include "moment.h"

#include "endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct moment_socket *
moment_next_socket(const struct moment *moment, const struct moment_socket *before)
{
	size_t i = before == NULL ? 0 : (size_t)(before - moment->sockets) + 1;
	while (i < moment->socket_count && moment->sockets[i].gone_at != 0)
		i++;
	return i < moment->socket_count ? &moment->sockets[i] : NULL;
}

const struct moment_process *
moment_next_process(const struct moment *moment, const struct moment_process *before)
{
	size_t i = before == NULL ? 0 : (size_t)(before - moment->processes) + 1;
	while (i < moment->process_count && moment->processes[i].ended_at != 0)
		i++;
	return i < moment->process_count ? &moment->processes[i] : NULL;
}

const struct moment_socket *
moment_next_listener(const struct moment *moment, const struct moment_socket *before)
{
	do
		before = moment_next_socket(moment, before);
	while (before != NULL && (before->row.tcp.state != STATE_LISTEN ||
	    before->row.tcp.local.port != moment->host.port));
	return before;
}

const struct moment_socket *
moment_listener(const struct moment *moment)
{
	const struct moment_socket *best = NULL, *next = NULL;
	int most = -1;
	while ((next = moment_next_listener(moment, next)) != NULL) {
		int fits = 2 * (next->row.owner_pid == moment->server) +
		    endpoint_serves(&next->row.tcp.local, &moment->host);
		if (fits > most)
			best = next;
		most = fits > most ? fits : most;
	}
	return best;
}

bool
moment_server_served(const struct moment *moment, const struct moment_connection *connection)
{
	const struct moment_process *process = connection != NULL && connection->child_ended ?
	    moment_latest_process(moment, connection->child) : NULL;
	return process != NULL && process->row.role == ROLE_SERVER;
}

bool
moment_is_listening(const struct moment *moment)
{
	return moment_next_listener(moment, NULL) != NULL;
}

const struct moment_process *
moment_latest_process(const struct moment *moment, pid_t pid)
{
	const struct moment_process *found = moment_process(moment, pid);
	for (size_t i = moment->process_count; found == NULL && i-- > 0;)
		if (moment->processes[i].row.pid == pid)
			found = &moment->processes[i];
	return found;
}

bool
moment_process_runs(const struct moment_process *process)
{
	return process != NULL && process->ended_at == 0 &&
	    process->what != PROCESS_ZOMBIE;
}

/* So many processes forked by the server are alive, or zombies. */
static unsigned
count_forked(const struct moment *moment, bool running)
{
	unsigned count = 0;
	for (const struct moment_process *process = NULL;
	    (process = moment_next_process(moment, process)) != NULL;)
		count += process->forked && moment_process_runs(process) == running;
	return count;
}

unsigned
moment_children(const struct moment *moment)
{
	return count_forked(moment, true);
}

unsigned
moment_zombies(const struct moment *moment)
{
	return count_forked(moment, false);
}

bool
moment_owns_server(const struct moment *moment)
{
	return moment->server_kind == SERVER_COMMAND || *moment->settings != '\0';
}

bool
moment_host_is_dark(const struct moment *moment)
{
	return moment->host_state == HOST_CRASHED ||
	    moment->host_state == HOST_DOWN;
}

void
moment_setting(const struct moment *moment, const char *name, char *value,
    size_t size)
{
	size_t length = strlen(name);
	const char *at = moment->settings;
	*value = '\0';
	while (at != NULL && *at != '\0') {
		if (strncmp(at, name, length) == 0 && at[length] == '=') {
			snprintf(value, size, "%.*s",
			    (int)strcspn(at + length + 1, " "), at + length + 1);
			return;
		}
		at = strchr(at, ' ');
		at = at != NULL ? at + 1 : NULL;
	}
}

bool
moment_queue_is_full(const struct moment *moment)
{
	char backlog[16];
	moment_setting(moment, "backlog", backlog, sizeof backlog);
	for (const struct moment_socket *socket = NULL; *backlog >= '0' && *backlog <= '9' &&
	    (socket = moment_next_listener(moment, socket)) != NULL;)
		if (socket->row.tcp.recv_q > strtoul(backlog, NULL, 10))
			return true;
	return false;
}
