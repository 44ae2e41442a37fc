/* check_moment_calls.c: what calls, signals, the host and TCP_INFO change of a moment. */
#include "moment.h"

#include "event_fixture.h"
#include "suites.h"

#include <errno.h>
#include <signal.h>

/* The client's shutdown or close of connection 1, and what is known of its end then. */
static const struct {
	const char *what;
	enum report_call call;
	int result;
	enum tcp_state state;         /* before the call */
	int unread;
	enum tcp_close close_before;
	enum tcp_state reached;
	enum tcp_close close_after;
	bool left_unread, sent_fin, met_fin;
} letting_go[] = {
	{"close", CALL_CLOSE, 0, STATE_ESTABLISHED, 0, CLOSE_UNKNOWN,
	    STATE_FIN_WAIT1, CLOSE_UNKNOWN, false, true, false},
	{"shutdown", CALL_SHUTDOWN, 0, STATE_ESTABLISHED, 0, CLOSE_UNKNOWN,
	    STATE_FIN_WAIT1, CLOSE_UNKNOWN, false, true, false},
	{"close after the peer's FIN", CALL_CLOSE, 0, STATE_CLOSE_WAIT, 0, CLOSE_UNKNOWN,
	    STATE_LAST_ACK, CLOSE_UNKNOWN, false, false, true},
	{"shutdown after the peer's FIN", CALL_SHUTDOWN, 0, STATE_CLOSE_WAIT, 0,
	    CLOSE_UNKNOWN, STATE_LAST_ACK, CLOSE_UNKNOWN, false, false, true},
	{"close with a byte unread", CALL_CLOSE, 0, STATE_ESTABLISHED, 1, CLOSE_UNKNOWN,
	    STATE_ESTABLISHED, CLOSE_BY_RST, true, false, false},
	{"close with bytes unread after the FIN", CALL_CLOSE, 0, STATE_CLOSE_WAIT, 5,
	    CLOSE_UNKNOWN, STATE_CLOSE_WAIT, CLOSE_BY_RST, true, false, true},
	{"shutdown with bytes unread", CALL_SHUTDOWN, 0, STATE_ESTABLISHED, 5,
	    CLOSE_UNKNOWN, STATE_FIN_WAIT1, CLOSE_UNKNOWN, false, true, false},
	{"abort", CALL_CLOSE, 0, STATE_ESTABLISHED, 0, CLOSE_BY_RST,
	    STATE_ESTABLISHED, CLOSE_BY_RST, false, false, false},
	{"abort with bytes unread", CALL_CLOSE, 0, STATE_ESTABLISHED, 5, CLOSE_BY_RST,
	    STATE_ESTABLISHED, CLOSE_BY_RST, false, false, false},
	{"shutdown before an abort", CALL_SHUTDOWN, 0, STATE_ESTABLISHED, 0, CLOSE_BY_RST,
	    STATE_FIN_WAIT1, CLOSE_BY_RST, false, true, false},
	{"close after a shutdown", CALL_CLOSE, 0, STATE_FIN_WAIT2, 0, CLOSE_UNKNOWN,
	    STATE_FIN_WAIT2, CLOSE_UNKNOWN, false, false, false},
	{"close of what a RST ended", CALL_CLOSE, 0, STATE_CLOSE, 5, CLOSE_UNKNOWN,
	    STATE_GONE, CLOSE_UNKNOWN, false, false, false},
	{"close in no known state", CALL_CLOSE, 0, STATE_GONE, 5, CLOSE_UNKNOWN,
	    STATE_GONE, CLOSE_UNKNOWN, false, false, false},
	{"shutdown that fails", CALL_SHUTDOWN, -1, STATE_ESTABLISHED, 0, CLOSE_UNKNOWN,
	    STATE_GONE, CLOSE_UNKNOWN, false, false, false},
};

START_TEST(how_the_client_lets_go_is_remembered)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct moment_connection *first = moment_connection(&now, 1);
	first->client_close = letting_go[_i].close_before;
	struct event event = fixture_call(ROLE_CLIENT, 1, letting_go[_i].call, 0,
	    letting_go[_i].result < 0 ? ENOTCONN : 0);
	event.call.about = (int)letting_go[_i].state;
	event.call.value = letting_go[_i].unread;
	fixture_fold(&now, event);
	const char *what = letting_go[_i].what;
	ck_assert_msg(first->client_reached == letting_go[_i].reached, "%s: %s", what,
	    tcp_state_name(first->client_reached));
	ck_assert_msg(first->client_close == letting_go[_i].close_after, "%s", what);
	ck_assert_msg(first->client_left_unread == letting_go[_i].left_unread, "%s", what);
	ck_assert_msg(first->client_fin_at == (letting_go[_i].sent_fin ? now.time : 0),
	    "%s", what);
	ck_assert_msg(first->server_fin_at == (letting_go[_i].met_fin ? now.time : 0),
	    "%s", what);
	ck_assert_int_eq(first->half_closed, letting_go[_i].call == CALL_SHUTDOWN &&
	    letting_go[_i].result == 0);
	moment_release(&now);
}
END_TEST

