#include "bench_terminal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOWEST = 10000, PORTS = 22000, ROW_TEXT = 4096, FAMILY = 8192 };

double
bench_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int
compare(const void *a, const void *b)
{
	const double *left = a, *right = b;
	return (*left > *right) - (*left < *right);
}

double
bench_percentile(double *values, size_t count, double hundredths)
{
	if (count == 0)
		return 0;
	qsort(values, count, sizeof *values, compare);
	size_t place = (size_t)((double)count * hundredths / 100);
	return values[place < count ? place : count - 1];
}

unsigned short
bench_free_port(void)
{
	for (int i = 0; i < PORTS; i++) {
		struct sockaddr_in any = {.sin_family = AF_INET, .sin_port =
		    htons((unsigned short)(LOWEST + (getpid() + i * 7919) % PORTS))};
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		bool good = fd >= 0 && bind(fd, (void *)&any, sizeof any) == 0;
		close(fd);
		if (good)
			return ntohs(any.sin_port);
	}
	fprintf(stderr, "bench: no free port\n");
	exit(1);
}

int
bench_raise_files(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return (int)(limit.rlim_cur > 1000000 ? 1000000 : limit.rlim_cur);
}

void
terminal_run(struct terminal *terminal, int columns, int rows, char *const command[])
{
	struct winsize size = {.ws_col = (unsigned short)columns,
	    .ws_row = (unsigned short)rows};
	setlocale(LC_ALL, "C.UTF-8");
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TERM", "xterm-256color", 1);
	setenv("HOME", "/nonexistent", 1);
	terminal->screen = malloc(sizeof *terminal->screen);
	if (terminal->screen == NULL)
		exit(1);
	model_init(terminal->screen, columns, rows);
	terminal->begun = bench_now();
	terminal->pid = forkpty(&terminal->master, NULL, NULL, &size);
	if (terminal->pid == 0) {
		execv(command[0], command);
		_exit(127);
	}
	if (terminal->pid < 0 || fcntl(terminal->master, F_SETFD, FD_CLOEXEC) < 0) {
		perror("bench: forkpty");
		exit(1);
	}
}

bool
terminal_read(struct terminal *terminal, double seconds)
{
	unsigned char bytes[65536];
	struct pollfd ready = {.fd = terminal->master, .events = POLLIN};
	struct timespec wait = {.tv_sec = (time_t)seconds};
	wait.tv_nsec = (long)((seconds - (double)wait.tv_sec) * 1e9);
	if (seconds <= 0 || ppoll(&ready, 1, &wait, NULL) <= 0)
		return true;
	ssize_t length = read(terminal->master, bytes, sizeof bytes);
	if (length > 0 && terminal->screen != NULL &&
		    !model_feed(terminal->screen, bytes, (size_t)length)) {
		fprintf(stderr, "bench: %s\n", terminal->screen->reason);
		exit(1);
	}
	return length > 0 || (length < 0 && errno == EAGAIN);
}

bool
terminal_holds(const struct terminal *terminal, const char *text)
{
	char row[ROW_TEXT];
	for (int i = 0; i < terminal->screen->rows; i++) {
		model_row(terminal->screen, i, row, sizeof row);
		if (strstr(row, text) != NULL)
			return true;
	}
	return false;
}

void
terminal_give_up(struct terminal *terminal, const char *what)
{
	fprintf(stderr, "bench: \"%s\" did not come:\n", what);
	for (int i = 0; i < terminal->screen->rows; i++) {
		char row[ROW_TEXT];
		model_row(terminal->screen, i, row, sizeof row);
		fprintf(stderr, "%s\n", row);
	}
	kill(terminal->pid, SIGTERM);
	exit(1);
}

void
terminal_await(struct terminal *terminal, const char *text, double seconds)
{
	double end = bench_now() + seconds;
	while (!terminal_holds(terminal, text)) {
		double now = bench_now();
		if (now >= end || !terminal_read(terminal, end - now))
			terminal_give_up(terminal, text);
	}
}

void
terminal_type(struct terminal *terminal, const char *keys)
{
	if (write(terminal->master, keys, strlen(keys)) < 0)
		perror("bench: write");
}

void
terminal_end(struct terminal *terminal)
{
	int status;
	kill(terminal->pid, SIGTERM);
	while (terminal_read(terminal, 10))
		continue;
	waitpid(terminal->pid, &status, 0);
	close(terminal->master);
	free(terminal->screen);
}

/* The parent of a process; 0: it is gone. */
static pid_t
parent_of(const char *pid)
{
	char path[64], text[512];
	snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
	FILE *file = fopen(path, "re");
	size_t length = file != NULL ? fread(text, 1, sizeof text - 1, file) : 0;
	if (file != NULL)
		fclose(file);
	text[length] = '\0';
	const char *after = strrchr(text, ')');
	return after != NULL && strlen(after) > 4 ? (pid_t)atol(after + 4) : 0;
}

double
bench_cpu_of(pid_t pid)
{
	char path[64], text[128];
	snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
	FILE *file = fopen(path, "re");
	double taken = file != NULL && fgets(text, sizeof text, file) != NULL ?
	    strtod(text, NULL) / 1e9 : 0;
	if (file != NULL)
		fclose(file);
	return taken;
}

double
bench_cpu(pid_t pid)
{
	static pid_t pids[FAMILY], parents[FAMILY];
	static bool ours[FAMILY];
	size_t count = 0;
	double taken = 0;
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	while (directory != NULL && (entry = readdir(directory)) != NULL &&
	    count < FAMILY) {
		pids[count] = (pid_t)atol(entry->d_name);
		if (pids[count] > 0 && (parents[count] = parent_of(entry->d_name)) > 0)
			ours[count] = pids[count] == pid, count++;
	}
	if (directory != NULL)
		closedir(directory);
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < count; i++)
			for (size_t k = 0; k < count && !ours[i]; k++)
				if (ours[k] && pids[k] == parents[i])
					more = ours[i] = true;
	}
	for (size_t i = 0; i < count; i++)
		taken += ours[i] ? bench_cpu_of(pids[i]) : 0;
	return taken;
}
