/* fuzz_event.h: what holds of every event, wherever it came from. */
#ifndef FUZZ_EVENT_H
#define FUZZ_EVENT_H

#include "fuzz.h"

#include "event.h"
#include "moment.h"
#include "parse_json.h"
#include "render_json.h"
#include "render_text.h"
#include "render_timeline.h"

#include <errno.h>
#include <jansson.h>

/* What is written for people, and what for programs. */
static inline void
fuzz_check_rendered(const struct event *event, const struct moment *now)
{
	char *text = render_text(event, now);
	if (text != NULL) {
		size_t length = strlen(text);
		FUZZ_CHECK(length > 0 && text[length - 1] == '\n');
		fuzz_check_visible(text);
	}
	free(text);
	for (int brief = 0; brief <= 1; brief++) {
		char *line = render_timeline(event, brief != 0);
		if (line != NULL)
			fuzz_check_line(line);
		free(line);
	}
}

/* Is this type written from the moment or from the wall clock, not from the event? */
static inline bool
fuzz_is_snapshot(enum event_type type)
{
	return type == EVENT_START || type == EVENT_SOCKETS || type == EVENT_PROCESSES ||
	    type == EVENT_CONNECTIONS || type == EVENT_ERRNO;
}

/* What is written is one line of JSON, is taken again, and is written the same. */
static inline void
fuzz_check_json(const struct event *event, const struct moment *now)
{
	struct event again;
	char *line = render_json(event, now);
	FUZZ_CHECK(line != NULL);
	for (const char *at = line; *at != '\0'; at++)
		FUZZ_CHECK((unsigned char)*at >= 0x20);
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	FUZZ_CHECK(json_is_object(object));
	json_decref(object);
	if (render_json_parse(line, &again) < 0) {
		fprintf(stderr, "not taken again: %s\n", line);
		FUZZ_CHECK(!"what we write is what we read");
	}
	FUZZ_CHECK(again.type == event->type);
	char *line_again = render_json(&again, now);
	FUZZ_CHECK(line_again != NULL);
	if (!fuzz_is_snapshot(event->type) && strcmp(line, line_again) != 0) {
		fprintf(stderr, "before: %s\nafter:  %s\n", line, line_again);
		FUZZ_CHECK(!"what we read is what we wrote");
	}
	event_release(&again);
	free(line_again);
	free(line);
}

/* A reader of the log: each event is written in every way. */
static inline void
fuzz_check_event(void *context, const struct event *event, const struct moment *now)
{
	(void)context;
	fuzz_check_json(event, now);
	fuzz_check_rendered(event, now);
}

#endif
