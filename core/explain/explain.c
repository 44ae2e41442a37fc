/* explain.c: how an explanation is put together, and for which thing. */
#include "explain_internal.h"

#include "endpoint.h"
#include "memory_stream.h"
#include "render_timeline.h"

#include <stdlib.h>
#include <string.h>

/* The parts' headings. */
const char *
explain_heading(enum explain_part part)
{
	static const char *const headings[EXPLAIN_PARTS] = {
		[EXPLAIN_IS] = "What it is", [EXPLAIN_LED] = "What led here",
		[EXPLAIN_ENDS] = "What ends it",
		[EXPLAIN_DIFFERS] = "Linux and the book",
	};
	return (unsigned)part < EXPLAIN_PARTS ? headings[part] : "?";
}

/* The first zombie. */
static const struct moment_process *
find_zombie(const struct moment *moment)
{
	const struct moment_process *process = moment_next_process(moment, NULL);
	while (process != NULL && process->what != PROCESS_ZOMBIE)
		process = moment_next_process(moment, process);
	return process;
}

/* The row with the same ends as this one: in the table, or gone a moment ago. */
static const struct moment_socket *
find_row(const struct moment *moment, const struct tcp_row *row)
{
	const struct moment_socket *found = moment_socket_like(moment, row);
	for (size_t i = moment->socket_count; found == NULL && i-- > 0;) {
		const struct moment_socket *gone = &moment->sockets[i];
		if (gone->row.tcp.family == row->family &&
		    endpoint_equal(&gone->row.tcp.local, &row->local) &&
		    endpoint_equal(&gone->row.tcp.remote, &row->remote))
			found = gone;
	}
	return found;
}

/* The same row of the table of all sockets; NULL: it is not in it. */
static const struct socket_row *
find_in_all(const struct moment *moment, const struct tcp_row *row)
{
	for (size_t i = 0; i < moment->all_count; i++) {
		const struct tcp_row *each = &moment->all[i].tcp;
		if (each->family == row->family && endpoint_equal(&each->local, &row->local) &&
		    endpoint_equal(&each->remote, &row->remote))
			return &moment->all[i];
	}
	return NULL;
}

/* A row that was shown, as it is in this moment. */
static void
write_socket(struct explain_writer *writer, const struct socket_row *row)
{
	const struct moment_socket *socket = find_row(writer->view->moment, &row->tcp);
	const struct socket_row *stranger = find_in_all(writer->view->moment, &row->tcp);
	if (socket != NULL)
		explain_socket(writer, &socket->row, socket->gone_at);
	else if (stranger != NULL)
		explain_socket(writer, stranger, 0);
	else
		explain_socket(writer, row, writer->view->moment->time);
}

/* An end of a connection, or the listener. */
static bool
write_end(struct explain_writer *writer, const struct explain_subject *subject,
    char *error)
{
	const struct moment *moment = writer->view->moment;
	unsigned conn = subject->conn != 0 ? subject->conn : moment->current;
	const struct moment_connection *connection = moment_connection(moment, conn);
	const struct moment_socket *listener = moment_listener(moment);
	if (subject->end == END_NONE && listener != NULL)
		explain_socket(writer, &listener->row, 0);
	else if (subject->end == END_NONE)
		explain_state(writer, STATE_LISTEN, END_NONE);
	else if (connection != NULL)
		explain_connection_end(writer, connection, subject->end);
	else if (conn == 0)
		snprintf(error, EXPLAIN_ERROR, "there is no connection yet: connect opens one");
	else
		snprintf(error, EXPLAIN_ERROR, "there is no connection %u: show connections "
		    "tells which there are", conn);
	return *error == '\0';
}

/* The last errno; when nothing has failed, that is told. */
static bool
write_last(struct explain_writer *writer, char *error)
{
	const struct moment_errno *last = &writer->view->moment->last;
	if (!last->any)
		snprintf(error, EXPLAIN_ERROR, "no call has failed or met the end of file yet: "
		    "show why takes also the NAME of an errno, state or signal, client, server, "
		    "zombie");
	else if (last->signal != 0)
		explain_signal(writer, last->signal);
	else
		explain_errno(writer, last->call.error, last);
	return last->any;
}

/* An errno by its name: as the last one, when it was this. */
static void
write_errno(struct explain_writer *writer, int number)
{
	const struct moment_errno *last = &writer->view->moment->last;
	bool same = last->any && last->signal == 0 && last->call.error == number;
	explain_errno(writer, number, same ? last : NULL);
}

