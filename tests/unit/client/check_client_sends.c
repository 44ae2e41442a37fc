/* tcpcli under the console: what is written and read on its connections. */
#include "suites.h"
#include "program_fixture.h"

#include <poll.h>
#include <signal.h>

enum { HUGE_LINE = 60000 };

/* Orders a send on connection 1. */
static uint32_t
order_send(struct program *client, uint32_t flags, const char *line)
{
	return give_order(client, (struct order){.kind = ORDER_SEND, .conn = 1,
	    .flags = flags}, line);
}

/* An order for connection 1 that is carried out at once. */
static void
order_read(struct program *client)
{
	client_obeys(client, ORDER_READ, 1, 0);
}

/* Sends a line, which is written by one call, and carried out then. */
static void
sends(struct program *client, uint32_t flags, const char *line)
{
	uint32_t serial = order_send(client, flags, line);
	struct report report = take_result(client, ROLE_CLIENT, CALL_WRITE,
	    (int64_t)strlen(line), 0);
	ck_assert_uint_eq(report.conn, 1);
	ck_assert_uint_eq(report.format, 0);
	ck_assert_mem_eq(report.data, line, strlen(line));
	take_done(client, serial);
}

/* The server writes, and the client reads all of it by one call. */
static void
reads(struct program *client, int fd, const char *text)
{
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	struct report report = take_result(client, ROLE_CLIENT, CALL_READ,
	    (int64_t)strlen(text), 0);
	ck_assert_uint_eq(report.conn, 1);
	ck_assert_uint_eq(report.length, strlen(text));
	ck_assert_mem_eq(report.data, text, strlen(text));
}

/* The server writes, and the client does not look. */
static void
ignores(struct program *client, int fd, const char *text)
{
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	tells_nothing(client);
}

/* The server's connection ends with a RST. */
static void
reset_connection(int fd)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
	drop_socket();
}

/* After a line was sent, reading goes on until a line has come, and no longer. */
START_TEST(reads_a_line)
{
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	ignores(client, fd, "early");
	sends(client, ORDER_READ_LINE, "hello\n");
	take_result(client, ROLE_CLIENT, CALL_READ, 5, 0);
	reads(client, fd, " and");
	reads(client, fd, " late\nmore");
	ignores(client, fd, "later");
	order_read(client);
	take_result(client, ROLE_CLIENT, CALL_READ, 5, 0);
	tells_nothing(client);
}
END_TEST

/* Two lines were sent: both may come by one read, or the second one later. */
START_TEST(reads_two_lines)
{
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	sends(client, ORDER_READ_LINE, "one\n");
	sends(client, ORDER_READ_LINE, "two\n");
	if (_i == 0) {
		reads(client, fd, "1\n2\n");
	} else {
		reads(client, fd, "1\n2");
		reads(client, fd, "\n");
	}
	ignores(client, fd, "3\n");
	sends(client, ORDER_READ_LINE, "three\n");
	take_result(client, ROLE_CLIENT, CALL_READ, 2, 0);
	tells_nothing(client);
}
END_TEST

/* More newlines than lines that are wanted are no credit. */
START_TEST(newlines_are_no_credit)
{
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	sends(client, ORDER_READ_LINE, "one\n");
	reads(client, fd, "1\n2\n3\n");
	sends(client, ORDER_READ_LINE, "two\n");
	reads(client, fd, "4");
	reads(client, fd, "\n");
}
END_TEST

/* What is no line (its newline is missing, or a line was not asked for) wants one read,
 * and two of them, too. */
static const struct { uint32_t flags; const char *line; } no_lines[] = {
	{ORDER_READ_LINE, "half"}, {0, "whole\n"}, {0, "half"},
};

START_TEST(reads_once)
{
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	sends(client, no_lines[_i].flags, no_lines[_i].line);
	sends(client, no_lines[_i].flags, no_lines[_i].line);
	reads(client, fd, "some");
	ignores(client, fd, "more\n");
}
END_TEST

/* An empty text writes nothing, is carried out at once, and wants a read. */
START_TEST(sends_nothing)
{
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	take_done(client, order_send(client, ORDER_READ_LINE, ""));
	reads(client, fd, "x");
	ignores(client, fd, "y");
}
END_TEST

/* Each order to read is one read. */
START_TEST(reads_as_often_as_told)
{
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	order_read(client);
	order_read(client);
	if (_i == 1)
		sends(client, 0, "a send wants one read, which these are, too");
	reads(client, fd, "a\n");
	reads(client, fd, "b");
	ignores(client, fd, "c");
}
END_TEST

