/* A session without a screen: lines in, events out, an exit status.  Nothing is started:
 * HOST is another machine, and the client is not there. */
#include "headless.h"

#include "picture.h"

#include "bare_session.h"
#include "exit_status.h"
#include "suites.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

/* What a run has written, and its status. */
static char output[1 << 20];
static int status;

/* A session with nobody in it; its first line is no error of the test's. */
static struct session *
lonely(void)
{
	struct session_options options = {.host = "192.0.2.1", .directory = "/nowhere"};
	char error[SESSION_ERROR];
	struct session *session = session_new(&options, error, &status);
	ck_assert_msg(session != NULL, "%s", error);
	return session;
}

/* A file that holds these bytes, to be read. */
static FILE *
file_of(const char *bytes, size_t length)
{
	FILE *file = tmpfile();
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
	rewind(file);
	return file;
}

/* Runs these bytes: out of a file, or (piped) a pipe. */
static void
run_bytes(const char *bytes, size_t length, bool piped, bool json)
{
	int fds[2], in;
	FILE *input = NULL, *out = tmpfile();
	ck_assert_ptr_nonnull(out);
	if (piped) {
		ck_assert_int_eq(pipe(fds), 0);
		ck_assert_int_eq(write(fds[1], bytes, length), (ssize_t)length);
		close(fds[1]);
		in = fds[0];
	} else {
		input = file_of(bytes, length);
		in = fileno(input);
	}
	struct session *session = lonely();
	status = headless_run(session, in, fileno(out), json);
	session_free(session);
	rewind(out);
	output[fread(output, 1, sizeof output - 1, out)] = '\0';
	fclose(out);
	if (input != NULL)
		fclose(input);
	else
		close(in);
}

/* So often does the output hold it. */
static unsigned
count_of(const char *words)
{
	unsigned count = 0;
	for (const char *place = output; (place = strstr(place, words)) != NULL; place++)
		count++;
	return count;
}

/* Out of a file and out of a pipe, the same. */
START_TEST(each_line_is_a_command)
{
	static const char text[] = "say one\r\nsay two\n\n# no\nsay  last";
	run_bytes(text, sizeof text - 1, _i == 1, false);
	ck_assert_uint_eq(count_of("one\r"), 0);
	ck_assert_uint_eq(count_of("say one\n"), 1);
	ck_assert_uint_eq(count_of("say two\n"), 1);
	ck_assert_uint_eq(count_of("last\n"), 2); /* the command, and what it says */
	ck_assert_uint_eq(count_of("quit\n"), 1); /* the end of the input */
}
END_TEST

START_TEST(the_last_line_may_have_a_carriage_return)
{
	run_bytes("say one\r", 8, _i == 1, false);
	ck_assert_uint_eq(count_of("say one\n"), 1);
	ck_assert_uint_eq(count_of("\r"), 0);
}
END_TEST

START_TEST(every_line_of_many_is_run)
{
	static char text[200000];
	size_t used = 0;
	for (int i = 0; i < 8000; i++) /* more than is read at once */
		used += (size_t)sprintf(text + used, "say line %d\n", i);
	run_bytes(text, used, false, false);
	ck_assert_uint_eq(count_of("say line "), 8000);
	ck_assert_uint_eq(count_of("say line 7999\n"), 1);
}
END_TEST

/* A file of two lines, the first of so many bytes. */
static void
run_long(size_t length)
{
	char *text = malloc(length + 32);
	ck_assert_ptr_nonnull(text);
	memset(text, 'x', length);
	memcpy(text, "say ", 4);
	size_t used = length + (size_t)sprintf(text + length, "\nsay next\n");
	run_bytes(text, used, false, false);
	free(text);
	ck_assert_uint_eq(count_of("say next\n"), 1);
}

START_TEST(a_line_that_is_too_long_is_left_out)
{
	run_long(3 << 20);
	ck_assert_uint_eq(count_of("a line has more than 1048576 bytes: it is left out"), 1);
	ck_assert_uint_eq(count_of("say xxx"), 0);
	run_long(1 << 18);
	ck_assert_uint_eq(count_of("it is left out"), 0);
	ck_assert_uint_eq(count_of("say xxx"), 1);
}
END_TEST

/* A picture of one line. */
static char *
draw(const char *name, const struct log *log, const struct moment *now)
{
	char *text = NULL;
	bool last = log_end(log) == now->events;
	ck_assert_int_gt(asprintf(&text, "picture of %s, %s\n", name, last ? "now" : "then"), 0);
	return text;
}

