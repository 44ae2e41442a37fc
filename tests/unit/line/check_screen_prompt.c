/* check_screen_prompt.c: readline's bytes in, lines out. */
#include "prompt.h"

#include "completion.h"

#include "suites.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

enum { LINES_MOST = 200, LINE_MOST = 64 };

static struct {
	struct prompt *prompt;
	char lines[LINES_MOST][LINE_MOST];
	int count;
	char hint[256];
} test;

static void
take_line(void *context, const char *line)
{
	(void)context;
	ck_assert_int_lt(test.count, LINES_MOST);
	snprintf(test.lines[test.count++], LINE_MOST, "%s", line);
}

static void
take_matches(void *context, const char *words)
{
	(void)context;
	snprintf(test.hint, sizeof test.hint, "%s", words);
}

/* A prompt of a user who has this editing mode. */
static void
begin(const char *locale, const char *mode)
{
	static const struct prompt_callbacks callbacks = {.line = take_line,
	    .matches = take_matches};
	ck_assert_ptr_nonnull(setlocale(LC_ALL, locale));
	ck_assert_int_eq(setenv("INPUTRC", "/dev/null", 1), 0);
	test.prompt = prompt_new(NULL, &callbacks);
	ck_assert_ptr_nonnull(test.prompt);
	rl_variable_bind("editing-mode", mode);
}

/* Keys, each of which comes by itself. */
static void
type(const char *keys)
{
	for (; *keys != '\0'; keys++)
		prompt_feed(test.prompt, keys, 1);
}

/* A key that is several bytes. */
static void
press(const char *sequence)
{
	prompt_feed(test.prompt, sequence, strlen(sequence));
}

START_TEST(completion_waits_for_a_value)
{
	begin("C.UTF-8", "emacs");
	press(":server set rea\twaitp\t");
	ck_assert_str_eq(rl_line_buffer, ":server set reap=waitpid ");
	prompt_abandon(test.prompt);
	press(":server st\tx");
	prompt_abandon(test.prompt);
	ck_assert(prompt_is_empty(test.prompt));
	prompt_free(test.prompt);
}
END_TEST

START_TEST(the_c_locale_swallows_no_byte)
{
	begin("C", "emacs");
	press("h\xc3\xa9llo");
	ck_assert_str_eq(rl_line_buffer, "h\xc3\xa9llo");
	prompt_free(test.prompt);
}
END_TEST

START_TEST(a_quoted_line_break_ends_a_line)
{
	begin("C.UTF-8", "emacs");
	type("one\026\ntwo\026\n\r");
	ck_assert_int_eq(test.count, 2);
	ck_assert_str_eq(test.lines[0], "one");
	ck_assert_str_eq(test.lines[1], "two");
	size_t count;
	prompt_lines(test.prompt, &count);
	ck_assert_uint_eq(count, 2);
	prompt_free(test.prompt);
}
END_TEST

START_TEST(a_key_without_a_function_does_nothing)
{
	static const char *const unknown[] = {"\033[2z", "\033[25~", "\033[1;9Q",
	    "\033[<0;1;1M", "\033\303", "\033[", "\033[2"};
	begin("C.UTF-8", _i % 2 == 0 ? "emacs" : "vi");
	type("abc");
	if (_i / 2 == 1 && _i % 2 == 1)
		type("\0332");
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
		press(unknown[i]);
	type(_i % 2 == 1 ? "\033A" : "");
	type("d\r");
	ck_assert_int_eq(test.count, 1);
	ck_assert_str_eq(test.lines[0], "abcd");
	prompt_free(test.prompt);
}
END_TEST

START_TEST(a_key_with_a_function_has_it)
{
	begin("C.UTF-8", "emacs");
	type("one two");
	press("\033b");
	type("X");
	press("\033[D");
	type("Y\r");
	ck_assert_str_eq(test.lines[0], "one YXtwo");
	prompt_free(test.prompt);
}
END_TEST

START_TEST(vi_commands_are_vi_commands)
{
	begin("C.UTF-8", "vi");
	type("one two three");
	press("\033b"); /* a hasty Esc and b */
	type("iX\033\0332\033x\033db\r"); /* 2 is taken back */
	ck_assert_int_eq(test.count, 1);
	ck_assert_str_eq(test.lines[0], "one three");
	prompt_free(test.prompt);
}
END_TEST

