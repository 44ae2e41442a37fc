/* check_process_stat.c: files of /proc/PID, captured ones and our own. */
#include "process_stat.h"

#include "fixture.h"
#include "suites.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DEADLINE = 10000 /* milliseconds */ };

/* Parses a fixture that is right. */
static struct process_stat
parse_fixture(const char *name)
{
	struct process_stat stat;
	size_t length;
	char *text = fixture_read(name, &length);

	ck_assert_int_eq(process_stat_parse(&stat, text), 0);
	free(text);
	return stat;
}

START_TEST(test_parse_running)
{
	struct process_stat stat = parse_fixture("proc_pid/stat_running.txt");
	char text[16];

	ck_assert_int_eq(stat.pid, 4928);
	ck_assert_str_eq(stat.comm, "cat");
	ck_assert_int_eq(stat.state, 'R');
	ck_assert_int_eq(stat.ppid, 4926);
	ck_assert_int_eq(stat.pgrp, 4926);
	ck_assert_int_eq(stat.session, 2141);
	ck_assert_int_eq(stat.tty_nr, 34822);
	ck_assert_int_eq(stat.tpgid, 4926);
	ck_assert_uint_eq(stat.utime, 7);
	ck_assert_uint_eq(stat.stime, 3);
	ck_assert_int_eq(process_stat_cpu(&stat),
	    INT64_C(10000000000) / sysconf(_SC_CLK_TCK));
	ck_assert_int_eq(stat.nice, 0);
	ck_assert_int_eq(stat.threads, 1);
	ck_assert_uint_eq(stat.start_time, 231511);
	ck_assert(stat.has_exit_code);
	ck_assert_int_eq(stat.exit_code, 0);
	process_stat_letters(&stat, text);
	ck_assert_str_eq(text, "R+");
	process_stat_tty(&stat, text);
	ck_assert_str_eq(text, "pts/6");
}
END_TEST

