/* pane_figures.c: the calls of both sides, side by side, and below them the four
 * values that name the connection: which call fixed each, and who chose it. */
#include "figures.h"

#include "endpoint.h"
#include "pane_table.h"
#include "signal_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { VALUES = 4, VALUES_ROW = FIGURE_CALLS + 2, VALUE_COLUMN = 16,
    WIDE_COLUMNS = 56, CHOSEN = VALUES * 2, WORDS_ROW = VALUES_ROW + CHOSEN + 1, WORDS = 8 };

static const char *const value_names[VALUES] = {
	"local address", "local port", "foreign address", "foreign port",
};

/* Which call fixes a value, and who chooses it, in few words and in more. */
struct chooser { const char *brief, *wide; };

static const struct chooser choosers[SIDES][VALUES] = {
	[SIDE_CLIENT] = {
		{"connect: the kernel, by its route",
		 "connect: the kernel, by the route to the server"},
		{"connect: the kernel, ephemeral",
		 "connect: the kernel, an ephemeral port that was free"},
		{"connect: the caller", "connect: the caller, as the server's address"},
		{"connect: the caller", "connect: the caller, as the server's port"},
	},
	[SIDE_SERVER] = {
		{"bind: the caller", "bind: the caller, this address alone"},
		{"bind: the caller, well known",
		 "bind: the caller, a port that the clients know"},
		{"accept: it is the client's",
		 "accept: the client's own, from its SYN"},
		{"accept: it is the client's",
		 "accept: the client's own, from its SYN"},
	},
};

/* Of a socket that is bound to any address. */
static const struct chooser any_before = {"bind: any; accept will tell",
    "bind: any address of this host; accept will tell which"};
static const struct chooser any_after = {"accept: where the SYN was sent",
    "accept: the one that the client's SYN was sent to"};

/* Of the local and of the foreign values at once. */
static const char *const pairs[SIDES][2] = {
	[SIDE_CLIENT] = {"connect: kernel: route, ephemeral", "connect: the caller"},
	[SIDE_SERVER] = {"bind: the caller", "accept: it is the client's"},
};

/* Writes what a call returned. */
static void
write_result(const struct made *made, char *text, size_t size)
{
	const struct event_call *call = &made->call;
	char times[32] = "";
	if (made->count > 1)
		snprintf(times, sizeof times, ", %u times", made->count);
	if (call->result < 0)
		snprintf(text, size, "%s%s", errno_name(call->error), times);
	else if (call->call == CALL_READ && call->result == 0)
		snprintf(text, size, "= 0, %s%s", made->count > 1 ? "EOF" :
		    "end of file", times);
	else
		snprintf(text, size, "= %" PRId64 "%s", call->result, times);
}

/* Did its process end without that call, and leave it to the kernel?  Only as long
 * as the calls before it are still in the log. */
static bool
closed_by_kernel(const struct figures *figures, int side)
{
	const struct moment_connection *connection = figures->connection;
	if (connection == NULL)
		return false;
	if (side == SIDE_SERVER)
		return connection->child_ended &&
		    figures_server_made(figures, CALL_FORK) != NULL;
	return connection->established && !connection->open &&
	    figures->made[SIDE_CLIENT][1].count > 0; /* connect */
}

/* Draws one call of a chain. */
static void
draw_call(struct canvas *canvas, int row, int column, int columns,
    const struct figures *figures, int side, int number)
{
	const struct chain_call *call = figures_chain(side, number);
	const struct made *made = &figures->made[side][number];
	char result[96] = "-";
	unsigned style = STYLE_PLAIN;
	if (made->count > 0) {
		write_result(made, result, sizeof result);
		style = STYLE_STRONG | (made->call.result < 0 ? STYLE_BAD : STYLE_PLAIN);
		canvas_put(canvas, row, column + 9, style, "%8.3f",
		    (double)made->time / 1e9);
	} else if (call->call == CALL_CLOSE && closed_by_kernel(figures, side)) {
		snprintf(result, sizeof result, "the kernel: it ended");
		style = STYLE_BAD;
	}
	canvas_put(canvas, row, column, style, "%s %s",
	    made->count > 0 ? "►" : " ", call->name);
	canvas_put(canvas, row, column + 18, style, "%s", result);
	if (columns >= WIDE_COLUMNS && strlen(result) < 10)
		canvas_put(canvas, row, column + 29, STYLE_PLAIN, "%s", call->does);
}

/* Writes a value; what is too long for its room is shown by its end. */
static void
write_value(const struct report_endpoint *endpoint, bool port, size_t room,
    char *text, size_t size)
{
	char whole[ENDPOINT_TEXT];
	if (endpoint->family == 0)
		snprintf(whole, sizeof whole, "-");
	else if (port)
		snprintf(whole, sizeof whole, "%u", endpoint->port);
	else if (endpoint_is_any(endpoint))
		snprintf(whole, sizeof whole, "* (any)");
	else
		endpoint_address_text(endpoint, whole);
	size_t length = strlen(whole);
	if (length <= room)
		snprintf(text, size, "%s", whole);
	else
		snprintf(text, size, "~%s", whole + length - room + 1);
}

