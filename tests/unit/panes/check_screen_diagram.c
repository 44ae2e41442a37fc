/* check_screen_diagram.c: TCP's state diagram: who is where, which arrows were taken,
 * and the way of both ends below it. */
#include "pane_fixture.h"
#include "state_diagram.h"
#include "suites.h"

enum { NARROW = 78, ROOMY = DIAGRAM_COLUMNS + 32, ALL_ROWS = 60 };

static struct canvas canvas;
static struct diagram diagram;

static void
setup_diagram(void)
{
	memset(&diagram, 0, sizeof diagram);
	canvas = (struct canvas){0};
}

static void
teardown_diagram(void)
{
	canvas_release(&canvas);
}

/* The picture, a line for each row; column: where it begins. */
static const char *
picture(int column)
{
	static char text[DIAGRAM_ROWS * LINE_TEXT];
	struct line line;
	size_t used = 0;
	canvas_clear(&canvas, DIAGRAM_ROWS, DIAGRAM_COLUMNS + column);
	diagram_draw(&diagram, &canvas, column);
	for (int row = 0; row < DIAGRAM_ROWS; row++) {
		canvas_write_line(&canvas, row, &line);
		size_t length = strlen(line.text);
		while (length > 0 && line.text[length - 1] == ' ')
			length--;
		used += (size_t)snprintf(text + used, sizeof text - used, "%.*s\n",
		    (int)length, line.text);
	}
	return text;
}

/* How often the picture holds it. */
static int
count_in(const char *text, const char *wanted)
{
	int count = 0;
	for (const char *at = text; (at = strstr(at, wanted)) != NULL; at++)
		count++;
	return count;
}

/* How often one of the characters of lines that were taken is there. */
static int
count_double(const char *text)
{
	static const char *const doubles[] = {"║", "═", "╝", "╗", "╣", "╚", "╔", "╠", "╩",
	    "╦", "╬"};
	int count = 0;
	for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++)
		count += count_in(text, doubles[i]);
	return count;
}

/* All arrows taken: the whole figure. */
START_TEST(the_figure_is_whole)
{
	size_t length;
	for (int i = 0; i < DIAGRAM_ARROWS; i++)
		diagram.taken[END_CLIENT][i] = TAKEN_SEEN;
	const char *text = picture(0);
	if (getenv("UPDATE_GOLDENS") != NULL)
		update("screens/diagram.txt", text);
	char *golden = fixture_read("screens/diagram.txt", &length);
	ck_assert_msg(strcmp(text, golden) == 0, "it is\n%s", text);
	free(golden);
}
END_TEST

START_TEST(an_arrow_that_was_taken_is_double_and_bold)
{
	ck_assert_int_eq(count_double(picture(0)), 0);
	diagram.taken[1 + _i % 2][_i] = _i % 3 == 0 ? TAKEN_INFERRED : TAKEN_SEEN;
	const char *text = picture(0);
	ck_assert_int_eq(count_double(text) > 0, _i > 0); /* the first is a head alone */
	int bold = 0;
	for (int cell = 0; cell < DIAGRAM_ROWS * DIAGRAM_COLUMNS; cell++) {
		const struct canvas_cell *at = &canvas.cells[cell];
		bool is_head = memcmp(at->character, "▼", 3) == 0 ||
		    memcmp(at->character, "◄", 3) == 0 ||
		    memcmp(at->character, "►", 3) == 0 || memcmp(at->character, "▲", 3) == 0;
		bold += is_head && at->style == STYLE_STRONG;
	}
	ck_assert_int_eq(bold, 1); /* its head, and no other's */
}
END_TEST

/* What the two ends did, and the mark on the arrow from CLOSED to LISTEN. */
static const struct { enum taken client, server; const char *mark; } marks[] = {
	{NOT_TAKEN, NOT_TAKEN, " listen"}, {TAKEN_SEEN, NOT_TAKEN, " c listen"},
	{NOT_TAKEN, TAKEN_SEEN, " s listen"}, {TAKEN_SEEN, TAKEN_SEEN, " cslisten"},
};