START_TEST(vi_finds_no_words_in_what_is_no_text)
{
	static const char *const keys[] = {"e", "E", "w", "W", "b", "B", "\\", "=", "*", "de",
	    "cE", "~", "fx", "%", "x", "$"};
	begin("C.UTF-8", "vi");
	type("one \xa0\xdf\x8b\x88o\033");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		*test.hint = '\0';
		type(keys[i]);
		ck_assert_ptr_nonnull(strstr(test.hint, "not text"));
	}
	type("A!\r");
	ck_assert_str_eq(test.lines[0], "one \xa0\xdf\x8b\x88o!");
	type("\033kSgood\033bi:\r");
	ck_assert_str_eq(test.lines[1], ":good");
	prompt_free(test.prompt);
}
END_TEST

/* A prompt of a user who has this inputrc. */
static void
begin_with(const char *inputrc)
{
	char path[] = "/tmp/inputrc.XXXXXX";
	static const struct prompt_callbacks callbacks = {.line = take_line,
	    .matches = take_matches};
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, inputrc, strlen(inputrc)), (ssize_t)strlen(inputrc));
	close(fd);
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	ck_assert_int_eq(setenv("INPUTRC", path, 1), 0);
	test.prompt = prompt_new(NULL, &callbacks);
	ck_assert_ptr_nonnull(test.prompt);
	type("\030\022"); /* C-x C-r reads it again */
	unlink(path);
}

/* Macros that end inside a key sequence of some mode are left out, and that is said. */
START_TEST(a_macro_that_ends_inside_a_sequence_is_left_out)
{
	static const char *const macros[] = {"\"\\C-t\": \"\\C-x\"", "\"\\C-t\": \"a\\e\"",
	    "\"\\C-t\": \"\\C-r\\C-x\"", "\"\\C-t\": \"\\e[\"",
	    "\"\\C-t\": \"j\"\n\"jk\": \"x\"", "\"\\C-t\": \"\\C-t\\C-x\"",
	    "\"\\C-t\": \"\\C-x\"\n\"\\C-ta\": \"b\"", "\"\\C-t\": \"\\C-v\\e\"",
	    "set editing-mode vi\n\"\\C-t\": \"\\C-x\\e[1;\"",
	    "\"\\C-t\": \"j\\C-xe\"", "\"\\C-t\": \"\\C-x\\C-]\"",
	    "set keymap emacs-ctlx\n\"\\C-t\": \"b\\C-x\""};
	begin_with(macros[_i]);
	ck_assert_ptr_nonnull(prompt_warning(test.prompt));
	ck_assert_ptr_nonnull(strstr(prompt_warning(test.prompt), "holds a key sequence"));
	type("a\024b\024\024c\030\024d\022\024s\ae");
	press("\033[D");
	type("f\r\025ok\r");
	ck_assert_int_ge(test.count, 1);
	ck_assert_ptr_nonnull(strstr(test.lines[test.count - 1], "ok"));
	prompt_free(test.prompt);
}
END_TEST

/* All others are what they were; one that calls itself ends sometime. */
START_TEST(other_macros_stay)
{
	static const struct { const char *inputrc, *line; } table[] = {
		{"\"\\C-t\": \"one\"", "aoneb"},
		{"\"\\C-t\": \"\\C-a\\C-d\\e[C\"", "b"},
		{"\"\\C-t\": \"x\\C-xt\"\n\"\\C-xt\": \"yz\"", "axyzb"},
		{"\"\\C-t\": \"\\C-v\"", "ab"},
		{"\"\\C-t\": re-read-init-file", "ab"},
		{"\"\\C-t\": start-kbd-macro", "ab"},
		{"set editing-mode vi\n\"\\C-t\": \"\\e\"", NULL},
		{"\"\\C-t\": \"\\C-t\"", NULL},
		{"\"\\C-t\": \"c\\C-t\"", NULL},
		{"\"\\C-t\": \"\\C-y\"\n\"\\C-y\": \"\\C-t\"", NULL},
		{"\"\\C-t\": \"\\C-r\"", NULL},
		{"\"\\C-t\": \"\\C-re\\C-x\\C-x\\C-u\"", NULL},
	};
	begin_with(table[_i].inputrc);
	ck_assert_ptr_null(prompt_warning(test.prompt));
	type("a\024b");
	if (table[_i].line != NULL)
		ck_assert_str_eq(rl_line_buffer, table[_i].line);
	prompt_abandon(test.prompt);
	type("Sok\r");
	ck_assert_int_ge(test.count, 1);
	ck_assert_ptr_nonnull(strstr(test.lines[test.count - 1], "ok"));
	prompt_free(test.prompt);
}
END_TEST

