#include "json_line.h"

#include <string.h>

/* DIGITS: of an integer that fits 64 bits whatever they are; DECIMALS: of a time. */
enum { DIGITS = 18, DECIMALS = 6, REAL_DIGITS = 10 };

static char *
skip_blanks(char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/* Scans a plain string, and ends it with a NUL in the place of its closing quote.
 * NULL: it is not plain. */
static char *
scan_string(char *at, const char **text)
{
	if (*at++ != '"')
		return NULL;
	*text = at;
	while (*at != '"') {
		if (*at < ' ' || *at == '\\' || *at == 0x7f) /* signed: no byte above */
			return NULL;
		at++;
	}
	*at = '\0';
	return at + 1;
}

/* Scans digits; -1: there are none or more than most, or zeros lead them. */
static int
scan_digits(char **at, int most, bool zeros, int64_t *number)
{
	int count = 0;
	const char *first = *at;
	for (; **at >= '0' && **at <= '9'; ++*at, count++) {
		if (count == most)
			return -1;
		*number = *number * 10 + (**at - '0');
	}
	return count == 0 || (!zeros && count > 1 && *first == '0') ? -1 : count;
}

/* Scans a number: an integer, or a real of at most six decimals. */
static char *
scan_number(char *at, struct json_member *member)
{
	bool negative = *at == '-';
	int64_t number = 0;
	at += negative;
	int digits = scan_digits(&at, DIGITS, false, &number);
	if (digits < 0)
		return NULL;
	member->kind = JSON_LINE_INTEGER;
	if (*at == '.') {
		at++;
		int decimals = scan_digits(&at, DECIMALS, true, &number);
		if (decimals < 0 || digits > REAL_DIGITS)
			return NULL;
		for (; decimals < DECIMALS; decimals++)
			number *= 10;
		member->kind = JSON_LINE_REAL;
	}
	member->number = negative ? -number : number;
	return at;
}

/* Scans a value. */
static char *
scan_value(char *at, struct json_member *member)
{
	static const struct { const char *word; size_t length; enum json_kind kind; }
	words[] = {
		{"true", 4, JSON_LINE_TRUE}, {"false", 5, JSON_LINE_FALSE},
		{"null", 4, JSON_LINE_NULL},
	};
	if (*at == '"') {
		member->kind = JSON_LINE_STRING;
		return scan_string(at, &member->text);
	}
	if (*at == '-' || (*at >= '0' && *at <= '9'))
		return scan_number(at, member);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strncmp(at, words[i].word, words[i].length) == 0) {
			member->kind = words[i].kind;
			return at + words[i].length;
		}
	return NULL;
}

/* Did the key come before?  seen has a bit for the first and last letter and length
 * of each, so that mostly no other key needs to be looked at. */
static bool
is_repeated(const struct json_line *line, const char *key, uint64_t *seen)
{
	size_t length = strlen(key);
	unsigned sum = length > 0 ? (unsigned char)key[0] * 7U +
	    (unsigned char)key[length - 1] * 31U + (unsigned)length * 3U : 0;
	uint64_t bit = UINT64_C(1) << sum % 64;
	bool perhaps = (*seen & bit) != 0;
	*seen |= bit;
	for (size_t i = 0; perhaps && i < line->count; i++)
		if (strcmp(line->members[i].key, key) == 0)
			return true;
	return false;
}

/* Scans "key": value. */
static char *
scan_member(struct json_line *line, char *at, uint64_t *seen)
{
	struct json_member *member = &line->members[line->count];
	if (line->count == JSON_LINE_MEMBERS)
		return NULL;
	at = scan_string(at, &member->key);
	if (at == NULL || is_repeated(line, member->key, seen))
		return NULL;
	at = skip_blanks(at);
	if (*at++ != ':')
		return NULL;
	at = scan_value(skip_blanks(at), member);
	line->count++;
	return at != NULL ? skip_blanks(at) : NULL;
}

bool
json_line_scan(struct json_line *line, const char *text)
{
	size_t length = strlen(text);
	uint64_t seen = 0;
	char *at = line->bytes;
	line->count = line->next = 0;
	if (length > JSON_LINE_MOST)
		return false;
	memcpy(line->bytes, text, length + 1);
	if (*at++ != '{')
		return false;
	do
		at = scan_member(line, skip_blanks(at), &seen);
	while (at != NULL && *at++ == ',');
	return at != NULL && at[-1] == '}' && *skip_blanks(at) == '\0';
}

/* The member of this key: keys are mostly asked for in the order in which they were
 * written, and twice: whether there is one, and then for its value. */
const struct json_member *
json_line_find(struct json_line *line, const char *key)
{
	for (size_t i = 0; i < line->count; i++) {
		size_t place = line->next + i;
		if (place >= line->count)
			place -= line->count;
		if (strcmp(line->members[place].key, key) == 0) {
			line->next = place;
			return &line->members[place];
		}
	}
	return NULL;
}
