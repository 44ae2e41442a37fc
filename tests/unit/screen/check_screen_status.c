/* check_screen_status.c: the first line: what it says of connection, server, host and
 * timer, and what gives way when there is no room. */
#include "status.h"

#include "event_fixture.h"
#include "suites.h"

#include <stdio.h>

enum { WIDE = 400, TEXT = 256 };

static struct moment moment;
static struct scene scene;

static void
setup(void)
{
	scene = (struct scene){.moment = &moment, .past = {.percent = 100}};
}

/* A connection with our server. */
static void
connected(void)
{
	fixture_begin(&moment, 1);
	fixture_fold(&moment, fixture_event(EVENT_SETTINGS, "reap=waitpid service=echo"));
	scene.now = moment.time;
}

/* The same, and the host has crashed; TCP retransmits. */
static void
crashed(void)
{
	struct event timer = {.type = EVENT_TIMER};
	connected();
	fixture_fold(&moment, fixture_host(HOST_CRASHED));
	timer.timer.conn = 1;
	timer.timer.rto = 1760000;
	timer.timer.retransmits = 3;
	timer.timer.next_at = FIXTURE_MS(12900);
	timer.timer.gives_up_at = FIXTURE_MS(912000);
	fixture_fold(&moment, timer);
	scene.now = FIXTURE_MS(12000);
}

/* The line in so many columns. */
static const char *
line_in(int columns)
{
	static struct line line;
	line = (struct line){.style = 0};
	status_write(&scene, columns, &line);
	return line.text;
}

static unsigned
style(void)
{
	struct line line = {.style = 0};
	status_write(&scene, WIDE, &line);
	return line.style;
}

/* Does the whole line hold this? */
static void
says(const char *text)
{
	ck_assert_msg(strstr(line_in(WIDE), text) != NULL, "not \"%s\" in \"%s\"", text,
	    line_in(WIDE));
}

static void
says_not(const char *text)
{
	ck_assert_msg(strstr(line_in(WIDE), text) == NULL, "\"%s\" in \"%s\"", text,
	    line_in(WIDE));
}

START_TEST(a_setting_is_found_by_its_whole_name)
{
	static const struct { const char *settings, *name, *value; } table[] = {
		{"reap=none service=echo", "service", "echo"},
		{"reap=none service=echo", "reap", "none"},
		{"reap=none service=echo", "eap", ""}, {"reap=none", "rea", ""},
		{"reaper=x reap=y", "reap", "y"}, {"xreap=a reap=b", "reap", "b"},
		{"", "reap", ""}, {"reap=", "reap", ""}, {"a=b reap=", "reap", ""},
		{"reap", "reap", ""}, {"a b=c", "b", "c"},
	};
	char value[32] = "before";
	struct moment now;
	moment_init(&now);
	snprintf(now.settings, sizeof now.settings, "%s", table[_i].settings);
	moment_setting(&now, table[_i].name, value, sizeof value);
	ck_assert_str_eq(value, table[_i].value);
	snprintf(now.settings, sizeof now.settings, "name=0123456789");
	moment_setting(&now, "name", value, 4);
	ck_assert_str_eq(value, "012");
}
END_TEST

START_TEST(a_session_begins_with_nothing)
{
	moment_init(&moment);
	ck_assert_str_eq(line_in(WIDE), " tcpconsole   no connection   server down");
	ck_assert_uint_eq(style(), STYLE_REVERSE | STYLE_STRONG);
	ck_assert_int_eq(status_changes_at(&scene), 0);
	moment_release(&moment);
}
END_TEST

START_TEST(all_that_is_well_is_said)
{
	connected();
	ck_assert_str_eq(line_in(WIDE), " tcpconsole 127.0.0.1:9877   conn 1 ESTABLISHED   "
	    "server 100 up, echo, waitpid");
	ck_assert_uint_eq(style(), STYLE_REVERSE);
	ck_assert_int_eq(status_changes_at(&scene), 0);
	moment_release(&moment);
}
END_TEST

START_TEST(a_connection_is_its_clients_end)
{
	connected();
	fixture_fold(&moment, fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_CLOSE_WAIT));
	says("conn 1 CLOSE_WAIT ");
	fixture_fold(&moment, fixture_state(1, END_CLIENT, STATE_CLOSE_WAIT, STATE_GONE));
	says("conn 1 GONE ");
	fixture_fold(&moment, fixture_connection(1, CONNECTION_CLOSED));
	says("conn 1 closed ");
	fixture_fold(&moment, fixture_state(1, END_CLIENT, STATE_GONE, STATE_TIME_WAIT));
	says("conn 1 TIME_WAIT ");
	fixture_fold(&moment, fixture_connection(2, CONNECTION_OPENED));
	says("conn 1 ");
	fixture_fold(&moment, fixture_connection(2, CONNECTION_CURRENT));
	says("conn 2 ");
	moment_release(&moment);
}
END_TEST

