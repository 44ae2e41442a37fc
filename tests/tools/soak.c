/* soak.c: a long random session, and whether it grows.
 *
 *   soak CONSOLE PORT SECONDS [SEED]
 *
 * Rounds of random commands go to a console without a screen: connections, lines,
 * kills, crashes, reboots, restarts.  Each round ends with `reset`; then nothing
 * runs but the client and the server, and memory, descriptors and processes are
 * measured.  While the log fills, memory grows: it is judged from then on.  The
 * exit status is 0 when the last third of what was measured is as the one before. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUND_COMMANDS = 12, SAMPLES = 4096, PATIENCE_SECONDS = 60,
	LOG_EVENTS = 16384, MEMORY_PERCENT = 5, MEMORY_KB = 1024, FILES_MORE = 2 };

#define LOG_EVENTS_TEXT "16384" /* full sooner than the usual one */

/* What was measured after one round. */
struct sample {
	double time;
	long rounds, events;
	long memory, guard_memory;  /* KB */
	long files, guard_files;
	long processes;             /* children of the guard */
};

struct soak {
	pid_t console;
	FILE *to, *from;
	long rounds, events;
	struct sample samples[SAMPLES];
	size_t count;
	uint64_t random;
};

/* Seconds of a clock that only goes forward. */
static double
seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A number below limit; the same seed, the same numbers (xorshift64). */
static unsigned
chance(struct soak *soak, unsigned limit)
{
	soak->random ^= soak->random << 13;
	soak->random ^= soak->random >> 7;
	soak->random ^= soak->random << 17;
	return (unsigned)(soak->random >> 33) % limit;
}

