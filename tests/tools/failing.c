/* failing.c: a library for LD_PRELOAD that counts calls of libc and lets one of
 * them fail: see failing.h.
 *
 * Each wrapper asks should_fail(), and else calls what it hides.  Memory goes to
 * the __libc_ names, because dlsym(3) itself allocates; under AddressSanitizer,
 * which is preloaded before this library, malloc is the sanitizer's and is not
 * counted.  The names with 64 are what headers make of open, fopen and fcntl
 * where offsets have 64 bits. */
#include "failing.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <link.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

static struct failing_page *page;
static int who = WHO_NOBODY;
static int open_before;
static atomic_int blocks;

/* The fault of this call, the number-th of its kind; NULL: it does not fail. */
static const struct failing_fault *
find_fault(enum failing_call call, int number)
{
	for (size_t i = 0; i < FAILING_FAULTS; i++) {
		const struct failing_fault *fault = &page->faults[i];
		if (fault->at > 0 && fault->call == (int)call && fault->who == who &&
		    number >= fault->at &&
		    (fault->times == 0 || number < fault->at + fault->times))
			return fault;
	}
	return NULL;
}

/* Counts a call, and finds its fault. */
static const struct failing_fault *
count_call(enum failing_call call)
{
	if (page == NULL || who == WHO_NOBODY)
		return NULL;
	int number = atomic_fetch_add(&page->counts[who][call], 1) + 1;
	const struct failing_fault *fault = find_fault(call, number);
	if (fault == NULL)
		return NULL;
	atomic_fetch_add(&page->fired, 1);
	errno = fault->error;
	return fault;
}

/* Is this the call that fails? */
static bool
should_fail(enum failing_call call)
{
	return count_call(call) != NULL;
}

/* The libraries whose own calls never fail: ncurses 6.4 crashes, ends the program or
 * draws half a screen where it has no memory, and its file is one in memory. */
static struct { uintptr_t from, to; } spared[4];
static size_t spared_count;

/* A library that was loaded: is it to be spared? */
static int
spare(struct dl_phdr_info *library, size_t size, void *context)
{
	(void)size;
	(void)context;
	if (strstr(library->dlpi_name, "libncurses") == NULL &&
	    strstr(library->dlpi_name, "libtinfo") == NULL)
		return 0;
	for (int i = 0; i < library->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &library->dlpi_phdr[i];
		if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0 ||
		    spared_count == sizeof spared / sizeof *spared)
			continue;
		spared[spared_count].from = library->dlpi_addr + part->p_vaddr;
		spared[spared_count].to = spared[spared_count].from + part->p_memsz;
		spared_count++;
	}
	return 0;
}

/* Is this the address of a caller that is spared? */
static bool
is_spared(const void *caller)
{
	for (size_t i = 0; i < spared_count; i++)
		if ((uintptr_t)caller >= spared[i].from && (uintptr_t)caller < spared[i].to)
			return true;
	return false;
}

#define FAILS(call) (!is_spared(__builtin_return_address(0)) && should_fail(FAIL_##call))

/* The function that a wrapper hides; a void pointer would be no function's. */
static void
find_real(void *function, const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);
	if (found == NULL)
		abort();
	memcpy(function, &found, sizeof found);
}

#define REAL(name, result, ...) \
	static result (*real)(__VA_ARGS__); \
	if (real == NULL) \
		find_real(&real, name)

