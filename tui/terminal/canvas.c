#include "canvas.h"

#include "escape.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
canvas_clear(struct canvas *canvas, int rows, int columns)
{
	size_t count = rows > 0 && columns > 0 ? (size_t)rows * (size_t)columns : 0;
	if (count > canvas->room) {
		struct canvas_cell *larger =
		    realloc(canvas->cells, count * sizeof *larger);
		if (larger == NULL) {
			canvas->rows = canvas->columns = 0;
			return;
		}
		canvas->cells = larger;
		canvas->room = count;
	}
	canvas->rows = count > 0 ? rows : 0;
	canvas->columns = count > 0 ? columns : 0;
	for (size_t i = 0; i < count; i++)
		canvas->cells[i] = (struct canvas_cell){.character = " ",
		    .style = STYLE_PLAIN};
}

/* Writes one character of so many bytes, when it lies inside. */
static void
put_character(struct canvas *canvas, int row, int column, unsigned style,
    const char *bytes, size_t length)
{
	char text[5] = "";
	if (row < 0 || row >= canvas->rows || column < 0 ||
	    column >= canvas->columns)
		return;
	memcpy(text, bytes, length);
	if (utf8_width(text) != 1)
		strcpy(text, "?");
	struct canvas_cell *cell =
	    &canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column];
	memcpy(cell->character, text, sizeof cell->character);
	cell->style = style;
}

void
canvas_put(struct canvas *canvas, int row, int column, unsigned style,
    const char *format, ...)
{
	char text[LINE_TEXT];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	size_t left = strlen(text);
	for (const char *at = text; left > 0; column++) {
		unsigned character;
		size_t length = utf8_decode(at, left, &character);
		put_character(canvas, row, column, style, length > 0 ? at : "?",
		    length > 0 ? length : 1);
		at += length > 0 ? length : 1;
		left -= length > 0 ? length : 1;
	}
}

/* Adds the columns from here to there as a mark of their own. */
static void
add_mark(struct line *line, int from, int to, unsigned style)
{
	if (from < to && style != STYLE_PLAIN && line->mark_count < LINE_MARKS)
		line->marks[line->mark_count++] = (struct line_mark){
		    .column = from, .columns = to - from, .style = style};
}

void
canvas_write_line(const struct canvas *canvas, int row, struct line *line)
{
	size_t used = 0;
	int begun = 0, column = 0;
	*line->text = '\0';
	line->style = STYLE_PLAIN;
	line->mark_count = 0;
	if (row < 0 || row >= canvas->rows)
		return;
	const struct canvas_cell *cells =
	    &canvas->cells[(size_t)row * (size_t)canvas->columns];
	for (; column < canvas->columns && used + 5 < sizeof line->text; column++) {
		size_t length = strnlen(cells[column].character,
		    sizeof cells[column].character);
		memcpy(line->text + used, cells[column].character, length);
		used += length;
		if (cells[column].style != cells[begun].style) {
			add_mark(line, begun, column, cells[begun].style);
			begun = column;
		}
	}
	if (column > 0)
		add_mark(line, begun, column, cells[begun].style);
	line->text[used] = '\0';
}

void
canvas_release(struct canvas *canvas)
{
	free(canvas->cells);
	*canvas = (struct canvas){0};
}
