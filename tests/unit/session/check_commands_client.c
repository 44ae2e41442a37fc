/* What the commands order of the client: the test is the client, at the far end of its
 * channel. */
#include "bare_session.h"
#include "socket_watch_internal.h"
#include "suites.h"
#include "wire_long.h"
#include "client.h"

#include <signal.h>

/* A session with three connections, and the client's end of its channel. */
static struct session *
open_with_client(int *program)
{
	struct session *session = bare_open(4096);
	bare_connections(session, 3);
	*program = bare_client(session);
	return session;
}

static void
close_with_client(struct session *session, int program)
{
	close(program);
	bare_close(session);
}

/* The line becomes one order, which the client carries out, and is over then. */
static void
orders(struct session *session, int program, const char *line,
    const struct order *wanted)
{
	bare_run(session, line);
	struct order *order = bare_order(program);
	ck_assert_msg(order->kind == wanted->kind, "%s: order %u", line, order->kind);
	ck_assert_msg(order->conn == wanted->conn, "%s: of %u", line, order->conn);
	ck_assert_msg(order->flags == wanted->flags, "%s: flags %u", line, order->flags);
	ck_assert_msg(order->number == wanted->number, "%s: number %d", line,
	    order->number);
	ck_assert_msg(order->milliseconds == wanted->milliseconds, "%s: ms", line);
	ck_assert_msg(order->length == wanted->length && memcmp(order->data, wanted->data,
	    order->length) == 0, "%s: data", line);
	ck_assert_msg(bare_is_running(session), "%s: over before it is done", line);
	bare_done(session, program, order->serial);
	ck_assert_msg(!bare_is_running(session), "%s: not over", line);
	ck_assert_uint_eq(bare_order(program)->kind, 0);
}

static const struct {
	const char *line;
	struct order wanted;
} plain[] = {
	{"send hello", {.kind = ORDER_SEND, .conn = 1, .flags = ORDER_READ_LINE,
	    .length = 6, .data = "hello\n"}},
	{"send", {.kind = ORDER_SEND, .conn = 1, .flags = ORDER_READ_LINE,
	    .length = 1, .data = "\n"}},
	{"send  a  b ", {.kind = ORDER_SEND, .conn = 1, .flags = ORDER_READ_LINE,
	    .length = 5, .data = "a  b\n"}},
	{"send \" a \"", {.kind = ORDER_SEND, .conn = 1, .flags = ORDER_READ_LINE,
	    .length = 4, .data = " a \n"}},
	{"send --no-newline abc", {.kind = ORDER_SEND, .conn = 1, .length = 3,
	    .data = "abc"}},
	{"send --split abc", {.kind = ORDER_SEND, .conn = 1,
	    .flags = ORDER_SPLIT | ORDER_READ_LINE, .length = 4, .data = "abc\n"}},
	{"send --other abc", {.kind = ORDER_SEND, .conn = 1, .flags = ORDER_READ_LINE,
	    .length = 12, .data = "--other abc\n"}},
	{"read", {.kind = ORDER_READ, .conn = 1}},
	{"read 3", {.kind = ORDER_READ, .conn = 3}},
	{"shutdown 2", {.kind = ORDER_SHUTDOWN, .conn = 2}},
	{"close", {.kind = ORDER_CLOSE, .conn = 1}},
	{"close 2", {.kind = ORDER_CLOSE, .conn = 2}},
	{"abort 3", {.kind = ORDER_ABORT, .conn = 3}},
	{"client sigpipe default", {.kind = ORDER_SIGPIPE, .number = DISPOSITION_DEFAULT}},
	{"client sigpipe ignore", {.kind = ORDER_SIGPIPE, .number = DISPOSITION_IGNORE}},
	{"client sigpipe catch", {.kind = ORDER_SIGPIPE, .number = DISPOSITION_CATCH}},
	{"client timeout 2.5", {.kind = ORDER_TIMEOUT, .milliseconds = 2500}},
	{"client timeout 0.001", {.kind = ORDER_TIMEOUT, .milliseconds = 1}},
	{"client timeout default", {.kind = ORDER_TIMEOUT}},
	{"client reads line", {.kind = ORDER_READS, .number = 0}},
	{"client reads always", {.kind = ORDER_READS, .number = 1}},
	{"client on-eof continue", {.kind = ORDER_ON_EOF, .number = 0}},
	{"client on-eof exit", {.kind = ORDER_ON_EOF, .number = 1}},
	{"client byte_order native", {.kind = ORDER_BYTE_ORDER, .number = WIRE_NATIVE}},
	{"client byte_order big", {.kind = ORDER_BYTE_ORDER, .number = WIRE_BIG}},
	{"client byte_order little", {.kind = ORDER_BYTE_ORDER, .number = WIRE_LITTLE}},
	{"client byte_order network", {.kind = ORDER_BYTE_ORDER, .number = WIRE_NETWORK}},
	{"client long 32", {.kind = ORDER_LONG, .number = 32}},
	{"client long 64", {.kind = ORDER_LONG, .number = 64}},
	{"client keepalive 1", {.kind = ORDER_KEEPALIVE, .number = 1}},
	{"client keepalive 32767", {.kind = ORDER_KEEPALIVE, .number = 32767}},
	{"client keepalive off", {.kind = ORDER_KEEPALIVE, .number = 0}},
	{"client signal INT catch", {.kind = ORDER_SIGNAL, .number = SIGINT,
	    .flags = DISPOSITION_CATCH}},
	{"client signal SIGPIPE ignore", {.kind = ORDER_SIGNAL, .number = SIGPIPE,
	    .flags = DISPOSITION_IGNORE}},
	{"client signal 1 default", {.kind = ORDER_SIGNAL, .number = SIGHUP,
	    .flags = DISPOSITION_DEFAULT}},
};

