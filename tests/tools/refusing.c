/* refusing.c: runs a command on a kernel that refuses some system calls, as some
 * container profiles do: refusing NUMBER-OR-NAME... -- COMMAND [ARG]...
 * Known names: pidfd_getfd, pidfd_open, netlink (socket(AF_NETLINK)). */
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

static const struct { const char *name; long number; int first; } calls[] = {
	{"pidfd_getfd", SYS_pidfd_getfd, -1},
	{"pidfd_open", SYS_pidfd_open, -1},
	{"netlink", SYS_socket, AF_NETLINK},
};

/* From now on the call gives EPERM, in this process and all that come of it. */
static int
refuse(long number, int first)
{
	struct sock_filter any[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_filter one[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)first, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
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
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return 126;
	for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
		size_t k = 0, count = sizeof calls / sizeof *calls;
		while (k < count && strcmp(calls[k].name, argv[i]) != 0)
			k++;
		if (k == count || refuse(calls[k].number, calls[k].first) < 0) {
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
