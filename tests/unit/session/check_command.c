/* The command table: each row is whole, parses, and completes. */
#include "arguments.h"
#include "command.h"
#include "complete.h"
#include "session.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(each_row_is_whole)
{
	size_t count;
	const struct command *row = &command_table(&count)[_i];
	ck_assert_ptr_nonnull(row->name);
	ck_assert_ptr_nonnull(row->arguments);
	ck_assert(row->run != NULL);
	ck_assert_ptr_nonnull(row->help);
	ck_assert_uint_gt(strlen(row->help), 8);
	ck_assert_uint_lt(strlen(row->help), 100);
}
END_TEST

START_TEST(each_row_is_found_by_its_name)
{
	size_t count;
	const struct command *row = &command_table(&count)[_i];
	const char *arguments;
	char line[128], error[SESSION_ERROR];
	snprintf(line, sizeof line, "  %s", row->name);
	ck_assert_ptr_eq(command_parse(line, &arguments, error, sizeof error), row);
	ck_assert_str_eq(arguments, "");
}
END_TEST

START_TEST(the_longest_name_wins)
{
	const char *arguments;
	char error[SESSION_ERROR];
	const struct command *row =
	    command_parse("kill   child 3 TERM", &arguments, error, sizeof error);
	ck_assert_ptr_nonnull(row);
	ck_assert_str_eq(row->name, "kill child");
	ck_assert_str_eq(arguments, "3 TERM");
	row = command_parse("kill pid:3", &arguments, error, sizeof error);
	ck_assert_str_eq(row->name, "kill");
}
END_TEST

START_TEST(text_keeps_its_blanks)
{
	const char *arguments;
	char error[SESSION_ERROR];
	ck_assert_ptr_nonnull(command_parse("send   a  b ", &arguments, error, sizeof error));
	ck_assert_str_eq(arguments, "a  b ");
	char *text = argument_text(arguments);
	ck_assert_str_eq(text, "a  b");
	free(text);
	text = argument_text("\"  a \" ");
	ck_assert_str_eq(text, "  a ");
	free(text);
}
END_TEST

START_TEST(a_wrong_name_is_answered_with_the_right_ones)
{
	const char *arguments;
	char error[SESSION_ERROR];
	ck_assert_ptr_null(command_parse("host explode", &arguments, error, sizeof error));
	ck_assert_ptr_nonnull(strstr(error, "host crash"));
	ck_assert_ptr_null(command_parse("sned x", &arguments, error, sizeof error));
	ck_assert_ptr_nonnull(strstr(error, "sned"));
	ck_assert_ptr_null(command_parse("host crash now", &arguments, error, sizeof error));
	ck_assert_ptr_nonnull(strstr(error, "now"));
}
END_TEST

/* Collects offered words, divided by blanks. */
static void
collect(void *context, const char *word)
{
	strcat(context, " ");
	strcat(context, word);
}

START_TEST(words_are_offered)
{
	static const struct { const char *line, *wanted; } cases[] = {
		{"ho", " host"}, {"host cr", " crash"},
		{"client si", " sigpipe signal"}, {"client signal US", " USR1 USR2"},
		{"client keepalive o", " off"}, {"client long 3", " 32"},
		{"client byte_order ", " native big little network"},
		{"server set service=su", " service=sum service=sum-binary"},
		{"expect di", " disposition"}, {"client sigpipe ig", " ignore"},
		{"server set re", " reap= reuseaddr="},
		{"server set reap=wa", " reap=wait reap=waitpid"},
		{"show so", " sockets"}, {"expect ec", " echo"},
		{"expect state client CLOSE_", " CLOSE_WAIT"},
		{"kill server US", " USR1 USR2"},
	};
	char words[4096] = "";
	/* no session: connections and processes are not asked for here */
	complete_line(NULL, cases[_i].line, collect, words);
	ck_assert_str_eq(words, cases[_i].wanted);
}
END_TEST

Suite *
command_suite(void)
{
	size_t count;
	Suite *suite = suite_create("command");
	TCase *table = tcase_create("table");
	command_table(&count);
	tcase_add_loop_test(table, each_row_is_whole, 0, (int)count);
	tcase_add_loop_test(table, each_row_is_found_by_its_name, 0, (int)count);
	tcase_add_test(table, the_longest_name_wins);
	tcase_add_test(table, text_keeps_its_blanks);
	tcase_add_test(table, a_wrong_name_is_answered_with_the_right_ones);
	tcase_add_loop_test(table, words_are_offered, 0, 16);
	suite_add_tcase(suite, table);
	return suite;
}
