#include "record.h"

#include "render_json.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 1000 };

struct recorder {
	int fd;
	char *path;
	off_t written;     /* whole lines, in bytes */
	uint64_t events;
	bool ended;        /* for an error: nothing more is written */
	int error;         /* that has not been told yet; 0: none */
};

/* A pipe, whose reader may have stopped: a write to it must not wait for ever.  (It is
 * opened by its path, so that the flag is nobody else's.) */
static void
never_wait_for_ever(int fd)
{
	struct stat status;
	int flags = fcntl(fd, F_GETFL);
	if (flags >= 0 && fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode))
		fcntl(fd, F_SETFL, flags | O_NONBLOCK); /* else it waits, as files do */
}

struct recorder *
recorder_open(const char *path)
{
	struct recorder *recorder = calloc(1, sizeof *recorder);
	if (recorder == NULL)
		return NULL;
	recorder->path = strdup(path);
	recorder->fd = recorder->path == NULL ? -1 :
	    open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
	if (recorder->fd < 0) {
		int error = errno;
		free(recorder->path);
		free(recorder);
		errno = error;
		return NULL;
	}
	never_wait_for_ever(recorder->fd);
	signal(SIGXFSZ, SIG_IGN); /* a limit is told by EFBIG, like a full disk */
	return recorder;
}

int
recorder_close(struct recorder *recorder)
{
	if (recorder == NULL)
		return 0;
	int result = close(recorder->fd);
	int error = recorder->error != 0 ? recorder->error : result < 0 ? errno : 0;
	free(recorder->path);
	free(recorder);
	errno = error;
	return error != 0 ? -1 : 0;
}

/* Takes away what there is of a line that could not be written whole.  (A pipe keeps
 * it.) */
static void
end_for(struct recorder *recorder, int error)
{
	recorder->ended = true;
	recorder->error = error;
	if (ftruncate(recorder->fd, recorder->written) < 0)
		return; /* the reader leaves a last line that is cut out */
}

/* Waits a while until something can be written; false with errno EAGAIN: it cannot. */
static bool
wait_for_reader(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	int count = poll(&ready, 1, WAIT_MS);
	if (count > 0 || (count < 0 && errno == EINTR))
		return true;
	errno = EAGAIN;
	return false;
}

/* Writes one line at once, wholly; a pipe whose reader is slow is waited for, but not
 * for ever. */
static bool
write_line(struct recorder *recorder, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t written = write(recorder->fd, text, length);
		if (written > 0) {
			text += written;
			length -= (size_t)written;
		} else if (written == 0) {
			errno = ENOSPC;
			return false;
		} else if (errno != EINTR && (errno != EAGAIN ||
		    !wait_for_reader(recorder->fd))) {
			return false;
		}
	}
	return true;
}

void
recorder_write(void *context, const struct event *event, const struct moment *now)
{
	struct recorder *recorder = context;
	if (recorder->ended)
		return;
	char *line = render_json(event, now);
	size_t length = line != NULL ? strlen(line) : 0;
	char *ended = line != NULL ? realloc(line, length + 2) : NULL;
	if (ended == NULL) {
		free(line);
		end_for(recorder, ENOMEM);
		return;
	}
	memcpy(ended + length, "\n", 2);
	if (write_line(recorder, ended, length + 1)) {
		recorder->written += (off_t)length + 1;
		recorder->events++;
	} else {
		end_for(recorder, errno);
	}
	free(ended);
}

int
recorder_take_error(struct recorder *recorder)
{
	int error = recorder->error;
	recorder->error = 0;
	return error;
}

const char *
recorder_path(const struct recorder *recorder)
{
	return recorder->path;
}

uint64_t
recorder_events(const struct recorder *recorder)
{
	return recorder->events;
}
