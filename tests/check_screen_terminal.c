/* check_screen_terminal.c: the terminal is taken and given back as it was, by a process
 * of its own that does it on a pseudoterminal. */
#include "terminal.h"

#include "suites.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { DEADLINE_MS = 20000, SEEN = 1 << 20 };

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define OTHER_SCREEN "\033[?1049h"
#define FIRST_SCREEN "\033[?1049l"

/* What the process on the terminal has written, on it and to standard error. */
static struct {
	int master, slave, errors;
	pid_t pid;
	struct termios before;
	char seen[SEEN];
	size_t used;
} peer;

/* A terminal with every mode on that the console turns off. */
static void
setup_terminal(void)
{
	struct winsize size = {.ws_row = 30, .ws_col = 90};
	memset(&peer, 0, sizeof peer);
	ck_assert_int_eq(openpty(&peer.master, &peer.slave, NULL, NULL, &size), 0);
	ck_assert_int_eq(tcgetattr(peer.slave, &peer.before), 0);
	peer.before.c_lflag |= ICANON | ISIG | IEXTEN | ECHO | ECHONL;
	peer.before.c_iflag |= IXON | BRKINT | PARMRK | ICRNL | INLCR | IGNCR | ISTRIP;
	peer.before.c_oflag |= OPOST;
	peer.before.c_cc[VMIN] = 3;
	peer.before.c_cc[VTIME] = 5;
	ck_assert_int_eq(tcsetattr(peer.slave, TCSANOW, &peer.before), 0);
	ck_assert_int_eq(tcgetattr(peer.slave, &peer.before), 0);
}

static void
teardown_terminal(void)
{
	close(peer.master);
	close(peer.slave);
	close(peer.errors);
}

/* Starts a process whose terminal it is; its status is what act returns. */
static void
start(const char *type, int (*act)(void))
{
	static const struct rlimit none = {0, 0};
	int errors[2];
	ck_assert_int_eq(pipe2(errors, O_CLOEXEC), 0);
	peer.errors = errors[0];
	peer.pid = fork();
	ck_assert_int_ge(peer.pid, 0);
	if (peer.pid == 0) {
		setsid();
		if (ioctl(peer.slave, TIOCSCTTY, 0) < 0)
			_exit(99);
		dup2(peer.slave, STDIN_FILENO);
		dup2(peer.slave, STDOUT_FILENO);
		dup2(errors[1], STDERR_FILENO);
		close(peer.slave);
		close(peer.master);
		setrlimit(RLIMIT_CORE, &none);
		setenv("LC_ALL", "C.UTF-8", 1);
		unsetenv("ESCDELAY");
		if (type != NULL)
			setenv("TERM", type, 1);
		else
			unsetenv("TERM");
		_exit(act());
	}
	close(errors[1]);
}

/* Milliseconds on the monotonic clock. */
static int64_t
clock_ms(void)
{
	struct timespec now;
	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes what the terminal got. */
static void
drain(void)
{
	struct pollfd readable = {.fd = peer.master, .events = POLLIN};
	while (peer.used + 1 < SEEN && poll(&readable, 1, 0) > 0 &&
	    (readable.revents & POLLIN)) {
		ssize_t length = read(peer.master, peer.seen + peer.used,
		    SEEN - 1 - peer.used);
		if (length <= 0)
			return;
		peer.used += (size_t)length;
		peer.seen[peer.used] = '\0';
	}
}

/* Awaits the process's end, or its stop, and reads its terminal until then. */
static int
await_status(void)
{
	int status;
	int64_t deadline = clock_ms() + DEADLINE_MS;
	while (waitpid(peer.pid, &status, WNOHANG) == 0) {
		ck_assert_msg(clock_ms() < deadline, "it does not end");
		struct pollfd readable = {.fd = peer.master, .events = POLLIN};
		poll(&readable, 1, 10);
		drain();
	}
	drain();
	return status;
}

/* It ended by itself, with this status. */
static void
expect_exit(int wanted)
{
	int status = await_status();
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), wanted);
}

/* What it wrote to standard error. */
static const char *
errors_text(void)
{
	static char text[512];
	ssize_t length = read(peer.errors, text, sizeof text - 1);
	text[length > 0 ? length : 0] = '\0';
	return text;
}

