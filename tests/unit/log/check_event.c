/* check_event.c: what an event owns, how its times are rounded, and the contract's
 * words. */
#include "event.h"

#include "event_fields.h"
#include "event_fixture.h"
#include "suites.h"
#include "version.h"

#include <stdio.h>
#include <time.h>

/* ns, and the microseconds that they are rounded to. */
static const struct { int64_t ns, rounded; } times[] = {
	{0, 0}, {499, 0}, {500, 1000}, {1499, 1000}, {1500, 2000}, {1000, 1000},
	{-499, 0}, {-500, -1000}, {-1499, -1000}, {-1500, -2000},
};

START_TEST(times_are_rounded_to_microseconds)
{
	int64_t ns = times[_i].ns, rounded = times[_i].rounded;
	struct event event = fixture_socket(1, END_CLIENT, SOCKET_CHANGED,
	    STATE_ESTABLISHED);
	event.time = ns;
	event.socket.row.timer_at = ns + 10000;
	event.socket.row.tcp.timer_left = ns;
	event_round(&event);
	ck_assert_int_eq(event.time, rounded);
	ck_assert_int_eq(event.socket.row.tcp.timer_left, rounded);
	if (ns >= 0)
		ck_assert_int_eq(event.socket.row.timer_at, rounded + 10000);
	event = (struct event){.type = EVENT_TIMER, .time = ns,
	    .timer = {.next_at = ns, .gives_up_at = ns}};
	event_round(&event);
	ck_assert_int_eq(event.timer.next_at, rounded);
	ck_assert_int_eq(event.timer.gives_up_at, rounded);
}
END_TEST

/* Those of each row of all sockets, too; of no other type anything else. */
START_TEST(times_of_all_rows_are_rounded)
{
	struct socket_row rows[3];
	memset(rows, 0, sizeof rows);
	struct event event = {.type = EVENT_ALL, .all = {.rows = rows, .count = 2}};
	for (size_t i = 0; i < 3; i++) {
		rows[i].timer_at = 1501;
		rows[i].tcp.timer_left = 701;
	}
	event_round(&event);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(rows[i].timer_at, i < 2 ? 2000 : 1501);
		ck_assert_int_eq(rows[i].tcp.timer_left, i < 2 ? 1000 : 701);
	}
	event = fixture_call(ROLE_CLIENT, 1, CALL_READ, 1501, 0);
	event_round(&event);
	ck_assert_int_eq(event.call.result, 1501);
}
END_TEST

/* The wall's time with its zone, as RFC 3339 writes it. */
static const struct { const char *zone, *end; } zones[] = {
	{"UTC0", "+00:00"}, {"EAST-5:30", "+05:30"}, {"WEST3", "-03:00"},
};

START_TEST(the_start_has_the_walls_time)
{
	struct event event = {.type = EVENT_START};
	struct tm read = {0};
	ck_assert_int_eq(setenv("TZ", zones[_i].zone, 1), 0);
	tzset();
	time_t before = time(NULL);
	event_stamp_start(&event);
	ck_assert_str_eq(event.start.version, TCPCONSOLE_VERSION);
	ck_assert_uint_eq(strlen(event.start.wall), strlen("2026-01-02T03:04:05+01:00"));
	ck_assert_str_eq(event.start.wall + 19, zones[_i].end);
	const char *end = strptime(event.start.wall, "%Y-%m-%dT%H:%M:%S", &read);
	ck_assert_ptr_eq(end, event.start.wall + 19);
	read.tm_isdst = -1;
	time_t stamped = mktime(&read);
	ck_assert(stamped >= before && stamped <= time(NULL));
}
END_TEST

START_TEST(a_text_is_copied_and_replaced)
{
	char text[] = "one\0two";
	struct event event = {.type = EVENT_NOTE};
	ck_assert_int_eq(event_set_text(&event, text, 7), 0);
	ck_assert_uint_eq(event.length, 7);
	ck_assert_mem_eq(event.text, "one\0two", 8);
	memset(text, 'x', sizeof text);
	ck_assert_str_eq(event.text, "one");
	ck_assert_int_eq(event_set_text(&event, "three", 2), 0);
	ck_assert_str_eq(event.text, "th");
	ck_assert_uint_eq(event.length, 2);
	event.detail = strdup("detail");
	event_release(&event);
	ck_assert_ptr_null(event.text);
	ck_assert_ptr_null(event.detail);
	event_release(&event); /* twice is once */
}
END_TEST

