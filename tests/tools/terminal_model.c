/* terminal_model.c: a strict terminal.
 *
 * What it knows is what terminfo's entries for xterm, screen, tmux, linux and vt100
 * let curses write, with numbers for parameters: ECMA-48's cursor movement, erasing,
 * inserting, deleting, scrolling, SGR; the private modes for the cursor, the keypad,
 * wrapping, the alternate screen, bracketed paste; the shift of character sets.  No
 * OSC, no DCS, no C1, no BEL, no NUL: those are what a hostile peer would like to
 * reach the terminal.  Its table of characters that hide or reorder text is its own,
 * so that a hole in the program's does not hide itself. */
#include "terminal_model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { ESCAPE = 0x1b, BLANK = ' ', LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_REVERSE = 4 };

/* Fails with a reason and the bytes that led to it. */
static bool __attribute__((format(printf, 2, 3)))
fail(struct model *model, const char *format, ...)
{
	va_list arguments;
	if (model->failed)
		return false;
	model->failed = true;
	va_start(arguments, format);
	int used = vsnprintf(model->reason, sizeof model->reason, format, arguments);
	va_end(arguments);
	for (size_t i = 0; i < model->recent_length && used > 0 &&
	    (size_t)used + 8 < sizeof model->reason; i++) {
		unsigned char byte = (unsigned char)model->recent[i];
		used += snprintf(model->reason + used, sizeof model->reason - (size_t)used,
		    byte < 0x20 || byte >= 0x7f ? "\\x%02x" : "%c", byte);
	}
	return false;
}

/* Empties columns of a row. */
static void
blank(struct model *model, int row, int from, int to)
{
	for (int i = from < 0 ? 0 : from; i < to && i < model->columns; i++)
		model->cells[row][i] = (struct model_cell){.characters = {BLANK}};
}

/* Begins with an empty screen. */
void
model_init(struct model *model, int columns, int rows)
{
	memset(model, 0, sizeof *model);
	model->rows = rows;
	model->columns = columns;
	model->bottom = rows - 1;
	for (int i = 0; i < MODEL_ROWS; i++)
		for (int k = 0; k < MODEL_COLUMNS; k++)
			model->cells[i][k].characters[0] = BLANK;
}

/* Changes its size. */
void
model_resize(struct model *model, int columns, int rows)
{
	for (int i = 0; i < MODEL_ROWS; i++)
		for (int k = 0; k < MODEL_COLUMNS; k++)
			if (i >= model->rows || k >= model->columns)
				model->cells[i][k] = (struct model_cell){.characters = {BLANK}};
	model->rows = rows;
	model->columns = columns;
	model->top = 0;
	model->bottom = rows - 1;
	model->wrapping = false;
	model->row = model->row < rows ? model->row : rows - 1;
	model->column = model->column < columns ? model->column : columns - 1;
}

/* Moves the cells of rows from first to last by count rows; positive: up. */
static void
scroll(struct model *model, int first, int last, int count)
{
	int step = count > 0 ? 1 : -1;
	for (int left = abs(count) > last - first ? last - first + 1 : abs(count);
	    left > 0; left--) {
		int from = step > 0 ? first : last, to = step > 0 ? last : first;
		for (int i = from; i != to; i += step)
			memcpy(model->cells[i], model->cells[i + step],
			    sizeof model->cells[i]);
		blank(model, to, 0, model->columns);
	}
}

/* One row down, or up, within the region. */
static void
move_line(struct model *model, bool down)
{
	if (model->row == (down ? model->bottom : model->top))
		scroll(model, model->top, model->bottom, down ? 1 : -1);
	else if (down ? model->row < model->rows - 1 : model->row > 0)
		model->row += down ? 1 : -1;
}