/* A FIN into the silence has reached nobody. */
START_TEST(a_fin_into_the_silence_is_not_dated)
{
	struct moment now;
	fixture_begin(&now, 1);
	moment_connection(&now, 1)->silent = true;
	struct event event = fixture_call(ROLE_CLIENT, 1, CALL_CLOSE, 0, 0);
	event.call.about = STATE_ESTABLISHED;
	fixture_fold(&now, event);
	ck_assert_int_eq(moment_connection(&now, 1)->client_reached, STATE_FIN_WAIT1);
	ck_assert_int_eq(moment_connection(&now, 1)->client_fin_at, 0);
	moment_release(&now);
}
END_TEST

/* What each call of the client says of its connection, a letter each: established,
 * failed, half-closed, reset, keepalive, aborts, wrote, met the FIN. */
static const struct {
	enum report_call call;
	int64_t result;
	int error, about, value;
	const char *says;
} client_calls[] = {
	{CALL_CONNECT, 0, 0, 0, 0, "e"}, {CALL_CONNECT, -1, ECONNREFUSED, 0, 0, "f"},
	{CALL_CONNECT, -1, EINTR, 0, 0, ""}, {CALL_CONNECT, -1, ECONNRESET, 0, 0, "fr"},
	{CALL_READ, 5, 0, 0, 0, ""}, {CALL_READ, 0, 0, 0, 0, "m"},
	{CALL_READ, -1, ECONNRESET, 0, 0, "r"}, {CALL_READ, -1, EPIPE, 0, 0, "r"},
	{CALL_READ, -1, ETIMEDOUT, 0, 0, ""}, {CALL_READ, 1, ECONNRESET, 0, 0, ""},
	{CALL_WRITE, 1, 0, 0, 0, "w"}, {CALL_WRITE, 0, 0, 0, 0, ""},
	{CALL_WRITE, -1, EPIPE, 0, 0, "r"},
	{CALL_SHUTDOWN, 0, 0, 0, 0, "h"}, {CALL_SHUTDOWN, -1, ENOTCONN, 0, 0, ""},
	{CALL_SETSOCKOPT, 0, 0, OPTION_SO_LINGER, 0, "a"},
	{CALL_SETSOCKOPT, -1, EBADF, OPTION_SO_LINGER, 0, ""},
	{CALL_SETSOCKOPT, 0, 0, OPTION_SO_KEEPALIVE, 1, "k"},
	{CALL_SETSOCKOPT, 0, 0, OPTION_SO_KEEPALIVE, 2, "k"},
	{CALL_SETSOCKOPT, 0, 0, OPTION_SO_KEEPALIVE, 0, ""},
	{CALL_SETSOCKOPT, 0, 0, OPTION_TCP_KEEPIDLE, 1, ""},
	{CALL_BIND, 0, 0, 0, 0, ""},
};

START_TEST(what_a_call_of_the_client_says)
{
	struct moment now;
	char says[16];
	size_t used = 0;
	fixture_begin(&now, 1);
	struct moment_connection *first = moment_connection(&now, 1);
	first->established = false;
	struct event event = fixture_call(ROLE_CLIENT, 1, client_calls[_i].call,
	    client_calls[_i].result, 0);
	event.call.result = client_calls[_i].result;
	event.call.error = client_calls[_i].error;
	event.call.about = client_calls[_i].about;
	event.call.value = client_calls[_i].value;
	fixture_fold(&now, event);
	const struct { bool is; char letter; } facts[] = {
		{first->established, 'e'}, {first->failed, 'f'}, {first->half_closed, 'h'},
		{first->reset, 'r'}, {first->keepalive, 'k'},
		{first->client_close == CLOSE_BY_RST, 'a'},
		{first->client_wrote_at == now.time, 'w'},
		{first->server_fin_at == now.time, 'm'},
	};
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		if (facts[i].is)
			says[used++] = facts[i].letter;
	says[used] = '\0';
	ck_assert_str_eq(says, client_calls[_i].says);
	ck_assert(!first->served && first->bytes_served == 0);
	moment_release(&now);
}
END_TEST