/* A wrapper of a function that says -1, or whatever failed is. */
#define WRAP_AS(symbol, call, failed, result, parameters, ...) \
	result symbol parameters; \
	result symbol parameters \
	{ \
		static result (*real) parameters; \
		if (real == NULL) \
			find_real(&real, #symbol); \
		return FAILS(call) ? (failed) : real(__VA_ARGS__); \
	}
#define WRAP(symbol, failed, result, parameters, ...) \
	WRAP_AS(symbol, symbol, failed, result, parameters, __VA_ARGS__)

/* A wrapper of a call that moves bytes: where the error is 0, it moves a few only. */
#define WRAP_MOVE(symbol, parameters, ...) \
	ssize_t symbol parameters; \
	ssize_t symbol parameters \
	{ \
		static ssize_t (*real) parameters; \
		if (real == NULL) \
			find_real(&real, #symbol); \
		const struct failing_fault *fault = \
		    is_spared(__builtin_return_address(0)) ? NULL : count_call(FAIL_##symbol); \
		if (fault != NULL && fault->error != 0) \
			return -1; \
		if (fault != NULL && size > (size_t)fault->most) \
			size = (size_t)fault->most; \
		return real(__VA_ARGS__); \
	}

WRAP(fopen, NULL, FILE *, (const char *path, const char *mode), path, mode)
WRAP_AS(fopen64, fopen, NULL, FILE *, (const char *path, const char *mode), path, mode)
WRAP(fdopen, NULL, FILE *, (int fd, const char *mode), fd, mode)
WRAP(opendir, NULL, DIR *, (const char *path), path)
WRAP_MOVE(read, (int fd, void *data, size_t size), fd, data, size)
WRAP_MOVE(write, (int fd, const void *data, size_t size), fd, data, size)
WRAP(readlink, -1, ssize_t, (const char *path, char *data, size_t size), path, data, size)
WRAP(readlinkat, -1, ssize_t, (int fd, const char *path, char *data, size_t size),
    fd, path, data, size)
WRAP(socket, -1, int, (int family, int type, int protocol), family, type, protocol)
WRAP(socketpair, -1, int, (int family, int type, int protocol, int pair[2]),
    family, type, protocol, pair)
WRAP(pipe2, -1, int, (int ends[2], int flags), ends, flags)
WRAP(bind, -1, int, (int fd, __CONST_SOCKADDR_ARG address, socklen_t length),
    fd, address, length)
WRAP(listen, -1, int, (int fd, int backlog), fd, backlog)
WRAP(accept, -1, int, (int fd, __SOCKADDR_ARG address, socklen_t *length),
    fd, address, length)
WRAP(shutdown, -1, int, (int fd, int how), fd, how)
WRAP(getsockname, -1, int, (int fd, __SOCKADDR_ARG address, socklen_t *length),
    fd, address, length)
WRAP(getpeername, -1, int, (int fd, __SOCKADDR_ARG address, socklen_t *length),
    fd, address, length)
WRAP(setsockopt, -1, int, (int fd, int level, int name, const void *value, socklen_t size),
    fd, level, name, value, size)
WRAP(getsockopt, -1, int, (int fd, int level, int name, void *value, socklen_t *size),
    fd, level, name, value, size)
WRAP_MOVE(send, (int fd, const void *data, size_t size, int flags), fd, data, size, flags)
WRAP_MOVE(recv, (int fd, void *data, size_t size, int flags), fd, data, size, flags)
WRAP(sendto, -1, ssize_t, (int fd, const void *data, size_t size, int flags,
    __CONST_SOCKADDR_ARG address, socklen_t length), fd, data, size, flags, address, length)
WRAP(sendmsg, -1, ssize_t, (int fd, const struct msghdr *message, int flags),
    fd, message, flags)
WRAP(recvmsg, -1, ssize_t, (int fd, struct msghdr *message, int flags),
    fd, message, flags)
WRAP(execv, -1, int, (const char *path, char *const *argv), path, argv)
WRAP(waitpid, -1, pid_t, (pid_t pid, int *status, int flags), pid, status, flags)
WRAP(waitid, -1, int, (idtype_t type, id_t id, siginfo_t *information, int flags),
    type, id, information, flags)
WRAP(kill, -1, int, (pid_t pid, int number), pid, number)
WRAP(setpgid, -1, int, (pid_t pid, pid_t group), pid, group)
WRAP(getrlimit, -1, int, (__rlimit_resource_t what, struct rlimit *limit), what, limit)
WRAP(setrlimit, -1, int, (__rlimit_resource_t what, const struct rlimit *limit), what, limit)
WRAP_AS(getrlimit64, getrlimit, -1, int, (__rlimit_resource_t what, struct rlimit64 *limit),
    what, limit)
WRAP_AS(setrlimit64, setrlimit, -1, int,
    (__rlimit_resource_t what, const struct rlimit64 *limit), what, limit)
WRAP(sigaction, -1, int, (int number, const struct sigaction *action,
    struct sigaction *before), number, action, before)
WRAP(epoll_create1, -1, int, (int flags), flags)
WRAP(epoll_ctl, -1, int, (int epoll, int what, int fd, struct epoll_event *event),
    epoll, what, fd, event)
WRAP(epoll_wait, -1, int, (int epoll, struct epoll_event *events, int most, int timeout),
    epoll, events, most, timeout)
WRAP(timerfd_create, -1, int, (clockid_t clock, int flags), clock, flags)
WRAP(signalfd, -1, int, (int fd, const sigset_t *set, int flags), fd, set, flags)
WRAP(eventfd, -1, int, (unsigned count, int flags), count, flags)
WRAP(dup2, -1, int, (int old, int new), old, new)
WRAP(getifaddrs, -1, int, (struct ifaddrs **all), all)
WRAP(getpwuid, NULL, struct passwd *, (uid_t user), user)
WRAP(mkostemp, -1, int, (char *path, int flags), path, flags)
WRAP_AS(mkostemp64, mkostemp, -1, int, (char *path, int flags), path, flags)
WRAP(rename, -1, int, (const char *from, const char *to), from, to)
WRAP(fsync, -1, int, (int fd), fd)

/* Where the error is 0, the name has its first address twice. */
int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
    struct addrinfo **found)
{
	REAL("getaddrinfo", int, const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);
	const struct failing_fault *fault = count_call(FAIL_getaddrinfo);
	if (fault != NULL && fault->error != 0)
		return fault->error;
	int error = real(name, service, hints, found);
	if (fault == NULL || error != 0)
		return error;
	/* as freeaddrinfo(3) of glibc wants it: one block of memory */
	struct addrinfo *again = malloc(sizeof *again + (*found)->ai_addrlen);
	if (again == NULL)
		return error;
	*again = **found;
	again->ai_addr = (struct sockaddr *)(again + 1);
	memcpy(again->ai_addr, (*found)->ai_addr, (*found)->ai_addrlen);
	again->ai_canonname = NULL;
	(*found)->ai_next = again;
	return 0;
}

/* Where it goes is kept. */
int
connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	REAL("connect", int, int, __CONST_SOCKADDR_ARG, socklen_t);
	bool fails = FAILS(connect);
	if (page != NULL && length <= sizeof page->connected)
		memcpy(&page->connected, address.__sockaddr__, length);
	return fails ? -1 : real(fd, address, length);
}

/* How long it is to wait is kept. */
int
poll(struct pollfd *polls, nfds_t count, int timeout)
{
	REAL("poll", int, struct pollfd *, nfds_t, int);
	bool fails = FAILS(poll);
	if (page != NULL && who != WHO_NOBODY) {
		int number = page->counts[who][FAIL_poll];
		if (number <= FAILING_POLLS)
			page->polls[who][number - 1] = timeout;
	}
	return fails ? -1 : real(polls, count, timeout);
}

/* Of the variadic ones, what follows is taken as the one long that it is. */
#define WRAP_VARIADIC(symbol, call, result, parameters, last, ...) \
	result symbol parameters; \
	result symbol parameters \
	{ \
		static result (*real) parameters; \
		va_list rest; \
		if (real == NULL) \
			find_real(&real, #symbol); \
		va_start(rest, last); \
		long value = va_arg(rest, long); \
		va_end(rest); \
		return should_fail(FAIL_##call) ? -1 : real(__VA_ARGS__, value); \
	}

WRAP_VARIADIC(open, open, int, (const char *path, int flags, ...), flags, path, flags)
WRAP_VARIADIC(open64, open, int, (const char *path, int flags, ...), flags, path, flags)
WRAP_VARIADIC(openat, open, int, (int at, const char *path, int flags, ...), flags,
    at, path, flags)
WRAP_VARIADIC(openat64, open, int, (int at, const char *path, int flags, ...), flags,
    at, path, flags)
WRAP_VARIADIC(fcntl, fcntl, int, (int fd, int what, ...), what, fd, what)
WRAP_VARIADIC(fcntl64, fcntl, int, (int fd, int what, ...), what, fd, what)
WRAP_VARIADIC(ioctl, ioctl, int, (int fd, unsigned long what, ...), what, fd, what)

int
prctl(int what, ...)
{
	REAL("prctl", int, int, ...);
	long value[4];
	va_list rest;
	va_start(rest, what);
	for (int i = 0; i < 4; i++)
		value[i] = va_arg(rest, long);
	va_end(rest);
	return should_fail(FAIL_prctl) ? -1 :
	    real(what, value[0], value[1], value[2], value[3]);
}

long
syscall(long number, ...)
{
	REAL("syscall", long, long, ...);
	static const struct { long number; enum failing_call call; } known[] = {
		{SYS_pidfd_open, FAIL_pidfd_open}, {SYS_pidfd_getfd, FAIL_pidfd_getfd},
		{SYS_pidfd_send_signal, FAIL_pidfd_send_signal},
	};
	long value[6];
	va_list rest;
	va_start(rest, number);
	for (int i = 0; i < 6; i++)
		value[i] = va_arg(rest, long);
	va_end(rest);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].number == number && should_fail(known[i].call))
			return -1;
	return real(number, value[0], value[1], value[2], value[3], value[4], value[5]);
}

/* The signals that are blocked. */
static unsigned long long
mask_now(void)
{
	unsigned long long mask = 0;
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof mask);
	return mask;
}

