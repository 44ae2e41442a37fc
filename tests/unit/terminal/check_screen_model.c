/* check_screen_model.c: the strict terminal of the tests takes what curses writes and
 * nothing else; and whole frames of hostile text are shown to it. */
#include "tools/terminal_model.c"

#undef fail /* Check has one, too */
#include "suites.h"

#include <locale.h>

enum { ROWS = 6, COLUMNS = 20 };

static struct model model;

/* Feeds a string of so many bytes. */
static bool
feed(const char *bytes, size_t length)
{
	return model_feed(&model, (const unsigned char *)bytes, length);
}

/* The same of a string without a NUL in it. */
static bool
take(const char *text)
{
	return feed(text, strlen(text));
}

/* A row of the screen. */
static const char *
row_of(int row)
{
	static char text[4 * COLUMNS * (1 + MODEL_MARKS) + 1];
	model_row(&model, row, text, sizeof text);
	return text;
}

static void
setup_model(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	model_init(&model, COLUMNS, ROWS);
}

/* What the screen shows after these bytes: a row, and where the cursor is. */
static const struct { const char *bytes; int shown; const char *text; int row, column; }
drawn[] = {
	{"abc", 0, "abc", 0, 3},
	{"abc\r\nde", 1, "de", 1, 2},
	{"abc\b\bX", 0, "aXc", 0, 2},
	{"a\tb", 0, "a       b", 0, 9},
	{"12345678901234567890", 0, "12345678901234567890", 0, 19},
	{"12345678901234567890a", 1, "a", 1, 1},
	{"1234567890123456789\xe4\xb8\x96", 1, "\xe4\xb8\x96", 1, 2},
	{"\033[3;5Hx", 2, "    x", 2, 5},
	{"\033[99;99Hx", 5, "                   x", 5, 19},
	{"\033[Hx", 0, "x", 0, 1},
	{"\033[5dx", 4, "x", 4, 1},
	{"\033[5Gx", 0, "    x", 0, 5},
	{"\033[2B\033[3Cx", 2, "   x", 2, 4},
	{"\033[3;5H\033[A\033[2Dx", 1, "  x", 1, 3},
	{"abcdef\033[3G\033[K", 0, "ab", 0, 2},
	{"abcdef\033[3G\033[1K", 0, "   def", 0, 2},
	{"abcdef\033[3G\033[2K", 0, "", 0, 2},
	{"a\r\nb\r\nc\033[2;1H\033[J", 2, "", 1, 0},
	{"a\r\nb\r\nc\033[2;1H\033[J", 0, "a", 1, 0},
	{"a\r\nb\r\nc\033[2;1H\033[1J", 0, "", 1, 0},
	{"a\r\nb\r\nc\033[2;1H\033[1J", 2, "c", 1, 0},
	{"a\r\nb\033[2J", 0, "", 1, 1},
	{"abcdef\033[2G\033[2X", 0, "a  def", 0, 1},
	{"abcdef\033[2G\033[2P", 0, "adef", 0, 1},
	{"abcdef\033[2G\033[2@", 0, "a  bcdef", 0, 1},
	{"abc\033[2G\033[4hX\033[4lY", 0, "aXYc", 0, 3},
	{"a\r\nb\r\nc\033[1;1H\033[M", 0, "b", 0, 0},
	{"a\r\nb\r\nc\033[1;1H\033[L", 1, "a", 0, 0},
	{"a\r\nb\r\nc\033[2S", 0, "c", 2, 1},
	{"a\r\nb\r\nc\033[2T", 2, "a", 2, 1},
	{"a\r\nb\r\nc\r\nd\033[2;3r\033[3;1H\n", 1, "c", 2, 0},
	{"a\r\nb\r\nc\r\nd\033[2;3r\033[3;1H\n", 3, "d", 2, 0},
	{"a\r\nb\r\nc\033[2;3r\033[2;1H\033M", 2, "b", 1, 0},
	{"a\r\nb\r\nc\r\nd\r\ne\r\nf\r\ng", 5, "g", 5, 1},
	{"x\033[3b", 0, "xxxx", 0, 4},
	{"ab\0337\033[4;4H\0338c", 0, "abc", 0, 3},
	{"d\xc3\xa9j\xc3\xa0", 0, "d\xc3\xa9j\xc3\xa0", 0, 4},
	{"e\xcc\x81x", 0, "e\xcc\x81x", 0, 2},
	{"\xe4\xb8\x96\xcc\x81x", 0, "\xe4\xb8\x96\xcc\x81x", 0, 3},
	{"\xe4\xb8\x96\033[2Gx", 0, " x", 0, 2},      /* half of a wide one is none */
	{"\xe4\xb8\x96\033[1Gx", 0, "x", 0, 1},
	{"\xf0\x9f\x98\x80", 0, "\xf0\x9f\x98\x80", 0, 2},
};