/* The end of file after a reset is no FIN; and keepalive can be turned off again. */
START_TEST(what_was_known_before_counts)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct moment_connection *first = moment_connection(&now, 1);
	first->reset = true;
	fixture_fold(&now, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0));
	ck_assert_int_eq(first->server_fin_at, 0);
	first->reset = false;
	first->client_reached = STATE_FIN_WAIT1; /* ours was first */
	fixture_fold(&now, fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0));
	ck_assert_int_eq(first->server_fin_at, 0);
	first->keepalive = true;
	struct event off = fixture_call(ROLE_CLIENT, 1, CALL_SETSOCKOPT, 0, 0);
	off.call.about = OPTION_SO_KEEPALIVE;
	fixture_fold(&now, off);
	ck_assert(!first->keepalive);
	moment_release(&now);
}
END_TEST

/* What a call of the server's side says. */
static const struct {
	enum report_role role;
	enum report_call call;
	int64_t result;
	int error;
	bool served, wrote;
	size_t bytes;
	enum tcp_close closes;
} server_calls[] = {
	{ROLE_CHILD, CALL_READ, 5, 0, true, false, 5, CLOSE_UNKNOWN},
	{ROLE_CHILD, CALL_READ, 0, 0, true, false, 0, CLOSE_BY_FIN},
	{ROLE_CHILD, CALL_READ, -1, ECONNRESET, true, false, 0, CLOSE_BY_RST},
	{ROLE_CHILD, CALL_READ, -1, EINTR, true, false, 0, CLOSE_UNKNOWN},
	{ROLE_CHILD, CALL_WRITE, 1, 0, true, true, 0, CLOSE_UNKNOWN},
	{ROLE_CHILD, CALL_WRITE, 0, 0, true, false, 0, CLOSE_UNKNOWN},
	{ROLE_CHILD, CALL_WRITE, -1, ECONNRESET, true, false, 0, CLOSE_UNKNOWN},
	{ROLE_SERVER, CALL_READ, 5, 0, false, false, 5, CLOSE_UNKNOWN},
	{ROLE_SERVER, CALL_FORK, 301, 0, false, false, 0, CLOSE_UNKNOWN},
};

START_TEST(what_a_call_of_the_server_says)
{
	struct moment now;
	fixture_begin(&now, 1);
	const struct moment_connection *first = moment_connection(&now, 1);
	for (unsigned times = 1; times <= 2; times++) {
		struct event event = fixture_call(server_calls[_i].role, 1,
		    server_calls[_i].call, server_calls[_i].result, server_calls[_i].error);
		fixture_fold(&now, event);
		ck_assert_int_eq(first->served, server_calls[_i].served);
		ck_assert_int_eq(first->server_wrote_at, server_calls[_i].wrote ? now.time : 0);
		ck_assert_uint_eq(first->bytes_served, times * server_calls[_i].bytes);
		ck_assert_int_eq(first->server_close, server_calls[_i].closes);
	}
	ck_assert(!first->reset && first->client_wrote_at == 0);
	fixture_fold(&now, fixture_call(ROLE_SERVER, 1, CALL_CLOSE, 0, 0));
	ck_assert_int_eq(first->served, server_calls[_i].served); /* it stays so */
	moment_release(&now);
}
END_TEST

/* Which calls are the last errno: what failed, and the client's end of file. */
static const struct { enum report_role role; enum report_call call; int64_t result;
	int error; bool last; } failures[] = {
	{ROLE_CLIENT, CALL_READ, 0, 0, true}, {ROLE_CLIENT, CALL_READ, 1, 0, false},
	{ROLE_CLIENT, CALL_WRITE, 0, 0, false}, {ROLE_CHILD, CALL_READ, 0, 0, false},
	{ROLE_CHILD, CALL_READ, 0, EINTR, true}, {ROLE_SERVER, CALL_ACCEPT, 0, EMFILE, true},
	{ROLE_CLIENT, CALL_CONNECT, 0, ECONNREFUSED, true},
};

