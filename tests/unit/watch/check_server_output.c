/* check_server_output.c: what a server writes, line by line, and not more of it than can be
 * read. */
#include "server_output.h"

#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { PID = 4711, LINE_MOST = 1000, BURST_LINES = 1000 };

struct fixture {
	struct loop *loop;
	struct log *log;
	struct server_output *output;
	int out, error;     /* the server's ends */
};

static void
fixture_open(struct fixture *fixture)
{
	signal(SIGPIPE, SIG_IGN);
	fixture->loop = loop_new();
	fixture->log = log_new(10000);
	ck_assert(fixture->loop != NULL && fixture->log != NULL);
	fixture->output = server_output_new(fixture->loop, fixture->log);
	ck_assert_ptr_nonnull(fixture->output);
	ck_assert(server_output_open(fixture->output, false, &fixture->out, &fixture->error));
}

static void
fixture_close(struct fixture *fixture)
{
	close(fixture->out);
	close(fixture->error);
	server_output_free(fixture->output);
	log_free(fixture->log);
	loop_free(fixture->loop);
}

static void
write_all(int fd, const char *text)
{
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* Event number of those of this type; NULL: so many were not told. */
static const struct event *
told(const struct fixture *fixture, enum event_type type, unsigned number)
{
	for (uint64_t i = log_first(fixture->log); i < log_end(fixture->log); i++) {
		const struct event *event = log_event(fixture->log, i);
		if (event->type == type && number-- == 0)
			return event;
	}
	return NULL;
}

static unsigned
count_told(const struct fixture *fixture, enum event_type type)
{
	unsigned count = 0;
	for (uint64_t i = log_first(fixture->log); i < log_end(fixture->log); i++)
		count += log_event(fixture->log, i)->type == type;
	return count;
}

/* Runs the loop until so many events of the type were told. */
static void
await(const struct fixture *fixture, enum event_type type, unsigned count)
{
	int64_t end = loop_now(fixture->loop) + SECONDS(20);
	while (count_told(fixture, type) < count) {
		ck_assert_msg(loop_now(fixture->loop) < end, "%u, not %u",
		    count_told(fixture, type), count);
		ck_assert_int_ge(loop_round(fixture->loop, 20), 0);
	}
}

/* Line number of what was told. */
static void
check_line(const struct fixture *fixture, unsigned number, int stream, const char *text)
{
	const struct event *event = told(fixture, EVENT_OUTPUT, number);
	ck_assert_ptr_nonnull(event);
	ck_assert_int_eq(event->output.stream, stream);
	ck_assert_int_eq(event->output.pid, PID);
	ck_assert_uint_eq(event->length, strlen(text));
	ck_assert_mem_eq(event->text, text, strlen(text));
}

START_TEST(lines_are_told_as_they_come)
{
	struct fixture fixture;
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	write_all(fixture.out, "one\n\ntwo\nthr");
	await(&fixture, EVENT_OUTPUT, 3);
	check_line(&fixture, 0, 1, "one");
	check_line(&fixture, 1, 1, "");
	check_line(&fixture, 2, 1, "two");
	write_all(fixture.error, "oops\n");
	await(&fixture, EVENT_OUTPUT, 4);
	check_line(&fixture, 3, 2, "oops");
	write_all(fixture.out, "ee\n");
	await(&fixture, EVENT_OUTPUT, 5);
	check_line(&fixture, 4, 1, "three");
	fixture_close(&fixture);
}
END_TEST

START_TEST(bytes_of_any_kind_are_kept)
{
	struct fixture fixture;
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	ck_assert_int_eq(write(fixture.out, "a\0\033\xff\n", 5), 5);
	await(&fixture, EVENT_OUTPUT, 1);
	ck_assert_uint_eq(told(&fixture, EVENT_OUTPUT, 0)->length, 4);
	ck_assert_mem_eq(told(&fixture, EVENT_OUTPUT, 0)->text, "a\0\033\xff", 4);
	fixture_close(&fixture);
}
END_TEST

/* Whose the words are is known with its number: before, they wait. */
START_TEST(nothing_is_read_before_the_server_has_a_number)
{
	struct fixture fixture;
	fixture_open(&fixture);
	write_all(fixture.out, "early\n");
	ck_assert_int_eq(loop_round(fixture.loop, 0), 0);
	server_output_drain(fixture.output);
	ck_assert_uint_eq(count_told(&fixture, EVENT_OUTPUT), 0);
	server_output_name(fixture.output, PID);
	await(&fixture, EVENT_OUTPUT, 1);
	check_line(&fixture, 0, 1, "early");
	fixture_close(&fixture);
}
END_TEST

/* Another server is started while what the first one left still writes. */
START_TEST(each_server_has_its_own_pipes)
{
	struct fixture fixture;
	int out, error;
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	ck_assert(server_output_open(fixture.output, false, &out, &error));
	server_output_name(fixture.output, PID + 1);
	write_all(fixture.out, "first\n");
	await(&fixture, EVENT_OUTPUT, 1);
	check_line(&fixture, 0, 1, "first");
	write_all(out, "second\n");
	await(&fixture, EVENT_OUTPUT, 2);
	ck_assert_int_eq(told(&fixture, EVENT_OUTPUT, 1)->output.pid, PID + 1);
	close(out);
	close(error);
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_server_that_could_not_be_started_has_no_pipes)
{
	struct fixture fixture;
	int out, error;
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	ck_assert(server_output_open(fixture.output, false, &out, &error));
	server_output_forget(fixture.output);
	ck_assert_int_eq(write(out, "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_int_eq(write(error, "x", 1), -1);
	write_all(fixture.out, "still here\n"); /* the other's are as they were */
	await(&fixture, EVENT_OUTPUT, 1);
	close(out);
	close(error);
	fixture_close(&fixture);
}
END_TEST

/* The errors are the last words. */
START_TEST(what_is_left_is_told_at_once)
{
	struct fixture fixture;
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	write_all(fixture.error, "cannot bind");
	write_all(fixture.out, "starting\nhalf a line");
	server_output_drain(fixture.output);
	ck_assert_uint_eq(count_told(&fixture, EVENT_OUTPUT), 3);
	check_line(&fixture, 0, 1, "starting");
	check_line(&fixture, 1, 1, "half a line");
	check_line(&fixture, 2, 2, "cannot bind");
	server_output_drain(fixture.output); /* once */
	ck_assert_uint_eq(count_told(&fixture, EVENT_OUTPUT), 3);
	fixture_close(&fixture);
}
END_TEST

/* The server and its children have ended: what is no whole line is told. */
START_TEST(the_end_of_a_pipe_ends_its_line)
{
	struct fixture fixture;
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	int first = _i == 0 ? fixture.out : fixture.error;
	int second = _i == 0 ? fixture.error : fixture.out;
	write_all(first, "bye");
	close(first);
	await(&fixture, EVENT_OUTPUT, 1);
	check_line(&fixture, 0, _i == 0 ? 1 : 2, "bye");
	write_all(second, "not yet\n"); /* the other pipe goes on */
	await(&fixture, EVENT_OUTPUT, 2);
	close(second);
	while (loop_round(fixture.loop, 20) > 0) /* until none is watched any more */
		continue;
	fixture.out = fixture.error = -1;
	fixture_close(&fixture);
}
END_TEST

START_TEST(a_line_without_an_end_is_told_after_a_second)
{
	struct fixture fixture;
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	int64_t before = loop_now(fixture.loop);
	write_all(fixture.out, "password: ");
	if (_i == 1) { /* the other pipe brings so much that it rests meanwhile */
		loop_round(fixture.loop, 1000);
		for (int i = 0; i < 50; i++)
			write_all(fixture.error, "0123456789012345678901234567890123456789"
			    "0123456789012345678901234567890123456789012345678\n");
	}
	await(&fixture, EVENT_OUTPUT, _i == 1 ? 51 : 1);
	check_line(&fixture, _i == 1 ? 50 : 0, 1, "password: ");
	ck_assert_int_ge(told(&fixture, EVENT_OUTPUT, _i == 1 ? 50 : 0)->time,
	    before + SECONDS(1));
	fixture_close(&fixture);
}
END_TEST

static const struct { size_t length, pieces[4]; } lengths[] = {
	{LINE_MOST - 1, {LINE_MOST - 1}}, {LINE_MOST, {LINE_MOST}},
	{LINE_MOST + 1, {LINE_MOST, 1}}, {2 * LINE_MOST, {LINE_MOST, LINE_MOST}},
	{2500, {LINE_MOST, LINE_MOST, 500}},
};

START_TEST(a_long_line_is_told_in_pieces)
{
	struct fixture fixture;
	char text[3000];
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + i % 26);
	size_t length = lengths[_i].length, at = 0;
	text[length] = '\n';
	ck_assert_int_eq(write(fixture.out, text, length + 1), (ssize_t)length + 1);
	write_all(fixture.out, "end\n");
	unsigned count = 0;
	while (count < 4 && lengths[_i].pieces[count] > 0)
		count++;
	await(&fixture, EVENT_OUTPUT, count + 1);
	for (unsigned i = 0; i < count; i++) {
		const struct event *event = told(&fixture, EVENT_OUTPUT, i);
		ck_assert_uint_eq(event->length, lengths[_i].pieces[i]);
		ck_assert_mem_eq(event->text, text + at, event->length);
		at += event->length;
	}
	check_line(&fixture, count, 1, "end");
	fixture_close(&fixture);
}
END_TEST

/* Its end may never come. */
START_TEST(a_line_that_does_not_end_is_told_in_pieces)
{
	struct fixture fixture;
	char text[2500];
	memset(text, 'v', sizeof text);
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	ck_assert_int_eq(write(fixture.out, text, sizeof text), sizeof text);
	await(&fixture, EVENT_OUTPUT, 2);
	ck_assert_uint_eq(told(&fixture, EVENT_OUTPUT, 1)->length, LINE_MOST);
	write_all(fixture.out, "\n");
	await(&fixture, EVENT_OUTPUT, 3);
	ck_assert_uint_eq(told(&fixture, EVENT_OUTPUT, 2)->length, 500);
	fixture_close(&fixture);
}
END_TEST

/* Writes so many lines of one byte. */
static void
write_lines(int fd, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		write_all(fd, "x\n");
}

/* How many lines the notes say were left out. */
static unsigned
left_out(const struct fixture *fixture)
{
	const struct event *event;
	unsigned sum = 0;
	for (unsigned i = 0; (event = told(fixture, EVENT_NOTE, i)) != NULL; i++)
		sum += (unsigned)strtoul(strpbrk(event->text, "0123456789"), NULL, 10);
	return sum;
}

/* Of a server that writes without end, so many lines are told, and then fifty a second;
 * the others are counted. */
START_TEST(a_flood_is_counted_and_left_out)
{
	struct fixture fixture;
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	loop_round(fixture.loop, 1200); /* silence saves nothing up */
	int64_t before = loop_now(fixture.loop);
	write_lines(fixture.out, 3000);
	server_output_drain(fixture.output);
	unsigned lines = count_told(&fixture, EVENT_OUTPUT);
	int64_t passed = (loop_now(fixture.loop) - before) / MILLISECONDS(20) + 1;
	ck_assert_uint_ge(lines, BURST_LINES);
	ck_assert_uint_le(lines, BURST_LINES + 1 + (unsigned)passed);
	ck_assert_uint_eq(count_told(&fixture, EVENT_NOTE), 1);
	ck_assert_uint_eq(lines + left_out(&fixture), 3000);
	int64_t end = loop_now(fixture.loop) + SECONDS(20);
	while (count_told(&fixture, EVENT_OUTPUT) == lines) { /* its share comes again */
		ck_assert_int_lt(loop_now(fixture.loop), end);
		write_all(fixture.out, "y\n");
		loop_round(fixture.loop, 5);
	}
	fixture_close(&fixture);
}
END_TEST

/* Without anybody's asking, and not for every one of them. */
START_TEST(what_is_left_out_is_said_now_and_then)
{
	struct fixture fixture;
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	write_lines(fixture.out, 3000);
	await(&fixture, EVENT_NOTE, 1);
	unsigned lines = count_told(&fixture, EVENT_OUTPUT);
	ck_assert_uint_eq(lines + left_out(&fixture), 3000);
	int64_t end = loop_now(fixture.loop) + MILLISECONDS(1500);
	write_lines(fixture.out, 500);
	while (loop_now(fixture.loop) < end)
		loop_round(fixture.loop, 20);
	ck_assert_msg(count_told(&fixture, EVENT_NOTE) == 1, "it was said again at once");
	server_output_drain(fixture.output); /* at the end it is */
	ck_assert_uint_eq(count_told(&fixture, EVENT_OUTPUT) + left_out(&fixture), 3500);
	fixture_close(&fixture);
}
END_TEST

/* A pipe that brought much rests for a moment, and is read again. */
START_TEST(a_pipe_that_brought_much_is_read_on)
{
	struct fixture fixture;
	char text[8001];
	memset(text, 'z', sizeof text);
	for (size_t i = 99; i < sizeof text; i += 100)
		text[i] = '\n';
	text[8000] = '\0';
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	for (unsigned round = 1; round <= 3; round++) {
		write_all(fixture.out, text);
		await(&fixture, EVENT_OUTPUT, 80 * round);
	}
	/* while it rests nothing is read, though it is there */
	write_all(fixture.out, text);
	ck_assert_int_ge(loop_round(fixture.loop, 100), 0);
	fixture_close(&fixture);
}
END_TEST

START_TEST(the_last_line_is_kept_and_made_visible)
{
	struct fixture fixture;
	char text[512];
	fixture_open(&fixture);
	server_output_last(fixture.output, text, sizeof text);
	ck_assert_str_eq(text, "");
	server_output_name(fixture.output, PID);
	write_all(fixture.out, "first\nlast \033[2J\n\n\n");
	server_output_drain(fixture.output);
	server_output_last(fixture.output, text, sizeof text);
	ck_assert_str_eq(text, "last ^[[2J");
	server_output_last(fixture.output, text, 6);
	ck_assert_str_eq(text, "last ");
	for (int i = 0; i < 250; i++)
		write_all(fixture.out, "w");
	server_output_drain(fixture.output);
	server_output_last(fixture.output, text, sizeof text);
	ck_assert_uint_eq(strlen(text), 200);
	int out, error; /* another server has said nothing yet */
	ck_assert(server_output_open(fixture.output, false, &out, &error));
	server_output_last(fixture.output, text, sizeof text);
	ck_assert_str_eq(text, "");
	close(out);
	close(error);
	fixture_close(&fixture);
}
END_TEST

/* The lowest descriptor that is free. */
static int
lowest_free(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(fd);
	return fd;
}

START_TEST(descriptors_are_close_on_exec_and_all_are_closed)
{
	enum { DESCRIPTORS = 64 };
	struct fixture fixture;
	bool open_before[DESCRIPTORS];
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		open_before[fd] = fcntl(fd, F_GETFD) >= 0;
	fixture_open(&fixture);
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		if (!open_before[fd] && fcntl(fd, F_GETFD) >= 0)
			ck_assert_msg(fcntl(fd, F_GETFD) & FD_CLOEXEC, "descriptor %d", fd);
	ck_assert_int_eq(fcntl(fixture.out, F_GETFL) & O_NONBLOCK, 0); /* the server's way */
	server_output_name(fixture.output, PID);
	server_output_free(fixture.output);
	ck_assert_int_eq(write(fixture.out, "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	fixture.output = NULL;
	fixture_close(&fixture);
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		ck_assert_int_eq(fcntl(fd, F_GETFD) >= 0, open_before[fd]);
}
END_TEST

/* So few descriptors are left that the second pipe does not fit. */
START_TEST(want_of_descriptors_is_told_and_leaves_nothing)
{
	struct fixture fixture;
	struct rlimit limit, few;
	int out = -1, error = -1;
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	int before = lowest_free();
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int more = 0; more < 4; more++) {
		few = limit;
		few.rlim_cur = (rlim_t)before + (rlim_t)more;
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
		errno = 0;
		ck_assert(!server_output_open(fixture.output, false, &out, &error));
		ck_assert_int_eq(errno, EMFILE);
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
		ck_assert_int_eq(lowest_free(), before);
	}
	write_all(fixture.out, "alive\n");
	await(&fixture, EVENT_OUTPUT, 1);
	fixture_close(&fixture);
}
END_TEST

/* A server whose output is a terminal: what it writes comes as it is. */
START_TEST(a_terminal_changes_nothing)
{
	struct fixture fixture;
	int out, error;
	fixture_open(&fixture);
	ck_assert(server_output_open(fixture.output, true, &out, &error));
	server_output_name(fixture.output, PID);
	ck_assert_int_eq(isatty(out), 1);
	ck_assert_int_eq(isatty(error), 0);
	ck_assert_int_ne(fcntl(out, F_GETFD) & FD_CLOEXEC, 0);
	write_all(out, "one\n\003two\r\n");
	write_all(error, "wrong\n");
	await(&fixture, EVENT_OUTPUT, 3);
	unsigned errors = told(&fixture, EVENT_OUTPUT, 0)->output.stream == 2 ? 0 :
	    told(&fixture, EVENT_OUTPUT, 1)->output.stream == 2 ? 1 : 2;
	check_line(&fixture, errors == 0 ? 1 : 0, 1, "one");
	check_line(&fixture, errors == 2 ? 1 : 2, 1, "\003two\r");
	close(out);
	close(error);
	fixture_close(&fixture);
}
END_TEST

/* Its end, behind what it wrote last; another's writing goes on. */
START_TEST(a_terminal_that_ends_is_closed)
{
	struct fixture fixture;
	int out, error;
	fixture_open(&fixture);
	int before = lowest_free();
	ck_assert(server_output_open(fixture.output, true, &out, &error));
	server_output_name(fixture.output, PID);
	write_all(out, "last words");
	close(out);
	close(error);
	await(&fixture, EVENT_OUTPUT, 1);
	check_line(&fixture, 0, 1, "last words");
	while (lowest_free() != before) /* once its end has been read */
		ck_assert_int_ge(loop_round(fixture.loop, 100), 0);
	write_all(fixture.out, "alive\n");
	await(&fixture, EVENT_OUTPUT, 2);
	fixture_close(&fixture);
}
END_TEST

/* A terminal's words come a moment later than a pipe's, though they are older. */
START_TEST(errors_are_the_last_words)
{
	char text[64];
	struct fixture fixture;
	fixture_open(&fixture);
	server_output_name(fixture.output, PID);
	write_all(fixture.error, "no such table\n");
	await(&fixture, EVENT_OUTPUT, 1);
	write_all(fixture.out, "begins\n");
	await(&fixture, EVENT_OUTPUT, 2);
	server_output_last(fixture.output, text, sizeof text);
	ck_assert_str_eq(text, "no such table");
	write_all(fixture.error, "worse\n");
	await(&fixture, EVENT_OUTPUT, 3);
	server_output_last(fixture.output, text, sizeof text);
	ck_assert_str_eq(text, "worse");
	int64_t until = loop_now(fixture.loop) + MILLISECONDS(250);
	while (loop_now(fixture.loop) < until)
		ck_assert_int_ge(loop_round(fixture.loop, 50), 0);
	write_all(fixture.out, "later\n");
	await(&fixture, EVENT_OUTPUT, 4);
	server_output_last(fixture.output, text, sizeof text);
	ck_assert_str_eq(text, "later");
	fixture_close(&fixture);
}
END_TEST

/* It has no controlling terminal of it, also as the leader of a session. */
START_TEST(a_terminal_controls_nobody)
{
	struct fixture fixture;
	int out, error, status;
	fixture_open(&fixture);
	ck_assert(server_output_open(fixture.output, true, &out, &error));
	pid_t child = fork();
	if (child == 0)
		_exit(setsid() >= 0 && dup2(out, 1) == 1 && open("/dev/tty", O_RDWR) < 0 &&
		    tcgetsid(1) < 0 ? 0 : 1);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	server_output_forget(fixture.output);
	close(out);
	close(error);
	fixture_close(&fixture);
}
END_TEST

Suite *
server_output_suite(void)
{
	Suite *suite = suite_create("server_output");
	TCase *lines = tcase_create("lines"), *pipes = tcase_create("pipes");
	tcase_set_timeout(lines, 60);
	tcase_add_test(lines, lines_are_told_as_they_come);
	tcase_add_test(lines, bytes_of_any_kind_are_kept);
	tcase_add_test(lines, what_is_left_is_told_at_once);
	tcase_add_loop_test(lines, the_end_of_a_pipe_ends_its_line, 0, 2);
	tcase_add_loop_test(lines, a_line_without_an_end_is_told_after_a_second, 0, 2);
	tcase_add_loop_test(lines, a_long_line_is_told_in_pieces, 0,
	    sizeof lengths / sizeof *lengths);
	tcase_add_test(lines, a_line_that_does_not_end_is_told_in_pieces);
	tcase_add_test(lines, a_flood_is_counted_and_left_out);
	tcase_add_test(lines, what_is_left_out_is_said_now_and_then);
	tcase_add_test(lines, the_last_line_is_kept_and_made_visible);
	suite_add_tcase(suite, lines);
	tcase_set_timeout(pipes, 60);
	tcase_add_test(pipes, nothing_is_read_before_the_server_has_a_number);
	tcase_add_test(pipes, each_server_has_its_own_pipes);
	tcase_add_test(pipes, a_server_that_could_not_be_started_has_no_pipes);
	tcase_add_test(pipes, a_pipe_that_brought_much_is_read_on);
	tcase_add_test(pipes, descriptors_are_close_on_exec_and_all_are_closed);
	tcase_add_test(pipes, want_of_descriptors_is_told_and_leaves_nothing);
	tcase_add_test(pipes, a_terminal_changes_nothing);
	tcase_add_test(pipes, a_terminal_that_ends_is_closed);
	tcase_add_test(pipes, a_terminal_controls_nobody);
	tcase_add_test(pipes, errors_are_the_last_words);
	suite_add_tcase(suite, pipes);
	return suite;
}
