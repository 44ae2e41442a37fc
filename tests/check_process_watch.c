/* What is told of a death, and when: it must not depend on who looks first. */
#include "process_watch.h"

#include "suites.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
	struct loop *loop;
	struct log *log;
	struct process_watch *watch;
	pid_t child;
};

static void
hear_kick(void *context)
{
	(void)context;
}

/* A child that is followed as the server's, and sleeps. */
static void
fixture_open(struct fixture *fixture)
{
	fixture->loop = loop_new();
	fixture->log = log_new(100);
	ck_assert(fixture->loop != NULL && fixture->log != NULL);
	fixture->watch = process_watch_new(fixture->loop, fixture->log, hear_kick, NULL);
	ck_assert_ptr_nonnull(fixture->watch);
	fixture->child = fork();
	ck_assert_int_ge(fixture->child, 0);
	while (fixture->child == 0)
		pause();
	process_watch_add(fixture->watch, fixture->child, ROLE_CHILD, PROCESS_FORKED,
	    NULL, 0, loop_now(fixture->loop));
}

static void
fixture_close(struct fixture *fixture)
{
	process_watch_free(fixture->watch);
	log_free(fixture->log);
	loop_free(fixture->loop);
}

/* How often the log tells this of the child. */
static unsigned
told(const struct fixture *fixture, enum process_what what)
{
	unsigned count = 0;
	for (uint64_t i = log_first(fixture->log); i < log_end(fixture->log); i++) {
		const struct event *event = log_event(fixture->log, i);
		count += event->type == EVENT_PROCESS && event->process.what == what &&
		    event->process.row.pid == fixture->child;
	}
	return count;
}

/* Runs the loop until the log tells it. */
static void
await(const struct fixture *fixture, enum process_what what)
{
	int64_t end = loop_now(fixture->loop) + SECONDS(10);
	while (told(fixture, what) == 0) {
		ck_assert_int_lt(loop_now(fixture->loop), end);
		ck_assert_int_ge(loop_round(fixture->loop, 100), 0);
	}
}

/* Kills the child; it is a zombie until the test waits for it. */
static void
kill_child(const struct fixture *fixture)
{
	ck_assert_int_eq(kill(fixture->child, SIGKILL), 0);
	await(fixture, PROCESS_ZOMBIE);
	ck_assert_uint_eq(moment_zombies(log_now(fixture->log)), 1);
}

/* Waits for it, and looks before that is reported. */
static void
reap_and_look(const struct fixture *fixture)
{
	int status;
	ck_assert_int_eq(waitpid(fixture->child, &status, 0), fixture->child);
	process_watch_refresh(fixture->watch);
	process_watch_refresh(fixture->watch);
	ck_assert_uint_eq(told(fixture, PROCESS_EXITED), 0);
}

START_TEST(a_reaping_that_is_reported_late_is_told_as_one)
{
	struct fixture fixture;
	fixture_open(&fixture);
	kill_child(&fixture);
	reap_and_look(&fixture);
	process_watch_reaped(fixture.watch, fixture.child, SIGKILL, getpid(),
	    loop_now(fixture.loop));
	ck_assert_uint_eq(told(&fixture, PROCESS_REAPED), 1);
	process_watch_refresh(fixture.watch);
	ck_assert_uint_eq(told(&fixture, PROCESS_EXITED), 0);
	ck_assert_uint_eq(moment_zombies(log_now(fixture.log)), 0);
	fixture_close(&fixture);
}
END_TEST

START_TEST(one_that_nobody_reports_has_exited)
{
	struct fixture fixture;
	fixture_open(&fixture);
	kill_child(&fixture);
	reap_and_look(&fixture);
	await(&fixture, PROCESS_EXITED); /* after two seconds */
	ck_assert_uint_eq(told(&fixture, PROCESS_REAPED), 0);
	ck_assert_uint_eq(moment_zombies(log_now(fixture.log)), 0);
	fixture_close(&fixture);
}
END_TEST

Suite *
process_watch_suite(void)
{
	Suite *suite = suite_create("process_watch");
	TCase *deaths = tcase_create("deaths");
	tcase_set_timeout(deaths, 30);
	tcase_add_test(deaths, a_reaping_that_is_reported_late_is_told_as_one);
	tcase_add_test(deaths, one_that_nobody_reports_has_exited);
	suite_add_tcase(suite, deaths);
	return suite;
}