START_TEST(test_parse_zombie)
{
	struct process_stat stat = parse_fixture("proc_pid/stat_zombie.txt");
	char text[64];

	ck_assert_int_eq(stat.pid, 4974);
	ck_assert_str_eq(stat.comm, ") R 1 (x) (");
	ck_assert_int_eq(stat.state, 'Z');
	ck_assert_int_eq(stat.ppid, 4933);
	ck_assert_int_eq(stat.tpgid, -1);
	ck_assert(stat.has_exit_code);
	ck_assert(WIFSIGNALED(stat.exit_code));
	ck_assert_int_eq(WTERMSIG(stat.exit_code), SIGKILL);
	process_stat_letters(&stat, text);
	ck_assert_str_eq(text, "Z");
	process_stat_tty(&stat, text);
	ck_assert_str_eq(text, "?");
	process_command_read(&stat, text, sizeof text);
	ck_assert_str_eq(text, "[) R 1 (x) (] <defunct>");
	process_command_read(&stat, text, 8);
	ck_assert_str_eq(text, "[) R 1 ");
	process_command_read(&stat, text, 1);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(test_parse_threads)
{
	struct process_stat stat = parse_fixture("proc_pid/stat_threads.txt");
	char text[8];

	ck_assert_uint_eq(stat.utime, 1844674407370955161);
	ck_assert_int_eq(process_stat_cpu(&stat), 0); /* no such time */
	ck_assert_int_eq(stat.nice, -19);
	ck_assert_int_eq(stat.threads, 64);
	ck_assert_uint_eq(stat.start_time, UINT64_MAX);
	ck_assert(!stat.has_exit_code);
	process_stat_letters(&stat, text);
	ck_assert_str_eq(text, "S<sl");
	stat.nice = 5;
	process_stat_letters(&stat, text);
	ck_assert_str_eq(text, "SNsl");
	stat.tpgid = stat.pgrp;
	process_stat_letters(&stat, text);
	ck_assert_str_eq(text, "SNsl+");
	stat.tpgid = stat.pgrp + 1;
	process_stat_letters(&stat, text);
	ck_assert_str_eq(text, "SNsl");
}
END_TEST

static const char *const bad_lines[] = {
	"", "1", "1 ", "1 (", "1 (a", "1 (a)", "1 (a) ", "1 (a) S", "1 a) S 1", ")",
	"1 )", "(", "1 (a)S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5",
	"1 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0",
	"1 (a) 5 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5",
	"0 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5",
	"-1 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5",
	"4294967297 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5",
	"1 (a) S 4294967297 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5",
	"1 (a) S x 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5",
	"1 (a) S  1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5",
	"1 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99999999999999999999999",
	"1 (a) SS 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5",
};

START_TEST(test_parse_bad)
{
	struct process_stat stat;

	for (size_t i = 0; i < sizeof bad_lines / sizeof bad_lines[0]; i++) {
		errno = 0;
		ck_assert_msg(process_stat_parse(&stat, bad_lines[i]) == -1, "\"%s\"",
		    bad_lines[i]);
		ck_assert_int_eq(errno, EINVAL);
	}
}
END_TEST

/* A line cut anywhere is right or wrong, never read behind. */
START_TEST(test_parse_cut)
{
	size_t length;
	char *text = fixture_read("proc_pid/stat_zombie.txt", &length);

	for (size_t cut = 0; cut < length; cut++) {
		char *copy = strndup(text, cut);
		struct process_stat stat;
		ck_assert_ptr_nonnull(copy);
		if (process_stat_parse(&stat, copy) == 0)
			ck_assert_uint_gt(cut, 60);
		else
			ck_assert_uint_lt(cut, 80);
		free(copy);
	}
	free(text);
}
END_TEST

START_TEST(test_parse_long_name)
{
	char line[512], name[201];
	struct process_stat stat;

	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	snprintf(line, sizeof line,
	    "7 (%s) I 2 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5\n", name);
	ck_assert_int_eq(process_stat_parse(&stat, line), 0);
	ck_assert_uint_eq(strlen(stat.comm), PROCESS_TEXT - 1);
	ck_assert_int_eq(stat.state, 'I');
	ck_assert_uint_eq(stat.start_time, 5);
}
END_TEST

START_TEST(test_signals)
{
	struct process_signals signals;
	size_t length;
	char *text = fixture_read("proc_pid/status.txt", &length), *line;

	ck_assert_int_eq(process_signals_parse(&signals, text), 0);
	ck_assert_uint_eq(signals.pending, 1);
	ck_assert_uint_eq(signals.shared_pending, 0x4100);
	ck_assert_uint_eq(signals.blocked, UINT64_C(1) << (SIGCHLD - 1));
	ck_assert_uint_eq(signals.ignored,
	    1 << (SIGPIPE - 1) | 1 << (SIGINT - 1) | 1 << (SIGQUIT - 1));
	ck_assert_uint_eq(signals.caught, UINT64_C(0x8000000000000002));
	line = strstr(text, "\nSigCgt");
	ck_assert_ptr_nonnull(line);
	line[20] = '\0'; /* within the number */
	errno = 0;
	ck_assert_int_eq(process_signals_parse(&signals, text), -1);
	ck_assert_int_eq(errno, EINVAL);
	line[1] = 'X';
	ck_assert_int_eq(process_signals_parse(&signals, text), -1);
	ck_assert_int_eq(process_signals_parse(&signals, ""), -1);
	free(text);
}
END_TEST

START_TEST(test_tty)
{
	static const struct {
		int device;
		const char *name;
	} devices[] = {
		{0, "?"}, {4 << 8 | 1, "tty1"}, {4 << 8 | 64, "ttyS0"},
		{5 << 8 | 1, "console"}, {136 << 8 | 6, "pts/6"},
		{137 << 8 | 6, "pts/262"}, {136 << 8 | 1 << 20 | 2, "pts/258"},
		{204 << 8 | 64, "ttyAMA0"}, {204 << 8 | 1, "?"}, {229 << 8, "hvc0"},
		{1 << 8 | 3, "?"}, {-1, "?"},
	};

	for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
		struct process_stat stat = {.tty_nr = devices[i].device};
		char text[16];
		process_stat_tty(&stat, text);
		ck_assert_str_eq(text, devices[i].name);
	}
}
END_TEST