START_TEST(a_mark_says_who_took_it)
{
	int arrow = diagram_arrow(STATE_GONE, STATE_LISTEN);
	diagram.taken[END_CLIENT][arrow] = marks[_i].client;
	diagram.taken[END_SERVER][arrow] = marks[_i].server;
	ck_assert_ptr_nonnull(strstr(picture(0), marks[_i].mark));
}
END_TEST

/* The same on an arrow with more room: from ESTABLISHED to CLOSE_WAIT. */
static const struct { enum taken client, server; const char *mark; } wide_marks[] = {
	{TAKEN_INFERRED, NOT_TAKEN, "(c)"}, {NOT_TAKEN, TAKEN_INFERRED, "(s)"},
	{TAKEN_INFERRED, TAKEN_INFERRED, "(cs)"}, {TAKEN_SEEN, TAKEN_INFERRED, "c(s)"},
	{TAKEN_INFERRED, TAKEN_SEEN, "(c)s"}, {TAKEN_SEEN, TAKEN_SEEN, "cs"},
};

START_TEST(what_is_inferred_stands_in_parentheses)
{
	int arrow = diagram_arrow(STATE_ESTABLISHED, STATE_CLOSE_WAIT);
	char wanted[32];
	diagram.taken[END_CLIENT][arrow] = wide_marks[_i].client;
	diagram.taken[END_SERVER][arrow] = wide_marks[_i].server;
	snprintf(wanted, sizeof wanted, "║ %s", wide_marks[_i].mark);
	const char *at = strstr(picture(0), wanted);
	ck_assert_ptr_nonnull(at);
	char behind = at[strlen(wanted)];
	ck_assert(behind == ' ' || behind == '\n');
}
END_TEST

/* Who is in a state, who was cut off there, and the words beside it. */
static const struct { enum tcp_state client, server, client_cut, server_cut; bool listening;
    const char *words; } tags[] = {
	/* STATE_COUNT: not known; STATE_GONE of the cuts: none */
	{STATE_SYN_SENT, STATE_COUNT, 0, 0, false, " SYN_SENT ◄client"},
	{STATE_SYN_SENT, STATE_SYN_RECV, 0, 0, false, "server► SYN_RECV "},
	{STATE_SYN_SENT, STATE_SYN_SENT, 0, 0, false, " SYN_SENT ◄both"},
	{STATE_FIN_WAIT1, STATE_FIN_WAIT1, 0, 0, false, "both► FIN_WAIT1 "},
	{STATE_ESTABLISHED, STATE_ESTABLISHED, 0, 0, false, "▲both"},
	{STATE_ESTABLISHED, STATE_CLOSE_WAIT, 0, 0, false, "▲client "},
	{STATE_CLOSING, STATE_GONE, 0, STATE_CLOSING, false, " CLOSING ◄client ×server"},
	{STATE_GONE, STATE_GONE, STATE_CLOSE_WAIT, 0, false, " CLOSE_WAIT ×client"},
	{STATE_GONE, STATE_FIN_WAIT2, 0, 0, false, "server► FIN_WAIT2 "},
	{STATE_GONE, STATE_GONE, STATE_CLOSING, STATE_CLOSING, false,
	    " CLOSING ×client ×server"},
	{STATE_GONE, STATE_GONE, 0, 0, false, "both► CLOSED "},
	{STATE_COUNT, STATE_COUNT, 0, 0, true, " LISTEN ◄listening socket"},
	{STATE_COUNT, STATE_LISTEN, 0, 0, false, " LISTEN ◄server"},
};

START_TEST(who_is_where_stands_beside_the_state)
{
	const enum tcp_state now[ENDS] = {0, tags[_i].client, tags[_i].server};
	const enum tcp_state cut[ENDS] = {0, tags[_i].client_cut, tags[_i].server_cut};
	for (int end = END_CLIENT; end < ENDS; end++) {
		diagram.known[end] = now[end] != STATE_COUNT;
		diagram.now[end] = now[end] == STATE_COUNT ? STATE_GONE : now[end];
		diagram.was_cut[end] = cut[end] != STATE_GONE;
		diagram.cut[end] = cut[end];
	}
	diagram.listening = tags[_i].listening;
	for (int column = 0; column < 20; column += 10)
		ck_assert_msg(count_in(picture(column), tags[_i].words) == 1, "%s",
		    picture(column));
}
END_TEST

