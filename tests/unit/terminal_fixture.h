/* terminal_fixture.h: a process of its own on a pseudoterminal, which takes the terminal
 * and gives it back; what the terminal got, and its modes. */
#ifndef TERMINAL_FIXTURE_H
#define TERMINAL_FIXTURE_H

#include "terminal.h"

#include <check.h>
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { DEADLINE_MS = 20000, SEEN = 1 << 20 };

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define OTHER_SCREEN "\033[?1049h"
#define FIRST_SCREEN "\033[?1049l"

/* What the process on the terminal has written, on it and to standard error. */
static struct {
	int master, slave, errors;
	pid_t pid;
	struct termios before;
	char seen[SEEN];
	size_t used;
} peer;

/* A terminal with every mode on that the console turns off. */
static inline void
setup_terminal(void)
{
	struct winsize size = {.ws_row = 30, .ws_col = 90};
	memset(&peer, 0, sizeof peer);
	ck_assert_int_eq(openpty(&peer.master, &peer.slave, NULL, NULL, &size), 0);
	ck_assert_int_eq(tcgetattr(peer.slave, &peer.before), 0);
	peer.before.c_lflag |= ICANON | ISIG | IEXTEN | ECHO | ECHONL;
	peer.before.c_iflag |= IXON | BRKINT | PARMRK | ICRNL | INLCR | IGNCR | ISTRIP;
	peer.before.c_oflag |= OPOST;
	peer.before.c_cc[VMIN] = 3;
	peer.before.c_cc[VTIME] = 5;
	ck_assert_int_eq(tcsetattr(peer.slave, TCSANOW, &peer.before), 0);
	ck_assert_int_eq(tcgetattr(peer.slave, &peer.before), 0);
}

static inline void
teardown_terminal(void)
{
	close(peer.master);
	close(peer.slave);
	close(peer.errors);
}

/* Starts a process whose terminal it is; its status is what act returns. */
static inline void
start(const char *type, int (*act)(void))
{
	static const struct rlimit none = {0, 0};
	int errors[2];
	ck_assert_int_eq(pipe2(errors, O_CLOEXEC), 0);
	peer.errors = errors[0];
	peer.pid = fork();
	ck_assert_int_ge(peer.pid, 0);
	if (peer.pid == 0) {
		setsid();
		if (ioctl(peer.slave, TIOCSCTTY, 0) < 0)
			_exit(99);
		dup2(peer.slave, STDIN_FILENO);
		dup2(peer.slave, STDOUT_FILENO);
		dup2(errors[1], STDERR_FILENO);
		close(peer.slave);
		close(peer.master);
		setrlimit(RLIMIT_CORE, &none);
		setenv("LC_ALL", "C.UTF-8", 1);
		unsetenv("ESCDELAY");
		if (type != NULL)
			setenv("TERM", type, 1);
		else
			unsetenv("TERM");
		_exit(act());
	}
	close(errors[1]);
}

/* Milliseconds on the monotonic clock. */
static inline int64_t
clock_ms(void)
{
	struct timespec now;
	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes what the terminal got. */
static inline void
drain(void)
{
	struct pollfd readable = {.fd = peer.master, .events = POLLIN};
	while (peer.used + 1 < SEEN && poll(&readable, 1, 0) > 0 &&
	    (readable.revents & POLLIN)) {
		ssize_t length = read(peer.master, peer.seen + peer.used,
		    SEEN - 1 - peer.used);
		if (length <= 0)
			return;
		peer.used += (size_t)length;
		peer.seen[peer.used] = '\0';
	}
}

/* Awaits the process's end, or its stop, and reads its terminal until then. */
static inline int
await_status(void)
{
	int status;
	int64_t deadline = clock_ms() + DEADLINE_MS;
	while (waitpid(peer.pid, &status, WNOHANG) == 0) {
		ck_assert_msg(clock_ms() < deadline, "it does not end");
		struct pollfd readable = {.fd = peer.master, .events = POLLIN};
		poll(&readable, 1, 10);
		drain();
	}
	drain();
	return status;
}

/* It ended by itself, with this status. */
static inline void
expect_exit(int wanted)
{
	int status = await_status();
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), wanted);
}

/* What it wrote to standard error. */
static inline const char *
errors_text(void)
{
	static char text[512];
	ssize_t length = read(peer.errors, text, sizeof text - 1);
	text[length > 0 ? length : 0] = '\0';
	return text;
}

/* The terminal's modes are what they were. */
static inline void
expect_modes_of_before(void)
{
	struct termios now;
	ck_assert_int_eq(tcgetattr(peer.slave, &now), 0);
	ck_assert_uint_eq(now.c_iflag, peer.before.c_iflag);
	ck_assert_uint_eq(now.c_oflag, peer.before.c_oflag);
	ck_assert_uint_eq(now.c_lflag, peer.before.c_lflag);
	ck_assert_uint_eq(now.c_cflag, peer.before.c_cflag);
	ck_assert_mem_eq(now.c_cc, peer.before.c_cc, sizeof now.c_cc);
}

/* The terminal got these, in this order. */
static inline void
expect_seen(const char *const *wanted, size_t count)
{
	const char *at = peer.seen;
	for (size_t i = 0; i < count; i++) {
		at = strstr(at, wanted[i]);
		ck_assert_msg(at != NULL, "number %zu is missing: ^[%s", i, wanted[i] + 1);
		at += strlen(wanted[i]);
	}
}

#define EXPECT_SEEN(...) \
	expect_seen((const char *const[]){__VA_ARGS__}, \
	    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* How often the terminal got it. */
static inline int
count_seen(const char *text)
{
	int count = 0;
	for (const char *at = peer.seen; (at = strstr(at, text)) != NULL; at++)
		count++;
	return count;
}

/* Draws a word and writes all of it. */
static inline void
draw_word(const char *word)
{
	mvaddstr(1, 1, word);
	refresh();
	while (!terminal_flush())
		continue;
}

#endif