START_TEST(a_server_is_what_it_is)
{
	connected();
	fixture_fold(&moment, fixture_event(EVENT_SETTINGS, "service=echo"));
	says("server 100 up, echo");
	says_not("waitpid");
	struct event stopped = fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_CHANGED, -1);
	memcpy(stopped.process.row.stat, "T", 2);
	fixture_fold(&moment, stopped);
	says("server 100 stopped, echo");
	fixture_fold(&moment, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_REAPED, 9));
	ck_assert_uint_eq(style(), STYLE_REVERSE | STYLE_STRONG);
	says("   server down");
	moment_release(&moment);
}
END_TEST

/* A server that is no tcpserv has a name in place of a service. */
START_TEST(a_foreign_server_has_its_name)
{
	static const struct { const char *command, *name; } table[] = {
		{"socat TCP-LISTEN:9877", "server 100 up, socat"},
		{"a\033b x", "server 100 up, a^[b"},
		{"0123456789abcdefXYZ", "server 100 up, 0123456789abcdef"},
		{"", "server 100 up"},
	};
	moment_init(&moment);
	fixture_fold(&moment, fixture_start("local"));
	struct event server = fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_STARTED, -1);
	snprintf(server.process.row.command, sizeof server.process.row.command, "%s",
	    table[_i].command);
	fixture_fold(&moment, server);
	says(table[_i].name);
	ck_assert_str_eq(strstr(line_in(WIDE), "server"), table[_i].name);
	moment_release(&moment);
}
END_TEST

/* Who listens while the server is down. */
static void
listens(pid_t owner, bool alive, enum tcp_state state, const char *wanted)
{
	struct event row = fixture_socket(0, END_NONE, SOCKET_CHANGED, state);
	row.socket.row.owner_pid = owner;
	fixture_fold(&moment, row);
	if (alive)
		fixture_fold(&moment, fixture_process(ROLE_CHILD, owner, 0, PROCESS_FORKED, -1));
	ck_assert_str_eq(strstr(line_in(WIDE), "server"), wanted);
}

START_TEST(a_listener_that_stayed_is_told)
{
	connected();
	fixture_fold(&moment, fixture_process(ROLE_SERVER, SERVER_PID, 0, PROCESS_REAPED, 9));
	listens(SERVER_PID, false, STATE_LISTEN, "server down"); /* it has gone with it */
	listens(CHILD_PID + 1, false, STATE_LISTEN, "server down, 301 listens");
	listens(345, true, STATE_LISTEN, "server down, 345 listens");
	listens(345, false, STATE_CLOSE_WAIT, "server down");
	listens(0, false, STATE_LISTEN, "server down, another listens");
	struct event gone = fixture_socket(0, END_NONE, SOCKET_GONE, STATE_LISTEN);
	fixture_fold(&moment, gone);
	says_not("listens");
	struct event other = fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN);
	other.socket.row.tcp.local = fixture_endpoint("*:9878");
	fixture_fold(&moment, other);
	says_not("listens");
	moment_release(&moment);
}
END_TEST

START_TEST(a_listener_that_was_there_before_is_not_ours)
{
	moment_init(&moment);
	fixture_fold(&moment, fixture_start("local"));
	says("server down");
	fixture_fold(&moment, fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN));
	says("   server not ours");
	moment_release(&moment);
}
END_TEST

START_TEST(the_grace_of_a_shutdown_counts_down)
{
	struct event event = fixture_host(HOST_SHUTTING_DOWN);
	connected();
	event.host.kill_at = FIXTURE_MS(9000);
	fixture_fold(&moment, event);
	moment.host_since = FIXTURE_MS(4000);
	scene.now = FIXTURE_MS(4100);
	says("host shutting down, SIGKILL in 4 s");
	scene.now = FIXTURE_MS(6100);
	says("host shutting down, SIGKILL in 2 s");
	scene.now = FIXTURE_MS(8800);
	says("host shutting down, SIGKILL in 0.2 s");
	scene.now = FIXTURE_MS(9000); /* it is there: the wait for the end counts */
	says("host shutting down 5 s");
	moment_release(&moment);
}
END_TEST

