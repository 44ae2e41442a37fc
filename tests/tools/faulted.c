/* faulted.c: runs a command while one call of one of its processes fails.
 *
 *   faulted LIBRARY count COMMAND [ARG]...
 *       nothing fails; prints "WHO CALL COUNT" for each call that was made, and
 *       "WHO blocks COUNT": the blocks of memory that were left
 *   faulted LIBRARY WHO CALL AT TIMES BLOCKS COMMAND [ARG]...
 *       from its AT-th call on, TIMES calls fail (0: all)
 *
 * The verdict is "ok" when the command ends by itself, with status 0, 1, 2 or 77,
 * with not more than one line on standard error; no process of it crashes, leaves
 * a descriptor open or more than BLOCKS of memory, and none lives 10 s longer
 * (killed.sh wants 2 s; here many run at once, also under a sanitizer). */
#include "failing.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_SECONDS = 60, LEFT_SECONDS = 10, OUTPUT_ROOM = 1 << 20 };

static const char *const who_names[] = FAILING_WHO_NAMES;
static const char *const call_names[] = {
#define X(name, error) #name,
	FAILING_CALLS(X)
#undef X
};
static const int call_errors[] = {
#define X(name, error) error,
	FAILING_CALLS(X)
#undef X
};

/* One run. */
struct run {
	struct failing_page *page;
	char path[64];
	int out, err;      /* what it writes, in files that have no name */
	int status;        /* as of wait(2) */
	bool late;         /* it had to be killed */
	int left;          /* processes that outlived it */
	int block_limit;
	double seconds;    /* how long it ran */
};

/* Seconds of a clock that only goes forward. */
static double
seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The place of a word in a list; -1. */
static int
place_of(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], word) == 0)
			return (int)i;
	return -1;
}

