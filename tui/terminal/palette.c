/* palette.c: which of the terminal's colours stands for a style.
 *
 * The terminal's own background stays, and mostly is not known: few terminals set
 * COLORFGBG ("15;0": white on black), xterm and what descends from it do not.  So a
 * colour must stand out from white as from black.  Of 256 colours those are taken that
 * have a contrast of 3.9 to 5.4 to each (WCAG 2, 1.4.3).  Of 8, green, cyan and yellow
 * are lost on white and blue on black: red and magenta are left, and what is all right
 * looks like everything else.  On a background that is known to be dark (the kernel's
 * console is) all but blue can be read. */
#include "palette.h"

#include "style.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

bool
palette_is_dark(const char *colorfgbg, const char *term)
{
	const char *last = colorfgbg != NULL ? strrchr(colorfgbg, ';') : NULL;
	if (last != NULL) {
		char *end;
		long number = strtol(last + 1, &end, 10);
		return end != last + 1 && *end == '\0' && number >= 0 &&
		    (number <= COLOR_CYAN || number == 8); /* 8: dark grey */
	}
	return term != NULL && strncmp(term, "linux", 5) == 0;
}

short
palette_colour(unsigned style, int colours, bool dark)
{
	static const short any[STYLE_COLOURS] = {
		[STYLE_PLAIN] = -1, [STYLE_GOOD] = -1, [STYLE_PASSING] = COLOR_MAGENTA,
		[STYLE_BAD] = COLOR_RED, [STYLE_KEY] = -1,
	}, on_dark[STYLE_COLOURS] = {
		[STYLE_PLAIN] = -1, [STYLE_GOOD] = COLOR_GREEN,
		[STYLE_PASSING] = COLOR_YELLOW, [STYLE_BAD] = COLOR_RED,
		[STYLE_KEY] = COLOR_CYAN,
	}, many[STYLE_COLOURS] = {
		[STYLE_PLAIN] = -1, [STYLE_GOOD] = 64, [STYLE_PASSING] = 130,
		[STYLE_BAD] = 196, [STYLE_KEY] = 32,
	};
	unsigned colour = style & STYLE_COLOUR;
	if (colour >= STYLE_COLOURS)
		return -1;
	return colours >= 256 ? many[colour] : dark ? on_dark[colour] : any[colour];
}
