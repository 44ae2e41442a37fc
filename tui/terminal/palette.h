/* palette.h: which of the terminal's colours stands for a style. */
#ifndef PALETTE_H
#define PALETTE_H

#include <stdbool.h>

/* Does the terminal say that its background is dark?  By COLORFGBG and TERM, each of
 * which may be NULL. */
bool palette_is_dark(const char *colorfgbg, const char *term);

/* The colour for a style on a terminal of so many colours; -1: the terminal's own. */
short palette_colour(unsigned style, int colours, bool dark);

#endif