START_TEST(the_screen_is_what_was_written)
{
	ck_assert_msg(take(drawn[_i].bytes), "%s", model.reason);
	ck_assert_str_eq(row_of(drawn[_i].shown), drawn[_i].text);
	ck_assert_int_eq(model.row, drawn[_i].row);
	ck_assert_int_eq(model.column, drawn[_i].column);
}
END_TEST

START_TEST(bytes_come_in_any_pieces)
{
	for (size_t i = 0; i < strlen(drawn[_i].bytes); i++)
		ck_assert(feed(drawn[_i].bytes + i, 1));
	ck_assert_str_eq(row_of(drawn[_i].shown), drawn[_i].text);
}
END_TEST

/* What a peer would like to reach a terminal. */
static const struct { const char *bytes; size_t length; } refused[] = {
#define REFUSED(bytes) {bytes, sizeof bytes - 1}
	REFUSED("\a"), REFUSED("\0"), REFUSED("\x7f"), REFUSED("\v"), REFUSED("\f"),
	REFUSED("\x05"), REFUSED("\x18"), REFUSED("\x1f"),
	REFUSED("\033]0;title\a"), REFUSED("\033]52;c;eA==\033\\"), REFUSED("\033P1$r\033\\"),
	REFUSED("\033_x"), REFUSED("\033^x"), REFUSED("\033X"), REFUSED("\033c"),
	REFUSED("\033Z"), REFUSED("\033D"), REFUSED("\033E"), REFUSED("\033\033"),
	REFUSED("\033(A"), REFUSED("\033)U"), REFUSED("\033#8"), REFUSED("\033%G"),
	REFUSED("\033[c"), REFUSED("\033[6n"), REFUSED("\033[5n"), REFUSED("\033[>c"),
	REFUSED("\033[21t"), REFUSED("\033[3;4t"), REFUSED("\033[24;1;1t"),
	REFUSED("\033[?1000h"), REFUSED("\033[?9999h"), REFUSED("\033[?1;6h"),
	REFUSED("\033[?2c"), REFUSED("\033[?6n"), REFUSED("\033[20h"), REFUSED("\033[2l"),
	REFUSED("\033[5m"), REFUSED("\033[8m"), REFUSED("\033[38m"), REFUSED("\033[38;5m"),
	REFUSED("\033[38;2;1;2;3m"), REFUSED("\033[48;2;1;2;3m"), REFUSED("\033[108m"),
	REFUSED("\033[3J"), REFUSED("\033[3K"), REFUSED("\033[1;2y"), REFUSED("\033[!p"),
	REFUSED("\033[1$r"), REFUSED("\033[\n"), REFUSED("\033[s"), REFUSED("\033[i"),
	REFUSED("\033[4;2r"), REFUSED("\033[1;1r"),
	REFUSED("\x9b" "2J"), REFUSED("\xc2\x9b" "2J"), REFUSED("\xc2\x80"), REFUSED("\xff"),
	REFUSED("\xc0\x80"), REFUSED("\xe0\x80\x80"), REFUSED("\xed\xa0\x80"),
	REFUSED("\xf4\x90\x80\x80"), REFUSED("\xf0\x80\x80\x80"), REFUSED("\xe2\x41"),
	REFUSED("\xe2\x80\xae"), REFUSED("\xe2\x80\x8b"), REFUSED("\xe2\x81\xa6"),
	REFUSED("\xe2\x80\xa8"), REFUSED("\xef\xbb\xbf"), REFUSED("\xd8\x9c"),
	REFUSED("\xc2\xad"), REFUSED("\xef\xbf\xbf"), REFUSED("\xef\xb7\x90"),
	REFUSED("\xf3\xa0\x81\x81"), REFUSED("\xf0\x9f\xbf\xbe"),
	REFUSED("e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"),
#undef REFUSED
};

