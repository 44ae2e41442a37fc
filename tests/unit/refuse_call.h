/* refuse_call.h: system calls that fail, in the process of one test, as a sandbox or an
 * older kernel lets them fail. */
#ifndef REFUSE_CALL_H
#define REFUSE_CALL_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* From now on, and in whatever this process forks, the call fails with this errno.  False
 * when the machine does not let us. */
static inline bool
refuse_call(long number, int error)
{
	struct sock_filter program[] = {
		{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr)},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)number},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | (uint32_t)error},
		{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
	};
	struct sock_fprog filter = {.len = sizeof program / sizeof *program,
	    .filter = program};
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

#endif
