/* style.h: how text on the screen looks. */
#ifndef STYLE_H
#define STYLE_H

/* How text looks: a colour (palette.h) and any of the marks.  No meaning hangs on the colour
 * alone. */
enum style {
	STYLE_PLAIN = 0,
	STYLE_GOOD,           /* established, all right */
	STYLE_PASSING,        /* on its way to another state */
	STYLE_BAD,            /* an error, a zombie, a host that is down */
	STYLE_KEY,            /* keys, titles, listening */
	STYLE_COLOURS,
	STYLE_COLOUR = 0x0f,
	STYLE_STRONG = 0x10,  /* bold */
	STYLE_REVERSE = 0x20,
	STYLE_FAINT = 0x40
};

#endif
