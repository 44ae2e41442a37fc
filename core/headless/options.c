#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_HEADLESS = 256, OPTION_JSON, OPTION_SET, OPTION_NO_SERVER, OPTION_NO_CONNECT,
	OPTION_OUTPUT,
	OPTION_EVENTS, OPTION_RECORD, OPTION_REPLAY,
	OPTION_PLAY, OPTION_PLAY_ALL, OPTION_LIST, OPTION_ASCII, OPTION_COLOR,
	OPTION_HELP, OPTION_VERSION };

static const struct option_row table[] = {
	{.name = "headless", .value = OPTION_HEADLESS,
	 .help = "no screen: command lines from standard input, events to standard output"},
	{.name = "json", .value = OPTION_JSON, .help = "the same, with events as JSON Lines, "
	 "and nothing else on standard output"},
	{.name = "play", .argument = "NAME", .words = "<lesson>", .value = OPTION_PLAY,
	 .help = "play a lesson, or the scenario file at a path with a slash; on a screen "
	 "it is stepped, without one it runs through"},
	{.name = "play-all", .value = OPTION_PLAY_ALL,
	 .help = "play every lesson without a screen, each from a clean state"},
	{.name = "list", .value = OPTION_LIST,
	 .help = "the lessons: name, section of the book, title"},
	{.name = "set", .argument = "KEY=VALUE", .words = "<setting>", .value = OPTION_SET,
	 .help = "a server setting from the start (repeatable), as in the command "
	 "\"server set\""},
	{.name = "no-server", .value = OPTION_NO_SERVER, .help = "never start a server"},
	{.name = "no-connect", .value = OPTION_NO_CONNECT,
	 .help = "open no connection at the start of a screen"},
	{.name = "output", .argument = "WHERE", .words = "terminal|pipe", .value = OPTION_OUTPUT,
	 .help = "what a server behind -- writes its standard output into: terminal (so that "
	 "stdio writes line by line) or pipe"},
	{.name = "record", .argument = "FILE", .words = "<file>", .value = OPTION_RECORD,
	 .help = "write the session's log to FILE, as JSON Lines"},
	{.name = "replay", .argument = "FILE", .words = "<file>", .value = OPTION_REPLAY,
	 .help = "open such a file and walk through it, with no host and no process; "
	 "without a screen: print it"},
	{.name = "events", .argument = "N", .value = OPTION_EVENTS,
	 .help = "how many events are kept to be walked through (65536)"},
	{.name = "4", .value = '4', .help = "IPv4 only"},
	{.name = "6", .value = '6', .help = "IPv6 only"},
	{.name = "ascii", .value = OPTION_ASCII, .help = "lines and marks in ASCII"},
	{.name = "color", .argument = "WHEN", .words = "auto|always|never",
	 .value = OPTION_COLOR, .help = "auto, always or never; NO_COLOR counts"},
	{.name = "help", .value = OPTION_HELP, .help = "this text"},
	{.name = "version", .value = OPTION_VERSION, .help = "the version"},
};

enum { TABLE_COUNT = sizeof table / sizeof *table, HELP_TEXT = 4096, HELP_COLUMN = 20,
	HELP_WIDTH = 78 };

const struct option_row *
options_table(size_t *count)
{
	*count = TABLE_COUNT;
	return table;
}

const char *
options_usage(const struct option_row *row, char *text)
{
	bool letter = row->name[1] == '\0';
	snprintf(text, OPTION_USAGE, "%s%s%s%s", letter ? "-" : "--", row->name,
	    row->argument == NULL ? "" :
	    row->value == OPTION_COLOR || row->value == OPTION_OUTPUT ? "=" : " ",
	    row->argument == NULL ? "" : row->argument);
	return text;
}

/* Writes one option's help, its lines broken at blanks. */
static size_t
write_help(const struct option_row *row, char *text, size_t size)
{
	char usage[OPTION_USAGE];
	const char *rest = row->help;
	int used = snprintf(text, size, "  %-*s", HELP_COLUMN - 2,
	    options_usage(row, usage));
	while (strlen(rest) > HELP_WIDTH - HELP_COLUMN) {
		int length = HELP_WIDTH - HELP_COLUMN;
		while (rest[length] != ' ')
			length--;
		used += snprintf(text + used, size - (size_t)used, "%.*s\n%*s", length,
		    rest, HELP_COLUMN, "");
		rest += length + 1;
	}
	used += snprintf(text + used, size - (size_t)used, "%s\n", rest);
	return (size_t)used;
}