START_TEST(the_last_errno_is_that_of_what_failed)
{
	struct moment now;
	fixture_begin(&now, 1);
	struct event event = fixture_call(failures[_i].role, 1, failures[_i].call,
	    failures[_i].result, failures[_i].error);
	fixture_fold(&now, event);
	ck_assert_int_eq(now.last.any, failures[_i].last);
	if (failures[_i].last) {
		ck_assert_int_eq(now.last.time, now.time);
		ck_assert_int_eq(now.last.call.error, failures[_i].error);
		ck_assert_int_eq(now.last.call.pid, event.call.pid);
		ck_assert_int_eq(now.last.signal, 0);
		ck_assert_ptr_nonnull(now.last.why);
		ck_assert_ptr_nonnull(now.last.section);
	}
	moment_release(&now);
}
END_TEST

/* The signal that is told: SIGPIPE by the kernel, not caught, of a known process. */
static const struct { int number; enum signal_by by; bool caught; pid_t to; bool told; }
pipes[] = {
	{SIGPIPE, BY_KERNEL, false, CLIENT_PID, true},
	{SIGPIPE, BY_KERNEL, false, CHILD_PID + 2, true},
	{SIGTERM, BY_KERNEL, false, CLIENT_PID, false},
	{SIGPIPE, BY_USER, false, CLIENT_PID, false},
	{SIGPIPE, BY_HOST, false, CLIENT_PID, false},
	{SIGPIPE, BY_KERNEL, true, CLIENT_PID, false},
	{SIGPIPE, BY_KERNEL, false, 4711, false},
};

START_TEST(a_death_by_sigpipe_is_the_last_errno)
{
	struct moment now;
	fixture_begin(&now, 2);
	struct event event = {.type = EVENT_SIGNAL, .signal = {.number = pipes[_i].number,
	    .to = pipes[_i].to, .by = pipes[_i].by, .caught = pipes[_i].caught}};
	fixture_fold(&now, event);
	ck_assert_int_eq(now.last.any, pipes[_i].told);
	if (pipes[_i].told) {
		bool client = pipes[_i].to == CLIENT_PID;
		ck_assert_int_eq(now.last.signal, SIGPIPE);
		ck_assert_int_eq(now.last.time, now.time);
		ck_assert_int_eq(now.last.call.pid, pipes[_i].to);
		ck_assert_int_eq(now.last.call.role, client ? ROLE_CLIENT : ROLE_CHILD);
		ck_assert_int_eq(now.last.call.call, CALL_WRITE);
		ck_assert_int_eq(now.last.call.result, -1);
		ck_assert_uint_eq(now.last.call.conn, client ? 1 : 2);
		ck_assert_str_eq(now.last.section, "5.13");
		ck_assert_int_eq(strstr(now.last.why, "the client is dead") != NULL, client);
	}
	moment_release(&now);
}
END_TEST

/* Those of another connection are not mixed with those that were there. */
START_TEST(details_are_of_one_connection)
{
	struct moment now;
	fixture_begin(&now, 2);
	fixture_fold(&now, fixture_details(1, END_CLIENT));
	ck_assert_uint_eq(now.details.conn, 1);
	ck_assert(now.details.client.any && !now.details.server.any);
	ck_assert_int_eq(now.details.client.time, now.time);
	ck_assert_uint_eq(now.details.client.tcp.rtt, 31);
	fixture_fold(&now, fixture_details(1, END_SERVER));
	ck_assert(now.details.client.any && now.details.server.any);
	fixture_fold(&now, fixture_details(2, END_SERVER));
	ck_assert_uint_eq(now.details.conn, 2);
	ck_assert(!now.details.client.any && now.details.server.any);
	moment_release(&now);
}
END_TEST

START_TEST(the_console_owns_a_server_that_it_starts)
{
	struct moment now;
	moment_init(&now);
	ck_assert(!moment_owns_server(&now));
	ck_assert_int_eq(now.host_state, HOST_UP);
	now.server_kind = SERVER_COMMAND;
	ck_assert(moment_owns_server(&now));
	now.server_kind = SERVER_WATCHED;
	ck_assert(!moment_owns_server(&now));
	fixture_fold(&now, fixture_event(EVENT_SETTINGS, "reap=wait"));
	ck_assert_str_eq(now.settings, "reap=wait");
	ck_assert(moment_owns_server(&now));
	fixture_fold(&now, (struct event){.type = EVENT_SETTINGS});
	ck_assert_str_eq(now.settings, "");
	moment_release(&now);
}
END_TEST

