/* stream.c: runs a command on a terminal of its own, by a script on standard input,
 * and looks at every byte that it writes there (terminal_model.c).
 *
 *   stream [-t TERM] [-g COLUMNSxROWS] [-p] [-a] [-f] NAME COMMAND [ARG]... <SCRIPT
 *
 * -p: plain text is expected, without any sequence; -a: ASCII alone; -f: one of its calls
 * fails (failing.h), so what is to be seen may not come, and it may end before its time,
 * but never with a torn screen, nor without having put the terminal back.  Steps, one a
 * line; TEXT knows \e \r \n \t \\ \xNN:
 *
 *   see REGEX, unsee REGEX    waits until a row matches, until none does
 *   type TEXT                 keys
 *   paste COUNT TEXT          so many lines "TEXT 1", "TEXT 2" ... between paste marks
 *   resize COLUMNS ROWS       storm COUNT: so many sizes, as fast as they can be set
 *   settle                    waits until nothing has been written for a while
 *   quiet MS BYTES            for so long, at most so many bytes are written
 *   cost BYTES TEXT           keys that cost at most so many bytes on the screen
 *   show                      prints the screen
 *   redraw                    the screen is what Ctrl-L draws anew
 *   within MS TEXT            a key that changes the input line so soon, 20 times
 *   rate BYTES                a terminal of so many bytes a second; 0: stops; -1: any
 *   patience SECONDS          what is waited to `see` behind it may take so long
 *   memory KB                 the process has at most so much
 *   idle MS                   for a second it takes at most so much processor time
 *   signal NAME               to the job in the foreground
 *   coloured yes|no           has any colour come, since the beginning?
 *   hangup                    the terminal is gone
 *   exit STATUS               it ends so, and everything is put back
 *
 * One line, "ok NAME" or "not ok NAME" and what was wrong, is all that it prints. */
#include "terminal_model.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

enum { REDRAWS = 3, DEADLINE_MS = 30000, FAULTED_MS = 1500, SILENCE_MS = 250,
    ROW_TEXT = 4096, SLICE_MS = 10 };

static struct {
	const char *name, *term;
	int master, slave, columns, rows;
	pid_t pid;                  /* 0: it has ended */
	int status;                 /* then: as of wait(2) */
	bool faulted;
	int64_t patience;           /* ms that `see` may take */
	struct termios modes;
	long rate;                  /* bytes a second; -1: any */
	double credit;              /* bytes that may be read now */
	int64_t credited;
	size_t total;               /* bytes that were written */
	int64_t latest;             /* when the latest came */
	const char *step;
	unsigned line;
	struct model model, before;
} run = {.master = -1, .slave = -1, .rate = -1, .columns = 80, .rows = 24,
    .patience = DEADLINE_MS,
    .term = "xterm-256color"};

/* ms on a clock that only goes on. */
static int64_t
now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Prints the screen. */
static void
show(void)
{
	char row[ROW_TEXT];
	for (int i = 0; i < run.model.rows; i++) {
		model_row(&run.model, i, row, sizeof row);
		printf("    | %s\n", row);
	}
}

/* Says what was wrong, shows the screen and ends. */
static void __attribute__((format(printf, 1, 2), noreturn))
fail(const char *format, ...)
{
	va_list arguments;
	printf("not ok %s\n    %u: %s\n    ", run.name, run.line, run.step);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	show();
	if (run.pid > 0)
		kill(run.pid, SIGKILL);
	fflush(stdout);
	_exit(1);
}

/* How many bytes a slow terminal may take now. */
static size_t
allowance(size_t most)
{
	int64_t time = now();
	if (run.rate < 0)
		return most;
	run.credit += (double)(time - run.credited) * (double)run.rate / 1000;
	run.credited = time;
	if (run.credit > (double)run.rate / 10)
		run.credit = (double)run.rate / 10;
	return run.credit < (double)most ? (size_t)run.credit : most;
}

