#include "foreign.h"

#include "bench_terminal.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int
foreign_open(int count)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0), opened = 0;
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	if (count > bench_raise_files() - 128)
		count = bench_raise_files() - 128;
	if (bind(listener, (void *)&address, sizeof address) < 0 ||
	    listen(listener, 1024) < 0 ||
	    getsockname(listener, (void *)&address, &length) < 0)
		return 0;
	for (; opened + 1 < count; opened += 2) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		if (fd < 0 || connect(fd, (void *)&address, length) < 0 ||
		    accept(listener, NULL, NULL) < 0)
			break;
	}
	return opened + 1;
}
