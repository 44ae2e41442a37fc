/* check_screen_question.c: what is asked before a stranger's process is signalled, or
 * lines are sent that were pasted: only y does it. */
#include "console_fixture.h"
#include "keyboard.h"
#include "suites.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <readline/readline.h>

#define PASTE(text) "\033[200~" text "\033[201~"

/* In place of libc's: no copy of a text can be had. */
static bool lacks_memory;

char *
strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = lacks_memory ? NULL : malloc(size);
	return copy != NULL ? memcpy(copy, text, size) : NULL;
}

/* A process that the console did not start, and the pipe in which it tells each signal. */
struct stranger {
	pid_t pid;
	int told;
};

static int told_to;

static void
tell_signal(int number)
{
	char byte = (char)number;
	if (write(told_to, &byte, 1) < 0)
		_exit(1);
}

static void __attribute__((noreturn))
be_stranger(int pipe_end)
{
	struct sigaction action = {.sa_handler = tell_signal};
	sigset_t none;
	told_to = pipe_end;
	sigfillset(&action.sa_mask); /* one after the other */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	tell_signal(0); /* ready */
	for (;;)
		pause();
}

/* The next signal that the stranger tells of. */
static int
next_signal(const struct stranger *stranger)
{
	char byte = 0;
	struct pollfd readable = {.fd = stranger->told, .events = POLLIN};
	ck_assert_int_eq(poll(&readable, 1, AWAIT_SECONDS * 1000), 1);
	ck_assert_int_eq(read(stranger->told, &byte, 1), 1);
	return byte;
}

static struct stranger
start_stranger(void)
{
	struct stranger stranger;
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	stranger.pid = fork();
	ck_assert_int_ge(stranger.pid, 0);
	if (stranger.pid == 0)
		be_stranger(ends[1]);
	close(ends[1]);
	stranger.told = ends[0];
	ck_assert_int_eq(next_signal(&stranger), 0);
	return stranger;
}

static void
end_stranger(const struct stranger *stranger)
{
	kill(stranger->pid, SIGKILL);
	waitpid(stranger->pid, NULL, 0);
	close(stranger->told);
}

/* Has it got SIGUSR1?  Of two signals that wait, the lower comes first. */
static bool
was_signalled(const struct stranger *stranger)
{
	ck_assert_int_eq(kill(stranger->pid, SIGUSR2), 0);
	int first = next_signal(stranger);
	if (first == SIGUSR1)
		ck_assert_int_eq(next_signal(stranger), SIGUSR2);
	return first == SIGUSR1;
}

/* Asks whether to signal it. */
static void
ask_about(const struct stranger *stranger)
{
	char command[64];
	snprintf(command, sizeof command, ":kill pid:%d SIGUSR1\r", (int)stranger->pid);
	press(command);
	await(at.console->confirm != NULL && at.console->session->stranger.pid ==
	    stranger->pid);
}

static bool
is_asked(void)
{
	return at.console->screen.question != NULL;
}

/* Keys before the question about a stranger: what they make of it. */
static const struct {
	const char *keys;
	bool sent, asked;
} answers[] = {
	{"y", true, false}, {"Y", true, false}, {"n", false, false},
	{"N", false, false}, {"\033", false, false}, {"\003", false, false},
	{"\r", false, true}, {"\n", false, true}, {" ", false, true},
	{"\t", false, true}, {"\004", false, true}, {"\007", false, true},
	{"q", false, true}, {"j", false, true}, {"x", false, true}, {"z", false, true},
	{"1", false, true}, {"0", false, true}, {"\031", false, true},
	{"\033y", false, true}, {"\033Y", false, true}, {"\033[A", false, true},
	{"\033OQ", false, true}, {"\033OP", false, true}, {"\033[20~", false, true},
	{"\033[Z", false, true}, {"\xf9", false, true}, {"\033[1;5C", false, true},
	{PASTE("y"), false, true}, {PASTE("y\ry\r"), false, true},
	{"ny", false, false}, {"xy", true, false}, {"\033\033", false, false},
};

START_TEST(only_y_signals_a_stranger)
{
	struct stranger stranger = start_stranger();
	ask_about(&stranger);
	ck_assert(is_asked());
	press(answers[_i].keys);
	ck_assert_int_eq(is_asked(), answers[_i].asked);
	ck_assert_int_eq(was_signalled(&stranger), answers[_i].sent);
	ck_assert_int_eq(at.console->session->stranger.asked, answers[_i].asked);
	ck_assert_int_eq(at.console->confirm != NULL, answers[_i].asked);
	if (!answers[_i].asked && !answers[_i].sent)
		ck_assert(shows("was left alone"));
	end_stranger(&stranger);
}
END_TEST

