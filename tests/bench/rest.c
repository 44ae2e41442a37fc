/* rest.c: what a console takes that has nothing to do.
 *
 * usage: rest SECONDS FOREIGN CONSOLE
 *
 * One with connection 1 open, and one in a lesson that waits for its reader; beside so
 * many foreign sockets.  Printed is for each what it, its guard, client and server took,
 * in hundredths of a core, and how many foreign sockets there were. */
#include "foreign.h"
#include "bench_terminal.h"

#include <stdio.h>
#include <stdlib.h>

/* Lets both write for so long. */
static void
pass(struct terminal *terminals, double seconds)
{
	double end = bench_now() + seconds, now;
	while ((now = bench_now()) < end)
		for (int i = 0; i < 2; i++)
			(void)terminal_read(&terminals[i], end - now < 1 ? end - now : 1);
}

int
main(int argc, char **argv)
{
	struct terminal terminals[2];
	char host[] = "127.0.0.1", play[] = "--play", lesson[] = "zombies", port[2][16];
	double before[2], begun;
	if (argc != 4) {
		fprintf(stderr, "usage: rest SECONDS FOREIGN CONSOLE\n");
		return 2;
	}
	int foreign = foreign_open(atoi(argv[2]));
	snprintf(port[0], sizeof port[0], "%u", bench_free_port());
	terminal_run(&terminals[0], 120, 36,
	    (char *const[]){argv[3], host, port[0], NULL});
	terminal_await(&terminals[0], "ESTABLISHED", 30);
	snprintf(port[1], sizeof port[1], "%u", bench_free_port());
	terminal_run(&terminals[1], 120, 36,
	    (char *const[]){argv[3], play, lesson, host, port[1], NULL});
	terminal_await(&terminals[1], "Enter Next", 30);
	pass(terminals, atof(argv[1]) / 2); /* until it has settled */
	begun = bench_now();
	for (int i = 0; i < 2; i++)
		before[i] = bench_cpu(terminals[i].pid);
	pass(terminals, atof(argv[1]));
	for (int i = 0; i < 2; i++)
		printf("%.3f ", (bench_cpu(terminals[i].pid) - before[i]) * 100 /
		    (bench_now() - begun));
	printf("%d\n", foreign);
	for (int i = 0; i < 2; i++)
		terminal_end(&terminals[i]);
	return 0;
}
