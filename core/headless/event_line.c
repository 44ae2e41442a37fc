#include "event_line.h"

#include "ascii.h"
#include "picture.h"
#include "render_json.h"
#include "render_text.h"

#include <stdlib.h>
#include <string.h>

enum line_form
line_form(bool json)
{
	return json ? LINE_FORM_JSON : locale_is_utf8() ? LINE_FORM_TEXT : LINE_FORM_ASCII;
}

/* The object with a line's end. */
static char *
json_line(const struct event *event, const struct moment *now)
{
	char *json = render_json(event, now);
	size_t length = json != NULL ? strlen(json) : 0;
	char *line = json != NULL ? realloc(json, length + 2) : NULL;
	if (line == NULL)
		free(json);
	else
		memcpy(line + length, "\n", 2);
	return line;
}

char *
event_line(const struct event *event, const struct log *log, const struct moment *now,
    enum line_form form)
{
	if (form == LINE_FORM_JSON)
		return json_line(event, now);
	char *text = picture_of(event, log, now);
	if (text == NULL)
		text = render_text(event, now);
	if (text == NULL || form == LINE_FORM_TEXT)
		return text;
	char *ascii = ascii_text(text);
	free(text);
	return ascii;
}
