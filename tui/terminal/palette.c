/* palette.c: which of the terminal's colours stands for a look.
 *
 * The terminal's own background stays, and mostly is not known: few terminals set
 * COLORFGBG ("15;0": white on black), xterm and what descends from it do not.  So a
 * colour must stand out from white as from black.  Of 256 colours those are taken that
 * have a contrast of 3.9 to 5.4 to each (WCAG 2, 1.4.3).  Of 8, green, cyan and yellow
 * are lost on white and blue on black: red and magenta are left, and what is all right
 * looks like everything else.  On a background that is known to be dark (the kernel's
 * console is) all but blue can be read. */
#include "palette.h"

#include "look.h"

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
palette_colour(unsigned look, int colours, bool dark)
{
	static const short any[LOOK_COLOURS] = {
		[LOOK_PLAIN] = -1, [LOOK_GOOD] = -1, [LOOK_PASSING] = COLOR_MAGENTA,
		[LOOK_BAD] = COLOR_RED, [LOOK_KEY] = -1,
	}, on_dark[LOOK_COLOURS] = {
		[LOOK_PLAIN] = -1, [LOOK_GOOD] = COLOR_GREEN,
		[LOOK_PASSING] = COLOR_YELLOW, [LOOK_BAD] = COLOR_RED,
		[LOOK_KEY] = COLOR_CYAN,
	}, many[LOOK_COLOURS] = {
		[LOOK_PLAIN] = -1, [LOOK_GOOD] = 64, [LOOK_PASSING] = 130,
		[LOOK_BAD] = 196, [LOOK_KEY] = 32,
	};
	unsigned colour = look & LOOK_COLOUR;
	if (colour >= LOOK_COLOURS)
		return -1;
	return colours >= 256 ? many[colour] : dark ? on_dark[colour] : any[colour];
}
