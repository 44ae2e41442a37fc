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
#include <sys/ioctl.h>

#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73 /* linux/in6.h */
#endif

enum { HEARS = 2, HEARS_NOTHING = 255, PROBES = 3 };

/* Where the kernel knows each option. */
static const struct { int level, name; } options[OPTION_COUNT] = {
	[OPTION_SO_LINGER] = {SOL_SOCKET, SO_LINGER},
	[OPTION_SO_KEEPALIVE] = {SOL_SOCKET, SO_KEEPALIVE},
	[OPTION_TCP_KEEPIDLE] = {IPPROTO_TCP, TCP_KEEPIDLE},
	[OPTION_TCP_KEEPINTVL] = {IPPROTO_TCP, TCP_KEEPINTVL},
	[OPTION_TCP_KEEPCNT] = {IPPROTO_TCP, TCP_KEEPCNT},
	[OPTION_TCP_USER_TIMEOUT] = {IPPROTO_TCP, TCP_USER_TIMEOUT},
	[OPTION_IP_MINTTL] = {IPPROTO_IP, IP_MINTTL},
	[OPTION_IPV6_MINHOPCOUNT] = {IPPROTO_IPV6, IPV6_MINHOPCOUNT},
};

/* Sets one option. */
static int
try_option(const struct connection *connection, enum report_option option, int value)
{
	return setsockopt(connection->fd, options[option].level,
	    options[option].name, &value, sizeof value);
}

/* Sets one, of which a failure is reported. */
static void
set_option(struct client *client, const struct connection *connection,
    enum report_option option, int value)
{
	if (try_option(connection, option, value) < 0)
		client_report_about(client, connection, CALL_SETSOCKOPT, -1,
		    (int32_t)option, value);
}

/* Sets one, which is reported. */
static void
tell_option(struct client *client, const struct connection *connection,
    enum report_option option, int value)
{
	client_report_about(client, connection, CALL_SETSOCKOPT,
	    try_option(connection, option, value), (int32_t)option, value);
}

void
sockets_silence(struct client *client, const struct connection *connection,
    bool deaf)
{
	int least = deaf ? HEARS_NOTHING : HEARS;
	if (connection->peer.family == 6) {
		set_option(client, connection, OPTION_IPV6_MINHOPCOUNT, least);
		(void)try_option(connection, OPTION_IP_MINTTL, least);
	} else {
		set_option(client, connection, OPTION_IP_MINTTL, least);
	}
}

void
sockets_set_silence(struct client *client, const struct connection *connection)
{
	sockets_silence(client, connection, client->is_silenced);
}

/* Sets SO_KEEPALIVE: how often to probe first, so that it begins with that. */
void
sockets_set_keepalive(struct client *client, const struct connection *connection)
{
	if (client->keepalive > 0) {
		tell_option(client, connection, OPTION_TCP_KEEPIDLE, client->keepalive);
		tell_option(client, connection, OPTION_TCP_KEEPINTVL, client->keepalive);
		tell_option(client, connection, OPTION_TCP_KEEPCNT, PROBES);
	}
	tell_option(client, connection, OPTION_SO_KEEPALIVE, client->keepalive > 0);
}

void
sockets_set_timeout(struct client *client, const struct connection *connection)
{
	int64_t timeout = client->timeout < INT_MAX ? client->timeout : INT_MAX;
	set_option(client, connection, OPTION_TCP_USER_TIMEOUT, (int)timeout);
}

void
sockets_prepare(struct client *client, const struct connection *connection)
{
	sockets_silence(client, connection, client->is_silenced);
	if (client->timeout > 0)
		sockets_set_timeout(client, connection);
	if (client->keepalive > 0)
		sockets_set_keepalive(client, connection);
}

void
sockets_set_abort(struct client *client, const struct connection *connection)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	client_report_about(client, connection, CALL_SETSOCKOPT,
	    setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger),
	    OPTION_SO_LINGER, 0);
}

int32_t
sockets_state(const struct connection *connection)
{
	struct tcp_info info = {0};
	socklen_t length = sizeof info;
	if (getsockopt(connection->fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0)
		return 0;
	return info.tcpi_state;
}

int32_t
sockets_unread(const struct connection *connection)
{
	int unread = 0;
	return ioctl(connection->fd, FIONREAD, &unread) < 0 ? 0 : unread;
}