START_TEST(a_state_where_an_end_is_is_lit)
{
	static const struct { enum tcp_state state; unsigned style; } looks[] = {
		{STATE_ESTABLISHED, STYLE_GOOD}, {STATE_LISTEN, STYLE_KEY},
		{STATE_GONE, STYLE_BAD}, {STATE_CLOSE, STYLE_BAD}, {STATE_COUNT, STYLE_BAD},
		{STATE_TIME_WAIT, STYLE_PASSING}, {STATE_CLOSE_WAIT, STYLE_PASSING}};
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
		ck_assert_uint_eq(diagram_style(looks[i].state),
		    looks[i].style | STYLE_STRONG | STYLE_REVERSE);
	diagram.known[END_SERVER] = true;
	diagram.now[END_SERVER] = STATE_CLOSE_WAIT;
	picture(0);
	unsigned lit = 0;
	for (int cell = 0; cell < DIAGRAM_ROWS * DIAGRAM_COLUMNS; cell++)
		lit += (canvas.cells[cell].style & STYLE_REVERSE) != 0;
	ck_assert_uint_eq(lit, strlen(" CLOSE_WAIT "));
	diagram.known[END_SERVER] = false; /* nobody knows */
	picture(0);
	for (int cell = 0; cell < DIAGRAM_ROWS * DIAGRAM_COLUMNS; cell++)
		ck_assert(!(canvas.cells[cell].style & STYLE_REVERSE));
}
END_TEST

START_TEST(states_have_names_and_rows)
{
	ck_assert_str_eq(diagram_name(STATE_GONE), "CLOSED");
	ck_assert_str_eq(diagram_name(STATE_CLOSE), "CLOSED");
	ck_assert_str_eq(diagram_name(STATE_COUNT), "CLOSED");
	ck_assert_str_eq(diagram_name(STATE_CLOSING), "CLOSING");
	ck_assert_int_eq(diagram_row(STATE_GONE), 0);
	ck_assert_int_eq(diagram_row(STATE_CLOSE), 0);
	ck_assert_int_eq(diagram_row(STATE_LISTEN), 2);
	ck_assert_int_eq(diagram_row(STATE_ESTABLISHED), 8);
	ck_assert_int_eq(diagram_row(STATE_TIME_WAIT), 14);
	ck_assert_int_eq(diagram_state(STATE_CLOSING), STATE_CLOSING);
	ck_assert_int_eq(diagram_arrow(STATE_CLOSE, STATE_SYN_SENT),
	    diagram_arrow(STATE_GONE, STATE_SYN_SENT));
	ck_assert_int_eq(diagram_arrow(STATE_SYN_SENT, STATE_CLOSE),
	    diagram_arrow(STATE_SYN_SENT, STATE_GONE));
	ck_assert_int_ge(diagram_arrow(STATE_SYN_SENT, STATE_CLOSE), 0);
}
END_TEST

/* An end of connection 1 goes into another state. */
static void
step_to(enum connection_end end, enum tcp_state from, enum tcp_state to, bool inferred)
{
	struct event event = fixture_state(1, end, from, to);
	event.state.inferred = inferred;
	happen(event);
}

/* Connection 1 is there, without a state yet. */
static void
open_one(void)
{
	begin();
	happen(fixture_connection(1, CONNECTION_OPENED));
	happen(fixture_connection(1, CONNECTION_CURRENT));
}

/* The line of the pane that begins with these words; NULL: none. */
static const char *
way_of(const char *end, int rows, int columns)
{
	for (size_t i = 0, count = look_at("states", rows, columns); i < count; i++)
		if (strncmp(line_at(i) + strspn(line_at(i), " "), end, strlen(end)) == 0)
			return looked.line.text + strspn(looked.line.text, " ");
	return "";
}

