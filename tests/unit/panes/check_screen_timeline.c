/* check_screen_timeline.c: which events the timeline tells, how each looks, and what of
 * them stays indexed as the log goes on and time is walked; every TCP socket of the
 * machine; the pane that explains. */
#include "pane_fixture.h"
#include "suites.h"

#include <malloc.h>
#include <signal.h>

enum { BRIEF = 39, ROOM = 78 };

/* An event of a type whose struct is filled in by hand. */
static struct event
signal_event(void)
{
	struct event event = {.type = EVENT_SIGNAL};
	event.signal.number = SIGKILL;
	event.signal.to = CHILD_PID + 1;
	return event;
}

static struct event
expectation(bool pass)
{
	struct event event = fixture_event(EVENT_EXPECT, "echo hello");
	event.expect.pass = pass;
	event.detail = strdup("nothing");
	return event;
}

static struct event
typed(const char *text, enum command_source source)
{
	struct event event = fixture_event(EVENT_COMMAND, text);
	event.command.source = source;
	return event;
}

/* The event as the timeline's only line: how it looks. */
static unsigned
look_of_event(struct event event)
{
	happen(event);
	size_t count = look_at("timeline", 9, ROOM);
	ck_assert_uint_gt(count, 0);
	line_at(count - 1);
	return look_of_it();
}

START_TEST(each_event_looks_as_what_it_is)
{
	happen(fixture_start("local"));
	ck_assert_uint_eq(look_of_event(typed("kill child", SOURCE_KEY)), STYLE_STRONG);
	ck_assert_uint_eq(look_of_event(signal_event()), STYLE_PASSING);
	ck_assert_uint_eq(look_of_event(fixture_host(HOST_CRASHED)), STYLE_PASSING);
	ck_assert_uint_eq(look_of_event(fixture_event(EVENT_ERROR, "no")), STYLE_BAD);
	ck_assert_uint_eq(look_of_event(fixture_event(EVENT_NOTE, "no")), STYLE_PLAIN);
	ck_assert_uint_eq(look_of_event(fixture_event(EVENT_SAY, "See.")), STYLE_STRONG);
	ck_assert_uint_eq(look_of_event(fixture_ask("What?", "a\nb", 1, 0)), STYLE_STRONG);
	ck_assert_uint_eq(look_of_event(expectation(true)), STYLE_PLAIN);
	ck_assert_uint_eq(look_of_event(expectation(false)), STYLE_BAD);
	ck_assert_uint_eq(look_of_event(fixture_lesson(LESSON_BEGUN, "Z")), STYLE_STRONG);
	ck_assert_uint_eq(look_of_event(fixture_lesson(LESSON_FAILED, "Z")),
	    STYLE_BAD | STYLE_STRONG);
	ck_assert_uint_eq(look_of_event(fixture_call(ROLE_CLIENT, 1, CALL_WRITE, -1, EPIPE)),
	    STYLE_BAD);
	ck_assert_uint_eq(look_of_event(fixture_call(ROLE_SERVER, 0, CALL_ACCEPT, -1, EINTR)),
	    STYLE_BAD);
	ck_assert_uint_eq(look_of_event(fixture_call(ROLE_CLIENT, 1, CALL_READ, -1,
	    ECONNRESET)), STYLE_BAD);
	ck_assert_uint_eq(look_of_event(fixture_call(ROLE_CLIENT, 1, CALL_CONNECT, 0, 0)),
	    STYLE_PLAIN);
	ck_assert_uint_eq(look_of_event(fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, 0)),
	    STYLE_PLAIN);
}
END_TEST

START_TEST(rows_of_tables_are_no_news)
{
	happen(fixture_start("local"));
	size_t before = look_at("timeline", 9, ROOM);
	happen(fixture_socket(1, END_CLIENT, SOCKET_APPEARED, STATE_ESTABLISHED));
	ck_assert_uint_eq(look_at("timeline", 9, ROOM), before);
	happen(fixture_state(1, END_CLIENT, STATE_GONE, STATE_ESTABLISHED));
	ck_assert_uint_eq(look_at("timeline", 9, ROOM), before + 1);
}
END_TEST

/* What passed in a lesson is left out; who asks is answered. */
START_TEST(what_a_lesson_expected_rightly_is_left_out)
{
	happen(fixture_start("local"));
	happen(typed("expect echo hello", SOURCE_SCRIPT));
	size_t before = look_at("timeline", 9, ROOM);
	happen(expectation(true));
	ck_assert_uint_eq(look_at("timeline", 9, ROOM), before);
	happen(expectation(false));
	ck_assert_uint_eq(look_at("timeline", 9, ROOM), before + 1);
	happen(typed("expect echo hello", SOURCE_LINE));
	happen(expectation(true));
	ck_assert_uint_eq(look_at("timeline", 9, ROOM), before + 2);
}
END_TEST

