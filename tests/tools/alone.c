/*
 * alone.c: runs a command in a network namespace of its own, whose loopback is up, so
 * that foreign sockets, a full TIME_WAIT table or another test's ports cannot meet it.
 *
 *     alone COMMAND [ARG]...
 *     alone -n                 status 0 when it can be had, else 1 and the reason
 *
 * root has one for the asking; an ordinary user inside a user namespace in which he is
 * himself, and nobody else is (user_namespaces(7)): his privileges there end with exec.
 * Where the machine gives none, the command runs where it is: the tests need no other
 * network, they are only safer in one.  Two namespaces are made, one in the other: what
 * net.ipv4.tcp_child_ehash_entries says in the first makes the second one's table of
 * sockets small, so that reading /proc/net/tcp costs 0.05 ms and not 5 (tcp(7)).
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Writes a file of /proc whole; returns false when it cannot be. */
static bool
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool whole = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	return close(fd) == 0 && whole;
}

/* In a new user namespace a user is who he was, with the same group. */
static bool
stay_oneself(uid_t uid, gid_t gid)
{
	char users[64], groups[64];
	snprintf(users, sizeof users, "%u %u 1", (unsigned)uid, (unsigned)uid);
	snprintf(groups, sizeof groups, "%u %u 1", (unsigned)gid, (unsigned)gid);
	return write_file("/proc/self/setgroups", "deny") &&
	    write_file("/proc/self/uid_map", users) && write_file("/proc/self/gid_map", groups);
}

/* Brings the loopback of the current namespace up: 127.0.0.1 and ::1 come with it. */
static bool
loopback_up(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	bool up = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
	return close(fd) == 0 && up;
}

/* The whole way into a namespace of one's own; false where it ends, see errno. */
static bool
go_alone(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	if (unshare(uid == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) != 0 ||
	    (uid != 0 && !stay_oneself(uid, gid)))
		return false;
	/* kernels before 6.1 do not have it: there the table is the machine's own */
	bool small = write_file("/proc/sys/net/ipv4/tcp_child_ehash_entries", "512");
	if (unshare(CLONE_NEWNET) != 0 || !loopback_up())
		return false;
	/* these follow from the size of the table, and shall not */
	return !small || (write_file("/proc/sys/net/ipv4/tcp_max_tw_buckets", "65536") &&
	    write_file("/proc/sys/net/ipv4/tcp_max_syn_backlog", "1024"));
}

/* Tries it in a child, for whoever fails half way has lost what he had.  Returns 0, or
 * the errno of the step that failed. */
static int
try_alone(void)
{
	int status;
	pid_t child = fork();
	if (child < 0)
		return errno;
	if (child == 0)
		_exit(go_alone() ? 0 : errno);
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return ECHILD;
	return WEXITSTATUS(status);
}

int
main(int argc, char *argv[])
{
	bool ask = argc == 2 && strcmp(argv[1], "-n") == 0;
	if (argc < 2) {
		fprintf(stderr, "usage: alone -n | alone COMMAND [ARG]...\n");
		return EXIT_FAILURE;
	}
	int error = try_alone();
	if (ask && error != 0)
		printf("%s\n", strerror(error));
	if (ask)
		return error == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	if (error == 0 && !go_alone()) {
		fprintf(stderr, "alone: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	execvp(argv[1], argv + 1);
	fprintf(stderr, "alone: %s: %s\n", argv[1], strerror(errno));
	return 127;
}
