/* check_screen_history.c: the lines that outlive the console: whose file it is, and what
 * stays of it when a disk fails. */
#include "history.h"

#include "suites.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TEXT = 512 };

/* The disk, in place of libc's: what fails next, and how often it was asked.  What
 * succeeds leaves something in errno, as it may. */
static struct {
	int fsync_error, rename_error;
	int fsyncs, renames;
} disk;

int
fsync(int fd)
{
	disk.fsyncs++;
	int result = disk.fsync_error != 0 ? -1 : (int)syscall(SYS_fsync, fd);
	errno = disk.fsync_error != 0 ? disk.fsync_error : ENOTTY;
	return result;
}

int
rename(const char *from, const char *to)
{
	disk.renames++;
	int result = disk.rename_error != 0 ? -1 : renameat(AT_FDCWD, from, AT_FDCWD, to);
	errno = disk.rename_error != 0 ? disk.rename_error : ENOTTY;
	return result;
}

static char directory[64];
static char path[128];

static void
setup_history(void)
{
	snprintf(directory, sizeof directory, "/tmp/check_screen_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/a/tcpconsole/history", directory);
}

static void
teardown_history(void)
{
	char parent[128];
	unlink(path);
	snprintf(parent, sizeof parent, "%s/a/tcpconsole", directory);
	chmod(parent, 0700);
	rmdir(path);
	rmdir(parent);
	snprintf(parent, sizeof parent, "%s/a", directory);
	unlink(parent);
	rmdir(parent);
	ck_assert_int_eq(rmdir(directory), 0);
}

/* Appends a line of the history. */
static void
collect(void *context, const char *text)
{
	char *all = context;
	size_t used = strlen(all);
	snprintf(all + used, TEXT - used, "%s|", text);
}

START_TEST(history_is_kept_for_the_user_alone)
{
	const char *const first[] = {"hello", ":kill child"};
	const char *const second[] = {"h\xc3\xa9llo", "a\033b"};
	char error[HISTORY_ERROR], all[TEXT] = "";
	struct stat status;
	ck_assert_int_eq(history_file_load(path, collect, all, error), 0);
	ck_assert_int_eq(history_file_append(path, first, 2, error), 0);
	ck_assert_int_eq(history_file_append(path, second, 2, error), 0);
	ck_assert_int_eq(history_file_append(path, NULL, 0, error), 0);
	ck_assert_int_eq(history_file_load(path, collect, all, error), 0);
	ck_assert_str_eq(all, "hello|:kill child|h\xc3\xa9llo|");
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0600);
}
END_TEST

START_TEST(history_forgets_the_oldest)
{
	char error[HISTORY_ERROR], number[16];
	const char *lines[] = {number};
	const char *many[HISTORY_LINES + 5];
	for (size_t i = 0; i < HISTORY_LINES + 5; i++)
		many[i] = i == 5 ? "the oldest" : "more";
	ck_assert_int_eq(history_file_append(path, many, HISTORY_LINES + 5, error), 0);
	snprintf(number, sizeof number, "last");
	FILE *file = fopen(path, "r");
	char text[32];
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(text, sizeof text, file));
	ck_assert_str_eq(text, "the oldest\n");
	fclose(file);
	ck_assert_int_eq(history_file_append(path, lines, 1, error), 0);
}
END_TEST

/* A FIFO would be waited at for ever. */
START_TEST(a_fifo_is_no_history)
{
	const char *const lines[] = {"hello"};
	char error[HISTORY_ERROR] = "", all[TEXT] = "";
	struct stat status;
	ck_assert_int_eq(history_file_append(path, lines, 1, error), 0);
	unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(history_file_load(path, collect, all, error), -1);
	ck_assert_ptr_nonnull(strstr(error, path));
	ck_assert_int_eq(history_file_append(path, lines, 1, error), -1);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert(S_ISFIFO(status.st_mode));
}
END_TEST