/* Is it the command that asks? */
static bool
asks_why(const struct event *event)
{
	return event->type == EVENT_COMMAND && event->text != NULL &&
	    strncmp(event->text, "show why", 8) == 0;
}

/* The last event of a type. */
static bool
write_type(struct explain_writer *writer, enum event_type type, char *error)
{
	const struct explain_view *view = writer->view;
	for (uint64_t i = view->end; view->log != NULL && i > explain_first_event(view); i--) {
		const struct event *event = log_event(view->log, i - 1);
		if (event != NULL && event->type == type && !asks_why(event)) {
			explain_event(writer, i - 1);
			return true;
		}
	}
	snprintf(error, EXPLAIN_ERROR, "no %s event has happened yet", event_type_name(type));
	return false;
}

/* Writes the explanation; false: there is no such thing. */
static bool
write_subject(struct explain_writer *writer, const struct explain_subject *subject,
    char *error)
{
	const struct moment *moment = writer->view->moment;
	const struct moment_process *process;
	switch (subject->kind) {
	case EXPLAIN_LAST:
		return write_last(writer, error);
	case EXPLAIN_ERRNO:
		write_errno(writer, subject->number);
		break;
	case EXPLAIN_STATE:
		explain_state(writer, (enum tcp_state)subject->number, END_NONE);
		break;
	case EXPLAIN_SIGNAL:
		explain_signal(writer, subject->number);
		break;
	case EXPLAIN_END:
		return write_end(writer, subject, error);
	case EXPLAIN_SOCKET:
		write_socket(writer, &subject->row);
		break;
	case EXPLAIN_PROCESS:
		process = moment_latest_process(moment, (pid_t)subject->number);
		if (process != NULL)
			explain_process(writer, process);
		else
			snprintf(error, EXPLAIN_ERROR, "there is no process %d: show processes "
			    "tells which there are", subject->number);
		break;
	case EXPLAIN_ZOMBIE:
		explain_zombie(writer, find_zombie(moment));
		break;
	case EXPLAIN_TYPE:
		return write_type(writer, (enum event_type)subject->number, error);
	case EXPLAIN_EVENT:
		explain_event(writer, subject->event);
		break;
	}
	return *error == '\0';
}

/* Opens the parts; false: no memory. */
static bool
open_parts(struct explain_writer *writer, size_t *sizes)
{
	bool good = true;
	for (int part = 0; part < EXPLAIN_PARTS; part++) {
		writer->parts[part] = open_memstream(&writer->out->parts[part], &sizes[part]);
		good &= writer->parts[part] != NULL;
	}
	return good;
}

/* Closes them; false: no memory. */
static bool
close_parts(struct explain_writer *writer)
{
	bool good = true;
	for (int part = 0; part < EXPLAIN_PARTS; part++)
		if (writer->parts[part] != NULL)
			good &= memory_stream_close(writer->parts[part],
			    &writer->out->parts[part]);
	return good;
}

bool
explain(const struct explain_subject *subject, const struct explain_view *view,
    struct explanation *out, char *error)
{
	struct explain_writer writer = {.view = view, .out = out};
	size_t sizes[EXPLAIN_PARTS];
	memset(out, 0, sizeof *out);
	*error = '\0';
	bool good = open_parts(&writer, sizes);
	bool there = good && write_subject(&writer, subject, error);
	good &= close_parts(&writer);
	if (!good)
		snprintf(error, EXPLAIN_ERROR, "out of memory: nothing is explained");
	if (!good || !there)
		explain_release(out);
	return good && there;
}

bool
explain_to_event(const struct explanation *explanation, struct event *event)
{
	size_t size;
	*event = (struct event){.type = EVENT_WHY};
	FILE *out = open_memstream(&event->detail, &size);
	if (out == NULL)
		return false;
	for (int part = 0; part < EXPLAIN_PARTS; part++)
		if (*explanation->parts[part] != '\0')
			fprintf(out, "%s%s: %s", part > 0 ? "\n" : "",
			    explain_heading((enum explain_part)part), explanation->parts[part]);
	snprintf(event->why.section, sizeof event->why.section, "%s",
	    explanation->section);
	bool good = memory_stream_close(out, &event->detail) &&
	    event_set_text(event, explanation->subject,
	    strlen(explanation->subject)) == 0;
	if (!good)
		event_release(event);
	return good;
}

void
explain_release(struct explanation *explanation)
{
	for (int part = 0; part < EXPLAIN_PARTS; part++) {
		free(explanation->parts[part]);
		explanation->parts[part] = NULL;
	}
}
