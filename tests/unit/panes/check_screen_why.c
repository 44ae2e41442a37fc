/* check_screen_why.c: the selected line of a pane, and the pane that explains it. */
#include "screen_fixture.h"
#include "suites.h"

#include <signal.h>

/* The child of connection 1 is killed. */
static void
kill_child(void)
{
	struct event signal = {.type = EVENT_SIGNAL};
	signal.signal.number = SIGKILL;
	signal.signal.to = CHILD_PID + 1;
	happen(signal);
	happen(fixture_child(1, PROCESS_ZOMBIE, SIGKILL));
	happen(fixture_state(1, END_CLIENT, STATE_ESTABLISHED, STATE_CLOSE_WAIT));
	row(1, END_CLIENT, SOCKET_CHANGED, STATE_CLOSE_WAIT, TIMER_OFF, 0);
	row(1, END_SERVER, SOCKET_CHANGED, STATE_FIN_WAIT2, TIMER_TIME_WAIT,
	    FIXTURE_MS(60000));
	happen(fixture_state(1, END_SERVER, STATE_ESTABLISHED, STATE_FIN_WAIT2));
}

/* Zooms the pane that explains. */
static void
zoom_why(void)
{
	test.screen.zoomed = screen_pane(&test.screen, "why");
	ck_assert_ptr_nonnull(test.screen.zoomed);
	test.screen.focus = FOCUS_PANES;
}

/* What the pane's selected line explains at that moment. */
static bool
subject_at(const struct moment *moment, const char *name, struct explain_subject *subject)
{
	static const struct rectangle inside = {.rows = 20, .columns = 78};
	struct pane_state *state = screen_pane(&test.screen, name);
	struct scene scene = {.moment = moment, .log = test.log,
	    .end = log_end(test.log), .now = test.now};
	ck_assert(state->pane->subject != NULL);
	return pane_subject(state, &scene, &inside, subject);
}

/* What it explains now. */
static bool
subject_of(const char *name, struct explain_subject *subject)
{
	return subject_at(log_now(test.log), name, subject);
}

START_TEST(a_connection_s_end_is_explained)
{
	begin();
	connect_one(1);
	kill_child();
	test.why = (struct explain_subject){.kind = EXPLAIN_END, .end = END_CLIENT};
	zoom_why();
	compare("why-close-wait", 24, 80);
	compare("why-close-wait", 36, 120);
	pane_walk(test.screen.zoomed, WALK_LAST, 19);
	compare("why-close-wait-end", 24, 80);
	test.screen.draw.ascii = true;
	draw(24, 80);
	char *text = dump();
	for (const char *byte = text; *byte != '\0'; byte++)
		ck_assert_int_lt((unsigned char)*byte, 0x80);
	free(text);
}
END_TEST

START_TEST(a_zombie_is_explained)
{
	begin();
	connect_one(1);
	kill_child();
	test.why = (struct explain_subject){.kind = EXPLAIN_PROCESS,
	    .number = CHILD_PID + 1};
	zoom_why();
	compare("why-zombie", 24, 80);
}
END_TEST

/* What is told follows what happens. */
START_TEST(the_explanation_follows_the_moment)
{
	begin();
	zoom_why();
	draw(24, 80);
	ck_assert(holds("no call has failed"));
	connect_one(1);
	happen(fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET));
	draw(24, 80);
	ck_assert(holds("ECONNRESET (104)"));
	struct rectangle inside = screen_focused_inside(&test.screen);
	struct scene scene = {.moment = log_now(test.log), .log = test.log,
	    .end = log_end(test.log), .now = test.now, .why = &test.why};
	ck_assert(pane_search(test.screen.zoomed, &scene, &inside, "What ends it"));
}
END_TEST

START_TEST(the_current_connection_s_row_is_selected_first)
{
	struct explain_subject subject;
	begin();
	connect_one(1);
	connect_one(2);
	test.screen.focus = FOCUS_PANES; /* the sockets have the keys */
	draw(24, 80);
	ck_assert(subject_of("sockets", &subject));
	ck_assert_int_eq(subject.kind, EXPLAIN_SOCKET);
	ck_assert_uint_eq(subject.row.conn, 2);
	ck_assert_int_eq(subject.row.end, END_CLIENT);
	struct pane_state *sockets = screen_pane(&test.screen, "sockets");
	pane_walk(sockets, WALK_FIRST, 6);
	draw(24, 80);
	ck_assert(subject_of("sockets", &subject));
	ck_assert_int_eq(subject.row.tcp.state, STATE_LISTEN);
	connect_one(3); /* who has chosen keeps the row */
	draw(24, 80);
	ck_assert(subject_of("sockets", &subject));
	ck_assert_int_eq(subject.row.tcp.state, STATE_LISTEN);
	ck_assert(subject_of("processes", &subject));
	ck_assert_int_eq(subject.kind, EXPLAIN_PROCESS);
}
END_TEST

