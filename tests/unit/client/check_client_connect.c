/* tcpcli under the console: how it connects, and how that fails. */
#include "suites.h"
#include "program_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>

enum { MANY = 400 };

/* A listener of the test whose queue is full, so that a connect to it hangs. */
static int
bind_full(uint16_t *port)
{
	int listener = bind_free(port);
	ck_assert_int_eq(listen(listener, 0), 0);
	join_port(*port); /* the one that the queue holds */
	return listener;
}

/* Orders connections to a port. */
static uint32_t
order_connect(struct program *client, uint32_t conn, int count, uint16_t port,
    int64_t milliseconds)
{
	return give_order(client, (struct order){.kind = ORDER_CONNECT, .conn = conn,
	    .number = count, .milliseconds = milliseconds, .peer = loopback(port)}, NULL);
}

/* The next reports: a socket, and a connect to that port that is under way. */
static struct report
take_begun(struct program *client, uint32_t conn, uint16_t port)
{
	struct report report = take_call(client, ROLE_CLIENT, CALL_SOCKET);
	ck_assert_int_gt(report.result, 2);
	ck_assert_uint_eq(report.conn, conn);
	report = take_report(client, ROLE_CLIENT);
	ck_assert_uint_eq(report.kind, REPORT_BEGUN);
	ck_assert_uint_eq(report.call, CALL_CONNECT);
	ck_assert_uint_eq(report.conn, conn);
	ck_assert_uint_eq(report.peer.port, port);
	ck_assert_uint_eq(report.local.family, 4);
	ck_assert_uint_ne(report.local.port, 0);
	return report;
}

/* A send to it fails as one to no connection at all. */
static void
is_gone(struct program *client, uint32_t conn)
{
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_SEND, .conn = conn},
	    "x\n");
	struct report report = take_result(client, ROLE_CLIENT, CALL_WRITE, -1, EBADF);
	ck_assert_uint_eq(report.conn, conn);
	take_done(client, serial);
	ck_assert_int_eq(count_sockets(client->pid), 1);
}

/* A connect that hangs holds up no other order, and nothing is said of it; once the
 * queue has room it ends. */
START_TEST(does_not_wait)
{
	uint16_t port;
	int listener = bind_full(&port);
	struct program *client = start_client();
	uint32_t serial = order_connect(client, 3, 1, port, 0);
	struct report begun = take_begun(client, 3, port);
	take_done(client, serial);
	client_obeys(client, ORDER_READS, 0, 0);
	tells_nothing(client);
	keep_socket(accept(listener, NULL, NULL));
	struct report connected = take_result(client, ROLE_CLIENT, CALL_CONNECT, 0, 0);
	ck_assert_uint_eq(connected.conn, 3);
	ck_assert_mem_eq(&connected.local, &begun.local, sizeof begun.local);
	ck_assert_mem_eq(&connected.peer, &begun.peer, sizeof begun.peer);
	send_line(client, 3, "hello\n", 0);
}
END_TEST

/* A connect that hung is refused at last, interrupted before or not. */
START_TEST(is_refused_later)
{
	uint16_t port;
	bind_full(&port);
	struct program *client = start_client();
	uint32_t serial = order_connect(client, 3, 1, port, _i == 0 ? 0 : 20);
	take_begun(client, 3, port);
	if (_i == 1)
		take_result(client, ROLE_CLIENT, CALL_CONNECT, -1, EINTR);
	take_done(client, serial);
	drop_socket();
	drop_socket();
	struct report refused = take_result(client, ROLE_CLIENT, CALL_CONNECT, -1,
	    ECONNREFUSED);
	ck_assert_uint_eq(refused.conn, 3);
	is_gone(client, 3);
}
END_TEST

/* How it ended cannot be known: that is a failure, too. */
START_TEST(does_not_know_the_end)
{
	uint16_t port;
	programs_fail(WHO_CLIENT, FAIL_getsockopt, 1, 1, ENOBUFS);
	int listener = bind_full(&port);
	struct program *client = start_client();
	uint32_t serial = order_connect(client, 3, 1, port, 0);
	take_begun(client, 3, port);
	take_done(client, serial);
	keep_socket(accept(listener, NULL, NULL));
	take_result(client, ROLE_CLIENT, CALL_CONNECT, -1, ENOBUFS);
	is_gone(client, 3);
}
END_TEST

/* A connect that fails at once is told and forgotten. */
START_TEST(fails_at_once)
{
	uint16_t port;
	ck_assert_int_eq(listen(bind_free(&port), 1), 0);
	programs_fail(WHO_CLIENT, FAIL_connect, 1, 1, EADDRNOTAVAIL);
	struct program *client = start_client();
	uint32_t serial = order_connect(client, 5, 1, port, _i == 0 ? 0 : 1000);
	struct report report = take_call(client, ROLE_CLIENT, CALL_SOCKET);
	report = take_report(client, ROLE_CLIENT);
	ck_assert_uint_eq(report.kind, REPORT_BEGUN);
	report = take_result(client, ROLE_CLIENT, CALL_CONNECT, -1, EADDRNOTAVAIL);
	ck_assert_uint_eq(report.conn, 5);
	ck_assert_uint_eq(report.peer.port, port);
	take_done(client, serial);
	is_gone(client, 5);
	ck_assert_int_eq(open_connection(client, 6, port).result, 0);
}
END_TEST

