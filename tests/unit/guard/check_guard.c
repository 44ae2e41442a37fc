/* The guard: it starts, reaps, and leaves nothing behind. */
#include "guard.h"

#include "loop.h"
#include "launcher.h"
#include "process_stat.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEADLINE_MS = 10000 };

/* What the guard told. */
struct heard {
	pid_t started, reaped;
	int error, status, ends;
	bool gone;
};

static void
hear_started(void *context, uint32_t serial, pid_t pid, int error, int64_t time)
{
	struct heard *heard = context;
	(void)serial;
	(void)time;
	heard->started = pid;
	heard->error = error;
}

static void
hear_reaped(void *context, pid_t pid, int status, int64_t time)
{
	struct heard *heard = context;
	(void)time;
	heard->reaped = pid;
	heard->ends++;
	heard->status = status;
}

static void
hear_gone(void *context)
{
	struct heard *heard = context;
	heard->gone = true;
}

struct fixture {
	struct loop *loop;
	struct launcher *launcher;
	struct heard heard;
	int pair[2];
};

static void
fixture_open(struct fixture *fixture)
{
	memset(fixture, 0, sizeof *fixture);
	fixture->loop = loop_new();
	struct launcher_events events = {hear_started, hear_reaped, hear_gone,
	    &fixture->heard};
	fixture->launcher = launcher_new(fixture->loop,
	    &(struct guard_files){.limit = 1024}, &events);
	ck_assert_ptr_nonnull(fixture->launcher);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    fixture->pair), 0);
}

static void
fixture_close(struct fixture *fixture)
{
	launcher_free(fixture->launcher);
	loop_free(fixture->loop);
	close(fixture->pair[0]);
	close(fixture->pair[1]);
}

/* Runs the loop until the flag is set. */
static void
await(struct fixture *fixture, const pid_t *flag)
{
	int64_t end = loop_now(fixture->loop) + MILLISECONDS(DEADLINE_MS);
	while (*flag == 0) {
		ck_assert_int_lt(loop_now(fixture->loop), end);
		ck_assert_int_ge(loop_round(fixture->loop, 100), 0);
	}
}

/* Starts a shell command; its PID. */
static pid_t
start_shell(struct fixture *fixture, const char *command)
{
	const char *argv[] = {"sh", "-c", command, NULL};
	fixture->heard.started = 0;
	ck_assert_uint_ne(launcher_start(fixture->launcher, "/bin/sh", argv,
	    fixture->pair[1]), 0);
	await(fixture, &fixture->heard.started);
	ck_assert_int_gt(fixture->heard.started, 0);
	return fixture->heard.started;
}

START_TEST(a_program_is_started_and_its_end_is_told)
{
	struct fixture fixture;
	fixture_open(&fixture);
	pid_t pid = start_shell(&fixture, "exit 7");
	await(&fixture, &fixture.heard.reaped);
	ck_assert_int_eq(fixture.heard.reaped, pid);
	ck_assert(WIFEXITED(fixture.heard.status));
	ck_assert_int_eq(WEXITSTATUS(fixture.heard.status), 7);
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_missing_program_is_told)
{
	struct fixture fixture;
	const char *argv[] = {"nothing", NULL};
	fixture_open(&fixture);
	ck_assert_uint_ne(launcher_start(fixture.launcher, "/no/such/program", argv,
	    fixture.pair[1]), 0);
	await(&fixture, &fixture.heard.started);
	ck_assert_int_eq(fixture.heard.started, -1);
	ck_assert_int_eq(fixture.heard.error, ENOENT);
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_foreign_program_sees_nothing_of_ours)
{
	struct fixture fixture;
	int out[2], error[2];
	char text[64] = "";
	/* found in PATH; no report, no descriptor but the three; its own words */
	const char *argv[] = {"sh", "-c", "test -z \"$TCPCONSOLE_REPORT\" || exit 1;"
	    "test ! -e /proc/$$/fd/3 || exit 3; read -r line && exit 4;"
	    "echo out; echo error >&2", NULL};
	setenv("TCPCONSOLE_REPORT", "9", 1);
	fixture_open(&fixture);
	unsetenv("TCPCONSOLE_REPORT");
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(error, O_CLOEXEC), 0);
	ck_assert(!launcher_is_starting(fixture.launcher));
	ck_assert_uint_ne(launcher_start_guest(fixture.launcher, argv, out[1],
	    error[1]), 0);
	ck_assert(launcher_is_starting(fixture.launcher));
	close(out[1]);
	close(error[1]);
	await(&fixture, &fixture.heard.reaped);
	ck_assert(!launcher_is_starting(fixture.launcher));
	ck_assert(WIFEXITED(fixture.heard.status));
	ck_assert_int_eq(WEXITSTATUS(fixture.heard.status), 0);
	ck_assert_int_eq(read(out[0], text, sizeof text), 4);
	ck_assert_mem_eq(text, "out\n", 4);
	ck_assert_int_eq(read(error[0], text, sizeof text), 6);
	ck_assert_mem_eq(text, "error\n", 6);
	close(out[0]);
	close(error[0]);
	fixture_close(&fixture);
}
END_TEST

