/* crowd.c: a console with a thousand live children, and others that come and go.
 *
 * usage: crowd LIVE RATE SECONDS CONSOLE
 *
 * Keys: a letter is typed, and the screen read until the input line shows it.  Deaths:
 * with reap=none each connection that ends leaves a zombie; from its close(2) until the
 * title of the processes counts it.  Printed are the 99th percentiles of both, the worst
 * death, in milliseconds, and the console's processor time during the keys in hundredths
 * of a core. */
#include "bench_terminal.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ENDS = 65536, LINE = 20, COLUMNS = 120, ROWS = 36 };

/* When connections were closed, by the process that opens them. */
struct ends {
	volatile size_t count;
	volatile double at[ENDS];
};

static struct ends *ends;

static int
connect_to(unsigned short port)
{
	static const char line[] = "one line\n";
	char data[sizeof line];
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (fd < 0 || connect(fd, (void *)&to, sizeof to) < 0 ||
	    write(fd, line, sizeof line - 1) < 0 || read(fd, data, sizeof data) <= 0) {
		perror("crowd: connection");
		exit(1);
	}
	return fd;
}

/* Opens and closes so many a second, until it is killed. */
static _Noreturn void
come_and_go(unsigned short port, double rate)
{
	for (double next = bench_now();; next += 1 / rate) {
		struct timespec at = {.tv_sec = (time_t)next};
		at.tv_nsec = (long)((next - (double)at.tv_sec) * 1e9);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
		close(connect_to(port));
		if (ends->count < ENDS)
			ends->at[ends->count++] = bench_now();
	}
}

/* Reads the screen for so long. */
static void
pass(struct terminal *terminal, double seconds)
{
	double end = bench_now() + seconds, now;
	while ((now = bench_now()) < end)
		(void)terminal_read(terminal, end - now);
}

/* From one key to its letter on the input line. */
static double
press(struct terminal *terminal, char *line, char letter)
{
	char row[4096], key[2] = {letter, '\0'};
	size_t length = strlen(line);
	double begun = bench_now();
	line[length] = letter;
	line[length + 1] = '\0';
	terminal_type(terminal, key);
	for (;;) {
		model_row(terminal->screen, ROWS - 2, row, sizeof row);
		double now = bench_now();
		if (strcmp(row, line) == 0)
			return now - begun;
		if (now - begun > 10) {
			fprintf(stderr, "crowd: no letter in \"%s\"\n", row);
			exit(1);
		}
		(void)terminal_read(terminal, 0.1);
	}
}

/* Types for so long; the 99th percentile. */
static double
measure_keys(struct terminal *terminal, double seconds)
{
	static double values[4096];
	size_t count = 0;
	char line[LINE + 4] = ">";
	double end = bench_now() + seconds;
	while (bench_now() < end && count < 4096) {
		char letter = (char)('a' + count % 26);
		if (strlen(line) > LINE) {
			terminal_type(terminal, "\025");
			strcpy(line, ">");
			pass(terminal, 0.2);
		}
		if (strlen(line) == 1)
			strcpy(line, "> ");
		values[count++] = press(terminal, line, letter);
		pass(terminal, 0.013 + 0.001 * (double)(count % 17));
	}
	return bench_percentile(values, count, 99) * 1000;
}

/* How many zombies the title counts. */
static size_t
zombies_shown(const struct terminal *terminal)
{
	char row[4096];
	for (int i = 0; i < ROWS; i++) {
		model_row(terminal->screen, i, row, sizeof row);
		const char *title = strstr(row, "Processes, ");
		if (title != NULL)
			return strtoul(title + strlen("Processes, "), NULL, 10);
	}
	return 0;
}

/* Watches deaths for so long; the 99th percentile, and the worst. */
static double
measure_deaths(struct terminal *terminal, double seconds, double *worst)
{
	static double values[ENDS];
	size_t first = zombies_shown(terminal), next = first;
	double end = bench_now() + seconds;
	while (bench_now() < end || (next == first && bench_now() < end + 30)) {
		(void)terminal_read(terminal, 0.1);
		double now = bench_now();
		for (size_t shown = zombies_shown(terminal); next < shown; next++)
			values[next - first] = now - ends->at[next];
	}
	if (next == first) {
		fprintf(stderr, "crowd: no zombie was shown\n");
		exit(1);
	}
	double result = bench_percentile(values, next - first, 99) * 1000;
	*worst = values[next - first - 1] * 1000;
	return result;
}

/* A console with so many children, and a process that opens and closes. */
static pid_t
begin(struct terminal *terminal, char **argv, const char *reap)
{
	char host[] = "127.0.0.1", set[] = "--set", port[16], setting[32];
	unsigned short number = bench_free_port();
	snprintf(port, sizeof port, "%u", number);
	snprintf(setting, sizeof setting, "reap=%s", reap);
	terminal_run(terminal, COLUMNS, ROWS, (char *const[]){argv[4], set, setting,
	    host, port, NULL});
	terminal_await(terminal, "ESTABLISHED", 30);
	int live = atoi(argv[1]), *files = calloc((size_t)live + 1, sizeof *files);
	for (int i = 0; i < live && files != NULL; i++) {
		files[i] = connect_to(number);
		(void)terminal_read(terminal, 0.0001);
	}
	free(files); /* they stay open until this process ends */
	ends->count = 0;
	pid_t load = fork();
	if (load == 0)
		come_and_go(number, atof(argv[2]));
	pass(terminal, atof(argv[3]) < 3 ? atof(argv[3]) : 3);
	return load;
}

static void
finish(struct terminal *terminal, pid_t load)
{
	kill(load, SIGKILL);
	waitpid(load, NULL, 0);
	terminal_end(terminal);
}

int
main(int argc, char **argv)
{
	struct terminal terminal;
	double worst;
	if (argc != 5) {
		fprintf(stderr, "usage: crowd LIVE RATE SECONDS CONSOLE\n");
		return 2;
	}
	(void)bench_raise_files();
	ends = mmap(NULL, sizeof *ends, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ends == MAP_FAILED)
		return 1;
	double seconds = atof(argv[3]);
	pid_t load = begin(&terminal, argv, "waitpid");
	double begun = bench_now(), before = bench_cpu_of(terminal.pid);
	double keys = measure_keys(&terminal, seconds);
	double taken = (bench_cpu_of(terminal.pid) - before) * 100 /
	    (bench_now() - begun);
	finish(&terminal, load);
	load = begin(&terminal, argv, "none");
	double deaths = measure_deaths(&terminal, seconds / 2, &worst);
	finish(&terminal, load);
	printf("%.1f %.1f %.1f %.0f\n", keys, deaths, worst, taken);
	return 0;
}