/* Starts the console with a pipe to and from it. */
static bool
start(struct soak *soak, const char *console, const char *port)
{
	int in[2], out[2];
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return false;
	soak->console = fork();
	if (soak->console == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execl(console, "tcpconsole", "--json", "--events", LOG_EVENTS_TEXT,
		    "127.0.0.1", port, (char *)NULL);
		perror(console);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	soak->to = fdopen(in[1], "w");
	soak->from = fdopen(out[0], "r");
	return soak->console > 0 && soak->to != NULL && soak->from != NULL;
}

/* One random command, or a few that belong together. */
static void
write_command(struct soak *soak)
{
	static const char *const plain[] = {
		"kill child", "close", "close all", "abort", "shutdown", "read",
		"kill server", "kill client", "server restart",
		"server stop\nserver start", "server pause\nconnect\nserver resume",
		"host crash\nsend lost\nhost reboot", "host reboot",
		"host unplug\nsend late\nhost plug", "host shutdown 0\nhost reboot",
		"server set reap=none\nconnect 3\nclose all\nserver set reap=waitpid",
		"server set reap=wait", "server set service=sum\nconnect\nsend 1 2",
		"server set max_children=1\nconnect 3", "client sigpipe ignore",
		"client reads always", "client timeout 1", "show sockets", "show processes",
		"send --split slow", "frobnicate", "kill child STOP", "kill client STOP\nkill "
		"client CONT",
	};
	unsigned which = chance(soak, 2 * sizeof plain / sizeof *plain);
	if (which < sizeof plain / sizeof *plain)
		fprintf(soak->to, "%s\n", plain[which]);
	else if (which % 3 == 0)
		fprintf(soak->to, "connect %u\n", 1 + chance(soak, 8));
	else
		fprintf(soak->to, "send line %u of round %ld\n", chance(soak, 1000000),
		    soak->rounds);
}

/* Plays a round and waits for its end; false when the console is gone. */
static bool
play_round(struct soak *soak)
{
	char *line = NULL, mark[64];
	size_t room = 0;
	bool found = false;
	for (int i = 0; i < ROUND_COMMANDS; i++)
		write_command(soak);
	snprintf(mark, sizeof mark, "mark %ld", ++soak->rounds);
	fprintf(soak->to, "reset\nsay %s\n", mark);
	if (fflush(soak->to) == EOF)
		return false;
	alarm(PATIENCE_SECONDS * 5); /* a console that hangs ends this, too */
	while (!found && getline(&line, &room, soak->from) > 0) {
		soak->events++;
		found = strstr(line, "\"say\"") != NULL && strstr(line, mark) != NULL;
	}
	free(line);
	return found;
}

/* The number behind a key of /proc/PID/status. */
static long
status_number(pid_t pid, const char *key)
{
	char path[32], line[128];
	long number = -1;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "re");
	while (file != NULL && number < 0 && fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			number = strtol(line + strlen(key), NULL, 10);
	if (file != NULL)
		fclose(file);
	return number;
}

/* How many descriptors it has open. */
static long
count_files(pid_t pid)
{
	char path[32];
	long count = 0;
	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	DIR *directory = opendir(path);
	while (directory != NULL && readdir(directory) != NULL)
		count++;
	if (directory != NULL)
		closedir(directory);
	return count - 2; /* "." and ".." */
}

/* How many children it has, zombies too; *one is one of them. */
static long
count_children(pid_t pid, pid_t *one)
{
	char path[64];
	long count = 0;
	int child;
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
	FILE *file = fopen(path, "re");
	while (file != NULL && fscanf(file, "%d", &child) == 1) {
		*one = child;
		count++;
	}
	if (file != NULL)
		fclose(file);
	return count;
}

/* Measures, and prints a row of the table. */
static void
measure(struct soak *soak, double time)
{
	pid_t guard = 0, one;
	count_children(soak->console, &guard);
	struct sample sample = {.time = time, .rounds = soak->rounds,
	    .events = soak->events,
	    .memory = status_number(soak->console, "VmRSS:"),
	    .guard_memory = status_number(guard, "VmRSS:"),
	    .files = count_files(soak->console), .guard_files = count_files(guard),
	    .processes = count_children(guard, &one)};
	printf("%7.0f %7ld %9ld %9ld %6ld %6ld %6ld %6ld\n", sample.time, sample.rounds,
	    sample.events, sample.memory, sample.guard_memory, sample.files,
	    sample.guard_files, sample.processes);
	fflush(stdout);
	if (soak->count < SAMPLES)
		soak->samples[soak->count++] = sample;
}

/* The most of one member in a range of the samples. */
static long
most(const struct sample *samples, size_t first, size_t end, size_t offset)
{
	long largest = -1;
	for (size_t i = first; i < end; i++) {
		long value;
		memcpy(&value, (const char *)&samples[i] + offset, sizeof value);
		largest = value > largest ? value : largest;
	}
	return largest;
}

/* Is the end of the table as what came before it? */
static bool
judge(const struct soak *soak)
{
	static const struct { const char *name; size_t offset; long percent, more; } flat[] = {
		{"the console's memory (KB)", offsetof(struct sample, memory),
		 MEMORY_PERCENT, MEMORY_KB},
		{"the guard's memory (KB)", offsetof(struct sample, guard_memory),
		 MEMORY_PERCENT, MEMORY_KB},
		{"the console's descriptors", offsetof(struct sample, files), 0, FILES_MORE},
		{"the guard's descriptors", offsetof(struct sample, guard_files), 0, 0},
		{"the guard's children", offsetof(struct sample, processes), 0, 0},
	};
	size_t full = 0, count = soak->count;
	bool good = true;
	while (full < count && soak->samples[full].events < LOG_EVENTS)
		full++;
	for (size_t i = 0; i < sizeof flat / sizeof *flat; i++) {
		size_t first = i == 0 ? full : 0, middle = first + (count - first) / 2;
		if (middle == first || middle == count) {
			printf("%-27s not judged: the log is not full yet, more SECONDS\n",
			    flat[i].name);
			continue;
		}
		long before = most(soak->samples, first, middle, flat[i].offset);
		long after = most(soak->samples, middle, count, flat[i].offset);
		bool grows = after > before + before * flat[i].percent / 100 + flat[i].more;
		printf("%-27s %ld, then %ld: %s\n", flat[i].name, before, after,
		    grows ? "GROWS" : "flat");
		good &= !grows;
	}
	return good && count >= 4;
}

int
main(int argc, char **argv)
{
	static struct soak soak;
	if (argc < 4) {
		fprintf(stderr, "soak CONSOLE PORT SECONDS [SEED]\n");
		return 2;
	}
	double begun = seconds_now(), length = strtod(argv[3], NULL);
	double every = length / 40 > 1 ? length / 40 : 1, next = every;
	soak.random = argc > 4 ? strtoull(argv[4], NULL, 10) : (uint64_t)time(NULL);
	printf("seed %llu\n", (unsigned long long)soak.random);
	soak.random = soak.random * 2654435761u + 1;
	signal(SIGPIPE, SIG_IGN);
	if (!start(&soak, argv[1], argv[2]))
		return 1;
	puts("seconds  rounds    events    memory  guard  files  files  children");
	bool lives = true;
	while (lives && seconds_now() - begun < length) {
		lives = play_round(&soak);
		if (lives && seconds_now() - begun >= next) {
			measure(&soak, seconds_now() - begun);
			next += every;
		}
	}
	fclose(soak.to);
	while (lives && getc(soak.from) != EOF)
		continue;
	int status = 0;
	waitpid(soak.console, &status, 0);
	if (!lives || !WIFEXITED(status) || WEXITSTATUS(status) > 1)
		printf("the console broke: wait status 0x%x\n", (unsigned)status);
	bool good = judge(&soak) && lives && WIFEXITED(status);
	puts(good ? "flat" : "NOT flat");
	return !good;
}