START_TEST(with_few_columns_a_line_is_brief)
{
	happen(fixture_start("local"));
	happen(fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_CLOSE_WAIT));
	size_t last = look_at("timeline", 9, 57) - 1;
	ck_assert_ptr_nonnull(strstr(line_at(last), "client → CLOSE_WAIT"));
	ck_assert_ptr_null(strstr(line_at(last), "ESTABLISHED"));
	look_at("timeline", 9, 58);
	ck_assert_ptr_nonnull(strstr(line_at(last), "ESTABLISHED"));
	struct event inferred = fixture_state(1, END_CLIENT, STATE_CLOSE_WAIT, STATE_LAST_ACK);
	inferred.state.inferred = true;
	happen(inferred);
	last = look_at("timeline", 9, BRIEF) - 1;
	ck_assert_ptr_nonnull(strstr(line_at(last), "(client → LAST_ACK)"));
}
END_TEST

/* The scene up to that event, in which somebody walks from event to event. */
static struct scene
walked_to(uint64_t end, bool walked)
{
	struct scene scene = scene_now();
	scene.end = end;
	scene.past.there = true;
	scene.past.walked = walked;
	return scene;
}

/* The last line of the timeline in this scene. */
static const char *
last_line(const struct scene *scene)
{
	looked.state->pane->prepare(looked.state, scene, &looked.inside);
	looked.line = (struct line){.style = STYLE_PLAIN};
	ck_assert_uint_gt(looked.state->count, 0);
	looked.state->pane->line(looked.state, scene, looked.state->count - 1, ROOM,
	    &looked.line);
	return looked.line.text;
}

START_TEST(the_event_at_hand_has_a_line_while_time_is_walked)
{
	happen(fixture_start("local"));
	happen(fixture_event(EVENT_NOTE, "one"));
	happen(fixture_socket(1, END_CLIENT, SOCKET_APPEARED, STATE_ESTABLISHED));
	happen(fixture_event(EVENT_NOTE, "two"));
	size_t all = look_at("timeline", 9, ROOM);
	struct scene scene = walked_to(3, true); /* the row is at hand */
	ck_assert_ptr_null(strstr(last_line(&scene), "one"));
	ck_assert_ptr_nonnull(strstr(looked.line.text, "127.0.0.1:40001"));
	ck_assert_uint_eq(looked.line.style, STYLE_REVERSE);
	ck_assert_uint_eq(looked.state->count, all);
	ck_assert_uint_eq(looked.state->needed, all - 1);
	scene = walked_to(3, false); /* where it was frozen, it is passed over */
	ck_assert_ptr_nonnull(strstr(last_line(&scene), "one"));
	ck_assert_uint_eq(looked.line.style, STYLE_PLAIN);
	scene = walked_to(2, true);
	ck_assert_ptr_nonnull(strstr(last_line(&scene), "one"));
	ck_assert_uint_eq(looked.line.style, STYLE_REVERSE);
	ck_assert_uint_eq(looked.state->needed, looked.state->count);
	scene = walked_to(0, true);
	looked.state->pane->prepare(looked.state, &scene, &looked.inside);
	ck_assert_uint_eq(looked.state->count, 0);
	scene = walked_to(4, true); /* and forth again: nothing was forgotten */
	ck_assert_ptr_nonnull(strstr(last_line(&scene), "two"));
	ck_assert_uint_eq(looked.state->count, all);
}
END_TEST

START_TEST(a_lesson_that_is_stuck_is_scrolled_to)
{
	size_t lines;
	happen(fixture_start("local"));
	happen(fixture_lesson(LESSON_BEGUN, "Zombies"));
	look_at("timeline", 9, ROOM);
	wanted_of_it(&lines);
	ck_assert_uint_eq(lines, 0);
	happen(fixture_event(EVENT_NOTE, "one"));
	happen(fixture_lesson(LESSON_FAILED, "expect zombies 5"));
	happen(fixture_event(EVENT_NOTE, "two"));
	size_t count = look_at("timeline", 9, ROOM);
	size_t first = wanted_of_it(&lines);
	if (log_now(test.log)->lesson.stuck) {
		ck_assert_uint_eq(lines, 1);
		ck_assert_uint_eq(first, count - 2);
	} else {
		ck_assert_uint_eq(lines, 0);
	}
}
END_TEST

