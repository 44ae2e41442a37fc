/* tcpserv's process_room: the limit it sets, and what is said where there is none.
 *
 * Root is not bound by the limit, so where root runs the tests the server is made
 * another user's, one who has no process yet: then every number is known. */
#include "suites.h"
#include "program_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { FIRST_USER = 1 << 20, CROWD = 70 };

static const char no_limit[] = "process_room: RLIMIT_NPROC does not bind root, "
    "nor CAP_SYS_RESOURCE: there is no limit";

/* Between fork and exec: a user who has no other process. */
static void
become_another(void)
{
	uid_t user = FIRST_USER + (uid_t)getpid();
	if (setresuid(user, user, user) < 0)
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* The same, and not more than three processes, or one. */
static void
become_limited(void)
{
	struct rlimit limit = {.rlim_cur = 2, .rlim_max = 3};
	setrlimit(RLIMIT_NPROC, &limit);
	become_another();
}

static void
become_alone(void)
{
	struct rlimit limit = {.rlim_cur = 1, .rlim_max = 1};
	setrlimit(RLIMIT_NPROC, &limit);
	become_another();
}

/* The same, with many processes that sleep until the server has ended. */
static void
become_crowded(void)
{
	pid_t server = getpid();
	become_another();
	for (int i = 0; i < CROWD; i++) {
		if (fork() != 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (getppid() == server)
			pause();
		_exit(0);
	}
}

/* Limits that a test can recognise. */
static void
take_limits(void)
{
	struct rlimit limit = {.rlim_cur = 50000, .rlim_max = 60000};
	setrlimit(RLIMIT_NPROC, &limit);
}

/* Can the server be another user's? */
static bool
can_be_another(void)
{
	const char *server = getenv("TCPSERV");
	int status;
	if (geteuid() != 0)
		return false;
	pid_t child = fork();
	if (child == 0) {
		become_another();
		_exit(access(server != NULL ? server : "build/tcpserv", X_OK) == 0 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status == 0;
}

/* The limits of a program, which no other call tells of another user's. */
static struct rlimit
limit_of(const struct program *program)
{
	char path[64], line[256];
	unsigned long soft = 0, hard = RLIM_INFINITY;
	snprintf(path, sizeof path, "/proc/%d/limits", (int)program->pid);
	FILE *file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	while (soft == 0 && fgets(line, sizeof line, file) != NULL)
		(void)sscanf(line, "Max processes %lu %lu", &soft, &hard);
	fclose(file);
	return (struct rlimit){.rlim_cur = soft, .rlim_max = hard};
}

/* Room for one process more: told not to bind root, and kept for anybody else.
 * Other processes of the user come and go, so more than one may fit. */
START_TEST(runs_out_of_room)
{
	struct program *server = program_start(true,
	    "--bind=127.0.0.1 --reap=none --process_room=1 0", true);
	struct report report = take_report(server, ROLE_SERVER);
	if (report.kind == REPORT_REFUSED) {
		ck_assert_int_eq(geteuid(), 0);
		return;
	}
	ck_assert_uint_eq(report.call, CALL_SOCKET);
	take_result(server, ROLE_SERVER, CALL_BIND, 0, 0);
	report = take_result(server, ROLE_SERVER, CALL_LISTEN, 0, 0);
	uint16_t port = report.local.port;
	for (int i = 0; report.call != CALL_FORK || report.result > 0; i++) {
		ck_assert_int_lt(i, 16);
		join_port(port);
		take_call(server, ROLE_SERVER, CALL_ACCEPT);
		report = take_call(server, ROLE_SERVER, CALL_FORK);
		take_result(server, ROLE_SERVER, CALL_CLOSE, 0, 0);
	}
	ck_assert_int_eq(report.error, EAGAIN);
	await_blocked(server->pid); /* it lives */
}
END_TEST

/* Where the limit binds nobody: that is said, nothing is changed, the server serves. */
START_TEST(root_is_not_bound)
{
	if (geteuid() != 0)
		SKIP_TEST("not root");
	programs_prepare(take_limits);
	struct program *server = program_start(true, "--bind=127.0.0.1 --process_room=1 0",
	    _i == 0);
	if (_i == 0) {
		struct report report = take_report(server, ROLE_SERVER);
		if (report.kind != REPORT_REFUSED) /* root without its capabilities */
			return;
		ck_assert_uint_eq(report.length, strlen(no_limit));
		ck_assert_mem_eq(report.data, no_limit, report.length);
		ck_assert_int_gt(take_call(server, ROLE_SERVER, CALL_SOCKET).result, 0);
	} else {
		const char *said = read_line(server->error);
		if (strstr(said, "listening") != NULL)
			return;
		ck_assert_ptr_eq(strstr(said, "tcpserv: "), said);
		ck_assert_ptr_eq(strstr(said, no_limit), said + strlen("tcpserv: "));
		ck_assert_ptr_nonnull(strstr(read_line(server->error), "listening"));
	}
	ck_assert_uint_eq(limit_of(server).rlim_cur, 50000);
	ck_assert_uint_eq(limit_of(server).rlim_max, 60000);
}
END_TEST

/* The limit is what there is, and so many more. */
static const struct {
	void (*become)(void);
	int room;
	rlim_t limit;
} rooms[] = {
	{become_another, 1, 2}, {become_another, 2, 3}, {become_another, 1000, 1001},
	{become_limited, 1, 2}, {become_limited, 2, 3}, {become_limited, 3, 3},
	{become_limited, 1000, 3},
	{become_crowded, 1, CROWD + 2}, {become_crowded, 5, CROWD + 6},
};

START_TEST(makes_room)
{
	char settings[32];
	struct program *server;
	if (!can_be_another())
		SKIP_TEST("only root can be a user without a process, in a directory that others "
		    "may enter");
	/* a probe that is not waited for would count as a process */
	programs_fail(WHO_SERVER, FAIL_waitpid, 1, 1, EINTR);
	programs_prepare(rooms[_i].become);
	snprintf(settings, sizeof settings, "--process_room=%d", rooms[_i].room);
	start_server(&server, settings);
	ck_assert_uint_eq(limit_of(server).rlim_cur, rooms[_i].limit);
	if (rooms[_i].become == become_limited)
		ck_assert_uint_eq(limit_of(server).rlim_max, 3);
}
END_TEST

/* Two fit, the third does not, and is the only one to notice. */
START_TEST(two_fit)
{
	struct program *server;
	if (!can_be_another())
		SKIP_TEST("only root can be a user without a process, in a directory that others "
		    "may enter");
	programs_prepare(become_another);
	uint16_t port = start_server(&server, "--process_room=2");
	int first = join_port(port);
	take_fork(server);
	converse(join_port(port), "two\n", "two\n");
	take_fork(server);
	int third = join_port(port);
	take_call(server, ROLE_SERVER, CALL_ACCEPT);
	take_result(server, ROLE_SERVER, CALL_FORK, -1, EAGAIN);
	take_result(server, ROLE_SERVER, CALL_CLOSE, 0, 0);
	ck_assert_str_eq(read_line(third), "");
	converse(first, "one\n", "one\n");
}
END_TEST

/* Not even one fits. */
START_TEST(no_room_at_all)
{
	if (!can_be_another())
		SKIP_TEST("only root can be a user without a process, in a directory that others "
		    "may enter");
	programs_prepare(become_alone);
	struct program *server = program_start(true, "--bind=127.0.0.1 --process_room=1 0",
	    true);
	ends_with(server, 1);
	ck_assert_str_eq(read_line(server->error), "tcpserv: fork: Resource temporarily "
	    "unavailable: this user has no room for a process more\n");
}
END_TEST

/* The limit can be neither read nor set. */
START_TEST(limits_fail)
{
	programs_fail(WHO_SERVER, _i == 0 ? FAIL_getrlimit : FAIL_setrlimit, 1, 1, EPERM);
	struct program *server = program_start(true, "--bind=127.0.0.1 --process_room=1 0",
	    true);
	ends_with(server, 1);
	ck_assert_str_eq(read_line(server->error), _i == 0 ?
	    "tcpserv: getrlimit: Operation not permitted\n" :
	    "tcpserv: setrlimit: Operation not permitted\n");
}
END_TEST

/* Without the setting nothing is tried. */
START_TEST(nothing_is_asked)
{
	struct program *server;
	struct failing_page *page = programs_watch();
	start_server(&server, "--process_room=0");
	ck_assert_int_eq(page->counts[WHO_SERVER][FAIL_setrlimit], 0);
	ck_assert_int_eq(page->counts[WHO_SERVER][FAIL_fork], 0);
}
END_TEST

/* Room for processes. */
Suite *
server_room_suite(void)
{
	Suite *suite = suite_create("server_room");
	TCase *tcase = programs_case(suite, "server_room");
	tcase_add_test(tcase, runs_out_of_room);
	tcase_add_loop_test(tcase, root_is_not_bound, 0, 2);
	tcase_add_loop_test(tcase, makes_room, 0, (int)(sizeof rooms / sizeof *rooms));
	tcase_add_test(tcase, two_fit);
	tcase_add_test(tcase, no_room_at_all);
	tcase_add_loop_test(tcase, limits_fail, 0, 2);
	tcase_add_test(tcase, nothing_is_asked);
	return suite;
}
