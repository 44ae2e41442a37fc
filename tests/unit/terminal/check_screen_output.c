/* check_screen_output.c: bytes on their way to a terminal that is slow, stands still or
 * has vanished. */
#include "output.h"

#include "suites.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MUCH = 300000, SOME = 30000, SMALL_PIPE = 4096, PIECE = 1000, READ_END = 0,
    WRITE_END = 1 };

static struct output output;
static int ends[2];

/* A pipe in the terminal's place: it can be opened once more, as a terminal can. */
static void
setup_pipe(void)
{
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_ge(fcntl(ends[WRITE_END], F_SETPIPE_SZ, SMALL_PIPE), 0);
	ck_assert_int_eq(output_open(&output, ends[WRITE_END]), 0);
}

/* A socket, which cannot, as a terminal of another user's cannot. */
static void
setup_socket(void)
{
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	ck_assert_int_eq(output_open(&output, ends[WRITE_END]), 0);
}

static void
teardown_output(void)
{
	output_close(&output);
	close(ends[READ_END]);
	close(ends[WRITE_END]);
}

/* Curses writes so many bytes of a pattern, from this place of it on. */
static void
curses_writes(size_t from, size_t length)
{
	for (size_t i = from; i < from + length; i++)
		putc((int)('!' + i % 89), output.curses);
	ck_assert_int_eq(fflush(output.curses), 0);
}

/* Reads what there is, at most so much; how much it was.  It is the pattern's bytes from
 * this place on. */
static size_t
read_pattern(size_t from, size_t most)
{
	static char bytes[MUCH];
	struct pollfd readable = {.fd = ends[READ_END], .events = POLLIN};
	if (poll(&readable, 1, 0) <= 0)
		return 0;
	ssize_t length = read(ends[READ_END], bytes, most < sizeof bytes ? most :
	    sizeof bytes);
	ck_assert_int_ge(length, 0);
	for (size_t i = 0; i < (size_t)length; i++)
		if (bytes[i] != (char)('!' + (from + i) % 89))
			ck_abort_msg("byte %zu is another one", from + i);
	return (size_t)length;
}

/* What can be read now is this text. */
static void
expect_text(const char *wanted)
{
	char bytes[256] = "";
	struct pollfd readable = {.fd = ends[READ_END], .events = POLLIN};
	if (poll(&readable, 1, 0) > 0)
		ck_assert_int_ge(read(ends[READ_END], bytes, sizeof bytes - 1), 0);
	ck_assert_str_eq(bytes, wanted);
}

START_TEST(the_terminal_is_opened_once_more)
{
	ck_assert(output.own);
	ck_assert_int_ne(output.fd, ends[WRITE_END]);
	ck_assert(fcntl(output.fd, F_GETFL) & O_NONBLOCK);
	ck_assert(!(fcntl(ends[WRITE_END], F_GETFL) & O_NONBLOCK));
	ck_assert_int_eq(fcntl(output.fd, F_GETFL) & O_ACCMODE, O_WRONLY);
	ck_assert(fcntl(output.fd, F_GETFD) & FD_CLOEXEC);
	ck_assert(fcntl(fileno(output.curses), F_GETFD) & FD_CLOEXEC);
}
END_TEST

START_TEST(what_is_closed_is_forgotten)
{
	int own = output.fd, memory = fileno(output.curses);
	curses_writes(0, 10);
	output_close(&output);
	ck_assert_int_eq(fcntl(own, F_GETFD), -1);
	ck_assert_int_eq(fcntl(memory, F_GETFD), -1);
	ck_assert_int_ge(fcntl(ends[WRITE_END], F_GETFD), 0);
	ck_assert_int_eq(output.fd, -1);
	ck_assert(!output.own);
	ck_assert_ptr_null(output.curses);
	ck_assert_ptr_null(output.bytes);
	expect_text("");
}
END_TEST

START_TEST(bytes_keep_their_order)
{
	ck_assert(output_flush(&output));
	expect_text("");
	ck_assert_int_ne(fputs("one ", output.curses), EOF);
	fflush(output.curses);
	output_add(&output, "two ", 4);
	ck_assert_int_ne(fputs("three ", output.curses), EOF);
	fflush(output.curses);
	output_add(&output, "four", 4);
	expect_text("");
	ck_assert(output_flush(&output));
	expect_text("one two three four");
	ck_assert(output_flush(&output));
	expect_text("");
	ck_assert_int_ne(fputs("five", output.curses), EOF);
	fflush(output.curses);
	ck_assert(output_flush(&output));
	expect_text("five");
	ck_assert(!output_take_torn(&output));
}
END_TEST