/* There is no socket to be had. */
START_TEST(no_socket)
{
	programs_fail(WHO_CLIENT, FAIL_socket, 1, 1, EMFILE);
	struct program *client = start_client();
	uint32_t serial = order_connect(client, 5, 1, 9, 0);
	struct report report = take_result(client, ROLE_CLIENT, CALL_SOCKET, -1, EMFILE);
	ck_assert_uint_eq(report.conn, 5);
	take_done(client, serial);
	is_gone(client, 5);
}
END_TEST

/* No memory for one connection more, in either of its tables: it is closed again, and
 * the next one is opened. */
START_TEST(no_memory)
{
	uint16_t port;
	ck_assert_int_eq(listen(bind_free(&port), 2), 0);
	struct failing_page *page = programs_fail(WHO_CLIENT, FAIL_realloc, 1 + _i, 1,
	    ENOMEM);
	struct program *client = start_client();
	struct report report = open_connection(client, 1, port);
	if (page->fired == 0) /* a sanitizer's realloc does not fail */
		SKIP_TEST("memory is the sanitizer's");
	ck_assert_int_eq(report.result, -1);
	ck_assert_int_eq(report.error, ENOMEM);
	is_gone(client, 1);
	ck_assert_int_eq(open_connection(client, 2, port).result, 0);
	send_line(client, 2, "x\n", 0);
}
END_TEST

/* Several connections by one order have consecutive numbers. */
START_TEST(numbers_them)
{
	uint16_t port;
	int found = 0;
	ck_assert_int_eq(listen(bind_free(&port), 8), 0);
	struct program *client = start_client();
	uint32_t serial = order_connect(client, 5, 3, port, 0);
	for (bool done = false; !done || found < 3;) {
		struct report report = take_report(client, ROLE_CLIENT);
		if (report.kind == REPORT_DONE) {
			ck_assert_uint_eq(report.order, serial);
			done = true;
		}
		if (report.kind == REPORT_BEGUN)
			ck_assert_uint_eq(report.conn, 5 + (unsigned)found++);
	}
	for (uint32_t conn = 5; conn < 8; conn++) {
		uint32_t line = give_order(client, (struct order){.kind = ORDER_SEND,
		    .conn = conn}, "x\n");
		struct report report = take_report(client, ROLE_CLIENT);
		while (report.call == CALL_CONNECT)
			report = take_report(client, ROLE_CLIENT);
		ck_assert_uint_eq(report.call, CALL_WRITE);
		ck_assert_uint_eq(report.conn, conn);
		take_done(client, line);
	}
}
END_TEST

/* IPv6, where there is some. */
START_TEST(connects_to_ipv6)
{
	struct sockaddr_in6 loop = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_storage address;
	socklen_t length = sizeof address;
	int listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&loop, sizeof loop) < 0) {
		close(listener);
		SKIP_TEST("no IPv6 here");
	}
	keep_socket(listener);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	struct program *client = start_client();
	give_order(client, (struct order){.kind = ORDER_CONNECT, .conn = 1, .number = 1,
	    .peer = report_endpoint_from(&address)}, NULL);
	take_call(client, ROLE_CLIENT, CALL_SOCKET);
	struct report begun = take_report(client, ROLE_CLIENT);
	ck_assert_uint_eq(begun.kind, REPORT_BEGUN);
	ck_assert_uint_eq(begun.peer.family, 6);
	ck_assert_uint_eq(begun.local.family, 6);
	struct report report = take_report(client, ROLE_CLIENT);
	if (report.kind == REPORT_DONE)
		report = take_report(client, ROLE_CLIENT);
	ck_assert_uint_eq(report.call, CALL_CONNECT);
	ck_assert_int_eq(report.result, 0);
}
END_TEST

/* A connect that blocks is interrupted after so long and not before; then neither the
 * timer nor its handler is left. */
START_TEST(is_interrupted)
{
	uint16_t port;
	int64_t milliseconds = _i == 0 ? 300 : 1100;
	int listener = bind_full(&port);
	struct program *client = start_client();
	int64_t begun = program_now();
	uint32_t serial = order_connect(client, 3, 1, port, milliseconds);
	take_begun(client, 3, port);
	take_result(client, ROLE_CLIENT, CALL_CONNECT, -1, EINTR);
	take_done(client, serial);
	ck_assert_int_ge(program_now() - begun, milliseconds);
	keep_socket(accept(listener, NULL, NULL));
	take_result(client, ROLE_CLIENT, CALL_CONNECT, 0, 0);
	tells_nothing(client);
	send_line(client, 3, "x\n", 0);
	ck_assert_int_eq(kill(client->pid, SIGALRM), 0);
	ends_by(client, SIGALRM);
}
END_TEST

