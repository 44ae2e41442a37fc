/* pane_timeline.c: the log, one event a line.
 *
 * A lesson expects much, and most of it comes true: what passed is left out, or no
 * line of what happened would be left among them. */
#include "pane_table.h"

#include "render_timeline.h"

#include <errno.h>
#include <stdlib.h>

enum { WIDE_COLUMNS = 58 };

/* Was the command in the course of which the event came one of a lesson?  Commands
 * run one after the other, so it is the latest. */
static bool
is_of_lesson(const struct log *log, uint64_t number)
{
	const uint64_t command = log_find_back(log, number, 0,
	    LOG_TYPE(EVENT_COMMAND));
	const struct event *event = log_event(log, command);
	return event != NULL && event->command.source == SOURCE_SCRIPT;
}

/* Has the timeline a line for it? */
static bool
is_told(const struct log *log, uint64_t number)
{
	const struct event *event = log_event(log, number);
	if (event->type == EVENT_EXPECT && event->expect.pass &&
	    is_of_lesson(log, number))
		return false;
	return render_timeline_tells(event);
}

/* The event at hand: the one that made the moment what it is. */
static uint64_t
at_hand(const struct scene *scene)
{
	return scene->end - 1;
}

/* Is the event at hand one that the timeline passes over?  While somebody walks from
 * event to event, it has a line all the same. */
static bool
shows_passed_over(const struct pane_state *state, const struct scene *scene)
{
	return scene->past.walked && scene->end > scene_first(scene) &&
	    (state->count == 0 || pane_event_number(state, state->count - 1) !=
	    at_hand(scene));
}

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	(void)inside;
	pane_index_events(state, scene, ~LOG_TYPE(EVENT_SOCKET), is_told);
	state->needed = state->count;
	if (shows_passed_over(state, scene))
		state->count++;
}

/* How an event looks: what went wrong is marked; its words say it too. */
static unsigned
style_of(const struct event *event)
{
	if (event->type == EVENT_ERROR ||
	    (event->type == EVENT_EXPECT && !event->expect.pass) ||
	    (event->type == EVENT_CALL && event->call.result < 0))
		return STYLE_BAD;
	if (event->type == EVENT_LESSON && event->lesson.what == LESSON_FAILED)
		return STYLE_BAD | STYLE_STRONG;
	if (event->type == EVENT_COMMAND || event->type == EVENT_SAY ||
	    event->type == EVENT_ASK || event->type == EVENT_LESSON)
		return STYLE_STRONG;
	if (event->type == EVENT_SIGNAL || event->type == EVENT_HOST)
		return STYLE_PASSING;
	return STYLE_PLAIN;
}

static void
write_line(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line)
{
	bool extra = number >= state->needed;
	const struct event *event = extra ? log_event(scene->log, at_hand(scene)) :
	    pane_event(state, scene, number);
	char *text = event == NULL ? NULL : extra ? render_step(event) :
	    render_timeline(event, columns < WIDE_COLUMNS);
	if (text != NULL)
		line_format(line, style_of(event), "%s", text);
	line->lacks_memory = text == NULL && event != NULL && errno == ENOMEM;
	if (scene->past.walked && number + 1 == state->count)
		line->style |= STYLE_REVERSE;
	free(text);
}

/* The place where the lesson is stuck: what failed, and what came before it. */
static size_t
wanted(const struct pane_state *state, const struct scene *scene, size_t *lines)
{
	if (!scene->moment->lesson.stuck)
		return 0;
	for (size_t i = state->needed; i > 0; i--) {
		const struct event *event = pane_event(state, scene, i - 1);
		if (event != NULL && event->type == EVENT_LESSON) {
			*lines = 1;
			return i - 1;
		}
	}
	return 0;
}

const struct pane pane_timeline = {
	.name = "timeline", .title = "Timeline", .place = PLACE_TIMELINE,
	.follows = true, .selects = true, .prepare = prepare, .line = write_line, .wanted = wanted,
	.identity = pane_event_identity, .subject = pane_event_subject,
};