/* A link stays one: what it leads to is written. */
START_TEST(a_link_to_the_history_stays)
{
	const char *const lines[] = {"hello"}, *const more[] = {"more"};
	char error[HISTORY_ERROR] = "", all[TEXT] = "", target[160];
	struct stat status;
	snprintf(target, sizeof target, "%s.kept", path);
	ck_assert_int_eq(history_file_append(path, lines, 1, error), 0);
	ck_assert_int_eq(rename(path, target), 0);
	ck_assert_int_eq(symlink(target, path), 0);
	ck_assert_int_eq(history_file_append(path, more, 1, error), 0);
	ck_assert_int_eq(lstat(path, &status), 0);
	ck_assert(S_ISLNK(status.st_mode));
	ck_assert_int_eq(history_file_load(target, collect, all, error), 0);
	ck_assert_str_eq(all, "hello|more|");
	unlink(target);
}
END_TEST

START_TEST(what_cannot_be_written_costs_a_warning)
{
	const char *const lines[] = {"hello"};
	char error[HISTORY_ERROR] = "", file[128];
	snprintf(file, sizeof file, "%s/a", directory);
	FILE *in_the_way = fopen(file, "w");
	ck_assert_ptr_nonnull(in_the_way);
	fclose(in_the_way);
	ck_assert_int_eq(history_file_append(path, lines, 1, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "Not a directory"));
	unlink(file);
	ck_assert_int_eq(history_file_append(path, lines, 1, error), 0);
	unlink(path);
	ck_assert_int_eq(mkdir(path, 0700), 0); /* unreadable even for root */
	ck_assert_int_eq(history_file_append(path, lines, 1, error), -1);
	ck_assert_int_eq(history_file_load(path, collect, file, error), -1);
	ck_assert_uint_gt(strlen(error), 0);
	ck_assert_ptr_null(strchr(error, '\n'));
}
END_TEST

/* The directory of the file holds so many entries: nothing temporary stays there. */
static int
count_files(void)
{
	char parent[128];
	int count = 0;
	snprintf(parent, sizeof parent, "%s/a/tcpconsole", directory);
	DIR *entries = opendir(parent);
	ck_assert_ptr_nonnull(entries);
	for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(entries);
	return count;
}

/* The file holds these lines, each with | behind it. */
static void
check_lines(const char *wanted)
{
	char error[HISTORY_ERROR], all[TEXT] = "";
	ck_assert_int_eq(history_file_load(path, collect, all, error), 0);
	ck_assert_str_eq(all, wanted);
}

/* Appends one line; the error in the test's own text. */
static char failure[HISTORY_ERROR];

static int
append_line(const char *line)
{
	*failure = '\0';
	return history_file_append(path, &line, 1, failure);
}

/* What the environment says, and where the history is then. */
static const struct { const char *state, *home, *path; } places[] = {
	{"/s", "/h", "/s/tcpconsole/history"}, {"/s", NULL, "/s/tcpconsole/history"},
	{NULL, "/h", "/h/.local/state/tcpconsole/history"},
	{"", "/h", "/h/.local/state/tcpconsole/history"},
	{"relative", "/h", "/h/.local/state/tcpconsole/history"},
	{NULL, NULL, NULL}, {"relative", NULL, NULL}, {NULL, "relative", NULL},
	{"", "", NULL},
};

