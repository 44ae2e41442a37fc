/* check_screen_terminal.c: the terminal is taken and given back as it was, by a process
 * of its own that does it on a pseudoterminal. */
#include "suites.h"
#include "terminal_fixture.h"

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

Suite *
screen_terminal_suite(void)
{
	Suite *suite = suite_create("screen terminal");
	TCase *tcase = tcase_create("terminal");
	tcase_add_checked_fixture(tcase, setup_terminal, teardown_terminal);
	tcase_add_test(tcase, a_session_leaves_the_terminal_as_it_was);
	tcase_add_loop_test(tcase, a_terminal_that_cannot_gets_no_byte, 0,
	    sizeof refused / sizeof *refused);
	tcase_add_test(tcase, standard_input_has_to_be_one);
	tcase_add_test(tcase, a_terminal_is_left_and_taken_again);
	tcase_add_test(tcase, a_terminal_of_another_job_is_left_alone);
	tcase_add_test(tcase, the_size_is_looked_up);
	tcase_add_test(tcase, a_terminal_is_given_up_without_waiting);
	tcase_add_test(tcase, a_terminal_that_has_vanished_is_not_waited_for);
	suite_add_tcase(suite, tcase);
	return suite;
}
