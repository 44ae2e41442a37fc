/* The signals of tcpserv, and what they interrupt. */
#include "suites.h"
#include "program_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

/* Without SA_RESTART a child's end interrupts accept. */
START_TEST(accept_is_interrupted)
{
	struct program *server;
	bool dies = _i == 1;
	uint16_t port = start_server(&server, dies ? "--sa_restart=off --eintr=die" :
	    "--sa_restart=off --eintr=retry");
	int stays = join_port(port);
	take_fork(server);
	int ends = join_port(port);
	pid_t child = take_fork(server);
	await_blocked(server->pid);
	ck_assert_int_eq(shutdown(ends, SHUT_WR), 0);
	take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	take_result(server, ROLE_SERVER, CALL_ACCEPT, -1, EINTR);
	if (dies) {
		ends_with(server, 1);
		ck_assert_ptr_nonnull(strstr(read_line(server->error),
		    "accept: Interrupted system call"));
	} else {
		converse(join_port(port), "after\n", "after\n");
		take_fork(server);
	}
	converse(stays, "still served\n", "still served\n");
}
END_TEST

/* With SA_RESTART accept never sees EINTR. */
START_TEST(accept_is_restarted)
{
	struct program *server;
	uint16_t port = start_server(&server, "--sa_restart=on --eintr=die");
	int ends = join_port(port);
	pid_t child = take_fork(server);
	await_blocked(server->pid);
	ck_assert_int_eq(shutdown(ends, SHUT_WR), 0);
	take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	ck_assert_int_eq(kill(server->pid, SIGUSR1), 0);
	take_caught(server, ROLE_SERVER, SIGUSR1);
	converse(join_port(port), "after\n", "after\n");
	take_fork(server);
}
END_TEST

/* SIGUSR1 interrupts the read of a child. */
START_TEST(read_is_interrupted)
{
	struct program *server;
	static const char *const settings[] = {"--sa_restart=off --eintr=retry",
	    "--sa_restart=off --eintr=die", "--sa_restart=on --eintr=die"};
	int fd = join_port(start_server(&server, settings[_i]));
	pid_t child = take_fork(server);
	take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	await_blocked(child);
	ck_assert_int_eq(kill(child, SIGUSR1), 0);
	take_caught(server, ROLE_CHILD, SIGUSR1);
	if (_i < 2)
		take_result(server, ROLE_CHILD, CALL_READ, -1, EINTR);
	if (_i == 1) {
		struct report report = take_result(server, ROLE_SERVER, CALL_WAITPID,
		    child, 0);
		ck_assert_int_eq(WEXITSTATUS(report.status), 1);
		ck_assert_ptr_nonnull(strstr(read_line(server->error),
		    "read: Interrupted system call"));
		ck_assert_str_eq(read_line(fd), "");
	} else {
		converse(fd, "goes on\n", "goes on\n");
		take_result(server, ROLE_CHILD, CALL_READ, 8, 0);
	}
}
END_TEST

/* SIGTERM, at its default and caught. */
START_TEST(sigterm)
{
	struct program *server;
	start_server(&server, _i == 0 ? "--sigterm=default" : "--sigterm=catch");
	await_blocked(server->pid);
	ck_assert_int_eq(kill(server->pid, SIGTERM), 0);
	if (_i == 0) {
		ends_by(server, SIGTERM);
	} else {
		take_caught(server, ROLE_SERVER, SIGTERM);
		ends_with(server, 0);
	}
}
END_TEST

/* A child that is given SIGTERM ends its connection with a FIN; caught, with status 0. */
START_TEST(sigterm_of_a_child)
{
	struct program *server;
	int fd = join_port(start_server(&server, _i == 0 ? "--sigterm=default" :
	    "--sigterm=catch"));
	pid_t child = take_fork(server);
	struct report named = take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	await_blocked(child);
	ck_assert_int_eq(kill(child, SIGTERM), 0);
	if (_i == 1) {
		struct report caught = take_report(server, ROLE_CHILD);
		ck_assert_uint_eq(caught.kind, REPORT_CAUGHT);
		ck_assert_int_eq(caught.status, SIGTERM);
		ck_assert_int_eq(caught.pid, child);
		ck_assert_mem_eq(&caught.peer, &named.peer, sizeof named.peer);
		ck_assert_mem_eq(&caught.local, &named.local, sizeof named.local);
	}
	struct report ended = take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	ck_assert_int_eq(ended.status, _i == 0 ? SIGTERM : 0);
	ck_assert_str_eq(read_line(fd), "");
}
END_TEST

/* SIGUSR2 makes a child end its connection with a RST. */
START_TEST(sigusr2_resets)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "");
	await_blocked(child);
	ck_assert_int_eq(kill(child, SIGUSR2), 0);
	take_caught(server, ROLE_CHILD, SIGUSR2);
	ck_assert_int_eq(take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0).status, 0);
	client_obeys(client, ORDER_READ, 1, 0);
	take_result(client, ROLE_CLIENT, CALL_READ, -1, ECONNRESET);
}
END_TEST

