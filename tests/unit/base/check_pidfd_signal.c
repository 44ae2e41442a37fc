/* check_pidfd_signal.c: whom a signal reaches: the process of the pidfd, and no other,
 * also where the kernel's own call for it is refused. */
#include "pidfd_signal.h"

#include "refuse_call.h"
#include "suites.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that waits to be killed. */
static pid_t
fork_sleeper(void)
{
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	while (pid == 0)
		pause();
	return pid;
}

static int
open_pidfd(pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	ck_assert_int_ge(pidfd, 0);
	return pidfd;
}

/* The signal that ended the child; the child is waited for. */
static int
killed_by(pid_t pid)
{
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	return WTERMSIG(status);
}

/* Does the child still run, a moment after? */
static bool
runs(int pidfd)
{
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};
	return poll(&ended, 1, 20) == 0;
}

/* How the kernel's call is refused; 0: it is not. */
static const int refusals[] = {0, ENOSYS, EPERM};

static void
refuse(int error)
{
	if (error != 0)
		ck_assert(refuse_call(SYS_pidfd_send_signal, error));
}

START_TEST(the_process_of_the_pidfd_is_reached)
{
	pid_t pid = fork_sleeper();
	int pidfd = open_pidfd(pid);
	refuse(refusals[_i]);
	ck_assert_int_eq(pidfd_signal(pidfd, pid, SIGUSR1), 0);
	ck_assert_int_eq(killed_by(pid), SIGUSR1);
	close(pidfd);
}
END_TEST

/* It is a zombie: nothing is sent, so that its number may be another's by now. */
START_TEST(who_has_died_is_not_signalled)
{
	pid_t pid = fork_sleeper(), other = fork_sleeper();
	int pidfd = open_pidfd(pid), others = open_pidfd(other);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(killed_by(pid), SIGKILL);
	refuse(refusals[_i]);
	errno = 0;
	ck_assert_int_eq(pidfd_signal(pidfd, other, SIGKILL), -1);
	ck_assert_int_eq(errno, ESRCH);
	ck_assert_msg(runs(others), "another process was hit, which got the number");
	ck_assert_int_eq(kill(other, SIGUSR2), 0);
	ck_assert_int_eq(killed_by(other), SIGUSR2);
	close(pidfd);
	close(others);
}
END_TEST

/* What is wrong with the signal, and not with the call, is no reason for another way. */
START_TEST(a_signal_that_is_none_is_refused)
{
	pid_t pid = fork_sleeper();
	int pidfd = open_pidfd(pid);
	errno = 0;
	ck_assert_int_eq(pidfd_signal(pidfd, pid, 999), -1);
	ck_assert_int_eq(errno, EINVAL);
	refuse(EBADF);
	errno = 0;
	ck_assert_int_eq(pidfd_signal(pidfd, pid, SIGKILL), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert(runs(pidfd));
	ck_assert_int_eq(kill(pid, SIGUSR2), 0);
	ck_assert_int_eq(killed_by(pid), SIGUSR2);
	close(pidfd);
}
END_TEST

Suite *
pidfd_signal_suite(void)
{
	Suite *suite = suite_create("pidfd_signal");
	TCase *all = tcase_create("all");
	int count = sizeof refusals / sizeof *refusals;
	tcase_add_loop_test(all, the_process_of_the_pidfd_is_reached, 0, count);
	tcase_add_loop_test(all, who_has_died_is_not_signalled, 0, count);
	tcase_add_test(all, a_signal_that_is_none_is_refused);
	suite_add_tcase(suite, all);
	return suite;
}