/* The lines of earlier sessions, before anything was typed in this one. */
START_TEST(earlier_lines_are_walked_from_the_first_key_on)
{
	begin("C.UTF-8", "emacs");
	prompt_remember(test.prompt, "older");
	prompt_remember(test.prompt, "old");
	prompt_remember(test.prompt, "old"); /* no line is there twice */
	press("\033[A");
	ck_assert_str_eq(rl_line_buffer, "old");
	press("\033[A");
	ck_assert_str_eq(rl_line_buffer, "older");
	type("\r");
	press("\033[A");
	ck_assert_str_eq(rl_line_buffer, "older");
	press("\033[A");
	ck_assert_str_eq(rl_line_buffer, "old");
	type("\025\022lde");
	ck_assert_str_eq(rl_line_buffer, "older");
	prompt_free(test.prompt);
}
END_TEST

/* The words that can stand somewhere: the common beginning first. */
static const struct { const char *line; int start; const char *words; } completions[] = {
	{":ser", 0, ":server"}, {":k", 0, ":kill"}, {":q", 0, ":quit"},
	{":expect stat", 8, "state"}, {":server set "
	    "reap=w", 12, "reap=wait|reap=wait|reap=waitpid"},
	{":server re", 8, "res|restart|resume"}, {":xyz", 0, NULL}, {"ser", 0, NULL},
	{"::ser", 0, NULL}, {"", 0, NULL}, {":server xyz", 8, NULL}, {"server re", 7, NULL},
};

START_TEST(words_are_completed_as_readline_wants_it)
{
	char all[512] = "";
	size_t used = 0;
	const char *line = completions[_i].line;
	char **words = completion_words(NULL, line, line + completions[_i].start,
	    completions[_i].start);
	if (completions[_i].words == NULL) {
		ck_assert_ptr_null(words);
		return;
	}
	ck_assert_ptr_nonnull(words);
	for (size_t i = 0; words[i] != NULL; i++) {
		used += (size_t)snprintf(all + used, sizeof all - used, "%s%s",
		    i > 0 ? "|" : "", words[i]);
		free(words[i]);
	}
	free(words);
	ck_assert_str_eq(all, completions[_i].words);
}
END_TEST

/* More than there is room for at first, none twice, and each begins with a colon. */
START_TEST(all_first_words_are_there_once)
{
	char **words = completion_words(NULL, ":", ":", 0);
	size_t count = 0;
	ck_assert_ptr_nonnull(words);
	ck_assert_str_eq(words[0], ":");
	for (size_t i = 1; words[i] != NULL; i++, count++) {
		ck_assert_int_eq(words[i][0], ':');
		for (size_t j = 1; j < i; j++)
			ck_assert_str_ne(words[i], words[j]);
	}
	ck_assert_uint_gt(count, 10);
	for (size_t i = 0; words[i] != NULL; i++)
		free(words[i]);
	free(words);
}
END_TEST

START_TEST(the_choice_is_shown_in_one_line)
{
	begin("C.UTF-8", "emacs");
	press(":server re\t\t\t");
	ck_assert_str_eq(test.hint, "restart  resume");
	ck_assert_str_eq(rl_line_buffer, ":server res");
	prompt_abandon(test.prompt);
	press(":server sto\t");
	ck_assert_str_eq(rl_line_buffer, ":server stop ");
	prompt_abandon(test.prompt);
	press("server sto\t"); /* text, and never a file's name */
	ck_assert_str_eq(rl_line_buffer, "server sto");
	press(" /et\t");
	ck_assert_str_eq(rl_line_buffer, "server sto /et");
	prompt_free(test.prompt);
}
END_TEST