/* Reads what there is, at most for so many ms; looks at every byte.  false: nothing. */
static bool
pump(int timeout)
{
	unsigned char bytes[16384];
	struct pollfd descriptor = {.fd = run.master, .events = POLLIN};
	size_t most = allowance(sizeof bytes);
	if (run.master < 0 || most == 0) {
		poll(NULL, 0, timeout < 5 ? timeout : 5);
		return false;
	}
	if (poll(&descriptor, 1, timeout) != 1)
		return false;
	ssize_t length = read(run.master, bytes, most);
	if (length <= 0)
		return false;
	run.total += (size_t)length;
	run.credit -= (double)length;
	run.latest = now();
	if (!model_feed(&run.model, bytes, (size_t)length))
		fail("%s", run.model.reason);
	return true;
}

/* Has it ended? */
static bool
has_ended(void)
{
	if (run.pid > 0 && waitpid(run.pid, &run.status, WNOHANG) == run.pid)
		run.pid = 0;
	return run.pid == 0;
}

/* Writes keys, while what they bring about is read. */
static void
type(const char *bytes, size_t length)
{
	int64_t end = now() + DEADLINE_MS;
	while (length > 0 && !(run.faulted && has_ended())) {
		ssize_t written = write(run.master, bytes, length);
		if (written > 0) {
			bytes += written;
			length -= (size_t)written;
		}
		while (pump(0))
			continue;
		if (now() > end)
			fail("keys are not taken: %zu left", length);
		if (written <= 0)
			pump(1);
	}
}

/* Takes \ sequences out of a text.  Returns the length. */
static size_t
unescape(char *text)
{
	static const char names[] = "ernt\\", bytes[] = "\033\r\n\t\\";
	size_t used = 0;
	for (const char *at = text; *at != '\0'; at++) {
		const char *name = *at == '\\' ? strchr(names, at[1]) : NULL;
		unsigned value;
		if (name != NULL && *name != '\0') {
			text[used++] = bytes[name - names];
			at++;
		} else if (*at == '\\' && sscanf(at, "\\x%2x", &value) == 1) {
			text[used++] = (char)value;
			at += 3;
		} else {
			text[used++] = *at;
		}
	}
	text[used] = '\0';
	return used;
}

/* Does a row match? */
static bool
shows(const regex_t *pattern)
{
	char row[ROW_TEXT];
	for (int i = 0; i < run.model.rows; i++) {
		model_row(&run.model, i, row, sizeof row);
		if (regexec(pattern, row, 0, NULL, 0) == 0)
			return true;
	}
	return false;
}

/* Waits until a row matches, or none. */
static void
see(const char *text, bool wanted)
{
	regex_t pattern;
	int64_t end = now() + (run.faulted ? FAULTED_MS : run.patience);
	if (regcomp(&pattern, text, REG_EXTENDED | REG_NOSUB) != 0)
		fail("no regular expression");
	while (shows(&pattern) != wanted) {
		pump(SLICE_MS);
		bool late = now() > end;
		if (run.faulted && (late || has_ended()))
			break;
		if (late)
			fail(wanted ? "not seen" : "still seen");
	}
	regfree(&pattern);
}

/* Waits until nothing has been written for a while. */
static void
settle(void)
{
	int64_t end = now() + DEADLINE_MS;
	run.latest = now();
	while (now() - run.latest < SILENCE_MS) {
		pump(SLICE_MS);
		if (now() > end)
			fail("it never stops writing");
	}
}

/* Sets the terminal's size. */
static void
resize(int columns, int rows)
{
	struct winsize size = {.ws_col = (unsigned short)columns,
	    .ws_row = (unsigned short)rows};
	while (pump(0))
		continue;
	model_resize(&run.model, columns, rows);
	ioctl(run.master, TIOCSWINSZ, &size);
}

/* So many sizes, from 1x1 to the largest, and back to the first. */
static void
storm(int count)
{
	unsigned long state = 12345;
	int columns = run.model.columns, rows = run.model.rows;
	for (int i = 0; i < count; i++) {
		state = state * 6364136223846793005UL + 1442695040888963407UL;
		int each = i % 100 == 0;
		resize(each ? 1 : 1 + (int)(state >> 33) % MODEL_COLUMNS,
		    each ? 1 : 1 + (int)(state >> 20 & 0xffff) % MODEL_ROWS);
		pump(i % 10 == 0 ? SLICE_MS : 0);
	}
	resize(columns, rows);
}

