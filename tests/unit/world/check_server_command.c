/* check_server_command.c: the words of a server's command line, and the port in them. */
#include "server_command.h"

#include "suites.h"

#include <stddef.h>

static const struct { const char *word, *becomes; } words[] = {
	{"", ""}, {"./myserver", "./myserver"}, {"{port}", "9877"},
	{"TCP-LISTEN:{port},fork", "TCP-LISTEN:9877,fork"}, {"{port}{port}", "98779877"},
	{"{port", "{port"}, {"port}", "port}"}, {"{PORT}", "{PORT}"}, {"{}", "{}"},
	{"{ port }", "{ port }"}, {"{{port}}", "{9877}"}, {"{host}:{port}", "{host}:9877"},
	{"$port", "$port"},
};

START_TEST(the_port_stands_where_it_is_asked_for)
{
	const char *const command[] = {"sh", words[_i].word, "last", NULL};
	char **made = server_command_new(command, 9877);
	ck_assert_ptr_nonnull(made);
	ck_assert_str_eq(made[0], "sh");
	ck_assert_str_eq(made[1], words[_i].becomes);
	ck_assert_str_eq(made[2], "last");
	ck_assert_ptr_null(made[3]);
	server_command_free(made);
}
END_TEST

START_TEST(nothing_is_freed_as_nothing)
{
	static const char *const none[] = {NULL};
	char **made = server_command_new(none, 1);
	ck_assert_ptr_nonnull(made);
	ck_assert_ptr_null(made[0]);
	server_command_free(made);
	server_command_free(NULL);
}
END_TEST

Suite *
server_command_suite(void)
{
	Suite *suite = suite_create("server_command");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, the_port_stands_where_it_is_asked_for, 0,
	    sizeof words / sizeof *words);
	tcase_add_test(all, nothing_is_freed_as_nothing);
	suite_add_tcase(suite, all);
	return suite;
}
