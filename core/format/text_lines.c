/* The line of an event, in two widths.
 *
 * A line is the time, a word that says who or what, seven columns wide, and what
 * happened.  What a read of the client brought and what its write took stand in `echo`
 * and `sent`; the calls themselves are passed over. */
#include "text_lines.h"

#include "end_words.h"
#include "endpoint.h"
#include "signal_name.h"
#include "text_writer.h"

#include <inttypes.h>
#include <string.h>

enum { WORD_TEXT = 24 };

/* "3.204 signal  ": when, and who or what. */
static void
print_head(FILE *out, const struct event *event, const char *word)
{
	int64_t ms = event->time >= 0 ? (event->time + 500000) / 1000000 :
	    (event->time - 500000) / 1000000;
	fprintf(out, "%s%" PRId64 ".%03" PRId64 " %-7s ", ms < 0 ? "-" : "",
	    ms < 0 ? -ms / 1000 : ms / 1000, ms < 0 ? -ms % 1000 : ms % 1000, word);
}

/* The same with a connection for the word. */
static void
print_head_conn(FILE *out, const struct event *event, unsigned conn)
{
	char word[WORD_TEXT];
	snprintf(word, sizeof word, "conn %u", conn);
	print_head(out, event, word);
}

/* ", signal 9", ", exit 0": how a process ended. */
static void
print_end(FILE *out, int status)
{
	char words[END_WORDS];
	if (*end_words(status, END_IN_LINE, words) != '\0')
		fprintf(out, ", %s", words);
}

/* A call, and what it returned. */
static void
print_call(FILE *out, const struct event *event)
{
	const struct event_call *call = &event->call;
	print_head(out, event, event_role_name(call->role));
	text_print_call_name(out, call);
	if (call->result < 0) {
		fprintf(out, ": %s", errno_name(call->error));
		return;
	}
	fprintf(out, " = %" PRId64, call->result);
	if (call->call == CALL_READ && call->result == 0)
		fputs(", end of file", out);
	if ((call->call == CALL_WAIT || call->call == CALL_WAITPID) &&
	    call->result > 0)
		print_end(out, call->status);
}

/* Is the call told by a `sent` or `echo` as well? */
static bool
call_is_told_otherwise(const struct event_call *call)
{
	return call->role == ROLE_CLIENT && call->result > 0 &&
	    (call->call == CALL_READ || call->call == CALL_WRITE);
}

/* The start of a session. */
static void
print_start(FILE *out, const struct event *event)
{
	char text[ENDPOINT_TEXT];
	print_head(out, event, "start");
	fputs(endpoint_text(&event->start.host, text), out);
	if (event->detail != NULL) {
		fputs(", world ", out);
		text_print_visible(out, event->detail);
	}
	if (event->start.server == SERVER_COMMAND) {
		fputs(", server: ", out);
		text_print_visible(out, event->start.command);
	}
}

/* What a server wrote; "stderr" for what it wrote there. */
static void
print_output(FILE *out, const struct event *event)
{
	print_head(out, event, event->output.stream == 2 ? "stderr" : "output");
	text_print_own(out, event);
}

/* A connection has its two ends, was closed, is the current one. */
static void
print_connection(FILE *out, const struct event *event)
{
	char local[ENDPOINT_TEXT], remote[ENDPOINT_TEXT];
	print_head_conn(out, event, event->connection.conn);
	if (event->connection.what == CONNECTION_OPENED)
		fprintf(out, "%s → %s",
		    endpoint_text(&event->connection.local, local),
		    endpoint_text(&event->connection.remote, remote));
	else
		fputs(event->connection.what != CONNECTION_CLOSED ?
		    "is the current one" : event->detail != NULL ?
		    "closed: the client died" : "closed by the client", out);
}

