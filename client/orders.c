/* The client under the console: one poll loop over the orders and the
 * connections.
 *
 * An order that needs no waiting is carried out and answered at once.  A send or
 * a half-close becomes a job in the queue of its connection, so that one that
 * cannot go on holds up neither the loop nor the other connections.
 */
#include "orders.h"
#include "client.h"
#include "connections.h"
#include "sockets.h"

#include <signal.h>

enum { NANOSECONDS_IN_MILLISECOND = 1000000 };

/* What the handler of SIGPIPE reports with: it has a count of its own. */
static struct reporter handler_reporter = {.fd = -1};

/* SIGPIPE, when it is caught: the write then returns EPIPE. */
static void
handle_sigpipe(int number)
{
	struct report report;
	memset(&report, 0, offsetof(struct report, data));
	report.kind = REPORT_CAUGHT;
	report.status = number;
	reporter_send(&handler_reporter, &report);
}

/* Sets the disposition of SIGPIPE. */
static void
set_sigpipe(const struct client *client, int32_t disposition)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	if (disposition == SIGPIPE_IGNORE)
		action.sa_handler = SIG_IGN;
	if (disposition == SIGPIPE_CATCH)
		action.sa_handler = handle_sigpipe;
	handler_reporter.fd = client->reporter.fd;
	handler_reporter.role = client->reporter.role;
	(void)sigfillset(&action.sa_mask);
	(void)sigaction(SIGPIPE, &action, NULL);
}

/* Opens connections. */
static void
order_connect(struct client *client, const struct order *order)
{
	for (int32_t i = 0; i < order->number; i++)
		connections_open(client, order->conn + (uint32_t)i, &order->peer,
		    order->milliseconds);
}

/* Queues a send or a half-close; false when there is no memory for it. */
static bool
order_job(struct client *client, struct connection *connection,
    const struct order *order)
{
	struct job *job = calloc(1, sizeof *job + order->length);
	if (job == NULL)
		return false;
	job->serial = order->serial;
	job->is_shutdown = order->kind == ORDER_SHUTDOWN;
	job->is_split = (order->flags & ORDER_SPLIT) != 0;
	job->is_line = (order->flags & ORDER_READ_LINE) != 0 && order->length > 0 &&
	    order->data[order->length - 1] == '\n';
	job->length = order->length;
	memcpy(job->data, order->data, order->length);
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
	if (order->kind == ORDER_SEND || order->kind == ORDER_SHUTDOWN) {
		if (order_job(client, connection, order))
			return false;
		errno = ENOMEM;
		client_report(client, connection, call_of(order->kind), -1);
	} else if (order->kind == ORDER_READ) {
		connection->reads_wanted++;
	} else {
		if (order->kind == ORDER_ABORT)
			sockets_set_abort(client, connection);
		connections_close(client, connection);
	}
	return true;
}

/* An order for the client as a whole. */
static void
order_for_client(struct client *client, const struct order *order)
{
	if (order->kind == ORDER_CONNECT)
		order_connect(client, order);
	if (order->kind == ORDER_SIGPIPE)
		set_sigpipe(client, order->number);
	if (order->kind == ORDER_READS)
		client->reads_always = order->number != 0;
	if (order->kind == ORDER_ON_EOF)
		client->exits_on_eof = order->number != 0;
	if (order->kind == ORDER_TIMEOUT) {
		client->timeout = order->milliseconds > 0 ? order->milliseconds : 0;
		for (size_t i = 0; i < client->count; i++)
			sockets_set_timeout(client, &client->connections[i]);
	}
	if (order->kind == ORDER_SILENCE) {
		client->is_silenced = order->number != 0;
		for (size_t i = 0; i < client->count; i++)
			sockets_silence(client, &client->connections[i],
			    client->is_silenced);
	}
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
	struct client client = {.reporter = reporter};
	bool present = (client.polled = malloc(sizeof *client.polled)) != NULL;
	sigset_t none;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	set_sigpipe(&client, SIGPIPE_DEFAULT);
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
