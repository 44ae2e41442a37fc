/* tcpcli: the client, by itself or carrying out the console's orders. */
#include "alone.h"
#include "orders.h"
#include "standard_files.h"

int
main(int argc, char **argv)
{
	struct options options;
	standard_files_open();
	options_parse(&options, argc, argv);
	struct reporter reporter = reporter_open(ROLE_CLIENT);
	return reporter.fd >= 0 ? orders_run(reporter) : alone_run(&options);
}
