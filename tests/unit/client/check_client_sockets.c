/* tcpcli under the console: the options of its sockets, and what it tells of them when
 * they are shut down and closed.  Most options are told only when they cannot be set;
 * so here none can. */
#include "suites.h"
#include "program_fixture.h"

#include <limits.h>
#include <netinet/tcp.h>
#include <poll.h>

enum { HEARS = 2, DEAF = 255 };

/* Starts a client none of whose options can be set. */
static struct program *
start_powerless(void)
{
	programs_fail(WHO_CLIENT, FAIL_setsockopt, 1, 0, ENOPROTOOPT);
	return start_client();
}

/* The next report: an option could not be set. */
static void
take_option(struct program *client, uint32_t conn, enum report_option option, int value)
{
	struct report report = take_result(client, ROLE_CLIENT, CALL_SETSOCKOPT, -1,
	    ENOPROTOOPT);
	ck_assert_uint_eq(report.conn, conn);
	ck_assert_int_eq(report.about, (int)option);
	ck_assert_int_eq(report.value, value);
}

/* The next reports: probes cannot be set. */
static void
take_probes(struct program *client, uint32_t conn, int seconds)
{
	take_option(client, conn, OPTION_TCP_KEEPIDLE, seconds);
	take_option(client, conn, OPTION_TCP_KEEPINTVL, seconds);
	take_option(client, conn, OPTION_TCP_KEEPCNT, 3);
	take_option(client, conn, OPTION_SO_KEEPALIVE, 1);
}

/* Orders a connection; all of its reports up to what its options are come first. */
static uint32_t
order_connect(struct program *client, uint32_t conn, struct report_endpoint peer)
{
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_CONNECT,
	    .conn = conn, .number = 1, .peer = peer}, NULL);
	ck_assert_int_gt(take_call(client, ROLE_CLIENT, CALL_SOCKET).result, 2);
	return serial;
}

/* The rest of the reports of a connect. */
static void
take_connected(struct program *client)
{
	ck_assert_uint_eq(take_report(client, ROLE_CLIENT).kind, REPORT_BEGUN);
	for (int both = 0; both < 2; both++) /* connect, and its order */
		take_report(client, ROLE_CLIENT);
}

/* Opens a connection that hears, to the test itself; returns the server's end. */
static int
open_powerless(struct program *client, uint32_t conn, uint16_t *port)
{
	int listener = bind_free(port);
	ck_assert_int_eq(listen(listener, 4), 0);
	order_connect(client, conn, loopback(*port));
	take_option(client, conn, OPTION_IP_MINTTL, HEARS);
	take_connected(client);
	return keep_socket(accept(listener, NULL, NULL));
}

/* Deaf and hearing again: every connection, and the ones that come. */
START_TEST(silence)
{
	uint16_t port;
	struct program *client = start_powerless();
	open_powerless(client, 1, &port);
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_SILENCE,
	    .number = 1}, NULL);
	take_option(client, 1, OPTION_IP_MINTTL, DEAF);
	take_done(client, serial);
	order_connect(client, 2, loopback(port));
	take_option(client, 2, OPTION_IP_MINTTL, DEAF);
	take_connected(client);
	serial = give_order(client, (struct order){.kind = ORDER_SILENCE}, NULL);
	take_option(client, 1, OPTION_IP_MINTTL, HEARS);
	take_option(client, 2, OPTION_IP_MINTTL, HEARS);
	take_done(client, serial);
}
END_TEST

/* An IPv6 socket has an option of its own, too. */
START_TEST(silence_of_ipv6)
{
	struct report_endpoint peer = {.family = 6, .port = 9, .address = {[15] = 1}};
	struct failing_page *page = programs_fail(WHO_CLIENT, FAIL_setsockopt, 1, 0,
	    ENOPROTOOPT);
	int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (probe < 0)
		SKIP_TEST("no IPv6 here");
	keep_socket(probe);
	struct program *client = start_client();
	order_connect(client, 1, peer);
	take_option(client, 1, OPTION_IPV6_MINHOPCOUNT, HEARS);
	ck_assert_uint_eq(take_report(client, ROLE_CLIENT).kind, REPORT_BEGUN);
	ck_assert_int_eq(page->counts[WHO_CLIENT][FAIL_setsockopt], 4); /* IPv4's as well,
	    and the TTL of both */
}
END_TEST

