/* What a child of tcpserv does for its connection. */
#include "suites.h"
#include "program_fixture.h"
#include "wire_long.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
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

/* What comes goes back byte for byte, whatever it is. */
START_TEST(echoes_whatever_comes)
{
	static const char *const texts[] = {"one\r\n", "\r\n", "\n\n", "a\rb\n", "\x1b[2J",
	    "\xff\xfe\x80\n", "no end"};
	struct program *server;
	char back[16];
	int fd = join_port(start_server(&server, ""));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		size_t length = strlen(texts[i]);
		ck_assert_int_eq(write(fd, texts[i], length), (ssize_t)length);
		await_readable(fd, program_now() + DEADLINE, "an echo");
		ck_assert_int_eq(recv(fd, back, length, MSG_WAITALL), (ssize_t)length);
		ck_assert_mem_eq(back, texts[i], length);
	}
	ck_assert_int_eq(write(fd, "\0a\0", 3), 3);
	ck_assert_int_eq(recv(fd, back, 3, MSG_WAITALL), 3);
	ck_assert_mem_eq(back, "\0a\0", 3);
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
	{"--byte_order=little", WIRE_LITTLE, 64, INT64_MIN, -1, INT64_MAX},
	{"--byte_order=network", WIRE_BIG, 64, INT64_MAX, INT64_MIN, -1},
	{"--long=32 --byte_order=big", WIRE_BIG, 32, INT32_MIN, -1, INT32_MAX},
	{"--long=32 --byte_order=little", WIRE_LITTLE, 32, INT32_MAX, INT32_MIN, -1},
	{"--long=64 --byte_order=little", WIRE_LITTLE, 64, UINT32_MAX, 1, INT64_C(0x100000000)},
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

/* Writes all of it. */
static void
say_all(int fd, const char *data, size_t size)
{
	ck_assert_int_eq(send(fd, data, size, 0), (ssize_t)size);
}

/* Expects that all has come back, and then the end. */
static void
hears_no_more(int fd)
{
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	ck_assert_str_eq(read_line(fd), "");
}

/* How a child ended. */
static void
child_exits(struct program *server, pid_t child, int status)
{
	struct report ended = take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	ck_assert(WIFEXITED(ended.status));
	ck_assert_int_eq(WEXITSTATUS(ended.status), status);
}

/* The longest line that is added, and one that is a byte longer: it is answered before
 * its end has come, once, and what follows it is a line of its own again. */
START_TEST(longest_line)
{
	enum { LONGEST = 4096 };
	struct program *server;
	char line[LONGEST + 1];
	int fd = join_port(start_server(&server, "--service=sum"));
	memset(line, ' ', sizeof line);
	line[0] = '3';
	line[LONGEST - 1] = '4';
	if (_i == 0) {
		say_all(fd, line, LONGEST);
		converse(fd, "\n", "7\n");
	} else {
		line[LONGEST] = '5';
		say_all(fd, line, sizeof line);
		ck_assert_str_eq(read_line(fd), "input error\n");
		say_all(fd, line, 100);
		converse(fd, "\n1 2\n", "3\n");
	}
	hears_no_more(fd);
}
END_TEST

/* What the end of file finds: a line without its newline is answered, half of a pair
 * is an error, nothing is nothing, and a line that was too long has its answer. */
static const struct { const char *last; size_t blanks; const char *answer; } lasts[] = {
	{"20 22", 0, "42\n"}, {"20 ", 0, "input error\n"}, {"", 0, ""},
	{" ", 0, "input error\n"}, {"x", 4096, "input error\n"}, {"1 2", 4093, "3\n"},
	{"1 2", 4094, "input error\n"},
};

