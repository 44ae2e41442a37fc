/* The signals of tcpserv, and what they interrupt. */
#include "suites.h"
#include "program_fixture.h"

#include <signal.h>
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

/* SIGUSR2 makes a child end its connection with a RST. */
START_TEST(sigusr2_resets)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "");
	await_blocked(child);
	ck_assert_int_eq(kill(child, SIGUSR2), 0);
	take_result(server, ROLE_SERVER, CALL_WAITPID, child, 0);
	client_obeys(client, ORDER_READ, 1, 0);
	take_result(client, ROLE_CLIENT, CALL_READ, -1, ECONNRESET);
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
	tcase_add_test(tcase, sigusr2_resets);
	return suite;
}