/* A host that is not up counts its seconds; one that is dark tells of no server. */
START_TEST(a_host_that_is_not_up_counts)
{
	static const struct { enum host_what what; const char *word; bool dark; } table[] = {
		{HOST_CRASHED, "host crashed ", true}, {HOST_UNPLUGGED, "host unplugged ", false},
		{HOST_SHUTTING_DOWN, "host shutting down ", false},
		{HOST_DOWN, "host down ", true},
	};
	char wanted[64];
	connected();
	fixture_fold(&moment, fixture_host(table[_i].what));
	moment.host_since = scene.now = FIXTURE_MS(5000);
	snprintf(wanted, sizeof wanted, "%s0 s", table[_i].word);
	says(wanted);
	scene.now += FIXTURE_MS(3100);
	snprintf(wanted, sizeof wanted, "%s3 s", table[_i].word);
	says(wanted);
	ck_assert_uint_eq(style(), STYLE_REVERSE | STYLE_STRONG);
	if (table[_i].dark)
		says_not("server");
	else
		says("server 100 up");
	int64_t at = status_changes_at(&scene);
	ck_assert_int_gt(at, scene.now);
	ck_assert_int_le(at, scene.now + FIXTURE_MS(1000));
	moment_release(&moment);
}
END_TEST

START_TEST(retransmissions_are_counted)
{
	crashed();
	says("RTO 1.8 s, 3 retransmissions, next 0.9 s, gives up 899 s");
	struct event timer = {.type = EVENT_TIMER};
	timer.timer.conn = 1;
	timer.timer.rto = 249999;
	timer.timer.retransmits = 1;
	fixture_fold(&moment, timer);
	says("RTO 0.2 s, 1 retransmission");
	says_not("retransmissions");
	says_not("next");
	says_not("gives up");
	timer.timer.rto = 250000;
	timer.timer.retransmits = 0;
	fixture_fold(&moment, timer);
	says_not("RTO");
	timer.timer.next_at = scene.now + FIXTURE_MS(500);
	fixture_fold(&moment, timer);
	says("RTO 0.3 s, 0 retransmissions, next 0.5 s");
	says_not("gives up");
	moment_release(&moment);
}
END_TEST

/* While something counts the line is drawn again at the end of each second. */
START_TEST(a_timer_that_counts_is_drawn_again)
{
	struct event timer = {.type = EVENT_TIMER};
	connected();
	timer.timer.conn = 1;
	timer.timer.rto = 200000;
	timer.timer.next_at = scene.now + FIXTURE_MS(100);
	fixture_fold(&moment, timer);
	ck_assert_int_ne(status_changes_at(&scene), 0);
	scene.now += FIXTURE_MS(100);
	ck_assert_int_eq(status_changes_at(&scene), 0);
	timer.timer.gives_up_at = scene.now + FIXTURE_MS(1);
	fixture_fold(&moment, timer);
	ck_assert_int_ne(status_changes_at(&scene), 0);
	scene.now = timer.timer.gives_up_at;
	ck_assert_int_eq(status_changes_at(&scene), 0);
	moment_release(&moment);
}
END_TEST

START_TEST(lost_reports_are_told)
{
	struct event lost = {.type = EVENT_LOST};
	connected();
	says_not("lost");
	lost.lost.count = 3;
	fixture_fold(&moment, lost);
	says("   3 reports lost");
	moment_release(&moment);
}
END_TEST

/* Step by step, from the whole line to the shortest: each in exactly its columns. */
static void
shortens(const char *const *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int width = (int)strlen(steps[i]);
		ck_assert_str_eq(line_in(width), steps[i]);
		if (i + 1 < count)
			ck_assert_str_eq(line_in(width - 1), steps[i + 1]);
	}
	ck_assert_str_eq(line_in(1), steps[count - 1]);
}

START_TEST(what_other_panes_show_gives_way_first)
{
	static const char *const steps[] = {
		" tcpconsole 127.0.0.1:9877   conn 1 ESTABLISHED   server 100 up, echo, waitpid   "
		    "host unplugged 2 s   RTO 1.8 s, 3 retransmissions, next 0.9 s, gives up 899 s",
		" tcpconsole 127.0.0.1:9877   conn 1 ESTABLISHED   server up, echo, waitpid   "
		    "host unplugged 2 s   RTO 1.8 s, 3 retransmissions, next 0.9 s, gives up 899 s",
		" 127.0.0.1:9877   conn 1 ESTABLISHED   server up, echo, waitpid   "
		    "host unplugged 2 s   RTO 1.8 s, 3 retransmissions, next 0.9 s, gives up 899 s",
		" 127.0.0.1:9877   conn 1 ESTABLISHED   server up   "
		    "host unplugged 2 s   RTO 1.8 s, 3 retransmissions, next 0.9 s, gives up 899 s",
		" 127.0.0.1:9877   conn 1 ESTABLISHED   "
		    "host unplugged 2 s   RTO 1.8 s, 3 retransmissions, next 0.9 s, gives up 899 s",
		" conn 1 ESTABLISHED   "
		    "host unplugged 2 s   RTO 1.8 s, 3 retransmissions, next 0.9 s, gives up 899 s",
		" conn 1 ESTABLISHED  "
		    "host unplugged 2s  RTO 1.8s, 3 resent, next 0.9s, gives up 899s",
		" conn 1 ESTABLISHED  unplugged 2s  RTO 1.8s, 3 resent, next 0.9s, gives up 899s",
		" conn 1 ESTABLISHED  unplugged 2s  RTO 1.8s 3 resent next 0.9s gives up 899s",
		" ESTABLISHED  unplugged 2s  RTO 1.8s 3 resent next 0.9s gives up 899s",
	};
	crashed();
	fixture_fold(&moment, fixture_host(HOST_UNPLUGGED));
	moment.host_since = scene.now - FIXTURE_MS(2000);
	shortens(steps, sizeof steps / sizeof *steps);
	moment_release(&moment);
}
END_TEST