/* Characters that hide or reorder others. */
static bool
is_deceptive(uint32_t character)
{
	static const struct { uint32_t first, last; } table[] = {
		{0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c}, {0x115f, 0x1160},
		{0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e},
		{0x2060, 0x206f}, {0x3164, 0x3164}, {0xfdd0, 0xfdef}, {0xfeff, 0xfeff},
		{0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0xfffe, 0xffff},
		{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (character >= table[i].first && character <= table[i].last)
			return true;
	return (character & 0xfffe) == 0xfffe;
}

/* Makes room for columns in the row, or closes up. */
static void
shift_cells(struct model *model, int count)
{
	struct model_cell *row = model->cells[model->row];
	int left = model->columns - model->column;
	int moved = abs(count) > left ? left : abs(count);
	size_t size = (size_t)(left - moved) * sizeof *row;
	if (count > 0) {
		memmove(row + model->column + moved, row + model->column, size);
		blank(model, model->row, model->column, model->column + moved);
	} else {
		memmove(row + model->column, row + model->column + moved, size);
		blank(model, model->row, model->columns - moved, model->columns);
	}
}

/* Writes a character where the cursor is. */
static bool
put(struct model *model, uint32_t character)
{
	int width = character < 0x7f ? 1 : wcwidth((wchar_t)character);
	if (model->plain && width < 0)
		width = 1; /* no columns hang on it */
	if (width < 0 || is_deceptive(character))
		return fail(model, "U+%04X on the screen: ", character);
	struct model_cell *cell = &model->cells[model->row][model->column];
	if (width == 0) {
		if (model->column > 0 && !model->wrapping)
			cell--;
		if (cell->characters[0] == 0)
			cell--;
		for (int i = 1; i <= MODEL_MARKS; i++)
			if (cell->characters[i] == 0) {
				cell->characters[i] = character;
				return true;
			}
		return model->plain || fail(model, "too many characters that combine: ");
	}
	if (model->wrapping || model->column + width > model->columns) {
		model->column = 0;
		model->wrapping = false;
		move_line(model, true);
	}
	if (model->inserting)
		shift_cells(model, width);
	cell = &model->cells[model->row][model->column];
	if (cell->characters[0] == 0 && model->column > 0)
		cell[-1] = (struct model_cell){.characters = {BLANK}};
	*cell = (struct model_cell){.characters = {character}, .look = model->look};
	if (width == 2)
		cell[1] = (struct model_cell){.look = model->look};
	if (model->column + width < model->columns &&
	    cell[width].characters[0] == 0)
		cell[width].characters[0] = BLANK;
	model->latest = character;
	model->column += width;
	model->wrapping = model->column >= model->columns;
	if (model->wrapping)
		model->column = model->columns - 1;
	return true;
}

/* Puts the cursor there, at most to the edge. */
static void
place(struct model *model, int row, int column)
{
	model->row = row < 0 ? 0 : row >= model->rows ? model->rows - 1 : row;
	model->column = column < 0 ? 0 : column >= model->columns ?
	    model->columns - 1 : column;
	model->wrapping = false;
}

/* Erases: of the row (rows false) or the screen, behind 0, before 1, all 2. */
static bool
erase(struct model *model, bool rows, int what)
{
	if (what < 0 || what > 2)
		return false;
	blank(model, model->row, what == 0 ? model->column : 0,
	    what == 1 ? model->column + 1 : model->columns);
	for (int i = 0; rows && i < model->rows; i++)
		if ((what != 1 && i > model->row) || (what != 0 && i < model->row))
			blank(model, i, 0, model->columns);
	return true;
}

/* Does this SGR parameter choose a colour?  39 and 49 take the terminal's own again. */
static bool
is_colour(int n)
{
	return (n >= 30 && n <= 38) || (n >= 40 && n <= 48) || (n >= 90 && n <= 107);
}

/* SGR; colours are not told apart, only that there are any. */
static bool
select_look(struct model *model, const int *numbers, int count)
{
	for (int i = 0; i < count; i++) {
		int n = numbers[i];
		model->coloured = model->coloured || is_colour(n);
		if (n == 0)
			model->look = 0;
		else if (n == 1 || n == 2)
			model->look |= n == 1 ? LOOK_BOLD : LOOK_DIM;
		else if (n == 7)
			model->look |= LOOK_REVERSE;
		else if (n == 22)
			model->look &= (unsigned char)~(LOOK_BOLD | LOOK_DIM);
		else if (n == 27)
			model->look &= (unsigned char)~LOOK_REVERSE;
		else if ((n == 38 || n == 48) && i + 2 < count && numbers[i + 1] == 5)
			i += 2;
		else if (n == 38 || n == 48 ||
		    !(n == 10 || n == 39 || n == 49 || is_colour(n)))
			return false;
	}
	return true;
}

/* A private mode. */
static bool
set_mode(struct model *model, int mode, bool on)
{
	if (mode == 25)
		model->hidden = !on;
	else if (mode == 1049)
		model->alternate = on;
	else if (mode == 2004)
		model->paste = on;
	else if (mode == 1)
		model->keypad = on;
	else
		return mode == 7 || mode == 12;
	return true;
}

/* What stands between CSI and its last byte: numbers alone; -1: something else. */
static int
read_numbers(const unsigned char *bytes, size_t length, int numbers[16])
{
	int count = 1;
	numbers[0] = 0;
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == ';' && count < 16)
			numbers[count++] = 0;
		else if (bytes[i] >= '0' && bytes[i] <= '9' && numbers[count - 1] < 10000)
			numbers[count - 1] = 10 * numbers[count - 1] + bytes[i] - '0';
		else
			return -1;
	}
	return count;
}

