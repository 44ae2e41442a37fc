/* load.c: connections a second (connect, one line, close) of several servers, compared.
 *
 * usage: load MILLISECONDS ROUNDS PORT PORT... [CONSOLE]
 *
 * With CONSOLE, the last server is that of a console on a screen, which load starts.
 *
 * The rounds are interleaved: A B C, C B A, A B C, ...: whatever else the machine does
 * meets all of them alike, and so the ratios of one sequence to its first hold where no
 * single number would.  Printed are, for each port, the median of its connections a second,
 * and the median of its ratios to the first port of the same sequence.
 *
 * The client closes first, as the lecture's does, so its end stays in TIME_WAIT; it
 * takes another address of 127.0.0.0/8 for each connection, so that ports do not run
 * out. */
#include "bench_terminal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum { PORTS = 4, ROUNDS = 512 };

/* One connection; false when it was refused, or its line did not come back. */
static bool
connect_once(unsigned short port)
{
	static unsigned turn;
	static const char line[] = "one line\n";
	char data[sizeof line];
	size_t got = 0;
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in from = {.sin_family = AF_INET}, to = {
	    .sin_family = AF_INET, .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	from.sin_addr.s_addr = htonl((127u << 24) + 0x10000 + ++turn % 60000);
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	bool good = bind(fd, (void *)&from, sizeof from) == 0 &&
	    connect(fd, (void *)&to, sizeof to) == 0 &&
	    write(fd, line, sizeof line - 1) == (ssize_t)sizeof line - 1;
	while (good && got < sizeof line - 1) {
		ssize_t count = read(fd, data + got, sizeof data - got);
		good = count > 0;
		got += good ? (size_t)count : 0;
	}
	close(fd);
	return good;
}

/* Connections a second to the port, for so long. */
static double
run_round(unsigned short port, double length)
{
	double begun = bench_now(), now = begun;
	unsigned count = 0;
	while ((now = bench_now()) - begun < length) {
		if (!connect_once(port)) {
			fprintf(stderr, "load: port %u: ", port);
			perror("connection");
			exit(1);
		}
		count++;
	}
	return count / (now - begun);
}

/* A console on a screen that somebody looks at, in a process of its own; the port of its
 * server. */
static pid_t
start_console(struct terminal *terminal, char *console, char *port, size_t size)
{
	char host[] = "127.0.0.1";
	snprintf(port, size, "%u", bench_free_port());
	terminal_run(terminal, 120, 36, (char *const[]){console, host, port, NULL});
	terminal_await(terminal, "ESTABLISHED", 30);
	pid_t viewer = fork();
	while (viewer == 0 && terminal_read(terminal, 10))
		continue;
	if (viewer == 0)
		_exit(0);
	return viewer;
}

/* Runs the rounds and prints what came of them. */
static void
compare_ports(double length, int rounds, int ports, char **numbers)
{
	static double rates[PORTS][ROUNDS], ratios[PORTS][ROUNDS];
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < ports; i++) {
			int port = round % 2 == 0 ? i : ports - 1 - i;
			rates[port][round] = run_round(
			    (unsigned short)atoi(numbers[port]), length);
		}
		for (int port = 0; port < ports; port++)
			ratios[port][round] = rates[port][round] / rates[0][round];
	}
	for (int port = 0; port < ports; port++)
		printf("%s %.0f %.3f\n", numbers[port],
		    bench_percentile(rates[port], (size_t)rounds, 50),
		    bench_percentile(ratios[port], (size_t)rounds, 50));
}

int
main(int argc, char **argv)
{
	int ports = argc - 3, rounds = argc > 2 ? atoi(argv[2]) : 0;
	if (ports < 1 || ports > PORTS || rounds < 1 || rounds > ROUNDS) {
		fprintf(stderr, "usage: load MILLISECONDS ROUNDS PORT PORT... "
		    "[CONSOLE]\n");
		return 2;
	}
	struct terminal terminal;
	char port[16], *console = argv[argc - 1];
	bool own = atoi(console) == 0;
	pid_t viewer = 0;
	if (own) {
		viewer = start_console(&terminal, console, port, sizeof port);
		argv[argc - 1] = port;
	}
	compare_ports(atof(argv[1]) / 1000, rounds, ports, argv + 3);
	if (own) {
		kill(viewer, SIGKILL);
		waitpid(viewer, NULL, 0);
		free(terminal.screen); /* which has not seen what the viewer saw */
		terminal.screen = NULL;
		terminal_end(&terminal);
	}
	return 0;
}
