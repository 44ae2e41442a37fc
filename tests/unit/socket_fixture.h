/* socket_fixture.h: connections of this machine's, for the suites that ask the kernel about
 * sockets. */
#ifndef SOCKET_FIXTURE_H
#define SOCKET_FIXTURE_H

#include "event_fixture.h"
#include "log.h"
#include "loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A listener on a free port of loopback, and a connection to it. */
struct live {
	int listener, client, server;
	uint16_t port;
	struct report_endpoint near, far; /* the client's end, the server's */
};

static inline struct report_endpoint
live_end(int fd)
{
	struct sockaddr_storage storage;
	socklen_t length = sizeof storage;
	ck_assert_int_eq(getsockname(fd, (void *)&storage, &length), 0);
	return report_endpoint_from(&storage);
}

/* A listener at 127.0.0.1; on a port that others share if that is not 0. */
static inline int
live_listen(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), 0);
	ck_assert_int_eq(bind(fd, (void *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(fd, 200), 0);
	return fd;
}

/* Connects to the listener, and accepts. */
static inline void
live_connect(struct live *live)
{
	struct sockaddr_storage storage;
	socklen_t length = sizeof storage;
	ck_assert_int_eq(getsockname(live->listener, (void *)&storage, &length), 0);
	live->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(live->client, (void *)&storage, length), 0);
	live->server = accept4(live->listener, NULL, NULL, SOCK_CLOEXEC);
	ck_assert_int_ge(live->server, 0);
	live->near = live_end(live->client);
	live->far = live_end(live->server);
}

static inline void
live_open(struct live *live)
{
	live->listener = live_listen(0);
	live->port = live_end(live->listener).port;
	live_connect(live);
}

static inline void
live_close(struct live *live)
{
	if (live->client >= 0)
		close(live->client);
	if (live->server >= 0)
		close(live->server);
	close(live->listener);
}

static inline uint64_t
live_inode(int fd)
{
	struct stat status;
	ck_assert_int_eq(fstat(fd, &status), 0);
	return status.st_ino;
}

/* A session's beginning in the log: this process is client and server of the port, and
 * the client's connection 1 is that one. */
static inline void
live_tell(const struct live *live, struct log *log)
{
	struct event events[] = {fixture_start("local"),
	    fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_STARTED, -1),
	    fixture_process(ROLE_CLIENT, getpid(), 0, PROCESS_STARTED, -1),
	    fixture_connection(1, CONNECTION_OPENED),
	    fixture_connection(1, CONNECTION_CURRENT)};
	events[0].start.host = live->far;
	events[3].connection.local = events[4].connection.local = live->near;
	events[3].connection.remote = events[4].connection.remote = live->far;
	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		events[i].time = (int64_t)i + 1;
		ck_assert_int_eq(log_append(log, &events[i]), 0);
	}
}

#endif
