/* check_json_line.c: the scanner of plain lines at its bounds, and the keys of an
 * object, each of its kind. */
#include "json_line.h"
#include "json_reader.h"
#include "json_writer.h"
#include "memory_stream.h"

#include "event_fixture.h"
#include "suites.h"

#include <limits.h>
#include <stdio.h>

static struct json_line line;

/* A line with one string that makes it so long. */
static void
fill(char *text, size_t length)
{
	memset(text, 'x', length);
	memcpy(text, "{\"a\": \"", 7);
	memcpy(text + length - 2, "\"}", 3);
}

START_TEST(a_line_has_at_most_so_many_bytes)
{
	static char text[JSON_LINE_MOST + 2];
	fill(text, JSON_LINE_MOST);
	ck_assert(json_line_scan(&line, text));
	ck_assert_uint_eq(strlen(json_line_find(&line, "a")->text), JSON_LINE_MOST - 9);
	fill(text, JSON_LINE_MOST + 1);
	ck_assert(!json_line_scan(&line, text));
}
END_TEST

START_TEST(an_object_has_at_most_so_many_members)
{
	for (unsigned count = JSON_LINE_MEMBERS - 1; count <= JSON_LINE_MEMBERS + 1;
	    count++) {
		char text[1024] = "{", key[16];
		for (unsigned i = 0; i < count; i++)
			sprintf(text + strlen(text), "%s\"k%u\": %u", i > 0 ? ", " : "", i, i);
		strcat(text, "}");
		ck_assert_int_eq(json_line_scan(&line, text), count <= JSON_LINE_MEMBERS);
		for (unsigned i = 0; i < count && count <= JSON_LINE_MEMBERS; i++) {
			snprintf(key, sizeof key, "k%u", i * 7 % count);
			ck_assert_int_eq(json_line_find(&line, key)->number, i * 7 % count);
		}
		ck_assert_ptr_null(json_line_find(&line, "k99"));
	}
}
END_TEST

/* Values that are scanned: their kind, their number. */
static const struct { const char *value; enum json_kind kind; int64_t number; } good[] = {
	{"0", JSON_LINE_INTEGER, 0}, {"-0", JSON_LINE_INTEGER, 0}, {"9", JSON_LINE_INTEGER, 9},
	{"-17", JSON_LINE_INTEGER, -17}, {"10", JSON_LINE_INTEGER, 10},
	{"999999999999999999", JSON_LINE_INTEGER, INT64_C(999999999999999999)},
	{"0.5", JSON_LINE_REAL, 500000}, {"-0.000001", JSON_LINE_REAL, -1},
	{"1.000000", JSON_LINE_REAL, 1000000}, {"1.05", JSON_LINE_REAL, 1050000},
	{"9999999999.999999", JSON_LINE_REAL, INT64_C(9999999999999999)},
	{"true", JSON_LINE_TRUE, 0}, {"false", JSON_LINE_FALSE, 0}, {"null", JSON_LINE_NULL, 0},
};

START_TEST(plain_values_are_scanned)
{
	char text[64];
	snprintf(text, sizeof text, "{\"a\":%s}", good[_i].value);
	ck_assert(json_line_scan(&line, text));
	ck_assert_int_eq(json_line_find(&line, "a")->kind, good[_i].kind);
	if (good[_i].kind <= JSON_LINE_REAL)
		ck_assert_int_eq(json_line_find(&line, "a")->number, good[_i].number);
	snprintf(text, sizeof text, " {\"a\":%s}", good[_i].value);
	ck_assert(!json_line_scan(&line, text));
	snprintf(text, sizeof text, "{\t\"a\" \t: %s\t , \"b\": \"c\" } \t", good[_i].value);
	ck_assert(json_line_scan(&line, text));
	ck_assert_str_eq(json_line_find(&line, "b")->text, "c");
}
END_TEST

/* Texts of all that is printable, and empty ones. */
START_TEST(plain_texts_are_scanned)
{
	ck_assert(json_line_scan(&line, "{\"a\": \" b~c \", \"d e\": \"\"}"));
	ck_assert_str_eq(json_line_find(&line, "a")->text, " b~c ");
	ck_assert_str_eq(json_line_find(&line, "d e")->text, "");
}
END_TEST

