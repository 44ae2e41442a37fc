/* check_screen_pane.c: what all panes have in common: how they scroll, select, search,
 * are titled; tried with panes of the test's own. */
#include "pane_table.h"
#include "screen_fixture.h"
#include "suites.h"

enum { TOP = 3, LEFT = 5, INSIDE_ROWS = 6, INSIDE_COLUMNS = 20, SHIFT = 8 };

/* What the panes of the test show: so many lines, this many of them wanted. */
static struct {
	size_t count, first_wanted, wanted;
	uint64_t begins;       /* the identity of the first line */
	const char *text;      /* NULL: "line N" */
	const char *title;
} shown;

static const struct rectangle inside = {TOP, LEFT, INSIDE_ROWS, INSIDE_COLUMNS};

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *place)
{
	(void)scene;
	(void)place;
	state->count = shown.count;
	snprintf(state->title, sizeof state->title, "%s",
	    shown.title != NULL ? shown.title : "");
}

static void
write_line(const struct pane_state *state, const struct scene *scene, size_t number,
    int columns, struct line *line)
{
	(void)state;
	(void)scene;
	(void)columns;
	if (shown.text != NULL)
		line_format(line, STYLE_PLAIN, "%s", shown.text);
	else
		line_format(line, STYLE_PLAIN, "line %zu", number + shown.begins);
	line->lacks_memory = shown.text != NULL && strcmp(shown.text, "no memory") == 0;
}

static void
write_end(const struct pane_state *state, const struct scene *scene, int columns,
    struct line *line)
{
	(void)state;
	(void)scene;
	line_format(line, STYLE_STRONG, "end %d 3456789012345", columns);
}

static uint64_t
identity(const struct pane_state *state, const struct scene *scene, size_t number)
{
	(void)state;
	(void)scene;
	return number + shown.begins + 100;
}

static size_t
wanted(const struct pane_state *state, const struct scene *scene, size_t *lines)
{
	(void)state;
	(void)scene;
	*lines = shown.wanted;
	return shown.first_wanted;
}

static bool
subject(const struct pane_state *state, const struct scene *scene, size_t number,
    struct explain_subject *about)
{
	(void)state;
	(void)scene;
	*about = (struct explain_subject){.kind = EXPLAIN_EVENT, .event = number};
	return true;
}

static const struct pane plain = {.title = "Plain", .prepare = prepare,
    .line = write_line};
static const struct pane following = {.title = "Following", .prepare = prepare,
    .line = write_line, .follows = true};
static const struct pane selecting = {.title = "Selecting", .prepare = prepare,
    .line = write_line, .selects = true, .identity = identity, .subject = subject};
static const struct pane both = {.title = "Both", .prepare = prepare,
    .line = write_line, .selects = true, .follows = true, .identity = identity};
static const struct pane wishing = {.title = "Wishing", .prepare = prepare,
    .line = write_line, .wanted = wanted};
static const struct pane choosing = {.title = "Choosing", .prepare = prepare,
    .line = write_line, .wanted = wanted, .selects = true, .identity = identity};
static const struct pane framed = {.title = "Framed", .prepare = prepare,
    .line = write_line, .heading = write_end, .footing = write_end};

static struct pane_state state;

static struct scene
scene_now(void)
{
	return (struct scene){.moment = log_now(test.log), .log = test.log,
	    .end = log_end(test.log), .now = test.now};
}

static void
setup_pane(void)
{
	setup();
	memset(&shown, 0, sizeof shown);
	shown.count = 20;
	ck_assert_int_eq(resizeterm(24, 40), OK);
	pane_state_init(&state, &plain);
}

static void
teardown_pane(void)
{
	pane_state_release(&state);
	teardown();
}

/* The test goes on with another pane. */
static void
take(const struct pane *pane)
{
	pane_state_release(&state);
	pane_state_init(&state, pane);
}

/* Draws the pane; active: the keys go to it. */
static void
show(bool active)
{
	struct scene scene = scene_now();
	erase();
	pane_draw(&state, &scene, &test.screen.draw, &inside, active);
}

/* What stands in a row of the pane, -1 being its border. */
static const char *
row_at(int row)
{
	static char text[128];
	wchar_t cells[INSIDE_COLUMNS + 1];
	ck_assert_int_ne(mvinnwstr(TOP + row, LEFT, cells, INSIDE_COLUMNS), ERR);
	ck_assert_uint_ne(wcstombs(text, cells, sizeof text), (size_t)-1);
	size_t length = strlen(text);
	while (length > 0 && text[length - 1] == ' ')
		text[--length] = '\0';
	return text;
}

