#include "serv_options.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_PORT = 9877, COUNT_MAX = 1000000, DELAY_MAX = 3600 };

/* One setting.  Either a list of words, whose place in the list is stored in
 * the int at offset, or a function that takes anything else. */
struct row {
	const char *name;
	const char *values; /* the words, or what is wanted instead */
	bool (*take)(struct options *options, size_t offset, const char *value);
	size_t offset;
	const char *help;
};

/* A whole number from 0 (which listen(2) takes too) to a million. */
static bool
take_count(struct options *options, size_t offset, const char *value)
{
	char *end;
	long number = strtol(value, &end, 10);
	if (*value < '0' || *value > '9' || *end != '\0' || number > COUNT_MAX)
		return false;
	*(int *)(void *)((char *)options + offset) = (int)number;
	return true;
}

/* Seconds, with a fraction if need be. */
static bool
take_seconds(struct options *options, size_t offset, const char *value)
{
	char *end;
	double seconds = strtod(value, &end);
	if (((*value < '0' || *value > '9') && *value != '.') || *end != '\0' ||
	    !(seconds >= 0 && seconds <= DELAY_MAX))
		return false;
	struct timespec *delay = (void *)((char *)options + offset);
	delay->tv_sec = (time_t)seconds;
	delay->tv_nsec = (long)((seconds - (double)delay->tv_sec) * 1e9);
	return true;
}

/* "any", or a literal IPv4 or IPv6 address. */
static bool
take_address(struct options *options, size_t offset, const char *value)
{
	if (strcmp(value, "any") == 0)
		value = "0.0.0.0";
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICHOST};
	struct addrinfo *found;
	if (*value == '\0' || getaddrinfo(value, NULL, &hints, &found) != 0)
		return false;
	memcpy((char *)options + offset, found->ai_addr, found->ai_addrlen);
	options->address_length = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

static const struct row table[] = {
	{.name = "reap", .values = "none|wait|waitpid|ignore",
	 .offset = offsetof(struct options, reap),
	 .help = "on SIGCHLD: nothing, one wait, a loop of waitpid, SIG_IGN [waitpid]"},
	{.name = "sa_restart", .values = "off|on",
	 .offset = offsetof(struct options, sa_restart),
	 .help = "install the handlers with SA_RESTART [on]"},
	{.name = "eintr", .values = "retry|die",
	 .offset = offsetof(struct options, eintr),
	 .help = "what accept and read do when they are interrupted [retry]"},
	{.name = "service", .values = "echo|sum|sum-binary",
	 .offset = offsetof(struct options, service),
	 .help = "send each line back, or the sum of its numbers, or add binary longs [echo]"},
	{.name = "long", .values = "32|64",
	 .offset = offsetof(struct options, long_size),
	 .help = "bits of a binary long [64]"},
	{.name = "byte_order", .values = "native|big|little|network",
	 .offset = offsetof(struct options, byte_order),
	 .help = "which byte of a binary long comes first [native]"},
	{.name = "reuseaddr", .values = "off|on",
	 .offset = offsetof(struct options, reuseaddr),
	 .help = "SO_REUSEADDR on the listening socket [on]"},
	{.name = "bind", .values = "any or a literal address", .take = take_address,
	 .offset = offsetof(struct options, address),
	 .help = "the address to bind [any]"},
	{.name = "backlog", .values = "a whole number from 0 to 1000000",
	 .take = take_count, .offset = offsetof(struct options, backlog),
	 .help = "the second argument of listen [1024]"},
	{.name = "max_children", .values = "a whole number from 0 to 1000000",
	 .take = take_count, .offset = offsetof(struct options, max_children),
	 .help = "close connections beyond so many children [2000]"},
	{.name = "sigterm", .values = "default|catch",
	 .offset = offsetof(struct options, sigterm_catch),
	 .help = "a caught SIGTERM exits with status 0 [default]"},
	{.name = "leak_connfd", .values = "off|on",
	 .offset = offsetof(struct options, leak_connfd),
	 .help = "the parent forgets to close the connected socket [off]"},
	{.name = "sigpipe", .values = "default|ignore",
	 .offset = offsetof(struct options, sigpipe_ignore),
	 .help = "the children's disposition of SIGPIPE [default]"},
	{.name = "close", .values = "eof|unread",
	 .offset = offsetof(struct options, close_unread),
	 .help = "unread: a child waits for data, and closes without reading it [eof]"},
	{.name = "process_room", .values = "a whole number from 0 to 1000000",
	 .take = take_count, .offset = offsetof(struct options, process_room),
	 .help = "let so many processes more be made (RLIMIT_NPROC), 0: no limit [0]"},
	{.name = "accept_delay", .values = "seconds from 0 to 3600",
	 .take = take_seconds, .offset = offsetof(struct options, accept_delay),
	 .help = "sleep so long before each accept [0]"},
};

