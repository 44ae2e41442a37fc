/* check_screen_past.c: the screen walked through time shows each moment as it was
 * when it was now, and what was recorded shows the same as what was seen. */
#include "screen_fixture.h"
#include "suites.h"

#include "past.h"
#include "parse_json.h"
#include "render_json.h"

enum { STORY_MOST = 200, JUMPS = 60 };

/* A host that crashes and comes back, with everything on the screen in motion. */
static void
tell_story(void)
{
	struct event errors = fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET);
	struct event timer = {.type = EVENT_TIMER};
	begin();
	happen(fixture_event(EVENT_COMMAND, "connect"));
	connect_one(1);
	happen(fixture_event(EVENT_COMMAND, "send hello"));
	line(EVENT_SENT, "hello");
	line(EVENT_ECHO, "hello");
	happen(fixture_event(EVENT_COMMAND, "connect"));
	connect_one(2);
	happen(fixture_connection(1, CONNECTION_CURRENT));
	happen(fixture_event(EVENT_COMMAND, "host crash"));
	happen(fixture_host(HOST_CRASHED));
	happen(fixture_event(EVENT_COMMAND, "send lost"));
	line(EVENT_SENT, "lost");
	timer.timer.conn = 1;
	timer.timer.rto = 400000;
	timer.timer.retransmits = 3;
	timer.timer.next_at = test.now + FIXTURE_MS(1300);
	happen(timer);
	row(1, END_CLIENT, SOCKET_CHANGED, STATE_ESTABLISHED, TIMER_ON,
	    FIXTURE_MS(1300));
	happen(fixture_event(EVENT_COMMAND, "host reboot"));
	happen(fixture_child(1, PROCESS_ZOMBIE, 9));
	happen(fixture_child(1, PROCESS_REAPED, 9));
	happen(fixture_socket(1, END_SERVER, SOCKET_GONE, STATE_GONE));
	happen(fixture_host(HOST_UP));
	happen(errors);
	happen(fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_GONE));
	happen(fixture_socket(1, END_CLIENT, SOCKET_GONE, STATE_GONE));
}

/* Draws the moment of a place in this log, as it was drawn when it was now. */
static char *
draw_place(const struct log *log, struct past *past, uint64_t number)
{
	ck_assert_int_eq(past_go(past, number), 0);
	struct scene scene = {.moment = past_moment(past), .log = log,
	    .end = number, .now = past_moment(past)->time};
	screen_frame(&test.screen, &scene, NULL);
	return dump();
}

/* Each place of the story as a frame, forward. */
static size_t
draw_all(const struct log *log, char **frames)
{
	struct past *past = past_new(log);
	ck_assert_ptr_nonnull(past);
	size_t count = (size_t)log_end(log);
	ck_assert_uint_lt(count, STORY_MOST);
	for (uint64_t i = 1; i <= count; i++)
		frames[i] = draw_place(log, past, i);
	past_free(past);
	return count;
}

static void
free_frames(char **frames, size_t count)
{
	for (size_t i = 1; i <= count; i++)
		free(frames[i]);
}

/* All panes, and each of those that can be zoomed. */
static const char *const zooms[] = {NULL, "states", "figures", "bytes", "timeline",
    "connections", "sent"};

enum { ZOOMS = sizeof zooms / sizeof *zooms };

START_TEST(each_place_looks_as_it_did_when_it_was_now)
{
	char *frames[STORY_MOST];
	tell_story();
	ck_assert_int_eq(resizeterm(_i % 2 == 0 ? 24 : 36, _i % 2 == 0 ? 80 : 120), OK);
	if (zooms[_i / 2] != NULL)
		screen_zoom(&test.screen, screen_pane(&test.screen, zooms[_i / 2]));
	size_t count = draw_all(test.log, frames);
	struct past *past = past_new(test.log);
	for (size_t i = 0; i < count + JUMPS; i++) {
		size_t to = i < count ? count - i : 1 + i * 7919 % count;
		char *frame = draw_place(test.log, past, to);
		ck_assert_str_eq(frame, frames[to]);
		free(frame);
	}
	past_free(past);
	free_frames(frames, count);
}
END_TEST

