/* check_screen_bytes.c: the bytes of a connection, row by row, and the numbers that they
 * are in both orders. */
#include "pane_fixture.h"
#include "suites.h"

enum { ROOM = 78 };

/* Connection 1 is open and current. */
static void
open_one(void)
{
	begin();
	happen(fixture_connection(1, CONNECTION_OPENED));
	happen(fixture_connection(1, CONNECTION_CURRENT));
}

/* A piece of so many bytes went out or came back; hex: numbers. */
static void
piece(enum event_type type, unsigned conn, const char *text, size_t length, size_t bytes,
    const char *hex)
{
	struct event event = {.type = type};
	if (text != NULL)
		ck_assert_int_eq(event_set_text(&event, text, length), 0);
	event.line.conn = conn;
	event.line.bytes = bytes;
	if (hex != NULL)
		event.detail = strdup(hex);
	happen(event);
}

static void
text_piece(enum event_type type, const char *text)
{
	piece(type, 1, text, strlen(text), strlen(text), NULL);
}

static void
number_piece(enum event_type type, const char *text, const char *hex)
{
	piece(type, 1, text, strlen(text), (strlen(hex) + 1) / 3, hex);
}

START_TEST(the_heading_stands_above_the_bytes)
{
	open_one();
	text_piece(EVENT_SENT, "0123456789abcdef");
	look_at("bytes", 9, ROOM);
	ck_assert_str_eq(heading_of_it(), "  offset   0  1  2  3  4  5  6  7   8  9  a  b  c  d  e"
	    "  f  text");
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
	ck_assert_str_eq(line_at(1), "  000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 "
	    "66  0123456789abcdef");
	ck_assert_uint_eq(look_of_it(), STYLE_PLAIN);
}
END_TEST

START_TEST(each_direction_has_its_own_offsets)
{
	open_one();
	text_piece(EVENT_SENT, "0123456789abcdef!");
	text_piece(EVENT_ECHO, "xy");
	text_piece(EVENT_SENT, "z");
	piece(EVENT_SENT, 2, "other", 5, 5, NULL);
	ck_assert_uint_eq(look_at("bytes", 9, ROOM), 7);
	ck_assert_str_eq(looked.state->title, "Bytes, connection 1");
	ck_assert_str_eq(line_at(0), "→ sent 0.080  17 bytes  0123456789abcdef!");
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG | STYLE_KEY);
	ck_assert_str_eq(line_at(2), "  000010  21                                          "
	    "      !");
	ck_assert_str_eq(line_at(3), "← echo 0.090  2 bytes  xy");
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG | STYLE_GOOD);
	ck_assert_int_eq(strncmp(line_at(4), "  000000  78 79 ", 16), 0);
	ck_assert_str_eq(line_at(5), "→ sent 0.100  1 byte  z");
	ck_assert_int_eq(strncmp(line_at(6), "  000011  7a ", 13), 0);
}
END_TEST

START_TEST(bytes_that_are_no_letters_are_dots)
{
	open_one();
	piece(EVENT_ECHO, 1, " ~\x7f\x1f\xe9\0\n", 7, 7, NULL);
	look_at("bytes", 9, ROOM);
	ck_assert_str_eq(line_at(1), "  000000  20 7e 7f 1f e9 00 0a                        "
	    "       ~.....");
	ck_assert_str_eq(line_at(0), "← echo 0.080  7 bytes   ~^?^_\\xe9^@^J");
}
END_TEST

START_TEST(a_newline_is_a_byte_of_its_own)
{
	open_one();
	piece(EVENT_SENT, 1, "a", 1, 2, NULL);
	look_at("bytes", 9, ROOM);
	ck_assert_int_eq(strncmp(line_at(1), "  000000  61 0a ", 16), 0);
	ck_assert_str_eq(line_at(1) + 60, "a.");
}
END_TEST

/* Texts and hex that are not of so many bytes: a recording can have changed them. */
static const struct { const char *text; size_t bytes; const char *hex; bool there; }
kept[] = {
	{"ab", 2, NULL, true}, {"ab", 3, NULL, true}, {"ab", 4, NULL, false},
	{"ab", 1, NULL, false}, {NULL, 1, NULL, true}, {NULL, 2, NULL, false},
	{"1", 3, "01 02 03", true}, {"1", 2, "01 02 03", false}, {"1", 5, "01 02 03", false},
};

START_TEST(bytes_that_are_not_there_are_not_made_up)
{
	open_one();
	piece(EVENT_ECHO, 1, kept[_i].text, kept[_i].text != NULL ? strlen(kept[_i].text) : 0,
	    kept[_i].bytes, kept[_i].hex);
	ck_assert_uint_eq(look_at("bytes", 9, ROOM), 2);
	ck_assert_int_eq(strstr(line_at(1), "not in this log") == NULL, kept[_i].there);
}
END_TEST

