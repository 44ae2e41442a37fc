/* server_state.c: what the server is, and what others may ask of it or tell it. */
#include "server_state.h"

#include "world.h"

#include <string.h>

void
server_tell_settings(struct world *world)
{
	char text[SETTINGS_MAX * (SETTING_VALUE + 16)];
	struct event event = {.time = loop_now(world->loop), .type = EVENT_SETTINGS};
	settings_text(&world->server.settings, text, sizeof text);
	event_set_text(&event, text, strlen(text));
	world_append(world, &event);
}

bool
server_is_hidden(const struct world *world)
{
	return world->server.found.there && world->server.found.owner == 0;
}

bool
server_is_tcpserv(const struct world *world)
{
	return world->server.ours && world->server.command == NULL;
}

bool
server_is_settled(const struct world *world)
{
	const struct server *server = &world->server;
	if (server->starting)
		return false;
	return server->pid == 0 || server->listening;
}

void
server_ended(struct world *world)
{
	world->server.pid = 0;
	world->server.starting = false;
	world->server.listening = false;
	socket_watch_force(world->sockets);
}

/* Leaves the server's reports in their queues, or takes them: while the local
 * end of a new connection is not known, whom the server accepted cannot be told. */
void
server_hold(struct world *world, bool hold)
{
	for (size_t i = 0; i < world->server.channel_count; i++)
		channel_hold(world->server.channels[i], hold);
}
