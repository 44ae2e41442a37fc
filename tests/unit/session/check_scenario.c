/* The text of scenarios: what is right, and what each wrong line is told. */
#include "scenario.h"
#include "session_options.h"

#include "command.h"
#include "runner.h"
#include "scenario_library.h"
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Parses text, and releases what came of it. */
static int
parse(const char *text, char *error)
{
	struct scenario scenario;
	int result = scenario_parse(&scenario, "dir/some.scenario", text,
	    strlen(text), error);
	scenario_release(&scenario);
	return result;
}

START_TEST(a_scenario_has_a_head_and_steps)
{
	static const char text[] = "# a comment\n\ntitle  Five zombies \r\nsection 5.9\n"
	    "row 6.1\nneeds user\n\tsay Watch.\nconnect 5\n#\nexpect zombies 5";
	char error[SCENARIO_ERROR];
	struct scenario scenario;
	ck_assert_int_eq(scenario_parse(&scenario, "a/zombies.scenario", text,
	    strlen(text), error), 0);
	ck_assert_str_eq(scenario.name, "zombies");
	ck_assert_str_eq(scenario.path, "a/zombies.scenario");
	ck_assert_str_eq(scenario.title, "Five zombies");
	ck_assert_str_eq(scenario.section, "5.9");
	ck_assert_double_eq_tol(scenario.row, 6.1, 1e-9);
	ck_assert_int_eq(scenario.needs, NEEDS_USER);
	ck_assert_uint_eq(scenario.count, 3);
	ck_assert_uint_eq(scenario.steps[0].line, 7);
	ck_assert_str_eq(scenario.steps[0].text, "say Watch.");
	ck_assert_uint_eq(scenario.steps[2].line, 10);
	ck_assert(scenario_stops_at(&scenario.steps[0]));
	ck_assert(!scenario_stops_at(&scenario.steps[1]));
	ck_assert_str_eq(scenario_step_rest(&scenario.steps[0], "say"), "Watch.");
	ck_assert_ptr_null(scenario_step_rest(&scenario.steps[1], "conn"));
	char say[] = "say"; /* with nothing behind it */
	struct scenario_step bare = {.text = say};
	ck_assert_str_eq(scenario_step_rest(&bare, "say"), "");
	ck_assert((scenario_refusal(&scenario) == NULL) == (geteuid() != 0));
	scenario_release(&scenario);
}
END_TEST

static const struct { const char *text, *error; } wrong[] = {
	{"", "dir/some.scenario:1: the first line has to be its title, as in: title Five zombies"},
	{"connect\n", "dir/some.scenario:1: the first line has to be its title, as in: title "
	    "Five zombies"},
	{"title x\n", "dir/some.scenario:1: there is no command: say, connect, send, expect, ..."},
	{"title\n", "dir/some.scenario:1: title wants a text, as in: title Five zombies"},
	{"title x\nsection\n", "dir/some.scenario:2: section wants a text, as in: section 5.9"},
	{"title x\ntitle y\n", "dir/some.scenario:2: a second title: one is enough"},
	{"title x\nneeds root\n", "dir/some.scenario:2: needs wants lab or user, once"},
	{"title x\nrow one\n", "dir/some.scenario:2: row wants a place in the lecture, as in: "
	    "row 7"},
	{"title x\n\nsnd hi\n", "dir/some.scenario:3: no command \"snd\"; help shows them all"},
	{"title x\nconnect\nsection 5\n", "dir/some.scenario:3: title, section, row and needs "
	    "stand before the first command"},
	{"title x\nconnect 0\n", "dir/some.scenario:2: connect wants a count from 1 to 10000"},
	{"title x\nconnect\nexpect errno EFOO\n", "dir/some.scenario:3: errno wants a name, as "
	    "in: expect errno ECONNRESET read"},
	{"title x\nserver set reap=never\n", "dir/some.scenario:2: reap=never: wants "
	    "none|wait|waitpid|ignore"},
	{"title x\nask Who?\n", "dir/some.scenario:2: ask wants TEXT | ANSWER | ANSWER... = N, "
	    "as in: ask Who gets the FIN? | The client | Nobody = 1"},
	{"title x\nask Who? | I | You = 3\n", "dir/some.scenario:2: ask wants TEXT | ANSWER | "
	    "ANSWER... = N, as in: ask Who gets the FIN? | The client | Nobody = 1"},
	{"title x\nkill child FOO\n", "dir/some.scenario:2: no signal \"FOO\": as in KILL, TERM, "
	    "STOP, CONT, USR1 (kill -l)"},
	{"title x\nneeds lab\nneeds lab\nsay x\n", "dir/some.scenario:3: needs wants lab or "
	    "user, once"},
	{"title x\nsection 5\nsection 6\n", "dir/some.scenario:3: a second section: one is enough"},
	{"title x\nrow 0\n", "dir/some.scenario:2: row wants a place in the lecture, as in: row 7"},
	{"title x\nrow 1000\n", "dir/some.scenario:2: row wants a place in the lecture, as in: "
	    "row 7"},
	{"title x\nrow 7x\n", "dir/some.scenario:2: row wants a place in the lecture, as in: row "
	    "7"},
	{"title x\nrow -7\n", "dir/some.scenario:2: row wants a place in the lecture, as in: row "
	    "7"},
	{"title x\nsection 1234567890123456\n", "dir/some.scenario:2: the section has 16 bytes: "
	    "15 are the most"},
	{"titles x\n", "dir/some.scenario:1: no command \"titles\"; help shows them all"},
	{"title x\nconnect\ntitle y\n", "dir/some.scenario:3: a second title: one is enough"},
	{"title x\nconnect\nrow 3\n", "dir/some.scenario:3: title, section, row and needs stand "
	    "before the first command"},
	{"title x\nsay a\nplay b\n", "dir/some.scenario:3: play stands in no scenario: a lesson "
	    "is one file"},
	{"title x\nwait soon\n", "dir/some.scenario:2: wait wants seconds, as in: wait 1.5"},
};

