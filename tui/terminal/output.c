/* output.c: bytes on their way to the terminal.
 *
 * O_NONBLOCK belongs to the open file, which the shell shares with us: setting it on
 * standard output would change the shell's, too.  So the terminal is opened once more,
 * through /proc/self/fd.  Where that is refused (a terminal of another user's, after
 * su), bytes go one by one, each when poll(2) says that there is room for it. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

/* A frame that is larger (a projector's worth of them) gives its memory back. */
enum { KEEP_ROOM = 65536, FAILURES = 3 };

/* Opens the terminal once more, so that writing to it never waits. */
static void
open_terminal(struct output *output, int terminal)
{
	char path[40];
	snprintf(path, sizeof path, "/proc/self/fd/%d", terminal);
	output->fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	output->own = output->fd >= 0;
	if (!output->own)
		output->fd = terminal;
}

int
output_open(struct output *output, int terminal)
{
	*output = (struct output){.fd = -1};
	int memory = memfd_create("screen", MFD_CLOEXEC);
	if (memory < 0) /* a sandbox refuses it */
		memory = open(P_tmpdir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (memory < 0)
		return -1;
	output->curses = fdopen(memory, "w");
	if (output->curses == NULL) {
		close(memory);
		return -1;
	}
	open_terminal(output, terminal);
	return 0;
}

void
output_close(struct output *output)
{
	if (output->own)
		close(output->fd);
	if (output->curses != NULL)
		fclose(output->curses);
	free(output->bytes);
	*output = (struct output){.fd = -1};
}

/* Room for so many bytes more. */
static bool
make_room(struct output *output, size_t length)
{
	if (output->first == output->end)
		output->first = output->end = 0;
	if (output->room - output->end >= length)
		return true;
	size_t room = 2 * (output->end + length);
	char *larger = realloc(output->bytes, room);
	if (larger == NULL)
		return false;
	output->bytes = larger;
	output->room = room;
	return true;
}

/* Takes what curses has written. */
static void
collect(struct output *output)
{
	int memory = fileno(output->curses);
	off_t written = lseek(memory, 0, SEEK_CUR);
	if (written <= 0)
		return;
	size_t length = (size_t)written;
	ssize_t taken = make_room(output, length) ?
	    pread(memory, output->bytes + output->end, length, 0) : 0;
	if (taken > 0)
		output->end += (size_t)taken;
	output->torn |= (size_t)taken != length;
	lseek(memory, 0, SEEK_SET);
	if (length > KEEP_ROOM && ftruncate(memory, 0) < 0)
		return; /* it keeps its memory, which harms nobody */
}

void
output_add(struct output *output, const char *bytes, size_t length)
{
	collect(output);
	if (!make_room(output, length))
		return;
	memcpy(output->bytes + output->end, bytes, length);
	output->end += length;
}

/* Waits at most so many ms until the terminal takes something. */
static bool
is_writable(const struct output *output, int timeout)
{
	struct pollfd descriptor = {.fd = output->fd, .events = POLLOUT};
	int count;
	do
		count = poll(&descriptor, 1, timeout);
	while (count < 0 && errno == EINTR);
	return count == 1 && (descriptor.revents & (POLLOUT | POLLERR | POLLHUP)) ==
	    POLLOUT;
}

/* Writes a piece; false: it takes no more now, or has vanished. */
static bool
write_piece(struct output *output)
{
	size_t length = output->own ? output->end - output->first : 1;
	if (!output->own && !is_writable(output, 0))
		return false;
	ssize_t written = write(output->fd, output->bytes + output->first, length);
	if (written < 0 && errno == EINTR)
		return true;
	if (written < 0 && errno != EAGAIN)
		output->failures++;
	if (written <= 0)
		return false;
	output->failures = 0;
	output->first += (size_t)written;
	return true;
}

bool
output_flush(struct output *output)
{
	collect(output);
	while (output->first < output->end)
		if (!write_piece(output))
			return false;
	if (output->room > KEEP_ROOM) {
		free(output->bytes);
		output->bytes = NULL;
		output->room = 0;
	}
	output->first = output->end = 0;
	return true;
}

/* Has it failed again and again, though poll(2) said that there was room? */
bool
output_has_failed(const struct output *output)
{
	return output->failures >= FAILURES;
}

bool
output_take_torn(struct output *output)
{
	bool torn = output->torn;
	output->torn = false;
	return torn;
}

/* Writes all of it, with some patience. */
bool
output_finish(struct output *output, int patience)
{
	while (!output_flush(output))
		if (output_has_failed(output) || !is_writable(output, patience))
			return false;
	return true;
}

void
output_discard(struct output *output)
{
	collect(output);
	output->first = output->end = 0;
	tcflush(output->fd, TCOFLUSH);
}
