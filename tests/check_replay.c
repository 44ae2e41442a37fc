/* check_replay.c: recordings that are right, cut, damaged, foreign: each is read, or
 * refused with the number of its line; nothing else happens. */
#include "replay.h"

#include "busy_session.h"
#include "json_line.h"
#include "moment_text.h"
#include "parse_json.h"
#include "render_json.h"
#include "suites.h"

#include <unistd.h>

enum { EVENTS = 80, DAMAGES = 60, LINE = 1024 };

/* The lines of a recording. */
static char *lines[EVENTS];

static void
setup(void)
{
	struct busy busy = {0};
	struct moment now;
	moment_init(&now);
	for (int i = 0; i < EVENTS; i++) {
		struct event event = busy_next(&busy);
		ck_assert_int_eq(moment_apply(&now, &event), 0);
		lines[i] = render_json(&event, &now);
		ck_assert_ptr_nonnull(lines[i]);
		event_release(&event);
	}
	moment_release(&now);
}

static void
teardown(void)
{
	for (int i = 0; i < EVENTS; i++)
		free(lines[i]);
}

/* Reads a file that holds length bytes; how it came out, and how many events. */
static enum replay_state
read_bytes(const char *bytes, size_t length, size_t slice, char *error,
    uint64_t *events)
{
	char path[] = "/tmp/replayXXXXXX";
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, length), (ssize_t)length);
	ck_assert_int_eq(close(fd), 0);
	struct replay *replay = replay_open(path, error);
	ck_assert_ptr_nonnull(replay);
	struct log *log = log_new(LOG_UNBOUNDED);
	enum replay_state state;
	while ((state = replay_read(replay, log, slice, error)) == REPLAY_MORE)
		continue;
	*events = log_end(log);
	ck_assert_int_le(replay_percent(replay), 100);
	log_free(log);
	replay_close(replay);
	unlink(path);
	return state;
}

/* All lines as one text. */
static char *
whole(size_t *length)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, length);
	for (int i = 0; i < EVENTS; i++)
		fprintf(file, "%s\n", lines[i]);
	fclose(file);
	return text;
}

START_TEST(a_recording_is_read_in_slices_of_any_size)
{
	static const size_t slices[] = {1, 100, 1 << 20};
	char error[REPLAY_ERROR];
	uint64_t events;
	size_t length;
	char *text = whole(&length);
	ck_assert_int_eq(read_bytes(text, length, slices[_i], error, &events),
	    REPLAY_WHOLE);
	ck_assert_uint_eq(events, EVENTS);
	free(text);
}
END_TEST

/* Cut anywhere, all whole lines are there. */
START_TEST(a_recording_can_be_cut_anywhere)
{
	char error[REPLAY_ERROR];
	uint64_t events;
	size_t length;
	char *text = whole(&length);
	for (size_t i = 0; i < DAMAGES; i++) {
		size_t cut = 1 + i * 7919 % (length - 1), whole_lines = 0;
		for (size_t j = 0; j < cut; j++)
			whole_lines += text[j] == '\n';
		enum replay_state state = read_bytes(text, cut, 1 << 16, error,
		    &events);
		bool last = cut < length && text[cut] == '\n'; /* only its newline */
		ck_assert_int_eq(state, whole_lines + last > 0 ? REPLAY_WHOLE :
		    REPLAY_BROKEN);
		ck_assert_uint_eq(events, whole_lines + last);
	}
	free(text);
}
END_TEST

/* One byte is another one: the line is refused, or it still is an event. */
START_TEST(a_byte_can_be_any_other)
{
	char error[REPLAY_ERROR];
	uint64_t events;
	size_t length;
	char *text = whole(&length);
	srand((unsigned)_i + 1);
	for (size_t i = 0; i < DAMAGES; i++) {
		size_t at = (size_t)rand() % length, line = 1;
		char before = text[at], number[32];
		for (size_t j = 0; j < at; j++)
			line += text[j] == '\n';
		text[at] = (char)rand();
		enum replay_state state = read_bytes(text, length, 1 << 16, error,
		    &events);
		snprintf(number, sizeof number, ":%zu: ", line);
		if (state == REPLAY_BROKEN && before != '\n' && text[at] != '\n')
			ck_assert_msg(strstr(error, number) != NULL, "%s", error);
		text[at] = before;
	}
	free(text);
}
END_TEST

