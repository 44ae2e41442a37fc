#include "server_output.h"

#include "escape.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* LINE_BYTES: a longer line is told in pieces.  AT_ONCE: read from one pipe in a
 * round of the loop.  MUCH: after so many it rests.  BURST: lines that are told at
 * once, LINES: in a second, from then on. */
enum { LINE_BYTES = 1000, AT_ONCE = 32768, MUCH = 4096, BURST = 1000, LINES = 50,
	LAST_BYTES = 200 };

#define REST_NS MILLISECONDS(10)
#define DROPPED_NS SECONDS(10)  /* how often it is said how many were left out */
#define BEHIND_NS MILLISECONDS(200) /* what a terminal brings can be older than a pipe's words */
#define PIECE_NS SECONDS(1)     /* so long the end of a line is waited for */

/* One pipe or terminal. */
struct stream {
	struct server_output *owner;
	int fd, number;         /* 1 output, 2 error */
	pid_t pid;              /* 0: it is only about to be started, and not read yet */
	struct watch *watch;
	bool rests;             /* it brought much: not read until the timer says so */
	char line[LINE_BYTES];  /* not whole yet */
	size_t length;
	int64_t begun_at;       /* when its first byte came */
	struct stream *next;
};

struct server_output {
	struct loop *loop;
	struct log *log;
	struct stream *streams;
	struct timer *timer;
	int64_t free_at;        /* BURST lines before that they are told at LINES a second */
	int64_t dropped_at;     /* when it was last said how many were left out */
	uint64_t dropped;       /* since */
	int64_t error_at;       /* when its last error came; 0: none has */
	char last[LAST_BYTES];
	size_t last_length;
};

static void output_rested(void *context);

struct server_output *
server_output_new(struct loop *loop, struct log *log)
{
	struct server_output *output = calloc(1, sizeof *output);
	if (output == NULL)
		return NULL;
	*output = (struct server_output){.loop = loop, .log = log};
	output->timer = loop_timer(loop, output_rested, output);
	if (output->timer == NULL) {
		free(output);
		return NULL;
	}
	return output;
}

/* Says how many lines were left out. */
static void
tell_dropped(struct server_output *output, int64_t now)
{
	char text[96];
	struct event event = {.time = now, .type = EVENT_NOTE};
	int length = snprintf(text, sizeof text,
	    "the server writes faster than is shown: %llu lines were left out",
	    (unsigned long long)output->dropped);
	event_set_text(&event, text, (size_t)length);
	log_append(output->log, &event);
	output->dropped_at = now;
	output->dropped = 0;
}

/* May one more line be told?  Each takes its share of a second, and BURST of them
 * may be owed. */
static bool
has_room(struct server_output *output, int64_t now)
{
	if (output->free_at < now)
		output->free_at = now;
	if (output->free_at > now + BURST * (SECONDS(1) / LINES))
		return false;
	output->free_at += SECONDS(1) / LINES;
	return true;
}

/* Tells the line that has been gathered. */
static void
tell_line(struct stream *stream)
{
	struct server_output *output = stream->owner;
	int64_t now = loop_now(output->loop);
	bool behind = stream->number == STDOUT_FILENO && output->error_at != 0 &&
	    now - output->error_at < BEHIND_NS;
	if (stream->number == STDERR_FILENO)
		output->error_at = now;
	if (stream->length > 0 && !behind) {
		output->last_length = stream->length < LAST_BYTES ? stream->length :
		    LAST_BYTES;
		memcpy(output->last, stream->line, output->last_length);
	}
	if (has_room(output, now)) {
		struct event event = {.time = now, .type = EVENT_OUTPUT};
		event.output.pid = stream->pid;
		event.output.stream = stream->number;
		event_set_text(&event, stream->line, stream->length);
		log_append(output->log, &event);
	} else {
		output->dropped++;
		timer_no_later(output->timer, SECONDS(1));
	}
	stream->length = 0;
}

/* Takes bytes as they come: a line ends with its newline, or when it is too long. */
static void
take_bytes(struct stream *stream, const char *bytes, size_t count)
{
	while (count > 0) {
		const char *newline = memchr(bytes, '\n', count);
		size_t length = newline != NULL ? (size_t)(newline - bytes) : count;
		size_t room = sizeof stream->line - stream->length;
		bool fits = length <= room;
		size_t taken = fits ? length : room;
		if (stream->length == 0 && taken > 0)
			stream->begun_at = loop_now(stream->owner->loop);
		memcpy(stream->line + stream->length, bytes, taken);
		stream->length += taken;
		bytes += taken;
		count -= taken;
		if (fits && newline != NULL) {
			bytes++;
			count--;
		}
		if (!fits || newline != NULL)
			tell_line(stream);
	}
	if (stream->length > 0)
		timer_no_later(stream->owner->timer, PIECE_NS);
}

/* Reads what is there, but not more than AT_ONCE: of a terminal a read brings one piece of
 * its buffer.  False when nothing is there now, or ever again (*ended: a pipe's end, or a
 * terminal's, which is EIO). */
static bool
stream_read(struct stream *stream, bool *ended, bool *much)
{
	static char bytes[AT_ONCE];
	size_t count = 0;
	ssize_t size;
	do {
		size = read(stream->fd, bytes + count, sizeof bytes - count);
		count += size > 0 ? (size_t)size : 0;
	} while (size > 0 && count < sizeof bytes);
	*much = count >= MUCH;
	*ended = count < sizeof bytes && (size == 0 ||
	    (size < 0 && errno != EAGAIN && errno != EINTR));
	if (count > 0)
		take_bytes(stream, bytes, count);
	return count > 0;
}

