/* check_text_tables.c: the tables of `show`, as text and as JSON: each column, what is
 * left out, and the reason below a call. */
#include "render_json.h"
#include "render_text.h"

#include "event_fixture.h"
#include "suites.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>

enum { LINE = 256 };

/* The text of a snapshot of this type, 1 s after the session began. */
static char *
table_of(enum event_type type, const struct moment *now)
{
	struct event event = {.type = type, .time = FIXTURE_MS(1000)};
	char *text = render_text(&event, now);
	ck_assert_ptr_nonnull(text);
	return text;
}

/* Is there a line of this text that is wholly so?  Blanks count as one. */
static bool
has_line(const char *text, const char *wanted)
{
	char line[LINE];
	while (*text != '\0') {
		size_t length = strcspn(text, "\n"), used = 0;
		for (size_t i = 0; i < length && used < sizeof line - 1; i++)
			if (text[i] != ' ' || (used > 0 && line[used - 1] != ' '))
				line[used++] = text[i];
		line[used] = '\0';
		if (strcmp(line, wanted) == 0)
			return true;
		text += length + (text[length] == '\n');
	}
	return false;
}

static unsigned
lines_of(const char *text)
{
	unsigned count = 0;
	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

/* A client's row with a timer that runs out at this time. */
static void
set_timer(struct moment *now, int64_t at)
{
	struct event event = fixture_socket(1, END_CLIENT, SOCKET_CHANGED, STATE_CLOSE_WAIT);
	struct socket_row *row = &event.socket.row;
	row->tcp.timer = TIMER_ON;
	row->tcp.retransmits = 4;
	row->tcp.probes = 5;
	row->tcp.recv_q = 6;
	row->tcp.send_q = 7;
	row->timer_at = at;
	fixture_fold(now, event);
}

START_TEST(sockets_have_their_columns)
{
	struct moment now;
	fixture_begin(&now, 1);
	set_timer(&now, FIXTURE_MS(1210)); /* 0.21 s from then */
	struct event six = fixture_socket(5, END_SERVER, SOCKET_APPEARED, STATE_TIME_WAIT);
	six.socket.row.tcp.family = 6;
	six.socket.row.owner_pid = 0;
	fixture_fold(&now, six);
	fixture_fold(&now, fixture_socket(1, END_SERVER, SOCKET_GONE, STATE_ESTABLISHED));
	char *text = table_of(EVENT_SOCKETS, &now);
	ck_assert_uint_eq(lines_of(text), 4);
	ck_assert(has_line(text, "Proto Recv-Q Send-Q Local Address Foreign Address State "
	    "Timer Owner"));
	ck_assert(has_line(text, "tcp 6 7 127.0.0.1:40001 127.0.0.1:9877 CLOSE_WAIT "
	    "on (0.21/4/5) 200"));
	ck_assert(has_line(text, "tcp 0 0 *:9877 *:* LISTEN off (0.00/0/0) 100"));
	ck_assert(has_line(text, "tcp6 0 0 127.0.0.1:9877 127.0.0.1:40005 TIME_WAIT "
	    "off (0.00/0/0) -"));
	free(text);
	set_timer(&now, FIXTURE_MS(999)); /* it has run out */
	text = table_of(EVENT_SOCKETS, &now);
	ck_assert_ptr_nonnull(strstr(text, "on (0.00/4/5)"));
	free(text);
	moment_release(&now);
}
END_TEST

/* A number in JSON's rows. */
static double
seconds_of(enum event_type type, const struct moment *now, size_t row, const char *key)
{
	struct event event = {.type = type, .time = FIXTURE_MS(1000)};
	char *line = render_json(&event, now);
	json_t *object = json_loads(line, 0, NULL);
	double number = json_number_value(json_object_get(json_array_get(
	    json_object_get(object, "rows"), row), key));
	json_decref(object);
	free(line);
	return number;
}

START_TEST(json_lets_timers_run_on)
{
	struct moment now;
	fixture_begin(&now, 1);
	set_timer(&now, FIXTURE_MS(1210));
	ck_assert_double_eq_tol(seconds_of(EVENT_SOCKETS, &now, 1, "timer_seconds"), 0.21,
	    1e-9);
	ck_assert_double_eq_tol(seconds_of(EVENT_SOCKETS, &now, 1, "timer_at"), 1.21, 1e-9);
	set_timer(&now, FIXTURE_MS(999));
	ck_assert_double_eq_tol(seconds_of(EVENT_SOCKETS, &now, 1, "timer_seconds"), 0, 1e-9);
	set_timer(&now, 0);
	ck_assert_double_eq_tol(seconds_of(EVENT_SOCKETS, &now, 1, "timer_seconds"), 0, 1e-9);
	moment_release(&now);
}
END_TEST

START_TEST(processes_have_their_columns)
{
	struct moment now;
	fixture_begin(&now, 3);
	struct event event = fixture_child(2, PROCESS_CHANGED, -1);
	event.process.row.conn = 0; /* a stranger's */
	strcpy(event.process.row.command, "a\x1b");
	strcpy(event.process.row.wchan, "w\x1b");
	fixture_fold(&now, event);
	fixture_fold(&now, fixture_child(3, PROCESS_REAPED, 0));
	char *text = table_of(EVENT_PROCESSES, &now);
	ck_assert_uint_eq(lines_of(text), 5);
	ck_assert(has_line(text, "PID PPID TT STAT COMMAND PEER WCHAN"));
	ck_assert(has_line(text, "301 100 pts/6 S tcpserv 9877 conn 1 wait_woken/read"));
	ck_assert(has_line(text, "302 100 pts/6 S a^[ 127.0.0.1:40002 w^["));
	ck_assert(has_line(text, "200 100 pts/6 S tcpserv 9877 - wait_woken/read"));
	ck_assert_ptr_nonnull(strstr(text, "    302     100 pts/6    S     a^[       "));
	free(text);
	moment_release(&now);
}
END_TEST

START_TEST(connections_have_their_columns)
{
	struct moment now;
	fixture_begin(&now, 2);
	struct moment_connection *first = moment_connection(&now, 1);
	first->bytes_sent = 7;
	first->bytes_echoed = 6;
	first->server = STATE_FIN_WAIT1;
	fixture_fold(&now, fixture_connection(2, CONNECTION_CLOSED));
	char *text = table_of(EVENT_CONNECTIONS, &now);
	ck_assert_uint_eq(lines_of(text), 3);
	ck_assert(has_line(text, "Conn Local Address Client Server Child Sent Echoed"));
	ck_assert(has_line(text, "* 1 127.0.0.1:40001 ESTABLISHED FIN_WAIT1 301 7 6"));
	ck_assert(has_line(text, "2 127.0.0.1:40002 ESTABLISHED ESTABLISHED 302 0 0 closed"));
	free(text);
	moment_release(&now);
}
END_TEST

START_TEST(details_stand_below_their_connection)
{
	struct moment now;
	fixture_begin(&now, 2);
	fixture_fold(&now, fixture_details(2, END_CLIENT));
	char *text = table_of(EVENT_CONNECTIONS, &now);
	ck_assert_uint_eq(lines_of(text), 5);
	ck_assert(has_line(text, "client: RTT 0.031 ms, variation 0.014 ms, RTO 3264 ms, "
	    "cwnd 1, ssthresh 7, MSS 32768,"));
	ck_assert(has_line(text, "2 segments unacknowledged, 4 retransmissions (5 in all), "
	    "35 bytes sent, 6 received"));
	ck_assert(strstr(text, "client: RTT") > strstr(text, "\n     2 "));
	free(text);
	struct event event = fixture_details(2, END_SERVER);
	event.details.tcp.ssthresh = TCP_SSTHRESH_NONE;
	fixture_fold(&now, event);
	text = table_of(EVENT_CONNECTIONS, &now);
	ck_assert_uint_eq(lines_of(text), 7);
	ck_assert(has_line(text, "server: RTT 0.031 ms, variation 0.014 ms, RTO 3264 ms, "
	    "cwnd 1, ssthresh none yet, MSS 32768,"));
	free(text);
	moment_release(&now);
}
END_TEST

START_TEST(all_rows_are_shown_when_they_are_whole)
{
	struct moment now;
	struct socket_row *rows = calloc(2, sizeof *rows);
	struct event event = {.type = EVENT_ALL, .all = {.whole = true, .rows = rows,
	    .count = 2}};
	rows[0] = fixture_socket(1, END_CLIENT, SOCKET_APPEARED, STATE_ESTABLISHED).socket.row;
	rows[1] = fixture_socket(2, END_CLIENT, SOCKET_APPEARED, STATE_CLOSING).socket.row;
	moment_init(&now);
	ck_assert_int_eq(moment_apply(&now, &event), 0);
	char *text = render_text(&event, &now);
	ck_assert_uint_eq(lines_of(text), 3);
	ck_assert(has_line(text, "tcp 0 0 127.0.0.1:40002 127.0.0.1:9877 CLOSING "
	    "off (0.00/0/0) 200"));
	free(text);
	event.all.whole = false;
	ck_assert_ptr_null(render_text(&event, &now));
	event.all.whole = true;
	event.all.count = 0;
	ck_assert_ptr_null(render_text(&event, &now));
	event.all.count = 2;
	event_release(&event);
	moment_release(&now);
}
END_TEST

START_TEST(dispositions_name_each_set)
{
	struct moment now;
	struct disposition_row rows[2] = {{.pid = 7, .role = ROLE_SERVER, .signals = {
	    .ignored = 1, .caught = UINT64_C(1) << 16, .blocked = UINT64_C(3) << 13,
	    .pending = UINT64_C(1) << 9, .shared_pending = UINT64_C(1) << 63}},
	    {.pid = 8, .role = ROLE_CLIENT}};
	struct event event = {.type = EVENT_DISPOSITIONS,
	    .dispositions = {.rows = rows, .count = 2}};
	moment_init(&now);
	char *text = render_text(&event, &now);
	ck_assert_uint_eq(lines_of(text), 7);
	ck_assert(has_line(text, "7 server"));
	ck_assert(has_line(text, "ignored SIGHUP"));
	ck_assert(has_line(text, "caught SIGCHLD"));
	ck_assert(has_line(text, "blocked SIGALRM SIGTERM"));
	ck_assert(has_line(text, "pending SIGUSR1"));
	ck_assert_ptr_nonnull(strstr(text, "        shared pending SIGRTM"));
	ck_assert(has_line(text, "8 client"));
	free(text);
	moment_release(&now);
}
END_TEST

START_TEST(settings_are_those_of_the_event_or_of_now)
{
	struct moment now;
	struct event event = fixture_event(EVENT_SETTINGS, "reap=wait\x1b");
	moment_init(&now);
	strcpy(now.settings, "reap=none");
	char *text = render_text(&event, &now);
	ck_assert_str_eq(text, "settings: reap=wait^[\n");
	free(text);
	event_release(&event);
	text = table_of(EVENT_SETTINGS, &now);
	ck_assert_str_eq(text, "settings: reap=none\n");
	free(text);
	moment_release(&now);
}
END_TEST

/* "k=v k=v" as rows; a name without a value has an empty one. */
static const struct { const char *settings, *rows; } settings[] = {
	{"a=b", "[{\"name\": \"a\", \"value\": \"b\"}]"},
	{"a=b c=d=e", "[{\"name\": \"a\", \"value\": \"b\"}, "
	    "{\"name\": \"c\", \"value\": \"d=e\"}]"},
	{"a=  b=1", "[{\"name\": \"a\", \"value\": \"\"}, "
	    "{\"name\": \"b\", \"value\": \"1\"}]"},
	{"a b=1", "[{\"name\": \"a\", \"value\": \"\"}, {\"name\": \"b\", \"value\": \"1\"}]"},
	{"", "[]"},
};

START_TEST(settings_are_rows_in_json)
{
	char wanted[LINE];
	struct moment now;
	struct event event = fixture_event(EVENT_SETTINGS, settings[_i].settings);
	moment_init(&now);
	char *line = render_json(&event, &now);
	snprintf(wanted, sizeof wanted, "{\"t\": 0.0, \"type\": \"settings\", \"rows\": %s}",
	    settings[_i].rows);
	ck_assert_str_eq(line, wanted);
	free(line);
	event_release(&event);
	moment_release(&now);
}
END_TEST

START_TEST(the_last_errno_is_shown_with_its_reason)
{
	struct moment now;
	fixture_begin(&now, 1);
	char *text = table_of(EVENT_ERRNO, &now);
	ck_assert_str_eq(text, "no call has failed\n");
	free(text);
	fixture_fold(&now, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET));
	now.last.why = "Reason.";
	now.last.section = "5.12";
	text = table_of(EVENT_ERRNO, &now);
	ck_assert_str_eq(text, "ECONNRESET (104): Connection reset by peer\n"
	    "client: read conn 1\nReason. (5.12)\n");
	free(text);
	now.last.call.error = 0;
	text = table_of(EVENT_ERRNO, &now);
	ck_assert_int_eq(strncmp(text, "end of file\nclient: ", 20), 0);
	free(text);
	now.last.signal = SIGPIPE;
	text = table_of(EVENT_ERRNO, &now);
	ck_assert_int_eq(strncmp(text, "SIGPIPE (13): no errno, the call never returned\n",
	    48), 0);
	free(text);
	moment_release(&now);
}
END_TEST

