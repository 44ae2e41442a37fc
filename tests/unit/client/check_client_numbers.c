/* tcpcli and binary numbers: how a line is read, and what goes by order. */
#include "suites.h"
#include "program_fixture.h"
#include "../../../client/numbers.c"

/* A line, and what is made of it; no number: it is refused. */
static const struct {
	enum wire_order order;
	unsigned bits;
	const char *line;
	bool good;
	int64_t first, second;
} lines[] = {
	{WIRE_NATIVE, 64, "1 2\n", true, 1, 2}, {WIRE_BIG, 64, "1 2", true, 1, 2},
	{WIRE_LITTLE, 32, "-1\t+2  \r\n", true, -1, 2}, {WIRE_BIG, 32, " 1-2", true, 1, -2},
	{WIRE_BIG, 32, "2147483647 -2147483648\n", true, INT32_MAX, INT32_MIN},
	{WIRE_BIG, 32, "-2147483648 2147483647\n", true, INT32_MIN, INT32_MAX},
	{WIRE_BIG, 32, "2147483648 0", false, 0, 0}, {WIRE_BIG, 32, "0 2147483648", false, 0, 0},
	{WIRE_BIG, 32, "-2147483649 0", false, 0, 0},
	{WIRE_BIG, 64, "2147483648 -2147483649\n", true, 2147483648, -2147483649},
	{WIRE_LITTLE, 64, "9223372036854775807 -9223372036854775808\n", true, INT64_MAX,
	 INT64_MIN},
	{WIRE_LITTLE, 64, "9223372036854775808 0", false, 0, 0},
	{WIRE_LITTLE, 64, "0 -9223372036854775809", false, 0, 0},
	{WIRE_NATIVE, 64, "", false, 0, 0}, {WIRE_NATIVE, 64, "\n", false, 0, 0},
	{WIRE_NATIVE, 64, "1", false, 0, 0}, {WIRE_NATIVE, 64, "1 ", false, 0, 0},
	{WIRE_NATIVE, 64, "1 2 3", false, 0, 0}, {WIRE_NATIVE, 64, "1 2.", false, 0, 0},
	{WIRE_NATIVE, 64, "a 2", false, 0, 0}, {WIRE_NATIVE, 64, "1 b", false, 0, 0},
	{WIRE_NATIVE, 64, "1, 2", false, 0, 0},
};

/* Two numbers become two longs, the first one first, whatever errno was before. */
START_TEST(reads_a_line)
{
	char bytes[2 * WIRE_MOST], why[NUMBERS_WHY] = "";
	uint16_t format = wire_format(lines[_i].order, lines[_i].bits);
	size_t size = wire_size(format);
	errno = ERANGE;
	bool good = numbers_encode(format, lines[_i].line, strlen(lines[_i].line), bytes, why);
	ck_assert_int_eq(good, lines[_i].good);
	if (good) {
		ck_assert_int_eq(wire_take(format, bytes), lines[_i].first);
		ck_assert_int_eq(wire_take(format, bytes + size), lines[_i].second);
		ck_assert_str_eq(why, "");
	}
}
END_TEST

/* The reason shows the line without its newline, cut, and the size of a long. */
START_TEST(says_why)
{
	char bytes[2 * WIRE_MOST], why[NUMBERS_WHY], wide[100];
	ck_assert(!numbers_encode(wire_format(WIRE_BIG, 32), "foo\n", 4, bytes, why));
	ck_assert_str_eq(why, "invalid input: \"foo\" is not two whole numbers of 32 bits, "
	    "nothing was sent");
	ck_assert(!numbers_encode(wire_format(WIRE_BIG, 64), "x", 1, bytes, why));
	ck_assert_str_eq(why, "invalid input: \"x\" is not two whole numbers of 64 bits, "
	    "nothing was sent");
	memset(wide, 'w', sizeof wide);
	ck_assert(!numbers_encode(wire_format(WIRE_BIG, 64), wide, sizeof wide, bytes, why));
	ck_assert_uint_eq(strspn(why + strlen("invalid input: \""), "w"), SHOWN);
	ck_assert_ptr_nonnull(strstr(why, "nothing was sent"));
}
END_TEST

