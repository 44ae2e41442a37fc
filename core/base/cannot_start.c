#include "cannot_start.h"

#include "exit_status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What mends it; NULL: that is not known. */
static const char *
mend_of(int error)
{
	switch (error) {
	case EAGAIN:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOSPC: /* epoll's max_user_watches */
		return "raise the limits of this machine (ulimit -n, ulimit -u)";
	case ENOSYS:
	case EPERM:
	case EACCES:
		return "this kernel, or a sandbox around it (seccomp), refuses it: start outside "
		    "of that";
	default:
		return NULL;
	}
}

int
cannot_start(char *text, size_t size, const char *part, int error)
{
	const char *mend = mend_of(error);
	snprintf(text, size, "cannot start: %s: %s%s%s", part, strerror(error),
	    mend != NULL ? ": " : "", mend != NULL ? mend : "");
	return mend != NULL ? STATUS_NOT_HERE : STATUS_FAILED;
}
