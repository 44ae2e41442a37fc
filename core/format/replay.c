#include "replay.h"

#include "byte_order_mark.h"
#include "parse_json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_AT_ONCE = 1 << 18, LINE_MOST = 1 << 26, PERCENT = 100 };

struct replay {
	int fd;
	char *path;
	off_t size, read;      /* size 0: not known, as of a pipe */
	unsigned long line;    /* that was read last */
	char *buffer;
	size_t begun, length, room; /* what is not taken apart yet: begun to length */
	bool ended;            /* the file */
	char note[96];
};

struct replay *
replay_open(const char *path, char *error)
{
	struct stat about;
	struct replay *replay = calloc(1, sizeof *replay);
	int fd = replay != NULL ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
	if (replay != NULL)
		replay->path = strdup(path);
	if (fd >= 0 && fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
		close(fd);
		fd = -1;
		errno = EISDIR;
	}
	if (fd < 0 || replay->path == NULL) {
		snprintf(error, REPLAY_ERROR, "cannot open %.300s: %s", path,
		    strerror(errno));
		if (replay != NULL)
			free(replay->path);
		free(replay);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	replay->fd = fd;
	replay->size = S_ISREG(about.st_mode) ? about.st_size : 0;
	return replay;
}

/* Ends it. */
void
replay_close(struct replay *replay)
{
	if (replay == NULL)
		return;
	close(replay->fd);
	free(replay->buffer);
	free(replay->path);
	free(replay);
}

/* One line about the place in the file. */
static enum replay_state
broken(const struct replay *replay, const char *what, char *error)
{
	snprintf(error, REPLAY_ERROR, "%.300s:%lu: %s", replay->path, replay->line,
	    what);
	return REPLAY_BROKEN;
}

/* Appends the event of a line. */
static enum replay_state
take_line(struct replay *replay, struct log *log, char *line, size_t length,
    char *error)
{
	struct event event;
	size_t mark = replay->line++ == 0 ? byte_order_mark(line, length) : 0;
	line += mark;
	length -= mark;
	if (length > 0 && line[length - 1] == '\r')
		length--;
	line[length] = '\0';
	if (length == 0)
		return REPLAY_MORE;
	if (memchr(line, '\0', length) != NULL || render_json_parse(line, &event) < 0) {
		if (errno == ENOMEM)
			return broken(replay, "out of memory", error);
		return broken(replay, "this is no event of a recorded session", error);
	}
	if (log_append(log, &event) < 0)
		return broken(replay, "out of memory: the rest is not read", error);
	return REPLAY_MORE;
}

/* The last line, which has no newline: it may be cut off. */
static enum replay_state
take_rest(struct replay *replay, struct log *log, char *error)
{
	size_t length = replay->length - replay->begun;
	enum replay_state state = REPLAY_MORE;
	if (length > 0)
		state = take_line(replay, log, replay->buffer + replay->begun, length,
		    error);
	replay->begun = replay->length;
	if (log_end(log) == 0) {
		replay->line += replay->line == 0;
		return broken(replay, length > 0 ?
		    "this is no event of a recorded session" : "no event is in it",
		    error);
	}
	if (state == REPLAY_BROKEN)
		snprintf(replay->note, sizeof replay->note,
		    "the recording is cut off in its last line, %lu", replay->line);
	return REPLAY_WHOLE;
}

/* Makes room for the next bytes, and one behind them; false: no memory, or the line
 * is longer than any event. */
static bool
make_room(struct replay *replay)
{
	if (replay->begun > 0)
		memmove(replay->buffer, replay->buffer + replay->begun,
		    replay->length - replay->begun);
	replay->length -= replay->begun;
	replay->begun = 0;
	if (replay->room - replay->length > READ_AT_ONCE)
		return true;
	size_t room = 2 * replay->length + READ_AT_ONCE + 1;
	char *larger = room < LINE_MOST ? realloc(replay->buffer, room) : NULL;
	if (larger == NULL)
		return false;
	replay->buffer = larger;
	replay->room = room;
	return true;
}

/* Reads the file's next bytes. */
static enum replay_state
fill(struct replay *replay, char *error)
{
	ssize_t got;
	if (!make_room(replay)) {
		replay->line++;
		return broken(replay, "this line is longer than any event", error);
	}
	do
		got = read(replay->fd, replay->buffer + replay->length, READ_AT_ONCE);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		replay->line++;
		return broken(replay, strerror(errno), error);
	}
	replay->ended = got == 0;
	replay->length += (size_t)got;
	replay->read += got;
	return REPLAY_MORE;
}

enum replay_state
replay_read(struct replay *replay, struct log *log, size_t bytes, char *error)
{
	size_t taken = 0;
	while (taken < bytes) {
		char *line = replay->buffer + replay->begun;
		char *end = replay->length == replay->begun ? NULL :
		    memchr(line, '\n', replay->length - replay->begun);
		if (end == NULL && replay->ended)
			return take_rest(replay, log, error);
		if (end == NULL) {
			if (fill(replay, error) == REPLAY_BROKEN)
				return REPLAY_BROKEN;
			continue;
		}
		size_t length = (size_t)(end - line);
		taken += length + 1;
		replay->begun += length + 1;
		if (take_line(replay, log, line, length, error) == REPLAY_BROKEN)
			return REPLAY_BROKEN;
	}
	return REPLAY_MORE;
}

int
replay_percent(const struct replay *replay)
{
	if (replay->size <= 0)
		return 0;
	off_t done = replay->read - (off_t)(replay->length - replay->begun);
	return done >= replay->size ? PERCENT : (int)(done * PERCENT / replay->size);
}

const char *
replay_note(const struct replay *replay)
{
	return *replay->note != '\0' ? replay->note : NULL;
}
