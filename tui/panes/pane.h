/* pane.h: a pane is a table of functions over a scene.
 *
 * Every pane is a list of lines, so that scrolling, searching, selecting and
 * zooming are written once (pane.c).  A new pane is one file and one entry in
 * pane.c's array.  What a pane remembers between two frames is an index into
 * the scene: which events, which rows in which order, or lines of text, or a
 * picture. */
#ifndef PANE_H
#define PANE_H

#include "canvas.h"
#include "draw.h"
#include "guide.h"
#include "text.h"

#include "explain.h"
#include "log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where in the log a frame is that does not show now. */
struct scene_past {
	bool there;
	bool recording;        /* there is no now */
	bool walked;           /* not where it was frozen */
	uint64_t events;       /* that the log has by now */
	uint64_t since;        /* of them, after it was frozen */
	int64_t clock;         /* the session's clock, for notices */
	int percent;           /* of the recording, read so far; 100: all */
};

/* What one frame shows: a moment, and the log up to it. */
struct scene {
	const struct moment *moment;
	const struct log *log;
	uint64_t end;          /* events before this number */
	int64_t now;           /* the session's clock, for what counts down */
	struct guide guide;
	struct scene_past past;
	const struct explain_subject *why; /* what the pane "why" is about; NULL: nothing */
};

/* The first event of the scene's session that the log still has: in a recording
 * there can be others before it. */
uint64_t scene_first(const struct scene *scene);

struct pane;

/* What a pane remembers. */
struct pane_state {
	const struct pane *pane;
	char title[192];       /* in place of the pane's; empty: that */
	char note[80];         /* at the right end of its upper border */
	size_t count;          /* lines, after prepare */
	size_t needed;         /* lines that ask for room (sockets, narrator) */
	size_t wished;         /* more of them, where there is plenty (sockets) */
	size_t top;            /* the first line that is shown */
	size_t selected;       /* line; of panes that select, or that are walked */
	size_t found;          /* the line that was searched for, from 1; 0: none, or
	                          walked on since; of panes that do not select */
	uint64_t identity;     /* of the selected line's row, 0: none */
	size_t shift;          /* columns scrolled to the right */
	bool chosen;           /* somebody walked to the selected line */
	bool lacks_memory;     /* of a line that is shown */
	bool at_end;           /* stays at the last line as new ones come */
	uint64_t *index;       /* events or rows that are shown */
	size_t index_room;
	uint64_t index_seen;   /* events before this number were looked at */
	size_t index_count;    /* of panes that list events: all that were found, */
	size_t index_first;    /* and which of them is the scene's first */
	struct text text;
	struct canvas canvas;
};

struct pane {
	const char *name;      /* what `show` calls it; NULL: nothing */
	const char *title;
	int key;               /* the letter that opens it, and closes it; 0: none */
	enum place place;
	bool selects;          /* a row is chosen in it, for the signal menu */
	bool follows;          /* stays at its end until it is scrolled */
	bool whole;            /* zoomed by a key, it takes the narrator's place, too */

	/* Brings the index or the text up to this scene and sets count, for a
	 * pane with so much room inside. */
	void (*prepare)(struct pane_state *state, const struct scene *scene,
	    const struct rectangle *inside);

	/* The line above the rows that never scrolls; NULL: none. */
	void (*heading)(const struct pane_state *state, const struct scene *scene,
	    int columns, struct line *line);

	/* The line below the rows that never scrolls; NULL: none. */
	void (*footing)(const struct pane_state *state, const struct scene *scene,
	    int columns, struct line *line);

	/* Writes one line. */
	void (*line)(const struct pane_state *state, const struct scene *scene,
	    size_t number, int columns, struct line *line);

	/* What stays the same of a row when it moves; NULL: its number. */
	uint64_t (*identity)(const struct pane_state *state,
	    const struct scene *scene, size_t number);

	/* What `w` explains of a line; NULL: the last errno. */
	bool (*subject)(const struct pane_state *state, const struct scene *scene,
	    size_t number, struct explain_subject *subject);

	/* The lines that are to be seen while nobody walks the pane: from the one
	 * returned, so many of them.  NULL: any. */
	size_t (*wanted)(const struct pane_state *state, const struct scene *scene,
	    size_t *lines);

	/* When (session's clock) it looks different without an event; 0: never.
	 * NULL: never. */
	int64_t (*changes_at)(const struct pane_state *state,
	    const struct scene *scene);
};

/* A state for the pane, and its end. */
void pane_state_init(struct pane_state *state, const struct pane *pane);
void pane_state_release(struct pane_state *state);

/* Draws the pane into the rectangle; active: the keys go to it. */
void pane_draw(struct pane_state *state, const struct scene *scene,
    const struct draw *draw, const struct rectangle *inside, bool active);

/* Where the arrows and their like lead. */
enum walk {
	WALK_UP, WALK_DOWN, WALK_PAGE_UP, WALK_PAGE_DOWN, WALK_FIRST, WALK_LAST,
	WALK_LEFT, WALK_RIGHT
};

/* Scrolls, or moves the selection, of a pane of so many rows. */
void pane_walk(struct pane_state *state, enum walk walk, int rows);

/* Puts what the selected row is about into *subject; false: there is no such row, or
 * nothing to say about it. */
bool pane_subject(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside, struct explain_subject *subject);

/* Goes to the next line that holds wanted, from the one selected or on top, and
 * around; whether there is one. */
bool pane_search(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside, const char *wanted);

/* Makes room for count entries in the index; false: no memory. */
bool pane_index_room(struct pane_state *state, size_t count);

/* Indexes the events of the scene of these types (a set of LOG_TYPE bits) that pass;
 * NULL: all of them.  What is found stays when time is walked back. */
void pane_index_events(struct pane_state *state, const struct scene *scene,
    uint32_t types, bool (*passes)(const struct log *log, uint64_t number));

/* The event of such a pane's line, its number. */
const struct event *pane_event(const struct pane_state *state,
    const struct scene *scene, size_t number);
uint64_t pane_event_number(const struct pane_state *state, size_t number);

/* The same as what stays the same of a line, and as what is to be explained. */
uint64_t pane_event_identity(const struct pane_state *state,
    const struct scene *scene, size_t number);
bool pane_event_subject(const struct pane_state *state, const struct scene *scene,
    size_t number, struct explain_subject *subject);

/* The client's end of the current connection: of panes that are all about it. */
bool pane_connection_subject(const struct pane_state *state,
    const struct scene *scene, size_t number, struct explain_subject *subject);

/* Puts formatted text into the line. */
void line_format(struct line *line, unsigned style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Shows the lines of state->text: the line function of panes that have some. */
void pane_write_text(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line);

/* Shows the rows of state->canvas: the line function of panes that are a
 * picture. */
void pane_write_canvas(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line);

/* The earlier of two times, 0 standing for never. */
int64_t pane_earlier(int64_t a, int64_t b);

/* Writes an address and its port into exactly width columns, the port whole: what
 * does not fit goes from the left. */
void pane_write_address(char *text, size_t size,
    const struct report_endpoint *endpoint, int width);

/* What counts down, counts whole seconds, and all counts step together with the
 * session's clock: a screen that changes once a second is calm.  Only a last
 * second is written with its tenth.  Writes what is left until then, in seconds. */
void pane_write_left(int64_t now, int64_t then, char *text, size_t size);

/* The second that now lies in began; when it ends. */
int64_t pane_second(int64_t now);
int64_t pane_second_ends(int64_t now);

/* How long a row that left its table is shown. */
#define PANE_LINGER INT64_C(4000000000)

#endif