START_TEST(what_is_not_curses_own_is_refused)
{
	ck_assert_msg(!feed(refused[_i].bytes, refused[_i].length), "number %d", _i);
	ck_assert(model.failed);
	ck_assert_uint_gt(strlen(model.reason), 0);
	ck_assert(!take("x")); /* and stays so */
}
END_TEST

START_TEST(an_endless_sequence_is_refused)
{
	bool good = take("\033[");
	for (size_t i = 0; good && i < 1000; i++)
		good = take("1");
	ck_assert(!good);
}
END_TEST

START_TEST(a_reason_shows_what_came_before)
{
	char text[300];
	memset(text, 'y', sizeof text);
	ck_assert(feed(text, 100));
	ck_assert(take("ab\r"));
	ck_assert(!take("\a"));
	ck_assert_ptr_nonnull(strstr(model.reason, "the control byte 07: yyy"));
	ck_assert_str_eq(model.reason + strlen(model.reason) - 10, "ab\\x0d\\x07");
}
END_TEST

/* What is left behind, and what puts it back. */
static const struct { const char *left, *back, *reason; } modes[] = {
	{"\033[?1049h", "\033[?1049l", "the alternate screen"},
	{"\033[?25l", "\033[?25h", "the hidden cursor"},
	{"\033[?2004h", "\033[?2004l", "bracketed paste"},
	{"\033[?1h", "\033[?1l", "the keypad's mode"},
	{"\033[4h", "\033[4l", "insert mode"},
	{"\033(0", "\033(B", "another character set"},
	{"\x0e", "\x0f", "another character set"},
	{"\033[1m", "\033[22m", "a look"},
	{"\033[2m", "\033[22m", "a look"},
	{"\033[7m", "\033[27m", "a look"},
	{"\033[1;2;7m", "\033[m", "a look"},
	{"\033[1;7m", "\033[0;10m", "a look"},
	{"\033", "[K", "half a sequence"},
	{"\xc3", "\xa9", "half a sequence"},
	{"\033[2;4r", "\033[r", "a scroll region"},
	{"\033[2r", "\033[1;6r", "a scroll region"},
	{"\033[1;4r", "\033[r", "a scroll region"},
};

START_TEST(what_is_not_put_back_is_told)
{
	ck_assert(model_is_put_back(&model));
	ck_assert(take(modes[_i].left));
	ck_assert(!model_is_put_back(&model));
	ck_assert_ptr_nonnull(strstr(model.reason, modes[_i].reason));
	ck_assert(take(modes[_i].back));
	ck_assert(model_is_put_back(&model));
}
END_TEST

/* SGR parameters, and whether they choose a colour. */
static const struct { const char *bytes; bool coloured; } colours[] = {
	{"\033[1;2;7m", false}, {"\033[39;49m", false}, {"\033[0;10m", false},
	{"\033[m", false}, {"\033[30m", true}, {"\033[37m", true}, {"\033[40m", true},
	{"\033[47m", true}, {"\033[38;5;196m", true}, {"\033[48;5;1m", true},
	{"\033[90m", true}, {"\033[107m", true},
};

