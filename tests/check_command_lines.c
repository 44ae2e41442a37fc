/* The command lines of tcpserv and tcpcli. */
#include "suites.h"
#include "program_fixture.h"

static const struct {
	bool server;
	const char *line;
	int status;
} command_lines[] = {
	{true, "--help", 0}, {true, "--version", 0}, {true, "--reap=maybe", 2},
	{true, "--reap", 2}, {true, "--nonsense=1", 2}, {true, "70000", 2},
	{true, "1 2", 2}, {true, "--backlog=-1", 2}, {true, "--accept_delay=x", 2},
	{true, "--bind=nowhere", 2}, {true, "9877x", 2}, {true, "-x", 2},
	{true, "--service=sub", 2}, {true, "--long=16", 2}, {true, "--byte_order=", 2},
	{true, "--sigpipe=catch", 2}, {true, "--close=never", 2},
	{true, "--process_room=-1", 2}, {false, "--long=16 127.0.0.1", 2},
	{false, "--long 127.0.0.1", 2}, {false, "--nonsense=1 127.0.0.1", 2},
	{false, "--service=sum-binary", 2},
	{false, "--help", 0}, {false, "--version", 0}, {false, "", 2},
	{false, "127.0.0.1 0", 2}, {false, "127.0.0.1 x", 2}, {false, "-x", 2},
	{false, "a 1 b", 2},
};

/* Usage errors: one line on standard error, status 2. */
START_TEST(command_line)
{
	struct program *program = program_start(command_lines[_i].server, command_lines[_i].line,
	    false);
	bool good = command_lines[_i].status == 0;
	ends_with(program, command_lines[_i].status);
	ck_assert_uint_gt(strlen(read_line(good ? program->output : program->error)), 10);
	ck_assert_str_eq(read_line(program->error), "");
}
END_TEST

/* The command lines. */
Suite *
command_lines_suite(void)
{
	Suite *suite = suite_create("command_lines");
	TCase *tcase = programs_case(suite, "command_lines");
	tcase_add_loop_test(tcase, command_line, 0,
	    (int)(sizeof command_lines / sizeof *command_lines));
	return suite;
}