START_TEST(a_way_is_what_was_passed)
{
	open_one();
	ck_assert_str_eq(way_of("client", 19, NARROW), "client  no state of it was seen");
	ck_assert_str_eq(way_of("server", 19, NARROW), "server  LISTEN, by its own socket");
	step_to(END_CLIENT, STATE_GONE, STATE_SYN_SENT, true);
	step_to(END_CLIENT, STATE_SYN_SENT, STATE_ESTABLISHED, false);
	step_to(END_NONE, STATE_SYN_SENT, STATE_ESTABLISHED, false); /* nobody's */
	ck_assert_str_eq(way_of("client", 19, NARROW), "client  (SYN_SENT) ► ESTABLISHED");
	step_to(END_SERVER, STATE_ESTABLISHED, STATE_CLOSE_WAIT, false);
	ck_assert_str_eq(way_of("server", 19, NARROW), "server  … ESTABLISHED ► CLOSE_WAIT");
	step_to(END_SERVER, STATE_CLOSE_WAIT, STATE_GONE, false);
	ck_assert_str_eq(way_of("server", 19, NARROW), "server  … ESTABLISHED ► CLOSE_WAIT "
	    "► RST or timeout ► CLOSED");
	happen(fixture_host(HOST_CRASHED));
	ck_assert_ptr_nonnull(strstr(way_of("server", 19, NARROW), "CLOSED  its host is down"));
	ck_assert_ptr_null(strstr(way_of("client", 19, NARROW), "its host"));
}
END_TEST

START_TEST(without_a_connection_there_is_no_way)
{
	happen(fixture_start("local"));
	ck_assert_str_eq(way_of("client", 19, NARROW),
	    "client  no connection yet: connect opens one");
	ck_assert_str_eq(way_of("server", 19, NARROW),
	    "server  no socket in LISTEN is to be seen");
	ck_assert_str_eq(looked.state->title, "");
	connect_one(1);
	look_at("states", 19, NARROW);
	ck_assert_str_eq(looked.state->title, "TCP's states, connection 1");
}
END_TEST

/* A long way is written closer, then without its beginning. */
START_TEST(a_long_way_keeps_its_end)
{
	open_one();
	step_to(END_CLIENT, STATE_GONE, STATE_SYN_SENT, true);
	step_to(END_CLIENT, STATE_SYN_SENT, STATE_ESTABLISHED, false);
	step_to(END_CLIENT, STATE_ESTABLISHED, STATE_FIN_WAIT1, true);
	step_to(END_CLIENT, STATE_FIN_WAIT1, STATE_FIN_WAIT2, true);
	step_to(END_CLIENT, STATE_FIN_WAIT2, STATE_TIME_WAIT, false);
	ck_assert_str_eq(way_of("client", 19, NARROW), "client  (SYN_SENT) ► ESTABLISHED ► "
	    "(FIN_WAIT1) ► (FIN_WAIT2) ► TIME_WAIT");
	step_to(END_CLIENT, STATE_TIME_WAIT, STATE_GONE, false);
	ck_assert_str_eq(way_of("client", 19, NARROW), "client  (SYN_SENT)►ESTABLISHED►"
	    "(FIN_WAIT1)►(FIN_WAIT2)►TIME_WAIT►CLOSED");
	step_to(END_CLIENT, STATE_GONE, STATE_SYN_SENT, true);
	ck_assert_str_eq(way_of("client", 19, NARROW), "client  … ESTABLISHED►(FIN_WAIT1)►"
	    "(FIN_WAIT2)►TIME_WAIT►CLOSED►(SYN_SENT)");
}
END_TEST

/* Of a way that is longer than any, the latest states stay in their order. */
START_TEST(an_endless_way_keeps_its_latest)
{
	static const enum tcp_state states[] = {STATE_SYN_SENT, STATE_LISTEN, STATE_SYN_RECV};
	open_one();
	for (int i = 0; i < 30; i++)
		step_to(END_CLIENT, states[i % 3], states[(i + 1) % 3], false);
	ck_assert_str_eq(way_of("client", 19, NARROW), "client  … SYN_SENT►LISTEN►SYN_RECV►"
	    "SYN_SENT►LISTEN►SYN_RECV►SYN_SENT");
}
END_TEST

