/* check_screen_layout.c: how many rows and columns each pane has. */
#include "layout.h"

#include "suites.h"

#include <stddef.h>

/* What the panes need in a terminal of so many rows and columns, and the rows of the
 * bands: the narrator's, Sent, the sockets, the processes. */
static const struct {
	int rows, columns;
	struct layout_needs needs;
	int narrator, top, sockets, bottom;
} bands[] = {
	/* rows, cols, sockets, narrator, top, strangers */
	{24, 80, {0, 0, 0, 0}, 0, 5, 5, 7},
	{24, 80, {4, 0, 0, 0}, 0, 5, 5, 7},
	{24, 80, {5, 0, 0, 0}, 0, 5, 6, 6},
	{24, 80, {8, 0, 9, 9}, 0, 5, 9, 3},      /* strangers have no room, top is a lesson's */
	{24, 80, {9, 0, 0, 0}, 0, 5, 9, 3},
	{24, 80, {90, 0, 0, 0}, 0, 5, 9, 3},
	{28, 80, {3, 0, 0, 0}, 0, 5, 5, 11},
	{29, 80, {3, 0, 0, 0}, 0, 6, 5, 11},
	{30, 80, {3, 0, 0, 9}, 0, 6, 6, 11},     /* a third of what is beyond 24 rows */
	{29, 80, {3, 0, 0, 9}, 0, 6, 5, 11},
	{27, 80, {4, 0, 0, 9}, 0, 5, 6, 9},
	{36, 80, {11, 0, 0, 2}, 0, 7, 14, 8},    /* no more than there are */
	{54, 80, {3, 0, 0, 0}, 0, 11, 5, 31},
	{60, 80, {3, 0, 0, 0}, 0, 12, 5, 36},
	{99, 80, {3, 0, 0, 0}, 0, 12, 5, 75},    /* 12 at most */
	{31, 120, {3, 0, 0, 0}, 0, 6, 5, 13},
	{32, 119, {3, 0, 0, 0}, 0, 6, 5, 14},
	{32, 120, {3, 0, 0, 0}, 0, 6, 11, 8},    /* the details want eleven lines */
	{36, 120, {11, 0, 0, 0}, 0, 7, 12, 10},
	/* in a lesson */
	{24, 80, {0, 1, 1, 0}, 4, 1, 4, 7},
	{24, 80, {0, 4, 0, 0}, 4, 1, 4, 7},
	{24, 80, {0, 5, 2, 0}, 5, 2, 4, 5},
	{24, 80, {0, 6, 3, 0}, 6, 3, 4, 3},
	{24, 80, {9, 9, 9, 0}, 6, 3, 4, 3},
	{24, 80, {4, 4, 1, 0}, 4, 1, 5, 6},
	{24, 80, {9, 4, 1, 0}, 4, 1, 5, 6},      /* six lines are left below */
	{29, 80, {3, 4, 3, 0}, 4, 4, 4, 9},
	{30, 80, {3, 4, 3, 0}, 5, 4, 4, 9},
	{30, 80, {9, 5, 3, 0}, 5, 4, 7, 6},
	{36, 80, {3, 99, 3, 0}, 9, 5, 4, 10},
};

enum { BANDS = sizeof bands / sizeof *bands };

START_TEST(each_band_has_its_rows)
{
	struct layout layout;
	ck_assert(layout_make(&layout, bands[_i].rows, bands[_i].columns,
	    &bands[_i].needs));
	ck_assert_int_eq(layout_has_narrator(&layout), bands[_i].narrator > 0);
	ck_assert_int_eq(layout.places[PLACE_NARRATOR].rows, bands[_i].narrator);
	ck_assert_int_eq(layout.places[PLACE_SENT].rows, bands[_i].top);
	ck_assert_int_eq(layout.places[PLACE_SOCKETS].rows, bands[_i].sockets);
	ck_assert_int_eq(layout.places[PLACE_PROCESSES].rows, bands[_i].bottom);
}
END_TEST

/* The bands follow each other with a border between them, and fill the screen. */
START_TEST(the_bands_follow_each_other)
{
	struct layout layout;
	layout_make(&layout, bands[_i].rows, bands[_i].columns, &bands[_i].needs);
	int row = 1;
	if (layout_has_narrator(&layout)) {
		ck_assert_int_eq(layout.narrator_border, row);
		ck_assert_int_eq(layout.places[PLACE_NARRATOR].row, row + 1);
		row += 1 + layout.places[PLACE_NARRATOR].rows;
	}
	static const enum place firsts[] = {PLACE_SENT, PLACE_SOCKETS, PLACE_PROCESSES};
	for (size_t i = 0; i < 3; i++) {
		const struct rectangle *place = &layout.places[firsts[i]];
		ck_assert_int_eq(layout.borders[i], row);
		ck_assert_int_eq(place->row, row + 1);
		ck_assert_int_eq(place->column, 1);
		row += 1 + place->rows;
	}
	ck_assert_int_eq(layout.borders[3], row);
	ck_assert_int_eq(layout.status_row, 0);
	ck_assert_int_eq(layout.input_row, bands[_i].rows - 2);
	ck_assert_int_eq(layout.bar_row, bands[_i].rows - 1);
	ck_assert_int_eq(row, bands[_i].rows - 3);
}
END_TEST

