/* odd_server MODE PORT: an echo server of one process (select(2)), as somebody else
 * might have written it.
 *
 *   plain      as it stands
 *   daemon     forks, setsid, forks again; its parents exit with 0, it listens then
 *   inherit    listens, then forks and exits: the child serves
 *   stubborn   ignores SIGTERM
 *   slow       takes half a second before each accept
 *   late       listens after 2.5 seconds
 *   flood      writes lines without end, while it serves
 *   hold       never accepts
 *   reset      answers each connection with RST
 *   shared     three children listen at the port, each by itself (SO_REUSEPORT)
 *   prefork    four children accept, each of which serves its own connections
 *   threaded   its main thread ends; another one serves
 *   bare       answers without the newline
 *   hidden     is not dumpable: its descriptors are root's to see
 *   underway   its listener is in a message to itself: no descriptor shows it */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *mode;

static bool
mode_is(const char *name)
{
	return strcmp(mode, name) == 0;
}

/* The parent exits; the child goes on. */
static void
leave_parent(void)
{
	pid_t pid = fork();
	if (pid != 0)
		exit(pid < 0);
}

static int
open_listener(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
	    (mode_is("shared") &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) ||
	    bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
	    listen(fd, 16) < 0) {
		perror("odd_server");
		exit(1);
	}
	return fd;
}

/* Echoes what has come; closes at the end. */
static void
serve(int fd, fd_set *all)
{
	char bytes[4096];
	ssize_t size = read(fd, bytes, sizeof bytes);
	if (size > 1 && mode_is("bare"))
		size--;
	if (size > 0 && write(fd, bytes, (size_t)size) == size)
		return;
	FD_CLR(fd, all);
	close(fd);
}

/* A new connection. */
static void
take(int listener, fd_set *all, int *highest)
{
	if (mode_is("slow"))
		poll(NULL, 0, 500); /* sleep-ok: it is a slow one */
	int fd = accept(listener, NULL, NULL);
	if (fd < 0 || fd >= FD_SETSIZE)
		return;
	if (mode_is("reset")) {
		struct linger none = {.l_onoff = 1};
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
		close(fd);
		return;
	}
	FD_SET(fd, all);
	if (fd > *highest)
		*highest = fd;
}

/* The server's whole life. */
static void __attribute__((noreturn))
run(int listener)
{
	fd_set all, ready;
	int highest = listener;
	struct timeval none = {0, 0};
	FD_ZERO(&all);
	FD_SET(listener, &all);
	for (unsigned long count = 0;; count++) {
		ready = all;
		if (mode_is("flood"))
			printf("line %lu of a flood\n", count);
		if (mode_is("hold"))
			pause();
		if (select(highest + 1, &ready, NULL, NULL,
		    mode_is("flood") ? &none : NULL) < 0)
			continue;
		for (int fd = 0; fd <= highest; fd++)
			if (FD_ISSET(fd, &ready) && fd != listener)
				serve(fd, &all);
		if (FD_ISSET(listener, &ready))
			take(listener, &all, &highest);
	}
}

/* The same in a thread. */
static void *
run_in_thread(void *context)
{
	run(*(int *)context);
}

/* Sends a descriptor to itself, closes it, and does nothing any more. */
static void __attribute__((noreturn))
hold_underway(int listener)
{
	char byte = 0, room[CMSG_SPACE(sizeof listener)] = {0};
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room,
	    .msg_controllen = sizeof room};
	struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
	int ends[2];
	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(sizeof listener);
	memcpy(CMSG_DATA(rights), &listener, sizeof listener);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 || sendmsg(ends[0], &message, 0) < 0)
		_exit(1);
	close(listener);
	for (;;)
		pause();
}

int
main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: odd_server MODE PORT\n");
		return 2;
	}
	mode = argv[1];
	signal(SIGPIPE, SIG_IGN);
	if (mode_is("stubborn"))
		signal(SIGTERM, SIG_IGN);
	if (mode_is("hidden"))
		prctl(PR_SET_DUMPABLE, 0);
	if (mode_is("late"))
		poll(NULL, 0, 2500); /* sleep-ok: it is a late one */
	if (mode_is("daemon")) {
		leave_parent();
		setsid();
		leave_parent();
	}
	for (int i = 0; mode_is("shared") && i < 3 && fork() != 0; i++)
		if (i == 2)
			for (;;)
				pause();
	static int listener; /* the thread outlives main */
	listener = open_listener(atoi(argv[2]));
	if (mode_is("inherit"))
		leave_parent();
	if (mode_is("prefork")) {
		fcntl(listener, F_SETFL, O_NONBLOCK);
		for (int i = 0; i < 4 && fork() != 0; i++)
			if (i == 3)
				for (;;)
					pause();
	}
	printf("%s: PID %d serves port %s\n", mode, (int)getpid(), argv[2]);
	fflush(stdout);
	if (mode_is("underway"))
		hold_underway(listener);
	pthread_t thread;
	if (mode_is("threaded") && pthread_create(&thread, NULL, run_in_thread, &listener) == 0)
		pthread_exit(NULL);
	run(listener);
}