/* How many lines that were sent the log still has. */
static size_t
count_sent(void)
{
	size_t count = 0;
	for (uint64_t i = log_first(test.log); i < log_end(test.log); i++)
		count += log_event(test.log, i)->type == EVENT_SENT;
	return count;
}

/* What fell out of the log falls out of the index; what is shown stays where it is. */
START_TEST(the_index_follows_the_log)
{
	char text[32];
	happen(fixture_start("local"));
	for (int i = 0; i < 600; i++) {
		snprintf(text, sizeof text, "line %d", i);
		line(EVENT_SENT, text);
		happen(fixture_event(EVENT_NOTE, text));
	}
	size_t count = look_at("sent", 5, ROOM);
	ck_assert_uint_gt(log_first(test.log), 0);
	ck_assert_uint_eq(count, count_sent());
	looked.state->top = 100;
	looked.state->selected = 120;
	char wanted[LINE_TEXT];
	snprintf(wanted, sizeof wanted, "%s", line_at(120));
	size_t gone = 0;
	for (int i = 0; i < LOG_EVENTS && gone == 0; i++) {
		line(EVENT_ECHO, "x");
		gone = count - look_at("sent", 5, ROOM);
	}
	ck_assert_uint_gt(gone, 0);
	ck_assert_uint_lt(gone, 100);
	ck_assert_uint_eq(looked.state->count, count_sent());
	ck_assert_uint_eq(looked.state->top, 100 - gone);
	ck_assert_uint_eq(looked.state->selected, 120 - gone);
	ck_assert_str_eq(line_at(120 - gone), wanted);
	for (int i = 0; i < LOG_EVENTS / 2; i++)
		line(EVENT_ECHO, "x");
	look_at("sent", 5, ROOM);
	ck_assert_uint_eq(looked.state->count, count_sent());
	ck_assert_uint_gt(looked.state->count, 3);
	ck_assert_uint_eq(looked.state->top, 0); /* its line is gone */
	ck_assert_uint_eq(looked.state->selected, 0);
	struct explain_subject subject;
	struct scene scene = scene_now();
	ck_assert(pane_event_subject(looked.state, &scene, 3, &subject));
	ck_assert_int_eq(subject.kind, EXPLAIN_EVENT);
	ck_assert_uint_eq(subject.event, pane_event_number(looked.state, 3));
	ck_assert_uint_eq(pane_event_identity(looked.state, &scene, 3), subject.event + 1);
}
END_TEST

START_TEST(another_session_s_events_are_not_shown)
{
	happen(fixture_start("local"));
	line(EVENT_SENT, "of before");
	line(EVENT_SENT, "of before, too");
	ck_assert_uint_eq(look_at("sent", 5, ROOM), 2);
	happen(fixture_start("local"));
	ck_assert_uint_eq(look_at("sent", 5, ROOM), 0);
	line(EVENT_SENT, "of now");
	ck_assert_uint_eq(look_at("sent", 5, ROOM), 1);
	ck_assert_str_eq(line_at(0), "of now");
	struct scene scene = scene_now();
	ck_assert_uint_eq(scene_first(&scene), 3);
	scene.moment = &(struct moment){.begun = 0};
	scene.end = 3; /* walked back into it */
	looked.state->pane->prepare(looked.state, &scene, &looked.inside);
	ck_assert_uint_eq(looked.state->count, 2);
	ck_assert_str_eq(line_at(1), "of before, too");
}
END_TEST

START_TEST(the_index_grows)
{
	struct pane_state state;
	pane_state_init(&state, &pane_sent);
	for (size_t count = 1; count <= 1000; count++) {
		ck_assert(pane_index_room(&state, count));
		ck_assert_uint_ge(state.index_room, count);
		state.index[count - 1] = count;
	}
	for (size_t i = 0; i < 1000; i++)
		ck_assert_uint_eq(state.index[i], i + 1);
	ck_assert_uint_lt(state.index_room, 3000);
	ck_assert(pane_index_room(&state, 64 * 1024));
	ck_assert_uint_eq(state.index[999], 1000);
	pane_state_release(&state);
}
END_TEST

/* Puts so many rows of the machine into the log: listeners first. */
static void
machine(const struct socket_row *rows, size_t count)
{
	struct event event = {.type = EVENT_ALL};
	event.all.whole = true;
	event.all.count = count;
	event.all.rows = calloc(count, sizeof *rows);
	ck_assert_ptr_nonnull(event.all.rows);
	memcpy(event.all.rows, rows, count * sizeof *rows);
	happen(event);
}