/* An end of a connection went into another state. */
static void
print_state(FILE *out, const struct event *event)
{
	print_head_conn(out, event, event->state.conn);
	fprintf(out, "%s %s → %s%s", event_end_name(event->state.end),
	    tcp_state_name(event->state.from), tcp_state_name(event->state.to),
	    event->state.inferred ? " (inferred)" : "");
}

/* A process came, or ended. */
static void
print_process(FILE *out, const struct event *event)
{
	const struct process_row *row = &event->process.row;
	const struct process_end *end = &event->process.end;
	print_head(out, event, event_role_name(row->role));
	fprintf(out, "%d %s", (int)row->pid,
	    event_process_what_name(event->process.what));
	if (event->process.what == PROCESS_FORKED && row->conn != 0)
		fprintf(out, ", serves conn %u", row->conn);
	if (end->known)
		print_end(out, end->status);
}

/* A signal was sent, or its handler ran. */
static void
print_signal(FILE *out, const struct event *event)
{
	print_head(out, event, "signal");
	fprintf(out, "%s → %d", signal_name(event->signal.number),
	    (int)event->signal.to);
	if (event->signal.caught)
		fputs(", caught", out);
	else if (event->signal.by == BY_HOST)
		fputs(", by the host", out);
	else if (event->signal.by == BY_KERNEL)
		fputs(", by the kernel", out);
	else if (event->signal.by == BY_CONSOLE)
		fputs(", by the console", out);
}

/* The server's host: "shutting down (...)". */
static void
print_host(FILE *out, const struct event *event)
{
	print_head(out, event, "host");
	fputs(event->host.what == HOST_SHUTTING_DOWN ? "shutting down" :
	    event_host_what_name(event->host.what), out);
	if (event->detail != NULL && *event->detail != '\0') {
		fputs(" (", out);
		text_print_visible(out, event->detail);
		fputc(')', out);
	}
}

/* What one expected: it was so, or what came instead. */
void
text_print_expect(FILE *out, const struct event *event)
{
	fputs(event->expect.pass ? "ok " : "FAILED ", out);
	text_print_own(out, event);
	if (!event->expect.pass) {
		fputs(": got ", out);
		text_print_visible(out, event->detail);
	}
}

/* "sent    conn 1  hello"; of numbers the bytes as well. */
static void
print_line(FILE *out, const struct event *event)
{
	print_head(out, event, event_type_name(event->type));
	fprintf(out, "conn %u  ", event->line.conn);
	text_print_own(out, event);
	if (event_is_unended(event))
		fputs("  (no end of line)", out);
	if (event->detail != NULL) {
		fputs("  = ", out);
		text_print_visible(out, event->detail);
	}
}

static void
print_lost(FILE *out, const struct event *event)
{
	print_head(out, event, "lost");
	fprintf(out, "%u report%s", event->lost.count,
	    event->lost.count == 1 ? "" : "s");
	if (event->lost.pid != 0)
		fprintf(out, " of %d", (int)event->lost.pid);
}

/* How the expectations went. */
void
text_print_summary(FILE *out, const struct event *event)
{
	fprintf(out, "%u passed, %u failed, %u skipped", event->summary.passed,
	    event->summary.failed, event->summary.skipped);
}

/* "say     text". */
static void
print_worded(FILE *out, const struct event *event, const char *word)
{
	print_head(out, event, word);
	text_print_own(out, event);
}

static void
print_command(FILE *out, const struct event *event)
{
	print_worded(out, event, event_source_name(event->command.source));
}

/* output, say, ask, why, error, note. */
static void
print_words(FILE *out, const struct event *event)
{
	print_worded(out, event, event_type_name(event->type));
}

/* The question; then "ask     the room: 2, it was: 1", so that it stands there once. */
static void
print_ask_line(FILE *out, const struct event *event)
{
	if (event->ask.chosen == 0) {
		print_words(out, event);
		return;
	}
	print_head(out, event, "ask");
	fprintf(out, "the room: %u, it was: %u", event->ask.chosen, event->ask.answer);
}