/* The same in JSON. */
START_TEST(the_last_errno_in_json)
{
	struct moment now;
	struct event event = {.type = EVENT_ERRNO};
	fixture_begin(&now, 1);
	fixture_fold(&now, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0));
	now.last.why = "Reason.";
	char *line = render_json(&event, &now);
	ck_assert_ptr_nonnull(strstr(line, "\"result\": 0, \"at\": 0."));
	ck_assert_ptr_nonnull(strstr(line, "\"text\": \"end of file\", \"why\": \"Reason.\", "
	    "\"section\": \"5.12\"}"));
	ck_assert_ptr_null(strstr(line, "\"signal\""));
	free(line);
	now.last.signal = SIGPIPE;
	now.last.call.result = -1;
	line = render_json(&event, &now);
	ck_assert_ptr_nonnull(strstr(line, "\"signal\": \"SIGPIPE\", \"text\": "
	    "\"Broken pipe\""));
	ck_assert_ptr_null(strstr(line, "\"errno\": ")); /* none came */
	free(line);
	moment_release(&now);
}
END_TEST

/* The reason stands below the call that it is of, and below no other one. */
static const struct { char what; bool told; } callers[] = {
	{' ', true}, {'t', false}, {'p', false}, {'c', false}, {'e', false}, {'r', false},
	{'n', false},
};