START_TEST(dispositions_and_descriptors_are_put_back)
{
	struct fixture fixture;
	signal(SIGPIPE, SIG_IGN);
	fixture_open(&fixture);
	/* SIGPIPE at default kills; an inherited descriptor above 3 would be there */
	start_shell(&fixture, "test ! -e /proc/self/fd/4 && test \"$TCPCONSOLE_REPORT\" = 3 &&"
	    " test -e /proc/self/fd/3 && test $(ulimit -n) = 1024 && kill -PIPE $$");
	await(&fixture, &fixture.heard.reaped);
	ck_assert(WIFSIGNALED(fixture.heard.status));
	ck_assert_int_eq(WTERMSIG(fixture.heard.status), SIGPIPE);
	fixture_close(&fixture);
}
END_TEST

/* How many processes have this argument in their command line. */
static int
count_with(const char *mark)
{
	char command[256];
	snprintf(command, sizeof command, "pgrep -c -f '^sleep %s$'", mark);
	FILE *pipe = popen(command, "r");
	int count = -1;
	ck_assert_ptr_nonnull(pipe);
	ck_assert_int_eq(fscanf(pipe, "%d", &count), 1);
	pclose(pipe);
	return count;
}

START_TEST(nothing_is_left_when_the_console_is_gone)
{
	struct fixture fixture;
	char mark[32], command[512];
	int64_t end;
	fixture_open(&fixture);
	snprintf(mark, sizeof mark, "9%d", (int)getpid());
	/* a child, an orphan in a session of its own, and a stopped one that
	 * ignores everything that can be ignored */
	snprintf(command, sizeof command, "sleep %s & setsid sh -c 'sleep %s & sleep %s' & "
	    "trap '' TERM HUP INT; sleep %s & "
	    "until grep -q sleep /proc/$!/comm; do :; done; kill -STOP $!; "
	    "wait", mark, mark, mark, mark);
	start_shell(&fixture, command);
	end = loop_now(fixture.loop) + MILLISECONDS(DEADLINE_MS);
	while (count_with(mark) < 4)
		ck_assert_int_lt(loop_now(fixture.loop), end);
	int before = fixture.heard.ends;
	ck_assert(launcher_end(fixture.launcher, DEADLINE_MS));
	ck_assert_int_eq(count_with(mark), 0);
	ck_assert_int_ge(fixture.heard.ends, before + 5); /* the shell, too */
	ck_assert_int_eq(fixture.heard.status, SIGKILL);
	ck_assert(!fixture.heard.gone); /* that was asked for */
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_killed_guard_is_told)
{
	struct fixture fixture;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	fixture_open(&fixture);
	start_shell(&fixture, "exec sleep 600"); /* sleep-ok: a process to be killed */
	ck_assert_int_eq(kill(launcher_guard(fixture.launcher), SIGKILL), 0);
	while (!fixture.heard.gone)
		ck_assert_int_gt(loop_round(fixture.loop, DEADLINE_MS), 0);
	guard_end_descendants();
	launcher_forget(fixture.launcher);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	fixture_close(&fixture);
}
END_TEST

Suite *
guard_suite(void)
{
	Suite *suite = suite_create("guard");
	TCase *all = tcase_create("all");
	tcase_set_timeout(all, 60);
	tcase_add_test(all, a_program_is_started_and_its_end_is_told);
	tcase_add_test(all, a_missing_program_is_told);
	tcase_add_test(all, a_foreign_program_sees_nothing_of_ours);
	tcase_add_test(all, dispositions_and_descriptors_are_put_back);
	tcase_add_test(all, nothing_is_left_when_the_console_is_gone);
	tcase_add_test(all, a_killed_guard_is_told);
	suite_add_tcase(suite, all);
	return suite;
}