START_TEST(a_picture_is_drawn_by_whoever_can)
{
	static const char text[] = "show bytes\nshow connections\n";
	picture_lend(draw);
	run_bytes(text, sizeof text - 1, false, false);
	ck_assert_uint_eq(count_of("picture of bytes, now\n"), 1);
	ck_assert_uint_eq(count_of("Local Address"), 1);
	run_bytes(text, sizeof text - 1, false, true);
	ck_assert_uint_eq(count_of("picture of"), 0);
	ck_assert_uint_eq(count_of("\"type\": \"connections\", \"show\": \"bytes\", "
	    "\"rows\": ["), 1);
	ck_assert_uint_eq(count_of("\"type\": \"connections\", \"rows\": ["), 1);
	picture_lend(NULL);
	run_bytes(text, sizeof text - 1, false, false);
	ck_assert_uint_eq(count_of("Local Address"), 2);
}
END_TEST

START_TEST(json_is_an_object_a_line)
{
	run_bytes("say one\n", 8, false, true);
	unsigned lines = 0;
	for (const char *line = output; *line != '\0'; line += strcspn(line, "\n") + 1) {
		ck_assert_int_eq(*line, '{');
		ck_assert_int_eq(line[strcspn(line, "\n") - 1], '}');
		lines++;
	}
	ck_assert_uint_gt(lines, 3);
	ck_assert_uint_eq(count_of("\"type\": \"start\""), 1);
	ck_assert_uint_eq(count_of("\"type\": \"end\""), 1);
	ck_assert_ptr_nonnull(strstr(output, "\"status\": 1")); /* no client is there */
}
END_TEST

/* Runs on pipes in a process of its own; *in and *out are the test's ends. */
static pid_t
run_apart(int *in, int *out)
{
	int to[2], from[2];
	ck_assert_int_eq(pipe(to), 0);
	ck_assert_int_eq(pipe(from), 0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		close(to[1]);
		close(from[0]);
		struct session *session = lonely();
		status = headless_run(session, to[0], from[1], false);
		session_free(session);
		_exit(status);
	}
	close(to[0]);
	close(from[1]);
	*in = to[1];
	*out = from[0];
	return pid;
}

/* Reads until these words have come. */
static void
await_words(int out, const char *words)
{
	size_t used = 0;
	output[0] = '\0';
	while (strstr(output, words) == NULL) {
		struct pollfd ready = {.fd = out, .events = POLLIN};
		ck_assert_int_eq(poll(&ready, 1, 20000), 1);
		ssize_t size = read(out, output + used, sizeof output - 1 - used);
		ck_assert_msg(size > 0, "ended before: %s", words);
		used += (size_t)size;
		output[used] = '\0';
	}
}

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};

START_TEST(a_signal_ends_it_in_good_order)
{
	int in, out, how;
	pid_t pid = run_apart(&in, &out);
	ck_assert_int_eq(write(in, "say ready\nwait 3600\nsay never\n", 31), 31);
	await_words(out, "wait 3600");
	ck_assert_int_eq(kill(pid, ending[_i]), 0);
	ck_assert_int_eq(waitpid(pid, &how, 0), pid);
	ssize_t size = read(out, output, sizeof output - 1); /* what came since */
	output[size > 0 ? size : 0] = '\0';
	ck_assert_ptr_null(strstr(output, "never"));
	ck_assert_ptr_nonnull(strstr(output, "quit")); /* as by that command */
	ck_assert_int_eq(WEXITSTATUS(how), 128 + ending[_i]);
	close(in);
	close(out);
}
END_TEST

START_TEST(who_does_not_listen_ends_it)
{
	int in, out, how;
	pid_t pid = run_apart(&in, &out);
	ck_assert_int_eq(write(in, "say ready\n", 10), 10);
	await_words(out, "say ready");
	close(out);
	ck_assert_int_eq(write(in, "say more\n", 9), 9);
	ck_assert_int_eq(waitpid(pid, &how, 0), pid);
	ck_assert(WIFEXITED(how)); /* not of SIGPIPE */
	ck_assert_int_eq(WEXITSTATUS(how), STATUS_FAILED);
	close(in);
}
END_TEST

/* Whoever writes to a pipe that is full, and is asked to end, ends: nobody has to read. */
START_TEST(who_reads_nothing_holds_nobody)
{
	int in, out, how, waiting = 0, before = -1;
	pid_t pid = run_apart(&in, &out);
	static char lines[48000];
	for (size_t i = 0; i + 30 < sizeof lines; i += 30)
		memcpy(lines + i, "say so much that nobody reads\n", 30);
	/* twice as much comes out, more than a pipe holds */
	ck_assert_int_eq(write(in, lines, 30 * (sizeof lines / 30 - 1)),
	    30 * (sizeof lines / 30 - 1));
	while (waiting != before || waiting < 4096) { /* until no more goes in */
		before = waiting;
		poll(NULL, 0, 100);
		ck_assert_int_eq(ioctl(out, FIONREAD, &waiting), 0);
	}
	ck_assert_int_eq(kill(pid, ending[_i]), 0);
	ck_assert_int_eq(waitpid(pid, &how, 0), pid);
	ck_assert(WIFEXITED(how));
	ck_assert_int_eq(WEXITSTATUS(how), 128 + ending[_i]);
	close(in);
	close(out);
}
END_TEST