/* Always reading, and no longer. */
START_TEST(reads_always)
{
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	client_obeys(client, ORDER_READS, 0, 1);
	reads(client, fd, "a");
	reads(client, fd, "b\n");
	client_obeys(client, ORDER_READS, 0, 0);
	ignores(client, fd, "c");
}
END_TEST

/* A read that fails is told; one that is interrupted or finds nothing is not. */
static const struct { int error; bool told; } read_errors[] = {
	{EIO, true}, {EINTR, false}, {EAGAIN, false},
};

START_TEST(read_fails)
{
	programs_fail(WHO_CLIENT, FAIL_read, 1, 1, read_errors[_i].error);
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	sends(client, ORDER_READ_LINE, "x\n");
	if (read_errors[_i].told) {
		ck_assert_int_eq(write(fd, "y", 1), 1);
		take_result(client, ROLE_CLIENT, CALL_READ, -1, read_errors[_i].error);
		tells_nothing(client); /* nothing more is expected then */
		order_read(client);
		take_result(client, ROLE_CLIENT, CALL_READ, 1, 0);
	} else {
		reads(client, fd, "y");
		reads(client, fd, "\n");
	}
}
END_TEST

/* After an end of file nothing is expected, whatever was. */
START_TEST(end_of_file_is_the_end)
{
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	sends(client, ORDER_READ_LINE, "a\n");
	sends(client, ORDER_READ_LINE, "b\n");
	order_read(client);
	order_read(client);
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
	tells_nothing(client);
	sends(client, ORDER_READ_LINE, "c\n");
	take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
}
END_TEST

/* The end of file ends the client when it is told so; a RST never does. */
START_TEST(exits_on_eof)
{
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	client_obeys(client, ORDER_ON_EOF, 0, 1);
	if (_i == 2)
		client_obeys(client, ORDER_ON_EOF, 0, 0);
	sends(client, ORDER_READ_LINE, "a\n");
	if (_i == 0) {
		reset_connection(fd);
		take_result(client, ROLE_CLIENT, CALL_READ, -1, ECONNRESET);
		client_obeys(client, ORDER_READS, 0, 0);
	} else {
		ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
		take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
		if (_i == 1)
			ends_with(client, 1);
		else
			client_obeys(client, ORDER_READS, 0, 0);
	}
}
END_TEST

/* A line that is longer than a report holds goes by pieces of that size. */
START_TEST(writes_by_pieces)
{
	enum { PIECE = 4096 };
	static const size_t lengths[] = {PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 10000};
	static char line[10001];
	struct program *client = start_client();
	open_to_test(client, 1);
	memset(line, 'x', lengths[_i]);
	uint32_t serial = order_send(client, 0, line);
	for (size_t rest = lengths[_i]; rest > 0;) {
		size_t size = rest < PIECE ? rest : PIECE;
		struct report report = take_result(client, ROLE_CLIENT, CALL_WRITE,
		    (int64_t)size, 0);
		ck_assert_uint_eq(report.length, size);
		rest -= size;
	}
	take_done(client, serial);
}
END_TEST

/* A write that takes three bytes is followed by others. */
START_TEST(writes_crumbs)
{
	char bytes[8];
	programs_move(WHO_CLIENT, FAIL_write, 3);
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	uint32_t serial = order_send(client, 0, "1234567\n");
	ck_assert_mem_eq(take_result(client, ROLE_CLIENT, CALL_WRITE, 3, 0).data, "123", 3);
	ck_assert_mem_eq(take_result(client, ROLE_CLIENT, CALL_WRITE, 3, 0).data, "456", 3);
	ck_assert_mem_eq(take_result(client, ROLE_CLIENT, CALL_WRITE, 2, 0).data, "7\n", 2);
	take_done(client, serial);
	ck_assert_int_eq(recv(fd, bytes, 8, MSG_WAITALL), 8);
	ck_assert_mem_eq(bytes, "1234567\n", 8);
}
END_TEST

/* A write that is interrupted, or for which there is no room, is made again and not
 * told; one that fails is, and the send is over: nothing is read. */
START_TEST(write_fails)
{
	static const int errors[] = {EINTR, EAGAIN, ENOBUFS};
	programs_fail(WHO_CLIENT, FAIL_write, 1, 1, errors[_i]);
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	if (_i < 2) {
		sends(client, ORDER_READ_LINE, "hello\n");
		reads(client, fd, "hello\n");
		return;
	}
	uint32_t serial = order_send(client, ORDER_READ_LINE, "hello\n");
	take_result(client, ROLE_CLIENT, CALL_WRITE, -1, ENOBUFS);
	take_done(client, serial);
	ignores(client, fd, "x\n");
	sends(client, ORDER_READ_LINE, "again\n");
	take_result(client, ROLE_CLIENT, CALL_READ, 2, 0);
}
END_TEST