/* The row that is marked as selected; -1: none. */
static int
marked_row(void)
{
	int marked = -1;
	for (int row = 0; row < INSIDE_ROWS; row++)
		if (mvinch(TOP + row, LEFT) & A_REVERSE) {
			ck_assert_int_eq(marked, -1);
			marked = row;
		}
	return marked;
}

/* The pane shows the lines from this one on. */
static void
expect_lines(size_t first)
{
	char text[32];
	for (int row = 0; row < INSIDE_ROWS && first + (size_t)row < shown.count; row++) {
		snprintf(text, sizeof text, "line %zu", first + (size_t)row +
		    shown.begins);
		ck_assert_str_eq(row_at(row), text);
	}
}

/* Walks, and where that leads: the line on top, of panes that do not select. */
static const struct { enum walk walk; size_t top; } walks[] = {
	{WALK_UP, 0}, {WALK_PAGE_UP, 0}, {WALK_DOWN, 1}, {WALK_DOWN, 2}, {WALK_UP, 1},
	{WALK_PAGE_DOWN, 7}, {WALK_PAGE_DOWN, 13}, {WALK_PAGE_DOWN, 14}, {WALK_DOWN, 14},
	{WALK_PAGE_UP, 8}, {WALK_PAGE_UP, 2}, {WALK_PAGE_UP, 0}, {WALK_LAST, 14},
	{WALK_UP, 13}, {WALK_LAST, 14}, {WALK_FIRST, 0}, {WALK_PAGE_DOWN, 6},
	{WALK_LEFT, 6}, {WALK_PAGE_UP, 0},
};

START_TEST(a_pane_scrolls)
{
	show(true);
	expect_lines(0);
	for (size_t i = 0; i < sizeof walks / sizeof *walks; i++) {
		pane_walk(&state, walks[i].walk, INSIDE_ROWS);
		show(true);
		ck_assert_msg(state.top == walks[i].top, "step %zu: %zu", i, state.top);
		expect_lines(walks[i].top);
		ck_assert_int_eq(marked_row(), -1);
	}
}
END_TEST

/* The same of panes that select: the line, and the first that is seen then. */
static const struct { enum walk walk; size_t selected, top; } choices[] = {
	{WALK_UP, 0, 0}, {WALK_DOWN, 1, 0}, {WALK_DOWN, 2, 0}, {WALK_PAGE_DOWN, 8, 3},
	{WALK_UP, 7, 3}, {WALK_PAGE_UP, 1, 1}, {WALK_PAGE_UP, 0, 0},
	{WALK_PAGE_DOWN, 6, 1}, {WALK_PAGE_DOWN, 12, 7}, {WALK_PAGE_DOWN, 18, 13},
	{WALK_DOWN, 19, 14}, {WALK_DOWN, 19, 14}, {WALK_PAGE_DOWN, 19, 14},
	{WALK_FIRST, 0, 0}, {WALK_LAST, 19, 14}, {WALK_UP, 18, 14},
};

START_TEST(a_line_is_selected_and_stays_in_sight)
{
	take(&selecting);
	show(true);
	ck_assert_int_eq(marked_row(), 0);
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
		pane_walk(&state, choices[i].walk, INSIDE_ROWS);
		show(true);
		ck_assert_msg(state.selected == choices[i].selected, "step %zu: %zu", i,
		    state.selected);
		ck_assert_msg(state.top == choices[i].top, "step %zu: %zu", i, state.top);
		expect_lines(choices[i].top);
		ck_assert_int_eq(marked_row(),
		    (int)(choices[i].selected - choices[i].top));
	}
	show(false);
	ck_assert_int_eq(marked_row(), -1);
}
END_TEST

START_TEST(the_selection_goes_with_its_row)
{
	take(&selecting);
	show(true);
	for (int i = 0; i < 7; i++)
		pane_walk(&state, WALK_DOWN, INSIDE_ROWS);
	show(true);
	ck_assert_uint_eq(state.identity, 107);
	shown.begins = 3; /* three rows above it are gone */
	show(true);
	ck_assert_uint_eq(state.selected, 4);
	ck_assert_uint_eq(state.identity, 107);
	shown.begins = 10; /* it is gone: another one takes its place */
	show(true);
	ck_assert_uint_eq(state.selected, 4);
	ck_assert_uint_eq(state.identity, 114);
	shown.count = 2;
	show(true);
	ck_assert_uint_eq(state.selected, 1);
	shown.count = 0;
	show(true);
	ck_assert_uint_eq(state.top, 0);
	pane_walk(&state, WALK_LAST, INSIDE_ROWS);
	ck_assert_uint_eq(state.selected, 0);
	shown.count = 1;
	show(true);
	ck_assert_int_eq(marked_row(), 0);
}
END_TEST

