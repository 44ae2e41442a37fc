/* The listening socket of tcpserv, from socket to accept. */
#include "suites.h"

#include "has_ipv6.h"
#include "program_fixture.h"

#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>

/* 127.0.0.1 and port 0, or what else was asked for. */
static void
is_end(const struct report_endpoint *end, uint32_t address, uint16_t port)
{
	address = htonl(address);
	ck_assert_uint_eq(end->family, 4);
	ck_assert_mem_eq(end->address, &address, sizeof address);
	ck_assert_uint_eq(end->port, port);
}

/* A call that fails, and what is said of it and of its mend. */
static const struct {
	enum failing_call failing;
	enum report_call call; /* CALL_NONE: it is not reported */
	int error;
	const char *said;
} troubles[] = {
	{FAIL_socket, CALL_SOCKET, EMFILE, "socket: Too many open files\n"},
	{FAIL_setsockopt, CALL_NONE, ENOMEM, "setsockopt: Cannot allocate memory\n"},
	{FAIL_bind, CALL_BIND, EADDRINUSE, "bind: Address already in use: "
	 "something else has this port; stop it, or give another PORT\n"},
	{FAIL_bind, CALL_BIND, EADDRNOTAVAIL, "bind: Cannot assign requested address: "
	 "give an address of this machine to --bind\n"},
	{FAIL_bind, CALL_BIND, EACCES, "bind: Permission denied: "
	 "ports below 1024 are privileged; give another PORT\n"},
	{FAIL_bind, CALL_BIND, ENOMEM, "bind: Cannot allocate memory\n"},
	{FAIL_listen, CALL_LISTEN, EADDRINUSE, "listen: Address already in use: "
	 "something else has this port; stop it, or give another PORT\n"},
};

/* Each failure is reported with its errno, and is the end. */
START_TEST(cannot_listen)
{
	static const enum report_call calls[] = {CALL_SOCKET, CALL_BIND, CALL_LISTEN};
	programs_fail(WHO_SERVER, troubles[_i].failing, 1, 1, troubles[_i].error);
	struct program *server = program_start(true, "--bind=127.0.0.1 0", true);
	struct report report = {.call = CALL_NONE};
	for (int i = 0; i < 3 && troubles[_i].call != CALL_NONE &&
	    report.call != troubles[_i].call; i++)
		report = take_call(server, ROLE_SERVER, calls[i]);
	if (troubles[_i].call != CALL_NONE) {
		ck_assert_int_eq(report.result, -1);
		ck_assert_int_eq(report.error, troubles[_i].error);
	}
	ends_with(server, 1);
	const char *said = read_line(server->error);
	ck_assert_ptr_eq(strstr(said, "tcpserv: "), said);
	ck_assert_str_eq(said + strlen("tcpserv: "), troubles[_i].said);
	ck_assert_str_eq(read_line(server->error), "");
}
END_TEST

/* What is bound is what was asked for; what is listened at is what was got. */
START_TEST(tells_its_address)
{
	struct program *server = program_start(true, "--bind=127.0.0.1 0", true);
	struct report report = take_call(server, ROLE_SERVER, CALL_SOCKET);
	ck_assert_int_gt(report.result, 2);
	ck_assert_uint_eq(report.local.family, 0);
	report = take_result(server, ROLE_SERVER, CALL_BIND, 0, 0);
	is_end(&report.local, INADDR_LOOPBACK, 0);
	report = take_result(server, ROLE_SERVER, CALL_LISTEN, 0, 0);
	ck_assert_uint_ne(report.local.port, 0);
	is_end(&report.local, INADDR_LOOPBACK, report.local.port);
	ck_assert_uint_eq(report.peer.family, 0);
}
END_TEST

/* Nothing else said: port 9877 of all addresses. */
START_TEST(default_address)
{
	programs_fail(WHO_SERVER, FAIL_bind, 1, 1, EADDRINUSE);
	struct program *server = program_start(true, "", true);
	take_call(server, ROLE_SERVER, CALL_SOCKET);
	struct report report = take_result(server, ROLE_SERVER, CALL_BIND, -1, EADDRINUSE);
	is_end(&report.local, INADDR_ANY, 9877);
}
END_TEST

/* What was got cannot be known: then it is what was asked for. */
START_TEST(does_not_know_its_port)
{
	programs_fail(WHO_SERVER, FAIL_getsockname, 1, 0, ENOBUFS);
	struct program *server = program_start(true, "--bind=127.0.0.1 0", false);
	ck_assert_str_eq(read_line(server->error), "tcpserv: listening on 127.0.0.1:0\n");
}
END_TEST