/* Connects that fail: those that were refused or got no answer had sent a SYN. */
static const struct { enum report_role role; enum report_call call; int error; bool way; }
failures[] = {
	{ROLE_CLIENT, CALL_CONNECT, ECONNREFUSED, true},
	{ROLE_CLIENT, CALL_CONNECT, ETIMEDOUT, true},
	{ROLE_CLIENT, CALL_CONNECT, EHOSTUNREACH, false},
	{ROLE_CLIENT, CALL_READ, ECONNREFUSED, false},
	{ROLE_CHILD, CALL_CONNECT, ECONNREFUSED, false},
};

START_TEST(a_connect_that_failed_had_sent_a_syn)
{
	open_one();
	happen(fixture_call(failures[_i].role, 1, failures[_i].call, -1, failures[_i].error));
	ck_assert_str_eq(way_of("client", 19, NARROW), failures[_i].way ?
	    "client  (SYN_SENT) ► (CLOSED)" : "client  no state of it was seen");
	struct event other = fixture_call(ROLE_CLIENT, 2, CALL_CONNECT, -1, ECONNREFUSED);
	happen(other); /* of another connection */
	ck_assert_str_eq(way_of("client", 19, NARROW), failures[_i].way ?
	    "client  (SYN_SENT) ► (CLOSED)" : "client  no state of it was seen");
}
END_TEST

START_TEST(a_state_that_was_seen_is_told_once)
{
	open_one();
	step_to(END_CLIENT, STATE_GONE, STATE_SYN_SENT, false);
	happen(fixture_call(ROLE_CLIENT, 1, CALL_CONNECT, -1, ECONNREFUSED));
	ck_assert_str_eq(way_of("client", 19, NARROW), "client  SYN_SENT");
}
END_TEST

/* Seen once and inferred another time: seen. */
START_TEST(what_was_seen_stays_seen)
{
	open_one();
	for (int i = 0; i < 2; i++) {
		step_to(END_CLIENT, STATE_SYN_SENT, STATE_ESTABLISHED, i == 1);
		step_to(END_SERVER, STATE_ESTABLISHED, STATE_CLOSE_WAIT, i == 0);
	}
	look_at("states", 19, NARROW);
	ck_assert_ptr_nonnull(strstr(line_at(6), "═c═"));
	ck_assert_ptr_nonnull(strstr(line_at(9), "║ s"));
	ck_assert_ptr_null(strstr(line_at(9), "(s)"));
}
END_TEST

START_TEST(more_room_shows_more)
{
	begin();
	connect_one(1);
	ck_assert_uint_eq(look_at("states", DIAGRAM_ROWS + 2, NARROW), DIAGRAM_ROWS + 2);
	ck_assert_uint_eq(look_at("states", DIAGRAM_ROWS + 3, NARROW), DIAGRAM_ROWS + 3);
	ck_assert_uint_eq(look_at("states", 5, NARROW), DIAGRAM_ROWS + 2);
	ck_assert_uint_eq(look_at("states", DIAGRAM_ROWS + 15, ROOMY), DIAGRAM_ROWS + 15);
	ck_assert_uint_eq(look_at("states", DIAGRAM_ROWS + 14, ROOMY), DIAGRAM_ROWS + 3);
	ck_assert_uint_eq(look_at("states", ALL_ROWS, ROOMY - 1), DIAGRAM_ROWS + 3);
	ck_assert_uint_eq(look_at("states", ALL_ROWS, ROOMY), DIAGRAM_ROWS + 15);
}
END_TEST

