/* state_diagram.c: TCP's state transition diagram (RFC 9293, figure 5; UNP,
 * figure 2.4).
 *
 * The picture is two tables: where each state stands, and each arrow's corners,
 * its words and where the marks stand of the ends that took it.  The characters
 * of the lines follow from the corners: lines that meet become a crossing.  An
 * arrow that was taken is drawn with a double line, and with a c or an s on it:
 * never told by colour or weight of the type alone.
 *
 * Linux has a row of its own for each connection, so that LISTEN is the state of
 * another socket: a row that begins in SYN_RECV came by the arrow from LISTEN. */
#include "state_diagram.h"

#include "escape.h"

#include <stdio.h>
#include <string.h>

enum { ARM_UP = 1, ARM_DOWN = 2, ARM_LEFT = 4, ARM_RIGHT = 8, CORNERS = 5 };

/* Where the words stand that say which end is in a state. */
enum tag_side { TAG_LEFT, TAG_RIGHT, TAG_BELOW };

struct point { int row, column; };

/* The first corner lies in the state that the arrow leaves, the last is its
 * head; a column of 0 (no arrow has one) ends them. */
struct arrow {
	enum tcp_state from, to;
	struct point corners[CORNERS];
	struct point label_at;
	const char *label;
	struct point mark_at;
};

static const struct { struct point at; enum tag_side tag; }
places[STATE_COUNT] = {
	[STATE_GONE] = {{0, 33}, TAG_LEFT},
	[STATE_LISTEN] = {{2, 33}, TAG_RIGHT},
	[STATE_SYN_RECV] = {{5, 9}, TAG_LEFT},
	[STATE_SYN_SENT] = {{5, 56}, TAG_RIGHT},
	[STATE_ESTABLISHED] = {{8, 31}, TAG_BELOW},
	[STATE_FIN_WAIT1] = {{11, 9}, TAG_LEFT},
	[STATE_CLOSING] = {{11, 33}, TAG_RIGHT},
	[STATE_CLOSE_WAIT] = {{11, 56}, TAG_RIGHT},
	[STATE_FIN_WAIT2] = {{14, 9}, TAG_LEFT},
	[STATE_TIME_WAIT] = {{14, 32}, TAG_RIGHT},
	[STATE_LAST_ACK] = {{14, 56}, TAG_LEFT},
};

/* "event / segment that is sent": capitals are a segment that came, small letters
 * a call of the program. */
