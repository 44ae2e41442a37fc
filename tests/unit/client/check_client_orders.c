/* tcpcli under the console: what it does by order, and what it reports. */
#include "suites.h"
#include "program_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>

/* The second write after the server's end: SIGPIPE at its three dispositions. */
START_TEST(client_sigpipe)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "");
	if (_i != DISPOSITION_DEFAULT)
		client_obeys(client, ORDER_SIGPIPE, 0, _i);
	await_blocked(child);
	kill_child(server, child);
	send_line(client, 1, "one\n", 0);
	take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
	if (_i == DISPOSITION_DEFAULT) {
		give_order(client, (struct order){.kind = ORDER_SEND, .conn = 1}, "two\n");
		ends_by(client, SIGPIPE);
		return;
	}
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_SEND, .conn = 1},
	    "two\n");
	if (_i == DISPOSITION_CATCH)
		take_caught(client, ROLE_CLIENT, SIGPIPE);
	take_result(client, ROLE_CLIENT, CALL_WRITE, -1, EPIPE);
	take_done(client, serial);
	await_blocked(client->pid); /* whatever poll says of this socket */
}
END_TEST

/* Nobody listens. */
START_TEST(client_refused)
{
	uint16_t port;
	bind_free(&port);
	struct program *client = start_client();
	struct report report = open_connection(client, 7, port);
	ck_assert_int_eq(report.result, -1);
	ck_assert_int_eq(report.error, ECONNREFUSED);
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_SEND, .conn = 7},
	    "x\n");
	take_result(client, ROLE_CLIENT, CALL_WRITE, -1, EBADF);
	take_done(client, serial);
}
END_TEST

/* The first byte, a second, the rest; a half-close waits for both. */
START_TEST(client_splits)
{
	struct program *server, *client;
	start_both(&server, &client, "");
	uint32_t split = give_order(client, (struct order){.kind = ORDER_SEND, .conn = 1,
	    .flags = ORDER_SPLIT | ORDER_READ_LINE}, "hello\n");
	uint32_t half = give_order(client, (struct order){.kind = ORDER_SHUTDOWN, .conn = 1},
	    NULL);
	struct report first = take_result(client, ROLE_CLIENT, CALL_WRITE, 1, 0);
	struct report second = take_result(client, ROLE_CLIENT, CALL_WRITE, 5, 0);
	ck_assert_int_ge(second.time - first.time, 1000000000);
	ck_assert_mem_eq(second.data, "ello\n", 5);
	take_done(client, split);
	take_result(client, ROLE_CLIENT, CALL_SHUTDOWN, 0, 0);
	take_done(client, half);
	size_t length = 0;
	while (length < 6)
		length += (size_t)take_call(client, ROLE_CLIENT, CALL_READ).result;
	ck_assert_uint_eq(length, 6);
	client_obeys(client, ORDER_READ, 1, 0);
	take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
}
END_TEST

/* The client's RST is the child's ECONNRESET. */
START_TEST(client_aborts)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "");
	await_blocked(child);
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_ABORT, .conn = 1},
	    NULL);
	take_result(client, ROLE_CLIENT, CALL_SETSOCKOPT, 0, 0);
	take_result(client, ROLE_CLIENT, CALL_CLOSE, 0, 0);
	take_done(client, serial);
	take_result(server, ROLE_CHILD, CALL_READ, -1, ECONNRESET);
	take_result(server, ROLE_CHILD, CALL_READ, 0, 0);
	take_result(server, ROLE_CHILD, CALL_CLOSE, 0, 0);
}
END_TEST

/* Is there a row of /proc/net/tcp between these two ports with that state? */
static bool
has_row(uint16_t local, uint16_t remote, const char *state)
{
	char wanted[64], line[256];
	bool found = false;
	FILE *table = fopen("/proc/net/tcp", "re");
	ck_assert_ptr_nonnull(table);
	snprintf(wanted, sizeof wanted, ":%04X 0100007F:%04X %s", local, remote, state);
	while (fgets(line, sizeof line, table) != NULL)
		found = found || strstr(line, wanted) != NULL;
	fclose(table);
	return found;
}

