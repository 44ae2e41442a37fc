/* lines_out.c: O_NONBLOCK belongs to the open file, which others share with us: setting it
 * would change theirs, too.  So a pipe, a terminal, a file is opened once more, through
 * /proc/self/fd.  Where that is refused (a socket; another user's terminal), no more is
 * written at a time than a pipe that has room for anything has room for (pipe(7)). */
#include "lines_out.h"

#include "exit_status.h"
#include "say_failure.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Can it be opened once more?  A file's new descriptor would write at its own place. */
static bool
is_stream(int fd)
{
	struct stat status;
	return fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode));
}

void
lines_out_open(struct lines_out *out, int fd, int stop)
{
	char path[40];
	*out = (struct lines_out){.fd = fd, .stop = stop};
	if (!is_stream(fd))
		return;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int own = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (own < 0)
		return;
	out->fd = own;
	out->own = true;
}

void
lines_out_close(struct lines_out *out)
{
	if (out->own)
		close(out->fd);
	*out = (struct lines_out){.fd = -1, .stop = -1, .broken = true};
}

/* Waits until it takes something, or a signal asks us to end. */
static void
wait_for_room(struct lines_out *out)
{
	struct pollfd fds[] = {
		{.fd = out->fd, .events = POLLOUT}, {.fd = out->stop, .events = POLLIN},
	};
	if (poll(fds, sizeof fds / sizeof *fds, -1) > 0)
		out->stopped = fds[0].revents == 0 && fds[1].revents != 0;
}

void
lines_out_write(struct lines_out *out, const char *text)
{
	size_t length = strlen(text);
	while (length > 0 && !out->stopped && !out->broken) {
		if (!out->own)
			wait_for_room(out);
		if (out->stopped)
			return;
		ssize_t written = write(out->fd, text, out->own || length < PIPE_BUF ? length :
		    PIPE_BUF);
		if (written < 0 && errno == EAGAIN)
			wait_for_room(out);
		else if (written < 0 && errno != EINTR)
			out->broken = true;
		if (out->broken && errno != EPIPE)
			say_failure(STATUS_FAILED, "cannot write events: %s", strerror(errno));
		if (written > 0) {
			text += written;
			length -= (size_t)written;
		}
	}
}