START_TEST(last_line)
{
	struct program *server;
	char line[8192];
	int fd = join_port(start_server(&server, "--service=sum"));
	pid_t child = take_fork(server);
	converse(fd, "1 2\n", "3\n");
	memset(line, ' ', lasts[_i].blanks);
	strcpy(line + lasts[_i].blanks, lasts[_i].last);
	if (*line != '\0')
		say_all(fd, line, strlen(line));
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	ck_assert_str_eq(read_line(fd), lasts[_i].answer);
	if (*lasts[_i].answer != '\0')
		ck_assert_str_eq(read_line(fd), "");
	child_exits(server, child, 0);
}
END_TEST

/* Sums at the bounds of a long, and numbers beyond them. */
static const struct { const char *first, *second, *sum; } bounds[] = {
	{"9223372036854775807", "1", "-9223372036854775808\n"},
	{"-9223372036854775808", "-1", "9223372036854775807\n"},
	{"9223372036854775807", "-9223372036854775808", "-1\n"},
	{"9223372036854775807", "0", "9223372036854775807\n"},
	{"0", "-9223372036854775808", "-9223372036854775808\n"},
	{"9223372036854775808", "0", "input error\n"},
	{"0", "9223372036854775808", "input error\n"},
	{"-9223372036854775809", "0", "input error\n"},
	{"0", "-9223372036854775809", "input error\n"},
	{"", "1", "input error\n"}, {"1", "", "input error\n"}, {"1", "x", "input error\n"},
	{"+1", "+2", "3\n"}, {"0x1", "2", "input error\n"}, {"1", "2x", "3\n"},
	{"010", "2", "12\n"},
};

START_TEST(sums_at_the_bounds)
{
	struct program *server;
	char line[80];
	if (LONG_MAX != INT64_MAX)
		return;
	int fd = join_port(start_server(&server, "--service=sum"));
	snprintf(line, sizeof line, "%s %s\n", bounds[_i].first, bounds[_i].second);
	converse(fd, line, bounds[_i].sum);
	converse(fd, "1 1\n", "2\n"); /* an error is over with its line */
}
END_TEST

/* A child that may write or read three bytes at a time sends the same. */
static const struct { enum failing_call call; const char *settings; } crumbs[] = {
	{FAIL_write, ""}, {FAIL_read, ""}, {FAIL_write, "--service=sum"},
	{FAIL_read, "--service=sum"},
};

START_TEST(works_in_crumbs)
{
	struct program *server;
	bool sum = crumbs[_i].settings[0] != '\0';
	programs_move(WHO_CHILD, crumbs[_i].call, 3);
	int fd = join_port(start_server(&server, crumbs[_i].settings));
	converse(fd, "1000 234\n", sum ? "1234\n" : "1000 234\n");
	take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	struct report report = take_call(server, ROLE_CHILD, CALL_READ);
	if (crumbs[_i].call == FAIL_read)
		ck_assert_int_eq(report.result, 3);
	else
		report = take_result(server, ROLE_CHILD, CALL_WRITE, 3, 0);
	ck_assert_uint_eq(report.length, 3);
	ck_assert_mem_eq(report.data, sum && crumbs[_i].call == FAIL_write ? "123" : "100", 3);
	if (crumbs[_i].call == FAIL_write) {
		report = take_call(server, ROLE_CHILD, CALL_WRITE);
		ck_assert_mem_eq(report.data, sum ? "4\n" : "0 2", report.length);
	}
	hears_no_more(fd);
}
END_TEST

/* The same with longs, which are read whole or not at all. */
START_TEST(adds_in_crumbs)
{
	struct program *server;
	uint16_t format = wire_format(WIRE_BIG, 64);
	programs_move(WHO_CHILD, _i == 0 ? FAIL_read : FAIL_write, 3);
	int fd = join_port(start_server(&server, "--service=sum-binary --byte_order=big"));
	add_longs(fd, format, INT64_C(0x0102030405060708), 1, INT64_C(0x0102030405060709));
	add_longs(fd, format, -1, -1, -2);
	hears_no_more(fd);
}
END_TEST