START_TEST(every_socket_of_the_machine_has_a_row)
{
	struct socket_row rows[4];
	begin();
	connect_one(1);
	ck_assert_uint_eq(look_at("all", 9, ROOM), 0);
	ck_assert_str_eq(looked.state->title, "All TCP sockets: not read at this time");
	rows[0] = fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN).socket.row;
	rows[1] = rows[3] = fixture_socket(2, END_CLIENT, SOCKET_APPEARED,
	    STATE_ESTABLISHED).socket.row;
	rows[1].conn = rows[3].conn = 0;
	rows[1].tcp.local.port = 22;
	rows[1].tcp.remote.port = 5555;
	rows[2] = fixture_socket(1, END_CLIENT, SOCKET_APPEARED, STATE_ESTABLISHED).socket.row;
	machine(rows, 4);
	ck_assert_uint_eq(look_at("all", 9, ROOM), 4);
	ck_assert_str_eq(looked.state->title,
	    "All TCP sockets, 4 (1 listen), * with our port");
	ck_assert_int_eq(line_at(0)[4], '*'); /* ours by its local port */
	ck_assert_int_eq(line_at(1)[4], ' ');
	ck_assert_int_eq(line_at(2)[4], '>');
	ck_assert_int_eq(line_at(3)[4], '*'); /* by its remote one */
	struct explain_subject subject;
	struct scene scene = scene_now();
	ck_assert(looked.state->pane->subject(looked.state, &scene, 1, &subject));
	ck_assert_int_eq(subject.kind, EXPLAIN_SOCKET);
	ck_assert_uint_eq(subject.row.tcp.local.port, 22);
	ck_assert_int_eq(changes_at_of_it(), 0);
	rows[3].tcp.timer = TIMER_ON;
	rows[3].timer_at = test.now + FIXTURE_MS(1500);
	machine(rows, 4);
	look_at("all", 9, ROOM);
	ck_assert_int_eq(changes_at_of_it(), pane_second_ends(test.now));
	test.now = rows[3].timer_at;
	look_at("all", 9, ROOM);
	ck_assert_int_eq(changes_at_of_it(), 0);
}
END_TEST

/* Listeners can share their ends (SO_REUSEPORT): their inodes tell them apart; of others
 * the inode can come late. */
START_TEST(listeners_are_told_apart_by_their_inodes)
{
	struct socket_row rows[2];
	uint64_t seen[2];
	begin();
	rows[0] = fixture_socket(0, END_NONE, SOCKET_APPEARED, STATE_LISTEN).socket.row;
	rows[1] = rows[0];
	rows[1].tcp.inode++;
	machine(rows, 2);
	look_at("all", 9, ROOM);
	struct scene scene = scene_now();
	for (size_t i = 0; i < 2; i++)
		seen[i] = looked.state->pane->identity(looked.state, &scene, i);
	ck_assert_uint_ne(seen[0], seen[1]);
	rows[0].tcp.state = STATE_SYN_RECV;
	machine(rows, 1);
	look_at("all", 9, ROOM);
	scene = scene_now();
	seen[0] = looked.state->pane->identity(looked.state, &scene, 0);
	rows[0].tcp.inode = 4711;
	machine(rows, 1);
	scene = scene_now();
	ck_assert_uint_eq(looked.state->pane->identity(looked.state, &scene, 0), seen[0]);
}
END_TEST

