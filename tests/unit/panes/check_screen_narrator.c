/* check_screen_narrator.c: what the narrator says, asks and tells of a lesson, and the menu
 * of the lessons, line by line. */
#include "pane_fixture.h"
#include "suites.h"

enum { ROOM = 78 };

/* The lines of the narrator in this room, with '|' between them. */
static const char *
said(int rows, int columns)
{
	static char text[4096];
	size_t used = 0;
	*text = '\0';
	for (size_t i = 0, count = look_at("narrator", rows, columns); i < count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
		    i > 0 ? "|" : "", line_at(i));
	return text;
}

/* What stands below it. */
static const char *
footing(bool in_the_past)
{
	struct scene scene = scene_now();
	scene.past.there = in_the_past;
	looked.line = (struct line){.style = STYLE_PLAIN};
	looked.state->pane->footing(looked.state, &scene, looked.inside.columns,
	    &looked.line);
	return looked.line.text;
}

static void
ask(unsigned chosen)
{
	happen(fixture_ask("What will Processes show?", "The parent alone\nOne zombie", 2,
	    chosen));
}

START_TEST(a_say_is_wrapped)
{
	happen(fixture_lesson(LESSON_BEGUN, "Zombies"));
	ck_assert_str_eq(said(5, ROOM), "The lesson begins.");
	happen(fixture_event(EVENT_SAY, "One two three, \033[2J."));
	ck_assert_str_eq(said(5, ROOM), "One two three, ^[[2J.");
	ck_assert_uint_eq(look_of_it(), STYLE_PLAIN);
	ck_assert_uint_eq(looked.state->needed, 2); /* and what comes next */
	ck_assert_str_eq(said(5, 14), "One two three,|^[[2J.");
	ck_assert_uint_eq(looked.state->needed, 3);
}
END_TEST

START_TEST(a_lesson_that_has_not_begun_is_told)
{
	begin();
	ck_assert_str_eq(said(5, ROOM), "The lesson has not begun yet.");
	ck_assert_str_eq(looked.state->title, "Narrator");
	ck_assert_str_eq(looked.state->note, "");
	ask(0);
	said(5, ROOM);
	ck_assert_str_eq(looked.state->title, "A question to the room");
}
END_TEST

/* The answers stand below each other, where that leaves a row to what comes next. */
START_TEST(answers_stand_below_each_other_where_there_is_room)
{
	ask(0);
	ck_assert_str_eq(said(4, ROOM), "What will Processes show?|1 The parent alone|"
	    "2 One zombie");
	ck_assert_str_eq(said(3, ROOM), "What will Processes show?|1 The parent alone   "
	    "2 One zombie");
	ck_assert_str_eq(said(3, 33), "What will Processes show?|1 The parent alone   2 One "
	    "zombie");
	ck_assert_str_eq(said(3, 32), "What will Processes show?|1 The parent alone|2 One "
	    "zombie");
	line_at(0);
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
	line_at(1);
	ck_assert_uint_eq(look_of_it(), STYLE_PLAIN);
}
END_TEST

START_TEST(what_the_room_chose_is_told)
{
	ask(1);
	ck_assert_str_eq(said(5, ROOM), "What will Processes show?|1 The parent alone|"
	    "2 One zombie|The room: 1 The parent alone");
	ck_assert_uint_eq(look_of_it(), STYLE_KEY | STYLE_STRONG); /* not yet how it was */
	ck_assert_str_eq(said(4, ROOM), "What will Processes show?|1 The parent alone   "
	    "2 One zombie|The room: 1 The parent alone");
	happen(fixture_event(EVENT_SAY, "See."));
	ck_assert_str_eq(said(5, ROOM), "The room: 1 The parent alone   It was: 2 One "
	    "zombie|See.");
	line_at(0);
	ck_assert_uint_eq(look_of_it(), STYLE_PASSING | STYLE_STRONG);
	ck_assert_str_eq(said(5, 51), "The room: 1 The parent alone   It was: 2 One "
	    "zombie|See.");
	ck_assert_str_eq(said(5, 50), "The room: 1 The parent alone|It was:   2 One "
	    "zombie|See.");
	line_at(1);
	ck_assert_uint_eq(look_of_it(), STYLE_PASSING | STYLE_STRONG);
}
END_TEST

START_TEST(a_room_that_was_right_is_told)
{
	ask(2);
	happen(fixture_event(EVENT_SAY, "See."));
	ck_assert_str_eq(said(5, ROOM), "The room: 2 One zombie   So it was.|See.");
	line_at(0);
	ck_assert_uint_eq(look_of_it(), STYLE_GOOD | STYLE_STRONG);
	ck_assert_str_eq(said(5, 30), "The room: 2 One zombie   So it|  was.|See.");
}
END_TEST

