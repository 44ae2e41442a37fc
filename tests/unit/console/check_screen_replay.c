/* check_screen_replay.c: a recording on the screen: read, walked through, refused. */
#include "run_fixture.h"
#include "suites.h"

#include "render_json.h"

/* Writes a recording of a few events; cut: its last line is not whole. */
static void
record(bool cut)
{
	struct log *log = log_new(100);
	FILE *out = fopen(file("recording"), "w");
	ck_assert_ptr_nonnull(log);
	ck_assert_ptr_nonnull(out);
	struct event events[] = {fixture_start("local"),
	    fixture_event(EVENT_COMMAND, "connect"),
	    fixture_connection(1, CONNECTION_OPENED),
	    fixture_connection(1, CONNECTION_CURRENT),
	    fixture_state(1, END_CLIENT, STATE_GONE, STATE_ESTABLISHED),
	    fixture_event(EVENT_COMMAND, "close"),
	    fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_TIME_WAIT)};
	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		events[i].time = FIXTURE_MS(100 * (i + 1));
		ck_assert_int_eq(log_append(log, &events[i]), 0);
		char *text = render_json(log_event(log, i), log_now(log));
		ck_assert_ptr_nonnull(text);
		fprintf(out, "%s\n", text);
		free(text);
	}
	if (cut)
		fputs("{\"t\": 0.9, \"ty", out);
	ck_assert_int_eq(fclose(out), 0);
	log_free(log);
}

START_TEST(a_recording_is_walked_through)
{
	record(false);
	start(file("recording"));
	see("recorded 0.700 s");
	see("of 7");
	see("TIME_WAIT");
	ck_assert(!was_seen("reading,"));
	type("{");
	see("0.600");
	type("[");
	see("ESTABLISHED");
	type("\033[H");
	see("0.100");
	type("\033OQ");
	see("this is a recording: nothing can be done in it");
	type("\033[F]");
	see("e recording ends here");
	type(" ");
	see("can be done in it");
	type(F10);
	ends_with(0);
	ck_assert(!was_seen("tcpconsole: "));
}
END_TEST

START_TEST(a_recording_that_is_cut_off_says_so)
{
	record(true);
	start(file("recording"));
	see("recorded 0.700 s");
	see("cut off");
	type("q");
	ends_with(0);
}
END_TEST

START_TEST(what_is_no_recording_is_refused)
{
	static const char *const texts[] = {NULL, "hello\n", ""};
	if (texts[_i] != NULL)
		write_file("recording", texts[_i]);
	start(file("recording"));
	see("tcpconsole: ");
	see("recording");
	ends_with(2);
	ck_assert(!was_seen("\033[?1049h"));
}
END_TEST

/* One that takes several readings, and of which a later line is wrong. */
START_TEST(a_long_recording_is_read_in_pieces)
{
	enum { LINES_MANY = 20000 };
	record(false);
	FILE *out = fopen(file("recording"), "a");
	ck_assert_ptr_nonnull(out);
	for (int i = 0; i < LINES_MANY; i++)
		fprintf(out, "{\"t\": %.6f, \"type\": \"note\", \"text\": \"number %d\"}\n",
		    1 + i / 1000.0, i);
	if (_i == 1)
		fputs("this is none\n", out);
	ck_assert_int_eq(fclose(out), 0);
	start(file("recording"));
	if (_i == 0) {
		see("20.999 s");
		type("\014"); /* all of it, not what differs */
		see("number 19999");
		type(F10);
		ends_with(0);
	} else {
		see("tcpconsole: ");
		ends_with(2);
	}
}
END_TEST

Suite *
screen_replay_suite(void)
{
	Suite *suite = suite_create("screen replay");
	TCase *replay = tcase_create("replay");
	tcase_add_checked_fixture(replay, setup_run, teardown_run);
	tcase_add_test(replay, a_recording_is_walked_through);
	tcase_add_test(replay, a_recording_that_is_cut_off_says_so);
	tcase_add_loop_test(replay, what_is_no_recording_is_refused, 0, 3);
	tcase_add_loop_test(replay, a_long_recording_is_read_in_pieces, 0, 2);
	suite_add_tcase(suite, replay);
	return suite;
}