/* Sets a variable, or takes it away. */
static void
set(const char *name, const char *value)
{
	if (value != NULL)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

START_TEST(the_file_is_where_the_environment_says)
{
	set("XDG_STATE_HOME", places[_i].state);
	set("HOME", places[_i].home);
	char *found = history_file_path();
	if (places[_i].path == NULL)
		ck_assert_ptr_null(found);
	else
		ck_assert_pstr_eq(found, places[_i].path);
	free(found);
}
END_TEST

/* Whatever the umask lets through, and whatever mode the file had. */
START_TEST(nobody_else_reads_it)
{
	struct stat status;
	char parent[128];
	umask(0);
	ck_assert_int_eq(append_line("one"), 0);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0600);
	snprintf(parent, sizeof parent, "%s/a/tcpconsole", directory);
	ck_assert_int_eq(stat(parent, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0700);
	snprintf(parent, sizeof parent, "%s/a", directory);
	ck_assert_int_eq(stat(parent, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0700);
	ck_assert_int_eq(chmod(path, 0644), 0);
	ck_assert_int_eq(append_line("two"), 0);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0600);
	check_lines("one|two|");
}
END_TEST

/* A reader never sees half of it: it is another file that takes its place. */
START_TEST(it_is_replaced_whole)
{
	struct stat status;
	ck_assert_int_eq(append_line("one"), 0);
	FILE *before = fopen(path, "r");
	ck_assert_ptr_nonnull(before);
	ck_assert_int_eq(append_line("two"), 0);
	ck_assert_int_eq(disk.renames, 2);
	ck_assert_int_eq(disk.fsyncs, 2);
	char text[32];
	ck_assert_uint_eq(fread(text, 1, sizeof text, before), strlen("one\n"));
	ck_assert_int_eq(fstat(fileno(before), &status), 0);
	ck_assert_uint_eq(status.st_nlink, 0);
	fclose(before);
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

/* It cannot be written: this is said in one line, and the old one stays. */
static void
old_one_stays(int number)
{
	char wanted[HISTORY_ERROR];
	snprintf(wanted, sizeof wanted, "history: cannot write %s: %s", path,
	    strerror(number));
	ck_assert_int_eq(append_line("two"), -1);
	ck_assert_str_eq(failure, wanted);
	ck_assert_int_eq(count_files(), 1);
	check_lines("one|");
}

START_TEST(a_failing_disk_costs_a_warning_and_nothing_else)
{
	ck_assert_int_eq(append_line("one"), 0);
	disk.fsync_error = EIO;
	old_one_stays(EIO);
	disk.fsync_error = 0;
	disk.rename_error = EROFS;
	old_one_stays(EROFS);
	disk.rename_error = 0;
	ck_assert_int_eq(append_line("two"), 0);
	check_lines("one|two|");
}
END_TEST

/* As long as all of it stays in a buffer, and when a line is too much. */
START_TEST(a_full_disk_costs_a_warning_and_nothing_else)
{
	static char long_line[100000];
	struct rlimit full = {.rlim_cur = _i == 0 ? 2 : 5000, .rlim_max = RLIM_INFINITY};
	memset(long_line, 'x', sizeof long_line - 1);
	ck_assert_int_eq(append_line("one"), 0);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &full), 0);
	int result = append_line(_i == 0 ? "two" : long_line);
	full.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &full), 0);
	ck_assert_int_eq(result, -1);
	ck_assert_ptr_nonnull(strstr(failure, "history: cannot write "));
	ck_assert_ptr_nonnull(strstr(failure, strerror(EFBIG)));
	ck_assert_int_eq(count_files(), 1);
	check_lines("one|");
}
END_TEST