/* CSI ? or CSI with what is not about the cursor. */
static bool
do_mode(struct model *model, bool private, const int *numbers, int count, int last)
{
	if (private && (last == 'h' || last == 'l')) {
		for (int i = 0; i < count; i++)
			if (!set_mode(model, numbers[i], last == 'h'))
				return false;
		return true;
	}
	if (private)
		return last == 'c' && (numbers[0] <= 1 || numbers[0] == 8); /* linux */
	if (last == 'h' || last == 'l') {
		if (numbers[0] == 4)
			model->inserting = last == 'h';
		return numbers[0] == 4 || numbers[0] == 34; /* screen's cursor */
	}
	if (last == 't') /* xterm keeps its title and gives it back */
		return count == 3 && (numbers[0] == 22 || numbers[0] == 23);
	return last == 'm' && select_look(model, numbers, count);
}

/* The rows that scroll.  Margins beyond the screen are cut, or passed over, as xterm
 * does it: the terminal may have shrunk while a frame was under way. */
static bool
set_margins(struct model *model, int top, int end)
{
	int bottom = end > 0 && end < model->rows ? end - 1 : model->rows - 1;
	if (end > 0 && end <= top + 1)
		return false;
	if (top < bottom) {
		model->top = top;
		model->bottom = bottom;
	}
	place(model, 0, 0);
	return true;
}

/* CSI that moves, erases or shifts. */
static bool
do_control(struct model *model, const int *numbers, int count, int last)
{
	int n = numbers[0] > 0 ? numbers[0] : 1, row = model->row, column = model->column;
	int second = count > 1 && numbers[1] > 0 ? numbers[1] : 1;
	switch (last) {
	case 'A': place(model, row - n, column); return true;
	case 'B': place(model, row + n, column); return true;
	case 'C': place(model, row, column + n); return true;
	case 'D': place(model, row, column - n); return true;
	case 'G': place(model, row, n - 1); return true;
	case 'd': place(model, n - 1, column); return true;
	case 'H': place(model, n - 1, second - 1); return true;
	case 'Z': place(model, row, ((column + 7) / 8 - n) * 8); return true;
	case 'J': return erase(model, true, numbers[0]);
	case 'K': return erase(model, false, numbers[0]);
	case 'X': blank(model, row, column, column + n); return true;
	case '@': shift_cells(model, n); return true;
	case 'P': shift_cells(model, -n); return true;
	case 'L': scroll(model, row, model->bottom, -n); return true;
	case 'M': scroll(model, row, model->bottom, n); return true;
	case 'S': scroll(model, model->top, model->bottom, n); return true;
	case 'T': scroll(model, model->top, model->bottom, -n); return true;
	case 'b':
		while (n-- > 0 && put(model, model->latest))
			continue;
		return true;
	case 'r': return set_margins(model, n - 1, count > 1 ? numbers[1] : 0);
	default: return false;
	}
}

/* A whole sequence behind ESC. */
static bool
do_sequence(struct model *model)
{
	const unsigned char *bytes = model->pending;
	size_t length = model->pending_length;
	int last = bytes[length - 1], numbers[16];
	if (bytes[1] == '[') {
		bool private = length > 3 && bytes[2] == '?';
		size_t from = private ? 3 : 2;
		int count = read_numbers(bytes + from, length - 1 - from, numbers);
		return count > 0 && (do_mode(model, private, numbers, count, last) ||
		    (!private && do_control(model, numbers, count, last)));
	}
	switch (bytes[1]) {
	case '(': model->shifted = last == '0'; return last == 'B' || last == '0';
	case ')': return last == 'B' || last == '0';
	case '=': case '>': return true;
	case 'M': move_line(model, false); return true;
	case '7': model->saved_row = model->row; model->saved_column = model->column; return true;
	case '8': place(model, model->saved_row, model->saved_column); return true;
	default: return false;
	}
}

/* Is the sequence whole? */
static bool
is_whole(const struct model *model)
{
	const unsigned char *bytes = model->pending;
	size_t length = model->pending_length;
	if (length < 2)
		return false;
	if (bytes[1] == '[')
		return length > 2 && (bytes[length - 1] < 0x20 || bytes[length - 1] >= 0x40);
	return (bytes[1] != '(' && bytes[1] != ')') || length == 3;
}

