/* witness.c: a library for LD_PRELOAD that writes down where a session connects and
 * sends to, and what it makes or changes among files.
 *
 * Lines are appended to the file that WITNESS names: "PROGRAM send FAMILY ADDRESS PORT"
 * for connect(2) and for what names its destination, "PROGRAM file PATH" for a file that
 * is opened to be written, made, renamed or taken away, "PROGRAM run PATH" for execve(2)
 * and its like.  Our programs close what they do not know, so the file is opened anew
 * for each line, with system calls, which no wrapper sees. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* The function that a wrapper hides; a void pointer would be no function's. */
static void
find_real(void *function, const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);
	if (found == NULL)
		abort();
	memcpy(function, &found, sizeof found);
}

/* Appends a line; errno stays. */
static void __attribute__((format(printf, 1, 2)))
tell(const char *format, ...)
{
	char line[PATH_MAX + 200];
	int before = errno;
	const char *path = getenv("WITNESS");
	size_t used = (size_t)snprintf(line, sizeof line, "%s ", program_invocation_short_name);
	va_list arguments;
	va_start(arguments, format);
	used += (size_t)vsnprintf(line + used, sizeof line - used - 1, format, arguments);
	va_end(arguments);
	if (used > sizeof line - 2)
		used = sizeof line - 2;
	line[used++] = '\n';
	if (path != NULL) {
		int fd = (int)syscall(SYS_openat, AT_FDCWD, path,
		    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || syscall(SYS_write, fd, line, used) != (long)used)
			abort();
		syscall(SYS_close, fd);
	}
	errno = before;
}

/* A destination. */
static void
tell_address(const struct sockaddr *address)
{
	char text[INET6_ADDRSTRLEN] = "-";
	const void *bytes = address;
	if (address == NULL || address->sa_family == AF_UNSPEC)
		return;
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = bytes;
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
		tell("send inet %s %d", text, ntohs(in->sin_port));
	} else if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = bytes;
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
		tell("send inet %s %d", text, ntohs(in6->sin6_port));
	} else if (address->sa_family == AF_NETLINK) {
		tell("send netlink");
	} else {
		tell("send family %d", address->sa_family);
	}
}

/* A directory that is not there yet. */
static void
tell_new(const char *path)
{
	struct stat status;
	if (stat(path, &status) < 0)
		tell("file %s", path);
}

#define WRAP(name, result, parameters, what, ...) \
	result name parameters; \
	result name parameters \
	{ \
		static result (*real) parameters; \
		if (real == NULL) \
			find_real(&real, #name); \
		what; \
		return real(__VA_ARGS__); \
	}

WRAP(connect, int, (int fd, __CONST_SOCKADDR_ARG address, socklen_t length),
    tell_address(address.__sockaddr__), fd, address, length)
WRAP(sendto, ssize_t, (int fd, const void *data, size_t size, int flags,
    __CONST_SOCKADDR_ARG address, socklen_t length), tell_address(address.__sockaddr__),
    fd, data, size, flags, address, length)
WRAP(sendmsg, ssize_t, (int fd, const struct msghdr *message, int flags),
    tell_address(message->msg_name), fd, message, flags)
WRAP(rename, int, (const char *from, const char *to), tell("file %s", to), from, to)
WRAP(unlink, int, (const char *path), tell("file %s", path), path)
WRAP(mkdir, int, (const char *path, mode_t mode), tell_new(path), path, mode)
WRAP(symlink, int, (const char *to, const char *path), tell("file %s", path), to, path)
WRAP(link, int, (const char *from, const char *path), tell("file %s", path), from, path)
WRAP(truncate, int, (const char *path, off_t size), tell("file %s", path), path, size)
WRAP(chmod, int, (const char *path, mode_t mode), tell("file %s", path), path, mode)
WRAP(mkfifo, int, (const char *path, mode_t mode), tell("file %s", path), path, mode)
WRAP(mkostemp, int, (char *path, int flags), tell("file %s", path), path, flags)
WRAP(mkostemp64, int, (char *path, int flags), tell("file %s", path), path, flags)
WRAP(mkstemp, int, (char *path), tell("file %s", path), path)
WRAP(mkstemp64, int, (char *path), tell("file %s", path), path)
WRAP(execve, int, (const char *path, char *const *arguments, char *const *environment),
    tell("run %s", path), path, arguments, environment)
WRAP(execv, int, (const char *path, char *const *arguments), tell("run %s", path), path,
    arguments)
WRAP(execvp, int, (const char *path, char *const *arguments), tell("run %s", path), path,
    arguments)
WRAP(fexecve, int, (int fd, char *const *arguments, char *const *environment),
    tell("run %d", fd), fd, arguments, environment)

/* A file that is opened to be written. */
static void
tell_open(const char *path, int flags)
{
	if ((flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0)
		tell("file %s", path);
}

/* A file that is opened by a stream's mode. */
static void
tell_mode(const char *path, const char *mode)
{
	if (strpbrk(mode, "wa+") != NULL)
		tell("file %s", path);
}

WRAP(fopen, FILE *, (const char *path, const char *mode), tell_mode(path, mode), path, mode)
WRAP(fopen64, FILE *, (const char *path, const char *mode), tell_mode(path, mode), path, mode)

/* The mode of a file that may be made. */
#define WITH_MODE(last) \
	mode_t mode = 0; \
	if ((flags & (O_CREAT | O_TMPFILE)) != 0) { \
		va_list arguments; \
		va_start(arguments, last); \
		mode = va_arg(arguments, mode_t); \
		va_end(arguments); \
	} \
	tell_open(path, flags)

#define WRAP_OPEN(name) \
	int name(const char *path, int flags, ...); \
	int name(const char *path, int flags, ...) \
	{ \
		static int (*real)(const char *path, int flags, ...); \
		if (real == NULL) \
			find_real(&real, #name); \
		WITH_MODE(flags); \
		return real(path, flags, mode); \
	}
#define WRAP_OPENAT(name) \
	int name(int fd, const char *path, int flags, ...); \
	int name(int fd, const char *path, int flags, ...) \
	{ \
		static int (*real)(int fd, const char *path, int flags, ...); \
		if (real == NULL) \
			find_real(&real, #name); \
		WITH_MODE(flags); \
		return real(fd, path, flags, mode); \
	}

WRAP_OPEN(open)
WRAP_OPEN(open64)
WRAP_OPENAT(openat)
WRAP_OPENAT(openat64)
