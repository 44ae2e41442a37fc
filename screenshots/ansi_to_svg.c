/* ansi_to_svg.c: a terminal's screen, as tmux capture-pane -epN prints it, drawn
 * as SVG.
 *
 *   tmux capture-pane -epN | ansi_to_svg COLUMNS ROWS [CURSOR_X CURSOR_Y] >x.svg
 *
 * The text is read into a grid of cells first; then each row is drawn run by run.
 * A run is a stretch of cells that look the same; it is one <text> at the place
 * of its first cell, so that no rounding of the font's width moves a column.
 * Wide characters are a run each, for the same reason.  Lines of boxes are drawn
 * as paths: glyphs of two rows would not quite meet.
 *
 * Of the escape sequences only SGR is known (ECMA-48, 8.3.117, with xterm's 38;5
 * and 38;2), and the shift to the line-drawing set; capture-pane prints no
 * others. */
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { COLUMNS_MOST = 500, ROWS_MOST = 200, PARAMETERS = 16, LINE = 65536 };

/* DejaVu Sans Mono at 16 pixels: an advance of 1233/2048 em. */
#define FONT_SIZE 16
#define CELL_WIDTH (FONT_SIZE * 1233.0 / 2048)
#define CELL_HEIGHT 20.0
#define BASELINE 15.0
#define MARGIN 8.0
#define BACKGROUND 0x16181d
#define FOREGROUND 0xd6d9df

struct look {
	uint32_t foreground, background; /* 0xRRGGBB */
	bool has_background;
	bool bold, dim, underline, reverse;
};

struct cell {
	wchar_t character;               /* 0: right half of a wide one */
	struct look look;
};

struct screen {
	int columns, rows;
	int row, column;                 /* where the next character goes */
	bool lines;                      /* shifted to the line-drawing set */
	struct look look;
	struct cell cells[ROWS_MOST][COLUMNS_MOST];
};

/* What escape sequences start from. */
static const struct look plain = {
	.foreground = FOREGROUND, .background = BACKGROUND,
};

/* Colour number of xterm's 256. */
static uint32_t
palette(int number)
{
	static const uint32_t sixteen[] = {
		0x2b2f38, 0xe5646e, 0x8fc76f, 0xe3c078,
		0x6cb0f2, 0xca7fe0, 0x5cc0cc, 0xd6d9df,
		0x6b7280, 0xff8089, 0xa8e08a, 0xf5d68f,
		0x8cc4ff, 0xdd9bf0, 0x79dbe6, 0xffffff,
	};
	static const uint32_t steps[] = {0, 95, 135, 175, 215, 255};
	if (number < 16)
		return sixteen[number];
	if (number >= 232)
		return (uint32_t)(8 + 10 * (number - 232)) * 0x010101;
	number -= 16;
	return steps[number / 36] << 16 | steps[number / 6 % 6] << 8 |
	    steps[number % 6];
}

/* The colour behind 38 or 48 at *at, which moves to its last parameter. */
static uint32_t
read_colour(const int *parameters, int count, int *at, uint32_t otherwise)
{
	if (*at + 2 < count && parameters[*at + 1] == 5) {
		*at += 2;
		return palette(parameters[*at] & 255);
	}
	if (*at + 4 < count && parameters[*at + 1] == 2) {
		*at += 4;
		return (uint32_t)((parameters[*at - 2] & 255) << 16 |
		    (parameters[*at - 1] & 255) << 8 | (parameters[*at] & 255));
	}
	return otherwise;
}

/* The parameters that switch something on or off; false: it is another one. */
static bool
apply_switch(struct look *look, int parameter)
{
	switch (parameter) {
	case 1: look->bold = true; return true;
	case 2: look->dim = true; return true;
	case 4: look->underline = true; return true;
	case 7: look->reverse = true; return true;
	case 22: look->bold = look->dim = false; return true;
	case 24: look->underline = false; return true;
	case 27: look->reverse = false; return true;
	case 39: look->foreground = FOREGROUND; return true;
	case 49: look->has_background = false; return true;
	default: return false;
	}
}

/* Applies the parameters of one SGR sequence. */
static void
apply_parameters(struct look *look, const int *parameters, int count)
{
	for (int i = 0; i < count; i++) {
		int number = parameters[i];
		bool bright = number >= 90;
		int base = number - (bright ? 60 : 0);
		if (number == 0)
			*look = plain;
		else if (number == 38 || number == 48) {
			uint32_t *colour = number == 38 ? &look->foreground :
			    &look->background;
			*colour = read_colour(parameters, count, &i, *colour);
			look->has_background |= number == 48;
		} else if (!apply_switch(look, number) && base >= 30 && base <= 37) {
			look->foreground = palette(base - 30 + (bright ? 8 : 0));
		} else if (base >= 40 && base <= 47) {
			look->background = palette(base - 40 + (bright ? 8 : 0));
			look->has_background = true;
		}
	}
}