/* Whoever reads slowly gets every byte, in its order, and nobody waits for him. */
START_TEST(a_slow_terminal_gets_everything)
{
	size_t seen = 0, written = 0;
	bool whole = false;
	while (seen < MUCH) {
		if (written < MUCH) {
			size_t piece = MUCH - written < MUCH / 7 ? MUCH - written : MUCH / 7;
			curses_writes(written, piece);
			written += piece;
		}
		whole = output_flush(&output);
		ck_assert(!output_has_failed(&output));
		ck_assert(!output_take_torn(&output));
		size_t more = read_pattern(seen, PIECE);
		ck_assert_uint_gt(more, 0);
		ck_assert(!whole || seen + more + SMALL_PIPE >= written);
		seen += more;
	}
	ck_assert(output_flush(&output));
	ck_assert_uint_eq(read_pattern(seen, 1), 0);
}
END_TEST

START_TEST(a_small_frame_keeps_its_memory_a_large_one_does_not)
{
	struct stat status;
	curses_writes(0, PIECE);
	ck_assert(output_flush(&output));
	ck_assert_ptr_nonnull(output.bytes);
	ck_assert_uint_ge(output.room, PIECE);
	ck_assert_uint_eq(read_pattern(0, MUCH), PIECE);
	curses_writes(0, MUCH);
	for (size_t seen = 0; seen < MUCH; seen += read_pattern(seen, MUCH))
		output_flush(&output);
	ck_assert(output_flush(&output));
	ck_assert_ptr_null(output.bytes);
	ck_assert_uint_eq(output.room, 0);
	ck_assert_int_eq(fstat(fileno(output.curses), &status), 0);
	ck_assert_int_eq(status.st_size, 0);
	curses_writes(0, 10);
	ck_assert(output_flush(&output));
	ck_assert_uint_eq(read_pattern(0, MUCH), 10);
}
END_TEST

START_TEST(a_full_terminal_has_not_failed)
{
	curses_writes(0, MUCH);
	for (int i = 0; i < 10; i++)
		ck_assert(!output_flush(&output));
	ck_assert(!output_has_failed(&output));
	ck_assert_uint_eq(output.failures, 0);
}
END_TEST

START_TEST(a_terminal_that_has_vanished_has_failed)
{
	close(ends[READ_END]);
	curses_writes(0, 10);
	ck_assert(!output_has_failed(&output));
	for (int i = 0; i < 2; i++)
		ck_assert(!output_flush(&output));
	ck_assert(!output_has_failed(&output)); /* once is no proof */
	ck_assert(!output_flush(&output));
	ck_assert(output_has_failed(&output));
	ck_assert(!output_finish(&output, 20000));
	ends[READ_END] = -1;
}
END_TEST

START_TEST(who_takes_a_byte_has_not_vanished)
{
	output.failures = 100;
	ck_assert(output_has_failed(&output));
	curses_writes(0, 1);
	ck_assert(output_flush(&output));
	ck_assert(!output_has_failed(&output));
	ck_assert_uint_eq(output.failures, 0);
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

START_TEST(patience_has_an_end)
{
	curses_writes(0, MUCH);
	int64_t begun = clock_ms();
	ck_assert(!output_finish(&output, 100));
	ck_assert_int_ge(clock_ms() - begun, 100);
	ck_assert_uint_lt(output.first, output.end);
}
END_TEST

static void
on_alarm(int number)
{
	(void)number;
}

START_TEST(a_signal_is_no_end_of_patience)
{
	const struct itimerval soon = {.it_value = {.tv_usec = 20000}};
	struct sigaction action = {.sa_handler = on_alarm}; /* without SA_RESTART */
	curses_writes(0, MUCH);
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
	int64_t begun = clock_ms();
	ck_assert(!output_finish(&output, 300));
	ck_assert_int_ge(clock_ms() - begun, 300);
}
END_TEST

/* Another process reads all that comes; its status says how much in KiB. */
static pid_t
start_reader(void)
{
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid > 0)
		return pid;
	char bytes[PIECE];
	size_t seen = 0;
	ssize_t length;
	while (seen < MUCH && (length = read(ends[READ_END], bytes, sizeof bytes)) > 0)
		seen += (size_t)length;
	_exit((int)(seen / 2048));
}

START_TEST(all_is_written_to_who_reads)
{
	int status;
	curses_writes(0, MUCH);
	pid_t reader = start_reader();
	ck_assert(output_finish(&output, 20000));
	ck_assert_uint_eq(output.first, output.end);
	ck_assert_int_eq(waitpid(reader, &status, 0), reader);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), MUCH / 2048);
}
END_TEST

START_TEST(what_is_discarded_is_never_written)
{
	curses_writes(0, 100);
	output_add(&output, "abc", 3);
	curses_writes(100, 100);
	output_discard(&output);
	ck_assert(output_flush(&output));
	expect_text("");
	output_add(&output, "later", 5);
	ck_assert(output_flush(&output));
	expect_text("later");
}
END_TEST

