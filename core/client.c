/* client.c: the client, as the console sees it: starting it, ordering it. */
#include "client.h"

#include "endpoint.h"
#include "reports.h"
#include "session_internal.h"
#include "wire_long.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An order under way: 64 KB, too large for a stack. */
static uint32_t
client_send(struct session *session, uint32_t kind, int number, int64_t ms)
{
	struct order *order = calloc(1, sizeof *order);
	if (order == NULL)
		return 0;
	order->kind = kind;
	order->number = number;
	order->milliseconds = ms;
	uint32_t serial = client_order(session, order);
	free(order);
	return serial;
}

/* What was asked of the clients before is asked of this one, too. */
void
client_tell_wishes(struct session *session)
{
	const struct client *client = &session->client;
	if (client->sigpipe != DISPOSITION_DEFAULT)
		client_send(session, ORDER_SIGPIPE, client->sigpipe, 0);
	if (client->timeout != 0)
		client_send(session, ORDER_TIMEOUT, 0, client->timeout);
	if (client->keepalive != 0)
		client_send(session, ORDER_KEEPALIVE, client->keepalive, 0);
	if (client->byte_order != WIRE_NATIVE)
		client_send(session, ORDER_BYTE_ORDER, client->byte_order, 0);
	if (client->long_bits != 0)
		client_send(session, ORDER_LONG, client->long_bits, 0);
	if (client->reads_always)
		client_send(session, ORDER_READS, 1, 0);
	if (client->exit_on_eof)
		client_send(session, ORDER_ON_EOF, 1, 0);
	if (host_is_silent(session))
		client_send(session, ORDER_SILENCE, 1, 0);
}

/* A new client, with the dispositions and options that were asked for before. */
void
client_start(struct session *session)
{
	struct client *client = &session->client;
	char path[PATH_TEXT + 16], address[ENDPOINT_TEXT], port[8];
	int program;
	if (client->channel != NULL)
		return;
	client->channel = channel_open(session->loop, &program, reports_take, session);
	if (client->channel == NULL) {
		session_error(session, "client: no socket for it: %s", strerror(errno));
		return;
	}
	endpoint_address_text(&session->host_endpoint, address);
	snprintf(port, sizeof port, "%u", session->host_endpoint.port);
	snprintf(path, sizeof path, "%s/tcpcli", session->directory);
	const char *argv[] = {"tcpcli", address, port, NULL};
	client->start_serial = launcher_start(session->launcher, path, argv, program);
	close(program);
	client->starting = client->start_serial != 0;
	if (!client->starting)
		session_error(session, "client: cannot start %s: %s", path,
		    strerror(errno));
	client_tell_wishes(session);
}

/* The client is gone: its descriptors are closed. */
void
client_ended(struct session *session)
{
	struct client *client = &session->client;
	const struct moment *now = log_now(session->log);
	if (client->channel != NULL) {
		channel_drain(client->channel);
		channel_close(client->channel);
	}
	reports_forget_lines(session);
	client->channel = NULL;
	client->pid = 0;
	client->starting = false;
	client->unbegun = 0;
	client->done_serial = client->order_serial;
	server_hold(session, false);
	for (size_t i = 0; i < now->connection_count; i++) {
		if (!now->connections[i].open)
			continue;
		struct event event = {.time = loop_now(session->loop),
		    .type = EVENT_CONNECTION};
		event.connection.what = CONNECTION_CLOSED;
		event.connection.conn = now->connections[i].conn;
		event.connection.reset = client->vanishing;
		event.detail = strdup("the client died");
		session_append(session, &event);
	}
	client->vanishing = false;
}

/* Gives the order a serial and sends it; 0 after an error was told. */
uint32_t
client_order(struct session *session, struct order *order)
{
	struct client *client = &session->client;
	if (client->channel == NULL) {
		session_error(session, "no client runs: client start, or connect");
		return 0;
	}
	order->serial = ++client->order_serial;
	if (channel_order(client->channel, order) == 0)
		return order->serial;
	session_error(session, "the client takes no orders (%s): kill client CONT, or kill client",
	    strerror(errno));
	client->order_serial--;
	return 0;
}

/* Has the order with this serial been carried out, or its client died? */
bool
client_orders_done(const struct session *session, uint32_t serial)
{
	return serial == 0 || session->client.channel == NULL ||
	    session->client.done_serial >= serial;
}

/* Does our server add binary numbers on connections that are opened now? */
static bool
serves_numbers(const struct session *session)
{
	return session->server.ours && strcmp(settings_get(&session->server.settings,
	    "service"), "sum-binary") == 0;
}

/* Orders count connections; the number of the first, or 0. */
unsigned
client_connect(struct session *session, unsigned count, int64_t interrupt_ms)
{
	struct client *client = &session->client;
	struct order *order = calloc(1, sizeof *order);
	if (order == NULL)
		return 0;
	client_start(session);
	order->kind = ORDER_CONNECT;
	order->conn = client->conns + 1;
	order->number = (int)count;
	order->milliseconds = interrupt_ms;
	order->flags = serves_numbers(session) ? ORDER_BINARY : 0;
	order->peer = session->host_endpoint;
	uint32_t serial = client_order(session, order);
	unsigned first = serial != 0 ? order->conn : 0;
	free(order);
	if (first == 0)
		return 0;
	client->conns += count;
	client->unbegun += count;
	server_hold(session, true);
	timer_after(session->hold, MILLISECONDS(200));
	struct event event = {.time = loop_now(session->loop), .type = EVENT_CONNECTION};
	event.connection.what = CONNECTION_CURRENT;
	event.connection.conn = first;
	session_append(session, &event);
	return first;
}

/* Frees what the console keeps of it. */
void
client_free(struct session *session)
{
	channel_close(session->client.channel);
	session->client.channel = NULL;
	reports_forget_lines(session);
}
