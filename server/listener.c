/* The listening socket.
 *
 * accept(2) fails in three ways that are no reason to end.  It was interrupted:
 * the setting eintr decides.  The connection that it would have returned is
 * already broken (Linux passes such network errors on): the next one may be
 * fine.  Or there is no descriptor or memory left: that is told once, and then
 * the server waits longer and longer, up to a second, because a loop around an
 * accept that fails at once would eat the processor.
 */
#include "listener.h"

#include "plain_ttl.h"

#include <poll.h>

enum { BACK_OFF_FIRST = 50, BACK_OFF_MOST = 1000 };

/* Reports a call of which the failure is fatal. */
static void
must(struct server *server, enum report_call call, int result, const char *name)
{
	static const struct {
		int error;
		const char *mend;
	} mends[] = {
		{EADDRINUSE, "something else has this port; stop it, or give another PORT"},
		{EADDRNOTAVAIL, "give an address of this machine to --bind"},
		{EACCES, "ports below 1024 are privileged; give another PORT"},
	};
	int error = errno;
	server_report(server, call, result);
	if (result >= 0)
		return;
	const char *mend = NULL;
	for (size_t i = 0; i < sizeof mends / sizeof *mends; i++)
		if (mends[i].error == error)
			mend = mends[i].mend;
	server_die(name, error, mend);
}

void
listener_open(struct server *server)
{
	const struct options *options = &server->options;
	const struct sockaddr *address = (const struct sockaddr *)&options->address;
	int on = options->reuseaddr, off = 0;

	server->listenfd = socket(address->sa_family, SOCK_STREAM, 0);
	must(server, CALL_SOCKET, server->listenfd, "socket");
	if (setsockopt(server->listenfd, SOL_SOCKET, SO_REUSEADDR, &on,
	    sizeof on) < 0)
		server_die("setsockopt", errno, NULL);
	/* so that :: takes IPv4 too, whatever net.ipv6.bindv6only says */
	if (address->sa_family == AF_INET6 && setsockopt(server->listenfd,
	    IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) < 0)
		server_die("setsockopt", errno, NULL);
	(void)plain_ttl_set(server->listenfd, address->sa_family); /* else the machine's */
	server->local = report_endpoint_from(&options->address);
	must(server, CALL_BIND, bind(server->listenfd, address,
	    options->address_length), "bind");
	int result = listen(server->listenfd, options->backlog);
	struct report_endpoint bound = server_local_end(server->listenfd);
	if (bound.family != 0)
		server->local = bound;
	must(server, CALL_LISTEN, result, "listen");
	char text[ENDPOINT_ROOM];
	server_say(server, "listening on %s",
	    server_endpoint_text(&server->local, text));
}

/* Is it the connection that is broken, not the server? (accept(2)) */
static bool
is_transient(int error)
{
	static const int errors[] = {ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT,
	    EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH};
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (errors[i] == error)
			return true;
	return false;
}

/* Is there nothing left to make a socket of? */
static bool
is_starved(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	    error == ENOMEM;
}

/* Waits before the next try; the first time it also says why. */
static void
back_off(struct server *server, int error)
{
	if (server->starved == 0) {
		errno = error;
		server_report(server, CALL_ACCEPT, -1);
		server_say(server, "accept: %s: waiting until something is closed",
		    strerror(error));
		server->starved = BACK_OFF_FIRST;
	} else if (server->starved < BACK_OFF_MOST) {
		server->starved *= 2;
		if (server->starved > BACK_OFF_MOST)
			server->starved = BACK_OFF_MOST;
	}
	(void)poll(NULL, 0, server->starved); /* a signal may cut it short */
}

/* Takes the next connection. */
bool
listener_accept(struct server *server)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof address;
	server->local = server->peer = (struct report_endpoint){0};
	int fd = accept(server->listenfd, (struct sockaddr *)&address, &length);
	int error = errno;
	if (fd < 0 && is_starved(error)) {
		back_off(server, error);
		return false;
	}
	server->connfd = fd;
	if (fd >= 0) {
		server->starved = 0;
		server->peer = report_endpoint_from(&address);
		if (server->reporter.fd >= 0)
			server->local = server_local_end(fd);
	}
	errno = error;
	server_report(server, CALL_ACCEPT, fd);
	if (fd >= 0) {
		char text[ENDPOINT_ROOM];
		server_say(server, "connection from %s",
		    server_endpoint_text(&server->peer, text));
		return true;
	}
	if (error == EINTR ? server->options.eintr == EINTR_DIE : !is_transient(error))
		server_die("accept", error, NULL);
	server_say(server, "accept: %s", strerror(error));
	return false;
}