/* A row, with its digits made alike: what counts down may go on. */
static void
read_row(const struct model *model, int row, char *text, size_t size)
{
	model_row(model, row, text, size);
	for (; *text != '\0'; text++)
		if (*text >= '0' && *text <= '9')
			*text = '0';
}

/* Has Ctrl-L drawn what was there, and the cursor where it was?  Else different has a row
 * as it was before, and is empty when it is the cursor. */
static bool
draws_the_same(char *different, size_t size)
{
	char now_there[ROW_TEXT];
	settle();
	run.before = run.model;
	for (int i = 0; i < run.model.rows; i++) /* whatever stands there by mistake */
		for (int k = 0; k < run.model.columns; k++)
			run.model.cells[i][k].characters[0] = '#';
	type("\014", 1);
	int64_t end = now() + DEADLINE_MS;
	while (run.model.cells[0][0].characters[0] == '#' && now() < end &&
	    !(run.faulted && has_ended()))
		pump(SLICE_MS);
	settle();
	for (int i = 0; i < run.model.rows; i++) {
		read_row(&run.before, i, different, size);
		read_row(&run.model, i, now_there, sizeof now_there);
		if (strcmp(different, now_there) != 0)
			return false;
	}
	*different = '\0';
	return run.before.row == run.model.row && run.before.column == run.model.column;
}

/* The screen is what Ctrl-L draws anew.  A notice that fades just then, or news, is no
 * mistake: a mistake is there each time. */
static void
redraw(void)
{
	char different[ROW_TEXT];
	for (int i = 0; i < REDRAWS; i++)
		if ((run.faulted && has_ended()) || draws_the_same(different, sizeof different))
			return;
	if (run.faulted && has_ended())
		return;
	if (*different != '\0')
		fail("row was \"%s\"", different);
	else
		fail("the cursor was at %d, %d", run.before.row, run.before.column);
}

/* Keys that are shown by at most so many bytes. */
static void
cost(size_t most, const char *keys, size_t length)
{
	int64_t end = now() + DEADLINE_MS;
	settle();
	size_t before = run.total;
	type(keys, length);
	while (run.total == before && now() < end)
		pump(SLICE_MS);
	settle();
	if (run.total == before || run.total - before > most)
		fail("%zu bytes", run.total - before);
}

/* Keys that change the screen soon. */
static void
within(int most, const char *keys, size_t length)
{
	int64_t worst = 0;
	for (int i = 0; i < 20; i++) {
		char before[ROW_TEXT], row[ROW_TEXT];
		int64_t begun = now();
		model_row(&run.model, run.model.rows - 2, before, sizeof before);
		type(keys, length);
		do {
			pump(1);
			model_row(&run.model, run.model.rows - 2, row, sizeof row);
		} while (strcmp(row, before) == 0 && now() - begun < DEADLINE_MS);
		if (now() - begun > worst)
			worst = now() - begun;
		for (int64_t end = now() + 50; now() < end;)
			pump(5);
	}
	if (worst > most)
		fail("the slowest took %d ms", (int)worst);
}

/* Pastes lines. */
static void
paste(int count, const char *text)
{
	char *all = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&all, &length);
	if (file == NULL)
		fail("no memory");
	fprintf(file, "\033[200~");
	for (int i = 1; i <= count; i++)
		fprintf(file, "%s %d\r", text, i);
	fprintf(file, "\033[201~");
	fclose(file);
	type(all, length);
	free(all);
}

/* A number of the process's /proc/PID/status, in kB. */
static long
status_of(const char *key)
{
	char path[40], text[200];
	long value = -1;
	snprintf(path, sizeof path, "/proc/%d/status", (int)run.pid);
	FILE *file = fopen(path, "re");
	while (file != NULL && fgets(text, sizeof text, file) != NULL)
		if (strncmp(text, key, strlen(key)) == 0)
			value = strtol(text + strlen(key) + 1, NULL, 10);
	if (file != NULL)
		fclose(file);
	return value;
}