/* Draws one of the four values of an end, and below it who chooses it. */
static void
draw_value(struct canvas *canvas, int row, int column, int columns,
    const struct figures *figures, int side, int number)
{
	const struct report_endpoint *endpoint = &figures->values[side][number / 2];
	const struct chooser *chooser = &choosers[side][number];
	struct report_endpoint plain = endpoint_unmapped(*endpoint);
	char value[ENDPOINT_TEXT];
	if (side == SIDE_SERVER && number == 0 && figures->any)
		chooser = endpoint_is_any(endpoint) ? &any_before : &any_after;
	write_value(&plain, number % 2 == 1, (size_t)(columns - VALUE_COLUMN),
	    value, sizeof value);
	canvas_put(canvas, row, column, STYLE_PLAIN, "%s", value_names[number]);
	canvas_put(canvas, row, column + VALUE_COLUMN, STYLE_STRONG |
	    (endpoint->family != 0 ? STYLE_GOOD : STYLE_PLAIN), "%s", value);
	canvas_put(canvas, row + 1, column + 2, STYLE_PLAIN, "%s",
	    columns >= WIDE_COLUMNS ? chooser->wide : chooser->brief);
}

/* Where there is little room: two values in one line, and below them who chooses
 * them. */
static void
draw_pair(struct canvas *canvas, int row, int column, const struct figures *figures,
    int side, bool foreign)
{
	const struct report_endpoint *endpoint = &figures->values[side][foreign];
	struct report_endpoint plain = endpoint_unmapped(*endpoint);
	char text[ENDPOINT_TEXT];
	const char *chosen = pairs[side][foreign];
	if (side == SIDE_SERVER && !foreign && figures->any)
		chosen = endpoint_is_any(endpoint) ?
		    "bind: any address, the caller's port" :
		    "bind: the port; accept: the address";
	canvas_put(canvas, row, column, STYLE_PLAIN, "%s", foreign ?
	    "foreign" : "local");
	canvas_put(canvas, row, column + 8, STYLE_STRONG |
	    (endpoint->family != 0 ? STYLE_GOOD : STYLE_PLAIN), "%s",
	    endpoint_text(&plain, text));
	canvas_put(canvas, row + 1, column + 2, STYLE_PLAIN, "%s", chosen);
}

/* Draws one side's figure. */
static void
draw_side(struct canvas *canvas, int column, int columns,
    const struct figures *figures, const struct scene *scene, int side)
{
	bool brief = canvas->rows < VALUES_ROW + CHOSEN;
	char who[64] = "";
	if (side == SIDE_SERVER && figures->parent != 0)
		snprintf(who, sizeof who, figures->child != 0 ?
		    ": %d, child %d" : ": %d", (int)figures->parent,
		    (int)figures->child);
	else if (side == SIDE_CLIENT && scene->moment->current == 0)
		snprintf(who, sizeof who, ": no connection yet");
	else if (side == SIDE_CLIENT)
		snprintf(who, sizeof who, ": connection %u",
		    scene->moment->current);
	else
		snprintf(who, sizeof who, moment_is_listening(scene->moment) ?
		    ": not ours, tells nothing" : ": no call yet");
	canvas_put(canvas, 0, column, STYLE_STRONG | STYLE_KEY, "%s%s",
	    side == SIDE_CLIENT ? "Client (5.15)" : "Server (5.16)", who);
	for (int i = 0; figures_chain(side, i) != NULL; i++)
		draw_call(canvas, 1 + i, column, columns, figures, side, i);
	for (int i = 0; brief && i < 2; i++)
		draw_pair(canvas, VALUES_ROW + 2 * i, column, figures, side, i == 1);
	for (int i = 0; !brief && i < VALUES; i++)
		draw_value(canvas, VALUES_ROW + 2 * i, column, columns, figures,
		    side, i);
}

/* Draws the lines between the blocks. */
static void
draw_lines(struct canvas *canvas, int middle)
{
	for (int row = 0; row < VALUES_ROW + CHOSEN && row < canvas->rows; row++)
		canvas_put(canvas, row, middle, STYLE_PLAIN, "│");
	for (int column = 0; column < canvas->columns; column++)
		canvas_put(canvas, VALUES_ROW - 1, column, STYLE_PLAIN,
		    column == middle ? "┼" : "─");
}

/* Where there is room: the sense of it. */
static void
draw_words(struct canvas *canvas)
{
	struct text text = {0};
	text_wrap(&text, STYLE_PLAIN, "The four values together name the connection: "
	    "the table of sockets has a row for each end, with local and foreign "
	    "changed over. The client calls no bind: whatever port is free will do, "
	    "for nobody has to find it. The server calls bind because its port is "
	    "what every client must know beforehand. Each accept gives a socket with "
	    "the same local port and another foreign pair, and TCP hands each segment "
	    "to the socket that all four fit.", canvas->columns - 2, 0);
	for (size_t i = 0; i < text.count; i++)
		canvas_put(canvas, WORDS_ROW + (int)i, 1, STYLE_PLAIN, "%s",
		    text.lines[i].text);
	text_release(&text);
}

static void
prepare(struct pane_state *state, const struct scene *scene,
    const struct rectangle *inside)
{
	struct figures figures;
	int middle = inside->columns / 2 - 1;
	int rows = inside->rows >= WORDS_ROW + WORDS ? WORDS_ROW + WORDS :
	    inside->rows >= VALUES_ROW + CHOSEN ? VALUES_ROW + CHOSEN :
	    VALUES_ROW + VALUES;
	figures_read(&figures, scene);
	canvas_clear(&state->canvas, rows, inside->columns);
	draw_side(&state->canvas, 0, middle, &figures, scene, SIDE_CLIENT);
	draw_side(&state->canvas, middle + 2, inside->columns - middle - 2,
	    &figures, scene, SIDE_SERVER);
	draw_lines(&state->canvas, middle);
	if (rows > WORDS_ROW)
		draw_words(&state->canvas);
	state->count = (size_t)state->canvas.rows;
}

const struct pane pane_figures = {
	.name = "figures", .key = 'f', .title = "Calls, addresses and ports, from both sides",
	.place = PLACE_NONE, .whole = true, .prepare = prepare, .line = pane_write_canvas,
	.subject = pane_connection_subject,
};
