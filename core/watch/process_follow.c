/* process_follow.c: who is followed: by a pidfd, which becomes readable when its process
 * has died, and which is asked before anything is signalled; and by the looks of
 * process_watch.c, where no pidfd is to be had. */
#include "process_watch_internal.h"

#include "pidfd_signal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOK_SOON_NS MILLISECONDS(3)
#define BUSY_NS SECONDS(2)

/* A process of which /proc is not read at its fork, because so many others were forked
 * in the same window, has its row filled in by the next look, if it lives so long. */
#define FLOOD_NS MILLISECONDS(10)

/* FILES_KEPT: descriptors that pidfds leave free, to read /proc with. */
enum { FLOOD = 8, FILES_KEPT = 12 };

/* Stops following one. */
static void
followed_free(struct followed *followed)
{
	loop_unwatch(followed->owner->loop, followed->watch);
	if (followed->pidfd >= 0)
		close(followed->pidfd);
	free(followed);
}

struct followed *
process_watch_find(const struct process_watch *watch, pid_t pid)
{
	struct followed *followed = watch->buckets[(unsigned)pid % BUCKETS];
	while (followed != NULL && followed->pid != pid)
		followed = followed->next_alike;
	return followed;
}

/* Puts it among those that are followed. */
static void
followed_enter(struct process_watch *watch, struct followed *followed)
{
	struct followed **bucket = &watch->buckets[(unsigned)followed->pid % BUCKETS];
	followed->next_alike = *bucket;
	*bucket = followed;
	followed->next = watch->all;
	if (watch->all != NULL)
		watch->all->previous = followed;
	watch->all = followed;
}

/* Takes it out and frees it. */
void
process_watch_forget(struct process_watch *watch, struct followed *followed)
{
	struct followed **place = &watch->buckets[(unsigned)followed->pid % BUCKETS];
	while (*place != followed)
		place = &(*place)->next_alike;
	*place = followed->next_alike;
	if (followed->previous != NULL)
		followed->previous->next = followed->next;
	else
		watch->all = followed->next;
	if (followed->next != NULL)
		followed->next->previous = followed->previous;
	followed_free(followed);
}

void
process_watch_look_soon(struct process_watch *watch)
{
	watch->busy_until = loop_now(watch->loop) + BUSY_NS;
	timer_no_later(watch->timer, LOOK_SOON_NS);
}

void
process_watch_tell(struct process_watch *watch, enum process_what what,
    const struct process_row *row, const struct process_end *end, int64_t time)
{
	struct event event = {.time = time, .type = EVENT_PROCESS};
	event.process.what = what;
	event.process.row = *row;
	if (end != NULL)
		event.process.end = *end;
	log_append(watch->log, &event);
}

/* Says once that deaths are seen by looking only. */
static void
tell_scarce(struct process_watch *watch, unsigned long files)
{
	char text[160];
	struct event event = {.time = loop_now(watch->loop), .type = EVENT_NOTE};
	if (watch->told_scarce)
		return;
	watch->told_scarce = true;
	snprintf(text, sizeof text, "%lu descriptors do not suffice for all processes: of some, "
	    "ends show a little later (ulimit -Hn; a larger limit mends it)",
	    files);
	event_set_text(&event, text, strlen(text));
	log_append(watch->log, &event);
}

/* The pidfd is readable: it died; or it was reaped. */
static void
followed_died(void *context, uint32_t events)
{
	struct followed *followed = context;
	struct process_watch *watch = followed->owner;
	if (!followed->dead) {
		followed->dead = true;
		followed->died_at = loop_now(watch->loop);
	}
	/* EPOLLHUP, told even to those who ask for nothing: reaped (Linux 6.9) */
	followed->reaped = (events & EPOLLHUP) != 0;
	if (followed->reaped || loop_rewatch(watch->loop, followed->watch, 0) < 0) {
		loop_unwatch(watch->loop, followed->watch);
		followed->watch = NULL;
	}
	process_watch_look_soon(watch);
	watch->came_or_died(watch->context);
}

/* Are so many processes forked that the rows of each would cost too much? */
static bool
is_flood(struct process_watch *watch)
{
	int64_t now = loop_now(watch->loop);
	if (now - watch->flood_begun > FLOOD_NS) {
		watch->flood_begun = now;
		watch->flood = 0;
	}
	return ++watch->flood > FLOOD;
}

/* What is known without /proc of a process that the server forked. */
static void
row_guess(const struct process_watch *watch, struct process_row *row)
{
	const struct moment *now = log_now(watch->log);
	const struct moment_process *parent = moment_process(now, now->server);
	if (parent == NULL)
		return;
	row->ppid = parent->row.pid;
	memcpy(row->command, parent->row.command, sizeof row->command);
}

/* A pidfd for it, unless the machine refuses, or so few descriptors are left that
 * /proc could not be read any more: then looks must do. */
static void
followed_open(struct process_watch *watch, struct followed *followed)
{
	struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
	followed->pidfd = (int)syscall(SYS_pidfd_open, followed->pid, 0);
	if (followed->pidfd < 0 && !process_look_starved())
		return;
	getrlimit(RLIMIT_NOFILE, &limit);
	if (followed->pidfd >= 0 && (rlim_t)followed->pidfd + FILES_KEPT < limit.rlim_cur)
		followed->watch = loop_watch(watch->loop, followed->pidfd, EPOLLIN,
		    followed_died, followed);
	if (followed->watch != NULL)
		return;
	if (followed->pidfd >= 0)
		close(followed->pidfd);
	followed->pidfd = -1;
	tell_scarce(watch, (unsigned long)limit.rlim_cur);
}