START_TEST(a_wrong_line_is_told_with_its_mend)
{
	char error[SCENARIO_ERROR];
	ck_assert_int_eq(parse(wrong[_i].text, error), -1);
	ck_assert_str_eq(error, wrong[_i].error);
}
END_TEST

/* Writes text into a new file. */
static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

/* Names, out of paths. */
static const struct { const char *path, *name; } names[] = {
	{"zombies.scenario", "zombies"}, {"/a/b.c/zombies.scenario", "zombies"},
	{"a/b", "b"}, {"a.b/c", "c"}, {".hidden", ".hidden"}, {"a.b.scenario", "a.b"}, {"x/", ""},
};

START_TEST(a_scenario_is_called_as_its_file)
{
	static const char text[] = "title x\nsay x";
	struct scenario scenario;
	char error[SCENARIO_ERROR];
	ck_assert_int_eq(scenario_parse(&scenario, names[_i].path, text, sizeof text - 1,
	    error), 0);
	ck_assert_str_eq(scenario.name, names[_i].name);
	ck_assert_int_eq(scenario.needs, NEEDS_NOTHING);
	ck_assert_ptr_null(scenario_refusal(&scenario));
	scenario.needs = NEEDS_LAB;
	ck_assert_str_eq(scenario_refusal(&scenario),
	    "needs the lab: two hosts and a router between them");
	scenario_release(&scenario);
	ck_assert_uint_eq(scenario.count, 0);
}
END_TEST

START_TEST(what_is_at_its_limit_fits)
{
	static char text[4096], title[SCENARIO_TITLE];
	struct scenario scenario;
	char error[SCENARIO_ERROR];
	memset(title, 't', sizeof title - 1);
	int used = snprintf(text, sizeof text, "title %s\nsection 123456789012345\nrow 0.1\nsay ",
	    title);
	memset(text + used, 'x', 1996); /* a line of 2000 bytes, blanks around it */
	snprintf(text + used + 1996, 8, " \t\r\n");
	ck_assert_msg(scenario_parse(&scenario, "x", text, strlen(text), error) == 0, "%s",
	    error);
	ck_assert_str_eq(scenario.title, title);
	ck_assert_uint_eq(strlen(scenario.steps[0].text), 2000);
	ck_assert_double_gt(scenario.row, 0.09);
	scenario_release(&scenario);
	snprintf(text + used + 1996, 8, "y\n");
	ck_assert_int_eq(scenario_parse(&scenario, "x", text, strlen(text), error), -1);
	ck_assert_str_eq(error, "x:4: the line has 2001 bytes: 2000 are the most");
	scenario_release(&scenario);
	snprintf(text, sizeof text, "title %st\n", title);
	ck_assert_int_eq(scenario_parse(&scenario, "x", text, strlen(text), error), -1);
	ck_assert_ptr_nonnull(strstr(error, "the title has"));
	scenario_release(&scenario);
}
END_TEST

