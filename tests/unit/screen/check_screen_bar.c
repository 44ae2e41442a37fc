/* check_screen_bar.c: the last two rows: the keys that work now, what is told in their
 * place, what is asked, where the cursor is. */
#include "console_fixture.h"
#include "suites.h"

#include "escape.h"

/* A row of the screen without the blanks at its end. */
static const char *
row_text(int row)
{
	static char text[CELLS * 4];
	wchar_t cells[CELLS];
	frame();
	ck_assert_int_ne(mvinnwstr(row, 0, cells, CELLS), ERR);
	ck_assert_uint_ne(wcstombs(text, cells, sizeof text), (size_t)-1);
	for (size_t length = strlen(text); length > 0 && text[length - 1] == ' ';)
		text[--length] = '\0';
	return text;
}

static const char *
bar(void)
{
	return row_text(at.console->screen.layout.bar_row);
}

static void
bar_begins(const char *wanted)
{
	ck_assert_msg(strncmp(bar(), wanted, strlen(wanted)) == 0, "not \"%s\" but \"%s\"",
	    wanted, bar());
}

/* Is the cursor to be seen after a frame?  Asking needs a change, which is taken back. */
static bool
has_cursor(void)
{
	frame();
	int before = curs_set(0);
	ck_assert_int_ne(before, ERR);
	curs_set(before);
	return before != 0;
}

#define PASTE "\033[200~one\rtwo\033[201~"

/* Keys, and whose keys the bar shows then; is there a cursor? */
static const struct { const char *keys, *bar; bool cursor; } bars[] = {
	{"", " F1 Help F2 Kill child", true},
	{"a", " F1 Help F2 Kill child", true},
	{"\t", " Tab Next ", false},
	{"\tz", " q Back PgUp PgDn Scroll ", false},
	{"\ts", " q Back PgUp PgDn Scroll ", false},
	{"\tl", " Enter Play ", false},
	{"\t/", " Enter Find ", true},
	{"\tz/", " Enter Find ", true},
	{"\033[20~", " Enter Send ", false},
	{"\t\033[20~", " Enter Send ", false},
	{PASTE, " y Yes   n No ", true},
	{"\t" PASTE, " y Yes   n No ", true},
	{"\t/" PASTE, " y Yes   n No ", true},
	{"\t ", " Space Now [ ] Event ", false},
	{"\t i", " Esc Space Now ", true},
	{"\t z", " q Back [ ] Event ", false},
	{"\t /", " Enter Find ", true},
	{"\t " PASTE, " y Yes   n No ", true},
	{"\t  ", " Tab Next ", false},
};

START_TEST(the_bar_belongs_to_what_has_the_keys)
{
	make_up_connection();
	press(bars[_i].keys);
	bar_begins(bars[_i].bar);
	ck_assert_int_eq(has_cursor(), bars[_i].cursor);
}
END_TEST

START_TEST(a_recording_has_bars_of_its_own)
{
	make_up_connection();
	press("\t ");
	at.console->recording = session_log(at.console->session);
	bar_begins(" [ ] Event ");
	press("z");
	bar_begins(" q Back [ ] Event ");
	press("zi");
	bar_begins(" Esc [ ] Event ");
	at.console->recording = NULL;
}
END_TEST

START_TEST(a_lesson_has_a_bar_of_its_own)
{
	make_up_connection();
	happen(fixture_lesson(LESSON_BEGUN, "Zombies"));
	press("\t");
	bar_begins(" Tab Next Enter Zoom b Again l Lessons ");
	press("z");
	bar_begins(" q Back PgUp PgDn ");
}
END_TEST

/* The answers to a question come before the F-keys. */
START_TEST(a_question_to_the_room_has_its_numbers)
{
	make_up_connection();
	happen(fixture_ask("How many?", "one\ntwo\nthree", 2, 0));
	bar_begins(" 1-3 Answer F1 Help ");
	happen(fixture_ask("How many?", "one\ntwo\nthree", 2, 1));
	screen_drop_notice(&at.console->screen);
	bar_begins(" F1 Help ");
}
END_TEST

/* In place of the keys as long as it fits, above the input line when it does not. */
START_TEST(a_notice_takes_the_keys_place)
{
	char text[120] = "";
	make_up_connection();
	memset(text, 'x', 79);
	screen_notice(&at.console->screen, STYLE_STRONG, SECONDS(1000), text);
	ck_assert_uint_eq(strlen(bar()), 80);
	ck_assert_str_eq(bar() + 1, text);
	ck_assert_str_eq(row_text(at.console->screen.layout.input_row), ">");
	strcat(text, "y");
	screen_notice(&at.console->screen, STYLE_STRONG, SECONDS(1000), text);
	bar_begins(" F1 Help ");
	ck_assert_ptr_nonnull(strchr(row_text(at.console->screen.layout.input_row - 1), 'y'));
	ck_assert_str_eq(row_text(at.console->screen.layout.input_row), ">");
}
END_TEST