/* Pieces of numbers, and whether they are fields. */
static const struct { enum event_type type; const char *hex; bool fields; } fields[] = {
	{EVENT_SENT, "00 00 00 01 00 00 00 02", true},
	{EVENT_ECHO, "00 00 00 01 00 00 00 02", true},  /* one of eight */
	{EVENT_ECHO, "00 00 00 01", true},
	{EVENT_SENT, "00 00 00 01", false},
	{EVENT_SENT, "00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 04", true},
	{EVENT_ECHO, "00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 04", false},
	{EVENT_SENT, "00 00 00 01 00", false},
};

START_TEST(numbers_are_fields)
{
	open_one();
	number_piece(fields[_i].type, "1", fields[_i].hex);
	ck_assert_uint_eq(look_at("bytes", 9, ROOM), fields[_i].fields ? 5 : 2);
	ck_assert_int_eq(strchr(line_at(1), '[') != NULL, fields[_i].fields);
}
END_TEST

START_TEST(two_numbers_are_read_in_both_orders)
{
	open_one();
	number_piece(EVENT_SENT, "-22 77", "FF ff ff EA 00 00 00 4d");
	look_at("bytes", 9, ROOM);
	ck_assert_str_eq(line_at(1), "  000000         [ff ff ff ea][00 00 00 4d]");
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
	ck_assert_str_eq(line_at(2), "► the client's    argument 1   argument 2");
	ck_assert_uint_eq(look_of_it(), STYLE_PLAIN);
	ck_assert_str_eq(line_at(3), "► big-endian      -22          77");
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
	ck_assert_str_eq(line_at(4), "  little-endian   -352321537   1291845632");
	ck_assert_uint_eq(look_of_it(), STYLE_PLAIN);
	number_piece(EVENT_SENT, "1 2", "01 00 00 00 02 00 00 00");
	look_at("bytes", 19, ROOM);
	ck_assert_str_eq(line_at(6), "  000008         [01 00 00 00][02 00 00 00]");
	ck_assert_str_eq(line_at(8), "  big-endian      16777216     33554432");
	ck_assert_str_eq(line_at(9), "► little-endian   1            2");
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
}
END_TEST

START_TEST(numbers_that_are_the_same_in_both_orders_are_of_neither)
{
	open_one();
	number_piece(EVENT_ECHO, "0", "00 00 00 00");
	look_at("bytes", 9, ROOM);
	ck_assert_str_eq(line_at(2), "                  sum");
	ck_assert_str_eq(line_at(3), "  big-endian      0");
	ck_assert_str_eq(line_at(4), "  little-endian   0");
	number_piece(EVENT_ECHO, "7", "00 00 00 01"); /* what the client has is another */
	look_at("bytes", 9, ROOM);
	ck_assert_str_eq(line_at(8), "  big-endian      1");
	ck_assert_str_eq(line_at(9), "  little-endian   16777216");
}
END_TEST

START_TEST(a_long_number_is_one_field)
{
	open_one();
	number_piece(EVENT_ECHO, "-9223372036854775808", "80 00 00 00 00 00 00 00");
	look_at("bytes", 9, ROOM);
	ck_assert_str_eq(line_at(1), "  000000         [80 00 00 00 00 00 00 00]");
	ck_assert_str_eq(line_at(3), "► big-endian      -9223372036854775808");
	ck_assert_str_eq(line_at(4), "  little-endian   128");
}
END_TEST

START_TEST(other_connections_and_none_have_their_words)
{
	look_at("bytes", 9, ROOM);
	ck_assert_str_eq(line_at(0), "No connection yet: connect opens one.");
	ck_assert_str_eq(looked.state->title, "Bytes");
	open_one();
	piece(EVENT_SENT, 2, "x", 1, 1, NULL);
	ck_assert_uint_eq(look_at("bytes", 9, ROOM), 1);
	ck_assert_str_eq(line_at(0), "No byte has gone out or come back yet.");
	text_piece(EVENT_SENT, "x");
	ck_assert_uint_eq(look_at("bytes", 9, ROOM), 2);
}
END_TEST

Suite *
screen_bytes_suite(void)
{
	Suite *suite = suite_create("screen bytes");
	TCase *tcase = tcase_create("bytes");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_heading_stands_above_the_bytes);
	tcase_add_test(tcase, each_direction_has_its_own_offsets);
	tcase_add_test(tcase, bytes_that_are_no_letters_are_dots);
	tcase_add_test(tcase, a_newline_is_a_byte_of_its_own);
	tcase_add_loop_test(tcase, bytes_that_are_not_there_are_not_made_up, 0,
	    sizeof kept / sizeof *kept);
	tcase_add_loop_test(tcase, numbers_are_fields, 0, sizeof fields / sizeof *fields);
	tcase_add_test(tcase, two_numbers_are_read_in_both_orders);
	tcase_add_test(tcase, numbers_that_are_the_same_in_both_orders_are_of_neither);
	tcase_add_test(tcase, a_long_number_is_one_field);
	tcase_add_test(tcase, other_connections_and_none_have_their_words);
	suite_add_tcase(suite, tcase);
	return suite;
}
