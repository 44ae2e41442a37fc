#include "settings.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Is it a whole number from 0 (listen(2) takes it) to a million? */
static bool
check_count(const char *value)
{
	char *end;
	long number = strtol(value, &end, 10);
	return *value >= '0' && *value <= '9' && *end == '\0' && number <= 1000000;
}

/* Is it a number of seconds, fractions allowed, up to an hour? */
static bool
check_seconds(const char *value)
{
	char *end;
	double number = strtod(value, &end);
	return ((*value >= '0' && *value <= '9') || *value == '.') &&
	    *end == '\0' && number >= 0 && number <= 3600;
}

/* Is it "any" or a literal address? */
static bool
check_address(const char *value)
{
	unsigned char address[16];
	return strcmp(value, "any") == 0 ||
	    inet_pton(AF_INET, value, address) == 1 ||
	    inet_pton(AF_INET6, value, address) == 1;
}

#define SETTING_WORDS(called, wants, usual, words) {.name = (called), .values = (wants), \
	.fallback = (usual), .help = (words)},
#define SETTING_SWITCH SETTING_WORDS
#define SETTING_CHECKED(called, wants, usual, words, function) {.name = (called), \
	.want = (wants), .check = (function), .fallback = (usual), .help = (words)},
#define SETTING_COUNT(...) SETTING_CHECKED(__VA_ARGS__, check_count)
#define SETTING_SECONDS(...) SETTING_CHECKED(__VA_ARGS__, check_seconds)
#define SETTING_ADDRESS(...) SETTING_CHECKED(__VA_ARGS__, check_address)
#define SETTING(name, member, kind, ...) SETTING_##kind(#name, __VA_ARGS__)

static const struct setting table[] = {
#include "settings.def"
};

enum { TABLE_COUNT = sizeof table / sizeof *table };
_Static_assert((int)TABLE_COUNT <= (int)SETTINGS_MAX, "settings: more rows than room");

const struct setting *
settings_table(size_t *count)
{
	*count = TABLE_COUNT;
	return table;
}

/* The number of the setting whose name is length bytes long, or -1. */
static int
settings_find(const char *name, size_t length)
{
	for (int i = 0; i < TABLE_COUNT; i++)
		if (strlen(table[i].name) == length &&
		    strncmp(table[i].name, name, length) == 0)
			return i;
	return -1;
}

void
settings_init(struct settings *settings, const char *bind)
{
	memset(settings, 0, sizeof *settings);
	for (int i = 0; i < TABLE_COUNT; i++) {
		const char *value = strcmp(table[i].name, "bind") == 0 ?
		    bind : table[i].fallback;
		snprintf(settings->values[i], SETTING_VALUE, "%s", value);
	}
}

/* Is value one of the words of "a|b|c"? */
static bool
is_one_of(const char *words, const char *value)
{
	size_t length = strlen(value);
	while (length > 0) {
		size_t word = strcspn(words, "|");
		if (word == length && strncmp(words, value, length) == 0)
			return true;
		if (words[word] == '\0')
			return false;
		words += word + 1;
	}
	return false;
}

bool
settings_set(struct settings *settings, const char *assignment, char *error,
    size_t size)
{
	size_t length = strcspn(assignment, "=");
	if (assignment[length] == '\0') {
		snprintf(error, size, "\"%.40s\" is not KEY=VALUE, as in reap=wait",
		    assignment);
		return false;
	}
	int number = settings_find(assignment, length);
	if (number < 0) {
		int used = snprintf(error, size, "no setting \"%.*s\"; there are",
		    length > 40 ? 40 : (int)length, assignment);
		for (int i = 0; i < TABLE_COUNT && used > 0 && (size_t)used < size; i++)
			used += snprintf(error + used, size - (size_t)used, " %s",
			    table[i].name);
		return false;
	}
	const char *value = assignment + length + 1;
	const struct setting *row = &table[number];
	bool good = strlen(value) < SETTING_VALUE && (row->values != NULL ?
	    is_one_of(row->values, value) : row->check(value));
	if (!good) {
		snprintf(error, size, "%s=%.40s: wants %s", row->name, value,
		    row->values != NULL ? row->values : row->want);
		return false;
	}
	snprintf(settings->values[number], SETTING_VALUE, "%s", value);
	return true;
}

const char *
settings_get(const struct settings *settings, const char *name)
{
	int number = settings_find(name, strlen(name));
	return number < 0 ? NULL : settings->values[number];
}

/* All of them as one line. */
void
settings_text(const struct settings *settings, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	for (int i = 0; i < TABLE_COUNT && used < size; i++) {
		int more = snprintf(text + used, size - used, "%s%s=%s",
		    i > 0 ? " " : "", table[i].name, settings->values[i]);
		if (more > 0)
			used += (size_t)more;
	}
}
