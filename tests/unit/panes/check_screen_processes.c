/* check_screen_processes.c: the rows of the processes, column by column, zombies first. */
#include "pane_fixture.h"
#include "suites.h"

#include <signal.h>

enum { NARROW = 38, MIDDLE = 53, WIDE = 86 };

/* A process's event with an end. */
static struct event
ended(struct event event, int status, pid_t by)
{
	event.process.end = (struct process_end){.known = true, .status = status, .by = by};
	return event;
}

/* Connection N's child, with this command. */
static struct event
child(unsigned conn, enum process_what what, const char *stat, const char *command)
{
	return process(ROLE_CHILD, CHILD_PID + (pid_t)conn, conn, what, stat, command,
	    "wait_woken");
}

/* The line of the process with this number. */
static const char *
line_of(pid_t pid, int columns)
{
	char number[16];
	snprintf(number, sizeof number, "%5d ", (int)pid);
	for (size_t i = 0, count = look_at("processes", 20, columns); i < count; i++)
		if (strncmp(line_at(i), number, strlen(number)) == 0)
			return looked.line.text;
	return "";
}

START_TEST(a_row_is_ps_s)
{
	begin();
	connect_one(1);
	ck_assert_str_eq(line_of(SERVER_PID, NARROW), "  100    99 S    tcpserv  "
	    "inet_csk_accept");
	ck_assert_uint_eq(look_of_it(), STYLE_PLAIN);
	ck_assert_str_eq(line_of(CLIENT_PID, NARROW), "  200    99 S    tcpcli   "
	    "poll_schedule_timeout");
	ck_assert_str_eq(line_of(CHILD_PID + 1, NARROW), "  301   100 S    conn 1   "
	    "wait_woken/read");
	ck_assert_str_eq(line_of(CHILD_PID + 1, WIDE), "  301   100 pts/6  S    "
	    "tcpserv 9877         conn 1                wait_woken/read");
}
END_TEST

START_TEST(the_headings_stand_above_their_columns)
{
	static const int columns[] = {38, 44, 45, 66, 67, 100, 190};
	begin();
	connect_one(1);
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
		char row[LINE_TEXT], heading[LINE_TEXT];
		snprintf(row, sizeof row, "%s", line_of(CHILD_PID + 1, columns[i]));
		snprintf(heading, sizeof heading, "%s", heading_of_it());
		ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
		ck_assert_int_eq(strstr(heading, " PID") + 4 - heading,
		    strstr(row, "301") + 3 - row);
		ck_assert_int_eq(strstr(heading, "PPID") + 4 - heading,
		    strstr(row, "100") + 3 - row);
		ck_assert_int_eq(strstr(heading, "STAT") - heading, strstr(row, "S ") - row);
		ck_assert_int_eq(strstr(heading, "WCHAN") - heading,
		    strstr(row, "wait_woken") - row);
		bool peer = strstr(heading, "CMD/PEER") == NULL;
		ck_assert_int_eq(strstr(heading, peer ? "PEER" : "CMD/PEER") - heading,
		    strstr(row, peer ? "conn 1" : strstr(row, "tcpserv") != NULL ?
		    "tcpserv" : "conn 1") - row);
		ck_assert_int_eq(strstr(heading, "TTY") != NULL, columns[i] >= 45);
		ck_assert_int_eq(strstr(row, "pts/6") != NULL, columns[i] >= 45);
		ck_assert_int_eq(peer, columns[i] >= 67);
	}
}
END_TEST

START_TEST(long_numbers_have_wider_columns)
{
	begin();
	happen(process(ROLE_CHILD, 100000, 0, PROCESS_FORKED, "S", "tcpserv", "-"));
	look_at("processes", 20, NARROW);
	ck_assert_str_eq(line_at(0), "    200      99 S    tcpcli   poll_schedule_timeout");
	ck_assert_str_eq(line_at(2), " 100000     100 S    tcpserv  -");
	ck_assert_str_eq(heading_of_it(), "    PID    PPID STAT CMD/PEER WCHAN");
}
END_TEST

