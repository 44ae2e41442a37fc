/* pane_all.c: every TCP socket of this machine, as netstat -tan shows them, and whose
 * each is where that can be seen.
 *
 * The console reads them once a second as long as this pane is open.  Rows with our
 * port have a '*' behind the protocol, those of the current connection a '>'.  A line is
 * chosen and stays so while others come and go above it. */
#include "socket_line.h"
#include "pane_table.h"

#include <stdio.h>

static const struct socket_row *
row_at(const struct scene *scene, size_t number)
{
	return &scene->moment->all[number];
}

/* Has the row our port? */
static bool
is_ours(const struct scene *scene, const struct socket_row *row)
{
	uint16_t port = scene->moment->host.port;
	return row->tcp.local.port == port || row->tcp.remote.port == port;
}

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	size_t listeners = 0;
	(void)inside;
	state->count = scene->moment->all_count;
	while (listeners < state->count &&
	    row_at(scene, listeners)->tcp.state == STATE_LISTEN)
		listeners++;
	snprintf(state->title, sizeof state->title, state->count == 0 ?
	    "All TCP sockets: not read at this time" :
	    "All TCP sockets, %zu (%zu listen), * with our port", state->count,
	    listeners);
}

static void
write_line(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line)
{
	struct moment_socket socket = {.row = *row_at(scene, number)};
	(void)state;
	socket_line_write(scene, &socket, is_ours(scene, &socket.row) ? '*' : ' ',
	    columns, line);
}

/* The two ends, as a number (FNV-1a). */
static uint64_t
identity(const struct pane_state *state, const struct scene *scene, size_t number)
{
	const struct tcp_row *row = &row_at(scene, number)->tcp;
	const struct report_endpoint *ends[] = {&row->local, &row->remote};
	uint64_t hash = 0xcbf29ce484222325 ^ row->family;
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		hash = (hash ^ ends[i]->port) * 0x100000001b3;
		for (size_t k = 0; k < sizeof ends[i]->address; k++)
			hash = (hash ^ ends[i]->address[k]) * 0x100000001b3;
	}
	return row->state == STATE_LISTEN ? hash ^ row->inode : hash;
}

/* The row as what is to be explained. */
static bool
find_subject(const struct pane_state *state, const struct scene *scene, size_t number,
    struct explain_subject *subject)
{
	(void)state;
	*subject = (struct explain_subject){.kind = EXPLAIN_SOCKET,
	    .row = *row_at(scene, number)};
	return true;
}

/* Timers count down. */
static int64_t
changes_at(const struct pane_state *state, const struct scene *scene)
{
	for (size_t i = 0; i < state->count; i++)
		if (row_at(scene, i)->timer_at > scene->now)
			return pane_second_ends(scene->now);
	return 0;
}

const struct pane pane_all = {
	.name = "all", .key = 'a', .title = "All TCP sockets", .place = PLACE_NONE, .whole = true,
	.selects = true, .prepare = prepare, .heading = socket_line_heading,
	.line = write_line, .identity = identity, .changes_at = changes_at,
	.subject = find_subject,
};
