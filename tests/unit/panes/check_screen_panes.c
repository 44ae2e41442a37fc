/* check_screen_panes.c: the panes of few lines: the last errno, what TCP_INFO says, what
 * was sent and echoed, settings, connections, dispositions. */
#include "keys.h" /* before curses, which has a KEY_COMMAND, too */

#include "pane_fixture.h"
#include "suites.h"

#include "command.h"
#include "settings.h"

#include <signal.h>

enum { NARROW = 28, LESSON = 40, WIDE = 78 };

/* The lines of the pane, with '|' between them. */
static const char *
all_lines(const char *name, int rows, int columns)
{
	static char text[4096];
	size_t used = 0;
	*text = '\0';
	for (size_t i = 0, count = look_at(name, rows, columns); i < count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
		    i > 0 ? "|" : "", line_at(i));
	return text;
}

/* The pane has these lines. */
static void
expect_all(const char *name, int rows, int columns, const char *wanted)
{
	ck_assert_str_eq(all_lines(name, rows, columns), wanted);
}

/* A call of this role that fails. */
static void
fail_call(enum report_role role, unsigned conn, enum report_call call, int error)
{
	happen(fixture_call(role, conn, call, -1, error));
}

START_TEST(no_call_has_failed_yet)
{
	begin();
	expect_all("errno", 5, NARROW, "none yet");
}
END_TEST

/* Calls that fail, and how they are called where there is room, and in the border. */
static const struct { enum report_role role; unsigned conn; enum report_call call;
    const char *lines, *title, *name_title; } calls[] = {
	{ROLE_CLIENT, 1, CALL_WRITE, "write, connection 1", "Last errno: write, conn 1",
	    "EPIPE (32): write, conn 1"},
	{ROLE_CLIENT, 0, CALL_CONNECT, "connect, client", "Last errno: connect, client",
	    "EPIPE (32): connect, client"},
	{ROLE_SERVER, 0, CALL_ACCEPT, "accept, server", "Last errno: accept, server",
	    "EPIPE (32): accept, server"},
	{ROLE_CHILD, 2, CALL_READ, "read, child, connection 2", "Last errno: read, child",
	    "EPIPE (32): read, child"},
};

START_TEST(the_call_that_failed_is_named)
{
	struct moment moment = *log_now(test.log);
	struct scene scene = scene_now();
	scene.moment = &moment;
	moment.last.any = true;
	moment.last.call = (struct event_call){.role = calls[_i].role, .conn = calls[_i].conn,
	    .call = calls[_i].call, .result = -1, .error = EPIPE};
	moment.last.why = "Because.";
	moment.last.section = "5.13";
	static const struct { int rows; const char *before, *after; bool call, title, name; }
	variants[] = {
		{5, "EPIPE (32)|Broken pipe|", "|Because.|UNP 5.13", true, false, false},
		{4, "EPIPE (32), UNP 5.13|Broken pipe|", "|Because.", true, false, false},
		{3, "EPIPE (32), UNP 5.13|Broken pipe|", "Because.", false, true, false},
		{2, "EPIPE (32), UNP 5.13|", "Because.", false, true, false},
		{1, "Because.", "", false, false, true},
		{0, "Because.", "", false, false, true},
	};
	look_at("errno", 5, LESSON);
	for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
		char text[4 * LINE_TEXT] = "", wanted[512];
		size_t used = 0;
		struct rectangle inside = {.rows = variants[i].rows, .columns = LESSON};
		looked.state->pane->prepare(looked.state, &scene, &inside);
		for (size_t j = 0; j < looked.state->count; j++)
			used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
			    j > 0 ? "|" : "", line_at(j));
		snprintf(wanted, sizeof wanted, "%s%s%s", variants[i].before,
		    variants[i].call ? calls[_i].lines : "", variants[i].after);
		ck_assert_str_eq(text, wanted);
		ck_assert_str_eq(looked.state->title, variants[i].title ? calls[_i].title :
		    variants[i].name ? calls[_i].name_title : "");
	}
}
END_TEST