/* Finds value among the words of values and stores its place. */
static bool
take_word(struct options *options, const struct row *row, const char *value)
{
	const char *word = row->values;
	for (int place = 0;; place++) {
		size_t length = strcspn(word, "|");
		if (strlen(value) == length && strncmp(word, value, length) == 0) {
			*(int *)(void *)((char *)options + row->offset) = place;
			return true;
		}
		if (word[length] == '\0')
			return false;
		word += length + 1;
	}
}

/* Prints the help and ends. */
static _Noreturn void
print_help(void)
{
	puts("Usage: tcpserv [--KEY=VALUE]... [PORT]\n"
	    "A concurrent TCP server, one child process for each connection.\n"
	    "PORT is 9877 unless given; 0 lets the kernel choose.\n");
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct row *row = &table[i];
		if (row->take == NULL)
			printf("  --%s=%s\n        %s\n", row->name, row->values,
			    row->help);
		else
			printf("  --%s=VALUE\n        %s; %s\n", row->name, row->help,
			    row->values);
	}
	puts("  --help\n        print this\n  --version\n        print the version");
	exit(fflush(stdout) == 0 ? 0 : 1);
}

/* Takes one --KEY=VALUE. */
static void
take_option(struct options *options, const char *argument)
{
	if (strcmp(argument, "--help") == 0)
		print_help();
	if (strcmp(argument, "--version") == 0) {
		puts("tcpserv 0.1");
		exit(fflush(stdout) == 0 ? 0 : 1);
	}
	const char *name = argument + 2;
	size_t length = strcspn(name, "=");
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct row *row = &table[i];
		if (strlen(row->name) != length || strncmp(row->name, name, length) != 0)
			continue;
		const char *value = name[length] == '=' ? name + length + 1 : "";
		if (row->take != NULL ? row->take(options, row->offset, value) :
		    take_word(options, row, value))
			return;
		fprintf(stderr, "tcpserv: --%s wants %s\n", row->name, row->values);
		exit(2);
	}
	fprintf(stderr, "tcpserv: there is no setting \"%.60s\"; "
	    "\"tcpserv --help\" lists them\n", argument);
	exit(2);
}

/* Takes the port. */
static in_port_t
take_port(const char *argument)
{
	char *end;
	long port = strtol(argument, &end, 10);
	if (*argument < '0' || *argument > '9' || *end != '\0' || port > 65535) {
		fprintf(stderr, "tcpserv: \"%.60s\" is no PORT: "
		    "give a number from 0 to 65535\n", argument);
		exit(2);
	}
	return htons((in_port_t)port);
}

/* Reads the command line. */
void
options_parse(struct options *options, int argc, char **argv)
{
	*options = (struct options){.reap = REAP_WAITPID, .sa_restart = 1,
	    .long_size = LONG_64, .reuseaddr = 1, .backlog = 1024,
	    .max_children = 2000};
	(void)take_address(options, offsetof(struct options, address), "any");
	const char *port = NULL;
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) == 0) {
			take_option(options, argv[i]);
		} else if (port == NULL) {
			port = argv[i];
		} else {
			fprintf(stderr, "tcpserv: one PORT is enough: "
			    "leave \"%.60s\" out\n", argv[i]);
			exit(2);
		}
	}
	in_port_t number = port != NULL ? take_port(port) : htons(DEFAULT_PORT);
	if (options->address.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&options->address)->sin6_port = number;
	else
		((struct sockaddr_in *)&options->address)->sin_port = number;
}