/* Every line cut at every byte is no event; the scanner and the library agree. */
START_TEST(half_a_line_is_no_event)
{
	char line[LINE];
	struct event event;
	size_t length = strlen(lines[_i]);
	ck_assert_uint_lt(length, sizeof line);
	for (size_t cut = 0; cut < length; cut++) {
		memcpy(line, lines[_i], cut);
		line[cut] = '\0';
		ck_assert_int_eq(render_json_parse(line, &event), -1);
	}
}
END_TEST

/* What the scanner does not take goes to the library, with the same outcome. */
START_TEST(the_scanner_and_the_library_read_the_same)
{
	struct json_line scanned;
	struct event one, other;
	struct moment none;
	char line[LINE], nested[LINE + 32];
	ck_assert(json_line_scan(&scanned, lines[_i]));
	snprintf(line, sizeof line, "%s", lines[_i]);
	line[strlen(line) - 1] = '\0';
	snprintf(nested, sizeof nested, "%s, \"later\": []}", line);
	ck_assert(!json_line_scan(&scanned, nested));
	ck_assert_int_eq(render_json_parse(lines[_i], &one), 0);
	ck_assert_int_eq(render_json_parse(nested, &other), 0);
	moment_init(&none);
	char *left = render_json(&one, &none), *right = render_json(&other, &none);
	ck_assert_str_eq(left, right);
	ck_assert_str_eq(left, lines[_i]);
	free(left);
	free(right);
	event_release(&one);
	event_release(&other);
}
END_TEST

START_TEST(what_is_not_plain_is_left_to_the_library)
{
	static const char *const odd[] = {
		"", "{", "[]", "{\"a\": 1,}", "{\"a\" 1}", "{\"a\": 01}", "{\"a\": 1e3}",
		"{\"a\": 1.0000001}", "{\"a\": \"\\n\"}", "{\"a\": \"\xc3\xa4\"}",
		"{\"a\": 1} x", "{\"a\": 1, \"a\": 2}", "{\"a\": tru}", "{\"a\": -}",
		"{\"a\": 1.}", "{\"a\": 1234567890123456789}", "{\"a\": {}}", "{}",
	};
	struct json_line line;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		ck_assert_msg(!json_line_scan(&line, odd[i]), "%s", odd[i]);
	ck_assert(json_line_scan(&line, "{\"a\":-1.5,\"b\" : null , \"\": true}"));
	ck_assert_int_eq(json_line_find(&line, "a")->number, -1500000);
	ck_assert_int_eq(json_line_find(&line, "b")->kind, JSON_LINE_NULL);
	ck_assert_int_eq(json_line_find(&line, "")->kind, JSON_LINE_TRUE);
	ck_assert_ptr_null(json_line_find(&line, "c"));
}
END_TEST

Suite *
replay_suite(void)
{
	Suite *suite = suite_create("replay");
	TCase *tests = tcase_create("replay");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, a_recording_is_read_in_slices_of_any_size, 0, 3);
	tcase_add_test(tests, a_recording_can_be_cut_anywhere);
	tcase_add_loop_test(tests, a_byte_can_be_any_other, 0, 4);
	tcase_add_loop_test(tests, half_a_line_is_no_event, 0, EVENTS);
	tcase_add_loop_test(tests, the_scanner_and_the_library_read_the_same, 0, EVENTS);
	tcase_add_test(tests, what_is_not_plain_is_left_to_the_library);
	suite_add_tcase(suite, tests);
	return suite;
}