static void
print_expect_line(FILE *out, const struct event *event)
{
	print_head(out, event, "expect");
	text_print_expect(out, event);
}

/* "zombies passed", "zombies FAILED at line 12: expect zombies 5" */
void
text_print_lesson(FILE *out, const struct event *event)
{
	const char *detail = event->detail != NULL ? event->detail : "";
	fputs("lesson ", out);
	text_print_own(out, event);
	if (event->lesson.what == LESSON_BEGUN)
		fputs(": ", out);
	else if (event->lesson.what == LESSON_FAILED)
		fprintf(out, " FAILED at line %u: ", event->lesson.line);
	else
		fprintf(out, " %s%s", event_lesson_what_name(event->lesson.what),
		    event->lesson.what == LESSON_SKIPPED ? ": " : "");
	if (event->lesson.what != LESSON_PASSED)
		text_print_bytes(out, detail, strlen(detail));
}

static void
print_lesson_line(FILE *out, const struct event *event)
{
	print_head(out, event, "");
	text_print_lesson(out, event);
}

static void
print_summary_line(FILE *out, const struct event *event)
{
	print_head(out, event, "summary");
	text_print_summary(out, event);
}

static void
print_status(FILE *out, const struct event *event)
{
	print_head(out, event, "end");
	fprintf(out, "status %d", event->end.status);
}

/* The lines; NULL for what the timeline passes over. */
static void (*const lines[EVENT_TYPES])(FILE *out, const struct event *event) = {
	[EVENT_START] = print_start,
	[EVENT_COMMAND] = print_command,
	[EVENT_CALL] = print_call,
	[EVENT_CONNECTION] = print_connection,
	[EVENT_SENT] = print_line,
	[EVENT_ECHO] = print_line,
	[EVENT_STATE] = print_state,
	[EVENT_PROCESS] = print_process,
	[EVENT_SIGNAL] = print_signal,
	[EVENT_HOST] = print_host,
	[EVENT_OUTPUT] = print_output,
	[EVENT_LOST] = print_lost,
	[EVENT_EXPECT] = print_expect_line,
	[EVENT_SAY] = print_words,
	[EVENT_ASK] = print_ask_line,
	[EVENT_LESSON] = print_lesson_line,
	[EVENT_WHY] = print_words,
	[EVENT_ERROR] = print_words,
	[EVENT_NOTE] = print_words,
	[EVENT_SUMMARY] = print_summary_line,
	[EVENT_END] = print_status,
};

bool
text_has_line(const struct event *event)
{
	if ((unsigned)event->type >= EVENT_TYPES || lines[event->type] == NULL)
		return false;
	if (event->type == EVENT_CALL && call_is_told_otherwise(&event->call))
		return false;
	return event->type != EVENT_PROCESS ||
	    event->process.what != PROCESS_CHANGED;
}

/* The line of an event, or nothing. */
void
text_print_line(FILE *out, const struct event *event)
{
	if (text_has_line(event))
		lines[event->type](out, event);
}

/* A transition in few columns: which end, and where to; what was inferred in
 * parentheses. */
static void
print_state_brief(FILE *out, const struct event *event)
{
	print_head_conn(out, event, event->state.conn);
	fprintf(out, event->state.inferred ? "(%s → %s)" : "%s → %s",
	    event_end_name(event->state.end), tcp_state_name(event->state.to));
}

/* A call in few columns: the end of file by its short name. */
static void
print_call_brief(FILE *out, const struct event *event)
{
	const struct event_call *call = &event->call;
	if (call->call != CALL_READ || call->result != 0) {
		print_call(out, event);
		return;
	}
	print_head(out, event, event_role_name(call->role));
	text_print_call_name(out, call);
	fputs(" = 0, EOF", out);
}

