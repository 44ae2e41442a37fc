/* explain_words.c: what all parts of the catalogue write with. */
#include "explain_internal.h"

#include "end_words.h"
#include "escape.h"
#include "render_timeline.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* How many events tell what led here, and how far they are looked for. */
enum { TOLD_MOST = 6, LOOKED_AT_MOST = 8000 };

void
explain_name(struct explain_writer *writer, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(writer->out->subject, sizeof writer->out->subject, format, arguments);
	va_end(arguments);
}

void
explain_say(struct explain_writer *writer, enum explain_part part,
    const char *format, ...)
{
	va_list arguments;
	char *sentence;
	va_start(arguments, format);
	if (vasprintf(&sentence, format, arguments) < 0)
		sentence = NULL; /* the stream, which needs memory, too, will say so */
	va_end(arguments);
	if (sentence != NULL && *sentence != '\0') {
		fprintf(writer->parts[part], "%s%s", writer->begun[part] ? " " : "",
		    sentence);
		writer->begun[part] = true;
	}
	free(sentence);
}

void
explain_write(struct explain_writer *writer, const struct explain_text *text)
{
	const char *const parts[EXPLAIN_PARTS] = {
		[EXPLAIN_IS] = text->is, [EXPLAIN_LED] = text->led,
		[EXPLAIN_ENDS] = text->ends, [EXPLAIN_DIFFERS] = text->differs,
	};
	for (int part = 0; part < EXPLAIN_PARTS; part++)
		explain_say(writer, (enum explain_part)part, "%s", parts[part]);
	writer->out->section = text->section;
}

/* Writes the timeline's line of an event, on a line of its own. */
static void
tell_event(struct explain_writer *writer, uint64_t number)
{
	const struct event *event = log_event(writer->view->log, number);
	char *line = event != NULL ? render_timeline(event, true) : NULL;
	if (line != NULL)
		fprintf(writer->parts[EXPLAIN_LED], "\n%s", line);
	free(line);
}

uint64_t
explain_first_event(const struct explain_view *view)
{
	uint64_t first = log_first(view->log);
	return view->moment->begun > first ? view->moment->begun : first;
}

void
explain_tell(struct explain_writer *writer, uint64_t end,
    bool (*about)(const struct event *event, const void *context),
    const void *context)
{
	const struct log *log = writer->view->log;
	uint64_t told[TOLD_MOST];
	size_t count = 0, looked = 0;
	if (log == NULL)
		return;
	for (uint64_t i = end; i > explain_first_event(writer->view) && count < TOLD_MOST &&
	    looked < LOOKED_AT_MOST; i--, looked++) {
		const struct event *event = log_event(log, i - 1);
		if (event == NULL || !about(event, context))
			continue;
		char *line = render_timeline(event, true);
		if (line != NULL)
			told[count++] = i - 1;
		free(line);
	}
	while (count > 0)
		tell_event(writer, told[--count]);
}

const char *
explain_time(int64_t time, char *text)
{
	snprintf(text, EXPLAIN_WORD, "%.3f", (double)time / 1e9);
	return text;
}

const char *
explain_process_word(const struct explain_view *view, pid_t pid, char *text)
{
	const struct moment *moment = view->moment;
	char name[4 * PROCESS_TEXT] = "process";
	for (size_t i = moment->process_count; i-- > 0;) {
		const struct process_row *row = &moment->processes[i].row;
		const char *command = row->command + (*row->command == '[');
		size_t length = strcspn(command, " ]");
		if (row->pid != pid || length == 0)
			continue;
		escape_into(name, sizeof name, command, length);
		break;
	}
	snprintf(text, EXPLAIN_WORD, "%.64s %d", name, (int)pid);
	return text;
}

const char *
explain_end_words(const struct process_end *end, char *text)
{
	*text = '\0';
	return end->known ? end_words(end->status, END_IN_SENTENCE, text) : text;
}