/* The process's own processor time in ms. */
static long
processor_time(void)
{
	char path[40], text[1000];
	unsigned long user = 0, kernel = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)run.pid);
	FILE *file = fopen(path, "re");
	char *at = file != NULL && fgets(text, sizeof text, file) != NULL ?
	    strrchr(text, ')') : NULL;
	if (at != NULL)
		sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		    &user, &kernel);
	if (file != NULL)
		fclose(file);
	return (long)(user + kernel) * 1000 / sysconf(_SC_CLK_TCK);
}

/* Reads for so many ms. */
static void
listen_for(int time)
{
	for (int64_t end = now() + time; now() < end;)
		pump(SLICE_MS);
}

/* Waits until it has ended.  Of a faulted one, the key that ends it may be lost. */
static void
await_end(void)
{
	int64_t begun = now();
	bool told = !run.faulted;
	while (!has_ended()) {
		pump(SLICE_MS);
		if (!told && now() - begun > 2 * FAULTED_MS) {
			kill(run.pid, SIGTERM);
			told = true;
		}
		if (now() - begun > DEADLINE_MS)
			fail("it does not end");
	}
}

/* Does a process end so, of which a call failed?  129: it takes its terminal for gone. */
static bool
is_faults_end(int status)
{
	return (status >= 0 && status <= 2) || status == 77 || status == 128 + SIGTERM ||
	    status == 128 + SIGHUP;
}

/* It ends so, and everything is put back. */
static void
expect_exit(int wanted)
{
	struct termios modes;
	await_end();
	run.rate = -1;
	while (pump(20))
		continue;
	int got = WIFEXITED(run.status) ? WEXITSTATUS(run.status) :
	    128 + WTERMSIG(run.status);
	if (run.faulted ? !is_faults_end(got) : got != wanted)
		fail("status %d", got);
	if (run.master < 0)
		return;
	if (!model_is_put_back(&run.model))
		fail("%s", run.model.reason);
	if (tcgetattr(run.slave, &modes) < 0 || modes.c_iflag != run.modes.c_iflag ||
	    modes.c_oflag != run.modes.c_oflag || modes.c_lflag != run.modes.c_lflag ||
	    memcmp(modes.c_cc, run.modes.c_cc, sizeof modes.c_cc) != 0)
		fail("the terminal's modes are not as before");
}

/* A signal to the job in the foreground. */
static void
send_signal(const char *name)
{
	static const struct { const char *name; int number; } table[] = {
		{"TERM", SIGTERM}, {"HUP", SIGHUP}, {"KILL", SIGKILL}, {"SEGV", SIGSEGV},
		{"ABRT", SIGABRT}, {"STOP", SIGSTOP}, {"CONT", SIGCONT}, {"INT", SIGINT},
		{"TSTP", SIGTSTP}, {"WINCH", SIGWINCH}, {"BUS", SIGBUS},
	};
	pid_t group = tcgetpgrp(run.master);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i].name, name) == 0 &&
		    kill(group > 0 ? group : run.pid, table[i].number) == 0)
			return;
	fail("no such signal, or process");
}

/* Steps whose argument is one number. */
static bool
do_number(const char *word, int number)
{
	if (strcmp(word, "storm") == 0) {
		storm(number);
	} else if (strcmp(word, "rate") == 0) {
		run.rate = number;
		run.credit = 0;
		run.credited = now();
	} else if (strcmp(word, "patience") == 0) {
		run.patience = (int64_t)number * 1000;
	} else if (strcmp(word, "memory") == 0) {
		long used = status_of("VmRSS:");
		if (used > number)
			fail("%ld kB", used);
	} else if (strcmp(word, "idle") == 0) {
		long before = processor_time();
		listen_for(1000);
		if (processor_time() - before > number)
			fail("%ld ms", processor_time() - before);
	} else if (strcmp(word, "exit") == 0) {
		expect_exit(number);
	} else {
		return false;
	}
	return true;
}

