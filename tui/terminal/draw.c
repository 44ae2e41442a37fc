#include "draw.h"

#include "ascii.h"
#include "escape.h"
#include "palette.h"

#include <curses.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* How many characters may combine with one: as many as curses keeps in a cell. */
enum { MARKS = CCHARW_MAX - 1 };

/* Which arms a piece of border has. */
enum { ARM_UP = 1, ARM_DOWN = 2, ARM_LEFT = 4, ARM_RIGHT = 8 };

void
draw_init(struct draw *draw, bool ascii, bool colour)
{
	bool dark = palette_is_dark(getenv("COLORFGBG"), getenv("TERM"));
	draw->ascii = ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	draw->colour = colour && has_colors() && start_color() == OK &&
	    use_default_colors() == OK;
	for (short i = STYLE_GOOD; draw->colour && i < STYLE_COLOURS; i++)
		init_pair(i, palette_colour((unsigned)i, COLORS, dark), -1);
}

void
draw_size(int *rows, int *columns)
{
	getmaxyx(stdscr, *rows, *columns);
}

void
draw_begin(void)
{
	erase();
}

void
draw_end(int row, int column)
{
	curs_set(row >= 0 ? 1 : 0);
	if (row >= 0)
		move(row, column);
	wnoutrefresh(stdscr);
	doupdate();
}

void
draw_forget(void)
{
	clearok(curscr, TRUE);
}

/* The style as curses' attributes. */
static attr_t
attributes(const struct draw *draw, unsigned style)
{
	attr_t result = 0;
	if (style & STYLE_STRONG)
		result |= A_BOLD;
	if (style & STYLE_REVERSE)
		result |= A_REVERSE;
	if (style & STYLE_FAINT)
		result |= A_DIM;
	if (draw->colour && (style & STYLE_COLOUR) != 0)
		result |= (attr_t)COLOR_PAIR((int)(style & STYLE_COLOUR));
	return result;
}

/* Writes text in ASCII into ascii (size bytes). */
static void
to_ascii(char *ascii, size_t size, const char *text)
{
	size_t used = 0, left = strlen(text);
	while (left > 0) {
		unsigned character = 0;
		size_t length = utf8_decode(text, left, &character);
		char plain[2] = {*text, '\0'};
		const char *written = length <= 1 ? plain : ascii_for(character);
		if (written == NULL || (length == 0 && (unsigned char)*text >= 0x80))
			written = "?";
		if (used + strlen(written) + 1 > size)
			break;
		strcpy(ascii + used, written);
		used += strlen(written);
		text += length == 0 ? 1 : length;
		left -= length == 0 ? 1 : length;
	}
	ascii[used] = '\0';
}

/* Is it ASCII that can be seen? */
static bool
is_plain(const char *text)
{
	while (*text >= ' ' && *text < 0x7f)
		text++;
	return *text == '\0';
}

/* What is drawn for a character of length bytes: itself, if it can be seen and curses
 * takes it for as wide as we do; marks counts those that combine with the one before. */
static size_t
write_safe(char *safe, const char *text, size_t length, unsigned character,
    size_t *marks)
{
	char alone[5] = "";
	memcpy(alone, text, length);
	size_t width = utf8_width(alone);
	bool safest = character >= ' ' && (character < 0x7f || character >= 0xa0) &&
	    !unicode_is_deceptive(character);
	if (length > 0 && width == 0 && safest && (*marks)++ >= MARKS)
		return 0; /* curses has no room for it, or there is none before */
	if (width > 0)
		*marks = 0;
	if (length > 0 && safest && wcwidth((wchar_t)character) == (int)width) {
		memcpy(safe, text, length);
		return length;
	}
	memcpy(safe, "??", length > 0 ? width : 1);
	return length > 0 ? width : 1;
}

/* The net below all others: whatever text holds, what is written into safe (size
 * bytes) cannot move the cursor, hide anything, or take other columns than ours. */
static void
to_safe(char *safe, size_t size, const char *text)
{
	size_t used = 0, left = strlen(text), marks = MARKS;
	while (left > 0 && used + 5 < size) {
		unsigned character = 0;
		size_t length = utf8_decode(text, left, &character);
		used += write_safe(safe + used, text, length, character, &marks);
		text += length == 0 ? 1 : length;
		left -= length == 0 ? 1 : length;
	}
	safe[used] = '\0';
}

void
draw_text(const struct draw *draw, int row, int column, int columns,
    const char *text, size_t skip, unsigned style)
{
	char ascii[4 * LINE_TEXT], safe[4 * LINE_TEXT];
	if (columns <= 0)
		return;
	const char *from = text + utf8_fit(text, skip);
	if (draw->ascii) {
		to_ascii(ascii, sizeof ascii, from);
		from = ascii;
	}
	if (!is_plain(from)) {
		to_safe(safe, sizeof safe, from);
		from = safe;
	}
	size_t fit = utf8_fit(from, (size_t)columns);
	attr_t wanted = attributes(draw, style);
	attr_set(wanted & ~A_COLOR, (short)PAIR_NUMBER((int)wanted), NULL);
	mvhline(row, column, (chtype)' ' | wanted, columns);
	mvaddnstr(row, column, from, (int)fit);
	attr_set(0, 0, NULL);
}

