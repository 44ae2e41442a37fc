#include "serv_options.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_PORT = 9877, COUNT_MAX = 1000000, DELAY_MAX = 3600 };

/* How a setting's value is taken; false: it is none. */
struct row;
typedef bool take_function(struct options *options, const struct row *row, const char *value);

/* One setting: what it is called, and where struct options keeps it. */
struct row {
	const char *name;
	const char *values; /* words, or what is wanted instead */
	const char *fallback;
	const char *help;
	take_function *take;
	bool listed;        /* its values are words */
	size_t offset;
};

/* Where the setting's value stands. */
static void *
place_of(struct options *options, const struct row *row)
{
	return (char *)options + row->offset;
}

/* A whole number from 0 (which listen(2) takes too) to a million. */
static bool
take_count(struct options *options, const struct row *row, const char *value)
{
	char *end;
	long number = strtol(value, &end, 10);
	if (*value < '0' || *value > '9' || *end != '\0' || number > COUNT_MAX)
		return false;
	*(int *)place_of(options, row) = (int)number;
	return true;
}

/* Seconds, with a fraction if need be. */
static bool
take_seconds(struct options *options, const struct row *row, const char *value)
{
	char *end;
	double seconds = strtod(value, &end);
	if (((*value < '0' || *value > '9') && *value != '.') || *end != '\0' ||
	    !(seconds >= 0 && seconds <= DELAY_MAX))
		return false;
	struct timespec *delay = place_of(options, row);
	delay->tv_sec = (time_t)seconds;
	delay->tv_nsec = (long)((seconds - (double)delay->tv_sec) * 1e9);
	return true;
}

/* "any", or a literal IPv4 or IPv6 address. */
static bool
take_address(struct options *options, const struct row *row, const char *value)
{
	if (strcmp(value, "any") == 0)
		value = "0.0.0.0";
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICHOST};
	struct addrinfo *found;
	if (*value == '\0' || getaddrinfo(value, NULL, &hints, &found) != 0)
		return false;
	memcpy(place_of(options, row), found->ai_addr, found->ai_addrlen);
	options->address_length = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

/* One of the words: its place in the list. */
static bool
take_words(struct options *options, const struct row *row, const char *value)
{
	const char *word = row->values;
	for (int place = 0;; place++) {
		size_t length = strcspn(word, "|");
		if (strlen(value) == length && strncmp(word, value, length) == 0) {
			*(int *)place_of(options, row) = place;
			return true;
		}
		if (word[length] == '\0')
			return false;
		word += length + 1;
	}
}

/* on, or off. */
static bool
take_switch(struct options *options, const struct row *row, const char *value)
{
	if (!take_words(options, row, value))
		return false;
	*(int *)place_of(options, row) = strcmp(value, "on") == 0;
	return true;
}

#define LISTED_WORDS true
#define LISTED_SWITCH true
#define LISTED_COUNT false
#define LISTED_SECONDS false
#define LISTED_ADDRESS false
#define TAKE_WORDS take_words
#define TAKE_SWITCH take_switch
#define TAKE_COUNT take_count
#define TAKE_SECONDS take_seconds
#define TAKE_ADDRESS take_address
#define SETTING(called, member, kind, ...) {#called, __VA_ARGS__, TAKE_##kind, \
	LISTED_##kind, offsetof(struct options, member)},

static const struct row table[] = {
#include "settings.def"
};

enum { TABLE_COUNT = sizeof table / sizeof *table };

/* Prints the help and ends. */
static _Noreturn void
print_help(void)
{
	puts("Usage: tcpserv [--KEY=VALUE]... [PORT]\n"
	    "A concurrent TCP server, one child process for each connection.\n"
	    "PORT is 9877 unless given; 0 lets the kernel choose.\n");
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		const struct row *row = &table[i];
		printf("  --%s=%s\n        %s", row->name, row->listed ? row->values : "VALUE",
		    row->help);
		if (!row->listed)
			printf("; %s", row->values);
		printf(" [%s]\n", row->fallback);
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
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		const struct row *row = &table[i];
		if (strlen(row->name) != length || strncmp(row->name, name, length) != 0)
			continue;
		const char *value = name[length] == '=' ? name + length + 1 : "";
		if (row->take(options, row, value))
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

void
options_parse(struct options *options, int argc, char **argv)
{
	*options = (struct options){0};
	for (size_t i = 0; i < TABLE_COUNT; i++)
		(void)table[i].take(options, &table[i], table[i].fallback);
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
