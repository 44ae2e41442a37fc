/* console_lessons.c: the lessons on the screen: which is played, and when it goes on.
 *
 * A lesson begins in a session of its own, so that its connections are numbered from 1
 * and nothing of what was before is left.  The session cannot be ended inside one of its
 * rounds: what is to be played waits in `coming` until the round is over. */
#include "console_lessons.h"
#include "exit_status.h"

#include "pane_table.h"
#include "scenario_library.h"

#include "escape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCENARIO_LINE = 160 };

/* Why this lesson cannot be played in place of this session; NULL: it can. */
static const char *
refusal(const struct console *self, const struct scenario *scenario)
{
	static char line[SCENARIO_LINE];
	const char *why = scenario_refusal(scenario);
	const struct scenario_step *step = self->options->session->server != NULL ?
	    scenario_tcpserv_step(scenario) : NULL;
	if (step != NULL)
		snprintf(line, sizeof line, "needs tcpserv, in line %u: %.80s", step->line,
		    step->text);
	if (why != NULL || step != NULL)
		return why != NULL ? why : line;
	return self->session == NULL || session_owns_server(self->session) ? NULL :
	    CONSOLE_NO_SERVER;
}

/* Takes a scenario that was loaded as the next one to be played, or frees it; false
 * with one line in error (room for SCENARIO_ERROR). */
static bool
take(struct console *self, struct scenario *loaded, bool good, char *error)
{
	const char *why = good ? refusal(self, loaded) : NULL;
	self->refused = why != NULL;
	struct scenario *coming = good && why == NULL ? malloc(sizeof *coming) : NULL;
	if (coming == NULL) {
		if (why != NULL)
			snprintf(error, SCENARIO_ERROR, "%s %s", loaded->name, why);
		else if (good)
			snprintf(error, SCENARIO_ERROR, "out of memory");
		scenario_release(loaded);
		return false;
	}
	*coming = *loaded;
	console_forget_scenario(&self->coming);
	self->coming = coming;
	return true;
}

bool
console_play(void *context, const char *name, char *error)
{
	struct console *self = context;
	struct scenario loaded;
	char line[SCENARIO_ERROR];
	bool good = scenario_library_find(&loaded, name,
	    self->options->session->directory, line) == 0;
	if (take(self, &loaded, good, line))
		return true;
	snprintf(error, SESSION_ERROR, "%.*s", (int)utf8_fit(line, SESSION_ERROR - 1),
	    line);
	return false;
}

/* Plays the one in this file, as it stands there now. */
static void
play_file(struct console *self, const char *path)
{
	struct scenario loaded;
	char line[SCENARIO_ERROR];
	bool good = scenario_load(&loaded, path, line) == 0;
	if (!take(self, &loaded, good, line))
		console_hint(self, line);
}

void
console_play_again(struct console *self)
{
	if (console_refuse(self))
		return;
	if (self->scenario != NULL)
		play_file(self, self->scenario->path);
	else
		console_hint(self, "no lesson was begun yet: l shows them");
}

void
console_play_selected(struct console *self)
{
	const struct pane_state *menu = screen_state_of(&self->screen, &pane_lessons);
	if (console_refuse(self))
		return;
	if (menu->selected < self->lesson_count)
		play_file(self, self->lessons[menu->selected].path);
}

/* The line of the menu to begin at: the lesson that is played; after its end, the one
 * that follows. */
static size_t
place_in_menu(const struct console *self)
{
	size_t place = 0;
	while (self->scenario != NULL && place < self->lesson_count &&
	    strcmp(self->lessons[place].name, self->scenario->name) != 0)
		place++;
	if (self->lesson_state == LESSON_OVER && self->lesson != NULL)
		place++;
	return place < self->lesson_count ? place : 0;
}

/* Opens the menu, with the lessons as they stand in their files now. */
void
console_open_lessons(struct console *self)
{
	struct pane_state *menu = screen_state_of(&self->screen, &pane_lessons);
	char error[SCENARIO_ERROR];
	if (console_refuse(self))
		return;
	console_forget_lessons(self);
	if (scenario_library_load(&self->lessons, &self->lesson_count,
	    self->options->session->directory, error) < 0)
		console_hint(self, error);
	menu->selected = place_in_menu(self);
	screen_zoom(&self->screen, menu);
	self->screen.focus = FOCUS_PANES;
	console_mark(self);
}

void
console_forget_lessons(struct console *self)
{
	scenario_library_free(self->lessons, self->lesson_count);
	self->lessons = NULL;
	self->lesson_count = 0;
}

/* What the lesson has shown goes from the screen, unless it shows more. */
static void
put_back(struct console *self, const struct guide *guide)
{
	if (self->screen.zoomed_by_lesson && !guide_shows_next(guide))
		screen_zoom(&self->screen, NULL);
}

bool
console_go_on(struct console *self)
{
	struct guide guide = {0};
	if (self->lesson == NULL)
		return false;
	if (console_refuse(self))
		return true;
	guide_look(&guide, self->lesson);
	if (guide_answers(session_now(self->session)) > 0) {
		console_hint(self, "the room's answer first: press its number");
	} else if (guide.state == LESSON_OVER) {
		console_open_lessons(self);
	} else if (guide.state != LESSON_RUNS) {
		put_back(self, &guide);
		lesson_go_on(self->lesson);
		console_mark(self);
	}
	return true;
}

bool
console_choose(struct console *self, unsigned answer)
{
	unsigned answers = guide_answers(console_moment(self));
	char text[64];
	if (answers == 0)
		return false;
	if (console_refuse(self))
		return true;
	if (answer >= 1 && answer <= answers) {
		struct guide guide = {0};
		if (self->lesson != NULL) {
			guide_look(&guide, self->lesson);
			put_back(self, &guide);
		}
		session_choose(self->session, answer);
		return true;
	}
	snprintf(text, sizeof text, "there is no answer %u: 1 to %u", answer, answers);
	console_hint(self, text);
	return true;
}

void
console_begin_lesson(struct console *self)
{
	self->lesson_state = LESSON_RUNS;
	self->lesson_position = 0;
	if (self->scenario == NULL)
		return;
	if (!session_owns_server(self->session)) {
		snprintf(self->failure, sizeof self->failure, "%s %s",
		    self->scenario->name, CONSOLE_NO_SERVER);
		console_leave(self, STATUS_NOT_HERE);
		return;
	}
	char hindrance[SESSION_ERROR];
	if (lesson_is_hindered(self->session, self->scenario, hindrance, sizeof hindrance))
		session_note(self->session, "%s", hindrance);
	self->lesson = lesson_new(self->session, self->scenario, true);
	if (self->lesson == NULL)
		session_error(self->session, "out of memory: no lesson");
}

void
console_follow_lesson(struct console *self)
{
	size_t count;
	if (self->lesson == NULL)
		return;
	lesson_step(self->lesson);
	enum lesson_state state = lesson_state(self->lesson);
	size_t position = lesson_position(self->lesson, &count);
	if (state == self->lesson_state && position == self->lesson_position)
		return;
	if (state == LESSON_STUCK && self->screen.zoomed_by_lesson)
		screen_zoom(&self->screen, NULL); /* the timeline shows the place */
	self->lesson_state = state;
	self->lesson_position = position;
	console_mark(self);
}