START_TEST(a_pane_that_follows_shows_its_end)
{
	take(&following);
	show(false);
	expect_lines(14);
	shown.count = 30;
	show(false);
	expect_lines(24);
	pane_walk(&state, WALK_UP, INSIDE_ROWS);
	shown.count = 40;
	show(true);
	expect_lines(23); /* somebody reads there */
	pane_walk(&state, WALK_LAST, INSIDE_ROWS);
	shown.count = 50;
	show(true);
	expect_lines(44);
	pane_walk(&state, WALK_PAGE_UP, INSIDE_ROWS);
	pane_walk(&state, WALK_PAGE_DOWN, INSIDE_ROWS);
	shown.count = 51;
	show(true);
	expect_lines(45); /* back at its end, it follows again */
	shown.count = 3;
	show(true);
	expect_lines(0);
}
END_TEST

START_TEST(its_last_line_is_selected_until_somebody_walks)
{
	take(&both);
	show(true);
	ck_assert_uint_eq(state.selected, 19);
	ck_assert_int_eq(marked_row(), 5);
	shown.count = 21;
	show(true);
	ck_assert_uint_eq(state.selected, 20);
	pane_walk(&state, WALK_UP, INSIDE_ROWS);
	shown.count = 25;
	show(true);
	ck_assert_uint_eq(state.selected, 19);
	pane_walk(&state, WALK_LAST, INSIDE_ROWS);
	shown.count = 26;
	show(true);
	ck_assert_uint_eq(state.selected, 25);
	expect_lines(20);
}
END_TEST

START_TEST(what_is_wanted_is_seen_while_nobody_walks)
{
	take(&wishing);
	shown.first_wanted = 9;
	shown.wanted = 2;
	show(false);
	expect_lines(5); /* both of them, at the end */
	shown.first_wanted = 3;
	show(false);
	expect_lines(3);
	shown.first_wanted = 4;
	show(false);
	expect_lines(3); /* they are seen already */
	shown.wanted = 9; /* more than there is room for: the first of them */
	show(false);
	expect_lines(4);
	shown.wanted = 0;
	shown.first_wanted = 12;
	show(false);
	expect_lines(4);
	shown.wanted = 1;
	show(true); /* who walks, walks */
	expect_lines(4);
	show(false);
	expect_lines(7);
}
END_TEST

START_TEST(the_last_that_is_wanted_is_selected_first)
{
	take(&choosing);
	shown.first_wanted = 9;
	shown.wanted = 2;
	show(true);
	ck_assert_uint_eq(state.selected, 10);
	shown.first_wanted = 2;
	show(true);
	ck_assert_uint_eq(state.selected, 3);
	pane_walk(&state, WALK_DOWN, INSIDE_ROWS);
	shown.first_wanted = 12;
	show(true);
	ck_assert_uint_eq(state.selected, 4); /* somebody chose it */
	show(false);
	expect_lines(8);
	ck_assert_uint_eq(state.selected, 4);
	take(&choosing);
	shown.wanted = 0;
	show(true);
	ck_assert_uint_eq(state.selected, 0);
}
END_TEST

START_TEST(what_never_scrolls_has_a_row_of_its_own)
{
	take(&framed);
	show(true);
	ck_assert_str_eq(row_at(0), "end 20 3456789012345");
	ck_assert_str_eq(row_at(1), "line 0");
	ck_assert_str_eq(row_at(4), "line 3");
	ck_assert_str_eq(row_at(5), "end 20 3456789012345");
	ck_assert(mvinch(TOP, LEFT) & A_BOLD);
	ck_assert(mvinch(TOP + 5, LEFT) & A_BOLD);
	pane_walk(&state, WALK_PAGE_DOWN, INSIDE_ROWS);
	show(true);
	ck_assert_str_eq(row_at(1), "line 4"); /* a page is what is seen of it */
	pane_walk(&state, WALK_LAST, INSIDE_ROWS);
	show(true);
	ck_assert_str_eq(row_at(1), "line 16");
	ck_assert_str_eq(row_at(4), "line 19");
	pane_walk(&state, WALK_RIGHT, INSIDE_ROWS);
	show(true); /* the heading is above its columns; the footing is read */
	ck_assert_str_eq(row_at(0), "456789012345");
	ck_assert_str_eq(row_at(5), "end 20 3456789012345");
}
END_TEST

