/* The children of tcpserv: how many, how they end, and who reaps them. */
#include "../../../server/children.c"

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
	if (_i == 0) /* to count is not to reap */
		ck_assert_int_eq(state_of(child), 'Z');
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

/* The next connection is closed at once. */
static void
is_refused(struct program *server, uint16_t port)
{
	ck_assert_str_eq(read_line(join_port(port)), "");
	ck_assert_int_ge(take_call(server, ROLE_SERVER, CALL_ACCEPT).result, 0);
	take_result(server, ROLE_SERVER, CALL_CLOSE, 0, 0);
}

/* Zero children are a limit, too. */
START_TEST(none_are_enough)
{
	struct program *server;
	uint16_t port = start_server(&server, "--max_children=0");
	is_refused(server, port);
	is_refused(server, port);
}
END_TEST

/* Three fit; one of them ends, whichever it is, and one more fits, but not two. */
START_TEST(one_for_one)
{
	struct program *server;
	int fds[3];
	pid_t children[3];
	uint16_t port = start_server(&server, "--max_children=3");
	for (int i = 0; i < 3; i++) {
		fds[i] = join_port(port);
		children[i] = take_fork(server);
	}
	is_refused(server, port);
	kill_child(server, children[_i]);
	converse(join_port(port), "fourth\n", "fourth\n");
	take_fork(server);
	is_refused(server, port);
	converse(fds[(_i + 1) % 3], "still\n", "still\n");
	converse(fds[(_i + 2) % 3], "still\n", "still\n");
}
END_TEST

/* A child that stands still counts, and holds up neither accept nor a single wait. */
START_TEST(a_stopped_child_counts)
{
	struct program *server;
	char settings[64];
	snprintf(settings, sizeof settings, "--max_children=2 --reap=%s", reaps[_i]);
	uint16_t port = start_server(&server, settings);
	join_port(port);
	pid_t stopped = take_fork(server);
	for (int twice = 0; twice < 2; twice++) {
		await_blocked(stopped);
		ck_assert_int_eq(kill(stopped, SIGSTOP), 0);
		await_state(stopped, 'T');
		ck_assert_int_eq(kill(stopped, SIGCONT), 0);
	}
	await_blocked(stopped);
	ck_assert_int_eq(kill(stopped, SIGSTOP), 0);
	await_state(stopped, 'T');
	converse(join_port(port), "second\n", "second\n");
	take_fork(server);
	is_refused(server, port);
}
END_TEST

/* More children than the first piece of memory remembers. */
START_TEST(remembers_many)
{
	enum { MANY = 66 };
	struct program *server;
	char settings[64];
	snprintf(settings, sizeof settings, "--max_children=%d --leak_connfd=off", MANY);
	uint16_t port = start_server(&server, settings);
	for (int i = 0; i < MANY; i++) {
		join_port(port);
		take_fork(server);
	}
	is_refused(server, port);
}
END_TEST

/* Without memory to remember them nobody is refused, and nobody is harmed. */
START_TEST(forgets_without_memory)
{
	struct program *server;
	struct failing_page *page = programs_fail(WHO_SERVER, FAIL_realloc, 1, 0, ENOMEM);
	uint16_t port = start_server(&server, "--max_children=1");
	converse(join_port(port), "one\n", "one\n");
	take_fork(server);
	if (page->fired == 0) /* a sanitizer's realloc does not fail */
		SKIP_TEST("memory is the sanitizer's");
	converse(join_port(port), "two\n", "two\n");
	take_fork(server);
}
END_TEST

/* A fork fails: that connection is closed, the next one is served. */
START_TEST(fork_fails)
{
	struct program *server;
	programs_fail(WHO_SERVER, FAIL_fork, 1, 1, EAGAIN);
	uint16_t port = start_server(&server, _i == 0 ? "" : "--leak_connfd=on");
	int fd = join_port(port);
	take_call(server, ROLE_SERVER, CALL_ACCEPT);
	struct report failed = take_result(server, ROLE_SERVER, CALL_FORK, -1, EAGAIN);
	ck_assert_uint_ne(failed.peer.port, 0);
	take_result(server, ROLE_SERVER, CALL_CLOSE, 0, 0);
	ck_assert_str_eq(read_line(fd), "");
	converse(join_port(port), "next\n", "next\n");
	ck_assert_int_gt(take_call(server, ROLE_SERVER, CALL_ACCEPT).result, 0);
	ck_assert_int_gt(take_call(server, ROLE_SERVER, CALL_FORK).result, 0);
}
END_TEST

/* Beside the one for reports the parent holds the listening socket, a child its
 * connection; what the parent leaks it has, and later children have it too. */
START_TEST(holds_its_own_sockets)
{
	struct program *server;
	bool leaks = _i == 1;
	uint16_t port = start_server(&server, leaks ? "--leak_connfd=on" : "");
	for (int i = 0; i < 3; i++) {
		converse(join_port(port), "x\n", "x\n");
		take_call(server, ROLE_SERVER, CALL_ACCEPT);
		pid_t child = (pid_t)take_call(server, ROLE_SERVER, CALL_FORK).result;
		if (!leaks)
			take_result(server, ROLE_SERVER, CALL_CLOSE, 0, 0);
		ck_assert_int_eq(count_sockets(child), leaks ? 2 + i : 2);
	}
	await_blocked(server->pid);
	ck_assert_int_eq(count_sockets(server->pid), leaks ? 5 : 2);
}
END_TEST

