/* check_screen_program.c: the program's first decisions: which of its faces, with which
 * descriptors, in which status it ends. */
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DEADLINE_MS = 20000, SAID = 65536 };

static char program[512], directory[64], recording[128], port[8];
static char out[SAID], err[SAID];
static int taken;

/* A port that refuses, and is nobody else's: bound and not listening. */
static void
take_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t room = sizeof address;
	taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(taken, (struct sockaddr *)&address, room), 0);
	ck_assert_int_eq(getsockname(taken, (struct sockaddr *)&address, &room), 0);
	snprintf(port, sizeof port, "%d", ntohs(address.sin_port));
}

static void
setup_program(void)
{
	const char *build = getenv("BUILD");
	snprintf(program, sizeof program, "%s/tcpconsole", build != NULL ? build : "build");
	snprintf(directory, sizeof directory, "/tmp/check_program_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(recording, sizeof recording, "%s/recording", directory);
	take_port();
}

static void
teardown_program(void)
{
	unlink(recording);
	rmdir(directory);
	close(taken);
}

/* Milliseconds on the monotonic clock. */
static int64_t
clock_ms(void)
{
	struct timespec now;
	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads a descriptor to its end. */
static void
read_all(int fd, char text[SAID], int64_t deadline)
{
	size_t used = 0;
	for (;;) {
		struct pollfd readable = {.fd = fd, .events = POLLIN};
		ck_assert_msg(clock_ms() < deadline, "it goes on and on");
		if (poll(&readable, 1, 100) <= 0)
			continue;
		ssize_t length = read(fd, text + used, SAID - 1 - used);
		if (length <= 0)
			break;
		used += (size_t)length;
	}
	text[used] = '\0';
	close(fd);
}

/* What is done with the standard descriptors before the program begins. */
enum closed { CLOSE_NONE, CLOSE_ALL, CLOSE_INPUT };

/* Runs it with these words (the last NULL) and this input; returns its status. */
static int
run(const char *const *words, const char *input, enum closed closed)
{
	int in[2], output[2], errors[2], status;
	char *arguments[16] = {program};
	for (size_t i = 0; words[i] != NULL; i++)
		arguments[i + 1] = (char *)(uintptr_t)words[i];
	ck_assert(pipe2(in, O_CLOEXEC) == 0 && pipe2(output, O_CLOEXEC) == 0 &&
	    pipe2(errors, O_CLOEXEC) == 0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(output[1], STDOUT_FILENO);
		dup2(errors[1], STDERR_FILENO);
		if (closed != CLOSE_NONE)
			close(STDIN_FILENO);
		if (closed == CLOSE_ALL) {
			close(STDOUT_FILENO);
			close(STDERR_FILENO);
		}
		setenv("LC_ALL", "C.UTF-8", 1);
		execv(program, arguments);
		_exit(127);
	}
	close(in[0]);
	close(output[1]);
	close(errors[1]);
	signal(SIGPIPE, SIG_IGN);
	if (write(in[1], input, strlen(input)) < 0)
		ck_assert_int_eq(errno, EPIPE);
	close(in[1]);
	read_all(output[0], out, clock_ms() + DEADLINE_MS);
	read_all(errors[0], err, clock_ms() + DEADLINE_MS);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define RUN(input, closed, ...) \
	run((const char *const[]){__VA_ARGS__, NULL}, input, closed)

START_TEST(help_version_and_lessons_are_printed)
{
	ck_assert_int_eq(RUN("", CLOSE_NONE, "--help"), 0);
	ck_assert_ptr_nonnull(strstr(out, "--headless"));
	ck_assert_str_eq(err, "");
	ck_assert_int_eq(RUN("", CLOSE_NONE, "--version"), 0);
	ck_assert_msg(strncmp(out, "tcpconsole ", 11) == 0, "%s", out);
	ck_assert_int_eq(out[strlen(out) - 1], '\n');
	ck_assert_int_eq(RUN("", CLOSE_NONE, "--list"), 0);
	ck_assert_ptr_nonnull(strstr(out, "zombies"));
}
END_TEST

START_TEST(a_wrong_line_is_one_line_and_status_2)
{
	ck_assert_int_eq(RUN("", CLOSE_NONE, "--nonsense"), 2);
	ck_assert_str_eq(out, "");
	ck_assert_msg(strncmp(err, "tcpconsole: ", 12) == 0, "%s", err);
	ck_assert_ptr_eq(strchr(err, '\n'), err + strlen(err) - 1);
}
END_TEST

START_TEST(without_a_terminal_there_is_no_screen)
{
	ck_assert_int_eq(RUN("", CLOSE_NONE, "--no-server", "127.0.0.1", port), 77);
	ck_assert_str_eq(out, "");
	ck_assert_str_eq(err,
	    "tcpconsole: no terminal for the screen: --headless works without one\n");
}
END_TEST

/* Whoever starts it without them: nothing it opens becomes one of the three. */
START_TEST(closed_descriptors_are_opened)
{
	ck_assert_int_eq(RUN("", CLOSE_ALL, "--version"), 0);
	ck_assert_int_eq(RUN("", CLOSE_ALL, "--record", recording, "--headless",
	    "--no-server", "127.0.0.1", port), 0);
	struct stat status;
	ck_assert_int_eq(stat(recording, &status), 0);
	ck_assert_int_gt(status.st_size, 0);
	ck_assert_int_eq(RUN("", CLOSE_INPUT, "--headless", "--no-server", "127.0.0.1", port),
	    0); /* no input is its end */
	ck_assert_str_eq(err, "");
}
END_TEST

START_TEST(a_session_is_recorded_and_replayed)
{
	char before[SAID];
	struct stat status;
	ck_assert_int_eq(RUN("show settings\n", CLOSE_NONE, "--record", recording,
	    "--headless", "--json", "--no-server", "127.0.0.1", port), 0);
	ck_assert_int_eq(stat(recording, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0600);
	snprintf(before, sizeof before, "%s", out);
	ck_assert_ptr_nonnull(strstr(before, "\"command\""));
	ck_assert_int_eq(RUN("", CLOSE_NONE, "--replay", recording, "--json"), 0);
	ck_assert_str_eq(out, before); /* printed, where there is no terminal */
	ck_assert_int_eq(RUN("", CLOSE_NONE, "--replay", recording), 0);
	ck_assert_str_ne(out, before);
	ck_assert_ptr_nonnull(strstr(out, "show settings"));
}
END_TEST

START_TEST(a_recording_that_cannot_begin_is_a_usage_error)
{
	char wanted[256];
	rmdir(directory);
	ck_assert_int_eq(RUN("", CLOSE_NONE, "--record", recording, "--headless",
	    "--no-server", "127.0.0.1", port), 2);
	snprintf(wanted, sizeof wanted, "tcpconsole: cannot record to %s: No such file or "
	    "directory\n", recording);
	ck_assert_str_eq(err, wanted);
	ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(a_lesson_without_a_terminal_is_played_through)
{
	ck_assert_int_eq(RUN("", CLOSE_NONE, "--play", "no-such-lesson", "127.0.0.1", port),
	    2);
	ck_assert_ptr_null(strstr(err, "no terminal"));
	ck_assert_ptr_nonnull(strstr(err, "no-such-lesson"));
}
END_TEST

/* Runs it with standard output on a full disk. */
static int
run_full(const char *word)
{
	int status;
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		int full = open("/dev/full", O_WRONLY), null = open("/dev/null", O_RDWR);
		dup2(full, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execl(program, program, word, (char *)NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(a_full_disk_is_told)
{
	ck_assert_int_eq(run_full("--help"), 1);
	ck_assert_int_eq(run_full("--version"), 1);
}
END_TEST

/* Its programs and lessons are beside it, wherever it is called from. */
START_TEST(a_link_leads_to_its_programs)
{
	char whole[512], link[128];
	ck_assert_ptr_nonnull(realpath(program, whole));
	snprintf(link, sizeof link, "%s/console", directory);
	ck_assert_int_eq(symlink(whole, link), 0);
	snprintf(program, sizeof program, "%s", link);
	ck_assert_int_eq(chdir("/"), 0);
	int status = RUN("connect\nexpect errno ECONNREFUSED\n", CLOSE_NONE, "--headless",
	    "--no-server", "127.0.0.1", port);
	unlink(link);
	ck_assert_msg(status == 0, "%s%s", out, err);
	ck_assert_ptr_nonnull(strstr(out, "ECONNREFUSED"));
}
END_TEST

Suite *
screen_program_suite(void)
{
	Suite *suite = suite_create("screen program");
	TCase *tcase = tcase_create("program");
	tcase_add_checked_fixture(tcase, setup_program, teardown_program);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, help_version_and_lessons_are_printed);
	tcase_add_test(tcase, a_wrong_line_is_one_line_and_status_2);
	tcase_add_test(tcase, without_a_terminal_there_is_no_screen);
	tcase_add_test(tcase, closed_descriptors_are_opened);
	tcase_add_test(tcase, a_session_is_recorded_and_replayed);
	tcase_add_test(tcase, a_recording_that_cannot_begin_is_a_usage_error);
	tcase_add_test(tcase, a_lesson_without_a_terminal_is_played_through);
	tcase_add_test(tcase, a_full_disk_is_told);
	tcase_add_test(tcase, a_link_leads_to_its_programs);
	suite_add_tcase(suite, tcase);
	return suite;
}