/* How long a write may go unanswered; none and less than none are the kernel's own. */
static const struct { int64_t milliseconds; int value; } timeouts[] = {
	{1, 1}, {700, 700}, {INT_MAX, INT_MAX}, {INT64_C(1) << 40, INT_MAX}, {0, 0}, {-5, 0},
};

START_TEST(timeout)
{
	uint16_t port;
	struct program *client = start_powerless();
	open_powerless(client, 1, &port);
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_TIMEOUT,
	    .milliseconds = timeouts[_i].milliseconds}, NULL);
	take_option(client, 1, OPTION_TCP_USER_TIMEOUT, timeouts[_i].value);
	take_done(client, serial);
	order_connect(client, 2, loopback(port));
	take_option(client, 2, OPTION_IP_MINTTL, HEARS);
	if (timeouts[_i].value > 0)
		take_option(client, 2, OPTION_TCP_USER_TIMEOUT, timeouts[_i].value);
	take_connected(client);
}
END_TEST

/* Probes, of each connection that there is and that comes; and no more of them. */
START_TEST(keepalive)
{
	uint16_t port;
	struct program *client = start_powerless();
	open_powerless(client, 1, &port);
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_KEEPALIVE,
	    .number = 1}, NULL);
	take_probes(client, 1, 1);
	take_done(client, serial);
	order_connect(client, 2, loopback(port));
	take_option(client, 2, OPTION_IP_MINTTL, HEARS);
	take_probes(client, 2, 1);
	take_connected(client);
	serial = give_order(client, (struct order){.kind = ORDER_KEEPALIVE}, NULL);
	take_option(client, 1, OPTION_SO_KEEPALIVE, 0);
	take_option(client, 2, OPTION_SO_KEEPALIVE, 0);
	take_done(client, serial);
	order_connect(client, 3, loopback(port));
	take_option(client, 3, OPTION_IP_MINTTL, HEARS);
	take_connected(client);
}
END_TEST

/* A deaf connection is to hear again before it is closed; one that hears is left. */
START_TEST(hears_before_it_closes)
{
	uint16_t port;
	struct program *client = start_powerless();
	open_powerless(client, 1, &port);
	if (_i == 1) {
		uint32_t serial = give_order(client, (struct order){.kind = ORDER_SILENCE,
		    .number = 1}, NULL);
		take_option(client, 1, OPTION_IP_MINTTL, DEAF);
		take_done(client, serial);
	}
	give_order(client, (struct order){.kind = ORDER_CLOSE, .conn = 1}, NULL);
	if (_i == 1)
		take_option(client, 1, OPTION_IP_MINTTL, HEARS);
	take_result(client, ROLE_CLIENT, CALL_CLOSE, 0, 0);
}
END_TEST

/* An abort asks for a RST, and closes whether it gets it or not. */
START_TEST(aborts)
{
	uint16_t port;
	char byte;
	struct program *client = _i == 0 ? start_powerless() : start_client();
	int fd = _i == 0 ? open_powerless(client, 1, &port) : open_to_test(client, 1);
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_ABORT, .conn = 1},
	    NULL);
	struct report report = take_call(client, ROLE_CLIENT, CALL_SETSOCKOPT);
	ck_assert_int_eq(report.result, _i - 1);
	ck_assert_int_eq(report.about, OPTION_SO_LINGER);
	ck_assert_int_eq(report.value, 0);
	take_result(client, ROLE_CLIENT, CALL_CLOSE, 0, 0);
	take_done(client, serial);
	await_readable(fd, program_now() + DEADLINE, "an end");
	ck_assert_int_eq(read(fd, &byte, 1), -_i); /* a FIN, or a RST */
	if (_i == 1)
		ck_assert_int_eq(errno, ECONNRESET);
}
END_TEST

