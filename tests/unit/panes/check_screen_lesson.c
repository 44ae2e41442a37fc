/* check_screen_lesson.c: the screen in a lesson: what the narrator says, asks, was
 * answered, where the lesson is stuck, its end; the menu of the lessons.  Whole screens
 * are compared with files. */
#include "screen_fixture.h"
#include "suites.h"

static const char scenario_text[] =
    "title Five clients leave, five zombies stay\n"
    "section 5.9\n"
    "row 6\n"
    "say The book's first server forks a child for each client and never asks what became "
    "of it. We start it so: reap=none. Then one client connects. Watch the Processes pane "
    "fill.\n"
    "server set reap=none\n"
    "connect\n"
    "expect children 1\n"
    "ask One parent and one child, asleep in read. Now the client closes, so the child "
    "reads end of file and exits. What will Processes show? | The parent alone | One "
    "zombie = 2\n"
    "kill child\n"
    "expect zombies 1 within 2\n"
    "say One zombie: STAT Z, <defunct>. It runs no code and owns no memory and no socket. "
    "What stays is a PID, the exit status and the CPU time, for a parent that may ask.\n"
    "say That parent never will.\n";

static struct scenario scenario;

/* What a step of the lesson is, by number. */
enum { SAY, SET, CONNECT, EXPECT_CHILD, ASK, KILL, EXPECT_ZOMBIE, SAY_OUTCOME, SAY_LAST };

/* The lesson stands there. */
static void
stand(enum lesson_state state, size_t position, size_t next)
{
	test.guide = (struct guide){.there = true, .state = state,
	    .failed = state == LESSON_STUCK, .position = position,
	    .count = scenario.count, .scenario = &scenario,
	    .step = next < scenario.count ? &scenario.steps[next] : NULL};
}

/* A step of the lesson as a command. */
static void
command(size_t number)
{
	struct event event = fixture_event(EVENT_COMMAND, scenario.steps[number].text);
	event.command.source = SOURCE_SCRIPT;
	happen(event);
}

/* The narrator says what the step says. */
static void
say(size_t number)
{
	command(number);
	happen(fixture_event(EVENT_SAY, scenario.steps[number].text + strlen("say ")));
}

/* The question; chosen 0: it is open. */
static void
ask(unsigned chosen)
{
	struct event event = fixture_event(EVENT_ASK, "One parent and one child, asleep in "
	    "read. Now the client closes, so the child reads end of file and exits. What "
	    "will Processes show?");
	event.detail = strdup("The parent alone\nOne zombie");
	ck_assert_ptr_nonnull(event.detail);
	event.ask.answer = 2;
	event.ask.chosen = chosen;
	happen(event);
}

/* The lesson as an event. */
static void
tell(enum lesson_what what, unsigned failed_at, const char *detail)
{
	struct event event = fixture_event(EVENT_LESSON, "zombies");
	event.lesson.what = what;
	event.lesson.line = failed_at;
	snprintf(event.lesson.section, sizeof event.lesson.section, "%s",
	    scenario.section);
	event.detail = strdup(detail);
	ck_assert_ptr_nonnull(event.detail);
	happen(event);
}

/* A session with the lesson, which has said its first words. */
static void
begin_lesson(void)
{
	char error[SCENARIO_ERROR];
	ck_assert_msg(scenario_parse(&scenario, "zombies.scenario", scenario_text,
	    strlen(scenario_text), error) == 0, "%s", error);
	ck_assert_uint_eq(scenario.count, SAY_LAST + 1);
	begin();
	tell(LESSON_BEGUN, 0, scenario.title);
	say(SAY);
	stand(LESSON_WAITS, 1, SET);
}

static void
setup_lesson(void)
{
	setup();
	begin_lesson();
}

static void
teardown_lesson(void)
{
	scenario_release(&scenario);
	teardown();
}

/* Up to the question. */
static void
up_to_the_question(void)
{
	command(CONNECT);
	connect_one(1);
	command(ASK);
	ask(0);
	stand(LESSON_RUNS, ASK + 1, ASK);
}

/* The child is dead, and nobody waits for it. */
static void
kill_the_child(void)
{
	command(KILL);
	happen(process(ROLE_CHILD, CHILD_PID + 1, 1, PROCESS_ZOMBIE, "Z",
	    "[tcpserv] <defunct>", "-"));
	row(1, END_CLIENT, SOCKET_CHANGED, STATE_CLOSE_WAIT, TIMER_OFF, 0);
	happen(fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_CLOSE_WAIT));
}

START_TEST(the_narrator_says_what_comes_next)
{
	compare("lesson-say", 24, 80);
	compare("lesson-say", 36, 120);
}
END_TEST

