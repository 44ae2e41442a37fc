/* fuzz_screen_of.h: a terminal that nobody sees, for the fuzzers of the screen. */
#ifndef FUZZ_SCREEN_OF_H
#define FUZZ_SCREEN_OF_H

#include "fuzz.h"

#include <curses.h>
#include <locale.h>
#include <wchar.h>

enum { FUZZ_CELLS = 512 };

/* Once a process: curses draws to nowhere. */
static inline void
fuzz_open_terminal(void)
{
	static SCREEN *terminal;
	if (terminal != NULL)
		return;
	FUZZ_CHECK(setlocale(LC_ALL, "C.UTF-8") != NULL);
	FILE *in = fopen("/dev/null", "re"), *out = fopen("/dev/null", "we");
	FUZZ_CHECK(in != NULL && out != NULL);
	terminal = newterm("xterm", out, in);
	FUZZ_CHECK(terminal != NULL);
}

/* No cell holds a control character, or one that reorders its neighbours. */
static inline void
fuzz_check_screen(void)
{
	int rows, columns;
	getmaxyx(stdscr, rows, columns);
	for (int i = 0; i < rows; i++) {
		wchar_t cells[FUZZ_CELLS];
		FUZZ_CHECK(mvinnwstr(i, 0, cells, columns) != ERR);
		for (const wchar_t *cell = cells; *cell != L'\0'; cell++) {
			FUZZ_CHECK(*cell >= 0x20 && (*cell < 0x7f || *cell >= 0xa0));
			FUZZ_CHECK(!unicode_is_deceptive((unsigned)*cell));
		}
	}
}

#endif
