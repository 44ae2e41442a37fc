/* process_stat.h: /proc/PID/stat, status, wchan and cmdline, as ps shows them.
 *
 * The fields' numbers are those of proc_pid_stat(5).  The parsers are pure
 * functions over text; the readers take the number of a process and treat one
 * that has vanished as normal (ENOENT or ESRCH). */
#ifndef PROCESS_STAT_H
#define PROCESS_STAT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PROCESS_TEXT = 64 };

struct process_stat {
	pid_t pid;              /* 1 */
	char comm[PROCESS_TEXT];/* 2, without the parentheses; may hold ") (" */
	char state;             /* 3: R S D Z T t X I */
	pid_t ppid;             /* 4 */
	pid_t pgrp, session;    /* 5, 6 */
	int tty_nr;             /* 7 */
	pid_t tpgid;            /* 8 */
	uint64_t utime, stime;  /* 14, 15: clock ticks */
	long nice;              /* 19 */
	long threads;           /* 20 */
	uint64_t start_time;    /* 22: clock ticks since boot; with the PID it names
	                           a process for ever */
	int exit_code;          /* 52: as of wait(2), 0 when not ours to read */
	bool has_exit_code;
};

/* The signal sets of /proc/PID/status: bit N-1 stands for signal N. */
struct process_signals {
	uint64_t pending;        /* SigPnd */
	uint64_t shared_pending; /* ShdPnd: where a signal sent to a stopped process waits */
	uint64_t blocked, ignored, caught;
};

/* Parses one stat line.  Returns 0, or -1 with errno EINVAL. */
int process_stat_parse(struct process_stat *stat, const char *text);

/* Parses the five signal lines out of a status file. */
int process_signals_parse(struct process_signals *signals, const char *text);

/* Reads /proc/PID/stat.  Returns 0 or -1 with errno (ENOENT, ESRCH: gone). */
int process_stat_read(struct process_stat *stat, pid_t pid);

/* Is the process over: a zombie, or less?  One whose main thread has ended while others go
 * on stands in state Z, too (pthread_exit(3)), and lives. */
bool process_stat_is_over(const struct process_stat *stat);

/* What the process does: its state, or that of a thread that lives when the main one has
 * ended, of one that is not stopped if there is one; 0: it is gone. */
char process_state_read(pid_t pid);

/* Are the processes in /proc those of our own PID namespace (pid_namespaces(7))?  Else they
 * bear the numbers of strangers. */
bool process_table_is_ours(void);

/* Reads the signal sets out of /proc/PID/status. */
int process_signals_read(struct process_signals *signals, pid_t pid);

/* The CPU time that it has used, user and system, in ns. */
int64_t process_stat_cpu(const struct process_stat *stat);

/* ps's STAT column, in ps's order: the state letter, then < not nice, N nice,
 * s session leader, l multi-threaded, + foreground.  text has room for 8 bytes. */
void process_stat_letters(const struct process_stat *stat, char *text);

/* ps's TTY column: "pts/6", "tty1", "?" (proc_pid_stat(5), field 7: the device
 * number).  text has room for 16 bytes. */
void process_stat_tty(const struct process_stat *stat, char *text);

/* ps's COMMAND column: the arguments joined by blanks, "[comm]" when there are
 * none, "[comm] <defunct>" for a zombie, whose cmdline is empty.  text has room
 * for size bytes; control bytes are replaced by '?'.  The directory of the
 * program's name is left off. */
void process_command_read(const struct process_stat *stat, char *text, size_t size);

/* ps's WCHAN column: the kernel function it sleeps in, "-" for none. For
 * wait_woken, which stands for socket reads and writes alike, the system call's
 * name is put behind it ("wait_woken/read") when /proc/PID/syscall can be read.
 * text has room for PROCESS_TEXT bytes. */
void process_wchan_read(pid_t pid, char *text);

/* The parent's direct children, found by field 4 of every /proc/PID/stat:
 * at most room PIDs are written to pids.  Returns how many there are, or -1. */
int process_children(pid_t parent, pid_t *pids, int room);

#endif
