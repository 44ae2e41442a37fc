/* check_screen_palette.c: what is drawn in a colour can be read on white and on black. */
#include "palette.h"

#include "draw.h"
#include "suites.h"

#include <math.h>
#include <stddef.h>

/* xterm's colour, as red, green, blue. */
static void
split(short colour, int rgb[3])
{
	static const int basic[8][3] = {{0, 0, 0}, {205, 0, 0}, {0, 205, 0}, {205, 205, 0},
	    {0, 0, 238}, {205, 0, 205}, {0, 205, 205}, {229, 229, 229}};
	static const int steps[6] = {0, 95, 135, 175, 215, 255};
	ck_assert(colour < 8 || (colour >= 16 && colour < 232));
	for (int i = 0, power = 36; i < 3; i++, power /= 6)
		rgb[i] = colour < 8 ? basic[colour][i] : steps[(colour - 16) / power % 6];
}

/* Its relative luminance (WCAG 2): 0 black, 1 white. */
static double
luminance(short colour)
{
	static const double weights[3] = {0.2126, 0.7152, 0.0722};
	double sum = 0;
	int rgb[3];
	split(colour, rgb);
	for (int i = 0; i < 3; i++) {
		double part = rgb[i] / 255.0;
		sum += weights[i] * (part <= 0.03928 ? part / 12.92 :
		    pow((part + 0.055) / 1.055, 2.4));
	}
	return sum;
}

START_TEST(every_look_can_be_read_on_black_and_on_white)
{
	static const int colours[] = {8, 16, 88, 256};
	for (unsigned style = STYLE_PLAIN; style < STYLE_COLOURS; style++) {
		short colour = palette_colour(style | STYLE_REVERSE, colours[_i], false);
		if (colour < 0)
			continue; /* the terminal's own on its own */
		double light = luminance(colour);
		ck_assert_double_ge((light + 0.05) / 0.05, 3.5);
		ck_assert_double_ge(1.05 / (light + 0.05), 3.5);
	}
}
END_TEST

START_TEST(every_look_can_be_read_on_what_is_dark)
{
	short colours[STYLE_COLOURS];
	for (unsigned style = STYLE_GOOD; style < STYLE_COLOURS; style++) {
		colours[style] = palette_colour(style, 8, true);
		ck_assert_double_ge((luminance(colours[style]) + 0.05) / 0.05, 3.5);
		for (unsigned i = STYLE_GOOD; i < style; i++)
			ck_assert_int_ne(colours[i], colours[style]);
	}
}
END_TEST

START_TEST(the_background_is_dark_where_somebody_says_so)
{
	static const struct { const char *colorfgbg, *term; bool dark; } table[] = {
		{NULL, NULL, false}, {NULL, "xterm", false}, {NULL, "linux", true},
		{"15;0", "xterm", true}, {"0;15", "xterm", false}, {"7;default;0", NULL, true},
		{"15;8", NULL, true}, {"0;7", "linux", false}, {"12;default", NULL, false},
		{"15;", NULL, false}, {"0", NULL, false}, {"", "linux", true},
		{"15;-1", NULL, false}, {"15;0x", NULL, false},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		ck_assert_msg(palette_is_dark(table[i].colorfgbg, table[i].term) ==
		    table[i].dark, "row %zu", i);
}
END_TEST

Suite *
screen_palette_suite(void)
{
	Suite *suite = suite_create("screen palette");
	TCase *tcase = tcase_create("palette");
	tcase_add_loop_test(tcase, every_look_can_be_read_on_black_and_on_white, 0, 4);
	tcase_add_test(tcase, every_look_can_be_read_on_what_is_dark);
	tcase_add_test(tcase, the_background_is_dark_where_somebody_says_so);
	suite_add_tcase(suite, tcase);
	return suite;
}