/* A call of a child that fails: what it reports, and how it ends. */
static const struct {
	const char *settings;
	enum failing_call failing;
	enum report_call call; /* CALL_NONE: it is not reported */
	int at, error;
	bool goes_on;
	bool reads_again;
} failures[] = {
	{"", FAIL_read, CALL_READ, 1, EIO, false, false},
	{"", FAIL_read, CALL_READ, 1, ETIMEDOUT, false, false},
	{"", FAIL_read, CALL_READ, 1, ECONNRESET, false, true},
	{"--eintr=retry", FAIL_read, CALL_READ, 1, EINTR, true, false},
	{"", FAIL_write, CALL_WRITE, 1, EPIPE, false, false},
	{"", FAIL_write, CALL_WRITE, 1, ECONNRESET, false, true},
	{"--eintr=die", FAIL_write, CALL_WRITE, 1, EINTR, true, false},
	{"--service=sum", FAIL_read, CALL_READ, 1, EIO, false, false},
	{"--service=sum", FAIL_write, CALL_WRITE, 1, EPIPE, false, false},
	{"--service=sum", FAIL_write, CALL_WRITE, 1, EINTR, true, false},
	{"--service=sum-binary", FAIL_read, CALL_READ, 1, EIO, false, false},
	{"--service=sum-binary", FAIL_read, CALL_READ, 1, EINTR, true, false},
	{"--service=sum-binary", FAIL_write, CALL_WRITE, 1, EPIPE, false, false},
	{"--service=sum-binary", FAIL_write, CALL_WRITE, 1, EINTR, true, false},
	{"", FAIL_getpeername, CALL_GETPEERNAME, 1, ENOTCONN, true, false},
	{"--close=unread", FAIL_poll, CALL_NONE, 1, ENOMEM, false, false},
};

START_TEST(a_call_fails)
{
	static const char said[16] = "3 4            \n";
	char answer[16];
	struct program *server;
	programs_fail(WHO_CHILD, failures[_i].failing, failures[_i].at, 1, failures[_i].error);
	int fd = join_port(start_server(&server, failures[_i].settings));
	pid_t child = take_fork(server);
	struct report report = {.call = CALL_NONE};
	say_all(fd, said, sizeof said);
	if (failures[_i].reads_again) /* a child that failed may have reset it by now */
		ck_assert(shutdown(fd, SHUT_WR) == 0 || errno == ENOTCONN);
	while (report.call != failures[_i].call || report.result >= 0) {
		report = take_report(server, ROLE_CHILD);
		if (failures[_i].call == CALL_NONE && report.call == CALL_CLOSE)
			break;
		ck_assert_uint_ne(report.call, CALL_CLOSE);
	}
	if (failures[_i].call != CALL_NONE)
		ck_assert_int_eq(report.error, failures[_i].error);
	if (failures[_i].goes_on) {
		await_readable(fd, program_now() + DEADLINE, "an answer");
		ck_assert_int_gt(recv(fd, answer, sizeof answer, 0), 0);
		return;
	}
	if (failures[_i].reads_again)
		take_call(server, ROLE_CHILD, CALL_READ);
	if (failures[_i].call != CALL_NONE)
		take_result(server, ROLE_CHILD, CALL_CLOSE, 0, 0);
	child_exits(server, child, 1);
}
END_TEST

/* Half a pair was read when the read fails. */
START_TEST(fails_within_a_pair)
{
	struct program *server;
	programs_fail(WHO_CHILD, FAIL_read, 2, 1, EIO);
	int fd = join_port(start_server(&server, "--service=sum-binary"));
	pid_t child = take_fork(server);
	say_all(fd, "half", 4);
	take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	take_result(server, ROLE_CHILD, CALL_READ, 4, 0);
	take_result(server, ROLE_CHILD, CALL_READ, -1, EIO);
	take_result(server, ROLE_CHILD, CALL_CLOSE, 0, 0);
	child_exits(server, child, 1);
}
END_TEST

