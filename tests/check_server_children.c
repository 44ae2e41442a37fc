/* The children of tcpserv: how many, how they end, and who reaps them. */
#include "suites.h"
#include "program_fixture.h"

#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

/* Two answers for a client that has gone: the first draws a RST, the second kills
 * the child, or fails where SIGPIPE is ignored. */
START_TEST(sigpipe_of_a_child)
{
	struct program *server;
	int fd = join_port(start_server(&server, _i == 0 ? "--service=sum" :
	    "--service=sum --sigpipe=ignore"));
	pid_t child = take_fork(server);
	await_blocked(child);
	ck_assert_int_eq(kill(child, SIGSTOP), 0);
	await_state(child, 'T');
	ck_assert_int_eq(write(fd, "1 2\n3 4\n", 8), 8);
	drop_socket();
	ck_assert_int_eq(kill(child, SIGCONT), 0);
	take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	take_result(server, ROLE_CHILD, CALL_READ, 8, 0);
	take_result(server, ROLE_CHILD, CALL_WRITE, 2, 0);
	if (_i != 0) {
		take_result(server, ROLE_CHILD, CALL_WRITE, -1, EPIPE);
		take_result(server, ROLE_CHILD, CALL_CLOSE, 0, 0);
	}
	struct report ended = take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	if (_i == 0)
		ck_assert(WIFSIGNALED(ended.status) && WTERMSIG(ended.status) == SIGPIPE);
	else
		ck_assert(WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 1);
}
END_TEST

/* Room for one process more: told not to bind root, and kept for anybody else.
 * Other processes of the user come and go, so more than one may fit. */
START_TEST(runs_out_of_room)
{
	struct program *server = program_start(true,
	    "--bind=127.0.0.1 --reap=none --process_room=1 0", true);
	struct report report = take_report(server, ROLE_SERVER);
	if (report.kind == REPORT_REFUSED) {
		ck_assert_int_eq(geteuid(), 0);
		ck_assert_ptr_nonnull(memmem(report.data, report.length,
		    "RLIMIT_NPROC", 12));
		return;
	}
	ck_assert_uint_eq(report.call, CALL_SOCKET);
	take_result(server, ROLE_SERVER, CALL_BIND, 0, 0);
	report = take_result(server, ROLE_SERVER, CALL_LISTEN, 0, 0);
	uint16_t port = report.local.port;
	for (int i = 0; report.call != CALL_FORK || report.result > 0; i++) {
		ck_assert_int_lt(i, SOCKET_MOST - 1);
		join_port(port);
		take_call(server, ROLE_SERVER, CALL_ACCEPT);
		report = take_call(server, ROLE_SERVER, CALL_FORK);
		take_result(server, ROLE_SERVER, CALL_CLOSE, 0, 0);
	}
	ck_assert_int_eq(report.error, EAGAIN);
	await_blocked(server->pid); /* it lives */
}
END_TEST

/* Five children end while their parent is stopped: one SIGCHLD is left of five.
 * A single wait leaves four zombies, waitpid in a loop none. */
START_TEST(reaps_after_a_stop)
{
	struct program *server;
	bool loop = _i == 1;
	pid_t children[5];
	int fds[5], zombies = 0;
	uint16_t port = start_server(&server, loop ? "--reap=waitpid" : "--reap=wait");
	for (int i = 0; i < 5; i++) {
		fds[i] = join_port(port);
		children[i] = take_fork(server);
		take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	}
	ck_assert_int_eq(kill(server->pid, SIGSTOP), 0);
	await_state(server->pid, 'T');
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(shutdown(fds[i], SHUT_WR), 0);
	for (int i = 0; i < 5; i++)
		await_state(children[i], 'Z');
	ck_assert_int_eq(kill(server->pid, SIGCONT), 0);
	for (int i = 0; i < (loop ? 5 : 1); i++)
		ck_assert_int_gt(take_call(server, ROLE_SERVER,
		    loop ? CALL_WAITPID : CALL_WAIT).result, 0);
	join_port(port);
	take_fork(server);
	for (int i = 0; i < 5; i++)
		zombies += state_of(children[i]) == 'Z';
	ck_assert_int_eq(zombies, loop ? 0 : 4);
}
END_TEST

static const char *const reaps[] = {"none", "wait", "waitpid", "ignore"};

/* With max_children=1 a second connection is closed at once, and a third one is
 * served when the first has ended, whichever way children are reaped. */
START_TEST(refuses_beyond_the_limit)
{
	struct program *server;
	char settings[64];
	snprintf(settings, sizeof settings, "--max_children=1 --reap=%s", reaps[_i]);
	uint16_t port = start_server(&server, settings);
	int first = join_port(port);
	pid_t child = take_fork(server);
	converse(first, "one\n", "one\n");
	int second = join_port(port);
	ck_assert_str_eq(read_line(second), "");
	ck_assert_int_ge(take_call(server, ROLE_SERVER, CALL_ACCEPT).result, 0);
	take_result(server, ROLE_SERVER, CALL_CLOSE, 0, 0);
	converse(first, "still\n", "still\n");
	ck_assert_int_eq(shutdown(first, SHUT_WR), 0);
	await_state(child, _i == 0 ? 'Z' : 0);
	if (_i == 1 || _i == 2)
		take_result(server, ROLE_SERVER, _i == 1 ? CALL_WAIT : CALL_WAITPID,
		    child, 0);
	converse(join_port(port), "third\n", "third\n");
	take_fork(server);
}
END_TEST

/* The parent keeps the connected socket: killing the child ends nothing. */
START_TEST(leaks_connfd)
{
	struct program *server;
	int fd = join_port(start_server(&server, "--leak_connfd=on"));
	ck_assert_int_ge(take_call(server, ROLE_SERVER, CALL_ACCEPT).result, 0);
	pid_t child = (pid_t)take_call(server, ROLE_SERVER, CALL_FORK).result;
	kill_child(server, child);
	struct tcp_info information = {0};
	socklen_t length = sizeof information;
	ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &information,
	    &length), 0);
	ck_assert_uint_eq(information.tcpi_state, TCP_ESTABLISHED);
}
END_TEST

/* The children. */
Suite *
server_children_suite(void)
{
	Suite *suite = suite_create("server_children");
	TCase *tcase = programs_case(suite, "server_children");
	tcase_add_loop_test(tcase, sigpipe_of_a_child, 0, 2);
	tcase_add_test(tcase, runs_out_of_room);
	tcase_add_loop_test(tcase, reaps_after_a_stop, 0, 2);
	tcase_add_loop_test(tcase, refuses_beyond_the_limit, 0, 4);
	tcase_add_test(tcase, leaks_connfd);
	return suite;
}