/* Terminals of so many columns: Sent and Echoed, Last errno, Processes, Timeline, the
 * sockets beside the details (40 rows); the first three in a lesson. */
static const struct { int columns, sent, last, processes, timeline, sockets, details,
    lesson_sent, lesson_last; } widths[] = {
	{80, 24, 28, 38, 39, 78, 0, 18, 40},
	{84, 25, 30, 39, 42, 82, 0, 19, 42},
	{100, 29, 38, 46, 51, 98, 0, 23, 50},
	{119, 33, 49, 53, 63, 117, 0, 27, 61},
	{120, 34, 48, 54, 63, 78, 39, 28, 60},
	{200, 54, 88, 86, 111, 158, 39, 48, 100},
};

START_TEST(each_pane_has_its_columns)
{
	struct layout layout;
	layout_make(&layout, 40, widths[_i].columns, &(struct layout_needs){3, 0, 3, 0});
	const struct rectangle *places = layout.places;
	ck_assert_int_eq(places[PLACE_SENT].columns, widths[_i].sent);
	ck_assert_int_eq(places[PLACE_ECHOED].columns, widths[_i].sent);
	ck_assert_int_eq(places[PLACE_ECHOED].column, widths[_i].sent + 2);
	ck_assert_int_eq(places[PLACE_ERRNO].columns, widths[_i].last);
	ck_assert_int_eq(places[PLACE_PROCESSES].columns, widths[_i].processes);
	ck_assert_int_eq(places[PLACE_TIMELINE].columns, widths[_i].timeline);
	ck_assert_int_eq(places[PLACE_SOCKETS].columns, widths[_i].sockets);
	ck_assert_int_eq(places[PLACE_DETAILS].columns, widths[_i].details);
	ck_assert_int_eq(layout.details_divider, widths[_i].details > 0 ?
	    widths[_i].sockets + 1 : -1);
	layout_make(&layout, 40, widths[_i].columns, &(struct layout_needs){3, 4, 3, 0});
	ck_assert_int_eq(places[PLACE_SENT].columns, widths[_i].lesson_sent);
	ck_assert_int_eq(places[PLACE_ERRNO].columns, widths[_i].lesson_last);
	ck_assert_int_eq(places[PLACE_NARRATOR].columns, widths[_i].columns - 2);
}
END_TEST

START_TEST(a_narrator_has_more_rows_on_a_larger_terminal)
{
	static const int rows[][3] = {{10, 4, 6}, {24, 4, 6}, {27, 4, 6}, {28, 4, 7},
	    {29, 4, 7}, {30, 5, 7}, {32, 5, 8}, {36, 6, 9}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ck_assert_int_eq(layout_narrator_least(rows[i][0]), rows[i][1]);
		ck_assert_int_eq(layout_narrator_most(rows[i][0]), rows[i][2]);
	}
}
END_TEST

START_TEST(a_zoomed_pane_leaves_the_narrator_its_place)
{
	struct layout layout;
	struct layout_needs needs = {3, 4, 1, 0};
	ck_assert(layout_make(&layout, 24, 80, &needs));
	struct rectangle zoomed = layout_zoomed(&layout), whole = layout_whole(&layout);
	ck_assert_int_eq(zoomed.row, 7);
	ck_assert_int_eq(zoomed.rows, 14);
	ck_assert_int_eq(whole.row, 2);
	ck_assert_int_eq(whole.rows, 19);
	ck_assert_int_eq(zoomed.column, 1);
	ck_assert_int_eq(zoomed.columns, 78);
	ck_assert_int_eq(whole.column, 1);
	ck_assert_int_eq(whole.columns, 78);
	needs.narrator = 0;
	ck_assert(layout_make(&layout, 24, 80, &needs));
	zoomed = layout_zoomed(&layout);
	ck_assert_int_eq(zoomed.row, 2);
	ck_assert_int_eq(zoomed.rows, 19);
}
END_TEST

START_TEST(less_than_80x24_is_too_small)
{
	static const struct layout_needs needs = {3, 0, 0, 0};
	struct layout layout;
	ck_assert(layout_make(&layout, 24, 80, &needs));
	ck_assert(!layout_make(&layout, 23, 200, &needs));
	ck_assert(!layout_make(&layout, 60, 79, &needs));
	ck_assert_int_eq(layout.rows, 60);
	ck_assert_int_eq(layout.columns, 79);
	ck_assert(!layout_has_narrator(&layout));
}
END_TEST

Suite *
screen_layout_suite(void)
{
	Suite *suite = suite_create("screen layout");
	TCase *tcase = tcase_create("layout");
	tcase_add_loop_test(tcase, each_band_has_its_rows, 0, BANDS);
	tcase_add_loop_test(tcase, the_bands_follow_each_other, 0, BANDS);
	tcase_add_loop_test(tcase, each_pane_has_its_columns, 0,
	    sizeof widths / sizeof *widths);
	tcase_add_test(tcase, a_narrator_has_more_rows_on_a_larger_terminal);
	tcase_add_test(tcase, a_zoomed_pane_leaves_the_narrator_its_place);
	tcase_add_test(tcase, less_than_80x24_is_too_small);
	suite_add_tcase(suite, tcase);
	return suite;
}