START_TEST(a_stranger_is_asked_about_by_name)
{
	struct stranger stranger = start_stranger();
	char wanted[64];
	ask_about(&stranger);
	snprintf(wanted, sizeof wanted, "SIGUSR1 to %d (", (int)stranger.pid);
	ck_assert(shows(wanted));
	ck_assert(holds("not the console's own? y/n"));
	ck_assert(holds(" y Yes   n No "));
	press("n");
	ck_assert(!shows(wanted));
	end_stranger(&stranger);
}
END_TEST

/* A line of the user's, a menu or another pane answers nothing. */
START_TEST(a_question_takes_all_keys)
{
	struct stranger stranger = start_stranger();
	press("\t");
	at.console->screen.focus = FOCUS_PANES;
	press("i:kill pid:");
	char rest[32];
	snprintf(rest, sizeof rest, "%d SIGUSR1\r", (int)stranger.pid);
	press(rest);
	await(is_asked());
	press("hello\r\t/abc\r");
	ck_assert(is_asked());
	ck_assert_str_eq(rl_line_buffer, "");
	ck_assert_int_eq(at.console->screen.focus, FOCUS_LINE);
	ck_assert_str_eq(given(), "");
	ck_assert(!was_signalled(&stranger));
	end_stranger(&stranger);
}
END_TEST

START_TEST(a_second_question_takes_the_place_of_the_first)
{
	struct stranger first = start_stranger(), second = start_stranger();
	ask_about(&first);
	char command[64];
	snprintf(command, sizeof command, "kill pid:%d SIGUSR1", (int)second.pid);
	ck_assert(session_submit(at.console->session, command, SOURCE_LINE));
	await(at.console->session->stranger.pid == second.pid);
	snprintf(command, sizeof command, "SIGUSR1 to %d (", (int)second.pid);
	ck_assert(shows(command));
	press("y");
	ck_assert(!is_asked());
	ck_assert(!was_signalled(&first));
	ck_assert(was_signalled(&second));
	end_stranger(&first);
	end_stranger(&second);
}
END_TEST

/* What is pasted is asked about first; its answer is not the stranger's. */
START_TEST(a_paste_has_a_question_of_its_own)
{
	struct stranger stranger = start_stranger();
	ask_about(&stranger);
	press(PASTE("y"));
	ck_assert(shows("Send 1 pasted lines? y/n  (y ...)"));
	press(_i == 0 ? "y" : "n");
	ck_assert_str_eq(given(), _i == 0 ? "line send y" : "");
	ck_assert(is_asked());
	ck_assert(shows("not the console's own? y/n"));
	ck_assert(!was_signalled(&stranger));
	press(_i == 0 ? "n" : "y");
	ck_assert(!is_asked());
	ck_assert_int_eq(was_signalled(&stranger), _i == 1);
	end_stranger(&stranger);
}
END_TEST

START_TEST(in_the_past_only_no_is_an_answer)
{
	struct stranger stranger = start_stranger();
	ask_about(&stranger);
	at.console->screen.question = NULL; /* frozen before it was asked */
	press("\033 ");
	ck_assert(console_is_past(at.console));
	console_update_question(at.console);
	press("y");
	ck_assert(is_asked());
	ck_assert(shows("this is the past"));
	ck_assert(!was_signalled(&stranger));
	press("n");
	ck_assert(!is_asked());
	ck_assert(!was_signalled(&stranger));
	end_stranger(&stranger);
}
END_TEST

/* What cannot be asked is answered by no. */
START_TEST(without_memory_for_the_question_nobody_is_signalled)
{
	struct stranger stranger = start_stranger();
	struct session *session = at.console->session;
	ask_about(&stranger);
	lacks_memory = true;
	session->question(session->question_context, "SIGUSR1?");
	lacks_memory = false;
	ck_assert(!session->stranger.asked);
	ck_assert(!is_asked());
	ck_assert(!was_signalled(&stranger));
	end_stranger(&stranger);
}
END_TEST