START_TEST(test_live_self)
{
	struct process_signals signals;
	struct process_stat stat;
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;

	ck_assert_int_eq(sigaction(SIGUSR1, &ignore, &before), 0);
	ck_assert_int_eq(process_stat_read(&stat, getpid()), 0);
	ck_assert_int_eq(stat.pid, getpid());
	ck_assert_int_eq(stat.ppid, getppid());
	ck_assert_int_eq(stat.pgrp, getpgrp());
	ck_assert_int_eq(stat.session, getsid(0));
	ck_assert_int_eq(stat.state, 'R');
	ck_assert_uint_gt(stat.start_time, 0);
	ck_assert_int_eq(process_signals_read(&signals, getpid()), 0);
	ck_assert((signals.ignored >> (SIGUSR1 - 1) & 1) == 1);
	ck_assert((signals.caught >> (SIGUSR1 - 1) & 1) == 0);
	ck_assert_int_eq(sigaction(SIGUSR1, &before, NULL), 0);
}
END_TEST

/* Milliseconds on the monotonic clock. */
static int64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* A child that sleeps in a read from fd, under this name. */
static pid_t
fork_reader(int fd, const char *name)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		char byte;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, name);
		_exit(read(fd, &byte, 1) == 1 ? 3 : 4);
	}
	return pid;
}

/* Reads the child's stat until it is in the state. */
static struct process_stat
await_state(pid_t pid, char state)
{
	int64_t deadline = now() + DEADLINE;
	struct process_stat stat;

	for (;;) {
		ck_assert_int_eq(process_stat_read(&stat, pid), 0);
		if (stat.state == state)
			return stat;
		ck_assert_msg(now() < deadline, "state %c", stat.state);
		poll(NULL, 0, 1);
	}
}

/* From asleep to stopped to zombie to nothing. */
START_TEST(test_live_child)
{
	static const char name[] = ") Z 1 (x";
	struct process_signals signals;
	struct process_stat stat;
	int pipes[2], status;
	char text[64];
	pid_t pid;

	ck_assert_int_eq(pipe(pipes), 0);
	pid = fork_reader(pipes[0], name);
	await_state(pid, 'S');
	ck_assert_int_eq(kill(pid, SIGSTOP), 0);
	stat = await_state(pid, 'T');
	ck_assert_int_eq(stat.ppid, getpid());
	ck_assert_str_eq(stat.comm, name);
	ck_assert_int_eq(kill(pid, SIGTERM), 0);
	ck_assert_int_eq(process_signals_read(&signals, pid), 0);
	ck_assert((signals.shared_pending >> (SIGTERM - 1) & 1) == 1);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	stat = await_state(pid, 'Z');
	ck_assert_str_eq(stat.comm, name);
	ck_assert(stat.has_exit_code);
	ck_assert_int_eq(stat.exit_code, SIGKILL);
	process_command_read(&stat, text, sizeof text);
	ck_assert_str_eq(text, "[) Z 1 (x] <defunct>");
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, stat.exit_code);
	errno = 0;
	ck_assert_int_eq(process_stat_read(&stat, pid), -1);
	ck_assert(errno == ENOENT || errno == ESRCH);
	ck_assert_int_eq(process_signals_read(&signals, pid), -1);
	process_wchan_read(pid, text);
	ck_assert_str_eq(text, "-");
	close(pipes[0]);
	close(pipes[1]);
}
END_TEST

