/* socket_line.c: a row of a socket table, as netstat shows it.
 *
 * What the timer has left counts down between two readings.  Where a row left its
 * table, the reason stands in the timer's place. */
#include "socket_line.h"

#include "last_state.h"
#include "loop.h"

#include <stdio.h>
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

/* A queue in six columns: what is longer would push the owner's last digit away. */
static void
write_queue(uint32_t bytes, char *text, size_t size)
{
	if (bytes < 1000000)
		snprintf(text, size, "%u", (unsigned)bytes);
	else if (bytes / 1024 < 100000)
		snprintf(text, size, "%uK", (unsigned)(bytes / 1024));
	else
		snprintf(text, size, "%uM", (unsigned)(bytes / 1024 / 1024));
}

/* How a row looks: its colour by its state, bold when it is the current one. */
static unsigned
style_of(const struct scene *scene, const struct moment_socket *socket)
{
	enum tcp_state state = socket->row.tcp.state;
	unsigned style = state == STATE_ESTABLISHED ? STYLE_GOOD :
	    state == STATE_LISTEN ? STYLE_KEY : STYLE_PASSING;
	if (socket->gone_at != 0)
		return STYLE_BAD;
	if (socket->row.conn != 0 && socket->row.conn == scene->moment->current)
		style |= STYLE_STRONG;
	return style;
}

void
socket_line_heading(const struct pane_state *state, const struct scene *scene,
    int columns, struct line *line)
{
	struct widths widths = widths_for(columns);
	(void)state;
	(void)scene;
	line_format(line, STYLE_STRONG,
	    "Proto Recv-Q Send-Q %-*s %-*s %-*s %-*s %*s%s", widths.local,
	    "Local Address", widths.foreign, "Foreign Address", STATE, "State",
	    widths.timer, "Timer", OWNER, "Owner",
	    widths.connection ? "  Conn" : "");
}

void
socket_line_write(const struct scene *scene, const struct moment_socket *socket,
    char mark, int columns, struct line *line)
{
	const struct socket_row *row = &socket->row;
	struct widths widths = widths_for(columns);
	char local[64], foreign[64], tail[64], connection[32] = "";
	char received[16], sent[16];
	write_queue(row->tcp.recv_q, received, sizeof received);
	write_queue(row->tcp.send_q, sent, sizeof sent);
	pane_write_address(local, sizeof local, &row->tcp.local, widths.local);
	pane_write_address(foreign, sizeof foreign, &row->tcp.remote, widths.foreign);
	write_tail(scene, socket, &widths, tail, sizeof tail);
	if (widths.connection && row->conn != 0)
		snprintf(connection, sizeof connection, "  %u %s", row->conn,
		    event_end_name(row->end));
	bool current = row->conn != 0 && row->conn == scene->moment->current;
	line_format(line, style_of(scene, socket),
	    "%-4s%c %6s %6s %s %s %-*s %s%s", row->tcp.family == 6 ? "tcp6" : "tcp",
	    current ? '>' : mark, received, sent, local, foreign, STATE,
	    socket->gone_at != 0 ? "GONE" : tcp_state_name(row->tcp.state), tail,
	    connection);
}
