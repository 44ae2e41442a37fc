/* wakes.c: how often a console wakes while it waits for something, and what it takes at
 * rest beside htop.
 *
 * usage: wakes SECONDS CONSOLE
 *
 * Printed is, for each state, how often a second the console itself gave its processor up
 * (voluntary_ctxt_switches of proc(5)): at rest, in a wait, with a question to the class
 * open, and with an expectation that nothing meets.  Then what console, guard, client and
 * server took at rest, and what htop took in the same time, in hundredths of a core; - where
 * there is no htop. */
#include "bench_terminal.h"

#include <stdio.h>
#include <stdlib.h>

enum { STATES = 4, SETTLE_SECONDS = 12 }; /* by then the looks are rare */

/* What is typed in each of them. */
static const char *const lines[STATES] = {
	"", ":wait 600\r", ":ask why? | one | two = 1\r", ":expect children 7 within 600\r",
};

/* How often the process has given its processor up. */
static long
switches_of(pid_t pid)
{
	char path[64], line[128];
	long count = 0;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		perror(path);
		exit(1);
	}
	while (fgets(line, sizeof line, file) != NULL)
		sscanf(line, "voluntary_ctxt_switches: %ld", &count);
	fclose(file);
	return count;
}

/* Is there a program of this name? */
static bool
is_there(const char *name)
{
	char command[64];
	snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", name);
	return system(command) == 0;
}

/* Lets all of them write for so long. */
static void
pass(struct terminal *terminals, int count, double seconds)
{
	double end = bench_now() + seconds, now;
	while ((now = bench_now()) < end)
		for (int i = 0; i < count; i++)
			(void)terminal_read(&terminals[i], end - now < 0.5 ? end - now : 0.5);
}

/* A console with a connection, in one of the states. */
static void
open_console(struct terminal *terminal, char *console, int state)
{
	char host[] = "127.0.0.1", port[16];
	snprintf(port, sizeof port, "%u", bench_free_port());
	terminal_run(terminal, 120, 36, (char *const[]){console, host, port, NULL});
	terminal_await(terminal, "ESTABLISHED", 30);
	terminal_type(terminal, lines[state]);
}

int
main(int argc, char **argv)
{
	struct terminal terminals[STATES + 1];
	char env[] = "/usr/bin/env", htop[] = "htop";
	long before[STATES];
	double took[STATES + 1] = {0}, begun;
	if (argc != 3) {
		fprintf(stderr, "usage: wakes SECONDS CONSOLE\n");
		return 2;
	}
	int count = STATES + is_there(htop);
	for (int i = 0; i < STATES; i++)
		open_console(&terminals[i], argv[2], i);
	if (count > STATES) {
		terminal_run(&terminals[STATES], 120, 36, (char *const[]){env, htop, NULL});
		free(terminals[STATES].screen); /* what it writes is not looked at */
		terminals[STATES].screen = NULL;
	}
	pass(terminals, count, atof(argv[1]) < SETTLE_SECONDS ? atof(argv[1]) : SETTLE_SECONDS);
	for (int i = 0; i < STATES; i++)
		before[i] = switches_of(terminals[i].pid);
	for (int i = 0; i < count; i++)
		took[i] = bench_cpu(terminals[i].pid);
	begun = bench_now();
	pass(terminals, count, atof(argv[1]));
	double seconds = bench_now() - begun;
	for (int i = 0; i < STATES; i++)
		printf("%.1f ", (double)(switches_of(terminals[i].pid) - before[i]) / seconds);
	printf("%.3f ", (bench_cpu(terminals[0].pid) - took[0]) * 100 / seconds);
	if (count > STATES)
		printf("%.3f\n", (bench_cpu(terminals[STATES].pid) - took[STATES]) * 100 / seconds);
	else
		puts("-");
	for (int i = 0; i < count; i++)
		terminal_end(&terminals[i]);
	return 0;
}
