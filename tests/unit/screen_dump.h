/* screen_dump.h: what curses' screen shows, as text. */
#ifndef SCREEN_DUMP_H
#define SCREEN_DUMP_H

#include <check.h>
#include <curses.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { CELLS = 512, DUMP = 65536 };

/* What the terminal shows, a line for each row. */
static inline char *
dump(void)
{
	int rows, columns;
	char *text = malloc(DUMP);
	ck_assert_ptr_nonnull(text);
	FILE *file = fmemopen(text, DUMP, "w");
	ck_assert_ptr_nonnull(file);
	getmaxyx(stdscr, rows, columns);
	for (int i = 0; i < rows; i++) {
		wchar_t cells[CELLS];
		ck_assert_int_ne(mvinnwstr(i, 0, cells, columns), ERR);
		size_t length = wcslen(cells);
		while (length > 0 && cells[length - 1] == L' ')
			cells[--length] = L'\0';
		ck_assert_int_ge(fprintf(file, "%ls\n", cells), 0);
	}
	ck_assert_int_eq(fclose(file), 0);
	return text;
}

/* The screen holds this text somewhere. */
static inline bool
holds(const char *wanted)
{
	char *text = dump();
	bool found = strstr(text, wanted) != NULL;
	free(text);
	return found;
}

#endif
