/* scenario.c: the text of a scenario, read and checked as a whole.
 *
 * A lesson that breaks off at its twelfth line because of a slip of the pen has
 * wasted a lecture.  So each line is parsed, and its command asked whether the
 * arguments are right, before a single one is run.  What depends on the moment (is
 * there a connection 3?) shows when it is played. */
#include "scenario.h"

#include "byte_order_mark.h"
#include "command.h"
#include "escape.h"
#include "runner.h"
#include "session_options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_SIZE = 2000, FILE_SIZE = 1 << 20, STEPS_MAX = 10000 };

/* A file that is being read. */
struct reading {
	struct scenario *scenario;
	const char *path;
	unsigned line;
	size_t room;      /* of the steps */
	bool needs_seen;
	char *error;
};

/* One line: the file, the line, the mend, with what it quotes of the file made visible:
 * it goes to a terminal as it is.  Always false. */
static bool __attribute__((format(printf, 2, 3)))
say_failure(struct reading *reading, const char *format, ...)
{
	char text[SESSION_ERROR];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	char line[SCENARIO_ERROR];
	int length = snprintf(line, sizeof line, "%.90s:%u: %s", reading->path,
	    reading->line, text);
	escape_into(reading->error, SCENARIO_ERROR, line,
	    length < (int)sizeof line ? (size_t)length : sizeof line - 1);
	return false;
}

/* title TEXT, section TEXT: text that has to be there, once, and to fit. */
static bool
take_head_text(struct reading *reading, const char *name, const char *value,
    char *to, size_t size)
{
	if (*to != '\0')
		return say_failure(reading, "a second %s: one is enough", name);
	if (*value == '\0')
		return say_failure(reading, "%s wants a text, as in: %s", name,
		    strcmp(name, "title") == 0 ? "title Five zombies" : "section 5.9");
	if (strlen(value) >= size)
		return say_failure(reading, "the %s has %zu bytes: %zu are the most", name,
		    strlen(value), size - 1);
	snprintf(to, size, "%s", value);
	return true;
}

/* needs lab|user */
static bool
take_needs(struct reading *reading, const char *value)
{
	bool lab = strcmp(value, "lab") == 0;
	if (reading->needs_seen || (!lab && strcmp(value, "user") != 0))
		return say_failure(reading, "needs wants lab or user, once");
	reading->needs_seen = true;
	reading->scenario->needs = lab ? NEEDS_LAB : NEEDS_USER;
	return true;
}

/* row N */
static bool
take_row(struct reading *reading, const char *value)
{
	char *end;
	double row = strtod(value, &end);
	if (*value < '0' || *value > '9' || *end != '\0' || !(row > 0 && row < 1000))
		return say_failure(reading, "row wants a place in the lecture, as in: row 7");
	reading->scenario->row = row;
	return true;
}

/* A line of the head; false with an empty error: it is none. */
static bool
take_head(struct reading *reading, const char *line)
{
	struct scenario *scenario = reading->scenario;
	size_t length = strcspn(line, " \t");
	const char *value = line + length + strspn(line + length, " \t");
	if (strncmp(line, "title", length) == 0 && length == 5)
		return take_head_text(reading, "title", value, scenario->title,
		    sizeof scenario->title);
	if (strncmp(line, "section", length) == 0 && length == 7)
		return take_head_text(reading, "section", value, scenario->section,
		    sizeof scenario->section);
	if (strncmp(line, "needs", length) == 0 && length == 5)
		return take_needs(reading, value);
	if (strncmp(line, "row", length) == 0 && length == 3)
		return take_row(reading, value);
	return false;
}

/* A command. */
static bool
take_step(struct reading *reading, const char *line)
{
	struct scenario *scenario = reading->scenario;
	char error[SESSION_ERROR];
	if (!runner_check(line, error, sizeof error))
		return say_failure(reading, "%s", error);
	if (scenario->count == STEPS_MAX)
		return say_failure(reading, "a scenario has at most %d commands", STEPS_MAX);
	if (scenario->count == reading->room) {
		size_t room = reading->room * 2 + 16;
		struct scenario_step *larger = realloc(scenario->steps,
		    room * sizeof *larger);
		if (larger == NULL)
			return say_failure(reading, "out of memory");
		scenario->steps = larger;
		reading->room = room;
	}
	char *text = strdup(line);
	if (text == NULL)
		return say_failure(reading, "out of memory");
	scenario->steps[scenario->count++] = (struct scenario_step){
	    .line = reading->line, .text = text};
	return true;
}

/* A line, without its newline and its outer blanks. */
static bool
take_line(struct reading *reading, const char *line)
{
	if (*line == '\0' || *line == '#')
		return true;
	if (take_head(reading, line)) {
		if (reading->scenario->count == 0)
			return true;
		return say_failure(reading, "title, section, row and needs stand before the first "
		    "command");
	}
	return *reading->error == '\0' && take_step(reading, line);
}

/* Is what stands at the end what a scenario needs? */
static bool
is_whole(struct reading *reading)
{
	struct scenario *scenario = reading->scenario;
	if (scenario->title[0] == '\0') {
		reading->line = 1;
		return say_failure(reading, "the first line has to be its title, as in: title Five "
		    "zombies");
	}
	if (scenario->count == 0)
		return say_failure(reading, "there is no command: say, connect, send, expect, ...");
	return true;
}