START_TEST(so_many_steps_fit)
{
	enum { MOST = 10000 };
	static char text[MOST * 6 + 64];
	struct scenario scenario;
	char error[SCENARIO_ERROR];
	size_t used = (size_t)sprintf(text, "title x\n");
	for (int i = 0; i < MOST; i++)
		used += (size_t)sprintf(text + used, "say %c\n", 'a' + i % 26);
	ck_assert_int_eq(scenario_parse(&scenario, "x", text, used, error), 0);
	ck_assert_uint_eq(scenario.count, MOST);
	ck_assert_str_eq(scenario.steps[27].text, "say b");
	ck_assert_uint_eq(scenario.steps[27].line, 29);
	scenario_release(&scenario);
	used += (size_t)sprintf(text + used, "say x\n");
	ck_assert_int_eq(scenario_parse(&scenario, "x", text, used, error), -1);
	ck_assert_str_eq(error, "x:10002: a scenario has at most 10000 commands");
	scenario_release(&scenario);
}
END_TEST

/* Files that are none to be read as a scenario. */
START_TEST(what_is_no_file_is_not_read)
{
	char directory[] = "/tmp/check_scenario.XXXXXX", path[64], error[SCENARIO_ERROR];
	struct scenario scenario;
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/fifo", directory);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(scenario_load(&scenario, path, error), -1); /* at once */
	ck_assert_ptr_nonnull(strstr(error, "fifo: cannot read it: Invalid argument"));
	unlink(path);
	ck_assert_int_eq(scenario_load(&scenario, path, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "No such file"));
	FILE *file = fopen(path, "w");
	fputs("title x\nsay x\n#", file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(truncate(path, 1 << 20), 0); /* as large as may be: NULs in it */
	ck_assert_int_eq(scenario_load(&scenario, path, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "fifo:3: the line has"));
	scenario_release(&scenario);
	ck_assert_int_eq(truncate(path, (1 << 20) + 1), 0);
	ck_assert_int_eq(scenario_load(&scenario, path, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "File too large"));
	unlink(path);
	rmdir(directory);
}
END_TEST

START_TEST(a_library_is_in_the_lectures_order)
{
	static const struct { const char *name, *text; } files[] = {
		{"c.scenario", "title c\nrow 2\nsay x\n"}, {"z.scenario", "title z\nrow 1\nsay "
		    "x\n"},
		{"b.scenario", "title b\nsay x\n"}, {"a.scenario", "title a\nsay x\n"},
		{"d.scenario", "title d\nrow 2\nsay x\n"}, {".hidden.scenario", "title h\nsay x\n"},
		{".scenario", "title h\nsay x\n"}, {"other.txt", "title h\nsay x\n"},
	};
	char home[] = "/tmp/check_scenario.XXXXXX", path[256], error[SCENARIO_ERROR];
	struct scenario *scenarios;
	size_t count;
	ck_assert_ptr_nonnull(mkdtemp(home));
	setenv("XDG_DATA_HOME", home, 1);
	snprintf(path, sizeof path, "mkdir -p %s/bin %s/share/tcpconsole/scenarios", home, home);
	ck_assert_int_eq(system(path), 0);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/share/tcpconsole/scenarios/%s", home,
		    files[i].name);
		write_file(path, files[i].text);
	}
	snprintf(path, sizeof path, "%s/bin", home); /* as it is installed */
	ck_assert_int_eq(scenario_library_load(&scenarios, &count, path, error), 0);
	char order[32] = "";
	for (size_t i = 0; i < count; i++)
		strcat(order, scenarios[i].name);
	ck_assert_str_eq(order, "zcdab");
	scenario_library_free(scenarios, count);
	snprintf(path, sizeof path, "%s/share/tcpconsole/scenarios/bad.scenario", home);
	write_file(path, "title bad\nbogus\n");
	snprintf(path, sizeof path, "%s/bin", home);
	ck_assert_int_eq(scenario_library_load(&scenarios, &count, path, error), -1);
	ck_assert_uint_eq(count, 5); /* those that are right are there */
	ck_assert_ptr_nonnull(strstr(error, "bad.scenario:2: no command \"bogus\""));
	scenario_library_free(scenarios, count);
	ck_assert_int_eq(scenario_library_load(&scenarios, &count, "/nowhere", error), -1);
	ck_assert_ptr_nonnull(strstr(error, "there are no scenarios beside this program"));
	scenario_library_free(scenarios, count);
	snprintf(path, sizeof path, "rm -r %s", home);
	ck_assert_int_eq(system(path), 0);
}
END_TEST

