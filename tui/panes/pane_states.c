/* pane_states.c: TCP's state diagram, and the way of the current connection's two
 * ends through it, as the log tells it. */
#include "state_diagram.h"
#include "pane_table.h"

#include "escape.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 16, WAY_TEXT = 512, MEANINGS_ROW = DIAGRAM_ROWS + 4 };

/* The states that an end passed. */
struct way {
	struct { enum tcp_state state; bool inferred, cut; } steps[STEPS];
	size_t count;
	bool cut_front;   /* what came before is no longer in the log */
};

/* In the order of a connection's life. */
static const struct { enum tcp_state state; const char *meaning; } meanings[] = {
	{STATE_GONE, "No connection: the table of sockets has no row for it."},
	{STATE_LISTEN, "The server's own socket waits for a SYN; each connection "
	    "gets a socket beside it."},
	{STATE_SYN_SENT, "connect has sent a SYN and waits for the answer."},
	{STATE_SYN_RECV, "A SYN came and was answered; the handshake's last ACK is "
	    "still to come."},
	{STATE_ESTABLISHED, "Data flows in both directions."},
	{STATE_FIN_WAIT1, "This end closed first: its FIN is out, not yet "
	    "acknowledged."},
	{STATE_FIN_WAIT2, "Its FIN is acknowledged; the other end has not closed yet, "
	    "and may still send."},
	{STATE_CLOSING, "Both ends closed at once: the other's FIN came before the "
	    "ACK of its own."},
	{STATE_TIME_WAIT, "All is said. It answers a FIN that comes again, and lets "
	    "late segments die out."},
	{STATE_CLOSE_WAIT, "The other end's FIN came, so read returns 0; the program "
	    "has not closed yet."},
	{STATE_LAST_ACK, "It has closed too: its own FIN is out and waits for the "
	    "last ACK."},
};

enum { MEANINGS = sizeof meanings / sizeof *meanings };

/* Adds a state; of too many the first is forgotten. */
static void
add_step(struct way *way, enum tcp_state state, bool inferred, bool cut)
{
	if (way->count == STEPS) {
		memmove(way->steps, way->steps + 1,
		    (STEPS - 1) * sizeof *way->steps);
		way->count--;
		way->cut_front = true;
	}
	way->steps[way->count].state = state;
	way->steps[way->count].inferred = inferred;
	way->steps[way->count++].cut = cut;
}

/* An end went into another state. */
static void
take_state(struct diagram *diagram, struct way ways[ENDS],
    const struct event *event)
{
	enum connection_end end = event->state.end;
	enum tcp_state from = event->state.from, to = event->state.to;
	int arrow = diagram_arrow(from, to);
	if (end != END_CLIENT && end != END_SERVER)
		return;
	bool cut = arrow < 0 && diagram_state(to) == STATE_GONE;
	if (ways[end].count == 0 && diagram_state(from) != STATE_GONE) {
		ways[end].cut_front = true;
		add_step(&ways[end], from, false, false);
	}
	add_step(&ways[end], to, event->state.inferred, cut);
	diagram->known[end] = true;
	diagram->was_cut[end] = cut;
	diagram->cut[end] = from;
	enum taken taken = event->state.inferred ? TAKEN_INFERRED : TAKEN_SEEN;
	if (arrow >= 0 && diagram->taken[end][arrow] < taken)
		diagram->taken[end][arrow] = taken;
}

/* A connect that was answered by RST, or by nothing, had sent its SYN: also when
 * it was all over before the table was looked at. */
static void
take_call(struct diagram *diagram, struct way ways[ENDS],
    const struct event_call *call)
{
	struct event state = {.type = EVENT_STATE};
	if (call->call != CALL_CONNECT || call->role != ROLE_CLIENT ||
	    (call->error != ECONNREFUSED && call->error != ETIMEDOUT) ||
	    ways[END_CLIENT].count > 0)
		return;
	state.state.end = END_CLIENT;
	state.state.inferred = true;
	state.state.to = STATE_SYN_SENT;
	take_state(diagram, ways, &state);
	state.state.from = STATE_SYN_SENT;
	state.state.to = STATE_GONE;
	take_state(diagram, ways, &state);
}

/* Reads the log: what its ring still holds. */
static void
read_log(const struct scene *scene, struct diagram *diagram,
    struct way ways[ENDS])
{
	const struct moment *moment = scene->moment;
	const struct moment_connection *connection =
	    moment_connection(moment, moment->current);
	int listen = diagram_arrow(STATE_GONE, STATE_LISTEN);
	diagram->listening = moment_is_listening(moment) &&
	    !moment_host_is_dark(moment);
	if (diagram->listening)
		diagram->taken[END_SERVER][listen] = TAKEN_SEEN;
	if (connection == NULL)
		return;
	const uint32_t types = LOG_TYPE(EVENT_STATE) | LOG_TYPE(EVENT_CALL);
	for (uint64_t i = scene_first(scene); (i = log_find(scene->log, i,
	    scene->end, types)) < scene->end; i++) {
		const struct event *event = log_event(scene->log, i);
		if (event != NULL && event->type == EVENT_STATE &&
		    event->state.conn == connection->conn)
			take_state(diagram, ways, event);
		else if (event != NULL && event->type == EVENT_CALL &&
		    event->call.conn == connection->conn)
			take_call(diagram, ways, &event->call);
	}
	const enum tcp_state states[ENDS] = {STATE_GONE, connection->client,
	    connection->server};
	for (int end = END_CLIENT; end < ENDS; end++) {
		enum tcp_state state = diagram_state(states[end]);
		diagram->now[end] = state;
		if (ways[end].count > 0 || state == STATE_GONE)
			continue;
		diagram->known[end] = true; /* all of its way fell out of the log */
		ways[end].cut_front = true;
		add_step(&ways[end], state, false, false);
	}
	if (moment_host_is_dark(moment))
		diagram->known[END_SERVER] = false;
}