/* A child is of the next kind: the console's is the guard, whose is not exec'ed
 * yet; a server's is a child. */
pid_t
fork(void)
{
	REAL("fork", pid_t, void);
	if (should_fail(FAIL_fork))
		return -1;
	if (page != NULL && who == WHO_SERVER)
		page->fork_mask = mask_now();
	pid_t pid = real();
	if (pid == 0 && (who == WHO_CONSOLE || who == WHO_GUARD || who == WHO_SERVER))
		who++;
	return pid;
}

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

void *
malloc(size_t size)
{
	void *block = FAILS(malloc) ? NULL : __libc_malloc(size);
	if (block != NULL)
		atomic_fetch_add(&blocks, 1);
	return block;
}

void *
calloc(size_t count, size_t size)
{
	void *block = FAILS(calloc) ? NULL : __libc_calloc(count, size);
	if (block != NULL)
		atomic_fetch_add(&blocks, 1);
	return block;
}

void *
realloc(void *block, size_t size)
{
	if (FAILS(realloc))
		return NULL;
	void *larger = __libc_realloc(block, size);
	if (block == NULL && larger != NULL)
		atomic_fetch_add(&blocks, 1);
	if (block != NULL && size == 0)
		atomic_fetch_sub(&blocks, 1);
	return larger;
}

