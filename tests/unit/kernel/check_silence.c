/* check_silence.c: what is done to the sockets of a process, seen at copies of them. */
#include "silence.h"

#include "refuse_call.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process that holds sockets, and our copies of them. */
struct fixture {
	pid_t pid;
	int pidfd;
	int four, six, udp, local[2], pipe[2]; /* six: -1 where there is no IPv6 */
};

static void
fixture_open(struct fixture *fixture)
{
	fixture->four = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fixture->six = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fixture->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert(fixture->four >= 0 && fixture->udp >= 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    fixture->local), 0);
	ck_assert_int_eq(pipe2(fixture->pipe, O_CLOEXEC), 0);
	fixture->pid = fork();
	ck_assert_int_ge(fixture->pid, 0);
	while (fixture->pid == 0)
		pause();
	fixture->pidfd = (int)syscall(SYS_pidfd_open, fixture->pid, 0);
	ck_assert_int_ge(fixture->pidfd, 0);
}

static void
fixture_close(struct fixture *fixture)
{
	ck_assert_int_eq(kill(fixture->pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(fixture->pid, NULL, 0), fixture->pid);
	const int fds[] = {fixture->pidfd, fixture->four, fixture->six, fixture->udp,
	    fixture->local[0], fixture->local[1], fixture->pipe[0], fixture->pipe[1]};
	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int
option(int fd, int level, int name)
{
	int value = -2;
	socklen_t size = sizeof value;
	ck_assert_int_eq(getsockopt(fd, level, name, &value, &size), 0);
	return value;
}

/* The default of net.ipv4.ip_default_ttl, as a new socket has it. */
static int
default_ttl(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int ttl = family == AF_INET ? option(fd, IPPROTO_IP, IP_TTL) :
	    option(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS);
	close(fd);
	return ttl;
}

/* What is dropped that arrives, and how far goes what leaves; 0: as far as any. */
static const struct {
	enum silence what;
	int minimum, ttl;
} silences[] = {
	{SILENCE_CLIENT, 255, 0}, {SILENCE_SERVER, 255, 1},
	{HEAR_CLIENT, 2, 0}, {HEAR_SERVER, 0, 0},
};

START_TEST(each_kind_of_silence_is_made_at_both_levels)
{
	struct fixture fixture;
	int minimum = silences[_i].minimum, ttl = silences[_i].ttl;
	fixture_open(&fixture);
	ck_assert_int_eq(silence_process(fixture.pidfd, fixture.pid, silences[_i].what),
	    fixture.six >= 0 ? 2 : 1);
	ck_assert_int_eq(option(fixture.four, IPPROTO_IP, IP_MINTTL), minimum);
	ck_assert_int_eq(option(fixture.four, IPPROTO_IP, IP_TTL),
	    ttl != 0 ? ttl : default_ttl(AF_INET));
	if (fixture.six >= 0) {
		ck_assert_int_eq(option(fixture.six, IPPROTO_IPV6, IPV6_MINHOPCOUNT),
		    minimum);
		ck_assert_int_eq(option(fixture.six, IPPROTO_IPV6, IPV6_UNICAST_HOPS),
		    ttl != 0 ? ttl : default_ttl(AF_INET6));
		/* v4-mapped connections obey these alone */
		ck_assert_int_eq(option(fixture.six, IPPROTO_IP, IP_MINTTL), minimum);
		ck_assert_int_eq(option(fixture.six, IPPROTO_IP, IP_TTL),
		    ttl != 0 ? ttl : default_ttl(AF_INET));
	}
	fixture_close(&fixture);
}
END_TEST

START_TEST(what_is_heard_again_is_as_it_was)
{
	struct fixture fixture;
	fixture_open(&fixture);
	ck_assert_int_gt(silence_process(fixture.pidfd, fixture.pid, SILENCE_SERVER), 0);
	ck_assert_int_gt(silence_process(fixture.pidfd, fixture.pid, HEAR_SERVER), 0);
	ck_assert_int_eq(option(fixture.four, IPPROTO_IP, IP_MINTTL), 0);
	ck_assert_int_eq(option(fixture.four, IPPROTO_IP, IP_TTL), default_ttl(AF_INET));
	if (fixture.six >= 0)
		ck_assert_int_eq(option(fixture.six, IPPROTO_IPV6, IPV6_UNICAST_HOPS),
		    default_ttl(AF_INET6));
	fixture_close(&fixture);
}
END_TEST

START_TEST(the_clients_own_ttl_is_left_alone)
{
	struct fixture fixture;
	int ttl = 33;
	fixture_open(&fixture);
	ck_assert_int_eq(setsockopt(fixture.four, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl), 0);
	ck_assert_int_gt(silence_process(fixture.pidfd, fixture.pid, SILENCE_CLIENT), 0);
	ck_assert_int_eq(option(fixture.four, IPPROTO_IP, IP_TTL), ttl);
	ck_assert_int_gt(silence_process(fixture.pidfd, fixture.pid, HEAR_CLIENT), 0);
	ck_assert_int_eq(option(fixture.four, IPPROTO_IP, IP_TTL), ttl);
	fixture_close(&fixture);
}
END_TEST

START_TEST(who_vanishes_resets_and_hears_on)
{
	struct fixture fixture;
	struct linger linger = {0};
	socklen_t size = sizeof linger;
	fixture_open(&fixture);
	ck_assert_int_gt(silence_process(fixture.pidfd, fixture.pid, VANISH), 0);
	ck_assert_int_eq(getsockopt(fixture.four, SOL_SOCKET, SO_LINGER, &linger, &size), 0);
	ck_assert_int_eq(linger.l_onoff, 1);
	ck_assert_int_eq(linger.l_linger, 0);
	ck_assert_int_eq(option(fixture.four, IPPROTO_IP, IP_MINTTL), 0);
	fixture_close(&fixture);
}
END_TEST

/* What is not TCP's is not touched: it may be anything of the process's. */
START_TEST(other_sockets_are_left_alone)
{
	struct fixture fixture;
	struct linger linger = {0};
	socklen_t size = sizeof linger;
	fixture_open(&fixture);
	ck_assert_int_gt(silence_process(fixture.pidfd, fixture.pid, SILENCE_SERVER), 0);
	ck_assert_int_gt(silence_process(fixture.pidfd, fixture.pid, VANISH), 0);
	ck_assert_int_eq(option(fixture.udp, IPPROTO_IP, IP_TTL), default_ttl(AF_INET));
	const int others[] = {fixture.udp, fixture.local[0], fixture.local[1]};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		ck_assert_int_eq(getsockopt(others[i], SOL_SOCKET, SO_LINGER, &linger,
		    &size), 0);
		ck_assert_int_eq(linger.l_onoff, 0);
	}
	fixture_close(&fixture);
}
END_TEST

/* How many descriptors are open. */
static int
count_open(void)
{
	int count = 0;
	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* A copy that stays open would hold back a FIN. */
START_TEST(no_copy_stays_open)
{
	struct fixture fixture;
	fixture_open(&fixture);
	int before = count_open();
	for (int i = 0; i < 3; i++)
		ck_assert_int_gt(silence_process(fixture.pidfd, fixture.pid,
		    SILENCE_SERVER), 0);
	ck_assert_int_eq(silence_process(fixture.pidfd, INT32_MAX, SILENCE_SERVER), 0);
	ck_assert_int_eq(count_open(), before);
	fixture_close(&fixture);
}
END_TEST

/* The sockets are those of the pidfd's process; whose number it was may be another. */
START_TEST(who_has_ended_has_no_sockets)
{
	struct fixture fixture;
	fixture_open(&fixture);
	pid_t ended = fork();
	if (ended == 0)
		_exit(0);
	int pidfd = (int)syscall(SYS_pidfd_open, ended, 0);
	ck_assert_int_ge(pidfd, 0);
	ck_assert_int_eq(waitpid(ended, NULL, 0), ended);
	ck_assert_int_eq(silence_process(pidfd, ended, SILENCE_SERVER), 0);
	ck_assert_int_eq(silence_process(pidfd, fixture.pid, SILENCE_SERVER), 0);
	ck_assert_int_eq(option(fixture.four, IPPROTO_IP, IP_TTL), default_ttl(AF_INET));
	close(pidfd);
	fixture_close(&fixture);
}
END_TEST

/* Refused is told as refused: the host's silence is made in another way then. */
START_TEST(a_machine_that_refuses_copies_is_told)
{
	static const struct { long call; int error, expected; } refusals[] = {
		{SYS_pidfd_getfd, EPERM, -1}, {SYS_pidfd_getfd, EBADF, 0},
		{SYS_pidfd_getfd, ESRCH, 0}, {SYS_pidfd_getfd, ENOSYS, -1},
		{SYS_setsockopt, ENOPROTOOPT, -1},
	};
	struct fixture fixture;
	fixture_open(&fixture);
	for (enum silence what = SILENCE_CLIENT; what <= VANISH; what++)
		ck_assert_int_gt(silence_process(fixture.pidfd, fixture.pid, what), 0);
	ck_assert(refuse_call(refusals[_i].call, refusals[_i].error));
	for (enum silence what = SILENCE_CLIENT; what <= VANISH; what++) {
		errno = 0;
		ck_assert_int_eq(silence_process(fixture.pidfd, fixture.pid, what),
		    refusals[_i].expected);
		if (refusals[_i].expected < 0)
			ck_assert_int_eq(errno, refusals[_i].error);
	}
	fixture_close(&fixture);
}
END_TEST

Suite *
silence_suite(void)
{
	Suite *suite = suite_create("silence");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, each_kind_of_silence_is_made_at_both_levels, 0,
	    sizeof silences / sizeof *silences);
	tcase_add_test(all, what_is_heard_again_is_as_it_was);
	tcase_add_test(all, the_clients_own_ttl_is_left_alone);
	tcase_add_test(all, who_vanishes_resets_and_hears_on);
	tcase_add_test(all, other_sockets_are_left_alone);
	tcase_add_test(all, no_copy_stays_open);
	tcase_add_test(all, who_has_ended_has_no_sockets);
	tcase_add_loop_test(all, a_machine_that_refuses_copies_is_told, 0, 5);
	suite_add_tcase(suite, all);
	return suite;
}
