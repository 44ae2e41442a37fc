/* check_screen_run.c: whole runs of the console on a terminal of their own: how they
 * begin, what stays of them, with which status they end. */
#include "run_fixture.h"
#include "suites.h"

#include "cannot_start.h"

#include <errno.h>
#include <locale.h>

START_TEST(it_leaves_by_f10_or_quit)
{
	start(NULL);
	see("F10 Quit");
	type(_i == 0 ? F10 : ":quit\r");
	ends_with(0);
	ck_assert(was_seen("\033[?1049h"));
	ck_assert(was_seen("\033[?1049l"));
}
END_TEST

/* The history as it stands in its file. */
static void
check_history(const char *wanted)
{
	char text[256] = "";
	FILE *in = fopen(file("tcpconsole/history"), "r");
	ck_assert_ptr_nonnull(in);
	text[fread(text, 1, sizeof text - 1, in)] = '\0';
	fclose(in);
	ck_assert_str_eq(text, wanted);
}

START_TEST(what_was_typed_is_there_again)
{
	start(NULL);
	see("F10 Quit");
	type("unusual\r:show states\r");
	see("q Back");
	type(F10);
	ends_with(0);
	ck_assert(!was_seen("tcpconsole: "));
	check_history("unusual\n:show states\n");
	start(NULL);
	see("F10 Quit");
	type("\033[A\033[A\014");
	see("unusual");
	type("\025:show bytes\r");
	see("q Back");
	type(F10);
	ends_with(0);
	check_history("unusual\n:show states\n:show bytes\n");
}
END_TEST

START_TEST(a_history_that_fails_costs_a_line)
{
	ck_assert_int_eq(mkdir(file("tcpconsole"), 0700), 0);
	ck_assert_int_eq(mkdir(file("tcpconsole/history"), 0700), 0);
	start(NULL);
	see("history: cannot read");
	type("a\r" F10);
	ends_with(0);
	ck_assert(was_seen("\033[?1049l"));
	ck_assert_ptr_nonnull(strstr(strstr(run.seen, "\033[?1049l"),
	    "tcpconsole: history: cannot read"));
}
END_TEST

START_TEST(without_a_home_there_is_no_history)
{
	setenv("XDG_STATE_HOME", "relative", 1);
	start(NULL);
	see("F10 Quit");
	type("a\r" F10);
	ends_with(0);
	ck_assert(!was_seen("history:"));
}
END_TEST

/* What the inputrc cannot have is said at the start, and stays for a while. */
START_TEST(a_wrong_inputrc_is_told)
{
	write_file("inputrc", "\"\\C-t\": \"\\C-x\"\n");
	setenv("INPUTRC", file("inputrc"), 1);
	start(NULL);
	see("holds a key sequence");
	type(F10);
	ends_with(0);
}
END_TEST

START_TEST(a_lesson_that_cannot_be_played_is_told_before_the_screen)
{
	static const struct { const char *play, *told; int status; } table[] = {
		{"nothing", "no scenario \"nothing\"", 2}, {"./nothing", "./nothing", 2},
		{NULL, "lesson ", 77},
	};
	write_file("lesson.scenario", "title Lab\nneeds lab\nsay Hello.\n");
	run.options.play = table[_i].play != NULL ? table[_i].play : file("lesson.scenario");
	start(NULL);
	see("tcpconsole: ");
	see(table[_i].told);
	ends_with(table[_i].status);
	ck_assert(!was_seen("\033[?1049h"));
}
END_TEST

START_TEST(a_lesson_without_a_server_of_ours_is_told)
{
	write_file("lesson.scenario", "title Ours\nsay Hello.\n");
	run.options.play = file("lesson.scenario");
	start(NULL);
	see("tcpconsole: lesson needs a server of its own");
	ends_with(77);
}
END_TEST

START_TEST(a_session_that_cannot_be_is_told)
{
	run.session.port = "99999";
	start(NULL);
	see("tcpconsole: ");
	see("99999");
	ends_with(2);
	ck_assert(!was_seen("\033[?1049h"));
}
END_TEST

START_TEST(a_terminal_that_cannot_is_told)
{
	setenv("TERM", "dumb", 1);
	start(NULL);
	see("--headless");
	ends_with(77);
}
END_TEST

