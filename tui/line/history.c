#include "history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The lines of a file. */
struct lines {
	char **list;
	size_t count, room;
	bool failed;
};

/* The file's path.  A relative XDG_STATE_HOME counts as none (XDG Base Directory
 * Specification). */
char *
history_file_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *path;
	int length = -1;
	if (state != NULL && *state == '/')
		length = asprintf(&path, "%s/tcpconsole/history", state);
	else if (home != NULL && *home == '/')
		length = asprintf(&path, "%s/.local/state/tcpconsole/history", home);
	return length < 0 ? NULL : path;
}

/* Says what failed. */
static int
fail(char *error, const char *what, const char *path, int number)
{
	snprintf(error, HISTORY_ERROR, "history: %s %s: %s", what, path,
	    strerror(number));
	return -1;
}

/* Can the line be read back as it was typed? */
static bool
is_plain(const char *line)
{
	for (; *line != '\0'; line++)
		if ((unsigned char)*line < 0x20 || *line == 0x7f)
			return false;
	return true;
}

/* The file, if it is one: a FIFO would be waited at for ever. */
static FILE *
open_regular(const char *path)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	FILE *file = NULL;
	if (fstat(fd, &status) == 0 && !S_ISREG(status.st_mode))
		errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
	else
		file = fdopen(fd, "r");
	int number = errno;
	if (file == NULL)
		close(fd);
	errno = number;
	return file;
}

int
history_file_load(const char *path, void (*each)(void *context, const char *line),
    void *context, char *error)
{
	FILE *file = open_regular(path);
	if (file == NULL)
		return errno == ENOENT ? 0 : fail(error, "cannot read", path, errno);
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	errno = 0;
	while ((length = getline(&line, &room, file)) > 0) {
		if (line[length - 1] == '\n')
			line[--length] = '\0';
		if (length > 0 && is_plain(line))
			each(context, line);
	}
	int number = ferror(file) || !feof(file) ? errno : 0;
	free(line);
	fclose(file);
	return number != 0 ? fail(error, "cannot read", path, number) : 0;
}

/* Takes one line in. */
static void
take_line(void *context, const char *line)
{
	struct lines *lines = context;
	if (lines->count == lines->room) {
		size_t room = lines->room == 0 ? 256 : 2 * lines->room;
		char **larger = realloc(lines->list, room * sizeof *larger);
		if (larger == NULL) {
			lines->failed = true;
			return;
		}
		lines->list = larger;
		lines->room = room;
	}
	char *copy = strdup(line);
	if (copy == NULL)
		lines->failed = true;
	else
		lines->list[lines->count++] = copy;
}

/* Frees the lines. */
static void
free_lines(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->list[i]);
	free(lines->list);
}

/* Makes the directories above path, for the user alone. */
static int
make_directories(const char *path)
{
	char *copy = strdup(path);
	int result = copy == NULL ? -1 : 0;
	char *slash = copy != NULL ? strchr(copy + 1, '/') : NULL;
	while (slash != NULL && result == 0) {
		*slash = '\0';
		if (mkdir(copy, 0700) < 0 && errno != EEXIST) {
			struct stat status;
			int number = errno;
			/* a read-only file system says EROFS for one that exists */
			if (stat(copy, &status) < 0 || !S_ISDIR(status.st_mode)) {
				errno = number;
				result = -1;
			}
		}
		*slash = '/';
		slash = strchr(slash + 1, '/');
	}
	int number = errno;
	free(copy);
	errno = number;
	return result;
}

/* Writes the latest lines to the descriptor, and closes it. */
static int
write_lines(int fd, const struct lines *lines)
{
	FILE *file = fdopen(fd, "w");
	if (file == NULL) {
		close(fd);
		return -1;
	}
	size_t from = lines->count > HISTORY_LINES ?
	    lines->count - HISTORY_LINES : 0;
	int result = 0;
	for (size_t i = from; i < lines->count && result == 0; i++)
		if (fprintf(file, "%s\n", lines->list[i]) < 0)
			result = -1;
	if (result == 0 && (fflush(file) != 0 || fsync(fd) < 0))
		result = -1;
	int number = errno;
	if (fclose(file) != 0 && result == 0) {
		number = errno;
		result = -1;
	}
	errno = number;
	return result;
}

/* Writes the lines in place of the file; where it is a symbolic link, of what it
 * leads to. */
static int
replace_file(const char *name, const struct lines *lines, char *error)
{
	char *temporary, *target = realpath(name, NULL);
	const char *path = target != NULL ? target : name;
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
		free(target);
		return fail(error, "cannot write", name, ENOMEM);
	}
	int number = 0;
	int fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0) {
		number = errno;
	} else if (write_lines(fd, lines) < 0 || rename(temporary, path) < 0) {
		number = errno;
		unlink(temporary);
	}
	free(temporary);
	free(target);
	return number != 0 ? fail(error, "cannot write", name, number) : 0;
}

int
history_file_append(const char *path, const char *const *lines, size_t count,
    char *error)
{
	struct lines all = {0};
	if (count == 0)
		return 0;
	if (make_directories(path) < 0)
		return fail(error, "cannot write", path, errno);
	int result = history_file_load(path, take_line, &all, error);
	for (size_t i = 0; i < count; i++)
		if (is_plain(lines[i]))
			take_line(&all, lines[i]);
	if (result == 0 && all.failed)
		result = fail(error, "cannot write", path, ENOMEM);
	if (result == 0)
		result = replace_file(path, &all, error);
	free_lines(&all);
	return result;
}