START_TEST(a_long_title_goes_without_last)
{
	begin();
	connect_one(1);
	fail_call(ROLE_SERVER, 0, CALL_ACCEPT, EMFILE);
	int found = 0;
	for (int rows = 1; rows < 12; rows++) {
		look_at("errno", rows, 28); /* blanks stand around it */
		if (strncmp(looked.state->title, "Last errno", 10) != 0)
			continue;
		ck_assert_str_eq(looked.state->title, "Last errno: accept, server");
		look_at("errno", rows, 27);
		ck_assert_str_eq(looked.state->title, "errno: accept, server");
		found++;
	}
	ck_assert_int_gt(found, 0);
}
END_TEST

START_TEST(errno_signal_and_end_of_file_are_told_apart)
{
	begin();
	connect_one(1);
	fail_call(ROLE_CLIENT, 1, CALL_READ, ECONNRESET);
	look_at("errno", 9, WIDE);
	ck_assert_str_eq(line_at(0), "ECONNRESET (104)");
	ck_assert_uint_eq(look_of_it(), STYLE_BAD | STYLE_STRONG);
	ck_assert_str_eq(line_at(1), "Connection reset by peer");
	ck_assert_uint_eq(look_of_it(), STYLE_PLAIN);
	ck_assert_str_eq(line_at(2), "read, connection 1");
	happen(fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0));
	size_t count = look_at("errno", 9, WIDE);
	ck_assert_str_eq(line_at(0), "end of file");
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
	ck_assert_str_eq(line_at(1), "read returned 0");
	line_at(count - 1);
	ck_assert_ptr_nonnull(strstr(looked.line.text, "UNP 5."));
	ck_assert_uint_eq(look_of_it(), STYLE_KEY);
	struct moment moment = *log_now(test.log);
	struct scene scene = scene_now();
	scene.moment = &moment;
	moment.last.signal = SIGPIPE;
	moment.last.call.result = -1;
	moment.last.call.error = EPIPE;
	moment.last.section = NULL;
	looked.state->pane->prepare(looked.state, &scene, &looked.inside);
	ck_assert_str_eq(line_at(0), "SIGPIPE (13)");
	ck_assert_str_eq(line_at(1), "Broken pipe");
	struct rectangle low = {.rows = 2, .columns = WIDE};
	looked.state->pane->prepare(looked.state, &scene, &low);
	ck_assert_str_eq(line_at(0), "SIGPIPE (13)"); /* no section, no comma */
}
END_TEST

/* TCP_INFO's fields by their names. */
static const char *
detail(const char *name, int columns)
{
	for (size_t i = 0, count = look_at("details", 20, columns); i < count; i++)
		if (strncmp(line_at(i), name, strlen(name)) == 0)
			return looked.line.text + strlen(name);
	ck_abort_msg("no %s", name);
}

START_TEST(tcp_info_is_told_with_its_units)
{
	static const struct { const char *name, *values; } rows[] = {
		{"RTT/var, ms    ", "   0.03/0.01           -"},
		{"RTO, ms        ", "        3264           -"},
		{"retransmitted  ", "    4, 5 all           -"},
		{"unacked, seg.  ", "           2           -"},
		{"cwnd/ssthresh  ", "         1/7           -"},
		{"MSS, bytes     ", "       32768           -"},
		{"bytes sent     ", "          35           -"},
		{"bytes received ", "           6           -"},
		{"last sent at   ", "       0.128           -"},
		{"last came at   ", "      -1.360           -"},
	};
	begin();
	connect_one(1);
	ck_assert_str_eq(detail("RTO, ms", 39), "                   -           -");
	happen(fixture_details(1, END_CLIENT));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		ck_assert_str_eq(detail(rows[i].name, 39), rows[i].values);
	ck_assert_str_eq(looked.state->title, "Connection 1, TCP_INFO");
	ck_assert_str_eq(heading_of_it(), "                     client      server");
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
	ck_assert_uint_eq(looked.state->count, 10);
}
END_TEST