START_TEST(a_signal_ends_it_with_its_number)
{
	start(NULL);
	see("F10 Quit");
	kill(run.pid, SIGTERM);
	ends_with(128 + SIGTERM);
	ck_assert(was_seen("\033[?1049l"));
}
END_TEST

/* Nobody is there to be told anything. */
START_TEST(a_terminal_that_vanishes_ends_it)
{
	start(NULL);
	see("F10 Quit");
	type("kept\r");
	see("kept");
	close(run.terminal);
	run.terminal = -1;
	ends_with(128 + SIGHUP);
	check_history("kept\n");
}
END_TEST

/* Ctrl-Z, from wherever, or a SIGTSTP: the terminal is the shell's until it goes on. */
START_TEST(ctrl_z_stops_it)
{
	static const char *const keys[] = {"\032", "\t\032", "\t/\032",
	    "\033[200~one\rtwo\r\033[201~\032", ""};
	struct termios modes;
	int status = 0;
	run.is_job = true;
	start(NULL);
	see("F10 Quit");
	type(keys[_i]);
	if (*keys[_i] == '\0')
		kill(run.pid, SIGTSTP);
	int64_t deadline = clock_ms() + DEADLINE_MS;
	while (waitpid(run.pid, &status, WUNTRACED | WNOHANG) == 0) {
		ck_assert_int_lt(clock_ms(), deadline);
		take();
	}
	ck_assert(WIFSTOPPED(status));
	ck_assert_int_eq(WSTOPSIG(status), SIGTSTP);
	ck_assert_int_eq(tcgetattr(run.terminal, &modes), 0);
	ck_assert_int_eq(modes.c_lflag, run.modes.c_lflag);
	while (take() && strstr(run.seen + run.from, "\033[?1049l") == NULL)
		ck_assert_int_lt(clock_ms(), deadline);
	run.from = run.used;
	kill(run.pid, SIGCONT);
	see("Quit");
	ck_assert_int_eq(tcgetattr(run.terminal, &modes), 0);
	ck_assert((modes.c_lflag & ECHO) == 0);
	type(F10);
	ends_with(0);
}
END_TEST

/* Is there an SGR sequence that sets a colour? */
static bool
was_coloured(void)
{
	for (const char *text = run.seen; (text = strstr(text, "\033[3")) != NULL; text += 3)
		if (text[3] >= '0' && text[3] <= '9' && (text[4] == 'm' || text[4] == ';'))
			return true;
	return false;
}

START_TEST(colours_are_wanted_or_not)
{
	static const struct { int color; const char *none; bool coloured; } table[] = {
		{COLOR_AUTO, NULL, true}, {COLOR_AUTO, "", true}, {COLOR_AUTO, "1", false},
		{COLOR_AUTO, "0", false}, {COLOR_ALWAYS, "1", true}, {COLOR_NEVER, NULL, false},
		{COLOR_ALWAYS, NULL, true}, {COLOR_NEVER, "1", false},
	};
	if (table[_i].none != NULL)
		setenv("NO_COLOR", table[_i].none, 1);
	run.options.color = table[_i].color;
	start(NULL);
	see("F10 Quit");
	type(F10);
	ends_with(0);
	ck_assert_int_eq(was_coloured(), table[_i].coloured);
}
END_TEST

START_TEST(ascii_is_asked_for)
{
	run.options.ascii = _i == 1;
	start(NULL);
	see("F10 Quit");
	type(F10);
	ends_with(0);
	ck_assert_int_eq(was_seen("\xe2\x94\x80"), _i == 0);
}
END_TEST

/* A lesson in a session of its own, and once more: another one. */
START_TEST(a_lesson_is_played_and_played_again)
{
	write_file("lesson.scenario", "title Twice\nsay Beginning.\nconnect\n"
	    "expect state client ESTABLISHED\nsay Ending.\n");
	close(run.taken);
	run.session.no_server = false;
	run.options.play = file("lesson.scenario");
	start(NULL);
	see("Beginning.");
	type("\r");
	see("Ending.");
	see("passed");
	type(_i == 0 ? "\033b" : "\tb");
	see("Beginning.");
	type("\r");
	see("passed");
	type(F10);
	ends_with(0);
}
END_TEST

