/* tcpserv's accept: what it delays, what makes it fail, and what is done then. */
#include "suites.h"
#include "program_fixture.h"

#include <poll.h>
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
	static const struct { const char *line; int64_t nanoseconds; } delays[] = {
		{"--bind=127.0.0.1 --accept_delay=0.3 0", 300000000},
		{"--bind=127.0.0.1 --accept_delay=1 0", 1000000000},
	};
	struct program *server = program_start(true, delays[_i].line, true);
	take_call(server, ROLE_SERVER, CALL_SOCKET);
	take_call(server, ROLE_SERVER, CALL_BIND);
	struct report listening = take_call(server, ROLE_SERVER, CALL_LISTEN);
	join_port(listening.local.port);
	ck_assert_int_eq(kill(server->pid, SIGUSR1), 0);
	take_caught(server, ROLE_SERVER, SIGUSR1);
	struct report accepted = take_call(server, ROLE_SERVER, CALL_ACCEPT);
	ck_assert_int_ge(accepted.time - listening.time, delays[_i].nanoseconds);
}
END_TEST

/* Errors of the connection that would have come: the next one is served. */
static const int passing[] = {
	ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH,
	EOPNOTSUPP, ENETUNREACH,
};

START_TEST(goes_on_after_an_error)
{
	struct program *server;
	programs_fail(WHO_SERVER, FAIL_accept, 1, 1, passing[_i]);
	uint16_t port = start_server(&server, "--eintr=die");
	struct report failed = take_result(server, ROLE_SERVER, CALL_ACCEPT, -1, passing[_i]);
	ck_assert_uint_eq(failed.peer.family, 0);
	ck_assert_uint_eq(failed.local.family, 0);
	converse(join_port(port), "next\n", "next\n");
	take_fork(server);
}
END_TEST

/* After one that has a peer, too: an error is nobody's. */
START_TEST(an_error_has_no_peer)
{
	struct program *server;
	programs_fail(WHO_SERVER, FAIL_accept, 2, 1, ECONNABORTED);
	converse(join_port(start_server(&server, "")), "one\n", "one\n");
	take_fork(server);
	struct report failed = take_result(server, ROLE_SERVER, CALL_ACCEPT, -1, ECONNABORTED);
	ck_assert_uint_eq(failed.peer.family, 0);
	ck_assert_uint_eq(failed.local.family, 0);
}
END_TEST

/* Errors of the server itself: it gives up, and says so. */
static const int fatal[] = {EBADF, EINVAL, ENOTSOCK, EPERM, EFAULT, EIO};

START_TEST(gives_up)
{
	struct program *server;
	char wanted[128];
	programs_fail(WHO_SERVER, FAIL_accept, 1, 1, fatal[_i]);
	start_server(&server, "");
	take_result(server, ROLE_SERVER, CALL_ACCEPT, -1, fatal[_i]);
	ends_with(server, 1);
	snprintf(wanted, sizeof wanted, "tcpserv: accept: %s\n", strerror(fatal[_i]));
	ck_assert_str_eq(read_line(server->error), wanted);
}
END_TEST

/* The connection that was accepted has the two ends that the client sees. */
START_TEST(tells_both_ends)
{
	struct program *server;
	struct sockaddr_storage address;
	socklen_t length = sizeof address;
	uint16_t port = start_server(&server, "");
	int fd = join_port(port);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	struct report_endpoint client = report_endpoint_from(&address);
	struct report accepted = take_call(server, ROLE_SERVER, CALL_ACCEPT);
	ck_assert_int_gt(accepted.result, 2);
	struct report forked = take_call(server, ROLE_SERVER, CALL_FORK);
	ck_assert_int_gt(forked.result, 0);
	const struct report *reports[] = {&accepted, &forked};
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(reports[i]->peer.port, client.port);
		ck_assert_mem_eq(reports[i]->peer.address, client.address, 4);
		ck_assert_uint_eq(reports[i]->local.port, port);
		ck_assert_mem_eq(reports[i]->local.address, client.address, 4);
	}
}
END_TEST