/* A connection in few columns: its own end. */
static void
print_connection_brief(FILE *out, const struct event *event)
{
	char local[ENDPOINT_TEXT];
	if (event->connection.what != CONNECTION_OPENED) {
		print_connection(out, event);
		return;
	}
	print_head_conn(out, event, event->connection.conn);
	fprintf(out, "from %s", endpoint_text(&event->connection.local, local));
}

/* A signal in few columns. */
static void
print_signal_brief(FILE *out, const struct event *event)
{
	print_head(out, event, "signal");
	fprintf(out, "%s → %d%s", signal_name(event->signal.number),
	    (int)event->signal.to, event->signal.caught ? " caught" :
	    event->signal.by == BY_HOST ? " (host)" :
	    event->signal.by == BY_KERNEL ? " (kernel)" :
	    event->signal.by == BY_CONSOLE ? " (console)" : "");
}

/* The host in few columns: how it is done stands in the wide form. */
static void
print_host_brief(FILE *out, const struct event *event)
{
	print_head(out, event, "host");
	fputs(event->host.what == HOST_SHUTTING_DOWN ? "shutting down" :
	    event_host_what_name(event->host.what), out);
}

/* Those lines that have a brief form. */
static void (*const brief_lines[EVENT_TYPES])(FILE *out, const struct event *event) = {
	[EVENT_STATE] = print_state_brief,
	[EVENT_CALL] = print_call_brief,
	[EVENT_CONNECTION] = print_connection_brief,
	[EVENT_SIGNAL] = print_signal_brief,
	[EVENT_HOST] = print_host_brief,
};

void
text_print_brief(FILE *out, const struct event *event)
{
	if (text_has_line(event) && brief_lines[event->type] != NULL)
		brief_lines[event->type](out, event);
	else
		text_print_line(out, event);
}

/* A row of the socket table in few columns. */
static void
print_socket_brief(FILE *out, const struct event *event)
{
	const struct tcp_row *row = &event->socket.row.tcp;
	char local[ENDPOINT_TEXT];
	print_head(out, event, "socket");
	fprintf(out, "%s %s %s", event_socket_what_name(event->socket.what),
	    tcp_state_name(row->state), endpoint_text(&row->local, local));
}

/* What TCP_INFO said of an end. */
static void
print_details_brief(FILE *out, const struct event *event)
{
	print_head(out, event, "details");
	fprintf(out, "conn %u %s: RTO %" PRIu32 " ms, cwnd %" PRIu32, event->details.conn,
	    event_end_name(event->details.end), event->details.tcp.rto / 1000,
	    event->details.tcp.cwnd);
}

/* The retransmission timer. */
static void
print_timer_brief(FILE *out, const struct event *event)
{
	print_head(out, event, "timer");
	fprintf(out, "conn %u: %" PRIu32 " resent, RTO %" PRIu32 " ms", event->timer.conn,
	    event->timer.retransmits, event->timer.rto / 1000);
}

/* A row of the process table that changed. */
static void
print_process_brief(FILE *out, const struct event *event)
{
	const struct process_row *row = &event->process.row;
	print_head(out, event, "process");
	fprintf(out, "%d %s %s ", (int)row->pid,
	    event_process_what_name(event->process.what), row->stat);
	text_print_visible(out, row->wchan);
}

/* The line of any event. */
void
text_print_step(FILE *out, const struct event *event)
{
	if (event->type == EVENT_SOCKET)
		print_socket_brief(out, event);
	else if (event->type == EVENT_PROCESS)
		print_process_brief(out, event);
	else if (event->type == EVENT_DETAILS)
		print_details_brief(out, event);
	else if (event->type == EVENT_TIMER)
		print_timer_brief(out, event);
	else if ((unsigned)event->type < EVENT_TYPES &&
	    brief_lines[event->type] != NULL)
		brief_lines[event->type](out, event);
	else if ((unsigned)event->type < EVENT_TYPES && lines[event->type] != NULL)
		lines[event->type](out, event);
	else
		print_head(out, event, event_type_name(event->type));
}
