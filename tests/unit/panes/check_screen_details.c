/* check_screen_details.c: what the panes say in detail: whom a child serves, rows
 * of strangers, what is found and what stays where it was. */
#include "pane_table.h"
#include "screen_fixture.h"
#include "suites.h"

/* The address of the student with this number, from 1. */
static struct report_endpoint
student_end(unsigned number)
{
	struct report_endpoint endpoint = fixture_endpoint("127.0.0.1:50000");
	endpoint.address[3] = (uint8_t)(1 + number);
	endpoint.port = (uint16_t)(endpoint.port + number);
	return endpoint;
}

/* A stranger's connection, of which both ends stand in our table. */
static void
student_row(unsigned number, bool server, enum socket_what what,
    enum tcp_state state)
{
	struct event event = fixture_socket(1, server ? END_SERVER : END_CLIENT, what,
	    state);
	struct socket_row *row = &event.socket.row;
	*(server ? &row->tcp.remote : &row->tcp.local) = student_end(number);
	row->conn = 0;
	row->end = END_NONE;
	row->owner_pid = server ? 1000 + (pid_t)number : 0;
	happen(event);
}

/* A stranger comes in: its own end first in the table, as the kernel likes. */
static void
student_comes(unsigned number)
{
	struct event child = process(ROLE_CHILD, 1000 + (pid_t)number, 0,
	    PROCESS_FORKED, "S", "tcpserv 9877", "wait_woken/read");
	child.process.row.peer = student_end(number);
	happen(child);
	student_row(number, false, SOCKET_APPEARED, STATE_ESTABLISHED);
	student_row(number, true, SOCKET_APPEARED, STATE_ESTABLISHED);
}

START_TEST(two_hundred_students_come_in)
{
	begin();
	connect_one(1);
	for (unsigned number = 1; number <= 200; number++)
		student_comes(number);
	compare("students", 24, 80);
	compare("students", 36, 120);
	compare("students", 60, 200);
	test.screen.zoomed = screen_pane(&test.screen, "processes");
	compare("students-processes", 24, 80);
}
END_TEST

START_TEST(strangers_keep_their_order)
{
	begin();
	for (unsigned number = 1; number <= 3; number++)
		student_comes(number);
	draw(60, 200);
	char *before = dump();
	char *first = strstr(before, "127.0.0.2:50001"), *last;
	ck_assert_ptr_nonnull(first);
	last = strstr(before, "127.0.0.4:50003");
	ck_assert_ptr_nonnull(last);
	ck_assert(first < last);
	free(before);
	student_row(1, true, SOCKET_CHANGED, STATE_CLOSE_WAIT);
	student_row(1, true, SOCKET_GONE, STATE_CLOSE_WAIT);
	student_comes(4);
	test.now += PANE_LINGER + FIXTURE_MS(2000);
	student_comes(5);
	draw(60, 200);
	char *after = dump();
	const char *place = after;
	for (unsigned number = 2; number <= 5; number++) {
		char wanted[64];
		snprintf(wanted, sizeof wanted, "127.0.0.%u:%u", number + 1,
		    50000 + number);
		place = strstr(place, wanted);
		ck_assert_msg(place != NULL, "%s is not in its place:\n%s", wanted, after);
	}
	free(after);
}
END_TEST

START_TEST(a_zombie_tells_whom_it_served)
{
	begin();
	connect_one(1);
	happen(process(ROLE_CHILD, CHILD_PID + 1, 1, PROCESS_ZOMBIE, "Z",
	    "[tcpserv] <defunct>", "-"));
	draw(36, 120);
	ck_assert(holds("tcpserv <defunct>, conn 1"));
	draw(24, 80);
	ck_assert(holds("tcpserv <defunct>"));
}
END_TEST

START_TEST(a_long_address_keeps_its_port)
{
	begin();
	struct event child = process(ROLE_CHILD, 1000, 0, PROCESS_FORKED, "S",
	    "tcpserv 9877", "wait_woken/read");
	ck_assert_int_eq(endpoint_parse(&child.process.row.peer,
	    "[2001:db8:1234:5678:9abc:def0:1234:5678]:54321", 6), 0);
	happen(child);
	draw(24, 80);
	ck_assert(holds("~ef0:1234:5678]:54321"));
	draw(60, 200);
	ck_assert(holds("~ef0:1234:5678]:54321 wait_woken"));
}
END_TEST