/* The last line of the timeline, until somebody walks; the mark only for who has the
 * keys. */
START_TEST(the_timeline_has_a_selected_line)
{
	struct explain_subject last, before;
	begin();
	connect_one(1);
	test.screen.active = PLACE_TIMELINE;
	draw(24, 80);
	const struct rectangle *place = &test.screen.layout.places[PLACE_TIMELINE];
	int bottom = place->row + place->rows - 1;
	struct pane_state *timeline = screen_pane(&test.screen, "timeline");
	if ((size_t)place->rows > timeline->count)
		bottom = place->row + (int)timeline->count - 1;
	ck_assert(!(mvinch(bottom, place->column) & A_REVERSE));
	test.screen.focus = FOCUS_PANES;
	draw(24, 80);
	ck_assert(mvinch(bottom, place->column) & A_REVERSE);
	ck_assert(!(mvinch(bottom - 1, place->column) & A_REVERSE));
	ck_assert(subject_of("timeline", &last));
	ck_assert_int_eq(last.kind, EXPLAIN_EVENT);
	pane_walk(timeline, WALK_UP, place->rows);
	draw(24, 80);
	ck_assert(subject_of("timeline", &before));
	ck_assert_uint_lt(before.event, last.event);
	happen(fixture_call(ROLE_CLIENT, 1, CALL_READ, 0, ECONNRESET));
	draw(24, 80);
	ck_assert(subject_of("timeline", &last)); /* it stays where somebody chose */
	ck_assert_uint_eq(before.event, last.event);
	pane_walk(timeline, WALK_LAST, place->rows);
	happen(fixture_host(HOST_CRASHED));
	draw(24, 80);
	ck_assert(subject_of("timeline", &last));
	ck_assert_int_eq(log_event(test.log, last.event)->type, EVENT_HOST);
}
END_TEST

START_TEST(a_sent_line_is_explained)
{
	begin();
	connect_one(1);
	line(EVENT_SENT, "hello");
	draw(24, 80);
	ck_assert(subject_of("sent", &test.why));
	zoom_why();
	draw(24, 80);
	ck_assert(holds("sent    conn 1  hello"));
	ck_assert(holds("Bytes that the client's write took"));
}
END_TEST

/* The views of the current connection explain it. */
START_TEST(the_views_explain_the_connection)
{
	static const char *const views[] = {"states", "figures", "bytes", "details"};
	struct explain_subject subject;
	begin();
	connect_one(1);
	test.screen.zoomed = screen_pane(&test.screen, views[_i]);
	test.screen.focus = FOCUS_PANES;
	draw(24, 80);
	ck_assert(subject_of(views[_i], &subject));
	ck_assert_int_eq(subject.kind, EXPLAIN_END);
	ck_assert_int_eq(subject.end, END_CLIENT);
}
END_TEST

/* A foreign program chooses its own name. */
/* The rows may have gone since they were drawn: one steps back in time, and w. */
START_TEST(a_row_that_is_gone_is_not_explained)
{
	static const char *const names[] = {"processes", "sockets"};
	static const struct moment empty;
	struct explain_subject subject;
	begin();
	connect_one(1);
	draw(24, 80);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		ck_assert(subject_of(names[i], &subject));
		ck_assert(!subject_at(&empty, names[i], &subject));
		ck_assert(subject_of(names[i], &subject));
	}
}
END_TEST

START_TEST(a_hostile_name_is_harmless)
{
	begin();
	happen(process(ROLE_OTHER, 77, 0, PROCESS_STARTED, "S", "\033[2Jevil x", "-"));
	test.why = (struct explain_subject){.kind = EXPLAIN_PROCESS, .number = 77};
	zoom_why();
	draw(24, 80);
	ck_assert(holds("^[[2Jevil 77"));
}
END_TEST

Suite *
screen_why_suite(void)
{
	Suite *suite = suite_create("screen why");
	TCase *tcase = tcase_create("drawn");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_connection_s_end_is_explained);
	tcase_add_test(tcase, a_zombie_is_explained);
	tcase_add_test(tcase, the_explanation_follows_the_moment);
	tcase_add_test(tcase, the_current_connection_s_row_is_selected_first);
	tcase_add_test(tcase, the_timeline_has_a_selected_line);
	tcase_add_test(tcase, a_sent_line_is_explained);
	tcase_add_loop_test(tcase, the_views_explain_the_connection, 0, 4);
	tcase_add_test(tcase, a_row_that_is_gone_is_not_explained);
	tcase_add_test(tcase, a_hostile_name_is_harmless);
	suite_add_tcase(suite, tcase);
	return suite;
}