/* The terminal's modes are what they were. */
static void
expect_modes_of_before(void)
{
	struct termios now;
	ck_assert_int_eq(tcgetattr(peer.slave, &now), 0);
	ck_assert_uint_eq(now.c_iflag, peer.before.c_iflag);
	ck_assert_uint_eq(now.c_oflag, peer.before.c_oflag);
	ck_assert_uint_eq(now.c_lflag, peer.before.c_lflag);
	ck_assert_uint_eq(now.c_cflag, peer.before.c_cflag);
	ck_assert_mem_eq(now.c_cc, peer.before.c_cc, sizeof now.c_cc);
}

/* The terminal got these, in this order. */
static void
expect_seen(const char *const *wanted, size_t count)
{
	const char *at = peer.seen;
	for (size_t i = 0; i < count; i++) {
		at = strstr(at, wanted[i]);
		ck_assert_msg(at != NULL, "number %zu is missing: ^[%s", i, wanted[i] + 1);
		at += strlen(wanted[i]);
	}
}

#define EXPECT_SEEN(...) \
	expect_seen((const char *const[]){__VA_ARGS__}, \
	    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* How often the terminal got it. */
static int
count_seen(const char *text)
{
	int count = 0;
	for (const char *at = peer.seen; (at = strstr(at, text)) != NULL; at++)
		count++;
	return count;
}

/* Draws a word and writes all of it. */
static void
draw_word(const char *word)
{
	mvaddstr(1, 1, word);
	refresh();
	while (!terminal_flush())
		continue;
}

/* Is the terminal as the console wants it?  0, or which of the modes is not. */
static int
find_wrong_mode(void)
{
	struct termios now;
	if (tcgetattr(STDIN_FILENO, &now) < 0)
		return 50;
	static const tcflag_t local[] = {ICANON, ISIG, IEXTEN, ECHO, ECHONL};
	static const tcflag_t in[] = {IXON, BRKINT, PARMRK, ICRNL, INLCR, IGNCR, ISTRIP};
	for (size_t i = 0; i < sizeof local / sizeof *local; i++)
		if (now.c_lflag & local[i])
			return 51 + (int)i;
	for (size_t i = 0; i < sizeof in / sizeof *in; i++)
		if (now.c_iflag & in[i])
			return 61 + (int)i;
	return now.c_oflag & OPOST ? 71 : now.c_cc[VMIN] != 1 ? 72 :
	    now.c_cc[VTIME] != 0 ? 73 : 0;
}

static int
act_session(void)
{
	int rows, columns;
	if (terminal_descriptor() != -1)
		return 1;
	if (terminal_open() < 0)
		return 2;
	int wrong = find_wrong_mode();
	if (wrong != 0)
		return wrong;
	getmaxyx(stdscr, rows, columns);
	if (rows != 30 || columns != 90)
		return 3;
	if (terminal_is_away() || terminal_has_failed() || terminal_descriptor() < 3)
		return 4;
	draw_word("hello");
	terminal_close(false);
	return terminal_descriptor() == -1 ? 0 : 5;
}

START_TEST(a_session_leaves_the_terminal_as_it_was)
{
	start("xterm", act_session);
	expect_exit(0);
	EXPECT_SEEN(OTHER_SCREEN, "hello", PASTE_OFF, FIRST_SCREEN);
	ck_assert_int_eq(count_seen(PASTE_ON), 1);
	ck_assert_int_eq(count_seen(PASTE_OFF), 1);
	expect_modes_of_before();
	ck_assert_str_eq(errors_text(), "");
}
END_TEST

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

static int
act_open(void)
{
	return terminal_open() < 0 ? 7 : 0;
}

/* Terminals that cannot, and what is said. */
static const struct { const char *type, *said; } refused[] = {
	{NULL, "tcpconsole: TERM is not set: try TERM=xterm, or --headless\n"},
	{"", "tcpconsole: TERM is not set: try TERM=xterm, or --headless\n"},
	{"dumb", "tcpconsole: TERM=dumb cannot place the cursor: try TERM=xterm, or "
	    "--headless\n"},
	{"no-such", "tcpconsole: TERM=no-such is not known here: try TERM=xterm, or "
	    "--headless\n"},
	{"a\033[2Jb", "tcpconsole: TERM=a^[[2Jb is not known here: try TERM=xterm, or "
	    "--headless\n"},
};

START_TEST(a_terminal_that_cannot_gets_no_byte)
{
	start(refused[_i].type, act_open);
	expect_exit(7);
	ck_assert_str_eq(errors_text(), refused[_i].said);
	ck_assert_uint_eq(peer.used, 0);
	expect_modes_of_before();
}
END_TEST

static int
act_without_terminal(void)
{
	int file = open("/dev/null", O_RDONLY);
	dup2(file, STDIN_FILENO);
	return act_open();
}

START_TEST(standard_input_has_to_be_one)
{
	start("xterm", act_without_terminal);
	expect_exit(7);
	ck_assert_str_eq(errors_text(),
	    "tcpconsole: standard input: Inappropriate ioctl for device\n");
	ck_assert_uint_eq(peer.used, 0);
}
END_TEST

/* Leaves, lets others write, comes back. */
static int
act_leave_and_return(void)
{
	struct termios now;
	if (terminal_open() < 0)
		return 2;
	start_color();
	draw_word("hello");
	terminal_leave();
	if (!terminal_is_away() || tcgetattr(STDIN_FILENO, &now) < 0 ||
	    !(now.c_lflag & ICANON))
		return 3;
	terminal_leave(); /* twice is once */
	mvaddstr(2, 1, "not now");
	refresh();
	if (!terminal_flush())
		return 4;
	if (write(STDOUT_FILENO, "shell", 5) != 5)
		return 5;
	if (!terminal_return() || terminal_is_away())
		return 6;
	int wrong = find_wrong_mode();
	if (wrong != 0)
		return wrong;
	while (!terminal_flush())
		continue;
	terminal_close(false);
	return 0;
}

START_TEST(a_terminal_is_left_and_taken_again)
{
	start("xterm-256color", act_leave_and_return);
	expect_exit(0);
	EXPECT_SEEN(OTHER_SCREEN, "hello", PASTE_OFF, FIRST_SCREEN, "shell", OTHER_SCREEN,
	    "hello", PASTE_OFF, FIRST_SCREEN);
	ck_assert_int_eq(count_seen(PASTE_ON), 2);
	ck_assert_int_eq(count_seen(PASTE_OFF), 2);
	ck_assert_int_eq(count_seen("shell"), 1);
	ck_assert_int_eq(count_seen("\033]104"), 0); /* the palette is the user's */
	expect_modes_of_before();
}
END_TEST

/* Another job has the terminal. */
static int
act_return_in_background(void)
{
	signal(SIGTTOU, SIG_IGN);
	if (terminal_open() < 0)
		return 2;
	terminal_leave();
	pid_t other = fork();
	if (other == 0) {
		setpgid(0, 0);
		pause();
		_exit(0);
	}
	setpgid(other, other);
	if (tcsetpgrp(STDIN_FILENO, other) < 0)
		return 3;
	bool back = terminal_return();
	bool away = terminal_is_away();
	tcsetpgrp(STDIN_FILENO, getpgrp());
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	if (back || !away)
		return 4;
	if (!terminal_return() || terminal_is_away())
		return 5;
	terminal_close(false);
	return 0;
}

START_TEST(a_terminal_of_another_job_is_left_alone)
{
	start("xterm", act_return_in_background);
	expect_exit(0);
	ck_assert_int_eq(count_seen(PASTE_ON), 2); /* at its begin, and at last */
	expect_modes_of_before();
}
END_TEST

static int
act_resize(void)
{
	struct winsize size = {.ws_row = 41, .ws_col = 133};
	int rows, columns;
	if (terminal_open() < 0)
		return 2;
	ioctl(STDOUT_FILENO, TIOCSWINSZ, &size);
	terminal_resize();
	getmaxyx(stdscr, rows, columns);
	if (rows != 41 || columns != 133)
		return 3;
	static const struct winsize none[] = {{.ws_row = 0, .ws_col = 80},
	    {.ws_row = 24, .ws_col = 0}, {.ws_row = 0, .ws_col = 0}};
	for (size_t i = 0; i < 3; i++) {
		ioctl(STDOUT_FILENO, TIOCSWINSZ, &none[i]);
		terminal_resize();
		getmaxyx(stdscr, rows, columns);
		if (rows != 41 || columns != 133)
			return 4; /* a terminal that does not tell has not shrunk */
	}
	size = (struct winsize){.ws_row = 1, .ws_col = 1};
	ioctl(STDOUT_FILENO, TIOCSWINSZ, &size);
	terminal_resize();
	getmaxyx(stdscr, rows, columns);
	if (rows != 1 || columns != 1)
		return 5;
	size = (struct winsize){.ws_row = 24, .ws_col = 80};
	ioctl(STDOUT_FILENO, TIOCSWINSZ, &size);
	terminal_leave();
	terminal_return(); /* its size can be another by now */
	getmaxyx(stdscr, rows, columns);
	if (rows != 24 || columns != 80)
		return 6;
	terminal_close(false);
	return 0;
}

START_TEST(the_size_is_looked_up)
{
	start("xterm", act_resize);
	expect_exit(0);
}
END_TEST

/* What is on its way is not written; the modes are given back at once. */
static int
act_give_up(void)
{
	if (terminal_descriptor() == -1)
		terminal_give_up(); /* nothing was taken yet */
	if (terminal_open() < 0)
		return 2;
	draw_word("hello");
	mvaddstr(2, 1, "on its way");
	refresh();
	terminal_give_up();
	if (!terminal_is_away())
		return 3;
	terminal_give_up(); /* twice is once */
	terminal_close(true);
	return 0;
}

START_TEST(a_terminal_is_given_up_without_waiting)
{
	start("xterm", act_give_up);
	expect_exit(0);
	EXPECT_SEEN(PASTE_OFF, "\033[?25h", FIRST_SCREEN);
	ck_assert_int_eq(count_seen(PASTE_OFF), 1);
	ck_assert_int_eq(count_seen("on its way"), 0);
	expect_modes_of_before();
}
END_TEST

static int
act_gone(void)
{
	if (terminal_open() < 0)
		return 2;
	mvaddstr(1, 1, "on its way");
	refresh();
	terminal_close(true);
	return 0;
}

START_TEST(a_terminal_that_has_vanished_is_not_waited_for)
{
	start("xterm", act_gone);
	expect_exit(0);
	ck_assert_int_eq(count_seen("on its way"), 0);
	EXPECT_SEEN(PASTE_OFF, FIRST_SCREEN);
	expect_modes_of_before();
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
	while (write(fd, filler, sizeof filler) > 0)
		continue;
	while (write(fd, filler, 1) > 0)
		continue;
	if (errno != EAGAIN)
		return 3;
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
	start("xterm", act_on_full);
	int status = await_unread();
	if (full_crash)
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	else
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	expect_modes_of_before();
}
END_TEST

Suite *
screen_terminal_suite(void)
{
	Suite *suite = suite_create("screen terminal");
	TCase *tcase = tcase_create("terminal");
	tcase_add_checked_fixture(tcase, setup_terminal, teardown_terminal);
	tcase_add_test(tcase, a_session_leaves_the_terminal_as_it_was);
	tcase_add_loop_test(tcase, a_crash_gives_the_terminal_back, 0, CRASHES);
	tcase_add_loop_test(tcase, a_crash_writes_nothing_to_a_terminal_that_is_away, 0,
	    CRASHES);
	tcase_add_test(tcase, a_crash_writes_no_delays);
	tcase_add_test(tcase, the_handlers_of_before_are_put_back);
	tcase_add_loop_test(tcase, a_terminal_that_cannot_gets_no_byte, 0,
	    sizeof refused / sizeof *refused);
	tcase_add_test(tcase, standard_input_has_to_be_one);
	tcase_add_test(tcase, a_terminal_is_left_and_taken_again);
	tcase_add_test(tcase, a_terminal_of_another_job_is_left_alone);
	tcase_add_test(tcase, the_size_is_looked_up);
	tcase_add_test(tcase, a_terminal_is_given_up_without_waiting);
	tcase_add_test(tcase, a_terminal_that_has_vanished_is_not_waited_for);
	tcase_add_loop_test(tcase, a_terminal_that_takes_nothing_gets_its_modes, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}
