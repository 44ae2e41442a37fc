/* check_screen_crash.c: the terminal is given back where all goes wrong: in a crash,
 * without memory, before a terminal that takes nothing. */
#include "exit_status.h"
#include "suites.h"
#include "terminal_fixture.h"

static int crash_signal;
static bool crash_away;

/* Draws, and crashes with more on its way than the terminal has got. */
static int
act_crash(void)
{
	if (terminal_open() < 0)
		return 2;
	draw_word("hello");
	if (crash_away)
		terminal_leave();
	raise(crash_signal);
	return 3;
}

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

enum { CRASHES = sizeof crashes / sizeof *crashes };

START_TEST(a_crash_gives_the_terminal_back)
{
	crash_signal = crashes[_i];
	crash_away = false;
	start("xterm", act_crash);
	int status = await_status();
	ck_assert(WIFSIGNALED(status)); /* and is told as what it was */
	ck_assert_int_eq(WTERMSIG(status), crash_signal);
	EXPECT_SEEN("hello", PASTE_OFF, "\033(B\033[m", "\033[?25h", FIRST_SCREEN);
	expect_modes_of_before();
}
END_TEST

START_TEST(a_crash_writes_nothing_to_a_terminal_that_is_away)
{
	crash_signal = crashes[_i];
	crash_away = true;
	start("xterm", act_crash);
	int status = await_status();
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), crash_signal);
	ck_assert_int_eq(count_seen(PASTE_OFF), 1);
	ck_assert_int_eq(count_seen(FIRST_SCREEN), 1);
	expect_modes_of_before();
}
END_TEST

/* Delays of old are no bytes of a terminal's sequences. */
START_TEST(a_crash_writes_no_delays)
{
	crash_signal = SIGSEGV;
	crash_away = false;
	start("vt100", act_crash);
	ck_assert(WIFSIGNALED(await_status()));
	EXPECT_SEEN("hello", PASTE_OFF, "\033[m\017");
	ck_assert_int_eq(count_seen("$<"), 0);
	ck_assert_int_eq(count_seen(">"), count_seen("\033>"));
}
END_TEST

/* After its end, a crash is nobody's business but the program's. */
static int
act_close_and_look(void)
{
	struct sigaction action, mine = {.sa_handler = SIG_IGN};
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &mine, NULL);
	if (terminal_open() < 0)
		return 2;
	for (size_t i = 0; i < CRASHES; i++) {
		sigaction(crashes[i], NULL, &action);
		if (action.sa_handler == SIG_IGN || action.sa_handler == SIG_DFL)
			return 3;
		if (!(action.sa_flags & (int)SA_RESETHAND) ||
		    !(action.sa_flags & SA_NODEFER))
			return 4;
	}
	terminal_close(false);
	for (size_t i = 0; i < CRASHES; i++) {
		sigaction(crashes[i], NULL, &action);
		if (action.sa_handler != SIG_IGN)
			return 5;
	}
	return 0;
}

START_TEST(the_handlers_of_before_are_put_back)
{
	start("xterm", act_close_and_look);
	expect_exit(0);
}
END_TEST

static bool full_crash;

/* Fills the terminal, which nobody reads, and ends. */
static int
act_on_full(void)
{
	char filler[512];
	memset(filler, 'x', sizeof filler);
	if (terminal_open() < 0)
		return 2;
	int fd = terminal_descriptor();
	struct pollfd room = {.fd = fd, .events = POLLOUT};
	do { /* what the kernel carries on a little later makes room once more */
		while (write(fd, filler, sizeof filler) > 0)
			continue;
		while (write(fd, filler, 1) > 0)
			continue;
		if (errno != EAGAIN)
			return 3;
	} while (poll(&room, 1, 1000) > 0);
	mvaddstr(1, 1, "hello");
	refresh();
	if (terminal_flush() || terminal_has_failed())
		return 4;
	if (full_crash)
		raise(SIGSEGV);
	terminal_close(false);
	return 0;
}

/* Its end awaits a second; nobody reads meanwhile. */
static int
await_unread(void)
{
	int status;
	int64_t deadline = clock_ms() + DEADLINE_MS;
	while (waitpid(peer.pid, &status, WNOHANG) == 0) {
		ck_assert_msg(clock_ms() < deadline, "it waits for ever");
		poll(NULL, 0, 10);
	}
	return status;
}

START_TEST(a_terminal_that_takes_nothing_gets_its_modes)
{
	full_crash = _i == 1;
	int64_t begun = clock_ms();
	start("xterm", act_on_full);
	int status = await_unread();
	ck_assert_int_ge(clock_ms() - begun, full_crash ? 200 : 1000); /* some patience */
	if (full_crash)
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	else
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	expect_modes_of_before();
}
END_TEST

