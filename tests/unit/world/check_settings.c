/* The server's settings. */
#include "settings.h"
#include "suites.h"

#include <stdio.h>
#include <string.h>

START_TEST(defaults_are_the_contract)
{
	struct settings settings;
	char text[1024];
	settings_init(&settings, "127.0.0.1");
	settings_text(&settings, text, sizeof text);
	ck_assert_str_eq(text, "reap=waitpid sa_restart=on eintr=retry service=echo "
	    "long=64 byte_order=native reuseaddr=on bind=127.0.0.1 backlog=1024 "
	    "max_children=2000 sigterm=default leak_connfd=off accept_delay=0 "
	    "sigpipe=default close=eof process_room=0");
}
END_TEST

START_TEST(each_default_may_be_set)
{
	struct settings settings;
	size_t count;
	const struct setting *table = settings_table(&count);
	char assignment[128], error[256];
	settings_init(&settings, "any");
	for (size_t i = 0; i < count; i++) {
		snprintf(assignment, sizeof assignment, "%s=%s", table[i].name,
		    table[i].fallback);
		ck_assert_msg(settings_set(&settings, assignment, error, sizeof error),
		    "%s: %s", assignment, error);
		ck_assert_str_eq(settings_get(&settings, table[i].name),
		    table[i].fallback);
	}
}
END_TEST

START_TEST(wrong_ones_name_the_mend)
{
	static const struct { const char *assignment, *said; } wrong[] = {
		{"reap", "KEY=VALUE"}, {"reap=", "none|wait|waitpid|ignore"},
		{"reap=wai", "none|wait|waitpid|ignore"}, {"foo=1", "no setting"},
		{"backlog=-1", "whole number"}, {"backlog=1x", "whole number"},
		{"accept_delay=soon", "seconds"}, {"bind=here", "address"},
		{"=1", "no setting"}, {"sa_restart=ON", "on|off"},
		{"service=sum-", "echo|sum|sum-binary"}, {"long=16", "32|64"},
		{"byte_order=middle", "native|big|little|network"},
		{"sigpipe=catch", "default|ignore"}, {"close=never", "eof|unread"},
		{"process_room=-1", "whole number"}, {"backlog=1000001", "whole number"},
		{"accept_delay=3601", "from 0 to 3600"}, {"accept_delay=-1", "seconds"},
		{"accept_delay=", "seconds"}, {"backlog=", "whole number"}, {"bind=", "address"},
		{"bind=1.2.3", "address"}, {"reap=none|wait", "none|wait|waitpid|ignore"},
		{"rea=none", "no setting \"rea\"; there are reap sa_restart"},
		{"max_children=x", "whole number"}, {"backlog= 1", "whole number"},
	};
	struct settings settings, before;
	char error[256];
	settings_init(&settings, "any");
	before = settings;
	ck_assert(!settings_set(&settings, wrong[_i].assignment, error, sizeof error));
	ck_assert_msg(strstr(error, wrong[_i].said) != NULL, "%s: %s",
	    wrong[_i].assignment, error);
	ck_assert_mem_eq(&settings, &before, sizeof settings);
}
END_TEST

START_TEST(right_ones_are_kept)
{
	static const struct { const char *assignment, *name, *value; } right[] = {
		{"reap=none", "reap", "none"}, {"reap=ignore", "reap", "ignore"},
		{"backlog=0", "backlog", "0"}, {"backlog=1000000", "backlog", "1000000"},
		{"accept_delay=3600", "accept_delay", "3600"}, {"accept_delay=.5", "accept_delay", ".5"},
		{"bind=::1", "bind", "::1"}, {"bind=10.0.0.1", "bind", "10.0.0.1"},
		{"bind=any", "bind", "any"}, {"service=sum-binary", "service", "sum-binary"},
	};
	struct settings settings, before;
	char error[256];
	settings_init(&settings, "127.0.0.1");
	before = settings;
	ck_assert(settings_set(&settings, right[_i].assignment, error, sizeof error));
	ck_assert_str_eq(settings_get(&settings, right[_i].name), right[_i].value);
	size_t changed = 0;
	for (size_t i = 0; i < SETTINGS_MAX; i++)
		changed += strcmp(settings.values[i], before.values[i]) != 0;
	ck_assert_uint_eq(changed, 1);
	ck_assert_ptr_null(settings_get(&settings, "nothing"));
	ck_assert_ptr_null(settings_get(&settings, "rea"));
}
END_TEST

Suite *
settings_suite(void)
{
	Suite *suite = suite_create("settings");
	TCase *all = tcase_create("all");
	tcase_add_test(all, defaults_are_the_contract);
	tcase_add_test(all, each_default_may_be_set);
	tcase_add_loop_test(all, wrong_ones_name_the_mend, 0, 27);
	tcase_add_loop_test(all, right_ones_are_kept, 0, 10);
	suite_add_tcase(suite, all);
	return suite;
}