/* The file's name without directory and ending. */
static void
take_name(struct scenario *scenario, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	const char *dot = strrchr(name, '.');
	size_t length = dot != NULL && dot > name ? (size_t)(dot - name) : strlen(name);
	snprintf(scenario->name, sizeof scenario->name, "%.*s",
	    length < sizeof scenario->name ? (int)length : (int)sizeof scenario->name - 1,
	    name);
}

/* Is the byte a blank, or the carriage return of a foreign editor? */
static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* size bytes of text: a line without its newline. */
static bool
take_bytes(struct reading *reading, const char *text, size_t size)
{
	char line[LINE_SIZE + 1];
	reading->line++;
	while (size > 0 && is_blank(*text)) {
		text++;
		size--;
	}
	while (size > 0 && is_blank(text[size - 1]))
		size--;
	if (size > LINE_SIZE)
		return say_failure(reading, "the line has %zu bytes: %d are the most", size,
		    LINE_SIZE);
	if (memchr(text, '\0', size) != NULL)
		return say_failure(reading, "a NUL byte: a scenario is a text file");
	memcpy(line, text, size);
	line[size] = '\0';
	return take_line(reading, line);
}

int
scenario_parse(struct scenario *scenario, const char *path, const char *text,
    size_t length, char *error)
{
	struct reading reading = {.scenario = scenario, .path = path, .error = error};
	const char *end = text + length;
	bool good = true;
	text += byte_order_mark(text, length);
	memset(scenario, 0, sizeof *scenario);
	*error = '\0';
	take_name(scenario, path);
	scenario->path = strdup(path);
	if (scenario->path == NULL)
		good = say_failure(&reading, "out of memory");
	while (good && text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t size = (size_t)((newline != NULL ? newline : end) - text);
		good = take_bytes(&reading, text, size);
		text += size + 1;
	}
	return good && is_whole(&reading) ? 0 : -1;
}

/* Is it a pipe that a shell has made for us, as bash does of <(...)? */
static bool
is_handed_pipe(const char *path, const struct stat *status)
{
	return S_ISFIFO(status->st_mode) && (strncmp(path, "/dev/fd/", 8) == 0 ||
	    strncmp(path, "/proc/self/fd/", 14) == 0);
}

/* Reads a whole regular file, or such a pipe to its end; NULL with errno. */
static char *
read_file(const char *path, size_t *length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	if (fd < 0)
		return NULL;
	char *text = malloc(FILE_SIZE + 1);
	int error = fstat(fd, &status) < 0 ? errno :
	    S_ISDIR(status.st_mode) ? EISDIR :
	    !S_ISREG(status.st_mode) && !is_handed_pipe(path, &status) ? EINVAL : 0;
	if (error == 0 && fcntl(fd, F_SETFL, 0) < 0) /* it is waited for */
		error = errno;
	*length = 0;
	while (error == 0 && text != NULL && *length <= FILE_SIZE) {
		ssize_t count = read(fd, text + *length, FILE_SIZE + 1 - *length);
		if (count < 0 && errno != EINTR)
			error = errno;
		if (count == 0)
			break;
		*length += count > 0 ? (size_t)count : 0;
	}
	close(fd);
	if (*length > FILE_SIZE)
		error = EFBIG;
	if (error != 0) {
		free(text);
		text = NULL;
		errno = error;
	}
	return text;
}

int
scenario_load(struct scenario *scenario, const char *path, char *error)
{
	size_t length;
	char *text = read_file(path, &length);
	if (text == NULL) {
		memset(scenario, 0, sizeof *scenario);
		snprintf(error, SCENARIO_ERROR, "%.300s: cannot read it: %s", path,
		    strerror(errno));
		return -1;
	}
	int result = scenario_parse(scenario, path, text, length, error);
	free(text);
	return result;
}

void
scenario_release(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->count; i++)
		free(scenario->steps[i].text);
	free(scenario->steps);
	free(scenario->path);
	memset(scenario, 0, sizeof *scenario);
}

const char *
scenario_step_rest(const struct scenario_step *step, const char *word)
{
	size_t length = strlen(word);
	if (strncmp(step->text, word, length) != 0)
		return NULL;
	const char *rest = step->text + length;
	size_t blanks = strspn(rest, " \t");
	return *rest == '\0' || blanks > 0 ? rest + blanks : NULL;
}

bool
scenario_stops_at(const struct scenario_step *step)
{
	return scenario_step_rest(step, "say") != NULL;
}

const struct scenario_step *
scenario_tcpserv_step(const struct scenario *scenario)
{
	static const struct { const char *command, *begins; } tcpservs[] = {
		{"server", "set "}, {"expect", "server errno "}, {"expect", "reaped "},
		{"expect", "disposition server "}, {"expect", "disposition child "},
		{"show", "settings"}, {"client", "byte_order "}, {"client", "long "},
	};
	for (size_t i = 0; i < scenario->count; i++)
		for (size_t j = 0; j < sizeof tcpservs / sizeof *tcpservs; j++) {
			const char *rest = scenario_step_rest(&scenario->steps[i],
			    tcpservs[j].command);
			if (rest != NULL && strncmp(rest, tcpservs[j].begins,
			    strlen(tcpservs[j].begins)) == 0)
				return &scenario->steps[i];
		}
	return NULL;
}

const char *
scenario_refusal(const struct scenario *scenario)
{
	if (scenario->needs == NEEDS_LAB)
		return "needs the lab: two hosts and a router between them";
	if (scenario->needs == NEEDS_USER && geteuid() == 0)
		return "needs an ordinary user: root is exempt from the limit";
	return NULL;
}
