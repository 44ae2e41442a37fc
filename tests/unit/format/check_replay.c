/* check_replay.c: recordings that are right, cut, damaged, foreign: each is read, or
 * refused with the number of its line; nothing else happens. */
#include "replay.h"

#include "busy_session.h"
#include "json_line.h"
#include "moment_text.h"
#include "parse_json.h"
#include "render_json.h"
#include "suites.h"

#include <fcntl.h>
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

/* A recording is read wholly: how it came out, how many events, and its note, "" for
 * none. */
static enum replay_state
read_text(const char *text, size_t length, uint64_t *events, char *error, char *note)
{
	char path[] = "/tmp/replayXXXXXX";
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, length), (ssize_t)length);
	close(fd);
	struct replay *replay = replay_open(path, error);
	struct log *log = log_new(LOG_UNBOUNDED);
	enum replay_state state;
	int percent = 0;
	*error = '\0';
	ck_assert_int_eq(replay_percent(replay), 0);
	while ((state = replay_read(replay, log, 1, error)) == REPLAY_MORE) {
		ck_assert_int_ge(replay_percent(replay), percent);
		percent = replay_percent(replay);
	}
	if (state == REPLAY_WHOLE)
		ck_assert_int_eq(replay_percent(replay), length > 0 ? 100 : 0);
	snprintf(note, REPLAY_ERROR, "%s", replay_note(replay) != NULL ?
	    replay_note(replay) : "");
	*events = log_end(log);
	log_free(log);
	replay_close(replay);
	unlink(path);
	return state;
}

#define NOTE "{\"t\": 1.5, \"type\": \"note\", \"text\": \"n\"}"

/* Files, and what is said of them; error behind the file's name. */
static const struct {
	const char *text;
	uint64_t events;
	const char *error, *note;  /* NULL: none */
} files[] = {
	{NOTE "\n", 1, NULL, NULL},
	{NOTE, 1, NULL, NULL},                        /* without its newline */
	{NOTE "\n" NOTE, 2, NULL, NULL},
	{NOTE "\r\n" NOTE "\r\n", 2, NULL, NULL},     /* from another system */
	{NOTE "\r", 1, NULL, NULL},
	{"\n\n" NOTE "\n\r\n\n", 1, NULL, NULL},
	{NOTE "\n" NOTE "\n{\"t\": 1", 2, NULL, "the recording is cut off in its last line, 3"},
	{NOTE "\n\n{", 1, NULL, "the recording is cut off in its last line, 3"},
	{NOTE "\nnonsense\n" NOTE "\n", 1, ":2: this is no event of a recorded session", NULL},
	{"\n\n{}\n", 0, ":3: this is no event of a recorded session", NULL},
	{NOTE "\n" NOTE "\r\r\n", 2, NULL, NULL},     /* JSON has that blank, too */
	{"nonsense", 0, ":1: this is no event of a recorded session", NULL},
	{"", 0, ":1: no event is in it", NULL},
	{"\n\n", 0, ":2: no event is in it", NULL},
	{NOTE " \n", 1, NULL, NULL},
	{NOTE NOTE "\n", 0, ":1: this is no event of a recorded session", NULL},
};

START_TEST(each_file_has_its_outcome)
{
	char error[REPLAY_ERROR], note[REPLAY_ERROR];
	uint64_t events;
	enum replay_state state = read_text(files[_i].text, strlen(files[_i].text),
	    &events, error, note);
	ck_assert_int_eq(state, files[_i].error != NULL ? REPLAY_BROKEN : REPLAY_WHOLE);
	ck_assert_uint_eq(events, files[_i].events);
	ck_assert_str_eq(note, files[_i].note != NULL ? files[_i].note : "");
	const char *said = files[_i].error != NULL ? files[_i].error : "";
	ck_assert_int_eq(strncmp(error, "/tmp/replay", *said != '\0' ? 11 : 0), 0);
	ck_assert_msg(strlen(error) >= strlen(said) &&
	    strcmp(error + strlen(error) - strlen(said), said) == 0, "%s", error);
}
END_TEST

/* What stands behind a NUL is part of the line. */
START_TEST(a_line_with_a_nul_is_no_event)
{
	static const char nul[] = NOTE "\n" NOTE "\0\n" NOTE "\n";
	char error[REPLAY_ERROR], note[REPLAY_ERROR];
	uint64_t events;
	ck_assert_int_eq(read_text(nul, sizeof nul - 1, &events, error, note), REPLAY_BROKEN);
	ck_assert_uint_eq(events, 1);
	ck_assert_ptr_nonnull(strstr(error, ":2: this is no event"));
}
END_TEST

/* Lines longer than a reading are read; an endless one is refused. */
START_TEST(an_endless_line_is_refused)
{
	char error[REPLAY_ERROR] = "";
	struct replay *replay = replay_open("/dev/zero", error);
	struct log *log = log_new(LOG_UNBOUNDED);
	ck_assert_ptr_nonnull(replay);
	ck_assert_int_eq(replay_read(replay, log, 1, error), REPLAY_BROKEN);
	ck_assert_str_eq(error, "/dev/zero:1: this line is longer than any event");
	ck_assert_int_eq(replay_percent(replay), 0);
	ck_assert_uint_eq(log_end(log), 0);
	log_free(log);
	replay_close(replay);
}
END_TEST

START_TEST(a_line_longer_than_a_reading_is_read)
{
	enum { LONG_LINE = 3 << 18 };
	char error[REPLAY_ERROR], note[REPLAY_ERROR];
	uint64_t events;
	size_t length;
	char *text = NULL;
	FILE *file = open_memstream(&text, &length);
	fprintf(file, NOTE "\n{\"t\": 2, \"type\": \"note\", \"text\": \"%0*d\"}\n" NOTE "\n",
	    LONG_LINE, 7);
	fclose(file);
	ck_assert_int_eq(read_text(text, length, &events, error, note), REPLAY_WHOLE);
	ck_assert_uint_eq(events, 3);
	free(text);
}
END_TEST