/* A report of the parent's that was lost is told by the parent's next one, and not by
 * the child that was forked meanwhile. */
START_TEST(loses_a_report)
{
	struct report report;
	programs_fail(WHO_SERVER, FAIL_send, 4, 1, EAGAIN); /* that of accept */
	struct program *server;
	join_port(start_server(&server, ""));
	for (int found = 0; found < 2;) {
		await_readable(server->reports, program_now() + DEADLINE, "a report");
		ck_assert_int_gt(recv(server->reports, &report, sizeof report, 0), 0);
		ck_assert_uint_ne(report.call, CALL_ACCEPT);
		ck_assert_uint_eq(report.lost, report.call == CALL_FORK);
		found += report.call == CALL_FORK || report.call == CALL_GETPEERNAME;
	}
}
END_TEST

/* By itself the server says who serves, who has ended, and who is refused. */
START_TEST(says_who_serves)
{
	int child = 0, ended = 0;
	struct program *server = program_start(true, "--max_children=1 --bind=127.0.0.1 0",
	    false);
	uint16_t port = (uint16_t)atoi(strrchr(read_line(server->error), ':') + 1);
	int fd = join_port(port);
	ck_assert_ptr_nonnull(strstr(read_line(server->error), "tcpserv: connection from "));
	ck_assert_int_eq(sscanf(read_line(server->error), "tcpserv: child %d serves it\n",
	    &child), 1);
	ck_assert_int_ne(state_of(child), 0);
	ck_assert_str_eq(read_line(join_port(port)), "");
	ck_assert_ptr_nonnull(strstr(read_line(server->error), "tcpserv: connection from "));
	ck_assert_str_eq(read_line(server->error),
	    "tcpserv: 1 children are enough: the connection is closed\n");
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	const char *said = read_line(server->error);
	ck_assert_int_eq(sscanf(said, "tcpserv: child %d terminated\n", &ended), 1);
	ck_assert_ptr_nonnull(strstr(said, " terminated\n"));
	ck_assert_int_eq(ended, child);
}
END_TEST

/* And that it cannot fork. */
START_TEST(says_that_fork_failed)
{
	programs_fail(WHO_SERVER, FAIL_fork, 1, 1, EAGAIN);
	struct program *server = program_start(true, "--bind=127.0.0.1 0", false);
	join_port((uint16_t)atoi(strrchr(read_line(server->error), ':') + 1));
	read_line(server->error);
	ck_assert_str_eq(read_line(server->error), "tcpserv: fork: Resource temporarily "
	    "unavailable: the connection is closed\n");
}
END_TEST

/* A PID that was a child's before is remembered once, wherever it stands. */
START_TEST(remembers_once)
{
	static const pid_t pids[] = {11, 12, 13, 12, 11, 13, 14, 14};
	struct server server = {.connfd = -1};
	for (size_t i = 0; i < sizeof pids / sizeof *pids; i++)
		children_add(&server, pids[i]);
	ck_assert_uint_eq(server.children_count, 4);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(server.children[i], 11 + i);
	free(server.children);
}
END_TEST

/* There is room for all that are remembered, and each keeps its place. */
START_TEST(makes_room_for_all)
{
	enum { ALL = 1000 };
	struct server server = {.connfd = -1};
	for (pid_t pid = 1; pid <= ALL; pid++) {
		children_add(&server, pid);
		ck_assert_uint_eq(server.children_count, (size_t)pid);
		ck_assert_uint_ge(server.children_room, server.children_count);
	}
	for (int i = 0; i < ALL; i++)
		ck_assert_int_eq(server.children[i], i + 1);
	free(server.children);
}
END_TEST

/* Processes that are no children of this one, whatever they are, do not count. */
START_TEST(counts_its_own)
{
	struct server server = {.options.max_children = 2};
	pid_t child = fork();
	if (child == 0)
		pause();
	children_add(&server, 1);
	children_add(&server, child);
	ck_assert(!children_full(&server));
	ck_assert_uint_eq(server.children_count, 1);
	ck_assert_int_eq(server.children[0], child);
	server.options.max_children = 1;
	ck_assert(children_full(&server));
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert(!children_full(&server));
	ck_assert_uint_eq(server.children_count, 0);
	free(server.children);
}
END_TEST

/* The children. */
Suite *
server_children_suite(void)
{
	Suite *suite = suite_create("server_children");
	TCase *tcase = programs_case(suite, "server_children");
	tcase_add_loop_test(tcase, sigpipe_of_a_child, 0, 2);
	tcase_add_loop_test(tcase, reaps_after_a_stop, 0, 2);
	tcase_add_loop_test(tcase, refuses_beyond_the_limit, 0, 4);
	tcase_add_test(tcase, leaks_connfd);
	tcase_add_test(tcase, remembers_once);
	tcase_add_test(tcase, makes_room_for_all);
	tcase_add_test(tcase, counts_its_own);
	tcase_add_test(tcase, none_are_enough);
	tcase_add_loop_test(tcase, one_for_one, 0, 3);
	tcase_add_loop_test(tcase, a_stopped_child_counts, 0, 4);
	tcase_add_test(tcase, remembers_many);
	tcase_add_test(tcase, forgets_without_memory);
	tcase_add_loop_test(tcase, fork_fails, 0, 2);
	tcase_add_loop_test(tcase, holds_its_own_sockets, 0, 2);
	tcase_add_test(tcase, loses_a_report);
	tcase_add_test(tcase, says_who_serves);
	tcase_add_test(tcase, says_that_fork_failed);
	return suite;
}
