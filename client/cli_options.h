/* cli_options.h: the command line of tcpcli. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "wire_long.h"

enum option_service { SERVICE_ECHO, SERVICE_SUM, SERVICE_SUM_BINARY };

/* The settings of one run. */
struct options {
	const char *host, *port;
	int service;    /* sum-binary: numbers go and come, else lines */
	int byte_order; /* enum wire_order, of binary numbers, as their size is */
	int is_long_64;
};

/* Reads the command line.  Ends the program itself: with status 0 after --help
 * and --version, with 2 and one line on standard error after a mistake. */
void options_parse(struct options *options, int argc, char **argv);

#endif
