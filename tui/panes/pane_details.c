/* pane_details.c: what TCP keeps about both ends of the current connection, and
 * /proc/net/tcp does not show: TCP_INFO, as it was last told.
 *
 * Nothing here counts: when data last went and came is told as a time of the
 * timeline's clock, so that a connection at rest stands still on the screen. */
#include "pane_table.h"

#include <inttypes.h>
#include <stdio.h>

enum { COLUMN = 16, VALUE_TEXT = 40 };

static void
write_rtt(const struct moment_end_details *end, char *text, size_t size)
{
	if (end->tcp.rtt == 0)
		snprintf(text, size, "unknown");
	else
		snprintf(text, size, "%.2f/%.2f", end->tcp.rtt / 1e3,
		    end->tcp.rtt_variation / 1e3);
}

static void
write_rto(const struct moment_end_details *end, char *text, size_t size)
{
	snprintf(text, size, "%.0f", end->tcp.rto / 1e3);
}

static void
write_windows(const struct moment_end_details *end, char *text, size_t size)
{
	if (end->tcp.ssthresh < TCP_SSTHRESH_NONE)
		snprintf(text, size, "%u/%u", end->tcp.cwnd, end->tcp.ssthresh);
	else
		snprintf(text, size, "%u/none", end->tcp.cwnd);
}

static void
write_mss(const struct moment_end_details *end, char *text, size_t size)
{
	snprintf(text, size, "%u", end->tcp.mss);
}

static void
write_unacked(const struct moment_end_details *end, char *text, size_t size)
{
	snprintf(text, size, "%u", end->tcp.unacked);
}

static void
write_retransmits(const struct moment_end_details *end, char *text, size_t size)
{
	snprintf(text, size, "%u, %u all", end->tcp.retransmits,
	    end->tcp.total_retransmits);
}

static void
write_sent(const struct moment_end_details *end, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu64, end->tcp.bytes_sent);
}

static void
write_received(const struct moment_end_details *end, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu64, end->tcp.bytes_received);
}

/* A time of the timeline's clock. */
static void
write_time(int64_t time, int64_t ago, char *text, size_t size)
{
	if (ago < 0)
		snprintf(text, size, "never");
	else
		snprintf(text, size, "%.3f", (double)(time - ago) / 1e9);
}

static void
write_sent_at(const struct moment_end_details *end, char *text, size_t size)
{
	write_time(end->time, end->tcp.sent_ago, text, size);
}

static void
write_received_at(const struct moment_end_details *end, char *text, size_t size)
{
	write_time(end->time, end->tcp.received_ago, text, size);
}

static const struct {
	const char *name;
	void (*write)(const struct moment_end_details *end, char *text, size_t size);
} rows[] = {
	{"RTT/var, ms", write_rtt},
	{"RTO, ms", write_rto},
	{"retransmitted", write_retransmits},
	{"unacked, seg.", write_unacked},
	{"cwnd/ssthresh", write_windows},
	{"MSS, bytes", write_mss},
	{"bytes sent", write_sent},
	{"bytes received", write_received},
	{"last sent at", write_sent_at},
	{"last came at", write_received_at},
};

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	const struct moment_details *details = &scene->moment->details;
	(void)inside;
	*state->title = '\0';
	if (details->conn != 0)
		snprintf(state->title, sizeof state->title,
		    "Connection %u, TCP_INFO", details->conn);
	state->count = sizeof rows / sizeof *rows;
}

static void
heading(const struct pane_state *state, const struct scene *scene, int columns,
    struct line *line)
{
	int width = (columns - COLUMN - 1) / 2;
	(void)state;
	(void)scene;
	line_format(line, STYLE_STRONG, "%-*s%*s %*s", COLUMN, "", width, "client",
	    width, "server");
}

/* One end's value; "-" while nothing is known. */
static void
write_value(const struct moment_end_details *end, size_t number, char *text,
    size_t size)
{
	if (end->any)
		rows[number].write(end, text, size);
	else
		snprintf(text, size, "-");
}

static void
write_line(const struct pane_state *state, const struct scene *scene, size_t number,
    int columns, struct line *line)
{
	const struct moment_details *details = &scene->moment->details;
	int width = (columns - COLUMN - 1) / 2;
	char client[VALUE_TEXT], server[VALUE_TEXT];
	(void)state;
	write_value(&details->client, number, client, sizeof client);
	write_value(&details->server, number, server, sizeof server);
	line_format(line, STYLE_PLAIN, "%-*s%*s %*s", COLUMN, rows[number].name, width,
	    client, width, server);
}

const struct pane pane_details = {
	.name = "details", .title = "TCP_INFO", .place = PLACE_DETAILS,
	.prepare = prepare, .heading = heading, .line = write_line,
	.subject = pane_connection_subject,
};
