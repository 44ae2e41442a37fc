/* The client under the console: one poll loop over the orders and the
 * connections.
 *
 * An order that needs no waiting is carried out and answered at once.  A send or
 * a half-close becomes a job in the queue of its connection, so that one that
 * cannot go on holds up neither the loop nor the other connections.
 */
#include "orders.h"
#include "cli.h"
#include "connections.h"
#include "numbers.h"
#include "cli_signals.h"
#include "sockets.h"

#include <signal.h>

enum { NANOSECONDS_IN_MILLISECOND = 1000000 };

/* Opens connections. */
static void
order_connect(struct client *client, const struct order *order)
{
	for (int32_t i = 0; i < order->number; i++)
		connections_open(client, order->conn + (uint32_t)i, &order->peer,
		    order->milliseconds, (order->flags & ORDER_BINARY) != 0);
}

/* Queues a send or a half-close of so many bytes; false when there is no memory. */
static bool
order_job(struct client *client, struct connection *connection,
    const struct order *order, const char *data, size_t length)
{
	struct job *job = calloc(1, sizeof *job + length);
	if (job == NULL)
		return false;
	bool reads = (order->flags & ORDER_READ_LINE) != 0 && length > 0;
	job->serial = order->serial;
	job->is_shutdown = order->kind == ORDER_SHUTDOWN;
	job->is_split = (order->flags & ORDER_SPLIT) != 0;
	job->is_line = reads && data[length - 1] == '\n' && !connection->is_binary;
	if (connection->is_binary)
		job->answer = length / 2; /* two longs go, one comes */
	job->length = length;
	memcpy(job->data, data, length);
	connections_append(connection, job);
	(void)connections_go_on(client, connection, 0);
	return true;
}

/* The call that an order makes. */
static enum report_call
call_of(uint32_t kind)
{
	if (kind == ORDER_READ)
		return CALL_READ;
	if (kind == ORDER_SHUTDOWN)
		return CALL_SHUTDOWN;
	return kind == ORDER_SEND ? CALL_WRITE : CALL_CLOSE;
}

/* Queues what an order sends: its line as it stands or, for a binary service, its
 * two numbers.  Returns whether the order is over already. */
static bool
order_send(struct client *client, struct connection *connection,
    const struct order *order)
{
	char bytes[2 * WIRE_MOST], why[NUMBERS_WHY];
	const char *data = order->data;
	size_t length = order->length;
	if (connection->is_binary && order->kind == ORDER_SEND) {
		uint16_t format = client_format(client);
		if (!numbers_encode(format, data, length, bytes, why)) {
			client_report_refused(client, connection, why);
			return true;
		}
		data = bytes;
		length = 2 * wire_size(format);
	}
	if (order_job(client, connection, order, data, length))
		return false;
	errno = ENOMEM;
	client_report(client, connection, call_of(order->kind), -1);
	return true;
}

/* An order for one connection.  Returns whether it is carried out already. */
static bool
order_for_connection(struct client *client, const struct order *order)
{
	struct connection *connection = connections_find(client, order->conn);
	struct connection absent = {.number = order->conn};
	if (connection == NULL) {
		errno = EBADF;
		client_report(client, &absent, call_of(order->kind), -1);
		return true;
	}
	if (order->kind == ORDER_SEND || order->kind == ORDER_SHUTDOWN)
		return order_send(client, connection, order);
	if (order->kind == ORDER_READ) {
		connection->reads_wanted++;
	} else {
		if (order->kind == ORDER_ABORT)
			sockets_set_abort(client, connection);
		connections_close(client, connection);
	}
	return true;
}

/* Does something to every socket. */
static void
for_each(struct client *client,
    void (*set)(struct client *client, const struct connection *connection))
{
	for (size_t i = 0; i < client->count; i++)
		set(client, &client->connections[i]);
}