/* The parent, which has no connection, just ends; its child does not notice. */
START_TEST(sigusr2_of_the_parent)
{
	struct program *server;
	int fd = join_port(start_server(&server, ""));
	take_fork(server);
	ck_assert_int_eq(kill(server->pid, SIGUSR2), 0);
	take_caught(server, ROLE_SERVER, SIGUSR2);
	ends_with(server, 0);
	converse(fd, "still\n", "still\n");
}
END_TEST

/* A set of signals in /proc/PID/status: SigBlk, SigIgn, SigCgt. */
static uint64_t
signals_of(pid_t pid, const char *which)
{
	char path[64], line[256];
	unsigned long long set = UINT64_MAX;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, which, strlen(which)) == 0)
			ck_assert_int_eq(sscanf(line + strlen(which), ": %llx", &set), 1);
	fclose(file);
	ck_assert_uint_ne(set, UINT64_MAX);
	return set;
}

/* The disposition of a signal: 'i'gnored, 'c'aught or by 'd'efault. */
static char
disposition_of(pid_t pid, int number)
{
	uint64_t bit = UINT64_C(1) << (number - 1);
	if (signals_of(pid, "SigIgn") & bit)
		return 'i';
	return signals_of(pid, "SigCgt") & bit ? 'c' : 'd';
}

enum { SHOWN = 5 };

static const int shown[SHOWN] = {SIGCHLD, SIGUSR1, SIGUSR2, SIGTERM, SIGPIPE};

/* Checks the dispositions of those, and that none of them is blocked. */
static void
is_disposed(pid_t pid, const char *wanted)
{
	uint64_t blocked = signals_of(pid, "SigBlk");
	for (int i = 0; i < SHOWN; i++) {
		char found = disposition_of(pid, shown[i]);
		ck_assert_msg(found == wanted[i], "SIG%s is %c instead of %c",
		    sigabbrev_np(shown[i]), found, wanted[i]);
		ck_assert_msg((blocked >> (shown[i] - 1) & 1) == 0, "SIG%s is blocked",
		    sigabbrev_np(shown[i]));
	}
}

/* Settings, and the dispositions that they give the parent and a child, though all
 * were blocked and SIGPIPE was ignored when the server was started. */
static const struct { const char *settings, *parent, *child; } dispositions[] = {
	{"", "cccdd", "dccdd"},
	{"--reap=none", "dccdd", "dccdd"},
	{"--reap=wait", "cccdd", "dccdd"},
	{"--reap=ignore", "iccdd", "dccdd"},
	{"--sigterm=catch", "ccccd", "dcccd"},
	{"--sigpipe=ignore", "cccdd", "dccdi"},
	{"--sa_restart=off", "cccdd", "dccdd"},
};

START_TEST(has_dispositions)
{
	struct program *server;
	join_port(start_server(&server, dispositions[_i].settings));
	pid_t child = take_fork(server);
	take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	is_disposed(child, dispositions[_i].child);
	await_blocked(server->pid);
	is_disposed(server->pid, dispositions[_i].parent);
}
END_TEST

/* At a fork all of them wait: a child must not run its parent's handlers. */
START_TEST(forks_undisturbed)
{
	struct program *server;
	struct failing_page *page = programs_watch();
	join_port(start_server(&server, ""));
	take_fork(server);
	for (int i = 0; i < SHOWN; i++)
		ck_assert_msg(page->fork_mask >> (shown[i] - 1) & 1, "SIG%s is not blocked",
		    sigabbrev_np(shown[i]));
}
END_TEST

/* Signals that are there at once are handled one after the other, the lowest number
 * first: no handler is interrupted by another. */
START_TEST(one_after_the_other)
{
	struct program *server;
	int fd = join_port(start_server(&server, "--sigterm=catch"));
	pid_t child = take_fork(server);
	take_result(server, ROLE_CHILD, CALL_GETPEERNAME, 0, 0);
	await_blocked(server->pid);
	ck_assert_int_eq(kill(server->pid, SIGSTOP), 0);
	await_state(server->pid, 'T');
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	await_state(child, 'Z');
	ck_assert_int_eq(kill(server->pid, SIGUSR1), 0);
	ck_assert_int_eq(kill(server->pid, SIGCONT), 0);
	take_caught(server, ROLE_SERVER, SIGUSR1);
	take_caught(server, ROLE_SERVER, SIGCHLD);
	take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	await_blocked(server->pid);
	ck_assert_int_eq(kill(server->pid, SIGSTOP), 0);
	await_state(server->pid, 'T');
	ck_assert_int_eq(kill(server->pid, SIGTERM), 0);
	ck_assert_int_eq(kill(server->pid, SIGUSR1), 0);
	ck_assert_int_eq(kill(server->pid, SIGCONT), 0);
	take_caught(server, ROLE_SERVER, SIGUSR1);
	take_caught(server, ROLE_SERVER, SIGTERM);
	ends_with(server, 0);
}
END_TEST

