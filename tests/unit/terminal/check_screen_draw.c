/* check_screen_draw.c: text and lines on the screen, cell by cell, and the bytes that a
 * terminal gets. */
#include "draw.h"

#include "palette.h"
#include "suites.h"

#include <curses.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

enum { ROWS = 10, COLUMNS = 30, BYTES = 65536 };

static SCREEN *terminal;
static FILE *in, *out;
static struct draw drawn;

/* Begins on a terminal of this type, of which the bytes are kept. */
static void
begin_on(const char *type)
{
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	unsetenv("COLORFGBG");
	in = fopen("/dev/null", "r");
	out = tmpfile();
	ck_assert_ptr_nonnull(in);
	ck_assert_ptr_nonnull(out);
	terminal = newterm(type, out, in);
	ck_assert_ptr_nonnull(terminal);
	ck_assert_int_eq(resizeterm(ROWS, COLUMNS), OK);
	drawn = (struct draw){0};
}

static void
setup_xterm(void)
{
	begin_on("xterm");
	for (int row = 0; row < ROWS; row++)
		mvhline(row, 0, 'x', COLUMNS);
}

static void
setup_colours(void)
{
	begin_on("xterm-256color");
}

static void
teardown_terminal(void)
{
	endwin();
	delscreen(terminal);
	fclose(in);
	fclose(out);
}

/* Columns of a row, from this one on. */
static const char *
cells(int row, int column, int columns)
{
	static char text[8 * COLUMNS];
	wchar_t wide[4 * COLUMNS];
	size_t used = 0;
	text[0] = '\0';
	for (int i = 0; i < columns; i++) {
		cchar_t cell;
		attr_t attributes;
		short pair;
		if (mvin_wch(row, column + i, &cell) == ERR ||
		    getcchar(&cell, wide, &attributes, &pair, NULL) == ERR)
			ck_abort_msg("no cell %d, %d", row, column + i);
		used += wcstombs(text + used, wide, sizeof text - used);
		if (wcwidth(*wide) == 2)
			i++;
	}
	return text;
}

/* What is drawn of foreign text, were it to come here as it is. */
static const struct { const char *text; size_t skip; int columns; const char *cells; }
texts[] = {
	{"hello", 0, 8, "hello   "},
	{"hello", 0, 5, "hello"},
	{"hello", 0, 4, "hell"},
	{"hello", 2, 8, "llo     "},
	{"hello", 9, 3, "   "},
	{"", 0, 3, "   "},
	{"a\033[2Jb\rc\bd\ne", 0, 14, "a?[2Jb?c?d?e  "},
	{"a\x7f" "b", 0, 4, "a?b "},
	{"a\x9b" "2J\xff", 0, 6, "a?2J? "},
	{"a\xc2\x9b" "2J", 0, 5, "a?2J "},         /* a C1 control in UTF-8 */
	{"a\xc2\x80\xc2\x9f\xc2\xa1z", 0, 6, "a??\xc2\xa1z "},
	{"a\xe2\x80\xae" "b", 0, 4, "ab  "},       /* U+202E: not there at all */
	{"a\xe2\x80\x8f" "b", 0, 4, "ab  "},       /* U+200F */
	{"a\xed\xa0\x80" "b", 0, 6, "a???b "},     /* a surrogate */
	{"d\xc3\xa9j\xc3\xa0 vu", 0, 8, "d\xc3\xa9j\xc3\xa0 vu "},
	{"d\xc3\xa9j\xc3\xa0 vu", 2, 4, "j\xc3\xa0 v"},
	{"\xe4\xb8\x96\xe7\x95\x8c", 0, 5, "\xe4\xb8\x96\xe7\x95\x8c "},
	{"\xe4\xb8\x96\xe7\x95\x8c", 0, 3, "\xe4\xb8\x96 "},
	{"e\xcc\x81x", 0, 3, "e\xcc\x81x "},
	{"\xcc\x81x", 0, 3, "x  "},                /* nothing to combine with */
	{"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81x", 0, 3,
	    "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81x "}, /* as many as a cell has room for */
	{"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81" "f\xcc\x81", 0, 3,
	    "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81" "f\xcc\x81 "},
};

