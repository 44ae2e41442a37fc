/* launcher.h: the console's end of the guard: asking it to start programs,
 * hearing who ended. */
#ifndef LAUNCHER_H
#define LAUNCHER_H

#include "guard.h"
#include "loop.h"

#include <stdbool.h>
#include <sys/types.h>

struct launcher;

struct launcher_events {
	/* The program asked for by serial runs as pid, or could not be started
	 * (pid -1, errno in error). */
	void (*started)(void *context, uint32_t serial, pid_t pid, int error,
	    int64_t time);
	/* A child of the guard ended and was reaped; status as of wait(2). */
	void (*reaped)(void *context, pid_t pid, int status, int64_t time);
	/* The guard itself is gone. */
	void (*gone)(void *context);
	void *context;
};

/* Forks the guard; what its programs get of descriptors, files says.  NULL with errno. */
struct launcher *launcher_new(struct loop *loop, const struct guard_files *files,
    const struct launcher_events *events);

/* Starts path with argv (NULL-terminated); report, the program's end of its
 * report socket, stays the caller's.  Returns the serial, or 0 with errno. */
uint32_t launcher_start(struct launcher *launcher, const char *path,
    const char *const *argv, int report);

/* The same for a program that is not ours: argv[0] is looked for in PATH when it
 * holds no slash, output and error become its standard output and error. */
uint32_t launcher_start_guest(struct launcher *launcher,
    const char *const *argv, int output, int error);

/* Is there a start whose outcome the guard has not told yet? */
bool launcher_is_starting(const struct launcher *launcher);

/* A guard that somebody stopped goes on. */
void launcher_wake(const struct launcher *launcher);

/* The guard's PID, 0 when it is gone. */
pid_t launcher_guard(const struct launcher *launcher);

/* Tells the guard to end everything, and waits until it has, so many ms after each that
 * it reaps, of which events.reaped tells.  True when it is gone. */
bool launcher_end(struct launcher *launcher, int timeout_ms);

/* The guard was reaped by somebody else. */
void launcher_forget(struct launcher *launcher);

/* Frees it, after launcher_end if that was not called. */
void launcher_free(struct launcher *launcher);

#endif