START_TEST(a_low_pane_keeps_its_heading)
{
	struct scene scene = scene_now();
	take(&framed);
	for (int rows = 0; rows <= 3; rows++) {
		struct rectangle low = {TOP, LEFT, rows, INSIDE_COLUMNS};
		erase();
		pane_draw(&state, &scene, &test.screen.draw, &low, false);
		ck_assert_str_eq(row_at(0), "end 20 3456789012345");
		ck_assert_str_eq(row_at(1), rows >= 2 ? "line 0" : "");
		ck_assert_str_eq(row_at(2), rows >= 3 ? "end 20 3456789012345" : "");
	}
	for (int rows = -1; rows <= 2; rows++) { /* and walks by a line at least */
		state.top = 0;
		pane_walk(&state, WALK_PAGE_DOWN, rows);
		ck_assert_uint_eq(state.top, 1);
	}
	pane_walk(&state, WALK_PAGE_DOWN, 4);
	ck_assert_uint_eq(state.top, 3);
}
END_TEST

START_TEST(long_lines_are_seen_by_going_right)
{
	shown.text = "0123456789abcdefghijklmnopqrstuvwxyz";
	take(&following);
	show(true);
	ck_assert_str_eq(row_at(0), "0123456789abcdefghi…");
	ck_assert(mvinch(TOP, LEFT + INSIDE_COLUMNS - 1) & A_BOLD);
	pane_walk(&state, WALK_RIGHT, INSIDE_ROWS);
	show(true);
	ck_assert_str_eq(row_at(0), "89abcdefghijklmnopq…");
	pane_walk(&state, WALK_RIGHT, INSIDE_ROWS);
	show(true); /* its end is seen: no mark */
	ck_assert_str_eq(row_at(0), "ghijklmnopqrstuvwxyz");
	pane_walk(&state, WALK_LEFT, INSIDE_ROWS);
	ck_assert_uint_eq(state.shift, SHIFT);
	for (int i = 0; i < 5; i++)
		pane_walk(&state, WALK_LEFT, INSIDE_ROWS);
	ck_assert_uint_eq(state.shift, 0);
	for (int i = 0; i < LINE_TEXT; i++)
		pane_walk(&state, WALK_RIGHT, INSIDE_ROWS);
	ck_assert_uint_eq(state.shift, LINE_TEXT);
	take(&plain); /* of a table, the columns are known: no mark */
	show(true);
	ck_assert_str_eq(row_at(0), "0123456789abcdefghij");
}
END_TEST

/* Titles and notes in twenty columns, and what stands in the border. */
static const struct { const char *title, *note; size_t count; bool active, follows;
    const char *border; } borders[] = {
	{NULL, "", 3, false, false, " Plain"},
	{NULL, "", 3, true, false, "[Plain]"},
	{"Other", "", 3, false, false, " Other"},
	{NULL, "", 6, false, false, " Plain"},
	{NULL, "", 7, false, false, " Plain    1-6 of 7"},
	{NULL, "", 7, true, false, "[Plain]   1-6 of 7"},
	{NULL, "", 100, false, true, " Following"},
	{"Titles", "", 7, false, false, " Titles   1-6 of 7"},
	{"A title", "", 7, false, false, " A title"}, /* no room for both */
	{"A title of many words", "", 3, false, false, " A title of many…"},
	{"Plain", "note", 3, false, false, " Plain        note"},
	{"Plain", "n", 7, false, false, " Pla    1-6 of 7 n"},
	{"A title of words", "note", 3, false, false, " A title…     note"},
};

START_TEST(the_border_tells_what_there_is)
{
	take(borders[_i].follows ? &following : &plain);
	shown.count = borders[_i].count;
	shown.title = borders[_i].title;
	snprintf(state.note, sizeof state.note, "%s", borders[_i].note);
	show(borders[_i].active);
	ck_assert_str_eq(row_at(-1), borders[_i].border);
	chtype style = mvinch(TOP - 1, LEFT) & A_ATTRIBUTES;
	ck_assert_uint_eq(style, borders[_i].active ? A_REVERSE | A_BOLD : 0);
}
END_TEST