/* Sends until the connection takes no more, so that the last send, of that serial, is
 * not carried out; returns how many were before it. */
static unsigned
fill_connection(struct program *client, uint32_t *last)
{
	static char line[HUGE_LINE + 1];
	struct pollfd ready = {.fd = client->reports, .events = POLLIN};
	memset(line, 'x', HUGE_LINE);
	for (unsigned done = 0, ordered = 0;;) {
		*last = order_send(client, 0, line);
		ordered++;
		/* an order that is carried out at once shows that the send was tried */
		uint32_t probe = give_order(client, (struct order){.kind = ORDER_READS}, NULL);
		struct report report;
		do {
			report = take_report(client, ROLE_CLIENT);
			done += report.kind == REPORT_DONE && report.order != probe;
		} while (report.kind != REPORT_DONE || report.order != probe);
		/* an acknowledgement may come late, and make room once more */
		while (done < ordered && poll(&ready, 1, 100) > 0)
			done += take_report(client, ROLE_CLIENT).kind == REPORT_DONE;
		if (done < ordered) {
			ck_assert_uint_eq(done, ordered - 1);
			return done;
		}
		ck_assert_uint_lt(ordered, 2000);
	}
}

/* Opens connection 1 to a test that does not read; returns its end. */
static int
open_to_sloth(struct program *client)
{
	uint16_t port;
	int small = 4096, listener = bind_free(&port);
	ck_assert_int_eq(setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(open_connection(client, 1, port).result, 0);
	return keep_socket(accept(listener, NULL, NULL));
}

/* A peer that does not read holds up its own sends, in their order, and nothing else;
 * the client does not turn in circles meanwhile. */
START_TEST(waits_for_room)
{
	static char data[65536];
	uint32_t last;
	struct failing_page *page = programs_watch();
	struct program *client = start_client();
	int other = open_to_test(client, 2), fd = open_to_sloth(client);
	fill_connection(client, &last);
	uint32_t half = give_order(client, (struct order){.kind = ORDER_SHUTDOWN, .conn = 1},
	    NULL);
	int before = page->counts[WHO_CLIENT][FAIL_poll];
	tells_nothing(client);
	ck_assert_int_lt(page->counts[WHO_CLIENT][FAIL_poll], before + 5);
	send_line(client, 2, "other\n", 0);
	ck_assert_int_eq(write(other, "x\n", 2), 2);
	take_result(client, ROLE_CLIENT, CALL_READ, 2, 0);
	bool sent = false, halved = false;
	for (ssize_t count = 1; count > 0; ) { /* up to the end of file */
		await_readable(fd, program_now() + DEADLINE, "what was sent");
		count = recv(fd, data, sizeof data, MSG_DONTWAIT);
	}
	while (!halved) {
		struct report report = take_report(client, ROLE_CLIENT);
		if (report.kind == REPORT_DONE && report.order == last)
			sent = true;
		if (report.kind == REPORT_DONE && report.order == half) {
			ck_assert(sent);
			halved = true;
		}
	}
}
END_TEST

/* The peer resets a connection of which only a write is wanted: the write is what
 * tells of it, and no read. */
START_TEST(only_a_write_is_wanted)
{
	uint32_t last;
	struct program *client = start_client();
	client_obeys(client, ORDER_SIGPIPE, 0, DISPOSITION_IGNORE);
	int fd = open_to_sloth(client);
	if (fill_connection(client, &last) > 0)
		reads(client, fd, "the read that they want");
	reset_connection(fd);
	take_result(client, ROLE_CLIENT, CALL_WRITE, -1, ECONNRESET);
	take_done(client, last);
	uint32_t serial = order_send(client, 0, "x\n");
	take_result(client, ROLE_CLIENT, CALL_WRITE, -1, EPIPE);
	take_done(client, serial);
	tells_nothing(client);
}
END_TEST

/* A close does not wait for what is still to be sent: that is dropped, and told as
 * carried out, in its order. */
START_TEST(closes_with_sends_left)
{
	uint32_t last;
	struct program *client = start_client();
	open_to_sloth(client);
	fill_connection(client, &last);
	uint32_t second = order_send(client, 0, "never\n");
	uint32_t half = give_order(client, (struct order){.kind = ORDER_SHUTDOWN, .conn = 1},
	    NULL);
	uint32_t closing = give_order(client, (struct order){.kind = ORDER_CLOSE, .conn = 1},
	    NULL);
	struct report closed = take_result(client, ROLE_CLIENT, CALL_CLOSE, 0, 0);
	ck_assert_uint_eq(closed.conn, 1);
	take_done(client, last);
	take_done(client, second);
	take_done(client, half);
	take_done(client, closing);
	ck_assert_int_eq(count_sockets(client->pid), 1);
}
END_TEST

/* Of a split send the first byte goes alone; a single byte has nothing to wait for. */
START_TEST(splits)
{
	struct program *client = start_client();
	int fd = open_to_test(client, 1);
	int64_t shortest = INT64_MAX;
	for (int i = 0; i < 3; i++) {
		uint32_t serial = order_send(client, ORDER_SPLIT, "x");
		struct report written = take_result(client, ROLE_CLIENT, CALL_WRITE, 1, 0);
		struct report done = take_report(client, ROLE_CLIENT);
		ck_assert_uint_eq(done.order, serial);
		if (done.time - written.time < shortest)
			shortest = done.time - written.time;
	}
	ck_assert_int_lt(shortest, 900000000);
	reads(client, fd, "one read is wanted of all three");
	ignores(client, fd, "y");
}
END_TEST

/* The pause of a split send is slept through, not counted out. */
START_TEST(splits_quietly)
{
	struct failing_page *page = programs_watch();
	struct program *client = start_client();
	open_to_test(client, 1);
	order_send(client, ORDER_SPLIT, "ab");
	take_result(client, ROLE_CLIENT, CALL_WRITE, 1, 0);
	int before = page->counts[WHO_CLIENT][FAIL_poll];
	take_result(client, ROLE_CLIENT, CALL_WRITE, 1, 0);
	ck_assert_int_lt(page->counts[WHO_CLIENT][FAIL_poll], before + 10);
}
END_TEST

/* Two split sends: each goes on when it is due. */
START_TEST(splits_twice)
{
	struct program *client = start_client();
	open_to_test(client, 1);
	open_to_test(client, 2);
	bool second_first = _i == 1;
	for (uint32_t i = 0; i < 2; i++) {
		give_order(client, (struct order){.kind = ORDER_SEND,
		    .conn = second_first ? 2 - i : 1 + i, .flags = ORDER_SPLIT}, "ab");
		take_result(client, ROLE_CLIENT, CALL_WRITE, 1, 0);
		poll(NULL, 0, i == 0 ? 800 : 0); /* the second is due much later */
	}
	for (uint32_t i = 0; i < 2; i++) {
		struct report report = take_result(client, ROLE_CLIENT, CALL_WRITE, 1, 0);
		ck_assert_uint_eq(report.conn, second_first ? 2 - i : 1 + i);
		take_report(client, ROLE_CLIENT); /* done */
	}
}
END_TEST

/* Sends and reads. */
Suite *
client_sends_suite(void)
{
	Suite *suite = suite_create("client_sends");
	TCase *tcase = programs_case(suite, "client_sends");
	tcase_add_test(tcase, reads_a_line);
	tcase_add_loop_test(tcase, reads_two_lines, 0, 2);
	tcase_add_test(tcase, newlines_are_no_credit);
	tcase_add_loop_test(tcase, reads_once, 0, (int)(sizeof no_lines / sizeof *no_lines));
	tcase_add_test(tcase, sends_nothing);
	tcase_add_loop_test(tcase, reads_as_often_as_told, 0, 2);
	tcase_add_test(tcase, reads_always);
	tcase_add_loop_test(tcase, read_fails, 0,
	    (int)(sizeof read_errors / sizeof *read_errors));
	tcase_add_test(tcase, end_of_file_is_the_end);
	tcase_add_loop_test(tcase, exits_on_eof, 0, 3);
	tcase_add_loop_test(tcase, writes_by_pieces, 0, 5);
	tcase_add_test(tcase, writes_crumbs);
	tcase_add_loop_test(tcase, write_fails, 0, 3);
	tcase_add_test(tcase, waits_for_room);
	tcase_add_test(tcase, only_a_write_is_wanted);
	tcase_add_test(tcase, closes_with_sends_left);
	tcase_add_test(tcase, splits);
	tcase_add_test(tcase, splits_quietly);
	tcase_add_loop_test(tcase, splits_twice, 0, 2);
	return suite;
}