/* A machine with two hundred sockets, one of them ours; numbers from first on. */
static void
machine(unsigned first)
{
	struct event event = {.type = EVENT_ALL};
	event.all.whole = true;
	event.all.count = 200;
	event.all.rows = calloc(event.all.count, sizeof *event.all.rows);
	ck_assert_ptr_nonnull(event.all.rows);
	for (unsigned i = 0; i < event.all.count; i++) {
		struct socket_row *row = &event.all.rows[i];
		struct event socket = fixture_socket(1, END_SERVER, SOCKET_APPEARED,
		    i == 0 ? STATE_LISTEN : STATE_ESTABLISHED);
		*row = socket.socket.row;
		row->conn = 0;
		row->end = END_NONE;
		if (i > 0)
			row->tcp.local.port = (uint16_t)(20000 + first + i);
		row->tcp.remote = fixture_endpoint(i == 0 ? "*:*" : "10.0.0.9:443");
	}
	happen(event);
}

START_TEST(a_stranger_s_row_is_explained)
{
	struct pane_state *all = screen_pane(&test.screen, "all");
	struct explain_subject subject;
	begin();
	connect_one(1);
	machine(0);
	test.screen.zoomed = all;
	test.screen.focus = FOCUS_PANES;
	draw(24, 80);
	pane_walk(all, WALK_LAST, 10);
	draw(24, 80);
	struct scene scene = {.moment = log_now(test.log), .log = test.log,
	    .end = log_end(test.log), .now = test.now};
	ck_assert(all->pane->subject(all, &scene, all->selected, &subject));
	test.why = subject;
	test.screen.zoomed = screen_pane(&test.screen, "why");
	draw(24, 80);
	ck_assert(holds("ESTABLISHED, 127.0.0.1:20199"));
	ck_assert(holds("belongs to no"));
}
END_TEST

START_TEST(all_sockets_of_the_machine)
{
	struct pane_state *all = screen_pane(&test.screen, "all");
	begin();
	connect_one(1);
	test.screen.zoomed = all;
	test.screen.focus = FOCUS_PANES;
	draw(24, 80);
	ck_assert(holds("All TCP sockets: not read at this time"));
	machine(0);
	compare("all", 24, 80);
	compare("all", 36, 120);
	pane_walk(all, WALK_LAST, 10);
	draw(24, 80);
	ck_assert(holds("127.0.0.1:20199"));
	pane_walk(all, WALK_FIRST, 10);
	for (int i = 0; i < 60; i++)
		pane_walk(all, WALK_DOWN, 10);
	draw(24, 80);
	uint64_t chosen = all->identity;
	ck_assert_uint_eq(test.screen.zoomed->selected, 60);
	machine(50); /* fifty above it have left, fifty came below it */
	draw(24, 80);
	ck_assert_uint_eq(all->identity, chosen);
	ck_assert_uint_eq(all->selected, 10);
	ck_assert(holds("127.0.0.1:20060"));
}
END_TEST

/* The scene and the zoomed pane's room at this size. */
static struct scene
zoom(struct pane_state *state, int rows, int columns, struct rectangle *inside)
{
	test.screen.zoomed = state;
	test.screen.focus = FOCUS_PANES;
	draw(rows, columns);
	*inside = screen_focused_inside(&test.screen);
	return (struct scene){.moment = log_now(test.log), .log = test.log,
	    .end = log_end(test.log), .now = test.now, .guide = test.guide};
}

START_TEST(a_search_comes_to_every_line_and_around)
{
	struct rectangle inside;
	struct pane_state *help = screen_pane(&test.screen, "help");
	begin();
	connect_one(1);
	struct scene scene = zoom(help, 24, 80, &inside);
	ck_assert(!pane_search(help, &scene, &inside, "no such text anywhere"));
	ck_assert_uint_eq(help->top, 0);
	ck_assert_uint_eq(help->found, 0);
	size_t lines = 0, seen = 0, last = 0;
	for (size_t i = 0; i < help->count; i++) {
		struct line line = {.style = STYLE_PLAIN};
		help->pane->line(help, &scene, i, inside.columns, &line);
		if (strcasestr(line.text, "SIG") == NULL)
			continue;
		lines++;
		last = i;
	}
	ck_assert_uint_gt(lines, 2);
	for (; seen < lines; seen++) {
		size_t before = help->found;
		ck_assert(pane_search(help, &scene, &inside, "SIG"));
		ck_assert_uint_gt(help->found, before);
		draw(24, 80); /* which keeps the last page full */
		ck_assert_uint_ge(help->found - 1, help->top);
	}
	ck_assert_uint_eq(help->found, last + 1);
	ck_assert(pane_search(help, &scene, &inside, "SIG"));
	ck_assert_uint_lt(help->found, last + 1);
	pane_walk(help, WALK_DOWN, inside.rows);
	ck_assert_uint_eq(help->found, 0);
}
END_TEST