START_TEST(a_running_step_is_named)
{
	command(SET);
	stand(LESSON_RUNS, 2, SET);
	draw(24, 80);
	ck_assert(holds("│Running: server set reap=none"));
	ck_assert(holds("The book's first server")); /* still there to be read */
}
END_TEST

START_TEST(a_question_is_asked_with_its_answers)
{
	up_to_the_question();
	compare("lesson-ask", 24, 80);
	compare("lesson-ask", 36, 120);
}
END_TEST

START_TEST(what_the_room_chose_stands_beside_what_was)
{
	up_to_the_question();
	ask(1);
	stand(LESSON_RUNS, KILL + 1, KILL);
	draw(24, 80);
	ck_assert(holds("│The room: 1 The parent alone"));
	ck_assert(!holds("It was")); /* it has not happened yet */
	kill_the_child();
	say(SAY_OUTCOME);
	stand(LESSON_WAITS, SAY_OUTCOME + 1, SAY_LAST);
	compare("lesson-chosen", 24, 80);
	compare("lesson-chosen", 36, 120);
	say(SAY_LAST);
	draw(24, 80);
	ck_assert(!holds("The room"));
	ck_assert(holds("That parent never will."));
}
END_TEST

START_TEST(a_room_that_is_right_is_told_so)
{
	up_to_the_question();
	ask(2);
	say(SAY_OUTCOME);
	draw(24, 80);
	ck_assert(holds("│The room: 2 One zombie   So it was."));
}
END_TEST

/* The expectation of a zombie fails. */
static void
miss(void)
{
	struct event event = fixture_event(EVENT_EXPECT, "zombies 1 within 2");
	command(EXPECT_ZOMBIE);
	event.expect.pass = false;
	event.detail = strdup("0");
	ck_assert_ptr_nonnull(event.detail);
	happen(event);
	tell(LESSON_FAILED, 10, scenario.steps[EXPECT_ZOMBIE].text);
	stand(LESSON_STUCK, EXPECT_ZOMBIE + 1, EXPECT_ZOMBIE);
}

START_TEST(a_failure_shows_what_was_expected_and_seen)
{
	up_to_the_question();
	ask(2);
	command(KILL);
	miss();
	compare("lesson-stuck", 24, 80);
	compare("lesson-stuck", 36, 120);
}
END_TEST

START_TEST(the_timeline_shows_where_it_failed)
{
	char text[32];
	miss();
	for (int i = 0; i < 50; i++) { /* something goes on all the same */
		snprintf(text, sizeof text, "more %d", i);
		line(EVENT_ECHO, text);
	}
	draw(24, 80);
	ck_assert(holds("lesson zombies FAILED"));
	command(SAY_LAST); /* and on it goes */
	stand(LESSON_RUNS, SAY_LAST + 1, SAY_LAST);
	draw(24, 80);
	ck_assert(!holds("lesson zombies FAILED"));
}
END_TEST

START_TEST(what_was_expected_rightly_is_no_news)
{
	struct event event = fixture_event(EVENT_EXPECT, "children 1");
	command(EXPECT_CHILD);
	event.expect.pass = true;
	happen(event);
	draw(24, 80);
	ck_assert(!holds("children 1"));
	struct event typed = fixture_event(EVENT_COMMAND, "expect children 1");
	typed.command.source = SOURCE_LINE;
	happen(typed);
	event = fixture_event(EVENT_EXPECT, "children 1");
	event.expect.pass = true;
	happen(event);
	draw(24, 80);
	ck_assert(holds("expect  ok children 1")); /* who asks, is answered */
}
END_TEST

START_TEST(the_end_of_a_lesson_is_told)
{
	up_to_the_question();
	ask(2);
	kill_the_child();
	say(SAY_OUTCOME);
	say(SAY_LAST);
	tell(LESSON_PASSED, 0, scenario.title);
	stand(LESSON_OVER, scenario.count, scenario.count);
	compare("lesson-over", 24, 80);
	compare("lesson-over", 36, 120);
	test.guide.failed = true;
	draw(24, 80);
	ck_assert(holds("The lesson is over: FAILED."));
	ck_assert(holds("UNP 5.9, FAILED"));
}
END_TEST

START_TEST(nothing_moves_in_the_course_of_a_lesson)
{
	struct layout before;
	draw(24, 80);
	before = test.screen.layout;
	up_to_the_question();
	draw(24, 80);
	ck_assert_mem_eq(before.borders, test.screen.layout.borders,
	    2 * sizeof *before.borders);
	ask(1);
	kill_the_child();
	say(SAY_OUTCOME);
	draw(24, 80);
	ck_assert_mem_eq(before.borders, test.screen.layout.borders,
	    sizeof before.borders);
}
END_TEST