/* Awaits that its terminal has vanished, and ends, or crashes. */
static int
act_on_vanished(void)
{
	signal(SIGHUP, SIG_IGN);
	if (terminal_open() < 0)
		return 2;
	struct pollfd vanished = {.fd = terminal_descriptor()};
	draw_word("hello");
	while (poll(&vanished, 1, 100) <= 0)
		continue;
	if (full_crash)
		raise(SIGSEGV);
	for (int i = 0; i < 3; i++) {
		mvprintw(1, 1, "%d", i);
		refresh();
		terminal_flush();
	}
	if (!terminal_has_failed())
		return 3;
	terminal_close(false);
	return 0;
}

START_TEST(a_vanished_terminal_is_no_reason_to_stay)
{
	full_crash = _i == 1;
	start("xterm", act_on_vanished);
	close(peer.slave);
	struct pollfd begun = {.fd = peer.master, .events = POLLIN};
	ck_assert_int_eq(poll(&begun, 1, DEADLINE_MS), 1);
	close(peer.master);
	int status = await_unread();
	peer.master = peer.slave = -1;
	if (full_crash)
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	else
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

#ifndef __SANITIZE_ADDRESS__ /* which ends the program for what it cannot give */

/* readline's, of out_of_memory.c. */
void *xmalloc(size_t size);
void *xrealloc(void *block, size_t size);

static bool again;

/* Asks for more than there is, in the midst of a recording. */
static int
act_without_memory(void)
{
	char *block = xmalloc(10);
	memcpy(block, "123456789", 10);
	block = xrealloc(block, 20000);
	if (strcmp(block, "123456789") != 0)
		return 2;
	FILE *recording = fdopen(dup(STDERR_FILENO), "w");
	if (recording == NULL || fputs("recorded\n", recording) == EOF)
		return 3;
	if (terminal_open() < 0)
		return 4;
	draw_word("hello");
	if (again)
		xrealloc(block, SIZE_MAX / 2);
	else
		xmalloc(SIZE_MAX / 2);
	return 5;
}

START_TEST(without_memory_the_terminal_is_given_back)
{
	again = _i == 1;
	start("xterm", act_without_memory);
	expect_exit(STATUS_FAILED);
	EXPECT_SEEN(PASTE_OFF, FIRST_SCREEN);
	expect_modes_of_before();
	ck_assert_str_eq(errors_text(),
	    "recorded\ntcpconsole: out of memory: the session has ended\n");
}
END_TEST

#endif

/* Tears a frame: of the file that curses writes to, more is told than there is. */
static int
act_torn(void)
{
	char path[64], target[64];
	int memory = -1;
	if (terminal_open() < 0)
		return 2;
	for (int fd = 3; fd < 64; fd++) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		ssize_t length = readlink(path, target, sizeof target - 1);
		target[length > 0 ? length : 0] = '\0';
		if (strncmp(target, "/memfd:screen", 13) == 0)
			memory = fd;
	}
	draw_word("hello");
	if (memory < 0 || ftruncate(memory, 0) < 0 || lseek(memory, 100, SEEK_SET) < 0)
		return 3;
	while (!terminal_flush())
		continue;
	terminal_close(false);
	return 0;
}

START_TEST(a_torn_frame_is_drawn_anew)
{
	start("xterm", act_torn);
	expect_exit(0);
	ck_assert_int_eq(count_seen("hello"), 2);
	EXPECT_SEEN("hello", "hello", PASTE_OFF, FIRST_SCREEN);
}
END_TEST

Suite *
screen_crash_suite(void)
{
	Suite *suite = suite_create("screen crash");
	TCase *tcase = tcase_create("crash");
	tcase_add_checked_fixture(tcase, setup_terminal, teardown_terminal);
	tcase_add_loop_test(tcase, a_crash_gives_the_terminal_back, 0, CRASHES);
	tcase_add_loop_test(tcase, a_crash_writes_nothing_to_a_terminal_that_is_away, 0,
	    CRASHES);
	tcase_add_test(tcase, a_crash_writes_no_delays);
	tcase_add_test(tcase, the_handlers_of_before_are_put_back);
	tcase_add_loop_test(tcase, a_terminal_that_takes_nothing_gets_its_modes, 0, 2);
	tcase_add_loop_test(tcase, a_vanished_terminal_is_no_reason_to_stay, 0, 2);
#ifndef __SANITIZE_ADDRESS__
	tcase_add_loop_test(tcase, without_memory_the_terminal_is_given_back, 0, 2);
#endif
	tcase_add_test(tcase, a_torn_frame_is_drawn_anew);
	suite_add_tcase(suite, tcase);
	return suite;
}