/* Reads the sequence behind ESC; returns what follows it. */
static const char *
read_sequence(struct screen *screen, const char *text)
{
	int parameters[PARAMETERS] = {0}, count = 1;
	if (*text != '[')
		return *text == '(' && text[1] != '\0' ? text + 2 : text;
	for (text++; (*text >= '0' && *text <= '9') || *text == ';' || *text == ':';
	    text++) {
		if (*text == ';' || *text == ':')
			count += count < PARAMETERS;
		else if (parameters[count - 1] < 1000)
			parameters[count - 1] = parameters[count - 1] * 10 +
			    (*text - '0');
	}
	if (*text == 'm')
		apply_parameters(&screen->look, parameters, count);
	return *text != '\0' ? text + 1 : text;
}

/* What stands for a letter in the line-drawing set of the VT100. */
static wchar_t
line_character(wchar_t letter)
{
	static const wchar_t letters[] = L"jklmnqtuvwx~a";
	static const wchar_t lines[] = L"┘┐┌└┼─├┤┴┬│·▒";
	const wchar_t *found = wcschr(letters, letter);
	return found != NULL && *found != L'\0' ? lines[found - letters] : letter;
}

/* Puts a character into its cell, or two. */
static void
put_character(struct screen *screen, wchar_t character)
{
	int width = wcwidth(character);
	if (screen->lines)
		character = line_character(character);
	if (width <= 0 || screen->column + width > screen->columns ||
	    screen->row >= screen->rows)
		return;
	for (int i = 0; i < width; i++)
		screen->cells[screen->row][screen->column++] = (struct cell){
		    .character = i == 0 ? character : L'\0', .look = screen->look};
}

/* Reads one line of the capture. */
static void
read_line(struct screen *screen, const char *text)
{
	screen->column = 0;
	while (*text != '\0' && *text != '\n') {
		wchar_t character;
		if (*text == '\033') {
			text = read_sequence(screen, text + 1);
			continue;
		}
		if (*text == '\016' || *text == '\017') {
			screen->lines = *text++ == '\016';
			continue;
		}
		int length = mbtowc(&character, text, strlen(text));
		if (length <= 0)
			character = L'?';
		put_character(screen, character);
		text += length > 0 ? length : 1;
	}
	screen->row++;
}

/* Mixes two colours: so many hundredths of the first. */
static uint32_t
mix(uint32_t one, uint32_t other, uint32_t share)
{
	uint32_t result = 0;
	for (int shift = 0; shift <= 16; shift += 8)
		result |= ((one >> shift & 255) * share +
		    (other >> shift & 255) * (100 - share)) / 100 << shift;
	return result;
}

/* The colours that a look comes to. */
static void
resolve(const struct look *look, uint32_t *foreground, uint32_t *background)
{
	uint32_t behind = look->has_background ? look->background : BACKGROUND;
	*foreground = look->reverse ? behind : look->foreground;
	*background = look->reverse ? look->foreground : behind;
	if (look->dim)
		*foreground = mix(*foreground, *background, 60);
}

/* Do two cells look the same? */
static bool
same_look(const struct look *one, const struct look *other)
{
	uint32_t colours[4];
	resolve(one, &colours[0], &colours[1]);
	resolve(other, &colours[2], &colours[3]);
	return colours[0] == colours[2] && colours[1] == colours[3] &&
	    one->bold == other->bold && one->underline == other->underline;
}

/* The arms of a box-drawing character: 1 left, 2 right, 4 up, 8 down. */
static unsigned
arms(wchar_t character)
{
	static const struct { wchar_t character; unsigned arms; } table[] = {
		{L'─', 3}, {L'│', 12}, {L'┌', 10}, {L'┐', 9}, {L'└', 6},
		{L'┘', 5}, {L'├', 14}, {L'┤', 13}, {L'┬', 11}, {L'┴', 7},
		{L'┼', 15},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].character == character)
			return table[i].arms;
	return 0;
}

/* Where a cell begins. */
static double
x_of(int column)
{
	return MARGIN + column * CELL_WIDTH;
}

static double
y_of(int row)
{
	return MARGIN + row * CELL_HEIGHT;
}

/* Draws the lines of one box-drawing character. */
static void
draw_arms(unsigned which, int row, int column, uint32_t colour)
{
	double x = x_of(column) + CELL_WIDTH / 2, y = y_of(row) + CELL_HEIGHT / 2;
	printf("<path stroke=\"#%06x\" d=\"", (unsigned)colour);
	if (which & 3)
		printf("M%.2f %.1fH%.2f", which & 1 ? x_of(column) : x, y,
		    which & 2 ? x_of(column + 1) : x);
	if (which & 12)
		printf("M%.2f %.1fV%.1f", x, which & 4 ? y_of(row) : y,
		    which & 8 ? y_of(row + 1) : y);
	printf("\"/>\n");
}