/* A deaf socket that is closed gets its hearing back, so its FIN is answered. */
START_TEST(client_closes_in_silence)
{
	uint16_t port;
	int listener = bind_free(&port);
	ck_assert_int_eq(listen(listener, 1), 0);
	struct program *client = start_client();
	uint16_t local = open_connection(client, 1, port).local.port;
	keep_socket(accept(listener, NULL, NULL));
	client_obeys(client, ORDER_SILENCE, 0, 1);
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_CLOSE, .conn = 1},
	    NULL);
	take_result(client, ROLE_CLIENT, CALL_CLOSE, 0, 0);
	take_done(client, serial);
	int64_t deadline = program_now() + DEADLINE;
	while (!has_row(local, port, "05")) { /* FIN_WAIT2 */
		ck_assert_int_lt(program_now(), deadline);
		poll(NULL, 0, 20);
	}
}
END_TEST

/* A deaf client times out. */
START_TEST(client_is_silenced)
{
	struct program *server, *client;
	start_both(&server, &client, "");
	take_done(client, give_order(client, (struct order){.kind = ORDER_TIMEOUT,
	    .milliseconds = 700}, NULL));
	client_obeys(client, ORDER_SILENCE, 0, 1);
	send_line(client, 1, "hello\n", 0);
	take_result(client, ROLE_CLIENT, CALL_READ, -1, ETIMEDOUT);
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_CLOSE, .conn = 1},
	    NULL);
	take_result(client, ROLE_CLIENT, CALL_CLOSE, 0, 0);
	take_done(client, serial);
}
END_TEST

/* A connect that blocks is interrupted, and ends well later. */
START_TEST(client_is_interrupted)
{
	uint16_t port;
	int listener = bind_free(&port);
	ck_assert_int_eq(listen(listener, 0), 0);
	join_port(port); /* the one that the queue holds */
	struct program *client = start_client();
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_CONNECT, .conn = 3,
	    .number = 1, .milliseconds = 50, .peer = loopback(port)}, NULL);
	take_call(client, ROLE_CLIENT, CALL_SOCKET);
	struct report begun = take_report(client, ROLE_CLIENT);
	ck_assert_uint_eq(begun.kind, REPORT_BEGUN);
	ck_assert_uint_ne(begun.local.port, 0);
	take_result(client, ROLE_CLIENT, CALL_CONNECT, -1, EINTR);
	take_done(client, serial);
	keep_socket(accept(listener, NULL, NULL));
	take_result(client, ROLE_CLIENT, CALL_CONNECT, 0, 0);
}
END_TEST

/* Reading whenever something comes, and ending at the end of file. */
START_TEST(client_reads_always)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "");
	client_obeys(client, ORDER_READS, 0, 1);
	if (_i == 1)
		client_obeys(client, ORDER_ON_EOF, 0, 1);
	await_blocked(child);
	kill_child(server, child);
	take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
	if (_i == 1) {
		ends_with(client, 1);
		return;
	}
	client_obeys(client, ORDER_READ, 1, 0);
	take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
}
END_TEST

/* In the lecture's way of reading, the FIN goes unnoticed, and costs nothing. */
START_TEST(client_does_not_notice)
{
	struct program *server, *client;
	pid_t child = start_both(&server, &client, "");
	await_blocked(child);
	kill_child(server, child);
	await_blocked(client->pid);
	client_obeys(client, ORDER_READS, 0, 0); /* and not a read before it */
	await_blocked(client->pid);
}
END_TEST

/* Five hundred connections by one order, and no report is lost. */
START_TEST(many_connections)
{
	enum { MANY = 500 };
	uint16_t port;
	int listener = bind_free(&port), accepted;
	ck_assert_int_eq(listen(listener, MANY), 0);
	ck_assert_int_eq(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
	struct program *client = start_client();
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_CONNECT, .conn = 1,
	    .number = MANY, .peer = loopback(port)}, NULL);
	int connected = 0, begun = 0, done = 0;
	while (connected < MANY || begun < MANY || done == 0) {
		while ((accepted = accept(listener, NULL, NULL)) >= 0)
			close(accepted); /* net.core.somaxconn may be small */
		struct report report = take_report(client, ROLE_CLIENT);
		begun += report.kind == REPORT_BEGUN;
		done += report.kind == REPORT_DONE && report.order == serial;
		if (report.kind == REPORT_CALL && report.call == CALL_CONNECT) {
			ck_assert_int_eq(report.error, 0);
			connected++;
		}
	}
	ck_assert_int_eq(connected, MANY);
}
END_TEST