/* What the handler of SIGCHLD reports: the signal, then each child with how it ended. */
START_TEST(tells_how_children_end)
{
	struct program *server;
	uint16_t port = start_server(&server, _i == 0 ? "--reap=wait" : "--reap=waitpid");
	int fd = join_port(port);
	pid_t child = take_fork(server);
	await_blocked(child);
	ck_assert_int_eq(_i == 0 ? kill(child, SIGKILL) : shutdown(fd, SHUT_WR), 0);
	take_caught(server, ROLE_SERVER, SIGCHLD);
	struct report ended = take_result(server, ROLE_SERVER,
	    _i == 0 ? CALL_WAIT : CALL_WAITPID, child, 0);
	ck_assert_int_eq(ended.status, _i == 0 ? SIGKILL : 0);
	ck_assert_uint_eq(ended.peer.family, 0); /* the parent's, of no connection */
	await_state(child, 0);
}
END_TEST

/* Nobody reaps, nobody tells. */
START_TEST(nobody_reaps)
{
	struct program *server;
	uint16_t port = start_server(&server, _i == 0 ? "--reap=none" : "--reap=ignore");
	int fd = join_port(port);
	pid_t child = take_fork(server);
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	await_state(child, _i == 0 ? 'Z' : 0);
	join_port(port);
	ck_assert_int_ge(take_report(server, ROLE_SERVER).call, CALL_ACCEPT);
	ck_assert_int_eq(take_report(server, ROLE_SERVER).call, CALL_FORK);
}
END_TEST

/* A call that sets signals fails: said, and the end. */
START_TEST(sigaction_fails)
{
	programs_fail(WHO_SERVER, FAIL_sigaction, 1 + _i, 1, EINVAL);
	struct program *server = program_start(true, "--bind=127.0.0.1 0", true);
	ends_with(server, 1);
	ck_assert_str_eq(read_line(server->error), "tcpserv: sigaction: Invalid argument\n");
}
END_TEST

/* Fills the pipe from which fd reads. */
static void
fill_pipe(int fd)
{
	static const char blanks[4096] = "";
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int end = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_ge(end, 0);
	for (size_t size = sizeof blanks; size > 0; size /= 2)
		while (write(end, blanks, size) > 0)
			continue;
	close(end);
}

/* By itself the handler says who has ended; while it does, and cannot go on, every
 * other signal waits. */
START_TEST(handler_is_not_interrupted)
{
	struct program *server = program_start(true, "--bind=127.0.0.1 0", false);
	int fd = join_port((uint16_t)atoi(strrchr(read_line(server->error), ':') + 1));
	read_line(server->error);
	ck_assert_ptr_nonnull(strstr(read_line(server->error), "serves it"));
	await_blocked(server->pid);
	fill_pipe(server->error);
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	int64_t deadline = program_now() + DEADLINE;
	while (signals_of(server->pid, "SigBlk") == 0) {
		ck_assert_int_lt(program_now(), deadline);
		poll(NULL, 0, 2);
	}
	for (int i = 0; i < SHOWN; i++)
		ck_assert_msg(signals_of(server->pid, "SigBlk") >> (shown[i] - 1) & 1,
		    "SIG%s can interrupt", sigabbrev_np(shown[i]));
}
END_TEST

/* The signals. */
Suite *
server_signals_suite(void)
{
	Suite *suite = suite_create("server_signals");
	TCase *tcase = programs_case(suite, "server_signals");
	tcase_add_loop_test(tcase, accept_is_interrupted, 0, 2);
	tcase_add_test(tcase, accept_is_restarted);
	tcase_add_loop_test(tcase, read_is_interrupted, 0, 3);
	tcase_add_loop_test(tcase, sigterm, 0, 2);
	tcase_add_loop_test(tcase, sigterm_of_a_child, 0, 2);
	tcase_add_test(tcase, sigusr2_resets);
	tcase_add_test(tcase, sigusr2_of_the_parent);
	tcase_add_loop_test(tcase, has_dispositions, 0,
	    (int)(sizeof dispositions / sizeof *dispositions));
	tcase_add_test(tcase, forks_undisturbed);
	tcase_add_test(tcase, one_after_the_other);
	tcase_add_loop_test(tcase, tells_how_children_end, 0, 2);
	tcase_add_loop_test(tcase, nobody_reaps, 0, 2);
	tcase_add_loop_test(tcase, sigaction_fails, 0, 5);
	tcase_add_test(tcase, handler_is_not_interrupted);
	return suite;
}