static const struct arrow arrows[DIAGRAM_ARROWS] = {
	{STATE_GONE, STATE_LISTEN, {{0, 35}, {1, 35}},
	 {1, 27}, "listen", {1, 25}},
	{STATE_LISTEN, STATE_SYN_RECV, {{2, 32}, {2, 12}, {4, 12}},
	 {2, 17}, " SYN / SYN+ACK ", {2, 13}},
	{STATE_SYN_RECV, STATE_LISTEN, {{5, 15}, {3, 15}, {3, 34}},
	 {3, 22}, " RST ", {3, 17}},
	{STATE_LISTEN, STATE_SYN_SENT, {{2, 37}, {3, 37}, {3, 57}, {4, 57}},
	 {3, 41}, " write / SYN ", {3, 54}},
	{STATE_GONE, STATE_SYN_SENT, {{0, 38}, {1, 38}, {1, 60}, {4, 60}},
	 {1, 41}, " connect / SYN ", {1, 56}},
	{STATE_SYN_SENT, STATE_GONE, {{5, 63}, {0, 63}, {0, 40}},
	 {2, 65}, "close, RST,", {1, 65}},
	{STATE_SYN_SENT, STATE_SYN_RECV, {{5, 56}, {5, 18}},
	 {5, 26}, " SYN / SYN+ACK ", {5, 44}},
	{STATE_SYN_RECV, STATE_ESTABLISHED, {{5, 14}, {6, 14}, {6, 34}, {7, 34}},
	 {6, 20}, " ACK ", {6, 29}},
	{STATE_SYN_SENT, STATE_ESTABLISHED, {{5, 60}, {6, 60}, {6, 38}, {7, 38}},
	 {6, 40}, " SYN+ACK / ACK ", {6, 56}},
	{STATE_SYN_RECV, STATE_FIN_WAIT1, {{5, 10}, {10, 10}},
	 {7, 12}, "close / FIN", {7, 6}},
	{STATE_ESTABLISHED, STATE_FIN_WAIT1, {{8, 31}, {8, 14}, {10, 14}},
	 {8, 16}, " close / FIN ", {9, 16}},
	{STATE_ESTABLISHED, STATE_CLOSE_WAIT, {{8, 42}, {8, 60}, {10, 60}},
	 {8, 46}, " FIN / ACK ", {9, 62}},
	{STATE_FIN_WAIT1, STATE_CLOSING, {{11, 18}, {11, 31}},
	 {10, 21}, "FIN / ACK", {11, 24}},
	{STATE_FIN_WAIT1, STATE_FIN_WAIT2, {{11, 11}, {13, 11}},
	 {12, 7}, "ACK", {13, 7}},
	{STATE_FIN_WAIT1, STATE_TIME_WAIT, {{11, 16}, {12, 16}, {12, 33}, {13, 33}},
	 {12, 18}, " FIN+ACK / ACK ", {13, 28}},
	{STATE_CLOSING, STATE_TIME_WAIT, {{11, 37}, {13, 37}},
	 {12, 39}, "ACK", {13, 39}},
	{STATE_FIN_WAIT2, STATE_TIME_WAIT, {{14, 18}, {14, 30}},
	 {15, 20}, "FIN / ACK", {14, 23}},
	{STATE_TIME_WAIT, STATE_GONE, {{14, 36}, {15, 36}, {15, 77}, {0, 77}, {0, 40}},
	 {15, 44}, " 60 s (2 MSL) ", {15, 39}},
	{STATE_CLOSE_WAIT, STATE_LAST_ACK, {{11, 60}, {13, 60}},
	 {12, 62}, "close / FIN", {13, 62}},
	{STATE_LAST_ACK, STATE_GONE, {{14, 64}, {14, 77}, {0, 77}, {0, 40}},
	 {14, 66}, " ACK ", {14, 72}},
};

/* Words that belong to no single arrow, and to an arrow's second line. */
static const struct { struct point at; const char *words; } words[] = {
	{{0, 0}, "event / segment sent"},
	{{1, 0}, "c client, s server"},
	{{3, 0}, "(inferred)"},
	{{3, 65}, "timeout"},
};

/* The lines that meet in each cell: all, and those of arrows that were taken. */
struct lines {
	unsigned char all[DIAGRAM_ROWS][DIAGRAM_COLUMNS];
	unsigned char taken[DIAGRAM_ROWS][DIAGRAM_COLUMNS];
};

int
diagram_arrow(enum tcp_state from, enum tcp_state to)
{
	from = diagram_state(from);
	to = diagram_state(to);
	if (from == STATE_GONE && to == STATE_SYN_RECV)
		from = STATE_LISTEN; /* of the listening socket, whose row stays */
	for (int i = 0; i < DIAGRAM_ARROWS; i++)
		if (arrows[i].from == from && arrows[i].to == to)
			return i;
	return -1;
}

enum tcp_state
diagram_state(enum tcp_state state)
{
	return state == STATE_CLOSE || state >= STATE_COUNT ? STATE_GONE : state;
}

const char *
diagram_name(enum tcp_state state)
{
	state = diagram_state(state);
	return state == STATE_GONE ? "CLOSED" : tcp_state_name(state);
}

int
diagram_row(enum tcp_state state)
{
	return places[diagram_state(state)].at.row;
}