/* Steps with two arguments, a number first. */
static bool
do_two(const char *word, int number, char *rest)
{
	size_t before = run.total, length;
	if (strcmp(word, "resize") == 0) {
		resize(number, atoi(rest));
	} else if (strcmp(word, "paste") == 0) {
		paste(number, rest);
	} else if (strcmp(word, "within") == 0) {
		length = unescape(rest);
		within(number, rest, length);
	} else if (strcmp(word, "quiet") == 0) {
		listen_for(number);
		if (run.total - before > (size_t)atoi(rest))
			fail("%zu bytes", run.total - before);
	} else if (strcmp(word, "cost") == 0) {
		length = unescape(rest);
		cost((size_t)number, rest, length);
	} else {
		return false;
	}
	return true;
}

/* One step. */
static void
do_step(char *text)
{
	char *rest = strchr(text, ' '), *second;
	char word[20];
	snprintf(word, sizeof word, "%.*s", rest != NULL ? (int)(rest - text) : 19, text);
	rest = rest != NULL ? rest + 1 : text + strlen(text);
	int number = (int)strtol(rest, &second, 10);
	second += *second == ' ';
	if (strcmp(word, "see") == 0 || strcmp(word, "unsee") == 0)
		see(rest, *word == 's');
	else if (strcmp(word, "type") == 0)
		type(rest, unescape(rest));
	else if (strcmp(word, "settle") == 0)
		settle();
	else if (strcmp(word, "show") == 0)
		show();
	else if (strcmp(word, "redraw") == 0)
		redraw();
	else if (strcmp(word, "signal") == 0)
		send_signal(rest);
	else if (strcmp(word, "coloured") == 0) {
		if (run.model.coloured != (strcmp(rest, "yes") == 0))
			fail(run.model.coloured ? "a colour has come" : "no colour has come");
	} else if (strcmp(word, "hangup") == 0)
		run.master = (close(run.master), -1);
	else if (!do_number(word, number) && !do_two(word, number, second))
		fail("no such step");
}

/* Starts the command on its terminal. */
static void
start(char **command)
{
	struct winsize size = {.ws_col = (unsigned short)run.columns,
	    .ws_row = (unsigned short)run.rows};
	if (openpty(&run.master, &run.slave, NULL, NULL, &size) < 0 ||
	    tcgetattr(run.slave, &run.modes) < 0)
		fail("no terminal: %s", strerror(errno));
	fcntl(run.master, F_SETFD, FD_CLOEXEC);
	run.pid = fork();
	if (run.pid == 0) {
		setenv("TERM", run.term, 1);
		if (*run.term == '\0')
			unsetenv("TERM");
		login_tty(run.slave);
		execvp(command[0], command);
		_exit(127);
	}
	fcntl(run.master, F_SETFL, O_NONBLOCK);
}

int
main(int argc, char **argv)
{
	static char text[65536];
	bool plain = false, ascii = false;
	int option;
	while ((option = getopt(argc, argv, "+t:g:paf")) != -1) {
		if (option == 't')
			run.term = optarg;
		else if (option == 'g' && sscanf(optarg, "%dx%d", &run.columns, &run.rows) == 2)
			continue;
		else if (option == 'p')
			plain = true;
		else if (option == 'a')
			ascii = true;
		else if (option == 'f')
			run.faulted = true;
		else
			return 2;
	}
	if (argc - optind < 2)
		return 2;
	setlocale(LC_CTYPE, "C.UTF-8");
	run.name = argv[optind];
	run.step = "start";
	model_init(&run.model, run.columns, run.rows);
	run.model.plain = plain;
	run.model.ascii = ascii;
	start(argv + optind + 1);
	while (fgets(text, sizeof text, stdin) != NULL) {
		char copy[sizeof text];
		text[strcspn(text, "\n")] = '\0';
		memcpy(copy, text, sizeof copy);
		run.line++;
		run.step = text;
		if (*text != '\0' && *text != '#')
			do_step(copy);
	}
	printf("ok %s\n", run.name);
	return 0;
}