/* Orders a disposition and expects sigaction to return so. */
static void
set_signal(struct program *client, int number, enum order_disposition disposition,
    int error)
{
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_SIGNAL,
	    .number = number, .flags = disposition}, NULL);
	struct report report = take_result(client, ROLE_CLIENT, CALL_SIGACTION,
	    error != 0 ? -1 : 0, error);
	ck_assert_int_eq(report.about, number);
	ck_assert_int_eq(report.value, (int)disposition);
	take_done(client, serial);
}

/* A signal caught, ignored, and at its default. */
START_TEST(client_signals)
{
	struct program *client = start_client();
	set_signal(client, SIGKILL, DISPOSITION_CATCH, EINVAL);
	set_signal(client, SIGSTOP, DISPOSITION_IGNORE, EINVAL);
	set_signal(client, SIGINT, DISPOSITION_CATCH, 0);
	ck_assert_int_eq(kill(client->pid, SIGINT), 0);
	take_caught(client, ROLE_CLIENT, SIGINT);
	set_signal(client, SIGINT, DISPOSITION_IGNORE, 0);
	ck_assert_int_eq(kill(client->pid, SIGINT), 0);
	set_signal(client, SIGINT, DISPOSITION_DEFAULT, 0);
	ck_assert_int_eq(kill(client->pid, SIGINT), 0);
	ends_by(client, SIGINT);
}
END_TEST

/* Signals that are there at once are handled one after the other, the lowest number
 * first: no handler is interrupted by another. */
START_TEST(client_signals_at_once)
{
	struct program *client = start_client();
	set_signal(client, SIGUSR1, DISPOSITION_CATCH, 0);
	set_signal(client, SIGUSR2, DISPOSITION_CATCH, 0);
	await_blocked(client->pid);
	ck_assert_int_eq(kill(client->pid, SIGSTOP), 0);
	await_state(client->pid, 'T');
	ck_assert_int_eq(kill(client->pid, SIGUSR2), 0);
	ck_assert_int_eq(kill(client->pid, SIGUSR1), 0);
	ck_assert_int_eq(kill(client->pid, SIGCONT), 0);
	take_caught(client, ROLE_CLIENT, SIGUSR1);
	take_caught(client, ROLE_CLIENT, SIGUSR2);
	client_obeys(client, ORDER_READS, 0, 0);
}
END_TEST

/* The next reports: probes every so many seconds, or none. */
static void
take_keepalive(struct program *client, uint32_t conn, int seconds)
{
	const struct { enum report_option option; int value; } calls[] = {
		{OPTION_TCP_KEEPIDLE, seconds}, {OPTION_TCP_KEEPINTVL, seconds},
		{OPTION_TCP_KEEPCNT, 3}, {OPTION_SO_KEEPALIVE, seconds > 0},
	};
	for (size_t i = seconds > 0 ? 0 : 3; i < 4; i++) {
		struct report report = take_result(client, ROLE_CLIENT,
		    CALL_SETSOCKOPT, 0, 0);
		ck_assert_uint_eq(report.conn, conn);
		ck_assert_int_eq(report.about, (int)calls[i].option);
		ck_assert_int_eq(report.value, calls[i].value);
	}
}

/* Probes are set on a connection that exists, on one that is new, and ended. */
START_TEST(client_keepalive)
{
	struct program *server, *client;
	uint16_t port = start_server(&server, "");
	client = start_client();
	ck_assert_int_eq(open_connection(client, 1, port).result, 0);
	uint32_t serial = give_order(client, (struct order){.kind = ORDER_KEEPALIVE,
	    .number = 5}, NULL);
	take_keepalive(client, 1, 5);
	take_done(client, serial);
	give_order(client, (struct order){.kind = ORDER_CONNECT, .conn = 2, .number = 1,
	    .peer = loopback(port)}, NULL);
	take_call(client, ROLE_CLIENT, CALL_SOCKET);
	take_keepalive(client, 2, 5);
	ck_assert_uint_eq(take_report(client, ROLE_CLIENT).kind, REPORT_BEGUN);
	for (int both = 0; both < 2; both++) /* connect, and its order */
		take_report(client, ROLE_CLIENT);
	serial = give_order(client, (struct order){.kind = ORDER_KEEPALIVE}, NULL);
	take_keepalive(client, 1, 0);
	take_keepalive(client, 2, 0);
	take_done(client, serial);
}
END_TEST