/* An order that sets an option of the sockets, existing and new. */
static void
order_for_sockets(struct client *client, const struct order *order)
{
	if (order->kind == ORDER_TIMEOUT) {
		client->timeout = order->milliseconds > 0 ? order->milliseconds : 0;
		for_each(client, sockets_set_timeout);
	}
	if (order->kind == ORDER_KEEPALIVE) {
		client->keepalive = order->number;
		for_each(client, sockets_set_keepalive);
	}
	if (order->kind == ORDER_SILENCE) {
		client->is_silenced = order->number != 0;
		for_each(client, sockets_set_silence);
	}
}

/* An order for the client as a whole. */
static void
order_for_client(struct client *client, const struct order *order)
{
	order_for_sockets(client, order);
	if (order->kind == ORDER_CONNECT)
		order_connect(client, order);
	if (order->kind == ORDER_SIGPIPE)
		(void)signals_set(SIGPIPE, (enum order_disposition)order->number);
	if (order->kind == ORDER_SIGNAL)
		client_report_about(client, NULL, CALL_SIGACTION,
		    signals_set(order->number, (enum order_disposition)order->flags),
		    order->number, (int32_t)order->flags);
	if (order->kind == ORDER_READS)
		client->reads_always = order->number != 0;
	if (order->kind == ORDER_ON_EOF)
		client->exits_on_eof = order->number != 0;
	if (order->kind == ORDER_BYTE_ORDER)
		client->byte_order = (enum wire_order)order->number;
	if (order->kind == ORDER_LONG)
		client->long_bits = order->number == 32 ? 32 : 64;
}

/* Carries out one order, and answers it unless a job will. */
static void
carry_out(struct client *client, const struct order *order)
{
	bool done = true;
	if (order->kind >= ORDER_SEND && order->kind <= ORDER_ABORT)
		done = order_for_connection(client, order);
	else
		order_for_client(client, order);
	if (done)
		client_report_done(client, order->serial);
}

/* Is the record as long as it says?  One that is not is left aside. */
static bool
is_whole(const struct order *order, size_t size)
{
	size_t head = offsetof(struct order, data);
	return size >= head && order->length <= ORDER_DATA &&
	    size - head >= order->length;
}

/* Takes all orders that have come.  Returns false when the console is gone. */
static bool
take_orders(struct client *client)
{
	static struct order order;
	for (;;) {
		ssize_t size = recv(client->reporter.fd, &order, sizeof order,
		    MSG_DONTWAIT);
		if (size == 0)
			return false;
		if (size < 0)
			return errno == EAGAIN || errno == EINTR;
		if (is_whole(&order, (size_t)size))
			carry_out(client, &order);
	}
}

/* Milliseconds until the next split write is due, rounded up; -1: no hurry. */
static int
next_timeout(const struct client *client)
{
	int64_t due = connections_next_due(client);
	if (due < 0)
		return -1;
	int64_t rest = due - client_now();
	if (rest <= 0)
		return 0;
	return (int)(rest / NANOSECONDS_IN_MILLISECOND + 1);
}

/* Sets up poll's table; a connection of which nothing is wanted is left out. */
static void
prepare_poll(struct client *client)
{
	client->polled[0] = (struct pollfd){.fd = client->reporter.fd,
	    .events = POLLIN};
	for (size_t i = 0; i < client->count; i++) {
		short events = connections_events(client, &client->connections[i]);
		client->polled[i + 1] = (struct pollfd){
			.fd = events != 0 ? client->connections[i].fd : -1,
			.events = events
		};
	}
}

/* The loop.  The connections go from the last to the first, because one that
 * goes away is replaced by the last; the orders come after them, because new
 * connections are not in poll's table yet. */
int
orders_run(struct reporter reporter)
{
	struct client client = {.reporter = reporter, .long_bits = 64};
	bool present = (client.polled = malloc(sizeof *client.polled)) != NULL;
	signals_begin(&reporter);
	while (present) {
		prepare_poll(&client);
		int ready = poll(client.polled, client.count + 1, next_timeout(&client));
		if (ready < 0) {
			present = errno == EINTR; /* the table says nothing then */
			continue;
		}
		for (size_t i = client.count; i-- > 0;)
			(void)connections_go_on(&client, &client.connections[i],
			    client.polled[i + 1].revents);
		if (client.polled[0].revents != 0)
			present = take_orders(&client);
	}
	connections_free(&client);
	return 0;
}