START_TEST(where_the_users_own_stand)
{
	char home[] = "/tmp/check_scenario.XXXXXX", path[256], error[SCENARIO_ERROR];
	struct scenario scenario;
	ck_assert_ptr_nonnull(mkdtemp(home));
	unsetenv("XDG_DATA_HOME");
	setenv("HOME", home, 1);
	snprintf(path, sizeof path, "mkdir -p %s/.local/share/tcpconsole/scenarios", home);
	ck_assert_int_eq(system(path), 0);
	snprintf(path, sizeof path, "%s/.local/share/tcpconsole/scenarios/mine.scenario", home);
	write_file(path, "title mine\nsay x\n");
	ck_assert_int_eq(scenario_library_find(&scenario, "mine", "/nowhere", error), 0);
	scenario_release(&scenario);
	setenv("XDG_DATA_HOME", "relative", 1); /* is no place: HOME is */
	ck_assert_int_eq(scenario_library_find(&scenario, "mine", "/nowhere", error), 0);
	scenario_release(&scenario);
	setenv("XDG_DATA_HOME", "/nowhere", 1);
	ck_assert_int_eq(scenario_library_find(&scenario, "mine", "/nowhere", error), -1);
	unsetenv("XDG_DATA_HOME");
	unsetenv("HOME");
	ck_assert_int_eq(scenario_library_find(&scenario, "mine", "/nowhere", error), -1);
	snprintf(path, sizeof path, "rm -r %s", home);
	ck_assert_int_eq(system(path), 0);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_refused)
{
	char error[SCENARIO_ERROR], text[4096];
	struct scenario scenario;
	ck_assert_int_eq(scenario_parse(&scenario, "x", "title x\nsay \0\n", 14, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "x:2: a NUL byte"));
	scenario_release(&scenario);
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert_int_eq(parse(text, error), -1);
	ck_assert_ptr_nonnull(strstr(error, ":1: the line has 4095 bytes: 2000 are the most"));
}
END_TEST

START_TEST(what_is_quoted_of_a_wrong_line_is_visible)
{
	char error[SCENARIO_ERROR];
	ck_assert_int_eq(parse("title x\nbo\033[31mgus\n", error), -1);
	ck_assert_ptr_nonnull(strstr(error, "\"bo^[[31mgus\""));
	ck_assert_int_eq(parse("title x\nbo\xe2\x80\xaegus\n", error), -1);
	ck_assert_ptr_nonnull(strstr(error, "\"bo<U+202E>gus\""));
	ck_assert_int_eq(parse("title x\nbo\xffgus\n", error), -1);
	ck_assert_ptr_nonnull(strstr(error, "\"bo\\xffgus\""));
}
END_TEST

START_TEST(every_command_is_checked_without_a_session)
{
	static const char *const arguments[] = {"", "1", "2 3", "x", "pid:1", "pid:", "all",
	    "KILL", "reap=wait", "--split hello", "on", "default", "echo a", "eof", "| | = 1"};
	size_t count;
	const struct command *table = command_table(&count);
	char line[256], error[SESSION_ERROR];
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < sizeof arguments / sizeof *arguments; k++) {
			snprintf(line, sizeof line, "%s %s", table[i].name, arguments[k]);
			bool good = runner_check(line, error, sizeof error);
			ck_assert_msg(good == (*error == '\0'), "%s: %s", line, error);
		}
	}
	ck_assert(runner_check("kill child 3 TERM", error, sizeof error));
	ck_assert(runner_check("expect state client TIME_WAIT 2 for 0.5", error, sizeof error));
}
END_TEST