START_TEST(what_tcp_info_does_not_know_is_said)
{
	begin();
	look_at("details", 20, 39);
	ck_assert_str_eq(looked.state->title, "");
	connect_one(1);
	struct event event = fixture_details(1, END_SERVER);
	event.details.tcp.rtt = 0;
	event.details.tcp.ssthresh = TCP_SSTHRESH_NONE;
	event.details.tcp.sent_ago = -1;
	event.details.tcp.received_ago = 0;
	happen(event);
	ck_assert_str_eq(detail("RTT/var, ms", 39), "               -     unknown");
	ck_assert_str_eq(detail("cwnd/ssthresh", 39), "             -      1/none");
	ck_assert_str_eq(detail("last sent at", 39), "              -       never");
	ck_assert_str_eq(detail("last came at", 39), "              -       0.140");
	event.details.tcp.ssthresh = TCP_SSTHRESH_NONE - 1;
	event.details.tcp.rtt = 1;
	happen(event);
	ck_assert_str_eq(detail("cwnd/ssthresh", 45), "                -   1/2147483646");
	ck_assert_str_eq(detail("RTT/var, ms", 45), "                  -      0.00/0.01");
}
END_TEST

/* A line of a connection. */
static void
piece(enum event_type type, unsigned conn, const char *text, const char *hex)
{
	struct event event = fixture_event(type, text);
	event.line.conn = conn;
	event.detail = hex != NULL ? strdup(hex) : NULL;
	happen(event);
}

START_TEST(sent_and_echoed_are_two_panes)
{
	begin();
	connect_one(1);
	piece(EVENT_SENT, 1, "hello\n", NULL);
	piece(EVENT_ECHO, 1, "HELLO\n", NULL);
	piece(EVENT_SENT, 1, "no newline", NULL);
	piece(EVENT_SENT, 1, "\n", NULL);
	piece(EVENT_SENT, 1, "two\n\n", NULL);
	piece(EVENT_SENT, 1, "1 2", "00 00 00 01");
	expect_all("sent", 5, 24, "hello|no newline||two^J|1 2  00 00 00 01");
	expect_all("echoed", 5, 24, "HELLO");
	connect_one(2);
	piece(EVENT_ECHO, 2, "two\n", NULL);
	piece(EVENT_ECHO, 0, "of nobody", NULL);
	expect_all("echoed", 5, 24, "1 HELLO|2 two|of nobody");
}
END_TEST

START_TEST(a_line_without_a_text_is_empty)
{
	begin();
	connect_one(1);
	piece(EVENT_SENT, 1, NULL, "00 01");
	expect_all("sent", 5, 24, "");
	ck_assert_uint_eq(looked.state->count, 1);
}
END_TEST

START_TEST(a_peer_s_line_is_made_visible)
{
	begin();
	connect_one(1);
	piece(EVENT_ECHO, 1, "a\033[2Jb\x9b" "c\xe2\x80\xae" "d\x7f\r\n", NULL);
	expect_all("echoed", 5, 60, "a^[[2Jb\\x9bc<U+202E>d^?^M");
}
END_TEST

START_TEST(each_connection_has_two_lines)
{
	begin();
	connect_one(1);
	connect_one(2);
	piece(EVENT_SENT, 1, "hello\n", NULL);
	struct event closed = fixture_connection(2, CONNECTION_CLOSED);
	happen(closed);
	happen(fixture_child(2, PROCESS_REAPED, 0));
	look_at("connections", 9, 90);
	ck_assert_str_eq(line_at(0), "   No Local                 Client      Server      "
	    "Child");
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
	ck_assert_str_eq(line_at(1), "    1 127.0.0.1:40001       ESTABLISHED ESTABLISHED 301");
	ck_assert_uint_eq(look_of_it(), STYLE_PLAIN);
	ck_assert_str_eq(line_at(2), "      open, 0 bytes sent, 0 echoed");
	ck_assert_str_eq(line_at(3), ">   2 127.0.0.1:40002       ESTABLISHED ESTABLISHED 302");
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
	ck_assert_str_eq(line_at(4), "      closed, 0 bytes sent, 0 echoed, its child has "
	    "ended");
	happen(fixture_connection(3, CONNECTION_OPENED));
	look_at("connections", 9, 90);
	ck_assert_ptr_nonnull(strstr(line_at(5), "GONE        GONE        -"));
	struct event process = fixture_process(ROLE_CHILD, 4194304, 3, PROCESS_FORKED, -1);
	process.process.row.peer = fixture_client_end(3);
	happen(process);
	look_at("connections", 9, 78); /* 80 columns: the largest PID fits */
	ck_assert_ptr_nonnull(strstr(line_at(5), "GONE        GONE        4194304"));
	happen(fixture_start("remote")); /* whose end is not ours to see */
	connect_one(4);
	look_at("connections", 9, 78);
	ck_assert_ptr_nonnull(strstr(line_at(1), "ESTABLISHED -           304"));
}
END_TEST