/* Writes a character as XML holds it. */
static void
write_character(wchar_t character)
{
	char bytes[MB_LEN_MAX + 1];
	if (character == L'<' || character == L'>' || character == L'&') {
		printf("&#%d;", (int)character);
		return;
	}
	int length = wctomb(bytes, character);
	if (length > 0)
		printf("%.*s", length, bytes);
}

/* Where the run that begins at column ends, by what may share a <text>. */
static int
run_end(const struct screen *screen, int row, int column)
{
	const struct cell *cells = screen->cells[row];
	int end = column + 1;
	if (end < screen->columns && cells[end].character == L'\0')
		return end + 1;
	while (end < screen->columns && arms(cells[column].character) == 0 &&
	    arms(cells[end].character) == 0 && cells[end].character != L'\0' &&
	    (end + 1 == screen->columns || cells[end + 1].character != L'\0') &&
	    same_look(&cells[column].look, &cells[end].look))
		end++;
	return end;
}

/* Draws the cells from begin up to end, which look the same. */
static void
draw_run(const struct screen *screen, int row, int begin, int end)
{
	const struct cell *cells = screen->cells[row];
	const struct look *look = &cells[begin].look;
	uint32_t foreground, background;
	resolve(look, &foreground, &background);
	if (background != BACKGROUND)
		printf("<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" "
		    "fill=\"#%06x\"/>\n", x_of(begin), y_of(row),
		    (end - begin) * CELL_WIDTH, CELL_HEIGHT, (unsigned)background);
	if (arms(cells[begin].character) != 0) {
		draw_arms(arms(cells[begin].character), row, begin, foreground);
		return;
	}
	while (begin < end && cells[begin].character == L' ' && !look->underline)
		begin++;
	while (end > begin && cells[end - 1].character == L' ' && !look->underline)
		end--;
	if (begin == end)
		return;
	printf("<text x=\"%.2f\" y=\"%.1f\" fill=\"#%06x\"%s%s>", x_of(begin),
	    y_of(row) + BASELINE, (unsigned)foreground,
	    look->bold ? " font-weight=\"bold\"" : "",
	    look->underline ? " text-decoration=\"underline\"" : "");
	for (int i = begin; i < end; i++)
		if (cells[i].character != L'\0')
			write_character(cells[i].character);
	printf("</text>\n");
}

/* Draws the whole screen. */
static void
draw_screen(const struct screen *screen)
{
	double width = 2 * MARGIN + screen->columns * CELL_WIDTH;
	double height = 2 * MARGIN + screen->rows * CELL_HEIGHT;
	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
	    "height=\"%.0f\" font-family=\"DejaVu Sans Mono, monospace\" "
	    "font-size=\"%d\" xml:space=\"preserve\">\n", width, height, FONT_SIZE);
	printf("<rect width=\"100%%\" height=\"100%%\" rx=\"6\" fill=\"#%06x\"/>\n",
	    BACKGROUND);
	for (int row = 0; row < screen->rows; row++)
		for (int column = 0, end; column < screen->columns; column = end) {
			end = run_end(screen, row, column);
			draw_run(screen, row, column, end);
		}
}

/* Draws the cursor as the frame of a cell. */
static void
draw_cursor(int column, int row)
{
	printf("<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" "
	    "fill=\"#%06x\" fill-opacity=\"0.8\"/>\n", x_of(column), y_of(row) + 1,
	    CELL_WIDTH, CELL_HEIGHT - 2, FOREGROUND);
}

/* A whole number from 0 to most; -1 for anything else. */
static int
read_number(const char *text, int most)
{
	char *end;
	long number = strtol(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' && number <= most ?
	    (int)number : -1;
}

int
main(int argc, char **argv)
{
	static struct screen screen;
	static char line[LINE];
	screen.columns = argc > 2 ? read_number(argv[1], COLUMNS_MOST) : -1;
	screen.rows = argc > 2 ? read_number(argv[2], ROWS_MOST) : -1;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL || screen.columns < 1 ||
	    screen.rows < 1 || (argc != 3 && argc != 5)) {
		fprintf(stderr, "Usage: ansi_to_svg COLUMNS ROWS [CURSOR_X CURSOR_Y] "
		    "<capture >SVG (locale C.UTF-8)\n");
		return 2;
	}
	screen.look = plain;
	for (int row = 0; row < screen.rows; row++)
		for (int column = 0; column < screen.columns; column++)
			screen.cells[row][column] =
			    (struct cell){.character = L' ', .look = plain};
	while (screen.row < screen.rows && fgets(line, sizeof line, stdin) != NULL)
		read_line(&screen, line);
	draw_screen(&screen);
	if (argc == 5)
		draw_cursor(read_number(argv[3], COLUMNS_MOST),
		    read_number(argv[4], ROWS_MOST));
	puts("</svg>");
	return fflush(stdout) == 0 && !ferror(stdin) ? 0 : 1;
}
