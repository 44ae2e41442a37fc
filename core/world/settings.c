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

static const struct setting table[] = {
	{.name = "reap", .values = "none|wait|waitpid|ignore",
	 .fallback = "waitpid",
	 .help = "what the parent does on SIGCHLD: nothing, one wait, waitpid in a loop, SIG_IGN"},
	{.name = "sa_restart", .values = "on|off", .fallback = "on",
	 .help = "handlers are installed with SA_RESTART"},
	{.name = "eintr", .values = "retry|die", .fallback = "retry",
	 .help = "what accept and read do when they return EINTR"},
	{.name = "service", .values = "echo|sum|sum-binary", .fallback = "echo",
	 .help = "what a child does: send lines back, add two numbers as text, or as binary longs"},
	{.name = "long", .values = "32|64", .fallback = "64",
	 .help = "bits of a binary long"},
	{.name = "byte_order", .values = "native|big|little|network", .fallback = "native",
	 .help = "which byte of a binary long comes first"},
	{.name = "reuseaddr", .values = "on|off", .fallback = "on",
	 .help = "SO_REUSEADDR on the listening socket"},
	{.name = "bind", .fallback = "any", .check = check_address,
	 .want = "any or a literal address",
	 .help = "the address that is bound; any is the wildcard"},
	{.name = "backlog", .fallback = "1024", .check = check_count,
	 .want = "a whole number from 0 to 1000000",
	 .help = "listen's second argument"},
	{.name = "max_children", .fallback = "2000", .check = check_count,
	 .want = "a whole number from 0 to 1000000",
	 .help = "connections beyond so many children are closed at once"},
	{.name = "sigterm", .values = "default|catch", .fallback = "default",
	 .help = "a caught SIGTERM closes and exits with status 0"},
	{.name = "leak_connfd", .values = "on|off", .fallback = "off",
	 .help = "the parent forgets to close the connected socket"},
	{.name = "accept_delay", .fallback = "0", .check = check_seconds,
	 .want = "seconds from 0 to 3600",
	 .help = "seconds that the parent sleeps before each accept"},
	{.name = "sigpipe", .values = "default|ignore", .fallback = "default",
	 .help = "the children's disposition of SIGPIPE"},
	{.name = "close", .values = "eof|unread", .fallback = "eof",
	 .help = "when a child closes: at end of file, or once data is there that it leaves unread"},
	{.name = "process_room", .fallback = "0", .check = check_count,
	 .want = "a whole number from 0 to 1000000",
	 .help = "processes that the user may make beyond those it has (RLIMIT_NPROC); 0: no limit"},
};

enum { TABLE_COUNT = sizeof table / sizeof *table };
_Static_assert((int)TABLE_COUNT <= (int)SETTINGS_MAX, "settings: more rows than room");

/* The table and its length. */
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

/* Everything at its default. */
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

/* Sets KEY=VALUE. */
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

/* The value of the setting called name. */
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