/* From an ordinary session into a lesson, and its file is gone. */
START_TEST(a_typed_play_begins_a_lesson)
{
	char command[256];
	write_file("lesson.scenario", "title Typed\nsay Beginning.\nsay Ending.\n");
	close(run.taken);
	run.session.no_server = false;
	start(NULL);
	see("F10 Quit");
	snprintf(command, sizeof command, ":play %s\r", file("lesson.scenario"));
	type(command);
	see("Beginning.");
	type(":play /nothing/at/all\r");
	see("/nothing/at/all");
	type("\033[21~");
	ends_with(0);
}
END_TEST

/* What the environment says of the locale, and whether text is UTF-8 then. */
START_TEST(the_locale_s_characters_are_taken)
{
	static const struct { const char *all, *ctype, *lang; bool utf8; } table[] = {
		{"C.UTF-8", NULL, NULL, true}, {"C", NULL, NULL, false},
		{NULL, "C.UTF-8", NULL, true}, {NULL, NULL, "C.UTF-8", true},
		{NULL, NULL, NULL, false}, {"xx_YY.UTF-8", NULL, NULL, true},
		{"xx_YY.utf8", NULL, NULL, true}, {"xx_YY.ISO-8859-1", NULL, NULL, false},
		{NULL, "xx_YY.UTF-8", NULL, true}, {NULL, NULL, "xx_YY.UTF-8", true},
		{"", "", "xx_YY.utf8", true}, {"xx_YY", NULL, "xx_YY.UTF-8", false},
		{NULL, "xx_YY", "xx_YY.UTF-8", false}, {"C", "xx.UTF-8", "xx.UTF-8", false},
	};
	const char *const values[] = {table[_i].all, table[_i].ctype, table[_i].lang};
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	for (int i = 0; i < 3; i++)
		if (values[i] != NULL)
			setenv(names[i], values[i], 1);
		else
			unsetenv(names[i]);
	setlocale(LC_ALL, "C");
	struct console *console = console_new(&run.options);
	ck_assert_int_eq(MB_CUR_MAX > 1, table[_i].utf8);
	ck_assert_str_eq(setlocale(LC_NUMERIC, NULL), "C");
	ck_assert_int_eq(console->signals.fd, -1);
	ck_assert_int_eq(console->percent, 100);
	ck_assert_ptr_null(console->session);
}
END_TEST

START_TEST(what_could_not_be_had_is_kept)
{
	char wanted[SCENARIO_ERROR];
	struct console *console = console_new(&run.options);
	int status = cannot_start(wanted, sizeof wanted, "timers", EMFILE);
	errno = EMFILE;
	console_cannot_start(console, "timers");
	ck_assert_str_eq(console->failure, wanted);
	ck_assert_int_eq(console->status, status);
}
END_TEST

Suite *
screen_run_suite(void)
{
	Suite *suite = suite_create("screen run");
	TCase *whole = tcase_create("run");
	tcase_add_checked_fixture(whole, setup_run, teardown_run);
	tcase_add_loop_test(whole, it_leaves_by_f10_or_quit, 0, 2);
	tcase_add_test(whole, what_was_typed_is_there_again);
	tcase_add_test(whole, a_history_that_fails_costs_a_line);
	tcase_add_test(whole, without_a_home_there_is_no_history);
	tcase_add_test(whole, a_wrong_inputrc_is_told);
	tcase_add_loop_test(whole, a_lesson_that_cannot_be_played_is_told_before_the_screen,
	    0, 3);
	tcase_add_test(whole, a_lesson_without_a_server_of_ours_is_told);
	tcase_add_test(whole, a_session_that_cannot_be_is_told);
	tcase_add_test(whole, a_terminal_that_cannot_is_told);
	tcase_add_test(whole, a_signal_ends_it_with_its_number);
	tcase_add_test(whole, a_terminal_that_vanishes_ends_it);
	tcase_add_loop_test(whole, ctrl_z_stops_it, 0, 5);
	tcase_add_loop_test(whole, colours_are_wanted_or_not, 0, 8);
	tcase_add_loop_test(whole, ascii_is_asked_for, 0, 2);
	tcase_add_loop_test(whole, a_lesson_is_played_and_played_again, 0, 2);
	tcase_add_test(whole, a_typed_play_begins_a_lesson);
	tcase_add_loop_test(whole, the_locale_s_characters_are_taken, 0, 14);
	tcase_add_test(whole, what_could_not_be_had_is_kept);
	suite_add_tcase(suite, whole);
	return suite;
}
