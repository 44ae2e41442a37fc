/* tcpcli: the client, by itself or carrying out the console's orders. */
#include "report.h"
#include "alone.h"
#include "orders.h"

#include <stdio.h>

#define DEFAULT_PORT "9877"

static const char usage[] = "Usage: tcpcli ADDRESS [PORT]";

static const char help[] =
    "The client of a line service: each line of standard input goes to the\n"
    "server, the line that comes back to standard output.  ADDRESS is an address\n"
    "or a name, PORT a number, by default " DEFAULT_PORT ".\n\n"
    "  --help      print this\n"
    "  --version   print the version";

/* Complains about the command line. */
static int
fail_usage(const char *mistake)
{
	fprintf(stderr, "tcpcli: %s; %s\n", mistake, usage);
	return 2;
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

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		printf("%s\n%s\n", usage, help);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("tcpcli 0.1");
		return fflush(stdout) == 0 ? 0 : 1;
	}
	if (argc < 2)
		return fail_usage("give the server's ADDRESS");
	if (argv[1][0] == '-' || argv[1][0] == '\0')
		return fail_usage("there is no such option or address");
	if (argc > 3)
		return fail_usage("an ADDRESS and a PORT are enough");
	const char *port = argc > 2 ? argv[2] : DEFAULT_PORT;
	if (!is_port(port))
		return fail_usage("PORT is a number from 1 to 65535");
	struct reporter reporter = reporter_open(ROLE_CLIENT);
	return reporter.fd >= 0 ? orders_run(reporter) : alone_run(argv[1], port);
}