/* The explanation as a whole. */
static const char *
explained(int columns)
{
	static char text[16384];
	size_t used = 0;
	*text = '\0';
	for (size_t i = 0, count = look_at("why", 20, columns); i < count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s\n", line_at(i));
	return text;
}

START_TEST(an_explanation_has_its_parts)
{
	begin();
	connect_one(1);
	happen(fixture_call(ROLE_CLIENT, 1, CALL_READ, -1, ECONNRESET));
	const char *text = explained(ROOM);
	for (int part = 0; part < EXPLAIN_PARTS; part++)
		ck_assert_msg(strstr(text, explain_heading((enum explain_part)part)) != NULL,
		    "%s", text);
	ck_assert_ptr_nonnull(strstr(text, "\nUNP "));
	line_at(0);
	ck_assert_uint_eq(look_of_it(), STYLE_STRONG);
	line_at(looked.state->count - 1);
	ck_assert_uint_eq(look_of_it(), STYLE_KEY);
	bool events = false;
	for (size_t i = 1; i + 1 < looked.state->count; i++) {
		bool heading = line_at(i)[0] != ' ';
		ck_assert_int_eq(look_of_it() == (STYLE_KEY | STYLE_STRONG), heading);
		ck_assert(heading || strncmp(looked.line.text, "  ", 2) == 0);
		events |= look_of_it() == STYLE_PASSING;
		ck_assert_uint_le(strlen(looked.line.text), ROOM);
	}
	ck_assert(events); /* what led here */
}
END_TEST

/* It is made anew for another thing, another moment, another width. */
START_TEST(an_explanation_is_the_one_that_is_asked_for)
{
	static const struct explain_subject others[] = {
		{.kind = EXPLAIN_ERRNO, .number = EPIPE},
		{.kind = EXPLAIN_ERRNO, .number = ECONNRESET},
		{.kind = EXPLAIN_SIGNAL, .number = SIGPIPE},
		{.kind = EXPLAIN_END, .end = END_CLIENT},
		{.kind = EXPLAIN_END, .end = END_SERVER},
		{.kind = EXPLAIN_END, .end = END_CLIENT, .conn = 2},
		{.kind = EXPLAIN_EVENT, .event = 0}, {.kind = EXPLAIN_EVENT, .event = 2},
	};
	begin();
	connect_one(1);
	connect_one(2);
	happen(fixture_connection(1, CONNECTION_CURRENT));
	char *before = strdup("");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		test.why = others[i];
		const char *text = explained(ROOM);
		ck_assert_msg(strcmp(text, before) != 0, "row %zu", i);
		free(before);
		before = strdup(text);
	}
	ck_assert_str_ne(explained(40), before);
	free(before);
	test.why = (struct explain_subject){.kind = EXPLAIN_PROCESS, .number = 4711};
	ck_assert_uint_gt(strlen(explained(ROOM)), 0); /* why it cannot be explained */
}
END_TEST

/* However often it is made anew. */
START_TEST(an_explanation_leaves_no_memory_behind)
{
	begin();
	connect_one(1);
	test.why = (struct explain_subject){.kind = EXPLAIN_END, .end = END_CLIENT};
	look_at("why", 20, ROOM);
	size_t before = mallinfo2().uordblks;
	for (int i = 0; i < 500; i++)
		look_at("why", 20, ROOM - i % 2);
	ck_assert_uint_lt(mallinfo2().uordblks, before + 50000);
}
END_TEST

/* Two rows of strangers differ in a port alone. */
START_TEST(an_explanation_is_of_that_row)
{
	char *texts[3];
	begin();
	for (int i = 0; i < 3; i++) {
		struct event event = fixture_socket(5, END_CLIENT, SOCKET_APPEARED,
		    STATE_ESTABLISHED);
		event.socket.row.conn = 0;
		event.socket.row.tcp.local.port = (uint16_t)(i == 1 ? 50001 : 50000);
		event.socket.row.tcp.remote.port = (uint16_t)(i == 2 ? 9878 : 9877);
		test.why = (struct explain_subject){.kind = EXPLAIN_SOCKET,
		    .row = event.socket.row};
		texts[i] = strdup(explained(ROOM));
	}
	ck_assert_str_ne(texts[0], texts[1]);
	ck_assert_str_ne(texts[0], texts[2]);
	for (int i = 0; i < 3; i++)
		free(texts[i]);
}
END_TEST

Suite *
screen_timeline_suite(void)
{
	Suite *suite = suite_create("screen timeline");
	TCase *timeline = tcase_create("timeline"), *all = tcase_create("all");
	TCase *why = tcase_create("why");
	tcase_add_checked_fixture(timeline, setup, teardown);
	tcase_add_test(timeline, each_event_looks_as_what_it_is);
	tcase_add_test(timeline, rows_of_tables_are_no_news);
	tcase_add_test(timeline, what_a_lesson_expected_rightly_is_left_out);
	tcase_add_test(timeline, with_few_columns_a_line_is_brief);
	tcase_add_test(timeline, the_event_at_hand_has_a_line_while_time_is_walked);
	tcase_add_test(timeline, a_lesson_that_is_stuck_is_scrolled_to);
	tcase_add_test(timeline, the_index_follows_the_log);
	tcase_add_test(timeline, another_session_s_events_are_not_shown);
	tcase_add_test(timeline, the_index_grows);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, every_socket_of_the_machine_has_a_row);
	tcase_add_test(all, listeners_are_told_apart_by_their_inodes);
	tcase_add_checked_fixture(why, setup, teardown);
	tcase_add_test(why, an_explanation_has_its_parts);
	tcase_add_test(why, an_explanation_is_the_one_that_is_asked_for);
	tcase_add_test(why, an_explanation_leaves_no_memory_behind);
	tcase_add_test(why, an_explanation_is_of_that_row);
	suite_add_tcase(suite, timeline);
	suite_add_tcase(suite, all);
	suite_add_tcase(suite, why);
	return suite;
}