/* Only so much of the line as there is counts; a NUL in it is none of a number. */
START_TEST(reads_no_further)
{
	char bytes[2 * WIRE_MOST], why[NUMBERS_WHY];
	uint16_t format = wire_format(WIRE_BIG, 32);
	ck_assert(numbers_encode(format, "1 2345", 4, bytes, why));
	ck_assert_int_eq(wire_take(format, bytes + 4), 23);
	ck_assert(!numbers_encode(format, "1 2\0 ", 5, bytes, why));
}
END_TEST

/* Opens connection 1, for numbers of 32 bits, the first byte first, to a listener
 * of the test; returns the server's end. */
static int
open_for_numbers(struct program **client)
{
	uint16_t port;
	int listener = bind_free(&port);
	ck_assert_int_eq(listen(listener, 1), 0);
	*client = start_client();
	client_obeys(*client, ORDER_LONG, 0, 32);
	client_obeys(*client, ORDER_BYTE_ORDER, 0, WIRE_BIG);
	ck_assert_int_eq(open_flagged(*client, 1, port, ORDER_BINARY).result, 0);
	return keep_socket(accept(listener, NULL, NULL));
}

/* Orders a send on connection 1. */
static uint32_t
order_send(struct program *client, uint32_t flags, const char *line)
{
	return give_order(client, (struct order){.kind = ORDER_SEND, .conn = 1,
	    .flags = flags}, line);
}

/* The next report: these bytes were moved by this call, and are numbers. */
static void
take_numbers(struct program *client, enum report_call call, const char *bytes,
    size_t length)
{
	struct report report = take_result(client, ROLE_CLIENT, call,
	    (int64_t)length, 0);
	ck_assert_uint_eq(report.format, wire_format(WIRE_BIG, 32));
	ck_assert_mem_eq(report.data, bytes, length);
}

/* Two numbers go as eight bytes; four are read, however many come, and the rest
 * when it is asked for. */
START_TEST(client_sends_numbers)
{
	struct program *client;
	char bytes[8];
	int fd = open_for_numbers(&client);
	uint32_t serial = order_send(client, ORDER_READ_LINE, " 1\t-2 \n");
	take_numbers(client, CALL_WRITE, "\0\0\0\1\xff\xff\xff\xfe", 8);
	take_done(client, serial);
	ck_assert_int_eq(recv(fd, bytes, 8, MSG_WAITALL), 8);
	ck_assert_mem_eq(bytes, "\0\0\0\1\xff\xff\xff\xfe", 8);
	ck_assert_int_eq(write(fd, "\0\0\0\7more", 8), 8);
	take_numbers(client, CALL_READ, "\0\0\0\7", 4);
	client_obeys(client, ORDER_READ, 1, 0);
	take_numbers(client, CALL_READ, "more", 4);
	serial = order_send(client, ORDER_READ_LINE | ORDER_SPLIT,
	    "2147483647 -2147483648\n");
	take_numbers(client, CALL_WRITE, "\x7f", 1);
	take_numbers(client, CALL_WRITE, "\xff\xff\xff\x80\0\0\0", 7);
	take_done(client, serial);
	ck_assert_int_eq(recv(fd, bytes, 8, MSG_WAITALL), 8);
	ck_assert_int_eq(write(fd, "ab", 2), 2); /* half an answer, and the end */
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	take_numbers(client, CALL_READ, "ab", 2);
	take_result(client, ROLE_CLIENT, CALL_READ, 0, 0);
}
END_TEST