START_TEST(a_notice_has_an_end)
{
	make_up_connection();
	struct scene scene = console_scene(at.console);
	screen_notice(&at.console->screen, STYLE_STRONG, scene.now + 1, "a notice");
	ck_assert_int_eq(screen_changes_at(&at.console->screen, &scene), scene.now + 1);
	screen_frame(&at.console->screen, &scene, at.console->prompt);
	ck_assert(holds("a notice"));
	scene.now++;
	screen_frame(&at.console->screen, &scene, at.console->prompt);
	ck_assert(!holds("a notice"));
	ck_assert_int_eq(at.console->screen.notice_until, 0);
	screen_notice(&at.console->screen, STYLE_STRONG, SECONDS(1000), "a notice");
	at.console->screen.notice_until_key = true;
	screen_notice(&at.console->screen, STYLE_STRONG, SECONDS(1000), "another");
	ck_assert(!at.console->screen.notice_until_key);
	at.console->screen.notice_until_key = true;
	screen_drop_notice(&at.console->screen);
	ck_assert(!at.console->screen.notice_until_key);
	ck_assert(!shows("another"));
}
END_TEST

START_TEST(what_is_told_cannot_be_an_escape)
{
	screen_notice(&at.console->screen, STYLE_STRONG, SECONDS(1000), "a\033[2Jb\x9b" "c");
	bar_begins(" a^[[2Jb");
	ck_assert_ptr_null(strchr(bar(), '\033'));
}
END_TEST

/* A question of several rows ends in the input line's, and never loses its end. */
START_TEST(a_long_question_grows_upwards)
{
	char text[2000] = "";
	int row = at.console->screen.layout.input_row;
	for (int i = 0; i < 14; i++)
		strcat(text, "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 ");
	strcat(text, "y/n");
	at.console->screen.question = text;
	ck_assert_ptr_nonnull(strstr(row_text(row), "y/n"));
	ck_assert_ptr_nonnull(strstr(row_text(row - 11), " 0123456789"));
	ck_assert_int_ne(strncmp(row_text(row - 12), " 0123456789", 11), 0);
	int y, x;
	const char *last = row_text(row);
	int width = (int)utf8_width(last);
	frame();
	getyx(stdscr, y, x);
	ck_assert_int_eq(y, row);
	ck_assert_int_eq(x, width + 1);
}
END_TEST

START_TEST(what_is_searched_for_stands_in_the_input_line)
{
	int y, x;
	press("\t/h\xc3\xa9");
	ck_assert_str_eq(row_text(at.console->screen.layout.input_row), "/h\xc3\xa9");
	frame();
	getyx(stdscr, y, x);
	ck_assert_int_eq(y, at.console->screen.layout.input_row);
	ck_assert_int_eq(x, 3);
}
END_TEST

/* What a terminal that is too small says, in as many words as fit. */
START_TEST(a_terminal_that_is_too_small_says_how_large)
{
	static const struct { int rows, columns; const char *text; } table[] = {
		{23, 80, "tcpconsole needs 80x24; this terminal is 80x23"},
		{24, 79, "tcpconsole needs 80x24; this terminal is 79x24"},
		{10, 46, "tcpconsole needs 80x24; this terminal is 46x10"},
		{10, 45, "needs 80x24; this is 45x10"},
		{1, 10, "needs 80x2"},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		ck_assert_int_eq(resizeterm(table[i].rows, table[i].columns), OK);
		ck_assert_str_eq(row_text(0), table[i].text);
		ck_assert(!at.console->screen.fits);
		struct scene scene = console_scene(at.console);
		screen_notice(&at.console->screen, STYLE_PLAIN, SECONDS(9), "x");
		ck_assert_int_eq(screen_changes_at(&at.console->screen, &scene), 0);
	}
	ck_assert_int_eq(resizeterm(24, 80), OK);
	frame();
	ck_assert(at.console->screen.fits);
}
END_TEST

/* Another session: nothing of the one before is left on the screen. */
START_TEST(a_new_session_has_a_screen_of_its_own)
{
	struct screen_state *screen = &at.console->screen;
	make_up_connection();
	press("\t\tz/x\r\033[20~");
	screen->narrator_rows = screen->top_rows = 5;
	screen->question = "a question";
	screen_pane(screen, "sockets")->selected = 2;
	screen_reset(screen);
	ck_assert_ptr_null(screen->zoomed);
	ck_assert_uint_eq(screen->active, PLACE_SOCKETS);
	ck_assert_int_eq(screen->focus, FOCUS_LINE);
	ck_assert(!screen->menu.is_open);
	ck_assert_ptr_null(screen->question);
	ck_assert_int_eq(screen->narrator_rows, 0);
	ck_assert_int_eq(screen->top_rows, 0);
	ck_assert_int_eq(screen->notice_until, 0);
	ck_assert_uint_eq(screen_pane(screen, "sockets")->selected, 0);
	ck_assert_ptr_nonnull(screen_pane(screen, "timeline"));
}
END_TEST