START_TEST(what_cannot_be_read_is_said)
{
	char error[REPLAY_ERROR] = "";
	ck_assert_ptr_null(replay_open("/tmp/no such directory/x", error));
	ck_assert_str_eq(error, "cannot open /tmp/no such directory/x: "
	    "No such file or directory");
	ck_assert_ptr_null(replay_open("/tmp", error));
	ck_assert_str_eq(error, "cannot open /tmp: Is a directory");
	struct replay *replay = replay_open("/proc/self/mem", error);
	struct log *log = log_new(LOG_UNBOUNDED);
	ck_assert_ptr_nonnull(replay);
	ck_assert_int_eq(replay_read(replay, log, 1, error), REPLAY_BROKEN);
	ck_assert_str_eq(error, "/proc/self/mem:1: Input/output error");
	log_free(log);
	replay_close(replay);
	replay_close(NULL);
}
END_TEST

/* A slice is about so many bytes: whoever shows it stays awake. */
START_TEST(a_slice_is_no_more_than_was_asked_for)
{
	char path[] = "/tmp/replayXXXXXX", error[REPLAY_ERROR];
	int fd = mkstemp(path);
	struct log *log = log_new(LOG_UNBOUNDED);
	for (int i = 0; i < 4; i++)
		ck_assert_int_gt(write(fd, NOTE "\n", sizeof NOTE), 0);
	close(fd);
	struct replay *replay = replay_open(path, error);
	ck_assert_int_eq(replay_read(replay, log, 1, error), REPLAY_MORE);
	ck_assert_uint_eq(log_end(log), 1);
	ck_assert_int_eq(replay_percent(replay), 25);
	ck_assert_int_eq(replay_read(replay, log, sizeof NOTE + 1, error), REPLAY_MORE);
	ck_assert_uint_eq(log_end(log), 3);
	ck_assert_int_eq(replay_read(replay, log, sizeof NOTE, error), REPLAY_MORE);
	ck_assert_int_eq(replay_percent(replay), 100);
	ck_assert_int_eq(replay_read(replay, log, 1, error), REPLAY_WHOLE);
	ck_assert_uint_eq(log_end(log), 4);
	replay_close(replay);
	log_free(log);
	unlink(path);
}
END_TEST

/* What replay_print() returns, with its standard output there and its warnings
 * nowhere. */
static int
print_to(int out, const char *path, bool json)
{
	int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int before[] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};
	fflush(stdout);
	ck_assert_int_eq(dup2(out, STDOUT_FILENO), STDOUT_FILENO);
	ck_assert_int_eq(dup2(quiet, STDERR_FILENO), STDERR_FILENO);
	int status = replay_print(path, json);
	fflush(stdout);
	clearerr(stdout);
	dup2(before[0], STDOUT_FILENO);
	dup2(before[1], STDERR_FILENO);
	close(before[0]);
	close(before[1]);
	close(quiet);
	return status;
}

/* What it writes of a file with this text, which is static; its status. */
static const char *
printed(const char *text, bool json, int *status)
{
	static char output[LINE];
	char path[] = "/tmp/replayXXXXXX", name[] = "/tmp/printedXXXXXX";
	int fd = mkstemp(path), out = mkstemp(name);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	*status = print_to(out, path, json);
	ssize_t got = pread(out, output, sizeof output - 1, 0);
	output[got > 0 ? got : 0] = '\0';
	close(out);
	unlink(path);
	unlink(name);
	return output;
}

START_TEST(a_recording_is_printed)
{
	int status;
	ck_assert_str_eq(printed(NOTE "\n" NOTE "\n", true, &status), NOTE "\n" NOTE "\n");
	ck_assert_int_eq(status, 0);
	ck_assert_str_eq(printed(NOTE "\n" NOTE "\n", false, &status), "note: n\nnote: n\n");
	ck_assert_int_eq(status, 0);
	ck_assert_str_eq(printed(NOTE "\n{\"t", true, &status), NOTE "\n"); /* cut off */
	ck_assert_int_eq(status, 0);
	ck_assert_str_eq(printed(NOTE "\nx\n" NOTE "\n", true, &status), NOTE "\n");
	ck_assert_int_eq(status, 2);
	ck_assert_int_eq(print_to(STDOUT_FILENO, "/tmp/no such directory/x", true), 2);
}
END_TEST

/* Output that cannot be written is a failure, not silence. */
START_TEST(output_that_cannot_be_written_fails)
{
	char path[] = "/tmp/replayXXXXXX";
	int fd = mkstemp(path), full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	ck_assert_int_gt(write(fd, NOTE "\n", sizeof NOTE), 0);
	close(fd);
	int status = print_to(full, path, true);
	close(full);
	unlink(path);
	ck_assert_int_eq(status, 1);
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
	TCase *whole_files = tcase_create("files");
	tcase_add_loop_test(whole_files, each_file_has_its_outcome, 0,
	    sizeof files / sizeof *files);
	tcase_add_test(whole_files, a_line_with_a_nul_is_no_event);
	tcase_add_test(whole_files, an_endless_line_is_refused);
	tcase_add_test(whole_files, a_line_longer_than_a_reading_is_read);
	tcase_add_test(whole_files, what_cannot_be_read_is_said);
	tcase_add_test(whole_files, a_slice_is_no_more_than_was_asked_for);
	tcase_add_test(whole_files, a_recording_is_printed);
	tcase_add_test(whole_files, output_that_cannot_be_written_fails);
	suite_add_tcase(suite, whole_files);
	return suite;
}
