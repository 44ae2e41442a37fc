/* check_screen_signals.c: the console's signals are read from a descriptor, and
 * everything is put back. */
#include "signals.h"

#include "suites.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int taken[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH};

enum { TAKEN = sizeof taken / sizeof *taken, DEADLINE_MS = 20000 };

static struct signals signals;

/* Is the signal blocked here? */
static bool
is_blocked(int number)
{
	sigset_t mask;
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, NULL, &mask), 0);
	return sigismember(&mask, number) == 1;
}

static void
on_signal(int number)
{
	(void)number;
	_exit(42);
}

/* A handler for each, so that what is put back can be told from what is not. */
static void
handle_all(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	for (size_t i = 0; i < TAKEN; i++)
		ck_assert_int_eq(sigaction(taken[i], &action, NULL), 0);
}

/* They are handled as before, and blocked or not as before. */
static void
expect_as_before(bool blocked)
{
	struct sigaction action;
	for (size_t i = 0; i < TAKEN; i++) {
		ck_assert_int_eq(sigaction(taken[i], NULL, &action), 0);
		ck_assert(action.sa_handler == on_signal);
		ck_assert_int_eq(is_blocked(taken[i]), blocked);
	}
}

START_TEST(each_signal_is_read_from_the_descriptor)
{
	struct pollfd readable;
	handle_all();
	ck_assert_int_eq(signals_open(&signals), 0);
	readable = (struct pollfd){.fd = signals.fd, .events = POLLIN};
	ck_assert(fcntl(signals.fd, F_GETFD) & FD_CLOEXEC);
	ck_assert(fcntl(signals.fd, F_GETFL) & O_NONBLOCK);
	ck_assert_int_eq(signals_next(&signals), 0);
	for (size_t i = 0; i < TAKEN; i++) {
		ck_assert(is_blocked(taken[i]));
		ck_assert_int_eq(raise(taken[i]), 0);
		ck_assert_int_eq(poll(&readable, 1, 0), 1);
		ck_assert_int_eq(signals_next(&signals), taken[i]);
		ck_assert_int_eq(signals_next(&signals), 0);
	}
	ck_assert(!is_blocked(SIGUSR1));
	ck_assert(!is_blocked(SIGCHLD));
	ck_assert(!is_blocked(SIGPIPE));
	signals_close(&signals);
}
END_TEST

START_TEST(what_was_before_is_put_back)
{
	struct sigaction other = {.sa_handler = SIG_IGN};
	handle_all();
	ck_assert_int_eq(signals_open(&signals), 0);
	int fd = signals.fd;
	for (size_t i = 0; i < TAKEN; i++)
		sigaction(taken[i], &other, NULL); /* readline does such things */
	handle_all();
	for (size_t i = 0; i < TAKEN; i++)
		raise(taken[i]); /* which are answered by the end */
	for (size_t i = 0; i < TAKEN; i++)
		sigaction(taken[i], &other, NULL);
	signals_close(&signals);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	ck_assert_int_eq(signals.fd, -1);
	expect_as_before(false);
	signals_close(&signals); /* twice is once */
	expect_as_before(false);
}
END_TEST

START_TEST(what_was_blocked_before_stays_so)
{
	sigset_t set;
	handle_all();
	sigemptyset(&set);
	for (size_t i = 0; i < TAKEN; i++)
		sigaddset(&set, taken[i]);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	ck_assert_int_eq(signals_open(&signals), 0);
	signals_close(&signals);
	expect_as_before(true);
}
END_TEST

/* Milliseconds on the monotonic clock. */
static int64_t
clock_ms(void)
{
	struct timespec now;
	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Stops itself, goes on, and looks at what is as it was. */
static int
suspend_and_look(void)
{
	struct sigaction action;
	setpgid(0, 0); /* its parent is of the session: SIGTSTP can stop it */
	signal(SIGTSTP, on_signal);
	if (signals_open(&signals) < 0)
		return 1;
	signals_suspend();
	if (!is_blocked(SIGTSTP) || !is_blocked(SIGINT))
		return 2;
	if (sigaction(SIGTSTP, NULL, &action) < 0 || action.sa_handler != on_signal)
		return 3;
	if (signals_next(&signals) != SIGCONT)
		return 4;
	return signals_next(&signals) == 0 ? 0 : 5;
}

/* Awaits the next change of a child's state. */
static int
await_change(pid_t pid)
{
	int status;
	int64_t deadline = clock_ms() + DEADLINE_MS;
	while (waitpid(pid, &status, WNOHANG | WUNTRACED | WCONTINUED) == 0) {
		ck_assert_msg(clock_ms() < deadline, "nothing becomes of it");
		poll(NULL, 0, 5);
	}
	return status;
}

START_TEST(a_suspended_console_stops_and_goes_on)
{
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(suspend_and_look());
	int status = await_change(pid);
	ck_assert(WIFSTOPPED(status));
	ck_assert_int_eq(WSTOPSIG(status), SIGTSTP);
	ck_assert_int_eq(kill(pid, SIGCONT), 0);
	do
		status = await_change(pid);
	while (WIFCONTINUED(status));
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

Suite *
screen_signals_suite(void)
{
	Suite *suite = suite_create("screen signals");
	TCase *tcase = tcase_create("signals");
	tcase_add_test(tcase, each_signal_is_read_from_the_descriptor);
	tcase_add_test(tcase, what_was_before_is_put_back);
	tcase_add_test(tcase, what_was_blocked_before_stays_so);
	tcase_add_test(tcase, a_suspended_console_stops_and_goes_on);
	suite_add_tcase(suite, tcase);
	return suite;
}
