/* One look at a process, and how its death is told.
 *
 * A pidfd becomes readable when its process has died, before anybody has waited
 * for it.  A parent that waits at once (waitpid in a loop) reaps it some
 * microseconds later, and its report is on the way.  So a dead process gets
 * ZOMBIE_NS of grace: who is not reaped by then is shown as a zombie, who is, as
 * reaped, with its status.  One that is gone, and of which no report comes, has
 * exited; what it left is read from its pidfd (PIDFD_GET_INFO, Linux 6.15) or was
 * in field 52 of its stat, else not known.  Where nobody will report it (SIGCHLD
 * ignored, or a server that is not ours), that is said after UNREPORTED_NS; else
 * only after REPORT_NS, because who waited for it may not have run since. */
#include "process_watch_internal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>

#define ZOMBIE_NS MILLISECONDS(15)
#define SETTLE_NS MILLISECONDS(5)
#define UNREPORTED_NS MILLISECONDS(75)
#define REPORT_NS SECONDS(2)

/* <linux/pidfd.h> of Linux 6.15; older headers do not have it. */
struct pidfd_info_exit {
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
	int32_t exit_code;
};
#define GET_INFO_EXIT _IOWR(0xFF, 11, struct pidfd_info_exit)
#define INFO_EXIT (UINT64_C(1) << 3)

/* Did a call fail for want of descriptors or memory?  That tells nothing of whom it
 * was about. */
bool
process_look_starved(void)
{
	return errno == EMFILE || errno == ENFILE || errno == ENOMEM;
}

bool
process_look_read(struct process_row *row, struct process_stat *stat)
{
	if (process_stat_read(stat, row->pid) < 0)
		return false;
	row->ppid = stat->ppid;
	row->start_time = stat->start_time;
	row->cpu = process_stat_cpu(stat);
	process_stat_letters(stat, row->stat);
	process_stat_tty(stat, row->tty);
	process_command_read(stat, row->command, sizeof row->command);
	process_wchan_read(row->pid, row->wchan);
	return true;
}

/* What a process that vanished left in its pidfd. */
static void
end_from_pidfd(struct followed *followed)
{
	struct pidfd_info_exit info = {.mask = INFO_EXIT};
	if (followed->end.known || followed->pidfd < 0)
		return;
	if (ioctl(followed->pidfd, GET_INFO_EXIT, &info) == 0 &&
	    (info.mask & INFO_EXIT) != 0) {
		followed->end.known = true;
		followed->end.status = info.exit_code;
	}
}

/* Will nobody report that it was waited for? */
static bool
is_unreported(const struct process_watch *watch, const struct process_row *row)
{
	struct process_signals signals;
	return watch->search_often || watch->root != NULL ||
	    (process_signals_read(&signals, row->ppid) == 0 &&
	    (signals.ignored >> (SIGCHLD - 1) & 1) != 0);
}

/* Has its parent, which reports nothing, waited for it?  It lives, and does not leave
 * that to the kernel (SIGCHLD ignored), so nobody else can have. */
static bool
was_waited_for(const struct process_watch *watch, const struct process_row *row)
{
	struct process_signals signals;
	return moment_process_runs(moment_process(log_now(watch->log), row->ppid)) &&
	    process_signals_read(&signals, row->ppid) == 0 &&
	    (signals.ignored >> (SIGCHLD - 1) & 1) == 0;
}

/* A row that is not there any more.  Without a report in time it has exited, and is
 * forgotten. */
static void
followed_vanished(struct process_watch *watch, struct followed *followed,
    const struct process_row *row)
{
	int64_t now = loop_now(watch->loop);
	if (followed->vanished_at == 0)
		followed->vanished_at = now;
	if (now - followed->vanished_at < UNREPORTED_NS ||
	    (now - followed->vanished_at < REPORT_NS && !is_unreported(watch, row)))
		return;
	end_from_pidfd(followed);
	bool reaped = watch->root != NULL && was_waited_for(watch, row);
	if (reaped)
		followed->end.by = row->ppid;
	process_watch_tell(watch, reaped ? PROCESS_REAPED : PROCESS_EXITED, row, &followed->end,
	    followed->zombie ? followed->vanished_at : followed->died_at);
	process_watch_forget(watch, followed);
}

/* A dead one: a zombie by now, or gone. */
static void
followed_settle(struct process_watch *watch, struct followed *followed,
    struct process_row row)
{
	struct process_stat stat;
	int64_t now = loop_now(watch->loop);
	if (now - followed->died_at < ZOMBIE_NS)
		return;
	bool there = process_look_read(&row, &stat);
	if (!there && process_look_starved())
		return;
	if (there && process_stat_is_over(&stat)) {
		followed->end.known = stat.has_exit_code;
		followed->end.status = stat.exit_code;
		followed->zombie = true;
		process_watch_tell(watch, PROCESS_ZOMBIE, &row, &followed->end,
		    followed->died_at);
		return;
	}
	followed_vanished(watch, followed, &row);
}

/* Would ps show anything else than before? */
static bool
row_differs(const struct process_row *a, const struct process_row *b)
{
	return a->ppid != b->ppid || strcmp(a->stat, b->stat) != 0 ||
	    strcmp(a->wchan, b->wchan) != 0 || strcmp(a->tty, b->tty) != 0 ||
	    strcmp(a->command, b->command) != 0;
}

void
process_look(struct process_watch *watch, struct followed *followed)
{
	struct moment_process *process =
	    moment_process(log_now(watch->log), followed->pid);
	if (process == NULL)
		return;
	struct process_row row = process->row;
	struct process_stat stat;
	if (followed->dead && !followed->zombie) {
		followed_settle(watch, followed, row);
		return;
	}
	bool there = process_look_read(&row, &stat);
	if (!there && process_look_starved())
		return;
	if (!there || (process_stat_is_over(&stat) && !followed->zombie)) {
		if (followed->zombie) {
			followed_vanished(watch, followed, &row);
		} else {
			followed->dead = true;
			followed->died_at = loop_now(watch->loop);
		}
		return;
	}
	if (stat.state == 'R' && strcmp(row.stat, process->row.stat) != 0 &&
	    process->row.stat[0] == 'S')
		return; /* caught while it ran for a moment */
	if (row_differs(&row, &process->row))
		process_watch_tell(watch, PROCESS_CHANGED, &row, NULL, loop_now(watch->loop));
}

bool
process_look_again(const struct followed *followed)
{
	return (followed->dead && !followed->zombie) || followed->reaped ||
	    followed->vanished_at != 0;
}

int64_t
process_look_for(const struct process_watch *watch, int64_t now)
{
	int64_t least = INT64_MAX;
	for (struct followed *each = watch->all; each != NULL; each = each->next) {
		if (each->pidfd < 0 && least > SETTLE_NS)
			least = SETTLE_NS;
		if (!process_look_again(each))
			continue;
		int64_t left = each->died_at + ZOMBIE_NS - now;
		if (left < SETTLE_NS && (each->zombie || left <= 0))
			left = SETTLE_NS;
		least = left < least ? left : least;
	}
	return least;
}
