/* The command lines of tcpserv and tcpcli: what is said of a mistake, the help, and
 * the exit statuses. */
#include "suites.h"
#include "program_fixture.h"

#include <stdio.h>

static const char no_setting[] = "tcpserv: there is no setting \"";
static const char no_port[] = " is no PORT: give a number from 0 to 65535\n";
static const char client_usage[] = "; Usage: tcpcli [--KEY=VALUE]... ADDRESS [PORT]\n";
static const char wrong_port[] = "tcpcli: PORT is a number from 1 to 65535";
static const char no_option[] = "tcpcli: there is no such option";
static const char no_address[] = "tcpcli: give the server's ADDRESS";
static const char count_wanted[] = " wants a whole number from 0 to 1000000\n";
static const char seconds_wanted[] = "tcpserv: --accept_delay wants seconds from 0 to 3600\n";
static const char address_wanted[] = "tcpserv: --bind wants any or a literal address\n";

/* A mistake, and what its one line has to hold. */
static const struct {
	bool server;
	const char *line;
	const char *said;
} mistakes[] = {
	{true, "--reap=maybe", "tcpserv: --reap wants none|wait|waitpid|ignore\n"},
	{true, "--reap", "--reap wants "}, {true, "--reap=", "--reap wants "},
	{true, "--reap=wai", "--reap wants "}, {true, "--reap=waitp", "--reap wants "},
	{true, "--reap=none|wait", "--reap wants "}, {true, "--reap=None", "--reap wants "},
	{true, "--sa_restart=1", "--sa_restart wants on|off\n"},
	{true, "--eintr=ignore", "--eintr wants retry|die\n"},
	{true, "--service=sub", "--service wants echo|sum|sum-binary\n"},
	{true, "--long=16", "--long wants 32|64\n"},
	{true, "--byte_order=", "--byte_order wants native|big|little|network\n"},
	{true, "--reuseaddr=yes", "--reuseaddr wants on|off\n"},
	{true, "--sigterm=ignore", "--sigterm wants default|catch\n"},
	{true, "--leak_connfd=o", "--leak_connfd wants on|off\n"},
	{true, "--sigpipe=catch", "--sigpipe wants default|ignore\n"},
	{true, "--close=never", "--close wants eof|unread\n"},
	{true, "--backlog=-1", count_wanted}, {true, "--backlog=", count_wanted},
	{true, "--backlog=+1", count_wanted}, {true, "--backlog=1x", count_wanted},
	{true, "--backlog=1000001", count_wanted}, {true, "--backlog", count_wanted},
	{true, "--backlog=99999999999999999999", count_wanted},
	{true, "--backlog=:", count_wanted}, {true, "--backlog=/", count_wanted},
	{true, "--max_children=1.5", count_wanted}, {true, "--process_room=-1", count_wanted},
	{true, "--accept_delay=x", seconds_wanted}, {true, "--accept_delay=-1", seconds_wanted},
	{true, "--accept_delay=3600.1", seconds_wanted}, {true, "--accept_delay=", seconds_wanted},
	{true, "--accept_delay=1s", seconds_wanted}, {true, "--accept_delay=nan", seconds_wanted},
	{true, "--accept_delay=inf", seconds_wanted}, {true, "--accept_delay=.", seconds_wanted},
	{true, "--accept_delay=+1", seconds_wanted},
	{true, "--bind=nowhere", address_wanted}, {true, "--bind=", address_wanted},
	{true, "--bind=localhost", address_wanted}, {true, "--bind=1.2.3.4.5", address_wanted},
	{true, "--bind", address_wanted},
	{true, "--nonsense=1", no_setting}, {true, "--", no_setting},
	{true, "--reapx=none", no_setting}, {true, "--rea=none", no_setting},
	{true, "--helps", no_setting}, {true, "--version=1", no_setting},
	{true, "70000", no_port}, {true, "65536", no_port}, {true, "-1", no_port},
	{true, "9877x", no_port}, {true, "-x", no_port}, {true, "+1", no_port},
	{true, "\"\"", no_port}, {true, ":1", no_port}, {true, "/1", no_port},
	{true, "1 2", "tcpserv: one PORT is enough: leave \"2\" out\n"},
	{false, "", no_address}, {false, "\"\"", no_address}, {false, "\"\" 1", no_address},
	{false, "--service=sum-binary", no_address},
	{false, "127.0.0.1 0", wrong_port}, {false, "127.0.0.1 x", wrong_port},
	{false, "127.0.0.1 65536", wrong_port}, {false, "127.0.0.1 +1", wrong_port},
	{false, "127.0.0.1 1x", wrong_port}, {false, "127.0.0.1 \"\"", wrong_port},
	{false, "127.0.0.1 :1", wrong_port},
	{false, "a 1 b", "tcpcli: an ADDRESS and a PORT are enough"},
	{false, "-x", no_option}, {false, "--nonsense=1 127.0.0.1", no_option},
	{false, "--long 127.0.0.1", no_option}, {false, "--lon=32 127.0.0.1", no_option},
	{false, "--longer=32 127.0.0.1", no_option},
	{false, "--long=16 127.0.0.1", "tcpcli: --long wants 32|64"},
	{false, "--long= 127.0.0.1", "tcpcli: --long wants 32|64"},
	{false, "--long=3 127.0.0.1", "tcpcli: --long wants 32|64"},
	{false, "--long=640 127.0.0.1", "tcpcli: --long wants 32|64"},
	{false, "--service=su 127.0.0.1", "tcpcli: --service wants echo|sum|sum-binary"},
	{false, "--byte_order=host 127.0.0.1",
	 "tcpcli: --byte_order wants native|big|little|network"},
};

