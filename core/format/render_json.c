/* Events as JSON Lines.
 *
 * Keys stand in the order in which they are set here, `t` first.  A recording is such
 * lines and nothing else, so each event carries all that moment_apply() reads of it,
 * and parse_json.c reads the same keys.  What there is none of is left out. */
#include "render_json.h"

#include "escape.h"
#include "json_tables.h"
#include "json_writer.h"
#include "moment.h"
#include "signal_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEMA = 1 };

/* The event's own text. */
static void
put_event_text(struct json_writer *writer, const char *key, const struct event *event)
{
	json_put_bytes(writer, key, event->text != NULL ? event->text : "",
	    event->text != NULL ? event->length : 0);
}

/* The start of a session. */
static void
put_start(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	json_put_text(writer, "version", event->start.version);
	json_put_integer(writer, "schema", SCHEMA);
	json_put_text(writer, "world", event->detail);
	json_put_word(writer, "server", event_server_kind_name(event->start.server));
	if (event->start.server == SERVER_COMMAND)
		json_put_text(writer, "command", event->start.command);
	put_event_text(writer, "host", event);
	json_put_integer(writer, "port", event->start.host.port);
	json_put_endpoint(writer, "address", &event->start.host);
	json_put_text(writer, "wall", event->start.wall);
}

static void
put_command(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_event_text(writer, "text", event);
	json_put_word(writer, "source", event_source_name(event->command.source));
}

static void
put_call_event(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	(void)now;
	json_put_call(writer, &event->call);
}

static void
put_connection(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	(void)now;
	json_put_word(writer, "what", event_connection_what_name(event->connection.what));
	json_put_integer(writer, "conn", event->connection.conn);
	json_put_endpoint(writer, "local", &event->connection.local);
	json_put_endpoint(writer, "remote", &event->connection.remote);
	if (event->connection.reset)
		json_put_boolean(writer, "reset", true);
	if (event->detail != NULL)
		json_put_text(writer, "how", event->detail);
}

/* The bytes of a text that JSON cannot hold as they are, in hex. */
static void
put_raw(struct json_writer *writer, const struct event *event)
{
	char *text = escape_utf8(event->text, event->length);
	char *hex = malloc(2 * event->length + 1);
	bool same = text != NULL && strlen(text) == event->length &&
	    (event->length == 0 || memcmp(text, event->text, event->length) == 0);
	writer->failed |= text == NULL || hex == NULL;
	for (size_t i = 0; hex != NULL && i < event->length; i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned char)event->text[i]);
	if (!same && hex != NULL)
		json_put_word(writer, "raw", hex);
	free(text);
	free(hex);
}

/* Bytes that went out or came back. */
static void
put_line(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	json_put_integer(writer, "conn", event->line.conn);
	put_event_text(writer, "text", event);
	json_put_integer(writer, "bytes", (int64_t)event->line.bytes);
	if (event->detail != NULL)
		json_put_text(writer, "hex", event->detail);
	if (event->text != NULL)
		put_raw(writer, event);
}

static void
put_socket(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	json_put_word(writer, "what", event_socket_what_name(event->socket.what));
	json_put_socket(writer, &event->socket.row, event->socket.row.tcp.timer_left);
}

static void
put_state(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	json_put_integer(writer, "conn", event->state.conn);
	json_put_word(writer, "end", event_end_name(event->state.end));
	json_put_word(writer, "from", tcp_state_name(event->state.from));
	json_put_word(writer, "to", tcp_state_name(event->state.to));
	json_put_boolean(writer, "inferred", event->state.inferred);
}

/* Retransmission; what is not known is left out. */
static void
put_timer(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	json_put_integer(writer, "conn", event->timer.conn);
	json_put_seconds(writer, "rto", (int64_t)event->timer.rto * 1000);
	json_put_integer(writer, "retransmits", event->timer.retransmits);
	if (event->timer.next_at != 0)
		json_put_seconds(writer, "next_in", event->timer.next_at - event->time);
	if (event->timer.gives_up_at != 0)
		json_put_seconds(writer, "gives_up_in",
		    event->timer.gives_up_at - event->time);
}

static void
put_details(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	const struct tcp_details *tcp = &event->details.tcp;
	(void)now;
	json_put_integer(writer, "conn", event->details.conn);
	json_put_word(writer, "end", event_end_name(event->details.end));
	json_put_seconds(writer, "rtt", (int64_t)tcp->rtt * 1000);
	json_put_seconds(writer, "rtt_variation", (int64_t)tcp->rtt_variation * 1000);
	json_put_seconds(writer, "rto", (int64_t)tcp->rto * 1000);
	json_put_integer(writer, "backoff", tcp->backoff);
	json_put_integer(writer, "retransmits", tcp->retransmits);
	json_put_integer(writer, "total_retransmits", tcp->total_retransmits);
	json_put_integer(writer, "probes", tcp->probes);
	json_put_integer(writer, "unacked", tcp->unacked);
	json_put_integer(writer, "lost", tcp->lost);
	json_put_integer(writer, "cwnd", tcp->cwnd);
	if (tcp->ssthresh < TCP_SSTHRESH_NONE)
		json_put_integer(writer, "ssthresh", tcp->ssthresh);
	json_put_integer(writer, "mss", tcp->mss);
	json_put_integer(writer, "bytes_sent", (int64_t)tcp->bytes_sent);
	json_put_integer(writer, "bytes_received", (int64_t)tcp->bytes_received);
	if (tcp->sent_ago >= 0)
		json_put_seconds(writer, "sent_ago", tcp->sent_ago);
	if (tcp->received_ago >= 0)
		json_put_seconds(writer, "received_ago", tcp->received_ago);
}

