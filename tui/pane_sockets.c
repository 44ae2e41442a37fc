/* pane_sockets.c: the rows of /proc/net/tcp as netstat shows them.
 *
 * LISTEN first, then connection by connection, the server's end above the
 * client's, then strangers'.  A row that left the table stays for a moment as GONE, with the
 * reason where the timer stood.  The current connection's rows have a '>' behind
 * the protocol, and are scrolled to.  What the timer has left counts down between
 * two readings.
 *
 * The kernel keeps TIME_WAITs for a minute, those of the lesson before among them.  A
 * lesson that begins with "one row: LISTEN" leaves them out, and says how many. */
#include "pane.h"

#include "escape.h"
#include "last_state.h"
#include "loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIXED = 5 + 1 + 6 + 1 + 6 + 1,    /* Proto Recv-Q Send-Q */
	STATE = 11, TIMER = 8, OWNER = 5,
	ADDRESS_LEAST = 15, ADDRESS_MOST = 47,
	CONNECTION = 12                   /* "  100 client", when there is room */
};

/* The widths of the columns in a pane of so many. */
struct widths {
	int local, foreign, timer;
	bool connection;
};

static struct widths
widths_for(int columns)
{
	struct widths widths = {.timer = TIMER, .connection = columns >= 100};
	int room = columns - FIXED - 2 - (STATE + 1) - (TIMER + 1) - OWNER -
	    (widths.connection ? CONNECTION : 0);
	if (room > 2 * 21 + 6) {
		widths.timer += 6; /* "keepalive 7200" */
		room -= 6;
	}
	int address = room / 2 < ADDRESS_LEAST ? ADDRESS_LEAST : room / 2;
	widths.local = address < ADDRESS_MOST ? address : ADDRESS_MOST;
	widths.foreign = widths.local;
	return widths;
}

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

/* Why a row left the table, in a word. */
static const char *
reason_gone(const struct scene *scene, const struct moment_socket *socket)
{
	const struct socket_row *row = &socket->row;
	const struct moment_connection *connection =
	    moment_connection(scene->moment, row->conn);
	if (row->tcp.state == STATE_TIME_WAIT)
		return "2MSL over";
	if (row->tcp.state == STATE_LISTEN)
		return "closed";
	if (connection == NULL)
		return "";
	if (connection->failed && row->end == END_CLIENT)
		return "refused";
	if (row->tcp.state == STATE_FIN_WAIT2 && row->timer_at != 0 &&
	    row->timer_at < socket->gone_at + SECONDS(2))
		return "timeout"; /* nobody held it: tcp_fin_timeout */
	enum tcp_state other = row->end == END_CLIENT ? connection->server :
	    connection->client;
	return row->tcp.state == STATE_LAST_ACK || row->tcp.state == STATE_SYN_SENT ||
	    last_state(connection, row->end, other) == STATE_LAST_ACK ?
	    "closed" : "reset";
}

/* netstat's word and the seconds that are left, counted down. */
static void
write_timer(const struct scene *scene, const struct moment_socket *socket,
    char *text, size_t size)
{
	const char *name = tcp_timer_name(socket->row.tcp.timer);
	char seconds[24];
	if (socket->gone_at != 0)
		snprintf(text, size, "%s", reason_gone(scene, socket));
	else if (socket->row.tcp.timer == TIMER_OFF || socket->row.timer_at == 0)
		snprintf(text, size, "%s", name);
	else {
		pane_write_left(scene->now, socket->row.timer_at, seconds,
		    sizeof seconds);
		snprintf(text, size, "%s %s", name, seconds);
	}
}

/* The timer and the owner share their columns: a row in TIME_WAIT has a long
 * word and nobody who owns it.  Where both are long, the timer's seconds go, then
 * the end of its word: a number of a process that lacks a digit would be another
 * process. */
static void
write_tail(const struct scene *scene, const struct moment_socket *socket,
    const struct widths *widths, char *text, size_t size)
{
	char timer[40], owner[16] = "-";
	int both = widths->timer + 1 + OWNER;
	write_timer(scene, socket, timer, sizeof timer);
	if (socket->row.owner_pid != 0)
		snprintf(owner, sizeof owner, "%d", (int)socket->row.owner_pid);
	int room = both - (int)strlen(timer) - 1;
	if (room < (int)strlen(owner) && socket->row.owner_pid == 0)
		snprintf(text, size, "%-*s", both, timer);
	else if (room < (int)strlen(owner)) {
		room = both - (int)strlen(owner) - 1;
		timer[strcspn(timer, " ")] = '\0';
		snprintf(text, size, "%-*.*s %s", room, room, timer, owner);
	} else
		snprintf(text, size, "%s%*s", timer, both - (int)strlen(timer),
		    owner);
}

/* How a row looks: its colour by its state, bold when it is the current one. */
static unsigned
look_of(const struct scene *scene, const struct moment_socket *socket)
{
	enum tcp_state state = socket->row.tcp.state;
	unsigned look = state == STATE_ESTABLISHED ? LOOK_GOOD :
	    state == STATE_LISTEN ? LOOK_KEY : LOOK_PASSING;
	if (socket->gone_at != 0)
		return LOOK_BAD;
	if (socket->row.conn != 0 && socket->row.conn == scene->moment->current)
		look |= LOOK_STRONG;
	return look;
}

static void
write_heading(const struct pane_state *state, const struct scene *scene,
    int columns, struct line *line)
{
	(void)state;
	(void)scene;
	struct widths widths = widths_for(columns);
	line_format(line, LOOK_STRONG,
	    "Proto Recv-Q Send-Q %-*s %-*s %-*s %-*s %*s%s", widths.local,
	    "Local Address", widths.foreign, "Foreign Address", STATE, "State",
	    widths.timer, "Timer", OWNER, "Owner",
	    widths.connection ? "  Conn" : "");
}

static void
write_line(const struct pane_state *state, const struct scene *scene,
    size_t number, int columns, struct line *line)
{
	const struct moment_socket *socket = row_at(state, scene, number);
	const struct socket_row *row = &socket->row;
	struct widths widths = widths_for(columns);
	char local[64], foreign[64], tail[64], connection[32] = "";
	pane_write_address(local, sizeof local, &row->tcp.local, widths.local);
	pane_write_address(foreign, sizeof foreign, &row->tcp.remote, widths.foreign);
	write_tail(scene, socket, &widths, tail, sizeof tail);
	if (widths.connection && row->conn != 0)
		snprintf(connection, sizeof connection, "  %u %s", row->conn,
		    event_end_name(row->end));
	bool current = row->conn != 0 && row->conn == scene->moment->current;
	line_format(line, look_of(scene, socket),
	    "%-4s%c %6u %6u %s %s %-*s %s%s", row->tcp.family == 6 ? "tcp6" : "tcp",
	    current ? '>' : ' ', (unsigned)row->tcp.recv_q,
	    (unsigned)row->tcp.send_q, local, foreign, STATE,
	    socket->gone_at != 0 ? "GONE" : tcp_state_name(row->tcp.state), tail,
	    connection);
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
	.place = PLACE_SOCKETS, .selects = true, .prepare = prepare, .heading = write_heading,
	.line = write_line, .wanted = wanted, .changes_at = changes_at,
	.identity = identity, .subject = find_subject,
};