START_TEST(any_colour_is_told)
{
	ck_assert(take(colours[_i].bytes));
	ck_assert_int_eq(model.coloured, colours[_i].coloured);
}
END_TEST

START_TEST(looks_are_of_cells)
{
	ck_assert(take("a\033[1mb\033[7mc\033[22md\033[0me\033[2mf"));
	static const unsigned char looks[] = {0, LOOK_BOLD, LOOK_BOLD | LOOK_REVERSE,
	    LOOK_REVERSE, 0, LOOK_DIM};
	for (size_t i = 0; i < sizeof looks; i++)
		ck_assert_uint_eq(model.cells[0][i].look, looks[i]);
}
END_TEST

START_TEST(what_fits_stays_when_the_size_changes)
{
	ck_assert(take("abcdefghij\r\n1\r\n2\r\n3\r\n4\033[2;4r\033[6;20H"));
	model_resize(&model, 4, 3);
	ck_assert_str_eq(row_of(0), "abcd");
	ck_assert_str_eq(row_of(2), "2");
	ck_assert_int_eq(model.row, 2);
	ck_assert_int_eq(model.column, 3);
	ck_assert(model_is_put_back(&model)); /* no region outlives it */
	model_resize(&model, COLUMNS, ROWS);
	ck_assert_str_eq(row_of(0), "abcd"); /* what was cut is gone */
	ck_assert_str_eq(row_of(3), "");
	ck_assert_int_eq(model.bottom, ROWS - 1);
}
END_TEST

START_TEST(margins_beyond_the_screen_are_cut)
{
	ck_assert(take("\033[2;99r"));
	ck_assert_int_eq(model.top, 1);
	ck_assert_int_eq(model.bottom, ROWS - 1);
	ck_assert(take("\033[3;5r\033[9;20r"));
	ck_assert_int_eq(model.top, 2); /* passed over */
	ck_assert_int_eq(model.bottom, 4);
	ck_assert_int_eq(model.row, 0);
}
END_TEST

/* Into a pipe there are no sequences at all, and in ASCII no other characters. */
START_TEST(a_pipe_gets_text_alone)
{
	model.plain = true;
	ck_assert(take("a\tb\r\nd\xc3\xa9"));
	ck_assert(!take("\033[K"));
	model_init(&model, COLUMNS, ROWS);
	model.plain = true;
	ck_assert(!take("\b"));
	model_init(&model, COLUMNS, ROWS);
	model.ascii = true;
	ck_assert(take("abc\033[K"));
	ck_assert(!take("\xc3"));
}
END_TEST

Suite *
screen_model_suite(void)
{
	Suite *suite = suite_create("screen model");
	TCase *tcase = tcase_create("model");
	tcase_add_checked_fixture(tcase, setup_model, NULL);
	tcase_add_loop_test(tcase, the_screen_is_what_was_written, 0,
	    sizeof drawn / sizeof *drawn);
	tcase_add_loop_test(tcase, bytes_come_in_any_pieces, 0, sizeof drawn / sizeof *drawn);
	tcase_add_loop_test(tcase, what_is_not_curses_own_is_refused, 0,
	    sizeof refused / sizeof *refused);
	tcase_add_test(tcase, an_endless_sequence_is_refused);
	tcase_add_test(tcase, a_reason_shows_what_came_before);
	tcase_add_loop_test(tcase, what_is_not_put_back_is_told, 0,
	    sizeof modes / sizeof *modes);
	tcase_add_loop_test(tcase, any_colour_is_told, 0, sizeof colours / sizeof *colours);
	tcase_add_test(tcase, looks_are_of_cells);
	tcase_add_test(tcase, what_fits_stays_when_the_size_changes);
	tcase_add_test(tcase, margins_beyond_the_screen_are_cut);
	tcase_add_test(tcase, a_pipe_gets_text_alone);
	suite_add_tcase(suite, tcase);
	return suite;
}