START_TEST(test_live_children)
{
	pid_t started[3], found[16], other[1];
	int pipes[2], seen = 0, count;

	ck_assert_int_eq(pipe(pipes), 0);
	count = process_children(getpid(), found, 16);
	ck_assert_int_eq(count, 0);
	for (int i = 0; i < 3; i++)
		started[i] = fork_reader(pipes[0], "reader");
	ck_assert_int_eq(process_children(getpid(), found, 16), 3);
	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 3; j++)
			seen += found[j] == started[i];
	}
	ck_assert_int_eq(seen, 3);
	other[0] = 0;
	ck_assert_int_eq(process_children(getpid(), other, 1), 3);
	ck_assert_int_eq(other[0], found[0]);
	ck_assert_int_eq(process_children(getpid(), NULL, 0), 3);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(kill(started[i], SIGKILL), 0);
		await_state(started[i], 'Z');
	}
	ck_assert_int_eq(process_children(getpid(), found, 16), 3);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(waitpid(started[i], NULL, 0), started[i]);
	ck_assert_int_eq(process_children(getpid(), found, 16), 0);
	close(pipes[0]);
	close(pipes[1]);
}
END_TEST

/* The two ends of a TCP connection over loopback. */
static void
connect_ends(int ends[2])
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(bind(listener, (void *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (void *)&address, &length), 0);
	ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(ends[0], (void *)&address, sizeof address), 0);
	ends[1] = accept(listener, NULL, NULL);
	ck_assert_int_ge(ends[1], 0);
	close(listener);
}

START_TEST(test_live_wchan)
{
	int64_t deadline = now() + DEADLINE;
	char text[PROCESS_TEXT];
	int ends[2];
	pid_t pid;

	connect_ends(ends);
	pid = fork_reader(ends[0], "reader");
	for (;;) {
		await_state(pid, 'S');
		process_wchan_read(pid, text);
		/* a kernel without symbols, or one that hides them, says nothing */
		if (strcmp(text, "wait_woken/read") == 0 ||
		    (strcmp(text, "-") == 0 && now() > deadline))
			break;
		ck_assert_msg(now() < deadline, "wchan %s", text);
		poll(NULL, 0, 1);
	}
	process_wchan_read(getpid(), text);
	ck_assert_str_eq(text, "-");
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

/* A program's own arguments: joined, without directory and control bytes. */
START_TEST(test_live_command)
{
	static const char expected[] = "sh -s two words?ok  \303\251t\303\251";
	int64_t deadline = now() + DEADLINE;
	struct process_stat stat;
	char text[128];
	int pipes[2];
	pid_t pid;

	ck_assert_int_eq(pipe(pipes), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) { /* a shell that waits for commands from the pipe */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(pipes[0], 0);
		execl("/bin/sh", "/bin/sh", "-s", "two words\nok", "",
		    "\303\251t\303\251", (char *)NULL);
		_exit(127);
	}
	for (;;) {
		stat = await_state(pid, 'S');
		process_command_read(&stat, text, sizeof text);
		if (strncmp(text, "sh ", 3) == 0)
			break;
		ck_assert_msg(now() < deadline, "command %s", text);
		poll(NULL, 0, 1);
	}
	ck_assert_str_eq(text, expected);
	/* one byte too little: the last letter, of two bytes, is left off */
	process_command_read(&stat, text, strlen(expected));
	ck_assert_str_eq(text, "sh -s two words?ok  \303\251t");
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	close(pipes[0]);
	close(pipes[1]);
}
END_TEST

Suite *
process_stat_suite(void)
{
	Suite *suite = suite_create("process_stat");
	TCase *tcase = tcase_create("all");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_parse_running);
	tcase_add_test(tcase, test_parse_zombie);
	tcase_add_test(tcase, test_parse_threads);
	tcase_add_test(tcase, test_parse_bad);
	tcase_add_test(tcase, test_parse_cut);
	tcase_add_test(tcase, test_parse_long_name);
	tcase_add_test(tcase, test_signals);
	tcase_add_test(tcase, test_tty);
	tcase_add_test(tcase, test_live_self);
	tcase_add_test(tcase, test_live_child);
	tcase_add_test(tcase, test_live_children);
	tcase_add_test(tcase, test_live_wchan);
	tcase_add_test(tcase, test_live_command);
	suite_add_tcase(suite, tcase);
	return suite;
}