START_TEST(each_line_is_an_order)
{
	int program;
	struct session *session = open_with_client(&program);
	orders(session, program, plain[_i].line, &plain[_i].wanted);
	ck_assert(!session_has_failed(session));
	close_with_client(session, program);
}
END_TEST

static const struct { const char *line, *words; } refused[] = {
	{"connect 0", "a count from 1 to 10000"}, {"connect 10001", "a count"},
	{"connect x", "a count"}, {"connect 1 2", "a count"},
	{"connect --interrupt", "seconds above 0"},
	{"connect --interrupt 0", "seconds above 0"},
	{"connect --interrupt 1 2", "a count"},
	{"send --split", "send --split wants TEXT"},
	{"send --no-newline", "send --no-newline wants TEXT"},
	{"use", "number of a connection"}, {"use 0", "number of a connection"},
	{"use 2 x", "number of a connection"}, {"use 4", "no connection 4"},
	{"read x", "not \"x\""}, {"read 1 2", "number of a connection"},
	{"read 0", "there is no connection: connect"}, {"close 4", "connection 4 is not there"},
	{"client sigpipe", "client sigpipe wants default, ignore or catch"},
	{"client timeout 0", "seconds above 0, or default"},
	{"client timeout -1", "seconds above 0"}, {"client timeout 0.0001", "above 0"},
	{"client reads never", "client reads wants line or always"},
	{"client on-eof stay", "continue or exit"}, {"client long 16", "32 or 64"},
	{"client byte_order middle", "native, big, little or network"},
	{"client keepalive 0", "from 1 to 32767, or off"},
	{"client keepalive 32768", "from 1 to 32767"}, {"client keepalive on", "or off"},
	{"client keepalive 5 6", "or off"},
	{"client signal NOSUCH ignore", "wants a signal"},
	{"client signal INT", "client signal NAME wants default, ignore or catch"},
	{"client start", "runs already, PID 200"},
};

START_TEST(a_wrong_line_is_no_order)
{
	int program;
	struct session *session = open_with_client(&program);
	bare_refuses(session, refused[_i].line, refused[_i].words);
	ck_assert_uint_eq(bare_order(program)->kind, 0);
	ck_assert_uint_eq(session->world.client.order_serial, 0);
	close_with_client(session, program);
}
END_TEST

/* The checks of a scenario begin nothing, and need no session. */
START_TEST(what_is_only_checked_is_not_done)
{
	static const char *const others[] = {"connect 3", "connect --interrupt 0.2", "use 7",
	    "read 9", "close all", "abort all", "client start", "send --split x"};
	char error[SESSION_ERROR];
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		ck_assert_msg(runner_check(plain[i].line, error, sizeof error), "%s: %s",
		    plain[i].line, error);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		ck_assert_msg(runner_check(others[i], error, sizeof error), "%s: %s",
		    others[i], error);
}
END_TEST

START_TEST(all_are_closed_each_once)
{
	static const struct { const char *line; enum order_kind kind; } lines[] = {
		{"close all", ORDER_CLOSE}, {"abort all", ORDER_ABORT}};
	int program;
	struct session *session = open_with_client(&program);
	bare_tell(session, fixture_connection(2, CONNECTION_CLOSED));
	bare_run(session, lines[_i].line);
	ck_assert_uint_eq(bare_ordered(program, lines[_i].kind, 0)->conn, 1);
	struct order *last = bare_ordered(program, lines[_i].kind, 0);
	ck_assert_uint_eq(last->conn, 3);
	ck_assert(bare_is_running(session));
	bare_done(session, program, last->serial - 1);
	ck_assert(bare_is_running(session)); /* the last of them counts */
	bare_done(session, program, last->serial);
	ck_assert(!bare_is_running(session));
	close_with_client(session, program);
}
END_TEST

