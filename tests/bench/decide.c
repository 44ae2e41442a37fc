/* decide.c: what it costs to decide that nothing of ours changed, beside reading
 * /proc/net/tcp.
 *
 * usage: decide FOREIGN TIMES
 *
 * A connection of our own, so many sockets of others.  The decision is made as the
 * console makes it at rest, four times a second, each followed by one reading.  Printed
 * are the mean of the decisions, the median of the readings, in microseconds, and how
 * many foreign sockets there were. */
#include "foreign.h"
#include "socket_watch.h"
#include "bench_terminal.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_TIMES = 100, PAUSE_MS = 250, BUSY_MS = 3500 };

static void
nothing(void *context)
{
	(void)context;
}

/* A listener and a connection to it; the port. */
static uint16_t
open_own(void)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	if (bind(listener, (void *)&address, sizeof address) < 0 ||
	    listen(listener, 8) < 0 ||
	    getsockname(listener, (void *)&address, &length) < 0 ||
	    connect(fd, (void *)&address, length) < 0 ||
	    accept(listener, NULL, NULL) < 0) {
		perror("decide");
		exit(1);
	}
	return ntohs(address.sin_port);
}

/* Reads the file once. */
static void
read_file(void)
{
	static char text[65536];
	int fd = open("/proc/net/tcp", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && read(fd, text, sizeof text) > 0)
		continue;
	close(fd);
}

int
main(int argc, char **argv)
{
	double decided = 0, readings[MOST_TIMES];
	int times = argc == 3 ? atoi(argv[2]) : 0;
	if (times < 1 || times > MOST_TIMES) {
		fprintf(stderr, "usage: decide FOREIGN TIMES\n");
		return 2;
	}
	int foreign = foreign_open(atoi(argv[1]));
	uint16_t port = open_own();
	struct loop *loop = loop_new();
	struct log *log = log_new(1024);
	struct socket_watch *watch = socket_watch_new(loop, log, port, 4, nothing, NULL);
	if (watch == NULL)
		return 1;
	socket_watch_force(watch);
	int64_t end = loop_now(loop) + MILLISECONDS(BUSY_MS);
	while (loop_now(loop) < end)
		(void)loop_round(loop, 100);
	if (log_now(log)->socket_count != 3) {
		fprintf(stderr, "decide: the connection was not found\n");
		return 1;
	}
	for (int i = 0; i < times; i++) {
		struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000};
		nanosleep(&pause, NULL);
		double begun = bench_now();
		bool changed = socket_watch_has_changed(watch);
		decided += bench_now() - begun;
		if (changed)
			fprintf(stderr, "decide: something changed\n");
		begun = bench_now();
		read_file();
		readings[i] = bench_now() - begun;
	}
	printf("%.1f %.1f %d\n", decided / times * 1e6,
	    bench_percentile(readings, (size_t)times, 50) * 1e6, foreign);
	socket_watch_free(watch);
	log_free(log);
	loop_free(loop);
	return 0;
}
