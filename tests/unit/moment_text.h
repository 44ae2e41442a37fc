/* moment_text.h: a moment written down, so that two of them can be compared. */
#ifndef MOMENT_TEXT_H
#define MOMENT_TEXT_H

#include "moment.h"
#include "render_json.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The tables of the moment, and what else it holds, as text to be freed. */
static inline char *
moment_text(const struct moment *moment)
{
	static const enum event_type tables[] = {EVENT_SOCKETS, EVENT_PROCESSES,
	    EVENT_CONNECTIONS, EVENT_SETTINGS, EVENT_ERRNO};
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	ck_assert_ptr_nonnull(file);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		struct event event = {.type = tables[i], .time = moment->time};
		char *line = render_json(&event, moment);
		ck_assert_ptr_nonnull(line);
		fprintf(file, "%s\n", line);
		free(line);
	}
	fprintf(file, "%" PRIi64 " %" PRIu64 " %s %s %u %d %" PRIi64 " %s %u %d %d "
	    "%" PRIu64 " %" PRIu64 " %zu %zu\n", moment->time, moment->events,
	    moment->world, moment->host_name, moment->current,
	    (int)moment->host_state, moment->host_since, moment->host_how,
	    moment->lost, (int)moment->server, (int)moment->client, moment->sent,
	    moment->echoed, moment->socket_count, moment->process_count);
	const struct moment_lesson *lesson = &moment->lesson;
	fprintf(file, "%d %s %s %s %s %s %u %u %s %s %d %u\n", (int)lesson->what,
	    lesson->name, lesson->title, lesson->say, lesson->question,
	    lesson->answers, lesson->answer, lesson->chosen, lesson->failed,
	    lesson->got, lesson->stuck, lesson->line);
	ck_assert_int_eq(fclose(file), 0);
	return text;
}

/* They are the same. */
static inline void
check_moments_alike(const struct moment *a, const struct moment *b)
{
	char *left = moment_text(a), *right = moment_text(b);
	ck_assert_str_eq(left, right);
	free(left);
	free(right);
}

#endif
