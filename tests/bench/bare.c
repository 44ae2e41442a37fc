/* bare.c: the reference of figure 1: the shortest correct concurrent echo server of
 * UNP, chapter 5.  Accept, fork, echo, exit; SIGCHLD with waitpid in a loop. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void
reap(int number)
{
	int saved = errno;
	(void)number;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	errno = saved;
}

static void
echo(int fd)
{
	char data[4096];
	ssize_t count;
	while ((count = read(fd, data, sizeof data)) > 0)
		if (write(fd, data, (size_t)count) != count)
			return;
}

int
main(int argc, char **argv)
{
	int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((unsigned short)(argc > 1 ? atoi(argv[1]) : 0))};
	struct sigaction action = {.sa_handler = reap, .sa_flags = SA_RESTART};
	sigaction(SIGCHLD, &action, NULL);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(listener, (void *)&address, sizeof address) < 0 ||
	    listen(listener, 1024) < 0) {
		perror("bare");
		return 1;
	}
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		if (fd < 0)
			continue;
		if (fork() == 0) {
			close(listener);
			echo(fd);
			_exit(0);
		}
		close(fd);
	}
}
