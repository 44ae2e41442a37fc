/* The lecture's client (UNP, section 5.5): a line from standard input, to the
 * server, a line back, to standard output.  While it waits for its input it looks
 * at nothing else; that it does not notice a server that ended is the lesson of
 * section 5.12, and is kept.
 *
 * Two things are mended.  A line may be longer than all the buffers between the
 * two programs, so answers are read while the line is still being written; or
 * client and echo server would wait for each other.  And a last line without its
 * newline draws no whole line back: the client then half-closes, and reads up to
 * the end of file.
 */
#include "alone.h"

#include "numbers.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_ROOM = 4096 };

/* What was read from the server and not yet printed. */
struct alone {
	int fd;
	char data[ANSWER_ROOM];
	size_t start, end;
};

/* Says what failed and how to mend it. */
static void
say_failed(const char *call, const char *reason, const char *mend)
{
	fprintf(stderr, "tcpcli: %s: %s%s%s\n", call, reason,
	    mend != NULL ? ": " : "", mend != NULL ? mend : "");
}

/* The mend for an error of connect. */
static const char *
connect_mend(int error)
{
	if (error == ECONNREFUSED)
		return "nothing listens there; start a server, or give another PORT";
	if (error == ENETUNREACH || error == EHOSTUNREACH)
		return "there is no way to that host; see \"ip route get ADDRESS\"";
	return "is it the right ADDRESS, and is its host up?";
}

/* Connects to the first address of the name that answers; -1 for none. */
static int
alone_connect(const char *host, const char *port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	int error = getaddrinfo(host, port, &hints, &found);
	if (error != 0) {
		say_failed(host, error == EAI_SYSTEM ? strerror(errno) :
		    gai_strerror(error), "give an address, or a name that resolves");
		return -1;
	}
	const char *call = "socket";
	int fd = -1;
	for (struct addrinfo *one = found; one != NULL; one = one->ai_next) {
		fd = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
		error = errno;
		if (fd < 0)
			continue;
		call = "connect";
		if (connect(fd, one->ai_addr, one->ai_addrlen) == 0)
			break;
		error = errno;
		(void)close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	if (fd < 0)
		say_failed(call, strerror(error), connect_mend(error));
	return fd;
}

/* Prints what was read, up to a newline.  *whole: the newline was there. */
static bool
print_answer(struct alone *alone, bool *whole)
{
	char *data = alone->data + alone->start;
	size_t length = alone->end - alone->start;
	char *newline = memchr(data, '\n', length);
	if (newline != NULL) {
		*whole = true;
		length = (size_t)(newline - data) + 1;
	}
	alone->start += length;
	if (fwrite(data, 1, length, stdout) == length && fflush(stdout) == 0)
		return true;
	say_failed("standard output", strerror(errno), NULL);
	return false;
}

/* Reads once.  Returns 1, 0 at the end of file, -1 after an error was told. */
static int
read_more(struct alone *alone)
{
	ssize_t count = read(alone->fd, alone->data, sizeof alone->data);
	alone->start = 0;
	alone->end = count > 0 ? (size_t)count : 0;
	if (count < 0)
		say_failed("read", strerror(errno), NULL);
	return count > 0 ? 1 : (int)count;
}

/* Writes what the socket takes now; false after an error was told.  SIGPIPE is
 * not turned off: as in the lecture, it kills. */
static bool
write_some(struct alone *alone, const char **line, size_t *length)
{
	ssize_t count = send(alone->fd, *line, *length, MSG_DONTWAIT);
	if (count < 0 && errno != EAGAIN && errno != EINTR) {
		say_failed("write", strerror(errno), NULL);
		return false;
	}
	if (count > 0) {
		*line += count;
		*length -= (size_t)count;
	}
	return true;
}

/* Sends one line and prints the line that comes back.  Returns false when the
 * server is gone or something failed, which was told. */
static bool
exchange_line(struct alone *alone, const char *line, size_t length)
{
	bool last = line[length - 1] != '\n', whole = false, halved = false;
	while (length > 0 || !whole) {
		if (alone->start < alone->end) {
			if (!print_answer(alone, &whole))
				return false;
			continue;
		}
		struct pollfd ready = {.fd = alone->fd, .events =
		    (short)(POLLIN | (length > 0 ? POLLOUT : 0))};
		if (poll(&ready, 1, -1) < 0) {
			if (errno == EINTR) /* a stop and a continuation, say */
				continue;
			say_failed("poll", strerror(errno), NULL);
			return false;
		}
		if ((ready.revents & POLLOUT) && length > 0 &&
		    !write_some(alone, &line, &length))
			return false;
		if (length == 0 && last && !halved) {
			halved = true;
			if (shutdown(alone->fd, SHUT_WR) < 0) {
				say_failed("shutdown", strerror(errno), NULL);
				return false;
			}
		}
		if (!(ready.revents & (POLLIN | POLLHUP | POLLERR)))
			continue;
		int more = read_more(alone);
		if (more == 0 && halved)
			return true;
		if (more == 0)
			fputs("tcpcli: server terminated prematurely\n", stderr);
		if (more <= 0)
			return false;
	}
	return true;
}

/* Writes all of it; false after an error was told. */
static bool
write_all(struct alone *alone, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t count = write(alone->fd, data, length);
		if (count < 0 && errno != EINTR) {
			say_failed("write", strerror(errno), NULL);
			return false;
		}
		if (count > 0) {
			data += count;
			length -= (size_t)count;
		}
	}
	return true;
}

/* Reads exactly so many bytes; false after what went wrong was told. */
static bool
read_all(struct alone *alone, char *data, size_t length)
{
	while (length > 0) {
		ssize_t count = read(alone->fd, data, length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			say_failed("read", strerror(errno), NULL);
		if (count == 0)
			fputs("tcpcli: server terminated prematurely\n", stderr);
		if (count <= 0)
			return false;
		data += count;
		length -= (size_t)count;
	}
	return true;
}

/* Sends the two numbers of a line and prints their sum (UNP, section 5.18); a line
 * that holds anything else is told, and nothing is sent. */
static bool
exchange_numbers(struct alone *alone, uint16_t format, const char *line,
    size_t length)
{
	char bytes[2 * WIRE_MOST], why[NUMBERS_WHY];
	size_t size = wire_size(format);
	if (!numbers_encode(format, line, length, bytes, why)) {
		fprintf(stderr, "tcpcli: %s\n", why);
		return true;
	}
	if (!write_all(alone, bytes, 2 * size) || !read_all(alone, bytes, size))
		return false;
	if (printf("%" PRId64 "\n", wire_take(format, bytes)) > 0 && fflush(stdout) == 0)
		return true;
	say_failed("standard output", strerror(errno), NULL);
	return false;
}

/* The lecture's client. */
int
alone_run(const struct options *options)
{
	struct alone alone = {.fd = alone_connect(options->host, options->port)};
	uint16_t format = wire_format((enum wire_order)options->byte_order,
	    options->is_long_64 ? 64 : 32);
	if (alone.fd < 0)
		return 1;
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	bool good = true;
	while (good && (length = getline(&line, &room, stdin)) > 0)
		good = options->service == SERVICE_SUM_BINARY ?
		    exchange_numbers(&alone, format, line, (size_t)length) :
		    exchange_line(&alone, line, (size_t)length);
	if (good && !feof(stdin)) {
		say_failed("standard input", strerror(errno), NULL);
		good = false;
	}
	free(line);
	(void)close(alone.fd);
	return good ? 0 : 1;
}