/* A moment in which the lesson is stuck. */
static void
stick(struct moment *moment, bool refused, const char *got)
{
	*moment = *log_now(test.log);
	moment->lesson.any = moment->lesson.spoke = moment->lesson.stuck = true;
	moment->lesson.what = LESSON_FAILED;
	moment->lesson.line = 12;
	moment->lesson.refused = refused;
	snprintf(moment->lesson.name, sizeof moment->lesson.name, "zombies");
	snprintf(moment->lesson.failed, sizeof moment->lesson.failed, "zombies 5\033");
	snprintf(moment->lesson.got, sizeof moment->lesson.got, "%s", got);
}

START_TEST(a_failure_says_what_was_expected_and_seen)
{
	static const struct { bool refused; const char *got, *lines[3]; } table[] = {
		{false, "zombies 4", {"It did not come out as the lesson says: line 12 of "
		    "zombies", "expected  zombies 5^[", "seen      zombies 4"}},
		{false, "", {"It did not come out as the lesson says: line 12 of zombies",
		    "expected  zombies 5^[", "seen      nothing of the kind"}},
		{true, "no server", {"It did not come out as the lesson says: line 12 of "
		    "zombies", "command   zombies 5^[", "refused   no server"}},
	};
	static const unsigned looks[3] = {STYLE_BAD | STYLE_STRONG | STYLE_REVERSE, STYLE_STRONG,
	    STYLE_BAD | STYLE_STRONG};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct moment moment;
		struct scene scene = scene_now();
		stick(&moment, table[i].refused, table[i].got);
		scene.moment = &moment;
		look_at("narrator", 5, ROOM);
		looked.state->pane->prepare(looked.state, &scene, &looked.inside);
		ck_assert_uint_eq(looked.state->count, 3);
		for (size_t j = 0; j < 3; j++) {
			ck_assert_str_eq(line_at(j), table[i].lines[j]);
			ck_assert_uint_eq(look_of_it(), looks[j]);
		}
		struct rectangle narrow = {.rows = 5, .columns = 18};
		looked.state->pane->prepare(looked.state, &scene, &narrow);
		ck_assert_ptr_nonnull(strstr(line_at(0), "…"));
		ck_assert_str_eq(line_at(2), "          5^["); /* wrapped below itself */
	}
}
END_TEST

/* How far a lesson is, and what the border says of it. */
static const struct { bool there; enum lesson_state state; bool failed; enum lesson_what what;
    const char *section, *note; } notes[] = {
	{true, LESSON_WAITS, false, LESSON_BEGUN, "5.9", "UNP 5.9, step 3/9"},
	{true, LESSON_RUNS, false, LESSON_BEGUN, "", "step 3/9"},
	{true, LESSON_OVER, false, LESSON_PASSED, "5.9", "UNP 5.9, passed"},
	{true, LESSON_OVER, true, LESSON_FAILED, "5.9", "UNP 5.9, FAILED"},
	{false, LESSON_OVER, false, LESSON_BEGUN, "5.9", "UNP 5.9"},
	{false, LESSON_OVER, false, LESSON_PASSED, "5.9", "UNP 5.9, passed"},
	{false, LESSON_OVER, false, LESSON_FAILED, "", "FAILED"},
};

START_TEST(the_border_says_how_far_it_is)
{
	struct event event = fixture_lesson(LESSON_BEGUN, "Zombies \033 stay");
	snprintf(event.lesson.section, sizeof event.lesson.section, "%s", notes[_i].section);
	happen(event);
	if (notes[_i].what != LESSON_BEGUN) {
		event = fixture_lesson(notes[_i].what, "Zombies \033 stay");
		snprintf(event.lesson.section, sizeof event.lesson.section, "%s",
		    notes[_i].section);
		happen(event);
	}
	test.guide = (struct guide){.there = notes[_i].there, .state = notes[_i].state,
	    .failed = notes[_i].failed, .position = 3, .count = 9};
	look_at("narrator", 5, ROOM);
	ck_assert_str_eq(looked.state->note, notes[_i].note);
	ck_assert_str_eq(looked.state->title, "Zombies ^[ stay");
}
END_TEST

START_TEST(each_say_is_read_from_its_beginning)
{
	happen(fixture_lesson(LESSON_BEGUN, "Zombies"));
	happen(fixture_event(EVENT_SAY, "one"));
	look_at("narrator", 5, ROOM);
	looked.state->top = 3;
	look_at("narrator", 5, ROOM);
	ck_assert_uint_eq(looked.state->top, 3);
	happen(fixture_event(EVENT_SAY, "two"));
	look_at("narrator", 5, ROOM);
	ck_assert_uint_eq(looked.state->top, 0);
	looked.state->top = 3;
	ask(0);
	look_at("narrator", 5, ROOM);
	ck_assert_uint_eq(looked.state->top, 0);
	looked.state->top = 3;
	struct moment moment;
	struct scene scene = scene_now();
	stick(&moment, false, "");
	scene.moment = &moment;
	looked.state->pane->prepare(looked.state, &scene, &looked.inside);
	ck_assert_uint_eq(looked.state->top, 0);
}
END_TEST

