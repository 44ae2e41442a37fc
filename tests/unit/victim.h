/* victim.h: a process to be signalled, or not.
 *
 * It blocks every signal that can be blocked, so those that it was sent stay pending,
 * and its status tells which they were.  One that was sent SIGKILL answers no more. */
#ifndef VICTIM_H
#define VICTIM_H

#include "process_stat.h"

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct victim {
	pid_t pid;
	int to, from;
};

enum { VICTIM_PATIENCE_MS = 20000 };

/* Answers each byte until there is none more. */
static inline void __attribute__((noreturn))
victim_live(int in, int out)
{
	char byte;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(in, &byte, 1) == 1 && write(out, &byte, 1) == 1)
		continue;
	_exit(0);
}

/* One that holds this descriptor (-1: none), and none of the test's others. */
static inline struct victim
victim_start_holding(int held)
{
	int to[2], from[2];
	sigset_t all, before;
	ck_assert_int_eq(pipe(to), 0);
	ck_assert_int_eq(pipe(from), 0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		for (int fd = 3; fd < 256; fd++)
			if (fd != to[0] && fd != from[1] && fd != held)
				close(fd);
		victim_live(to[0], from[1]);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(to[0]);
	close(from[1]);
	return (struct victim){.pid = pid, .to = to[1], .from = from[0]};
}

static inline struct victim
victim_start(void)
{
	return victim_start_holding(-1);
}

/* Does it live, was it not sent SIGKILL, and does it not stand still? */
static inline bool
victim_answers(const struct victim *victim)
{
	struct pollfd answer = {.fd = victim->from, .events = POLLIN};
	char byte = 'x';
	signal(SIGPIPE, SIG_IGN);
	return write(victim->to, &byte, 1) == 1 &&
	    poll(&answer, 1, VICTIM_PATIENCE_MS) == 1 && read(victim->from, &byte, 1) == 1;
}

/* The signals that it was sent, as bits from 1. */
static inline uint64_t
victim_was_sent(const struct victim *victim)
{
	struct process_signals signals;
	ck_assert_int_eq(process_signals_read(&signals, victim->pid), 0);
	return signals.pending | signals.shared_pending;
}

#define VICTIM_BIT(number) (UINT64_C(1) << ((number) - 1))

static inline void
victim_end(const struct victim *victim)
{
	close(victim->to);
	close(victim->from);
	kill(victim->pid, SIGKILL);
	waitpid(victim->pid, NULL, 0);
}

#endif