/* How a state looks when an end is there: the colours of the sockets pane. */
unsigned
diagram_style(enum tcp_state state)
{
	state = diagram_state(state);
	return STYLE_STRONG | STYLE_REVERSE | (state == STATE_ESTABLISHED ? STYLE_GOOD :
	    state == STATE_LISTEN ? STYLE_KEY : state == STATE_GONE ? STYLE_BAD :
	    STYLE_PASSING);
}

/* Was the arrow taken by any end? */
static bool
is_taken(const struct diagram *diagram, int number)
{
	return diagram->taken[END_CLIENT][number] != NOT_TAKEN ||
	    diagram->taken[END_SERVER][number] != NOT_TAKEN;
}

/* The sign of a difference. */
static int
step(int from, int to)
{
	return (to > from) - (to < from);
}

/* Adds a straight line to the cells that it crosses. */
static void
add_line(unsigned char cells[DIAGRAM_ROWS][DIAGRAM_COLUMNS], struct point from,
    struct point to)
{
	int down = step(from.row, to.row), right = step(from.column, to.column);
	int leaves = down > 0 ? ARM_DOWN : down < 0 ? ARM_UP :
	    right > 0 ? ARM_RIGHT : ARM_LEFT;
	int enters = down > 0 ? ARM_UP : down < 0 ? ARM_DOWN :
	    right > 0 ? ARM_LEFT : ARM_RIGHT;
	while (from.row != to.row || from.column != to.column) {
		cells[from.row][from.column] |= (unsigned char)leaves;
		from.row += down;
		from.column += right;
		cells[from.row][from.column] |= (unsigned char)enters;
	}
}

/* Adds an arrow's lines. */
static void
add_arrow(unsigned char cells[DIAGRAM_ROWS][DIAGRAM_COLUMNS],
    const struct arrow *arrow)
{
	for (int i = 1; i < CORNERS && arrow->corners[i].column != 0; i++)
		add_line(cells, arrow->corners[i - 1], arrow->corners[i]);
}

/* The character of a cell where these lines meet. */
static const char *
line_character(unsigned arms, bool taken)
{
	static const char *const shapes[2][16] = {
		{NULL, "│", "│", "│", "─", "┘", "┐", "┤", "─", "└", "┌", "├", "─",
		 "┴", "┬", "┼"},
		{NULL, "║", "║", "║", "═", "╝", "╗", "╣", "═", "╚", "╔", "╠", "═",
		 "╩", "╦", "╬"},
	};
	return shapes[taken][arms & 15];
}

/* Draws the lines of all arrows. */
static void
draw_lines(const struct diagram *diagram, struct canvas *canvas, int column)
{
	struct lines lines = {0};
	for (int i = 0; i < DIAGRAM_ARROWS; i++) {
		add_arrow(lines.all, &arrows[i]);
		if (is_taken(diagram, i))
			add_arrow(lines.taken, &arrows[i]);
	}
	for (int i = 0; i < DIAGRAM_ROWS; i++)
		for (int j = 0; j < DIAGRAM_COLUMNS; j++) {
			bool taken = lines.taken[i][j] != 0;
			unsigned arms = taken ? lines.taken[i][j] : lines.all[i][j];
			if (arms != 0)
				canvas_put(canvas, i, column + j,
				    taken ? STYLE_STRONG : STYLE_PLAIN, "%s",
				    line_character(arms, taken));
		}
}

/* Writes who took an arrow: "c", "(s)", "c(s)". */
static void
write_mark(const struct diagram *diagram, int number, char *text, size_t size)
{
	enum taken client = diagram->taken[END_CLIENT][number];
	enum taken server = diagram->taken[END_SERVER][number];
	if (client != NOT_TAKEN && client == server)
		snprintf(text, size, client == TAKEN_SEEN ? "cs" : "(cs)");
	else
		snprintf(text, size, "%s%s", client == TAKEN_SEEN ? "c" :
		    client == TAKEN_INFERRED ? "(c)" : "",
		    server == TAKEN_SEEN ? "s" :
		    server == TAKEN_INFERRED ? "(s)" : "");
}