/* In a line that is longer than anybody's command no word is looked for. */
START_TEST(a_very_long_line_is_not_completed)
{
	enum { MOST = 4096 };
	begin("C.UTF-8", "emacs");
	press(":server ");
	while (rl_end < MOST - 2 + 2 * _i)
		press("x");
	press(" sto\001");
	press("\006\006\006\006\t"); /* behind ":ser" */
	ck_assert_int_eq(rl_inhibit_completion, _i == 1 || rl_end > MOST);
	prompt_free(test.prompt);
}
END_TEST

/* In the middle of something the line is not empty, though nothing stands there. */
START_TEST(in_the_middle_of_something_the_line_is_not_empty)
{
	static const struct { const char *mode, *keys; } table[] = {
		{"emacs", "\022"}, {"emacs", "\026"}, {"emacs", "\030"}, {"emacs", "a"},
		{"vi", "a\0331"}, {"vi", "a\033d"}, {"vi", "\033/"},
	};
	begin("C.UTF-8", table[_i].mode);
	ck_assert(prompt_is_empty(test.prompt));
	ck_assert_int_eq(prompt_is_vi(test.prompt), strcmp(table[_i].mode, "vi") == 0);
	type(table[_i].keys);
	ck_assert(!prompt_is_empty(test.prompt));
	prompt_abandon(test.prompt);
	ck_assert(prompt_is_empty(test.prompt));
	type("ok\r");
	ck_assert_str_eq(test.lines[test.count - 1], "ok");
	ck_assert(prompt_is_empty(test.prompt));
	prompt_free(test.prompt);
}
END_TEST

/* What C-v quotes is text, and then the line is as empty as it is. */
START_TEST(what_is_quoted_is_over_with_it)
{
	begin("C.UTF-8", "emacs");
	type("\026\t");
	ck_assert_str_eq(rl_line_buffer, "\t");
	type("\177");
	ck_assert(prompt_is_empty(test.prompt));
	type("\026a\r");
	ck_assert_str_eq(test.lines[0], "a");
	ck_assert(prompt_is_empty(test.prompt));
	type("\026b\025");
	ck_assert(prompt_is_empty(test.prompt));
	prompt_free(test.prompt);
}
END_TEST

START_TEST(an_argument_is_something_too)
{
	begin("C.UTF-8", "emacs");
	press("\0333");
	ck_assert(!prompt_is_empty(test.prompt));
	type("x");
	ck_assert_str_eq(rl_line_buffer, "xxx");
	prompt_free(test.prompt);
}
END_TEST

START_TEST(a_line_is_set_with_the_cursor_at_its_end)
{
	begin("C.UTF-8", "emacs");
	type("something\001");
	prompt_set(test.prompt, ":show");
	ck_assert_str_eq(rl_line_buffer, ":show");
	type(" a");
	ck_assert_str_eq(rl_line_buffer, ":show a");
	prompt_set(test.prompt, "x");
	ck_assert_str_eq(rl_line_buffer, "x");
	prompt_free(test.prompt);
}
END_TEST

/* What is typed is kept for the file, also what repeats; an empty line is none. */
START_TEST(all_lines_are_kept_in_their_order)
{
	enum { MANY = 150 };
	char line[24];
	size_t count;
	begin("C.UTF-8", "emacs");
	for (int i = 0; i < MANY; i++) {
		snprintf(line, sizeof line, "line %d", i / 2);
		type(line);
		type("\r\r");
	}
	const char *const *lines = prompt_lines(test.prompt, &count);
	ck_assert_uint_eq(count, MANY);
	for (int i = 0; i < MANY; i++) {
		snprintf(line, sizeof line, "line %d", i / 2);
		ck_assert_str_eq(lines[i], line);
	}
	ck_assert_int_eq(history_length, MANY / 2);
	prompt_free(test.prompt);
	ck_assert_int_eq(history_length, 0);
	prompt_free(NULL);
}
END_TEST