static const char *const odd[] = {
	"00", "01", "-", "-a", "+1", ".5", "1.", "1.1234567", "12345678901.5",
	"1234567890123456789", "1e3", "1.5e3", "0x1", "tru", "truee", "nulL", "\"", "\"a",
	"\"\\n\"", "\"\x1f\"", "\"\x7f\"", "\"\xc3\xa4\"", "'a'", "[]", "{}", "", "a",
	"1 1", "\"a\" \"b\"", "1,", "1}}", "1}x",
};

START_TEST(odd_values_are_left_to_the_library)
{
	char text[64];
	snprintf(text, sizeof text, "{\"a\": %s}", odd[_i]);
	ck_assert_msg(!json_line_scan(&line, text), "%s", text);
}
END_TEST

/* However they are alike by length and letters, keys are told apart; none comes twice. */
START_TEST(keys_are_told_apart)
{
	ck_assert(json_line_scan(&line, "{\"\": 1, \"abc\": 2, \"axc\": 3, \"a\": 4, \"aa\": 5}"));
	ck_assert_int_eq(json_line_find(&line, "axc")->number, 3);
	ck_assert_int_eq(json_line_find(&line, "abc")->number, 2);
	ck_assert_int_eq(json_line_find(&line, "aa")->number, 5);
	ck_assert_int_eq(json_line_find(&line, "")->number, 1);
	ck_assert_int_eq(json_line_find(&line, "a")->number, 4);
	ck_assert_ptr_null(json_line_find(&line, "ab"));
	ck_assert_ptr_null(json_line_find(&line, "abcd"));
	ck_assert(!json_line_scan(&line, "{\"abc\": 2, \"b\": 1, \"abc\": 3}"));
	ck_assert(!json_line_scan(&line, "{\"\": 1, \"\": 2}"));
	ck_assert(!json_line_scan(&line, "{a: 1}"));
	ck_assert(!json_line_scan(&line, "{\"a\" 1}"));
	ck_assert(!json_line_scan(&line, "{\"a\": 1 \"b\": 2}"));
	ck_assert(!json_line_scan(&line, "{\"a\": 1"));
	ck_assert(!json_line_scan(&line, "{"));
	ck_assert(!json_line_scan(&line, ""));
}
END_TEST

/* Asks each kind of the same keys, of the scanner's object or of the library's. */
static void
check_reader(struct json_reader *reader)
{
	char text[4];
	ck_assert(json_reader_has(reader, "one") && json_reader_has(reader, "text"));
	ck_assert(!json_reader_has(reader, "none") && !json_reader_has(reader, "null"));
	ck_assert(json_reader_has(reader, "huge")); /* it is there, whatever it is */
	ck_assert(!reader->bad);
	ck_assert_int_eq(json_read_integer(reader, "one", 1, 1), 1);
	ck_assert_int_eq(json_read_seconds(reader, "half"), INT64_C(500000000));
	ck_assert_int_eq(json_read_seconds(reader, "one"), INT64_C(1000000000));
	ck_assert(json_read_boolean(reader, "true") && !json_read_boolean(reader, "false"));
	ck_assert_str_eq(json_read_string(reader, "text"), "0a0b");
	json_read_into(reader, "text", text, sizeof text);
	ck_assert_str_eq(text, "0a0");
	ck_assert_uint_eq(json_read_endpoint(reader, "none", 4).family, 0);
	ck_assert_uint_eq(json_read_endpoint(reader, "any", 6).family, 6);
	ck_assert_uint_eq(json_read_endpoint(reader, "any", 4).port, 7);
	size_t length;
	char *bytes = json_read_hex(reader, "text", &length);
	ck_assert_uint_eq(length, 2);
	ck_assert_mem_eq(bytes, "\n\v", 3); /* with the NUL behind it */
	free(bytes);
	ck_assert(!reader->bad);
}

static const char object[] = "{\"one\": 1, \"half\": 0.5, \"true\": true, \"false\": false, "
    "\"null\": null, \"text\": \"0a0b\", \"any\": \"*:7\", \"huge\": 9999999999.5}";

