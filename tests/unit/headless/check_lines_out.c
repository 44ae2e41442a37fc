/* check_lines_out.c: lines to pipes, files and sockets; to readers that are slow, gone, or
 * do not read. */
#include "lines_out.h"

#include "suites.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* More than a pipe, or a socket, holds. */
enum { MUCH = 3 << 20 };

static char much[MUCH + 1];

/* How many descriptors this process has. */
static int
count_descriptors(void)
{
	int count = 0;
	DIR *entries = opendir("/proc/self/fd");
	ck_assert_ptr_nonnull(entries);
	while (readdir(entries) != NULL)
		count++;
	closedir(entries);
	return count;
}

/* A process that reads all from this descriptor, and ends with 0 when it was as much. */
static pid_t
fork_reader(int from, int to)
{
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid > 0)
		return pid;
	static char bytes[65536];
	size_t all = 0;
	ssize_t size;
	close(to);
	while ((size = read(from, bytes, sizeof bytes)) > 0)
		all += (size_t)size;
	_exit(all != MUCH);
}

/* A pipe, or a socket, which cannot be opened once more. */
static void
make_pair(int kind, int pair[2])
{
	if (kind == 0)
		ck_assert_int_eq(pipe(pair), 0);
	else
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
}

START_TEST(a_reader_gets_all)
{
	int pair[2], how;
	struct lines_out out;
	make_pair(_i, pair);
	memset(much, 'x', MUCH);
	pid_t reader = fork_reader(pair[0], pair[1]);
	int before = count_descriptors();
	lines_out_open(&out, pair[1], -1);
	ck_assert_int_eq(out.own, _i == 0);
	ck_assert_int_eq(out.fd != pair[1], _i == 0);
	ck_assert_int_eq(fcntl(pair[1], F_GETFL) & O_NONBLOCK, 0); /* that is others', too */
	lines_out_write(&out, much);
	ck_assert(!out.broken && !out.stopped);
	lines_out_close(&out);
	ck_assert_int_eq(count_descriptors(), before);
	ck_assert_int_eq(fcntl(pair[1], F_GETFD), 0); /* still open */
	lines_out_write(&out, "too late");
	close(pair[1]);
	ck_assert_int_eq(waitpid(reader, &how, 0), reader);
	ck_assert_int_eq(how, 0);
	close(pair[0]);
}
END_TEST

START_TEST(nobody_is_waited_for_when_it_has_to_end)
{
	int pair[2], stop[2];
	struct lines_out out;
	make_pair(_i, pair);
	ck_assert_int_eq(pipe(stop), 0);
	memset(much, 'x', MUCH);
	lines_out_open(&out, pair[1], stop[0]);
	ck_assert_int_eq(write(stop[1], "!", 1), 1);
	lines_out_write(&out, "there is room\n"); /* so nothing is waited for */
	ck_assert(!out.stopped);
	char bytes[32] = "";
	ck_assert_int_eq(read(pair[0], bytes, sizeof bytes), 14);
	lines_out_write(&out, much);
	ck_assert(out.stopped && !out.broken);
	lines_out_close(&out);
	for (int i = 0; i < 2; i++) {
		close(pair[i]);
		close(stop[i]);
	}
}
END_TEST

START_TEST(a_reader_that_has_gone_is_no_failure_to_tell)
{
	int pair[2], errors[2];
	char said[128];
	struct lines_out out;
	signal(SIGPIPE, SIG_IGN);
	make_pair(_i, pair);
	ck_assert_int_eq(pipe2(errors, O_NONBLOCK), 0);
	ck_assert_int_eq(dup2(errors[1], STDERR_FILENO), STDERR_FILENO);
	lines_out_open(&out, pair[1], -1);
	close(pair[0]);
	lines_out_write(&out, "hello\n");
	ck_assert(out.broken);
	lines_out_close(&out);
	ck_assert_int_eq(read(errors[0], said, sizeof said), -1); /* nothing was said */
	close(pair[1]);
}
END_TEST

/* A file is written at its place; a full disk is told. */
START_TEST(files_are_written_where_they_are)
{
	struct lines_out out;
	char bytes[32] = "";
	FILE *file = tmpfile();
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(write(fileno(file), "one\n", 4), 4);
	lines_out_open(&out, fileno(file), -1);
	ck_assert(!out.own);
	lines_out_write(&out, "two\n");
	lines_out_close(&out);
	ck_assert_int_eq(pread(fileno(file), bytes, sizeof bytes, 0), 8);
	ck_assert_str_eq(bytes, "one\ntwo\n");
	fclose(file);
	int full = open("/dev/full", O_WRONLY), errors[2];
	ck_assert_int_ge(full, 0);
	ck_assert_int_eq(pipe(errors), 0);
	ck_assert_int_eq(dup2(errors[1], STDERR_FILENO), STDERR_FILENO);
	lines_out_open(&out, full, -1);
	lines_out_write(&out, "three\n");
	ck_assert(out.broken);
	lines_out_close(&out);
	char said[128] = "";
	ck_assert_int_gt(read(errors[0], said, sizeof said - 1), 0);
	ck_assert_str_eq(said, "tcpconsole: cannot write events: No space left on device\n");
}
END_TEST

Suite *
lines_out_suite(void)
{
	Suite *suite = suite_create("lines_out");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, a_reader_gets_all, 0, 2);
	tcase_add_loop_test(all, nobody_is_waited_for_when_it_has_to_end, 0, 2);
	tcase_add_loop_test(all, a_reader_that_has_gone_is_no_failure_to_tell, 0, 2);
	tcase_add_test(all, files_are_written_where_they_are);
	suite_add_tcase(suite, all);
	return suite;
}