START_TEST(so_many_lines_are_remembered)
{
	char line[24];
	begin("C.UTF-8", "emacs");
	for (int i = 0; i < 1005; i++) {
		snprintf(line, sizeof line, "line %d", i);
		prompt_remember(test.prompt, line);
	}
	ck_assert_int_eq(history_length, 1000);
	press("\033[A");
	ck_assert_str_eq(rl_line_buffer, "line 1004");
	prompt_free(test.prompt);
}
END_TEST

/* What would disturb the screen is off, whatever the inputrc says. */
START_TEST(readline_is_quiet)
{
	static const struct { const char *name, *value; } table[] = {
		{"bell-style", "none"}, {"enable-bracketed-paste", "off"}, {"input-meta", "on"},
		{"output-meta", "on"}, {"convert-meta", "off"},
	};
	FILE *errors = stderr;
	begin_with("set bell-style audible\nset enable-bracketed-paste on\n"
	    "set convert-meta on\nset input-meta off\nset output-meta off\n");
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		ck_assert_str_eq(rl_variable_value(table[i].name), table[i].value);
	ck_assert_ptr_eq(stderr, errors);
	type("\a\b\b");
	ck_assert_ptr_eq(stderr, errors);
	ck_assert(rl_prep_term_function == NULL);
	ck_assert(rl_deprep_term_function == NULL);
	ck_assert_int_eq(rl_catch_signals, 0);
	ck_assert_int_eq(rl_catch_sigwinch, 0);
	ck_assert_int_eq(rl_change_environment, 0);
	ck_assert_str_eq(rl_readline_name, "tcpconsole");
	prompt_free(test.prompt);
}
END_TEST

/* The first line of what readline says of an inputrc. */
START_TEST(a_wrong_inputrc_is_warned_of)
{
	begin_with("\"\\C-t: x\nset keymap nothing\n\"\\C-y: z\n");
	const char *warning = prompt_warning(test.prompt);
	ck_assert_ptr_nonnull(warning);
	ck_assert_ptr_nonnull(strstr(warning, "line 1"));
	ck_assert_ptr_null(strchr(warning, '\n'));
	prompt_free(test.prompt);
	begin("C.UTF-8", "emacs");
	ck_assert_ptr_null(prompt_warning(test.prompt));
	prompt_free(test.prompt);
}
END_TEST

Suite *
screen_prompt_suite(void)
{
	Suite *suite = suite_create("screen prompt");
	TCase *tcase = tcase_create("prompt");
	tcase_add_test(tcase, completion_waits_for_a_value);
	tcase_add_test(tcase, earlier_lines_are_walked_from_the_first_key_on);
	tcase_add_test(tcase, the_c_locale_swallows_no_byte);
	tcase_add_test(tcase, a_quoted_line_break_ends_a_line);
	tcase_add_loop_test(tcase, a_key_without_a_function_does_nothing, 0, 4);
	tcase_add_test(tcase, a_key_with_a_function_has_it);
	tcase_add_test(tcase, vi_commands_are_vi_commands);
	tcase_add_test(tcase, vi_finds_no_words_in_what_is_no_text);
	tcase_add_loop_test(tcase, a_macro_that_ends_inside_a_sequence_is_left_out, 0, 12);
	tcase_add_loop_test(tcase, other_macros_stay, 0, 12);
	tcase_add_loop_test(tcase, words_are_completed_as_readline_wants_it, 0,
	    sizeof completions / sizeof *completions);
	tcase_add_test(tcase, all_first_words_are_there_once);
	tcase_add_test(tcase, the_choice_is_shown_in_one_line);
	tcase_add_loop_test(tcase, a_very_long_line_is_not_completed, 0, 2);
	tcase_add_loop_test(tcase, in_the_middle_of_something_the_line_is_not_empty, 0, 7);
	tcase_add_test(tcase, what_is_quoted_is_over_with_it);
	tcase_add_test(tcase, an_argument_is_something_too);
	tcase_add_test(tcase, a_line_is_set_with_the_cursor_at_its_end);
	tcase_add_test(tcase, all_lines_are_kept_in_their_order);
	tcase_add_test(tcase, so_many_lines_are_remembered);
	tcase_add_test(tcase, readline_is_quiet);
	tcase_add_test(tcase, a_wrong_inputrc_is_warned_of);
	suite_add_tcase(suite, tcase);
	return suite;
}