/* One line on standard error, nothing on standard output, status 2. */
START_TEST(mistakes_are_told)
{
	struct program *program = program_start(mistakes[_i].server, mistakes[_i].line, false);
	ends_with(program, 2);
	const char *said = read_line(program->error);
	ck_assert_msg(strstr(said, mistakes[_i].said) != NULL, "%s: %s",
	    mistakes[_i].line, said);
	if (!mistakes[_i].server)
		ck_assert_ptr_nonnull(strstr(said, client_usage));
	ck_assert_str_eq(read_line(program->error), "");
	ck_assert_str_eq(read_line(program->output), "");
}
END_TEST

/* What is too long to be repeated is cut. */
START_TEST(long_words_are_cut)
{
	static const char *const before[] = {"--", "", "1 "};
	char line[160], word[101], cut[64];
	memset(word, 'a', 100);
	word[100] = '\0';
	snprintf(line, sizeof line, "%s%s", before[_i], word);
	snprintf(cut, sizeof cut, "\"%.60s\"", _i == 0 ? line : word);
	struct program *program = program_start(true, line, false);
	ends_with(program, 2);
	ck_assert_ptr_nonnull(strstr(read_line(program->error), cut));
}
END_TEST

static const struct {
	bool server;
	const char *first; /* the first line of the help */
	const char *lines[24];
} helps[] = {
	{true, "Usage: tcpserv [--KEY=VALUE]... [PORT]\n",
	 {"  --reap=none|wait|waitpid|ignore\n", "  --sa_restart=on|off\n",
	  "  --eintr=retry|die\n", "  --service=echo|sum|sum-binary\n", "  --long=32|64\n",
	  "  --byte_order=native|big|little|network\n", "  --reuseaddr=on|off\n",
	  "  --bind=VALUE\n", "  --backlog=VALUE\n", "  --max_children=VALUE\n",
	  "  --sigterm=default|catch\n", "  --leak_connfd=on|off\n",
	  "  --sigpipe=default|ignore\n", "  --close=eof|unread\n", "  --process_room=VALUE\n",
	  "  --accept_delay=VALUE\n", "  --help\n", "  --version\n",
	  "        the address that is bound; any is the wildcard; any or a literal address "
	  "[any]\n",
	  "        SO_REUSEADDR on the listening socket [on]\n"}},
	{false, "Usage: tcpcli [--KEY=VALUE]... ADDRESS [PORT]\n",
	 {"  --service=echo|sum|sum-binary\n", "  --long=32|64\n",
	  "  --byte_order=native|big|little|network\n", "  --help\n", "  --version\n",
	  "or a name, PORT a number, by default 9877.\n", "        bits of a binary long [64]\n"}},
};

/* The help names every setting with its values, each on a line of its own. */
START_TEST(help)
{
	char text[8192] = "\n";
	size_t length = 1;
	struct program *program = program_start(helps[_i].server, "--help", false);
	const char *line = read_line(program->output);
	ck_assert_str_eq(line, helps[_i].first);
	while (*line != '\0') {
		length += (size_t)snprintf(text + length, sizeof text - length, "%s", line);
		ck_assert_uint_lt(length, sizeof text);
		line = read_line(program->output);
	}
	for (size_t i = 0; helps[_i].lines[i] != NULL; i++) {
		const char *found = strstr(text, helps[_i].lines[i]);
		ck_assert_msg(found != NULL && found[-1] == '\n', "no line \"%s\" in %s",
		    helps[_i].lines[i], text);
	}
	ends_with(program, 0);
	ck_assert_str_eq(read_line(program->error), "");
}
END_TEST

/* The version, whatever else there is. */
START_TEST(version)
{
	struct program *program = program_start(_i == 0, "--version", false);
	ends_with(program, 0);
	ck_assert_str_eq(read_line(program->output), _i == 0 ? "tcpserv 0.1\n" : "tcpcli 0.1\n");
	ck_assert_str_eq(read_line(program->output), "");
	ck_assert_str_eq(read_line(program->error), "");
}
END_TEST

/* The command lines. */
Suite *
command_lines_suite(void)
{
	Suite *suite = suite_create("command_lines");
	TCase *tcase = programs_case(suite, "command_lines");
	tcase_add_loop_test(tcase, mistakes_are_told, 0,
	    (int)(sizeof mistakes / sizeof *mistakes));
	tcase_add_loop_test(tcase, long_words_are_cut, 0, 3);
	tcase_add_loop_test(tcase, help, 0, 2);
	tcase_add_loop_test(tcase, version, 0, 2);
	return suite;
}