START_TEST(settings_are_the_server_s)
{
	size_t count;
	const struct setting *settings = settings_table(&count);
	begin();
	char *lines = strdup(all_lines("settings", 99, 118));
	for (size_t i = 0; i < count; i++)
		ck_assert_ptr_nonnull(strstr(lines, settings[i].name));
	ck_assert_ptr_nonnull(strstr(lines, "  reap                    waitpid        "));
	ck_assert_ptr_nonnull(strstr(lines, "  backlog                 ?              "));
	free(lines);
}
END_TEST

START_TEST(another_s_server_has_no_settings)
{
	struct event event = fixture_start("local");
	event.start.server = SERVER_COMMAND;
	snprintf(event.start.command, sizeof event.start.command, "./mine \033[2J 9877");
	happen(event);
	expect_all("settings", 9, WIDE, "Settings are tcpserv's, and the server here is "
	    "another one.|./mine ^[[2J 9877");
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
	struct event crashed = fixture_host(HOST_CRASHED);
	crashed.detail = strdup("its sockets are deaf");
	happen(crashed);
	expect_all("settings", 9, WIDE, "Settings are tcpserv's, and the server here is "
	    "another one.|./mine ^[[2J 9877|its sockets are deaf");
}
END_TEST

START_TEST(dispositions_are_looked_up_first)
{
	begin();
	expect_all("dispositions", 9, WIDE, "Not looked up yet: :show dispositions");
	struct event event = {.type = EVENT_DISPOSITIONS};
	event.dispositions.count = 2;
	event.dispositions.rows = calloc(2, sizeof *event.dispositions.rows);
	event.dispositions.rows[0] = (struct disposition_row){.pid = SERVER_PID,
	    .role = ROLE_SERVER, .signals = {.ignored = 1U << (SIGPIPE - 1),
	    .caught = 1U << (SIGCHLD - 1) | 1U << (SIGHUP - 1),
	    .pending = 1U << (SIGINT - 1), .shared_pending = 1U << (SIGTERM - 1),
	    .blocked = UINT64_C(1) << 63}};
	event.dispositions.rows[1] = (struct disposition_row){.pid = CLIENT_PID,
	    .role = ROLE_CLIENT};
	happen(event);
	const char *lines = all_lines("dispositions", 20, WIDE);
	static const char wanted[] = "100 server|"
	    "  ignored                 SIGPIPE|"
	    "  caught                  SIGHUP SIGCHLD|"
	    "  blocked                 SIGRTMIN+30|"
	    "  pending (SigPnd)        SIGINT|"
	    "  pending (ShdPnd)        SIGTERM|"
	    "200 client|"
	    "All others are at their default. SIGKILL and SIGSTOP";
	ck_assert_msg(strncmp(lines, wanted, strlen(wanted)) == 0, "%s", lines);
}
END_TEST

/* How the help has a name in so many columns: beside what it does, or above it. */
START_TEST(help_is_made_from_the_tables)
{
	begin();
	const char *const wanted[] = {
		"  F2                      :kill child: ", "  F10                     ",
		"  Ctrl-D                  on an empty line: closes the current connection",
		"Keys of time", "In a lesson, on an empty line", "Keys in the panes",
		"  reap                    ", "(colours, where there are any",
		"^[ for escape, \\x9b", "<U+202E>", "  Tab, Esc"};
	size_t count = look_at("help", 20, 118);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		bool found = false;
		for (size_t j = 0; j < count; j++)
			found |= strstr(line_at(j), wanted[i]) != NULL;
		ck_assert_msg(found, "the help has no \"%s\"", wanted[i]);
	}
}
END_TEST

START_TEST(a_blank_line_parts_the_help)
{
	int headings = 0;
	begin();
	size_t count = look_at("help", 20, WIDE);
	for (size_t i = 0; i < count; i++) {
		bool blank = *line_at(i) == '\0';
		bool heading = i + 1 < count && *line_at(i + 1) != '\0' &&
		    look_of_it() == (STYLE_STRONG | STYLE_KEY);
		ck_assert_int_eq(blank, heading);
		headings += heading;
	}
	ck_assert_int_ge(headings, 6);
}
END_TEST