START_TEST(the_share_that_is_seen_follows_the_scrolling)
{
	shown.title = "P";
	show(true);
	pane_walk(&state, WALK_LAST, INSIDE_ROWS);
	show(true);
	ck_assert_str_eq(row_at(-1), "[P]    15-20 of 20");
	ck_assert(mvinch(TOP - 1, LEFT + 8) & A_BOLD);
	ck_assert_uint_eq(mvinch(TOP - 1, LEFT + 19) & A_CHARTEXT, ' '); /* the border's */
}
END_TEST

START_TEST(a_search_selects_the_next_line_that_holds_it)
{
	struct scene scene = scene_now();
	take(&selecting);
	ck_assert(pane_search(&state, &scene, &inside, "LINE 1"));
	ck_assert_uint_eq(state.selected, 1);
	ck_assert(state.chosen);
	ck_assert(pane_search(&state, &scene, &inside, "line 1"));
	ck_assert_uint_eq(state.selected, 10);
	ck_assert(pane_search(&state, &scene, &inside, "ne 3"));
	ck_assert_uint_eq(state.selected, 3); /* around */
	ck_assert(pane_search(&state, &scene, &inside, "ne 3"));
	ck_assert_uint_eq(state.selected, 3); /* the only one */
	ck_assert(!pane_search(&state, &scene, &inside, "line 20"));
	ck_assert(!pane_search(&state, &scene, &inside, ""));
	ck_assert_uint_eq(state.selected, 3);
	show(true);
	ck_assert_uint_eq(state.identity, 103);
}
END_TEST

START_TEST(a_search_brings_its_line_to_the_top)
{
	struct scene scene = scene_now();
	ck_assert(pane_search(&state, &scene, &inside, "line 0"));
	ck_assert_uint_eq(state.found, 1); /* the one on top counts, the first time */
	ck_assert(pane_search(&state, &scene, &inside, "line 1"));
	ck_assert_uint_eq(state.top, 1);
	show(true);
	ck_assert_int_eq(marked_row(), 0);
	ck_assert(pane_search(&state, &scene, &inside, "line 1"));
	show(true);
	ck_assert_uint_eq(state.top, 10);
	ck_assert_uint_eq(state.found, 11);
	ck_assert_int_eq(marked_row(), 0);
	show(false);
	ck_assert_int_eq(marked_row(), -1);
	pane_walk(&state, WALK_DOWN, INSIDE_ROWS);
	show(true);
	ck_assert_int_eq(marked_row(), -1); /* walked on since */
	pane_walk(&state, WALK_UP, INSIDE_ROWS);
	pane_walk(&state, WALK_PAGE_UP, INSIDE_ROWS);
	ck_assert(pane_search(&state, &scene, &inside, "line"));
	ck_assert_uint_eq(state.top, 4); /* from what is on top now */
}
END_TEST

START_TEST(a_search_near_the_end_follows_again)
{
	struct scene scene = scene_now();
	take(&following);
	ck_assert(pane_search(&state, &scene, &inside, "line 13"));
	ck_assert(!state.at_end);
	ck_assert(pane_search(&state, &scene, &inside, "line 14"));
	ck_assert(state.at_end);
	take(&both);
	ck_assert(pane_search(&state, &scene, &inside, "line 18"));
	ck_assert(!state.at_end);
	ck_assert(pane_search(&state, &scene, &inside, "line 19"));
	ck_assert(state.at_end);
	take(&plain);
	ck_assert(pane_search(&state, &scene, &inside, "line 19"));
	ck_assert(!state.at_end);
}
END_TEST

START_TEST(what_is_explained_is_the_selected_line)
{
	struct explain_subject about;
	struct scene scene = scene_now();
	ck_assert(!pane_subject(&state, &scene, &inside, &about)); /* nothing to say */
	take(&selecting);
	for (int i = 0; i < 4; i++)
		pane_walk(&state, WALK_DOWN, INSIDE_ROWS);
	shown.count = 0;
	ck_assert(!pane_subject(&state, &scene, &inside, &about));
	shown.count = 20;
	state.selected = 4;
	ck_assert(pane_subject(&state, &scene, &inside, &about));
	ck_assert_uint_eq(about.event, 4);
	shown.begins = 1; /* the row has moved since it was drawn */
	ck_assert(pane_subject(&state, &scene, &inside, &about));
	ck_assert_uint_eq(about.event, 3);
}
END_TEST

