/* free_port.c: prints a TCP port that is free on both loopback addresses, outside
 * of the range from which the kernel takes ephemeral ports.
 *
 * Between this and the bind of whoever asked, somebody else may ask as well.  So the
 * port follows from the PID, which no other process has had of late, and not from
 * chance, by which two of many that run side by side meet now and then. */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOWEST = 10000, COUNT = 22000, TRIES = 1000, STRIDE = 7919 };

/* Can the port be bound, without SO_REUSEADDR? */
static bool
is_free(int port)
{
	int four = socket(AF_INET, SOCK_STREAM, 0);
	int six = socket(AF_INET6, SOCK_STREAM, 0);
	struct sockaddr_in any = {.sin_family = AF_INET,
	    .sin_port = htons((unsigned short)port)};
	struct sockaddr_in6 any6 = {.sin6_family = AF_INET6,
	    .sin6_port = htons((unsigned short)port)};
	int only = 1;
	bool good = four >= 0 && bind(four, (void *)&any, sizeof any) == 0;
	if (six >= 0) {
		setsockopt(six, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
		good = good && bind(six, (void *)&any6, sizeof any6) == 0;
		close(six);
	}
	if (four >= 0)
		close(four);
	return good;
}

int
main(void)
{
	for (int i = 0; i < TRIES; i++) {
		int port = LOWEST + (getpid() + i * STRIDE) % COUNT;
		if (is_free(port))
			return printf("%d\n", port) < 0;
	}
	fprintf(stderr, "no free port\n");
	return 1;
}
