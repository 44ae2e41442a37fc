/* Longs on the wire: the lecture's figures, and what is shown of the bytes. */
#include "suites.h"
#include "wire_line.h"
#include "wire_long.h"

#include <stdlib.h>
#include <string.h>

static const int64_t numbers[] = {
	0, 1, -1, 22, -77, INT32_MAX, INT32_MIN, 0x01020304, -16777314,
};

/* What is put is taken again, in each order and size. */
START_TEST(numbers_come_back)
{
	char bytes[WIRE_MOST];
	for (int order = WIRE_NATIVE; order <= WIRE_NETWORK; order++) {
		for (unsigned bits = 32; bits <= 64; bits += 32) {
			uint16_t format = wire_format((enum wire_order)order, bits);
			ck_assert_uint_eq(wire_size(format), bits / 8);
			wire_put(format, numbers[_i], bytes);
			ck_assert_int_eq(wire_take(format, bytes), numbers[_i]);
		}
	}
}
END_TEST

/* Which byte comes first. */
START_TEST(orders_are_what_they_say)
{
	static const char big[] = "\x01\x02\x03\x04", little[] = "\x04\x03\x02\x01";
	char bytes[WIRE_MOST];
	int32_t native = 0x01020304;
	wire_put(wire_format(WIRE_BIG, 32), native, bytes);
	ck_assert_mem_eq(bytes, big, 4);
	wire_put(wire_format(WIRE_NETWORK, 32), native, bytes);
	ck_assert_mem_eq(bytes, big, 4);
	wire_put(wire_format(WIRE_LITTLE, 32), native, bytes);
	ck_assert_mem_eq(bytes, little, 4);
	wire_put(wire_format(WIRE_NATIVE, 32), native, bytes);
	ck_assert_mem_eq(bytes, &native, 4);
	int64_t wide = -2;
	wire_put(wire_format(WIRE_NATIVE, 64), wide, bytes);
	ck_assert_mem_eq(bytes, &wide, 8);
	wire_put(wire_format(WIRE_BIG, 64), wide, bytes);
	ck_assert_mem_eq(bytes, "\xff\xff\xff\xff\xff\xff\xff\xfe", 8);
}
END_TEST

/* The sums of the lecture's two machines that disagree. */
static const struct { unsigned bits; int64_t first, second, sum; } lecture[] = {
	{32, 1, 2, 3}, {32, -22, -77, -16777314}, {32, 11, 22, 33},
	{32, -11, -44, -16777270}, {64, 1, 2, 3},
	{64, -22, -77, INT64_C(-72057594037928034)},
	{64, -11, -44, INT64_C(-72057594037927990)},
};

/* A big-endian client's numbers, added by a little-endian server, and read again. */
START_TEST(the_lectures_figures)
{
	uint16_t client = wire_format(WIRE_BIG, lecture[_i].bits);
	uint16_t server = wire_format(WIRE_LITTLE, lecture[_i].bits);
	char first[WIRE_MOST], second[WIRE_MOST];
	wire_put(client, lecture[_i].first, first);
	wire_put(client, lecture[_i].second, second);
	uint64_t sum = (uint64_t)wire_take(server, first) +
	    (uint64_t)wire_take(server, second);
	wire_put(server, (int64_t)sum, first);
	ck_assert_int_eq(wire_take(client, first), lecture[_i].sum);
}
END_TEST

static const struct {
	unsigned bits;
	const char *bytes;
	size_t length;
	const char *text, *hex;
} lines[] = {
	{32, "\0\0\0\1\0\0\0\2", 8, "1 2", "00 00 00 01 00 00 00 02"},
	{32, "\xff\xff\xff\xea", 4, "-22", "ff ff ff ea"},
	{32, "\0\n", 2, "\\x00\\x0a", "00 0a"},
	{64, "\x80\0\0\0\0\0\0\0", 8, "-9223372036854775808", "80 00 00 00 00 00 00 00"},
	{64, "\0\0\0\1", 4, "\\x00\\x00\\x00\\x01", "00 00 00 01"},
};

/* Text and hex of what went over the wire. */
START_TEST(bytes_are_shown)
{
	struct event event = {.type = EVENT_SENT};
	ck_assert_int_eq(wire_line_set(&event, wire_format(WIRE_BIG, lines[_i].bits),
	    lines[_i].bytes, lines[_i].length), 0);
	ck_assert_str_eq(event.text, lines[_i].text);
	ck_assert_uint_eq(event.length, strlen(lines[_i].text));
	ck_assert_str_eq(event.detail, lines[_i].hex);
	event_release(&event);
}
END_TEST

Suite *
wire_suite(void)
{
	Suite *suite = suite_create("wire");
	TCase *all = tcase_create("all");
	tcase_add_loop_test(all, numbers_come_back, 0,
	    (int)(sizeof numbers / sizeof *numbers));
	tcase_add_test(all, orders_are_what_they_say);
	tcase_add_loop_test(all, the_lectures_figures, 0,
	    (int)(sizeof lecture / sizeof *lecture));
	tcase_add_loop_test(all, bytes_are_shown, 0, (int)(sizeof lines / sizeof *lines));
	suite_add_tcase(suite, all);
	return suite;
}