START_TEST(what_comes_next_is_of_now)
{
	struct scenario_step step = {.line = 3, .text = (char[]){"kill child"}};
	const struct scenario scenario = {.name = "zombies", .steps = &step, .count = 1};
	happen(fixture_lesson(LESSON_BEGUN, "Zombies"));
	test.guide = (struct guide){.there = true, .state = LESSON_WAITS, .position = 1,
	    .count = 2, .scenario = &scenario, .step = &step};
	look_at("narrator", 5, ROOM);
	ck_assert_ptr_nonnull(strstr(footing(false), "kill child"));
	ck_assert_uint_eq(look_of_it(), STYLE_KEY | STYLE_STRONG);
	ck_assert_str_eq(footing(true), "");
}
END_TEST

static struct scenario lessons[] = {
	{.name = "first", .title = "What is seen first, in so many words", .section = "5.1"},
	{.name = "a-name-that-is-much-too-long-for-it", .title = "Long", .section = ""},
	{.name = "needs\033user", .title = "Not here", .section = "5.2", .needs = NEEDS_LAB},
};

/* Puts the lessons into the menu. */
static void
offer(size_t count)
{
	test.guide.lessons = lessons;
	test.guide.lesson_count = count;
}

START_TEST(the_menu_has_a_line_for_each_lesson)
{
	offer(3);
	ck_assert_uint_eq(look_at("lessons", 9, ROOM), 3);
	ck_assert_str_eq(line_at(0), "> 5.1   first                    What is seen first, in "
	    "so many words");
	ck_assert_uint_eq(look_of_it(), STYLE_PLAIN);
	ck_assert_str_eq(line_at(1), "        a-name-that-is-much-too… Long");
	look_at("lessons", 9, 2 * ROOM);
	ck_assert_int_eq(strncmp(line_at(2), "  5.2   needs^[user              (", 34), 0);
	ck_assert_int_eq(looked.line.text[strlen(looked.line.text) - 1], ')');
	ck_assert_uint_eq(look_of_it(), STYLE_FAINT);
	ck_assert_str_eq(heading_of_it(), "  UNP   Name                     What is seen");
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
	offer(1);
	look_at("lessons", 9, ROOM);
	ck_assert_str_eq(line_at(0), "> 5.1   first What is seen first, in so many words");
	ck_assert_str_eq(heading_of_it(), "  UNP   Name  What is seen");
	look_at("lessons", 9, 24);
	ck_assert_str_eq(line_at(0), "> 5.1   first What is…");
}
END_TEST

START_TEST(the_lesson_that_is_played_stands_out)
{
	offer(3);
	struct event event = fixture_lesson(LESSON_BEGUN, "First");
	ck_assert_int_eq(event_set_text(&event, "first", 5), 0);
	look_at("lessons", 9, ROOM);
	line_at(0);
	ck_assert_uint_eq(look_of_it(), STYLE_PLAIN);
	happen(event);
	line_at(0);
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
	line_at(1);
	ck_assert_uint_eq(look_of_it(), STYLE_PLAIN);
}
END_TEST

START_TEST(the_menu_says_what_enter_does)
{
	offer(3);
	look_at("lessons", 9, ROOM);
	ck_assert_str_eq(footing(false),
	    "Enter plays it in a clean state: what runs now is ended.");
	ck_assert_uint_eq(look_of_it(), STYLE_KEY | STYLE_STRONG);
	looked.state->selected = 2;
	ck_assert_str_eq(footing(false), "Not to be played here: Not here");
	ck_assert_uint_eq(look_of_it(), STYLE_KEY | STYLE_STRONG);
	ck_assert_int_eq(line_at(2)[0], '>');
	offer(0);
	ck_assert_uint_eq(look_at("lessons", 9, ROOM), 0);
	ck_assert_str_eq(footing(false), "");
}
END_TEST

Suite *
screen_narrator_suite(void)
{
	Suite *suite = suite_create("screen narrator");
	TCase *tcase = tcase_create("narrator"), *menu = tcase_create("menu");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_say_is_wrapped);
	tcase_add_test(tcase, a_lesson_that_has_not_begun_is_told);
	tcase_add_test(tcase, answers_stand_below_each_other_where_there_is_room);
	tcase_add_test(tcase, what_the_room_chose_is_told);
	tcase_add_test(tcase, a_room_that_was_right_is_told);
	tcase_add_test(tcase, a_failure_says_what_was_expected_and_seen);
	tcase_add_loop_test(tcase, the_border_says_how_far_it_is, 0,
	    sizeof notes / sizeof *notes);
	tcase_add_test(tcase, each_say_is_read_from_its_beginning);
	tcase_add_test(tcase, what_comes_next_is_of_now);
	tcase_add_checked_fixture(menu, setup, teardown);
	tcase_add_test(menu, the_menu_has_a_line_for_each_lesson);
	tcase_add_test(menu, the_lesson_that_is_played_stands_out);
	tcase_add_test(menu, the_menu_says_what_enter_does);
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, menu);
	return suite;
}