/* Records that are none are left aside; the end of the orders is the end. */
START_TEST(client_and_bad_orders)
{
	static const struct order lies = {.kind = ORDER_SEND, .serial = 99,
	    .length = ORDER_DATA + 1u};
	struct program *client = start_client();
	ck_assert_int_eq(send(client->reports, "?", 1, 0), 1);
	size_t head = offsetof(struct order, data);
	ck_assert_int_eq(send(client->reports, &lies, head, 0), (ssize_t)head);
	client_obeys(client, ORDER_READS, 0, 0);
	close(client->reports);
	client->reports = -1;
	ends_with(client, 0);
}
END_TEST

/* Orders for a connection that is not there: the call that they would have made fails. */
static const struct { enum order_kind kind; enum report_call call; } absent[] = {
	{ORDER_SEND, CALL_WRITE}, {ORDER_READ, CALL_READ}, {ORDER_SHUTDOWN, CALL_SHUTDOWN},
	{ORDER_CLOSE, CALL_CLOSE}, {ORDER_ABORT, CALL_CLOSE},
};

START_TEST(no_such_connection)
{
	struct program *client = start_client();
	open_to_test(client, 1);
	uint32_t serial = give_order(client, (struct order){.kind = absent[_i].kind,
	    .conn = 9}, NULL);
	struct report report = take_result(client, ROLE_CLIENT, absent[_i].call, -1, EBADF);
	ck_assert_uint_eq(report.conn, 9);
	take_done(client, serial);
	send_line(client, 1, "still\n", 0);
}
END_TEST

/* No memory for what is to be sent: the call fails, and the next one does not. */
START_TEST(no_memory_for_a_job)
{
	struct failing_page *page = programs_fail(WHO_CLIENT, FAIL_calloc, 1, 1, ENOMEM);
	struct program *client = start_client();
	open_to_test(client, 1);
	uint32_t serial = give_order(client, (struct order){.conn = 1,
	    .kind = _i == 0 ? ORDER_SEND : ORDER_SHUTDOWN}, "x\n");
	struct report report = take_report(client, ROLE_CLIENT);
	if (page->fired == 0) /* a sanitizer's calloc does not fail */
		SKIP_TEST("memory is the sanitizer's");
	ck_assert_uint_eq(report.call, _i == 0 ? CALL_WRITE : CALL_SHUTDOWN);
	ck_assert_int_eq(report.result, -1);
	ck_assert_int_eq(report.error, ENOMEM);
	ck_assert_uint_eq(report.conn, 1);
	take_done(client, serial);
	send_line(client, 1, "x\n", 0);
}
END_TEST

/* A call of the loop that is interrupted is made again; one that fails is the end. */
static const struct { enum failing_call call; int error; bool ends; } loop_errors[] = {
	{FAIL_recv, EINTR, false}, {FAIL_recv, EAGAIN, false}, {FAIL_recv, ENOMEM, true},
	{FAIL_poll, EINTR, false}, {FAIL_poll, ENOMEM, true},
};

START_TEST(loop_fails)
{
	programs_fail(WHO_CLIENT, loop_errors[_i].call, 1, 1, loop_errors[_i].error);
	struct program *client = start_client();
	if (loop_errors[_i].ends) {
		if (loop_errors[_i].call == FAIL_recv)
			give_order(client, (struct order){.kind = ORDER_READS}, NULL);
		ends_with(client, 0);
	} else {
		client_obeys(client, ORDER_READS, 0, 0);
		open_to_test(client, 1);
	}
}
END_TEST

/* Orders that come together are carried out in turn. */
START_TEST(many_orders)
{
	enum { ORDERS = 20 };
	uint32_t serials[ORDERS];
	struct program *client = start_client();
	open_to_test(client, 1);
	ck_assert_int_eq(kill(client->pid, SIGSTOP), 0);
	await_state(client->pid, 'T');
	for (int i = 0; i < ORDERS; i++)
		serials[i] = give_order(client, (struct order){.kind = ORDER_SEND, .conn = 1}, "x");
	ck_assert_int_eq(kill(client->pid, SIGCONT), 0);
	for (int i = 0; i < ORDERS; i++) {
		take_result(client, ROLE_CLIENT, CALL_WRITE, 1, 0);
		take_done(client, serials[i]);
	}
}
END_TEST

