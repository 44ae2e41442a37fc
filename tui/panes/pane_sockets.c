/* pane_sockets.c: the rows of /proc/net/tcp as netstat shows them.
 *
 * LISTEN first, then connection by connection, the server's end above the
 * client's, then strangers'.  A row that left the table stays for a moment as GONE.
 * The current connection's rows have a '>' behind the protocol, and are scrolled to.
 *
 * The kernel keeps TIME_WAITs for a minute, those of the lesson before among them.  A
 * lesson that begins with "one row: LISTEN" leaves them out, and says how many. */
#include "pane_table.h"

#include "socket_line.h"

#include <stdio.h>
#include <stdlib.h>

/* The number of a row in the moment, of a line in the pane. */
static const struct moment_socket *
row_at(const struct pane_state *state, const struct scene *scene, size_t number)
{
	return &scene->moment->sockets[state->index[number]];
}

/* Where a row stands among the others: smaller is higher.  Of strangers, the ends at
 * the server's port come first, as they came: who comes later moves nobody. */
static uint64_t
rank(const struct moment_socket *socket, size_t order, uint16_t port)
{
	const struct socket_row *row = &socket->row;
	uint64_t group = row->tcp.state == STATE_LISTEN ? 0 :
	    row->conn != 0 ? row->conn : UINT32_MAX;
	uint64_t end = row->end == END_CLIENT ||
	    (row->conn == 0 && row->tcp.local.port != port) ? 1 : 0;
	return group << 24 | end << 23 | (order & 0x7fffff);
}

/* Does a row of this rank listen, or belong to a connection of this session?  The
 * TIME_WAITs of an earlier one can be scrolled to, but take no other pane's room. */
static bool
rank_is_ours(uint64_t number)
{
	return number >> 24 != UINT32_MAX;
}

static int
compare_ranks(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return left < right ? -1 : left > right;
}

/* Is the row still to be shown? */
static bool
is_shown(const struct moment_socket *socket, int64_t now)
{
	return socket->gone_at == 0 || now - socket->gone_at < PANE_LINGER;
}

/* Is it left from before the lesson: a TIME_WAIT, or an orphan that waits like one, of
 * no connection of this session? */
static bool
is_of_before(const struct scene *scene, const struct moment_socket *socket)
{
	return scene->moment->lesson.any && socket->row.conn == 0 &&
	    (socket->row.tcp.state == STATE_TIME_WAIT ||
	    socket->row.tcp.timer == TIMER_TIME_WAIT);
}

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	(void)inside;
	const struct moment *moment = scene->moment;
	size_t before = 0;
	state->count = 0;
	*state->title = '\0';
	if (!pane_index_room(state, moment->socket_count))
		return;
	for (size_t i = 0; i < moment->socket_count; i++)
		if (is_of_before(scene, &moment->sockets[i]))
			before += moment->sockets[i].gone_at == 0;
		else if (is_shown(&moment->sockets[i], scene->now))
			state->index[state->count++] = rank(&moment->sockets[i], i,
			    moment->host.port);
	if (before > 0)
		snprintf(state->title, sizeof state->title,
		    "Sockets, /proc/net/tcp (%zu of before left out)", before);
	state->needed = state->wished = 0;
	for (size_t i = 0; i < state->count; i++)
		state->needed += rank_is_ours(state->index[i]);
	if (state->count > 1)
		qsort(state->index, state->count, sizeof *state->index,
		    compare_ranks);
	for (size_t i = 0; i < state->count; i++) {
		bool ours = rank_is_ours(state->index[i]);
		state->index[i] &= 0x7fffff;
		state->wished += !ours && row_at(state, scene, i)->row.tcp.inode != 0;
	}
}

static void
write_line(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line)
{
	socket_line_write(scene, row_at(state, scene, number), ' ', columns, line);
}

/* The current connection's rows. */
static size_t
wanted(const struct pane_state *state, const struct scene *scene, size_t *lines)
{
	size_t first = 0;
	for (size_t i = state->count; i > 0; i--) {
		unsigned conn = row_at(state, scene, i - 1)->row.conn;
		if (conn != 0 && conn == scene->moment->current) {
			first = i - 1;
			++*lines;
		}
	}
	return first;
}

/* The row by its two ends. */
static uint64_t
identity(const struct pane_state *state, const struct scene *scene, size_t number)
{
	const struct tcp_row *row = &row_at(state, scene, number)->row.tcp;
	const struct report_endpoint *ends[] = {&row->local, &row->remote};
	uint64_t hash = row->family;
	for (size_t end = 0; end < 2; end++) {
		hash = hash * 1000003 + ends[end]->port;
		for (size_t i = 0; i < sizeof ends[end]->address; i++)
			hash = hash * 1000003 + ends[end]->address[i];
	}
	return hash != 0 ? hash : 1;
}

/* The row as what is to be explained. */
static bool
find_subject(const struct pane_state *state, const struct scene *scene, size_t number,
    struct explain_subject *subject)
{
	*subject = (struct explain_subject){.kind = EXPLAIN_SOCKET,
	    .row = row_at(state, scene, number)->row};
	return true;
}

static int64_t
changes_at(const struct pane_state *state, const struct scene *scene)
{
	int64_t at = 0;
	for (size_t i = 0; i < state->count; i++) {
		const struct moment_socket *socket = row_at(state, scene, i);
		if (socket->gone_at != 0)
			at = pane_earlier(at, socket->gone_at + PANE_LINGER);
		else if (socket->row.tcp.timer != TIMER_OFF &&
		    socket->row.timer_at > scene->now)
			at = pane_earlier(at, pane_second_ends(scene->now));
	}
	return at;
}

const struct pane pane_sockets = {
	.name = "sockets", .title = "Sockets, /proc/net/tcp",
	.place = PLACE_SOCKETS, .selects = true, .prepare = prepare,
	.heading = socket_line_heading,
	.line = write_line, .wanted = wanted, .changes_at = changes_at,
	.identity = identity, .subject = find_subject,
};
