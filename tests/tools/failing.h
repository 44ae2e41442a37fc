/* failing.h: what failing.so and who steers it share: a file, mapped by both.
 *
 * Every process that has FAILING_PAGE in its environment and the library in
 * LD_PRELOAD counts there how often it calls what stands below, and some calls of
 * some kinds of processes fail, though nothing is the matter. */
#ifndef FAILING_H
#define FAILING_H

#include <netinet/in.h>
#include <stdatomic.h>

#define FAILING_ENVIRONMENT "FAILING_PAGE"

/* Kinds of processes: a fork is of the next kind, an exec begins with the name's. */
enum failing_who {
	WHO_CONSOLE, WHO_GUARD, WHO_STARTING, WHO_SERVER, WHO_CHILD, WHO_CLIENT,
	WHO_COUNT,
	WHO_NOBODY = WHO_COUNT
};

#define FAILING_WHO_NAMES \
	{"console", "guard", "starting", "server", "child", "client"}

/* The calls, and the errno with which each fails unless told. */
#define FAILING_CALLS(X) \
	X(malloc, ENOMEM) X(calloc, ENOMEM) X(realloc, ENOMEM) \
	X(open, EMFILE) X(fopen, EMFILE) X(fdopen, ENOMEM) X(opendir, EMFILE) \
	X(read, EIO) X(write, EIO) X(readlink, EACCES) X(readlinkat, EACCES) \
	X(socket, EMFILE) X(socketpair, EMFILE) X(pipe2, EMFILE) \
	X(bind, EADDRINUSE) X(listen, EADDRINUSE) X(accept, EMFILE) \
	X(connect, EADDRNOTAVAIL) X(shutdown, ENOTCONN) \
	X(getsockname, ENOBUFS) X(getpeername, ENOTCONN) \
	X(setsockopt, ENOMEM) X(getsockopt, ENOBUFS) \
	X(send, ENOBUFS) X(recv, ENOMEM) X(sendto, ENOBUFS) X(sendmsg, ENOBUFS) \
	X(recvmsg, ENOMEM) \
	X(fork, EAGAIN) X(execv, ENOENT) X(waitpid, EINTR) X(waitid, ECHILD) \
	X(kill, EPERM) X(setpgid, EPERM) X(prctl, EPERM) \
	X(getrlimit, EPERM) X(setrlimit, EPERM) X(sigaction, EINVAL) \
	X(epoll_create1, EMFILE) X(epoll_ctl, ENOMEM) X(epoll_wait, EINTR) \
	X(poll, ENOMEM) X(timerfd_create, EMFILE) X(signalfd, EMFILE) \
	X(eventfd, EMFILE) X(fcntl, EMFILE) X(dup2, EMFILE) X(ioctl, ENOTTY) \
	X(getaddrinfo, EAI_MEMORY) X(getifaddrs, ENOMEM) X(getpwuid, EMFILE) \
	X(mkostemp, EROFS) X(rename, EROFS) X(fsync, ENOSPC) \
	X(pidfd_open, EMFILE) X(pidfd_getfd, EPERM) X(pidfd_send_signal, EPERM)

enum failing_call {
#define X(name, error) FAIL_##name,
	FAILING_CALLS(X)
#undef X
	FAIL_COUNT
};

/* What fails: from the at-th call on, so many times in a row. */
struct failing_fault {
	int who, call;
	int at;         /* from 1; 0: nothing does */
	int times;      /* 0: all from then on */
	int error;      /* 0: a call that moves bytes does, but no more than most, and
	                   a name has an address twice */
	int most;
};

enum { FAILING_FAULTS = 4, FAILING_POLLS = 64 };

struct failing_page {
	struct failing_fault faults[FAILING_FAULTS];
	atomic_int counts[WHO_COUNT][FAIL_COUNT];
	atomic_int fired;             /* so many calls failed */
	atomic_int crashed;           /* the signal that one died of */
	atomic_int leaked[WHO_COUNT]; /* descriptors left open at the exit */
	atomic_int blocks[WHO_COUNT]; /* blocks of memory left at the exit */
	int polls[WHO_COUNT][FAILING_POLLS]; /* how long the first of them were to wait */
	unsigned long long fork_mask; /* what a server blocked when it forked last */
	struct sockaddr_storage connected; /* where connect went last */
};

#endif