/* A kind that there is not is carried out by doing nothing. */
START_TEST(unknown_orders)
{
	struct program *client = start_client();
	client_obeys(client, 0, 1, 1);
	client_obeys(client, ORDER_LONG + 1, 1, 1);
	client_obeys(client, UINT16_MAX, 1, 1);
	tells_nothing(client);
}
END_TEST

/* A record is as long as it says, or longer, or it is none. */
START_TEST(short_records)
{
	static const struct { uint32_t says; size_t holds; bool counts; } records[] = {
		{5, 5, true}, {5, 4, false}, {5, 0, false}, {5, 9, true}, {0, 0, true},
		{UINT32_MAX, 5, false}, {ORDER_DATA + 1u, 5, false},
	};
	static struct order record = {.kind = ORDER_SEND, .conn = 1, .data = "123456789"};
	struct program *client = start_client();
	open_to_test(client, 1);
	size_t head = offsetof(struct order, data);
	ck_assert_int_eq(send(client->reports, &record, head - 1, 0), (ssize_t)head - 1);
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		record.length = records[i].says;
		record.serial = 1000 + (uint32_t)i;
		ck_assert_int_eq(send(client->reports, &record, head + records[i].holds, 0),
		    (ssize_t)(head + records[i].holds));
		if (records[i].counts && records[i].says > 0)
			take_result(client, ROLE_CLIENT, CALL_WRITE, records[i].says, 0);
		if (records[i].counts)
			take_done(client, record.serial);
		else
			tells_nothing(client);
	}
}
END_TEST

/* The orders have ended: so does the client, and leaves nothing open. */
START_TEST(leaves_nothing)
{
	struct failing_page *page = programs_watch();
	struct program *client = start_client();
	int first = open_to_test(client, 1), second = open_to_test(client, 2);
	give_order(client, (struct order){.kind = ORDER_SEND, .conn = 1, .flags = ORDER_SPLIT},
	    "later");
	give_order(client, (struct order){.kind = ORDER_SEND, .conn = 1}, "never");
	take_result(client, ROLE_CLIENT, CALL_WRITE, 1, 0);
	client_obeys(client, ORDER_READS, 0, 0);
	close(client->reports);
	client->reports = -1;
	ends_with(client, 0);
	ck_assert_str_eq(read_line(first), "l");
	ck_assert_str_eq(read_line(second), "");
	ck_assert_int_le(page->leaked[WHO_CLIENT], 0);
	ck_assert_int_le(page->blocks[WHO_CLIENT], 0);
}
END_TEST

/* The orders. */
Suite *
client_orders_suite(void)
{
	Suite *suite = suite_create("client_orders");
	TCase *tcase = programs_case(suite, "client_orders");
	tcase_add_loop_test(tcase, client_sigpipe, DISPOSITION_DEFAULT, DISPOSITION_CATCH + 1);
	tcase_add_test(tcase, client_refused);
	tcase_add_test(tcase, client_splits);
	tcase_add_test(tcase, client_aborts);
	tcase_add_test(tcase, client_is_silenced);
	tcase_add_test(tcase, client_closes_in_silence);
	tcase_add_test(tcase, client_is_interrupted);
	tcase_add_loop_test(tcase, client_reads_always, 0, 2);
	tcase_add_test(tcase, client_does_not_notice);
	tcase_add_test(tcase, many_connections);
	tcase_add_test(tcase, client_signals);
	tcase_add_test(tcase, client_signals_at_once);
	tcase_add_test(tcase, client_keepalive);
	tcase_add_test(tcase, client_and_bad_orders);
	tcase_add_loop_test(tcase, no_such_connection, 0, (int)(sizeof absent / sizeof *absent));
	tcase_add_loop_test(tcase, no_memory_for_a_job, 0, 2);
	tcase_add_loop_test(tcase, loop_fails, 0,
	    (int)(sizeof loop_errors / sizeof *loop_errors));
	tcase_add_test(tcase, many_orders);
	tcase_add_test(tcase, unknown_orders);
	tcase_add_test(tcase, short_records);
	tcase_add_test(tcase, leaves_nothing);
	return suite;
}