/* A name that is too long for the temporary one beside it. */
START_TEST(without_a_temporary_file_nothing_is_written)
{
	char longest[400];
	ck_assert_int_eq(append_line("one"), 0);
	snprintf(longest, sizeof longest, "%s/a/tcpconsole/%0255d", directory, 7);
	const char *line = "two";
	ck_assert_int_eq(history_file_append(longest, &line, 1, failure), -1);
	ck_assert_ptr_nonnull(strstr(failure, "history: cannot write "));
	ck_assert_int_eq(disk.renames, 1);
	ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(what_cannot_be_read_is_not_written_over)
{
	ck_assert_int_eq(append_line("one"), 0);
	unlink(path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(append_line("two"), -1);
	ck_assert_ptr_nonnull(strstr(failure, "history: cannot read "));
	ck_assert_ptr_nonnull(strstr(failure, strerror(EISDIR)));
	ck_assert_int_eq(disk.renames, 1);
}
END_TEST

START_TEST(nothing_typed_makes_no_file)
{
	struct stat status;
	ck_assert_int_eq(history_file_append(path, NULL, 0, failure), 0);
	ck_assert_int_eq(stat(path, &status), -1);
	ck_assert_int_eq(errno, ENOENT);
	snprintf(failure, sizeof failure, "%s/a", directory);
	ck_assert_int_eq(stat(failure, &status), -1);
}
END_TEST

/* Only lines that come back as they were typed. */
START_TEST(a_line_with_control_characters_is_left_out)
{
	static const char *const typed[] = {"a\tb", "a\nb", "\x1f", "\x7f", " ", "~",
	    "h\xc3\xa9", "\x80\xff", "last"};
	ck_assert_int_eq(history_file_append(path, typed, 9, failure), 0);
	check_lines(" |~|h\xc3\xa9|\x80\xff|last|");
}
END_TEST

START_TEST(a_file_that_others_wrote_is_read)
{
	ck_assert_int_eq(append_line("one"), 0);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs("\none\n\n\ttwo\n\033[2J\nthree\nno end", file);
	fclose(file);
	check_lines("one|three|no end|");
	ck_assert_int_eq(append_line("four"), 0);
	check_lines("one|three|no end|four|");
}
END_TEST

/* The latest so many are kept, in their order. */
START_TEST(so_many_lines_are_kept)
{
	static char numbers[HISTORY_LINES + 2][16];
	const char *typed[HISTORY_LINES + 2];
	for (int i = 0; i < HISTORY_LINES + 2; i++) {
		snprintf(numbers[i], sizeof numbers[i], "%d", i);
		typed[i] = numbers[i];
	}
	ck_assert_int_eq(history_file_append(path, typed, HISTORY_LINES - 1 + (size_t)_i,
	    failure), 0);
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	int first = -1, count = 0, number;
	while (fscanf(file, "%d", &number) == 1) {
		first = first < 0 ? number : first;
		ck_assert_int_eq(number, first + count++);
	}
	fclose(file);
	ck_assert_int_eq(count, _i == 0 ? HISTORY_LINES - 1 : HISTORY_LINES);
	ck_assert_int_eq(first, _i < 2 ? 0 : _i - 1);
}
END_TEST

Suite *
screen_history_suite(void)
{
	Suite *suite = suite_create("screen history");
	TCase *history = tcase_create("history");
	tcase_add_checked_fixture(history, setup_history, teardown_history);
	tcase_add_loop_test(history, the_file_is_where_the_environment_says, 0,
	    sizeof places / sizeof *places);
	tcase_add_test(history, history_is_kept_for_the_user_alone);
	tcase_add_test(history, a_fifo_is_no_history);
	tcase_add_test(history, a_link_to_the_history_stays);
	tcase_add_test(history, history_forgets_the_oldest);
	tcase_add_test(history, what_cannot_be_written_costs_a_warning);
	tcase_add_test(history, nobody_else_reads_it);
	tcase_add_test(history, it_is_replaced_whole);
	tcase_add_test(history, a_failing_disk_costs_a_warning_and_nothing_else);
	tcase_add_loop_test(history, a_full_disk_costs_a_warning_and_nothing_else, 0, 2);
	tcase_add_test(history, without_a_temporary_file_nothing_is_written);
	tcase_add_test(history, what_cannot_be_read_is_not_written_over);
	tcase_add_test(history, nothing_typed_makes_no_file);
	tcase_add_test(history, a_line_with_control_characters_is_left_out);
	tcase_add_test(history, a_file_that_others_wrote_is_read);
	tcase_add_loop_test(history, so_many_lines_are_kept, 0, 4);
	suite_add_tcase(suite, history);
	return suite;
}
