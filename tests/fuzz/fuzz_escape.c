/* fuzz_escape.c: a peer's bytes on their way to a terminal. */
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = fuzz_copy(data, size);
	char *whole = escape_text(bytes, size);
	char *json = escape_utf8(bytes, size);
	FUZZ_CHECK(whole != NULL && json != NULL);
	fuzz_check_line(whole);
	size_t length = strlen(whole);
	/* what was made visible stays as it is */
	char *again = escape_text(whole, length);
	FUZZ_CHECK(again != NULL && strcmp(again, whole) == 0);
	free(again);
	/* a buffer that is too small holds the beginning */
	size_t room = size > 0 ? data[0] : 0;
	char *part = malloc(room + 1);
	FUZZ_CHECK(part != NULL);
	size_t written = escape_into(part, room, bytes, size);
	FUZZ_CHECK(room == 0 || (written < room && part[written] == '\0'));
	FUZZ_CHECK(strncmp(part, whole, written) == 0);
	free(part);
	/* so many columns hold so much, and no more */
	for (size_t columns = 0; columns < 8; columns++) {
		size_t fits = utf8_fit(whole, columns);
		char *begin = fuzz_string(whole, fits);
		FUZZ_CHECK(fits <= length && utf8_width(begin) <= columns);
		fuzz_check_line(begin);
		free(begin);
	}
	FUZZ_CHECK(utf8_fit(whole, SIZE_MAX) == length);
	unsigned character;
	for (size_t at = 0, used; json[at] != '\0'; at += used) {
		used = utf8_decode(json + at, strlen(json + at), &character);
		FUZZ_CHECK(used > 0);
	}
	free(json);
	free(whole);
	free(bytes);
	return 0;
}