START_TEST(f10_leaves_and_signals_nobody)
{
	struct stranger stranger = start_stranger();
	ask_about(&stranger);
	press("\033[21~");
	ck_assert(at.console->leaving);
	ck_assert_int_eq(at.console->status, 0);
	ck_assert(!was_signalled(&stranger));
	end_stranger(&stranger);
}
END_TEST

START_TEST(a_stranger_s_name_cannot_be_an_escape)
{
	struct session *session = at.console->session;
	timer_stop(at.console->frame);
	session->question(session->question_context, "SIGKILL to 7 (a\033[2Jb\nc)?");
	ck_assert(timer_is_running(at.console->frame));
	ck_assert(shows("SIGKILL to 7 (a^[[2Jb"));
	ck_assert(holds("? y/n"));
}
END_TEST

/* Pasted bytes; the question that comes, if one does; what y sends. */
static const struct { const char *paste, *question, *sent; } pastes[] = {
	{"one\rtwo\r", "Send 2 pasted lines? y/n  (one ...)", "line send one|line send two"},
	{"one\ntwo", "Send 2 pasted lines? y/n  (one ...)", "line send one|line send two"},
	{"one\r\ntwo\r\n", "Send 2 pasted lines?", "line send one|line send two"},
	{"\r\none", "Send 2 pasted lines? y/n  ( ...)", "line send one"},
	{"one\n\rtwo", "Send 3 pasted lines?", "line send one|line send two"},
	{"one\r\rtwo", "Send 3 pasted lines?", "line send one|line send two"},
	{"\rone\r", "Send 2 pasted lines? y/n  ( ...)", "line send one"},
	{":kill child\r::x\r--y", "Send 3 pasted lines? y/n  (:kill child ...)",
	    "line kill child|line send :x|line send \"--y\""},
	{"a\033[2Jb\rc", "Send 2 pasted lines? y/n  (a^[[2Jb ...)", "line send a\033[2Jb|line "
	    "send c"},
};

START_TEST(pasted_lines_are_sent_after_a_y)
{
	char bytes[256];
	snprintf(bytes, sizeof bytes, "\033[200~%s\033[201~", pastes[_i].paste);
	press(bytes);
	ck_assert(shows(pastes[_i].question));
	ck_assert(holds(" y Yes   n No "));
	ck_assert(!holds("Ctrl-C drops"));
	ck_assert_str_eq(given(), "");
	press("y");
	ck_assert(!is_asked());
	ck_assert(!shows("pasted lines?"));
	ck_assert_str_eq(given(), pastes[_i].sent);
}
END_TEST

START_TEST(pasted_lines_are_not_sent_without_a_y)
{
	static const struct { const char *keys; bool asked; } table[] = {
		{"n", false}, {"N", false}, {"\033", false}, {"\003", false}, {"x", true},
		{"\r", true}, {" ", true}, {"\t", true}, {"\033y", true}, {"\033OQ", true},
	};
	press(PASTE("one\rtwo\r"));
	press(table[_i].keys);
	ck_assert_int_eq(is_asked(), table[_i].asked);
	ck_assert_str_eq(given(), "");
	if (!table[_i].asked)
		press("y");
	ck_assert_str_eq(given(), "");
	ck_assert_str_eq(rl_line_buffer, table[_i].asked ? "" : "y");
}
END_TEST

START_TEST(what_is_pasted_meanwhile_joins)
{
	press(PASTE("one\rtwo"));
	press(PASTE("three"));
	press(PASTE(""));
	ck_assert(shows("Send 3 pasted lines? y/n  (one ...)"));
	press("y");
	ck_assert_str_eq(given(), "line send one|line send two|line send three");
	press(PASTE("four\rfive"));
	press("y");
	ck_assert_str_eq(given(), "line send four|line send five");
}
END_TEST

START_TEST(one_pasted_line_is_typed_and_not_sent)
{
	static const char *const table[] = {"abc", "abc\r", "abc\n", "abc\r\n"};
	char bytes[64];
	snprintf(bytes, sizeof bytes, "\033[200~%s\033[201~", table[_i]);
	press("xy\033[D");
	press(bytes);
	ck_assert(!is_asked());
	ck_assert_str_eq(rl_line_buffer, "xabcy");
	ck_assert_str_eq(given(), "");
	press("\r");
	ck_assert_str_eq(given(), "line send xabcy");
}
END_TEST

