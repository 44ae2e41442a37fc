/* fixture.h: the files below tests/fixtures, for the suites that parse. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* The file's text, with a NUL behind it; free(3) it.  The test fails without it.
 * TEST_FIXTURES names the directory, tests/fixtures by default. */
static inline char *
fixture_read(const char *name, size_t *length)
{
	enum { ROOM = 65536 };
	const char *directory = getenv("TEST_FIXTURES");
	char path[512], *text = malloc(ROOM);
	FILE *file;

	ck_assert_ptr_nonnull(text);
	snprintf(path, sizeof path, "%s/%s",
	    directory == NULL ? "tests/fixtures" : directory, name);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "cannot open %s", path);
	*length = fread(text, 1, ROOM - 1, file);
	ck_assert_int_eq(ferror(file), 0);
	fclose(file);
	text[*length] = '\0';
	return text;
}

#endif
