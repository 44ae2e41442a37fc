/* The command line: what each option sets, and what is refused. */
#include "options.h"

#include "suites.h"

#include <stdio.h>
#include <string.h>

enum { WORDS = 80 };

/* Parses a command line of words with blanks between them. */
static bool
parse(struct options *options, const char *line, char *error)
{
	static char text[4096];
	static char *argv[WORDS + 2];
	int argc = 0;
	char *rest = NULL;
	snprintf(text, sizeof text, "tcpconsole %s", line);
	*error = '\0';
	for (char *word = strtok_r(text, " ", &rest); word != NULL && argc < WORDS;
	    word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	argv[argc] = NULL;
	return options_parse(options, argc, argv, error);
}

/* The same, which has to be right. */
static struct options
parsed(const char *line)
{
	struct options options;
	char error[SESSION_ERROR];
	ck_assert_msg(parse(&options, line, error), "%s: %s", line, error);
	return options;
}

START_TEST(nothing_is_nothing)
{
	struct options options = parsed("");
	ck_assert_ptr_null(options.session.host);
	ck_assert_ptr_null(options.session.port);
	ck_assert_ptr_null(options.session.server);
	ck_assert_int_eq(options.session.family, 0);
	ck_assert_uint_eq(options.session.set_count, 0);
	ck_assert_uint_eq(options.session.events, 0);
	ck_assert(!options.session.no_server && !options.session.screen);
	ck_assert(!options.headless && !options.json && !options.ascii && !options.help);
	ck_assert(!options.version && !options.play_all && !options.list);
	ck_assert_int_eq(options.color, WHEN_AUTO);
	ck_assert_ptr_null(options.play);
	ck_assert_ptr_null(options.record);
	ck_assert_ptr_null(options.replay);
}
END_TEST

START_TEST(each_option_sets_its_own)
{
	ck_assert(parsed("--headless").headless);
	ck_assert(!parsed("--headless").json);
	ck_assert(parsed("--json").json);
	ck_assert(parsed("--json").headless);
	ck_assert_str_eq(parsed("--play zombies").play, "zombies");
	ck_assert(!parsed("--play zombies").headless);
	ck_assert(parsed("--play-all").play_all);
	ck_assert(parsed("--play-all").headless);
	ck_assert(parsed("--list").list);
	ck_assert(parsed("--no-server").session.no_server);
	ck_assert(!parsed("--no-server").session.no_connect);
	ck_assert(parsed("--no-connect").session.no_connect);
	ck_assert(!parsed("--no-connect").session.output_is_pipe);
	ck_assert(!parsed("--output=terminal").session.output_is_pipe);
	ck_assert(parsed("--output=pipe").session.output_is_pipe);
	ck_assert_str_eq(parsed("--record a").record, "a");
	ck_assert_ptr_null(parsed("--record a").replay);
	ck_assert_str_eq(parsed("--replay b").replay, "b");
	ck_assert_int_eq(parsed("-4").session.family, 4);
	ck_assert_int_eq(parsed("-6").session.family, 6);
	ck_assert(parsed("--ascii").ascii);
	ck_assert(parsed("--help").help);
	ck_assert(!parsed("--help").version);
	ck_assert(parsed("--version").version);
	ck_assert_int_eq(parsed("--color=never").color, WHEN_NEVER);
	ck_assert_int_eq(parsed("--color always").color, WHEN_ALWAYS);
	ck_assert_int_eq(parsed("--color=auto").color, WHEN_AUTO);
	ck_assert_uint_eq(parsed("--events 1024").session.events, 1024);
	ck_assert_uint_eq(parsed("--events 100000000").session.events, 100000000);
}
END_TEST

START_TEST(host_and_port_stand_anywhere)
{
	static const char *const lines[] = {"::1 1234", "--json ::1 1234", "::1 --json 1234",
		"::1 1234 --json", "--set reap=wait ::1 1234"};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct options options = parsed(lines[i]);
		ck_assert_str_eq(options.session.host, "::1");
		ck_assert_str_eq(options.session.port, "1234");
	}
	ck_assert_str_eq(parsed("localhost").session.host, "localhost");
	ck_assert_ptr_null(parsed("localhost").session.port);
}
END_TEST

START_TEST(settings_are_kept_in_their_order)
{
	struct options options = parsed("--set reap=wait h --set backlog=3");
	ck_assert_uint_eq(options.session.set_count, 2);
	ck_assert_str_eq(options.set[0], "reap=wait");
	ck_assert_str_eq(options.set[1], "backlog=3");
}
END_TEST

START_TEST(so_many_settings_fit)
{
	struct options options;
	char error[SESSION_ERROR];
	static char *argv[2 * SET_MAX + 4];
	int argc = 0;
	char name[] = "tcpconsole", set[] = "--set", value[] = "reap=wait";
	argv[argc++] = name;
	for (int i = 0; i < SET_MAX; i++) {
		argv[argc++] = set;
		argv[argc++] = value;
	}
	ck_assert(options_parse(&options, argc, argv, error));
	ck_assert_uint_eq(options.session.set_count, SET_MAX);
	argv[argc++] = set;
	argv[argc++] = value;
	ck_assert(!options_parse(&options, argc, argv, error));
	ck_assert_str_eq(error, "--set: 64 are the most");
}
END_TEST