/* The input line as it is drawn. */
static const char *
drawn_line(void)
{
	return row_text(at.console->screen.layout.input_row);
}

/* The column in which the frame has left the cursor. */
static int
cursor(void)
{
	int row, column;
	frame();
	getyx(stdscr, row, column);
	ck_assert_int_eq(row, at.console->screen.layout.input_row);
	return column;
}

START_TEST(the_cursor_is_where_it_writes)
{
	ck_assert_str_eq(drawn_line(), ">");
	ck_assert_int_eq(cursor(), 2);
	press("hello");
	ck_assert_str_eq(drawn_line(), "> hello");
	ck_assert_int_eq(cursor(), 7);
	press("\001");
	ck_assert_int_eq(cursor(), 2);
	press("\026\033");
	ck_assert_str_eq(drawn_line(), "> ^[hello");
	ck_assert_int_eq(cursor(), 4);
	press("\025\013h\xc3\xa9\xe4\xb8\x96");
	ck_assert_str_eq(drawn_line(), "> h\xc3\xa9\xe4\xb8\x96");
	ck_assert_int_eq(cursor(), 6);
}
END_TEST

/* A long line scrolls in steps of half the room, and the cursor is always seen. */
START_TEST(a_long_line_scrolls_sideways)
{
	static const struct { int typed, skipped; } table[] = {
		{77, 0}, {78, 39}, {116, 39}, {117, 78}, {200, 156},
	};
	enum { ROOM = 78 };
	int count = 0;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		char wanted[CELLS] = "> ";
		for (; count < table[i].typed; count++)
			press((char[]){(char)('a' + count % 26), '\0'});
		for (int j = table[i].skipped; j < count && j < table[i].skipped + ROOM; j++)
			wanted[2 + j - table[i].skipped] = (char)('a' + j % 26);
		ck_assert_str_eq(drawn_line(), wanted);
		ck_assert_int_eq(cursor(), 2 + count - table[i].skipped);
	}
	press("\001");
	ck_assert_int_eq(cursor(), 2);
	ck_assert_int_eq(strncmp(drawn_line(), "> abcdefgh", 10), 0);
	ck_assert_uint_eq(strlen(drawn_line()), 80);
}
END_TEST

/* A wide character of which a half would be left is left out, and so is its column. */
START_TEST(no_half_of_a_wide_character_is_left)
{
	press("a");
	for (int i = 0; i < 50; i++)
		press("\xe4\xb8\x96");
	int column = cursor();
	char *text = strdup(drawn_line());
	size_t width = utf8_width(text);
	free(text);
	ck_assert_uint_eq((size_t)column, width);
	ck_assert_int_lt(column, 80);
}
END_TEST

START_TEST(a_search_has_its_prompt)
{
	press("older line\r");
	session_drop_waiting(at.console->session);
	press("\022old");
	ck_assert_str_eq(drawn_line(), "(reverse-i-search)`old': older line");
	ck_assert_int_eq(cursor(), 25);
	press("\t"); /* the line is not empty: readline's */
	ck_assert_int_eq(at.console->screen.focus, FOCUS_LINE);
}
END_TEST

Suite *
screen_bar_suite(void)
{
	Suite *suite = suite_create("screen bar");
	TCase *tests = tcase_create("bar");
	tcase_add_checked_fixture(tests, setup_console, teardown_console);
	tcase_add_loop_test(tests, the_bar_belongs_to_what_has_the_keys, 0,
	    sizeof bars / sizeof *bars);
	tcase_add_test(tests, a_recording_has_bars_of_its_own);
	tcase_add_test(tests, a_lesson_has_a_bar_of_its_own);
	tcase_add_test(tests, a_question_to_the_room_has_its_numbers);
	tcase_add_test(tests, a_notice_takes_the_keys_place);
	tcase_add_test(tests, a_notice_has_an_end);
	tcase_add_test(tests, what_is_told_cannot_be_an_escape);
	tcase_add_test(tests, a_long_question_grows_upwards);
	tcase_add_test(tests, what_is_searched_for_stands_in_the_input_line);
	tcase_add_test(tests, a_terminal_that_is_too_small_says_how_large);
	tcase_add_test(tests, a_new_session_has_a_screen_of_its_own);
	tcase_add_test(tests, the_cursor_is_where_it_writes);
	tcase_add_test(tests, a_long_line_scrolls_sideways);
	tcase_add_test(tests, no_half_of_a_wide_character_is_left);
	tcase_add_test(tests, a_search_has_its_prompt);
	suite_add_tcase(suite, tests);
	return suite;
}
