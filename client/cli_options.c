#include "cli_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_PORT "9877"

static const char usage[] = "Usage: tcpcli [--KEY=VALUE]... ADDRESS [PORT]";

static const char help[] =
    "The client of a line service: each line of standard input goes to the\n"
    "server, the line that comes back to standard output.  ADDRESS is an address\n"
    "or a name, PORT a number, by default " DEFAULT_PORT ".\n";

/* One setting: the place of a word among values is stored in the int at offset. */
static const struct row {
	const char *name, *values;
	size_t offset;
	const char *help;
} table[] = {
	{.name = "service", .values = "echo|sum|sum-binary",
	 .offset = offsetof(struct options, service),
	 .help = "sum-binary: two numbers a line go as binary longs, else lines [echo]"},
	{.name = "long", .values = "32|64",
	 .offset = offsetof(struct options, is_long_64),
	 .help = "bits of a binary long [64]"},
	{.name = "byte_order", .values = "native|big|little|network",
	 .offset = offsetof(struct options, byte_order),
	 .help = "which byte of a binary long comes first [native]"},
};

/* Complains about the command line, and ends. */
static _Noreturn void
fail_usage(const char *mistake)
{
	fprintf(stderr, "tcpcli: %s; %s\n", mistake, usage);
	exit(2);
}

/* Prints the help, and ends. */
static _Noreturn void
print_help(void)
{
	printf("%s\n%s\n", usage, help);
	for (const struct row *row = table; row < table + sizeof table / sizeof *table; row++)
		printf("  --%s=%s\n        %s\n", row->name, row->values, row->help);
	puts("  --help\n        print this\n  --version\n        print the version");
	exit(fflush(stdout) == 0 ? 0 : 1);
}

/* The place of value among the words of values; -1 when it is none of them. */
static int
find_word(const char *values, const char *value)
{
	size_t wanted = strlen(value);
	for (int place = 0; wanted > 0; place++) {
		size_t length = strcspn(values, "|");
		if (length == wanted && strncmp(values, value, length) == 0)
			return place;
		if (values[length] == '\0')
			break;
		values += length + 1;
	}
	return -1;
}

/* Takes one --KEY=VALUE. */
static void
take_option(struct options *options, const char *argument)
{
	char mistake[120];
	if (strcmp(argument, "--help") == 0)
		print_help();
	if (strcmp(argument, "--version") == 0) {
		puts("tcpcli 0.1");
		exit(fflush(stdout) == 0 ? 0 : 1);
	}
	const char *name = argument + strspn(argument, "-");
	size_t length = strcspn(name, "=");
	for (const struct row *row = table; row < table + sizeof table / sizeof *table; row++) {
		if (strlen(row->name) != length || strncmp(row->name, name, length) != 0 ||
		    name[length] != '=')
			continue;
		int place = find_word(row->values, name + length + 1);
		if (place < 0) {
			snprintf(mistake, sizeof mistake, "--%s wants %s", row->name,
			    row->values);
			fail_usage(mistake);
		}
		*(int *)(void *)((char *)options + row->offset) = place;
		return;
	}
	fail_usage("there is no such option");
}

/* Is it a port that a server can have? */
static int
is_port(const char *text)
{
	char *end;
	long port = strtol(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' && port >= 1 &&
	    port <= 65535;
}

void
options_parse(struct options *options, int argc, char **argv)
{
	*options = (struct options){.is_long_64 = 1};
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-')
			take_option(options, argv[i]);
		else if (options->host == NULL)
			options->host = argv[i];
		else if (options->port == NULL)
			options->port = argv[i];
		else
			fail_usage("an ADDRESS and a PORT are enough");
	}
	if (options->host == NULL || *options->host == '\0')
		fail_usage("give the server's ADDRESS");
	if (options->port == NULL)
		options->port = DEFAULT_PORT;
	if (!is_port(options->port))
		fail_usage("PORT is a number from 1 to 65535");
}