START_TEST(both_readers_read_the_same)
{
	struct json_reader scanned = {.line = &line};
	ck_assert(json_line_scan(&line, object));
	check_reader(&scanned);
	json_t *tree = json_loads(object, 0, NULL);
	struct json_reader library = {.object = tree};
	check_reader(&library);
	json_decref(tree);
}
END_TEST

/* What makes a reader bad, and what it gives then. */
static void
ask_wrongly(struct json_reader *reader, int how)
{
	size_t length;
	switch (how) {
	case 0: ck_assert_int_eq(json_read_integer(reader, "one", 2, 9), 2); break;
	case 1: ck_assert_int_eq(json_read_integer(reader, "one", -9, 0), -9); break;
	case 2: ck_assert_int_eq(json_read_integer(reader, "none", 3, 9), 3); break;
	case 3: ck_assert_int_eq(json_read_integer(reader, "half", 0, 9), 0); break;
	case 4: ck_assert_int_eq(json_read_integer(reader, "text", 0, 9), 0); break;
	case 5: ck_assert_int_eq(json_read_seconds(reader, "text"), 0); break;
	case 6: ck_assert_int_eq(json_read_seconds(reader, "none"), 0); break;
	case 7: ck_assert_int_eq(json_read_seconds(reader, "huge"), 0); break;
	case 8: ck_assert(!json_read_boolean(reader, "none")); break;
	case 9: ck_assert(!json_read_boolean(reader, "one")); break;
	case 10: ck_assert(!json_read_boolean(reader, "text")); break;
	case 11: ck_assert_str_eq(json_read_string(reader, "none"), ""); break;
	case 12: ck_assert_str_eq(json_read_string(reader, "one"), ""); break;
	case 13: ck_assert_uint_eq(json_read_endpoint(reader, "text", 4).port, 0); break;
	case 14: ck_assert_ptr_null(json_read_hex(reader, "any", &length)); break;
	case 15: ck_assert_ptr_null(json_read_hex(reader, "none", &length)); break;
	case 16: ck_assert_ptr_null(json_read_lines(reader, "text")); break;
	case 17: ck_assert_int_eq(json_read_integer(reader, "null", 0, 9), 0); break;
	default: ck_abort_msg("%d is nothing", how);
	}
}

START_TEST(what_is_not_so_makes_a_reader_bad)
{
	struct json_reader scanned = {.line = &line};
	ck_assert(json_line_scan(&line, object));
	ask_wrongly(&scanned, _i);
	ck_assert(scanned.bad);
	json_t *tree = json_loads(object, 0, NULL);
	struct json_reader library = {.object = tree};
	ask_wrongly(&library, _i);
	ck_assert(library.bad);
	if (_i == 0) {
		ck_assert_int_eq(json_read_integer(&library, "one", 1, 1), 1);
		ck_assert(library.bad); /* once bad, always */
		ck_assert(json_reader_has(&library, "one") && library.bad);
	}
	json_decref(tree);
}
END_TEST

START_TEST(lines_of_an_array_are_joined)
{
	json_t *tree = json_loads("{\"a\": [\"one\", \"\", \"three\"], \"b\": []}", 0, NULL);
	struct json_reader reader = {.object = tree};
	char *text = json_read_lines(&reader, "a");
	ck_assert_str_eq(text, "one\n\nthree");
	free(text);
	text = json_read_lines(&reader, "b");
	ck_assert_str_eq(text, "");
	free(text);
	ck_assert(!reader.bad);
	ck_assert_ptr_nonnull(json_read_tree(&reader, "a"));
	ck_assert_ptr_null(json_read_tree(&reader, "c"));
	json_decref(tree);
}
END_TEST