START_TEST(a_closed_connection_is_not_used)
{
	int program;
	struct session *session = open_with_client(&program);
	bare_tell(session, fixture_connection(1, CONNECTION_CLOSED));
	bare_refuses(session, "send x", "send: connection 1 is closed: connect, or use N");
	bare_refuses(session, "shutdown 1", "is closed");
	bare_refuses(session, "read 3000", "read: connection 3000 is not there");
	session->world.client.conns = 4000; /* it was, and is forgotten */
	bare_refuses(session, "read 3000", "connection 3000 is closed");
	ck_assert_uint_eq(bare_order(program)->kind, 0);
	bare_run(session, "use 2");
	ck_assert_uint_eq(session_now(session)->current, 2);
	bare_run(session, "use 1"); /* a closed one may be current */
	ck_assert_uint_eq(session_now(session)->current, 1);
	close_with_client(session, program);
}
END_TEST

START_TEST(the_longest_line_fits)
{
	static char line[ORDER_DATA + 16];
	int program;
	struct session *session = open_with_client(&program);
	memset(line, 'x', sizeof line - 1);
	memcpy(line, "send ", 5);
	line[5 + ORDER_DATA - 1] = '\0';
	bare_run(session, line);
	struct order *order = bare_ordered(program, ORDER_SEND, 0);
	ck_assert_uint_eq(order->length, ORDER_DATA);
	ck_assert_int_eq(order->data[ORDER_DATA - 1], '\n');
	bare_done(session, program, order->serial);
	line[5 + ORDER_DATA - 1] = 'x';
	line[5 + ORDER_DATA] = '\0';
	bare_refuses(session, line, "the line has 65536 bytes; 65535 is the most");
	close_with_client(session, program);
}
END_TEST

/* How long until TCP gives up is foretold by it. */
START_TEST(a_timeout_is_known_to_who_foretells)
{
	struct session *session = bare_open(4096);
	bare_guard(session);
	bare_run(session, "client timeout 2.5");
	ck_assert_int_eq(session->world.sockets->user_timeout, MILLISECONDS(2500));
	bare_run(session, "client timeout default");
	ck_assert_int_eq(session->world.sockets->user_timeout, 0);
	bare_run(session, "client timeout 3");
	bare_run(session, "reset");
	ck_assert_int_eq(session->world.sockets->user_timeout, 0);
	bare_close(session);
}
END_TEST

START_TEST(a_client_that_dies_holds_nothing_up)
{
	int program;
	struct session *session = open_with_client(&program);
	bare_run(session, "read");
	ck_assert(bare_is_running(session));
	ck_assert_int_eq(session->running.deadline - session->running.begun_at, SECONDS(5));
	client_ended(&session->world);
	runner_step(session);
	ck_assert(!bare_is_running(session));
	ck_assert_int_eq(session->world.client.pid, 0);
	for (size_t i = 0; i < 3; i++)
		ck_assert(!session_now(session)->connections[i].open);
	bare_refuses(session, "client signal INT ignore", "no client runs: client start");
	bare_run(session, "client signal PIPE ignore"); /* for the next one */
	ck_assert_int_eq(session->world.client.sigpipe, DISPOSITION_IGNORE);
	bare_run(session, "client long 32");
	ck_assert_int_eq(session->world.client.long_bits, 32);
	ck_assert_uint_eq(bare_count(session, EVENT_ERROR), 1);
	close_with_client(session, program);
}
END_TEST

START_TEST(one_that_says_nothing_is_waited_for_five_seconds)
{
	int program;
	struct session *session = open_with_client(&program);
	bare_run(session, "read");
	session->running.deadline += SECONDS(600);
	runner_step(session);
	ck_assert(bare_is_running(session));
	bare_later(session, SECONDS(605));
	ck_assert(!bare_is_running(session));
	ck_assert(!session_has_failed(session)); /* and that is no error */
	close_with_client(session, program);
}
END_TEST

START_TEST(connections_are_ordered_in_one)
{
	int program;
	struct session *session = open_with_client(&program);
	session->world.host_endpoint.port = 12345;
	session->world.client.pid = 0; /* nobody's process is looked at */
	bare_run(session, "connect 5");
	struct order *order = bare_ordered(program, ORDER_CONNECT, 5);
	ck_assert_uint_eq(order->conn, 4);
	ck_assert_int_eq(order->milliseconds, 0);
	ck_assert_uint_eq(order->flags, 0);
	ck_assert_uint_eq(order->peer.port, 12345);
	ck_assert_uint_eq(session->world.client.conns, 8);
	ck_assert_uint_eq(session->world.client.unbegun, 5);
	ck_assert_uint_eq(session_now(session)->current, 4);
	ck_assert(timer_is_running(session->world.hold));
	close_with_client(session, program);
}
END_TEST