/* The mark that an editor has put before the first line is none of it; a line with a NUL
 * is no text, and no half of it is run. */
START_TEST(a_mark_is_no_text_and_nul_is_none)
{
	static const char text[] = "\xef\xbb\xbfsay one\nsay tw\0o\n\xef\xbb\xbfsay three\nsay\0";
	run_bytes(text, sizeof text - 1, _i == 1, false);
	ck_assert_uint_eq(count_of("stdin   say one\n"), 1);
	ck_assert_uint_eq(count_of("say tw"), 0);
	ck_assert_uint_eq(count_of("line 2 holds a NUL byte: it is left out"), 1);
	ck_assert_uint_eq(count_of("line 4 holds a NUL byte: it is left out"), 1);
	ck_assert_uint_eq(count_of("no command \"<U+FEFF>say\""), 1);
}
END_TEST

/* In a locale without UTF-8 text is ASCII; JSON has its own escapes. */
START_TEST(without_utf8_text_is_ascii)
{
	setenv("LC_ALL", "C", 1);
	static const char text[] = "say gr\xc3\xbc\xc3\x9f \xe2\x86\x92 dich\n";
	run_bytes(text, sizeof text - 1, false, _i == 1);
	if (_i == 0)
		ck_assert_ptr_nonnull(strstr(output, "say: gr<U+00FC><U+00DF> -> dich\n"));
	for (const char *byte = output; _i == 0 && *byte != '\0'; byte++)
		ck_assert_int_lt((unsigned char)*byte, 0x80);
	ck_assert(_i == 0 || strstr(output, "gr\xc3\xbc\xc3\x9f") != NULL);
}
END_TEST

START_TEST(lines_are_taken_as_they_come)
{
	int in, out, how;
	pid_t pid = run_apart(&in, &out);
	ck_assert_int_eq(write(in, "say he", 6), 6);
	await_words(out, "start");
	ck_assert_int_eq(write(in, "llo\nquit\n", 9), 9);
	await_words(out, "say hello\n");
	ck_assert_int_eq(waitpid(pid, &how, 0), pid); /* quit ends it, not the input */
	ck_assert(WIFEXITED(how));
	close(in);
	close(out);
}
END_TEST

START_TEST(a_lesson_wants_a_server_of_its_own)
{
	static const char text[] = "title x\nsay x\n";
	struct scenario scenario;
	char error[SCENARIO_ERROR];
	FILE *out = tmpfile();
	ck_assert_int_eq(scenario_parse(&scenario, "x.scenario", text, sizeof text - 1,
	    error), 0);
	struct session *session = lonely();
	ck_assert_int_eq(headless_play(session, &scenario, fileno(out), false),
	    STATUS_NOT_HERE);
	ck_assert(session_has_ended(session));
	session_free(session);
	scenario_release(&scenario);
	fclose(out);
}
END_TEST

Suite *
headless_suite(void)
{
	Suite *suite = suite_create("headless");
	TCase *all = tcase_create("all");
	tcase_set_timeout(all, 120);
	tcase_add_loop_test(all, each_line_is_a_command, 0, 2);
	tcase_add_loop_test(all, the_last_line_may_have_a_carriage_return, 0, 2);
	tcase_add_test(all, every_line_of_many_is_run);
	tcase_add_test(all, a_line_that_is_too_long_is_left_out);
	tcase_add_test(all, a_picture_is_drawn_by_whoever_can);
	tcase_add_test(all, json_is_an_object_a_line);
	tcase_add_loop_test(all, a_signal_ends_it_in_good_order, 0,
	    sizeof ending / sizeof *ending);
	tcase_add_loop_test(all, who_reads_nothing_holds_nobody, 0,
	    sizeof ending / sizeof *ending);
	tcase_add_loop_test(all, a_mark_is_no_text_and_nul_is_none, 0, 2);
	tcase_add_loop_test(all, without_utf8_text_is_ascii, 0, 2);
	tcase_add_test(all, who_does_not_listen_ends_it);
	tcase_add_test(all, lines_are_taken_as_they_come);
	tcase_add_test(all, a_lesson_wants_a_server_of_its_own);
	suite_add_tcase(suite, all);
	return suite;
}