START_TEST(a_stopped_process_is_marked)
{
	begin();
	happen(process(ROLE_SERVER, SERVER_PID, 0, PROCESS_CHANGED, "T", "tcpserv 9877",
	    "do_signal_stop"));
	line_of(SERVER_PID, NARROW);
	ck_assert_uint_eq(look_of_it(), STYLE_PASSING | STYLE_STRONG);
}
END_TEST

START_TEST(client_and_server_come_first)
{
	happen(fixture_start("local"));
	happen(process(ROLE_OTHER, 77, 0, PROCESS_STARTED, "S", "sh", "-"));
	happen(child(1, PROCESS_FORKED, "S", "tcpserv"));
	happen(process(ROLE_SERVER, SERVER_PID, 0, PROCESS_STARTED, "S", "tcpserv", "-"));
	happen(process(ROLE_CLIENT, CLIENT_PID, 0, PROCESS_STARTED, "S", "tcpcli", "-"));
	static const pid_t order[] = {CLIENT_PID, SERVER_PID, 77, CHILD_PID + 1};
	ck_assert_uint_eq(look_at("processes", 20, NARROW), 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(atoi(line_at(i)), order[i]);
}
END_TEST

/* How processes end, and what stands where the command was. */
static const struct { enum process_what what; bool known; int status; const char *narrow,
    *wide; } ends[] = {
	{PROCESS_ZOMBIE, false, 0, "tcpserv <defunct>", "tcpserv <defunct>, conn 1"},
	{PROCESS_ZOMBIE, true, 9, "tcpserv <defunct>", "tcpserv <defunct>, SIGKILL, conn 1"},
	{PROCESS_ZOMBIE, true, 0, "tcpserv <defunct>", "tcpserv <defunct>, exit 0, conn 1"},
	{PROCESS_REAPED, true, 9, "tcps~ reaped, SIGKILL", "tcpserv reaped, SIGKILL, conn 1"},
	{PROCESS_REAPED, true, 3 << 8, "tcpse~ reaped, exit 3",
	    "tcpserv reaped, exit 3, conn 1"},
	{PROCESS_REAPED, false, 0, "tcpserv reaped", "tcpserv reaped, conn 1"},
	{PROCESS_EXITED, true, 15, "tcpserv gone, SIGTERM", "tcpserv gone, SIGTERM, conn 1"},
	{PROCESS_EXITED, false, 0, "tcpserv gone, conn 1", "tcpserv gone, conn 1"},
};

START_TEST(how_a_process_ended_is_told)
{
	begin();
	connect_one(1);
	struct event event = child(1, ends[_i].what, "Z", "[tcpserv] <defunct>");
	event.process.end.known = ends[_i].known;
	event.process.end.status = ends[_i].status;
	happen(event);
	bool zombie = ends[_i].what == PROCESS_ZOMBIE;
	const char *narrow = line_of(CHILD_PID + 1, NARROW);
	ck_assert_uint_eq(look_of_it(), zombie ? STYLE_BAD | STYLE_STRONG : STYLE_BAD);
	ck_assert_str_eq(narrow + strlen("  301   100 Z    "), ends[_i].narrow);
	ck_assert_int_eq(narrow[strlen("  301   100 ")], zombie ? 'Z' : '-');
	ck_assert_uint_le(strlen(narrow), NARROW);
	const char *wide = line_of(CHILD_PID + 1, WIDE);
	ck_assert_str_eq(wide + strlen("  301   100 pts/6  Z    "), ends[_i].wide);
}
END_TEST

/* The kernel's word that it is a zombie comes by either way. */
START_TEST(a_zombie_is_one_by_its_letter_or_by_its_event)
{
	begin();
	connect_one(1);
	connect_one(2);
	happen(child(1, PROCESS_CHANGED, "Z+", "[tcpserv] <defunct>"));
	happen(child(2, PROCESS_ZOMBIE, "S", "tcpserv 9877"));
	ck_assert_ptr_nonnull(strstr(line_of(CHILD_PID + 1, NARROW), " Z+   tcpserv <defunct>"));
	ck_assert_ptr_nonnull(strstr(line_of(CHILD_PID + 2, NARROW), " Z    tcpserv <defunct>"));
	ck_assert_str_eq(looked.state->title, "Processes, 2 zombies");
}
END_TEST

START_TEST(zombies_are_counted_and_wanted)
{
	size_t lines;
	begin();
	for (unsigned conn = 1; conn <= 4; conn++)
		connect_one(conn);
	happen(fixture_connection(2, CONNECTION_CURRENT));
	look_at("processes", 20, NARROW);
	ck_assert_str_eq(looked.state->title, "");
	ck_assert_uint_eq(wanted_of_it(&lines), 3); /* serves the current connection */
	ck_assert_uint_eq(lines, 1);
	happen(child(3, PROCESS_ZOMBIE, "Z", "[tcpserv] <defunct>"));
	look_at("processes", 20, NARROW);
	ck_assert_str_eq(looked.state->title, "Processes, 1 zombie");
	ck_assert_uint_eq(wanted_of_it(&lines), 4);
	ck_assert_uint_eq(lines, 1);
	happen(child(1, PROCESS_ZOMBIE, "Z", "[tcpserv] <defunct>"));
	look_at("processes", 20, NARROW);
	ck_assert_str_eq(looked.state->title, "Processes, 2 zombies");
	ck_assert_uint_eq(wanted_of_it(&lines), 2);
	ck_assert_uint_eq(lines, 2);
	happen(ended(child(1, PROCESS_REAPED, "Z", "tcpserv"), 9, SERVER_PID));
	look_at("processes", 20, NARROW);
	ck_assert_str_eq(looked.state->title, "Processes, 1 zombie");
}
END_TEST

START_TEST(without_a_child_nothing_is_wanted)
{
	size_t lines;
	begin();
	look_at("processes", 20, NARROW);
	wanted_of_it(&lines);
	ck_assert_uint_eq(lines, 0);
	struct event stranger = process(ROLE_CHILD, 999, 0, PROCESS_FORKED, "S", "x", "-");
	happen(stranger); /* current is 0, too, but that is none */
	look_at("processes", 20, NARROW);
	wanted_of_it(&lines);
	ck_assert_uint_eq(lines, 0);
}
END_TEST

START_TEST(who_was_reaped_lingers_four_seconds)
{
	begin();
	connect_one(1);
	connect_one(2);
	look_at("processes", 20, NARROW);
	ck_assert_int_eq(changes_at_of_it(), 0);
	happen(child(1, PROCESS_REAPED, "Z", "tcpserv"));
	int64_t first = test.now;
	happen(child(2, PROCESS_REAPED, "Z", "tcpserv"));
	ck_assert_uint_eq(look_at("processes", 20, NARROW), 4);
	ck_assert_int_eq(changes_at_of_it(), first + FIXTURE_MS(4000));
	test.now = first + FIXTURE_MS(4000) - 1;
	ck_assert_uint_eq(look_at("processes", 20, NARROW), 4);
	test.now++;
	ck_assert_uint_eq(look_at("processes", 20, NARROW), 3);
	ck_assert_int_eq(changes_at_of_it(), first + FIXTURE_MS(4010));
	test.now += FIXTURE_MS(10);
	ck_assert_uint_eq(look_at("processes", 20, NARROW), 2);
}
END_TEST

/* Commands, and what of them stands in columns of eight and of more. */
static const struct { const char *command, *narrow, *wide; } commands[] = {
	{"tcpserv 9877", "tcpserv  -", "tcpserv 9877          "},
	{"python3 -c x", "python3  -", "python3 -c x          "},
	{"averylongname", "averylon -", "averylongname         "},
	{"averylongname two", "averylon -", "averylongname two     "},
	{"a b c d e f", "a b c d  -", "a b c d e f           "},
	{"[kthread]", "[kthread -", "[kthread]             "},
	{"\033[2Jx", "^[[2Jx   -", "^[[2Jx                "},
	{"h\303\251 l\303\240", "h\303\251 l\303\240    -", "h\303\251 l\303\240 "},
};

START_TEST(a_command_is_cut_between_its_words)
{
	begin();
	happen(process(ROLE_OTHER, 77, 0, PROCESS_STARTED, "S", commands[_i].command, "-"));
	const char *narrow = line_of(77, NARROW);
	const char *wanted = commands[_i].narrow;
	ck_assert_str_eq(narrow + strlen("   77   100 S    "), wanted);
	const char *wide = line_of(77, WIDE);
	wanted = commands[_i].wide;
	ck_assert_msg(strncmp(wide + strlen("   77   100 pts/6  S    "), wanted,
	    strlen(wanted)) == 0, "%s", wide);
}
END_TEST

/* A recording can hold anything. */
START_TEST(every_word_of_a_row_is_made_visible)
{
	begin();
	struct event event = process(ROLE_OTHER, 77, 0, PROCESS_STARTED, "S\033", "c\033",
	    "b\x9b");
	snprintf(event.process.row.tty, sizeof event.process.row.tty, "t\r");
	happen(event);
	ck_assert_str_eq(line_of(77, NARROW), "   77    99 S^[  c^[      b\\x9b");
	ck_assert_ptr_nonnull(strstr(line_of(77, WIDE), "   77    99 t^M    S^[  c^[ "));
}
END_TEST

/* Whom a child serves; another role serves nobody. */
static const struct { enum report_role role; unsigned conn; const char *peer; int columns;
    const char *text; } peers[] = {
	{ROLE_CHILD, 0, NULL, NARROW, "tcpserv  -"},
	{ROLE_CHILD, 12, NULL, NARROW, "conn 12  -"},
	{ROLE_CHILD, 12, NULL, MIDDLE, "conn 12       -"},
	{ROLE_CHILD, 12, NULL, 60, "tcpserv conn 12    -"},
	{ROLE_CHILD, 0, "10.0.0.1:50001", NARROW, "10.0.0.1:50001"},
	{ROLE_CHILD, 0, "10.0.0.1:50001", MIDDLE, "10.0.0.1:50001"},
	{ROLE_CHILD, 0, "10.0.0.1:50001", 60, "10.0.0.1:50001     -"},
	{ROLE_CHILD, 0, "192.168.100.100:50001", 60, "192.168.100.100:50001 -"},
	{ROLE_CHILD, 0, "10.0.0.1:50001", WIDE, "tcpserv 9877         10.0.0.1:50001        -"},
	{ROLE_OTHER, 12, "10.0.0.1:50001", NARROW, "tcpserv  -"},
};

START_TEST(a_child_s_row_says_whom_it_serves)
{
	begin();
	struct event event = process(peers[_i].role, 77, 0, PROCESS_FORKED, "S",
	    "tcpserv 9877", "-");
	event.process.row.conn = peers[_i].conn;
	event.process.row.peer = (struct report_endpoint){0};
	if (peers[_i].peer != NULL)
		event.process.row.peer = fixture_endpoint(peers[_i].peer);
	happen(event);
	const char *text = strstr(line_of(77, peers[_i].columns), " S ");
	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text + strlen(" S    "), peers[_i].text);
}
END_TEST