START_TEST(an_interrupt_is_rounded_up)
{
	int program;
	struct session *session = open_with_client(&program);
	session->world.client.pid = 0;
	session->world.server.ours = true;
	settings_set(&session->world.server.settings, "service=sum-binary", NULL, 0);
	bare_run(session, "connect --interrupt 0.0151");
	struct order *order = bare_ordered(program, ORDER_CONNECT, 1);
	ck_assert_int_eq(order->milliseconds, 16);
	ck_assert_uint_eq(order->flags, ORDER_BINARY);
	close_with_client(session, program);
}
END_TEST

/* What is asked of one client holds for the next. */
START_TEST(a_new_client_is_told_everything_again)
{
	static const char *const lines[] = {"client sigpipe catch", "client timeout 3",
	    "client keepalive 7", "client byte_order big", "client long 32",
	    "client reads always", "client on-eof exit"};
	struct session *session = bare_open(4096);
	bare_guard(session);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		bare_run(session, lines[i]);
	bare_tell(session, fixture_host(HOST_UNPLUGGED));
	ck_assert_uint_eq(session->world.client.order_serial, 0); /* there was none to tell */
	client_start(&session->world);
	ck_assert(session->world.client.starting);
	ck_assert_uint_eq(session->world.client.start_serial, 1);
	ck_assert_uint_eq(session->world.client.order_serial, 8); /* and the silence */
	bare_close(session);
}
END_TEST

START_TEST(the_orders_of_a_new_client_are_these)
{
	static const struct { const char *line; enum order_kind kind; int number; int64_t ms; }
	cases[] = {
		{"client sigpipe catch", ORDER_SIGPIPE, DISPOSITION_CATCH, 0},
		{"client sigpipe ignore", ORDER_SIGPIPE, DISPOSITION_IGNORE, 0},
		{"client timeout 3", ORDER_TIMEOUT, 0, 3000},
		{"client keepalive 7", ORDER_KEEPALIVE, 7, 0},
		{"client byte_order big", ORDER_BYTE_ORDER, WIRE_BIG, 0},
		{"client byte_order network", ORDER_BYTE_ORDER, WIRE_NETWORK, 0},
		{"client long 32", ORDER_LONG, 32, 0},
		{"client reads always", ORDER_READS, 1, 0},
		{"client on-eof exit", ORDER_ON_EOF, 1, 0},
		{"client sigpipe default", 0, 0, 0}, {"client timeout default", 0, 0, 0},
		{"client keepalive off", 0, 0, 0}, {"client byte_order native", 0, 0, 0},
		{"client reads line", 0, 0, 0}, {"client on-eof continue", 0, 0, 0},
	};
	struct session *session = bare_open(4096);
	bare_run(session, cases[_i].line);
	int program = bare_client(session);
	client_tell_wishes(&session->world);
	struct order *order = bare_ordered(program, cases[_i].kind, cases[_i].number);
	ck_assert_int_eq(order->milliseconds, cases[_i].ms);
	ck_assert_uint_eq(bare_order(program)->kind, 0);
	close_with_client(session, program);
}
END_TEST

Suite *
commands_client_suite(void)
{
	Suite *suite = suite_create("commands_client");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, each_line_is_an_order, 0, sizeof plain / sizeof *plain);
	tcase_add_loop_test(all, a_wrong_line_is_no_order, 0,
	    sizeof refused / sizeof *refused);
	tcase_add_test(all, what_is_only_checked_is_not_done);
	tcase_add_loop_test(all, all_are_closed_each_once, 0, 2);
	tcase_add_test(all, a_closed_connection_is_not_used);
	tcase_add_test(all, the_longest_line_fits);
	tcase_add_test(all, a_timeout_is_known_to_who_foretells);
	tcase_add_test(all, a_client_that_dies_holds_nothing_up);
	tcase_add_test(all, one_that_says_nothing_is_waited_for_five_seconds);
	tcase_add_test(all, connections_are_ordered_in_one);
	tcase_add_test(all, an_interrupt_is_rounded_up);
	tcase_add_test(all, a_new_client_is_told_everything_again);
	tcase_add_loop_test(all, the_orders_of_a_new_client_are_these, 0, 15);
	suite_add_tcase(suite, all);
	return suite;
}