/* How many entries stand below a heading of the help that begins so. */
static size_t
entries_below(const char *heading)
{
	size_t i = 0, entries = 0, count = look_at("help", 20, 118);
	while (i < count && strncmp(line_at(i), heading, strlen(heading)) != 0)
		i++;
	ck_assert_uint_lt(i, count);
	for (i++; i < count && *line_at(i) != '\0'; i++)
		entries += looked.line.text[2] != ' ';
	return entries;
}

START_TEST(the_help_has_each_row_of_the_tables_once)
{
	size_t count, helped = 0;
	begin();
	keys_table(&count);
	ck_assert_uint_eq(entries_below("Keys (Esc-digit"), count + 4); /* Tab, Ctrl-… */
	keys_of_lesson(&count);
	ck_assert_uint_eq(entries_below("In a lesson"), count);
	const struct pane_key *keys = keys_of_panes(&count);
	for (size_t i = 0; i < count; i++)
		helped += keys[i].help != NULL;
	ck_assert_uint_eq(entries_below("Keys in the panes"), helped);
	helped = 0;
	keys = keys_of_time(&count);
	for (size_t i = 0; i < count; i++)
		helped += keys[i].help != NULL;
	ck_assert_uint_eq(entries_below("Keys of time"), helped);
	command_table(&count);
	ck_assert_uint_eq(entries_below("Commands"), count);
	settings_table(&count);
	ck_assert_uint_eq(entries_below("Settings"), count);
}
END_TEST

/* A name of 23 columns stands beside its help, a longer one above it. */
START_TEST(help_keeps_its_columns)
{
	size_t commands, count = 0;
	const struct command *command = command_table(&commands);
	char name[160];
	begin();
	for (size_t i = 0, j; i < commands; i++) {
		count = look_at("help", 20, 198);
		snprintf(name, sizeof name, "  :%s%s%s", command[i].name,
		    *command[i].arguments != '\0' ? " " : "", command[i].arguments);
		for (j = 0; j < count; j++)
			if (strncmp(line_at(j), name, strlen(name)) == 0 &&
			    strncmp(looked.line.text + 26, command[i].help, 9) == 0)
				break; /* beside it */
		ck_assert_int_eq(j < count, strlen(name) <= 25);
		for (j = 0; j + 1 < count && strlen(name) > 25; j++)
			if (strcmp(line_at(j), name) == 0 &&
			    strncmp(line_at(j + 1) + 26, command[i].help, 9) == 0)
				break; /* above it */
		ck_assert_uint_lt(j + 1, count);
	}
}
END_TEST

Suite *
screen_panes_suite(void)
{
	Suite *suite = suite_create("screen panes");
	TCase *tcase = tcase_create("panes");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, no_call_has_failed_yet);
	tcase_add_loop_test(tcase, the_call_that_failed_is_named, 0,
	    sizeof calls / sizeof *calls);
	tcase_add_test(tcase, a_long_title_goes_without_last);
	tcase_add_test(tcase, errno_signal_and_end_of_file_are_told_apart);
	tcase_add_test(tcase, tcp_info_is_told_with_its_units);
	tcase_add_test(tcase, what_tcp_info_does_not_know_is_said);
	tcase_add_test(tcase, sent_and_echoed_are_two_panes);
	tcase_add_test(tcase, a_line_without_a_text_is_empty);
	tcase_add_test(tcase, a_peer_s_line_is_made_visible);
	tcase_add_test(tcase, each_connection_has_two_lines);
	tcase_add_test(tcase, settings_are_the_server_s);
	tcase_add_test(tcase, another_s_server_has_no_settings);
	tcase_add_test(tcase, dispositions_are_looked_up_first);
	tcase_add_test(tcase, help_is_made_from_the_tables);
	tcase_add_test(tcase, a_blank_line_parts_the_help);
	tcase_add_test(tcase, the_help_has_each_row_of_the_tables_once);
	tcase_add_test(tcase, help_keeps_its_columns);
	suite_add_tcase(suite, tcase);
	return suite;
}
