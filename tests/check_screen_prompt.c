/* check_screen_prompt.c: readline's bytes in, lines out. */
#include "prompt.h"

#include "suites.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/readline.h>

enum { LINES_MOST = 8, LINE_MOST = 64 };

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
	ck_assert_ptr_nonnull(prompt_complaint(test.prompt));
	ck_assert_ptr_nonnull(strstr(prompt_complaint(test.prompt), "holds a key sequence"));
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
	ck_assert_ptr_null(prompt_complaint(test.prompt));
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
	suite_add_tcase(suite, tcase);
	return suite;
}