/* An object of every kind of key. */
START_TEST(a_writer_writes_each_kind)
{
	struct json_writer writer = json_writer_begin(), row = json_writer_begin();
	json_put_integer(&writer, "i", -3);
	json_put(&writer, "s", json_seconds(INT64_C(1234567499)));
	json_put(&writer, "t", json_seconds(INT64_C(1234567500)));
	json_put_word(&writer, "w", "word");
	json_put(&writer, "x", json_text("a\0\xff", 3));
	json_put(&writer, "y", json_text("", 0));
	json_put(&writer, "l", json_lines("one\n\ntwo\n"));
	json_put(&writer, "e", json_endpoint(fixture_server_end()));
	json_t *rows = json_put_rows(&writer, "r");
	json_put_integer(&row, "in", 1);
	json_append_row(&writer, rows, &row);
	char *text = json_writer_end(&writer);
	ck_assert_ptr_nonnull(text);
	const char *tail = strstr(text, ", \"x\": ");
	ck_assert_ptr_nonnull(tail);
	ck_assert_int_eq(strncmp(text, "{\"i\": -3, \"s\": 1.234567, \"t\": 1.234568, "
	    "\"w\": \"word\", \"x\": ",
	    (size_t)(tail - text) + 7), 0);
	ck_assert_ptr_nonnull(strstr(text, ", \"y\": \"\", \"l\": [\"one\", \"\", \"two\"], "
	    "\"e\": \"127.0.0.1:9877\", \"r\": [{\"in\": 1}]}"));
	free(text);
}
END_TEST

/* A key that could not be made fails the line; so does a row's. */
START_TEST(a_writer_that_failed_gives_no_line)
{
	struct json_writer writer = json_writer_begin();
	json_put(&writer, "a", NULL);
	json_put_integer(&writer, "b", 1);
	ck_assert(writer.failed);
	ck_assert_ptr_null(json_put_rows(&writer, "r"));
	errno = 0;
	ck_assert_ptr_null(json_writer_end(&writer));
	ck_assert_int_eq(errno, ENOMEM);
	writer = json_writer_begin();
	json_t *rows = json_put_rows(&writer, "r");
	struct json_writer row = json_writer_begin();
	row.failed = true;
	json_append_row(&writer, rows, &row);
	ck_assert_ptr_null(json_writer_end(&writer));
}
END_TEST

/* A stream that failed gives no text, and what it had is freed. */
START_TEST(a_stream_that_failed_gives_no_text)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	fputs("text", stream);
	ck_assert(memory_stream_close(stream, &text));
	ck_assert_str_eq(text, "text");
	free(text);
	stream = fopen("/dev/full", "w");
	ck_assert_ptr_nonnull(stream);
	fputs("text", stream);
	text = strdup("half");
	ck_assert(!memory_stream_close(stream, &text));
	ck_assert_ptr_null(text);
	stream = fopen("/dev/null", "r");
	ck_assert_int_eq(fputc('x', stream), EOF); /* an error before it is closed */
	text = strdup("half");
	ck_assert(!memory_stream_close(stream, &text));
	ck_assert_ptr_null(text);
	stream = fopen("/dev/null", "w");
	ck_assert(!memory_stream_close(stream, &text)); /* no memory for the text */
}
END_TEST

Suite *
json_line_suite(void)
{
	Suite *suite = suite_create("json_line");
	TCase *tests = tcase_create("json_line");
	tcase_add_test(tests, a_line_has_at_most_so_many_bytes);
	tcase_add_test(tests, an_object_has_at_most_so_many_members);
	tcase_add_loop_test(tests, plain_values_are_scanned, 0, sizeof good / sizeof *good);
	tcase_add_test(tests, plain_texts_are_scanned);
	tcase_add_loop_test(tests, odd_values_are_left_to_the_library, 0,
	    sizeof odd / sizeof *odd);
	tcase_add_test(tests, keys_are_told_apart);
	tcase_add_test(tests, both_readers_read_the_same);
	tcase_add_loop_test(tests, what_is_not_so_makes_a_reader_bad, 0, 18);
	tcase_add_test(tests, lines_of_an_array_are_joined);
	tcase_add_test(tests, a_writer_writes_each_kind);
	tcase_add_test(tests, a_writer_that_failed_gives_no_line);
	tcase_add_test(tests, a_stream_that_failed_gives_no_text);
	suite_add_tcase(suite, tests);
	return suite;
}
