#include "silence.h"

#include "plain_ttl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TTL_MUTE = 1, MINTTL_DEAF = 255, MINTTL_CLIENT = 2 };

/* Sets both levels' options of one socket; false when none took. */
static bool
set_ttl(int fd, int domain, int minimum, int ttl, bool outgoing)
{
	bool good = setsockopt(fd, IPPROTO_IP, IP_MINTTL, &minimum, sizeof minimum) == 0;
	if (outgoing)
		good &= setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl) == 0;
	if (domain != AF_INET6)
		return good;
	good = setsockopt(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, &minimum,
	    sizeof minimum) == 0;
	if (outgoing)
		good &= setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &ttl,
		    sizeof ttl) == 0;
	return good;
}

/* Does it to one socket, if it is TCP's; 1 done, 0 not TCP, -1 errno. */
static int
silence_socket(int fd, enum silence what)
{
	int domain = 0, protocol = 0;
	socklen_t size = sizeof domain;
	struct linger reset = {.l_onoff = 1, .l_linger = 0};
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) < 0 ||
	    protocol != IPPROTO_TCP || (domain != AF_INET && domain != AF_INET6))
		return 0;
	switch (what) {
	case SILENCE_CLIENT:
		return set_ttl(fd, domain, MINTTL_DEAF, 0, false) ? 1 : -1;
	case SILENCE_SERVER:
		return set_ttl(fd, domain, MINTTL_DEAF, TTL_MUTE, true) ? 1 : -1;
	case HEAR_CLIENT:
		return set_ttl(fd, domain, MINTTL_CLIENT, 0, false) ? 1 : -1;
	case HEAR_SERVER:
		return set_ttl(fd, domain, 0, PLAIN_TTL, true) ? 1 : -1;
	case SPEAK_PLAINLY:
		return plain_ttl_set(fd, domain) ? 1 : -1;
	case VANISH:
		return setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset,
		    sizeof reset) == 0 ? 1 : -1;
	}
	return 0;
}

/* A copy of one of the process's descriptors, silenced and closed. */
static int
silence_descriptor(int pidfd, int number, enum silence what)
{
	int copy = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	if (copy < 0)
		return errno == EBADF || errno == ESRCH ? 0 : -1; /* closed meanwhile */
	int result = silence_socket(copy, what);
	int error = errno;
	close(copy);
	errno = error;
	return result;
}

int
silence_process(int pidfd, pid_t pid, enum silence what)
{
	char path[32], link[32];
	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	DIR *directory = opendir(path);
	if (directory == NULL)
		return errno == ENOENT ? 0 : -1;
	int sockets = 0;
	struct dirent *entry;
	while (sockets >= 0 && (entry = readdir(directory)) != NULL) {
		ssize_t length = readlinkat(dirfd(directory), entry->d_name, link,
		    sizeof link - 1);
		if (length < 7 || strncmp(link, "socket:", 7) != 0)
			continue;
		int result = silence_descriptor(pidfd, atoi(entry->d_name), what);
		sockets = result < 0 ? -1 : sockets + result;
	}
	int error = errno;
	closedir(directory);
	errno = error;
	return sockets;
}