/* What Last errno has to say has its rows in a lesson, too, where there are any. */
START_TEST(the_last_errno_has_its_rows)
{
	up_to_the_question();
	draw(40, 80);
	int before = test.screen.top_rows;
	happen(fixture_call(ROLE_CLIENT, 1, CALL_READ, -1, ECONNRESET));
	draw(40, 80);
	ck_assert_int_gt(test.screen.top_rows, before);
	ck_assert_int_ge(test.screen.layout.places[PLACE_ERRNO].rows, test.screen.top_rows);
}
END_TEST

START_TEST(the_other_panes_stay_readable)
{
	const struct rectangle *places = test.screen.layout.places;
	up_to_the_question();
	for (unsigned conn = 2; conn <= 5; conn++)
		connect_one(conn);
	for (int i = 0; i < 8; i++)
		line(EVENT_SENT, "a line");
	happen(fixture_call(ROLE_CLIENT, 1, CALL_READ, -1, ECONNRESET));
	draw(24, 80);
	ck_assert_int_ge(places[PLACE_NARRATOR].rows, 4);
	ck_assert_int_ge(places[PLACE_SOCKETS].rows, 4);
	ck_assert_int_ge(places[PLACE_PROCESSES].rows, 3);
	ck_assert_int_ge(places[PLACE_SENT].rows, 3);
	ck_assert(holds("ECONNRESET"));
	ck_assert_uint_le(screen_pane(&test.screen, "errno")->count,
	    (size_t)places[PLACE_ERRNO].rows); /* the reason, whole */
}
END_TEST

START_TEST(a_zoomed_pane_leaves_the_narrator)
{
	up_to_the_question();
	test.screen.focus = FOCUS_PANES;
	screen_zoom(&test.screen, screen_pane(&test.screen, "timeline"));
	compare("lesson-zoomed", 24, 80);
	screen_zoom(&test.screen, screen_pane(&test.screen, "help"));
	draw(24, 80);
	ck_assert(!holds("One parent and one child"));
	screen_zoom(&test.screen, screen_pane(&test.screen, "narrator"));
	draw(24, 80);
	ck_assert(holds("[Five clients leave, five zombies stay]"));
	ck_assert(!holds("Sockets"));
}
END_TEST

START_TEST(a_long_say_is_scrolled)
{
	char words[1000] = "";
	for (int i = 0; i < 120; i++)
		strcat(words, i == 119 ? "omega" : "words ");
	happen(fixture_event(EVENT_SAY, words));
	draw(24, 80);
	ck_assert(!holds("omega"));
	ck_assert(holds(" 1-5 of "));
	ck_assert(holds("│Next: server set reap=none; connect"));
	struct pane_state *narrator = screen_pane(&test.screen, "narrator");
	pane_walk(narrator, WALK_LAST, test.screen.layout.places[PLACE_NARRATOR].rows);
	draw(24, 80);
	ck_assert(holds("omega"));
	ck_assert(holds("│Next: server set reap=none; connect"));
	say(SAY_LAST);
	draw(24, 80);
	ck_assert(holds("│That parent never will."));
}
END_TEST

START_TEST(a_question_that_was_typed_has_a_narrator)
{
	struct log *other = log_new(LOG_EVENTS);
	ck_assert_ptr_nonnull(other);
	log_free(test.log);
	test.log = other;
	test.guide = (struct guide){0};
	begin();
	draw(24, 80);
	ck_assert(!layout_has_narrator(&test.screen.layout));
	ask(0);
	draw(24, 80);
	ck_assert(holds(" A question to the room "));
	ck_assert(holds("│The room chooses: 1 or 2"));
	ck_assert(holds(" 1-2 Answer"));
	ask(2);
	draw(24, 80);
	ck_assert(!layout_has_narrator(&test.screen.layout));
}
END_TEST

START_TEST(time_waits_of_before_are_left_out)
{
	struct event event = fixture_socket(50, END_CLIENT, SOCKET_APPEARED,
	    STATE_TIME_WAIT);
	event.socket.row.conn = 0;
	event.socket.row.end = END_NONE;
	happen(event);
	draw(24, 80);
	ck_assert(holds(" Sockets, /proc/net/tcp (1 of before left out) "));
	ck_assert(!holds("40050"));
	connect_one(1);
	row(1, END_CLIENT, SOCKET_CHANGED, STATE_TIME_WAIT, TIMER_TIME_WAIT,
	    FIXTURE_MS(59000));
	draw(24, 80);
	ck_assert(holds("40001")); /* one of this lesson is not */
}
END_TEST

