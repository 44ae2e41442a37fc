/* pane_lines.c: Sent and Echoed: the lines that went out and that came back. */
#include "pane_table.h"

#include "escape.h"

static void
prepare_sent(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	(void)inside;
	pane_index_events(state, scene, LOG_TYPE(EVENT_SENT), NULL);
}

static void
prepare_echoed(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	(void)inside;
	pane_index_events(state, scene, LOG_TYPE(EVENT_ECHO), NULL);
}

/* One line, without the newline that ends it, of which it is said when there was none; behind its connection's number
 * when there is more than one; before their bytes, when it is numbers. */
static void
write_line(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line)
{
	(void)columns;
	const struct event *event = pane_event(state, scene, number);
	if (event == NULL || event->text == NULL)
		return;
	char text[LINE_TEXT - 16];
	const char *hex = event->detail != NULL ? event->detail :
	    event_is_unended(event) ? "(no end of line)" : "";
	const char *gap = *hex != '\0' ? "  " : "";
	size_t length = event->length;
	if (length > 0 && event->text[length - 1] == '\n')
		length--;
	escape_into(text, sizeof text, event->text, length);
	if (scene->moment->connection_count > 1 && event->line.conn != 0)
		line_format(line, STYLE_PLAIN, "%u %s%s%.200s", event->line.conn,
		    text, gap, hex);
	else
		line_format(line, STYLE_PLAIN, "%s%s%.200s", text, gap, hex);
}

const struct pane pane_sent = {
	.name = "sent", .title = "Sent", .place = PLACE_SENT, .follows = true,
	.selects = true, .prepare = prepare_sent, .line = write_line,
	.identity = pane_event_identity, .subject = pane_event_subject,
};

const struct pane pane_echoed = {
	.name = "echoed", .title = "Echoed", .place = PLACE_ECHOED,
	.follows = true, .selects = true, .prepare = prepare_echoed, .line = write_line,
	.identity = pane_event_identity, .subject = pane_event_subject,
};