/* The panes by their names, and how each behaves. */
static const struct { const char *name; enum place place; bool selects, follows, whole; }
kinds[] = {
	{"sent", PLACE_SENT, true, true, false}, {"echoed", PLACE_ECHOED, true, true, false},
	{"errno", PLACE_ERRNO, false, false, false},
	{"sockets", PLACE_SOCKETS, true, false, false},
	{"processes", PLACE_PROCESSES, true, false, false},
	{"timeline", PLACE_TIMELINE, true, true, false},
	{"narrator", PLACE_NARRATOR, false, false, true},
	{"details", PLACE_DETAILS, false, false, false},
	{"lessons", PLACE_NONE, true, false, true}, {"help", PLACE_NONE, false, false, true},
	{"settings", PLACE_NONE, false, false, false},
	{"connections", PLACE_NONE, false, false, false},
	{"dispositions", PLACE_NONE, false, false, false},
	{"states", PLACE_NONE, false, false, true}, {"figures", PLACE_NONE, false, false, true},
	{"bytes", PLACE_NONE, false, true, false}, {"all", PLACE_NONE, true, false, true},
	{"why", PLACE_NONE, false, false, true},
};

START_TEST(each_pane_behaves_as_its_kind)
{
	size_t count;
	const struct pane *const *panes = pane_table(&count);
	ck_assert_uint_eq(count, sizeof kinds / sizeof *kinds);
	for (size_t i = 0; i < count; i++) {
		ck_assert_str_eq(panes[i]->name, kinds[i].name);
		ck_assert_int_eq(panes[i]->place, kinds[i].place);
		ck_assert_int_eq(panes[i]->selects, kinds[i].selects);
		ck_assert_int_eq(panes[i]->follows, kinds[i].follows);
		ck_assert_int_eq(panes[i]->whole, kinds[i].whole);
	}
}
END_TEST

START_TEST(a_line_that_lacks_memory_is_told)
{
	shown.text = "no memory";
	show(false);
	ck_assert(state.lacks_memory);
	shown.text = "enough";
	show(false);
	ck_assert(!state.lacks_memory);
}
END_TEST

START_TEST(a_line_is_cut_at_a_whole_character)
{
	char text[2 * LINE_TEXT] = "";
	struct line line;
	for (size_t i = 0; i + 1 < LINE_TEXT - 8; i += 2)
		strcat(text, "\303\251");
	line_format(&line, STYLE_BAD, "%s", text);
	ck_assert_str_eq(line.text, text);
	ck_assert_uint_eq(line.style, STYLE_BAD);
	ck_assert_uint_eq(line.mark_count, 0);
	line_format(&line, STYLE_PLAIN, "x%s%s", text, text);
	size_t length = strlen(line.text);
	ck_assert_uint_lt(length, LINE_TEXT);
	ck_assert_uint_gt(length, LINE_TEXT / 2);
	ck_assert_uint_eq(length % 2, 1); /* behind the x, whole characters of two bytes */
}
END_TEST

Suite *
screen_pane_suite(void)
{
	Suite *suite = suite_create("screen pane");
	TCase *tcase = tcase_create("pane");
	tcase_add_checked_fixture(tcase, setup_pane, teardown_pane);
	tcase_add_test(tcase, a_pane_scrolls);
	tcase_add_test(tcase, a_line_is_selected_and_stays_in_sight);
	tcase_add_test(tcase, the_selection_goes_with_its_row);
	tcase_add_test(tcase, a_pane_that_follows_shows_its_end);
	tcase_add_test(tcase, its_last_line_is_selected_until_somebody_walks);
	tcase_add_test(tcase, what_is_wanted_is_seen_while_nobody_walks);
	tcase_add_test(tcase, the_last_that_is_wanted_is_selected_first);
	tcase_add_test(tcase, what_never_scrolls_has_a_row_of_its_own);
	tcase_add_test(tcase, a_low_pane_keeps_its_heading);
	tcase_add_test(tcase, long_lines_are_seen_by_going_right);
	tcase_add_loop_test(tcase, the_border_tells_what_there_is, 0,
	    sizeof borders / sizeof *borders);
	tcase_add_test(tcase, the_share_that_is_seen_follows_the_scrolling);
	tcase_add_test(tcase, a_search_selects_the_next_line_that_holds_it);
	tcase_add_test(tcase, a_search_brings_its_line_to_the_top);
	tcase_add_test(tcase, a_search_near_the_end_follows_again);
	tcase_add_test(tcase, what_is_explained_is_the_selected_line);
	tcase_add_test(tcase, each_pane_behaves_as_its_kind);
	tcase_add_test(tcase, a_line_that_lacks_memory_is_told);
	tcase_add_test(tcase, a_line_is_cut_at_a_whole_character);
	suite_add_tcase(suite, tcase);
	return suite;
}