void
free(void *block)
{
	if (block != NULL)
		atomic_fetch_sub(&blocks, 1);
	__libc_free(block);
}

/* How many descriptors are open. */
static int
count_open(void)
{
	int count = 0;
	for (int fd = 0; fd < 1024; fd++)
		count += syscall(SYS_fcntl, fd, F_GETFD) >= 0;
	return count;
}

/* A crash is told before it is died of. */
static void
tell_crash(int number)
{
	if (page != NULL)
		page->crashed = number;
	signal(number, SIG_DFL);
	raise(number);
}

/* Which kind of process this is, by its name. */
static int
who_by_name(const char *name)
{
	static const struct { const char *name; int who; } known[] = {
		{"tcpconsole", WHO_CONSOLE}, {"tcpserv", WHO_SERVER},
		{"tcpcli", WHO_CLIENT},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].who;
	return WHO_NOBODY;
}

__attribute__((constructor)) static void
failing_begin(void)
{
	static const int deadly[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
	const char *path = getenv(FAILING_ENVIRONMENT);
	int kind = who_by_name(program_invocation_short_name);
	if (path == NULL || kind == WHO_NOBODY)
		return;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	void *place = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (place == MAP_FAILED)
		return;
	for (size_t i = 0; dlsym(RTLD_DEFAULT, "__asan_init") == NULL &&
	    i < sizeof deadly / sizeof *deadly; i++)
		signal(deadly[i], tell_crash);
	dl_iterate_phdr(spare, NULL);
	open_before = count_open();
	atomic_store(&blocks, 0);
	page = place;
	who = kind;
}

/* The exit, by exit(3): what is left open? */
__attribute__((destructor)) static void
failing_end(void)
{
	if (page == NULL || who == WHO_NOBODY)
		return;
	int left = count_open() - open_before;
	if (left > page->leaked[who])
		page->leaked[who] = left;
	if (blocks > page->blocks[who])
		page->blocks[who] = blocks;
}
