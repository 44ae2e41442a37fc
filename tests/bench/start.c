/* start.c: from exec to the first complete frame, connected.
 *
 * usage: start TIMES CONSOLE
 *
 * Complete: the status line, both ends of connection 1 as ESTABLISHED, its child, and
 * the keys below.  Printed is the median, in milliseconds. */
#include "bench_terminal.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many rows hold the text? */
static int
rows_with(const struct terminal *terminal, const char *text)
{
	char row[4096];
	int count = 0;
	for (int i = 0; i < terminal->screen->rows; i++) {
		model_row(terminal->screen, i, row, sizeof row);
		count += strstr(row, text) != NULL;
	}
	return count;
}

/* Complete: both ends, the child's row beside the status line, the keys. */
static bool
is_complete(const struct terminal *terminal)
{
	return rows_with(terminal, "ESTABLISHED") >= 3 &&
	    rows_with(terminal, "conn 1 ") >= 2 &&
	    rows_with(terminal, "tcpserv") >= 1 && terminal_holds(terminal, "Quit");
}

int
main(int argc, char **argv)
{
	double values[256];
	int times = argc == 3 ? atoi(argv[1]) : 0;
	if (times < 1 || times > 256) {
		fprintf(stderr, "usage: start TIMES CONSOLE\n");
		return 2;
	}
	for (int i = 0; i < times; i++) {
		struct terminal terminal;
		char port[16], host[] = "127.0.0.1";
		snprintf(port, sizeof port, "%u", bench_free_port());
		terminal_run(&terminal, 80, 24,
		    (char *const[]){argv[2], host, port, NULL});
		double end = terminal.begun + 20;
		while (!is_complete(&terminal)) {
			double now = bench_now();
			if (now > end || !terminal_read(&terminal, end - now))
				terminal_give_up(&terminal, "a complete frame");
		}
		values[i] = (bench_now() - terminal.begun) * 1000;
		terminal_end(&terminal);
	}
	printf("%.1f\n", bench_percentile(values, (size_t)times, 50));
	return 0;
}
