/* look.h: how text on the screen looks. */
#ifndef LOOK_H
#define LOOK_H

/* How text looks: a colour (palette.h) and any of the marks.  No meaning hangs on the colour
 * alone. */
enum look {
	LOOK_PLAIN = 0,
	LOOK_GOOD,           /* established, all right */
	LOOK_PASSING,        /* on its way to another state */
	LOOK_BAD,            /* an error, a zombie, a host that is down */
	LOOK_KEY,            /* keys, titles, listening */
	LOOK_COLOURS,
	LOOK_COLOUR = 0x0f,
	LOOK_STRONG = 0x10,  /* bold */
	LOOK_REVERSE = 0x20,
	LOOK_FAINT = 0x40
};

#endif
