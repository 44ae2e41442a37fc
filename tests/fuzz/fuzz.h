/* fuzz.h: what the fuzzers share.
 *
 * Each fuzzer is one file with libFuzzer's entry point: it takes bytes as if they had
 * come from outside, and checks more than that nothing crashes. */
#ifndef FUZZ_H
#define FUZZ_H

#include "escape.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, which the fuzzer takes for a find, unless the condition holds. */
#define FUZZ_CHECK(condition) \
	do { \
		if (!(condition)) \
			fuzz_fail(__FILE__, __LINE__, #condition); \
	} while (0)

static inline void __attribute__((noreturn))
fuzz_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

/* A copy in just as much room as it needs, so that a byte too far is seen; to be
 * freed.  There is no fuzzing without memory. */
static inline char *
fuzz_copy(const void *bytes, size_t length)
{
	char *copy = malloc(length > 0 ? length : 1);
	FUZZ_CHECK(copy != NULL);
	if (length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

/* The same as a string: it ends at the first NUL, or behind the bytes. */
static inline char *
fuzz_string(const void *bytes, size_t length)
{
	const char *text = bytes;
	size_t used = length > 0 ? strnlen(text, length) : 0;
	char *copy = malloc(used + 1);
	FUZZ_CHECK(copy != NULL);
	if (used > 0)
		memcpy(copy, text, used);
	copy[used] = '\0';
	return copy;
}

/* The lines are what may reach a terminal: valid UTF-8 without control bytes, and
 * without characters that hide or reorder others. */
static inline void
fuzz_check_visible(const char *text)
{
	size_t length = strlen(text);
	for (size_t at = 0; at < length;) {
		unsigned character;
		size_t size = utf8_decode(text + at, length - at, &character);
		FUZZ_CHECK(size > 0);
		FUZZ_CHECK(character >= 0x20 || character == '\n');
		FUZZ_CHECK(character < 0x7f || character >= 0xa0);
		FUZZ_CHECK(!unicode_is_deceptive(character));
		at += size;
	}
}

/* The same, in one line. */
static inline void
fuzz_check_line(const char *text)
{
	FUZZ_CHECK(strchr(text, '\n') == NULL);
	fuzz_check_visible(text);
}

#endif
