/* client.c: the client, as the console sees it: starting it, ordering it. */
#include "client.h"

#include "endpoint.h"
#include "reports.h"
#include "host_silence.h"
#include "server_state.h"
#include "world.h"
#include "wire_long.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An order under way: 64 KB, too large for a stack. */
static uint32_t
client_send(struct world *world, uint32_t kind, int number, int64_t ms)
{
	struct order *order = calloc(1, sizeof *order);
	if (order == NULL)
		return 0;
	order->kind = kind;
	order->number = number;
	order->milliseconds = ms;
	uint32_t serial = client_order(world, order);
	free(order);
	return serial;
}

/* What was asked of the clients before is asked of this one, too. */
void
client_tell_wishes(struct world *world)
{
	const struct client *client = &world->client;
	if (client->sigpipe != DISPOSITION_DEFAULT)
		client_send(world, ORDER_SIGPIPE, client->sigpipe, 0);
	if (client->timeout != 0)
		client_send(world, ORDER_TIMEOUT, 0, client->timeout);
	if (client->keepalive != 0)
		client_send(world, ORDER_KEEPALIVE, client->keepalive, 0);
	if (client->byte_order != WIRE_NATIVE)
		client_send(world, ORDER_BYTE_ORDER, client->byte_order, 0);
	if (client->long_bits != 0)
		client_send(world, ORDER_LONG, client->long_bits, 0);
	if (client->reads_always)
		client_send(world, ORDER_READS, 1, 0);
	if (client->exit_on_eof)
		client_send(world, ORDER_ON_EOF, 1, 0);
	if (host_is_silent(world))
		client_send(world, ORDER_SILENCE, 1, 0);
}

void
client_start(struct world *world)
{
	struct client *client = &world->client;
	char path[WORLD_PATH + 16], address[ENDPOINT_TEXT], port[8];
	int program;
	if (client->channel != NULL)
		return;
	client->channel = channel_open(world->loop, &program, reports_take, world);
	if (client->channel == NULL) {
		world_error(world, "client: no socket for it: %s", strerror(errno));
		return;
	}
	endpoint_address_text(&world->host_endpoint, address);
	snprintf(port, sizeof port, "%u", world->host_endpoint.port);
	snprintf(path, sizeof path, "%s/tcpcli", world->directory);
	const char *argv[] = {"tcpcli", address, port, NULL};
	client->start_serial = launcher_start(world->launcher, path, argv, program);
	close(program);
	client->starting = client->start_serial != 0;
	if (!client->starting)
		world_error(world, "client: cannot start %s: %s", path,
		    strerror(errno));
	client_tell_wishes(world);
}

void
client_ended(struct world *world)
{
	struct client *client = &world->client;
	const struct moment *now = log_now(world->log);
	if (client->channel != NULL) {
		channel_drain(client->channel);
		channel_close(client->channel);
	}
	reports_forget_lines(world);
	client->channel = NULL;
	client->pid = 0;
	client->starting = false;
	client->unbegun = 0;
	client->done_serial = client->order_serial;
	server_hold(world, false);
	for (size_t i = 0; i < now->connection_count; i++) {
		if (!now->connections[i].open)
			continue;
		struct event event = {.time = loop_now(world->loop),
		    .type = EVENT_CONNECTION};
		event.connection.what = CONNECTION_CLOSED;
		event.connection.conn = now->connections[i].conn;
		event.connection.reset = client->vanishing;
		event.detail = strdup("the client died");
		world_append(world, &event);
	}
	client->vanishing = false;
}

uint32_t
client_order(struct world *world, struct order *order)
{
	struct client *client = &world->client;
	if (client->channel == NULL) {
		world_error(world, "no client runs: client start, or connect");
		return 0;
	}
	order->serial = ++client->order_serial;
	if (channel_order(client->channel, order) == 0)
		return order->serial;
	world_error(world, "the client takes no orders (%s): kill client CONT, or kill client",
	    strerror(errno));
	client->order_serial--;
	return 0;
}

bool
client_orders_done(const struct world *world, uint32_t serial)
{
	return serial == 0 || world->client.channel == NULL ||
	    world->client.done_serial >= serial;
}

/* Does our server add binary numbers on connections that are opened now? */
static bool
serves_numbers(const struct world *world)
{
	return world->server.ours && strcmp(settings_get(&world->server.settings,
	    "service"), "sum-binary") == 0;
}

unsigned
client_connect(struct world *world, unsigned count, int64_t interrupt_ms)
{
	struct client *client = &world->client;
	struct order *order = calloc(1, sizeof *order);
	if (order == NULL)
		return 0;
	client_start(world);
	order->kind = ORDER_CONNECT;
	order->conn = client->conns + 1;
	order->number = (int)count;
	order->milliseconds = interrupt_ms;
	order->flags = serves_numbers(world) ? ORDER_BINARY : 0;
	order->peer = world->host_endpoint;
	uint32_t serial = client_order(world, order);
	unsigned first = serial != 0 ? order->conn : 0;
	free(order);
	if (first == 0)
		return 0;
	client->conns += count;
	client->unbegun += count;
	server_hold(world, true);
	timer_after(world->hold, MILLISECONDS(200));
	struct event event = {.time = loop_now(world->loop), .type = EVENT_CONNECTION};
	event.connection.what = CONNECTION_CURRENT;
	event.connection.conn = first;
	world_append(world, &event);
	return first;
}

void
client_free(struct world *world)
{
	channel_close(world->client.channel);
	world->client.channel = NULL;
	reports_forget_lines(world);
}