START_TEST(the_meanings_say_who_is_there)
{
	begin();
	connect_one(1);
	look_at("states", ALL_ROWS, ROOMY);
	const char *text = line_at(DIAGRAM_ROWS + 4 + 4);
	ck_assert_ptr_nonnull(strstr(text,
	    " ESTABLISHED  Data flows in both directions.  ◄both"));
	step_to(END_CLIENT, STATE_ESTABLISHED, STATE_CLOSE_WAIT, false);
	look_at("states", ALL_ROWS, ROOMY);
	ck_assert_ptr_nonnull(strstr(line_at(DIAGRAM_ROWS + 4 + 4), "directions.  ◄server"));
	ck_assert_ptr_nonnull(strstr(line_at(DIAGRAM_ROWS + 4 + 9), "closed yet.  ◄client"));
	ck_assert_uint_eq(looked.line.mark_count, 2); /* lit, and bold behind it */
	ck_assert_ptr_null(strstr(line_at(DIAGRAM_ROWS + 4 + 1), "◄"));
	happen(fixture_host(HOST_CRASHED)); /* nobody can look into it */
	look_at("states", ALL_ROWS, ROOMY);
	ck_assert_ptr_null(strstr(line_at(DIAGRAM_ROWS + 4 + 4), "◄"));
}
END_TEST

/* Where both ends are, and from which row on the picture is to be seen. */
static const struct { enum tcp_state client, server; enum tcp_state wanted; } seen[] = {
	{STATE_ESTABLISHED, STATE_ESTABLISHED, STATE_ESTABLISHED},
	{STATE_CLOSE_WAIT, STATE_FIN_WAIT2, STATE_CLOSE_WAIT},
	{STATE_TIME_WAIT, STATE_LAST_ACK, STATE_LAST_ACK},
	{STATE_FIN_WAIT2, STATE_SYN_RECV, STATE_SYN_RECV},
	{STATE_GONE, STATE_ESTABLISHED, STATE_ESTABLISHED},
	{STATE_GONE, STATE_GONE, STATE_GONE},
};

START_TEST(below_a_narrator_the_ends_are_seen)
{
	size_t lines, count;
	open_one();
	step_to(END_CLIENT, STATE_GONE, seen[_i].client, false);
	step_to(END_SERVER, STATE_GONE, seen[_i].server, false);
	count = look_at("states", 12, NARROW);
	size_t first = wanted_of_it(&lines);
	ck_assert_uint_eq(first, (size_t)diagram_row(seen[_i].wanted));
	ck_assert_uint_eq(lines, count - first);
}
END_TEST

Suite *
screen_diagram_suite(void)
{
	Suite *suite = suite_create("screen diagram");
	TCase *figure = tcase_create("figure"), *ways = tcase_create("ways");
	tcase_add_checked_fixture(figure, setup_diagram, teardown_diagram);
	tcase_add_test(figure, the_figure_is_whole);
	tcase_add_loop_test(figure, an_arrow_that_was_taken_is_double_and_bold, 0,
	    DIAGRAM_ARROWS);
	tcase_add_loop_test(figure, a_mark_says_who_took_it, 0, sizeof marks / sizeof *marks);
	tcase_add_loop_test(figure, what_is_inferred_stands_in_parentheses, 0,
	    sizeof wide_marks / sizeof *wide_marks);
	tcase_add_loop_test(figure, who_is_where_stands_beside_the_state, 0,
	    sizeof tags / sizeof *tags);
	tcase_add_test(figure, a_state_where_an_end_is_is_lit);
	tcase_add_test(figure, states_have_names_and_rows);
	tcase_add_checked_fixture(ways, setup, teardown);
	tcase_add_test(ways, a_way_is_what_was_passed);
	tcase_add_test(ways, without_a_connection_there_is_no_way);
	tcase_add_test(ways, a_long_way_keeps_its_end);
	tcase_add_test(ways, an_endless_way_keeps_its_latest);
	tcase_add_loop_test(ways, a_connect_that_failed_had_sent_a_syn, 0,
	    sizeof failures / sizeof *failures);
	tcase_add_test(ways, a_state_that_was_seen_is_told_once);
	tcase_add_test(ways, what_was_seen_stays_seen);
	tcase_add_test(ways, more_room_shows_more);
	tcase_add_test(ways, the_meanings_say_who_is_there);
	tcase_add_loop_test(ways, below_a_narrator_the_ends_are_seen, 0,
	    sizeof seen / sizeof *seen);
	suite_add_tcase(suite, figure);
	suite_add_tcase(suite, ways);
	return suite;
}
