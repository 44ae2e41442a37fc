/* guard.h: the process between the console and all that it starts.
 *
 * It is forked from the console before anything else exists there (no curses, no
 * readline, no thread).  It is a child subreaper (PR_SET_CHILD_SUBREAPER,
 * prctl(2)), so that whatever the server leaves behind becomes its child: it
 * starts the programs, reaps orphans as init would, reports each end, and when
 * the console's socket closes, for whatever reason, it kills all its descendants
 * until none is left. */
#ifndef GUARD_H
#define GUARD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { GUARD_STRINGS = 16384, GUARD_ARGUMENTS = 256 };

/* From the console: start a program.  Descriptors come with it (SCM_RIGHTS): one of
 * ours gets its end of the report socket; anybody else's program its standard
 * output and error, and of the console's environment and descriptors nothing. */
enum guard_program { GUARD_OURS = 1, GUARD_FOREIGN };

struct guard_order {
	uint32_t serial;
	uint32_t program;              /* enum guard_program */
	uint32_t count;                /* strings: the path, then argv[0], ... */
	char strings[GUARD_STRINGS];   /* each closed by NUL */
};

enum guard_news_kind {
	GUARD_STARTED = 1, /* serial, pid */
	GUARD_FAILED,      /* serial, error: exec or fork failed so */
	GUARD_REAPED       /* pid, status as of wait(2) */
};

struct guard_news {
	uint32_t kind;
	uint32_t serial;
	int32_t pid;
	int32_t status;
	int32_t error;
	int64_t time;      /* ns, CLOCK_MONOTONIC */
};

enum { GUARD_HANDED = 8 };

/* What programs get of descriptors: how many they may have (RLIMIT_NOFILE, soft), and those
 * of the console that are handed on to them. */
struct guard_files {
	uint64_t limit;
	int handed[GUARD_HANDED];
	size_t handed_count;
};

/* Forks the guard.  *socket becomes the console's end (SOCK_SEQPACKET,
 * close-on-exec, non-blocking).  Returns the guard's PID, or -1 with errno. */
pid_t guard_fork(int *socket, const struct guard_files *files);

/* Kills every descendant of this process with SIGKILL and reaps until none is
 * left.  The caller is their subreaper. */
void guard_end_descendants(void);

#endif