START_TEST(what_is_behind_the_dashes_is_the_servers)
{
	struct options options = parsed("--headless h 99 -- ./server --json -x 99 -- y");
	ck_assert_str_eq(options.session.host, "h");
	ck_assert_str_eq(options.session.port, "99");
	ck_assert(!options.json);
	const char *const *server = options.session.server;
	static const char *const wanted[] = {"./server", "--json", "-x", "99", "--", "y"};
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		ck_assert_str_eq(server[i], wanted[i]);
	ck_assert_ptr_null(server[6]);
}
END_TEST

static const struct { const char *line, *words; } wrong[] = {
	{"--", "-- wants a server behind it, as in: -- ./myserver 9877"},
	{"h 1 --", "-- wants a server behind it"},
	{"--nonsense", "no option \"--nonsense\": --help shows them all"},
	{"-x", "no option \"-x\""},
	{"--play", "--play wants a value: --help shows how"},
	{"--set", "--set wants a value"}, {"--record", "--record wants a value"},
	{"--events", "--events wants a value"},
	{"--events 1023", "--events 1023: wants a number from 1024 to 100000000"},
	{"--events 100000001", "wants a number"}, {"--events 2000x", "wants a number"},
	{"--events -2000", "wants a number"}, {"--events many", "wants a number"},
	{"--output=tty", "--output=tty: wants terminal or pipe"},
	{"--color=sometimes", "--color=sometimes: wants auto, always or never"},
	{"h 1 x", "\"x\" is too much: HOST and PORT are all"},
	{"9901", "\"9901\" is no host: HOST comes before PORT, as in 127.0.0.1 9901"},
	{"--record a --replay b", "--record and --replay"},
	{"--replay b h", "no HOST, no server, no lesson beside it"},
	{"--replay b --play x", "no HOST"}, {"--replay b --play-all", "no HOST"},
	{"--replay b -- ./x", "no HOST"},
	{"--play x --play-all", "--play and --play-all: one of them is enough"},
	{"--no-server -- ./x", "--no-server and a server behind --: one of them"},
	{"--set reap=wait -- ./x", "--set is for tcpserv"},
};

START_TEST(a_wrong_line_is_told_with_its_mend)
{
	struct options options;
	char error[SESSION_ERROR];
	ck_assert_msg(!parse(&options, wrong[_i].line, error), "%s", wrong[_i].line);
	ck_assert_msg(strstr(error, wrong[_i].words) != NULL, "%s: %s", wrong[_i].line, error);
}
END_TEST

START_TEST(these_go_together)
{
	static const char *const lines[] = {"--record a h 1", "--record a -- ./x",
		"--play x --record a", "--play-all --record a", "--replay a --json",
		"--no-server --set reap=wait", "--play x --set reap=wait",
		"--replay a --events 2000", "--play x h 1", "12.0.0.1", "9x"};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		parsed(lines[i]);
}
END_TEST

START_TEST(help_shows_each_option)
{
	size_t count;
	const struct option_row *table = options_table(&count);
	const char *help = options_help();
	char usage[OPTION_USAGE];
	ck_assert_uint_gt(count, 10);
	for (size_t i = 0; i < count; i++) {
		char start[OPTION_USAGE + 4];
		snprintf(start, sizeof start, "\n  %s ", options_usage(&table[i], usage));
		ck_assert_msg(strstr(help, start) != NULL, "%s is not in the help", usage);
	}
	ck_assert_ptr_nonnull(strstr(help, "\n  --color=WHEN "));
	ck_assert_ptr_nonnull(strstr(help, "\n  -4 "));
	ck_assert_ptr_nonnull(strstr(help, "  --list            the lessons: name,"));
	ck_assert_int_eq(strncmp(help, "Usage: tcpconsole ", 18), 0);
	ck_assert_ptr_nonnull(strstr(help, "\nExit status: 0 all right; 1 "));
	for (const char *line = help; *line != '\0'; line += strcspn(line, "\n") + 1)
		ck_assert_msg(strcspn(line, "\n") <= 79, "too long: %.90s", line);
	ck_assert_ptr_eq(options_help(), help);
	ck_assert_uint_eq(strlen(options_help()), strlen(help)); /* not added to */
}
END_TEST

Suite *
options_suite(void)
{
	Suite *suite = suite_create("options");
	TCase *all = tcase_create("all");
	tcase_add_test(all, nothing_is_nothing);
	tcase_add_test(all, each_option_sets_its_own);
	tcase_add_test(all, host_and_port_stand_anywhere);
	tcase_add_test(all, settings_are_kept_in_their_order);
	tcase_add_test(all, so_many_settings_fit);
	tcase_add_test(all, what_is_behind_the_dashes_is_the_servers);
	tcase_add_loop_test(all, a_wrong_line_is_told_with_its_mend, 0,
	    sizeof wrong / sizeof *wrong);
	tcase_add_test(all, these_go_together);
	tcase_add_test(all, help_shows_each_option);
	suite_add_tcase(suite, all);
	return suite;
}
