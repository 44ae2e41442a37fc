/* program_sides.c: what the tests of the server and those of the client do again and
 * again with their program; see program_fixture.h. */
#include "program_fixture.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

/* Of the last order. */
static uint32_t last_serial;

/* Starts a server on a free port and returns the port. */
uint16_t
start_server(struct program **server, const char *settings)
{
	char line[160];
	snprintf(line, sizeof line, "--bind=127.0.0.1 %s 0", settings);
	*server = program_start(true, line, true);
	ck_assert_int_ge(take_call(*server, ROLE_SERVER, CALL_SOCKET).result, 0);
	take_result(*server, ROLE_SERVER, CALL_BIND, 0, 0);
	struct report report = take_result(*server, ROLE_SERVER, CALL_LISTEN, 0, 0);
	ck_assert_uint_eq(report.local.family, 4);
	ck_assert_uint_ne(report.local.port, 0);
	return report.local.port;
}

/* 127.0.0.1 and a port. */
struct report_endpoint
loopback(uint16_t port)
{
	return (struct report_endpoint){.family = 4, .port = port,
	    .address = {127, 0, 0, 1}};
}

/* A socket of the test itself, connected to a port. */
int
join_port(uint16_t port)
{
	struct report_endpoint peer = loopback(port);
	struct sockaddr_storage address;
	socklen_t length = report_endpoint_to(&peer, &address);
	int fd = keep_socket(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, length), 0);
	return fd;
}

/* A bound socket of the test itself; *port takes its number. */
int
bind_free(uint16_t *port)
{
	struct report_endpoint any = loopback(0);
	struct sockaddr_storage address;
	socklen_t length = report_endpoint_to(&any, &address);
	int fd = keep_socket(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, length), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	*port = report_endpoint_from(&address).port;
	return fd;
}

/* Says something and expects an answer. */
void
converse(int fd, const char *said, const char *answer)
{
	ck_assert_int_eq(write(fd, said, strlen(said)), (ssize_t)strlen(said));
	ck_assert_str_eq(read_line(fd), answer);
}

/* Takes accept, fork and (unless it is leaked) close of the parent; returns the
 * child. */
pid_t
take_fork(struct program *server)
{
	ck_assert_int_ge(take_call(server, ROLE_SERVER, CALL_ACCEPT).result, 0);
	struct report report = take_call(server, ROLE_SERVER, CALL_FORK);
	ck_assert_int_gt(report.result, 0);
	ck_assert_uint_eq(report.peer.family, 4);
	take_result(server, ROLE_SERVER, CALL_CLOSE, 0, 0);
	return (pid_t)report.result;
}

/* Sends an order. */
uint32_t
give_order(struct program *client, struct order head, const char *data)
{
	static struct order record;
	memcpy(&record, &head, offsetof(struct order, data));
	record.serial = ++last_serial;
	record.length = data != NULL ? (uint32_t)strlen(data) : 0;
	if (data != NULL)
		memcpy(record.data, data, record.length);
	size_t size = offsetof(struct order, data) + record.length;
	ck_assert_int_eq(send(client->reports, &record, size, MSG_NOSIGNAL),
	    (ssize_t)size);
	return last_serial;
}

/* An order of a kind, to a connection or with a number. */
void
client_obeys(struct program *client, enum order_kind kind, uint32_t conn,
    int32_t number)
{
	take_done(client, give_order(client, (struct order){.kind = kind, .conn = conn,
	    .number = number}, NULL));
}

/* Sends a line and expects the write to return so. */
void
send_line(struct program *client, uint32_t conn, const char *line, int error)
{
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_SEND,
	    .conn = conn, .flags = ORDER_READ_LINE}, line);
	take_result(client, ROLE_CLIENT, CALL_WRITE,
	    error != 0 ? -1 : (int64_t)strlen(line), error);
	take_done(client, serial);
}

/* Starts a client. */
struct program *
start_client(void)
{
	return program_start(false, "127.0.0.1 9877", true);
}

/* Opens one connection; returns the report of the connect. */
struct report
open_flagged(struct program *client, uint32_t conn, uint16_t port, uint32_t flags)
{
	struct report connected = {.kind = 0};
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_CONNECT,
	    .conn = conn, .number = 1, .flags = flags, .peer = loopback(port)}, NULL);
	ck_assert_int_ge(take_call(client, ROLE_CLIENT, CALL_SOCKET).result, 0);
	struct report begun = take_report(client, ROLE_CLIENT);
	ck_assert_uint_eq(begun.kind, REPORT_BEGUN);
	ck_assert_uint_eq(begun.conn, conn);
	for (int both = 0; both < 2; both++) {
		struct report report = take_report(client, ROLE_CLIENT);
		if (report.kind == REPORT_DONE) {
			ck_assert_uint_eq(report.order, serial);
		} else {
			ck_assert_uint_eq(report.call, CALL_CONNECT);
			connected = report;
		}
	}
	ck_assert_uint_eq(connected.conn, conn);
	return connected;
}

/* The same, for lines. */
struct report
open_connection(struct program *client, uint32_t conn, uint16_t port)
{
	return open_flagged(client, conn, port, 0);
}

/* Opens a connection to the test itself; returns the server's end. */
int
open_to_test(struct program *client, uint32_t conn)
{
	uint16_t port;
	int listener = bind_free(&port);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(open_connection(client, conn, port).result, 0);
	return keep_socket(accept(listener, NULL, NULL));
}

/* Waits for a moment, in which the program must have nothing to tell. */
void
tells_nothing(struct program *program)
{
	struct pollfd ready = {.fd = program->reports, .events = POLLIN};
	ck_assert_uint_eq(program->count, 0);
	ck_assert_int_eq(poll(&ready, 1, 60), 0);
}

/* How many sockets a process holds. */
int
count_sockets(pid_t pid)
{
	char path[64], what[64];
	int count = 0;
	for (int fd = 0; fd < 64; fd++) {
		snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
		ssize_t length = readlink(path, what, sizeof what - 1);
		count += length > 7 && memcmp(what, "socket:", 7) == 0;
	}
	return count;
}

/* Starts a server and a client, and connects them; returns the child. */
pid_t
start_both(struct program **server, struct program **client, const char *settings)
{
	uint16_t port = start_server(server, settings);
	*client = start_client();
	struct report connected = open_connection(*client, 1, port);
	ck_assert_int_eq(connected.result, 0);
	ck_assert_uint_eq(connected.peer.port, port);
	pid_t child = take_fork(*server);
	struct report named = take_result(*server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	ck_assert_int_eq(named.pid, child);
	ck_assert_uint_eq(named.peer.port, connected.local.port);
	ck_assert_uint_eq(named.local.port, port);
	return child;
}

/* Kills a child and waits until its parent has reaped it. */
void
kill_child(struct program *server, pid_t child)
{
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	struct report reaped = take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	ck_assert(WIFSIGNALED(reaped.status) && WTERMSIG(reaped.status) == SIGKILL);
}