/* Does a process wait when it writes to this descriptor, or reads? */
static bool
is_blocking(pid_t pid, int fd)
{
	char path[64], line[128];
	unsigned flags = 0;
	snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", (int)pid, fd);
	FILE *file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file) != NULL)
		(void)sscanf(line, "flags: %o", &flags);
	fclose(file);
	ck_assert_uint_ne(flags, 0);
	return (flags & O_NONBLOCK) == 0;
}

/* One that has time enough is not interrupted. */
START_TEST(has_time_enough)
{
	uint16_t port;
	ck_assert_int_eq(listen(bind_free(&port), 1), 0);
	struct program *client = start_client();
	uint32_t serial = order_connect(client, 3, 1, port, 3600000);
	struct report report = take_call(client, ROLE_CLIENT, CALL_SOCKET);
	ck_assert_uint_eq(take_report(client, ROLE_CLIENT).kind, REPORT_BEGUN);
	take_result(client, ROLE_CLIENT, CALL_CONNECT, 0, 0);
	take_done(client, serial);
	ck_assert(!is_blocking(client->pid, (int)report.result)); /* from then on */
}
END_TEST

/* Its handler cannot be installed: then the connect is not tried. */
START_TEST(cannot_be_interrupted)
{
	uint16_t port;
	ck_assert_int_eq(listen(bind_free(&port), 1), 0);
	programs_fail(WHO_CLIENT, FAIL_sigaction, 2, 1, EINVAL); /* after SIGPIPE's */
	struct program *client = start_client();
	uint32_t serial = order_connect(client, 3, 1, port, 1000);
	take_call(client, ROLE_CLIENT, CALL_SOCKET);
	ck_assert_uint_eq(take_report(client, ROLE_CLIENT).kind, REPORT_BEGUN);
	take_result(client, ROLE_CLIENT, CALL_CONNECT, -1, EINVAL);
	take_done(client, serial);
}
END_TEST

/* A client that was made deaf before hears no answer, and gives up by its timeout. */
START_TEST(deaf_from_the_start)
{
	uint16_t port;
	ck_assert_int_eq(listen(bind_free(&port), 1), 0);
	struct program *client = start_client();
	client_obeys(client, ORDER_SILENCE, 0, 1);
	take_done(client, give_order(client, (struct order){.kind = ORDER_TIMEOUT,
	    .milliseconds = 700}, NULL));
	uint32_t serial = order_connect(client, 3, 1, port, 0);
	take_begun(client, 3, port);
	take_done(client, serial);
	take_result(client, ROLE_CLIENT, CALL_CONNECT, -1, ETIMEDOUT);
}
END_TEST

/* A console that stands still is waited for, once; then what does not fit its queue is
 * counted, and the next report that fits tells how many. */
START_TEST(console_stands_still)
{
	uint16_t port;
	struct report report;
	struct failing_page *page = programs_watch();
	bind_free(&port); /* nobody listens */
	struct program *client = start_client();
	int64_t begun = program_now();
	order_connect(client, 1, MANY, port, 0);
	while (page->counts[WHO_CLIENT][FAIL_socket] < MANY) {
		ck_assert_int_lt(program_now(), begun + DEADLINE);
		poll(NULL, 0, 5);
	}
	ck_assert_int_ge(program_now() - begun, 1000);
	await_blocked(client->pid);
	unsigned count = 0;
	while (recv(client->reports, &report, sizeof report, MSG_DONTWAIT) > 0)
		count += 1 + report.lost;
	ck_assert_uint_lt(count, 3 * MANY + 1);
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_READS}, NULL);
	await_readable(client->reports, program_now() + DEADLINE, "a report");
	ck_assert_int_gt(recv(client->reports, &report, sizeof report, 0), 0);
	ck_assert_uint_eq(report.order, serial);
	ck_assert_uint_eq(count + report.lost, 3 * MANY + 1);
}
END_TEST

/* Connecting. */
Suite *
client_connect_suite(void)
{
	Suite *suite = suite_create("client_connect");
	TCase *tcase = programs_case(suite, "client_connect");
	tcase_add_test(tcase, does_not_wait);
	tcase_add_loop_test(tcase, is_refused_later, 0, 2);
	tcase_add_test(tcase, does_not_know_the_end);
	tcase_add_loop_test(tcase, fails_at_once, 0, 2);
	tcase_add_test(tcase, no_socket);
	tcase_add_loop_test(tcase, no_memory, 0, 2);
	tcase_add_test(tcase, numbers_them);
	tcase_add_test(tcase, connects_to_ipv6);
	tcase_add_loop_test(tcase, is_interrupted, 0, 2);
	tcase_add_test(tcase, has_time_enough);
	tcase_add_test(tcase, cannot_be_interrupted);
	tcase_add_test(tcase, deaf_from_the_start);
	tcase_add_test(tcase, console_stands_still);
	return suite;
}
