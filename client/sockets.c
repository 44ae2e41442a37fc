/* The options of the client's sockets.
 *
 * The kernel drops each segment that arrives with a time to live below
 * IP_MINTTL (ip(7)).  Loopback's is 64, so 255 makes a socket deaf, as if the
 * other host had crashed; 2 is harmless.  An IPv6 socket has IPV6_MINHOPCOUNT
 * instead, and both options when it carries IPv4, of which only the first is
 * obeyed then: so both levels are set, and the one that does not apply may fail.
 */
#include "sockets.h"

#include <limits.h>
#include <netinet/tcp.h>

#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73 /* linux/in6.h */
#endif

enum { HEARS = 2, HEARS_NOTHING = 255 };

/* One option, of which a failure is reported. */
static void
set_option(struct client *client, const struct connection *connection, int level,
    int name, int value)
{
	if (setsockopt(connection->fd, level, name, &value, sizeof value) < 0)
		client_report(client, connection, CALL_SETSOCKOPT, -1);
}

/* Makes the socket deaf, or lets it hear. */
void
sockets_silence(struct client *client, const struct connection *connection,
    bool deaf)
{
	int least = deaf ? HEARS_NOTHING : HEARS;
	if (connection->peer.family == 6) {
		set_option(client, connection, IPPROTO_IPV6, IPV6_MINHOPCOUNT, least);
		(void)setsockopt(connection->fd, IPPROTO_IP, IP_MINTTL, &least,
		    sizeof least);
	} else {
		set_option(client, connection, IPPROTO_IP, IP_MINTTL, least);
	}
}

/* Sets TCP_USER_TIMEOUT. */
void
sockets_set_timeout(struct client *client, const struct connection *connection)
{
	int64_t timeout = client->timeout < INT_MAX ? client->timeout : INT_MAX;
	set_option(client, connection, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)timeout);
}

/* Sets every option of a new socket. */
void
sockets_prepare(struct client *client, const struct connection *connection)
{
	sockets_silence(client, connection, client->is_silenced);
	if (client->timeout > 0)
		sockets_set_timeout(client, connection);
}

/* Makes the next close send a RST. */
void
sockets_set_abort(struct client *client, const struct connection *connection)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	client_report(client, connection, CALL_SETSOCKOPT,
	    setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
}