/* Closes the pipe; what is not a whole line is told. */
static void
stream_close(struct stream *stream)
{
	struct stream **place = &stream->owner->streams;
	if (stream->length > 0)
		tell_line(stream);
	while (*place != stream)
		place = &(*place)->next;
	*place = stream->next;
	loop_unwatch(stream->owner->loop, stream->watch);
	close(stream->fd);
	free(stream);
}

/* A pipe has something to read, or nobody writes into it any more. */
static void
stream_readable(void *context, uint32_t events)
{
	struct stream *stream = context;
	bool ended, much;
	(void)events;
	stream_read(stream, &ended, &much);
	if (ended) {
		stream_close(stream);
	} else if (much && loop_rewatch(stream->owner->loop, stream->watch, 0) == 0) {
		stream->rests = true;
		timer_no_later(stream->owner->timer, REST_NS);
	}
}

/* A line of which nothing more has come, such as a prompt, is told as it is. */
static void
tell_piece(struct stream *stream, int64_t now)
{
	if (stream->length == 0)
		return;
	if (now - stream->begun_at >= PIECE_NS)
		tell_line(stream);
	else
		timer_no_later(stream->owner->timer, stream->begun_at + PIECE_NS - now);
}

/* The pipes that brought much have rested; lines that do not end have waited; and
 * what was left out may be told. */
static void
output_rested(void *context)
{
	struct server_output *output = context;
	int64_t now = loop_now(output->loop);
	for (struct stream *each = output->streams; each != NULL; each = each->next) {
		if (each->rests && loop_rewatch(output->loop, each->watch, EPOLLIN) == 0)
			each->rests = false;
		tell_piece(each, now);
	}
	if (output->dropped == 0)
		return;
	if (output->dropped_at == 0 || now - output->dropped_at >= DROPPED_NS)
		tell_dropped(output, now);
	else
		timer_no_later(output->timer, DROPPED_NS);
}

/* Makes a pipe: the reader's end, the writer's.  False with errno. */
static bool
make_pipe(int fds[2])
{
	return pipe2(fds, O_CLOEXEC) == 0;
}

/* Makes a terminal: its master, and the side that is written to, where nothing is added (no
 * OPOST: "\n" stays what it is) and nothing echoed.  It is nobody's controlling terminal
 * (O_NOCTTY), or its end would be a SIGHUP (tty_ioctl(4), ioctl_tty(2)). */
static bool
make_terminal(int fds[2])
{
	struct termios modes;
	int unlocked = 0;
	fds[1] = -1;
	fds[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fds[0] >= 0 && ioctl(fds[0], TIOCSPTLCK, &unlocked) == 0)
		fds[1] = ioctl(fds[0], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fds[1] >= 0 && tcgetattr(fds[1], &modes) == 0) {
		modes.c_oflag &= ~(tcflag_t)OPOST;
		modes.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
		if (tcsetattr(fds[1], TCSANOW, &modes) == 0)
			return true;
	}
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return false;
}

/* Makes one of them; the writer's end, or -1 with errno. */
static int
stream_open(struct server_output *output, int number, bool terminal)
{
	int fds[2];
	struct stream *stream = calloc(1, sizeof *stream);
	if (stream == NULL)
		return -1;
	if (!(terminal && make_terminal(fds)) && !make_pipe(fds)) {
		free(stream);
		return -1;
	}
	*stream = (struct stream){.owner = output, .fd = fds[0], .number = number};
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0) {
		int error = errno;
		close(fds[0]);
		close(fds[1]);
		free(stream);
		errno = error;
		return -1;
	}
	stream->next = output->streams;
	output->streams = stream;
	return fds[1];
}

bool
server_output_open(struct server_output *output, bool terminal, int *out, int *error)
{
	output->last_length = 0;
	output->error_at = 0;
	/* the newest stands first: of what is there, the errors are the last words */
	*error = stream_open(output, STDERR_FILENO, false);
	if (*error < 0)
		return false;
	*out = stream_open(output, STDOUT_FILENO, terminal);
	if (*out >= 0)
		return true;
	int number = errno;
	close(*error);
	server_output_forget(output);
	errno = number;
	return false;
}

void
server_output_name(struct server_output *output, pid_t pid)
{
	for (struct stream *each = output->streams, *next; each != NULL; each = next) {
		next = each->next;
		if (each->pid != 0)
			continue;
		each->pid = pid;
		each->watch = loop_watch(output->loop, each->fd, EPOLLIN,
		    stream_readable, each);
		if (each->watch == NULL) /* no memory */
			stream_close(each);
	}
}

void
server_output_forget(struct server_output *output)
{
	for (struct stream *each = output->streams, *next; each != NULL; each = next) {
		next = each->next;
		if (each->pid == 0)
			stream_close(each);
	}
}

void
server_output_drain(struct server_output *output)
{
	bool ended, much;
	for (struct stream *each = output->streams; each != NULL; each = each->next) {
		if (each->pid == 0)
			continue;
		for (int i = 0; i < 16 && stream_read(each, &ended, &much); i++)
			continue;
		if (each->length > 0)
			tell_line(each);
	}
	if (output->dropped > 0)
		tell_dropped(output, loop_now(output->loop));
}

void
server_output_last(const struct server_output *output, char *text, size_t size)
{
	escape_into(text, size, output->last, output->last_length);
}

void
server_output_free(struct server_output *output)
{
	if (output == NULL)
		return;
	while (output->streams != NULL) {
		output->streams->length = 0; /* the log may be gone */
		stream_close(output->streams);
	}
	loop_untimer(output->loop, output->timer);
	free(output);
}