/* When the screen shows another moment: which, out of how many. */
START_TEST(the_past_says_when_it_is)
{
	static const struct { struct scene_past past; const char *wide, *narrow; } table[] = {
		{{.there = true, .percent = 100, .events = 41, .since = 1},
		    " frozen at 1.500 s, 1 event since   127.0.0.1:9877   conn 1 ESTABLISHED   "
		    "server 100 up, echo, waitpid",
		    " frozen 1.500 s, 1 since  ESTABLISHED"},
		{{.there = true, .percent = 100, .events = 41, .since = 2},
		    " frozen at 1.500 s, 2 events since   127.0.0.1:9877   conn 1 ESTABLISHED   "
		    "server 100 up, echo, waitpid",
		    " frozen 1.500 s, 2 since  ESTABLISHED"},
		{{.there = true, .walked = true, .percent = 100, .events = 41},
		    " past 1.500 s, event 38 of 41   127.0.0.1:9877   conn 1 ESTABLISHED   "
		    "server 100 up, echo, waitpid",
		    " past 1.500 s, 38 of 41  ESTABLISHED"},
		{{.there = true, .walked = true, .recording = true, .percent = 100, .events = 41},
		    " recorded 1.500 s, event 38 of 41   127.0.0.1:9877   conn 1 ESTABLISHED   "
		    "server 100 up, echo, waitpid",
		    " recorded 1.500 s, 38 of 41  ESTABLISHED"},
		{{.there = true, .walked = true, .recording = true, .percent = 99, .events = 41},
		    " reading, 99 %: 1.500 s, event 38 of 41   127.0.0.1:9877   conn 1 "
		    "ESTABLISHED   server 100 up, echo, waitpid",
		    " reading, 99 %: 1.500 s, event 38 of 41  ESTABLISHED"},
	};
	connected();
	scene.past = table[_i].past;
	scene.end = 38;
	scene.now = FIXTURE_MS(1500);
	ck_assert_str_eq(line_in(WIDE), table[_i].wide);
	ck_assert_str_eq(line_in(1), table[_i].narrow);
	ck_assert_uint_eq(style(), STYLE_REVERSE | STYLE_STRONG);
	moment_release(&moment);
}
END_TEST

Suite *
screen_status_suite(void)
{
	Suite *suite = suite_create("screen status");
	TCase *status = tcase_create("status");
	tcase_add_checked_fixture(status, setup, NULL);
	tcase_add_loop_test(status, a_setting_is_found_by_its_whole_name, 0, 11);
	tcase_add_test(status, a_session_begins_with_nothing);
	tcase_add_test(status, all_that_is_well_is_said);
	tcase_add_test(status, a_connection_is_its_clients_end);
	tcase_add_test(status, a_server_is_what_it_is);
	tcase_add_loop_test(status, a_foreign_server_has_its_name, 0, 4);
	tcase_add_test(status, a_listener_that_stayed_is_told);
	tcase_add_test(status, a_listener_that_was_there_before_is_not_ours);
	tcase_add_test(status, the_grace_of_a_shutdown_counts_down);
	tcase_add_loop_test(status, a_host_that_is_not_up_counts, 0, 4);
	tcase_add_test(status, retransmissions_are_counted);
	tcase_add_test(status, a_timer_that_counts_is_drawn_again);
	tcase_add_test(status, lost_reports_are_told);
	tcase_add_test(status, what_other_panes_show_gives_way_first);
	tcase_add_loop_test(status, the_past_says_when_it_is, 0, 5);
	suite_add_tcase(suite, status);
	return suite;
}