START_TEST(the_menu_shows_the_lessons)
{
	struct scenario lessons[3] = {0};
	static const char *const names[] = {"echo", "zombies", "router-unreachable"};
	static const char *const titles[] = {"A line goes out, the same line comes back",
	    "Five clients leave, five zombies stay", "A router says: host unreachable"};
	for (int i = 0; i < 3; i++) {
		snprintf(lessons[i].name, sizeof lessons[i].name, "%s", names[i]);
		snprintf(lessons[i].title, sizeof lessons[i].title, "%s", titles[i]);
		snprintf(lessons[i].section, sizeof lessons[i].section, "5.%d", 5 + i);
	}
	lessons[2].needs = NEEDS_LAB;
	test.guide.lessons = lessons;
	test.guide.lesson_count = 3;
	struct pane_state *menu = screen_pane(&test.screen, "lessons");
	screen_zoom(&test.screen, menu);
	test.screen.focus = FOCUS_PANES;
	menu->selected = 1;
	compare("lessons", 24, 80);
	pane_walk(menu, WALK_DOWN, 18);
	draw(24, 80);
	ck_assert_uint_eq(menu->selected, 2);
	ck_assert(holds("(needs the lab"));
	ck_assert(holds("│Not to be played here: A router says"));
}
END_TEST

START_TEST(a_lesson_in_ascii_is_ascii)
{
	up_to_the_question();
	test.screen.draw.ascii = true;
	draw(24, 80);
	char *text = dump();
	for (const char *byte = text; *byte != '\0'; byte++)
		ck_assert_int_lt((unsigned char)*byte, 0x80);
	free(text);
}
END_TEST

START_TEST(a_long_command_is_shortened)
{
	struct scenario_step steps[] = {{1, (char[]){"server set reap=waitpid "
	    "sa_restart=off eintr=retry service=sum backlog=1 reuseaddr=off long=32"}},
	    {2, (char[]){"kill child"}}};
	struct scenario other = {.steps = steps, .count = 2};
	test.guide = (struct guide){.there = true, .count = 2, .scenario = &other,
	    .step = steps};
	draw(24, 80);
	ck_assert(holds("│Next: server set reap=waitpid sa_restart=off eintr=retry "
	    "service=sum…    Enter│"));
	draw(24, 140);
	ck_assert(holds("long=32; kill child (F2)"));
}
END_TEST

/* No line of the narrator ends inside a word, at any width. */
START_TEST(no_word_is_cut)
{
	static const char *const words[] = {"became", "Processes", "connects.", "reap=none;"};
	for (int columns = 80; columns < 140; columns++) {
		draw(24, columns);
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			ck_assert_msg(holds(words[i]), "%s at %d", words[i], columns);
	}
}
END_TEST

Suite *
screen_lesson_suite(void)
{
	Suite *suite = suite_create("screen lesson");
	TCase *tcase = tcase_create("lesson");
	tcase_add_checked_fixture(tcase, setup_lesson, teardown_lesson);
	tcase_add_test(tcase, the_narrator_says_what_comes_next);
	tcase_add_test(tcase, a_running_step_is_named);
	tcase_add_test(tcase, a_question_is_asked_with_its_answers);
	tcase_add_test(tcase, what_the_room_chose_stands_beside_what_was);
	tcase_add_test(tcase, a_room_that_is_right_is_told_so);
	tcase_add_test(tcase, a_failure_shows_what_was_expected_and_seen);
	tcase_add_test(tcase, the_timeline_shows_where_it_failed);
	tcase_add_test(tcase, what_was_expected_rightly_is_no_news);
	tcase_add_test(tcase, the_end_of_a_lesson_is_told);
	tcase_add_test(tcase, nothing_moves_in_the_course_of_a_lesson);
	tcase_add_test(tcase, the_last_errno_has_its_rows);
	tcase_add_test(tcase, the_other_panes_stay_readable);
	tcase_add_test(tcase, a_zoomed_pane_leaves_the_narrator);
	tcase_add_test(tcase, a_long_say_is_scrolled);
	tcase_add_test(tcase, a_question_that_was_typed_has_a_narrator);
	tcase_add_test(tcase, time_waits_of_before_are_left_out);
	tcase_add_test(tcase, the_menu_shows_the_lessons);
	tcase_add_test(tcase, a_lesson_in_ascii_is_ascii);
	tcase_add_test(tcase, a_long_command_is_shortened);
	tcase_add_test(tcase, no_word_is_cut);
	suite_add_tcase(suite, tcase);
	return suite;
}