START_TEST(the_users_own_come_first)
{
	char home[] = "/tmp/check_scenario.XXXXXX", path[256], error[SCENARIO_ERROR];
	struct scenario *scenarios, scenario;
	size_t count;
	ck_assert_ptr_nonnull(mkdtemp(home));
	setenv("XDG_DATA_HOME", home, 1);
	snprintf(path, sizeof path, "mkdir -p %s/tcpconsole/scenarios "
	    "%s/own/scenarios", home, home);
	ck_assert_int_eq(system(path), 0);
	snprintf(path, sizeof path, "%s/own/scenarios/b.scenario", home);
	write_file(path, "title theirs\nrow 1\nsay x\n");
	snprintf(path, sizeof path, "%s/own/scenarios/a.scenario", home);
	write_file(path, "title also theirs\nrow 2\nsay x\n");
	snprintf(path, sizeof path, "%s/tcpconsole/scenarios/b.scenario", home);
	write_file(path, "title mine\nsay x\n");
	snprintf(path, sizeof path, "%s/own", home);
	ck_assert_int_eq(scenario_library_load(&scenarios, &count, path, error), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(scenarios[0].title, "also theirs");
	ck_assert_str_eq(scenarios[1].title, "mine");
	scenario_library_free(scenarios, count);
	ck_assert_int_eq(scenario_library_find(&scenario, "b", path, error), 0);
	ck_assert_str_eq(scenario.title, "mine");
	scenario_release(&scenario);
	ck_assert_int_eq(scenario_library_find(&scenario, "c", path, error), -1);
	ck_assert_str_eq(error, "no scenario \"c\": --list shows those there are; a path holds a "
	    "slash");
	scenario_release(&scenario);
	ck_assert_int_eq(scenario_library_find(&scenario, home, path, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "Is a directory"));
	scenario_release(&scenario);
	snprintf(path, sizeof path, "rm -r %s", home);
	ck_assert_int_eq(system(path), 0);
}
END_TEST

/* The step by which it is known to need tcpserv; 0: any server will do. */
static const struct { const char *steps; unsigned line; } tcpservs[] = {
	{"connect\nsend server set x\nexpect echo reaped 1\nkill child\n", 0},
	{"say server set\nserver stop\nserver start\nhost crash\n", 0},
	{"expect zombies 0\nexpect children 1\nexpect server exit 0\nexpect client exit 1\n", 0},
	{"expect disposition client PIPE default\nshow sockets\nclient sigpipe ignore\n", 0},
	{"connect\nserver set reap=none\n", 3}, {"expect server errno EINTR\n", 2},
	{"connect\nconnect\nexpect reaped 2 within 1\n", 4},
	{"expect disposition server CHLD caught\n", 2}, {"show settings\n", 2},
	{"expect disposition child CHLD default\n", 2}, {"client long 32\n", 2},
	{"client byte_order big\nserver set long=32\n", 2},
};

START_TEST(what_only_tcpserv_answers_is_found)
{
	struct scenario scenario;
	char text[512], error[SCENARIO_ERROR];
	int length = snprintf(text, sizeof text, "title T\n%s", tcpservs[_i].steps);
	ck_assert_msg(scenario_parse(&scenario, "t.scenario", text, (size_t)length, error) == 0,
	    "%s", error);
	const struct scenario_step *step = scenario_tcpserv_step(&scenario);
	ck_assert_uint_eq(step != NULL ? step->line : 0, tcpservs[_i].line);
	scenario_release(&scenario);
}
END_TEST

Suite *
scenario_suite(void)
{
	Suite *suite = suite_create("scenario");
	TCase *all = tcase_create("scenario");
	tcase_add_loop_test(all, what_only_tcpserv_answers_is_found, 0,
	    sizeof tcpservs / sizeof *tcpservs);
	tcase_add_test(all, a_scenario_has_a_head_and_steps);
	tcase_add_loop_test(all, a_wrong_line_is_told_with_its_mend, 0,
	    sizeof wrong / sizeof *wrong);
	tcase_add_loop_test(all, a_scenario_is_called_as_its_file, 0,
	    sizeof names / sizeof *names);
	tcase_add_test(all, what_is_at_its_limit_fits);
	tcase_add_test(all, so_many_steps_fit);
	tcase_add_test(all, what_is_no_file_is_not_read);
	tcase_add_test(all, a_library_is_in_the_lectures_order);
	tcase_add_test(all, where_the_users_own_stand);
	tcase_add_test(all, bytes_that_are_no_text_are_refused);
	tcase_add_test(all, what_is_quoted_of_a_wrong_line_is_visible);
	tcase_add_test(all, every_command_is_checked_without_a_session);
	tcase_add_test(all, the_users_own_come_first);
	suite_add_tcase(suite, all);
	return suite;
}