/* Writes a way with this between its states: "(SYN_SENT) ► ESTABLISHED". */
static void
write_way(const struct way *way, const char *between, char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, "%s",
	    way->cut_front ? "… " : "");
	for (size_t i = 0; i < way->count && used < size; i++) {
		bool inferred = way->steps[i].inferred;
		used += (size_t)snprintf(text + used, size - used, "%s%s%s%s%s%s",
		    i > 0 ? between : "", way->steps[i].cut ? "RST or timeout" : "",
		    way->steps[i].cut ? between : "", inferred ? "(" : "",
		    diagram_name(way->steps[i].state), inferred ? ")" : "");
	}
}

/* Draws the way of an end below the diagram, with a remark behind it; what does
 * not fit is its beginning. */
static void
draw_way(struct canvas *canvas, int row, int column, const char *end,
    const struct way *way, const char *remark)
{
	char text[WAY_TEXT];
	size_t room = DIAGRAM_COLUMNS - 10 - utf8_width(remark);
	canvas_put(canvas, row, column, STYLE_STRONG, "%s", end);
	write_way(way, " ► ", text, sizeof text);
	if (utf8_width(text) > room)
		write_way(way, "►", text, sizeof text);
	struct way shorter = *way;
	while (utf8_width(text) > room && shorter.count > 1) {
		shorter.count--;
		memmove(shorter.steps, shorter.steps + 1,
		    shorter.count * sizeof *shorter.steps);
		shorter.cut_front = true;
		write_way(&shorter, "►", text, sizeof text);
	}
	canvas_put(canvas, row, column + 8, STYLE_STRONG, "%s", text);
	canvas_put(canvas, row, column + 8 + (int)utf8_width(text), STYLE_PLAIN,
	    "%s%s", way->count > 0 && *remark != '\0' ? "  " : "", remark);
}

/* Where there is room: what each state means. */
static void
draw_meanings(const struct diagram *diagram, struct canvas *canvas, int row,
    int column)
{
	for (int i = 0; i < MEANINGS; i++) {
		enum tcp_state state = meanings[i].state;
		bool client = diagram->known[END_CLIENT] &&
		    diagram->now[END_CLIENT] == state;
		bool server = diagram->known[END_SERVER] &&
		    diagram->now[END_SERVER] == state;
		canvas_put(canvas, row + i, column, client || server ?
		    diagram_style(state) : STYLE_STRONG, " %-11s ",
		    diagram_name(state));
		canvas_put(canvas, row + i, column + 14, client || server ?
		    STYLE_STRONG : STYLE_PLAIN, "%s%s", meanings[i].meaning,
		    client && server ? "  ◄both" : client ? "  ◄client" :
		    server ? "  ◄server" : "");
	}
}

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	struct diagram diagram = {0};
	struct way ways[ENDS] = {0};
	struct canvas *canvas = &state->canvas;
	int ways_row = DIAGRAM_ROWS + (inside->rows > DIAGRAM_ROWS + 2);
	bool wide = inside->rows >= MEANINGS_ROW + MEANINGS &&
	    inside->columns >= DIAGRAM_COLUMNS + 32;
	int column = inside->columns > DIAGRAM_COLUMNS ?
	    (inside->columns - DIAGRAM_COLUMNS) / 2 : 0;
	read_log(scene, &diagram, ways);
	canvas_clear(canvas, wide ? MEANINGS_ROW + MEANINGS : ways_row + 2,
	    inside->columns);
	diagram_draw(&diagram, canvas, column);
	draw_way(canvas, ways_row, column, "client", &ways[END_CLIENT],
	    scene->moment->current == 0 ? "no connection yet: connect opens one" :
	    ways[END_CLIENT].count == 0 ? "no state of it was seen" : "");
	draw_way(canvas, ways_row + 1, column, "server", &ways[END_SERVER],
	    moment_host_is_dark(scene->moment) ? "its host is down" :
	    ways[END_SERVER].count > 0 ? "" : diagram.listening ?
	    "LISTEN, by its own socket" : "no socket in LISTEN is to be seen");
	if (wide)
		draw_meanings(&diagram, canvas, MEANINGS_ROW, column - 11);
	if (scene->moment->current != 0)
		snprintf(state->title, sizeof state->title,
		    "TCP's states, connection %u", scene->moment->current);
	else
		*state->title = '\0';
	state->count = (size_t)canvas->rows;
}

/* Below a narrator there is no room for all of it: from the state where an end is
 * to the ways.  An end that is CLOSED counts when the other one is, too. */
static size_t
wanted(const struct pane_state *state, const struct scene *scene, size_t *lines)
{
	struct diagram diagram = {0};
	struct way ways[ENDS] = {0};
	int first = DIAGRAM_ROWS, closed = diagram_row(STATE_GONE);
	read_log(scene, &diagram, ways);
	for (int end = END_CLIENT; end < ENDS; end++) {
		int row = diagram_row(diagram.now[end]);
		if (diagram.known[end] && row < first && row != closed)
			first = row;
	}
	if (first == DIAGRAM_ROWS)
		first = closed;
	*lines = state->count - (size_t)first;
	return (size_t)first;
}

const struct pane pane_states = {
	.name = "states", .key = 's', .title = "TCP's states", .place = PLACE_NONE,
	.whole = true, .prepare = prepare, .line = pane_write_canvas,
	.wanted = wanted,
	.subject = pane_connection_subject,
};
