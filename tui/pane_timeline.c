/* pane_timeline.c: the log, one event a line. */
#include "pane.h"

#include "render_text.h"

#include <stdlib.h>

enum { WIDE_COLUMNS = 58 };

/* Has the timeline a line for it? */
static bool
is_told(const struct event *event)
{
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
	pane_index_events(state, scene, is_told);
}

/* How an event looks: what went wrong is marked; its words say it too. */
static unsigned
look_of(const struct event *event)
{
	if (event->type == EVENT_ERROR ||
	    (event->type == EVENT_EXPECT && !event->expect.pass) ||
	    (event->type == EVENT_CALL && event->call.result < 0))
		return LOOK_BAD;
	if (event->type == EVENT_COMMAND || event->type == EVENT_SAY)
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

const struct pane pane_timeline = {
	.name = "timeline", .title = "Timeline", .place = PLACE_TIMELINE,
	.follows = true, .prepare = prepare, .line = write_line,
};
