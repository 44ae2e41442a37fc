/* run_fixture.h: a whole run of the console, in a process and on a terminal of its own, and
 * what that terminal was sent. */
#ifndef RUN_FIXTURE_H
#define RUN_FIXTURE_H

#include "console.h"
#include "console_fixture.h"
#include "console_replay.h"

#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { SEEN = 1 << 20, DEADLINE_MS = 20000 };

static struct {
	char home[64];
	struct session_options session;
	struct console_options options;
	char port[8];
	int taken;
	pid_t pid;
	int terminal;
	bool is_job;           /* of this test's session, so that it can be stopped */
	struct termios modes;  /* as they were */
	char *seen;            /* all that the terminal was sent */
	size_t used, from;     /* so much of it, and what was looked at */
} run;

static inline void
setup_run(void)
{
	const char *build = getenv("BUILD");
	memset(&run, 0, sizeof run);
	clean_environment();
	take_port();
	memcpy(run.port, at.port, sizeof run.port);
	run.taken = at.taken;
	snprintf(run.home, sizeof run.home, "/tmp/check_screen_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(run.home));
	setenv("XDG_STATE_HOME", run.home, 1);
	run.session = (struct session_options){.host = "127.0.0.1", .port = run.port,
	    .no_server = true, .screen = true, .directory = build != NULL ? build : "build"};
	run.options = (struct console_options){.session = &run.session};
	run.seen = calloc(1, SEEN);
	ck_assert_ptr_nonnull(run.seen);
	run.terminal = -1;
}

/* A file of this test, below its directory. */
static inline const char *
file(const char *name)
{
	static char path[160];
	snprintf(path, sizeof path, "%s/%s", run.home, name);
	return path;
}

static inline void
teardown_run(void)
{
	if (run.pid > 0) {
		kill(run.pid, SIGKILL);
		waitpid(run.pid, NULL, 0);
	}
	close(run.terminal);
	close(run.taken);
	free(run.seen);
	rmdir(file("tcpconsole/history"));
	unlink(file("tcpconsole/history"));
	rmdir(file("tcpconsole"));
	unlink(file("lesson.scenario"));
	unlink(file("inputrc"));
	unlink(file("recording"));
	ck_assert_int_eq(rmdir(run.home), 0);
}

static inline void
write_file(const char *name, const char *text)
{
	FILE *out = fopen(file(name), "w");
	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	ck_assert_int_eq(fclose(out), 0);
}

static inline int64_t
clock_ms(void)
{
	struct timespec now;
	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Runs the console, or walks through the recording. */
static inline void
start(const char *recording)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	int ours;
	if (run.terminal >= 0)
		close(run.terminal);
	run.used = run.from = 0;
	*run.seen = '\0';
	ck_assert_int_eq(openpty(&run.terminal, &ours, NULL, NULL, &size), 0);
	ck_assert_int_eq(tcgetattr(ours, &run.modes), 0);
	run.pid = fork();
	ck_assert_int_ge(run.pid, 0);
	if (run.pid == 0) {
		close(run.terminal);
		if (run.is_job)
			setpgid(0, 0);
		else if (setsid() < 0 || ioctl(ours, TIOCSCTTY, 0) < 0)
			_exit(1);
		for (int fd = 0; fd < 3; fd++)
			dup2(ours, fd);
		if (ours > 2)
			close(ours);
		exit(recording != NULL ? console_replay(&run.options, recording) :
		    console_run(&run.options));
	}
	close(ours);
}

/* Takes what the terminal is sent; false: it is closed. */
static inline bool
take(void)
{
	struct pollfd readable = {.fd = run.terminal, .events = POLLIN};
	if (poll(&readable, 1, 20) <= 0)
		return true;
	ck_assert_uint_lt(run.used + 4096, SEEN);
	ssize_t length = read(run.terminal, run.seen + run.used, 4096);
	for (ssize_t i = 0; i < length; i++) /* strstr stops at none */
		run.seen[run.used + (size_t)i] += run.seen[run.used + (size_t)i] == '\0';
	run.used += length > 0 ? (size_t)length : 0;
	run.seen[run.used] = '\0';
	return length > 0;
}

/* Waits until the terminal is sent this text, after what was waited for before. */
static inline void
see(const char *text)
{
	int64_t deadline = clock_ms() + DEADLINE_MS;
	char *found;
	while ((found = strstr(run.seen + run.from, text)) == NULL) {
		ck_assert_msg(clock_ms() < deadline && take(), "never seen: %s in\n%s", text,
		    run.seen);
	}
	run.from = (size_t)(found - run.seen) + strlen(text);
}

static inline void
type(const char *keys)
{
	ck_assert_int_eq(write(run.terminal, keys, strlen(keys)), (ssize_t)strlen(keys));
}

/* It ends with this status, and the terminal is as it was. */
static inline void
ends_with(int wanted)
{
	int status = 0;
	struct termios modes;
	int64_t deadline = clock_ms() + DEADLINE_MS;
	while (waitpid(run.pid, &status, WNOHANG) == 0) {
		ck_assert_msg(clock_ms() < deadline, "it never ends:\n%s", run.seen);
		take();
	}
	run.pid = 0;
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), wanted);
	if (run.terminal < 0)
		return;
	while (take() && poll(&(struct pollfd){.fd = run.terminal, .events = POLLIN}, 1, 0) > 0)
		continue;
	ck_assert_int_eq(tcgetattr(run.terminal, &modes), 0);
	ck_assert_int_eq(modes.c_lflag, run.modes.c_lflag);
	ck_assert_int_eq(modes.c_iflag, run.modes.c_iflag);
	ck_assert_int_eq(modes.c_oflag, run.modes.c_oflag);
}

static inline bool
was_seen(const char *text)
{
	return strstr(run.seen, text) != NULL;
}

#define F10 "\033[21~"

#endif
