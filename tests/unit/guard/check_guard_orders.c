/* What the guard makes of an order: the test is the console, at the other end of its
 * socket, and may order what a console never would. */
#include "guard.h"

#include "process_stat.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000, FILES = 99 };

static int console, pipe_read, pipe_write;
static pid_t guard;

/* A guard, and a pipe for what its programs write. */
static void
setup(void)
{
	int fds[2];
	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	pipe_read = fds[0];
	pipe_write = fds[1];
	guard = guard_fork(&console, &(struct guard_files){.limit = FILES});
	ck_assert_int_gt(guard, 0);
}

/* The guard ends when the console does. */
static void
teardown(void)
{
	close(pipe_write);
	close(pipe_read);
	close(console);
	ck_assert_int_eq(waitpid(guard, NULL, 0), guard);
}

/* Sends an order as it stands, with so many copies of the pipe's end. */
static void
send_order(struct guard_order *order, size_t strings, size_t count)
{
	union { char room[CMSG_SPACE(4 * sizeof(int))]; struct cmsghdr align; } control;
	memset(&control, 0, sizeof control);
	struct iovec vector = {.iov_base = order,
	    .iov_len = offsetof(struct guard_order, strings) + strings};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
	if (count > 0) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		for (size_t i = 0; i < count; i++)
			memcpy(CMSG_DATA(header) + i * sizeof(int), &pipe_write, sizeof(int));
	}
	ck_assert_int_gt(sendmsg(console, &message, MSG_NOSIGNAL), 0);
}

/* The guard's next news. */
static struct guard_news
hear(void)
{
	struct guard_news news;
	struct pollfd ready = {.fd = console, .events = POLLIN};
	ck_assert_int_eq(poll(&ready, 1, PATIENCE_MS), 1);
	ck_assert_int_eq(recv(console, &news, sizeof news, 0), sizeof news);
	return news;
}

/* Orders a shell command of one kind. */
static void
order_shell(uint32_t serial, uint32_t program, const char *command)
{
	static struct guard_order order;
	/* anybody's is looked for in PATH */
	const char *const words[] = {program == GUARD_OURS ? "/bin/sh" : "sh", "sh", "-c",
	    command};
	size_t used = 0;
	order.serial = serial;
	order.program = program;
	order.count = 4;
	for (int i = 0; i < 4; i++) {
		strcpy(order.strings + used, words[i]);
		used += strlen(words[i]) + 1;
	}
	send_order(&order, used, program == GUARD_FOREIGN ? 2 : 1);
}

/* Runs it; how it ended. */
static int
run_shell(uint32_t program, const char *command)
{
	order_shell(7, program, command);
	struct guard_news news = hear();
	ck_assert_uint_eq(news.kind, GUARD_STARTED);
	ck_assert_uint_eq(news.serial, 7);
	pid_t pid = news.pid;
	news = hear();
	ck_assert_uint_eq(news.kind, GUARD_REAPED);
	ck_assert_int_eq(news.pid, pid);
	return news.status;
}

/* Orders that are not whole. */
static const struct {
	const char *strings;
	size_t size;
	uint32_t program, count;
	size_t files;
} wrong[] = {
	{"/bin/true\0true", 15, GUARD_OURS, 2, 0},    /* no descriptor */
	{"/bin/true\0true", 15, GUARD_OURS, 2, 2},    /* one too many */
	{"/bin/true\0true", 15, GUARD_FOREIGN, 2, 1}, /* one too few */
	{"/bin/true\0true", 15, 0, 2, 1}, {"/bin/true\0true", 15, 3, 2, 1},
	{"/bin/true\0true", 15, GUARD_OURS, 1, 1},    /* no argv */
	{"/bin/true\0true", 15, GUARD_OURS, 0, 1},
	{"/bin/true\0true", 15, GUARD_OURS, 3, 1},    /* more than there are */
	{"/bin/true\0true", 15, GUARD_OURS, GUARD_ARGUMENTS + 1, 1},
	{"/bin/true\0true", 14, GUARD_OURS, 2, 1},    /* the last is not closed */
	{"", 0, GUARD_OURS, 2, 1},
};

START_TEST(an_order_that_is_not_whole_starts_nothing)
{
	static struct guard_order order;
	memset(&order, 'x', sizeof order); /* what lies behind is no end of a string */
	order.serial = 5;
	order.program = wrong[_i].program;
	order.count = wrong[_i].count;
	memcpy(order.strings, wrong[_i].strings, wrong[_i].size);
	send_order(&order, wrong[_i].size, wrong[_i].files);
	struct guard_news news = hear();
	ck_assert_uint_eq(news.kind, GUARD_FAILED);
	ck_assert_uint_eq(news.serial, 5);
	ck_assert_int_eq(news.error, EINVAL);
	ck_assert_int_eq(news.pid, -1);
	ck_assert_int_eq(run_shell(GUARD_OURS, "exit 3"), 3 << 8); /* and it goes on */
}
END_TEST