/* Follows a process from now on; of row stays what /proc does not tell. */
static void
follow(struct process_watch *watch, struct process_row *row, enum process_what what,
    int64_t time)
{
	struct followed *old = process_watch_find(watch, row->pid);
	struct process_stat stat;
	if (old != NULL && !old->dead)
		return;
	if (old != NULL) /* the number came again before we looked */
		process_watch_reaped(watch, row->pid, 0, 0, time);
	struct followed *followed = calloc(1, sizeof *followed);
	if (followed == NULL)
		return;
	*followed = (struct followed){.owner = watch, .pid = row->pid};
	followed_open(watch, followed);
	bool flood = is_flood(watch) && followed->pidfd >= 0;
	bool there = flood || process_look_read(row, &stat) || process_look_starved();
	followed->dead = followed->pidfd < 0 && !there; /* looks must do */
	followed->died_at = loop_now(watch->loop);
	followed_enter(watch, followed);
	process_watch_tell(watch, what, row, NULL, time);
	process_watch_look_soon(watch);
}

void
process_watch_add(struct process_watch *watch, pid_t pid, enum report_role role,
    enum process_what what, const struct report_endpoint *peer, unsigned conn,
    int64_t time)
{
	struct process_row row = {.pid = pid, .role = role, .conn = conn,
	    .stat = "?", .tty = "?", .wchan = "-"};
	if (peer != NULL)
		row.peer = *peer;
	row_guess(watch, &row);
	follow(watch, &row, what, time);
}

void
process_watch_add_started(struct process_watch *watch, pid_t pid, pid_t parent,
    enum report_role role, const char *command, int64_t time)
{
	struct process_row row = {.pid = pid, .ppid = parent, .role = role,
	    .stat = "?", .tty = "?", .wchan = "-"};
	snprintf(row.command, sizeof row.command, "%s", command);
	follow(watch, &row, PROCESS_STARTED, time);
}

void
process_watch_reaped(struct process_watch *watch, pid_t pid, int status,
    pid_t by, int64_t time)
{
	struct followed *followed = process_watch_find(watch, pid);
	struct moment_process *process = moment_process(log_now(watch->log), pid);
	struct process_end end = {.known = true, .status = status, .by = by};
	if (process != NULL) {
		struct process_row row = process->row;
		process_watch_tell(watch, PROCESS_REAPED, &row, &end, time);
	}
	if (followed != NULL)
		process_watch_forget(watch, followed);
	process_watch_look_soon(watch);
	watch->came_or_died(watch->context);
}

/* Has it died, whoever waits for it? */
static bool
is_dead(const struct followed *followed)
{
	struct pollfd died = {.fd = followed->pidfd, .events = POLLIN};
	if (followed->dead)
		return true;
	if (followed->pidfd >= 0)
		return poll(&died, 1, 0) == 1;
	char state = process_watch_state(followed->pid);
	return state == 0 || state == 'Z' || state == 'X';
}

void
process_watch_forget_all(struct process_watch *watch)
{
	while (watch->all != NULL) {
		const struct moment_process *process =
		    moment_process(log_now(watch->log), watch->all->pid);
		if (process != NULL && is_dead(watch->all)) {
			struct process_row row = process->row;
			process_watch_tell(watch, PROCESS_EXITED, &row, &watch->all->end,
			    loop_now(watch->loop));
		}
		process_watch_forget(watch, watch->all);
	}
}

/* Is it still the process that was shown, by its start time?  Only where the
 * machine refuses pidfds, with which no such question arises. */
static bool
is_same_process(const struct moment *now, pid_t pid)
{
	const struct moment_process *process = moment_process(now, pid);
	struct process_stat stat;
	return process != NULL && process_stat_read(&stat, pid) == 0 &&
	    stat.start_time == process->row.start_time;
}

int
process_watch_signal(struct process_watch *watch, pid_t pid, int number)
{
	struct followed *followed = process_watch_find(watch, pid);
	if (followed == NULL || (followed->pidfd < 0 &&
	    !is_same_process(log_now(watch->log), pid))) {
		errno = ESRCH;
		return -1;
	}
	process_watch_look_soon(watch);
	if (followed->pidfd < 0)
		return kill(pid, number);
	return pidfd_signal(followed->pidfd, pid, number);
}

int
process_watch_pidfd(const struct process_watch *watch, pid_t pid)
{
	struct followed *followed = process_watch_find(watch, pid);
	return followed == NULL ? -1 : followed->pidfd;
}

/* A pidfd of one that is followed without.  It is its, when it has the same start
 * time after it was opened. */
int
process_watch_borrow(const struct process_watch *watch, pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0 || is_same_process(log_now(watch->log), pid))
		return pidfd;
	close(pidfd);
	errno = ESRCH;
	return -1;
}

void
process_watch_role(struct process_watch *watch, pid_t pid, enum report_role role)
{
	struct moment_process *process = moment_process(log_now(watch->log), pid);
	if (process == NULL || process->row.role == role)
		return;
	struct process_row row = process->row;
	row.role = role;
	process_watch_tell(watch, role == ROLE_CHILD ? PROCESS_FORKED : PROCESS_CHANGED,
	    &row, NULL, loop_now(watch->loop));
}

void
process_watch_serves(struct process_watch *watch, pid_t pid,
    const struct report_endpoint *peer, unsigned conn)
{
	struct moment_process *process = moment_process(log_now(watch->log), pid);
	if (process == NULL)
		return;
	struct process_row row = process->row;
	row.peer = *peer;
	row.conn = conn;
	process_watch_tell(watch, PROCESS_CHANGED, &row, NULL, loop_now(watch->loop));
}