/* The log as it comes back from a recording. */
static struct log *
recorded(const struct log *log)
{
	struct log *copy = log_new(LOG_UNBOUNDED);
	struct past *past = past_new(log);
	ck_assert_ptr_nonnull(copy);
	for (uint64_t i = 0; i < log_end(log); i++) {
		struct event event;
		ck_assert_int_eq(past_go(past, i + 1), 0);
		char *text = render_json(log_event(log, i), past_moment(past));
		ck_assert_ptr_nonnull(text);
		ck_assert_int_eq(render_json_parse(text, &event), 0);
		ck_assert_int_eq(log_append(copy, &event), 0);
		char *again = render_json(log_event(copy, i), log_now(copy));
		ck_assert_str_eq(text, again);
		free(text);
		free(again);
	}
	past_free(past);
	return copy;
}

START_TEST(a_recording_shows_the_same_panes)
{
	char *frames[STORY_MOST];
	tell_story();
	line(EVENT_SENT, "bytes \xff\x01\x80 of all kinds");
	ck_assert_int_eq(resizeterm(36, 120), OK);
	if (zooms[_i] != NULL)
		screen_zoom(&test.screen, screen_pane(&test.screen, zooms[_i]));
	size_t count = draw_all(test.log, frames);
	struct log *copy = recorded(test.log);
	struct past *past = past_new(copy);
	screen_reset(&test.screen);
	if (zooms[_i] != NULL)
		screen_zoom(&test.screen, screen_pane(&test.screen, zooms[_i]));
	for (size_t i = 1; i <= count; i++) {
		char *frame = draw_place(copy, past, i);
		ck_assert_str_eq(frame, frames[i]);
		free(frame);
	}
	past_free(past);
	log_free(copy);
	free_frames(frames, count);
}
END_TEST

/* Draws a place as the past. */
static void
draw_past(uint64_t number, int rows, int columns)
{
	struct past *past = past_new(test.log);
	ck_assert_int_eq(past_go(past, number), 0);
	struct scene scene = {.moment = past_moment(past), .log = test.log,
	    .end = number, .now = past_moment(past)->time, .guide = test.guide,
	    .past = {.there = true, .walked = number < log_end(test.log),
	    .events = log_end(test.log), .since = 37, .clock = test.now,
	    .percent = 100}};
	test.screen.focus = FOCUS_PANES;
	ck_assert_int_eq(resizeterm(rows, columns), OK);
	screen_frame(&test.screen, &scene, NULL);
	past_free(past);
}

START_TEST(the_status_line_says_when_it_is)
{
	tell_story();
	draw_past(log_end(test.log) - 3, 24, 80);
	ck_assert(holds(" past 0.380 s, 38 of 41 "));
	ck_assert(holds(" Space Now "));
	draw_past(log_end(test.log), 24, 80);
	ck_assert(holds(" frozen 0.410 s, 37 since "));
	test.screen.focus = FOCUS_LINE;
	ck_assert(!holds(" F2 Kill child"));
}
END_TEST

/* The instant before the RST: both ends' rows as they were, the timer counting from
 * that moment, and the event at hand in the last line of the timeline even if the
 * timeline has none for it. */
START_TEST(before_the_reset_both_ends_are_there)
{
	tell_story();
	uint64_t reboot = log_find_back(test.log, log_end(test.log), 0,
	    LOG_TYPE(EVENT_COMMAND));
	draw_past(reboot, 24, 80);
	ck_assert(holds("crashed 0"));
	ck_assert(holds("127.0.0.1:9877    127.0.0.1:40001   ESTABLISHED") ||
	    holds("127.0.0.1:9877  127.0.0.1:40001 ESTABLISHED"));
	ck_assert(holds("3 retransmissions") || holds("3 resent"));
	ck_assert(!holds("ECONNRESET"));
	ck_assert(holds("socket  changed ESTABLISHED"));
	draw_past(log_end(test.log), 24, 80);
	ck_assert(holds("ECONNRESET"));
}
END_TEST