static void
put_process_event(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	const struct process_end *end = &event->process.end;
	(void)now;
	json_put_identity(writer, &event->process.row);
	json_put_word(writer, "what", event_process_what_name(event->process.what));
	json_put_process(writer, &event->process.row);
	if (end->known)
		json_put_end(writer, end->status);
	json_put_known(writer, "by", end->by);
}

static void
put_signal(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	json_put_word(writer, "signal", signal_name(event->signal.number));
	json_put_integer(writer, "to", event->signal.to);
	json_put_word(writer, "by", event_signal_by_name(event->signal.by));
	if (event->signal.caught)
		json_put_boolean(writer, "caught", true);
}

static void
put_host(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	json_put_word(writer, "what", event_host_what_name(event->host.what));
	if (event->detail != NULL)
		json_put_text(writer, "how", event->detail);
}

static void
put_output(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	json_put_integer(writer, "pid", event->output.pid);
	json_put_integer(writer, "stream", event->output.stream);
	put_event_text(writer, "text", event);
}

static void
put_lost(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	json_put_known(writer, "pid", event->lost.pid);
	json_put_integer(writer, "count", event->lost.count);
}

/* What something means; its paragraphs are lines of one text. */
static void
put_why(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_event_text(writer, "subject", event);
	json_put_text(writer, "text", event->detail);
	json_put_text(writer, "section", event->why.section);
}

static void
put_expect(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_event_text(writer, "text", event);
	json_put_boolean(writer, "pass", event->expect.pass);
	if (!event->expect.pass || event->detail != NULL)
		json_put_text(writer, "got", event->detail);
}

static void
put_ask(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	put_event_text(writer, "text", event);
	json_put_lines(writer, "answers", event->detail != NULL ? event->detail : "");
	json_put_integer(writer, "answer", event->ask.answer);
	json_put_known(writer, "chosen", event->ask.chosen);
}

static void
put_lesson(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	json_put_word(writer, "what", event_lesson_what_name(event->lesson.what));
	put_event_text(writer, "name", event);
	json_put_text(writer, "section", event->lesson.section);
	json_put_text(writer, event_lesson_detail(event->lesson.what), event->detail != NULL ?
	    event->detail : "");
	json_put_known(writer, "line", event->lesson.line);
}

/* say, error, note. */
static void
put_text_event(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	(void)now;
	put_event_text(writer, "text", event);
}

static void
put_summary(struct json_writer *writer, const struct event *event, const struct moment *now)
{
	(void)now;
	json_put_integer(writer, "passed", event->summary.passed);
	json_put_integer(writer, "failed", event->summary.failed);
	json_put_integer(writer, "skipped", event->summary.skipped);
}

static void
put_end_event(struct json_writer *writer, const struct event *event,
    const struct moment *now)
{
	(void)now;
	json_put_integer(writer, "status", event->end.status);
}

/* What each type adds to t and type. */
static void (*const fields[EVENT_TYPES])(struct json_writer *writer,
    const struct event *event, const struct moment *now) = {
	[EVENT_START] = put_start,
	[EVENT_COMMAND] = put_command,
	[EVENT_CALL] = put_call_event,
	[EVENT_CONNECTION] = put_connection,
	[EVENT_SENT] = put_line,
	[EVENT_ECHO] = put_line,
	[EVENT_SOCKET] = put_socket,
	[EVENT_STATE] = put_state,
	[EVENT_TIMER] = put_timer,
	[EVENT_DETAILS] = put_details,
	[EVENT_PROCESS] = put_process_event,
	[EVENT_SIGNAL] = put_signal,
	[EVENT_HOST] = put_host,
	[EVENT_OUTPUT] = put_output,
	[EVENT_LOST] = put_lost,
	[EVENT_SOCKETS] = json_put_sockets,
	[EVENT_PROCESSES] = json_put_processes,
	[EVENT_CONNECTIONS] = json_put_connections,
	[EVENT_SETTINGS] = json_put_settings,
	[EVENT_DISPOSITIONS] = json_put_dispositions,
	[EVENT_ALL] = json_put_all,
	[EVENT_ERRNO] = json_put_errno,
	[EVENT_WHY] = put_why,
	[EVENT_EXPECT] = put_expect,
	[EVENT_SAY] = put_text_event,
	[EVENT_ASK] = put_ask,
	[EVENT_LESSON] = put_lesson,
	[EVENT_ERROR] = put_text_event,
	[EVENT_NOTE] = put_text_event,
	[EVENT_SUMMARY] = put_summary,
	[EVENT_END] = put_end_event,
};

/* An event as one line of JSON. */
char *
render_json(const struct event *event, const struct moment *now)
{
	struct json_writer writer = json_writer_begin();
	json_put_seconds(&writer, "t", event->time);
	json_put_word(&writer, "type", event_type_name(event->type));
	if ((unsigned)event->type < EVENT_TYPES)
		fields[event->type](&writer, event, now);
	return json_writer_end(&writer);
}