const char *
options_help(void)
{
	static char text[HELP_TEXT];
	static const char usage[] =
	"Usage: tcpconsole [OPTION]... [HOST [PORT]] [-- SERVER [ARG]...]\n"
	"Makes the fork echo server of UNIX Network Programming, chapter 5, visible\n"
	"and breakable, live.  HOST is 127.0.0.1 and PORT 9877 by default; when nothing\n"
	"listens there and HOST is this machine, tcpserv is started; or SERVER, any\n"
	"program that listens at PORT: what stands behind -- is run as it stands, but\n"
	"for {port}, which becomes PORT.  PORT 0 is any that is free.\n"
	"\n";
	static const char status[] =
	"\nExit status: 0 all right; 1 an expectation failed or the run broke; 2 the\n"
	"command line or a scenario is wrong; 77 this machine does not allow it.\n"
	"On the screen, F1 shows the commands and keys.\n";
	size_t used = sizeof usage - 1;
	memcpy(text, usage, sizeof usage);
	for (size_t i = 0; i < TABLE_COUNT; i++)
		used += write_help(&table[i], text + used, sizeof text - used);
	snprintf(text + used, sizeof text - used, "%s", status);
	return text;
}

/* --color=WHEN */
static bool
parse_color(struct options *options, const char *when, char *error)
{
	static const char *const words[] = {[WHEN_AUTO] = "auto",
	    [WHEN_ALWAYS] = "always", [WHEN_NEVER] = "never"};
	for (int i = WHEN_AUTO; i <= WHEN_NEVER; i++) {
		if (strcmp(when, words[i]) == 0) {
			options->color = (enum color_when)i;
			return true;
		}
	}
	snprintf(error, SESSION_ERROR, "--color=%.40s: wants auto, always or never", when);
	return false;
}

/* --output=WHERE */
static bool
parse_output(struct options *options, const char *where, char *error)
{
	options->session.output_is_pipe = strcmp(where, "pipe") == 0;
	if (options->session.output_is_pipe || strcmp(where, "terminal") == 0)
		return true;
	snprintf(error, SESSION_ERROR, "--output=%.40s: wants terminal or pipe", where);
	return false;
}

/* --set KEY=VALUE; what it says is checked with the settings. */
static bool
parse_set(struct options *options, const char *assignment, char *error)
{
	if (options->session.set_count == SET_MAX) {
		snprintf(error, SESSION_ERROR, "--set: %d are the most", SET_MAX);
		return false;
	}
	options->set[options->session.set_count++] = assignment;
	return true;
}

/* --events N */
static bool
parse_events(struct options *options, const char *text, char *error)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' ||
	    number < LOG_CAPACITY_LEAST || number > LOG_CAPACITY_MOST) {
		snprintf(error, SESSION_ERROR, "--events %.40s: wants a number from %d to %d",
		    text, LOG_CAPACITY_LEAST, LOG_CAPACITY_MOST);
		return false;
	}
	options->session.events = number;
	return true;
}

/* One option. */
static bool
parse_one(struct options *options, int option, char **argv, char *error)
{
	switch (option) {
	case OPTION_HEADLESS:
		options->headless = true;
		return true;
	case OPTION_JSON:
		options->json = options->headless = true;
		return true;
	case OPTION_SET:
		return parse_set(options, optarg, error);
	case OPTION_PLAY:
		options->play = optarg;
		return true;
	case OPTION_PLAY_ALL:
		options->play_all = options->headless = true;
		return true;
	case OPTION_LIST:
		options->list = true;
		return true;
	case OPTION_NO_SERVER:
		options->session.no_server = true;
		return true;
	case OPTION_OUTPUT:
		return parse_output(options, optarg, error);
	case OPTION_NO_CONNECT:
		options->session.no_connect = true;
		return true;
	case OPTION_RECORD:
		options->record = optarg;
		return true;
	case OPTION_REPLAY:
		options->replay = optarg;
		return true;
	case OPTION_EVENTS:
		return parse_events(options, optarg, error);
	case OPTION_ASCII:
		options->ascii = true;
		return true;
	case OPTION_COLOR:
		return parse_color(options, optarg, error);
	case OPTION_HELP:
		options->help = true;
		return true;
	case OPTION_VERSION:
		options->version = true;
		return true;
	case '4':
	case '6':
		options->session.family = option - '0';
		return true;
	case ':':
		snprintf(error, SESSION_ERROR, "%.60s wants a value: --help shows how",
		    argv[optind - 1]);
		return false;
	default:
		snprintf(error, SESSION_ERROR, "no option \"%.60s\": --help shows them all",
		    optopt != 0 && optopt < 256 ? (char[]){'-', (char)optopt, '\0'} :
		    argv[optind - 1]);
		return false;
	}
}