START_TEST(what_comes_with_orders_is_closed)
{
	static struct guard_order order;
	char command[128], text[16] = "";
	for (size_t i = 0; i < 3 * sizeof wrong / sizeof *wrong; i++) {
		size_t number = i % (sizeof wrong / sizeof *wrong);
		order = (struct guard_order){.program = wrong[number].program,
		    .count = wrong[number].count};
		memcpy(order.strings, wrong[number].strings, wrong[number].size);
		send_order(&order, wrong[number].size, wrong[number].files);
		hear();
	}
	snprintf(command, sizeof command, "ls /proc/%d/fd | wc -l >&3", (int)guard);
	ck_assert_int_eq(run_shell(GUARD_OURS, command), 0);
	ck_assert_int_gt(read(pipe_read, text, sizeof text - 1), 0);
	/* /dev/null three times, the console, the signals; this order's own, perhaps */
	ck_assert_int_ge(atoi(text), 5);
	ck_assert_int_le(atoi(text), 9);
}
END_TEST

START_TEST(a_program_leads_a_group)
{
	uint32_t program = _i == 0 ? GUARD_OURS : GUARD_FOREIGN;
	order_shell(1, program, _i == 0 ? "echo >&3; kill -STOP $$" :
	    "echo; kill -STOP $$");
	struct guard_news news = hear();
	char byte;
	ck_assert_int_eq(read(pipe_read, &byte, 1), 1); /* it runs */
	ck_assert_int_eq(getpgid(news.pid), news.pid);
	if (program == GUARD_OURS)
		ck_assert_int_eq(getsid(news.pid), getsid(0));
	else
		ck_assert_int_eq(getsid(news.pid), news.pid); /* no terminal of ours */
}
END_TEST

START_TEST(limits_masks_and_dispositions_are_put_back)
{
	char command[160];
	snprintf(command, sizeof command, "test $(ulimit -n) = %d && grep -q "
	    "'^SigBlk:.*0000000000000000$' /proc/self/status && kill -TERM $$", FILES);
	ck_assert_int_eq(run_shell(_i == 0 ? GUARD_OURS : GUARD_FOREIGN, command), SIGTERM);
}
END_TEST

START_TEST(a_program_that_is_missing_is_told_its_errno)
{
	static struct guard_order order = {.serial = 9, .count = 2};
	static const struct { const char *path; int error; } paths[] = {
		{"/no/such", ENOENT}, {"/dev/null", EACCES}};
	order.program = GUARD_OURS;
	size_t length = strlen(paths[_i].path) + 1;
	memcpy(order.strings, paths[_i].path, length);
	memcpy(order.strings + length, "x", 2);
	send_order(&order, length + 2, 1);
	struct guard_news news = hear();
	ck_assert_uint_eq(news.kind, GUARD_FAILED);
	ck_assert_uint_eq(news.serial, 9);
	ck_assert_int_eq(news.pid, -1);
	ck_assert_int_eq(news.error, paths[_i].error);
	ck_assert_int_gt(news.time, 0);
	ck_assert_int_eq(run_shell(GUARD_OURS, "exit 0"), 0); /* it was not reaped as one */
}
END_TEST

/* It outlives the shell that began it: that would reap it. */
START_TEST(an_orphan_is_reaped_as_by_init)
{
	order_shell(1, GUARD_OURS, "sh -c 'while kill -0 $1 2>/dev/null; do :; done; exit 9' "
	    "orphan $$ & echo $! >&3");
	ck_assert_uint_eq(hear().kind, GUARD_STARTED);
	char text[32] = "";
	ck_assert_int_gt(read(pipe_read, text, sizeof text - 1), 0);
	bool orphan = false;
	for (int i = 0; i < 3 && !orphan; i++) {
		struct guard_news news = hear();
		ck_assert_uint_eq(news.kind, GUARD_REAPED);
		orphan = news.pid == atoi(text) && WEXITSTATUS(news.status) == 9;
	}
	ck_assert(orphan);
}
END_TEST

/* The guard itself is not ended by what a terminal or a shell sends. */
START_TEST(signals_do_not_end_the_guard)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP,
		SIGTTIN, SIGTTOU, SIGUSR1, SIGALRM};
	order_shell(1, GUARD_OURS, "echo >&3; read x"); /* it is past its beginning */
	hear();
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		ck_assert_int_eq(kill(guard, signals[i]), 0);
	hear();
	ck_assert_int_eq(run_shell(GUARD_OURS, "exit 4"), 4 << 8);
	ck_assert_int_ne(getpgid(guard), getpgid(0));
}
END_TEST

START_TEST(it_is_a_process_of_its_own_name)
{
	struct process_stat stat;
	ck_assert_int_eq(run_shell(GUARD_OURS, "exit 0"), 0);
	ck_assert_int_eq(process_stat_read(&stat, guard), 0);
	ck_assert_str_eq(stat.comm, "tcpguard");
	ck_assert_int_eq(fcntl(console, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert_int_eq(fcntl(console, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}
END_TEST

Suite *
guard_orders_suite(void)
{
	Suite *suite = suite_create("guard_orders");
	TCase *all = tcase_create("all");
	tcase_set_timeout(all, 60);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_loop_test(all, an_order_that_is_not_whole_starts_nothing, 0,
	    sizeof wrong / sizeof *wrong);
	tcase_add_test(all, what_comes_with_orders_is_closed);
	tcase_add_loop_test(all, a_program_leads_a_group, 0, 2);
	tcase_add_loop_test(all, limits_masks_and_dispositions_are_put_back, 0, 2);
	tcase_add_loop_test(all, a_program_that_is_missing_is_told_its_errno, 0, 2);
	tcase_add_test(all, an_orphan_is_reaped_as_by_init);
	tcase_add_test(all, signals_do_not_end_the_guard);
	tcase_add_test(all, it_is_a_process_of_its_own_name);
	suite_add_tcase(suite, all);
	return suite;
}
