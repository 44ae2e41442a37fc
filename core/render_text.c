/* Events as text.
 *
 * A line of the timeline is the time, a word that says who or what, seven columns
 * wide, and what happened.  Headless text has the same lines, the verdicts
 * (expect, error, note, say, ask, the summary) without a time, and snapshots as
 * tables in the shape of netstat -ato and ps -o pid,ppid,tty,stat,args,wchan.
 *
 * What a read of the client brought and what its write took stand in `echo` and
 * `sent`; the calls themselves are passed over. */
#include "render_text.h"

#include "book.h"
#include "endpoint.h"
#include "escape.h"
#include "moment.h"
#include "signal_name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { SIGNALS = 64, WORD_TEXT = 24 };

/* Writes length bytes that came from anywhere. */
static void
print_bytes(FILE *out, const char *bytes, size_t length)
{
	char *text = escape_text(bytes, length);
	fputs(text != NULL ? text : "?", out);
	free(text);
}

static void
print_foreign(FILE *out, const char *text)
{
	if (text != NULL)
		print_bytes(out, text, strlen(text));
}

/* Writes foreign text, then blanks up to width columns. */
static void
print_padded(FILE *out, const char *text, size_t width)
{
	char *visible = escape_text(text, strlen(text));
	size_t columns = visible != NULL ? utf8_width(visible) : 0;
	fputs(visible != NULL ? visible : "", out);
	fprintf(out, "%*s", columns < width ? (int)(width - columns) : 0, "");
	free(visible);
}

/* The event's own text; the newline at a line's end is none of it. */
static void
print_text(FILE *out, const struct event *event)
{
	size_t length = event->text != NULL ? event->length : 0;
	if (length > 0 && event->text[length - 1] == '\n')
		length--;
	print_bytes(out, event->text != NULL ? event->text : "", length);
}

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
	if (WIFSIGNALED(status))
		fprintf(out, ", signal %d", WTERMSIG(status));
	else if (WIFEXITED(status))
		fprintf(out, ", exit %d", WEXITSTATUS(status));
}

/* "read conn 1": the call and what it was about. */
static void
print_call_name(FILE *out, const struct event_call *call)
{
	char text[ENDPOINT_TEXT];
	fputs(event_call_name(call->call), out);
	if (call->conn != 0)
		fprintf(out, " conn %u", call->conn);
	else if (call->call == CALL_BIND && call->local.family != 0)
		fprintf(out, " %s", endpoint_text(&call->local, text));
	else if ((call->call == CALL_ACCEPT || call->role == ROLE_CHILD) &&
	    call->remote.family != 0)
		fprintf(out, " %s", endpoint_text(&call->remote, text));
	if (call->call == CALL_SETSOCKOPT)
		fprintf(out, " %s %d",
		    event_option_name((enum report_option)call->about), call->value);
	else if (call->call == CALL_SIGACTION)
		fprintf(out, " %s %s", signal_name(call->about),
		    event_disposition_name((enum order_disposition)call->value));
}

/* A call, and what it returned. */
static void
print_call(FILE *out, const struct event *event)
{
	const struct event_call *call = &event->call;
	print_head(out, event, event_role_name(call->role));
	print_call_name(out, call);
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
		print_foreign(out, event->detail);
	}
	if (event->start.server == SERVER_COMMAND) {
		fputs(", server: ", out);
		print_foreign(out, event->start.command);
	}
}

/* What a server wrote; "stderr" for what it wrote there. */
static void
print_output(FILE *out, const struct event *event)
{
	print_head(out, event, event->output.stream == 2 ? "stderr" : "output");
	print_text(out, event);
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
		print_foreign(out, event->detail);
		fputc(')', out);
	}
}

/* What one passed, or did not. */
static void
print_expect(FILE *out, const struct event *event)
{
	fputs(event->expect.pass ? "ok " : "FAILED ", out);
	print_text(out, event);
	if (!event->expect.pass) {
		fputs(": got ", out);
		print_foreign(out, event->detail);
	}
}