/* Without an order a long has 64 bits, in this machine's order; and again after one. */
START_TEST(client_long)
{
	static const struct { int order; unsigned bits; } longs[] = {
		{0, 64}, {32, 32}, {64, 64}, {16, 64},
	};
	struct program *client = start_client();
	uint16_t port;
	int listener = bind_free(&port);
	ck_assert_int_eq(listen(listener, 1), 0);
	if (longs[_i].order != 0) {
		client_obeys(client, ORDER_LONG, 0, 32);
		client_obeys(client, ORDER_LONG, 0, longs[_i].order);
	}
	ck_assert_int_eq(open_flagged(client, 1, port, ORDER_BINARY).result, 0);
	uint32_t serial = order_send(client, 0, "1 2");
	struct report report = take_result(client, ROLE_CLIENT, CALL_WRITE,
	    longs[_i].bits / 4, 0);
	ck_assert_uint_eq(report.format, wire_format(WIRE_NATIVE, longs[_i].bits));
	ck_assert_int_eq(wire_take(report.format, report.data), 1);
	ck_assert_int_eq(wire_take(report.format, report.data + longs[_i].bits / 8), 2);
	take_done(client, serial);
	serial = give_order(client, (struct order){.kind = ORDER_CLOSE, .conn = 1}, NULL);
	ck_assert_uint_eq(take_result(client, ROLE_CLIENT, CALL_CLOSE, 0, 0).format, 0);
	take_done(client, serial);
}
END_TEST

/* An answer may come byte by byte, and two answers at once. */
START_TEST(client_waits_for_longs)
{
	struct program *client;
	int fd = open_for_numbers(&client);
	for (int twice = 0; twice < 2; twice++) {
		uint32_t serial = order_send(client, ORDER_READ_LINE, "1 2\n");
		take_numbers(client, CALL_WRITE, "\0\0\0\1\0\0\0\2", 8);
		take_done(client, serial);
	}
	ck_assert_int_eq(write(fd, "\n", 1), 1); /* no newline counts here */
	take_numbers(client, CALL_READ, "\n", 1);
	ck_assert_int_eq(write(fd, "abcdefgh", 8), 8);
	take_numbers(client, CALL_READ, "abcdefg", 7);
	tells_nothing(client);
}
END_TEST

static const char *const no_numbers[] = {
	"foo\n", "\n", "", "1\n", "1 2 3\n", "1 2x\n", "1.5 2\n", "0x1 2\n",
	"2147483648 0\n", "0 -2147483649\n", "99999999999999999999 1\n",
};

/* What is not two numbers that fit is refused, and nothing is sent. */
START_TEST(client_refuses_input)
{
	struct program *client;
	char byte;
	int fd = open_for_numbers(&client);
	uint32_t serial = order_send(client, ORDER_READ_LINE, no_numbers[_i]);
	struct report report = take_report(client, ROLE_CLIENT);
	ck_assert_uint_eq(report.kind, REPORT_REFUSED);
	ck_assert_ptr_nonnull(memmem(report.data, report.length, "invalid input: ", 15));
	ck_assert_ptr_nonnull(memmem(report.data, report.length, "nothing was sent", 16));
	take_done(client, serial);
	ck_assert_int_eq(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
	ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

/* Binary numbers. */
Suite *
client_numbers_suite(void)
{
	Suite *suite = suite_create("client_numbers");
	TCase *tcase = programs_case(suite, "client_numbers");
	tcase_add_loop_test(tcase, reads_a_line, 0, (int)(sizeof lines / sizeof *lines));
	tcase_add_test(tcase, says_why);
	tcase_add_test(tcase, reads_no_further);
	tcase_add_test(tcase, client_sends_numbers);
	tcase_add_loop_test(tcase, client_long, 0, 4);
	tcase_add_test(tcase, client_waits_for_longs);
	tcase_add_loop_test(tcase, client_refuses_input, 0,
	    (int)(sizeof no_numbers / sizeof *no_numbers));
	return suite;
}