Suite *
screen_processes_suite(void)
{
	Suite *suite = suite_create("screen processes");
	TCase *tcase = tcase_create("processes");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_row_is_ps_s);
	tcase_add_test(tcase, the_headings_stand_above_their_columns);
	tcase_add_test(tcase, long_numbers_have_wider_columns);
	tcase_add_test(tcase, a_stopped_process_is_marked);
	tcase_add_test(tcase, client_and_server_come_first);
	tcase_add_loop_test(tcase, how_a_process_ended_is_told, 0,
	    sizeof ends / sizeof *ends);
	tcase_add_test(tcase, a_zombie_is_one_by_its_letter_or_by_its_event);
	tcase_add_test(tcase, zombies_are_counted_and_wanted);
	tcase_add_test(tcase, without_a_child_nothing_is_wanted);
	tcase_add_test(tcase, who_was_reaped_lingers_four_seconds);
	tcase_add_loop_test(tcase, a_command_is_cut_between_its_words, 0,
	    sizeof commands / sizeof *commands);
	tcase_add_test(tcase, every_word_of_a_row_is_made_visible);
	tcase_add_loop_test(tcase, a_child_s_row_says_whom_it_serves, 0,
	    sizeof peers / sizeof *peers);
	suite_add_tcase(suite, tcase);
	return suite;
}
