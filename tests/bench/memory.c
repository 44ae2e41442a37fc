/* memory.c: what the console has in memory when the log's ring is full, and later.
 *
 * usage: memory LINES CONSOLE
 *
 * So many lines are pasted and echoed, four times: each is some seven events.  Printed
 * are the resident kilobytes of the console after the second time, when the ring has
 * long been full, and after the fourth. */
#include "bench_terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 4 };

/* VmRSS of the process in kilobytes (proc(5)); 0: unknown. */
static long
resident(pid_t pid)
{
	char path[64], line[256];
	long kilobytes = 0;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	while (kilobytes == 0 && fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kilobytes = strtol(line + 6, NULL, 10);
	fclose(file);
	return kilobytes;
}

/* Pastes the lines of one round, and waits for the echo of one more: what came of the last
 * of many may have left the timeline before it was drawn. */
static void
paste_round(struct terminal *terminal, int round, int lines)
{
	char line[64];
	terminal_type(terminal, "\033[200~");
	for (int i = 0; i < lines; i++) {
		snprintf(line, sizeof line, "a line of round %d: %d\n", round, i);
		terminal_type(terminal, line);
		if (i % 64 == 0 && !terminal_read(terminal, 0.001))
			exit(1);
	}
	terminal_type(terminal, "\033[201~");
	terminal_await(terminal, "y/n", 60);
	terminal_type(terminal, "y");
	snprintf(line, sizeof line, "the end of round %d\r", round);
	terminal_type(terminal, line);
	snprintf(line, sizeof line, "echo    conn 1  the end of round %d", round);
	terminal_await(terminal, line, 120);
}

int
main(int argc, char **argv)
{
	struct terminal terminal;
	char port[16], host[] = "127.0.0.1";
	int lines = argc == 3 ? atoi(argv[1]) : 0;
	long full = 0, later = 0;
	if (lines < 1) {
		fprintf(stderr, "usage: memory LINES CONSOLE\n");
		return 2;
	}
	snprintf(port, sizeof port, "%u", bench_free_port());
	terminal_run(&terminal, 160, 48, (char *const[]){argv[2], host, port, NULL});
	terminal_await(&terminal, "ESTABLISHED", 20);
	for (int round = 1; round <= ROUNDS; round++) {
		paste_round(&terminal, round, lines);
		later = resident(terminal.pid);
		if (round == ROUNDS / 2)
			full = later;
	}
	terminal_end(&terminal);
	printf("%ld %ld\n", full, later);
	return 0;
}