START_TEST(rows_are_released_with_their_event)
{
	struct event event = {.type = EVENT_ALL};
	event.all.rows = calloc(1, sizeof *event.all.rows);
	event_release(&event);
	ck_assert_ptr_null(event.all.rows);
	event = (struct event){.type = EVENT_DISPOSITIONS};
	event.dispositions.rows = calloc(1, sizeof *event.dispositions.rows);
	event_release(&event);
	ck_assert_ptr_null(event.dispositions.rows);
}
END_TEST

/* The contract's words, in the order of their numbers. */
static const char *
type_word(int number)
{
	return event_type_name((enum event_type)number);
}

static const char *
call_word(int number)
{
	return event_call_name((enum report_call)number);
}

static const char *
role_word(int number)
{
	return event_role_name((enum report_role)number);
}

static const char *
end_word(int number)
{
	return event_end_name((enum connection_end)number);
}

static const char *
source_word(int number)
{
	return event_source_name((enum command_source)number);
}

static const char *
connection_word(int number)
{
	return event_connection_what_name((enum connection_what)number);
}

static const char *
socket_word(int number)
{
	return event_socket_what_name((enum socket_what)number);
}

static const char *
process_word(int number)
{
	return event_process_what_name((enum process_what)number);
}

static const char *
host_word(int number)
{
	return event_host_what_name((enum host_what)number);
}

static const char *
server_word(int number)
{
	return event_server_kind_name((enum server_kind)number);
}

static const char *
lesson_word(int number)
{
	return event_lesson_what_name((enum lesson_what)number);
}

static const char *
by_word(int number)
{
	return event_signal_by_name((enum signal_by)number);
}

static const char *
option_word(int number)
{
	return event_option_name((enum report_option)number);
}

static const char *
disposition_word(int number)
{
	return event_disposition_name((enum order_disposition)number);
}

static const struct { const char *(*word)(int number); const char *words; } names[] = {
	{type_word, "start command call connection sent echo socket state timer details "
	    "process signal host output lost sockets processes connections settings "
	    "dispositions errno all why expect say ask lesson error note summary end"},
	{call_word, "? socket bind listen accept fork getpeername connect read write "
	    "shutdown close wait waitpid setsockopt sigaction"},
	{role_word, "? client server child other"},
	{end_word, "none client server"},
	{source_word, "key line script stdin"},
	{connection_word, "opened closed current"},
	{socket_word, "appeared changed gone"},
	{process_word, "started forked changed zombie exited reaped"},
	{host_word, "up crashed unplugged shutting_down down"},
	{server_word, "none tcpserv command watched"},
	{lesson_word, "begun passed failed skipped"},
	{by_word, "user kernel host console"},
	{option_word, "SO_LINGER SO_KEEPALIVE TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT "
	    "TCP_USER_TIMEOUT IP_MINTTL IPV6_MINHOPCOUNT"},
	{disposition_word, "default ignore catch"},
};

START_TEST(each_number_has_the_contracts_word)
{
	char word[64];
	int number = 0, used;
	const char *words = names[_i].words;
	for (; sscanf(words, "%63s%n", word, &used) == 1; words += used)
		ck_assert_str_eq(names[_i].word(number++), word);
	ck_assert_str_eq(names[_i].word(number), "?");
	ck_assert_str_eq(names[_i].word(-1), "?");
	ck_assert_str_eq(names[_i].word(9999), "?");
}
END_TEST

START_TEST(shutdown_and_close_end_a_connection)
{
	for (int call = CALL_NONE; call < CALL_COUNT; call++)
		ck_assert_int_eq(event_call_ends((enum report_call)call),
		    call == CALL_SHUTDOWN || call == CALL_CLOSE);
}
END_TEST

Suite *
event_suite(void)
{
	Suite *suite = suite_create("event");
	TCase *tests = tcase_create("event");
	tcase_add_loop_test(tests, times_are_rounded_to_microseconds, 0,
	    sizeof times / sizeof *times);
	tcase_add_test(tests, times_of_all_rows_are_rounded);
	tcase_add_loop_test(tests, the_start_has_the_walls_time, 0,
	    sizeof zones / sizeof *zones);
	tcase_add_test(tests, a_text_is_copied_and_replaced);
	tcase_add_test(tests, rows_are_released_with_their_event);
	tcase_add_loop_test(tests, each_number_has_the_contracts_word, 0,
	    sizeof names / sizeof *names);
	tcase_add_test(tests, shutdown_and_close_end_a_connection);
	suite_add_tcase(suite, tests);
	return suite;
}
