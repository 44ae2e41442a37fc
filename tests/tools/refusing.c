/* refusing.c: runs a command on a kernel that refuses some system calls, as some
 * container profiles do (EPERM), or does not know them, as an older one (ENOSYS):
 * refusing [-n] NAME... -- COMMAND [ARG]...
 * -n: ENOSYS.  The names are those below. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A system call, of which the first argument has to be that, or any (-1). */
static const struct { const char *name; long number; int first; } calls[] = {
	{"pidfd_getfd", SYS_pidfd_getfd, -1},
	{"pidfd_open", SYS_pidfd_open, -1},
	{"pidfd_send_signal", SYS_pidfd_send_signal, -1},
	{"netlink", SYS_socket, AF_NETLINK},
	{"epoll", SYS_epoll_create1, -1},
	{"timerfd", SYS_timerfd_create, -1},
	{"signalfd", SYS_signalfd4, -1},
	{"eventfd", SYS_eventfd2, -1},
	{"memfd_create", SYS_memfd_create, -1},
	{"subreaper", SYS_prctl, PR_SET_CHILD_SUBREAPER},
	{"unix", SYS_socketpair, AF_UNIX},
	{"inet", SYS_socket, AF_INET},
	{"prlimit", SYS_prlimit64, -1},
	{"setpgid", SYS_setpgid, -1},
	{"waitid", SYS_waitid, -1},
};

/* From now on the call gives this errno, in this process and all that come of it. */
static int
refuse(long number, int first, unsigned error)
{
	struct sock_filter any[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_filter one[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)first, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.len = first < 0 ? sizeof any / sizeof *any : sizeof one / sizeof *one,
		.filter = first < 0 ? any : one,
	};
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int
main(int argc, char **argv)
{
	int i = 1;
	unsigned error = argc > 1 && strcmp(argv[1], "-n") == 0 ? (i++, ENOSYS) : EPERM;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return 126;
	for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
		size_t k = 0, count = sizeof calls / sizeof *calls;
		while (k < count && strcmp(calls[k].name, argv[i]) != 0)
			k++;
		if (k == count || refuse(calls[k].number, calls[k].first, error) < 0) {
			fprintf(stderr, "refusing: %s: %s\n", argv[i], strerror(errno));
			return 126;
		}
	}
	if (i + 1 >= argc)
		return 126;
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 127;
}