/* A control character. */
static bool
do_byte(struct model *model, unsigned char byte)
{
	if (byte == '\r')
		place(model, model->row, 0);
	else if (byte == '\n')
		move_line(model, true);
	else if (model->plain)
		return byte == '\t' || fail(model, "a control byte: ");
	else if (byte == '\b')
		place(model, model->row, model->column - 1);
	else if (byte == '\t')
		place(model, model->row, (model->column / 8 + 1) * 8);
	else if (byte == 0x0e || byte == 0x0f)
		model->shifted = byte == 0x0e;
	else
		return fail(model, "the control byte %02x: ", byte);
	return true;
}

/* The character that a lead byte begins is so long; 0: it is none. */
static size_t
character_length(unsigned char lead)
{
	return lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 :
	    lead < 0xf5 ? 4 : 0;
}

/* A byte of a character of several. */
static bool
feed_character(struct model *model, unsigned char byte)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	model->pending[model->pending_length++] = byte;
	size_t whole = character_length(model->pending[0]);
	if (model->ascii || whole == 0 || (model->pending_length > 1 && (byte & 0xc0) != 0x80))
		return fail(model, "the byte %02x is no text here: ", byte);
	if (model->pending_length < whole)
		return true;
	uint32_t character = model->pending[0] & (0xffU >> (whole + 1));
	for (size_t i = 1; i < whole; i++)
		character = character << 6 | (model->pending[i] & 0x3f);
	model->pending_length = 0;
	if (character < least[whole] || character > 0x10ffff || character < 0xa0 ||
	    (character >= 0xd800 && character < 0xe000))
		return fail(model, "U+%04X is no text: ", character);
	return put(model, character);
}

/* Takes in a byte. */
static bool
feed_byte(struct model *model, unsigned char byte)
{
	if (model->recent_length == sizeof model->recent)
		memmove(model->recent, model->recent + 1, --model->recent_length);
	model->recent[model->recent_length++] = (char)byte;
	if (model->pending_length > 0 && model->pending[0] == ESCAPE) {
		model->pending[model->pending_length++] = byte;
		if (!is_whole(model))
			return model->pending_length < sizeof model->pending ||
			    fail(model, "an endless sequence: ");
		if (!do_sequence(model))
			return fail(model, "a sequence that is not ours: ");
		model->pending_length = 0;
		return true;
	}
	if (model->pending_length > 0 || byte >= 0x80)
		return feed_character(model, byte);
	if (byte == ESCAPE && !model->plain) {
		model->pending[model->pending_length++] = byte;
		return true;
	}
	return byte < 0x20 || byte == 0x7f ? do_byte(model, byte) : put(model, byte);
}

/* Takes in bytes. */
bool
model_feed(struct model *model, const unsigned char *bytes, size_t length)
{
	for (size_t i = 0; i < length && !model->failed; i++)
		feed_byte(model, bytes[i]);
	return !model->failed;
}

/* Appends a character as UTF-8. */
static size_t
write_character(char *text, uint32_t character)
{
	if (character < 0x80) {
		text[0] = (char)character;
		return 1;
	}
	size_t length = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
	for (size_t i = length - 1; i > 0; i--, character >>= 6)
		text[i] = (char)(0x80 | (character & 0x3f));
	text[0] = (char)((0xf00U >> length) | character);
	return length;
}

/* A row as UTF-8. */
void
model_row(const struct model *model, int row, char *text, size_t size)
{
	size_t used = 0, whole = 0;
	for (int i = 0; i < model->columns; i++)
		for (int k = 0; k <= MODEL_MARKS; k++) {
			uint32_t character = model->cells[row][i].characters[k];
			if (character == 0 || used + 5 > size)
				break;
			used += write_character(text + used, character);
			whole = character != BLANK ? used : whole;
		}
	text[whole] = '\0';
}

/* Is everything put back? */
bool
model_is_put_back(struct model *model)
{
	const char *left = model->alternate ? "the alternate screen" :
	    model->hidden ? "the hidden cursor" : model->paste ? "bracketed paste" :
	    model->keypad ? "the keypad's mode" : model->inserting ? "insert mode" :
	    model->shifted ? "another character set" : model->look != 0 ? "a look" :
	    model->pending_length > 0 ? "half a sequence" :
	    model->top != 0 || model->bottom != model->rows - 1 ? "a scroll region" : NULL;
	if (left != NULL)
		snprintf(model->reason, sizeof model->reason, "left behind: %s", left);
	return left == NULL;
}
