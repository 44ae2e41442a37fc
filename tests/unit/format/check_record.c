/* check_record.c: a recording as a file: whose it is, whole lines and nothing else,
 * also when there is no more room. */
#include "record.h"

#include "event_fixture.h"
#include "parse_json.h"
#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT = 8192, ROOM = 400, PIPE_ROOM = 4096, BIG = 50000 };

static char directory[] = "/tmp/recordXXXXXX";
static char path[64];

static void
setup(void)
{
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/session.jsonl", directory);
}

static void
teardown(void)
{
	unlink(path);
	rmdir(directory);
}

/* Writes a note of so many bytes. */
static void
record_note(struct recorder *recorder, size_t length)
{
	static char text[TEXT];
	struct moment now;
	struct event event = {.type = EVENT_NOTE};
	memset(text, 'n', sizeof text);
	moment_init(&now);
	ck_assert_int_eq(event_set_text(&event, text, length), 0);
	recorder_write(recorder, &event, &now);
	event_release(&event);
}

/* The file's text, which is static. */
static const char *
file_text(void)
{
	static char text[4 * TEXT];
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* How many whole lines the file has; each is an event, and nothing is behind them. */
static unsigned
whole_lines(void)
{
	unsigned count = 0;
	struct event event;
	char line[TEXT];
	for (const char *text = file_text(); *text != '\0'; count++) {
		const char *end = strchr(text, '\n');
		ck_assert_msg(end != NULL, "half a line: %s", text);
		snprintf(line, sizeof line, "%.*s", (int)(end - text), text);
		ck_assert_msg(render_json_parse(line, &event) == 0, "no event: %s", line);
		event_release(&event);
		text = end + 1;
	}
	return count;
}

START_TEST(a_new_file_is_for_its_owner_alone)
{
	struct stat about;
	mode_t before = umask(0);
	struct recorder *recorder = recorder_open(path);
	umask(before);
	ck_assert_ptr_nonnull(recorder);
	ck_assert_int_eq(stat(path, &about), 0);
	ck_assert_uint_eq(about.st_mode & 07777, 0600);
	ck_assert_str_eq(recorder_path(recorder), path);
	ck_assert_uint_eq(recorder_events(recorder), 0);
	ck_assert_int_eq(recorder_close(recorder), 0);
	ck_assert_int_eq(recorder_close(NULL), 0);
}
END_TEST

START_TEST(a_file_that_is_there_is_emptied)
{
	struct stat about;
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs("what was there before\n", file);
	fclose(file);
	ck_assert_int_eq(chmod(path, 0640), 0);
	struct recorder *recorder = recorder_open(path);
	ck_assert_ptr_nonnull(recorder);
	ck_assert_str_eq(file_text(), "");
	ck_assert_int_eq(stat(path, &about), 0);
	ck_assert_uint_eq(about.st_mode & 07777, 0640);
	ck_assert_int_eq(recorder_close(recorder), 0);
}
END_TEST

/* A program that is started meanwhile does not hold the file. */
START_TEST(the_file_is_closed_on_exec)
{
	struct recorder *recorder = recorder_open(path);
	struct stat file, each;
	unsigned found = 0;
	ck_assert_int_eq(stat(path, &file), 0);
	for (int fd = 3; fd < 256; fd++)
		if (fstat(fd, &each) == 0 && each.st_ino == file.st_ino &&
		    each.st_dev == file.st_dev) {
			ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
			ck_assert_int_eq(fcntl(fd, F_GETFL) & O_ACCMODE, O_WRONLY);
			found++;
		}
	ck_assert_uint_eq(found, 1);
	ck_assert_int_eq(recorder_close(recorder), 0);
}
END_TEST

START_TEST(what_cannot_be_opened_says_why)
{
	errno = 0;
	ck_assert_ptr_null(recorder_open("/tmp/no such directory/x"));
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_ptr_null(recorder_open(directory));
	ck_assert_int_eq(errno, EISDIR);
}
END_TEST

/* Each event is there at once, in its turn. */
START_TEST(each_event_is_a_line)
{
	struct recorder *recorder = recorder_open(path);
	for (unsigned i = 1; i <= 3; i++) {
		record_note(recorder, i);
		ck_assert_uint_eq(recorder_events(recorder), i);
		ck_assert_uint_eq(whole_lines(), i);
	}
	ck_assert_ptr_nonnull(strstr(file_text(), "\"text\": \"n\"}\n{\"t\": "));
	ck_assert_ptr_nonnull(strstr(file_text(), "\"text\": \"nnn\"}\n"));
	ck_assert_int_eq(recorder_take_error(recorder), 0);
	ck_assert_int_eq(recorder_close(recorder), 0);
}
END_TEST

/* No more room: the line that did not fit is taken away, the error is told once, and
 * nothing more is written, though a shorter one would fit. */
START_TEST(a_full_disk_ends_the_recording)
{
	struct rlimit before, limit;
	struct recorder *recorder = recorder_open(path);
	record_note(recorder, 100);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = ROOM;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	record_note(recorder, 2 * ROOM);
	record_note(recorder, 1);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	record_note(recorder, 1);
	ck_assert_uint_eq(recorder_events(recorder), 1);
	ck_assert_uint_eq(whole_lines(), 1);
	if (_i == 0) {
		ck_assert_int_eq(recorder_take_error(recorder), EFBIG);
		ck_assert_int_eq(recorder_take_error(recorder), 0);
		ck_assert_int_eq(recorder_close(recorder), 0);
	} else {
		ck_assert_int_eq(recorder_close(recorder), -1); /* nobody took it */
		ck_assert_int_eq(errno, EFBIG);
	}
}
END_TEST

START_TEST(a_device_without_room_is_told)
{
	struct recorder *recorder = recorder_open("/dev/full");
	ck_assert_ptr_nonnull(recorder);
	record_note(recorder, 1);
	ck_assert_uint_eq(recorder_events(recorder), 0);
	ck_assert_int_eq(recorder_take_error(recorder), ENOSPC);
	ck_assert_int_eq(recorder_close(recorder), 0);
}
END_TEST

/* A reader of a pipe gets the same lines, whole ones. */
START_TEST(a_pipe_gets_whole_lines)
{
	char bytes[TEXT];
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct recorder *recorder = recorder_open(path);
	ck_assert_ptr_nonnull(recorder);
	record_note(recorder, 2);
	record_note(recorder, 3);
	ssize_t got = read(reader, bytes, sizeof bytes - 1);
	ck_assert_int_gt(got, 0);
	bytes[got] = '\0';
	ck_assert_ptr_nonnull(strstr(bytes, "\"nn\"}\n{"));
	ck_assert_str_eq(bytes + got - 7, "\"nnn\"}\n");
	ck_assert_int_eq(recorder_close(recorder), 0);
	ck_assert_int_eq(read(reader, bytes, 1), 0); /* it was closed */
	close(reader);
}
END_TEST

/* Reads a pipe once it is full and its writer has been interrupted; status 0 when one
 * whole line with so many letters n in its text came. */
static void
read_after_a_signal(int reader, size_t wanted)
{
	char bytes[TEXT];
	int waiting = 0;
	size_t letters = 0, lines = 0;
	ssize_t got;
	alarm(20);
	while (ioctl(reader, FIONREAD, &waiting) == 0 && waiting < PIPE_ROOM)
		sched_yield();
	kill(getppid(), SIGUSR1);
	while ((got = read(reader, bytes, sizeof bytes)) > 0)
		for (ssize_t i = 0; i < got; i++) {
			letters += bytes[i] == 'n';
			lines += bytes[i] == '\n';
		}
	_exit(lines == 1 && letters == wanted + 1 ? 0 : 1); /* "note" has one, too */
}

static void
interrupted(int number)
{
	(void)number;
}

/* A slow reader, and a signal meanwhile: the rest of the line follows. */
START_TEST(a_line_that_is_interrupted_is_written_on)
{
	static char text[BIG];
	struct moment now;
	struct event event = {.type = EVENT_NOTE};
	struct sigaction action = {.sa_handler = interrupted};
	int status;
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_eq(fcntl(reader, F_SETPIPE_SZ, PIPE_ROOM), PIPE_ROOM);
	ck_assert_int_eq(fcntl(reader, F_SETFL, 0), 0);
	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	pid_t child = fork();
	if (child == 0)
		read_after_a_signal(reader, BIG);
	ck_assert_int_gt(child, 0);
	struct recorder *recorder = recorder_open(path);
	memset(text, 'n', sizeof text);
	moment_init(&now);
	ck_assert_int_eq(event_set_text(&event, text, sizeof text), 0);
	recorder_write(recorder, &event, &now);
	event_release(&event);
	ck_assert_uint_eq(recorder_events(recorder), 1);
	ck_assert_int_eq(recorder_close(recorder), 0);
	close(reader);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_reader_that_has_stopped_ends_the_recording)
{
	static char text[BIG];
	struct moment now;
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct recorder *recorder = recorder_open(path);
	memset(text, 'n', sizeof text);
	moment_init(&now);
	for (int i = 0; i < 1000 && recorder_events(recorder) == (uint64_t)i; i++) {
		struct event event = {.type = EVENT_NOTE};
		ck_assert_int_eq(event_set_text(&event, text, sizeof text), 0);
		recorder_write(recorder, &event, &now);
		event_release(&event);
	}
	ck_assert_int_eq(recorder_take_error(recorder), EAGAIN);
	ck_assert_int_eq(recorder_close(recorder), 0); /* it was told */
	close(reader);
}
END_TEST

Suite *
record_suite(void)
{
	Suite *suite = suite_create("record");
	TCase *tests = tcase_create("record");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_new_file_is_for_its_owner_alone);
	tcase_add_test(tests, a_file_that_is_there_is_emptied);
	tcase_add_test(tests, the_file_is_closed_on_exec);
	tcase_add_test(tests, what_cannot_be_opened_says_why);
	tcase_add_test(tests, each_event_is_a_line);
	tcase_add_loop_test(tests, a_full_disk_ends_the_recording, 0, 2);
	tcase_add_test(tests, a_device_without_room_is_told);
	tcase_add_test(tests, a_pipe_gets_whole_lines);
	tcase_add_test(tests, a_line_that_is_interrupted_is_written_on);
	tcase_add_test(tests, a_reader_that_has_stopped_ends_the_recording);
	suite_add_tcase(suite, tests);
	return suite;
}