START_TEST(a_reason_stands_below_its_own_call)
{
	struct moment now;
	struct event event = fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET);
	fixture_begin(&now, 1);
	event.time = now.time;
	ck_assert_int_eq(moment_apply(&now, &event), 0);
	switch (callers[_i].what) {
	case 't': now.last.time++; break;
	case 'p': now.last.call.pid++; break;
	case 'c': now.last.call.call = CALL_WRITE; break;
	case 'e': now.last.call.error = EPIPE; break;
	case 'r': now.last.call.result--; break;
	case 'n': now.last.any = false; break;
	default: break;
	}
	char *text = render_text(&event, &now);
	ck_assert_msg((strstr(text, "\n        The server's end") != NULL) == callers[_i].told,
	    "'%c': %s", callers[_i].what, text);
	ck_assert_int_eq(text[strlen(text) - 1], '\n');
	free(text);
	moment_release(&now);
}
END_TEST

/* Rows of JSON that are not there any more, or have no owner. */
START_TEST(json_tables_hold_what_is_there)
{
	struct moment now;
	struct event event = {.type = EVENT_PROCESSES};
	fixture_begin(&now, 2);
	fixture_fold(&now, fixture_child(1, PROCESS_ZOMBIE, SIGSEGV | 0x80));
	fixture_fold(&now, fixture_child(2, PROCESS_REAPED, 0));
	char *line = render_json(&event, &now);
	json_t *object = json_loads(line, 0, NULL);
	const json_t *rows = json_object_get(object, "rows");
	ck_assert_uint_eq(json_array_size(rows), 3);
	const json_t *zombie = json_array_get(rows, 2);
	ck_assert(json_is_true(json_object_get(zombie, "core")));
	ck_assert_str_eq(json_string_value(json_object_get(zombie, "peer")),
	    "127.0.0.1:40001");
	ck_assert(json_is_null(json_object_get(json_array_get(rows, 0), "peer")));
	ck_assert_ptr_null(json_object_get(json_array_get(rows, 0), "signal"));
	json_decref(object);
	free(line);
	event.type = EVENT_CONNECTIONS;
	moment_connection(&now, 1)->child = 0;
	moment_connection(&now, 2)->bytes_sent = 8;
	moment_connection(&now, 2)->bytes_echoed = 9;
	line = render_json(&event, &now);
	ck_assert_ptr_nonnull(strstr(line, "\"child\": null, \"current\": true"));
	ck_assert_ptr_nonnull(strstr(line, "\"child\": 302, \"current\": false, "
	    "\"bytes_sent\": 8, \"bytes_echoed\": 9"));
	free(line);
	moment_release(&now);
}
END_TEST

Suite *
text_tables_suite(void)
{
	Suite *suite = suite_create("text_tables");
	TCase *tests = tcase_create("text_tables");
	tcase_add_test(tests, sockets_have_their_columns);
	tcase_add_test(tests, json_lets_timers_run_on);
	tcase_add_test(tests, processes_have_their_columns);
	tcase_add_test(tests, connections_have_their_columns);
	tcase_add_test(tests, details_stand_below_their_connection);
	tcase_add_test(tests, all_rows_are_shown_when_they_are_whole);
	tcase_add_test(tests, dispositions_name_each_set);
	tcase_add_test(tests, settings_are_those_of_the_event_or_of_now);
	tcase_add_loop_test(tests, settings_are_rows_in_json, 0,
	    sizeof settings / sizeof *settings);
	tcase_add_test(tests, the_last_errno_is_shown_with_its_reason);
	tcase_add_test(tests, the_last_errno_in_json);
	tcase_add_loop_test(tests, a_reason_stands_below_its_own_call, 0,
	    sizeof callers / sizeof *callers);
	tcase_add_test(tests, json_tables_hold_what_is_there);
	suite_add_tcase(suite, tests);
	return suite;
}
