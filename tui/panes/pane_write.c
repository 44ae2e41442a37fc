/* pane_write.c: what several panes write alike. */
#include "pane.h"

#include "endpoint.h"
#include "escape.h"
#include "loop.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
line_format(struct line *line, unsigned style, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(line->text, sizeof line->text, format, arguments);
	va_end(arguments);
	if (length >= (int)sizeof line->text)
		line->text[utf8_fit(line->text, sizeof line->text - 8)] = '\0';
	line->style = style;
	line->mark_count = 0;
}

void
pane_write_text(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line)
{
	(void)scene;
	(void)columns;
	const struct text_line *from = &state->text.lines[number];
	line_format(line, from->style, "%s", from->text);
}

/* One row of a picture. */
void
pane_write_canvas(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line)
{
	(void)scene;
	(void)columns;
	canvas_write_line(&state->canvas, (int)number, line);
}

int64_t
pane_earlier(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

int64_t
pane_second(int64_t now)
{
	return now - now % SECONDS(1);
}

int64_t
pane_second_ends(int64_t now)
{
	return pane_second(now) + SECONDS(1);
}

/* What is left, in seconds: counted from the middle of this one, so that what
 * another program shows at the same time is never further off than a second. */
void
pane_write_left(int64_t now, int64_t then, char *text, size_t size)
{
	int64_t left = then - now;
	int64_t middle = then - pane_second(now) - SECONDS(1) / 2;
	if (left >= SECONDS(1))
		snprintf(text, size, "%d", middle > SECONDS(1) ?
		    (int)(middle / SECONDS(1)) : 1);
	else
		snprintf(text, size, "0.%d",
		    left > 0 ? (int)(left / MILLISECONDS(100)) : 0);
}

void
pane_write_address(char *text, size_t size, const struct report_endpoint *endpoint,
    int width)
{
	char whole[ENDPOINT_TEXT];
	endpoint_text(endpoint, whole);
	size_t length = strlen(whole), room = (size_t)width;
	if (length > room && endpoint->family == 6) { /* ::ffff: that Proto tells of */
		struct report_endpoint plain = endpoint_unmapped(*endpoint);
		length = strlen(endpoint_text(&plain, whole));
	}
	if (length <= room)
		snprintf(text, size, "%-*s", width, whole);
	else
		snprintf(text, size, "~%s", whole + length - room + 1);
}

bool
pane_connection_subject(const struct pane_state *state, const struct scene *scene,
    size_t number, struct explain_subject *subject)
{
	(void)state;
	(void)number;
	*subject = (struct explain_subject){.kind = EXPLAIN_END, .end = END_CLIENT};
	return scene->moment->current != 0;
}
