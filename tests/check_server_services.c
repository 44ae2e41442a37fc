/* What a child of tcpserv does for its connection. */
#include "suites.h"
#include "program_fixture.h"
#include "wire_long.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>

enum { MEGABYTE = 1 << 20 };

/* A line out, the same line back, and the end. */
START_TEST(echoes)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "");
	send_line(client, 1, "hello\n", 0);
	struct report report = take_result(client, ROLE_CLIENT, CALL_READ, 6, 0);
	ck_assert_mem_eq(report.data, "hello\n", 6);
	report = take_result(server, ROLE_CHILD, CALL_READ, 6, 0);
	ck_assert_mem_eq(report.data, "hello\n", 6);
	report = take_result(server, ROLE_CHILD, CALL_WRITE, 6, 0);
	ck_assert_mem_eq(report.data, "hello\n", 6);
	ck_assert_uint_ne(report.peer.port, 0);
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_CLOSE, .conn = 1},
	    NULL);
	take_result(client, ROLE_CLIENT, CALL_CLOSE, 0, 0);
	take_done(client, serial);
	take_result(server, ROLE_CHILD, CALL_READ, 0, 0);
	take_result(server, ROLE_CHILD, CALL_CLOSE, 0, 0);
	report = take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	ck_assert(WIFEXITED(report.status) && WEXITSTATUS(report.status) == 0);
}
END_TEST

/* Two numbers in, their sum out. */
START_TEST(sums)
{
	struct program *server;
	char line[5000], widest[96];
	int fd = join_port(start_server(&server, "--service=sum"));
	converse(fd, "11 22\n", "33\n");
	converse(fd, "-11 -44\n", "-55\n");
	converse(fd, "\t11-22 rest\n", "-11\n");
	converse(fd, "foo\n", "input error\n");
	converse(fd, "7\n", "input error\n");
	converse(fd, "\n", "input error\n");
	converse(fd, "99999999999999999999 1\n", "input error\n");
	snprintf(widest, sizeof widest, "%ld 1\n", LONG_MAX);
	snprintf(line, sizeof line, "%ld\n", LONG_MIN);
	converse(fd, widest, line);
	memset(line, '1', sizeof line - 2);
	memcpy(line + sizeof line - 2, "\n", 2);
	converse(fd, line, "input error\n");
	converse(fd, "1 2\n", "3\n");
	ck_assert_int_eq(write(fd, "20 22", 5), 5);
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	ck_assert_str_eq(read_line(fd), "42\n");
	ck_assert_str_eq(read_line(fd), "");
}
END_TEST

/* Sends two numbers and expects one. */
static void
add_longs(int fd, uint16_t format, int64_t first, int64_t second, int64_t sum)
{
	char bytes[2 * WIRE_MOST];
	size_t size = wire_size(format);
	int64_t deadline = program_now() + DEADLINE;
	wire_put(format, first, bytes);
	wire_put(format, second, bytes + size);
	ck_assert_int_eq(write(fd, bytes, 3), 3); /* in two pieces: a stream */
	ck_assert_int_eq(write(fd, bytes + 3, 2 * size - 3), (ssize_t)(2 * size - 3));
	await_readable(fd, deadline, "a sum");
	ck_assert_int_eq(recv(fd, bytes, size, MSG_WAITALL), (ssize_t)size);
	ck_assert_int_eq(wire_take(format, bytes), sum);
}

/* Settings of the server, and what a client of this order gets for two numbers. */
static const struct {
	const char *settings;
	enum wire_order order;
	unsigned bits;
	int64_t first, second, sum;
} additions[] = {
	{"--long=32 --byte_order=little", WIRE_BIG, 32, 1, 2, 3},
	{"--long=32 --byte_order=little", WIRE_BIG, 32, -22, -77, -16777314},
	{"--long=32 --byte_order=little", WIRE_BIG, 32, 11, 22, 33},
	{"--long=32 --byte_order=little", WIRE_BIG, 32, -11, -44, -16777270},
	{"--long=32 --byte_order=big", WIRE_LITTLE, 32, -22, -77, -16777314},
	{"--byte_order=little", WIRE_BIG, 64, -22, -77, INT64_C(-72057594037928034)},
	{"--byte_order=little", WIRE_BIG, 64, -11, -44, INT64_C(-72057594037927990)},
	{"--long=32 --byte_order=network", WIRE_BIG, 32, -22, -77, -99},
	{"--long=32 --byte_order=network", WIRE_NETWORK, 32, -11, -44, -55},
	{"--long=32 --byte_order=little", WIRE_LITTLE, 32, -22, -77, -99},
	{"", WIRE_NATIVE, 64, -22, -77, -99},
	{"--long=32", WIRE_NATIVE, 32, INT32_MAX, 1, INT32_MIN},
	{"--byte_order=big", WIRE_BIG, 64, INT64_MAX, 1, INT64_MIN},
};