/* Draws an arrow's head, words and marks. */
static void
draw_arrow(const struct diagram *diagram, int number, struct canvas *canvas,
    int column)
{
	const struct arrow *arrow = &arrows[number];
	unsigned style = is_taken(diagram, number) ? STYLE_STRONG : STYLE_PLAIN;
	char mark[16];
	int last = 1;
	while (last + 1 < CORNERS && arrow->corners[last + 1].column != 0)
		last++;
	struct point from = arrow->corners[last - 1], head = arrow->corners[last];
	canvas_put(canvas, head.row, column + head.column, style, "%s",
	    head.row > from.row ? "▼" : arrow->to == STATE_LISTEN ? "▲" :
	    head.column > from.column ? "►" : "◄");
	canvas_put(canvas, arrow->label_at.row, column + arrow->label_at.column,
	    style, "%s", arrow->label);
	write_mark(diagram, number, mark, sizeof mark);
	canvas_put(canvas, arrow->mark_at.row, column + arrow->mark_at.column,
	    STYLE_STRONG, "%s", mark);
}

/* Who is in a state, or was cut off there: "client", "both", "c" beside "s". */
static void
write_tag(const struct diagram *diagram, enum tcp_state state, const char *here,
    bool after, char *text, size_t size)
{
	static const char *const names[ENDS] = {"", "client", "server"};
	bool both = true, any = false;
	size_t used = 0;
	*text = '\0';
	for (int end = END_CLIENT; end < ENDS; end++) {
		bool is_here = diagram->known[end] && diagram->now[end] == state;
		bool cut = diagram->was_cut[end] && diagram->cut[end] == state;
		both &= is_here;
		if (!is_here && !cut)
			continue;
		const char *sign = is_here ? here : "×";
		used += (size_t)snprintf(text + used, size - used, "%s%s%s%s",
		    any ? " " : "", after ? "" : sign, names[end], after ? sign : "");
		any = true;
	}
	if (both)
		snprintf(text, size, "%s%s%s", after ? "" : here, "both",
		    after ? here : "");
	else if (state == STATE_LISTEN && diagram->listening)
		snprintf(text, size, "%slistening socket", here);
}

/* Draws a state, and who is there. */
static void
draw_state(const struct diagram *diagram, enum tcp_state state,
    struct canvas *canvas, int column)
{
	struct point at = places[state].at;
	const char *name = diagram_name(state);
	int after = at.column + (int)strlen(name) + 1;
	bool lit = false;
	char tag[48];
	for (int end = END_CLIENT; end < ENDS; end++)
		lit |= diagram->known[end] && diagram->now[end] == state;
	canvas_put(canvas, at.row, column + at.column - 1, lit ?
	    diagram_style(state) : STYLE_STRONG, " %s ", name);
	enum tag_side side = places[state].tag;
	write_tag(diagram, state, side == TAG_LEFT ? "►" :
	    side == TAG_RIGHT ? "◄" : "▲", side == TAG_LEFT, tag, sizeof tag);
	if (side == TAG_LEFT)
		at.column -= 1 + (int)utf8_width(tag);
	else if (side == TAG_RIGHT)
		at.column = after;
	else
		at.row++;
	canvas_put(canvas, at.row, column + at.column, STYLE_STRONG, "%s", tag);
}

void
diagram_draw(const struct diagram *diagram, struct canvas *canvas, int column)
{
	draw_lines(diagram, canvas, column);
	for (int taken = 0; taken < 2; taken++) /* last, for three share a head */
		for (int i = 0; i < DIAGRAM_ARROWS; i++)
			if (is_taken(diagram, i) == (taken == 1))
				draw_arrow(diagram, i, canvas, column);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		canvas_put(canvas, words[i].at.row, column + words[i].at.column,
		    STYLE_PLAIN, "%s", words[i].words);
	for (int state = STATE_GONE; state < STATE_COUNT; state++)
		if (state != STATE_CLOSE)
			draw_state(diagram, (enum tcp_state)state, canvas, column);
}