/* Is it digits alone? */
static bool
is_number(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* What stands behind "--" is a server's command line, and none of ours: getopt_long
 * would move HOST and PORT there.  Returns how many of argv come before it; -1 with
 * one line in error. */
static int
parse_server(struct options *options, int argc, char **argv, char *error)
{
	int before = 1;
	while (before < argc && strcmp(argv[before], "--") != 0)
		before++;
	if (before + 1 == argc || (before < argc && *argv[before + 1] == '\0')) {
		snprintf(error, SESSION_ERROR, "-- wants a server behind it, as in: -- "
		    "./myserver 9877");
		return -1;
	}
	if (before < argc)
		options->session.server = (const char *const *)argv + before + 1;
	return before;
}

/* Options that do not go together. */
static bool
check_together(const struct options *options, char *error)
{
	const struct session_options *session = &options->session;
	const char *text = NULL;
	if (options->record != NULL && options->replay != NULL)
		text = "--record and --replay: a recording is there already";
	else if (options->replay != NULL && (options->play != NULL ||
	    options->play_all || session->host != NULL || session->server != NULL))
		text = "--replay FILE opens a recording: no HOST, no server, no lesson beside it";
	else if (options->play != NULL && options->play_all)
		text = "--play and --play-all: one of them is enough";
	else if (session->server != NULL && session->no_server)
		text = "--no-server and a server behind --: one of them";
	else if (session->server != NULL && session->set_count > 0)
		text = "--set is for tcpserv: a server behind -- takes its own arguments there";
	if (text != NULL)
		snprintf(error, SESSION_ERROR, "%s", text);
	return text == NULL;
}

/* The table as getopt_long(3) wants it. */
static void
fill_names(struct option *names, char *letters)
{
	size_t count = 0;
	*letters++ = ':';
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		if (table[i].name[1] == '\0')
			*letters++ = table[i].name[0];
		else
			names[count++] = (struct option){table[i].name,
			    table[i].argument != NULL, NULL, table[i].value};
	}
	names[count] = (struct option){0};
	*letters = '\0';
}

/* Reads argv. */
bool
options_parse(struct options *options, int argc, char **argv, char *error)
{
	int option;
	struct option names[TABLE_COUNT + 1];
	char letters[TABLE_COUNT + 2];
	memset(options, 0, sizeof *options);
	opterr = 0;
	optind = 0; /* getopt(3): begin anew, also in the middle of -46 */
	argc = parse_server(options, argc, argv, error);
	if (argc < 0)
		return false;
	fill_names(names, letters);
	while ((option = getopt_long(argc, argv, letters, names, NULL)) != -1)
		if (!parse_one(options, option, argv, error))
			return false;
	if (argc - optind > 2) {
		snprintf(error, SESSION_ERROR, "\"%.60s\" is too much: HOST and PORT are all",
		    argv[optind + 2]);
		return false;
	}
	if (optind < argc && is_number(argv[optind])) {
		/* to getaddrinfo(3), 9901 is the address 0.0.38.173 */
		snprintf(error, SESSION_ERROR, "\"%.40s\" is no host: HOST comes before PORT, as "
		    "in 127.0.0.1 %.40s", argv[optind], argv[optind]);
		return false;
	}
	options->session.host = optind < argc ? argv[optind] : NULL;
	options->session.port = optind + 1 < argc ? argv[optind + 1] : NULL;
	options->session.set = options->set;
	return check_together(options, error);
}
