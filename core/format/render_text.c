/* Events as headless text: the lines of the timeline, what is told to a reader (expect,
 * error, note, say, ask, why, the summary) without a time, and snapshots as tables. */
#include "render_text.h"

#include "book.h"
#include "moment.h"
#include "text_lines.h"
#include "text_tables.h"
#include "text_writer.h"

#include <stdio.h>
#include <string.h>

/* Snapshots, as tables. */
static void (*const tables[EVENT_TYPES])(FILE *out, const struct event *event,
    const struct moment *now) = {
	[EVENT_SOCKETS] = text_print_sockets,
	[EVENT_PROCESSES] = text_print_processes,
	[EVENT_CONNECTIONS] = text_print_connections,
	[EVENT_SETTINGS] = text_print_settings,
	[EVENT_DISPOSITIONS] = text_print_dispositions,
	[EVENT_ALL] = text_print_all,
	[EVENT_ERRNO] = text_print_errno,
};

/* A question to the room: its answers, and the right one. */
static void
print_ask(FILE *out, const struct event *event)
{
	const char *answer = event->detail != NULL ? event->detail : "";
	fputs("ask: ", out);
	text_print_own(out, event);
	for (unsigned number = 1; *answer != '\0'; number++) {
		size_t length = strcspn(answer, "\n");
		fprintf(out, "\n  %c%u ", number == event->ask.answer ? '=' : ' ',
		    number);
		text_print_bytes(out, answer, length);
		answer += length + (answer[length] == '\n');
	}
}

/* Why: what it is about, and below it a line for each paragraph. */
static void
print_why(FILE *out, const struct event *event)
{
	const char *paragraph = event->detail != NULL ? event->detail : "";
	fputs("why: ", out);
	text_print_own(out, event);
	while (*paragraph != '\0') {
		size_t length = strcspn(paragraph, "\n");
		fputs("\n  ", out);
		text_print_bytes(out, paragraph, length);
		paragraph += length + (paragraph[length] == '\n');
	}
	const char *title = book_title(event->why.section);
	fputs("\n  UNP ", out);
	text_print_visible(out, event->why.section);
	fprintf(out, "%s%s", title != NULL ? ", " : "", title != NULL ? title : "");
}

/* "error: text" and its kind: lines without a time.  False for other events. */
static bool
print_verdict(FILE *out, const struct event *event)
{
	switch ((int)event->type) {
	case EVENT_EXPECT:
		fputs("expect ", out);
		text_print_expect(out, event);
		return true;
	case EVENT_SAY:
	case EVENT_ERROR:
	case EVENT_NOTE:
		fprintf(out, "%s: ", event_type_name(event->type));
		text_print_own(out, event);
		return true;
	case EVENT_ASK:
		print_ask(out, event);
		return true;
	case EVENT_LESSON:
		text_print_lesson(out, event);
		return true;
	case EVENT_WHY:
		print_why(out, event);
		return true;
	case EVENT_SUMMARY:
		text_print_summary(out, event);
		return true;
	default:
		return false;
	}
}

/* The last errno's reason, below the call that failed. */
static void
print_reason(FILE *out, const struct event *event, const struct moment *now)
{
	const struct moment_errno *last = &now->last;
	if (last->any && last->time == event->time &&
	    last->call.pid == event->call.pid &&
	    last->call.call == event->call.call &&
	    last->call.error == event->call.error &&
	    last->call.result == event->call.result)
		fprintf(out, "\n        %s (%s)", last->why, last->section);
}

/* An event as headless text. */
char *
render_text(const struct event *event, const struct moment *now)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	if (out == NULL)
		return NULL;
	if ((unsigned)event->type < EVENT_TYPES && tables[event->type] != NULL) {
		tables[event->type](out, event, now);
		return text_finish(out, &text);
	}
	if (event->type != EVENT_END && !print_verdict(out, event))
		text_print_line(out, event);
	if (event->type == EVENT_CALL)
		print_reason(out, event, now);
	if (fflush(out) == 0 && length > 0)
		fputc('\n', out);
	return text_finish(out, &text);
}