/* Two binary longs in, one out; half a pair is answered by the end. */
START_TEST(adds_longs)
{
	struct program *server;
	char settings[80], rest[1];
	uint16_t format = wire_format(additions[_i].order, additions[_i].bits);
	snprintf(settings, sizeof settings, "--service=sum-binary %s",
	    additions[_i].settings);
	int fd = join_port(start_server(&server, settings));
	pid_t child = take_fork(server);
	for (int twice = 0; twice < 2; twice++)
		add_longs(fd, format, additions[_i].first, additions[_i].second,
		    additions[_i].sum);
	ck_assert_int_eq(write(fd, "half", 4), 4);
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	await_readable(fd, program_now() + DEADLINE, "the end of file");
	ck_assert_int_eq(read(fd, rest, sizeof rest), 0);
	struct report ended = take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	ck_assert(WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0);
}
END_TEST

/* A child that closes with data unread, and one that has none: RST, and FIN. */
START_TEST(closes_unread)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "--close=unread");
	if (_i == 0) {
		send_line(client, 1, "hello\n", 0);
		take_result(client, ROLE_CLIENT, CALL_READ, -1, ECONNRESET);
	} else {
		take_done(client, give_order(client, (struct order){.kind = ORDER_READ,
		    .conn = 1}, NULL));
		uint32_t serial = give_order(client, (struct order){.kind = ORDER_SHUTDOWN,
		    .conn = 1}, NULL);
		take_result(client, ROLE_CLIENT, CALL_SHUTDOWN, 0, 0);
		take_done(client, serial);
		take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
	}
	take_result(server, ROLE_CHILD, CALL_CLOSE, 0, 0); /* and no read before */
	struct report ended = take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	ck_assert(WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0);
}
END_TEST

/* Moves a megabyte without a newline there and back. */
static void
pump(int fd, bool echoed)
{
	static char data[65536];
	size_t sent = 0, received = 0;
	int64_t deadline = program_now() + DEADLINE;
	memset(data, 'x', sizeof data);
	while (sent < MEGABYTE || (echoed && received < MEGABYTE)) {
		struct pollfd ready = {.fd = fd, .events =
		    (short)((echoed ? POLLIN : 0) | (sent < MEGABYTE ? POLLOUT : 0))};
		ck_assert_int_lt(program_now(), deadline);
		ck_assert_int_ge(poll(&ready, 1, DEADLINE), 0);
		ssize_t count = 0;
		if (ready.revents & POLLOUT) {
			count = send(fd, data, sizeof data, MSG_DONTWAIT);
			ck_assert(count >= 0 || errno == EAGAIN);
			sent += count > 0 ? (size_t)count : 0;
		}
		if (ready.revents & POLLIN) {
			count = recv(fd, data, sizeof data, MSG_DONTWAIT);
			ck_assert_int_gt(count, 0);
			received += (size_t)count;
		}
	}
}

/* Echoed or added, a line without an end harms nobody. */
START_TEST(megabyte_without_newline)
{
	struct program *server;
	uint16_t port = start_server(&server, _i == 0 ? "" : "--service=sum");
	int fd = join_port(port), other = join_port(port);
	pump(fd, _i == 0);
	converse(other, "1 2\n", _i == 0 ? "1 2\n" : "3\n");
	if (_i == 1) {
		converse(fd, "\n1 2\n", "input error\n");
		ck_assert_str_eq(read_line(fd), "3\n");
	}
}
END_TEST

/* A client that never reads blocks its own child alone. */
START_TEST(never_reads)
{
	static const char data[65536];
	struct program *server;
	uint16_t port = start_server(&server, "");
	int deaf = join_port(port), other = join_port(port);
	struct pollfd ready = {.fd = deaf, .events = POLLOUT};
	while (poll(&ready, 1, 300) > 0)
		ck_assert(send(deaf, data, sizeof data, MSG_DONTWAIT) > 0 ||
		    errno == EAGAIN);
	converse(other, "me too\n", "me too\n");
	converse(join_port(port), "and me\n", "and me\n");
}
END_TEST

/* The services. */
Suite *
server_services_suite(void)
{
	Suite *suite = suite_create("server_services");
	TCase *tcase = programs_case(suite, "server_services");
	tcase_add_test(tcase, echoes);
	tcase_add_test(tcase, sums);
	tcase_add_loop_test(tcase, adds_longs, 0,
	    (int)(sizeof additions / sizeof *additions));
	tcase_add_loop_test(tcase, closes_unread, 0, 2);
	tcase_add_loop_test(tcase, megabyte_without_newline, 0, 2);
	tcase_add_test(tcase, never_reads);
	return suite;
}
