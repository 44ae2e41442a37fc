/* crowd.c: clients as a server on the open net meets them.
 *
 *   crowd MODE PORT COUNT
 *
 *   silent  COUNT connections that send nothing; they stay until standard input ends
 *   deaf    COUNT that send and never read, until the server stands still; they stay
 *   endless COUNT lines of a megabyte without a newline
 *   abort   COUNT connections that send a line and end with RST
 *   scan    COUNT connections that are closed as soon as they are open
 *
 * Prints "there" when all that is done; a server that does not take one is told. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MEGABYTE = 1 << 20, STILL_MS = 300 };

static char bytes[MEGABYTE];

/* A connection; -1 when the server does not take it. */
static int
open_one(const char *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((unsigned short)strtol(port, NULL, 10))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	perror("crowd: connect");
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Sends until the other side has taken nothing for a while. */
static void
send_until_still(int fd)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};
	while (poll(&room, 1, STILL_MS) > 0 && (room.revents & POLLERR) == 0)
		if (send(fd, bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
		    errno != EAGAIN)
			return;
}

/* What one client does; whether its connection stays. */
static bool
behave(const char *mode, int fd)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	if (strcmp(mode, "silent") == 0)
		return true;
	if (strcmp(mode, "deaf") == 0) {
		send_until_still(fd);
		return true;
	}
	if (strcmp(mode, "endless") == 0)
		send_until_still(fd); /* a megabyte and more, no newline, nothing read */
	if (strcmp(mode, "abort") == 0) {
		if (send(fd, "gone\n", 5, MSG_NOSIGNAL) == 5)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	}
	close(fd);
	return false;
}

int
main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "crowd silent|deaf|endless|abort|scan PORT COUNT\n");
		return 2;
	}
	char rest[256];
	memset(bytes, 'x', sizeof bytes);
	for (long count = strtol(argv[3], NULL, 10); count > 0; count--) {
		int fd = open_one(argv[2]);
		if (fd >= 0)
			(void)behave(argv[1], fd);
	}
	puts("there");
	fflush(stdout);
	while (read(STDIN_FILENO, rest, sizeof rest) > 0)
		continue;
	return 0;
}