/* By itself a child says whose connection failed, and how. */
START_TEST(says_whose_connection_failed)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof address;
	char wanted[96];
	programs_fail(WHO_CHILD, FAIL_read, 1, 1, EIO);
	struct program *server = program_start(true, "--bind=127.0.0.1 0", false);
	int fd = join_port((uint16_t)atoi(strrchr(read_line(server->error), ':') + 1));
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	snprintf(wanted, sizeof wanted, "tcpserv: 127.0.0.1:%u: Input/output error\n",
	    report_endpoint_from(&address).port);
	ck_assert_str_eq(read_line(fd), "");
	const char *said = "";
	while (strstr(said, "Input") == NULL) {
		said = read_line(server->error);
		ck_assert_str_ne(said, "");
	}
	ck_assert_str_eq(said, wanted);
}
END_TEST

/* A signal does not end the wait of a child that reads nothing. */
START_TEST(unread_waits_on)
{
	struct program *server;
	int fd = join_port(start_server(&server, "--close=unread"));
	pid_t child = take_fork(server);
	take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	for (int twice = 0; twice < 2; twice++) {
		await_blocked(child);
		ck_assert_int_eq(kill(child, SIGUSR1), 0);
		take_caught(server, ROLE_CHILD, SIGUSR1);
	}
	say_all(fd, "x", 1);
	take_result(server, ROLE_CHILD, CALL_CLOSE, 0, 0);
	child_exits(server, child, 0);
}
END_TEST

/* More than a report holds is read by pieces of its size, the book's MAXLINE. */
START_TEST(reads_by_pieces)
{
	static const char data[6000] = "";
	struct program *server;
	int fd = join_port(start_server(&server, ""));
	pid_t child = take_fork(server);
	take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	await_blocked(child);
	ck_assert_int_eq(kill(child, SIGSTOP), 0);
	await_state(child, 'T');
	say_all(fd, data, sizeof data);
	ck_assert_int_eq(kill(child, SIGCONT), 0);
	struct report report = take_result(server, ROLE_CHILD, CALL_READ, 4096, 0);
	ck_assert_uint_eq(report.length, 4096);
	report = take_result(server, ROLE_CHILD, CALL_WRITE, 4096, 0);
	ck_assert_uint_eq(report.length, 4096);
	take_result(server, ROLE_CHILD, CALL_READ, 6000 - 4096, 0);
}
END_TEST

/* The services. */
Suite *
server_services_suite(void)
{
	Suite *suite = suite_create("server_services");
	TCase *tcase = programs_case(suite, "server_services");
	tcase_add_test(tcase, echoes);
	tcase_add_test(tcase, echoes_whatever_comes);
	tcase_add_test(tcase, sums);
	tcase_add_loop_test(tcase, adds_longs, 0,
	    (int)(sizeof additions / sizeof *additions));
	tcase_add_loop_test(tcase, closes_unread, 0, 2);
	tcase_add_loop_test(tcase, megabyte_without_newline, 0, 2);
	tcase_add_test(tcase, never_reads);
	tcase_add_loop_test(tcase, longest_line, 0, 2);
	tcase_add_loop_test(tcase, last_line, 0, (int)(sizeof lasts / sizeof *lasts));
	tcase_add_loop_test(tcase, sums_at_the_bounds, 0, (int)(sizeof bounds / sizeof *bounds));
	tcase_add_loop_test(tcase, works_in_crumbs, 0, (int)(sizeof crumbs / sizeof *crumbs));
	tcase_add_loop_test(tcase, adds_in_crumbs, 0, 2);
	tcase_add_loop_test(tcase, a_call_fails, 0, (int)(sizeof failures / sizeof *failures));
	tcase_add_test(tcase, fails_within_a_pair);
	tcase_add_test(tcase, says_whose_connection_failed);
	tcase_add_test(tcase, unread_waits_on);
	tcase_add_test(tcase, reads_by_pieces);
	return suite;
}
