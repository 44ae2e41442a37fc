/* The timeline: which events it tells, each once. */
#include "render_timeline.h"

#include "text_lines.h"
#include "text_writer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Is it a command whose outcome is a line that holds all of it? */
static bool
is_told_by_outcome(const struct event *event)
{
	static const char *const words[] = {"say ", "ask ", "expect "};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (event->text != NULL &&
		    strncmp(event->text, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* Does another line of the timeline say the same: the server's own fork and
 * waitpid, the calls that every connection makes alike? */
static bool
is_said_otherwise(const struct event *event)
{
	const struct event_call *call = &event->call;
	if (event->type == EVENT_COMMAND)
		return is_told_by_outcome(event);
	if (event->type == EVENT_PROCESS)
		return (event->process.what == PROCESS_FORKED &&
		    event->process.row.peer.family != 0) ||
		    (event->process.what == PROCESS_REAPED &&
		    event->process.end.by == event->process.row.ppid &&
		    event->process.row.role == ROLE_CHILD);
	if (event->type == EVENT_CONNECTION)
		return event->connection.what == CONNECTION_CURRENT;
	if (event->type != EVENT_CALL || call->result < 0)
		return false;
	return call->call == CALL_SOCKET || call->call == CALL_GETPEERNAME ||
	    (call->call == CALL_CLOSE && call->role == ROLE_SERVER);
}

/* What print writes of the event: malloc'ed; NULL with errno 0 when that is nothing. */
static char *
line_of(const struct event *event, void (*print)(FILE *out, const struct event *event))
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	if (out == NULL)
		return NULL;
	print(out, event);
	return text_finish(out, &text);
}

char *
render_timeline(const struct event *event, bool brief)
{
	if (!is_said_otherwise(event))
		return line_of(event, brief ? text_print_brief : text_print_line);
	errno = 0;
	return NULL;
}

bool
render_timeline_tells(const struct event *event)
{
	return text_has_line(event) && !is_said_otherwise(event);
}

char *
render_step(const struct event *event)
{
	return line_of(event, text_print_step);
}