START_TEST(text_takes_its_own_columns_and_no_others)
{
	draw_text(&drawn, 4, 3, texts[_i].columns, texts[_i].text, texts[_i].skip,
	    STYLE_PLAIN);
	ck_assert_str_eq(cells(4, 3, texts[_i].columns), texts[_i].cells);
	ck_assert_str_eq(cells(4, 0, 3), "xxx");
	ck_assert_str_eq(cells(4, 3 + texts[_i].columns, 3), "xxx");
	ck_assert_str_eq(cells(3, 0, COLUMNS), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	ck_assert_str_eq(cells(5, 0, COLUMNS), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}
END_TEST

START_TEST(no_columns_draw_nothing)
{
	draw_text(&drawn, 4, 3, 0, "hello", 0, STYLE_PLAIN);
	draw_text(&drawn, 4, 3, -1, "hello", 0, STYLE_PLAIN);
	ck_assert_str_eq(cells(4, 0, COLUMNS), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}
END_TEST

/* No escape, no control and nothing but visible text comes out of the longest text that
 * there is, whatever bytes it holds. */
START_TEST(no_foreign_byte_reaches_the_terminal)
{
	static char long_text[8 * LINE_TEXT];
	static const unsigned char hostile[] = {0x1b, '[', '2', 'J', 0x9b, 0xc2, 0x9b, 7, 14,
	    0x7f, 0xe2, 0x80, 0xae, 0xff, 'z'};
	for (size_t i = 0; i + 1 < sizeof long_text; i++)
		long_text[i] = (char)hostile[i % sizeof hostile];
	for (int ascii = 0; ascii < 2; ascii++) {
		drawn.ascii = ascii;
		draw_text(&drawn, 2 + ascii, 0, COLUMNS, long_text, 0, STYLE_PLAIN);
		ck_assert_str_eq(cells(2 + ascii, 0, 4), "?[2J");
		for (int column = 0; column < COLUMNS; column++) {
			chtype cell = mvinch(2 + ascii, column) & A_CHARTEXT;
			ck_assert_uint_ge(cell, ' ');
			ck_assert_uint_lt(cell, 0x7f);
		}
	}
}
END_TEST

/* What stands for a character where there is only ASCII. */
static const struct { const char *text, *ascii; } translated[] = {
	{"\xe2\x86\x92 \xe2\x86\x90 \xe2\x86\x94", "-> <- <->"},
	{"a\xe2\x80\xa6", "a~"},
	{"\xe2\x80\x93\xe2\x80\x94\xc2\xb7", "---"},
	{"2\xc3\x97", "2x"},
	{"\xe2\x80\x98q\xe2\x80\x99 \xe2\x80\x9cq\xe2\x80\x9d", "'q' \"q\""},
	{"─│═║", "-|=#"},
	{"┌┐└┘├┤┬┴┼", "+++++++++"},
	{"╔╗╚╝╠╣╦╩╬", "#########"},
	{"►◄▲▼", "><^v"},
	{"\xe2\x95\xac\xe2\x95\xad", "#?"},        /* U+256C, U+256D */
	{"\xc3\xa9 \xe4\xb8\x96", "? ?"},
	{"a\xffz\x80", "a?z?"},
};

START_TEST(ascii_stands_for_each_character)
{
	drawn.ascii = true;
	draw_text(&drawn, 4, 0, 12, translated[_i].text, 0, STYLE_PLAIN);
	char wanted[16];
	snprintf(wanted, sizeof wanted, "%-12s", translated[_i].ascii);
	ck_assert_str_eq(cells(4, 0, 12), wanted);
}
END_TEST

START_TEST(a_look_is_of_every_column_it_is_given)
{
	static const struct { unsigned style; attr_t attributes; } looks[] = {
		{STYLE_PLAIN, 0}, {STYLE_STRONG, A_BOLD}, {STYLE_REVERSE, A_REVERSE},
		{STYLE_FAINT, A_DIM}, {STYLE_STRONG | STYLE_REVERSE, A_BOLD | A_REVERSE},
		{STYLE_BAD, 0}, {STYLE_GOOD | STYLE_STRONG, A_BOLD}, /* without colours */
	};
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
		draw_text(&drawn, 4, 2, 6, "ab", 0, looks[i].style);
		for (int column = 0; column < 10; column++)
			ck_assert_uint_eq(mvinch(4, column) & A_ATTRIBUTES,
			    column >= 2 && column < 8 ? looks[i].attributes : 0);
	}
	addstr("after"); /* what comes next has none of it */
	ck_assert_uint_eq(mvinch(4, 10) & A_ATTRIBUTES, 0);
}
END_TEST

START_TEST(a_line_s_marks_look_otherwise)
{
	struct line line = {.text = "0123456789", .style = STYLE_STRONG,
	    .marks = {{2, 2, STYLE_REVERSE}, {8, 9, STYLE_PLAIN}}, .mark_count = 2};
	for (int skip = 0; skip < 12; skip++) {
		draw_line(&drawn, 4, 3, 6, &line, (size_t)skip);
		for (int column = 0; column < 6; column++) {
			chtype cell = mvinch(4, 3 + column);
			int at = column + skip;
			ck_assert_uint_eq(cell & A_CHARTEXT, at < 10 ?
			    (chtype)('0' + at) : ' ');
			ck_assert_uint_eq(cell & A_ATTRIBUTES, at == 2 || at == 3 ?
			    A_REVERSE : at >= 8 && at < 17 ? 0 : A_BOLD);
		}
		ck_assert_str_eq(cells(4, 0, 3), "xxx");
		ck_assert_str_eq(cells(4, 9, 3), "xxx");
	}
}
END_TEST

START_TEST(a_title_stands_in_the_border_above)
{
	const struct rectangle inside = {.row = 3, .column = 4, .rows = 2, .columns = 8};
	draw_title(&drawn, &inside, " Sent ", STYLE_STRONG);
	ck_assert_str_eq(cells(2, 0, 14), "xxxx Sent xxxx");
	ck_assert_uint_eq(mvinch(2, 5) & A_ATTRIBUTES, A_BOLD);
	draw_title(&drawn, &inside, " too long for it ", STYLE_PLAIN);
	ck_assert_str_eq(cells(2, 0, 14), "xxxx too lonxx");
	ck_assert_str_eq(cells(3, 0, 14), "xxxxxxxxxxxxxx");
}
END_TEST

START_TEST(a_box_is_empty_and_stands_around)
{
	const struct rectangle inside = {.row = 3, .column = 4, .rows = 2, .columns = 5};
	draw_box(&drawn, &inside);
	ck_assert_str_eq(cells(1, 2, 9), "xxxxxxxxx");
	ck_assert_str_eq(cells(2, 2, 9), "x┌─────┐x");
	ck_assert_str_eq(cells(3, 2, 9), "x│     │x");
	ck_assert_str_eq(cells(4, 2, 9), "x│     │x");
	ck_assert_str_eq(cells(5, 2, 9), "x└─────┘x");
	ck_assert_str_eq(cells(6, 2, 9), "xxxxxxxxx");
	drawn.ascii = true;
	draw_box(&drawn, &inside);
	ck_assert_str_eq(cells(2, 2, 9), "x+-----+x");
	ck_assert_str_eq(cells(3, 2, 9), "x|     |x");
	ck_assert_str_eq(cells(5, 2, 9), "x+-----+x");
}
END_TEST

/* Terminals with a narrator and zoomed, or not, and each border: its ends, and what stands
 * where the dividers are: of Sent and Echoed, of Processes, of the details. */
enum { NARRATOR_BORDER = 4, NOWHERE = -1 };

static const struct { int rows, columns, narrator; bool zoomed; int border; const char *left,
    *sent, *echoed, *processes, *details, *right; } corners[] = {
	{24, 80, 0, false, 0, "┌", "┬", "┬", "─", NULL, "┐"},
	{24, 80, 0, false, 1, "├", "┴", "┴", "─", NULL, "┤"},
	{24, 80, 0, false, 2, "├", "─", "─", "┬", NULL, "┤"},
	{24, 80, 0, false, 3, "└", "─", "─", "┴", NULL, "┘"},
	{24, 80, 0, false, NARRATOR_BORDER, NULL, NULL, NULL, NULL, NULL, NULL},
	{24, 80, 0, true, 0, "┌", "─", "─", "─", NULL, "┐"},
	{24, 80, 0, true, 1, "│", " ", " ", " ", NULL, "│"},
	{24, 80, 0, true, 2, "│", " ", " ", " ", NULL, "│"},
	{24, 80, 0, true, 3, "└", "─", "─", "─", NULL, "┘"},
	{24, 80, 4, false, NARRATOR_BORDER, "┌", "─", "─", "─", NULL, "┐"},
	{24, 80, 4, false, 0, "├", "┬", "┬", "─", NULL, "┤"},
	{24, 80, 4, false, 3, "└", "─", "─", "┴", NULL, "┘"},
	{24, 80, 4, true, NARRATOR_BORDER, "┌", "─", "─", "─", NULL, "┐"},
	{24, 80, 4, true, 0, "├", "─", "─", "─", NULL, "┤"},
	{24, 80, 4, true, 2, "│", " ", " ", " ", NULL, "│"},
	{24, 80, 4, true, 3, "└", "─", "─", "─", NULL, "┘"},
	{32, 120, 0, false, 1, "├", "┴", "┴", "─", "┬", "┤"},
	{32, 120, 0, false, 2, "├", "─", "─", "┬", "┴", "┤"},
	{32, 120, 0, false, 3, "└", "─", "─", "┴", "─", "┘"},
};

START_TEST(borders_meet_their_dividers)
{
	struct layout layout;
	int border = corners[_i].border;
	ck_assert_int_eq(resizeterm(corners[_i].rows, corners[_i].columns), OK);
	ck_assert(layout_make(&layout, corners[_i].rows, corners[_i].columns,
	    &(struct layout_needs){3, corners[_i].narrator, 3, 0}));
	erase();
	draw_borders(&drawn, &layout, corners[_i].zoomed);
	int row = border == NARRATOR_BORDER ? layout.narrator_border : layout.borders[border];
	if (corners[_i].left == NULL) {
		ck_assert_int_eq(row, NOWHERE);
		return;
	}
	ck_assert_str_eq(cells(row, 0, 1), corners[_i].left);
	ck_assert_str_eq(cells(row, layout.top_dividers[0], 1), corners[_i].sent);
	ck_assert_str_eq(cells(row, layout.top_dividers[1], 1), corners[_i].echoed);
	ck_assert_str_eq(cells(row, layout.bottom_divider, 1), corners[_i].processes);
	ck_assert_str_eq(cells(row, layout.columns - 1, 1), corners[_i].right);
	if (corners[_i].details != NULL)
		ck_assert_str_eq(cells(row, layout.details_divider, 1), corners[_i].details);
	ck_assert_str_eq(cells(row, 2, 1), *corners[_i].sent == ' ' ? " " : "─");
}
END_TEST

/* Inside of the bands nothing but their dividers is drawn. */
START_TEST(dividers_are_as_long_as_their_bands)
{
	struct layout layout;
	ck_assert_int_eq(resizeterm(32, 120), OK);
	ck_assert(layout_make(&layout, 32, 120, &(struct layout_needs){3, 0, 0, 0}));
	erase();
	draw_borders(&drawn, &layout, false);
	for (int band = 0; band < 3; band++)
		for (int row = layout.borders[band] + 1; row < layout.borders[band + 1]; row++)
			for (int column = 0; column < 120; column++) {
				bool divider = column == 0 || column == 119 ||
				    (band == 0 && (column == layout.top_dividers[0] ||
				    column == layout.top_dividers[1])) ||
				    (band == 1 && column == layout.details_divider) ||
				    (band == 2 && column == layout.bottom_divider);
				if (strcmp(cells(row, column, 1), divider ? "│" : " ") != 0)
					ck_abort_msg("%d, %d", row, column);
			}
	ck_assert_str_eq(cells(layout.borders[0] - 1, 0, 5), "     ");
	ck_assert_str_eq(cells(layout.borders[3] + 1, 0, 5), "     ");
}
END_TEST

/* The bytes that the terminal got since the place of before. */
static const char *
bytes_since(long *before)
{
	static char bytes[BYTES];
	fflush(out);
	ssize_t length = pread(fileno(out), bytes, sizeof bytes - 1, *before);
	ck_assert_int_ge(length, 0);
	bytes[length] = '\0';
	*before += length;
	return bytes;
}

START_TEST(a_frame_writes_what_differs)
{
	long at = 0;
	draw_begin();
	draw_text(&drawn, 1, 2, 10, "hello", 0, STYLE_PLAIN);
	draw_end(-1, 0);
	ck_assert_ptr_nonnull(strstr(bytes_since(&at), "hello"));
	ck_assert_int_eq(curs_set(0), 0); /* it was hidden */
	draw_begin();
	ck_assert_str_eq(cells(1, 2, 5), "     ");
	draw_text(&drawn, 1, 2, 10, "hello", 0, STYLE_PLAIN);
	draw_end(3, 4);
	ck_assert_ptr_null(strstr(bytes_since(&at), "hello"));
	ck_assert_int_eq(getcury(stdscr), 3);
	ck_assert_int_eq(getcurx(stdscr), 4);
	ck_assert_int_eq(curs_set(1), 1);
	draw_end(0, 4);
	ck_assert_int_eq(getcury(stdscr), 0);
	ck_assert_int_eq(curs_set(1), 1);
	draw_forget();
	draw_end(3, 4);
	ck_assert_ptr_nonnull(strstr(bytes_since(&at), "hello"));
}
END_TEST

START_TEST(the_size_is_the_terminal_s)
{
	int rows, columns;
	draw_size(&rows, &columns);
	ck_assert_int_eq(rows, ROWS);
	ck_assert_int_eq(columns, COLUMNS);
}
END_TEST

START_TEST(ascii_is_drawn_where_it_is_asked_for_or_all_there_is)
{
	draw_init(&drawn, false, false);
	ck_assert(!drawn.ascii);
	ck_assert(!drawn.colour);
	draw_init(&drawn, true, false);
	ck_assert(drawn.ascii);
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C"));
	draw_init(&drawn, false, false);
	ck_assert(drawn.ascii);
}
END_TEST

START_TEST(no_colour_is_drawn_that_was_not_asked_for)
{
	long at = 0;
	draw_init(&drawn, false, false);
	ck_assert(!drawn.colour);
	draw_text(&drawn, 1, 2, 10, "hello", 0, STYLE_BAD | STYLE_STRONG);
	ck_assert_uint_eq(mvinch(1, 2) & A_ATTRIBUTES, A_BOLD);
	draw_end(0, 0);
	ck_assert_ptr_null(strstr(bytes_since(&at), "38;5;"));
}
END_TEST

START_TEST(each_look_has_its_colour_on_the_terminal_s_own_ground)
{
	long at = 0;
	draw_init(&drawn, false, true);
	ck_assert(drawn.colour);
	for (short style = STYLE_GOOD; style < STYLE_COLOURS; style++) {
		short colour, ground;
		ck_assert_int_eq(pair_content(style, &colour, &ground), OK);
		ck_assert_int_eq(ground, -1);
		ck_assert_int_eq(colour, palette_colour((unsigned)style, 256, false));
		draw_text(&drawn, style, 2, 5, "ab", 0, (unsigned)style | STYLE_STRONG);
		for (int column = 2; column < 7; column++)
			ck_assert_int_eq(PAIR_NUMBER(mvinch(style, column)), style);
		ck_assert_int_eq(PAIR_NUMBER(mvinch(style, 7)), 0);
	}
	draw_text(&drawn, 8, 2, 5, "ab", 0, STYLE_STRONG);
	ck_assert_int_eq(PAIR_NUMBER(mvinch(8, 2)), 0);
	draw_end(0, 0);
	ck_assert_ptr_nonnull(strstr(bytes_since(&at), "38;5;196")); /* STYLE_BAD */
}
END_TEST

START_TEST(a_terminal_without_colours_has_none)
{
	draw_init(&drawn, false, true);
	ck_assert(!drawn.colour);
	draw_text(&drawn, 1, 2, 5, "ab", 0, STYLE_BAD);
	ck_assert_uint_eq(mvinch(1, 2) & A_ATTRIBUTES, 0);
}
END_TEST

static void
setup_vt100(void)
{
	begin_on("vt100");
}

Suite *
screen_draw_suite(void)
{
	Suite *suite = suite_create("screen draw");
	TCase *text = tcase_create("text"), *colour = tcase_create("colour");
	TCase *none = tcase_create("no colour");
	tcase_add_checked_fixture(text, setup_xterm, teardown_terminal);
	tcase_add_loop_test(text, text_takes_its_own_columns_and_no_others, 0,
	    sizeof texts / sizeof *texts);
	tcase_add_test(text, no_columns_draw_nothing);
	tcase_add_test(text, no_foreign_byte_reaches_the_terminal);
	tcase_add_loop_test(text, ascii_stands_for_each_character, 0,
	    sizeof translated / sizeof *translated);
	tcase_add_test(text, a_look_is_of_every_column_it_is_given);
	tcase_add_test(text, a_line_s_marks_look_otherwise);
	tcase_add_test(text, a_title_stands_in_the_border_above);
	tcase_add_test(text, a_box_is_empty_and_stands_around);
	tcase_add_loop_test(text, borders_meet_their_dividers, 0,
	    sizeof corners / sizeof *corners);
	tcase_add_test(text, dividers_are_as_long_as_their_bands);
	tcase_add_test(text, a_frame_writes_what_differs);
	tcase_add_test(text, the_size_is_the_terminal_s);
	tcase_add_test(text, ascii_is_drawn_where_it_is_asked_for_or_all_there_is);
	tcase_add_checked_fixture(colour, setup_colours, teardown_terminal);
	tcase_add_test(colour, no_colour_is_drawn_that_was_not_asked_for);
	tcase_add_test(colour, each_look_has_its_colour_on_the_terminal_s_own_ground);
	tcase_add_checked_fixture(none, setup_vt100, teardown_terminal);
	tcase_add_test(none, a_terminal_without_colours_has_none);
	suite_add_tcase(suite, text);
	suite_add_tcase(suite, colour);
	suite_add_tcase(suite, none);
	return suite;
}