/* A file that goes when it is closed. */
static int
nameless_file(void)
{
	char path[] = "/tmp/faulted.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

/* The page, in a file of which the name goes into the environment. */
static bool
run_prepare(struct run *run)
{
	snprintf(run->path, sizeof run->path, "/tmp/failing.XXXXXX");
	int fd = mkostemp(run->path, O_CLOEXEC);
	if (fd < 0 || fchmod(fd, 0666) < 0 || ftruncate(fd, sizeof *run->page) < 0)
		return false;
	run->page = mmap(NULL, sizeof *run->page, PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	close(fd);
	run->out = nameless_file();
	run->err = nameless_file();
	return run->page != MAP_FAILED && run->out >= 0 && run->err >= 0;
}

/* The command's process. */
static _Noreturn void
become(const struct run *run, const char *library, char **command)
{
	dup2(run->out, STDOUT_FILENO);
	dup2(run->err, STDERR_FILENO);
	setenv("LD_PRELOAD", library, 1);
	setenv(FAILING_ENVIRONMENT, run->path, 1);
	execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

/* Reaps until pid has ended, or nobody is left (pid -1), or the time is over. */
static bool
await(pid_t pid, int *status, double until)
{
	while (seconds_now() < until) {
		int ended;
		pid_t one = waitpid(-1, &ended, WNOHANG);
		if (one < 0 && errno == ECHILD)
			return pid == -1;
		if (one > 0 && one == pid) {
			*status = ended;
			return true;
		}
		if (one == 0)
			poll(NULL, 0, 2);
	}
	return false;
}

/* Kills what is left of it: a subreaper's children, until there are none. */
static int
kill_rest(void)
{
	char path[64];
	int killed = 0;
	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	for (;;) {
		FILE *file = fopen(path, "re");
		int pid, found = 0;
		while (file != NULL && fscanf(file, "%d", &pid) == 1) {
			kill(pid, SIGKILL);
			found++;
		}
		if (file != NULL)
			fclose(file);
		if (found == 0)
			return killed;
		killed += found;
		while (waitpid(-1, NULL, 0) > 0 && --found > 0)
			continue;
	}
}

/* Runs the command to its end. */
static void
run_command(struct run *run, const char *library, char **command)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	double begun = seconds_now();
	pid_t pid = fork();
	if (pid == 0)
		become(run, library, command);
	run->late = !await(pid, &run->status, seconds_now() + LIMIT_SECONDS);
	if (!run->late && !await(-1, NULL, seconds_now() + LEFT_SECONDS))
		run->left = 1;
	run->seconds = seconds_now() - begun;
	int killed = kill_rest();
	if (run->left > 0)
		run->left = killed;
}

/* What stands in a file, as text. */
static char *
text_of(int fd)
{
	char *text = calloc(1, OUTPUT_ROOM + 1);
	if (text != NULL && pread(fd, text, OUTPUT_ROOM, 0) < 0)
		*text = '\0';
	return text;
}

/* How many lines. */
static int
count_lines(const char *text)
{
	int count = 0;
	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

/* The first thing that is wrong; NULL. */
static const char *
fault_of(const struct run *run, const char *errors)
{
	static char text[96];
	int status = WIFEXITED(run->status) ? WEXITSTATUS(run->status) : -1;
	if (run->late)
		return "it does not end";
	if (run->page->crashed != 0) {
		snprintf(text, sizeof text, "a process crashed: %s",
		    strsignal(run->page->crashed));
		return text;
	}
	if (status != 0 && status != 1 && status != 2 && status != 77) {
		snprintf(text, sizeof text, "wait status 0x%x", (unsigned)run->status);
		return text;
	}
	if (run->left > 0)
		return "processes are left";
	if (count_lines(errors) > 1)
		return "more than one line on standard error";
	/* a server that gives up leaves all to the kernel */
	for (int i = 0; i < WHO_COUNT; i++) {
		bool memory = run->page->blocks[i] > run->block_limit;
		if ((run->page->leaked[i] <= 0 && !memory) || i == WHO_SERVER ||
		    i == WHO_CHILD)
			continue;
		snprintf(text, sizeof text, "%s leaves %d %s", who_names[i],
		    memory ? run->page->blocks[i] : run->page->leaked[i],
		    memory ? "blocks of memory" : "descriptors");
		return text;
	}
	return NULL;
}

/* Prints the counts. */
static int
tell_counts(const struct run *run)
{
	for (int i = 0; i < WHO_COUNT; i++) {
		for (int k = 0; k < FAIL_COUNT; k++)
			if (run->page->counts[i][k] > 0)
				printf("%s %s %d\n", who_names[i], call_names[k],
				    run->page->counts[i][k]);
		if (run->page->blocks[i] > 0)
			printf("%s blocks %d\n", who_names[i], run->page->blocks[i]);
	}
	return run->late || !WIFEXITED(run->status) || WEXITSTATUS(run->status) != 0;
}

int
main(int argc, char **argv)
{
	struct run run = {.out = -1, .err = -1};
	bool count = argc > 3 && strcmp(argv[2], "count") == 0;
	if (argc < 4 || (!count && argc < 8) || !run_prepare(&run)) {
		fprintf(stderr, "faulted LIBRARY (count | WHO CALL AT TIMES BLOCKS) COMMAND\n");
		return 2;
	}
	struct failing_fault *fails = &run.page->faults[0];
	if (!count) {
		fails->who = place_of(argv[2], who_names, WHO_COUNT);
		fails->call = place_of(argv[3], call_names, FAIL_COUNT);
		fails->at = (int)strtol(argv[4], NULL, 10);
		fails->times = (int)strtol(argv[5], NULL, 10);
		run.block_limit = (int)strtol(argv[6], NULL, 10);
		if (fails->who < 0 || fails->call < 0)
			return 2;
		fails->error = call_errors[fails->call];
	}
	run_command(&run, argv[1], argv + (count ? 3 : 7));
	unlink(run.path);
	if (count)
		return tell_counts(&run);
	char *output = text_of(run.out), *errors = text_of(run.err);
	const char *fault = output == NULL || errors == NULL ? "no memory" :
	    fault_of(&run, errors);
	printf("%s %s's %s number %s fails%s%s (%.1f s)%s%s\n", fault == NULL ? "ok" : "not ok",
	    argv[2], argv[3], argv[4], fails->times == 0 ? " and all that follow" : "",
	    run.page->fired == 0 ? ", never called" : "", run.seconds,
	    fault != NULL ? ": " : "", fault != NULL ? fault : "");
	if (fault != NULL && output != NULL && errors != NULL) {
		size_t length = strlen(output);
		printf("%s%s\n", output + (length > 600 ? length - 600 : 0), errors);
	}
	free(output);
	free(errors);
	return fault != NULL;
}
