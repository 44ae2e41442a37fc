/* make_manual.c: fills tcpconsole.1.in and tcpserv.1.in from the tables of options,
 * commands, settings, keys and events, so that the manual cannot drift away from
 * them. */
#include "command.h"
#include "event.h"
#include "keys.h"
#include "options.h"
#include "settings.h"

#include <stdio.h>
#include <string.h>

/* Writes text for roff: backslashes, hyphens and leading dots are its own. */
static void
print_roff(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
	}
}

/* One entry: a tag and what it does. */
static void
print_entry(const char *tag, const char *arguments, const char *help)
{
	fputs(".TP\n.B ", stdout);
	print_roff(tag);
	if (*arguments != '\0') {
		fputs(" \\fR", stdout);
		print_roff(arguments);
	}
	putchar('\n');
	print_roff(help);
	putchar('\n');
}

static void
print_options(void)
{
	size_t count;
	const struct option_row *table = options_table(&count);
	char tag[OPTION_USAGE];
	for (size_t i = 0; i < count; i++)
		print_entry(options_usage(&table[i], tag), "", table[i].help);
}

static void
print_commands(void)
{
	size_t count;
	const struct command *table = command_table(&count);
	for (size_t i = 0; i < count; i++)
		print_entry(table[i].name, table[i].arguments, table[i].help);
}

/* The settings, of the console or as options of the server. */
static void
print_settings_as(const char *prefix)
{
	size_t count;
	const struct setting *table = settings_table(&count);
	for (size_t i = 0; i < count; i++) {
		char tag[160], help[400];
		bool words = table[i].values != NULL;
		snprintf(tag, sizeof tag, "%s%s=%s", prefix, table[i].name,
		    words ? table[i].values : "VALUE");
		snprintf(help, sizeof help, "%s%s%s; by default %s.", table[i].help,
		    words ? "" : ": ", words ? "" : table[i].want, table[i].fallback);
		print_entry(tag, "", help);
	}
}

static void
print_settings(void)
{
	print_settings_as("");
}

static void
print_server_options(void)
{
	print_settings_as("--");
}

/* The types of events, in one sentence. */
static void
print_events(void)
{
	for (int type = 0; type < EVENT_TYPES; type++)
		printf("%s%s\n", event_type_name((enum event_type)type),
		    type + 1 < EVENT_TYPES ? "," : ".");
}

static void
print_keys(void)
{
	size_t count;
	const struct key *table = keys_table(&count);
	for (size_t i = 0; i < count; i++) {
		char tag[16];
		snprintf(tag, sizeof tag, "F%d", table[i].function);
		print_entry(tag, table[i].command != NULL ? table[i].command : "",
		    table[i].help);
	}
	const struct pane_key *lesson = keys_of_lesson(&count);
	fputs(".PP\nIn a lesson, on an empty line:\n", stdout);
	for (size_t i = 0; i < count; i++)
		print_entry(lesson[i].key, "", lesson[i].help);
	const struct pane_key *panes = keys_of_panes(&count);
	fputs(".PP\nIn the panes:\n", stdout);
	for (size_t i = 0; i < count; i++)
		if (panes[i].help != NULL)
			print_entry(panes[i].key, "", panes[i].help);
}

int
main(void)
{
	static const struct { const char *marker; void (*print)(void); } parts[] = {
		{"@COMMANDS@\n", print_commands}, {"@SETTINGS@\n", print_settings},
		{"@KEYS@\n", print_keys}, {"@OPTIONS@\n", print_options},
		{"@SERVER_OPTIONS@\n", print_server_options},
		{"@EVENTS@\n", print_events},
	};
	char line[1024];
	while (fgets(line, sizeof line, stdin) != NULL) {
		size_t i = 0, count = sizeof parts / sizeof *parts;
		while (i < count && strcmp(line, parts[i].marker) != 0)
			i++;
		if (i < count)
			parts[i].print();
		else
			fputs(line, stdout);
	}
	return ferror(stdin) || fflush(stdout) == EOF;
}