/* Waits until the client's end of a connection is in a state. */
static void
await_tcp_state(int fd, uint8_t state)
{
	struct tcp_info information = {0};
	int64_t deadline = program_now() + DEADLINE;
	do {
		socklen_t length = sizeof information;
		ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &information,
		    &length), 0);
		ck_assert_int_lt(program_now(), deadline);
		poll(NULL, 0, 1);
	} while (information.tcpi_state != state);
}

/* Orders a close or a half-close; it tells the state before it, and what was not read. */
static void
ends(struct program *client, enum order_kind kind, int state, int unread)
{
	uint32_t serial = give_order(client, (struct order){.kind = kind, .conn = 1}, NULL);
	struct report report = take_result(client, ROLE_CLIENT,
	    kind == ORDER_SHUTDOWN ? CALL_SHUTDOWN : CALL_CLOSE, 0, 0);
	ck_assert_uint_eq(report.conn, 1);
	ck_assert_int_eq(report.about, state);
	ck_assert_int_eq(report.value, unread);
	take_done(client, serial);
}

START_TEST(tells_what_it_closes)
{
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	switch (_i) {
	case 0:
		ends(client, ORDER_CLOSE, TCP_ESTABLISHED, 0);
		break;
	case 1:
		ck_assert_int_eq(write(fd, "12345", 5), 5);
		ends(client, ORDER_SHUTDOWN, TCP_ESTABLISHED, 5);
		await_tcp_state(fd, TCP_CLOSE_WAIT);
		ck_assert_int_eq(write(fd, "678", 3), 3);
		ends(client, ORDER_CLOSE, TCP_FIN_WAIT2, 8);
		break;
	default:
		ck_assert_int_eq(write(fd, "1", 1), 1);
		ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
		await_tcp_state(fd, TCP_FIN_WAIT2);
		ends(client, ORDER_CLOSE, TCP_CLOSE_WAIT, 1);
	}
}
END_TEST

/* What cannot be known of it is told as nothing. */
START_TEST(does_not_know_what_it_closes)
{
	programs_fail(WHO_CLIENT, FAIL_ioctl, 1, 0, EINVAL);
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	ck_assert_int_eq(write(fd, "1", 1), 1);
	ends(client, ORDER_CLOSE, TCP_ESTABLISHED, 0);
}
END_TEST

START_TEST(does_not_know_the_state)
{
	struct failing_page *page = programs_fail(WHO_CLIENT, FAIL_getsockopt, 1 << 20, 0,
	    ENOBUFS);
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	page->faults[0].at = 1; /* connect may have needed it before */
	ck_assert_int_eq(write(fd, "12", 2), 2);
	ends(client, ORDER_CLOSE, 0, 2);
}
END_TEST

/* A half-close that fails is told. */
START_TEST(shutdown_fails)
{
	programs_fail(WHO_CLIENT, FAIL_shutdown, 1, 1, ENOTCONN);
	struct program *client = start_client();
	open_to_test(client, 1);
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_SHUTDOWN, .conn = 1},
	    NULL);
	take_result(client, ROLE_CLIENT, CALL_SHUTDOWN, -1, ENOTCONN);
	take_done(client, serial);
	ends(client, ORDER_SHUTDOWN, TCP_ESTABLISHED, 0);
}
END_TEST

/* The sockets. */
Suite *
client_sockets_suite(void)
{
	Suite *suite = suite_create("client_sockets");
	TCase *tcase = programs_case(suite, "client_sockets");
	tcase_add_test(tcase, silence);
	tcase_add_test(tcase, silence_of_ipv6);
	tcase_add_loop_test(tcase, timeout, 0, (int)(sizeof timeouts / sizeof *timeouts));
	tcase_add_test(tcase, keepalive);
	tcase_add_loop_test(tcase, hears_before_it_closes, 0, 2);
	tcase_add_loop_test(tcase, aborts, 0, 2);
	tcase_add_loop_test(tcase, tells_what_it_closes, 0, 3);
	tcase_add_test(tcase, does_not_know_what_it_closes);
	tcase_add_test(tcase, does_not_know_the_state);
	tcase_add_test(tcase, shutdown_fails);
	return suite;
}