/* The screen below the status line: malloc'ed. */
static char *
dump_panes(void)
{
	char *all = dump(), *panes = strdup(strchr(all, '\n'));
	free(all);
	return panes;
}

/* No key seems to do nothing: each event has its line, at least. */
START_TEST(every_step_is_seen)
{
	tell_story();
	struct event details = {.type = EVENT_DETAILS, .time = test.now,
	    .details = {.conn = 1, .end = END_CLIENT}};
	struct event timer = {.type = EVENT_TIMER, .time = test.now, .timer = {.conn = 1}};
	log_append(test.log, &details);
	details.details.end = END_SERVER;
	log_append(test.log, &details); /* at the same instant */
	log_append(test.log, &timer);
	timer.timer.retransmits++;
	log_append(test.log, &timer);
	happen(fixture_event(EVENT_COMMAND, "reset"));
	draw_past(1, 24, 80);
	char *before = dump_panes();
	for (uint64_t i = 2; i < log_end(test.log); i++) {
		draw_past(i, 24, 80);
		char *after = dump_panes();
		ck_assert_msg(strcmp(before, after) != 0, "event %d: %s", (int)i, after);
		free(before);
		before = after;
	}
	free(before);
}
END_TEST

/* What a notice says goes away although the past's clock stands. */
START_TEST(a_notice_ends_in_the_past_too)
{
	tell_story();
	screen_notice(&test.screen, STYLE_STRONG, test.now + FIXTURE_MS(5000),
	    "this is the past");
	draw_past(20, 24, 80);
	ck_assert(holds("this is the past"));
	test.now += FIXTURE_MS(6000);
	draw_past(20, 24, 80);
	ck_assert(!holds("this is the past"));
}
END_TEST

/* In a lesson, the past has the narrator's words of then, and nothing of what comes
 * next; where the lesson had not begun, its room stays. */
START_TEST(a_lesson_is_walked_through_too)
{
	begin();
	happen(fixture_lesson(LESSON_BEGUN, "Children become zombies"));
	uint64_t begun = log_end(test.log);
	happen(fixture_event(EVENT_SAY, "The first words."));
	uint64_t first = log_end(test.log);
	happen(fixture_ask("How many zombies?", "none\nfive", 2, 0));
	uint64_t asked = log_end(test.log);
	happen(fixture_event(EVENT_SAY, "The last words."));
	draw(24, 80);
	ck_assert(holds("The last words."));
	int rows = test.screen.narrator_rows;
	draw_past(first, 24, 80);
	ck_assert(holds("The first words."));
	ck_assert(!holds("The last words."));
	draw_past(asked, 24, 80);
	ck_assert(holds("How many zombies?"));
	ck_assert(!holds("The room chooses"));
	draw_past(begun - 1, 24, 80);
	ck_assert(!holds("The first words."));
	ck_assert_int_ge(test.screen.narrator_rows, rows);
}
END_TEST

Suite *
screen_past_suite(void)
{
	Suite *suite = suite_create("screen past");
	TCase *tests = tcase_create("past");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, each_place_looks_as_it_did_when_it_was_now, 0,
	    2 * ZOOMS);
	tcase_add_loop_test(tests, a_recording_shows_the_same_panes, 0, ZOOMS);
	tcase_add_test(tests, the_status_line_says_when_it_is);
	tcase_add_test(tests, before_the_reset_both_ends_are_there);
	tcase_add_test(tests, every_step_is_seen);
	tcase_add_test(tests, a_notice_ends_in_the_past_too);
	tcase_add_test(tests, a_lesson_is_walked_through_too);
	suite_add_tcase(suite, tests);
	return suite;
}