/* A port on which an old connection still is in TIME_WAIT. */
static uint16_t
port_in_time_wait(void)
{
	uint16_t port;
	int on = 1, listener = bind_free(&port);
	ck_assert_int_eq(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	int fd = join_port(port), accepted = accept(listener, NULL, NULL);
	ck_assert_int_ge(accepted, 0);
	close(accepted);
	ck_assert_str_eq(read_line(fd), "");
	drop_socket();
	drop_socket();
	return port;
}

/* SO_REUSEADDR makes the difference there. */
START_TEST(reuses_an_address)
{
	char line[64];
	snprintf(line, sizeof line, "--bind=127.0.0.1 --reuseaddr=%s %u",
	    _i == 0 ? "off" : "on", port_in_time_wait());
	struct program *server = program_start(true, line, true);
	take_call(server, ROLE_SERVER, CALL_SOCKET);
	take_result(server, ROLE_SERVER, CALL_BIND, _i - 1, _i == 0 ? EADDRINUSE : 0);
	if (_i == 1)
		take_result(server, ROLE_SERVER, CALL_LISTEN, 0, 0);
	else
		ends_with(server, 1);
}
END_TEST

/* How many connections the queue of a listener takes whose process stands still: one
 * more than its backlog. */
START_TEST(has_a_backlog)
{
	struct program *server;
	char settings[32];
	struct sockaddr_storage address;
	snprintf(settings, sizeof settings, "--backlog=%d", _i);
	uint16_t port = start_server(&server, settings);
	struct report_endpoint peer = loopback(port);
	socklen_t length = report_endpoint_to(&peer, &address);
	await_blocked(server->pid);
	ck_assert_int_eq(kill(server->pid, SIGSTOP), 0);
	await_state(server->pid, 'T');
	for (int i = 0; i <= _i; i++)
		join_port(port);
	int beyond = keep_socket(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
	ck_assert_int_eq(connect(beyond, (struct sockaddr *)&address, length), -1);
	ck_assert_int_eq(errno, EINPROGRESS);
	struct tcp_info information = {0};
	length = sizeof information;
	ck_assert_int_eq(getsockopt(beyond, IPPROTO_TCP, TCP_INFO, &information, &length), 0);
	ck_assert_uint_eq(information.tcpi_state, TCP_SYN_SENT);
}
END_TEST

/* A port that is in use. */
START_TEST(address_in_use)
{
	uint16_t port;
	char line[64];
	ck_assert_int_eq(listen(bind_free(&port), 1), 0);
	snprintf(line, sizeof line, "--bind=127.0.0.1 %u", port);
	struct program *server = program_start(true, line, true);
	take_call(server, ROLE_SERVER, CALL_SOCKET);
	take_result(server, ROLE_SERVER, CALL_BIND, -1, EADDRINUSE);
	ends_with(server, 1);
	ck_assert_ptr_nonnull(strstr(read_line(server->error), "Address already in use"));
}
END_TEST

/* That IPv4 is taken too is asked for, and said when it cannot be. */
START_TEST(needs_both_families)
{
	if (!has_ipv6())
		SKIP_TEST("no IPv6 here");
	programs_fail(WHO_SERVER, FAIL_setsockopt, 2, 1, EPERM);
	struct program *server = program_start(true, "--bind=:: 0", true);
	ends_with(server, 1);
	ck_assert_str_eq(read_line(server->error),
	    "tcpserv: setsockopt: Operation not permitted\n");
}
END_TEST

/* An IPv6 address is said between brackets. */
START_TEST(says_ipv6)
{
	if (!has_ipv6())
		SKIP_TEST("no IPv6 here");
	struct program *server = program_start(true, "--bind=::1 0", false);
	const char *said = read_line(server->error);
	ck_assert_ptr_nonnull(strstr(said, "tcpserv: listening on [::1]:"));
	ck_assert_int_gt(atoi(strrchr(said, ':') + 1), 0);
}
END_TEST

/* An IPv6 wildcard takes IPv4 too. */
START_TEST(binds_ipv6)
{
	if (!has_ipv6())
		SKIP_TEST("no IPv6 here");
	struct program *server = program_start(true, "--bind=:: 0", true);
	take_call(server, ROLE_SERVER, CALL_SOCKET);
	take_result(server, ROLE_SERVER, CALL_BIND, 0, 0);
	struct report report = take_call(server, ROLE_SERVER, CALL_LISTEN);
	ck_assert_uint_eq(report.local.family, 6);
	converse(join_port(report.local.port), "mapped\n", "mapped\n");
	report = take_call(server, ROLE_SERVER, CALL_ACCEPT);
	ck_assert_uint_eq(report.peer.family, 6);
}
END_TEST

/* The listening socket. */
Suite *
server_listener_suite(void)
{
	Suite *suite = suite_create("server_listener");
	TCase *tcase = programs_case(suite, "server_listener");
	tcase_add_loop_test(tcase, cannot_listen, 0, (int)(sizeof troubles / sizeof *troubles));
	tcase_add_test(tcase, tells_its_address);
	tcase_add_test(tcase, default_address);
	tcase_add_test(tcase, does_not_know_its_port);
	tcase_add_loop_test(tcase, reuses_an_address, 0, 2);
	tcase_add_loop_test(tcase, has_a_backlog, 0, 2);
	tcase_add_test(tcase, address_in_use);
	tcase_add_test(tcase, needs_both_families);
	tcase_add_test(tcase, says_ipv6);
	tcase_add_test(tcase, binds_ipv6);
	return suite;
}