/* A start, in a recording of several sessions, begins everything anew. */
START_TEST(a_start_says_who_serves)
{
	struct moment now;
	fixture_begin(&now, 2);
	struct event lost = {.type = EVENT_LOST, .lost = {.count = 3}};
	fixture_fold(&now, lost);
	fixture_fold(&now, lost);
	ck_assert_uint_eq(now.lost, 6);
	uint64_t events = now.events;
	struct event start = fixture_start("remote");
	start.start.server = SERVER_COMMAND;
	strcpy(start.start.command, "./mine");
	start.time = FIXTURE_MS(2);
	ck_assert_int_eq(moment_apply(&now, &start), 0);
	ck_assert_uint_eq(now.events, events + 1);
	ck_assert_uint_eq(now.begun, events);
	ck_assert_int_eq(now.time, FIXTURE_MS(2)); /* its clock, too */
	ck_assert_str_eq(now.server_command, "./mine");
	ck_assert_int_eq(now.server_kind, SERVER_COMMAND);
	ck_assert_str_eq(now.world, "remote");
	ck_assert_uint_eq(now.lost + now.socket_count + now.process_count +
	    now.connection_count + now.current, 0);
	ck_assert_ptr_null(moment_process(&now, SERVER_PID));
	event_release(&start);
	start = (struct event){.type = EVENT_START};
	fixture_fold(&now, start);
	ck_assert_str_eq(now.world, "");
	ck_assert_str_eq(now.host_name, "");
	moment_release(&now);
}
END_TEST

/* A copy is the same, and goes on by itself. */
START_TEST(a_copy_is_a_moment_of_its_own)
{
	struct moment now, copy, none;
	struct event all = {.type = EVENT_ALL, .all = {.whole = true, .count = 1}};
	all.all.rows = calloc(1, sizeof *all.all.rows);
	fixture_begin(&now, 3);
	fixture_fold(&now, all);
	size_t size = moment_size(&now);
	ck_assert_uint_eq(size, sizeof now + now.socket_room * sizeof *now.sockets +
	    now.process_room * sizeof *now.processes +
	    now.connection_room * sizeof *now.connections + sizeof *now.all);
	ck_assert_int_eq(moment_copy(&copy, &now), 0);
	ck_assert_uint_eq(copy.all_count, 1);
	ck_assert_ptr_ne(copy.all, now.all);
	ck_assert_uint_le(moment_size(&copy), size);
	fixture_fold(&copy, fixture_child(4, PROCESS_FORKED, -1));
	fixture_fold(&copy, fixture_connection(4, CONNECTION_OPENED));
	fixture_fold(&copy, fixture_socket(4, END_CLIENT, SOCKET_APPEARED,
	    STATE_ESTABLISHED));
	ck_assert_uint_eq(copy.socket_count, now.socket_count + 1);
	ck_assert_uint_eq(moment_children(&now), 3);
	ck_assert_uint_eq(moment_children(&copy), 4);
	ck_assert_ptr_null(moment_connection(&now, 4));
	moment_release(&now);
	ck_assert_int_eq(moment_process(&copy, CHILD_PID + 1)->row.conn, 1);
	moment_release(&copy);
	ck_assert_uint_eq(copy.all_count, 0);
	moment_init(&now);
	ck_assert_int_eq(moment_copy(&none, &now), 0); /* of nothing */
	ck_assert_ptr_null(none.sockets);
	moment_release(&none);
}
END_TEST

Suite *
moment_calls_suite(void)
{
	Suite *suite = suite_create("moment_calls");
	TCase *tests = tcase_create("calls");
	tcase_add_loop_test(tests, how_the_client_lets_go_is_remembered, 0,
	    sizeof letting_go / sizeof *letting_go);
	tcase_add_test(tests, a_fin_into_the_silence_is_not_dated);
	tcase_add_loop_test(tests, what_a_call_of_the_client_says, 0,
	    sizeof client_calls / sizeof *client_calls);
	tcase_add_test(tests, what_was_known_before_counts);
	tcase_add_loop_test(tests, what_a_call_of_the_server_says, 0,
	    sizeof server_calls / sizeof *server_calls);
	tcase_add_loop_test(tests, the_last_errno_is_that_of_what_failed, 0,
	    sizeof failures / sizeof *failures);
	tcase_add_loop_test(tests, a_death_by_sigpipe_is_the_last_errno, 0,
	    sizeof pipes / sizeof *pipes);
	tcase_add_test(tests, details_are_of_one_connection);
	tcase_add_test(tests, the_console_owns_a_server_that_it_starts);
	tcase_add_test(tests, a_start_says_who_serves);
	tcase_add_test(tests, a_copy_is_a_moment_of_its_own);
	suite_add_tcase(suite, tests);
	return suite;
}
