/* guide.h: a lesson that is played by steps, as far as the log does not tell of it:
 * where it stands, what comes next; and the lessons that could be played. */
#ifndef GUIDE_H
#define GUIDE_H

#include "lesson.h"
#include "moment.h"

/* Everything a frame shows of it: plain values. */
struct guide {
	bool there;                        /* a lesson is played by steps */
	enum lesson_state state;
	bool failed;
	size_t position, count;            /* steps that have begun, of how many */
	const struct scenario *scenario;
	const struct scenario_step *step;  /* it runs, it failed, it comes next; NULL */
	const struct scenario *lessons;    /* the menu's */
	size_t lesson_count;
};

/* Fills in where the lesson stands; NULL: there is none. */
void guide_look(struct guide *guide, const struct lesson *lesson);

/* How many answers there are to a question that is open; 0: none is. */
unsigned guide_answers(const struct moment *moment);

/* Copies answer number, from 1, into text; false: there is no such answer. */
bool guide_answer(const struct moment *moment, unsigned number, char *text,
    size_t size);

/* Is there anything for a narrator to show? */
bool guide_has_narrator(const struct moment *moment);

/* How many rows of so many columns a narrator needs in the course of the lesson; how
 * many Sent, Echoed and Last errno do.  (They have their room from the beginning, so
 * that nothing moves.) */
int guide_rows(const struct guide *guide, int columns);
int guide_lines(const struct guide *guide);

/* Is one of the commands up to the next say or ask a `show`? */
bool guide_shows_next(const struct guide *guide);

/* Writes what happens now or at the next Enter, in so many columns; empty when
 * nothing is known of it. */
void guide_write_next(const struct guide *guide, const struct moment *moment,
    int columns, char *text, size_t size);

#endif