/* Waits until a server has called accept so often. */
static void
await_accepts(const struct failing_page *page, int count)
{
	int64_t deadline = program_now() + DEADLINE;
	while (page->counts[WHO_SERVER][FAIL_accept] < count) {
		ck_assert_int_lt(program_now(), deadline);
		poll(NULL, 0, 2);
	}
}

/* Nothing left to make a socket of, twice: one report, two pauses; then it is as if
 * nothing had been, and the next time is a first time. */
static const int starving[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM};

START_TEST(waits_for_better_times)
{
	struct program *server;
	struct failing_page *page = programs_fail(WHO_SERVER, FAIL_accept, 1, 2,
	    starving[_i]);
	uint16_t port = start_server(&server, "");
	take_result(server, ROLE_SERVER, CALL_ACCEPT, -1, starving[_i]);
	converse(join_port(port), "now\n", "now\n");
	take_fork(server); /* and no other report of an accept before it */
	ck_assert_int_eq(page->counts[WHO_SERVER][FAIL_poll], 2);
	ck_assert_int_eq(page->polls[WHO_SERVER][0], 50);
	ck_assert_int_eq(page->polls[WHO_SERVER][1], 100);
	await_accepts(page, 4);
	page->faults[0].at = 5;
	page->faults[0].times = 1;
	converse(join_port(port), "again\n", "again\n");
	take_fork(server);
	take_result(server, ROLE_SERVER, CALL_ACCEPT, -1, starving[_i]);
	await_accepts(page, 6);
	ck_assert_int_eq(page->polls[WHO_SERVER][2], 50);
}
END_TEST

/* The pauses double up to a second, and no longer. */
START_TEST(pauses_double)
{
	static const int pauses[] = {50, 100, 200, 400, 800, 1000, 1000, 1000};
	struct program *server;
	struct failing_page *page = programs_fail(WHO_SERVER, FAIL_accept, 1, 8, EMFILE);
	programs_fail(WHO_SERVER, FAIL_poll, 1, 0, EINTR); /* they pass at once */
	start_server(&server, "");
	await_accepts(page, 9);
	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(page->polls[WHO_SERVER][i], pauses[i]);
	ck_assert_int_eq(page->counts[WHO_SERVER][FAIL_poll], 8);
}
END_TEST

/* By itself the server says it: an error each time, a lack once. */
START_TEST(says_what_failed)
{
	programs_fail(WHO_SERVER, FAIL_accept, 1, 2, ECONNABORTED);
	programs_fail(WHO_SERVER, FAIL_accept, 3, 2, EMFILE);
	struct program *server = program_start(true, "--bind=127.0.0.1 0", false);
	const char *said = read_line(server->error);
	ck_assert_ptr_nonnull(strstr(said, "tcpserv: listening on 127.0.0.1:"));
	uint16_t port = (uint16_t)atoi(strrchr(said, ':') + 1);
	for (int twice = 0; twice < 2; twice++)
		ck_assert_str_eq(read_line(server->error),
		    "tcpserv: accept: Software caused connection abort\n");
	ck_assert_str_eq(read_line(server->error), "tcpserv: accept: Too many open files: "
	    "waiting until something is closed\n");
	converse(join_port(port), "one\n", "one\n");
	ck_assert_ptr_nonnull(strstr(read_line(server->error),
	    "tcpserv: connection from 127.0.0.1:"));
}
END_TEST

/* accept. */
Suite *
server_accept_suite(void)
{
	Suite *suite = suite_create("server_accept");
	TCase *tcase = programs_case(suite, "server_accept");
	tcase_add_test(tcase, aborted_before_accept);
	tcase_add_test(tcase, starves);
	tcase_add_loop_test(tcase, delays_accept, 0, 2);
	tcase_add_loop_test(tcase, goes_on_after_an_error, 0,
	    (int)(sizeof passing / sizeof *passing));
	tcase_add_test(tcase, an_error_has_no_peer);
	tcase_add_loop_test(tcase, gives_up, 0, (int)(sizeof fatal / sizeof *fatal));
	tcase_add_test(tcase, tells_both_ends);
	tcase_add_loop_test(tcase, waits_for_better_times, 0,
	    (int)(sizeof starving / sizeof *starving));
	tcase_add_test(tcase, pauses_double);
	tcase_add_test(tcase, says_what_failed);
	return suite;
}