/* No line can hold a NUL. */
START_TEST(pasted_nuls_are_left_out)
{
	static const char bytes[] = "\033[200~a\0b\0\033[201~";
	input_feed(&at.console->input, bytes, sizeof bytes - 1);
	ck_assert_str_eq(rl_line_buffer, "ab");
}
END_TEST

START_TEST(an_empty_paste_is_nothing)
{
	press(PASTE(""));
	ck_assert(!is_asked());
	ck_assert(!shows("out of memory"));
	at.console->input.paste_failed = true;
	press("\t");
	keyboard_take_token(at.console, &(struct input_token){.kind = INPUT_PASTE, .bytes = ""});
	ck_assert(shows("out of memory: what was pasted is dropped"));
}
END_TEST

START_TEST(many_pasted_lines_tell_the_way_out)
{
	char bytes[512] = "\033[200~";
	for (int i = 0; i < 20; i++)
		strcat(bytes, "line\r");
	strcat(bytes, _i == 0 ? "\033[201~" : "one more\033[201~");
	press(bytes);
	ck_assert(shows(_i == 0 ? "Send 20 pasted lines?" : "Send 21 pasted lines?"));
	ck_assert_int_eq(holds("Ctrl-C drops what is left"), _i == 1);
}
END_TEST

START_TEST(a_long_pasted_line_is_cut_in_its_question)
{
	press(PASTE("0123456789012345678901234567890123456789012345678901234567890\rx"));
	ck_assert(shows("(0123456789012345678901234567890123456789012 ...)"));
}
END_TEST

START_TEST(a_paste_closes_the_menu)
{
	make_up_connection();
	press("\033[20~");
	press(PASTE("one\rtwo"));
	ck_assert(is_asked());
	ck_assert(!at.console->screen.menu.is_open);
	press("n");
	press("\t\033[20~");
	press(PASTE("one"));
	ck_assert_str_eq(rl_line_buffer, "one");
	ck_assert_str_eq(given(), "");
}
END_TEST

START_TEST(nothing_pasted_is_sent_in_the_past)
{
	press("\033 ");
	press(PASTE("one\rtwo"));
	press("y");
	ck_assert(is_asked());
	ck_assert_str_eq(given(), "");
	press("n");
	ck_assert(!is_asked());
	ck_assert_str_eq(given(), "");
}
END_TEST

Suite *
screen_question_suite(void)
{
	Suite *suite = suite_create("screen question");
	TCase *strangers = tcase_create("strangers"), *paste = tcase_create("pastes");
	tcase_add_checked_fixture(strangers, setup_console, teardown_console);
	tcase_add_loop_test(strangers, only_y_signals_a_stranger, 0,
	    sizeof answers / sizeof *answers);
	tcase_add_test(strangers, a_stranger_is_asked_about_by_name);
	tcase_add_test(strangers, a_question_takes_all_keys);
	tcase_add_test(strangers, a_second_question_takes_the_place_of_the_first);
	tcase_add_loop_test(strangers, a_paste_has_a_question_of_its_own, 0, 2);
	tcase_add_test(strangers, in_the_past_only_no_is_an_answer);
	tcase_add_test(strangers, without_memory_for_the_question_nobody_is_signalled);
	tcase_add_test(strangers, f10_leaves_and_signals_nobody);
	tcase_add_test(strangers, a_stranger_s_name_cannot_be_an_escape);
	tcase_add_checked_fixture(paste, setup_console, teardown_console);
	tcase_add_loop_test(paste, pasted_lines_are_sent_after_a_y, 0,
	    sizeof pastes / sizeof *pastes);
	tcase_add_loop_test(paste, pasted_lines_are_not_sent_without_a_y, 0, 10);
	tcase_add_test(paste, what_is_pasted_meanwhile_joins);
	tcase_add_loop_test(paste, one_pasted_line_is_typed_and_not_sent, 0, 4);
	tcase_add_test(paste, pasted_nuls_are_left_out);
	tcase_add_test(paste, an_empty_paste_is_nothing);
	tcase_add_loop_test(paste, many_pasted_lines_tell_the_way_out, 0, 2);
	tcase_add_test(paste, a_long_pasted_line_is_cut_in_its_question);
	tcase_add_test(paste, a_paste_closes_the_menu);
	tcase_add_test(paste, nothing_pasted_is_sent_in_the_past);
	suite_add_tcase(suite, strangers);
	suite_add_tcase(suite, paste);
	return suite;
}
