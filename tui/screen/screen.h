/* screen.h: what stands on the screen, and one frame of it.
 *
 * Whoever learns something says so here; nothing is drawn until screen_frame. */
#ifndef SCREEN_H
#define SCREEN_H

#include "menu.h"
#include "pane.h"

struct prompt;

enum focus { FOCUS_LINE, FOCUS_PANES, FOCUS_SEARCH };

enum { SEARCH_TEXT = 128, SCREEN_PANES = 24 };

struct screen_state {
	struct draw draw;
	struct layout layout;
	bool fits;                  /* the terminal is large enough */
	struct pane_state panes[SCREEN_PANES];
	size_t pane_count;
	size_t active;              /* the pane that the keys go to */
	struct pane_state *zoomed;  /* NULL: none */
	bool zoomed_by_lesson;      /* a `show` of its */
	int narrator_rows;          /* as many as it has needed in this lesson; 0: none */
	int top_rows;               /* the same of Sent, Echoed, Last errno */
	enum focus focus;
	struct menu menu;
	const char *question;       /* asked in the input line; NULL: none */
	char search[SEARCH_TEXT];
	struct line notice;         /* in place of the key bar */
	int64_t notice_until;       /* session's clock; 0: no notice */
	bool notice_until_key;      /* the next key takes it away */
};

/* Begins and ends. */
void screen_init(struct screen_state *screen);
void screen_release(struct screen_state *screen);

/* Forgets all that is about the session before: another one begins. */
void screen_reset(struct screen_state *screen);

/* Zooms the pane; NULL: back to all of them. */
void screen_zoom(struct screen_state *screen, struct pane_state *state);

/* The pane that `show` calls name; NULL when there is none. */
struct pane_state *screen_pane(struct screen_state *screen, const char *name);

/* The state of a pane of the table. */
struct pane_state *screen_state_of(struct screen_state *screen, const struct pane *pane);

/* The pane that this letter opens; NULL when there is none. */
struct pane_state *screen_pane_of_key(struct screen_state *screen, int key);

/* The pane that keys go to: the zoomed one, or the active one. */
struct pane_state *screen_focused(struct screen_state *screen);

/* The inside of that pane. */
struct rectangle screen_focused_inside(const struct screen_state *screen);

/* Shows text, made visible, in place of the key bar until then; what is longer
 * than a line stands above the input line. */
void screen_notice(struct screen_state *screen, unsigned style, int64_t until,
    const char *text);

/* Takes that away. */
void screen_drop_notice(struct screen_state *screen);

/* Draws a frame; prompt may be NULL. */
void screen_frame(struct screen_state *screen, const struct scene *scene,
    const struct prompt *prompt);

/* When the frame looks different without an event; 0: never. */
int64_t screen_changes_at(const struct screen_state *screen,
    const struct scene *scene);

#endif