START_TEST(a_search_takes_every_byte_as_it_stands)
{
	struct rectangle inside;
	struct pane_state *sent = screen_pane(&test.screen, "sent");
	size_t count;
	const struct pane *const *panes = pane_table(&count);
	for (size_t i = 0; sent == NULL && i < count; i++)
		if (panes[i] == &pane_sent)
			sent = &test.screen.panes[i];
	begin();
	connect_one(1);
	for (int i = 0; i < 30; i++)
		line(EVENT_SENT, i == 3 ? "a [b] .*\\" : i == 5 ? "d\303\251j\303\240 vu" :
		    "nothing");
	struct scene scene = zoom(sent, 24, 80, &inside);
	ck_assert(pane_search(sent, &scene, &inside, "[b] .*"));
	ck_assert_uint_eq(sent->selected, 3);
	ck_assert(pane_search(sent, &scene, &inside, "\303\251j\303\240"));
	ck_assert_uint_eq(sent->selected, 5);
	ck_assert(pane_search(sent, &scene, &inside, "[B]")); /* around */
	ck_assert_uint_eq(sent->selected, 3);
	line(EVENT_SENT, "one more"); /* what comes meanwhile moves nothing */
	draw(24, 80);
	ck_assert_uint_eq(sent->selected, 3);
	ck_assert(holds("a [b] .*"));
	ck_assert(!pane_search(sent, &scene, &inside, "[c]"));
	ck_assert_uint_eq(sent->selected, 3);
}
END_TEST

/* Each pane, at three sizes: to its end, back, by pages, and a search in vain. */
START_TEST(every_pane_is_walked_and_searched)
{
	static const int sizes[][2] = {{24, 80}, {36, 120}, {60, 200}};
	struct rectangle inside;
	begin();
	for (unsigned conn = 1; conn <= 30; conn++)
		connect_one(conn);
	machine(0);
	for (int i = 0; i < 100; i++) {
		char text[32];
		snprintf(text, sizeof text, "line %d", i);
		line(EVENT_SENT, text);
	}
	struct pane_state *state = &test.screen.panes[_i];
	for (size_t i = 0; i < 3; i++) {
		struct scene scene = zoom(state, sizes[i][0], sizes[i][1], &inside);
		pane_walk(state, WALK_FIRST, inside.rows);
		draw(sizes[i][0], sizes[i][1]);
		char *first = dump();
		pane_walk(state, WALK_LAST, inside.rows);
		draw(sizes[i][0], sizes[i][1]);
		char *last = dump();
		bool more = state->top > 0;
		ck_assert_msg(more == (strcmp(first, last) != 0), "%s: g and G, %d rows",
		    state->pane->title, sizes[i][0]);
		for (size_t pages = 0; pages <= state->count; pages++)
			pane_walk(state, WALK_PAGE_UP, inside.rows);
		draw(sizes[i][0], sizes[i][1]);
		char *again = dump();
		ck_assert_msg(strcmp(first, again) == 0, "%s: PgUp, %d rows",
		    state->pane->title, sizes[i][0]);
		size_t top = state->top, selected = state->selected;
		ck_assert(!pane_search(state, &scene, &inside, "\001not there"));
		ck_assert_uint_eq(state->top, top);
		ck_assert_uint_eq(state->selected, selected);
		free(first);
		free(last);
		free(again);
	}
}
END_TEST

Suite *
screen_details_suite(void)
{
	Suite *suite = suite_create("screen details");
	TCase *tcase = tcase_create("all");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, two_hundred_students_come_in);
	tcase_add_test(tcase, strangers_keep_their_order);
	tcase_add_test(tcase, a_zombie_tells_whom_it_served);
	tcase_add_test(tcase, a_long_address_keeps_its_port);
	tcase_add_test(tcase, all_sockets_of_the_machine);
	tcase_add_test(tcase, a_stranger_s_row_is_explained);
	tcase_add_test(tcase, a_search_comes_to_every_line_and_around);
	tcase_add_test(tcase, a_search_takes_every_byte_as_it_stands);
	size_t panes;
	pane_table(&panes);
	tcase_add_loop_test(tcase, every_pane_is_walked_and_searched, 0, (int)panes);
	suite_add_tcase(suite, tcase);
	return suite;
}