/* Where a frame was not kept whole, it is told once. */
START_TEST(a_torn_frame_is_told_once)
{
	curses_writes(0, 10);
	ck_assert_int_eq(lseek(fileno(output.curses), 20, SEEK_SET), 20);
	ck_assert(output_flush(&output));
	ck_assert_uint_eq(read_pattern(0, MUCH), 10);
	ck_assert(output_take_torn(&output));
	ck_assert(!output_take_torn(&output));
	curses_writes(0, 10);
	ck_assert(output_flush(&output));
	ck_assert(!output_take_torn(&output));
}
END_TEST

START_TEST(a_terminal_that_cannot_be_opened_again_is_written_as_it_is)
{
	ck_assert(!output.own);
	ck_assert_int_eq(output.fd, ends[WRITE_END]);
	ck_assert(!(fcntl(output.fd, F_GETFL) & O_NONBLOCK));
	output_add(&output, "hello", 5);
	ck_assert(output_flush(&output));
	expect_text("hello");
	output_close(&output);
	ck_assert_int_ge(fcntl(ends[WRITE_END], F_GETFD), 0); /* it is another's */
}
END_TEST

/* Its descriptor waits; nobody waits for it. */
START_TEST(nobody_waits_for_a_terminal_that_is_written_as_it_is)
{
	int room = 4096;
	ck_assert_int_eq(setsockopt(ends[WRITE_END], SOL_SOCKET, SO_SNDBUF, &room,
	    sizeof room), 0);
	curses_writes(0, SOME);
	ck_assert(!output_flush(&output));
	ck_assert(!output_has_failed(&output));
	size_t seen = 0;
	while (seen < SOME) {
		size_t more = read_pattern(seen, MUCH);
		ck_assert_uint_gt(more, 0);
		seen += more;
		output_flush(&output);
	}
	ck_assert(output_flush(&output));
	ck_assert_uint_eq(seen, SOME);
}
END_TEST

START_TEST(a_hangup_of_it_is_no_room)
{
	close(ends[READ_END]);
	curses_writes(0, 10);
	for (int i = 0; i < 5; i++)
		ck_assert(!output_flush(&output));
	ck_assert(!output_finish(&output, 20000));
	ends[READ_END] = -1;
}
END_TEST

/* What the terminal has not read yet is flushed, too: a packet on its other side tells. */
START_TEST(the_terminal_s_own_queue_is_discarded)
{
	int master, slave, on = 1;
	char control = 0;
	ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, NULL), 0);
	ck_assert_int_eq(ioctl(master, TIOCPKT, &on), 0);
	ck_assert_int_eq(output_open(&output, slave), 0);
	output_discard(&output);
	struct pollfd readable = {.fd = master, .events = POLLIN | POLLPRI};
	ck_assert_int_eq(poll(&readable, 1, 20000), 1);
	ck_assert_int_eq(read(master, &control, 1), 1);
	ck_assert(control & TIOCPKT_FLUSHWRITE);
	ck_assert(!(control & TIOCPKT_FLUSHREAD)); /* what was typed stays */
	output_close(&output);
	close(master);
	close(slave);
}
END_TEST

Suite *
screen_output_suite(void)
{
	Suite *suite = suite_create("screen output");
	TCase *own = tcase_create("opened again"), *shared = tcase_create("as it is");
	TCase *terminal = tcase_create("terminal");
	tcase_add_checked_fixture(own, setup_pipe, teardown_output);
	tcase_add_test(own, the_terminal_is_opened_once_more);
	tcase_add_test(own, what_is_closed_is_forgotten);
	tcase_add_test(own, bytes_keep_their_order);
	tcase_add_test(own, a_slow_terminal_gets_everything);
	tcase_add_test(own, a_small_frame_keeps_its_memory_a_large_one_does_not);
	tcase_add_test(own, a_full_terminal_has_not_failed);
	tcase_add_test(own, a_terminal_that_has_vanished_has_failed);
	tcase_add_test(own, who_takes_a_byte_has_not_vanished);
	tcase_add_test(own, patience_has_an_end);
	tcase_add_test(own, a_signal_is_no_end_of_patience);
	tcase_add_test(own, all_is_written_to_who_reads);
	tcase_add_test(own, what_is_discarded_is_never_written);
	tcase_add_test(own, a_torn_frame_is_told_once);
	tcase_add_checked_fixture(shared, setup_socket, teardown_output);
	tcase_add_test(shared, a_terminal_that_cannot_be_opened_again_is_written_as_it_is);
	tcase_add_test(shared, nobody_waits_for_a_terminal_that_is_written_as_it_is);
	tcase_add_test(shared, a_hangup_of_it_is_no_room);
	tcase_add_test(terminal, the_terminal_s_own_queue_is_discarded);
	suite_add_tcase(suite, own);
	suite_add_tcase(suite, shared);
	suite_add_tcase(suite, terminal);
	return suite;
}