void
draw_line(const struct draw *draw, int row, int column, int columns,
    const struct line *line, size_t skip)
{
	draw_text(draw, row, column, columns, line->text, skip, line->style);
	for (size_t i = 0; i < line->mark_count; i++) {
		const struct line_mark *mark = &line->marks[i];
		int from = mark->column - (int)skip, to = from + mark->columns;
		if (from < 0)
			from = 0;
		if (to > columns)
			to = columns;
		if (from < to)
			draw_text(draw, row, column + from, to - from, line->text,
			    skip + (size_t)from, mark->style);
	}
}

/* The character of a border with these arms. */
static const char *
border_character(const struct draw *draw, unsigned arms)
{
	static const char *const shapes[16] = {
		[ARM_LEFT | ARM_RIGHT] = "─", [ARM_UP | ARM_DOWN] = "│",
		[ARM_DOWN | ARM_RIGHT] = "┌", [ARM_DOWN | ARM_LEFT] = "┐",
		[ARM_UP | ARM_RIGHT] = "└", [ARM_UP | ARM_LEFT] = "┘",
		[ARM_UP | ARM_DOWN | ARM_RIGHT] = "├",
		[ARM_UP | ARM_DOWN | ARM_LEFT] = "┤",
		[ARM_DOWN | ARM_LEFT | ARM_RIGHT] = "┬",
		[ARM_UP | ARM_LEFT | ARM_RIGHT] = "┴",
		[ARM_UP | ARM_DOWN | ARM_LEFT | ARM_RIGHT] = "┼",
	};
	if (draw->ascii)
		return arms == (ARM_LEFT | ARM_RIGHT) ? "-" :
		    arms == (ARM_UP | ARM_DOWN) ? "|" : "+";
	return shapes[arms] != NULL ? shapes[arms] : " ";
}

/* Is there a divider in this column? */
static bool
has_divider(const int *dividers, size_t count, int column)
{
	for (size_t i = 0; i < count; i++)
		if (dividers[i] == column)
			return true;
	return false;
}

/* Draws one horizontal border: dividers (-1: none) above it and below it. */
static void
draw_border(const struct draw *draw, int row, int left, int right,
    const int above[4], const int below[4])
{
	for (int column = left; column <= right; column++) {
		unsigned arms = (has_divider(above, 4, column) ? ARM_UP : 0U) |
		    (has_divider(below, 4, column) ? ARM_DOWN : 0U) |
		    (column > left ? ARM_LEFT : 0U) |
		    (column < right ? ARM_RIGHT : 0U);
		mvaddstr(row, column, border_character(draw, arms));
	}
}

/* Draws vertical borders between two rows. */
static void
draw_dividers(const struct draw *draw, int top, int bottom, const int dividers[4])
{
	const char *piece = border_character(draw, ARM_UP | ARM_DOWN);
	for (int row = top + 1; row < bottom; row++)
		for (size_t i = 0; i < 4; i++)
			if (dividers[i] >= 0)
				mvaddstr(row, dividers[i], piece);
}

/* Draws the borders of the bands: their rows, and the dividers in each. */
void
draw_borders(const struct draw *draw, const struct layout *layout, bool zoomed)
{
	int last = layout->columns - 1;
	const int none[4] = {-1, -1, -1, -1}, whole[4] = {0, last, -1, -1};
	const int top[4] = {0, layout->top_dividers[0], layout->top_dividers[1], last};
	const int middle[4] = {0, layout->details_divider, last, -1};
	const int bottom[4] = {0, layout->bottom_divider, last, -1};
	const int *bands[4] = {whole, zoomed ? whole : top, middle, bottom};
	int rows[5] = {layout->narrator_border, layout->borders[0],
	    layout->borders[zoomed ? 3 : 1], layout->borders[2], layout->borders[3]};
	int first = layout_has_narrator(layout) ? 0 : 1, end = zoomed ? 2 : 4;
	for (int i = first; i <= end; i++)
		draw_border(draw, rows[i], 0, last, i > first ? bands[i - 1] : none,
		    i < end ? bands[i] : none);
	for (int i = first; i < end; i++)
		draw_dividers(draw, rows[i], rows[i + 1], bands[i]);
}

void
draw_box(const struct draw *draw, const struct rectangle *inside)
{
	int top = inside->row - 1, bottom = inside->row + inside->rows;
	int left = inside->column - 1, right = inside->column + inside->columns;
	const int none[4] = {-1, -1, -1, -1}, sides[4] = {left, right, -1, -1};
	for (int row = inside->row; row < bottom; row++)
		mvhline(row, inside->column, ' ', inside->columns);
	draw_border(draw, top, left, right, none, sides);
	draw_border(draw, bottom, left, right, sides, none);
	draw_dividers(draw, top, bottom, sides);
}

void
draw_title(const struct draw *draw, const struct rectangle *inside,
    const char *title, unsigned style)
{
	int width = (int)utf8_width(title);
	if (width > inside->columns)
		width = inside->columns;
	draw_text(draw, inside->row - 1, inside->column, width, title, 0, style);
}