/* "sent    conn 1  hello"; of numbers the bytes as well. */
static void
print_line(FILE *out, const struct event *event)
{
	print_head(out, event, event_type_name(event->type));
	fprintf(out, "conn %u  ", event->line.conn);
	print_text(out, event);
	if (event->detail != NULL) {
		fputs("  = ", out);
		print_foreign(out, event->detail);
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

static void
print_summary(FILE *out, const struct event *event)
{
	fprintf(out, "%u passed, %u failed, %u skipped", event->summary.passed,
	    event->summary.failed, event->summary.skipped);
}

/* "say     text". */
static void
print_worded(FILE *out, const struct event *event, const char *word)
{
	print_head(out, event, word);
	print_text(out, event);
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
	print_expect(out, event);
}

/* "zombies passed", "zombies FAILED at line 12: expect zombies 5" */
static void
print_lesson(FILE *out, const struct event *event)
{
	const char *detail = event->detail != NULL ? event->detail : "";
	fputs("lesson ", out);
	print_text(out, event);
	if (event->lesson.what == LESSON_BEGUN)
		fputs(": ", out);
	else if (event->lesson.what == LESSON_FAILED)
		fprintf(out, " FAILED at line %u: ", event->lesson.line);
	else
		fprintf(out, " %s%s", event_lesson_what_name(event->lesson.what),
		    event->lesson.what == LESSON_SKIPPED ? ": " : "");
	if (event->lesson.what != LESSON_PASSED)
		print_bytes(out, detail, strlen(detail));
}

static void
print_lesson_line(FILE *out, const struct event *event)
{
	print_head(out, event, "");
	print_lesson(out, event);
}

static void
print_summary_line(FILE *out, const struct event *event)
{
	print_head(out, event, "summary");
	print_summary(out, event);
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

/* Has the event a line? */
static bool
has_line(const struct event *event)
{
	if ((unsigned)event->type >= EVENT_TYPES || lines[event->type] == NULL)
		return false;
	if (event->type == EVENT_CALL && call_is_told_otherwise(&event->call))
		return false;
	return event->type != EVENT_PROCESS ||
	    event->process.what != PROCESS_CHANGED;
}

/* The line of an event, or nothing. */
static void
print_event(FILE *out, const struct event *event)
{
	if (has_line(event))
		lines[event->type](out, event);
}

/* The heading of a socket table, as netstat -ato shows it, and a row; whose it is. */
static void
print_sockets_heading(FILE *out)
{
	fprintf(out, "%-5s %6s %6s %-22s %-22s %-11s %-22s %s\n", "Proto",
	    "Recv-Q", "Send-Q", "Local Address", "Foreign Address", "State",
	    "Timer", "Owner");
}

static void
print_socket_row(FILE *out, const struct socket_row *row, int64_t time)
{
	char local[ENDPOINT_TEXT], remote[ENDPOINT_TEXT], timer[64], owner[16];
	const struct tcp_row *tcp = &row->tcp;
	int64_t left = row->timer_at - time;
	snprintf(timer, sizeof timer, "%s (%.2f/%u/%u)", tcp_timer_name(tcp->timer),
	    row->timer_at != 0 && left > 0 ? (double)left / 1e9 : 0.0,
	    tcp->retransmits, tcp->probes);
	snprintf(owner, sizeof owner, "%d", (int)row->owner_pid);
	fprintf(out, "%-5s %6u %6u %-22s %-22s %-11s %-22s %s\n",
	    tcp->family == 6 ? "tcp6" : "tcp", tcp->recv_q, tcp->send_q,
	    endpoint_text(&tcp->local, local), endpoint_text(&tcp->remote, remote),
	    tcp_state_name(tcp->state), timer, row->owner_pid != 0 ? owner : "-");
}

/* The rows with our port. */
static void
print_sockets(FILE *out, const struct event *event, const struct moment *now)
{
	print_sockets_heading(out);
	for (size_t i = 0; i < now->socket_count; i++)
		if (now->sockets[i].gone_at == 0)
			print_socket_row(out, &now->sockets[i].row, event->time);
}

/* Those of the whole machine; what a screen that is open follows has no words. */
static void
print_all(FILE *out, const struct event *event, const struct moment *now)
{
	if (!event->all.whole || event->all.count == 0)
		return;
	print_sockets_heading(out);
	for (size_t i = 0; i < now->all_count; i++)
		print_socket_row(out, &now->all[i], event->time);
}

/* The process table, as ps -o pid,ppid,tty,stat,args,wchan shows it. */
static void
print_processes(FILE *out, const struct event *event, const struct moment *now)
{
	(void)event;
	char peer[ENDPOINT_TEXT];
	fprintf(out, "%7s %7s %-8s %-5s %-36s %-21s %s\n", "PID", "PPID", "TT", "STAT",
	    "COMMAND", "PEER", "WCHAN");
	for (size_t i = 0; i < now->process_count; i++) {
		const struct process_row *row = &now->processes[i].row;
		if (now->processes[i].ended_at != 0)
			continue;
		fprintf(out, "%7d %7d ", (int)row->pid, (int)row->ppid);
		print_padded(out, row->tty, 9);
		print_padded(out, row->stat, 6);
		print_padded(out, row->command, 36);
		if (row->conn != 0)
			snprintf(peer, sizeof peer, "conn %u", row->conn);
		else
			endpoint_text(&row->peer, peer);
		fprintf(out, " %-21s ", peer);
		print_foreign(out, row->wchan);
		fputc('\n', out);
	}
}

/* What TCP keeps about one end, in two lines. */
static void
print_details(FILE *out, const char *name, const struct moment_end_details *end)
{
	const struct tcp_details *tcp = &end->tcp;
	if (!end->any)
		return;
	fprintf(out, "       %s: RTT %.3f ms, variation %.3f ms, RTO %.0f ms, "
	    "cwnd %u, ssthresh ", name, tcp->rtt / 1e3, tcp->rtt_variation / 1e3,
	    tcp->rto / 1e3, tcp->cwnd);
	if (tcp->ssthresh < TCP_SSTHRESH_NONE)
		fprintf(out, "%u", tcp->ssthresh);
	else
		fputs("none yet", out);
	fprintf(out, ", MSS %u,\n           %u segments unacknowledged, "
	    "%u retransmissions (%u in all), %" PRIu64 " bytes sent, %" PRIu64
	    " received\n", tcp->mss, tcp->unacked, tcp->retransmits,
	    tcp->total_retransmits, tcp->bytes_sent, tcp->bytes_received);
}

/* The client's connections. */
static void
print_connections(FILE *out, const struct event *event, const struct moment *now)
{
	char local[ENDPOINT_TEXT];
	(void)event;
	fprintf(out, "  %4s %-22s %-11s %-11s %7s %9s %9s\n", "Conn", "Local Address",
	    "Client", "Server", "Child", "Sent", "Echoed");
	for (size_t i = 0; i < now->connection_count; i++) {
		const struct moment_connection *row = &now->connections[i];
		fprintf(out, "%c %4u %-22s %-11s %-11s %7d %9zu %9zu%s\n",
		    row->conn == now->current ? '*' : ' ', row->conn,
		    endpoint_text(&row->local, local), tcp_state_name(row->client),
		    tcp_state_name(row->server), (int)row->child,
		    row->bytes_sent, row->bytes_echoed,
		    row->open ? "" : "  closed");
		if (row->conn != now->details.conn)
			continue;
		print_details(out, "client", &now->details.client);
		print_details(out, "server", &now->details.server);
	}
}

/* The server's settings, which are told at each of its starts: one line. */
static void
print_settings(FILE *out, const struct event *event, const struct moment *now)
{
	fputs("settings: ", out);
	print_foreign(out, event->text != NULL ? event->text : now->settings);
	fputc('\n', out);
}

/* One line of a process's dispositions; none for an empty set. */
static void
print_signals(FILE *out, const char *what, uint64_t set)
{
	if (set == 0)
		return;
	fprintf(out, "        %-14s", what);
	for (int i = 0; i < SIGNALS; i++)
		if ((set >> i & 1) != 0)
			fprintf(out, " %s", signal_name(i + 1));
	fputc('\n', out);
}

/* What each process does with each signal; what it does not name is default. */
static void
print_dispositions(FILE *out, const struct event *event, const struct moment *now)
{
	(void)now;
	for (size_t i = 0; i < event->dispositions.count; i++) {
		const struct disposition_row *row = &event->dispositions.rows[i];
		fprintf(out, "%7d %s\n", (int)row->pid, event_role_name(row->role));
		print_signals(out, "ignored", row->signals.ignored);
		print_signals(out, "caught", row->signals.caught);
		print_signals(out, "blocked", row->signals.blocked);
		print_signals(out, "pending", row->signals.pending);
		print_signals(out, "shared pending", row->signals.shared_pending);
	}
}

/* The last call that failed or met end of file, and why. */
static void
print_errno(FILE *out, const struct event *event, const struct moment *now)
{
	const struct moment_errno *last = &now->last;
	(void)event;
	if (!last->any) {
		fputs("no call has failed\n", out);
		return;
	}
	if (last->signal != 0)
		fprintf(out, "%s (%d): no errno, the call never returned\n",
		    signal_name(last->signal), last->signal);
	else if (last->call.error == 0)
		fputs("end of file\n", out);
	else
		fprintf(out, "%s (%d): %s\n", errno_name(last->call.error),
		    last->call.error, strerror(last->call.error));
	fprintf(out, "%s: ", event_role_name(last->call.role));
	print_call_name(out, &last->call);
	fprintf(out, "\n%s (%s)\n", last->why, last->section);
}

/* Snapshots, as tables. */
static void (*const tables[EVENT_TYPES])(FILE *out, const struct event *event,
    const struct moment *now) = {
	[EVENT_SOCKETS] = print_sockets,
	[EVENT_PROCESSES] = print_processes,
	[EVENT_CONNECTIONS] = print_connections,
	[EVENT_SETTINGS] = print_settings,
	[EVENT_DISPOSITIONS] = print_dispositions,
	[EVENT_ALL] = print_all,
	[EVENT_ERRNO] = print_errno,
};

/* A question to the room: its answers, and the right one. */
static void
print_ask(FILE *out, const struct event *event)
{
	const char *answer = event->detail != NULL ? event->detail : "";
	fputs("ask: ", out);
	print_text(out, event);
	for (unsigned number = 1; *answer != '\0'; number++) {
		size_t length = strcspn(answer, "\n");
		fprintf(out, "\n  %c%u ", number == event->ask.answer ? '=' : ' ',
		    number);
		print_bytes(out, answer, length);
		answer += length + (answer[length] == '\n');
	}
}

/* Why: what it is about, and below it a line for each paragraph. */
static void
print_why(FILE *out, const struct event *event)
{
	const char *paragraph = event->detail != NULL ? event->detail : "";
	fputs("why: ", out);
	print_text(out, event);
	while (*paragraph != '\0') {
		size_t length = strcspn(paragraph, "\n");
		fputs("\n  ", out);
		print_bytes(out, paragraph, length);
		paragraph += length + (paragraph[length] == '\n');
	}
	const char *title = book_title(event->why.section);
	fputs("\n  UNP ", out);
	print_foreign(out, event->why.section);
	fprintf(out, "%s%s", title != NULL ? ", " : "", title != NULL ? title : "");
}

/* "error: text" and its kind: lines without a time.  False for other events. */
static bool
print_verdict(FILE *out, const struct event *event)
{
	switch ((int)event->type) {
	case EVENT_EXPECT:
		fputs("expect ", out);
		print_expect(out, event);
		return true;
	case EVENT_SAY:
	case EVENT_ERROR:
	case EVENT_NOTE:
		fprintf(out, "%s: ", event_type_name(event->type));
		print_text(out, event);
		return true;
	case EVENT_ASK:
		print_ask(out, event);
		return true;
	case EVENT_LESSON:
		print_lesson(out, event);
		return true;
	case EVENT_WHY:
		print_why(out, event);
		return true;
	case EVENT_SUMMARY:
		print_summary(out, event);
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

/* Closes a stream in memory and gives its text; NULL with errno 0 when nothing
 * was written. */
static char *
finish(FILE *out, char **text)
{
	bool failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed) {
		free(*text);
		errno = ENOMEM;
		return NULL;
	}
	if (**text != '\0')
		return *text;
	free(*text);
	errno = 0;
	return NULL;
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
		return finish(out, &text);
	}
	if (event->type != EVENT_END && !print_verdict(out, event))
		print_event(out, event);
	if (event->type == EVENT_CALL)
		print_reason(out, event, now);
	if (fflush(out) == 0 && length > 0)
		fputc('\n', out);
	return finish(out, &text);
}

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
	print_call_name(out, call);
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
	    event->signal.by == BY_KERNEL ? " (kernel)" : "");
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

/* An event as a line of the timeline. */
char *
render_timeline(const struct event *event, bool brief)
{
	char *text = NULL;
	size_t length = 0;
	if (is_said_otherwise(event)) {
		errno = 0;
		return NULL;
	}
	FILE *out = open_memstream(&text, &length);
	if (out == NULL)
		return NULL;
	bool told_otherwise = event->type == EVENT_CALL &&
	    call_is_told_otherwise(&event->call);
	if (brief && brief_lines[event->type] != NULL && !told_otherwise)
		brief_lines[event->type](out, event);
	else
		print_event(out, event);
	return finish(out, &text);
}

/* Has the timeline a line for it? */
bool
render_timeline_tells(const struct event *event)
{
	return has_line(event) && !is_said_otherwise(event);
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

/* A row of the process table that changed. */
static void
print_process_brief(FILE *out, const struct event *event)
{
	const struct process_row *row = &event->process.row;
	print_head(out, event, "process");
	fprintf(out, "%d %s %s ", (int)row->pid,
	    event_process_what_name(event->process.what), row->stat);
	print_foreign(out, row->wchan);
}

/* The line of any event. */
char *
render_step(const struct event *event)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	if (out == NULL)
		return NULL;
	if (event->type == EVENT_SOCKET)
		print_socket_brief(out, event);
	else if (event->type == EVENT_PROCESS)
		print_process_brief(out, event);
	else if ((unsigned)event->type < EVENT_TYPES &&
	    brief_lines[event->type] != NULL)
		brief_lines[event->type](out, event);
	else if ((unsigned)event->type < EVENT_TYPES && lines[event->type] != NULL)
		lines[event->type](out, event);
	else
		print_head(out, event, event_type_name(event->type));
	return finish(out, &text);
}
