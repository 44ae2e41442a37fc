/* Opening a connection.
 *
 * The sockets are non-blocking, because one process holds many connections and
 * has to hear its orders meanwhile.  What is reported is what a blocking call
 * would have returned at that moment: EINPROGRESS and EAGAIN never are.
 *
 * Except for the lesson of section 5.9, in which a connect really blocks and a
 * signal interrupts it.  The signal could come before connect has begun to
 * block, and be lost; so the timer repeats itself until connect has returned.
 * A connect that was interrupted goes on by itself.  It must not be called
 * again; that it succeeded shows when the socket becomes writable, and SO_ERROR
 * tells how it ended.
 */
#include "connections.h"
#include "plain_ttl.h"
#include "sockets.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>

enum { REPEAT_MICROSECONDS = 10000 };

/* Makes room for one more connection. */
static bool
make_room(struct client *client)
{
	if (client->count < client->room)
		return true;
	size_t room = client->room * 2 + 16;
	struct connection *connections =
	    realloc(client->connections, room * sizeof *connections);
	if (connections == NULL)
		return false;
	client->connections = connections;
	struct pollfd *polled = realloc(client->polled, (room + 1) * sizeof *polled);
	if (polled == NULL)
		return false;
	client->polled = polled;
	client->room = room;
	return true;
}

/* Makes the socket non-blocking. */
static void
set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	if (flags >= 0)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* The handler of SIGALRM: that it runs is enough. */
static void
handle_sigalrm(int number)
{
	(void)number;
}

/* A connect that blocks, until a signal comes after so many milliseconds. */
static int
connect_interrupted(int fd, const struct sockaddr *address, socklen_t length,
    int64_t milliseconds)
{
	struct sigaction action = {.sa_handler = handle_sigalrm}, before;
	struct itimerval timer = {.it_interval = {.tv_usec = REPEAT_MICROSECONDS}};
	struct itimerval off = {.it_value = {0}};
	timer.it_value.tv_sec = (time_t)(milliseconds / 1000);
	timer.it_value.tv_usec = (suseconds_t)(milliseconds % 1000 * 1000);
	(void)sigemptyset(&action.sa_mask); /* and no SA_RESTART */
	if (sigaction(SIGALRM, &action, &before) < 0 ||
	    setitimer(ITIMER_REAL, &timer, NULL) < 0)
		return -1;
	int result = connect(fd, address, length);
	int error = errno;
	(void)setitimer(ITIMER_REAL, &off, NULL);
	(void)sigaction(SIGALRM, &before, NULL);
	errno = error;
	return result;
}

/* Takes the local end down, once the kernel has chosen it. */
static void
learn_local(struct connection *connection)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof address;
	if (getsockname(connection->fd, (struct sockaddr *)&address, &length) == 0)
		connection->local = report_endpoint_from(&address);
}

/* Opens a connection.  One that fails at once is reported and forgotten. */
void
connections_open(struct client *client, uint32_t number,
    const struct report_endpoint *peer, int64_t milliseconds, bool is_binary)
{
	struct connection connection = {.number = number, .peer = *peer,
	    .is_binary = is_binary};
	struct sockaddr_storage address;
	socklen_t length = report_endpoint_to(peer, &address);

	connection.fd = socket(peer->family == 6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
	client_report(client, &connection, CALL_SOCKET, connection.fd);
	if (connection.fd < 0)
		return;
	(void)plain_ttl_set(connection.fd, address.ss_family); /* else as the machine's is */
	sockets_prepare(client, &connection);
	if (milliseconds <= 0)
		set_nonblocking(connection.fd);
	int result = milliseconds > 0 ?
	    connect_interrupted(connection.fd, (struct sockaddr *)&address, length,
	    milliseconds) :
	    connect(connection.fd, (struct sockaddr *)&address, length);
	int error = result < 0 ? errno : 0;
	set_nonblocking(connection.fd);
	learn_local(&connection);
	connection.is_connecting = error == EINPROGRESS || error == EINTR;
	if ((error == 0 || connection.is_connecting) && !make_room(client)) {
		result = -1;
		error = ENOMEM;
		connection.is_connecting = false;
	}
	client_report_begun(client, &connection);
	errno = error;
	if (error != EINPROGRESS)
		client_report(client, &connection, CALL_CONNECT, result);
	if (error == 0 || connection.is_connecting)
		client->connections[client->count++] = connection;
	else
		(void)close(connection.fd);
}
