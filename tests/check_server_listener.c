/* The listening socket of tcpserv, from socket to accept. */
#include "suites.h"
#include "program_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* A connection that is aborted before accept: getpeername fails first. */
START_TEST(aborted_before_accept)
{
	struct program *server;
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	uint16_t port = start_server(&server, "");
	await_blocked(server->pid);
	ck_assert_int_eq(kill(server->pid, SIGSTOP), 0);
	await_state(server->pid, 'T');
	int fd = join_port(port);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	drop_socket();
	ck_assert_int_eq(kill(server->pid, SIGCONT), 0);
	pid_t child = take_fork(server);
	struct report report = take_result(server, ROLE_CHILD, CALL_GETPEERNAME, -1,
	    ENOTCONN);
	ck_assert_uint_ne(report.peer.port, 0);
	take_result(server, ROLE_CHILD, CALL_READ, -1, ECONNRESET);
	take_result(server, ROLE_CHILD, CALL_READ, 0, 0);
	take_result(server, ROLE_CHILD, CALL_CLOSE, 0, 0);
	take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
}
END_TEST

/* Without descriptors accept fails, is reported once, and does not spin. */
START_TEST(starves)
{
	struct program *server;
	struct report report;
	struct rlimit limit = {.rlim_cur = 12, .rlim_max = 12};
	uint16_t port = start_server(&server, "--leak_connfd=on --reap=none");
	ck_assert_int_eq(prlimit(server->pid, RLIMIT_NOFILE, &limit, NULL), 0);
	for (;;) {
		join_port(port);
		report = take_call(server, ROLE_SERVER, CALL_ACCEPT);
		if (report.result < 0)
			break;
		report = take_report(server, ROLE_SERVER);
		if (report.kind == REPORT_CALL && report.call == CALL_FORK &&
		    report.result > 0)
			continue;
		ck_abort_msg("fork was expected");
	}
	ck_assert_int_eq(report.error, EMFILE);
	for (int i = 0; i < 5; i++) {
		await_blocked(server->pid);
		ck_assert_int_eq(kill(server->pid, SIGUSR1), 0);
		take_caught(server, ROLE_SERVER, SIGUSR1);
	}
	await_blocked(server->pid);
}
END_TEST

/* accept is only called after the delay. */
START_TEST(delays_accept)
{
	struct program *server = program_start(true, "--bind=127.0.0.1 --accept_delay=0.3 0",
	    true);
	take_call(server, ROLE_SERVER, CALL_SOCKET);
	take_call(server, ROLE_SERVER, CALL_BIND);
	struct report listening = take_call(server, ROLE_SERVER, CALL_LISTEN);
	join_port(listening.local.port);
	ck_assert_int_eq(kill(server->pid, SIGUSR1), 0);
	take_caught(server, ROLE_SERVER, SIGUSR1);
	struct report accepted = take_call(server, ROLE_SERVER, CALL_ACCEPT);
	ck_assert_int_ge(accepted.time - listening.time, 300000000);
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

/* An IPv6 wildcard takes IPv4 too; skipped where there is no IPv6. */
START_TEST(binds_ipv6)
{
	int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return;
	keep_socket(probe);
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
	tcase_add_test(tcase, aborted_before_accept);
	tcase_add_test(tcase, starves);
	tcase_add_test(tcase, delays_accept);
	tcase_add_test(tcase, address_in_use);
	tcase_add_test(tcase, binds_ipv6);
	return suite;
}
