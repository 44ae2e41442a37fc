/* pane_timeline.c: the log, one event a line.
 *
 * A lesson expects much, and most of it comes true: what passed is left out, or no
 * line of what happened would be left among them. */
#include "pane.h"

#include "render_text.h"

#include <stdlib.h>

enum { WIDE_COLUMNS = 58 };

/* Was the command in the course of which the event came one of a lesson?  Commands
 * run one after the other, so it is the latest. */
static bool
is_of_lesson(const struct log *log, uint64_t number)
{
	while (number-- > log_first(log)) {
		const struct event *event = log_event(log, number);
		if (event != NULL && event->type == EVENT_COMMAND)
			return event->command.source == SOURCE_SCRIPT;
	}
	return false;
}

/* Has the timeline a line for it? */
static bool
is_told(const struct log *log, uint64_t number)
{
	const struct event *event = log_event(log, number);
	if (event->type == EVENT_EXPECT && event->expect.pass &&
	    is_of_lesson(log, number))
		return false;
	char *text = render_timeline(event, true);
	bool told = text != NULL;
	free(text);
	return told;
}

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	(void)inside;
	pane_index_log(state, scene, is_told);
}

/* How an event looks: what went wrong is marked; its words say it too. */
static unsigned
look_of(const struct event *event)
{
	if (event->type == EVENT_ERROR ||
	    (event->type == EVENT_EXPECT && !event->expect.pass) ||
	    (event->type == EVENT_CALL && event->call.result < 0))
		return LOOK_BAD;
	if (event->type == EVENT_LESSON && event->lesson.what == LESSON_FAILED)
		return LOOK_BAD | LOOK_STRONG;
	if (event->type == EVENT_COMMAND || event->type == EVENT_SAY ||
	    event->type == EVENT_ASK || event->type == EVENT_LESSON)
		return LOOK_STRONG;
	if (event->type == EVENT_SIGNAL || event->type == EVENT_HOST)
		return LOOK_PASSING;
	return LOOK_PLAIN;
}

static void
write_line(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line)
{
	const struct event *event = log_event(scene->log, state->index[number]);
	char *text = event != NULL ?
	    render_timeline(event, columns < WIDE_COLUMNS) : NULL;
	if (text != NULL)
		line_format(line, look_of(event), "%s", text);
	free(text);
}

/* The place where the lesson is stuck: what failed, and what came before it. */
static size_t
wanted(const struct pane_state *state, const struct scene *scene, size_t *lines)
{
	if (!scene->moment->lesson.stuck)
		return 0;
	for (size_t i = state->count; i > 0; i--) {
		const struct event *event = log_event(scene->log, state->index[i - 1]);
		if (event != NULL && event->type == EVENT_LESSON) {
			*lines = 1;
			return i - 1;
		}
	}
	return 0;
}

const struct pane pane_timeline = {
	.name = "timeline", .title = "Timeline", .place = PLACE_TIMELINE,
	.follows = true, .prepare = prepare, .line = write_line, .wanted = wanted,
};
